#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "krpc_text.h"

static enum err refusal(struct span packet)
{
	enum krpc_code complaint = 77;
	struct krpc m, before;
	enum err e;

	memset(&m, 0xee, sizeof m);
	memset(&before, 0xee, sizeof before);
	e = krpc_parse(packet, &m, &complaint);
	assert_int_not_equal(e, ERR_OK);
	assert_memory_equal(&m, &before, sizeof m);
	assert_int_equal(complaint, 77);
	return e;
}

static bool is_text(struct span s, const char *text)
{
	return span_is(s, text);
}

static bool is_id(const struct node_id *id, const char *text)
{
	return memcmp(id->b, text, NODE_ID_LEN) == 0;
}

/* --- what is read --------------------------------------------------------- */

static void reads_a_ping(void **state)
{
	struct krpc m = parse(BYTES(QUERY("", "4:ping")));

	(void)state;
	assert_int_equal(m.kind, KRPC_QUERY);
	assert_int_equal(m.method, KRPC_PING);
	assert_true(is_text(m.tid, "aa"));
	assert_true(m.has_id && is_id(&m.id, ID));
	assert_false(m.has_target || m.read_only || m.want4 || m.want6);
	assert_int_equal(m.external.family, ADDR_NONE);
	assert_int_equal(m.version.n, 0);
}

static void reads_a_find_node(void **state)
{
	struct krpc m = parse(BYTES(QUERY("6:target20:" OTHER, "9:find_node")));

	(void)state;
	assert_int_equal(m.method, KRPC_FIND_NODE);
	assert_true(m.has_target && is_id(&m.target, OTHER));
}

static void reads_a_get_peers_with_all_its_wishes(void **state)
{
	struct krpc m = parse(BYTES(QUERY("9:info_hash20:" OTHER
					  "6:noseedi1e6:scrapei1e"
					  "4:wantl2:n62:n4e",
		"9:get_peers")));

	(void)state;
	assert_int_equal(m.method, KRPC_GET_PEERS);
	assert_true(m.has_target && is_id(&m.target, OTHER));
	assert_true(m.want4 && m.want6 && m.scrape && m.no_seed);
}

static void reads_an_announce(void **state)
{
	struct krpc m =
		parse(BYTES(QUERY("12:implied_porti1e9:info_hash20:" OTHER
				  "4:porti6881e4:seedi1e5:token8:aoeusnth",
			"13:announce_peer")));

	(void)state;
	assert_int_equal(m.method, KRPC_ANNOUNCE);
	assert_true(m.has_target && is_id(&m.target, OTHER));
	assert_true(m.implied_port && m.seed && m.has_port);
	assert_int_equal(m.port, 6881);
	assert_true(is_text(m.token, "aoeusnth"));
}

static void reads_a_put_of_a_mutable_value(void **state)
{
	struct krpc m =
		parse(BYTES("d1:ad3:casi-1e2:id20:" ID "1:k32:" K32
			    "4:salt6:foobar"
			    "3:seqi4e3:sig64:" S64
			    "5:token1:t1:vl1:ai1eee1:q3:put1:t1:x1:y1:qe"));

	(void)state;
	assert_int_equal(m.method, KRPC_PUT);
	assert_true(is_text(m.k, K32) && is_text(m.sig, S64));
	assert_true(is_text(m.salt, "foobar") && is_text(m.v, "l1:ai1ee"));
	assert_true(m.has_seq && m.seq == 4);
	assert_true(m.has_cas && m.cas == -1);
	assert_true(is_text(m.token, "t"));
}

static void reads_a_get_and_a_sample(void **state)
{
	struct krpc get =
		parse(BYTES(QUERY("3:seqi0e6:target20:" OTHER, "3:get")));
	struct krpc sample = parse(BYTES(QUERY("6:target20:" OTHER,
		"17:sample_infohashes")));

	(void)state;
	assert_int_equal(get.method, KRPC_GET);
	assert_true(get.has_seq && get.seq == 0);
	assert_true(get.has_target && is_id(&get.target, OTHER));
	assert_int_equal(sample.method, KRPC_SAMPLE);
	assert_true(sample.has_target);
}

