#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "proto/peer_wire.h"
#include "wire_trace.h"

#define PIECES 20u
#define PIECE_LENGTH 32768u

static const uint8_t reserved[8] = {0, 0, 0, 0, 0, 0x10, 0, 0x05};
static const uint8_t info_hash[20] = "abcdefghijklmnopqrs";
static const uint8_t peer_id[20] = "-XX0001-abcdefghijk";

/* A machine that has read a handshake, and a place to put messages. */
struct fixture {
	struct wire *w;
	uint8_t bytes[4 * WIRE_BLOCK_MAX];
	struct writer out;
};

static void begin_without_geometry(struct fixture *f)
{
	struct wire_event ev;

	f->w = wire_new();
	f->out = writer_of(f->bytes, sizeof f->bytes);
	wire_put_handshake(&f->out, reserved, info_hash, peer_id);
	wire_feed(f->w, writer_span(&f->out));
	assert_int_equal(wire_next(f->w, &ev), ERR_OK);
	assert_int_equal(wire_next(f->w, &ev), ERR_OK);
	assert_int_equal(wire_next(f->w, &ev), ERR_AGAIN);
	f->out.len = 0;
}

static void begin(struct fixture *f)
{
	begin_without_geometry(f);
	wire_set_geometry(f->w, PIECES, PIECE_LENGTH);
}

static void put_message(struct writer *out, uint8_t id, struct span body)
{
	write_u32(out, (uint32_t)body.n + 1);
	write_u8(out, id);
	write_span(out, body);
}

static enum err feed(struct fixture *f, struct wire_event *ev)
{
	wire_feed(f->w, writer_span(&f->out));
	f->out.len = 0;
	return wire_next(f->w, ev);
}

static void end(struct fixture *f)
{
	assert_false(f->out.full);
	wire_free(f->w);
}

/* What a message of this id and body alone leads to. */
static enum err verdict(uint8_t id, struct span body)
{
	struct fixture f;
	struct wire_event ev;
	enum err e;

	begin(&f);
	put_message(&f.out, id, body);
	e = feed(&f, &ev);
	end(&f);
	return e;
}

static enum err verdict_of_range(uint8_t id, uint32_t piece, uint32_t begin_at,
	uint32_t length)
{
	uint8_t body[12];
	struct writer w = writer_of(body, sizeof body);

	write_u32(&w, piece);
	write_u32(&w, begin_at);
	write_u32(&w, length);
	return verdict(id, writer_span(&w));
}

static enum err verdict_of_block(uint32_t piece, uint32_t begin_at, size_t n)
{
	static uint8_t body[8 + WIRE_BLOCK_MAX + 1];
	struct writer w = writer_of(body, sizeof body);

	write_u32(&w, piece);
	write_u32(&w, begin_at);
	return verdict(7, span_of(body, 8 + n));
}

/* What the first bytes of a message lead to, without the rest of it. */
static enum err verdict_of_header(uint32_t length, uint8_t id)
{
	struct fixture f;
	struct wire_event ev;
	enum err e;

	begin(&f);
	write_u32(&f.out, length);
	write_u8(&f.out, id);
	e = feed(&f, &ev);
	end(&f);
	return e;
}

