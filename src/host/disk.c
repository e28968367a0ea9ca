/*
 * disk.c - jobs on files, run by the worker threads of a libuv loop.
 *
 * Everything asked for becomes a `struct work`.  It enters its domain in
 * disk_queue.c, runs on a worker as part of a task, and is finished on the
 * loop thread.  Work that is done or cancelled without a worker is put on
 * the deferred list, which an idle and a check handle empty, so that done()
 * never runs inside the call that asked and still runs in the same turn.
 */
#include "host/disk.h"

#include <assert.h>
#include <string.h>
#include <sys/resource.h>

#include "base/list.h"
#include "base/mem.h"
#include "host/disk_queue.h"
#include "host/disk_run.h"
#include "host/space.h"

#define BATCH_MAX 16u
#define BATCH_BYTES (1u << 20)       /* about a millisecond of work */
#define CACHED_READ_MAX (256u << 10) /* longest one done on the loop thread */
#define NAME_BUCKETS 64u
#define LOAD_COST (64u << 10)

enum work_kind {
	WORK_JOB,
	WORK_CLOSE, /* of a store */
	WORK_FILE,
	WORK_SPACE,
};

struct work {
	struct disk_item item;
	struct list node; /* of a task or the deferred list */
	enum work_kind kind;
	struct host_disk *disk;
	struct store *store;
	struct disk_job *job;
	struct disk_file_job *file;
	struct space_entry *space;
	struct disk_space space_seen;
	struct buf bytes; /* SAVE: the copy */
};

#define WORK_OF_ITEM(it) container_of(it, struct work, item)
#define WORK_OF_NODE(n) container_of(n, struct work, node)

struct store {
	struct host_disk *disk;
	struct files *files;
	const struct layout *layout;
	struct disk_domain domain;
	bool closing;
	void (*closed)(void *user);
	void *closed_user;
};

struct task {
	uv_work_t req;
	struct host_disk *disk;
	struct list batch;
	struct file_worker worker;
	bool busy;
	bool background;
};

struct host_disk {
	struct disk base;
	uv_loop_t *loop;
	uv_idle_t idle;
	uv_check_t check;
	char *state_dir;
	struct file_io io;
	struct fd_cache *fds;

	struct disk_queue queue;
	struct task *task; /* queue.workers of them */
	unsigned nrunning, nbackground;
	struct list deferred;
	struct disk_domain names[NAME_BUCKETS];
	struct disk_domain spaces;
	struct space_table space;
	size_t nwork, nstores;

	uint64_t high, low, dirty;
	bool pressed;
	void (*relieved)(void *user);
	void *relieved_user;

	bool closing, handles_closed;
	unsigned handles; /* not closed yet */
	void (*closed)(void *user);
	void *closed_user;
};

static struct host_disk *from_base(struct disk *d)
{
	return container_of(d, struct host_disk, base);
}

/* --- what a worker does ------------------------------------------------ */

static void run_work(struct work *w, struct file_worker *worker)
{
	switch (w->kind) {
	case WORK_JOB:
		disk_run_job(w->store->files, worker, w->job);
		break;
	case WORK_CLOSE:
		files_close(w->store->files);
		break;
	case WORK_FILE:
		disk_run_file(w->disk->state_dir, w->file, buf_span(&w->bytes));
		break;
	case WORK_SPACE:
		w->space_seen = space_measure(w->space->dir);
		break;
	}
}

static void run_task(uv_work_t *req)
{
	struct task *t = req->data;

	list_for_each (node, &t->batch)
		run_work(WORK_OF_NODE(node), &t->worker);
}

/* --- handing out tasks --------------------------------------------------- */

static void task_done(uv_work_t *req, int status);

/* Bytes of work, to keep batches short. */
static uint32_t cost(const struct work *w)
{
	if (w->kind == WORK_FILE && w->file->op == DISK_FILE_LOAD)
		return LOAD_COST;
	if (w->kind == WORK_JOB && w->job->op <= DISK_HASH)
		return w->job->length;
	return BATCH_BYTES;
}

/*
 * With more jobs ready than workers, a worker takes several small ones at
 * once: waking a thread costs as much as a few blocks.
 */
static void fill_batch(struct host_disk *d, struct task *t,
	struct disk_item *first)
{
	size_t share = d->queue.nready[first->class] / d->queue.workers;
	uint32_t sum = cost(WORK_OF_ITEM(first));

