/*
 * lookup_front.c - which candidates have to answer before a lookup is over.
 *
 * The *front* are
 *   - the K closest whose ids fit their addresses (verified), and
 *   - the UNVERIFIED closest others, as far as they are closer than the last
 *     of these; K of them while fewer than K verified ones are known.
 *
 * That is the measure of BEP 42 here: an id that was made up may add itself
 * to the front, but never pushes a verified one out of it.  Where all fit, or
 * none, the front is the plain K closest; where honest nodes of both kinds
 * are mixed it is a little larger.
 *
 * Somewhat more than K verified ones have to answer where unverified ones are
 * among them, as the closest then know less of each other, and where these
 * seem to be planted, as UNVERIFIED of them are the closest of all.
 *
 * Made-up ids can name closer ones without end, and answer faster than honest
 * nodes.  Such a chain is cut CHAIN_MAX queries after the verified ones have
 * answered, and while one of these has not, no more than AHEAD_MAX unverified
 * ones are asked above the number of verified ones.
 *
 * An address that fits any wanted id is easily invented, only nobody answers
 * there.  So each candidate remembers who named it (two of them at most).  Of
 * one namer only SHARE_UNANSWERED candidates that have not answered are in
 * the front, and those of a namer whose word is worth nothing are not, unless
 * there is nobody else.  Of those that have answered one namer has a share as
 * well, so that the friends of one node alone cannot end a lookup.
 *
 * Nodes that work together know each other, and need no time to find the
 * closest of them; honest ones do.  So a lookup is not over before STARTS_MIN
 * of the nodes that we started from have answered, or all are late.  When the
 * front is complete before that, it was hasty: from then on a namer's share
 * is smaller, and others have their say.
 */
#include <string.h>

#include "dht/lookup_priv.h"

#define SHARE_UNANSWERED 3u
#define SHARE_REPLIED 4u
#define SHARE_HASTY 2u
#define STARTS_MIN 4u
#define CHAIN_MAX 4u
#define AHEAD_MAX 8u
#define VERIFIED_OPEN 2u

/* Namers' shares of a front that is being made. */
struct shares {
	uint8_t most;
	uint8_t taken[LOOKUP_ASKED_MAX];
};

static bool take_share(const struct lookup *l, struct shares *s,
	const struct candidate *c)
{
	for (size_t i = 0; i < LOOKUP_NAMERS; i++) {
		uint16_t namer = c->namer[i];

		if (namer == LOOKUP_OURSELVES)
			return true;
		if (lookup_is_believed(l, namer) && s->taken[namer] < s->most) {
			s->taken[namer]++;
			return true;
		}
	}
	return false;
}

/* How many that do not fit may be in it. */
static size_t unverified_places(const struct lookup *l)
{
	size_t verified = 0;

	for (uint32_t i = 0; i < l->ncandidates; i++)
		if (l->candidates[i].is_verified &&
			lookup_state(l, &l->candidates[i]) != QUERY_LATE)
			verified++;
	return verified < LOOKUP_K ? LOOKUP_K : LOOKUP_UNVERIFIED;
}

static bool may_be_asked(const struct lookup *l, const struct candidate *c)
{
	if (!c->is_verified && l->chain >= CHAIN_MAX)
		return false;
	return !lookup_is_crowded(l, &c->addr);
}

struct walk {
	size_t places, needed;
	size_t verified, unverified, answered;
	struct shares unanswered, replied;
};

/* all: without regard to who named it. */
static bool belongs(const struct lookup *l, struct walk *w,
	const struct candidate *c, bool all)
{
	enum query_state state = lookup_state(l, c);

	if (state == QUERY_LATE)
		return false;
	if (!c->is_verified && w->unverified == w->places)
		return false;
	if (state == QUERY_NONE && !may_be_asked(l, c))
		return false;
	return all ||
	       take_share(l,
		       state == QUERY_REPLIED ? &w->replied : &w->unanswered,
		       c);
}