static void reports_hello_after_48_bytes_and_the_peer_id_after_68(void **state)
{
	struct wire *w = wire_new();
	uint8_t bytes[WIRE_HANDSHAKE_LEN];
	struct writer out = writer_of(bytes, sizeof bytes);
	struct wire_event ev;

	(void)state;
	wire_put_handshake(&out, reserved, info_hash, peer_id);
	wire_feed(w, span_of(bytes, 47));
	assert_int_equal(wire_next(w, &ev), ERR_AGAIN);
	wire_feed(w, span_of(bytes + 47, 1));
	assert_int_equal(wire_next(w, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_HELLO);
	assert_memory_equal(ev.hello.reserved, reserved, 8);
	assert_memory_equal(ev.hello.info_hash, info_hash, 20);
	assert_int_equal(wire_next(w, &ev), ERR_AGAIN);
	wire_feed(w, span_of(bytes + 48, 20));
	assert_int_equal(wire_next(w, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_PEER_ID);
	assert_memory_equal(ev.peer_id, peer_id, 20);
	assert_int_equal(wire_next(w, &ev), ERR_AGAIN);
	wire_free(w);
}

static void refuses_another_protocol_at_its_first_wrong_byte(void **state)
{
	struct wire *w = wire_new();
	struct wire_event ev;

	(void)state;
	wire_feed(w, span_str("\x13"
			      "BitT"));
	assert_int_equal(wire_next(w, &ev), ERR_AGAIN);
	wire_feed(w, span_str("p"));
	assert_int_equal(wire_next(w, &ev), ERR_SYNTAX);
	wire_free(w);

	w = wire_new();
	wire_feed(w, span_str("GET / HTTP/1.1\r\n"));
	assert_int_equal(wire_next(w, &ev), ERR_SYNTAX);
	wire_free(w);
}

static void gives_the_same_error_for_ever(void **state)
{
	struct wire *w = wire_new();
	struct wire_event ev;

	(void)state;
	wire_feed(w, span_str("\x14"));
	assert_int_equal(wire_next(w, &ev), ERR_SYNTAX);
	wire_feed(w, span_str("\x13"));
	assert_int_equal(wire_next(w, &ev), ERR_SYNTAX);
	wire_set_geometry(w, 1, 1);
	assert_int_equal(wire_next(w, &ev), ERR_SYNTAX);
	wire_free(w);
}

static void reads_the_simple_messages_it_writes(void **state)
{
	static const enum wire_kind kinds[] = {WIRE_KEEPALIVE, WIRE_CHOKE,
		WIRE_UNCHOKE, WIRE_INTERESTED, WIRE_NOT_INTERESTED,
		WIRE_HAVE_ALL, WIRE_HAVE_NONE};
	struct wire_event ev;
	struct fixture f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		wire_put_simple(&f.out, kinds[i]);
		assert_int_equal(feed(&f, &ev), ERR_OK);
		assert_int_equal(ev.kind, kinds[i]);
	}
	end(&f);
}

static void reads_the_indexes_and_ranges_it_writes(void **state)
{
	static const enum wire_kind indexes[] = {
		WIRE_HAVE, WIRE_SUGGEST, WIRE_ALLOWED_FAST};
	static const enum wire_kind ranges[] = {
		WIRE_REQUEST, WIRE_CANCEL, WIRE_REJECT};
	const struct wire_range range = {PIECES - 1, 16384, 16384};
	struct wire_event ev;
	struct fixture f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 0; i < 3; i++) {
		wire_put_piece_index(&f.out, indexes[i], PIECES - 1);
		assert_int_equal(feed(&f, &ev), ERR_OK);
		assert_int_equal(ev.kind, indexes[i]);
		assert_int_equal(ev.piece, PIECES - 1);
		wire_put_range(&f.out, ranges[i], range);
		assert_int_equal(feed(&f, &ev), ERR_OK);
		assert_int_equal(ev.kind, ranges[i]);
		assert_memory_equal(&ev.range, &range, sizeof range);
	}
	end(&f);
}

static void reads_the_other_messages_it_writes(void **state)
{
	uint8_t hash_body[WIRE_HASH_HEADER_LEN] = {1, 2, 3};
	struct bitfield have;
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin(&f);
	wire_put_port(&f.out, 6881);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_PORT);
	assert_int_equal(ev.port, 6881);

	wire_put_extended(&f.out, 3, span_str("de"));
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_EXTENDED);
	assert_int_equal(ev.extended.id, 3);
	assert_true(span_is(ev.extended.body, "de"));

	bitfield_init(&have, PIECES);
	bitfield_add(&have, 0);
	bitfield_add(&have, PIECES - 1);
	wire_put_bitfield(&f.out, &have);
	bitfield_fini(&have);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_BITFIELD);
	assert_int_equal(ev.body.n, 3);
	assert_memory_equal(ev.body.p, "\x80\x00\x10", 3);

	wire_put_hash(&f.out, WIRE_HASH_REQUEST,
		span_of(hash_body, sizeof hash_body));
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_HASH_REQUEST);
	assert_int_equal(ev.body.n, sizeof hash_body);
	assert_memory_equal(ev.body.p, hash_body, sizeof hash_body);
	end(&f);
}

