/*
 * Every stream of the manifest of wire/ (made by tests/corpus/generate.py;
 * BTTUI_CORPUS names its folder) through the wire machine and the decoders of
 * extended bodies.  What a stream's row says is checked as far as one machine
 * without a session can know; the rest, named in session_rows, is checked
 * where the session is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "manifest.h"
#include "proto/peer_ext.h"
#include "wire_trace.h"

/* The geometry of target.torrent. */
#define PIECES 6u
#define PIECE_LENGTH 32768u

/* Connections that are dropped for reasons the machine does not know. */
static const char *const session_rows[] = {
	"hs-cut-",         /* time */
	"hs-unknown-hash", /* which torrents there are */
	"hs-zero-hash",
};

static bool begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_session_row(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof session_rows / sizeof session_rows[0]; i++)
		if (begins(name, session_rows[i]))
			return true;
	return false;
}

static struct wire_trace run(const struct manifest *m, const struct buf *stream,
	struct wire_cut cut)
{
	return trace_stream(buf_span(stream), cut, PIECES, PIECE_LENGTH,
		manifest_is(m, "role", "magnet"));
}

static void check_verdict(struct manifest *m, const struct wire_trace *t,
	size_t size)
{
	long long messages, rest;

	if (manifest_is(m, "expect", "ok") ||
		manifest_is(m, "expect", "ignore"))
		MANIFEST_CHECK(m, t->end == ERR_AGAIN);
	if (manifest_is(m, "expect", "drop") && !is_session_row(m->cell[0]))
		MANIFEST_CHECK(m, t->end != ERR_AGAIN);
	/* Half a message costs its own size, and a block at least. */
	MANIFEST_CHECK(m, t->memory <= 2 * size + 20000);
	MANIFEST_CHECK(m, t->events <= 2 + size / 4);
	if (t->end != ERR_AGAIN || !manifest_number(m, "messages", &messages) ||
		!manifest_number(m, "rest", &rest) || rest != 0)
		return;
	MANIFEST_CHECK(m, (long long)t->events == messages + 2);
}

static bool is_stream(const struct manifest *m)
{
	return strstr(m->cell[0], ".bin") && !manifest_is(m, "role", "-");
}

static void streams_end_as_the_manifest_says(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "wire");
	while (manifest_row(&m)) {
		struct buf stream = manifest_file(&m);
		struct wire_trace t;

		if (is_stream(&m)) {
			t = run(&m, &stream, CUT_WHOLE);
			check_verdict(&m, &t, stream.len);
			trace_free(&t);
		}
		buf_free(&stream);
	}
	manifest_close(&m, 200);
}

static void any_split_of_a_stream_gives_the_same_events(void **state)
{
	const struct wire_cut cuts[] = {CUT_BYTES, CUT_BY_CHANCE(1),
		CUT_BY_CHANCE(2), CUT_BY_CHANCE(3)};
	struct manifest m;
	size_t i;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "wire");
	while (manifest_row(&m)) {
		struct buf stream = manifest_file(&m);
		struct wire_trace whole, t;

		if (is_stream(&m)) {
			whole = run(&m, &stream, CUT_WHOLE);
			for (i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
				t = run(&m, &stream, cuts[i]);
				MANIFEST_CHECK(&m, trace_equal(&whole, &t));
				trace_free(&t);
			}
			trace_free(&whole);
		}
		buf_free(&stream);
	}
	manifest_close(&m, 200);
}

/* What the extended messages of one stream were decoded to. */
struct bodies {
	uint8_t info_hash[20];
	unsigned handshakes, bad_handshakes;
	struct ext_handshake last;
	unsigned metadata;
	enum err metadata_end; /* of the last one */
	bool metadata_is_right;
};

static void check_limits(struct manifest *m, const struct ext_handshake *h)
{
	int k;

	MANIFEST_CHECK(m, h->reqq <= EXT_REQQ_MAX);
	MANIFEST_CHECK(m, h->metadata_size <= EXT_METADATA_MAX);
	MANIFEST_CHECK(m, manifest_is_clean(h->client));
	MANIFEST_CHECK(m, utf8_valid(span_str(h->client)));
	MANIFEST_CHECK(m, text_width(h->client) <= EXT_CLIENT_MAX);
	for (k = 0; k < EXT_KINDS; k++)
		MANIFEST_CHECK(m, h->sets[k] || h->id[k] == 0);
}

