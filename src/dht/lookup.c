/*
 * lookup.c - see lookup.h; whom is asked, what became of it, what came of it.
 * Who the candidates are is lookup_names.c, who of them has to answer
 * lookup_front.c.
 */
#include "dht/lookup.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dht/lookup_priv.h"

#define MEMORY_MAX (24u << 10)

static_assert(sizeof(struct lookup) <= MEMORY_MAX, "a lookup is too large");
static_assert(LOOKUP_ASKED_MAX < LOOKUP_OURSELVES, "a query needs a name");
static_assert(KRPC_TOKEN_MAX <= UINT8_MAX, "the length of a token");

struct lookup *lookup_new(const struct node_id *target, enum addr_family family)
{
	struct lookup *l = (struct lookup *)mem_zero(sizeof *l);

	l->target = *target;
	l->family = family;
	return l;
}

void lookup_free(struct lookup *l)
{
	mem_free(l);
}

const struct node_id *lookup_target(const struct lookup *l)
{
	return &l->target;
}

static void add_start(struct lookup *l, const struct addr *a)
{
	if (l->nstarts < LOOKUP_STARTS_MAX && lookup_is_usable(l, a))
		l->starts[l->nstarts++] = *a;
}

void lookup_add(struct lookup *l, const struct node_id *id,
	const struct addr *a)
{
	if (id)
		lookup_name(l, id, a, LOOKUP_OURSELVES);
	else
		add_start(l, a);
}

/* --- asking ----------------------------------------------------------- */

/* Its namers answer for it. */
static void blame(struct lookup *l, const struct query *q, int answered,
	int silent)
{
	for (size_t i = 0; i < LOOKUP_NAMERS; i++) {
		struct query *namer;

		if (q->namer[i] >= LOOKUP_ASKED_MAX)
			continue;
		namer = &l->queries[q->namer[i]];
		namer->answered = (uint8_t)(namer->answered + answered);
		namer->silent = (uint8_t)(namer->silent + silent);
	}
}

static struct query *add_query(struct lookup *l, const struct addr *a)
{
	struct query *q = &l->queries[l->nqueries++];

	*q = (struct query){
		.addr = *a,
		.namer = {LOOKUP_OURSELVES, LOOKUP_NOBODY},
		.state = QUERY_OPEN,
		.tries = 1,
		.flying = 1,
	};
	l->open++;
	return q;
}

/* Who it is it will say itself, whatever others named there. */
static void ask_start(struct lookup *l, const struct addr *a)
{
	struct candidate *c = lookup_candidate_at(l, a);

	if (c)
		lookup_remove(l, c);
	add_query(l, a);
}

static bool next_start(struct lookup *l, struct addr *a)
{
	while (l->nstarts > 0) {
		*a = l->starts[0];
		l->nstarts--;
		memmove(&l->starts[0], &l->starts[1],
			l->nstarts * sizeof l->starts[0]);
		if (!lookup_query_to(l, a) && !lookup_is_crowded(l, a)) {
			ask_start(l, a);
			return true;
		}
	}
	return false;
}

static void ask(struct lookup *l, struct candidate *c)
{
	struct query *q = add_query(l, &c->addr);

	memcpy(q->namer, c->namer, sizeof q->namer);
	c->query = lookup_query_name(l, q);
}

/* NULL: nobody now. */
static const struct candidate *choose(struct lookup *l, struct front *f)
{
	const struct candidate *c;

	lookup_find_front(l, f);
	c = lookup_choose(l, f);
	if (c || l->is_hasty || !f->all_replied || !lookup_waits_for_starts(l))
		return c;
	l->is_hasty = true;
	lookup_find_front(l, f);
	return lookup_choose(l, f);
}

/* Until it is late once more it is in flight as it was the first time. */
static bool next_again(struct lookup *l, const struct front *f,
	struct node_id *id, struct addr *a)
{
	const struct candidate *c = lookup_choose_again(l, f);
	struct query *q;

	if (!c)
		return false;
	q = &l->queries[c->query];
	q->tries++;
	q->flying++;
	q->state = QUERY_OPEN;
	blame(l, q, 0, -1);
	l->again++;
	l->late--;
	l->open++;
	*id = c->id;
	*a = c->addr;
	return true;
}

bool lookup_next(struct lookup *l, struct node_id *id, struct addr *a)
{
	const struct candidate *c;
	struct front f;

	if (l->open >= LOOKUP_OPEN_MAX || l->nqueries == LOOKUP_ASKED_MAX)
		return false;
	if (next_start(l, a)) {
		*id = (struct node_id){{0}};
		return true;
	}
	c = choose(l, &f);
	if (!c)
		return next_again(l, &f, id, a);
	l->verified += c->is_verified;
	l->unverified += !c->is_verified;
	l->chain += !c->is_verified && f.verified_replied;
	*id = c->id;
	*a = c->addr;
	ask(l, lookup_candidate_at(l, a));
	return true;
}

bool lookup_is_done(const struct lookup *l)
{
	struct front f;

	if (l->nqueries == LOOKUP_ASKED_MAX)
		return l->open == 0;
	if (l->nstarts > 0)
		return false;
	lookup_find_front(l, &f);
	if (!f.all_replied || lookup_waits_for_starts(l) ||
		lookup_choose_again(l, &f))
		return false;
	return f.n >= LOOKUP_K || l->open + l->late == 0;
}

