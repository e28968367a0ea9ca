/*
 * engine.c - turns, deadlines, opening and closing.
 *
 * The host calls in with events; objects that changed are touched, and at the
 * end of the turn (a wake-up asked for at once) they are settled: doomed
 * connections freed, requests sent, deadlines renewed.  So nothing is freed
 * while its own code is on the stack.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "core/engine_priv.h"
#include "core/storage/block_pool.h"
#include "core/storage/disk.h"

#ifndef BTTUI_VERSION
#define BTTUI_VERSION "0.1.0"
#endif

static uint64_t engine_now(const struct engine *e)
{
	return e->host->ops->now(e->host);
}

void engine_arm(struct engine *e, uint64_t at)
{
	if (at >= e->armed)
		return;
	e->armed = at;
	e->host->ops->wake_at(e->host, at);
}

struct torrent *engine_find(const struct engine *e, struct torrent_id id)
{
	if (id.slot == 0 || id.slot > e->nslots ||
		e->generations[id.slot - 1] != id.generation)
		return NULL;
	return e->slots[id.slot - 1];
}

void engine_notice(struct engine *e, struct torrent_id id,
	enum notice_kind kind, const char *text)
{
	struct notice *n = &e->notices[e->notice_seq % NOTICES_KEPT];

	n->seq = ++e->notice_seq;
	e->changed = true;
	n->at_ms = engine_now(e);
	n->wall_s = e->host->ops->wall_s(e->host);
	n->kind = kind;
	n->torrent = id;
	n->fetch = 0;
	text_clean_to(n->text, sizeof n->text, span_str(text));
	log_debug("engine", "%s", n->text);
	/* Whoever waits for news hears of them at the end of a turn. */
	if (!e->in_turn)
		engine_arm(e, engine_now(e));
}

void engine_mark_notice(struct engine *e, uint32_t fetch)
{
	e->notices[(e->notice_seq - 1) % NOTICES_KEPT].fetch = fetch;
}

/* --- what torrents ask of us ------------------------------------------------
 */

static void on_touched(void *user, struct torrent *t)
{
	struct engine *e = user;
	struct list *n = torrent_touched_node(t);

	e->changed = true;
	engine_queue_touched(e, engine_now(e));
	if (list_empty(n))
		list_push_back(&e->touched, n);
	if (!e->in_turn)
		engine_arm(e, engine_now(e));
}

static void on_notice(void *user, const struct torrent *t,
	enum notice_kind kind, const char *text)
{
	engine_notice(user, torrent_id(t), kind, text);
}

void engine_list_changed(struct engine *e)
{
	e->queue_stale = true;
	if (!e->cfg.keep_session || e->list_unsaved)
		return;
	e->list_unsaved = true;
	e->list_save_at = engine_now(e) + SESSION_SAVE_MS;
	engine_arm(e, e->list_save_at);
}

static void on_list_changed(void *user)
{
	engine_list_changed(user);
}

static void on_tight(void *user)
{
	((struct engine *)user)->tight = true;
}

/* Its row is read until the next refresh; the texts in it go now. */
static void blank_row(struct engine *e, struct torrent_id id)
{
	const struct torrent_row *seen = snapshot_find(&e->snap, id);
	struct torrent_row *r;

	if (!seen)
		return;
	r = &e->rows[seen - e->snap.rows];
	r->name = r->dir = "";
	r->tracker = r->label = NULL;
}

static void on_closed(void *user, struct torrent *t)
{
	struct engine *e = user;
	struct torrent_id id = torrent_id(t);
	uint8_t hash[20];

	infohash_wire(torrent_hash(t), hash);
	if (map_get(e->by_hash, hash) == t)
		map_remove(e->by_hash, hash);
	heap_remove(&e->deadlines, torrent_heap_node(t));
	if (torrent_id_equal(id, e->watched))
		memset(&e->detail, 0, sizeof e->detail);
	blank_row(e, id);
	torrent_free(t);
	e->slots[id.slot - 1] = NULL;
	e->ntorrents--;
	e->rows_stale = true;
	engine_undo_closed(e, hash);
}

