/*
 * http_test.c - the HTTP client against a small server on the same loop.
 */
#include <dirent.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "base/bytes.h"
#include "host/closer.h"
#include "loop_fixture.h"

#define BODY_MAX (64u * 1024)
#define TIMEOUT_MS 5000u
#define SITES 2

/* "hello from inside gzip", and 100 KiB of zeroes. */
#define GZIP_HEAD "\037\213\010\000\000\000\000\000\002\003"
static const char gzip_hello[] = GZIP_HEAD
	"\313\110\315\311\311\127\110\053\312\317\125\310\314\053\316\114\111"
	"\125\110\257\312\054\000\000\325\207\355\245\026\000\000\000";
static const char gzip_bomb_front[] =
	GZIP_HEAD "\355\301\001\001\000\000\000\202\040\377\257\156\110\100"
		  "\001";
static const char gzip_bomb_end[] = "\174\030\141\205\370\112\000\220\001\000";
#define GZIP_BOMB_LEN 133u

struct site {
	uv_tcp_t listener;
	struct web *web;
	uint16_t port;
	bool has_ipv6;
	int open, most_open, accepted, requests;
};

/* A server that does what the path says. */
struct web {
	struct fixture f;
	struct site sites[SITES];
	struct buf script; /* "/script": sent as it is, then closed */
	char last_request[2048];
};

struct conn {
	uv_tcp_t tcp;
	uv_timer_t drip;
	struct closer closer;
	struct site *site;
	char in[4096];
	size_t n;
};

struct put {
	uv_write_t req;
	struct conn *c;
	struct buf bytes;
	bool close_after;
};

struct reply {
	int calls;
	struct fault fault;
	int status;
	size_t len;
	char body[256];
	struct addr remote;
};

static void conn_free(void *user)
{
	struct conn *c = user;

	c->site->open--;
	mem_free(c);
}

static void conn_dropped(uv_handle_t *h)
{
	struct conn *c = h->data;

	closer_drop(&c->closer);
}

static void conn_close(struct conn *c)
{
	if (c->closer.closing)
		return;
	uv_close((uv_handle_t *)&c->tcp, conn_dropped);
	uv_close((uv_handle_t *)&c->drip, conn_dropped);
	closer_close(&c->closer);
}

static void on_put(uv_write_t *req, int status)
{
	struct put *p = req->data;
	struct conn *c = p->c;

	if (status < 0 || p->close_after)
		conn_close(c);
	buf_free(&p->bytes);
	mem_free(p);
	closer_drop(&c->closer);
}

static void conn_put(struct conn *c, struct span s, bool close_after)
{
	struct put *p = mem_zero(sizeof *p);
	uv_buf_t b;

	p->c = c;
	p->close_after = close_after;
	p->req.data = p;
	buf_add(&p->bytes, s);
	b = uv_buf_init((char *)p->bytes.p, (unsigned)p->bytes.len);
	closer_hold(&c->closer);
	if (uv_write(&p->req, (uv_stream_t *)&c->tcp, &b, 1, on_put) != 0)
		on_put(&p->req, -1);
}

static void conn_put_str(struct conn *c, const char *s, bool close_after)
{
	conn_put(c, span_str(s), close_after);
}

static void on_drip(uv_timer_t *t)
{
	struct conn *c = t->data;

	conn_put_str(c, "x", false);
}

static void put_body(struct conn *c, const char *headers, struct span body)
{
	struct buf b = {0};

	buf_printf(&b, "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n",
		headers, body.n);
	buf_add(&b, body);
	conn_put(c, buf_span(&b), false);
	buf_free(&b);
}

static void put_redirect(struct conn *c, const char *to)
{
	struct buf b = {0};

	buf_printf(&b,
		"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: "
		"4\r\n\r\nmove",
		to);
	conn_put(c, buf_span(&b), false);
	buf_free(&b);
}

static void put_bomb(struct conn *c)
{
	uint8_t z[GZIP_BOMB_LEN] = {0};

	memcpy(z, gzip_bomb_front, sizeof gzip_bomb_front - 1);
	memcpy(z + sizeof z - (sizeof gzip_bomb_end - 1), gzip_bomb_end,
		sizeof gzip_bomb_end - 1);
	put_body(c, "Content-Encoding: gzip\r\n", span_of(z, sizeof z));
}

