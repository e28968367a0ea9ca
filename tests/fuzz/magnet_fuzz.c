/*
 * Any bytes as a magnet link and as a list of ranges: limits hold, texts are
 * clean, and what is written reads as the same value.
 */
#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/magnet.h"
#include "proto/metainfo.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	assert(setlocale(LC_CTYPE, "C.UTF-8"));
	text_set_utf8(true);
	return 0;
}

static void check_ranges(const struct magnet_range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(r[i].first <= r[i].last);
		/* Sorted, and a gap between any two. */
		assert(i == 0 || (r[i].first > r[i - 1].last &&
					 r[i].first - r[i - 1].last > 1));
	}
}

static void check_limits(const struct magnet *m)
{
	assert(m->hash.has_v1 || m->hash.has_v2);
	assert(m->ntrackers <= MAGNET_TRACKERS_MAX);
	assert(m->nwebseeds <= MAGNET_WEBSEEDS_MAX);
	assert(m->npeers <= MAGNET_PEERS_MAX);
	assert(m->nselect <= MAGNET_RANGES_MAX);
	for (size_t i = 0; i < m->ntrackers; i++)
		assert(tracker_url_ok(span_str(m->trackers[i])));
	for (size_t i = 0; i < m->nwebseeds; i++)
		assert(webseed_url_ok(span_str(m->webseeds[i])));
	for (size_t i = 0; i < m->npeers; i++) {
		assert(m->peers[i].port > 0 && m->peers[i].host[0]);
		for (const char *c = m->peers[i].host; *c; c++)
			assert(*c > ' ' && *c <= '~');
	}
	check_ranges(m->select, m->nselect);
	if (m->name) {
		char *clean = text_clean(span_str(m->name), 0);

		assert(m->name[0] && strcmp(clean, m->name) == 0);
		mem_free(clean);
	}
}

static void check_same(const struct magnet *a, const struct magnet *b)
{
	assert(memcmp(&a->hash, &b->hash, sizeof a->hash) == 0);
	assert(!a->name == !b->name && a->length == b->length);
	assert(!a->name || strcmp(a->name, b->name) == 0);
	assert(a->ntrackers == b->ntrackers && a->nwebseeds == b->nwebseeds);
	assert(a->npeers == b->npeers && a->nselect == b->nselect);
	for (size_t i = 0; i < a->ntrackers; i++)
		assert(strcmp(a->trackers[i], b->trackers[i]) == 0);
	for (size_t i = 0; i < a->nwebseeds; i++)
		assert(strcmp(a->webseeds[i], b->webseeds[i]) == 0);
	for (size_t i = 0; i < a->npeers; i++) {
		assert(strcmp(a->peers[i].host, b->peers[i].host) == 0);
		assert(a->peers[i].port == b->peers[i].port);
	}
	for (size_t i = 0; i < a->nselect; i++) {
		assert(a->select[i].first == b->select[i].first);
		assert(a->select[i].last == b->select[i].last);
	}
}

static void check_list(struct span text)
{
	struct magnet_range r[64];
	size_t n = 0;

	for (uint32_t base = 0; base < 2; base++) {
		if (magnet_parse_ranges(text, base, r, 64, &n) != ERR_OK)
			continue;
		assert(n > 0 && n <= 64);
		check_ranges(r, n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct magnet *m = NULL, *again = NULL;
	struct fault fault = {0};
	struct buf out = {0};

	check_list(span_of(data, size));
	enum err e = magnet_parse(span_of(data, size), &m, &fault);
	if (e) {
		assert(!m && fault.code == e && fault.what[0]);
		return 0;
	}
	check_limits(m);
	magnet_write(m, &out);
	assert(out.len <= MAGNET_MAX);
	assert(magnet_parse(buf_span(&out), &again, NULL) == ERR_OK);
	check_same(m, again);
	buf_free(&out);
	magnet_free(again);
	magnet_free(m);
	return 0;
}
