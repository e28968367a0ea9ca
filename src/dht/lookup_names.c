/*
 * lookup_names.c - the candidates of a lookup, and who named them.
 *
 * What a stranger names is capped before it is a candidate: how many of a
 * reply, how many of one IP or net wait to be asked, and who stays when there
 * are too many.  When SILENT_MAX of the nodes that somebody named were
 * silent, more than twice as many as answered, his word is worth nothing.
 */
#include <string.h>

#include "dht/lookup_priv.h"

#define SILENT_MAX 4u
#define PORT_MIN 1024u /* below are services that a query could annoy */

enum query_state lookup_state(const struct lookup *l, const struct candidate *c)
{
	if (c->query == LOOKUP_NOBODY)
		return QUERY_NONE;
	return (enum query_state)l->queries[c->query].state;
}

uint16_t lookup_query_name(const struct lookup *l, const struct query *q)
{
	return (uint16_t)(q - l->queries);
}

struct query *lookup_query_to(struct lookup *l, const struct addr *a)
{
	for (uint32_t i = 0; i < l->nqueries; i++)
		if (addr_equal(&l->queries[i].addr, a))
			return &l->queries[i];
	return NULL;
}

struct candidate *lookup_candidate_at(struct lookup *l, const struct addr *a)
{
	for (uint32_t i = 0; i < l->ncandidates; i++)
		if (addr_equal(&l->candidates[i].addr, a))
			return &l->candidates[i];
	return NULL;
}

bool lookup_is_usable(const struct lookup *l, const struct addr *a)
{
	return a->family == l->family && addr_is_dialable(a);
}

bool lookup_is_believed(const struct lookup *l, uint16_t namer)
{
	const struct query *q;

	if (namer >= LOOKUP_ASKED_MAX)
		return namer == LOOKUP_OURSELVES;
	q = &l->queries[namer];
	return q->silent < SILENT_MAX || q->silent <= 2 * q->answered;
}

bool lookup_has_believed_namer(const struct lookup *l,
	const struct candidate *c)
{
	for (size_t i = 0; i < LOOKUP_NAMERS; i++)
		if (lookup_is_believed(l, c->namer[i]))
			return true;
	return false;
}

/* --- caps for each IP and net ----------------------------------------- */

struct crowd {
	uint32_t ip, net;   /* in flight or answered */
	uint32_t ips, nets; /* all that were asked */
};

static struct crowd crowd_around(const struct lookup *l, const struct addr *a)
{
	struct crowd n = {0};

	for (uint32_t i = 0; i < l->nqueries; i++) {
		const struct query *q = &l->queries[i];
		bool is_here =
			q->state == QUERY_OPEN || q->state == QUERY_REPLIED;

		if (!addr_same_net(&q->addr, a))
			continue;
		n.nets++;
		n.net += is_here;
		if (!addr_same_ip(&q->addr, a))
			continue;
		n.ips++;
		n.ip += is_here;
	}
	return n;
}

/*
 * A silent one frees its place once: else who names a wrong port of an honest
 * node would keep us from asking that node.
 */
bool lookup_is_crowded(const struct lookup *l, const struct addr *a)
{
	struct crowd n;

	if (addr_is_local(a))
		return false;
	n = crowd_around(l, a);
	return n.ip >= LOOKUP_IP_MAX || n.net >= LOOKUP_NET_MAX ||
	       n.ips >= 2 * LOOKUP_IP_MAX || n.nets >= LOOKUP_NET_ASKED_MAX;
}

/* Whether too many of the same place wait to be asked already. */
static bool is_waiting_room_full(const struct lookup *l, const struct addr *a)
{
	uint32_t ips = 0, nets = 0;

	if (addr_is_local(a))
		return false;
	for (uint32_t i = 0; i < l->ncandidates; i++) {
		const struct candidate *c = &l->candidates[i];

		if (c->query != LOOKUP_NOBODY || !addr_same_net(&c->addr, a))
			continue;
		nets++;
		ips += addr_same_ip(&c->addr, a);
	}
	return ips >= 2 * LOOKUP_IP_MAX || nets >= LOOKUP_NET_ASKED_MAX;
}

/* --- the sorted list -------------------------------------------------- */

