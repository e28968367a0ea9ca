/*
 * fake_host.c - see fake_host.h.
 */
#include "fake_host.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/rng.h"
#include "core/storage/layout.h"
#include "proto/benc_write.h"

struct store {
	struct fake_host *h;
	void (*closed)(void *user);
	void *user;
};

static struct fake_host *fake_of(struct host *h)
{
	return container_of(h, struct fake_host, base);
}

static struct fake_host *fake_of_disk(const struct disk *d)
{
	return container_of((struct disk *)(uintptr_t)d, struct fake_host,
		disk);
}

/* --- clock, names, HTTP, datagrams
 * ------------------------------------------ */

static uint64_t op_now(struct host *h)
{
	return fake_of(h)->now;
}

static int64_t op_wall_s(struct host *h)
{
	return 1700000000 + (int64_t)(fake_of(h)->now / 1000);
}

static void op_wake_at(struct host *h, uint64_t deadline)
{
	fake_of(h)->wake = deadline;
}

static void op_random(struct host *h, void *p, size_t n)
{
	struct rng r;

	rng_seed(&r, ++fake_of(h)->seed);
	rng_fill(&r, p, n);
}

static struct stream *op_dial(struct host *h, const struct addr *to,
	const struct stream_events *ev, void *user)
{
	struct fake_stream *s = mem_zero(sizeof *s);

	(void)h;
	fake_stream(s, "127.0.0.9", NULL);
	s->remote = *to;
	s->ev = ev;
	s->user = user;
	return &s->base;
}

static void op_multicast_join(struct host *host, bool on)
{
	fake_of(host)->in_groups = on;
}

static void op_multicast(struct host *host, enum addr_family family,
	struct span s)
{
	(void)family;
	assert_true(s.n > 0);
	fake_of(host)->multicasts++;
}

static void op_send_udp(struct host *host, const struct addr *to, struct span s)
{
	struct fake_host *h = fake_of(host);

	assert_true(h->npackets < FAKE_PACKETS);
	h->packet[h->npackets].to = *to;
	buf_add(&h->packet[h->npackets++].bytes, s);
}

static struct http_req *op_http_get(struct host *host,
	const struct http_ask *ask, http_done *done, void *user)
{
	struct fake_host *h = fake_of(host);

	assert_true(h->nhttp < FAKE_HTTP);
	h->http[h->nhttp].url = mem_strdup(ask->url);
	h->http[h->nhttp].done = done;
	h->http[h->nhttp].user = user;
	h->nhttp++;
	return user;
}

static void drop_http(struct fake_host *h, size_t i)
{
	mem_free(h->http[i].url);
	h->nhttp--;
	memmove(&h->http[i], &h->http[i + 1],
		(h->nhttp - i) * sizeof h->http[0]);
}

static void op_http_cancel(struct host *host, struct http_req *r)
{
	struct fake_host *h = fake_of(host);

	for (size_t i = 0; i < h->nhttp; i++)
		if (h->http[i].user == r) {
			drop_http(h, i);
			h->cancelled++;
			return;
		}
}

void fake_answer(struct fake_host *h, enum err fault, int status,
	struct span body)
{
	struct http_answer a = {.status = status, .body = body};
	http_done *done = h->http[0].done;
	void *user = h->http[0].user;

	assert_true(h->nhttp > 0);
	if (fault != ERR_OK)
		fault_set(&a.fault, fault, 0, "no answer");
	drop_http(h, 0);
	done(user, &a);
}

static struct resolve *op_resolve(struct host *host, const char *name,
	uint16_t port, resolve_done *done, void *user)
{
	struct fake_host *h = fake_of(host);

	(void)name;
	(void)port;
	assert_true(h->nnames < FAKE_HTTP);
	h->name[h->nnames].done = done;
	h->name[h->nnames++].user = user;
	return user;
}

static void op_resolve_cancel(struct host *host, struct resolve *r)
{
	struct fake_host *h = fake_of(host);

	for (size_t i = 0; i < h->nnames; i++)
		if (h->name[i].user == r)
			h->name[i].done = NULL;
	h->cancelled++;
}

