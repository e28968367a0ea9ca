/*
 * krpc_bench.c - how many messages of the DHT one core reads and writes.
 *
 * The query is the most common one of a live network, get_peers; the answer
 * to it has a token, eight contacts and fifty peers.  The last line is what a
 * node does for each query apart from finding what to answer: read it, make a
 * token, write the answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dht/krpc.h"
#include "dht/token.h"

#define SECONDS 0.5
#define ROUND 1000u
#define PEERS 50u
#define CONTACTS 8u

struct bench {
	struct krpc query, answer;
	uint8_t query_bytes[KRPC_PACKET_MAX], answer_bytes[KRPC_PACKET_MAX];
	struct span query_packet, answer_packet;
	uint8_t nodes[CONTACTS * KRPC_NODE_V4];
	uint8_t token[TOKEN_LEN];
	struct token_jar jar;
	struct addr asker;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct span put(const struct krpc *m, uint8_t *bytes)
{
	struct writer w = writer_of(bytes, KRPC_PACKET_MAX);

	krpc_write(m, &w);
	if (w.full)
		abort();
	return writer_span(&w);
}

static void get(struct span packet, struct krpc *m)
{
	enum krpc_code complaint;

	if (krpc_parse(packet, m, &complaint) != ERR_OK || complaint != 0)
		abort();
}

static void make_query(struct bench *b)
{
	b->query = (struct krpc){
		.kind = KRPC_QUERY,
		.method = KRPC_GET_PEERS,
		.tid = span_str("abcd"),
		.version = span_str("XX00"),
		.has_id = true,
		.id = {{1}},
		.has_target = true,
		.target = {{2}},
		.want4 = true,
	};
	b->query_packet = put(&b->query, b->query_bytes);
}

static void make_answer(struct bench *b)
{
	struct writer w = writer_of(b->nodes, sizeof b->nodes);
	struct krpc *m = &b->answer;

	for (uint8_t i = 0; i < CONTACTS; i++) {
		struct node_id id = {{i}};
		struct addr a = addr_v4(192, 0, 2, i, 6881);

		krpc_write_node(&w, &id, &a);
	}
	*m = (struct krpc){
		.kind = KRPC_REPLY,
		.tid = span_str("abcd"),
		.version = span_str("XX00"),
		.external = b->asker,
		.has_id = true,
		.id = {{3}},
		.token = span_of(b->token, sizeof b->token),
		.nodes = writer_span(&w),
		.nvalues = PEERS,
	};
	for (uint8_t i = 0; i < PEERS; i++)
		m->values[i] = addr_v4(198, 51, 100, i, 6881);
	b->answer_packet = put(m, b->answer_bytes);
}

static void read_query(struct bench *b)
{
	struct krpc m;

	get(b->query_packet, &m);
}

static void read_answer(struct bench *b)
{
	struct krpc m;

	get(b->answer_packet, &m);
}

static void write_query(struct bench *b)
{
	put(&b->query, b->query_bytes);
}

static void write_answer(struct bench *b)
{
	put(&b->answer, b->answer_bytes);
}

static void answer_query(struct bench *b)
{
	struct krpc m;

	get(b->query_packet, &m);
	token_make(&b->jar, &b->asker, &m.target, b->token);
	b->answer.tid = m.tid;
	put(&b->answer, b->answer_bytes);
}

static void measure(struct bench *b, const char *name,
	void (*once)(struct bench *b))
{
	double begin = now_s(), end;
	uint64_t n = 0;

	do {
		for (unsigned i = 0; i < ROUND; i++)
			once(b);
		n += ROUND;
		end = now_s();
	} while (end - begin < SECONDS);
	printf("krpc_%s_per_s %.0f\n", name, (double)n / (end - begin));
}

int main(void)
{
	static const uint8_t secret[16] = {1};
	static struct bench b;

	b.asker = addr_v4(203, 0, 113, 5, 6881);
	token_jar_init(&b.jar, secret, 0);
	make_query(&b);
	make_answer(&b);
	measure(&b, "read_query", read_query);
	measure(&b, "read_answer", read_answer);
	measure(&b, "write_query", write_query);
	measure(&b, "write_answer", write_answer);
	measure(&b, "answer_query", answer_query);
	return 0;
}