static void reads_what_stands_beside_a_query(void **state)
{
	struct krpc m =
		parse(BYTES("d1:ad2:id20:" ID "e2:ip6:" PEER
			    "1:q4:ping2:roi1e1:t4:\0\xff\0\0011:v4:LT\1\2"
			    "1:y1:qe"));

	(void)state;
	assert_true(m.read_only);
	assert_true(span_equal(m.tid, BYTES("\0\xff\0\1")));
	assert_true(span_equal(m.version, BYTES("LT\1\2")));
	assert_int_equal(m.external.family, ADDR_V4);
	assert_int_equal(m.external.port, 6881);
}

static void reads_a_reply_with_nodes_of_both_families(void **state)
{
	struct krpc m = parse(BYTES(REPLY("5:nodes26:" OTHER PEER
					  "6:nodes638:" OTHER PEER6)));

	(void)state;
	assert_int_equal(m.kind, KRPC_REPLY);
	assert_true(m.has_id && is_id(&m.id, ID));
	assert_true(span_equal(m.nodes, BYTES(OTHER PEER)));
	assert_true(span_equal(m.nodes6, BYTES(OTHER PEER6)));
	assert_false(m.has_samples);
	assert_int_equal(m.nvalues, 0);
}

static void reads_peers_of_both_families_in_one_list(void **state)
{
	struct krpc m = parse(BYTES(REPLY("5:token3:abc6:valuesl6:" PEER
					  "18:" PEER6 "e")));
	struct addr a = addr_v4(127, 0, 0, 1, 6881);

	(void)state;
	assert_int_equal(m.nvalues, 2);
	assert_true(addr_equal(&m.values[0], &a));
	assert_int_equal(m.values[1].family, ADDR_V6);
	assert_int_equal(m.values[1].ip[15], 1);
	assert_true(is_text(m.token, "abc"));
}

static void leaves_out_values_that_are_no_peers(void **state)
{
	struct krpc m =
		parse(BYTES(REPLY("6:valuesl6:\0\0\0\0\x1a\xe1" /* unspecified
	                                                         */
				  "6:\xe0\0\0\1\x1a\xe1"        /* multicast */
				  "6:\x7f\0\0\1\0\0"            /* no port */
				  "5:short7:toolongi5el1:yed1:ai1ee0:6:" PEER
				  "e")));

	(void)state;
	assert_int_equal(m.nvalues, 1);
	assert_int_equal(m.values[0].port, 6881);
}

static void a_mapped_address_is_an_ipv4_peer(void **state)
{
	struct krpc m =
		parse(BYTES(REPLY("6:valuesl18:"
				  "\0\0\0\0\0\0\0\0\0\0\xff\xff" PEER "e")));

	(void)state;
	assert_int_equal(m.nvalues, 1);
	assert_int_equal(m.values[0].family, ADDR_V4);
}

static void reads_the_filters_of_a_scrape(void **state)
{
	struct krpc m = parse(BYTES("d1:rd4:BFpe256:" BLOOM "4:BFsd256:" BLOOM
				    "2:id20:" ID "e1:t2:aa1:y1:re"));

	(void)state;
	assert_int_equal(m.bloom_peers.n, KRPC_BLOOM_LEN);
	assert_int_equal(m.bloom_seeds.n, KRPC_BLOOM_LEN);
	assert_true(m.bloom_peers.p < m.bloom_seeds.p);
}

static void reads_samples_also_when_there_are_none(void **state)
{
	struct krpc m =
		parse(BYTES(REPLY("8:intervali300e3:numi5e7:samples40:" OTHER
				OTHER)));
	struct krpc none = parse(BYTES(REPLY("7:samples0:")));

	(void)state;
	assert_true(m.has_samples);
	assert_int_equal(m.samples.n, 2 * NODE_ID_LEN);
	assert_int_equal(m.interval_s, 300);
	assert_int_equal(m.num, 5);
	assert_true(none.has_samples);
	assert_int_equal(none.samples.n, 0);
}

static void reads_an_error(void **state)
{
	struct krpc m = parse(BYTES("d1:eli201e7:generice1:t2:aa1:y1:ee"));

	(void)state;
	assert_int_equal(m.kind, KRPC_ERROR);
	assert_int_equal(m.code, KRPC_GENERIC);
	assert_true(is_text(m.text, "generic"));
	assert_false(m.has_id);
}

