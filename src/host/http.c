/*
 * http.c - HTTP and HTTPS for trackers, through one curl multi handle.
 *
 * curl does the protocol; who is asked is decided here.  Names are resolved by
 * resolve.c and pinned (curl would wait for its own resolver thread when a
 * transfer ends, which stops the loop while a name server hangs), and
 * redirects are followed here, one transfer each, so that every hop goes
 * through the same checks: scheme, number, and whether a stranger sends us
 * from the open internet into the user's own network.  The address is checked
 * again when the socket is made and when a connection is used again.
 *
 * Requests wait here for one of TRANSFERS_MAX slots, at most SITE_MAX for one
 * host and port; their clock starts when they get it.  So a tracker that hangs
 * costs its own few slots and no other tracker its time.
 *
 * curl's callbacks only record; everything else happens after
 * curl_multi_socket_action() has returned.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/mem.h"
#include "host/errmap.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"

#define TRANSFERS_MAX 50u
#define SITE_MAX 4u
#define REDIRECTS_MAX 5u
#define HEADERS_MAX (64u * 1024)
#define URL_MAX (16u * 1024)
#define CONNECT_MS 15000L
#define IDLE_CONNECTIONS 16L
#define PINNED_MAX 8u

struct http {
	struct uv_host *h;
	struct closer closer;
	CURLM *multi;
	uv_timer_t curl_timer;
	uv_timer_t deadline_timer;
	struct heap deadlines;
	struct list waiting; /* for a slot */
	struct list active;
	unsigned nactive;
};

struct http_req {
	struct http *c;
	struct list link;
	struct heap_node deadline;
	bool is_active;
	http_done *done;
	void *user;
	size_t body_max;
	uint32_t timeout_ms;
	bool from_stranger;

	/* The present hop. */
	char *url, *host;
	uint16_t port;
	uint64_t site; /* of the first hop */
	unsigned redirects;
	bool only_public; /* a stranger's redirect: no local address */
	struct resolve *resolve;
	struct addr addrs[PINNED_MAX];
	size_t naddrs;
	CURL *easy;
	struct curl_slist *pins;
	struct buf body;
	size_t header_bytes;
	struct addr remote;
	struct fault fault; /* why a callback of ours stopped it */
};

/* One socket of curl. */
struct sock {
	uv_poll_t poll;
	struct http *c;
	curl_socket_t fd;
};

static void hop_begin(struct http_req *r);
static void http_drain(struct http *c);

/* ---- requests ---- */

static void hop_end(struct http_req *r)
{
	if (r->resolve)
		resolver_cancel(r->c->h->resolver, r->resolve);
	r->resolve = NULL;
	if (r->easy) {
		curl_multi_remove_handle(r->c->multi, r->easy);
		curl_easy_cleanup(r->easy);
	}
	r->easy = NULL;
	curl_slist_free_all(r->pins);
	r->pins = NULL;
}

static void arm_deadlines(struct http *c);

static void req_free(struct http_req *r)
{
	struct http *c = r->c;

	hop_end(r);
	list_remove(&r->link);
	heap_remove(&c->deadlines, &r->deadline);
	if (r->is_active)
		c->nactive--;
	buf_free(&r->body);
	mem_free(r->url);
	mem_free(r->host);
	mem_free(r);
}

static unsigned site_active(const struct http *c, uint64_t site)
{
	unsigned n = 0;

	list_for_each (it, &c->active) {
		const struct http_req *r =
			container_of(it, struct http_req, link);

		n += r->site == site;
	}
	return n;
}

/* Give free slots to those who wait. */
static void http_pump(struct http *c)
{
	list_for_each_safe (it, &c->waiting) {
		struct http_req *r = container_of(it, struct http_req, link);

		if (c->nactive == TRANSFERS_MAX || c->closer.closing)
			break;
		if (site_active(c, r->site) >= SITE_MAX)
			continue;
		list_remove(&r->link);
		list_push_back(&c->active, &r->link);
		r->is_active = true;
		c->nactive++;
		heap_set(&c->deadlines, &r->deadline,
			uv_now(c->h->loop) + r->timeout_ms);
		hop_begin(r);
	}
	arm_deadlines(c);
}