static void put_big(struct conn *c, size_t n)
{
	uint8_t *z = mem_zero(n + 1);

	put_body(c, "", span_of(z, n));
	mem_free(z);
}

static void answer_odd(struct conn *c, const char *path)
{
	if (strcmp(path, "/drip") == 0) {
		conn_put_str(c, "HTTP/1.1 200 OK\r\n\r\n", false);
		uv_timer_start(&c->drip, on_drip, 1, 5);
	} else if (strcmp(path, "/short") == 0) {
		conn_put_str(c,
			"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
			true);
	} else if (strcmp(path, "/close") == 0) {
		conn_close(c);
	} else if (strcmp(path, "/script") == 0) {
		conn_put(c, buf_span(&c->site->web->script), true);
	} else if (strcmp(path, "/gzip") == 0) {
		put_body(c, "Content-Encoding: gzip\r\n",
			span_of(gzip_hello, sizeof gzip_hello - 1));
	} else if (strcmp(path, "/bomb") == 0) {
		put_bomb(c);
	} else if (strncmp(path, "/big/", 5) == 0) {
		put_big(c, strtoul(path + 5, NULL, 10));
	} else if (strcmp(path, "/hang") != 0) {
		conn_put_str(c,
			"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
			false);
	}
}

static void answer(struct conn *c, const char *path)
{
	char to[64];

	if (strcmp(path, "/ok") == 0) {
		put_body(c, "", span_str("hello"));
	} else if (strcmp(path, "/cookie") == 0) {
		put_body(c, "Set-Cookie: id=1; Path=/\r\n", span_str("c"));
	} else if (strcmp(path, "/chunked") == 0) {
		conn_put_str(c,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
			false);
	} else if (strncmp(path, "/r/", 3) == 0) {
		long n = strtol(path + 3, NULL, 10);

		snprintf(to, sizeof to, n > 1 ? "/r/%ld" : "/ok", n - 1);
		put_redirect(c, to);
	} else if (strncmp(path, "/to/", 4) == 0) {
		put_redirect(c, path + 4);
	} else {
		answer_odd(c, path);
	}
}

static void on_request(struct conn *c)
{
	char path[1024];

	memcpy(c->site->web->last_request, c->in, 2047);
	c->site->requests++;
	c->n = 0;
	assert_int_equal(sscanf(c->in, "GET %1023s", path), 1);
	answer(c, path);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *b)
{
	struct conn *c = h->data;

	(void)hint;
	*b = uv_buf_init(c->in + c->n, (unsigned)(sizeof c->in - 1 - c->n));
}

static void on_in(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct conn *c = s->data;

	(void)b;
	if (n < 0) {
		conn_close(c);
		return;
	}
	c->n += (size_t)n;
	c->in[c->n] = '\0';
	if (strstr(c->in, "\r\n\r\n"))
		on_request(c);
}

static void on_connection(uv_stream_t *l, int status)
{
	struct site *s = l->data;
	struct conn *c = mem_zero(sizeof *c);

	assert_int_equal(status, 0);
	c->site = s;
	closer_init(&c->closer, conn_free, c);
	uv_tcp_init(l->loop, &c->tcp);
	uv_timer_init(l->loop, &c->drip);
	c->tcp.data = c->drip.data = c;
	closer_hold(&c->closer);
	closer_hold(&c->closer);
	assert_int_equal(uv_accept(l, (uv_stream_t *)&c->tcp), 0);
	s->accepted++;
	s->open++;
	if (s->open > s->most_open)
		s->most_open = s->open;
	uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_in);
}

static void site_open(struct web *w, struct site *s)
{
	/* Both families; without IPv6 it is the other. */
	struct sockaddr_in6 in = {.sin6_family = AF_INET6};
	struct sockaddr_in in4 = {.sin_family = AF_INET};
	int n = sizeof in;

	s->web = w;
	uv_tcp_init(&w->f.loop, &s->listener);
	s->listener.data = s;
	s->has_ipv6 = uv_tcp_bind(&s->listener, (struct sockaddr *)&in, 0) == 0;
	if (!s->has_ipv6)
		uv_tcp_bind(&s->listener, (struct sockaddr *)&in4, 0);
	assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 100,
				 on_connection),
		0);
	uv_tcp_getsockname(&s->listener, (struct sockaddr *)&in, &n);
	s->port = ntohs(in.sin6_port); /* where it is in both */
}