	for (size_t i = 1; i < BATCH_MAX && i <= share; i++) {
		struct list *next = list_front(&d->queue.ready[first->class]);
		struct disk_item *it;

		if (!next || sum >= BATCH_BYTES)
			break;
		it = container_of(next, struct disk_item, in_class);
		if (cost(WORK_OF_ITEM(it)) > BATCH_BYTES - sum)
			break;
		sum += cost(WORK_OF_ITEM(it));
		it = disk_queue_take(&d->queue, 0, first);
		list_push_back(&t->batch, &WORK_OF_ITEM(it)->node);
	}
}

static struct task *idle_task(struct host_disk *d)
{
	for (unsigned i = 0; i < d->queue.workers; i++)
		if (!d->task[i].busy)
			return &d->task[i];
	return NULL;
}

static void pump(struct host_disk *d)
{
	while (d->nrunning < d->queue.workers) {
		struct disk_item *it =
			disk_queue_take(&d->queue, d->nbackground, NULL);
		struct task *t;
		int err;

		if (!it)
			return;
		t = idle_task(d);
		assert(t);
		list_push_back(&t->batch, &WORK_OF_ITEM(it)->node);
		fill_batch(d, t, it);
		t->busy = true;
		t->background = it->class == DISK_BACKGROUND;
		d->nrunning++;
		d->nbackground += t->background;
		err = uv_queue_work(d->loop, &t->req, run_task, task_done);
		assert(err == 0);
	}
}

/* --- finishing --------------------------------------------------------- */

static void close_cb(uv_handle_t *h)
{
	struct host_disk *d = h->data;
	void (*closed)(void *user) = d->closed;
	void *user = d->closed_user;

	if (--d->handles > 0)
		return;
	for (unsigned i = 0; i < d->queue.workers; i++)
		file_worker_fini(&d->task[i].worker);
	fd_cache_free(d->fds);
	space_fini(&d->space);
	mem_free(d->task);
	mem_free(d->state_dir);
	mem_free(d);
	if (closed)
		closed(user);
}

static void maybe_close(struct host_disk *d)
{
	if (!d->closing || d->handles_closed || d->nwork || d->nstores)
		return;
	d->handles_closed = true;
	uv_close((uv_handle_t *)&d->idle, close_cb);
	uv_close((uv_handle_t *)&d->check, close_cb);
}

static void maybe_relieve(struct host_disk *d)
{
	if (!d->pressed || d->dirty >= d->low)
		return;
	d->pressed = false;
	if (d->relieved)
		d->relieved(d->relieved_user);
}

static bool job_writes(const struct disk_job *j)
{
	return j->op == DISK_WRITE || j->op == DISK_PUT_PIECE;
}

static void finish_close(struct store *s)
{
	void (*closed)(void *user) = s->closed;
	void *user = s->closed_user;

	s->disk->nstores--;
	files_free(s->files);
	mem_free(s);
	if (closed)
		closed(user);
}

/* Tell the one who asked.  The work has left its domain. */
static void finish(struct work *w)
{
	struct host_disk *d = w->disk;
	struct work it = *w;

	buf_free(&w->bytes);
	mem_free(w);
	d->nwork--;
	switch (it.kind) {
	case WORK_JOB:
		if (job_writes(it.job))
			d->dirty -= it.job->length;
		if (it.job->done)
			it.job->done(it.job);
		break;
	case WORK_CLOSE:
		finish_close(it.store);
		break;
	case WORK_FILE:
		if (it.file->done)
			it.file->done(it.file);
		else
			buf_free(&it.file->loaded);
		break;
	case WORK_SPACE:
		it.space->seen = it.space_seen;
		it.space->busy = false;
		break;
	}
}

/* Finish those that are on the list now; what they cause waits. */
static void finish_all(struct host_disk *d)
{
	struct list now;

	list_init(&now);
	while (!list_empty(&d->deferred)) {
		struct list *node = list_front(&d->deferred);

		list_remove(node);
		list_push_back(&now, node);
	}
	while (!list_empty(&now)) {
		struct list *node = list_front(&now);

		list_remove(node);
		finish(WORK_OF_NODE(node));
	}
	pump(d);
	maybe_relieve(d);
	maybe_close(d);
}

static void task_done(uv_work_t *req, int status)
{
	struct task *t = req->data;
	struct host_disk *d = t->disk;

	(void)status; /* tasks are never cancelled */
	while (!list_empty(&t->batch)) {
		struct list *node = list_front(&t->batch);

		list_remove(node);
		disk_queue_leave(&d->queue, &WORK_OF_NODE(node)->item);
		/* Behind what was cancelled before: a store's closing comes
		 * after the last of its jobs. */
		list_push_back(&d->deferred, node);
	}
	t->busy = false;
	d->nrunning--;
	d->nbackground -= t->background;
	/* The next job need not wait for the callbacks. */
	pump(d);
	finish_all(d);
}

