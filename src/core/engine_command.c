/*
 * engine_command.c - changes from outside: each is checked, done, or refused
 * with one line that says why.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "core/engine_priv.h"
#include "core/swarm/peer_book.h"

#define FETCH_MS 60000u
#define LINK_MAX MAGNET_MAX
#define UNBAN_AT_ONCE 64u
#define OPTION_VALUE_MAX UINT32_MAX /* of limits and goals */

/* --- adding ------------------------------------------------------------------
 */

static void merge(struct torrent *t, const struct add_source *a)
{
	for (size_t i = 0; i < a->npeers; i++)
		torrent_add_peer(t, &a->peers[i], SOURCE_USER);
	for (size_t i = 0; i < a->ntrackers; i++)
		torrent_add_tracker(t, a->trackers[i], (uint32_t)i);
}

static struct torrent *find_hash(const struct engine *e,
	const struct infohash *h)
{
	uint8_t wire[20];

	infohash_wire(h, wire);
	return map_get(e->by_hash, wire);
}

static void start_from(const struct engine *e, const struct add_source *a,
	struct torrent_start *s)
{
	memset(s, 0, sizeof *s);
	s->dir = a->dir ? a->dir : e->download_dir;
	s->select = a->select;
	s->opt.place = engine_queue_end(e);
	if (a->label)
		text_clean_to(s->opt.label, sizeof s->opt.label,
			span_str(a->label));
	s->paused = a->paused;
	s->sequential = a->sequential;
	s->skip_check = a->skip_check;
	s->choose = a->choose;
	s->added_s = e->host->ops->wall_s(e->host);
}

/* Room, and not there already. */
static enum err may_add(struct engine *e, const struct infohash *h,
	const struct add_source *a, struct torrent_id *id, struct fault *fault)
{
	struct torrent *t = find_hash(e, h);

	if (t && torrent_is_closing(t))
		return fault_set(fault, ERR_STATE, 0,
			"it is just being removed: try again in a moment");
	if (t) {
		merge(t, a);
		*id = torrent_id(t);
		return fault_set(fault, ERR_EXISTS, 0, "it is here already: %s",
			torrent_name(t));
	}
	if (e->ntorrents >= TORRENTS_MAX)
		return fault_set(fault, ERR_LIMIT, 0,
			"there are %u torrents already", TORRENTS_MAX);
	return ERR_OK;
}

static void added(struct engine *e, struct torrent *t,
	const struct add_source *a, struct torrent_id *id)
{
	*id = torrent_id(t);
	merge(t, a);
	torrent_begin(t);
	torrent_keep_meta(t);
	engine_notice(e, *id, NOTICE_ADDED, torrent_name(t));
	engine_list_changed(e);
	engine_arm(e, e->host->ops->now(e->host));
}

static enum err add_metainfo(struct engine *e, struct span file,
	const struct add_source *a, struct torrent_id *id, struct fault *fault)
{
	struct torrent_start s;
	struct metainfo *m;
	struct torrent *t;
	enum err err = metainfo_parse(file, &m, fault);

	if (err != ERR_OK)
		return err;
	err = may_add(e, &m->hash, a, id, fault);
	if (err == ERR_OK && !m->has_v1)
		err = fault_set(fault, ERR_UNSUPPORTED, 0,
			"%s: BitTorrent v2 without v1 cannot be downloaded by "
			"this version",
			m->raw_name);
	if (err == ERR_OK)
		err = torrent_check_select(m, a->select, fault);
	if (err != ERR_OK) {
		if (err == ERR_EXISTS)
			for (size_t i = 0; i < m->ntrackers; i++)
				torrent_add_tracker(engine_find(e, *id),
					m->trackers[i].url,
					m->trackers[i].tier);
		metainfo_free(m);
		return err;
	}
	start_from(e, a, &s);
	s.hash = m->hash;
	s.name = m->raw_name;
	t = engine_insert(e, &s);
	err = torrent_give_meta(t, m);
	added(e, t, a, id);
	return err;
}