static void an_error_of_other_parts_has_neither_code_nor_text(void **state)
{
	struct krpc empty = parse(BYTES("d1:ele1:t2:aa1:y1:ee"));
	struct krpc junk = parse(BYTES("d1:el1:xi5ee1:t2:aa1:y1:ee"));
	struct krpc half = parse(BYTES("d1:eli204ee1:t2:aa1:y1:ee"));

	(void)state;
	assert_true(empty.code == 0 && empty.text.n == 0);
	assert_true(junk.code == 0 && junk.text.n == 0);
	assert_true(half.code == 204 && half.text.n == 0);
}

static void the_external_address_has_6_or_18_bytes(void **state)
{
	struct krpc six = parse(BYTES("d2:ip18:" PEER6 "1:rde1:t2:aa1:y1:re"));
	struct krpc junk = parse(BYTES("d2:ip3:abc1:rde1:t2:aa1:y1:re"));
	struct krpc bare = parse(BYTES("d2:ip4:abcd1:rde1:t2:aa1:y1:re"));

	(void)state;
	assert_int_equal(six.external.family, ADDR_V6);
	assert_int_equal(six.external.port, 6881);
	assert_int_equal(junk.external.family, ADDR_NONE);
	assert_int_equal(bare.external.family, ADDR_NONE);
}

/* --- tolerance ------------------------------------------------------------ */

static void the_order_of_keys_does_not_matter(void **state)
{
	struct krpc m = parse(BYTES("d1:y1:q1:v2:XX1:t2:aa2:roi1e1:q9:get_"
				    "peers1:ad4:wantl2:n4e"
				    "9:info_hash20:" OTHER "2:id20:" ID "ee"));

	(void)state;
	assert_int_equal(m.method, KRPC_GET_PEERS);
	assert_true(m.has_id && is_id(&m.id, ID));
	assert_true(m.has_target && m.want4 && m.read_only);
	assert_true(is_text(m.version, "XX"));
}

static void of_equal_keys_the_first_counts(void **state)
{
	struct krpc m = parse(BYTES("d1:ad2:id20:" ID "2:id20:" OTHER
				    "e1:ade1:q4:ping1:q3:get1:t2:aa1:t2:bb1:y1:"
				    "q1:y1:re"));
	/* Also when the first is of no use. */
	struct krpc bad = parse_complaining(BYTES("d1:ad2:idi5e2:id20:" ID
						  "e1:q4:ping1:t1:a1:y1:qe"),
		KRPC_PROTOCOL);

	(void)state;
	assert_true(is_id(&m.id, ID));
	assert_int_equal(m.method, KRPC_PING);
	assert_true(is_text(m.tid, "aa"));
	assert_false(bad.has_id);
}

static void unknown_keys_are_ignored(void **state)
{
	struct krpc m = parse(BYTES("d1:Ai1e1:ad1:Bd1:xlee2:id20:" ID
				    "3:idxi2e5:tokedle"
				    "e2:aa0:1:q4:ping1:t2:aa1:y1:q1:zi5ee"));
	struct krpc odd = parse(BYTES(REPLY("0:i1e5:nodeti1e6:nodes7le")));

	(void)state;
	assert_true(is_id(&m.id, ID));
	assert_int_equal(m.token.n, 0);
	assert_int_equal(odd.nodes.n + odd.nodes6.n, 0);
}

static void values_of_wrong_types_count_as_absent(void **state)
{
	struct krpc m = parse(BYTES("d2:ipi5e1:rd4:BFpei1e4:BFsdle2:id20:" ID
				    "8:interval1:x1:kle5:nodesle6:nodes6i0e3:"
				    "num1:x7:samplesi1e"
				    "3:seq1:x3:sigi1e5:tokeni5e6:values6:" PEER
				    "e2:ro1:11:t2:aa1:vi5e1:y1:re"));

	(void)state;
	assert_int_equal(m.external.family, ADDR_NONE);
	assert_int_equal(m.bloom_peers.n + m.bloom_seeds.n, 0);
	assert_int_equal(m.nodes.n + m.nodes6.n, 0);
	assert_int_equal(m.k.n + m.sig.n + m.token.n + m.version.n, 0);
	assert_true(m.interval_s == 0 && m.num == 0);
	assert_false(m.has_samples || m.has_seq || m.read_only);
	assert_int_equal(m.nvalues, 0);
}

