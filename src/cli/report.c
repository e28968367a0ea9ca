/*
 * report.c - see report.h.
 */
#include "cli/report.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json_out.h"
#include "cli/progress.h"
#include "cli/tty_line.h"

void report_init(struct report *r, bool json, bool quiet)
{
	*r = (struct report){.json = json,
		.quiet = quiet,
		.on_tty = !json && !quiet && tty_line_on()};
}

const char *report_state(enum torrent_state state)
{
	static const char *const names[] = {
		[TORRENT_PAUSED] = "paused",
		[TORRENT_QUEUED] = "queued",
		[TORRENT_LOADING] = "loading",
		[TORRENT_FETCHING] = "fetching metadata",
		[TORRENT_CHECKING] = "checking",
		[TORRENT_LEECHING] = "downloading",
		[TORRENT_SEEDING] = "seeding",
		[TORRENT_FAULTY] = "faulty",
	};

	return names[state];
}

void report_clear(struct report *r)
{
	if (r->line_shown)
		tty_line_clear();
	r->line_shown = false;
}

/* ---- JSON ---- */

static void put_line(struct json *j)
{
	json_end_object(j);
	buf_add_byte(&j->out, '\n');
	fwrite(j->out.p, 1, j->out.len, stdout);
	fflush(stdout);
	json_fini(j);
}

static void begin_line(struct json *j, const char *type)
{
	json_init(j);
	json_object(j, NULL);
	json_str(j, "type", type);
}

static void put_row(struct json *j, const struct torrent_row *t)
{
	json_object(j, NULL);
	json_str(j, "info_hash", t->hash_hex);
	json_str(j, "name", t->name);
	json_str(j, "state", report_state(t->state));
	json_uint(j, "size", t->size_bytes);
	json_uint(j, "have", t->have_bytes);
	json_uint(j, "down", t->down_bytes);
	json_uint(j, "up", t->up_bytes);
	json_uint(j, "down_bps", t->down_bps);
	json_uint(j, "up_bps", t->up_bps);
	json_uint(j, "peers", t->peers);
	json_uint(j, "seeds", t->seeds);
	json_bool(j, "complete", t->is_complete);
	if (t->eta_s == UINT32_MAX)
		json_null(j, "eta_s");
	else
		json_uint(j, "eta_s", t->eta_s);
	if (t->state == TORRENT_FAULTY)
		json_str(j, "fault", t->fault.what);
	json_end_object(j);
}

static void json_progress(const struct snapshot *s)
{
	struct json j;

	begin_line(&j, "progress");
	json_int(&j, "time", s->wall_s);
	json_uint(&j, "down_bps", s->totals.down_bps);
	json_uint(&j, "up_bps", s->totals.up_bps);
	json_uint(&j, "peers", s->totals.peers);
	json_array(&j, "torrents");
	for (size_t i = 0; i < s->nrows; i++)
		put_row(&j, &s->rows[i]);
	json_end_array(&j);
	put_line(&j);
}

static const char *kind_name(enum notice_kind kind)
{
	static const char *const names[] = {
		[NOTICE_ADDED] = "added",
		[NOTICE_METADATA] = "metadata",
		[NOTICE_COMPLETE] = "complete",
		[NOTICE_FAULT] = "fault",
		[NOTICE_REMOVED] = "removed",
		[NOTICE_CHECKED] = "checked",
		[NOTICE_BANNED] = "banned",
		[NOTICE_WARNING] = "warning",
		[NOTICE_INFO] = "info",
	};

	return names[kind];
}

static void json_notice(const struct notice *n, const struct torrent_row *t)
{
	struct json j;

	begin_line(&j, kind_name(n->kind));
	json_int(&j, "time", n->wall_s);
	json_str(&j, "info_hash", t ? t->hash_hex : NULL);
	json_str(&j, "name", t ? t->name : NULL);
	json_str(&j, "text", n->text);
	put_line(&j);
}