void engine_add_link_parts(struct torrent *t, const struct magnet *m)
{
	for (size_t i = 0; i < m->ntrackers; i++)
		torrent_add_tracker(t, m->trackers[i], (uint32_t)i);
	for (size_t i = 0; i < m->npeers; i++)
		torrent_add_peer_name(t, m->peers[i].host, m->peers[i].port);
	for (size_t i = 0; i < m->nwebseeds; i++)
		torrent_add_webseed(t, m->webseeds[i]);
}

/* so= counts from 0, a user's list from 1. */
static char *magnet_select(const struct magnet *m)
{
	struct buf out = {0};

	if (m->nselect == 0)
		return NULL;
	for (size_t i = 0; i < m->nselect; i++) {
		uint32_t first = m->select[i].first, last = m->select[i].last;

		if (first >= METAINFO_FILES_MAX)
			break; /* they are sorted */
		buf_printf(&out, "%s%u-%u", i ? "," : "", first + 1,
			(last < METAINFO_FILES_MAX ? last
						   : METAINFO_FILES_MAX - 1) +
				1);
	}
	if (out.len == 0)
		return NULL;
	buf_add_byte(&out, 0);
	return (char *)out.p;
}

static enum err add_parsed_link(struct engine *e, const struct magnet *m,
	const struct add_source *a, struct torrent_id *id, struct fault *fault)
{
	struct torrent_start s;
	struct torrent *t;
	char *select;
	enum err err = may_add(e, &m->hash, a, id, fault);

	if (err == ERR_EXISTS)
		engine_add_link_parts(engine_find(e, *id), m);
	if (err != ERR_OK)
		return err;
	if (!m->hash.has_v1)
		return fault_set(fault, ERR_UNSUPPORTED, 0,
			"BitTorrent v2 without v1 cannot be downloaded by "
			"this version");
	start_from(e, a, &s);
	select = a->select ? NULL : magnet_select(m);
	if (select)
		s.select = select;
	s.hash = m->hash;
	s.name = m->name;
	s.by_link = true;
	t = engine_insert(e, &s);
	mem_free(select);
	engine_add_link_parts(t, m);
	added(e, t, a, id);
	return ERR_OK;
}

static enum err add_link(struct engine *e, const struct add_source *a,
	struct torrent_id *id, struct fault *fault)
{
	struct magnet *m, bare;
	enum err err;

	memset(&bare, 0, sizeof bare);
	if (infohash_parse(span_str(a->link), &bare.hash) == ERR_OK)
		return add_parsed_link(e, &bare, a, id, fault);
	err = magnet_parse(span_str(a->link), &m, fault);
	if (err != ERR_OK)
		return err;
	err = add_parsed_link(e, m, a, id, fault);
	magnet_free(m);
	return err;
}

/* --- adding from the web
 * ----------------------------------------------------------- */

static void fetch_free(struct fetch *f)
{
	list_remove(&f->link);
	mem_free(f->dir);
	mem_free(f->select);
	mem_free(f->label);
	mem_free(f->url);
	mem_free(f);
}

static void fetched(void *user, const struct http_answer *h)
{
	struct fetch *f = user;
	struct engine *e = f->e;
	struct torrent_id id = {0, 0};
	struct fault fault = h->fault;
	char text[FAULT_TEXT_MAX + 128], url[80];

	f->req = NULL;
	if (fault.code == ERR_OK && h->status != 200)
		fault_set(&fault, ERR_NET, 0, "the server answers HTTP %d",
			h->status);
	if (fault.code == ERR_OK)
		(void)add_metainfo(e, h->body, &f->add, &id, &fault);
	if (fault.code != ERR_OK) {
		text_clean_to(url, sizeof url, span_str(f->url));
		snprintf(text, sizeof text, "%s: %s", url, fault.what);
		engine_notice(e, id,
			fault.code == ERR_EXISTS ? NOTICE_INFO : NOTICE_FAULT,
			text);
	}
	engine_mark_notice(e, f->number);
	fetch_free(f);
}

static enum err add_url(struct engine *e, const struct add_source *a,
	struct torrent_id *id, struct fault *fault)
{
	struct fetch *f;
	struct http_ask ask = {
		.url = a->url,
		.timeout_ms = FETCH_MS,
		.body_max = METAINFO_FILE_MAX,
	};