static void strings_of_wrong_lengths_count_as_absent(void **state)
{
	struct krpc m = parse(BYTES(
		"d1:rd4:BFpe3:abc4:BFsd4:abcd2:id19:abcdefghij012345678"
		"1:k3:abc5:nodes25:abcdefghijklmnopqrstuvwxy6:nodes626:" OTHER
			PEER "7:samples19:abcdefghij0123456783:sig3:abce"
		"1:t2:aa1:y1:re"));

	(void)state;
	assert_false(m.has_id);
	assert_int_equal(m.bloom_peers.n + m.bloom_seeds.n, 0);
	assert_int_equal(m.nodes.n + m.nodes6.n, 0);
	assert_int_equal(m.k.n + m.sig.n, 0);
	assert_false(m.has_samples);
	assert_int_equal(m.samples.n, 0);
}

static void numbers_out_of_range_count_as_absent(void **state)
{
	struct krpc m = parse(BYTES(REPLY("8:intervali-1e3:numi4294967296e7:"
					  "samples0:")));
	struct krpc big = parse(BYTES(REPLY("3:numi4294967295e")));

	(void)state;
	assert_true(m.interval_s == 0 && m.num == 0);
	assert_int_equal(big.num, UINT32_MAX);
}

static void only_the_number_1_is_a_wish_of_bep_33(void **state)
{
	struct krpc m = parse(BYTES(QUERY("9:info_hash20:" OTHER
					  "6:noseedi2e6:scrapei-1e"
					  "4:seedi0e",
		"9:get_peers")));

	(void)state;
	assert_false(m.no_seed || m.scrape || m.seed);
}

static void any_number_but_0_is_an_implied_port(void **state)
{
#define ANNOUNCE(implied)                                                      \
	QUERY("12:implied_port" implied "9:info_hash20:" OTHER                 \
	      "4:porti70000e5:token1:t",                                       \
		"13:announce_peer")
	struct krpc m = parse(BYTES(ANNOUNCE("i7e")));

	(void)state;
	assert_true(m.implied_port);
	assert_false(m.has_port); /* and not cut to 16 bits */
	parse_complaining(BYTES(ANNOUNCE("i0e")), KRPC_PROTOCOL);
	parse_complaining(BYTES(ANNOUNCE("1:1")), KRPC_PROTOCOL);
#undef ANNOUNCE
}

static void unknown_wants_are_ignored(void **state)
{
	struct krpc m =
		parse(BYTES(QUERY("6:target20:" OTHER "4:wantl2:n5i4ele2:n6e",
			"9:find_node")));
	struct krpc text = parse(BYTES(QUERY("6:target20:" OTHER "4:want2:n4",
		"9:find_node")));
	struct krpc dict =
		parse(BYTES(QUERY("6:target20:" OTHER "4:wantd2:n42:n6e",
			"9:find_node")));

	(void)state;
	assert_true(!m.want4 && m.want6);
	assert_true(!text.want4 && !text.want6);
	assert_true(!dict.want4 && !dict.want6);
}

/* --- complaints ----------------------------------------------------------- */

static void an_unknown_method_is_error_204(void **state)
{
	struct krpc m =
		parse_complaining(BYTES(QUERY("6:target20:" OTHER, "4:vote")),
			KRPC_NO_METHOD);
	struct krpc hash = parse_complaining(BYTES(QUERY("9:info_hash20:" OTHER,
						     "5:pings")),
		KRPC_NO_METHOD);
	struct krpc empty =
		parse_complaining(BYTES(QUERY("", "0:")), KRPC_NO_METHOD);

	(void)state;
	assert_int_equal(m.method, KRPC_UNKNOWN);
	assert_true(is_text(m.tid, "aa"));
	assert_true(m.has_target && is_id(&m.target, OTHER));
	assert_true(hash.has_target && is_id(&hash.target, OTHER));
	assert_false(empty.has_target);
}

static void a_query_without_its_name_is_error_203(void **state)
{
	struct krpc m =
		parse_complaining(BYTES("d1:ad2:id20:" ID "e1:t2:aa1:y1:qe"),
			KRPC_PROTOCOL);

	(void)state;
	assert_int_equal(m.kind, KRPC_QUERY);
	assert_int_equal(m.method, KRPC_UNKNOWN);
	parse_complaining(BYTES("d1:ad2:id20:" ID "e1:qi5e1:t2:aa1:y1:qe"),
		KRPC_PROTOCOL);
}

