#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/peer_ext.h"

static struct ext_handshake parse(const char *body)
{
	struct ext_handshake h;

	assert_int_equal(ext_handshake_parse(span_str(body), &h), ERR_OK);
	return h;
}

static void reads_an_ordinary_handshake(void **state)
{
	struct ext_handshake h =
		parse("d1:md11:lt_donthavei7e11:upload_onlyi3e11:ut_metadatai2e"
		      "6:ut_pexi1ee13:metadata_sizei31235e1:pi6881e4:reqqi250e"
		      "11:upload_onlyi1e1:v14:uTorrent "
		      "3.5.56:yourip4:\x7f\x01\x02"
		      "\x03"
		      "e");

	(void)state;
	assert_int_equal(h.id[EXT_UT_PEX], 1);
	assert_int_equal(h.id[EXT_UT_METADATA], 2);
	assert_int_equal(h.id[EXT_LT_DONTHAVE], 7);
	assert_int_equal(h.id[EXT_UPLOAD_ONLY], 3);
	assert_true(h.sets[EXT_UT_PEX]);
	assert_string_equal(h.client, "uTorrent 3.5.5");
	assert_int_equal(h.reqq, 250);
	assert_int_equal(h.metadata_size, 31235);
	assert_int_equal(h.port, 6881);
	assert_int_equal(h.yourip.family, ADDR_V4);
	assert_memory_equal(h.yourip.ip, "\x7f\x01\x02\x03", 4);
	assert_true(h.upload_only);
}

static void an_empty_dictionary_says_nothing(void **state)
{
	struct ext_handshake h = parse("de");

	(void)state;
	assert_int_equal(h.id[EXT_UT_PEX], 0);
	assert_false(h.sets[EXT_UT_PEX]);
	assert_string_equal(h.client, "");
	assert_int_equal(h.reqq, 0);
	assert_int_equal(h.metadata_size, 0);
	assert_int_equal(h.port, 0);
	assert_int_equal(h.yourip.family, ADDR_NONE);
	assert_false(h.upload_only);
}

static void tells_an_id_taken_back_from_one_never_named(void **state)
{
	struct ext_handshake h = parse("d1:md6:ut_pexi0eee");

	(void)state;
	assert_true(h.sets[EXT_UT_PEX]);
	assert_int_equal(h.id[EXT_UT_PEX], 0);
	assert_false(h.sets[EXT_UT_METADATA]);
}

static void ids_outside_a_byte_are_not_said(void **state)
{
	struct ext_handshake h = parse("d1:md11:lt_donthavei1099511627776e"
				       "11:upload_only1:x11:ut_metadatai-1e"
				       "6:ut_pexi256eee");
	int k;

	(void)state;
	for (k = 0; k < EXT_KINDS; k++) {
		assert_int_equal(h.id[k], 0);
		assert_false(h.sets[k]);
	}
	h = parse("d1:mli1ei2eee");
	assert_false(h.sets[EXT_UT_PEX]);
}

static void numbers_outside_their_range_are_not_said(void **state)
{
	struct ext_handshake h;

	(void)state;
	h = parse("d13:metadata_sizei33554433e1:pi65536e4:reqqi0ee");
	assert_int_equal(h.metadata_size, 0);
	assert_int_equal(h.port, 0);
	assert_int_equal(h.reqq, 0);
	h = parse("d13:metadata_sizei-1e1:pi-1e4:reqqi-1ee");
	assert_int_equal(h.metadata_size, 0);
	assert_int_equal(h.port, 0);
	assert_int_equal(h.reqq, 0);
	h = parse("d13:metadata_size1:51:pi0e4:reqqlee");
	assert_int_equal(h.metadata_size, 0);
	assert_int_equal(h.port, 0);
	assert_int_equal(h.reqq, 0);
	h = parse("d13:metadata_sizei4294967297e1:pi70000ee");
	assert_int_equal(h.metadata_size, 0);
	assert_int_equal(h.port, 0);
}