static bool op_has_family(struct host *h, enum addr_family family)
{
	(void)h;
	return family == ADDR_V4;
}

static uint16_t op_port(struct host *h)
{
	(void)h;
	return 6881;
}

static const struct host_ops host_ops = {
	.now = op_now,
	.wall_s = op_wall_s,
	.wake_at = op_wake_at,
	.random = op_random,
	.dial = op_dial,
	.send_udp = op_send_udp,
	.multicast_join = op_multicast_join,
	.multicast = op_multicast,
	.http_get = op_http_get,
	.http_cancel = op_http_cancel,
	.resolve = op_resolve,
	.resolve_cancel = op_resolve_cancel,
	.port = op_port,
	.has_family = op_has_family,
};

/* --- streams
 * ---------------------------------------------------------------- */

static struct fake_stream *stream_of(struct stream *s)
{
	return container_of(s, struct fake_stream, base);
}

static void st_set_user(struct stream *s, const struct stream_events *ev,
	void *user)
{
	stream_of(s)->ev = ev;
	stream_of(s)->user = user;
}

static void st_send(struct stream *s, struct span bytes)
{
	buf_add(&stream_of(s)->sent, bytes);
}

static void st_send_block(struct stream *s, struct span head,
	struct block *body, size_t body_len)
{
	(void)body;
	(void)body_len;
	st_send(s, head);
}

static size_t st_queued(const struct stream *s)
{
	(void)s;
	return 0;
}

static void st_read(struct stream *s, bool on)
{
	(void)s;
	(void)on;
}

static void st_close(struct stream *base)
{
	struct fake_stream *s = stream_of(base);

	buf_free(&s->sent);
	if (s->closed)
		*s->closed = true; /* the test's own memory */
	else
		mem_free(s);
}

static const struct addr *st_remote(const struct stream *s)
{
	return &stream_of((struct stream *)(uintptr_t)s)->remote;
}

static const struct stream_ops stream_ops = {
	.set_user = st_set_user,
	.send = st_send,
	.send_block = st_send_block,
	.queued = st_queued,
	.read = st_read,
	.close = st_close,
	.remote = st_remote,
};

struct stream *fake_stream(struct fake_stream *s, const char *ip, bool *closed)
{
	memset(s, 0, sizeof *s);
	s->base.ops = &stream_ops;
	s->closed = closed;
	if (closed)
		*closed = false;
	assert_int_equal(addr_parse_ip(ip, 5000, &s->remote), ERR_OK);
	return &s->base;
}

/* --- the disk
 * ----------------------------------------------------------------- */

static struct store *op_store_open(struct disk *d, const struct layout *l,
	const char *dir, const char *tag)
{
	struct store *s = mem_zero(sizeof *s);

	(void)l;
	(void)tag;
	s->h = fake_of_disk(d);
	s->h->stores++;
	snprintf(s->h->dir, sizeof s->h->dir, "%s", dir);
	return s;
}

static void run_job(struct fake_host *h, struct disk_job *j)
{
	switch (j->op) {
	case DISK_STAT:
		memcpy(j->stat, h->stat, sizeof h->stat);
		if (h->stat_error)
			fault_set(&j->fault, ERR_DISK, h->stat_error,
				"cannot look at it");
		break;
	case DISK_HASH:
		h->hashed++;
		sha1(span_of(h->data + j->offset, j->length), j->sha1);
		break;
	case DISK_SELECT:
		h->selected++;
		break;
	case DISK_DELETE:
		h->deleted++;
		break;
	default:
		break;
	}
	j->done(j);
}

static void close_done(struct disk_job *j)
{
	struct store *s = j->user;

	s->closed(s->user);
	mem_free(s);
	mem_free(j);
}

static void op_submit(struct store *s, struct disk_job *j)
{
	struct fake_host *h = s->h;

	assert_true(h->njobs < FAKE_JOBS);
	h->job[h->njobs++] = j;
}