static struct web *web_new(bool bound)
{
	struct web *w = mem_zero(sizeof *w);
	struct host_config cfg = {.state_dir = w->f.dir};
	struct fault fault;

	if (bound) {
		host_up(&w->f, NULL);
	} else {
		fixture_init(&w->f);
		assert_int_equal(host_open(&w->f.loop, &cfg, &w->f.host,
					 &fault),
			ERR_OK);
	}
	for (int i = 0; i < SITES; i++)
		site_open(w, &w->sites[i]);
	return w;
}

/* The connections of the server end when the client has let go of its. */
static void web_free(struct web *w)
{
	for (int i = 0; i < SITES; i++)
		uv_close((uv_handle_t *)&w->sites[i].listener, NULL);
	host_down(&w->f);
	buf_free(&w->script);
	mem_free(w);
}

static void on_done(void *user, const struct http_answer *a)
{
	struct reply *r = user;

	r->calls++;
	r->fault = a->fault;
	r->status = a->status;
	r->len = a->body.n;
	r->remote = a->remote;
	if (a->body.n)
		memcpy(r->body, a->body.p,
			a->body.n < 255 ? a->body.n : (size_t)255);
}

static struct http_req *get_at(struct web *w, int site, const char *host,
	const char *path, uint32_t timeout_ms, bool stranger, struct reply *r)
{
	char url[2048];
	struct http_ask ask = {.url = url,
		.timeout_ms = timeout_ms,
		.body_max = BODY_MAX,
		.from_stranger = stranger};

	snprintf(url, sizeof url, "http://%s:%u%s", host,
		(unsigned)w->sites[site].port, path);
	return w->f.host->ops->http_get(w->f.host, &ask, on_done, r);
}

/* Ask and wait for the answer. */
static struct reply fetch(struct web *w, const char *path)
{
	struct reply r = {0};

	get_at(w, 0, "127.0.0.1", path, TIMEOUT_MS, false, &r);
	assert_int_equal(r.calls, 0);
	run_until(&w->f, &r.calls, 1);
	return r;
}

static struct reply fetch_url(struct web *w, const char *url)
{
	struct http_ask ask = {
		.url = url, .timeout_ms = TIMEOUT_MS, .body_max = BODY_MAX};
	struct reply r = {0};

	w->f.host->ops->http_get(w->f.host, &ask, on_done, &r);
	assert_int_equal(r.calls, 0);
	run_until(&w->f, &r.calls, 1);
	return r;
}

static void an_answer_has_status_body_and_sender(void **state)
{
	struct web *w = web_new(true);
	struct reply r = fetch(w, "/ok");

	(void)state;
	assert_int_equal(r.fault.code, ERR_OK);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.len, 5);
	assert_memory_equal(r.body, "hello", 5);
	assert_int_equal(r.remote.port, w->sites[0].port);
	assert_true(addr_is_loopback(&r.remote));
	r = fetch(w, "/nothing");
	assert_int_equal(r.fault.code, ERR_OK);
	assert_int_equal(r.status, 404);
	assert_memory_equal(r.body, "no", 2);
	web_free(w);
}

static void one_connection_serves_many_requests(void **state)
{
	struct web *w = web_new(true);

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(fetch(w, "/ok").status, 200);
	assert_int_equal(w->sites[0].accepted, 1);
	assert_int_equal(w->sites[0].requests, 10);
	web_free(w);
}

static void says_who_it_is_and_keeps_no_cookies(void **state)
{
	struct web *w = web_new(true);

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	assert_int_equal(fetch(w, "/cookie").status, 200);
	assert_int_equal(fetch(w, "/ok").status, 200);
	unsetenv("http_proxy");
	assert_non_null(strstr(w->last_request,
		"User-Agent: bttui/" BTTUI_VERSION "\r\n"));
	assert_null(strstr(w->last_request, "Cookie"));
	web_free(w);
}

static void undoes_chunks_and_gzip(void **state)
{
	struct web *w = web_new(true);
	struct reply r = fetch(w, "/chunked");

	(void)state;
	assert_int_equal(r.len, 7);
	assert_memory_equal(r.body, "abcdefg", 7);
	r = fetch(w, "/gzip");
	assert_int_equal(r.fault.code, ERR_OK);
	assert_int_equal(r.len, 22);
	assert_memory_equal(r.body, "hello from inside gzip", 22);
	web_free(w);
}

