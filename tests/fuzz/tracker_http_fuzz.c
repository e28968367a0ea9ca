/*
 * Any body of a tracker: bounded lists of peers that can be dialled, each
 * once; intervals in range; texts closed under cleaning.  Any base of a URL:
 * no byte in it that could end the request line.
 */
#include <assert.h>
#include <ctype.h>
#include <locale.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/tracker_http.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setlocale(LC_CTYPE, "C.UTF-8");
	text_set_utf8(true);
	return 0;
}

static void check_text(const char *text, size_t max)
{
	char *again = text_clean(span_str(text), 0);

	assert(strlen(text) <= max);
	assert(strcmp(again, text) == 0);
	mem_free(again);
}

static void check_url_bytes(struct span url)
{
	size_t i;

	for (i = 0; i < url.n; i++)
		assert(url.p[i] > ' ' && url.p[i] < 0x7f && url.p[i] != '#');
}

static void check_answer(const struct tracker_answer *a)
{
	size_t i, j;

	assert(a->interval_s >= TRACKER_INTERVAL_MIN);
	assert(a->interval_s <= TRACKER_INTERVAL_MAX);
	assert(a->min_interval_s <= TRACKER_INTERVAL_MAX);
	assert(a->npeers <= TRACKER_PEERS_MAX);
	assert(a->failure[0] == '\0' || a->npeers == 0);
	for (i = 0; i < a->npeers; i++) {
		assert(addr_is_dialable(&a->peers[i]));
		for (j = 0; j < i; j++)
			assert(!addr_equal(&a->peers[i], &a->peers[j]));
	}
	check_text(a->failure, TRACKER_REASON_MAX);
	check_text(a->warning, TRACKER_REASON_MAX);
	check_url_bytes(span_str(a->tracker_id));
}

static void check_urls(const char *base, const char *tracker_id)
{
	static const struct tracker_ask ask = {.info_hash = {0, '#', ' '}};
	static const uint8_t hashes[2][20] = {{1}, {' ', '#'}};
	struct buf out = {0};

	tracker_http_announce_url(base, &ask, tracker_id, &out);
	check_url_bytes(buf_span(&out));
	out.len = 0;
	if (tracker_http_scrape_url(base, hashes, 2, &out) == ERR_OK)
		check_url_bytes(buf_span(&out));
	else
		assert(out.len == 0);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t hashes[2][20] = {"aaaaaaaaaaaaaaaaaaa", "b"};
	struct tracker_answer a = {0};
	struct tracker_scrape s[2];
	char *base = mem_strndup((const char *)data, size);

	if (tracker_http_parse(span_of(data, size), &a) == ERR_OK)
		check_answer(&a);
	check_urls(base, a.tracker_id);
	tracker_answer_fini(&a);
	if (tracker_http_parse_scrape(span_of(data, size), hashes, 2, s) ==
		ERR_OK)
		assert(s[0].known || s[0].seeds == 0);
	mem_free(base);
	return 0;
}