static void clamps_only_the_queue_length(void **state)
{
	struct ext_handshake h;

	(void)state;
	h = parse("d13:metadata_sizei33554432e4:reqqi9223372036854775807ee");
	assert_int_equal(h.metadata_size, EXT_METADATA_MAX);
	assert_int_equal(h.reqq, EXT_REQQ_MAX);
}

static void an_address_is_4_or_16_bytes(void **state)
{
	struct ext_handshake h;

	(void)state;
	h = parse("d6:yourip3:abce");
	assert_int_equal(h.yourip.family, ADDR_NONE);
	h = parse("d6:yourip16:abcdefghijklmnope");
	assert_int_equal(h.yourip.family, ADDR_V6);
	h = parse("d6:youripi5ee");
	assert_int_equal(h.yourip.family, ADDR_NONE);
}

static void the_clients_name_is_cleaned_and_cut(void **state)
{
	struct ext_handshake h;
	struct buf b = {0};
	int i;

	(void)state;
	h = parse("d1:v9:a\x1b[2J\x1b[Hbe");
	assert_null(strchr(h.client, 0x1b));
	assert_non_null(strchr(h.client, 'a'));

	buf_add_str(&b, "d1:v6000:");
	for (i = 0; i < 2000; i++)
		buf_add_str(&b, "\xe7\x95\x8c"); /* two columns each */
	buf_add_str(&b, "e");
	assert_int_equal(ext_handshake_parse(buf_span(&b), &h), ERR_OK);
	assert_true(text_width(h.client) <= EXT_CLIENT_MAX);
	assert_true(text_width(h.client) > EXT_CLIENT_MAX - 4);
	assert_true(utf8_valid(span_str(h.client)));
	buf_free(&b);
}

static void refuses_what_is_no_dictionary(void **state)
{
	static const char *const bad[] = {
		"", "i5e", "le", "d", "d1:mde", "<html>", "1:x"};
	struct ext_handshake h = {.reqq = 77};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(ext_handshake_parse(span_str(bad[i]), &h),
			ERR_SYNTAX);
	assert_int_equal(h.reqq, 77); /* untouched */
}

static void refuses_a_body_over_64_kib(void **state)
{
	struct ext_handshake h;
	char *body = mem_zero(EXT_BODY_MAX + 1);

	(void)state;
	memset(body, 'l', EXT_BODY_MAX + 1);
	assert_int_equal(ext_handshake_parse(span_of(body, EXT_BODY_MAX + 1),
				 &h),
		ERR_LIMIT);
	assert_int_equal(ext_handshake_parse(span_of(body, EXT_BODY_MAX), &h),
		ERR_SYNTAX);
	mem_free(body);
}

static void reads_the_handshake_it_writes(void **state)
{
	struct ext_offer o = {
		.client = "bttui 0.1.0",
		.reqq = 500,
		.metadata_size = 12345,
		.port = 51413,
		.peer = addr_v4(10, 1, 2, 3, 99),
		.pex = true,
		.metadata = true,
		.upload_only = true,
	};
	struct ext_handshake h;
	struct buf out = {0};

	(void)state;
	ext_handshake_write(&o, &out);
	assert_int_equal(ext_handshake_parse(buf_span(&out), &h), ERR_OK);
	assert_int_equal(h.id[EXT_UT_PEX], EXT_UT_PEX + 1);
	assert_int_equal(h.id[EXT_UT_METADATA], EXT_UT_METADATA + 1);
	assert_int_equal(h.id[EXT_LT_DONTHAVE], EXT_LT_DONTHAVE + 1);
	assert_int_equal(h.id[EXT_UPLOAD_ONLY], EXT_UPLOAD_ONLY + 1);
	assert_string_equal(h.client, "bttui 0.1.0");
	assert_int_equal(h.reqq, 500);
	assert_int_equal(h.metadata_size, 12345);
	assert_int_equal(h.port, 51413);
	assert_true(addr_same_ip(&h.yourip, &o.peer));
	assert_true(h.upload_only);
	buf_free(&out);
}

