/*
 * codec.c - see codec.h.
 */
#include "base/codec.h"

#include <stdbool.h>

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

/* The value of a hexadecimal digit of either case, or -1. */
static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that two digits make, or -1. */
static int hex_pair(const uint8_t *p)
{
	int high = hex_digit(p[0]);
	int low = hex_digit(p[1]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void hex_encode(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		*out++ = hex_lower[p[i] >> 4];
		*out++ = hex_lower[p[i] & 15];
	}
	*out = '\0';
}

enum err hex_decode(struct span text, uint8_t *out, size_t out_len)
{
	if (text.n % 2 || text.n / 2 != out_len)
		return ERR_SYNTAX;
	for (size_t i = 0; i < out_len; i++) {
		int v = hex_pair(text.p + 2 * i);

		if (v < 0)
			return ERR_SYNTAX;
		out[i] = (uint8_t)v;
	}
	return ERR_OK;
}

static int base32_digit(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

/* Characters that n bytes take without padding. */
static size_t base32_len(size_t n)
{
	return n / 5 * 8 + (n % 5 * 8 + 4) / 5;
}

enum err base32_decode(struct span text, uint8_t *out, size_t out_len)
{
	uint32_t bits = 0;  /* read but not yet written, low end */
	unsigned count = 0; /* how many of them, less than 8 */
	size_t at = 0;

	if (text.n != base32_len(out_len))
		return ERR_SYNTAX;
	for (size_t i = 0; i < text.n; i++) {
		int v = base32_digit(text.p[i]);

		if (v < 0)
			return ERR_SYNTAX;
		bits = bits << 5 | (uint32_t)v;
		count += 5;
		if (count < 8)
			continue;
		count -= 8;
		out[at++] = (uint8_t)(bits >> count);
		bits &= (UINT32_C(1) << count) - 1;
	}
	/* Left-over bits carry nothing; two spellings of one value are one
	 * too many. */
	return bits ? ERR_SYNTAX : ERR_OK;
}

void base64_encode(struct span in, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)in.p[i] << 16;

		if (left > 1)
			v |= (uint32_t)in.p[i + 1] << 8;
		if (left > 2)
			v |= in.p[i + 2];
		buf_add_byte(out, (uint8_t)digits[v >> 18]);
		buf_add_byte(out, (uint8_t)digits[v >> 12 & 63]);
		buf_add_byte(out,
			left > 1 ? (uint8_t)digits[v >> 6 & 63] : '=');
		buf_add_byte(out, left > 2 ? (uint8_t)digits[v & 63] : '=');
	}
}

static bool is_unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void percent_encode(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		if (is_unreserved(c)) {
			buf_add_byte(out, c);
			continue;
		}
		buf_add_byte(out, '%');
		buf_add_byte(out, (uint8_t)hex_upper[c >> 4]);
		buf_add_byte(out, (uint8_t)hex_upper[c & 15]);
	}
}

void percent_decode(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		int v = -1;

		if (in.p[i] == '%' && in.n - i > 2)
			v = hex_pair(in.p + i + 1);
		if (v < 0) {
			buf_add_byte(out, in.p[i]);
			continue;
		}
		buf_add_byte(out, (uint8_t)v);
		i += 2;
	}
}
