/*
 * krpc_text.h - messages of the DHT as string literals.  Include after
 * cmocka.h.
 */
#ifndef TESTS_KRPC_TEXT_H
#define TESTS_KRPC_TEXT_H

#include "dht/krpc.h"

#define ID "abcdefghij0123456789"
#define OTHER "mnopqrstuvwxyz123456"
#define K32 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define S64                                                                    \
	"ssssssssssssssssssssssssssssssss"                                     \
	"SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS"
#define X16 "xxxxxxxxxxxxxxxx"
#define BLOOM X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

/* Of a query with these arguments; of a reply with these results. */
#define QUERY(args, q) "d1:ad2:id20:" ID args "e1:q" q "1:t2:aa1:y1:qe"
#define REPLY(results) "d1:rd2:id20:" ID results "e1:t2:aa1:y1:re"

#define PEER "\x7f\x00\x00\x01\x1a\xe1" /* 127.0.0.1:6881 */
#define PEER6 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x1a\xe1"

/* A literal may contain NUL. */
#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static inline struct krpc parse_complaining(struct span packet,
	enum krpc_code want)
{
	enum krpc_code complaint = KRPC_SERVER;
	struct krpc m;

	assert_int_equal(krpc_parse(packet, &m, &complaint), ERR_OK);
	assert_int_equal(complaint, want);
	return m;
}

static inline struct krpc parse(struct span packet)
{
	return parse_complaining(packet, 0);
}

#endif
