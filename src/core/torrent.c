/*
 * torrent.c - one torrent's life: states, content, owners.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "core/swarm/peer_book.h"
#include "core/torrent_priv.h"
#include "proto/peer_id.h"

void torrent_touch(struct torrent *t)
{
	t->dirty = true;
	t->env->touched(t->env->user, t);
}

void torrent_hold(struct torrent *t)
{
	t->holds++;
}

void torrent_drop(struct torrent *t)
{
	assert(t->holds > 0);
	t->holds--;
	torrent_touch(t);
}

/* --- trackers ------------------------------------------------------------ */

static void describe_announce(void *user, struct tracker_ask *ask)
{
	struct torrent *t = user;
	uint64_t have = 0;

	memset(ask, 0, sizeof *ask);
	infohash_wire(&t->hash, ask->info_hash);
	memcpy(ask->peer_id, t->peer_id, sizeof ask->peer_id);
	ask->uploaded = t->session_up;
	ask->downloaded = t->session_down;
	if (t->meta)
		have = torrent_have_bytes(t);
	/* Without the metadata nobody knows how much is left; a tracker that
	 * hears 0 believes we are a seed. */
	ask->left = t->meta ? torrent_wanted_bytes(t) - have : 16384;
}

static void tracker_peers(void *user, const struct addr *a, size_t n)
{
	struct torrent *t = user;

	for (size_t i = 0; i < n; i++)
		swarm_add_addr(t->swarm, &a[i], SOURCE_TRACKER);
}

static void announcer_changed(void *user)
{
	torrent_touch(user);
}

static const struct announcer_owner announcer_owner = {
	.describe = describe_announce,
	.peers = tracker_peers,
	.changed = announcer_changed,
};

void torrent_add_tracker(struct torrent *t, const char *url, uint32_t tier)
{
	struct tracker_list *l = announcer_list(t->announcer);

	if (tracker_list_add(l, url, tier) != ERR_OK)
		return; /* unusable, or one too many: not worth a word */
	torrent_unsaved(t);
	torrent_touch(t);
}

bool torrent_remove_tracker(struct torrent *t, const char *url)
{
	if (!tracker_list_remove(announcer_list(t->announcer), url))
		return false;
	torrent_save_meta(t); /* which names it, too */
	torrent_unsaved(t);
	t->env->list_changed(t->env->user);
	torrent_touch(t);
	return true;
}

/* --- making and ending ------------------------------------------------------
 */

static void take_start(struct torrent *t, const struct torrent_start *s)
{
	t->hash = s->hash;
	infohash_hex(&t->hash, t->hex);
	t->dir = mem_strdup(s->dir);
	t->select = s->select ? mem_strdup(s->select) : NULL;
	t->paused = s->paused;
	t->sequential = s->sequential;
	t->skip_check = s->skip_check;
	t->choose = s->choose;
	t->by_link = s->by_link;
	t->was_kept = s->load;
	t->added_s = s->added_s;
	t->completed_s = s->completed_s;
	t->up_bytes = s->up_bytes;
	t->down_bytes = s->down_bytes;
	t->hint_size = s->size_bytes;
	t->hint_have = s->have_bytes;
	t->name =
		s->name ? text_clean(span_str(s->name), 0) : mem_strdup(t->hex);
	t->phase = s->load ? PHASE_LOADING : PHASE_NEW;
	t->opt = s->opt;
}

struct torrent *torrent_new(const struct torrent_env *env,
	const struct torrent_start *s, struct torrent_id id)
{
	struct torrent *t = mem_zero(sizeof *t);
	uint64_t now;

	t->env = env;
	t->host = env->host;
	t->id = id;
	now = torrent_now(t);
	list_init(&t->touched);
	list_init(&t->gate);
	list_init(&t->puts);
	take_start(t, s);
	peer_id_make(t->peer_id, &env->shared->rng);
	limiter_init(&t->up_limit, env->limit_up, now);
	limiter_init(&t->down_limit, env->limit_down, now);
	limiter_set_rate(&t->up_limit, t->opt.up_limit_bps, now);
	limiter_set_rate(&t->down_limit, t->opt.down_limit_bps, now);
	t->moved_ms = now;
	t->swarm = swarm_new(&(struct swarm_config){
		.shared = env->shared,
		.hash = &t->hash,
		.peer_id = t->peer_id,
		.limit_up = &t->up_limit,
		.limit_down = &t->down_limit,
		.owner = &torrent_swarm_owner,
		.user = t,
	});
	t->announcer = announcer_new(env->announces, &announcer_owner, t);
	torrent_discover_init(t);
	t->sync_at_ms = now + RESUME_SYNC_MS;
	t->save_at_ms = NEVER;
	t->dirty = true;
	return t;
}

