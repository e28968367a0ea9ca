#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "krpc_text.h"

static void writes_what_it_read(void **state)
{
	const struct span packets[] = {
		BYTES(QUERY("", "4:ping")),
		BYTES(QUERY("6:target20:" OTHER, "9:find_node")),
		BYTES(QUERY("6:target20:" OTHER "4:wantl2:n42:n6e",
			"9:find_node")),
		BYTES(QUERY("9:info_hash20:" OTHER, "9:get_peers")),
		BYTES(QUERY("9:info_hash20:" OTHER "6:noseedi1e6:scrapei1e"
			    "4:wantl2:n6e",
			"9:get_peers")),
		BYTES(QUERY("12:implied_porti1e9:info_hash20:" OTHER
			    "4:porti6881e4:seedi1e5:token8:aoeusnth",
			"13:announce_peer")),
		BYTES("d1:ad3:casi-9223372036854775808e2:id20:" ID "1:k32:" K32
		      "4:salt6:foobar"
		      "3:seqi9223372036854775807e3:sig64:" S64
		      "5:token1:t1:vd1:ai1eee1:q3:put1:t1:x1:y1:qe"),
		BYTES(QUERY("3:seqi0e6:target20:" OTHER, "3:get")),
		BYTES(QUERY("6:target20:" OTHER, "17:sample_infohashes")),
		BYTES("d1:ad2:id20:" ID "e1:q4:ping2:roi1e1:t4:\0\1\2\3"
		      "1:v4:LT\1\0021:y1:qe"),
		BYTES(REPLY("")),
		BYTES("d1:rde1:t2:aa1:y1:re"),
		BYTES(REPLY("5:nodes26:" OTHER PEER "6:nodes638:" OTHER PEER6
			    "5:token8:aoeusnth6:valuesl6:" PEER "18:" PEER6
			    "e")),
		BYTES("d2:ip6:" PEER "1:rd4:BFpe256:" BLOOM "4:BFsd256:" BLOOM
		      "2:id20:" ID "e1:t2:aa1:y1:re"),
		BYTES("d2:ip18:" PEER6 "1:rde1:t2:aa1:y1:re"),
		BYTES(REPLY("8:intervali300e5:nodes26:" OTHER PEER
			    "3:numi5e7:samples20:" OTHER)),
		BYTES(REPLY("8:intervali0e3:numi0e7:samples0:")),
		BYTES(REPLY("1:k32:" K32 "3:seqi-7e3:sig64:" S64
			    "5:token1:t1:v5:value")),
		BYTES("d1:eli203e14:Protocol Errore1:t2:aa1:y1:ee"),
		BYTES("d1:eli0e0:e2:ip6:" PEER "1:t2:aa1:y1:ee"),
	};
	uint8_t out[KRPC_PACKET_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof packets / sizeof packets[0]; i++) {
		struct writer w = writer_of(out, sizeof out);
		struct krpc m = parse(packets[i]);

		krpc_write(&m, &w);
		assert_false(w.full);
		assert_int_equal(w.len, packets[i].n);
		assert_memory_equal(out, packets[i].p, w.len);
	}
}

static void says_when_a_message_does_not_fit(void **state)
{
	const struct span whole =
		BYTES(QUERY("9:info_hash20:" OTHER "4:wantl2:n4e",
			"9:get_peers"));
	struct krpc m = parse(whole);
	uint8_t out[200];
	size_t cap;

	(void)state;
	for (cap = 0; cap <= whole.n; cap++) {
		struct writer w = writer_of(out, cap);

		krpc_write(&m, &w);
		assert_int_equal(w.full, cap < whole.n);
	}
}

static void every_method_has_its_name(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < (int)KRPC_METHODS; i++) {
		enum krpc_method m = (enum krpc_method)i;
		struct krpc out = {.method = m, .tid = BYTES("t")};
		enum krpc_code complaint;
		uint8_t bytes[100];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct krpc in;

		assert_true(strlen(krpc_method_name(m)) >= 3);
		krpc_write(&out, &w);
		assert_int_equal(krpc_parse(writer_span(&w), &in, &complaint),
			ERR_OK);
		assert_int_equal(in.method, m);
	}
	assert_string_equal(krpc_method_name(KRPC_UNKNOWN), "");
}

static void reads_the_contacts_that_were_written(void **state)
{
	static const struct node_id id = {{1, 2, 3}};
	struct addr a4 = addr_v4(192, 0, 2, 7, 1024);
	struct addr a6 = {.family = ADDR_V6, .port = 65535, .ip = {0x20, 1}};
	uint8_t bytes[KRPC_NODE_V4 + KRPC_NODE_V6];
	struct writer w4 = writer_of(bytes, KRPC_NODE_V4);
	struct writer w6 = writer_of(bytes + KRPC_NODE_V4, KRPC_NODE_V6);
	struct krpc_node n[2];

	(void)state;
	krpc_write_node(&w4, &id, &a4);
	krpc_write_node(&w6, &id, &a6);
	assert_false(w4.full || w6.full);
	assert_int_equal(w4.len, KRPC_NODE_V4);
	assert_int_equal(w6.len, KRPC_NODE_V6);
	assert_int_equal(krpc_read_nodes(writer_span(&w4), ADDR_V4, n, 2), 1);
	assert_true(node_id_equal(&n[0].id, &id));
	assert_true(addr_equal(&n[0].addr, &a4));
	assert_int_equal(krpc_read_nodes(writer_span(&w6), ADDR_V6, n, 2), 1);
	assert_true(node_id_equal(&n[0].id, &id));
	assert_true(addr_equal(&n[0].addr, &a6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_it_read),
		cmocka_unit_test(says_when_a_message_does_not_fit),
		cmocka_unit_test(every_method_has_its_name),
		cmocka_unit_test(reads_the_contacts_that_were_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
