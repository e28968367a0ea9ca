/*
 * keymap.h - the table of keys (keys.h) with what the user changed in it.
 * Pure.
 *
 * A change belongs to a context and counts before everything in the table, so
 * that a key can be given another meaning, or none.  NULL as a keymap is the
 * table alone.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "ui/keys.h"

struct key_change {
	unsigned context; /* one enum key_context bit */
	int32_t key;
	enum action action; /* ACTION_NONE: the key is taken away */
};

#define KEYMAP_CHANGES_MAX 200u

struct keymap {
	struct key_change changes[KEYMAP_CHANGES_MAX];
	size_t n;
};

/*
 * "list", "A", "add".  key_out, of KEY_NAME_MAX bytes, is the key as it is
 * written in the config file; action "none" takes it away there.
 *   ERR_SYNTAX, ERR_LIMIT  nothing changed; the fault says what is wrong
 */
MUST_CHECK enum err keymap_bind(struct keymap *m, const char *context,
	const char *key, const char *action, char *key_out,
	struct fault *fault);
/* The key means again what the table says. */
MUST_CHECK enum err keymap_unbind(struct keymap *m, const char *context,
	const char *key, char *key_out, struct fault *fault);

enum action keymap_lookup(const struct keymap *m, unsigned contexts,
	const struct input *in);
/* As key_first() and key_names(). */
int32_t keymap_first(const struct keymap *m, const struct key_binding *b,
	unsigned contexts);
void keymap_names(const struct keymap *m, const struct key_binding *b,
	unsigned contexts, char *out, size_t cap);

/* "Ctrl-D", "Space", "Left", "Hash", "a"; 0: no key is called so. */
int32_t key_parse(const char *name);
/* What key_parse() takes, of characters that a config file can hold. */
void key_spell(int32_t key, char out[KEY_NAME_MAX]);

#endif