static void put(const struct lookup *l, struct walk *w, struct front *f,
	const struct candidate *c)
{
	bool has_replied = lookup_state(l, c) == QUERY_REPLIED;

	f->at[f->n++] = c;
	f->all_replied &= has_replied;
	w->answered += c->is_verified && has_replied;
	w->verified += c->is_verified;
	w->unverified += !c->is_verified;
	if (c->is_verified || w->places != LOOKUP_UNVERIFIED)
		return;
	if (w->unverified == 1)
		w->needed += LOOKUP_MIXED_MORE;
	if (w->verified == 0 && w->unverified == w->places)
		w->needed += LOOKUP_PLANTED_MORE;
}

static void walk_front(const struct lookup *l, struct front *f, bool all)
{
	struct walk w = {
		.places = unverified_places(l),
		.needed = LOOKUP_K,
		.unanswered.most = SHARE_UNANSWERED,
		.replied.most = l->is_hasty ? SHARE_HASTY : SHARE_REPLIED,
	};

	*f = (struct front){.all_replied = true};
	for (uint32_t i = 0; i < l->ncandidates && w.verified < w.needed; i++)
		if (belongs(l, &w, &l->candidates[i], all))
			put(l, &w, f, &l->candidates[i]);
	f->verified_replied = w.answered == w.needed;
}

void lookup_find_front(const struct lookup *l, struct front *f)
{
	walk_front(l, f, false);
	if (f->n < LOOKUP_K)
		walk_front(l, f, true);
}

bool lookup_waits_for_starts(const struct lookup *l)
{
	size_t open = 0, replied = 0;

	for (uint32_t i = 0; i < l->nqueries; i++) {
		const struct query *q = &l->queries[i];

		if (q->namer[0] != LOOKUP_OURSELVES)
			continue;
		open += q->state == QUERY_OPEN;
		replied += q->state == QUERY_REPLIED;
	}
	return open > 0 && replied < STARTS_MIN;
}

static bool waits_for_verified(const struct lookup *l, const struct front *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i]->is_verified &&
			lookup_state(l, f->at[i]) != QUERY_REPLIED)
			return true;
	return false;
}

/*
 * The closest one with fewer than ALPHA in flight before it.  Verified ones
 * need not wait for others as long as VERIFIED_OPEN of theirs are not.
 */
const struct candidate *lookup_choose(const struct lookup *l,
	const struct front *f)
{
	bool is_ahead = l->unverified >= l->verified + AHEAD_MAX &&
	                waits_for_verified(l, f);
	size_t open = 0, verified = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct candidate *c = f->at[i];
		enum query_state state = lookup_state(l, c);

		if (state == QUERY_OPEN) {
			open++;
			verified += c->is_verified;
		}
		if (state != QUERY_NONE || (is_ahead && !c->is_verified))
			continue;
		if (open < LOOKUP_ALPHA ||
			(c->is_verified && verified < VERIFIED_OPEN))
			return c;
	}
	return NULL;
}

/* Whether all have answered but those that are asked once more. */
static bool only_waits_for_second_tries(const struct lookup *l,
	const struct front *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct candidate *c = f->at[i];
		enum query_state state = lookup_state(l, c);

		if (state != QUERY_REPLIED &&
			(state != QUERY_OPEN ||
				l->queries[c->query].tries < LOOKUP_TRIES))
			return false;
	}
	return true;
}

/*
 * Without this one in ten of the closest is missed at a loss of 5 % in each
 * direction.  At the end it costs the time of one late answer, and no datagram
 * for the many that are silent farther away.
 */
const struct candidate *lookup_choose_again(const struct lookup *l,
	const struct front *f)
{
	if (f->n < LOOKUP_K || l->again == LOOKUP_AGAIN_MAX ||
		!only_waits_for_second_tries(l, f))
		return NULL;
	for (const struct candidate *c = l->candidates; c < f->at[f->n - 1];
		c++)
		if (lookup_state(l, c) == QUERY_LATE &&
			l->queries[c->query].tries < LOOKUP_TRIES &&
			lookup_has_believed_namer(l, c) &&
			!lookup_is_crowded(l, &c->addr))
			return c;
	return NULL;
}
