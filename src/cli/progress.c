/*
 * progress.c - see progress.h.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/format.h"

#define BAR_MAX 30u
#define BAR_MIN 8u
#define NAME_MIN 12u
#define EIGHTHS 8u

/* part * steps / whole, without overflowing; never `steps` before the end. */
static size_t steps_done(uint64_t part, uint64_t whole, size_t steps)
{
	size_t n;

	if (whole == 0 || part >= whole)
		return whole == 0 ? 0 : steps;
	while (whole > UINT64_MAX / 1024) {
		whole /= 2;
		part /= 2;
	}
	n = (size_t)(part * steps / whole);
	return n < steps ? n : steps - 1;
}

static void add_unicode_bar(size_t eighths, size_t width, struct buf *out)
{
	/* U+2588 is a full cell, U+2589 to U+258F are 7/8 down to 1/8. */
	char cell[4] = "\xe2\x96\x88";

	for (size_t i = 0; i < width; i++) {
		size_t here = eighths < EIGHTHS ? eighths : EIGHTHS;

		eighths -= here;
		cell[2] = (char)(0x88 + (EIGHTHS - here));
		if (here > 0)
			buf_add_str(out, cell);
		else
			buf_add_str(out, "\xc2\xb7");
	}
}

void progress_bar(uint64_t part, uint64_t whole, size_t width, struct buf *out)
{
	size_t full;

	if (text_is_utf8()) {
		add_unicode_bar(steps_done(part, whole, width * EIGHTHS), width,
			out);
		return;
	}
	full = steps_done(part, whole, width);
	for (size_t i = 0; i < width; i++)
		buf_add_byte(out, i < full ? '#' : '-');
}

static void add_name(const char *name, size_t columns, struct buf *out)
{
	char *cut = text_clean(span_str(name), columns);

	buf_add_str(out, cut);
	mem_free(cut);
}

/* The tail's parts, most important first, as far as they fit. */
static void add_part(struct buf *tail, size_t columns, const char *part)
{
	size_t n = strlen(part) + 2;

	if (tail->len + n <= columns) {
		buf_add_str(tail, "  ");
		buf_add_str(tail, part);
	}
}

static void add_rates(struct buf *tail, size_t columns,
	const struct progress *p)
{
	char number[FORMAT_MAX], part[2 * FORMAT_MAX];

	format_rate(number, p->down_bps, UNITS_BINARY);
	snprintf(part, sizeof part, "%s down", number);
	add_part(tail, columns, part);
	if (p->eta_s != UINT32_MAX && p->have_bytes < p->size_bytes) {
		format_duration(number, p->eta_s);
		snprintf(part, sizeof part, "%s left", number);
		add_part(tail, columns, part);
	}
	snprintf(part, sizeof part, "%u peer%s", p->peers, format_s(p->peers));
	add_part(tail, columns, part);
	format_rate(number, p->up_bps, UNITS_BINARY);
	snprintf(part, sizeof part, "%s up", number);
	add_part(tail, columns, part);
}

/* Name, bar and tail share the columns. */
static void add_line(const char *name, uint64_t part, uint64_t whole,
	size_t columns, struct buf *tail, struct buf *out)
{
	size_t left = columns > tail->len ? columns - tail->len : 0;
	size_t bar = 0;

	if (left >= NAME_MIN + BAR_MIN + 3) {
		bar = left - NAME_MIN - 3;
		bar = bar / 2 < BAR_MIN ? BAR_MIN : bar / 2;
		if (bar > BAR_MAX)
			bar = BAR_MAX;
		left -= bar + 3;
	}
	if (left > 0)
		add_name(name, left, out);
	if (bar > 0) {
		buf_add_str(out, " [");
		progress_bar(part, whole, bar, out);
		buf_add_str(out, "]");
	}
	buf_add(out, buf_span(tail));
}

void progress_redrawn(const struct progress *p, size_t columns, struct buf *out)
{
	char percent[FORMAT_MAX];
	struct buf tail = {0};

	format_percent(percent, p->have_bytes, p->size_bytes);
	add_part(&tail, columns, percent);
	if (strcmp(p->state, "downloading") != 0)
		add_part(&tail, columns, p->state);
	add_rates(&tail, columns > NAME_MIN ? columns - NAME_MIN : 0, p);
	add_line(p->name, p->have_bytes, p->size_bytes, columns, &tail, out);
	buf_free(&tail);
}

void progress_plain(const struct progress *p, struct buf *out)
{
	char percent[FORMAT_MAX], have[FORMAT_MAX], size[FORMAT_MAX];
	char down[FORMAT_MAX], up[FORMAT_MAX], eta[FORMAT_MAX];

	format_percent(percent, p->have_bytes, p->size_bytes);
	format_size(have, p->have_bytes, UNITS_BINARY);
	format_size(size, p->size_bytes, UNITS_BINARY);
	format_rate(down, p->down_bps, UNITS_BINARY);
	format_rate(up, p->up_bps, UNITS_BINARY);
	buf_printf(out, "%s: %s %s, %s of %s, %s down, %s up, %u peer%s",
		p->name, p->state, percent, have, size, down, up, p->peers,
		format_s(p->peers));
	if (p->eta_s == UINT32_MAX || p->have_bytes >= p->size_bytes)
		return;
	format_duration(eta, p->eta_s);
	buf_printf(out, ", %s left", eta);
}

void progress_work(const char *name, uint64_t done, uint64_t total,
	size_t columns, struct buf *out)
{
	char percent[FORMAT_MAX];
	struct buf tail = {0};

	format_percent(percent, done, total);
	add_part(&tail, columns, percent);
	add_line(name, done, total, columns, &tail, out);
	buf_free(&tail);
}

void progress_asking(const struct progress_asking *p, size_t columns,
	struct buf *out)
{
	size_t room = columns > NAME_MIN ? columns - NAME_MIN : 0;
	struct buf tail = {0};
	char part[80];

	snprintf(part, sizeof part, "%" PRIu64 " of %" PRIu64 " parts",
		p->parts, p->all_parts);
	add_part(&tail, room, p->all_parts ? part : "asking for the file list");
	snprintf(part, sizeof part, "%u peer%s", p->peers, format_s(p->peers));
	add_part(&tail, room, part);
	snprintf(part, sizeof part, "%u known", p->known);
	add_part(&tail, room, part);
	snprintf(part, sizeof part, "DHT: %u asked", p->dht_asked);
	if (p->has_dht)
		add_part(&tail, room, part);
	add_line(p->name, p->parts, p->all_parts, columns, &tail, out);
	buf_free(&tail);
}