void lookup_remove(struct lookup *l, struct candidate *c)
{
	size_t i = (size_t)(c - l->candidates);

	l->ncandidates--;
	memmove(c, c + 1, (l->ncandidates - i) * sizeof *c);
}

/*
 * The farthest, but nodes of a namer without a say go first, and unverified
 * ones have no more than half of the places.
 */
static struct candidate *least_useful(struct lookup *l)
{
	struct candidate *last = NULL;
	size_t unverified = 0;

	for (size_t i = l->ncandidates; i-- > 0;) {
		struct candidate *c = &l->candidates[i];

		if (c->query == LOOKUP_NOBODY &&
			!lookup_has_believed_namer(l, c))
			return c;
		if (c->is_verified)
			continue;
		if (unverified++ == 0)
			last = c;
	}
	if (unverified > LOOKUP_CANDIDATES_MAX / 2)
		return last;
	return &l->candidates[l->ncandidates - 1];
}

static void insert(struct lookup *l, const struct candidate *c)
{
	size_t low = 0, high = l->ncandidates;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (node_id_compare(&l->target, &l->candidates[mid].id,
			    &c->id) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	memmove(&l->candidates[low + 1], &l->candidates[low],
		(l->ncandidates - low) * sizeof *c);
	l->candidates[low] = *c;
	if (++l->ncandidates > LOOKUP_CANDIDATES_MAX)
		lookup_remove(l, least_useful(l));
}

static struct candidate make_candidate(const struct node_id *id,
	const struct addr *a, uint16_t namer)
{
	return (struct candidate){
		.id = *id,
		.addr = *a,
		.namer = {namer, LOOKUP_NOBODY},
		.query = LOOKUP_NOBODY,
		.is_verified = node_id_fits_addr(id, a),
	};
}

struct candidate *lookup_found_out(struct lookup *l, const struct query *q,
	const struct node_id *id)
{
	struct candidate c = make_candidate(id, &q->addr, LOOKUP_OURSELVES);

	c.query = lookup_query_name(l, q);
	insert(l, &c);
	return lookup_candidate_at(l, &q->addr);
}

/* --- naming ----------------------------------------------------------- */

/* A second one may vouch for it; who has no say any more gives way. */
static void add_namer(const struct lookup *l, struct candidate *c,
	uint16_t namer)
{
	if (namer == LOOKUP_OURSELVES)
		c->namer[0] = namer;
	for (size_t i = 0; i < LOOKUP_NAMERS; i++)
		if (c->namer[i] == namer)
			return;
	for (size_t i = 0; i < LOOKUP_NAMERS; i++)
		if (!lookup_is_believed(l, c->namer[i])) {
			c->namer[i] = namer;
			return;
		}
}

void lookup_name(struct lookup *l, const struct node_id *id,
	const struct addr *a, uint16_t namer)
{
	struct candidate *known, fresh;

	if (node_id_is_zero(id) || !lookup_is_usable(l, a) ||
		a->port < PORT_MIN || lookup_query_to(l, a))
		return;
	known = lookup_candidate_at(l, a);
	if (known) {
		/* Another id for the same address is a lie or out of date. */
		if (node_id_equal(&known->id, id))
			add_namer(l, known, namer);
		return;
	}
	if (is_waiting_room_full(l, a))
		return;
	fresh = make_candidate(id, a, namer);
	insert(l, &fresh);
}

void lookup_take_nodes(struct lookup *l, const struct query *q,
	const struct krpc_node *nodes, size_t n)
{
	const struct krpc_node *order[KRPC_NODES_MAX];
	size_t norder = 0;

	for (size_t i = 0; i < n && norder < KRPC_NODES_MAX; i++) {
		size_t at = norder++;

		for (; at > 0; at--) {
			if (node_id_compare(&l->target, &order[at - 1]->id,
				    &nodes[i].id) <= 0)
				break;
			order[at] = order[at - 1];
		}
		order[at] = &nodes[i];
	}
	for (size_t i = 0; i < norder && i < LOOKUP_NAMED_MAX; i++)
		if (!addr_is_local(&order[i]->addr) || addr_is_local(&q->addr))
			lookup_name(l, &order[i]->id, &order[i]->addr,
				lookup_query_name(l, q));
}
