/*
 * torrent_rows.c - what a torrent looks like from outside.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "core/swarm/peer_book.h"
#include "core/torrent_priv.h"

#define ETA_FADE 16 /* the average moves a sixteenth each second */

struct torrent_views {
	struct peer_row *peers;
	size_t peers_cap;
	struct piece_flight *flights;
	size_t flights_cap;
	struct file_row *files;
	char **paths; /* cleaned, by file */
	size_t nfiles;
	struct tracker_row *trackers;
	size_t trackers_cap;
};

uint64_t torrent_wanted_bytes(const struct torrent *t)
{
	uint64_t n = 0;

	for (size_t f = 0; f < t->meta->nfiles; f++)
		if (!t->meta->files[f].is_pad && t->priority[f] != PRIO_SKIP)
			n += t->meta->files[f].length;
	return n;
}

uint64_t torrent_have_bytes(const struct torrent *t)
{
	uint64_t n = 0;

	if (torrent_is_complete(t))
		return torrent_wanted_bytes(t);
	for (size_t f = 0; f < t->meta->nfiles; f++)
		if (!t->meta->files[f].is_pad && t->priority[f] != PRIO_SKIP)
			n += layout_file_have(&t->layout, f, &t->have);
	return n;
}

/* --- why ------------------------------------------------------------------ */

static struct why why_no_peers(const struct torrent *t,
	const struct swarm_numbers *n)
{
	struct tracker_list *l = announcer_list(t->announcer);

	if (n->connecting)
		return (struct why){
			WHY_CONNECTING, n->connecting, n->known, 0, 0, 0};
	if (tracker_list_all_down(l) && n->known == 0)
		return (struct why){
			WHY_TRACKER_DOWN, tracker_list_count(l), 0, 0, 0, 0};
	if (n->known)
		return (struct why){WHY_NONE_ANSWERS, n->dialled_in_vain,
			n->known, 0, 0, 0};
	return (struct why){.kind = WHY_NO_PEERS_KNOWN};
}

static uint64_t limit_in_force(const struct torrent *t)
{
	uint64_t own = t->opt.down_limit_bps;
	uint64_t all = t->env->limit_down->rate_bps;

	return own && (!all || own < all) ? own : all;
}

static struct why why_leeching(const struct torrent *t,
	const struct swarm_numbers *n)
{
	uint32_t gone = t->picker ? picker_unavailable(t->picker) : 0;

	if (n->peers == 0)
		return why_no_peers(t, n);
	if (t->host->disk->ops->pressure(t->host->disk))
		return (struct why){WHY_DISK_BUSY,
			t->host->disk->ops->dirty_bytes(t->host->disk), 0, 0, 0,
			0};
	if (n->sending)
		return (struct why){
			WHY_DOWNLOADING, n->sending, n->peers, gone, 0, 0};
	if (n->waiting_down)
		return (struct why){WHY_LIMITED, limit_in_force(t), 0, 0, 0, 0};
	if (n->having == 0 && gone)
		return (struct why){WHY_NOBODY_HAS, gone, n->peers, 0, 0, 0};
	if (n->having && n->choking == n->having)
		return (struct why){
			WHY_ALL_CHOKE, n->choking, n->peers, 0, 0, 0};
	if (n->snubbing)
		return (struct why){
			WHY_SLOW_PEERS, n->snubbing, n->sending, 0, 0, 0};
	return (struct why){WHY_DOWNLOADING, 0, n->peers, gone, 0, 0};
}

static struct why why_checking(const struct torrent *t)
{
	uint64_t ms = torrent_now(t) - t->check_since_ms;

	return (struct why){WHY_CHECKING, t->check_done, t->layout.npieces,
		t->check_bad, ms ? t->check_bytes * 1000 / ms : 0, 0};
}