static void drop_content(struct torrent *t)
{
	picker_free(t->picker);
	piece_buffer_free(t->pieces);
	t->pieces = NULL;
	bitfield_fini(&t->have);
	bitfield_fini(&t->synced);
	bitfield_fini(&t->wanted);
	bitfield_fini(&t->unchecked);
	bitfield_fini(&t->first);
	mem_free(t->priority);
	mem_free(t->stat);
	metainfo_free(t->meta);
}

void torrent_free(struct torrent *t)
{
	assert(t->holds == 0 && !t->store);
	list_remove(&t->touched);
	list_remove(&t->gate);
	torrent_drop_names(t);
	torrent_discover_stop(t);
	announcer_free(t->announcer);
	swarm_free(t->swarm);
	drop_content(t);
	torrent_unwatch(t);
	for (size_t i = 0; i < t->nwebseeds; i++)
		mem_free(t->webseed[i]);
	mem_free(t->webseed);
	mem_free(t->old_name);
	mem_free(t->name);
	mem_free(t->dir);
	mem_free(t->old_dir);
	mem_free(t->select);
	mem_free(t);
}

void torrent_open_store(struct torrent *t)
{
	if (!t->store)
		t->store =
			store_open(t->host->disk, &t->layout, t->dir, t->hex);
}

void torrent_begin(struct torrent *t)
{
	t->begun = true;
	torrent_hold(t);
	if (t->phase == PHASE_LOADING) {
		torrent_load(t);
	} else if (t->meta) {
		torrent_enter(t);
	} else {
		t->phase = PHASE_METADATA;
		torrent_follow(t);
	}
	torrent_drop(t);
}

/* --- content
 * ------------------------------------------------------------------ */

static void take_trackers(struct torrent *t)
{
	const struct metainfo *m = t->meta;

	for (size_t i = 0; i < m->ntrackers; i++)
		torrent_add_tracker(t, m->trackers[i].url, m->trackers[i].tier);
}

enum err torrent_give_meta(struct torrent *t, struct metainfo *meta)
{
	if (!meta->has_v1)
		return ERR_UNSUPPORTED;
	t->meta = meta;
	t->hash = meta->hash;
	mem_free(t->old_name);
	t->old_name = t->name;
	t->name = mem_strdup(meta->raw_name);
	layout_init(&t->layout, meta);
	bitfield_init(&t->have, meta->npieces);
	bitfield_init(&t->synced, meta->npieces);
	bitfield_init(&t->wanted, meta->npieces);
	bitfield_init(&t->unchecked, meta->npieces);
	t->priority = mem_alloc(meta->nfiles ? meta->nfiles : 1);
	memset(t->priority, PRIO_NORMAL, meta->nfiles);
	t->stat = mem_zero_array(meta->nfiles ? meta->nfiles : 1,
		sizeof *t->stat);
	t->pieces = piece_buffer_new(&t->layout);
	take_trackers(t);
	torrent_touch(t);
	return ERR_OK;
}

static bool file_counts(const struct torrent *t, size_t f)
{
	const struct meta_file *m = &t->meta->files[f];

	return !m->is_pad && !m->is_symlink && t->priority[f] != PRIO_SKIP;
}

struct select_job {
	struct disk_job job;
	struct torrent *t;
	struct bitfield wanted; /* files */
};

static void select_done(struct disk_job *job)
{
	struct select_job *s = container_of(job, struct select_job, job);
	struct torrent *t = s->t;

	if (job->fault.code != ERR_OK && job->fault.code != ERR_CANCELED)
		torrent_fail(t, &job->fault);
	bitfield_fini(&s->wanted);
	mem_free(s);
	torrent_drop(t);
}

/* Tell the store which files exist for us. */
static void submit_select(struct torrent *t)
{
	struct select_job *s = mem_zero(sizeof *s);

	s->t = t;
	bitfield_init(&s->wanted, (uint32_t)t->meta->nfiles);
	for (size_t f = 0; f < t->meta->nfiles; f++)
		if (file_counts(t, f))
			bitfield_add(&s->wanted, (uint32_t)f);
	s->job.op = DISK_SELECT;
	s->job.class = DISK_NORMAL;
	s->job.wanted = &s->wanted;
	s->job.done = select_done;
	torrent_hold(t);
	t->host->disk->ops->submit(t->store, &s->job);
}

