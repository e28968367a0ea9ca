/*
 * file_filter.c - see file_filter.h.
 */
#include "ui/file_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/settings.h"

enum term_kind {
	TERM_WORD,
	TERM_GLOB, /* on the name */
	TERM_PATH, /* a glob on the path */
	TERM_SIZE,
	TERM_DONE,
	TERM_IS,
};

enum file_is {
	IS_SKIP,
	IS_WANT,
	IS_LOW,
	IS_NORMAL,
	IS_HIGH,
	IS_DONE,
	IS_COUNT,
};

/* --- globs
 * ---------------------------------------------------------------------- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The next character of UTF-8: '?' is one of them, not one byte. */
static const char *after(const char *p)
{
	p++;
	while (((unsigned char)*p & 0xc0) == 0x80)
		p++;
	return p;
}

/* Only the last star is ever tried again, so the time is the product of both
 * lengths at worst. */
bool glob_matches(const char *glob, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			retry = text;
		} else if (*glob == '?') {
			glob++;
			text = after(text);
		} else if (*glob && lower(*glob) == lower(*text)) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = retry = after(retry);
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

/* --- reading
 * ---------------------------------------------------------------------- */

static bool read_is(const char *word, struct file_term *t)
{
	static const char *const words[IS_COUNT] = {
		"skip", "want", "low", "normal", "high", "done"};

	for (int i = 0; i < IS_COUNT; i++)
		if (strcmp(word, words[i]) == 0) {
			t->kind = TERM_IS;
			t->number = (uint64_t)i;
			return true;
		}
	return false;
}

/* "size>100M": false when the number is not there yet. */
static bool read_number(const char *word, struct file_term *t)
{
	char *end;
	double percent;

	t->sign = word[4];
	if (strncmp(word, "size", 4) == 0) {
		t->kind = TERM_SIZE;
		return settings_parse_size(word + 5, &t->number) == ERR_OK;
	}
	t->kind = TERM_DONE;
	percent = strtod(word + 5, &end);
	if (end == word + 5 || *end || !(percent >= 0 && percent <= 100))
		return false;
	t->number = (uint64_t)(percent * 10);
	return true;
}

/* False: it says nothing (yet). */
static bool read_term(char *word, struct file_term *t)
{
	*t = (struct file_term){.hide = *word == '-'};
	word += t->hide;
	if (!*word)
		return false;
	if (strncmp(word, "is:", 3) == 0)
		return read_is(word + 3, t);
	if ((strncmp(word, "size", 4) == 0 || strncmp(word, "done", 4) == 0) &&
		word[4] && strchr("<>=", word[4]))
		return read_number(word, t);
	t->text = word;
	if (strpbrk(word, "*?"))
		t->kind = strchr(word, '/') ? TERM_PATH : TERM_GLOB;
	return true;
}

void file_filter_parse(struct file_filter *f, const char *text)
{
	char *rest, *word;

	f->n = 0;
	snprintf(f->text, sizeof f->text, "%s", text);
	for (word = strtok_r(f->text, " ", &rest);
		word && f->n < FILE_FILTER_TERMS;
		word = strtok_r(NULL, " ", &rest))
		if (read_term(word, &f->terms[f->n]))
			f->n++;
}

/* --- matching
 * ---------------------------------------------------------------------- */

static bool compares(const struct file_term *t, uint64_t is)
{
	if (t->sign == '<')
		return is < t->number;
	if (t->sign == '>')
		return is > t->number;
	/* What is shown with three digits is equal when they are. */
	return is >= t->number - t->number / 200 &&
	       is <= t->number + t->number / 200;
}

static bool is_complete(const struct file_row *row)
{
	return row->have >= row->size;
}

static uint64_t done_milli(const struct file_row *row)
{
	if (is_complete(row))
		return 1000;
	return (uint64_t)((double)row->have * 1000 / (double)row->size);
}

static bool is_so(enum file_is is, const struct file_row *row)
{
	switch (is) {
	case IS_SKIP:
		return row->priority == 0;
	case IS_WANT:
		return row->priority != 0;
	case IS_LOW:
		return row->priority == 1;
	case IS_NORMAL:
		return row->priority == 4;
	case IS_HIGH:
		return row->priority == 7;
	default:
		return is_complete(row);
	}
}

static bool term_matches(const struct file_term *t, const struct file_row *row)
{
	const char *name = strrchr(row->path, '/');

	switch ((enum term_kind)t->kind) {
	case TERM_WORD:
		return strcasestr(row->path, t->text) != NULL;
	case TERM_GLOB:
		return glob_matches(t->text, name ? name + 1 : row->path);
	case TERM_PATH:
		return glob_matches(t->text, row->path);
	case TERM_SIZE:
		return compares(t, row->size);
	case TERM_DONE:
		return compares(t, done_milli(row));
	default:
		return is_so((enum file_is)t->number, row);
	}
}

bool file_filter_matches(const struct file_filter *f,
	const struct file_row *row)
{
	for (size_t i = 0; i < f->n; i++)
		if (term_matches(&f->terms[i], row) == f->terms[i].hide)
			return false;
	return true;
}
