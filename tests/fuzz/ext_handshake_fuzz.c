/*
 * Any body of an extension handshake: numbers inside their limits, a name
 * that is closed under cleaning, and what we write from it reads the same.
 */
#include <assert.h>
#include <locale.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/peer_ext.h"

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

static void check_client(const char *client)
{
	char *again = text_clean(span_str(client), 0);

	assert(strcmp(again, client) == 0);
	assert(text_width(client) <= EXT_CLIENT_MAX);
	mem_free(again);
}

static void check_round_trip(const struct ext_handshake *h)
{
	struct ext_offer o = {
		.client = h->client,
		.reqq = h->reqq,
		.metadata_size = h->metadata_size,
		.port = h->port,
		.peer = h->yourip,
		.upload_only = h->upload_only,
		.pex = h->id[EXT_UT_PEX] != 0,
		.metadata = h->id[EXT_UT_METADATA] != 0,
	};
	struct ext_handshake again;
	struct buf out = {0};

	ext_handshake_write(&o, &out);
	assert(ext_handshake_parse(buf_span(&out), &again) == ERR_OK);
	assert(strcmp(again.client, h->client) == 0);
	assert(again.reqq == h->reqq && again.port == h->port);
	assert(again.metadata_size == h->metadata_size);
	assert(again.upload_only == h->upload_only);
	assert(again.sets[EXT_UT_PEX] == o.pex);
	assert(again.sets[EXT_UT_METADATA] == o.metadata);
	assert(again.yourip.family == h->yourip.family);
	assert(addr_same_ip(&again.yourip, &h->yourip));
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ext_handshake h;
	int k;

	if (ext_handshake_parse(span_of(data, size), &h) != ERR_OK)
		return 0;
	assert(size <= EXT_BODY_MAX);
	assert(h.reqq <= EXT_REQQ_MAX);
	assert(h.metadata_size <= EXT_METADATA_MAX);
	for (k = 0; k < EXT_KINDS; k++)
		assert(h.sets[k] || h.id[k] == 0);
	check_client(h.client);
	check_round_trip(&h);
	return 0;
}