/* Piece priorities follow file priorities: the highest of a piece's files. */
void torrent_apply_wanted(struct torrent *t)
{
	uint8_t *prio = mem_zero(t->layout.npieces ? t->layout.npieces : 1);
	uint32_t first, end;

	for (size_t f = 0; f < t->meta->nfiles; f++) {
		if (!file_counts(t, f))
			continue;
		layout_file_pieces(&t->layout, f, &first, &end);
		for (uint32_t i = first; i < end; i++)
			if (t->priority[f] > prio[i])
				prio[i] = t->priority[f];
	}
	bitfield_clear_all(&t->wanted);
	for (uint32_t i = 0; i < t->layout.npieces; i++) {
		if (prio[i] != PRIO_SKIP)
			bitfield_add(&t->wanted, i);
		if (t->picker)
			picker_set_priority(t->picker, i,
				torrent_piece_priority(t, i, prio[i]));
	}
	mem_free(prio);
}

bool torrent_is_complete(const struct torrent *t)
{
	return t->meta && !bitfield_any_not_in(&t->wanted, &t->have);
}

static void give_content(struct torrent *t)
{
	struct swarm_content c = {
		.layout = &t->layout,
		.have = &t->have,
		.picker = t->picker,
		.pieces = t->pieces,
		.store = t->store,
		.info = t->meta->info,
		.is_private = t->meta->is_private,
	};

	swarm_set_content(t->swarm, &c);
}

void torrent_ready(struct torrent *t)
{
	t->phase = PHASE_READY;
	if (!torrent_is_complete(t))
		torrent_make_picker(t);
	else if (t->completed_s == 0)
		t->completed_s = t->host->ops->wall_s(t->host);
	torrent_apply_wanted(t);
	submit_select(t);
	give_content(t);
	/* Not sooner: those who are told hear whether we are complete, too. */
	if (t->by_link)
		swarm_offer(t->swarm);
	torrent_unsaved(t);
	if (t->choice_new)
		t->save_at_ms = torrent_now(t); /* the list waits for it */
	torrent_follow(t);
}

/* --- metadata of a magnet link ---------------------------------------------
 */

void torrent_take_metadata(struct torrent *t, struct span info)
{
	struct metainfo *m;
	struct fault f = {0};
	struct infohash full;
	enum err e = metainfo_parse_info(info, &m, &f);

	if (e == ERR_OK) {
		full = m->hash;
		e = torrent_give_meta(t, m);
		if (e != ERR_OK) {
			metainfo_free(m);
			fault_set(&f, e, 0,
				"BitTorrent v2 without v1 cannot be "
				"downloaded by this version");
		} else {
			t->hash = full;
		}
	}
	if (e != ERR_OK) {
		torrent_fail(t, &f);
		return;
	}
	t->env->notice(t->env->user, t, NOTICE_METADATA, t->name);
	torrent_save_meta(t);
	t->env->list_changed(t->env->user);
	give_content(t);
	if (t->meta->is_private) /* it was not known */
		torrent_discover_stop(t);
	torrent_enter(t);
}

/* --- states
 * -------------------------------------------------------------------- */

static bool wants_network(const struct torrent *t)
{
	if (t->paused || t->queued || t->fault.code != ERR_OK)
		return false;
	return t->phase == PHASE_METADATA || t->phase == PHASE_READY;
}

void torrent_follow(struct torrent *t)
{
	bool on = wants_network(t);
	uint64_t now = torrent_now(t);

	swarm_set_active(t->swarm, on);
	if (on)
		torrent_resolve_names(t);
	if (on)
		tracker_list_start(announcer_list(t->announcer), now);
	else
		tracker_list_stop(announcer_list(t->announcer), now);
	torrent_discover_follow(t, on);
	torrent_touch(t);
}

void torrent_fail(struct torrent *t, const struct fault *f)
{
	if (t->fault.code != ERR_OK)
		return; /* the first one is the cause */
	t->fault = *f;
	t->env->notice(t->env->user, t, NOTICE_FAULT, f->what);
	torrent_check_stop(t);
	torrent_follow(t);
	torrent_unsaved(t);
}

