/*
 * settings_rewrite.c - see settings_rewrite.h.
 */
#include "core/settings_rewrite.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line with its line break; false at the end. */
static bool next_line(struct span *file, struct span *line)
{
	const uint8_t *end;

	if (file->n == 0)
		return false;
	end = memchr(file->p, '\n', file->n);
	line->p = file->p;
	line->n = end ? (size_t)(end - file->p) + 1 : file->n;
	file->p += line->n;
	file->n -= line->n;
	return true;
}

static bool same_letter(uint8_t a, char b)
{
	return a == (uint8_t)b || (a == '-' && b == '_') ||
	       (a == '_' && b == '-');
}

/* A line of this key; *rest is where what follows the key begins. */
static bool has_key(struct span line, const char *key, size_t *rest)
{
	size_t i = 0;

	while (i < line.n && is_blank(line.p[i]))
		i++;
	for (; *key; key++) {
		if (*key == ' ') {
			if (i == line.n || !is_blank(line.p[i]))
				return false;
			while (i < line.n && is_blank(line.p[i]))
				i++;
		} else if (i == line.n || !same_letter(line.p[i++], *key)) {
			return false;
		}
	}
	*rest = i;
	return i == line.n || is_blank(line.p[i]) || line.p[i] == '=' ||
	       line.p[i] == '\n';
}

/* Where a comment, and the blanks before it, begin; the line break counts as
 * one. */
static size_t tail_of(struct span line, size_t from)
{
	bool quoted = false;
	size_t end = from;

	while (end < line.n && line.p[end] != '\n') {
		bool apart = end == 0 || is_blank(line.p[end - 1]);

		if (line.p[end] == '"')
			quoted = !quoted;
		if (line.p[end] == '#' && apart && !quoted)
			break;
		end++;
	}
	while (end > from && is_blank(line.p[end - 1]))
		end--;
	return end;
}

static bool needs_quotes(const char *value)
{
	size_t n = strlen(value);

	return n == 0 || is_blank((uint8_t)value[0]) ||
	       is_blank((uint8_t)value[n - 1]) || strchr(value, '#') ||
	       value[0] == '"' || value[0] == '=';
}

static void put_value(struct buf *out, const char *value)
{
	bool quote = needs_quotes(value);

	if (quote)
		buf_add_byte(out, '"');
	buf_add_str(out, value);
	if (quote)
		buf_add_byte(out, '"');
}

static void put_changed(struct buf *out, struct span line, size_t rest,
	const char *value)
{
	size_t at = rest, tail;

	while (at < line.n && is_blank(line.p[at]))
		at++;
	if (at < line.n && line.p[at] == '=')
		at++;
	while (at < line.n && is_blank(line.p[at]))
		at++;
	tail = tail_of(line, at);
	buf_add(out, span_of(line.p, at < tail ? at : tail));
	if (at >= tail && !is_blank(out->p[out->len - 1]))
		buf_add_byte(out, ' ');
	put_value(out, value);
	buf_add(out, span_of(line.p + tail, line.n - tail));
}

static size_t last_of(struct span file, const char *key)
{
	struct span line;
	size_t i = 0, found = SIZE_MAX, rest;

	for (; next_line(&file, &line); i++)
		if (has_key(line, key, &rest))
			found = i;
	return found;
}

void settings_rewrite(struct span file, const char *key, const char *value,
	struct buf *out)
{
	size_t last = last_of(file, key), rest, i = 0;
	struct span line;

	for (; next_line(&file, &line); i++) {
		bool is_key = has_key(line, key, &rest);

		if (is_key && !value)
			continue;
		if (is_key && i == last)
			put_changed(out, line, rest, value);
		else
			buf_add(out, line);
	}
	if (!value || last != SIZE_MAX)
		return;
	if (out->len > 0 && out->p[out->len - 1] != '\n')
		buf_add_byte(out, '\n');
	buf_add_str(out, key);
	buf_add_str(out, strchr(key, ' ') ? " " : " = ");
	put_value(out, value);
	buf_add_byte(out, '\n');
}