static void a_block_points_into_the_bytes_that_were_fed(void **state)
{
	const struct wire_range range = {3, 16384, WIRE_BLOCK_MAX};
	static uint8_t data[WIRE_BLOCK_MAX];
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin(&f);
	wire_put_piece_header(&f.out, range);
	assert_int_equal(f.out.len, WIRE_PIECE_HEADER_LEN);
	write_span(&f.out, span_of(data, sizeof data));
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_BLOCK);
	assert_memory_equal(&ev.block.range, &range, sizeof range);
	assert_ptr_equal(ev.block.data.p, f.bytes + WIRE_PIECE_HEADER_LEN);
	assert_int_equal(ev.block.data.n, WIRE_BLOCK_MAX);
	assert_true(wire_memory(f.w) < 200);
	end(&f);
}

static void a_block_in_two_feeds_costs_one_buffer_of_its_size(void **state)
{
	const struct wire_range range = {0, 0, WIRE_BLOCK_MAX};
	static uint8_t data[WIRE_BLOCK_MAX];
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin(&f);
	memset(data, 'x', sizeof data);
	wire_put_piece_header(&f.out, range);
	write_span(&f.out, span_of(data, 10000));
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	write_span(&f.out, span_of(data, sizeof data - 10000));
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_BLOCK);
	assert_int_equal(ev.block.data.n, sizeof data);
	assert_memory_equal(ev.block.data.p, data, sizeof data);
	assert_true(wire_memory(f.w) <
		    200 + WIRE_BLOCK_MAX + WIRE_PIECE_HEADER_LEN);
	end(&f);
}

static void keeps_the_buffer_until_it_is_idle(void **state)
{
	static uint8_t body[1000];
	struct wire_event ev;
	struct fixture f;
	size_t with;

	(void)state;
	begin(&f);
	put_message(&f.out, 20, span_of(body, sizeof body));
	f.out.len -= 500;
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	with = wire_memory(f.w);
	assert_true(with > 500);
	wire_idle(f.w); /* half a message is in it */
	assert_int_equal(wire_memory(f.w), with);
	write_span(&f.out, span_of(body, 500));
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.extended.body.n, sizeof body - 1);
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
	assert_int_equal(wire_memory(f.w), with);
	wire_idle(f.w);
	assert_true(wire_memory(f.w) < 200);
	end(&f);
}

static void memory_follows_the_bytes_that_came_not_the_length(void **state)
{
	static uint8_t body[WIRE_MESSAGE_MAX - 1];
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin(&f);
	write_u32(&f.out, WIRE_MESSAGE_MAX);
	write_u8(&f.out, 20);
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	assert_true(wire_memory(f.w) < 200);
	write_span(&f.out, span_of(body, 100));
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	assert_true(wire_memory(f.w) < 17000);
	wire_feed(f.w, span_of(body + 100, 100000));
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
	assert_true(wire_memory(f.w) < 202000);
	wire_feed(f.w, span_of(body + 100100, sizeof body - 100100));
	assert_int_equal(wire_next(f.w, &ev), ERR_OK);
	assert_int_equal(ev.extended.body.n, WIRE_MESSAGE_MAX - 2);
	assert_memory_equal(ev.extended.body.p, body, WIRE_MESSAGE_MAX - 2);
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
	assert_true(wire_memory(f.w) < 200); /* too large to keep */
	end(&f);
}

static void half_a_message_longer_than_1_mib_is_never_kept(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_header(WIRE_MESSAGE_MAX + 1, 20),
		ERR_LIMIT);
	assert_int_equal(verdict_of_header(UINT32_MAX, 20), ERR_LIMIT);
	assert_int_equal(verdict_of_header(0x80000000u, 7), ERR_LIMIT);
	assert_int_equal(verdict_of_header(UINT32_MAX, 99), ERR_LIMIT);
	assert_int_equal(verdict_of_header(WIRE_MESSAGE_MAX, 20), ERR_AGAIN);
}