/* The only place that answers.  r is gone afterwards. */
static void req_finish(struct http_req *r, const struct fault *fault,
	int status)
{
	struct http *c = r->c;
	struct buf body = r->body;
	http_done *done = r->done;
	void *user = r->user;
	struct http_answer a = {
		.fault = *fault, .status = status, .remote = r->remote};

	if (fault->code == ERR_OK)
		a.body = buf_span(&body);
	r->body = (struct buf){0};
	req_free(r);
	done(user, &a);
	buf_free(&body);
	if (c->multi)
		http_pump(c);
}

/* Answer at the next turn: for failures found inside http_get(). */
static void req_fail_later(struct http_req *r, enum err code, const char *why)
{
	fault_set(&r->fault, code, 0, "%s", why);
	heap_set(&r->c->deadlines, &r->deadline, 0);
	arm_deadlines(r->c);
}

static void on_deadline(uv_timer_t *timer)
{
	struct http *c = timer->data;
	uint64_t now = uv_now(c->h->loop);

	closer_hold(&c->closer);
	while (heap_next(&c->deadlines) <= now) {
		struct http_req *r = container_of(heap_min(&c->deadlines),
			struct http_req, deadline);
		struct fault f = r->fault;

		if (f.code == ERR_OK)
			fault_set(&f, ERR_TIMEOUT, 0,
				"no complete answer in time");
		req_finish(r, &f, 0);
	}
	if (!c->closer.closing)
		arm_deadlines(c);
	closer_drop(&c->closer);
}

static void arm_deadlines(struct http *c)
{
	uint64_t next = heap_next(&c->deadlines);
	uint64_t now = uv_now(c->h->loop);

	if (c->closer.closing)
		return;
	if (next == NEVER)
		uv_timer_stop(&c->deadline_timer);
	else
		uv_timer_start(&c->deadline_timer, on_deadline,
			next > now ? next - now : 1, 0);
}

/* ---- where to ---- */

static bool is_http(CURLU *u)
{
	char *scheme = NULL;
	bool ok = false;

	if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
		ok = strcmp(scheme, "http") == 0 ||
		     strcmp(scheme, "https") == 0;
	curl_free(scheme);
	return ok;
}

/* Host (as it is looked up: punycode, no brackets) and port of a URL. */
static bool take_host(CURLU *u, struct http_req *r)
{
#ifdef CURLU_PUNYCODE
	const unsigned how = CURLU_PUNYCODE;
#else
	const unsigned how = 0;
#endif
	char *host = NULL, *port = NULL;
	size_t n;
	bool ok = curl_url_get(u, CURLUPART_HOST, &host, how) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
	                  CURLUE_OK;

	if (ok) {
		n = strlen(host);
		mem_free(r->host);
		if (n > 2 && host[0] == '[' && host[n - 1] == ']')
			r->host = mem_strndup(host + 1, n - 2);
		else
			r->host = mem_strdup(host);
		r->port = (uint16_t)strtoul(port, NULL, 10);
		ok = r->port != 0;
	}
	curl_free(host);
	curl_free(port);
	return ok;
}

static enum err check_url(struct http_req *r, const char **why)
{
	CURLU *u = curl_url();
	enum err e = ERR_OK;

	*why = "not a valid web address";
	if (!u || strlen(r->url) > URL_MAX ||
		curl_url_set(u, CURLUPART_URL, r->url, 0) != CURLUE_OK) {
		e = ERR_SYNTAX;
	} else if (!is_http(u)) {
		e = r->redirects ? ERR_PROTO : ERR_UNSUPPORTED;
		*why = r->redirects ? "sent to something other than http"
		                    : "only http and https addresses work";
	} else if (!take_host(u, r)) {
		e = ERR_SYNTAX;
	}
	curl_url_cleanup(u);
	return e;
}

static bool is_allowed(const struct http_req *r, const struct addr *a)
{
	return uv_host_local(r->c->h, a->family) &&
	       !(r->only_public && addr_is_local(a));
}

/* ---- curl's callbacks about one transfer ---- */