	if (!webseed_url_ok(span_str(a->url)))
		return fault_set(fault, ERR_SYNTAX, 0,
			"not an http or https address");
	f = mem_zero(sizeof *f);
	f->e = e;
	f->url = mem_strdup(a->url);
	f->add = *a;
	f->add.url = NULL;
	f->dir = a->dir ? mem_strdup(a->dir) : NULL;
	f->select = a->select ? mem_strdup(a->select) : NULL;
	f->label = a->label ? mem_strdup(a->label) : NULL;
	f->add.dir = f->dir;
	f->add.select = f->select;
	f->add.label = f->label;
	f->add.npeers = f->add.ntrackers = 0;
	list_push_back(&e->fetches, &f->link);
	f->req = e->host->ops->http_get(e->host, &ask, fetched, f);
	f->number = ++e->nfetches;
	*id = (struct torrent_id){0, f->number};
	return ERR_OK;
}

void engine_fetch_cancel(struct engine *e)
{
	list_for_each_safe (it, &e->fetches) {
		struct fetch *f = container_of(it, struct fetch, link);

		e->host->ops->http_cancel(e->host, f->req);
		fetch_free(f);
	}
}

static enum err add(struct engine *e, const struct add_source *a,
	struct torrent_id *id, struct fault *fault)
{
	if (e->closing)
		return fault_set(fault, ERR_STATE, 0, "bttui is ending");
	if (a->dir && a->dir[0] != '/')
		return fault_set(fault, ERR_SYNTAX, 0,
			"the folder must be an absolute path");
	if (a->link)
		return add_link(e, a, id, fault);
	if (a->url)
		return add_url(e, a, id, fault);
	return add_metainfo(e, a->metainfo, a, id, fault);
}

/* --- changing one torrent
 * --------------------------------------------------------------- */

static bool is_priority(uint64_t value)
{
	return value == PRIO_SKIP || value == PRIO_LOW ||
	       value == PRIO_NORMAL || value == PRIO_HIGH;
}

static bool are_priorities(const struct command *c)
{
	if (!c->start)
		return is_priority(c->value);
	for (size_t f = 0; f < c->start->nfiles; f++)
		if (!is_priority(c->start->priority[f]))
			return false;
	return true;
}

static enum err set_priority(struct torrent *t, const struct command *c,
	struct fault *fault)
{
	enum err e;

	if (!are_priorities(c))
		return fault_set(fault, ERR_RANGE, 0,
			"the priority must be off, low, normal or high");
	if (c->start)
		e = torrent_set_priorities(t, c->start->priority,
			c->start->nfiles);
	else
		e = torrent_set_priority(t, c->file, c->file_end,
			(uint8_t)c->value);
	switch (e) {
	case ERR_OK:
		return ERR_OK;
	case ERR_STATE:
		return fault_set(fault, ERR_STATE, 0,
			"its files are not known yet");
	default:
		return fault_set(fault, ERR_RANGE, 0, "there is no such file");
	}
}

static enum err add_tracker(struct torrent *t, const char *url,
	struct fault *fault)
{
	if (!url || !tracker_url_ok(span_str(url)))
		return fault_set(fault, ERR_SYNTAX, 0,
			"not the address of a tracker (http, https or udp)");
	torrent_add_tracker(t, url, 0);
	torrent_reannounce(t);
	return ERR_OK;
}

static enum err set_option(struct torrent *t, const struct command *c,
	struct fault *fault)
{
	struct torrent_options o = *torrent_options(t);

	if (c->kind != CMD_LABEL && c->kind != CMD_FORCE &&
		c->value > OPTION_VALUE_MAX)
		return fault_set(fault, ERR_RANGE, 0, "that is too much");
	if (c->kind == CMD_LABEL)
		text_clean_to(o.label, sizeof o.label,
			span_str(c->text ? c->text : ""));
	else if (c->kind == CMD_TORRENT_DOWN_LIMIT)
		o.down_limit_bps = c->value;
	else if (c->kind == CMD_TORRENT_UP_LIMIT)
		o.up_limit_bps = c->value;
	else if (c->kind == CMD_RATIO_GOAL)
		o.ratio_goal_milli = (uint32_t)c->value;
	else if (c->kind == CMD_TIME_GOAL)
		o.time_goal_min = (uint32_t)c->value;
	else
		o.forced = c->on;
	torrent_set_options(t, &o);
	return ERR_OK;
}