static void refuses_wrong_sizes_from_the_header_alone(void **state)
{
	static const struct {
		uint8_t id;
		uint32_t right;
	} exact[] = {{4, 5}, {5, 4}, {6, 13}, {8, 13}, {9, 3}, {13, 5},
		{16, 13}, {17, 5}, {21, 49}, {23, 49}};
	static const uint8_t empty[] = {0, 1, 2, 3, 14, 15};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof exact / sizeof exact[0]; i++) {
		assert_int_equal(verdict_of_header(exact[i].right - 1,
					 exact[i].id),
			ERR_SYNTAX);
		assert_int_equal(verdict_of_header(exact[i].right, exact[i].id),
			ERR_AGAIN);
		assert_int_equal(verdict_of_header(exact[i].right + 1,
					 exact[i].id),
			ERR_SYNTAX);
	}
	for (i = 0; i < sizeof empty; i++)
		assert_int_equal(verdict_of_header(2, empty[i]), ERR_SYNTAX);
	assert_int_equal(verdict_of_header(WIRE_MESSAGE_MAX, 5), ERR_SYNTAX);
	assert_int_equal(verdict_of_header(8, 7), ERR_SYNTAX);
	assert_int_equal(verdict_of_header(9 + WIRE_BLOCK_MAX, 7), ERR_AGAIN);
	assert_int_equal(verdict_of_header(10 + WIRE_BLOCK_MAX, 7), ERR_SYNTAX);
	assert_int_equal(verdict_of_header(1, 20), ERR_SYNTAX);
	assert_int_equal(verdict_of_header(48, 22), ERR_SYNTAX);
	assert_int_equal(verdict_of_header(49 + 32 * 545, 22), ERR_SYNTAX);
}

static void refuses_a_piece_that_is_not_in_the_torrent(void **state)
{
	static const uint8_t ids[] = {4, 13, 17};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ids; i++) {
		uint8_t body[4] = {0, 0, 0, PIECES - 1};

		assert_int_equal(verdict(ids[i], span_of(body, 4)), ERR_OK);
		body[3] = PIECES;
		assert_int_equal(verdict(ids[i], span_of(body, 4)), ERR_RANGE);
		memset(body, 0xff, sizeof body);
		assert_int_equal(verdict(ids[i], span_of(body, 4)), ERR_RANGE);
	}
}

static void refuses_a_range_that_leaves_its_piece(void **state)
{
	static const uint8_t ids[] = {6, 8, 16};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ids; i++) {
		uint8_t id = ids[i];

		assert_int_equal(verdict_of_range(id, 0, 3, 5), ERR_OK);
		assert_int_equal(verdict_of_range(id, 0, 16384, 16384), ERR_OK);
		assert_int_equal(verdict_of_range(id, PIECES, 0, 1), ERR_RANGE);
		assert_int_equal(verdict_of_range(id, UINT32_MAX, 0, 1),
			ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, 16385, 16384),
			ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, PIECE_LENGTH, 1),
			ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, UINT32_MAX, 16384),
			ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, 0xffffc000, 0x8000),
			ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, 0, 0), ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, 0, 16385), ERR_RANGE);
		assert_int_equal(verdict_of_range(id, 0, 0, UINT32_MAX),
			ERR_RANGE);
	}
}

static void refuses_a_block_that_leaves_its_piece(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_block(0, 0, 16384), ERR_OK);
	assert_int_equal(verdict_of_block(PIECES - 1, 16384, 16384), ERR_OK);
	assert_int_equal(verdict_of_block(PIECES, 0, 16384), ERR_RANGE);
	assert_int_equal(verdict_of_block(0, PIECE_LENGTH - 100, 200),
		ERR_RANGE);
	assert_int_equal(verdict_of_block(0, UINT32_MAX, 16384), ERR_RANGE);
	assert_int_equal(verdict_of_block(0, 0, 0), ERR_RANGE);
}

