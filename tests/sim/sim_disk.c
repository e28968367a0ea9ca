/*
 * sim_disk.c - which job runs when, and how each ends.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sim_disk_priv.h"

enum work_kind {
	WORK_JOB,
	WORK_CLOSE,
	WORK_STATE,
};

struct work {
	struct sim_event ev;
	struct list link; /* in disk.waiting or disk.states */
	struct sim_disk *disk;
	enum work_kind kind;
	struct store *store;
	struct disk_job *job;
	struct disk_file_job *file;
	struct buf bytes; /* SAVE: the copy */
	bool running, canceled;
	uint64_t at; /* STATE: when it ends */
};

static struct sim_disk *disk_of(struct disk *d)
{
	return container_of(d, struct sim_disk, base);
}

static struct work *work_of(struct list *link)
{
	return container_of(link, struct work, link);
}

/* --- order -------------------------------------------------------------------
 */

static bool writes(const struct work *w)
{
	return w->kind == WORK_JOB &&
	       (w->job->op == DISK_WRITE || w->job->op == DISK_PUT_PIECE);
}

static bool is_fence(const struct work *w)
{
	if (w->kind == WORK_CLOSE)
		return true;
	return w->job->op == DISK_MOVE || w->job->op == DISK_DELETE ||
	       w->job->op == DISK_SELECT;
}

static bool waits_for_all(const struct work *w)
{
	return is_fence(w) || w->job->op == DISK_FLUSH;
}

static bool overlap(const struct work *a, const struct work *b)
{
	uint64_t a_end = a->job->offset + a->job->length;
	uint64_t b_end = b->job->offset + b->job->length;

	if (!writes(a) && !writes(b))
		return false;
	if (a->job->op == DISK_STAT || b->job->op == DISK_STAT)
		return true;
	return a->job->offset < b_end && b->job->offset < a_end;
}

/* Whether b, made after a, must wait for it.  As the real disk does, a FLUSH
 * waits for what came before but does not hold back what comes after. */
static bool must_wait(const struct work *a, const struct work *b)
{
	if (a->store != b->store)
		return false;
	if (is_fence(a) || waits_for_all(b))
		return true;
	return overlap(a, b);
}

static bool may_start(const struct sim_disk *d, struct work *w)
{
	if (w->running)
		return false;
	for (struct list *it = d->waiting.next; it != &w->link; it = it->next)
		if (must_wait(work_of(it), w))
			return false;
	return true;
}

static struct work *choose(struct sim_disk *d)
{
	for (int class = DISK_URGENT; class <= DISK_BACKGROUND; class ++)
		list_for_each (it, &d->waiting) {
			struct work *w = work_of(it);
			int c = w->kind == WORK_JOB ? (int)w->job->class
			                            : DISK_NORMAL;

			if (c == class && may_start(d, w))
				return w;
		}
	return NULL;
}

static uint64_t duration(struct sim_disk *d, const struct work *w)
{
	uint64_t ms = sim_between(d->sim, 0, 2);

	if (d->dead || w->canceled)
		return 0;
	if (w->kind == WORK_JOB && w->job->op <= DISK_HASH)
		ms += (uint64_t)w->job->length * 1000 / SIM_DISK_BPS;
	if (w->kind == WORK_JOB && w->job->op == DISK_FLUSH)
		ms += sim_between(d->sim, 5, 60);
	return ms * d->slowness;
}

static void pump(struct sim_disk *d)
{
	struct work *w;

	while (d->running < SIM_DISK_WORKERS && (w = choose(d))) {
		w->running = true;
		d->running++;
		sim_in(d->sim, &w->ev, duration(d, w));
	}
}

/* --- ending
 * -------------------------------------------------------------------- */

static bool planned_to_fail(struct sim_disk *d, struct disk_job *job)
{
	struct fault_plan *p = &d->plan[job->op];

	if (p->nth == 0 || --p->nth > 0)
		return false;
	if (--p->times > 0)
		p->nth = 1; /* the next one, too */
	fault_set(&job->fault, ERR_DISK, p->os, "the disk: %s",
		strerror(p->os));
	return true;
}

static void run_job(struct work *w)
{
	struct sim_disk *d = w->disk;

	if (d->dead || w->canceled)
		fault_set(&w->job->fault, ERR_CANCELED, 0, "closing");
	else if (!planned_to_fail(d, w->job))
		sim_disk_run(w->store, w->job);
	if (writes(w))
		d->dirty -= w->job->length;
	d->jobs[w->job->op]++;
}