static void run_deferred(struct host_disk *d)
{
	finish_all(d);
	if (list_empty(&d->deferred)) {
		uv_idle_stop(&d->idle);
		uv_check_stop(&d->check);
	}
}

static void idle_cb(uv_idle_t *h)
{
	run_deferred(h->data);
}

static void check_cb(uv_check_t *h)
{
	run_deferred(h->data);
}

/* The idle handle keeps the loop from sleeping, the check handle runs after
 * the sockets, where most reads are asked for. */
static void defer(struct work *w)
{
	struct host_disk *d = w->disk;

	list_push_back(&d->deferred, &w->node);
	uv_idle_start(&d->idle, idle_cb);
	uv_check_start(&d->check, check_cb);
}

static struct work *new_work(struct host_disk *d, enum work_kind kind)
{
	struct work *w = mem_zero(sizeof *w);

	assert(!d->handles_closed);
	w->disk = d;
	w->kind = kind;
	list_init(&w->node);
	d->nwork++;
	return w;
}

static void start(struct work *w, struct disk_domain *dom)
{
	struct host_disk *d = w->disk;

	if (disk_queue_enter(dom, &w->item)) {
		disk_queue_ready(&d->queue, &w->item);
		pump(d);
	}
}

/* --- stores -------------------------------------------------------------- */

static struct store *disk_store_open(struct disk *base,
	const struct layout *layout, const char *dir, const char *tag)
{
	struct host_disk *d = from_base(base);
	struct store *s = mem_zero(sizeof *s);

	assert(!d->closing);
	s->disk = d;
	s->layout = layout;
	s->files = files_new(layout, dir, tag, d->fds, &d->io);
	disk_domain_init(&s->domain);
	d->nstores++;
	return s;
}

static void cancel_waiting(struct store *s)
{
	struct host_disk *d = s->disk;

	list_for_each_safe (node, &s->domain.items) {
		struct work *w = WORK_OF_ITEM(container_of(node,
			struct disk_item, in_domain));

		if (w->item.running)
			continue;
		disk_queue_leave(&d->queue, &w->item);
		w->job->fault.code = fault_set(&w->job->fault, ERR_CANCELED, 0,
			"the torrent is closing");
		defer(w);
	}
}

static void disk_store_close(struct store *s, void (*done)(void *user),
	void *user)
{
	struct work *w;

	assert(!s->closing);
	s->closing = true;
	s->closed = done;
	s->closed_user = user;
	files_cancel(s->files);
	cancel_waiting(s);
	w = new_work(s->disk, WORK_CLOSE);
	w->store = s;
	w->item.class = DISK_NORMAL;
	w->item.waits_for_all = true;
	start(w, &s->domain);
}

static void describe(const struct store *s, const struct disk_job *j,
	struct disk_item *it)
{
	bool fence = j->op == DISK_MOVE || j->op == DISK_DELETE ||
	             j->op == DISK_SELECT;

	it->class = j->class;
	it->begin = j->offset;
	it->end = j->offset + j->length;
	it->writes = job_writes(j);
	it->waits_for_all = fence || j->op == DISK_FLUSH;
	it->holds_all = fence;
	if (j->op == DISK_STAT) {
		it->begin = 0;
		it->end = s->layout->total;
	}
}

static bool serve_from_memory(struct store *s, const struct disk_job *j)
{
	struct file_span span = {j->offset, j->length, j->vec, j->nvec};

	return j->op == DISK_READ && j->class == DISK_URGENT &&
	       j->length <= CACHED_READ_MAX &&
	       files_read_cached(s->files, &span);
}

static void disk_submit(struct store *s, struct disk_job *j)
{
	struct host_disk *d = s->disk;
	struct work *w = new_work(d, WORK_JOB);

	assert(!s->closing);
	w->store = s;
	w->job = j;
	j->fault = (struct fault){.code = ERR_OK};
	j->impl[0] = w;
	describe(s, j, &w->item);
	if (job_writes(j))
		d->dirty += j->length;
	if (d->dirty > d->high)
		d->pressed = true;
	if (!disk_queue_enter(&s->domain, &w->item))
		return;
	if (serve_from_memory(s, j)) {
		disk_queue_leave(&d->queue, &w->item);
		defer(w);
		return;
	}
	disk_queue_ready(&d->queue, &w->item);
	pump(d);
}

/* --- state files, free space, pressure ----------------------------------- */

static uint64_t hash_name(const char *path)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (*path)
		h = (h ^ (uint8_t)*path++) * UINT64_C(0x100000001b3);
	return h;
}