static enum err on_piece(struct torrent *t, const struct command *c,
	struct fault *fault)
{
	enum err err = c->kind == CMD_PIECE_FIRST
	                       ? torrent_piece_first(t, c->value, c->on)
	                       : torrent_verify_piece(t, c->value);

	if (err == ERR_RANGE)
		return fault_set(fault, err, 0, "there is no such piece");
	if (err != ERR_OK)
		return fault_set(fault, err, 0,
			c->kind == CMD_PIECE_FIRST
				? "that piece is not being downloaded"
				: "that piece is not here to be looked at");
	return ERR_OK;
}

static enum err move(struct torrent *t, const char *dir, struct fault *fault)
{
	if (!dir || dir[0] != '/')
		return fault_set(fault, ERR_SYNTAX, 0,
			"the folder must be an absolute path");
	if (torrent_move(t, dir) != ERR_OK)
		return fault_set(fault, ERR_STATE, 0,
			"it is being checked or moved: try again later");
	return ERR_OK;
}

static enum err remove_tracker(struct torrent *t, const char *url,
	struct fault *fault)
{
	if (!url || !torrent_remove_tracker(t, url))
		return fault_set(fault, ERR_NOENT, 0,
			"there is no such tracker");
	return ERR_OK;
}

static void unban(struct torrent *t, const struct addr *a)
{
	struct peer_book *b = swarm_book(torrent_swarm(t));
	struct addr all[UNBAN_AT_ONCE];
	size_t n;

	if (a->family != ADDR_NONE) {
		peer_book_unban(b, a);
		return;
	}
	while ((n = peer_book_bans(b, all, UNBAN_AT_ONCE)) > 0)
		for (size_t i = 0; i < n; i++)
			peer_book_unban(b, &all[i]);
}

static enum err change(struct engine *e, struct torrent *t,
	const struct command *c, struct fault *fault)
{
	switch (c->kind) {
	case CMD_REMOVE:
		engine_notice(e, torrent_id(t), NOTICE_REMOVED,
			torrent_name(t));
		if (e->cfg.keep_session && !c->with_data)
			engine_undo_keep(e, t);
		torrent_close(t, !e->cfg.keep_session || c->with_data,
			c->with_data, false);
		e->rows_stale = true;
		engine_list_changed(e);
		return ERR_OK;
	case CMD_RESUME:
		if (torrent_waits_for_choice(t) && !torrent_is_faulty(t))
			return torrent_start(t, &(struct start_choice){0},
				fault);
		torrent_pause(t, false);
		return ERR_OK;
	case CMD_PAUSE:
		torrent_pause(t, true);
		return ERR_OK;
	case CMD_START:
		return torrent_start(t, c->start, fault);
	case CMD_RECHECK:
		if (torrent_waits_for_choice(t))
			return fault_set(fault, ERR_STATE, 0,
				"its files are not chosen yet");
		if (!torrent_meta(t))
			return fault_set(fault, ERR_STATE, 0,
				"its files are not known yet");
		torrent_recheck(t);
		return ERR_OK;
	case CMD_REANNOUNCE:
		torrent_reannounce(t);
		return ERR_OK;
	case CMD_LABEL:
	case CMD_TORRENT_DOWN_LIMIT:
	case CMD_TORRENT_UP_LIMIT:
	case CMD_RATIO_GOAL:
	case CMD_TIME_GOAL:
	case CMD_FORCE:
		return set_option(t, c, fault);
	case CMD_PIECE_FIRST:
	case CMD_VERIFY_PIECE:
		return on_piece(t, c, fault);
	case CMD_KICK:
		if (!swarm_kick(torrent_swarm(t), c->value))
			return fault_set(fault, ERR_NOENT, 0,
				"that connection is gone");
		return ERR_OK;
	case CMD_BAN:
		swarm_ban(torrent_swarm(t), &c->addr, "banned by you");
		return ERR_OK;
	case CMD_UNBAN:
		unban(t, &c->addr);
		return ERR_OK;
	case CMD_MOVE:
		return move(t, c->text, fault);
	case CMD_REMOVE_TRACKER:
		return remove_tracker(t, c->text, fault);
	case CMD_QUEUE:
		engine_queue_move(e, t, (enum queue_move)c->value);
		return ERR_OK;
	case CMD_SEQUENTIAL:
		torrent_set_sequential(t, c->on);
		return ERR_OK;
	case CMD_FILE_PRIORITY:
		return set_priority(t, c, fault);
	case CMD_ADD_PEER:
		if (!addr_is_dialable(&c->addr))
			return fault_set(fault, ERR_RANGE, 0,
				"nobody can be reached at that address");
		torrent_add_peer(t, &c->addr, SOURCE_USER);
		return ERR_OK;
	case CMD_ADD_TRACKER:
		return add_tracker(t, c->text, fault);
	default:
		return ERR_UNSUPPORTED;
	}
}