static size_t on_body(char *p, size_t size, size_t n, void *user)
{
	struct http_req *r = user;

	n *= size;
	if (n > r->body_max - r->body.len) {
		fault_set(&r->fault, ERR_LIMIT, 0,
			"the answer is longer than %zu bytes", r->body_max);
		return n ? 0 : 1;
	}
	buf_add(&r->body, span_of(p, n));
	return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *user)
{
	struct http_req *r = user;

	(void)p;
	n *= size;
	if (n > HEADERS_MAX - r->header_bytes) {
		fault_set(&r->fault, ERR_LIMIT, 0,
			"the answer's header is too long");
		return 0;
	}
	r->header_bytes += n;
	return n;
}

static void refuse_local(struct http_req *r)
{
	fault_set(&r->fault, ERR_PROTO, 0,
		"sent to an address of this network");
}

static curl_socket_t on_open_socket(void *user, curlsocktype purpose,
	struct curl_sockaddr *ca)
{
	struct http_req *r = user;
	const struct uv_host *h = r->c->h;
	struct sockaddr_storage ss = {0};
	struct addr to;
	int fd;

	(void)purpose;
	if (ca->addrlen > sizeof ss)
		return CURL_SOCKET_BAD;
	memcpy(&ss, &ca->addr, ca->addrlen);
	to = sockaddr_read(&ss);
	if (to.family == ADDR_NONE || !uv_host_local(h, to.family))
		return CURL_SOCKET_BAD;
	if (!is_allowed(r, &to)) {
		refuse_local(r);
		return CURL_SOCKET_BAD;
	}
	if (h->bound)
		fd = sockaddr_open_bound(uv_host_local(h, to.family),
			SOCK_STREAM);
	else
		fd = socket(ca->family, ca->socktype | SOCK_CLOEXEC,
			ca->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Also sees connections that are used again, which open no socket. */
static int on_before_request(void *user, char *remote_ip, char *local_ip,
	int remote_port, int local_port)
{
	struct http_req *r = user;
	struct addr a;

	(void)local_ip;
	(void)local_port;
	if (addr_parse_ip(remote_ip, (uint16_t)remote_port, &a) != ERR_OK)
		return CURL_PREREQFUNC_ABORT;
	r->remote = a;
	if (is_allowed(r, &a))
		return CURL_PREREQFUNC_OK;
	refuse_local(r);
	return CURL_PREREQFUNC_ABORT;
}

/* ---- one hop ---- */

/* "+host:port:addr,addr": the addresses found, good for one minute.  NULL
 * for an IPv6 address, whose colons have no place there: none is needed. */
static struct curl_slist *make_pins(const struct http_req *r)
{
	struct buf b = {0};
	struct curl_slist *pins;
	char ip[ADDR_TEXT_MAX];

	if (strchr(r->host, ':'))
		return NULL;
	buf_printf(&b, "+%s:%u:", r->host, (unsigned)r->port);
	for (size_t i = 0; i < r->naddrs; i++) {
		addr_ip_text(&r->addrs[i], ip);
		buf_printf(&b, i ? ",%s" : "%s", ip);
	}
	buf_add_byte(&b, 0);
	pins = curl_slist_append(NULL, (const char *)b.p);
	buf_free(&b);
	return pins;
}

static void set_options(CURL *e, struct http_req *r)
{
	curl_easy_setopt(e, CURLOPT_URL, r->url);
	curl_easy_setopt(e, CURLOPT_PRIVATE, r);
	curl_easy_setopt(e, CURLOPT_RESOLVE, r->pins);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* nor one of the environment */
	curl_easy_setopt(e, CURLOPT_USERAGENT, "bttui/" BTTUI_VERSION);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, r);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, r);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_before_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, r);
}

static void on_resolved(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n)
{
	struct http_req *r = user;
	struct fault f = *fault;

	r->resolve = NULL;
	r->naddrs = 0;
	for (size_t i = 0; i < n && r->naddrs < PINNED_MAX; i++)
		if (is_allowed(r, &addrs[i]))
			r->addrs[r->naddrs++] = addrs[i];
	if (r->naddrs == 0) {
		if (n > 0 && r->only_public)
			fault_set(&f, ERR_PROTO, 0,
				"sent to an address of this network");
		else if (n > 0)
			fault_set(&f, ERR_NET, EADDRNOTAVAIL,
				"no address of a family that is in use");
		req_finish(r, &f, 0);
		return;
	}
	r->easy = curl_easy_init();
	if (!r->easy)
		mem_fatal("out of memory");
	r->pins = make_pins(r);
	set_options(r->easy, r);
	if (curl_multi_add_handle(r->c->multi, r->easy) != CURLM_OK)
		req_fail_later(r, ERR_LIMIT, "cannot start a transfer");
}