/* Two names with the same hash only wait for each other without need. */
static void disk_file(struct disk *base, struct disk_file_job *j)
{
	struct host_disk *d = from_base(base);
	struct work *w = new_work(d, WORK_FILE);
	uint64_t h = hash_name(j->path);

	w->file = j;
	w->item.class = DISK_NORMAL;
	w->item.begin = h >> 1;
	w->item.end = (h >> 1) + 1;
	w->item.writes = true;
	if (j->op == DISK_FILE_SAVE)
		buf_add(&w->bytes, j->bytes);
	j->fault = (struct fault){.code = ERR_OK};
	j->loaded = (struct buf){.p = NULL};
	j->impl[0] = w;
	start(w, &d->names[h % NAME_BUCKETS]);
}

static struct disk_space disk_space_of(struct disk *base, const char *dir)
{
	struct host_disk *d = from_base(base);
	struct space_entry *measure;
	struct disk_space seen =
		space_get(&d->space, dir, uv_now(d->loop), &measure);
	struct work *w;

	if (measure && !d->closing) {
		w = new_work(d, WORK_SPACE);
		w->space = measure;
		w->item.class = DISK_BACKGROUND;
		start(w, &d->spaces);
	}
	return seen;
}

static bool disk_pressed(const struct disk *base)
{
	return ((const struct host_disk *)(const void *)base)->pressed;
}

static uint64_t disk_dirty_bytes(const struct disk *base)
{
	return ((const struct host_disk *)(const void *)base)->dirty;
}

static void disk_on_relieved(struct disk *base, void (*relieved)(void *user),
	void *user)
{
	from_base(base)->relieved = relieved;
	from_base(base)->relieved_user = user;
}

static const struct disk_ops ops = {
	.store_open = disk_store_open,
	.store_close = disk_store_close,
	.submit = disk_submit,
	.file = disk_file,
	.space = disk_space_of,
	.pressure = disk_pressed,
	.dirty_bytes = disk_dirty_bytes,
	.on_relieved = disk_on_relieved,
};

/* --- opening and closing ------------------------------------------------- */

static size_t default_max_open(void)
{
	struct rlimit limit;
	rlim_t n = 1024;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		n = limit.rlim_cur;
	n /= 8;
	if (n < 8)
		return 8;
	return n > 512 ? 512 : (size_t)n;
}

static void make_tasks(struct host_disk *d)
{
	d->task = mem_zero_array(d->queue.workers, sizeof *d->task);
	for (unsigned i = 0; i < d->queue.workers; i++) {
		struct task *t = &d->task[i];

		t->disk = d;
		t->req.data = t;
		list_init(&t->batch);
		file_worker_init(&t->worker);
	}
}

struct disk *host_disk_open(uv_loop_t *loop, const struct host_disk_config *cfg)
{
	struct host_disk *d = mem_zero(sizeof *d);
	int err;

	d->base.ops = &ops;
	d->loop = loop;
	d->state_dir = mem_strdup(cfg->state_dir ? cfg->state_dir : "");
	d->io = cfg->io;
	d->high = cfg->high ? cfg->high : HOST_DISK_HIGH;
	d->low = cfg->low ? cfg->low : HOST_DISK_LOW;
	if (d->low > d->high)
		d->low = d->high;
	d->fds = fd_cache_new(cfg->max_open ? cfg->max_open
					    : default_max_open());
	disk_queue_init(&d->queue,
		cfg->workers ? cfg->workers : HOST_DISK_WORKERS);
	make_tasks(d);
	list_init(&d->deferred);
	for (size_t i = 0; i < NAME_BUCKETS; i++)
		disk_domain_init(&d->names[i]);
	disk_domain_init(&d->spaces);
	err = uv_idle_init(loop, &d->idle);
	assert(err == 0);
	err = uv_check_init(loop, &d->check);
	assert(err == 0);
	d->handles = 2;
	d->idle.data = d;
	d->check.data = d;
	return &d->base;
}

static void cancel_loads(struct host_disk *d, struct disk_domain *names)
{
	list_for_each_safe (node, &names->items) {
		struct work *w = WORK_OF_ITEM(container_of(node,
			struct disk_item, in_domain));

		if (w->item.running || w->file->op != DISK_FILE_LOAD)
			continue;
		disk_queue_leave(&d->queue, &w->item);
		w->file->fault.code = fault_set(&w->file->fault, ERR_CANCELED,
			0, "the disk is closing");
		defer(w);
	}
}

void host_disk_close(struct disk *disk, void (*done)(void *user), void *user)
{
	struct host_disk *d = from_base(disk);

	assert(!d->closing);
	d->closing = true;
	d->closed = done;
	d->closed_user = user;
	for (size_t i = 0; i < NAME_BUCKETS; i++)
		cancel_loads(d, &d->names[i]);
	pump(d);
	maybe_close(d);
}