static void the_cap_counts_what_comes_out(void **state)
{
	struct web *w = web_new(true);
	struct reply r = fetch(w, "/big/65536");

	(void)state;
	assert_int_equal(r.fault.code, ERR_OK);
	assert_int_equal(r.len, BODY_MAX);
	r = fetch(w, "/big/65537");
	assert_int_equal(r.fault.code, ERR_LIMIT);
	assert_int_equal(r.len, 0);
	r = fetch(w, "/bomb"); /* 133 bytes that become 102,400 */
	assert_int_equal(r.fault.code, ERR_LIMIT);
	web_free(w);
}

static void follows_five_redirects_and_no_more(void **state)
{
	struct web *w = web_new(true);
	struct reply r = fetch(w, "/r/5");

	(void)state;
	assert_int_equal(r.fault.code, ERR_OK);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.len, 5); /* nothing of the bodies before */
	r = fetch(w, "/r/6");
	assert_int_equal(r.fault.code, ERR_LIMIT);
	web_free(w);
}

static void follows_to_nothing_but_http(void **state)
{
	static const char *const paths[] = {"/to/file:///etc/passwd",
		"/to/gopher://127.0.0.1:1/x", "/to/ftp://127.0.0.1/",
		"/to/data:,x"};
	struct web *w = web_new(true);

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct reply r = fetch(w, paths[i]);

		assert_true(r.fault.code == ERR_PROTO ||
			    r.fault.code == ERR_SYNTAX);
		assert_int_equal(r.len, 0);
	}
	web_free(w);
}

static void refuses_other_addresses_later(void **state)
{
	struct web *w = web_new(true);

	(void)state;
	assert_int_equal(fetch_url(w, "file:///etc/passwd").fault.code,
		ERR_UNSUPPORTED);
	assert_int_equal(fetch_url(w, "ftp://127.0.0.1/").fault.code,
		ERR_UNSUPPORTED);
	assert_int_equal(fetch_url(w, "").fault.code, ERR_SYNTAX);
	assert_int_equal(fetch_url(w, "http://").fault.code, ERR_SYNTAX);
	assert_int_equal(fetch_url(w, "http://a b/").fault.code, ERR_SYNTAX);
	assert_int_equal(fetch_url(w, "http://127.0.0.1:99999/").fault.code,
		ERR_SYNTAX);
	/* Bound to an IPv4 address: no way to an IPv6 one. */
	assert_int_equal(fetch_url(w, "http://[::1]:1/").fault.code, ERR_NET);
	web_free(w);
}

static void says_that_nobody_listens(void **state)
{
	struct web *w = web_new(true);
	struct reply r = fetch_url(w, "http://127.0.0.1:1/announce");

	(void)state;
	assert_int_equal(r.fault.code, ERR_NET);
	assert_string_equal(r.fault.what, "connection refused");
	assert_int_equal(r.status, 0);
	web_free(w);
}

static void a_name_is_looked_up(void **state)
{
	struct web *w = web_new(true);
	struct reply r = {0};

	(void)state;
	get_at(w, 0, "localhost", "/ok", TIMEOUT_MS, true, &r);
	run_until(&w->f, &r.calls, 1);
	assert_int_equal(r.fault.code, ERR_OK);
	assert_int_equal(r.status, 200);
	web_free(w);
}

static void an_ipv6_address_needs_no_name(void **state)
{
	struct web *w = web_new(false);
	struct reply r = {0};

	(void)state;
	if (!w->sites[0].has_ipv6) {
		web_free(w);
		print_message("no IPv6 here\n");
		skip();
	}
	get_at(w, 0, "[::1]", "/ok", TIMEOUT_MS, true, &r);
	run_until(&w->f, &r.calls, 1);
	assert_string_equal(r.fault.what, "");
	assert_int_equal(r.status, 200);
	assert_int_equal(r.remote.family, ADDR_V6);
	web_free(w);
}

static void cut_answers_are_errors(void **state)
{
	struct web *w = web_new(true);
	struct reply r = fetch(w, "/short");

	(void)state;
	assert_int_equal(r.fault.code, ERR_NET);
	assert_int_equal(r.len, 0);
	r = fetch(w, "/close");
	assert_int_equal(r.fault.code, ERR_NET);
	web_free(w);
}