static void hop_begin(struct http_req *r)
{
	const char *why;
	enum err e = check_url(r, &why);

	r->body.len = 0;
	r->header_bytes = 0;
	if (e != ERR_OK)
		req_fail_later(r, e, why);
	else
		r->resolve = resolver_ask(r->c->h->resolver, r->host, r->port,
			on_resolved, r);
}

static void fault_of_curl(struct fault *f, CURLcode code, int os)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		fault_set(f, ERR_NOENT, 0, "no such name");
		break;
	case CURLE_COULDNT_CONNECT:
		fault_set(f, ERR_NET, os, "%s",
			os ? errmap_text(os) : "could not connect");
		break;
	case CURLE_OPERATION_TIMEDOUT:
		fault_set(f, ERR_TIMEOUT, 0, "timed out");
		break;
	case CURLE_GOT_NOTHING:
		fault_set(f, ERR_NET, 0, "closed without an answer");
		break;
	case CURLE_PARTIAL_FILE:
		fault_set(f, ERR_NET, 0, "the answer ends too early");
		break;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
	case CURLE_BAD_CONTENT_ENCODING:
		fault_set(f, ERR_PROTO, 0, "not a proper HTTP answer");
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		fault_set(f, ERR_NET, 0, "the certificate is not trusted");
		break;
	case CURLE_SSL_CONNECT_ERROR:
		fault_set(f, ERR_NET, 0, "no secure connection possible");
		break;
	default:
		fault_set(f, ERR_NET, os, "%s", curl_easy_strerror(code));
		break;
	}
}

/* True if the answer sends us elsewhere, and that has begun. */
static bool follow(struct http_req *r, long status)
{
	char *to = NULL;

	if (status != 301 && status != 302 && status != 303 && status != 307 &&
		status != 308)
		return false;
	curl_easy_getinfo(r->easy, CURLINFO_REDIRECT_URL, &to);
	if (!to)
		return false;
	mem_free(r->url);
	r->url = mem_strdup(to);
	hop_end(r);
	r->redirects++;
	if (r->from_stranger && !addr_is_local(&r->remote))
		r->only_public = true;
	if (r->redirects > REDIRECTS_MAX)
		req_fail_later(r, ERR_LIMIT, "sent elsewhere too often");
	else
		hop_begin(r);
	return true;
}

static void hop_done(struct http_req *r, CURLcode code)
{
	struct fault f = r->fault;
	long status = 0, os = 0;

	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && f.code == ERR_OK && follow(r, status))
		return;
	if (code != CURLE_OK && f.code == ERR_OK) {
		curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &os);
		fault_of_curl(&f, code, (int)os);
	}
	req_finish(r, &f, (int)status);
}

/* ---- curl and the loop ---- */

/* After every socket action, also one for nothing: a time-out is reported
 * only here. */
static void http_drain(struct http *c)
{
	int left;
	CURLMsg *m;

	closer_hold(&c->closer);
	while (c->multi && (m = curl_multi_info_read(c->multi, &left))) {
		struct http_req *r = NULL;
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r);
		hop_done(r, code);
	}
	closer_drop(&c->closer);
}

static void on_sock_poll(uv_poll_t *p, int status, int events)
{
	struct sock *s = p->data;
	struct http *c = s->c;
	int flags = 0, running;

	if (status < 0) {
		/* Without this a broken socket would wake us for ever. */
		uv_poll_stop(p);
		flags = CURL_CSELECT_ERR;
	}
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(c->multi, s->fd, flags, &running);
	http_drain(c);
}

static void on_sock_closed(uv_handle_t *handle)
{
	struct sock *s = handle->data;
	struct http *c = s->c;

	mem_free(s);
	closer_drop(&c->closer);
}

static struct sock *sock_new(struct http *c, curl_socket_t fd)
{
	struct sock *s = mem_zero(sizeof *s);