static void store_free(struct store *s)
{
	s->disk->nstores--;
	bitfield_fini(&s->wanted);
	mem_free(s->dir);
	mem_free(s->parts);
	mem_free(s);
}

static void tell(const struct work *w)
{
	struct store *s = w->store;
	void (*closed)(void *user);
	void *user;

	if (w->kind == WORK_JOB) {
		w->job->done(w->job);
		return;
	}
	closed = s->closed;
	user = s->closed_user;
	store_free(s);
	if (closed)
		closed(user);
}

static void relieve(struct sim_disk *d)
{
	if (!d->pressed || d->dirty >= d->low)
		return;
	d->pressed = false;
	if (d->relieved && !d->dead)
		d->relieved(d->relieved_user);
}

static void work_ends(struct sim_event *ev)
{
	struct work *w = container_of(ev, struct work, ev);
	struct sim_disk *d = w->disk;

	if (w->kind == WORK_JOB)
		run_job(w);
	list_remove(&w->link);
	d->running -= w->running;
	d->nworks--;
	sim_mix(d->sim, sim_now(d->sim) + w->kind);
	tell(w);
	mem_free(w);
	relieve(d);
	pump(d);
}

static struct work *work_new(struct sim_disk *d, enum work_kind kind,
	struct store *s)
{
	struct work *w = mem_zero(sizeof *w);

	w->disk = d;
	w->kind = kind;
	w->store = s;
	w->ev.fire = work_ends;
	d->nworks++;
	return w;
}

/* --- the disk's functions
 * -------------------------------------------------------- */

static void op_submit(struct store *s, struct disk_job *job)
{
	struct sim_disk *d = s->disk;
	struct work *w = work_new(d, WORK_JOB, s);

	assert(!s->closing);
	w->job = job;
	job->fault = (struct fault){.code = ERR_OK};
	if (writes(w))
		d->dirty += job->length;
	if (d->dirty > d->high)
		d->pressed = true;
	list_push_back(&d->waiting, &w->link);
	pump(d);
}

static struct store *op_store_open(struct disk *base,
	const struct layout *layout, const char *dir, const char *tag)
{
	struct store *s = mem_zero(sizeof *s);

	s->disk = disk_of(base);
	s->disk->nstores++;
	s->layout = layout;
	s->dir = mem_strdup(dir);
	s->parts = mem_printf("%s/.bttui-%s.parts", dir, tag);
	bitfield_init(&s->wanted, (uint32_t)layout->meta->nfiles);
	bitfield_set_all(&s->wanted);
	return s;
}

static void op_store_close(struct store *s, void (*done)(void *user),
	void *user)
{
	struct sim_disk *d = s->disk;
	struct work *w;

	assert(!s->closing);
	s->closing = true;
	s->closed = done;
	s->closed_user = user;
	list_for_each (it, &d->waiting)
		if (work_of(it)->store == s && !work_of(it)->running)
			work_of(it)->canceled = true;
	w = work_new(d, WORK_CLOSE, s);
	list_push_back(&d->waiting, &w->link);
	pump(d);
}

static void run_state(struct work *w)
{
	struct sim_disk *d = w->disk;
	struct disk_file_job *j = w->file;
	struct span found;

	if (d->dead) {
		fault_set(&j->fault, ERR_CANCELED, 0, "closing");
	} else if (j->op == DISK_FILE_SAVE && d->state_os) {
		fault_set(&j->fault, ERR_DISK, d->state_os,
			"cannot write \"%s\": %s", j->path,
			strerror(d->state_os));
	} else if (j->op == DISK_FILE_SAVE) {
		sim_state_save(d->files, j->path, buf_span(&w->bytes));
	} else if (j->op == DISK_FILE_REMOVE) {
		sim_state_remove(d->files, j->path);
	} else if (!sim_state_load(d->files, j->path, &found)) {
		fault_set(&j->fault, ERR_NOENT, ENOENT, "no such file");
	} else if (found.n > j->max) {
		fault_set(&j->fault, ERR_LIMIT, 0, "too long");
	} else {
		buf_add(&j->loaded, found);
	}
}

static void state_ends(struct sim_event *ev)
{
	struct work *w = container_of(ev, struct work, ev);
	struct sim_disk *d = w->disk;
	struct disk_file_job *j = w->file;

	run_state(w);
	list_remove(&w->link);
	d->nworks--;
	buf_free(&w->bytes);
	mem_free(w);
	sim_mix(d->sim, sim_now(d->sim));
	if (j->done)
		j->done(j);
	else
		buf_free(&j->loaded);
}