static void what_a_method_needs_is_asked_for(void **state)
{
	static const char *const bad[] = {
		/* a */
		"d1:q4:ping1:t2:aa1:y1:qe",
		"d1:ali1ee1:q4:ping1:t2:aa1:y1:qe",
		"d1:a0:1:q4:ping1:t2:aa1:y1:qe",
		/* id */
		"d1:ade1:q4:ping1:t2:aa1:y1:qe",
		"d1:ad2:idi5ee1:q4:ping1:t2:aa1:y1:qe",
		"d1:ad2:id4:abcde1:q4:ping1:t2:aa1:y1:qe",
		"d1:ad2:id21:" ID "xe1:q4:ping1:t2:aa1:y1:qe",
		/* target and info_hash */
		QUERY("", "9:find_node"),
		QUERY("6:target19:mnopqrstuvwxyz12345", "9:find_node"),
		QUERY("9:info_hash20:" OTHER, "9:find_node"),
		QUERY("", "9:get_peers"),
		QUERY("9:info_hashi5e", "9:get_peers"),
		QUERY("6:target20:" OTHER, "9:get_peers"),
		QUERY("", "3:get"),
		QUERY("", "17:sample_infohashes"),
		QUERY("4:porti1e5:token1:t", "13:announce_peer"),
		/* token */
		QUERY("9:info_hash20:" OTHER "4:porti1e", "13:announce_peer"),
		QUERY("9:info_hash20:" OTHER "4:porti1e5:token0:",
			"13:announce_peer"),
		QUERY("1:v1:v", "3:put"),
		/* port */
		QUERY("9:info_hash20:" OTHER "5:token1:t", "13:announce_peer"),
		QUERY("9:info_hash20:" OTHER "4:porti0e5:token1:t",
			"13:announce_peer"),
		QUERY("9:info_hash20:" OTHER "4:porti65536e5:token1:t",
			"13:announce_peer"),
		QUERY("9:info_hash20:" OTHER "4:porti-1e5:token1:t",
			"13:announce_peer"),
		/* v, and what belongs together */
		QUERY("5:token1:t", "3:put"),
		QUERY("1:k32:" K32 "5:token1:t1:v1:v", "3:put"),
		QUERY("3:sig64:" S64 "5:token1:t1:v1:v", "3:put"),
		QUERY("3:seqi1e5:token1:t1:v1:v", "3:put"),
		QUERY("1:k32:" K32 "3:sig64:" S64 "5:token1:t1:v1:v", "3:put"),
		QUERY("1:k31:kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk3:seqi1e3:"
		      "sig64:" S64 "5:token1:t1:v1:v",
			"3:put"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct krpc m =
			parse_complaining(span_str(bad[i]), KRPC_PROTOCOL);

		assert_int_equal(m.kind, KRPC_QUERY);
		assert_true(m.method < KRPC_METHODS);
		assert_true(is_text(m.tid, "aa"));
	}
}

/* --- limits --------------------------------------------------------------- */

static void what_is_no_message_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"d",
		"de",
		"le",
		"i5e",
		"4:spam",
		"\xff\xfe",
		"d1:ad2:id20:" ID "e1:q4:ping1:t2:aa1:y1:q", /* cut */
		QUERY("", "4:ping") "x",
		QUERY("", "4:ping") QUERY("", "4:ping"),
		"d1:ad2:id99999999999:" ID "e1:q4:ping1:t2:aa1:y1:qe",
		"d1:ad4:porti99999999999999999999ee1:q4:ping1:t1:a1:y1:qe",
		/* y */
		"d1:ad2:id20:" ID "e1:q4:ping1:t2:aae",
		"d1:t2:aa1:y1:ze",
		"d1:t2:aa1:y0:e",
		"d1:t2:aa1:y2:qqe",
		"d1:t2:aa1:yi5ee",
		/* t */
		"d1:ad2:id20:" ID "e1:q4:ping1:y1:qe",
		"d1:ad2:id20:" ID "e1:q4:ping1:t0:1:y1:qe",
		"d1:ad2:id20:" ID "e1:q4:ping1:ti5e1:y1:qe",
		/* r and e */
		"d1:t2:aa1:y1:re",
		"d1:rle1:t2:aa1:y1:re",
		"d1:t2:aa1:y1:ee",
		"d1:ed1:ai1ee1:t2:aa1:y1:ee",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(refusal(span_str(bad[i])), ERR_SYNTAX);
	assert_int_equal(refusal(span_of(NULL, 0)), ERR_SYNTAX);
}

