/*
 * sim_http.c - names and GETs of the virtual internet.
 */
#include "sim_http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

#define UNKNOWN_NAME_MS 40u

struct name {
	struct list link;
	char *text;
	struct addr addr;
	struct sim_tracker *tracker; /* NULL: only a name */
};

struct page {
	struct list link;
	char *url;
	struct buf body;
};

struct sim_web {
	struct sim_net *net;
	struct list names, pages, gets;
	bool dns_down;
};

/* A request on its way there, being thought about, or on its way back. */
struct sim_get {
	struct sim_event ev, timeout;
	struct list link;
	struct sim_web *web;
	struct sim_node *from;
	char *url;
	size_t body_max;
	http_done *done;
	void *user;
	bool asked;
	struct sim_reply reply;
	struct addr remote;
};

struct sim_web *sim_web_new(struct sim_net *net)
{
	struct sim_web *w = mem_zero(sizeof *w);

	w->net = net;
	list_init(&w->names);
	list_init(&w->pages);
	list_init(&w->gets);
	return w;
}

void sim_web_free(struct sim_web *w)
{
	list_for_each_safe (it, &w->gets)
		sim_web_cancel(container_of(it, struct sim_get, link));
	list_for_each_safe (it, &w->names) {
		struct name *n = container_of(it, struct name, link);

		if (n->tracker)
			sim_tracker_free(n->tracker);
		mem_free(n->text);
		mem_free(n);
	}
	list_for_each_safe (it, &w->pages) {
		struct page *p = container_of(it, struct page, link);

		buf_free(&p->body);
		mem_free(p->url);
		mem_free(p);
	}
	mem_free(w);
}

struct sim_net *sim_web_net(const struct sim_web *w)
{
	return w->net;
}

void sim_web_put(struct sim_web *w, const char *url, struct span body)
{
	struct page *p = mem_zero(sizeof *p);

	p->url = mem_strdup(url);
	buf_add(&p->body, body);
	list_push_back(&w->pages, &p->link);
}

static struct name *add_name(struct sim_web *w, const char *text,
	const struct addr *a)
{
	struct name *n = mem_zero(sizeof *n);

	n->text = mem_strdup(text);
	n->addr = *a;
	list_push_back(&w->names, &n->link);
	return n;
}

void sim_web_name(struct sim_web *w, const char *name, const struct addr *a)
{
	add_name(w, name, a);
}

void sim_web_adopt(struct sim_web *w, struct sim_tracker *t, const char *name)
{
	add_name(w, name, sim_node_addr(sim_tracker_node(t)))->tracker = t;
}

void sim_web_set_dns(struct sim_web *w, bool works)
{
	w->dns_down = !works;
}

static const struct name *find_name(const struct sim_web *w, const char *text)
{
	if (w->dns_down)
		return NULL;
	for (const struct list *it = w->names.next; it != &w->names;
		it = it->next) {
		const struct name *n = (const struct name *)(const void *)it;

		if (strcmp(n->text, text) == 0)
			return n;
	}
	return NULL;
}

bool sim_web_resolve(const struct sim_web *w, const char *name,
	struct addr *out)
{
	const struct name *n = find_name(w, name);

	if (n)
		*out = n->addr;
	return n != NULL;
}

struct sim_tracker *sim_web_tracker(const struct sim_web *w, const char *name)
{
	const struct name *n = find_name(w, name);

	return n ? n->tracker : NULL;
}

/* --- GETs
 * --------------------------------------------------------------------- */

static void get_free(struct sim_get *g)
{
	struct sim *s = sim_net_sim(g->web->net);

	sim_cancel(s, &g->ev);
	sim_cancel(s, &g->timeout);
	list_remove(&g->link);
	buf_free(&g->reply.body);
	mem_free(g->url);
	mem_free(g);
}

static void get_ends(struct sim_get *g, const struct http_answer *a)
{
	http_done *done = g->done;
	void *user = g->user;
	struct buf body = g->reply.body;

	g->reply.body = (struct buf){.p = NULL};
	get_free(g);
	done(user, a);
	buf_free(&body);
}

