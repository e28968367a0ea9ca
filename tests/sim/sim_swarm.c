/*
 * sim_swarm.c - see sim_swarm.h.
 */
#include "sim_swarm.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "sim_torrent.h"

#define DEFAULT_BYTES (1u << 20)
#define DEFAULT_PIECE 16384u
#define DEFAULT_FILES 3u

const struct sim_link sim_lan = {.latency_ms = 1};
const struct sim_link sim_home = {
	.latency_ms = 15,
	.jitter_ms = 4,
	.up_bps = 1000000,
	.down_bps = 4000000,
};

/* --- the world
 * ------------------------------------------------------------------ */

struct sim_world *sim_world_new(uint64_t seed, const struct sim_plan *plan)
{
	struct sim_world *w = mem_zero(sizeof *w);
	struct sim_plan p = *plan;
	const char *own[2] = {NULL, NULL};

	p.bytes = p.bytes ? p.bytes : DEFAULT_BYTES;
	p.piece_length = p.piece_length ? p.piece_length : DEFAULT_PIECE;
	p.nfiles = p.nfiles ? p.nfiles : DEFAULT_FILES;
	hash_setup();
	w->sim = sim_new(seed);
	w->net = sim_net_new(w->sim);
	w->web = sim_web_new(w->net);
	w->tracker = sim_tracker_new(w->web, "tracker.sim", &sim_lan);
	own[0] = p.udp_tracker ? sim_tracker_udp_url(w->tracker)
	                       : sim_tracker_url(w->tracker);
	if (p.no_tracker)
		own[0] = NULL;
	sim_torrent_make(&w->torrent, seed, &p, p.tiers ? p.tiers : own);
	return w;
}

static bool no_ghosts(void *user)
{
	const struct sim_world *w = user;

	return w->ghosts == 0;
}

static bool nobody_runs(void *user)
{
	const struct sim_world *w = user;

	for (size_t i = 0; i < w->npeers; i++)
		if (w->peers[i]->run)
			return false;
	return w->ghosts == 0;
}

static void close_run(struct sim_run *r, bool fast);

static void peer_free(struct sim_peer *p)
{
	sim_files_free(p->machine.files);
	bitfield_fini(&p->began);
	mem_free(p);
}

void sim_world_free(struct sim_world *w)
{
	sim_world_check(w);
	for (size_t i = 0; i < w->npeers; i++)
		if (w->peers[i]->run)
			close_run(w->peers[i]->run, false);
	if (!sim_run_until(w->sim, nobody_runs, w, SIM_CLOSE_MS))
		sim_fail(w->sim, "an engine does not close");
	sim_web_free(w->web);
	sim_net_free(w->net);
	for (size_t i = 0; i < w->npeers; i++)
		peer_free(w->peers[i]);
	mem_free(w->peers);
	sim_torrent_fini(&w->torrent);
	sim_free(w->sim);
	mem_free(w);
}

void sim_world_start(struct sim_world *w)
{
	for (size_t i = 0; i < w->npeers; i++)
		if (!w->peers[i]->run)
			sim_peer_start(w->peers[i]);
}

static bool all_complete(void *user)
{
	struct sim_world *w = user;

	for (size_t i = 0; i < w->npeers; i++)
		if (w->peers[i]->run && !sim_peer_is_complete(w->peers[i]))
			return false;
	return true;
}

static void report_rows(struct sim_world *w)
{
	for (size_t i = 0; i < w->npeers; i++) {
		const struct torrent_row *r;

		if (!w->peers[i]->run)
			continue;
		r = sim_peer_row(w->peers[i]);
		fprintf(stderr,
			"peer %zu: state %d why %d(%llu %llu) %u/%u pieces, "
			"%u peers of %u known, %u B/s %s\n",
			i, r->state, r->why.kind, (unsigned long long)r->why.a,
			(unsigned long long)r->why.b, r->pieces_have,
			r->npieces, r->peers, r->known, r->down_bps,
			r->fault.what);
	}
}

uint64_t sim_world_complete(struct sim_world *w, uint64_t max_ms)
{
	uint64_t from = sim_now(w->sim);

	if (!sim_run_until(w->sim, all_complete, w, max_ms)) {
		report_rows(w);
		sim_fail(w->sim, "not complete in %llu s",
			(unsigned long long)max_ms / 1000);
	}
	sim_world_check(w);
	return sim_now(w->sim) - from;
}