static void try_again(struct torrent *t)
{
	struct span info = swarm_metadata(t->swarm);

	switch (t->phase) {
	case PHASE_READY:
		torrent_check_all(t);
		break;
	case PHASE_METADATA:
		if (info.n) /* it is here, but no good; that stays so */
			torrent_take_metadata(t, info);
		break;
	case PHASE_CHOOSING:
		break;
	default:
		torrent_begin(t);
		break;
	}
}

void torrent_pause(struct torrent *t, bool paused)
{
	bool retry = !paused && t->fault.code != ERR_OK;

	if (t->paused == paused && !retry)
		return;
	t->paused = paused;
	if (!paused) /* a pause mends nothing */
		t->fault = (struct fault){0};
	if (retry)
		try_again(t);
	torrent_follow(t);
	torrent_unsaved(t);
	t->env->list_changed(t->env->user);
}

void torrent_recheck(struct torrent *t)
{
	bool failed = t->fault.code != ERR_OK;

	if (!t->meta)
		return;
	t->is_recheck = true;
	t->fault = (struct fault){0};
	if (t->phase == PHASE_READY)
		torrent_check_all(t);
	else if (failed)
		torrent_begin(t);
	torrent_follow(t);
}

void torrent_reannounce(struct torrent *t)
{
	tracker_list_hurry(announcer_list(t->announcer), torrent_now(t));
	torrent_discover_now(t);
	peer_book_clear_failures(swarm_book(t->swarm));
	torrent_touch(t);
}

void torrent_set_sequential(struct torrent *t, bool on)
{
	t->sequential = on;
	if (t->picker)
		picker_set_sequential(t->picker, on);
	torrent_unsaved(t);
	torrent_touch(t);
}

static void priorities_changed(struct torrent *t)
{
	t->chosen = true;
	torrent_apply_wanted(t);
	if (t->phase == PHASE_READY) {
		if (!torrent_is_complete(t) && !t->picker)
			torrent_make_picker(t);
		submit_select(t);
		give_content(t);
	}
	torrent_unsaved(t);
	torrent_touch(t);
}

enum err torrent_set_priority(struct torrent *t, size_t file, size_t end,
	uint8_t priority)
{
	if (!t->meta)
		return ERR_STATE;
	if (file >= end || end > t->meta->nfiles)
		return ERR_RANGE;
	memset(t->priority + file, priority, end - file);
	priorities_changed(t);
	return ERR_OK;
}

enum err torrent_set_priorities(struct torrent *t, const uint8_t *priority,
	size_t nfiles)
{
	if (!t->meta)
		return ERR_STATE;
	if (nfiles != t->meta->nfiles)
		return ERR_RANGE;
	memcpy(t->priority, priority, nfiles);
	priorities_changed(t);
	return ERR_OK;
}

/* --- peers
 * ---------------------------------------------------------------------- */

void torrent_add_peer(struct torrent *t, const struct addr *a, uint8_t source)
{
	swarm_add_addr(t->swarm, a, source);
}

bool torrent_accept(struct torrent *t, struct stream *s, struct wire *w,
	const struct wire_event *hello)
{
	if (!wants_network(t))
		return false;
	swarm_accept(t->swarm, s, w, hello);
	return true;
}

/* --- turns
 * ----------------------------------------------------------------------- */

/* A finished picker only costs memory; so do the blocks of a torrent with a
 * fault, which begins with a check when the user goes on. */
static void retire_picker(struct torrent *t)
{
	if (!t->picker || !list_empty(&t->puts) || t->phase != PHASE_READY)
		return;
	if (t->fault.code == ERR_OK && !picker_finished(t->picker))
		return;
	torrent_drop_picker(t);
	give_content(t);
}

void torrent_rethink(struct torrent *t)
{
	t->rethink = true;
	torrent_touch(t);
}

static void rethink_now(struct torrent *t)
{
	if (!t->rethink || t->phase != PHASE_READY || !list_empty(&t->puts))
		return;
	t->rethink = false;
	torrent_drop_picker(t);
	torrent_make_picker(t);
	give_content(t);
	swarm_stir(t->swarm);
}

static void count_bytes(struct torrent *t)
{
	uint64_t up = swarm_take_up_bytes(t->swarm);
	uint64_t down = swarm_take_down_bytes(t->swarm);

	t->up_bytes += up;
	t->down_bytes += down;
	t->session_up += up;
	t->session_down += down;
	if (down)
		t->moved_ms = torrent_now(t);
}