/* ---- text ---- */

/* Several torrents are summed up; a state counts if any is in it, and the one
 * that needs most work is named. */
static void sum_up(const struct snapshot *s, char *name, size_t cap,
	struct progress *p)
{
	enum torrent_state state = TORRENT_SEEDING;
	uint64_t left = 0;

	*p = (struct progress){.name = name,
		.down_bps = s->totals.down_bps,
		.up_bps = s->totals.up_bps,
		.peers = s->totals.peers,
		.eta_s = UINT32_MAX};
	snprintf(name, cap, "%zu torrents", s->nrows);
	for (size_t i = 0; i < s->nrows; i++) {
		const struct torrent_row *t = &s->rows[i];
		uint64_t rest = t->size_bytes - t->have_bytes;

		p->have_bytes += t->have_bytes;
		p->size_bytes += t->size_bytes;
		if (t->state != TORRENT_FAULTY && t->state < state)
			state = t->state;
		if (t->state == TORRENT_LEECHING)
			left += rest;
	}
	p->state = report_state(state);
	if (left > 0 && p->down_bps > 0 && left / p->down_bps < UINT32_MAX)
		p->eta_s = (uint32_t)(left / p->down_bps);
	if (s->nrows != 1)
		return;
	p->name = s->rows[0].name;
	p->state = report_state(s->rows[0].state);
	p->eta_s = s->rows[0].eta_s;
	if (s->rows[0].state == TORRENT_CHECKING) {
		p->have_bytes = s->rows[0].check_done;
		p->size_bytes = s->rows[0].npieces;
	}
}

static void text_progress(struct report *r, const struct snapshot *s)
{
	struct buf line = {0};
	struct progress p;
	char name[64];

	sum_up(s, name, sizeof name, &p);
	if (r->on_tty) {
		progress_redrawn(&p, tty_line_columns(), &line);
		tty_line_draw(buf_span(&line));
		r->line_shown = true;
	} else if (++r->seconds % REPORT_PLAIN_S == 0) {
		progress_plain(&p, &line);
		buf_add_byte(&line, '\n');
		fwrite(line.p, 1, line.len, stdout);
		fflush(stdout);
	}
	buf_free(&line);
}

void report_progress(struct report *r, const struct snapshot *s)
{
	if (r->json)
		json_progress(s);
	else if (!r->quiet)
		text_progress(r, s);
}

static void text_notice(struct report *r, const struct notice *n,
	const struct torrent_row *t)
{
	const char *name = t ? t->name : "";
	const char *colon = t ? ": " : "";

	switch (n->kind) {
	case NOTICE_COMPLETE:
		if (r->quiet)
			return;
		report_clear(r);
		printf("%s%scomplete\n", name, colon);
		fflush(stdout);
		break;
	case NOTICE_METADATA:
		if (r->quiet)
			return;
		report_clear(r);
		printf("%s%smetadata is here\n", name, colon);
		fflush(stdout);
		break;
	case NOTICE_FAULT:
		report_clear(r);
		cli_complain("%s%s%s", name, colon, n->text);
		break;
	case NOTICE_WARNING:
	case NOTICE_BANNED:
		if (r->quiet)
			return;
		report_clear(r);
		cli_complain("warning: %s%s%s", name, colon, n->text);
		break;
	default:
		break;
	}
}

void report_notice(struct report *r, const struct notice *n,
	const struct snapshot *s)
{
	const struct torrent_row *t = snapshot_find(s, n->torrent);

	if (r->json)
		json_notice(n, t);
	else
		text_notice(r, n, t);
}

void report_ready(struct report *r, size_t ntorrents)
{
	struct json j;

	if (r->json) {
		begin_line(&j, "ready");
		json_uint(&j, "torrents", ntorrents);
		put_line(&j);
		return;
	}
	if (r->quiet)
		return;
	report_clear(r);
	printf("ready %zu\n", ntorrents);
	fflush(stdout);
}