static void each_cut_of_a_message_is_refused(void **state)
{
	const struct span whole =
		BYTES(QUERY("9:info_hash20:" OTHER "4:wantl2:n4e",
			"9:get_peers"));
	size_t n;

	(void)state;
	for (n = 0; n < whole.n; n++)
		assert_int_equal(refusal(span_of(whole.p, n)), ERR_SYNTAX);
}

/* A ping whose transaction id has n bytes. */
static struct span ping_with_tid(char *out, size_t size, size_t n)
{
	int len = snprintf(out, size,
		"d1:ad2:id20:" ID "e1:q4:ping1:t%zu:%0*d1:y1:qe", n, (int)n, 0);

	assert_true(len > 0 && (size_t)len < size);
	return span_of(out, (size_t)len);
}

static void a_long_transaction_id_is_refused(void **state)
{
	char text[200];
	struct krpc m = parse(ping_with_tid(text, sizeof text, KRPC_TID_MAX));

	(void)state;
	assert_int_equal(m.tid.n, KRPC_TID_MAX);
	assert_int_equal(refusal(ping_with_tid(text, sizeof text,
				 KRPC_TID_MAX + 1)),
		ERR_LIMIT);
}

static void a_long_token_counts_as_absent(void **state)
{
	char text[300];
	size_t n;

	(void)state;
	for (n = KRPC_TOKEN_MAX; n <= KRPC_TOKEN_MAX + 1; n++) {
		int len = snprintf(text, sizeof text,
			"d1:rd2:id20:" ID "5:token%zu:%0*de1:t1:a1:y1:re", n,
			(int)n, 0);
		struct krpc m = parse(span_of(text, (size_t)len));

		assert_int_equal(m.token.n, n <= KRPC_TOKEN_MAX ? n : 0);
	}
}

static void a_long_datagram_is_refused(void **state)
{
	static char text[KRPC_READ_MAX + 2];
	/* All that is left of the limit goes to the version. */
	size_t fixed = strlen("d1:rde1:t2:aa1:v1984:1:y1:re");
	size_t n = KRPC_READ_MAX - fixed;
	int len = snprintf(text, sizeof text, "d1:rde1:t2:aa1:v%zu:%0*d1:y1:re",
		n, (int)n, 0);
	struct krpc m;

	(void)state;
	assert_int_equal(len, KRPC_READ_MAX);
	m = parse(span_of(text, (size_t)len));
	assert_int_equal(m.version.n, n);
	assert_int_equal(refusal(span_of(text, KRPC_READ_MAX + 1)), ERR_LIMIT);
}

static void the_most_tokens_that_fit_a_datagram_are_read(void **state)
{
	static char text[KRPC_READ_MAX];
	struct writer w = writer_of(text, sizeof text);

	(void)state;
	write_str(&w, "d1:rd6:valuesl");
	while (w.len + 40 < sizeof text)
		write_str(&w, "le");
	write_str(&w, "ee1:t2:aa1:y1:re");
	parse(writer_span(&w));
}

static void deep_nesting_is_refused(void **state)
{
	char text[KRPC_READ_MAX];
	struct writer w = writer_of(text, sizeof text);
	int i;

	(void)state;
	write_str(&w, "d1:a");
	for (i = 0; i < 700; i++)
		write_u8(&w, 'l');
	for (i = 0; i < 700; i++)
		write_u8(&w, 'e');
	write_str(&w, "1:q4:ping1:t2:aa1:y1:qe");
	assert_int_equal(refusal(writer_span(&w)), ERR_SYNTAX);
}

static void no_more_values_than_a_hundred_are_taken(void **state)
{
	char text[KRPC_READ_MAX];
	struct writer w = writer_of(text, sizeof text);
	struct krpc m;
	int i;

	(void)state;
	write_str(&w, "d1:rd6:valuesl");
	for (i = 0; i < 200; i++)
		write_span(&w, BYTES("6:" PEER));
	write_str(&w, "ee1:t2:aa1:y1:re");
	m = parse(writer_span(&w));
	assert_int_equal(m.nvalues, KRPC_VALUES_MAX);
}

/* --- contacts ------------------------------------------------------------- */

static size_t contacts4(struct span list)
{
	struct krpc_node n[8];

	return krpc_read_nodes(list, ADDR_V4, n, 8);
}