/* State files are few and small: one after the other. */
static void op_file(struct disk *base, struct disk_file_job *j)
{
	struct sim_disk *d = disk_of(base);
	struct work *w = work_new(d, WORK_STATE, NULL);
	w->ev.fire = state_ends;
	w->file = j;
	j->fault = (struct fault){.code = ERR_OK};
	j->loaded = (struct buf){.p = NULL};
	if (j->op == DISK_FILE_SAVE)
		buf_add(&w->bytes, j->bytes);
	w->at = sim_now(d->sim) + sim_between(d->sim, 1, 15) * d->slowness;
	if (!list_empty(&d->states) && work_of(d->states.prev)->at > w->at)
		w->at = work_of(d->states.prev)->at;
	list_push_back(&d->states, &w->link);
	sim_at(d->sim, &w->ev, w->at);
}

static struct disk_space op_space(struct disk *base, const char *dir)
{
	const struct sim_disk *d = disk_of(base);
	uint64_t all = sim_files_capacity(d->files);
	uint64_t used = sim_files_used(d->files);

	(void)dir;
	return (struct disk_space){
		.free_bytes = all > used ? all - used : 0,
		.total_bytes = all,
	};
}

static bool op_pressure(const struct disk *base)
{
	return ((const struct sim_disk *)(const void *)base)->pressed;
}

static uint64_t op_dirty_bytes(const struct disk *base)
{
	return ((const struct sim_disk *)(const void *)base)->dirty;
}

static void op_on_relieved(struct disk *base, void (*relieved)(void *user),
	void *user)
{
	disk_of(base)->relieved = relieved;
	disk_of(base)->relieved_user = user;
}

static const struct disk_ops ops = {
	.store_open = op_store_open,
	.store_close = op_store_close,
	.submit = op_submit,
	.file = op_file,
	.space = op_space,
	.pressure = op_pressure,
	.dirty_bytes = op_dirty_bytes,
	.on_relieved = op_on_relieved,
};

/* --- for the tests
 * ---------------------------------------------------------------- */

struct sim_disk *sim_disk_new(struct sim_files *files)
{
	struct sim_disk *d = mem_zero(sizeof *d);

	d->base.ops = &ops;
	d->sim = sim_files_sim(files);
	d->files = files;
	d->high = SIM_DISK_HIGH;
	d->low = SIM_DISK_LOW;
	d->slowness = 1;
	list_init(&d->waiting);
	list_init(&d->states);
	return d;
}

void sim_disk_free(struct sim_disk *d)
{
	if (d->nworks || d->nstores)
		sim_fail(d->sim, "the disk is left with %zu jobs, %zu stores",
			d->nworks, d->nstores);
	mem_free(d);
}

struct disk *sim_disk_base(struct sim_disk *d)
{
	return &d->base;
}

void sim_disk_set_slowness(struct sim_disk *d, uint32_t times)
{
	d->slowness = times;
}

void sim_disk_set_marks(struct sim_disk *d, uint64_t high, uint64_t low)
{
	d->high = high;
	d->low = low;
}

void sim_disk_fail(struct sim_disk *d, enum disk_op op, uint32_t nth,
	uint32_t times, int os)
{
	d->plan[op] = (struct fault_plan){nth, times, os};
}

void sim_disk_fail_state(struct sim_disk *d, int os)
{
	d->state_os = os;
}

void sim_disk_kill(struct sim_disk *d)
{
	list_for_each (it, &d->waiting) {
		struct work *w = work_of(it);

		if (!w->running || !writes(w) || w->canceled)
			continue;
		if (sim_chance(d->sim, 333))
			sim_disk_run(w->store, w->job);
		else if (sim_chance(d->sim, 500))
			sim_disk_run_torn(w->store, w->job);
	}
	/* A state file is replaced or it is not. */
	list_for_each (it, &d->states)
		if (sim_chance(d->sim, 300))
			run_state(work_of(it));
		else
			break;
	d->dead = true;
	list_for_each (it, &d->states)
		buf_free(&work_of(it)->file->loaded);
}

uint64_t sim_disk_jobs(const struct sim_disk *d, enum disk_op op)
{
	return d->jobs[op];
}

size_t sim_disk_busy(const struct sim_disk *d)
{
	return d->nworks;
}