/* --- opening
 * -------------------------------------------------------------------- */

static bool on_hello(void *user, struct stream *s, struct wire *w,
	const struct wire_event *hello)
{
	struct engine *e = user;
	struct torrent *t = map_get(e->by_hash, hello->hello.info_hash);

	return t && torrent_accept(t, s, w, hello);
}

/* The DHT and local discovery follow their settings. */
static void discover(struct engine *e)
{
	bool lsd = settings_bool(e->cfg.settings, SET_LSD);

	e->shared.dht_on = settings_bool(e->cfg.settings, SET_DHT);
	dht_link_switch(e->dht, e->shared.dht_on);
	lsd_switch(e->lsd, lsd);
}

void engine_apply_settings(struct engine *e)
{
	const struct settings *s = e->cfg.settings;
	bool slow = settings_bool(s, SET_SLOW_MODE);
	uint64_t now = engine_now(e);

	e->settings_seen = settings_version(s);
	limiter_set_rate(&e->limit_up,
		(uint64_t)settings_int(s,
			slow ? SET_SLOW_UP_LIMIT : SET_UP_LIMIT),
		now);
	limiter_set_rate(&e->limit_down,
		(uint64_t)settings_int(s,
			slow ? SET_SLOW_DOWN_LIMIT : SET_DOWN_LIMIT),
		now);
	e->shared.max_peers = (uint32_t)settings_int(s, SET_MAX_PEERS);
	e->shared.max_peers_torrent =
		(uint32_t)settings_int(s, SET_MAX_PEERS_TORRENT);
	e->shared.max_half_open = (uint32_t)settings_int(s, SET_MAX_HALF_OPEN);
	e->shared.upload_slots = (uint32_t)settings_int(s, SET_UPLOAD_SLOTS);
	e->shared.pex_on = settings_bool(s, SET_PEX);
	e->env.ratio_goal_milli =
		10 * (uint32_t)settings_int(s, SET_RATIO_GOAL);
	e->env.time_goal_min = (uint32_t)settings_int(s, SET_TIME_GOAL);
	e->queue_stale = true;
	if (e->started && !e->closing)
		discover(e);
	engine_arm(e, now);
}

static void on_relieved(void *user)
{
	struct engine *e = user;

	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i])
			torrent_stir(e->slots[i]);
}

static void init_shared(struct engine *e)
{
	struct swarm_shared *sh = &e->shared;
	uint64_t seed;

	e->host->ops->random(e->host, &seed, sizeof seed);
	e->host->ops->random(e->host, sh->map_key, sizeof sh->map_key);
	rng_seed(&sh->rng, seed);
	sh->host = e->host;
	sh->pool = block_pool_new((size_t)settings_int(e->cfg.settings,
		SET_BLOCK_MEMORY));
	sh->client = "bttui " BTTUI_VERSION;
	list_init(&sh->thirsty_up);
	list_init(&sh->thirsty_down);
	list_init(&sh->held);
}

static void on_dht_external(void *user, const struct addr *a)
{
	struct engine *e = user;

	if (a->family == ADDR_V4)
		e->shared.self4 = *a;
	else
		e->shared.self6 = *a;
}

static void on_dht_wanted(void *user)
{
	struct engine *e = user;

	engine_arm(e, engine_now(e));
}

static void on_dht_node(void *user, const struct addr *a)
{
	struct engine *e = user;

	dht_link_add_node(e->dht, a);
}

static void init_discovery(struct engine *e)
{
	e->dht = dht_link_new(e->host, &(struct dht_link_config){
					       .routers = e->cfg.dht_nodes,
					       .nrouters = e->cfg.ndht_nodes,
					       .keep_state = true,
					       .external = on_dht_external,
					       .wanted = on_dht_wanted,
					       .user = e,
				       });
	e->lsd = lsd_new(e->host);
	e->shared.dht_node = on_dht_node;
	e->shared.dht_user = e;
}

