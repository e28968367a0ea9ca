/*
 * saved.c - see saved.h.
 */
#include "ui/saved.h"

#include <string.h>

#include "base/mem.h"
#include "ui/filter.h"

static struct saved_view *find(const struct saved_views *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->at[i].name, name) == 0)
			return &v->at[i];
	return NULL;
}

enum err saved_put(struct saved_views *v, const char *name, const char *terms,
	struct fault *fault)
{
	struct saved_view *old = find(v, name);

	if (!*name || strchr(name, ' ') || strchr(name, '#') || !*terms)
		return fault_set(fault, ERR_SYNTAX, 0,
			"a view has a name of one word, and terms");
	if (strlen(name) >= SAVED_NAME_MAX ||
		strlen(terms) >= FILTER_TEXT_MAX ||
		(!old && v->n == SAVED_VIEWS_MAX))
		return fault_set(fault, ERR_LIMIT, 0,
			"that is too long, or one view too many");
	if (!old) {
		v->at = mem_grow(v->at, &v->cap, v->n + 1, sizeof *v->at);
		old = &v->at[v->n++];
		old->name = mem_strdup(name);
	} else {
		mem_free(old->terms);
	}
	old->terms = mem_strdup(terms);
	return ERR_OK;
}

bool saved_remove(struct saved_views *v, const char *name)
{
	struct saved_view *old = find(v, name);

	if (!old)
		return false;
	mem_free(old->name);
	mem_free(old->terms);
	memmove(old, old + 1, (size_t)(v->at + v->n - (old + 1)) * sizeof *old);
	v->n--;
	return true;
}

const char *saved_terms(const struct saved_views *v, const char *name)
{
	const struct saved_view *found = find(v, name);

	return found ? found->terms : NULL;
}

void saved_stop(struct saved_views *v)
{
	for (size_t i = 0; i < v->n; i++) {
		mem_free(v->at[i].name);
		mem_free(v->at[i].terms);
	}
	mem_free(v->at);
	*v = (struct saved_views){0};
}
