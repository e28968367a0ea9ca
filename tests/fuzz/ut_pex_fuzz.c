/*
 * Any body of peer exchange: bounded lists of addresses that can be dialled;
 * what we write of them reads the same, apart from the order of families.
 */
#include <assert.h>

#include "proto/ut_pex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(const struct pex_message *m, enum addr_family family)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nadded; i++)
		n += m->added[i].addr.family == family;
	return n;
}

/* The k-th of its family stands in the same place of its family again. */
static void check_family(const struct pex_message *a,
	const struct pex_message *b, enum addr_family family)
{
	size_t k = 0;

	assert(count(a, family) == count(b, family));
	for (size_t i = 0; i < a->nadded; i++) {
		if (a->added[i].addr.family != family)
			continue;
		while (b->added[k].addr.family != family)
			k++;
		assert(addr_equal(&a->added[i].addr, &b->added[k].addr));
		assert(a->added[i].flags == b->added[k].flags);
		k++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pex_message m, again;
	struct buf out = {0};

	if (pex_parse(span_of(data, size), &m) != ERR_OK)
		return 0;
	assert(size <= PEX_BODY_MAX);
	assert(m.nadded <= PEX_ADDED_MAX && m.ndropped <= PEX_DROPPED_MAX);
	for (size_t i = 0; i < m.nadded; i++)
		assert(addr_is_dialable(&m.added[i].addr));
	for (size_t i = 0; i < m.ndropped; i++)
		assert(addr_is_dialable(&m.dropped[i]));
	pex_write(&m, &out);
	assert(pex_parse(buf_span(&out), &again) == ERR_OK);
	check_family(&m, &again, ADDR_V4);
	check_family(&m, &again, ADDR_V6);
	assert(again.ndropped == m.ndropped);
	buf_free(&out);
	return 0;
}
