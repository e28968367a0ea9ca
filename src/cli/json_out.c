/*
 * json_out.c - see json_out.h.
 */
#include "cli/json_out.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT 0xfffdu

void json_init(struct json *j)
{
	memset(j, 0, sizeof *j);
}

void json_fini(struct json *j)
{
	buf_free(&j->out);
	j->depth = 0;
}

static void add_escape(struct buf *out, uint32_t c)
{
	switch (c) {
	case '"':
	case '\\':
		buf_printf(out, "\\%c", (int)c);
		break;
	case '\n':
		buf_add_str(out, "\\n");
		break;
	case '\t':
		buf_add_str(out, "\\t");
		break;
	default:
		buf_printf(out, "\\u%04" PRIx32, c);
	}
}

/* C1 controls and the line separators are legal in JSON, but a terminal that
 * the line is shown on obeys the former, and JavaScript broke at the latter.
 */
static bool needs_escape(uint32_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c < 0xa0) ||
	       c == 0x2028 || c == 0x2029;
}

static void add_text(struct buf *out, struct span s)
{
	char utf8[4];

	buf_add_byte(out, '"');
	while (s.n) {
		size_t used;
		uint32_t c = utf8_decode(s, &used);

		s.p += used;
		s.n -= used;
		if (c == UTF8_BAD)
			c = REPLACEMENT;
		if (needs_escape(c))
			add_escape(out, c);
		else
			buf_add(out, span_of(utf8, utf8_encode(c, utf8)));
	}
	buf_add_byte(out, '"');
}

static void begin_value(struct json *j, const char *key)
{
	if (j->has_member[j->depth])
		buf_add_byte(&j->out, ',');
	j->has_member[j->depth] = true;
	if (key) {
		add_text(&j->out, span_str(key));
		buf_add_byte(&j->out, ':');
	}
}

static void open_level(struct json *j, const char *key, uint8_t mark)
{
	begin_value(j, key);
	assert(j->depth < JSON_DEPTH_MAX);
	j->has_member[++j->depth] = false;
	buf_add_byte(&j->out, mark);
}

static void close_level(struct json *j, uint8_t mark)
{
	assert(j->depth > 0);
	j->depth--;
	buf_add_byte(&j->out, mark);
}

void json_object(struct json *j, const char *key)
{
	open_level(j, key, '{');
}

void json_array(struct json *j, const char *key)
{
	open_level(j, key, '[');
}

void json_end_object(struct json *j)
{
	close_level(j, '}');
}

void json_end_array(struct json *j)
{
	close_level(j, ']');
}

void json_text(struct json *j, const char *key, struct span text)
{
	begin_value(j, key);
	add_text(&j->out, text);
}

void json_str(struct json *j, const char *key, const char *text)
{
	if (text)
		json_text(j, key, span_str(text));
	else
		json_null(j, key);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
	begin_value(j, key);
	buf_printf(&j->out, "%" PRIu64, v);
}

void json_int(struct json *j, const char *key, int64_t v)
{
	begin_value(j, key);
	buf_printf(&j->out, "%" PRId64, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
	begin_value(j, key);
	buf_add_str(&j->out, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	begin_value(j, key);
	buf_add_str(&j->out, "null");
}