static void refuses_a_bitfield_with_spare_bits(void **state)
{
	struct wire *w;
	struct wire_event ev;
	uint8_t handshake[WIRE_HANDSHAKE_LEN];
	struct writer out = writer_of(handshake, sizeof handshake);

	(void)state;
	assert_int_equal(verdict(5, span_of("\xff\xff\xf0", 3)), ERR_OK);
	assert_int_equal(verdict(5, span_of("\xff\xff\xf8", 3)), ERR_SYNTAX);
	assert_int_equal(verdict(5, span_of("\x00\x00\x01", 3)), ERR_SYNTAX);

	/* With a multiple of eight there are none. */
	w = wire_new();
	wire_set_geometry(w, 8, 1);
	wire_put_handshake(&out, reserved, info_hash, peer_id);
	wire_feed(w, writer_span(&out));
	assert_int_equal(wire_next(w, &ev), ERR_OK);
	assert_int_equal(wire_next(w, &ev), ERR_OK);
	assert_int_equal(wire_next(w, &ev), ERR_AGAIN);
	wire_feed(w, span_of("\0\0\0\2\5\xff", 6));
	assert_int_equal(wire_next(w, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_BITFIELD);
	wire_free(w);
}

static enum err verdict_of_hashes(uint32_t length, uint32_t layers, size_t n)
{
	static uint8_t body[WIRE_HASH_HEADER_LEN + 32 * 16];
	struct writer w = writer_of(body, sizeof body);

	memset(body, 7, sizeof body);
	w.len = 40;
	write_u32(&w, length);
	write_u32(&w, layers);
	return verdict(22, span_of(body, WIRE_HASH_HEADER_LEN + n));
}

static void hashes_must_be_as_many_as_announced(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_hashes(2, 0, 64), ERR_OK);
	assert_int_equal(verdict_of_hashes(2, 5, 64), ERR_OK);
	assert_int_equal(verdict_of_hashes(2, 5, 64 + 5 * 32), ERR_OK);
	assert_int_equal(verdict_of_hashes(2, 5, 64 + 6 * 32), ERR_SYNTAX);
	assert_int_equal(verdict_of_hashes(2, 0, 63), ERR_SYNTAX);
	assert_int_equal(verdict_of_hashes(2, 0, 65), ERR_SYNTAX);
	assert_int_equal(verdict_of_hashes(512, 9, 32), ERR_SYNTAX);
	assert_int_equal(verdict_of_hashes(1u << 27, 0, 0), ERR_SYNTAX);
	assert_int_equal(verdict_of_hashes(0, UINT32_MAX, 0), ERR_OK);
}

static void skips_a_message_nobody_defined_without_keeping_it(void **state)
{
	static const uint8_t ids[] = {10, 11, 12, 18, 19, 24, 99, 255};
	static uint8_t junk[WIRE_MESSAGE_MAX - 1];
	struct wire_event ev;
	struct fixture f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 0; i < sizeof ids; i++) {
		write_u32(&f.out, WIRE_MESSAGE_MAX);
		write_u8(&f.out, ids[i]);
		assert_int_equal(feed(&f, &ev), ERR_OK);
		assert_int_equal(ev.kind, WIRE_UNKNOWN);
		wire_feed(f.w, span_of(junk, 1000));
		assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
		wire_feed(f.w, span_of(junk, sizeof junk - 1000));
		assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
		assert_true(wire_memory(f.w) < 200);
	}
	wire_put_simple(&f.out, WIRE_CHOKE);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_CHOKE);
	end(&f);
}

static void an_empty_feed_changes_nothing(void **state)
{
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin(&f);
	write_u32(&f.out, 3);
	write_u8(&f.out, 99);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	wire_feed(f.w, span_of(NULL, 0)); /* inside what is skipped */
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
	write_u16(&f.out, 0);
	write_u16(&f.out, 0);
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	wire_feed(f.w, span_of(NULL, 0)); /* inside a length */
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
	write_u16(&f.out, 1);
	write_u8(&f.out, 0);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_CHOKE);
	end(&f);
}