static void take_body(struct manifest *m, struct bodies *b,
	const struct wire_event *ev)
{
	struct ext_handshake h;
	struct utm_message u;
	uint8_t digest[SHA1_LEN];

	if (ev->kind == WIRE_HELLO)
		memcpy(b->info_hash, ev->hello.info_hash, 20);
	if (ev->kind != WIRE_EXTENDED)
		return;
	if (ev->extended.id == EXT_HANDSHAKE_ID) {
		b->handshakes++;
		if (ext_handshake_parse(ev->extended.body, &h) != ERR_OK) {
			b->bad_handshakes++;
			return;
		}
		check_limits(m, &h);
		b->last = h;
	} else if (ev->extended.id == EXT_UT_METADATA + 1) {
		b->metadata++;
		b->metadata_end = utm_parse(ev->extended.body, &u);
		if (b->metadata_end != ERR_OK || u.kind != UTM_DATA)
			return;
		MANIFEST_CHECK(m, u.data.n <= EXT_METADATA_PIECE);
		sha1(u.data, digest);
		b->metadata_is_right = memcmp(digest, b->info_hash, 20) == 0;
	}
}

static struct bodies decode_bodies(struct manifest *m, struct span stream)
{
	struct wire *w = wire_new();
	struct wire_event ev;
	struct bodies b = {.metadata_end = ERR_AGAIN};

	wire_set_geometry(w, PIECES, PIECE_LENGTH);
	wire_feed(w, stream);
	while (wire_next(w, &ev) == ERR_OK)
		take_body(m, &b, &ev);
	wire_free(w);
	return b;
}

static void check_handshake(struct manifest *m, const struct bodies *b)
{
	static const struct {
		const char *name;
		uint32_t reqq, metadata_size;
	} numbers[] = {
		{"ext-metasize-0.", 250, 0},
		{"ext-metasize-1.", 250, 1},
		{"ext-metasize-10m.", 250, 10485760},
		{"ext-metasize-2g.", 250, 0},
		{"ext-metasize-33m.", 250, 0},
		{"ext-metasize-4g1.", 250, 0},
		{"ext-metasize-max.", 250, 0},
		{"ext-metasize-minus.", 250, 0},
		{"ext-metasize-str.", 250, 0},
		{"ext-reqq-0.", 0, 0},
		{"ext-reqq-minus.", 0, 0},
		{"ext-reqq-max.", EXT_REQQ_MAX, 0},
	};
	static const char *const refused[] = {"ext-hs-not-dict.",
		"ext-hs-garbage.", "ext-hs-deep.", "ext-hs-64k."};
	const struct ext_handshake *h = &b->last;
	const char *name = m->cell[0];
	size_t i;

	for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (!begins(name, numbers[i].name))
			continue;
		MANIFEST_CHECK(m, h->reqq == numbers[i].reqq);
		MANIFEST_CHECK(m, h->metadata_size == numbers[i].metadata_size);
	}
	for (i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (begins(name, refused[i]))
			MANIFEST_CHECK(m, b->bad_handshakes == 1);
	if (begins(name, "ext-port-"))
		MANIFEST_CHECK(m, h->port == 0);
	if (begins(name, "ext-yourip-3"))
		MANIFEST_CHECK(m, h->yourip.family == ADDR_NONE);
	if (begins(name, "ext-v-int"))
		MANIFEST_CHECK(m, h->client[0] == '\0');
	else if (begins(name, "ext-v-"))
		MANIFEST_CHECK(m, h->client[0] != '\0');
	if (begins(name, "ext-hs-m-"))
		MANIFEST_CHECK(m, h->id[EXT_UT_PEX] == 0);
	if (begins(name, "ext-hs-same-id"))
		MANIFEST_CHECK(m,
			h->id[EXT_UT_PEX] == 3 && h->id[EXT_UT_METADATA] == 3);
	if (begins(name, "ext-upload-only-junk"))
		MANIFEST_CHECK(m, !h->upload_only);
}