static void op_store_close(struct store *s, void (*done)(void *user),
	void *user)
{
	struct disk_job *j = mem_zero(sizeof *j);

	s->closed = done;
	s->user = user;
	j->op = DISK_FLUSH;
	j->done = close_done;
	j->user = s;
	op_submit(s, j);
}

static void op_file(struct disk *d, struct disk_file_job *j)
{
	struct fake_host *h = fake_of_disk(d);

	assert_true(h->nfile < FAKE_JOBS);
	if (j->op == DISK_FILE_SAVE)
		j->bytes = span_of(mem_dup(j->bytes.p, j->bytes.n + 0),
			j->bytes.n);
	h->file[h->nfile++] = j;
}

static struct disk_space op_space(struct disk *d, const char *dir)
{
	(void)d;
	(void)dir;
	return (struct disk_space){0};
}

static bool op_pressure(const struct disk *d)
{
	(void)d;
	return false;
}

static uint64_t op_dirty_bytes(const struct disk *d)
{
	(void)d;
	return 0;
}

static void op_on_relieved(struct disk *d, void (*relieved)(void *user),
	void *user)
{
	(void)d;
	(void)relieved;
	(void)user;
}

static const struct disk_ops disk_ops = {
	.store_open = op_store_open,
	.store_close = op_store_close,
	.submit = op_submit,
	.file = op_file,
	.space = op_space,
	.pressure = op_pressure,
	.dirty_bytes = op_dirty_bytes,
	.on_relieved = op_on_relieved,
};

/* --- state files
 * -------------------------------------------------------------- */

static size_t find_state(const struct fake_host *h, const char *path)
{
	size_t i = 0;

	while (i < h->nstates && strcmp(h->path[i], path) != 0)
		i++;
	return i;
}

struct buf *fake_state(struct fake_host *h, const char *path)
{
	size_t i = find_state(h, path);

	return i < h->nstates ? &h->state[i] : NULL;
}

void fake_put_state(struct fake_host *h, const char *path, struct span bytes)
{
	size_t i = find_state(h, path);

	if (i == h->nstates) {
		assert_true(h->nstates < FAKE_STATES);
		h->path[h->nstates++] = mem_strdup(path);
	}
	buf_free(&h->state[i]);
	buf_add(&h->state[i], bytes);
}

static void remove_state(struct fake_host *h, const char *path)
{
	size_t i = find_state(h, path);

	if (i == h->nstates)
		return;
	mem_free(h->path[i]);
	buf_free(&h->state[i]);
	h->nstates--;
	h->path[i] = h->path[h->nstates];
	h->state[i] = h->state[h->nstates];
	h->state[h->nstates] = (struct buf){0};
}

static void run_save(struct fake_host *h, struct disk_file_job *j)
{
	h->saves += strcmp(j->path, "session") == 0;
	if (h->save_error)
		fault_set(&j->fault, ERR_DISK, h->save_error, "cannot save");
	else
		fake_put_state(h, j->path, j->bytes);
	mem_free((void *)(uintptr_t)j->bytes.p);
}

static void run_file(struct fake_host *h, struct disk_file_job *j)
{
	struct buf *found = fake_state(h, j->path);

	switch (j->op) {
	case DISK_FILE_SAVE:
		run_save(h, j);
		break;
	case DISK_FILE_LOAD:
		if (found)
			buf_add(&j->loaded, buf_span(found));
		else
			fault_set(&j->fault, ERR_NOENT, 0, "there is none");
		break;
	case DISK_FILE_REMOVE:
		remove_state(h, j->path);
		break;
	}
	j->done(j);
}

/* --- turns
 * ------------------------------------------------------------------ */

void fake_init(struct fake_host *h)
{
	struct rng r;

	hash_setup();
	memset(h, 0, sizeof *h);
	h->base.ops = &host_ops;
	h->base.disk = &h->disk;
	h->disk.ops = &disk_ops;
	h->now = 1000000;
	h->wake = NEVER;
	rng_seed(&r, 7);
	rng_fill(&r, h->data, sizeof h->data);
}