static void init_env(struct engine *e)
{
	e->env = (struct torrent_env){
		.host = e->host,
		.shared = &e->shared,
		.announces = &e->announces,
		.dht = e->dht,
		.lsd = e->lsd,
		.limit_up = &e->limit_up,
		.limit_down = &e->limit_down,
		.gate = &e->gate,
		.boot_id = e->cfg.boot_id,
		.keep_session = e->cfg.keep_session,
		.touched = on_touched,
		.notice = on_notice,
		.list_changed = on_list_changed,
		.closed = on_closed,
		.tight = on_tight,
		.user = e,
	};
}

struct engine *engine_new(struct host *h, const struct engine_config *cfg)
{
	struct engine *e = mem_zero(sizeof *e);
	uint64_t now = h->ops->now(h);

	e->host = h;
	e->cfg = *cfg;
	e->download_dir = mem_strdup(cfg->download_dir);
	e->armed = NEVER;
	list_init(&e->touched);
	list_init(&e->fetches);
	list_init(&e->removed);
	init_shared(e);
	announce_pool_init(&e->announces, h, &e->shared.rng);
	limiter_init(&e->limit_up, NULL, now);
	limiter_init(&e->limit_down, NULL, now);
	e->gate.max = CHECKS_AT_ONCE;
	list_init(&e->gate.waiting);
	init_discovery(e);
	init_env(e);
	e->greeter = greeter_new(h, on_hello, e);
	e->by_hash = map_new(20, e->shared.map_key);
	h->disk->ops->on_relieved(h->disk, on_relieved, e);
	engine_apply_settings(e);
	return e;
}

void engine_start(struct engine *e)
{
	e->started = true;
	discover(e);
	if (e->cfg.keep_session)
		engine_session_load(e);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	for (uint32_t i = 0; i < e->nslots; i++)
		assert(!e->slots[i]);
	engine_fetch_cancel(e);
	greeter_free(e->greeter);
	dht_link_free(e->dht);
	lsd_free(e->lsd);
	map_free(e->by_hash);
	heap_fini(&e->deadlines);
	block_pool_free(e->shared.pool);
	mem_free(e->slots);
	mem_free(e->generations);
	mem_free(e->rows);
	mem_free(e->download_dir);
	mem_free(e);
}

/* --- torrents
 * ---------------------------------------------------------------------- */

static uint32_t free_slot(struct engine *e)
{
	uint32_t i = e->ntorrents == e->nslots ? e->nslots : 0;

	while (i < e->nslots && e->slots[i])
		i++;
	if (i == e->nslots) {
		uint32_t n = e->nslots ? 2 * e->nslots : 16;

		e->slots = mem_resize(e->slots, n, sizeof(struct torrent *));
		e->generations =
			mem_resize(e->generations, n, sizeof *e->generations);
		memset(e->slots + e->nslots, 0,
			(n - e->nslots) * sizeof(struct torrent *));
		memset(e->generations + e->nslots, 0,
			(n - e->nslots) * sizeof *e->generations);
		e->nslots = n;
	}
	return i;
}

struct torrent *engine_insert(struct engine *e, const struct torrent_start *s)
{
	uint32_t i = free_slot(e);
	struct torrent_id id = {i + 1, ++e->generations[i]};
	struct torrent *t = torrent_new(&e->env, s, id);
	uint8_t hash[20];

	infohash_wire(&s->hash, hash);
	map_put(e->by_hash, hash, t);
	if (!s->load)
		engine_undo_added(e, hash);
	e->slots[i] = t;
	e->ntorrents++;
	e->rows_stale = true;
	return t;
}

/* --- the turn
 * ------------------------------------------------------------------------ */

