/*
 * resolve.c - names to addresses, on threads of its own.
 *
 * getaddrinfo() may hang for half a minute, so it must neither run on the
 * loop nor take a worker of the disk.  Up to THREADS_MAX threads are made as
 * they are needed; questions beyond that wait.  The same name asked again
 * while it is looked up, or soon after, costs no second look-up: thousands of
 * torrents may share one tracker.
 *
 * At the end nobody waits for a thread that hangs: what threads and loop share
 * is counted, and the last one to leave frees it.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/heap.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "host/errmap.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"

#define THREADS_MAX 6u
#define THREAD_STACK (512u * 1024)
#define ADDRS_MAX 16u
#define NAME_MAX_BYTES 255u
/* Answers are believed for so long, failures shorter. */
#define KEEP_MS 60000u
#define KEEP_FAILED_MS 5000u
#define CACHE_MAX 256u

/* A name being looked up or known; on the loop. */
struct entry {
	struct list link; /* in resolver.entries, oldest first */
	struct list asks;
	bool known;
	uint64_t expires;
	struct fault fault;
	struct addr addrs[ADDRS_MAX]; /* port 0 */
	size_t n;
	char name[NAME_MAX_BYTES + 1];
};

/* One question; in entry.asks or, when it can be answered, in
 * resolver.ready. */
struct resolve {
	struct list link;
	uint16_t port;
	resolve_done *done;
	void *user;
	struct fault fault;
	struct addr addrs[ADDRS_MAX];
	size_t n;
};

/* A look-up as threads see it: they never touch an entry. */
struct lookup {
	struct list link;
	struct entry *entry; /* carried, not followed, by threads */
	int eai, os;
	struct addr addrs[ADDRS_MAX];
	size_t n;
	char name[NAME_MAX_BYTES + 1];
};

struct worker {
	pthread_t thread;
	bool busy; /* inside getaddrinfo() */
};

/* Between the loop and the threads, all under the lock. */
struct shared {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list todo, finished; /* struct lookup */
	struct worker workers[THREADS_MAX];
	unsigned nworkers, nidle, ntodo;
	unsigned users; /* the loop and each thread */
	bool quit;
	uv_async_t *async; /* valid unless quit */
};

struct resolver {
	struct uv_host *h;
	struct closer closer;
	uv_async_t async;
	struct shared *shared;
	struct list entries;
	size_t nentries;
	struct list ready;
};

struct start {
	struct shared *shared;
	struct worker *worker;
};

/* ---- threads ---- */

static void lookups_free(struct list *l)
{
	while (!list_empty(l)) {
		struct lookup *k = container_of(l->next, struct lookup, link);

		list_remove(&k->link);
		mem_free(k);
	}
}

/* Called with the lock held, which it gives up. */
static void shared_leave(struct shared *s)
{
	bool last = --s->users == 0;

	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	lookups_free(&s->todo);
	lookups_free(&s->finished);
	pthread_cond_destroy(&s->more);
	pthread_mutex_destroy(&s->lock);
	mem_free(s);
}

static bool has_addr(const struct lookup *k, const struct addr *a)
{
	for (size_t i = 0; i < k->n; i++)
		if (addr_equal(&k->addrs[i], a))
			return true;
	return false;
}

static void look_up(struct lookup *k)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_IDN};
	struct addrinfo *all = NULL;

	errno = 0;
	k->eai = getaddrinfo(k->name, NULL, &hints, &all);
	k->os = errno;
	if (k->eai != 0)
		return;
	for (const struct addrinfo *i = all; i; i = i->ai_next) {
		struct sockaddr_storage ss = {0};
		struct addr a;

		if (i->ai_addrlen > sizeof ss || k->n == ADDRS_MAX)
			continue;
		memcpy(&ss, i->ai_addr, i->ai_addrlen);
		a = sockaddr_read(&ss);
		if (a.family != ADDR_NONE && !has_addr(k, &a))
			k->addrs[k->n++] = a;
	}
	freeaddrinfo(all);
}

static void *worker_main(void *arg)
{
	struct start start = *(struct start *)arg;
	struct shared *s = start.shared;

	mem_free(arg);
	pthread_mutex_lock(&s->lock);
	while (!s->quit) {
		struct lookup *k;

		if (list_empty(&s->todo)) {
			s->nidle++;
			pthread_cond_wait(&s->more, &s->lock);
			s->nidle--;
			continue;
		}
		k = container_of(s->todo.next, struct lookup, link);
		list_remove(&k->link);
		s->ntodo--;
		start.worker->busy = true;
		pthread_mutex_unlock(&s->lock);
		look_up(k);
		pthread_mutex_lock(&s->lock);
		start.worker->busy = false;
		list_push_back(&s->finished, &k->link);
		if (!s->quit)
			uv_async_send(s->async);
	}
	shared_leave(s);
	return NULL;
}