/* --- the whole engine
 * --------------------------------------------------------------------- */

static enum err set_rate(struct engine *e, const char *name, uint64_t v,
	struct fault *fault)
{
	char text[32];
	enum err err;

	snprintf(text, sizeof text, "%llu", (unsigned long long)v);
	err = settings_set(e->cfg.settings, name, text, fault);
	if (err == ERR_OK)
		engine_apply_settings(e);
	return err;
}

static enum err set_text(struct engine *e, const char *text,
	struct fault *fault)
{
	const char *space = text ? strchr(text, ' ') : NULL;
	char *name;
	enum err err;

	if (!space)
		return fault_set(fault, ERR_SYNTAX, 0,
			"say which setting and its value");
	name = mem_strndup(text, (size_t)(space - text));
	err = settings_set(e->cfg.settings, name, space + strspn(space, " "),
		fault);
	mem_free(name);
	if (err == ERR_OK)
		engine_apply_settings(e);
	return err;
}

enum err engine_command(struct engine *e, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct torrent_id mine = c->torrent;
	struct torrent *t;
	enum err err;

	switch (c->kind) {
	case CMD_ADD:
		err = add(e, c->add, &mine, fault);
		break;
	case CMD_DOWN_LIMIT:
		return set_rate(e, "down_limit", c->value, fault);
	case CMD_UP_LIMIT:
		return set_rate(e, "up_limit", c->value, fault);
	case CMD_SET:
		return set_text(e, c->text, fault);
	case CMD_UNDO:
		return engine_undo(e, fault);
	case CMD_DHT_ADD:
		return dht_link_add_host(e->dht, c->text, fault);
	case CMD_DHT_LOOKUP:
		return dht_link_lookup(e->dht, c->text, fault);
	case CMD_DHT_SAVE:
	case CMD_DHT_REFRESH:
		if (!dht_link_is_on(e->dht))
			return fault_set(fault, ERR_STATE, 0, "the DHT is off");
		if (c->kind == CMD_DHT_SAVE)
			dht_link_save(e->dht);
		else
			dht_link_refresh(e->dht);
		return ERR_OK;
	default:
		t = engine_find(e, c->torrent);
		if (!t || torrent_is_closing(t))
			return fault_set(fault, ERR_NOENT, 0,
				"that torrent is gone");
		err = change(e, t, c, fault);
		break;
	}
	if (id)
		*id = mine;
	return err;
}

char *engine_magnet_link(const struct engine *e, struct torrent_id id)
{
	struct torrent *t = engine_find(e, id);

	return t ? torrent_magnet_link(t, false) : NULL;
}

bool engine_export(const struct engine *e, struct torrent_id id,
	struct buf *out)
{
	struct torrent *t = engine_find(e, id);

	if (!t || !torrent_meta(t))
		return false;
	torrent_export(t, out);
	return true;
}