/* The last peer left and nobody else is known: ask for more, once. */
static void call_for_peers(struct torrent *t)
{
	uint64_t now = torrent_now(t);

	if (swarm_count(t->swarm) > 0) {
		t->had_peers = true;
		return;
	}
	if (!t->had_peers || !wants_network(t) || torrent_is_complete(t) ||
		peer_book_counts(swarm_book(t->swarm), now).dialable > 0)
		return;
	t->had_peers = false;
	tracker_list_hurry(announcer_list(t->announcer), now);
	torrent_discover_now(t);
}

/* Trackers are told of a start or an end. */
static bool has_trackers(const struct torrent *t)
{
	return t->phase == PHASE_READY || t->phase == PHASE_METADATA ||
	       t->phase == PHASE_CHOOSING || t->phase == PHASE_CLOSING;
}

void torrent_settle(struct torrent *t)
{
	swarm_settle(t->swarm);
	call_for_peers(t);
	rethink_now(t);
	retire_picker(t);
	torrent_discover_settle(t);
	count_bytes(t);
	torrent_options_settle(t);
	if (t->phase == PHASE_WAITING && list_empty(&t->puts))
		torrent_check_start(t);
	if (t->phase == PHASE_CHECKING)
		torrent_check_next(t);
	if (has_trackers(t))
		announcer_tick(t->announcer, torrent_now(t));
	if (t->phase == PHASE_CLOSING)
		torrent_close_step(t);
}

void torrent_tick(struct torrent *t, uint64_t now)
{
	swarm_tick(t->swarm, now);
	if (now >= t->save_at_ms && !t->saving && t->phase == PHASE_READY)
		torrent_save(t);
	torrent_settle(t);
}

uint64_t torrent_deadline(struct torrent *t)
{
	uint64_t now = torrent_now(t);
	uint64_t at = announcer_deadline(t->announcer, now);
	uint64_t s = swarm_deadline(t->swarm);

	if (!has_trackers(t))
		at = NEVER;
	if (s < at)
		at = s;
	if (t->save_at_ms < at && !t->saving && t->phase == PHASE_READY)
		at = t->save_at_ms;
	if (t->phase == PHASE_CLOSING && t->close_by_ms < at &&
		now < t->close_by_ms)
		at = t->close_by_ms;
	s = torrent_options_deadline(t);
	at = s < at ? s : at;
	return at;
}

/* --- small getters
 * ----------------------------------------------------------------- */

struct heap_node *torrent_heap_node(struct torrent *t)
{
	return &t->heap;
}

struct torrent *torrent_of_heap_node(struct heap_node *n)
{
	return container_of(n, struct torrent, heap);
}

struct list *torrent_touched_node(struct torrent *t)
{
	return &t->touched;
}

struct torrent *torrent_of_touched_node(struct list *n)
{
	return container_of(n, struct torrent, touched);
}

struct torrent *torrent_of_gate_node(struct list *n)
{
	return container_of(n, struct torrent, gate);
}

const struct infohash *torrent_hash(const struct torrent *t)
{
	return &t->hash;
}

struct torrent_id torrent_id(const struct torrent *t)
{
	return t->id;
}

const struct metainfo *torrent_meta(const struct torrent *t)
{
	return t->meta;
}

const char *torrent_name(const struct torrent *t)
{
	return t->name;
}

const char *torrent_dir(const struct torrent *t)
{
	return t->dir;
}

bool torrent_is_paused(const struct torrent *t)
{
	return t->paused;
}

bool torrent_is_faulty(const struct torrent *t)
{
	return t->fault.code != ERR_OK;
}

bool torrent_is_settled(const struct torrent *t)
{
	return t->phase == PHASE_READY || t->phase == PHASE_METADATA ||
	       t->phase == PHASE_CHOOSING || t->fault.code != ERR_OK;
}

bool torrent_is_loading(const struct torrent *t)
{
	return t->fault.code == ERR_OK &&
	       (t->phase == PHASE_LOADING || t->phase == PHASE_LOOKING);
}

bool torrent_is_begun(const struct torrent *t)
{
	return t->begun;
}

void torrent_keep_meta(struct torrent *t)
{
	torrent_save_meta(t);
}

void torrent_stir(struct torrent *t)
{
	if (t->phase == PHASE_READY && t->picker)
		swarm_stir(t->swarm);
}

bool torrent_is_closing(const struct torrent *t)
{
	return t->phase == PHASE_CLOSING;
}