static struct why why_of(const struct torrent *t, enum torrent_state s,
	const struct swarm_numbers *n)
{
	switch (s) {
	case TORRENT_PAUSED:
		return (struct why){.kind = t->phase == PHASE_CHOOSING
		                                    ? WHY_CHOOSE
		                                    : WHY_PAUSED};
	case TORRENT_QUEUED:
		return (struct why){.kind = WHY_QUEUED};
	case TORRENT_LOADING:
		return (struct why){.kind = WHY_LOADING};
	case TORRENT_FAULTY:
		return (struct why){.kind = WHY_FAULT};
	case TORRENT_CHECKING:
		return why_checking(t);
	case TORRENT_FETCHING:
		if (n->peers == 0)
			return why_no_peers(t, n);
		return (struct why){WHY_METADATA, n->metadata_got,
			n->metadata_total, n->with_metadata, 0, 0};
	case TORRENT_LEECHING:
		return why_leeching(t, n);
	case TORRENT_SEEDING:
		break;
	}
	return (struct why){n->receiving ? WHY_SEEDING : WHY_SEED_IDLE,
		n->receiving ? n->receiving : n->peers, n->peers, 0, 0, 0};
}

/* --- the row
 * ------------------------------------------------------------------ */

static enum torrent_state state_of(const struct torrent *t)
{
	if (t->fault.code != ERR_OK)
		return TORRENT_FAULTY;
	switch (t->phase) {
	case PHASE_NEW:
	case PHASE_LOADING:
	case PHASE_LOOKING:
		return t->paused ? TORRENT_PAUSED : TORRENT_LOADING;
	case PHASE_WAITING:
	case PHASE_CHECKING:
		return TORRENT_CHECKING;
	case PHASE_CHOOSING:
		return TORRENT_PAUSED;
	case PHASE_METADATA:
		if (t->paused)
			return TORRENT_PAUSED;
		return t->queued ? TORRENT_QUEUED : TORRENT_FETCHING;
	case PHASE_READY:
	case PHASE_CLOSING:
		break;
	}
	if (t->paused)
		return TORRENT_PAUSED;
	if (t->queued)
		return TORRENT_QUEUED;
	return torrent_is_complete(t) ? TORRENT_SEEDING : TORRENT_LEECHING;
}

/* Slow average, one step a second, for an ETA that stands still. */
static void age_eta(struct torrent *t, uint32_t bps)
{
	uint64_t now = torrent_now(t);

	if (t->eta_at_ms == 0 || t->eta_bps == 0) {
		t->eta_bps = bps;
		t->eta_at_ms = now;
		return;
	}
	while (t->eta_at_ms + 1000 <= now) {
		t->eta_bps += (bps + ETA_FADE - 1) / ETA_FADE;
		t->eta_bps -= t->eta_bps / ETA_FADE;
		t->eta_at_ms += 1000;
		if (now - t->eta_at_ms > 60000)
			t->eta_at_ms = now;
	}
}

