/*
 * Any text as an address and any bytes as compact addresses: what was read
 * can be written and read again, and the orders agree with each other.
 */
#include <assert.h>
#include <string.h>

#include "base/addr.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	struct addr a = {.port = 4};
	struct addr b = {0};
	char out[ADDR_TEXT_MAX];

	if (addr_parse(text, &a) == ERR_OK) {
		assert(a.family != ADDR_NONE && a.port != 0);
		addr_text(&a, out);
		assert(addr_parse(out, &b) == ERR_OK);
		assert(addr_equal(&a, &b));
	} else {
		assert(a.family == ADDR_NONE && a.port == 4);
	}
	if (addr_parse_ip(text, 9, &a) == ERR_OK) {
		assert(a.family != ADDR_NONE && a.port == 9);
		addr_ip_text(&a, out);
		assert(addr_parse_ip(out, 9, &b) == ERR_OK);
		assert(addr_equal(&a, &b));
	}
}

static void check_pair(const struct addr *a, const struct addr *b)
{
	uint8_t key_a[ADDR_KEY_LEN], key_b[ADDR_KEY_LEN];
	int order = addr_compare(a, b);

	addr_key(a, key_a);
	addr_key(b, key_b);
	assert((order == 0) == addr_equal(a, b));
	assert(order == -addr_compare(b, a));
	assert((order == 0) == !memcmp(key_a, key_b, sizeof key_a));
	assert(!addr_equal(a, b) || addr_same_ip(a, b));
	assert(!addr_same_ip(a, b) || addr_same_net(a, b));
	assert(addr_same_net(a, b) == addr_same_net(b, a));
	assert(addr_priority(a, b) == addr_priority(b, a));
}

static void check_one(const struct addr *a)
{
	char text[ADDR_TEXT_MAX];
	struct addr b = {0};
	uint8_t wire[ADDR_COMPACT_V6];
	struct writer w = writer_of(wire, sizeof wire);
	struct reader r;

	addr_write_compact(&w, a);
	r = reader_of_span(writer_span(&w));
	b = addr_read_compact(&r, a->family == ADDR_V4 ? ADDR_V4 : ADDR_V6);
	assert(read_complete(&r) && addr_equal(a, &b));
	addr_text(a, text);
	assert((addr_parse(text, &b) == ERR_OK) == (a->port != 0));
	assert(addr_equal(a, &b));
	assert(!addr_is_loopback(a) || addr_is_local(a));
	assert(!addr_is_dialable(a) || a->port != 0);
}

/* The family of each address is that of the first byte's bits in turn. */
static void check_compact(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t families = read_u8(&r);
	struct addr last = addr_v4(127, 0, 0, 1, 1);

	while (read_left(&r)) {
		struct addr a =
			addr_read_compact(&r, families & 1 ? ADDR_V6 : ADDR_V4);

		assert(r.bad == (a.family == ADDR_NONE));
		if (r.bad)
			break;
		check_one(&a);
		check_pair(&a, &last);
		check_pair(&a, &a);
		families = (uint8_t)(families >> 1 | families << 7);
		last = a;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);

	check_text(text);
	check_compact(data, size);
	mem_free(text);
	return 0;
}