void sim_world_check(struct sim_world *w)
{
	for (size_t i = 0; i < w->npeers; i++)
		if (w->peers[i]->run)
			sim_peer_check(w->peers[i]);
}

/* --- machines
 * -------------------------------------------------------------------- */

struct sim_peer *sim_peer_new(struct sim_world *w, const struct sim_link *link,
	uint32_t permille)
{
	struct sim_peer *p = mem_zero(sizeof *p);
	uint32_t n = w->torrent.layout.npieces;

	p->world = w;
	p->machine = (struct sim_machine){
		.sim = w->sim,
		.web = w->web,
		.node = sim_node_new(w->net, link),
		.files = sim_files_new(w->sim),
	};
	p->boots = 1;
	bitfield_init(&p->began, n);
	for (uint32_t i = 0; i < n; i++)
		if (sim_chance(w->sim, permille))
			sim_peer_give(p, i);
	w->peers = mem_grow(w->peers, &w->cap, w->npeers + 1, sizeof *w->peers);
	w->peers[w->npeers++] = p;
	return p;
}

void sim_peer_give(struct sim_peer *p, uint32_t piece)
{
	bitfield_add(&p->began, piece);
	sim_torrent_write(&p->world->torrent, p->machine.files, piece);
}

/* --- runs
 * -------------------------------------------------------------------------- */

static void apply_settings(struct settings *s, const char *lines)
{
	size_t bad = 0;
	struct fault f = {0};

	if (!lines)
		return;
	settings_read(s, span_str(lines), &bad, &f);
	if (bad)
		fprintf(stderr, "settings of a test: %s\n", f.what);
}

static void add_torrent(struct sim_peer *p)
{
	struct sim_world *w = p->world;
	char hex[INFOHASH_HEX_MAX];
	char *link;
	struct add_source add = {
		.skip_check = p->trusting && !p->was_added,
		.select = p->select,
		.choose = p->choosing,
	};
	struct command c = {.kind = CMD_ADD, .add = &add};
	struct fault f = {0};

	infohash_hex(&w->torrent.meta->hash, hex);
	link = mem_printf("magnet:?xt=urn:btih:%s&tr=%s", hex,
		sim_tracker_url(w->tracker));
	if (p->by_magnet)
		add.link = link;
	else
		add.metainfo = buf_span(&w->torrent.file);
	if (engine_command(p->run->engine, &c, &p->id, &f) != ERR_OK)
		sim_fail(w->sim, "adding failed: %s", f.what);
	p->was_added = true;
	mem_free(link);
}

/* The session brings it back after its list was read. */
static void find_torrent(struct sim_peer *p)
{
	const struct snapshot *s;

	for (int i = 0; i < 100; i++) {
		s = engine_refresh(p->run->engine);
		if (s->nrows == 1) {
			p->id = s->rows[0].id;
			return;
		}
		sim_run_for(p->world->sim, 10);
	}
	if (!p->may_forget)
		sim_fail(p->world->sim, "the session has %zu torrents",
			s->nrows);
	add_torrent(p);
}

void sim_peer_start(struct sim_peer *p)
{
	struct sim_run *r = mem_zero(sizeof *r);
	struct engine_config cfg = {
		.download_dir = SIM_DIR,
		.keep_session = p->keep_session,
	};

	snprintf(cfg.boot_id, sizeof cfg.boot_id, "boot %u", p->boots);
	if (!p->was_added)
		sim_files_sync(p->machine.files); /* it was there for long */
	r->world = p->world;
	r->peer = p;
	r->settings = settings_new();
	apply_settings(r->settings, "dht off\nlsd off\n");
	apply_settings(r->settings, p->settings);
	cfg.settings = r->settings;
	r->host = sim_host_new(&p->machine);
	r->engine = engine_new(sim_host_base(r->host), &cfg);
	sim_host_attach(r->host, r->engine);
	p->run = r;
	engine_start(r->engine);
	if (p->keep_session && p->was_added)
		find_torrent(p);
	else
		add_torrent(p);
}

static void run_closed(void *user)
{
	struct sim_run *r = user;

	sim_host_detach(r->host);
	engine_free(r->engine);
	sim_host_free(r->host);
	settings_free(r->settings);
	if (r->peer)
		r->peer->run = NULL;
	else
		r->world->ghosts--;
	mem_free(r);
}

