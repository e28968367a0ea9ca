/*
 * Any bytes through each coding: decoding undoes encoding, what decodes has
 * one spelling (but for case), and nothing is longer than promised.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/codec.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hex(struct span in)
{
	char *text = mem_array(2 * in.n + 1, 1);
	uint8_t *back = mem_alloc(in.n);

	hex_encode(in.p, in.n, text);
	assert(strlen(text) == 2 * in.n);
	assert(hex_decode(span_str(text), back, in.n) == ERR_OK);
	assert(span_equal(span_of(back, in.n), in));
	if (hex_decode(in, back, in.n / 2) == ERR_OK) {
		hex_encode(back, in.n / 2, text);
		assert(strlen(text) == in.n);
		for (size_t i = 0; i < in.n; i++)
			assert(text[i] == tolower(in.p[i]));
	}
	mem_free(text);
	mem_free(back);
}

/* A slow and obvious encoder: bit by bit. */
static char base32_char(struct span in, size_t at)
{
	unsigned v = 0;

	for (size_t bit = at * 5; bit < at * 5 + 5; bit++) {
		v *= 2;
		if (bit / 8 < in.n)
			v += in.p[bit / 8] >> (7 - bit % 8) & 1;
	}
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[v];
}

static void check_base32(struct span in)
{
	size_t chars = (in.n * 8 + 4) / 5;
	uint8_t *text = mem_alloc(chars);
	uint8_t *back = mem_alloc(in.n);
	size_t n = in.n * 5 / 8;

	for (size_t i = 0; i < chars; i++)
		text[i] = (uint8_t)base32_char(in, i);
	assert(base32_decode(span_of(text, chars), back, in.n) == ERR_OK);
	assert(span_equal(span_of(back, in.n), in));
	if (base32_decode(in, back, n) == ERR_OK)
		for (size_t i = 0; i < in.n; i++)
			assert(base32_char(span_of(back, n), i) ==
				toupper(in.p[i]));
	mem_free(text);
	mem_free(back);
}

static void check_base64(struct span in)
{
	struct buf out = {0};

	base64_encode(in, &out);
	assert(out.len == (in.n + 2) / 3 * 4);
	for (size_t i = 0; i < out.len; i++)
		assert(isalnum(out.p[i]) || strchr("+/=", out.p[i]));
	buf_free(&out);
}

static void check_percent(struct span in)
{
	struct buf coded = {0};
	struct buf plain = {0};

	percent_encode(in, &coded);
	for (size_t i = 0; i < coded.len; i++)
		assert(isalnum(coded.p[i]) || strchr("-._~%", coded.p[i]));
	percent_decode(buf_span(&coded), &plain);
	assert(span_equal(buf_span(&plain), in));
	plain.len = 0;
	percent_decode(in, &plain);
	assert(plain.len <= in.n);
	buf_free(&coded);
	buf_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);

	check_hex(in);
	check_base32(in);
	check_base64(in);
	check_percent(in);
	return 0;
}