/* Tokens are given out in small turns, so that each gets its share. */
static void quench(const struct limiter *l, struct list *thirsty,
	void (*turn)(struct list *node))
{
	unsigned budget = TURNS_AT_ONCE;
	struct list *n;

	while (limiter_room(l) >= BLOCK_BYTES && (n = list_front(thirsty)) &&
		budget-- > 0)
		turn(n);
}

static uint64_t thirst_deadline(const struct engine *e, uint64_t now)
{
	uint64_t at = NEVER, t;

	if (!list_empty(&e->shared.thirsty_up)) {
		t = limiter_ready_at(&e->limit_up, BLOCK_BYTES, now);
		at = t > now ? t : now + 1;
	}
	if (!list_empty(&e->shared.thirsty_down)) {
		t = limiter_ready_at(&e->limit_down, BLOCK_BYTES, now);
		t = t > now ? t : now + 1;
		at = t < at ? t : at;
	}
	return at;
}

static void settle(struct engine *e)
{
	struct list *n;
	unsigned budget = 4 * WAKE_BUDGET;

	while ((n = list_front(&e->touched)) && budget-- > 0) {
		struct torrent *t = torrent_of_touched_node(n);
		struct torrent_id id = torrent_id(t);

		list_remove(n);
		torrent_settle(t);
		if (engine_find(e, id) != t)
			continue; /* it closed */
		heap_set(&e->deadlines, torrent_heap_node(t),
			torrent_deadline(t));
	}
}

static void tick_due(struct engine *e, uint64_t now)
{
	unsigned budget = WAKE_BUDGET;

	while (heap_next(&e->deadlines) <= now && budget-- > 0) {
		struct heap_node *n = heap_min(&e->deadlines);
		struct torrent *t = torrent_of_heap_node(n);
		struct torrent_id id = torrent_id(t);
		uint64_t at;

		e->changed = true;
		torrent_tick(t, now);
		if (engine_find(e, id) != t)
			continue;
		at = torrent_deadline(t);
		/* A deadline in the past would be met again at once. */
		heap_set(&e->deadlines, n, at > now ? at : now + 1);
	}
}

/* Peers that were not read while memory was full. */
static void release_held(struct engine *e)
{
	struct list *n;

	if (block_pool_tight(e->shared.pool)) {
		e->tight |= !list_empty(&e->shared.held);
		return;
	}
	while ((n = list_front(&e->shared.held)))
		swarm_release(n);
}

/* Blocks of unfinished pieces may be anywhere, even in a paused torrent. */
static void relieve(struct engine *e)
{
	if (!e->tight)
		return;
	e->tight = false;
	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i])
			torrent_relieve(e->slots[i]);
}

static void close_step(struct engine *e, uint64_t now)
{
	if (!e->closing || e->closed_told)
		return;
	if (now >= e->close_by && !e->close_fast && !e->list_loading) {
		e->close_fast = true;
		for (uint32_t i = 0; i < e->nslots; i++)
			if (e->slots[i])
				torrent_hasten(e->slots[i]);
		settle(e);
	}
	if (e->ntorrents > 0 || e->list_saving || e->list_loading ||
		dht_link_is_busy(e->dht))
		return;
	e->closed_told = true;
	e->close_done(e->close_user);
}

/* Never over a list that has not been read. */
static bool may_save_list(const struct engine *e)
{
	return e->list_unsaved && !e->list_saving && !e->list_loading;
}

