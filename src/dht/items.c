/*
 * items.c - see items.h.  All are kept for the same time, so a list in order
 * of the last put is one in order of expiry.
 */
#include "dht/items.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sign.h"

/* "4:salt64:" "3:seqi" number "e1:v", each with some room. */
#define SIGNED_EXTRA 64u
#define NUMBER_TEXT_MAX 32u

struct item {
	struct list link; /* in items.order */
	struct node_id target;
	uint64_t until;
	bool is_mutable;
	int64_t seq;
	uint8_t k[SIGN_KEY_LEN];
	uint8_t sig[SIGN_LEN];
	uint8_t *v;
	size_t v_len;
};

struct items {
	struct map *by_target;
	struct list order; /* the one expiring first is in front */
};

struct items *items_new(const uint8_t map_key[16])
{
	struct items *s = (struct items *)mem_zero(sizeof *s);

	s->by_target = map_new(NODE_ID_LEN, map_key);
	list_init(&s->order);
	return s;
}

static void drop(struct items *s, struct item *it)
{
	map_remove(s->by_target, it->target.b);
	list_remove(&it->link);
	mem_free(it->v);
	mem_free(it);
}

static struct item *first(const struct items *s)
{
	struct list *l = list_front(&s->order);

	return l ? container_of(l, struct item, link) : NULL;
}

void items_free(struct items *s)
{
	if (!s)
		return;
	while (first(s))
		drop(s, first(s));
	map_free(s->by_target);
	mem_free(s);
}

/* What has expired is not there. */
static struct item *find(const struct items *s, const struct node_id *target,
	uint64_t now)
{
	struct item *it = (struct item *)map_get(s->by_target, target->b);

	return it && it->until > now ? it : NULL;
}

static void renew(struct items *s, struct item *it, uint64_t now)
{
	it->until = now + ITEMS_KEEP_MS;
	list_remove(&it->link);
	list_push_back(&s->order, &it->link);
}

void items_target(const struct krpc *put, struct node_id *out)
{
	uint8_t both[KRPC_READ_MAX]; /* key and salt came in one datagram */
	struct writer w = writer_of(both, sizeof both);

	if (put->k.n == 0) {
		sha1(put->v, out->b);
		return;
	}
	write_span(&w, put->k);
	write_span(&w, put->salt);
	sha1(writer_span(&w), out->b);
}

static enum krpc_code check_form(const struct krpc *put)
{
	bool is_mutable = put->k.n == SIGN_KEY_LEN && put->sig.n == SIGN_LEN &&
	                  put->has_seq;
	bool is_plain = put->k.n == 0 && put->sig.n == 0 && !put->has_seq;

	if (put->v.n == 0 || (!is_mutable && !is_plain))
		return KRPC_PROTOCOL;
	if (put->v.n > KRPC_VALUE_MAX)
		return KRPC_V_TOO_BIG;
	if (put->salt.n > KRPC_SALT_MAX)
		return KRPC_SALT_TOO_BIG;
	return 0;
}

static struct span value_of(const struct item *it)
{
	return span_of(it->v, it->v_len);
}

/* it: what is kept under the put's target, and mutable. */
static enum krpc_code check_sequence(const struct item *it,
	const struct krpc *put)
{
	if (put->has_cas && put->cas != it->seq)
		return KRPC_CAS_MISMATCH;
	if (put->seq < it->seq)
		return KRPC_OLD_SEQUENCE;
	if (put->seq == it->seq && !span_equal(put->v, value_of(it)))
		return KRPC_OLD_SEQUENCE;
	return 0;
}

/* The very item that is kept: its signature was checked when it came. */
static bool is_repeated(const struct item *it, const struct krpc *put)
{
	if (!span_equal(put->v, value_of(it)))
		return false;
	return !it->is_mutable ||
	       (put->seq == it->seq &&
		       span_equal(put->sig, span_of(it->sig, SIGN_LEN)));
}

/* Signed is what follows of the dictionary: salt, seq and v.  The lengths
 * were checked. */
static bool signature_is_good(const struct krpc *put)
{
	uint8_t buf[KRPC_VALUE_MAX + KRPC_SALT_MAX + SIGNED_EXTRA];
	struct writer w = writer_of(buf, sizeof buf);
	char text[NUMBER_TEXT_MAX];

	if (put->salt.n > 0) {
		snprintf(text, sizeof text, "4:salt%zu:", put->salt.n);
		write_str(&w, text);
		write_span(&w, put->salt);
	}
	snprintf(text, sizeof text, "3:seqi%" PRId64 "e1:v", put->seq);
	write_str(&w, text);
	write_span(&w, put->v);
	return sign_verify(put->k.p, put->sig.p, writer_span(&w));
}

/* An item for the target: the one that is there, or a new one. */
static struct item *item_need(struct items *s, const struct node_id *target)
{
	struct item *it = (struct item *)map_get(s->by_target, target->b);

	if (it)
		return it;
	if (map_count(s->by_target) >= ITEMS_MAX)
		drop(s, first(s));
	it = (struct item *)mem_zero(sizeof *it);
	it->target = *target;
	list_init(&it->link);
	map_put(s->by_target, target->b, it);
	return it;
}

static void fill(struct item *it, const struct krpc *put)
{
	mem_free(it->v);
	it->v = (uint8_t *)mem_dup(put->v.p, put->v.n);
	it->v_len = put->v.n;
	it->is_mutable = put->k.n != 0;
	it->seq = put->seq;
	if (!it->is_mutable)
		return;
	memcpy(it->k, put->k.p, sizeof it->k);
	memcpy(it->sig, put->sig.p, sizeof it->sig);
}

enum krpc_code items_put(struct items *s, const struct krpc *put, uint64_t now)
{
	enum krpc_code bad = check_form(put);
	struct node_id target;
	struct item *it;

	if (bad)
		return bad;
	items_target(put, &target);
	it = find(s, &target, now);
	if (it && it->is_mutable && put->k.n != 0)
		bad = check_sequence(it, put);
	if (bad)
		return bad;
	if (!it || !is_repeated(it, put)) {
		if (put->k.n != 0 && !signature_is_good(put))
			return KRPC_BAD_SIGNATURE;
		it = item_need(s, &target);
		fill(it, put);
	}
	renew(s, it, now);
	return 0;
}

bool items_get(struct items *s, const struct krpc *query, uint64_t now,
	struct krpc *reply)
{
	const struct item *it = find(s, &query->target, now);

	if (!it)
		return false;
	reply->has_seq = it->is_mutable;
	reply->seq = it->seq;
	if (it->is_mutable && query->has_seq && it->seq <= query->seq)
		return true;
	reply->v = value_of(it);
	if (it->is_mutable) {
		reply->k = span_of(it->k, sizeof it->k);
		reply->sig = span_of(it->sig, sizeof it->sig);
	}
	return true;
}

void items_tick(struct items *s, uint64_t now)
{
	while (first(s) && first(s)->until <= now)
		drop(s, first(s));
}

uint64_t items_deadline(const struct items *s)
{
	return first(s) ? first(s)->until : NEVER;
}

uint32_t items_count(const struct items *s)
{
	return (uint32_t)map_count(s->by_target);
}