static void keeps_what_names_pieces_until_the_geometry_is_known(void **state)
{
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin_without_geometry(&f);
	put_message(&f.out, 5, span_of("\x80\x00\x10", 3));
	wire_put_piece_index(&f.out, WIRE_HAVE, 7);
	wire_put_simple(&f.out, WIRE_UNCHOKE);
	wire_put_piece_index(&f.out, WIRE_ALLOWED_FAST, 2);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_UNCHOKE);
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);

	wire_set_geometry(f.w, PIECES, PIECE_LENGTH);
	wire_put_simple(&f.out, WIRE_CHOKE); /* newer than what was kept */
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_BITFIELD);
	assert_memory_equal(ev.body.p, "\x80\x00\x10", 3);
	assert_int_equal(wire_next(f.w, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_HAVE);
	assert_int_equal(ev.piece, 7);
	assert_int_equal(wire_next(f.w, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_ALLOWED_FAST);
	assert_int_equal(wire_next(f.w, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_CHOKE);
	assert_int_equal(wire_next(f.w, &ev), ERR_AGAIN);
	assert_true(wire_memory(f.w) < 200);
	end(&f);
}

static void judges_what_it_kept_when_the_geometry_is_known(void **state)
{
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin_without_geometry(&f);
	put_message(&f.out, 5, span_of("\xff\xff\xff\xff", 4));
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	wire_set_geometry(f.w, PIECES, PIECE_LENGTH);
	assert_int_equal(wire_next(f.w, &ev), ERR_SYNTAX);
	end(&f);

	begin_without_geometry(&f);
	wire_put_piece_index(&f.out, WIRE_HAVE, UINT32_MAX);
	assert_int_equal(feed(&f, &ev), ERR_AGAIN);
	wire_set_geometry(f.w, PIECES, PIECE_LENGTH);
	assert_int_equal(wire_next(f.w, &ev), ERR_RANGE);
	end(&f);
}

static void keeps_no_more_than_1_mib_without_the_geometry(void **state)
{
	struct wire_event ev;
	struct fixture f;
	uint32_t kept = 0;
	enum err e;

	(void)state;
	begin_without_geometry(&f);
	do {
		wire_put_piece_index(&f.out, WIRE_HAVE, 1);
		e = feed(&f, &ev);
		kept++;
	} while (e == ERR_AGAIN);
	assert_int_equal(e, ERR_LIMIT);
	assert_int_equal(kept, WIRE_MESSAGE_MAX / 9 + 1);
	end(&f);
}

static void a_block_before_the_geometry_ends_the_connection(void **state)
{
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin_without_geometry(&f);
	wire_put_piece_header(&f.out, (struct wire_range){0, 0, 1});
	assert_int_equal(feed(&f, &ev), ERR_PROTO);
	end(&f);
}

static void a_torrent_of_no_pieces_has_an_empty_bitfield(void **state)
{
	struct wire_event ev;
	struct fixture f;

	(void)state;
	begin_without_geometry(&f);
	wire_set_geometry(f.w, 0, 16384);
	write_u32(&f.out, 1);
	write_u8(&f.out, 5);
	assert_int_equal(feed(&f, &ev), ERR_OK);
	assert_int_equal(ev.kind, WIRE_BITFIELD);
	assert_int_equal(ev.body.n, 0);
	end(&f);
}

static void writes_nothing_when_a_message_does_not_fit(void **state)
{
	uint8_t bytes[20];
	struct writer out = writer_of(bytes, sizeof bytes);
	struct bitfield have;

	(void)state;
	wire_put_piece_index(&out, WIRE_HAVE, 1);
	assert_int_equal(out.len, 9);
	wire_put_range(&out, WIRE_REQUEST, (struct wire_range){1, 2, 3});
	assert_true(out.full);
	assert_int_equal(out.len, 9);
	wire_put_simple(&out, WIRE_CHOKE); /* would fit, but after a gap */
	wire_put_simple(&out, WIRE_KEEPALIVE);
	wire_put_port(&out, 1);
	wire_put_piece_header(&out, (struct wire_range){1, 2, 3});
	wire_put_handshake(&out, reserved, info_hash, peer_id);
	wire_put_extended(&out, 1, span_str("x"));
	bitfield_init(&have, 1);
	wire_put_bitfield(&out, &have);
	bitfield_fini(&have);
	assert_int_equal(out.len, 9);
}

static void draws_the_allowed_fast_set_of_the_specification(void **state)
{
	static const uint32_t want[] = {
		1059, 431, 808, 1217, 287, 376, 1188, 353, 508};
	struct addr peer = addr_v4(80, 4, 4, 200, 6881);
	uint8_t hash[20];
	uint32_t set[9];

	(void)state;
	memset(hash, 0xaa, sizeof hash);
	assert_int_equal(wire_allowed_fast(&peer, hash, 1313, set, 7), 7);
	assert_memory_equal(set, want, 7 * sizeof want[0]);
	assert_int_equal(wire_allowed_fast(&peer, hash, 1313, set, 9), 9);
	assert_memory_equal(set, want, sizeof want);
}

static void allows_every_piece_of_a_small_torrent(void **state)
{
	struct addr peer = addr_v4(80, 4, 4, 200, 6881);
	uint32_t set[9];

	(void)state;
	assert_int_equal(wire_allowed_fast(&peer, info_hash, 3, set, 9), 3);
	assert_int_equal(set[2], 2);
	assert_int_equal(wire_allowed_fast(&peer, info_hash, 0, set, 9), 0);
	assert_int_equal(wire_allowed_fast(&peer, info_hash, 10, set, 9), 9);
	peer.family = ADDR_V6;
	assert_int_equal(wire_allowed_fast(&peer, info_hash, 3, set, 9), 0);
}

static void every_kind_has_a_name(void **state)
{
	int k;

	(void)state;
	for (k = WIRE_HELLO; k <= WIRE_UNKNOWN; k++)
		assert_true(strlen(wire_kind_name((enum wire_kind)k)) > 1);
	assert_string_equal(wire_kind_name(WIRE_HAVE_ALL), "have all");
	assert_string_equal(wire_kind_name((enum wire_kind)99), "?");
}

/* A message with plausible fields, now and then an implausible one. */
static void put_random_message(struct buf *out, struct rng *r)
{
	static const uint8_t ids[] = {0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 7, 7, 8, 9,
		10, 13, 14, 15, 16, 17, 20, 20, 21, 22, 23, 200};
	static uint8_t body[20000];
	uint8_t id = ids[rng_below(r, sizeof ids)];
	struct writer w = writer_of(body, 12);
	size_t n = (size_t)rng_below(r, 300);
	uint8_t head[5];
	struct writer h = writer_of(head, sizeof head);

	rng_fill(r, body, sizeof body);
	write_u32(&w, (uint32_t)rng_below(r, PIECES + (n == 0)));
	write_u32(&w, (uint32_t)rng_below(r, 3) * 8192);
	write_u32(&w, 1 + (uint32_t)rng_below(r, WIRE_BLOCK_MAX));
	if (id <= 3 || id == 14 || id == 15)
		n = 0;
	else if (id == 4 || id == 13 || id == 17)
		n = 4;
	else if (id == 6 || id == 8 || id == 16)
		n = 12;
	else if (id == 5)
		n = 3, body[2] &= 0xf0;
	else if (id == 7)
		n = 9 + (size_t)rng_below(r, WIRE_BLOCK_MAX);
	else if (id == 9)
		n = 2;
	else if (id == 21 || id == 23)
		n = 48;
	else if (id == 22)
		n = 48, memset(body + 40, 0, 8);
	write_u32(&h, (uint32_t)n + 1);
	write_u8(&h, id);
	buf_add(out, writer_span(&h));
	buf_add(out, span_of(body, n));
}

static struct buf random_stream(struct rng *r)
{
	uint8_t bytes[WIRE_HANDSHAKE_LEN];
	struct writer h = writer_of(bytes, sizeof bytes);
	struct buf stream = {0};
	uint64_t n = rng_below(r, 40);

	wire_put_handshake(&h, reserved, info_hash, peer_id);
	buf_add(&stream, writer_span(&h));
	while (n-- > 0)
		put_random_message(&stream, r);
	if (rng_below(r, 4) == 0) /* a broken stream, too */
		stream.p[rng_below(r, stream.len)] ^= 0x40;
	if (rng_below(r, 4) == 0)
		stream.len -= (size_t)rng_below(r, 60);
	return stream;
}

static void any_split_gives_the_same_events(void **state)
{
	const uint64_t seed = 20250101;
	struct rng r;
	size_t events = 0;
	int round, open = 0;

	(void)state;
	rng_seed(&r, seed);
	for (round = 0; round < 300; round++) {
		struct buf stream = random_stream(&r);
		bool late = rng_below(&r, 3) == 0;
		struct wire_trace whole, other;
		uint64_t i;

		whole = trace_stream(buf_span(&stream), CUT_WHOLE, PIECES,
			PIECE_LENGTH, late);
		for (i = 0; i < 4; i++) {
			other = trace_stream(buf_span(&stream),
				i ? CUT_BY_CHANCE(seed + i) : CUT_BYTES, PIECES,
				PIECE_LENGTH, late);
			if (!trace_equal(&whole, &other))
				fail_msg("seed %d round %d cut %d", (int)seed,
					round, (int)i);
			trace_free(&other);
		}
		events += whole.events;
		open += whole.end == ERR_AGAIN;
		trace_free(&whole);
		buf_free(&stream);
	}
	/* The streams are worth it: many messages, good and bad ends. */
	assert_true(events > 2000);
	assert_true(open > 50 && open < 250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			reports_hello_after_48_bytes_and_the_peer_id_after_68),
		cmocka_unit_test(
			refuses_another_protocol_at_its_first_wrong_byte),
		cmocka_unit_test(gives_the_same_error_for_ever),
		cmocka_unit_test(reads_the_simple_messages_it_writes),
		cmocka_unit_test(reads_the_indexes_and_ranges_it_writes),
		cmocka_unit_test(reads_the_other_messages_it_writes),
		cmocka_unit_test(a_block_points_into_the_bytes_that_were_fed),
		cmocka_unit_test(
			a_block_in_two_feeds_costs_one_buffer_of_its_size),
		cmocka_unit_test(keeps_the_buffer_until_it_is_idle),
		cmocka_unit_test(
			memory_follows_the_bytes_that_came_not_the_length),
		cmocka_unit_test(
			half_a_message_longer_than_1_mib_is_never_kept),
		cmocka_unit_test(refuses_wrong_sizes_from_the_header_alone),
		cmocka_unit_test(refuses_a_piece_that_is_not_in_the_torrent),
		cmocka_unit_test(refuses_a_range_that_leaves_its_piece),
		cmocka_unit_test(refuses_a_block_that_leaves_its_piece),
		cmocka_unit_test(refuses_a_bitfield_with_spare_bits),
		cmocka_unit_test(hashes_must_be_as_many_as_announced),
		cmocka_unit_test(
			skips_a_message_nobody_defined_without_keeping_it),
		cmocka_unit_test(an_empty_feed_changes_nothing),
		cmocka_unit_test(
			keeps_what_names_pieces_until_the_geometry_is_known),
		cmocka_unit_test(
			judges_what_it_kept_when_the_geometry_is_known),
		cmocka_unit_test(keeps_no_more_than_1_mib_without_the_geometry),
		cmocka_unit_test(
			a_block_before_the_geometry_ends_the_connection),
		cmocka_unit_test(a_torrent_of_no_pieces_has_an_empty_bitfield),
		cmocka_unit_test(writes_nothing_when_a_message_does_not_fit),
		cmocka_unit_test(
			draws_the_allowed_fast_set_of_the_specification),
		cmocka_unit_test(allows_every_piece_of_a_small_torrent),
		cmocka_unit_test(every_kind_has_a_name),
		cmocka_unit_test(any_split_gives_the_same_events),
	};

	hash_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