/* Signals are for the main thread.  Called with the lock held. */
static void add_worker(struct shared *s)
{
	struct worker *w = &s->workers[s->nworkers];
	struct start *start = mem_alloc(sizeof *start);
	pthread_attr_t attr;
	sigset_t all, old;

	*start = (struct start){.shared = s, .worker = w};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	if (pthread_create(&w->thread, &attr, worker_main, start) == 0) {
		s->nworkers++;
		s->users++;
	} else {
		mem_free(start);
	}
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* False when there is no thread to do it. */
static bool shared_submit(struct shared *s, struct lookup *k)
{
	bool ok;

	pthread_mutex_lock(&s->lock);
	/* An idle thread may already be on its way to an earlier question. */
	if (s->ntodo >= s->nidle && s->nworkers < THREADS_MAX)
		add_worker(s);
	ok = s->nworkers > 0;
	if (ok) {
		list_push_back(&s->todo, &k->link);
		s->ntodo++;
		pthread_cond_signal(&s->more);
	}
	pthread_mutex_unlock(&s->lock);
	return ok;
}

/* ---- the loop ---- */

static void ask_answer(struct resolver *r, struct resolve *a,
	const struct entry *e)
{
	a->fault = e->fault;
	a->n = e->n;
	for (size_t i = 0; i < e->n; i++) {
		a->addrs[i] = e->addrs[i];
		a->addrs[i].port = a->port;
	}
	list_remove(&a->link);
	list_push_back(&r->ready, &a->link);
	uv_host_hurry(r->h);
}

static void entry_free(struct resolver *r, struct entry *e)
{
	list_remove(&e->link);
	r->nentries--;
	mem_free(e);
}

static void entry_finish(struct resolver *r, struct lookup *k)
{
	struct entry *e = k->entry;
	char clean[64];

	e->known = true;
	e->n = k->n;
	memcpy(e->addrs, k->addrs, sizeof e->addrs);
	e->expires = uv_now(r->h->loop) + (k->n ? KEEP_MS : KEEP_FAILED_MS);
	if (k->n == 0) {
		int eai = k->eai ? k->eai : EAI_NODATA;

		text_clean_to(clean, sizeof clean, span_str(e->name));
		fault_set(&e->fault, errmap_name(eai, k->os), k->os, "%s: %s",
			clean, errmap_name_text(eai, k->os));
	}
	while (!list_empty(&e->asks))
		ask_answer(r, container_of(e->asks.next, struct resolve, link),
			e);
}

static void on_async(uv_async_t *async)
{
	struct resolver *r = async->data;
	struct list done;

	list_init(&done);
	pthread_mutex_lock(&r->shared->lock);
	while (!list_empty(&r->shared->finished)) {
		struct list *l = r->shared->finished.next;

		list_remove(l);
		list_push_back(&done, l);
	}
	pthread_mutex_unlock(&r->shared->lock);
	while (!list_empty(&done)) {
		struct lookup *k = container_of(done.next, struct lookup, link);

		list_remove(&k->link);
		entry_finish(r, k);
		mem_free(k);
	}
}

/* Forget what is out of date, and the oldest if there are too many. */
static void entries_trim(struct resolver *r)
{
	uint64_t now = uv_now(r->h->loop);

	list_for_each_safe (it, &r->entries) {
		struct entry *e = container_of(it, struct entry, link);

		if (e->known && (e->expires <= now || r->nentries > CACHE_MAX))
			entry_free(r, e);
	}
}

static struct entry *entry_find(struct resolver *r, const char *name)
{
	list_for_each (it, &r->entries) {
		struct entry *e = container_of(it, struct entry, link);

		if (strcasecmp(e->name, name) == 0)
			return e;
	}
	return NULL;
}

static struct entry *entry_new(struct resolver *r, const char *name)
{
	struct entry *e = mem_zero(sizeof *e);
	struct lookup *k = mem_zero(sizeof *k);

	list_init(&e->asks);
	list_init(&e->link);
	list_push_back(&r->entries, &e->link);
	r->nentries++;
	memcpy(e->name, name, strlen(name) + 1);
	memcpy(k->name, name, strlen(name) + 1);
	list_init(&k->link);
	k->entry = e;
	if (!shared_submit(r->shared, k)) {
		k->eai = EAI_AGAIN;
		entry_finish(r, k);
		mem_free(k);
	}
	return e;
}

static void ask_ready(struct resolver *r, struct resolve *a)
{
	list_push_back(&r->ready, &a->link);
	uv_host_hurry(r->h);
}

struct resolve *resolver_ask(struct resolver *r, const char *name,
	uint16_t port, resolve_done *done, void *user)
{
	struct resolve *a = mem_zero(sizeof *a);
	size_t len = strlen(name);
	struct entry *e;

	list_init(&a->link);
	a->port = port;
	a->done = done;
	a->user = user;
	if (addr_parse_ip(name, port, &a->addrs[0]) == ERR_OK) {
		a->n = 1;
		ask_ready(r, a);
		return a;
	}
	if (len == 0 || len > NAME_MAX_BYTES) {
		fault_set(&a->fault, ERR_SYNTAX, 0,
			len ? "the host name is too long" : "no host name");
		ask_ready(r, a);
		return a;
	}
	entries_trim(r);
	e = entry_find(r, name);
	if (!e)
		e = entry_new(r, name);
	list_push_back(&e->asks, &a->link);
	if (e->known)
		ask_answer(r, a, e);
	return a;
}

void resolver_cancel(struct resolver *r, struct resolve *ask)
{
	(void)r;
	list_remove(&ask->link);
	mem_free(ask);
}

bool resolver_deliver(struct resolver *r)
{
	struct list now;

	if (list_empty(&r->ready))
		return false;
	list_init(&now);
	list_insert_before(&r->ready, &now);
	list_remove(&r->ready);
	closer_hold(&r->closer);
	while (!list_empty(&now)) {
		struct resolve *a =
			container_of(now.next, struct resolve, link);

		list_remove(&a->link);
		a->done(a->user, &a->fault, a->addrs, a->n);
		mem_free(a);
	}
	bool more = !list_empty(&r->ready);

	closer_drop(&r->closer);
	return more;
}

static void resolver_free(void *user)
{
	struct resolver *r = user;
	struct uv_host *h = r->h;

	mem_free(r);
	closer_drop(&h->closer);
}

static void on_closed(uv_handle_t *handle)
{
	struct resolver *r = handle->data;

	closer_drop(&r->closer);
}

struct resolver *resolver_open(struct uv_host *h)
{
	struct resolver *r = mem_zero(sizeof *r);
	struct shared *s = mem_zero(sizeof *s);

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->more, NULL);
	list_init(&s->todo);
	list_init(&s->finished);
	s->users = 1;
	s->async = &r->async;
	r->h = h;
	r->shared = s;
	list_init(&r->entries);
	list_init(&r->ready);
	closer_init(&r->closer, resolver_free, r);
	closer_hold(&h->closer);
	uv_async_init(h->loop, &r->async, on_async);
	r->async.data = r;
	closer_hold(&r->closer);
	return r;
}