static void close_run(struct sim_run *r, bool fast)
{
	engine_close(r->engine, fast, run_closed, r);
}

static bool has_stopped(void *user)
{
	return ((struct sim_peer *)user)->run == NULL;
}

void sim_peer_stop(struct sim_peer *p)
{
	sim_peer_check(p);
	sim_peer_close(p);
}

void sim_peer_close(struct sim_peer *p)
{
	close_run(p->run, false);
	if (!sim_run_until(p->world->sim, has_stopped, p, SIM_CLOSE_MS))
		sim_fail(p->world->sim, "an engine does not close");
}

void sim_peer_kill(struct sim_peer *p)
{
	struct sim_run *r = p->run;

	sim_host_kill(r->host);
	p->run = NULL;
	r->peer = NULL;
	p->world->ghosts++;
	close_run(r, true);
}

void sim_peer_power_cut(struct sim_peer *p, uint32_t lucky_permille)
{
	sim_peer_kill(p);
	/* The ghost must not see files change below it. */
	if (!sim_run_until(p->world->sim, no_ghosts, p->world, SIM_CLOSE_MS))
		sim_fail(p->world->sim, "a killed engine does not go away");
	sim_files_power_cut(p->machine.files, lucky_permille);
	p->boots++;
}

/* --- looking
 * ------------------------------------------------------------------------ */

struct addr sim_peer_addr(const struct sim_peer *p)
{
	struct addr a = *sim_node_addr(p->machine.node);

	a.port = SIM_PORT;
	return a;
}

const struct torrent_row *sim_peer_row(struct sim_peer *p)
{
	const struct snapshot *s = engine_refresh(p->run->engine);
	const struct torrent_row *r = snapshot_find(s, p->id);

	if (!r)
		sim_fail(p->world->sim, "the torrent is gone");
	return r;
}

bool sim_peer_is_complete(struct sim_peer *p)
{
	const struct torrent_row *r = sim_peer_row(p);

	return r->is_complete && r->state == TORRENT_SEEDING;
}

const struct torrent_detail *sim_peer_detail(struct sim_peer *p)
{
	engine_watch(p->run->engine, p->id,
		WATCH_PIECES | WATCH_PEERS | WATCH_TRACKERS);
	engine_refresh(p->run->engine);
	return engine_detail(p->run->engine);
}

uint32_t sim_peer_have(struct sim_peer *p)
{
	return sim_peer_row(p)->pieces_have;
}

struct engine_totals sim_peer_totals(struct sim_peer *p)
{
	return engine_refresh(p->run->engine)->totals;
}

size_t sim_peer_notices(struct sim_peer *p, enum notice_kind kind)
{
	const struct notice *n;
	uint64_t after = 0;
	size_t count = 0;

	while ((n = engine_notice_after(p->run->engine, after))) {
		after = n->seq;
		count += n->kind == kind;
	}
	return count;
}

void sim_peer_command(struct sim_peer *p, enum command_kind kind,
	uint64_t value)
{
	struct command c = {.kind = kind, .torrent = p->id, .value = value};
	struct fault f = {0};

	if (engine_command(p->run->engine, &c, NULL, &f) != ERR_OK)
		sim_fail(p->world->sim, "a command failed: %s", f.what);
}

void sim_peer_connect(struct sim_peer *p, const struct addr *to)
{
	struct command c = {
		.kind = CMD_ADD_PEER, .torrent = p->id, .addr = *to};
	struct fault f = {0};

	if (engine_command(p->run->engine, &c, NULL, &f) != ERR_OK)
		sim_fail(p->world->sim, "adding a peer failed: %s", f.what);
}

bool sim_peer_piece_ok(struct sim_peer *p, uint32_t piece)
{
	return sim_torrent_is_right(&p->world->torrent, p->machine.files,
		piece);
}

void sim_peer_check(struct sim_peer *p)
{
	const struct torrent_detail *d = sim_peer_detail(p);
	uint32_t n = p->world->torrent.layout.npieces;

	if (!d->have || bitfield_size(d->have) != n)
		return; /* the metadata is not known yet */
	for (uint32_t i = bitfield_next_set(d->have, 0); i < n;
		i = bitfield_next_set(d->have, i + 1))
		if (!sim_peer_piece_ok(p, i))
			sim_fail(p->world->sim,
				"a peer believes piece %u, which is wrong", i);
}
