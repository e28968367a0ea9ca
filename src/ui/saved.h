/*
 * saved.h - filters that were given a name: the `view NAME TERMS` lines of the
 * config file.  Pure.
 */
#ifndef UI_SAVED_H
#define UI_SAVED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SAVED_VIEWS_MAX 100u
#define SAVED_NAME_MAX 32u /* bytes with the NUL */

struct saved_view {
	char *name, *terms;
};

struct saved_views {
	struct saved_view *at; /* in the order they came */
	size_t n, cap;
};

/* A view of that name is replaced.
 *   ERR_SYNTAX  no name, or one with blanks; no terms
 *   ERR_LIMIT   too many, or too long */
MUST_CHECK enum err saved_put(struct saved_views *v, const char *name,
	const char *terms, struct fault *fault);
bool saved_remove(struct saved_views *v, const char *name);
/* NULL: there is none of that name. */
const char *saved_terms(const struct saved_views *v, const char *name);
void saved_stop(struct saved_views *v);

#endif