static void check_metadata(struct manifest *m, const struct bodies *b)
{
	static const struct {
		const char *name;
		enum err end;
	} ends[] = {
		{"meta-request-ok.", ERR_OK},
		{"meta-request-junk-tail.", ERR_OK},
		{"meta-request-minus.", ERR_RANGE},
		{"meta-request-far.", ERR_RANGE},
		{"meta-request-max.", ERR_RANGE},
		{"meta-data-ok", ERR_OK},
		{"meta-data-wrong.", ERR_OK},
		{"meta-data-size-lies.", ERR_RANGE},
		{"meta-data-minus.", ERR_RANGE},
		{"meta-data-far.", ERR_RANGE},
		{"meta-data-long.", ERR_RANGE},
		{"meta-data-short.", ERR_RANGE},
		{"meta-data-none.", ERR_RANGE},
		{"meta-data-wrap.", ERR_RANGE},
		{"meta-reject.", ERR_OK},
		{"meta-type-9.", ERR_UNSUPPORTED},
		{"meta-type-missing.", ERR_SYNTAX},
		{"meta-type-string.", ERR_SYNTAX},
		{"meta-piece-missing.", ERR_SYNTAX},
		{"meta-piece-string.", ERR_SYNTAX},
		{"meta-not-dict.", ERR_SYNTAX},
		{"meta-empty.", ERR_SYNTAX},
		{"meta-deep.", ERR_SYNTAX},
		{"meta-big.", ERR_LIMIT},
	};
	const char *name = m->cell[0];
	size_t i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (begins(name, ends[i].name))
			MANIFEST_CHECK(m, b->metadata_end == ends[i].end);
	MANIFEST_CHECK(m,
		b->metadata_is_right ==
			(begins(name, "meta-data-ok") ||
				begins(name, "meta-data-after-reject.")));
}

static void extended_bodies_stay_inside_their_limits(void **state)
{
	struct manifest m;
	unsigned handshakes = 0, metadata = 0;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "wire");
	while (manifest_row(&m)) {
		struct buf stream = manifest_file(&m);
		struct bodies b;

		if (is_stream(&m)) {
			b = decode_bodies(&m, buf_span(&stream));
			check_handshake(&m, &b);
			check_metadata(&m, &b);
			handshakes += b.handshakes;
			metadata += b.metadata;
		}
		buf_free(&stream);
	}
	manifest_close(&m, 200);
	assert_true(handshakes > 500);
	assert_true(metadata > 200);
}

static void reads_a_real_extension_handshake(void **state)
{
	uint8_t bytes[WIRE_HANDSHAKE_LEN] = {0};
	struct writer out = writer_of(bytes, sizeof bytes);
	struct buf stream = {0};
	struct manifest m;
	struct bodies b;

	(void)state;
	manifest_open(&m, "BTTUI_COLLECTED", "captured");
	wire_put_handshake(&out, bytes, bytes + 8, bytes + 28);
	buf_add(&stream, writer_span(&out));
	assert_true(manifest_load(m.dir, "extended-handshake.bin", &stream));
	b = decode_bodies(&m, buf_span(&stream));
	assert_int_equal(b.handshakes, 1);
	assert_int_equal(b.bad_handshakes, 0);
	assert_int_equal(b.last.metadata_size, 138876);
	assert_int_equal(b.last.reqq, 500);
	assert_int_equal(b.last.id[EXT_UT_METADATA], 2);
	assert_int_equal(b.last.id[EXT_UT_PEX], 1);
	assert_string_equal(b.last.client, "qBittorrent/4.4.0alpha1");
	buf_free(&stream);
	manifest_close(&m, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_end_as_the_manifest_says),
		cmocka_unit_test(any_split_of_a_stream_gives_the_same_events),
		cmocka_unit_test(extended_bodies_stay_inside_their_limits),
		cmocka_unit_test(reads_a_real_extension_handshake),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	text_set_utf8(true);
	hash_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