static uint64_t next_deadline(const struct engine *e, uint64_t now)
{
	uint64_t at = heap_next(&e->deadlines);
	uint64_t t = greeter_deadline(e->greeter);

	at = t < at ? t : at;
	if (!list_empty(&e->shared.held))
		at = now + HELD_MS < at ? now + HELD_MS : at;
	t = thirst_deadline(e, now);
	at = t < at ? t : at;
	t = dht_link_deadline(e->dht);
	at = t < at ? t : at;
	t = lsd_deadline(e->lsd);
	at = t < at ? t : at;
	if (may_save_list(e) && e->list_save_at < at)
		at = e->list_save_at;
	if (e->closing && !e->close_fast && !e->list_loading &&
		e->close_by < at)
		at = e->close_by;
	t = engine_undo_deadline(e);
	at = t < at ? t : at;
	t = engine_queue_deadline(e, now);
	at = t < at ? t : at;
	if (!list_empty(&e->touched))
		at = now;
	return at;
}

void engine_wake(struct engine *e, uint64_t now)
{
	bool told = e->closed_told;

	if (told)
		return;
	e->armed = NEVER;
	e->in_turn = true;
	if (e->settings_seen != settings_version(e->cfg.settings))
		engine_apply_settings(e);
	limiter_refill(&e->limit_up, now);
	limiter_refill(&e->limit_down, now);
	quench(&e->limit_up, &e->shared.thirsty_up, swarm_quench_up);
	quench(&e->limit_down, &e->shared.thirsty_down, swarm_quench_down);
	greeter_tick(e->greeter, now);
	dht_link_tick(e->dht, now);
	lsd_tick(e->lsd, now);
	settle(e);
	tick_due(e, now);
	settle(e);
	release_held(e);
	relieve(e);
	engine_session_continue(e);
	engine_queue_settle(e, now);
	engine_undo_tick(e, now);
	if (may_save_list(e) && now >= e->list_save_at)
		engine_session_save(e);
	e->in_turn = false;
	if (e->changed && e->on_change)
		e->on_change(e->on_change_user);
	e->changed = false;
	engine_arm(e, next_deadline(e, now));
	close_step(e, now); /* the owner may free us in here */
}

/* --- from the host
 * ---------------------------------------------------------------------- */

void engine_accept(struct engine *e, struct stream *s, const struct addr *from)
{
	(void)from;
	if (e->closing) {
		stream_close(s);
		return;
	}
	e->incoming_ms = engine_now(e);
	greeter_accept(e->greeter, s);
	engine_arm(e, greeter_deadline(e->greeter));
}

void engine_datagram(struct engine *e, struct span bytes,
	const struct addr *from)
{
	if (dht_link_receive(e->dht, bytes, from)) {
		e->changed = true; /* told at the end of the next turn */
		engine_arm(e, dht_link_deadline(e->dht));
		return;
	}
	announce_pool_receive(&e->announces, bytes, from);
}

void engine_multicast(struct engine *e, struct span bytes,
	const struct addr *from)
{
	lsd_receive(e->lsd, bytes, from);
}

void engine_close_torrents(struct engine *e)
{
	bool fast = e->close_by <= engine_now(e);

	if (e->cfg.keep_session)
		engine_session_save(e);
	dht_link_close(e->dht);
	lsd_switch(e->lsd, false);
	e->list_unsaved = false;
	engine_undo_end(e);
	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i])
			torrent_close(e->slots[i], false, false, fast);
}

void engine_close(struct engine *e, bool fast, void (*done)(void *user),
	void *user)
{
	uint64_t now = engine_now(e);

	if (!e->closing) {
		e->closing = true;
		e->close_done = done;
		e->close_user = user;
		e->close_by = fast ? now : now + STOP_WAIT_MS;
		engine_fetch_cancel(e);
		/* What was added meanwhile must come to those in the list. */
		if (!e->list_loading)
			engine_close_torrents(e);
	}
	if (fast)
		e->close_by = now;
	engine_arm(e, now);
}

void engine_on_change(struct engine *e, void (*changed)(void *user), void *user)
{
	e->on_change = changed;
	e->on_change_user = user;
}

bool engine_settled(const struct engine *e)
{
	if (e->list_loading)
		return false;
	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i] && !torrent_is_settled(e->slots[i]))
			return false;
	return true;
}