static void a_slow_drip_ends_at_the_time_out(void **state)
{
	struct web *w = web_new(true);
	struct reply r = {0}, hang = {0};
	uint64_t began, took;

	(void)state;
	uv_update_time(&w->f.loop); /* the clock that time-outs start from */
	began = uv_hrtime();
	get_at(w, 0, "127.0.0.1", "/drip", 120, false, &r);
	get_at(w, 0, "127.0.0.1", "/hang", 100, false, &hang);
	run_until(&w->f, &r.calls, 1);
	took = (uv_hrtime() - began) / 1000000;
	assert_int_equal(r.fault.code, ERR_TIMEOUT);
	assert_int_equal(hang.calls, 1);
	assert_int_equal(hang.fault.code, ERR_TIMEOUT);
	assert_true(took >= 119 && took < 3000);
	web_free(w);
}

static void a_cancelled_request_is_silent(void **state)
{
	struct web *w = web_new(true);
	struct reply r[3] = {{0}};
	struct http_req *q[3];

	(void)state;
	q[0] = get_at(w, 0, "127.0.0.1", "/hang", TIMEOUT_MS, false, &r[0]);
	run_until(&w->f, &w->sites[0].requests, 1);
	q[1] = get_at(w, 0, "127.0.0.1", "/ok", TIMEOUT_MS, false, &r[1]);
	q[2] = get_at(w, 0, "bad name", "/ok", TIMEOUT_MS, false, &r[2]);
	for (int i = 0; i < 3; i++)
		w->f.host->ops->http_cancel(w->f.host, q[i]);
	run_ms(&w->f, 30);
	for (int i = 0; i < 3; i++)
		assert_int_equal(r[i].calls, 0);
	assert_int_equal(w->sites[0].open, 0);
	web_free(w);
}

static void closing_ends_what_is_in_flight(void **state)
{
	struct web *w = web_new(true);
	struct reply r[20] = {{0}};

	(void)state;
	for (int i = 0; i < 20; i++)
		get_at(w, i % 2, "127.0.0.1", i % 3 ? "/hang" : "/drip",
			TIMEOUT_MS, false, &r[i]);
	run_until(&w->f, &w->sites[0].requests, 2);
	web_free(w);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(r[i].calls, 1);
		assert_int_equal(r[i].fault.code, ERR_CANCELED);
	}
}

static void a_hanging_site_costs_only_its_own_slots(void **state)
{
	struct web *w = web_new(true);
	struct reply hang[100] = {{0}}, good = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		get_at(w, 0, "127.0.0.1", "/hang", 300, false, &hang[i]);
	get_at(w, 1, "127.0.0.1", "/ok", TIMEOUT_MS, false, &good);
	run_until(&w->f, &good.calls, 1);
	assert_int_equal(good.status, 200);
	assert_int_equal(hang[0].calls, 0);
	/* The clock of the fifth starts when the first is over. */
	run_until(&w->f, &hang[4].calls, 1);
	assert_int_equal(hang[0].calls, 1);
	assert_int_equal(hang[0].fault.code, ERR_TIMEOUT);
	assert_true(w->sites[0].most_open <= 4);
	web_free(w);
}

/* ---- the collection of hostile answers ---- */

static void replay(struct web *w, const char *dir, const char *name)
{
	char path[1024];
	uint8_t block[4096];
	size_t n;
	struct reply r = {0};
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	w->script.len = 0;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&w->script, span_of(block, n));
	fclose(f);
	get_at(w, 0, "127.0.0.1", "/script", 1000, true, &r);
	run_until(&w->f, &r.calls, 1);
	assert_true(r.len <= BODY_MAX);
	assert_true(r.fault.code == ERR_OK || r.fault.what[0]);
	for (const char *c = r.fault.what; *c; c++)
		assert_true(*c >= ' ' && *c != 0x7f);
	run_ms(&w->f, 2);
	assert_int_equal(r.calls, 1);
}

static void survives_every_hostile_answer(void **state)
{
	const char *corpus = getenv("BTTUI_CORPUS");
	char dir[512];
	struct dirent *e;
	struct web *w;
	int files = 0;
	DIR *d;

	(void)state;
	snprintf(dir, sizeof dir, "%s/http", corpus ? corpus : "");
	d = corpus ? opendir(dir) : NULL;
	if (!d) {
		printf("BTTUI_CORPUS has no http folder\n");
		skip();
	}
	w = web_new(true);
	while ((e = readdir(d))) {
		if (!strstr(e->d_name, ".http"))
			continue;
		replay(w, dir, e->d_name);
		files++;
	}
	closedir(d);
	assert_true(files > 0);
	assert_int_equal(fetch(w, "/ok").status, 200);
	web_free(w);
}