static void a_private_torrent_offers_neither_pex_nor_a_port(void **state)
{
	struct ext_offer o = {.client = "b", .reqq = 1};
	struct buf out = {0};

	(void)state;
	ext_handshake_write(&o, &out);
	assert_true(span_is(buf_span(&out),
		"d1:md11:lt_donthavei3e11:upload_onlyi4ee4:reqqi1e1:v1:be"));
	buf_free(&out);
}

static void tells_an_ipv6_peer_all_16_bytes_of_its_address(void **state)
{
	static const uint8_t ip[16] = {0xfd, 0x77, [15] = 1};
	struct ext_offer o = {.peer = addr_from_ip(span_of(ip, 16), 1)};
	struct ext_handshake h;
	struct buf out = {0};

	(void)state;
	ext_handshake_write(&o, &out);
	assert_int_equal(ext_handshake_parse(buf_span(&out), &h), ERR_OK);
	assert_int_equal(h.yourip.family, ADDR_V6);
	assert_memory_equal(h.yourip.ip, ip, 16);
	buf_free(&out);
}

static void reads_the_metadata_messages_it_writes(void **state)
{
	static uint8_t data[EXT_METADATA_PIECE];
	struct utm_message out = {.kind = UTM_REQUEST, .piece = 3}, in;
	struct buf b = {0};

	(void)state;
	utm_write(&out, &b);
	assert_true(span_is(buf_span(&b), "d8:msg_typei0e5:piecei3ee"));
	assert_int_equal(utm_parse(buf_span(&b), &in), ERR_OK);
	assert_int_equal(in.kind, UTM_REQUEST);
	assert_int_equal(in.piece, 3);
	b.len = 0;

	out.kind = UTM_REJECT;
	utm_write(&out, &b);
	assert_int_equal(utm_parse(buf_span(&b), &in), ERR_OK);
	assert_int_equal(in.kind, UTM_REJECT);
	b.len = 0;

	memset(data, 'e', sizeof data);
	out = (struct utm_message){.kind = UTM_DATA,
		.piece = 1,
		.total_size = 2 * EXT_METADATA_PIECE,
		.data = span_of(data, sizeof data)};
	utm_write(&out, &b);
	assert_int_equal(utm_parse(buf_span(&b), &in), ERR_OK);
	assert_int_equal(in.kind, UTM_DATA);
	assert_int_equal(in.piece, 1);
	assert_int_equal(in.total_size, 2 * EXT_METADATA_PIECE);
	assert_true(span_equal(in.data, out.data));
	buf_free(&b);
}

static enum err parse_utm(const char *dict, size_t data_len)
{
	static uint8_t data[EXT_METADATA_PIECE + 1];
	struct utm_message m;
	struct buf b = {0};
	enum err e;

	buf_add_str(&b, dict);
	buf_add(&b, span_of(data, data_len));
	e = utm_parse(buf_span(&b), &m);
	buf_free(&b);
	return e;
}

static void metadata_blocks_agree_with_their_number_and_total(void **state)
{
	static const char last[] =
		"d8:msg_typei1e5:piecei1e10:total_sizei16394ee";
	static const char beyond[] =
		"d8:msg_typei1e5:piecei1e10:total_sizei16384ee";
	static const char lies[] =
		"d8:msg_typei1e5:piecei0e10:total_sizei1099511627776ee";
	static const char silent[] = "d8:msg_typei1e5:piecei0ee";

	(void)state;
	assert_int_equal(parse_utm(last, 10), ERR_OK);
	assert_int_equal(parse_utm(last, 9), ERR_RANGE);
	assert_int_equal(parse_utm(last, 11), ERR_RANGE);
	assert_int_equal(parse_utm(last, 0), ERR_RANGE);
	assert_int_equal(parse_utm(beyond, 10), ERR_RANGE);
	assert_int_equal(parse_utm(lies, 10), ERR_RANGE);
	assert_int_equal(parse_utm(silent, 10), ERR_OK);
	assert_int_equal(parse_utm(silent, EXT_METADATA_PIECE), ERR_OK);
	assert_int_equal(parse_utm(silent, EXT_METADATA_PIECE + 1), ERR_RANGE);
}

