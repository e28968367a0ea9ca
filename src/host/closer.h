/*
 * closer.h - what has to come back before an object may be freed.
 *
 * libuv gives memory back late: a handle is its own until the close callback
 * ran, a request until its callback ran.  An object that owns such things
 * embeds one closer and counts them:
 *
 *   - closer_hold() once for every handle that was initialised, every request
 *     under way and every child object;
 *   - closer_drop() in every close callback, request callback and child's
 *     "gone" callback;
 *   - closer_close() once, when the object has begun to close all of those.
 *
 * As soon as it is closing and holds nothing, done() runs, once.  It frees
 * the object and drops what the object held of its parent, so a tree of
 * objects folds up from its leaves.  Loop thread only.
 */
#ifndef HOST_CLOSER_H
#define HOST_CLOSER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

struct closer {
	void (*done)(void *user); /* NULL once it has run */
	void *user;
	unsigned held;
	bool closing;
};

static inline void closer_init(struct closer *c, void (*done)(void *user),
	void *user)
{
	*c = (struct closer){.done = done, .user = user};
}

/* Runs done() if nothing is left to wait for; *c may be gone afterwards. */
static inline void closer_check(struct closer *c)
{
	void (*done)(void *user) = c->done;

	if (!c->closing || c->held > 0)
		return;
	c->done = NULL;
	done(c->user);
}

static inline void closer_hold(struct closer *c)
{
	assert(c->done);
	c->held++;
}

static inline void closer_drop(struct closer *c)
{
	assert(c->held > 0);
	c->held--;
	closer_check(c);
}

static inline void closer_close(struct closer *c)
{
	assert(!c->closing);
	c->closing = true;
	closer_check(c);
}

#endif
