/*
 * stepping.c - see stepping.h.
 */
#include "ui/stepping.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings.h"
#include "ui/screen.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

static bool is_theme(const struct setting_info *row)
{
	return strcmp(row->name, "theme") == 0;
}

bool stepping_is_choice(const struct setting_info *row)
{
	return row->type == SETTING_CHOICE || is_theme(row);
}

/* The i-th word of "a|b|c"; what is left of i when there are fewer. */
static int word_at(const char *list, int i, char out[STEPPING_TEXT_MAX])
{
	for (const char *p = list; *p; i--) {
		size_t n = strcspn(p, "|");

		if (i == 0) {
			snprintf(out, STEPPING_TEXT_MAX, "%.*s", (int)n, p);
			return -1;
		}
		p += n + (p[n] == '|');
	}
	return i;
}

bool stepping_choice(const struct screen *s, const struct setting_info *row,
	int i, char out[STEPPING_TEXT_MAX])
{
	const char *name;

	i = word_at(is_theme(row) ? theme_names() : row->choices, i, out);
	if (i < 0)
		return true;
	name = is_theme(row) && s->ops->theme_at
	               ? s->ops->theme_at(s->user, (size_t)i)
	               : NULL;
	if (!name)
		return false;
	snprintf(out, STEPPING_TEXT_MAX, "%s", name);
	return true;
}

static bool next_choice(const struct screen *s, const struct setting_info *row,
	const char *now, int by, char out[STEPPING_TEXT_MAX])
{
	int n = 0, at = 0;

	for (; stepping_choice(s, row, n, out); n++)
		if (strcmp(out, now) == 0)
			at = n;
	return n > 0 && stepping_choice(s, row, (at + by + n) % n, out);
}

uint64_t stepping_rate(uint64_t now, int by)
{
	static const uint64_t rates[] = {10 * KIB, 25 * KIB, 50 * KIB,
		100 * KIB, 250 * KIB, 500 * KIB, MIB, 2 * MIB, 5 * MIB,
		10 * MIB, 20 * MIB, 50 * MIB, 100 * MIB};
	const size_t n = sizeof rates / sizeof rates[0];

	if (now == 0)
		return by > 0 ? 0 : rates[n - 1];
	if (by > 0) {
		for (size_t i = 0; i < n; i++)
			if (rates[i] > now)
				return rates[i];
		return 0;
	}
	for (size_t i = n; i-- > 0;)
		if (rates[i] < now)
			return rates[i];
	return now;
}

static int64_t step_of(const struct setting_info *row, int64_t now)
{
	if (row->type == SETTING_SIZE)
		return now;
	return row->max - row->min > 1000 ? 10 : 1;
}

static bool next_number(const struct setting_info *row, const char *now, int by,
	char out[STEPPING_TEXT_MAX])
{
	uint64_t was;
	int64_t n;

	if (settings_parse_size(now, &was) != ERR_OK || was > INT64_MAX)
		return false;
	n = (int64_t)was;
	if (row->type == SETTING_RATE)
		n = (int64_t)stepping_rate(was, by);
	else if (row->type == SETTING_SIZE && by < 0)
		n /= 2;
	else
		n += by * step_of(row, n);
	if (n < row->min)
		n = row->min;
	if (n > row->max)
		n = row->max;
	if ((uint64_t)n == was)
		return false;
	snprintf(out, STEPPING_TEXT_MAX, "%" PRId64, n);
	return true;
}

bool stepping_next(const struct screen *s, const struct setting_info *row,
	const char *now, int by, char out[STEPPING_TEXT_MAX])
{
	if (stepping_is_choice(row))
		return next_choice(s, row, now, by, out);
	if (row->type == SETTING_TEXT)
		return false;
	if (row->type == SETTING_BOOL) {
		snprintf(out, STEPPING_TEXT_MAX, "%s",
			strcmp(now, "on") == 0 ? "off" : "on");
		return true;
	}
	return next_number(row, now, by, out);
}

bool stepping_parse_ratio(const char *text, uint64_t *out)
{
	char *end;
	double ratio = strtod(text, &end);

	if (end == text || *end || !(ratio >= 0 && ratio < 10000))
		return false;
	*out = (uint64_t)(ratio * 1000 + 0.5);
	return true;
}

bool stepping_parse_minutes(const char *text, uint64_t *out)
{
	char *end;
	double n = strtod(text, &end);
	int unit = *end == 'w'   ? 7 * 1440
	           : *end == 'd' ? 1440
	           : *end == 'h' ? 60
	                         : 1;

	if (end == text || !(n >= 0 && n < 1e6) ||
		(*end && (!strchr("mhdw", *end) || end[1])))
		return false;
	*out = (uint64_t)(n * unit + 0.5);
	return true;
}