/* ---- from the open internet into the user's network ---- */

/* A network of its own, in which the loopback device also has a public
 * address.  Works where the system lets us; else false. */
static bool enter_own_network(void)
{
	struct ifreq r = {.ifr_name = "lo:1"};
	struct sockaddr_in in = {.sin_family = AF_INET};
	int fd;
	bool ok;

	if (unshare(CLONE_NEWNET) != 0 &&
		unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, "203.0.113.1", &in.sin_addr);
	memcpy(&r.ifr_addr, &in, sizeof in);
	ok = ioctl(fd, SIOCSIFADDR, &r) == 0;
	memcpy(r.ifr_name, "lo", 3);
	r.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
	ok = ok && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
	close(fd);
	return ok;
}

static enum err redirected(struct web *w, const char *from, const char *to,
	bool stranger)
{
	char path[256];
	struct reply r = {0};

	snprintf(path, sizeof path, "/to/http://%s:%u/ok", to,
		(unsigned)w->sites[1].port);
	get_at(w, 0, from, path, TIMEOUT_MS, stranger, &r);
	run_until(&w->f, &r.calls, 1);
	if (r.fault.code == ERR_OK)
		assert_memory_equal(r.body, "hello", 5);
	return r.fault.code;
}

static void check_redirects(void)
{
	const char *pub = "203.0.113.1";
	struct web *w = web_new(false);

	/* Connections to local addresses that could be used again. */
	assert_int_equal(redirected(w, pub, "127.0.0.1", false), ERR_OK);
	assert_int_equal(redirected(w, pub, "localhost", false), ERR_OK);
	assert_int_equal(redirected(w, pub, "127.0.0.1", true), ERR_PROTO);
	assert_int_equal(redirected(w, pub, "localhost", true), ERR_PROTO);
	assert_int_equal(redirected(w, pub, "0x7f.1", true), ERR_PROTO);
	assert_int_equal(redirected(w, pub, "2130706433", true), ERR_PROTO);
	assert_int_equal(redirected(w, pub, "0", true), ERR_PROTO);
	assert_int_equal(redirected(w, pub, "[::1]", true), ERR_PROTO);
	assert_int_equal(redirected(w, pub, "[::ffff:127.0.0.1]", true),
		ERR_PROTO);
	/* Public to public and local to local are nobody's harm. */
	assert_int_equal(redirected(w, pub, pub, true), ERR_OK);
	assert_int_equal(redirected(w, "127.0.0.1", "127.0.0.1", true), ERR_OK);
	assert_int_equal(redirected(w, "127.0.0.1", pub, true), ERR_OK);
	web_free(w);
}

static void a_stranger_cannot_send_us_into_the_local_network(void **state)
{
	pid_t child;
	int status;

	(void)state;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (!enter_own_network())
			_exit(77);
		check_redirects(); /* a failed assertion exits with others */
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		printf("no network namespace to be had here\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_status_body_and_sender),
		cmocka_unit_test(one_connection_serves_many_requests),
		cmocka_unit_test(says_who_it_is_and_keeps_no_cookies),
		cmocka_unit_test(undoes_chunks_and_gzip),
		cmocka_unit_test(the_cap_counts_what_comes_out),
		cmocka_unit_test(follows_five_redirects_and_no_more),
		cmocka_unit_test(follows_to_nothing_but_http),
		cmocka_unit_test(refuses_other_addresses_later),
		cmocka_unit_test(says_that_nobody_listens),
		cmocka_unit_test(a_name_is_looked_up),
		cmocka_unit_test(an_ipv6_address_needs_no_name),
		cmocka_unit_test(cut_answers_are_errors),
		cmocka_unit_test(a_slow_drip_ends_at_the_time_out),
		cmocka_unit_test(a_cancelled_request_is_silent),
		cmocka_unit_test(closing_ends_what_is_in_flight),
		cmocka_unit_test(a_hanging_site_costs_only_its_own_slots),
		cmocka_unit_test(survives_every_hostile_answer),
		cmocka_unit_test(
			a_stranger_cannot_send_us_into_the_local_network),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
