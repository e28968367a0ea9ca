/*
 * A size, a wire form, then changes: the set agrees with a plain array at
 * every step, and is written as it was read.
 */
#include <assert.h>
#include <string.h>

#include "base/bitfield.h"
#include "base/mem.h"

#define SIZE_LIMIT 600u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_against(const struct bitfield *b, const uint8_t *model)
{
	uint32_t next_set = b->n;
	uint32_t next_clear = b->n;
	uint32_t count = 0;

	for (uint32_t i = b->n; i-- > 0;) {
		if (model[i])
			next_set = i;
		else
			next_clear = i;
		count += model[i];
		assert(bitfield_has(b, i) == model[i]);
		assert(bitfield_next_set(b, i) == next_set);
		assert(bitfield_next_clear(b, i) == next_clear);
		assert(bitfield_count_range(b, i, b->n) == count);
	}
	assert(bitfield_count(b) == count);
}

static void check_wire(struct bitfield *b, uint8_t *model, struct span wire)
{
	uint8_t out[SIZE_LIMIT / 8 + 1];

	if (bitfield_read(b, wire) != ERR_OK) {
		assert(bitfield_none(b));
		return;
	}
	bitfield_write(b, out);
	assert(span_equal(wire, span_of(out, bitfield_wire_len(b->n))));
	for (uint32_t i = 0; i < b->n; i++)
		model[i] = wire.p[i / 8] >> (7 - i % 8) & 1;
}

/* One change from three bytes: what, and where. */
static void change(struct bitfield *b, uint8_t *model, struct reader *r)
{
	uint8_t what = read_u8(r);
	uint32_t i = read_u16(r) % (SIZE_LIMIT + 8);
	bool inside = i < b->n;

	switch (what % 8) {
	case 0:
		bitfield_set_all(b);
		memset(model, 1, b->n);
		break;
	case 1:
		bitfield_clear_all(b);
		memset(model, 0, b->n);
		break;
	case 2:
	case 3:
	case 4:
		assert(bitfield_remove(b, i) == (inside && model[i]));
		model[i] = 0;
		break;
	default:
		assert(bitfield_add(b, i) == (inside && !model[i]));
		model[i] = inside;
	}
}

static void check_difference(const struct bitfield *a, const struct bitfield *b)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < a->n; i++)
		count += bitfield_has(a, i) && !bitfield_has(b, i);
	assert(bitfield_count_not_in(a, b) == count);
	assert(bitfield_any_not_in(a, b) == (count > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t model[SIZE_LIMIT + 8] = {0};
	struct reader r = reader_of(data, size);
	struct bitfield b, old;

	bitfield_init(&b, read_u16(&r) % SIZE_LIMIT);
	bitfield_init(&old, 0);
	check_wire(&b, model, read_span(&r, bitfield_wire_len(b.n)));
	check_against(&b, model);
	for (int step = 0; step < 32 && read_left(&r) >= 3; step++) {
		bitfield_copy(&old, &b);
		change(&b, model, &r);
		check_against(&b, model);
		check_difference(&b, &old);
		check_difference(&old, &b);
	}
	bitfield_fini(&b);
	bitfield_fini(&old);
	return 0;
}