void fake_fini(struct fake_host *h)
{
	while (h->nstates > 0)
		remove_state(h, h->path[0]);
	while (h->nhttp > 0)
		drop_http(h, 0);
	for (size_t i = 0; i < FAKE_PACKETS; i++)
		buf_free(&h->packet[i].bytes);
}

static void run_jobs(struct fake_host *h)
{
	size_t n = h->njobs, kept = 0;
	struct disk_job *job[FAKE_JOBS];

	memcpy(job, h->job, n * sizeof job[0]);
	h->njobs = 0;
	for (size_t i = 0; i < n; i++) {
		if (h->slow && job[i]->op == DISK_HASH)
			h->job[kept++] = job[i];
		h->njobs = kept;
	}
	for (size_t i = 0; i < n; i++)
		if (!h->slow || job[i]->op != DISK_HASH)
			run_job(h, job[i]);
}

static void run_files(struct fake_host *h)
{
	size_t n = h->nfile;
	struct disk_file_job *file[FAKE_JOBS];

	memcpy(file, h->file, n * sizeof file[0]);
	h->nfile = 0;
	for (size_t i = 0; i < n; i++)
		run_file(h, file[i]);
}

static void run_names(struct fake_host *h)
{
	size_t n = h->nnames;
	struct fault none = {0};

	fault_set(&none, ERR_NET, 0, "no such name");
	for (size_t i = 0; i < n; i++)
		if (h->name[i].done)
			h->name[i].done(h->name[i].user, &none, &h->named,
				h->named.family != ADDR_NONE);
	h->nnames -= n;
	memmove(h->name, h->name + n, h->nnames * sizeof h->name[0]);
}

void fake_turn(struct fake_host *h, struct engine *e)
{
	run_jobs(h);
	run_files(h);
	run_names(h);
	if (e && h->wake <= h->now) {
		h->wake = NEVER;
		engine_wake(e, h->now);
	}
}

void fake_run(struct fake_host *h, struct engine *e, uint64_t ms)
{
	for (uint64_t t = 0; t < ms; t += 10) {
		h->now += 10;
		fake_turn(h, e);
	}
}

static void set_true(void *user)
{
	*(bool *)user = true;
}

void fake_close(struct fake_host *h, struct engine *e)
{
	bool done = false;

	h->slow = false;
	engine_close(e, true, set_true, &done);
	assert_false(done);
	for (int i = 0; i < 500 && !done; i++)
		fake_turn(h, e);
	assert_true(done);
	engine_free(e);
}

/* --- the torrent
 * ------------------------------------------------------------ */

static void put_file(struct bw *w, const char *name)
{
	bw_dict(w);
	bw_key(w, "length");
	bw_int(w, FAKE_BYTES / FAKE_FILES);
	bw_key(w, "path");
	bw_list(w);
	bw_str(w, name);
	bw_end(w);
	bw_end(w);
}

struct buf fake_torrent(const struct fake_host *h, const char *name)
{
	uint8_t pieces[FAKE_PIECES][SHA1_LEN];
	struct buf out = {0};
	struct bw w;

	for (uint32_t i = 0; i < FAKE_PIECES; i++)
		sha1(span_of(h->data + (size_t)i * FAKE_PIECE, FAKE_PIECE),
			pieces[i]);
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "info");
	bw_dict(&w);
	bw_key(&w, "files");
	bw_list(&w);
	put_file(&w, "a");
	put_file(&w, "b");
	bw_end(&w);
	bw_key(&w, "name");
	bw_str(&w, name);
	bw_key(&w, "piece length");
	bw_int(&w, FAKE_PIECE);
	bw_key(&w, "pieces");
	bw_span(&w, span_of(pieces, sizeof pieces));
	bw_end(&w);
	bw_end(&w);
	buf_add(&out, buf_span(&w.out));
	bw_fini(&w);
	return out;
}

void fake_files_there(struct fake_host *h)
{
	for (size_t i = 0; i < FAKE_FILES; i++)
		h->stat[i] = (struct disk_stat){
			true, FAKE_BYTES / FAKE_FILES, 1000 + (int64_t)i};
}
