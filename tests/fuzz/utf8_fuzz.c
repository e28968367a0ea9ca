/*
 * Any bytes as a name and as a text: what comes out is closed (valid UTF-8,
 * nothing forbidden), no longer or wider than asked, and cleaning it again
 * changes nothing.
 */
#include <assert.h>
#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define MARKS_MAX 2

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* Without it every width beyond ASCII is -1, and little is tested. */
	assert(setlocale(LC_CTYPE, "C.UTF-8"));
	return 0;
}

static bool turns_text(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x200e || c == 0x200f || c == 0x61c;
}

static bool shows_nothing(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff ||
	       c == 0xad || (c >= 0xe0000 && c <= 0xe007f) ||
	       (c >= 0xfe00 && c <= 0xfe0f);
}

/* Decoding takes all bytes, and the good parts encode to themselves. */
static void check_decoding(struct span s)
{
	while (s.n) {
		size_t used = 0;
		uint32_t c = utf8_decode(s, &used);
		char out[4];

		assert(used >= 1 && used <= 4 && used <= s.n);
		if (c != UTF8_BAD) {
			assert(utf8_encode(c, out) == used);
			assert(!memcmp(out, s.p, used));
		}
		s = span_of(s.p + used, s.n - used);
	}
}

static void check_name(struct span raw)
{
	char *name = name_clean(raw);
	char *again = name_clean(span_str(name));
	struct span s = span_str(name);

	assert(s.n >= 1 && s.n <= NAME_BYTES_MAX);
	assert(utf8_valid(s));
	assert(!strchr(name, '/'));
	assert(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
	assert(!strcmp(name, again));
	while (s.n) {
		size_t used = 0;
		uint32_t c = utf8_decode(s, &used);

		assert(c >= 0x20 && (c < 0x7f || c >= 0xa0));
		assert(!turns_text(c) && !shows_nothing(c));
		s = span_of(s.p + used, s.n - used);
	}
	mem_free(name);
	mem_free(again);
}

/* Every character of a cleaned text may be shown where it stands. */
static void check_shown(const char *text)
{
	struct span s = span_str(text);
	int marks = MARKS_MAX;

	assert(utf8_valid(s));
	while (s.n) {
		size_t used = 0;
		uint32_t c = utf8_decode(s, &used);
		int width = utf8_width(c);

		assert(width >= 0 && (c < 0x80 || text_is_utf8()));
		assert(!turns_text(c) && !shows_nothing(c));
		marks = width ? 0 : marks + 1;
		assert(marks <= MARKS_MAX);
		s = span_of(s.p + used, s.n - used);
	}
}

static void check_text(struct span raw, size_t max_cols)
{
	char *text = text_clean(raw, max_cols);
	char *again = text_clean(span_str(text), max_cols);

	check_shown(text);
	assert(!max_cols || text_width(text) <= max_cols);
	assert(!strcmp(text, again));
	mem_free(text);
	mem_free(again);
}

static void check_buffer(struct span raw, size_t cap)
{
	char *whole = text_clean(raw, 0);
	char *out = mem_alloc(cap);
	size_t n;

	text_clean_to(out, cap, raw);
	n = strlen(out);
	assert(n < cap);
	assert(!strncmp(whole, out, n));
	/* Only a character that does not fit ends it early. */
	assert(whole[n] == '\0' || n + 4 >= cap);
	check_shown(out);
	mem_free(whole);
	mem_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span raw;

	if (size < 2)
		return 0;
	raw = span_of(data + 2, size - 2);
	text_set_utf8(data[0] & 1);
	check_decoding(raw);
	check_name(raw);
	check_text(raw, 0);
	check_text(raw, data[1]);
	check_buffer(raw, (size_t)data[1] + 1);
	return 0;
}