static void get_fails(struct sim_get *g, enum err code, int os,
	const char *what)
{
	struct http_answer a = {.remote = g->remote};

	fault_set(&a.fault, code, os, "%s", what);
	get_ends(g, &a);
}

static void times_out(struct sim_event *ev)
{
	get_fails(container_of(ev, struct sim_get, timeout), ERR_TIMEOUT, 0,
		"no answer in time");
}

static const struct page *find_page(const struct sim_web *w, const char *url)
{
	for (const struct list *it = w->pages.next; it != &w->pages;
		it = it->next) {
		const struct page *p = (const struct page *)(const void *)it;

		if (strcmp(p->url, url) == 0)
			return p;
	}
	return NULL;
}

/* "http://host[:port]/path?query"; false when it is not. */
static bool split_url(const char *url, char host[256], struct span *query)
{
	const char *p = strstr(url, "://"), *q = strchr(url, '?');
	size_t n;

	if (!p)
		return false;
	p += 3;
	n = strcspn(p, ":/?");
	if (n == 0 || n > 255)
		return false;
	memcpy(host, p, n);
	host[n] = 0;
	*query = q ? span_str(q + 1) : (struct span){0};
	return true;
}

static void ask_server(struct sim_get *g)
{
	const struct page *page = find_page(g->web, g->url);
	struct sim_tracker *t;
	char host[256];
	struct span query;

	if (page) {
		g->reply.status = 200;
		buf_add(&g->reply.body, buf_span(&page->body));
		return;
	}
	g->reply.refuse = true;
	if (!split_url(g->url, host, &query))
		return;
	t = sim_web_tracker(g->web, host);
	if (!t)
		return;
	g->reply.refuse = false;
	g->remote = *sim_node_addr(sim_tracker_node(t));
	if (sim_node_is_dark(sim_tracker_node(t)) || sim_node_is_dark(g->from))
		g->reply.hang = true;
	else
		sim_tracker_http(t, query, sim_node_addr(g->from), &g->reply);
}

static uint64_t one_way(const struct sim_get *g)
{
	char host[256];
	struct span query;
	struct sim_tracker *t;

	if (!split_url(g->url, host, &query))
		return UNKNOWN_NAME_MS;
	t = sim_web_tracker(g->web, host);
	return t ? sim_net_latency(g->from, sim_tracker_node(t))
	         : UNKNOWN_NAME_MS;
}

static void get_step(struct sim_event *ev)
{
	struct sim_get *g = container_of(ev, struct sim_get, ev);
	struct http_answer a = {.status = g->reply.status, .remote = g->remote};

	if (!g->asked) {
		g->asked = true;
		ask_server(g);
		if (!g->reply.hang)
			sim_in(sim_net_sim(g->web->net), ev, one_way(g));
		return;
	}
	if (g->reply.refuse) {
		get_fails(g, ERR_NET, ECONNREFUSED, "cannot connect");
	} else if (g->reply.body.len > g->body_max) {
		get_fails(g, ERR_LIMIT, 0, "the answer is too long");
	} else {
		a.body = buf_span(&g->reply.body);
		a.status = g->reply.status;
		get_ends(g, &a);
	}
}

struct sim_get *sim_web_get(struct sim_web *w, struct sim_node *from,
	const struct http_ask *ask, http_done *done, void *user)
{
	struct sim_get *g = mem_zero(sizeof *g);
	struct sim *s = sim_net_sim(w->net);

	g->web = w;
	g->from = from;
	g->url = mem_strdup(ask->url);
	g->body_max = ask->body_max;
	g->done = done;
	g->user = user;
	g->ev.fire = get_step;
	g->timeout.fire = times_out;
	list_push_back(&w->gets, &g->link);
	/* The handshake, and the request behind it. */
	sim_in(s, &g->ev, 3 * one_way(g) + sim_between(s, 0, 3));
	sim_in(s, &g->timeout, ask->timeout_ms);
	return g;
}

void sim_web_cancel(struct sim_get *g)
{
	get_free(g);
}