/* Idle threads end at once and are joined; one that hangs in a look-up is
 * left to end when it will. */
static void shared_quit(struct shared *s)
{
	pthread_t idle[THREADS_MAX];
	unsigned n = 0;

	pthread_mutex_lock(&s->lock);
	s->quit = true;
	s->async = NULL;
	for (unsigned i = 0; i < s->nworkers; i++) {
		if (s->workers[i].busy)
			pthread_detach(s->workers[i].thread);
		else
			idle[n++] = s->workers[i].thread;
	}
	pthread_cond_broadcast(&s->more);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < n; i++)
		pthread_join(idle[i], NULL);
	pthread_mutex_lock(&s->lock);
	shared_leave(s);
}

static void cancel_all(struct list *asks)
{
	const struct fault canceled = {
		.code = ERR_CANCELED, .what = "canceled"};

	while (!list_empty(asks)) {
		struct resolve *a =
			container_of(asks->next, struct resolve, link);

		list_remove(&a->link);
		a->done(a->user, &canceled, NULL, 0);
		mem_free(a);
	}
}

void resolver_close(struct resolver *r)
{
	if (!r)
		return;
	shared_quit(r->shared);
	uv_close((uv_handle_t *)&r->async, on_closed);
	cancel_all(&r->ready);
	while (!list_empty(&r->entries)) {
		struct entry *e =
			container_of(r->entries.next, struct entry, link);

		cancel_all(&e->asks);
		entry_free(r, e);
	}
	closer_close(&r->closer);
}