static uint32_t eta_of(const struct torrent *t, uint64_t left)
{
	uint64_t s;

	if (t->eta_bps < 16 || left == 0)
		return UINT32_MAX;
	s = left / t->eta_bps;
	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

static void fill_content(struct torrent *t, struct torrent_row *r)
{
	r->has_metadata = t->meta != NULL;
	r->size_bytes = t->hint_size;
	r->have_bytes = t->hint_have;
	if (!t->meta)
		return;
	r->size_bytes = torrent_wanted_bytes(t);
	if (t->phase >= PHASE_CHECKING)
		r->have_bytes = torrent_have_bytes(t);
	r->npieces = t->layout.npieces;
	r->piece_length = t->layout.piece_length;
	r->pieces_have = bitfield_count(&t->have);
	r->is_private = t->meta->is_private;
	r->is_complete = t->phase == PHASE_READY && torrent_is_complete(t);
}

static void fill_swarm(struct torrent *t, struct torrent_row *r,
	const struct swarm_numbers *n)
{
	uint64_t now = torrent_now(t), next;
	struct tracker_list *l = announcer_list(t->announcer);

	r->up_bps = swarm_up_bps(t->swarm, now);
	r->down_bps = swarm_down_bps(t->swarm, now);
	r->peers = n->peers;
	r->seeds = n->seeds;
	r->known = n->known;
	r->avail_milli = t->picker && n->peers ? picker_copies_milli(t->picker)
	                                       : UINT32_MAX;
	tracker_list_swarm(l, &r->swarm_seeds, &r->swarm_peers);
	r->tracker = tracker_list_good_host(l);
	r->dht_running = t->dht_want.row.is_running;
	r->dht_asked = t->dht_want.row.asked;
	r->dht_found = t->dht_want.row.found;
	next = tracker_list_next_announce(l, now);
	r->why.next_announce_s =
		next == NEVER ? UINT32_MAX : (uint32_t)(next / 1000);
}

void torrent_row(struct torrent *t, struct torrent_row *r)
{
	struct swarm_numbers n;

	t->dirty = false;
	memset(r, 0, sizeof *r);
	swarm_numbers(t->swarm, &n);
	r->id = t->id;
	infohash_wire(&t->hash, r->wire_hash);
	memcpy(r->hash_hex, t->hex, sizeof t->hex);
	r->state = state_of(t);
	r->name = t->name;
	r->dir = t->dir;
	r->up_bytes = t->up_bytes;
	r->down_bytes = t->down_bytes;
	r->added_s = t->added_s;
	r->completed_s = t->completed_s;
	r->is_sequential = t->sequential;
	r->waits_for_choice = t->phase == PHASE_CHOOSING;
	r->checking = t->phase == PHASE_CHECKING || t->phase == PHASE_WAITING;
	r->check_done = t->check_done;
	r->down_limit_bps = t->opt.down_limit_bps;
	r->up_limit_bps = t->opt.up_limit_bps;
	r->label = t->opt.label[0] ? t->opt.label : NULL;
	r->ratio_goal_milli = t->opt.ratio_goal_milli;
	r->time_goal_min = t->opt.time_goal_min;
	r->seeded_s = torrent_seeded_ms(t) / 1000;
	r->is_forced = t->opt.forced;
	r->is_moving = t->moving;
	r->fault = t->fault;
	fill_content(t, r);
	r->why = why_of(t, r->state, &n);
	fill_swarm(t, r, &n);
	age_eta(t, r->down_bps);
	r->eta_s = r->state == TORRENT_LEECHING
	                   ? eta_of(t, r->size_bytes - r->have_bytes)
	                   : UINT32_MAX;
	/* Rates fade by themselves: look again until they are gone. */
	if (r->up_bps || r->down_bps || t->phase == PHASE_CHECKING)
		t->dirty = true;
}

bool torrent_is_dirty(const struct torrent *t)
{
	return t->dirty || swarm_count(t->swarm) > 0;
}

/* --- details
 * -------------------------------------------------------------------- */

static void view_peers(struct torrent *t, struct torrent_views *v,
	struct torrent_detail *d)
{
	size_t n = swarm_count(t->swarm);

	v->peers = mem_grow(v->peers, &v->peers_cap, n, sizeof *v->peers);
	d->npeers = swarm_rows(t->swarm, v->peers, n);
	d->peers = v->peers;
}

static void map_flight(const struct torrent *t, struct piece_flight *f)
{
	memset(f->got_map, 0xff, sizeof f->got_map);
	memset(f->asked_map, 0, sizeof f->asked_map);
	for (uint32_t b = 0; b < f->blocks; b++) {
		struct block_ref ref = {f->piece, b};
		uint32_t cell = (uint32_t)((uint64_t)b * f->cells / f->blocks);
		int s = picker_block_state(t->picker, ref);

		if (s != 2)
			f->got_map[cell / 8] &= (uint8_t) ~(1u << cell % 8);
		if (s == 1)
			f->asked_map[cell / 8] |= (uint8_t)(1u << cell % 8);
		f->received += s == 2;
		f->asked += s == 1;
	}
}

static void view_flights(struct torrent *t, struct torrent_views *v,
	struct torrent_detail *d)
{
	size_t n = t->picker ? picker_partial_count(t->picker) : 0;

	v->flights =
		mem_grow(v->flights, &v->flights_cap, n, sizeof *v->flights);
	for (size_t i = 0; i < n; i++) {
		struct piece_flight *f = &v->flights[i];

		memset(f, 0, sizeof *f);
		f->piece = picker_partial_piece(t->picker, i);
		f->blocks = layout_piece_blocks(&t->layout, f->piece);
		f->cells = f->blocks < FLIGHT_MAP_BYTES * 8
		                   ? f->blocks
		                   : FLIGHT_MAP_BYTES * 8;
		map_flight(t, f);
		f->checking = f->received == f->blocks;
	}
	d->flights = v->flights;
	d->nflights = n;
}

static void view_pieces(struct torrent *t, struct torrent_views *v,
	struct torrent_detail *d)
{
	if (!t->meta)
		return;
	d->npieces = t->layout.npieces;
	d->have = &t->have;
	d->wanted = &t->wanted;
	d->checking = &t->unchecked;
	d->avail = t->picker ? picker_availability(t->picker) : NULL;
	d->done = t->done;
	d->ndone = t->ndone;
	view_flights(t, v, d);
}

static void clean_paths(struct torrent *t, struct torrent_views *v)
{
	v->nfiles = t->meta->nfiles;
	v->files = mem_zero_array(v->nfiles ? v->nfiles : 1, sizeof *v->files);
	v->paths = mem_zero_array(v->nfiles ? v->nfiles : 1, sizeof *v->paths);
	for (size_t f = 0; f < v->nfiles; f++)
		v->paths[f] = text_clean(span_str(t->meta->files[f].path), 0);
}

static void view_files(struct torrent *t, struct torrent_views *v,
	struct torrent_detail *d)
{
	if (!t->meta)
		return;
	if (!v->files)
		clean_paths(t, v);
	for (size_t f = 0; f < v->nfiles; f++) {
		struct file_row *r = &v->files[f];

		r->path = v->paths[f];
		r->size = t->meta->files[f].length;
		r->have = layout_file_have(&t->layout, f, &t->have);
		layout_file_pieces(&t->layout, f, &r->first_piece,
			&r->end_piece);
		r->priority = t->priority[f];
		r->is_pad = t->meta->files[f].is_pad;
	}
	d->files = v->files;
	d->nfiles = v->nfiles;
}

static void view_trackers(struct torrent *t, struct torrent_views *v,
	struct torrent_detail *d)
{
	struct tracker_list *l = announcer_list(t->announcer);
	size_t n = tracker_list_count(l), shown = 0;

	v->trackers =
		mem_grow(v->trackers, &v->trackers_cap, n, sizeof *v->trackers);
	for (size_t i = 0; i < n; i++)
		if (!tracker_list_is_gone(l, i))
			tracker_list_row(l, i, torrent_now(t),
				&v->trackers[shown++]);
	d->trackers = v->trackers;
	d->ntrackers = shown;
}

void torrent_detail(struct torrent *t, uint32_t what, struct torrent_detail *d)
{
	memset(d, 0, sizeof *d);
	d->id = t->id;
	d->what = what;
	if (!t->views)
		t->views = mem_zero(sizeof *t->views);
	if (what & WATCH_PEERS)
		view_peers(t, t->views, d);
	if (what & WATCH_PIECES)
		view_pieces(t, t->views, d);
	if (what & WATCH_FILES)
		view_files(t, t->views, d);
	if (what & WATCH_TRACKERS)
		view_trackers(t, t->views, d);
}

void torrent_unwatch(struct torrent *t)
{
	struct torrent_views *v = t->views;

	if (!v)
		return;
	for (size_t f = 0; f < v->nfiles; f++)
		mem_free(v->paths[f]);
	mem_free(v->paths);
	mem_free(v->files);
	mem_free(v->peers);
	mem_free(v->flights);
	mem_free(v->trackers);
	mem_free(v);
	t->views = NULL;
}

/* --- lists
 * ---------------------------------------------------------------- */

void torrent_describe(const struct torrent *t, struct torrent_start *out)
{
	memset(out, 0, sizeof *out);
	out->hash = t->hash;
	out->name = t->name;
	out->dir = t->dir;
	out->select = t->select;
	out->paused = t->paused;
	out->sequential = t->sequential;
	out->choose = t->choose || (t->choice_new && !t->select);
	out->by_link = t->by_link;
	out->added_s = t->added_s;
	out->completed_s = t->completed_s;
	out->opt = t->opt;
	out->opt.seeded_ms = torrent_seeded_ms(t);
	out->load = t->meta != NULL || t->phase == PHASE_LOADING;
	out->size_bytes = t->meta ? torrent_wanted_bytes(t) : t->hint_size;
	out->have_bytes = t->meta && t->phase == PHASE_READY
	                          ? torrent_have_bytes(t)
	                          : t->hint_have;
	out->up_bytes = t->up_bytes;
	out->down_bytes = t->down_bytes;
}