static void contacts_nobody_should_ask_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(contacts4(BYTES(ID PEER)), 1);
	assert_int_equal(contacts4(BYTES(ID "\0\0\0\0\x1a\xe1")), 0);
	assert_int_equal(contacts4(BYTES(ID "\xff\xff\xff\xff\x1a\xe1")), 0);
	assert_int_equal(contacts4(BYTES(ID "\xe0\0\0\1\x1a\xe1")), 0);
	assert_int_equal(contacts4(BYTES(ID "\x7f\0\0\1\0\0")), 0);
	/* Ports of servers of another kind. */
	assert_int_equal(contacts4(BYTES(ID "\x7f\0\0\1\0\x35")), 0);
	assert_int_equal(contacts4(BYTES(ID "\x7f\0\0\1\3\xff")), 0);
	assert_int_equal(contacts4(BYTES(ID "\x7f\0\0\1\4\0")), 1);
	/* Those before and behind are read. */
	assert_int_equal(contacts4(BYTES(ID PEER ID "\0\0\0\0\0\0" ID PEER)),
		2);
}

static void an_ipv4_contact_is_none_of_the_other_table(void **state)
{
	struct krpc_node n[2];

	(void)state;
	assert_int_equal(krpc_read_nodes(BYTES(ID "\0\0\0\0\0\0\0\0\0\0\xff"
						  "\xff" PEER),
				 ADDR_V6, n, 2),
		0);
}

static void reads_no_more_contacts_than_asked_for(void **state)
{
	struct krpc_node n[2];

	(void)state;
	assert_int_equal(krpc_read_nodes(BYTES(ID PEER ID PEER ID PEER),
				 ADDR_V4, n, 2),
		2);
	assert_int_equal(krpc_read_nodes(BYTES(ID PEER), ADDR_V4, n, 0), 0);
	assert_int_equal(krpc_read_nodes(span_of(NULL, 0), ADDR_V4, n, 2), 0);
	/* Half a contact is none. */
	assert_int_equal(contacts4(BYTES(ID PEER "xxxxx")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_ping),
		cmocka_unit_test(reads_a_find_node),
		cmocka_unit_test(reads_a_get_peers_with_all_its_wishes),
		cmocka_unit_test(reads_an_announce),
		cmocka_unit_test(reads_a_put_of_a_mutable_value),
		cmocka_unit_test(reads_a_get_and_a_sample),
		cmocka_unit_test(reads_what_stands_beside_a_query),
		cmocka_unit_test(reads_a_reply_with_nodes_of_both_families),
		cmocka_unit_test(reads_peers_of_both_families_in_one_list),
		cmocka_unit_test(leaves_out_values_that_are_no_peers),
		cmocka_unit_test(a_mapped_address_is_an_ipv4_peer),
		cmocka_unit_test(reads_the_filters_of_a_scrape),
		cmocka_unit_test(reads_samples_also_when_there_are_none),
		cmocka_unit_test(reads_an_error),
		cmocka_unit_test(
			an_error_of_other_parts_has_neither_code_nor_text),
		cmocka_unit_test(the_external_address_has_6_or_18_bytes),
		cmocka_unit_test(the_order_of_keys_does_not_matter),
		cmocka_unit_test(of_equal_keys_the_first_counts),
		cmocka_unit_test(unknown_keys_are_ignored),
		cmocka_unit_test(values_of_wrong_types_count_as_absent),
		cmocka_unit_test(strings_of_wrong_lengths_count_as_absent),
		cmocka_unit_test(numbers_out_of_range_count_as_absent),
		cmocka_unit_test(only_the_number_1_is_a_wish_of_bep_33),
		cmocka_unit_test(any_number_but_0_is_an_implied_port),
		cmocka_unit_test(unknown_wants_are_ignored),
		cmocka_unit_test(an_unknown_method_is_error_204),
		cmocka_unit_test(a_query_without_its_name_is_error_203),
		cmocka_unit_test(what_a_method_needs_is_asked_for),
		cmocka_unit_test(what_is_no_message_is_refused),
		cmocka_unit_test(each_cut_of_a_message_is_refused),
		cmocka_unit_test(a_long_transaction_id_is_refused),
		cmocka_unit_test(a_long_token_counts_as_absent),
		cmocka_unit_test(a_long_datagram_is_refused),
		cmocka_unit_test(the_most_tokens_that_fit_a_datagram_are_read),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(no_more_values_than_a_hundred_are_taken),
		cmocka_unit_test(contacts_nobody_should_ask_are_left_out),
		cmocka_unit_test(an_ipv4_contact_is_none_of_the_other_table),
		cmocka_unit_test(reads_no_more_contacts_than_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