	s->c = c;
	s->fd = fd;
	if (uv_poll_init(c->h->loop, &s->poll, fd) < 0) {
		mem_free(s);
		return NULL;
	}
	s->poll.data = s;
	closer_hold(&c->closer);
	curl_multi_assign(c->multi, fd, s);
	return s;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user,
	void *assigned)
{
	struct http *c = user;
	struct sock *s = assigned;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s) {
			curl_multi_assign(c->multi, fd, NULL);
			uv_close((uv_handle_t *)&s->poll, on_sock_closed);
		}
		return 0;
	}
	if (!s)
		s = sock_new(c, fd);
	/* An error returned here would end all transfers for good; this one
	 * ends at its deadline. */
	if (!s)
		return 0;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	uv_poll_start(&s->poll, events, on_sock_poll);
	return 0;
}

static void on_curl_timer_due(uv_timer_t *timer)
{
	struct http *c = timer->data;
	int running;

	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	http_drain(c);
}

static int on_curl_timer(CURLM *multi, long ms, void *user)
{
	struct http *c = user;

	(void)multi;
	if (ms < 0)
		uv_timer_stop(&c->curl_timer);
	else
		uv_timer_start(&c->curl_timer, on_curl_timer_due,
			ms > 0 ? (uint64_t)ms : 1, 0);
	return 0;
}

/* ---- the face ---- */

static uint64_t site_of(const struct http_req *r)
{
	uint64_t x = 14695981039346656037u;

	for (const char *p = r->host; p && *p; p++)
		x = (x ^ (uint8_t)*p) * 1099511628211u;
	return (x ^ r->port) * 1099511628211u;
}

struct http_req *http_get(struct http *c, const struct http_ask *ask,
	http_done *done, void *user)
{
	struct http_req *r = mem_zero(sizeof *r);
	const char *why;

	r->c = c;
	r->done = done;
	r->user = user;
	r->body_max = ask->body_max;
	r->timeout_ms = ask->timeout_ms;
	r->from_stranger = ask->from_stranger;
	r->url = mem_strdup(ask->url);
	/* A wrong address fails when its turn comes; here only its host. */
	if (check_url(r, &why) == ERR_OK)
		r->site = site_of(r);
	list_push_back(&c->waiting, &r->link);
	http_pump(c);
	return r;
}

void http_cancel(struct http *c, struct http_req *r)
{
	req_free(r);
	http_pump(c);
}

static void http_free(void *user)
{
	struct http *c = user;
	struct uv_host *h = c->h;

	heap_fini(&c->deadlines);
	mem_free(c);
	curl_global_cleanup();
	closer_drop(&h->closer);
}

static void on_closed(uv_handle_t *handle)
{
	struct http *c = handle->data;

	closer_drop(&c->closer);
}

struct http *http_open(struct uv_host *h)
{
	struct http *c = mem_zero(sizeof *c);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		mem_fatal("libcurl cannot be used");
	c->h = h;
	list_init(&c->waiting);
	list_init(&c->active);
	closer_init(&c->closer, http_free, c);
	closer_hold(&h->closer);
	uv_timer_init(h->loop, &c->curl_timer);
	uv_timer_init(h->loop, &c->deadline_timer);
	c->curl_timer.data = c->deadline_timer.data = c;
	closer_hold(&c->closer);
	closer_hold(&c->closer);
	c->multi = curl_multi_init();
	if (!c->multi)
		mem_fatal("libcurl cannot be used");
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS);
	return c;
}

static void cancel_all(struct list *reqs)
{
	struct fault f;

	fault_set(&f, ERR_CANCELED, 0, "canceled");
	while (!list_empty(reqs))
		req_finish(container_of(reqs->next, struct http_req, link), &f,
			0);
}

void http_close(struct http *c)
{
	CURLM *multi;

	if (!c)
		return;
	closer_hold(&c->closer);
	closer_close(&c->closer);
	cancel_all(&c->active);
	cancel_all(&c->waiting);
	/* Closing idle connections may call on_socket() once more. */
	multi = c->multi;
	curl_multi_cleanup(multi);
	c->multi = NULL;
	uv_close((uv_handle_t *)&c->curl_timer, on_closed);
	uv_close((uv_handle_t *)&c->deadline_timer, on_closed);
	closer_drop(&c->closer);
}