static void metadata_pieces_beyond_32_mib_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_utm("d8:msg_typei0e5:piecei2047ee", 0), ERR_OK);
	assert_int_equal(parse_utm("d8:msg_typei0e5:piecei2048ee", 0),
		ERR_RANGE);
	assert_int_equal(parse_utm("d8:msg_typei0e5:piecei-1ee", 0), ERR_RANGE);
	assert_int_equal(
		parse_utm("d8:msg_typei0e5:piecei9223372036854775807ee", 0),
		ERR_RANGE);
	assert_int_equal(parse_utm("d8:msg_typei0e5:piecei1125899906842624ee",
				 0),
		ERR_RANGE);
}

static void an_undefined_metadata_message_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(parse_utm("d8:msg_typei9e5:piecei0ee", 0),
		ERR_UNSUPPORTED);
	assert_int_equal(parse_utm("d8:msg_typei-1e5:piecei0ee", 0),
		ERR_UNSUPPORTED);
	assert_int_equal(parse_utm("d5:piecei0ee", 0), ERR_SYNTAX);
	assert_int_equal(parse_utm("d8:msg_typei0ee", 0), ERR_SYNTAX);
	assert_int_equal(parse_utm("le", 0), ERR_SYNTAX);
	assert_int_equal(parse_utm("", 0), ERR_SYNTAX);
}

static void a_metadata_message_over_64_kib_is_refused(void **state)
{
	uint8_t *body = mem_zero(EXT_BODY_MAX + 1);
	struct utm_message m;

	(void)state;
	assert_int_equal(utm_parse(span_of(body, EXT_BODY_MAX + 1), &m),
		ERR_LIMIT);
	mem_free(body);
}

static void a_request_may_be_followed_by_junk(void **state)
{
	(void)state;
	assert_int_equal(parse_utm("d8:msg_typei0e5:piecei0ee", 100), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_ordinary_handshake),
		cmocka_unit_test(an_empty_dictionary_says_nothing),
		cmocka_unit_test(tells_an_id_taken_back_from_one_never_named),
		cmocka_unit_test(ids_outside_a_byte_are_not_said),
		cmocka_unit_test(numbers_outside_their_range_are_not_said),
		cmocka_unit_test(clamps_only_the_queue_length),
		cmocka_unit_test(an_address_is_4_or_16_bytes),
		cmocka_unit_test(the_clients_name_is_cleaned_and_cut),
		cmocka_unit_test(refuses_what_is_no_dictionary),
		cmocka_unit_test(refuses_a_body_over_64_kib),
		cmocka_unit_test(reads_the_handshake_it_writes),
		cmocka_unit_test(
			a_private_torrent_offers_neither_pex_nor_a_port),
		cmocka_unit_test(
			tells_an_ipv6_peer_all_16_bytes_of_its_address),
		cmocka_unit_test(reads_the_metadata_messages_it_writes),
		cmocka_unit_test(
			metadata_blocks_agree_with_their_number_and_total),
		cmocka_unit_test(metadata_pieces_beyond_32_mib_are_refused),
		cmocka_unit_test(an_undefined_metadata_message_is_told_apart),
		cmocka_unit_test(a_metadata_message_over_64_kib_is_refused),
		cmocka_unit_test(a_request_may_be_followed_by_junk),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	text_set_utf8(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