/* --- what became of it ------------------------------------------------ */

static bool is_in_flight(const struct query *q)
{
	return q && (q->state == QUERY_OPEN || q->state == QUERY_LATE);
}

static void land(struct lookup *l, struct query *q, bool has_answered)
{
	if (q->state == QUERY_LATE) {
		l->late--;
		blame(l, q, 0, -1);
	} else {
		l->open--;
	}
	q->state = has_answered ? QUERY_REPLIED : QUERY_FAILED;
	l->replied += has_answered;
	l->failed += !has_answered;
	blame(l, q, has_answered, !has_answered);
}

void lookup_late(struct lookup *l, const struct addr *a)
{
	struct query *q = lookup_query_to(l, a);

	if (!q || q->state != QUERY_OPEN)
		return;
	q->state = QUERY_LATE;
	l->open--;
	l->late++;
	blame(l, q, 0, 1);
}

void lookup_failed(struct lookup *l, const struct addr *a)
{
	struct query *q = lookup_query_to(l, a);
	struct candidate *c = lookup_candidate_at(l, a);

	if (!is_in_flight(q))
		return;
	/* The other one of two may still be answered. */
	if (--q->flying > 0) {
		lookup_late(l, a);
		return;
	}
	land(l, q, false);
	if (c)
		lookup_remove(l, c);
}

static void keep_token(struct candidate *c, struct span token)
{
	if (token.n == 0 || token.n > sizeof c->token)
		return;
	memcpy(c->token, token.p, token.n);
	c->token_len = (uint8_t)token.n;
}

void lookup_replied(struct lookup *l, const struct addr *from,
	const struct node_id *id, struct span token,
	const struct krpc_node *nodes, size_t n)
{
	struct query *q = lookup_query_to(l, from);
	struct candidate *c = lookup_candidate_at(l, from);

	if (!is_in_flight(q))
		return;
	if (c && !node_id_equal(&c->id, id)) {
		q->flying = 1; /* another answer would be no better */
		lookup_failed(l, from);
		return;
	}
	land(l, q, true);
	/* A bootstrap host, or one that made room for others meanwhile. */
	if (!c)
		c = lookup_found_out(l, q, id);
	if (c)
		keep_token(c, token);
	lookup_take_nodes(l, q, nodes, n);
}

/* --- what came of it -------------------------------------------------- */

struct chosen {
	const struct candidate *at[LOOKUP_RESULT_MAX];
	size_t n;
};

/* Late answers can make two of one IP. */
static bool is_crowding(const struct chosen *r, const struct candidate *c)
{
	size_t ip = 0, net = 0;

	if (addr_is_local(&c->addr))
		return false;
	for (size_t i = 0; i < r->n; i++) {
		ip += addr_same_ip(&c->addr, &r->at[i]->addr);
		net += addr_same_net(&c->addr, &r->at[i]->addr);
	}
	return ip >= LOOKUP_IP_MAX || net >= LOOKUP_NET_MAX;
}

/* Up to `most` that answered, of the `among` closest candidates. */
static void choose_replied(const struct lookup *l, bool verified, size_t most,
	size_t among, struct chosen *out)
{
	size_t n = 0;

	for (size_t i = 0; i < among && n < most; i++) {
		const struct candidate *c = &l->candidates[i];

		if (c->is_verified != verified ||
			lookup_state(l, c) != QUERY_REPLIED ||
			is_crowding(out, c))
			continue;
		out->at[out->n++] = c;
		n++;
	}
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static struct chosen choose_result(const struct lookup *l, size_t max)
{
	size_t most = smaller(max, LOOKUP_K), among = l->ncandidates, others;
	struct chosen r = {.n = 0};

	choose_replied(l, true, most, among, &r);
	if (r.n < most) {
		others = smaller(max - r.n, LOOKUP_K);
		others = smaller(others, LOOKUP_RESULT_MAX - r.n);
	} else {
		others = smaller(max - r.n, LOOKUP_UNVERIFIED);
		if (r.n > 0)
			among = (size_t)(r.at[r.n - 1] - l->candidates);
	}
	choose_replied(l, false, others, among, &r);
	return r;
}

static void put_node(struct lookup_node *out, const struct candidate *c)
{
	*out = (struct lookup_node){
		.id = c->id,
		.addr = c->addr,
		.token_len = c->token_len,
	};
	memcpy(out->token, c->token, c->token_len);
}

size_t lookup_result(const struct lookup *l, struct lookup_node *out,
	size_t max)
{
	struct chosen r = choose_result(l, max);

	/* Candidates lie in order, so their places say who is closer. */
	for (size_t i = 0; i < r.n; i++) {
		size_t rank = 0;

		for (size_t j = 0; j < r.n; j++)
			rank += r.at[j] < r.at[i];
		put_node(&out[rank], r.at[i]);
	}
	return r.n;
}

struct lookup_counts lookup_counts(const struct lookup *l)
{
	struct lookup_counts n = {
		.asked = l->nqueries,
		.open = l->open + l->late,
		.replied = l->replied,
		.failed = l->failed,
	};

	for (uint32_t i = 0; i < l->ncandidates; i++) {
		const struct candidate *c = &l->candidates[i];

		if (lookup_state(l, c) != QUERY_REPLIED)
			continue;
		n.depth_bits = node_id_shared_bits(&c->id, &l->target);
		break;
	}
	return n;
}
