/*
 * keymap.c - see keymap.h.
 */
#include "ui/keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/utf8.h"

/* --- names of keys
 * ------------------------------------------------------------------- */

static const struct {
	const char *name;
	int32_t key;
} spellings[] = {
	{"Tab", '\t'},
	{"Enter", KEY_ENTER_CHAR},
	{"Esc", KEY_ESC_CHAR},
	{"Space", ' '},
	{"Backspace", KEY_BACKSPACE_CHAR},
	{"Up", KEY_UP_ARROW},
	{"Down", KEY_DOWN_ARROW},
	{"Left", KEY_LEFT_ARROW},
	{"Right", KEY_RIGHT_ARROW},
	{"Home", KEY_HOME_KEY},
	{"End", KEY_END_KEY},
	{"PgUp", KEY_PAGE_UP},
	{"PgDn", KEY_PAGE_DOWN},
	{"Ins", KEY_INSERT},
	{"Del", KEY_DELETE},
	{"Shift-Tab", KEY_BACK_TAB},
	/* They would end, quote or change a line of the file. */
	{"Hash", '#'},
	{"Quote", '"'},
	{"Equals", '='},
	{"Minus", '-'},
	{"Underscore", '_'},
};
#define NSPELLINGS (sizeof spellings / sizeof spellings[0])

static int32_t parse_control(const char *name)
{
	char c;

	if (strncasecmp(name, "Ctrl-", 5) != 0 || !name[5] || name[6])
		return 0;
	c = name[5];
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	return c >= 'A' && c <= 'Z' ? KEY_CTRL_(c) : 0;
}

static int32_t parse_function(const char *name)
{
	char *end;
	long n;

	if ((name[0] != 'F' && name[0] != 'f') || !name[1])
		return 0;
	n = strtol(name + 1, &end, 10);
	return !*end && n >= 1 && n <= 12 ? KEY_F1 + (int32_t)n - 1 : 0;
}

int32_t key_parse(const char *name)
{
	struct span s = span_str(name);
	size_t used = 0;
	int32_t key;
	uint32_t c;

	for (size_t i = 0; i < NSPELLINGS; i++)
		if (strcasecmp(spellings[i].name, name) == 0)
			return spellings[i].key;
	key = parse_control(name);
	if (!key)
		key = parse_function(name);
	if (key || !utf8_valid(s))
		return key;
	c = utf8_decode(s, &used);
	return s.n && used == s.n && c > ' ' && c != 0x7f ? (int32_t)c : 0;
}

void key_spell(int32_t key, char out[KEY_NAME_MAX])
{
	for (size_t i = 0; i < NSPELLINGS; i++)
		if (spellings[i].key == key) {
			snprintf(out, KEY_NAME_MAX, "%s", spellings[i].name);
			return;
		}
	key_name(key, out);
}

/* --- changes
 * ------------------------------------------------------------------------- */

static enum err parse(const char *context, const char *key,
	struct key_change *out, char *key_out, struct fault *fault)
{
	out->context = key_context_find(context);
	if (!out->context)
		return fault_set(fault, ERR_SYNTAX, 0,
			"there is no context %.20s: list, main, dht, dialog, "
			"...",
			context);
	out->key = key_parse(key);
	if (!out->key)
		return fault_set(fault, ERR_SYNTAX, 0,
			"%.20s is no key: a, Ctrl-A, F5, Space, Left", key);
	/* The one that must work whatever a file says. */
	if (out->key == KEY_CTRL_('C'))
		return fault_set(fault, ERR_SYNTAX, 0,
			"Ctrl-C always leaves bttui");
	key_spell(out->key, key_out);
	return ERR_OK;
}

static struct key_change *find(struct keymap *m, const struct key_change *c)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->changes[i].context == c->context &&
			m->changes[i].key == c->key)
			return &m->changes[i];
	return NULL;
}

enum err keymap_bind(struct keymap *m, const char *context, const char *key,
	const char *action, char *key_out, struct fault *fault)
{
	struct key_change c = {0}, *old;
	enum err e = parse(context, key, &c, key_out, fault);

	if (e != ERR_OK)
		return e;
	c.action = key_action_find(action);
	if (c.action == ACTION_NONE && strcmp(action, "none") != 0)
		return fault_set(fault, ERR_SYNTAX, 0,
			"there is no action %.30s", action);
	old = find(m, &c);
	if (!old && m->n == KEYMAP_CHANGES_MAX)
		return fault_set(fault, ERR_LIMIT, 0,
			"%u keys are changed already", KEYMAP_CHANGES_MAX);
	if (!old)
		old = &m->changes[m->n++];
	*old = c;
	return ERR_OK;
}

enum err keymap_unbind(struct keymap *m, const char *context, const char *key,
	char *key_out, struct fault *fault)
{
	struct key_change c = {0}, *old;
	enum err e = parse(context, key, &c, key_out, fault);

	if (e != ERR_OK)
		return e;
	old = find(m, &c);
	if (!old)
		return fault_set(fault, ERR_NOENT, 0,
			"that key was not changed there; to take it away bind "
			"it to none");
	*old = m->changes[--m->n];
	return ERR_OK;
}

/* --- reading
 * ------------------------------------------------------------------------- */

enum action keymap_lookup(const struct keymap *m, unsigned contexts,
	const struct input *in)
{
	contexts |= CTX_ALL;
	if (!m || in->kind != INPUT_KEY || (in->mods & MOD_ALT))
		return keys_lookup(contexts, in);
	/* The later change of two that apply is the one the user sees. */
	for (size_t i = m->n; i-- > 0;)
		if ((m->changes[i].context & contexts) &&
			m->changes[i].key == in->key)
			return m->changes[i].action;
	return keys_lookup(contexts, in);
}

static bool works(const struct keymap *m, int32_t key, enum action action,
	unsigned contexts)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	return keymap_lookup(m, contexts, &in) == action;
}

/* The i-th key that does this there, changed ones first; 0: no more. */
static int32_t key_at(const struct keymap *m, const struct key_binding *b,
	unsigned contexts, size_t i)
{
	for (size_t c = 0; m && c < m->n; c++)
		if (m->changes[c].action == b->action &&
			(m->changes[c].context & (contexts | CTX_ALL)) &&
			works(m, m->changes[c].key, b->action, contexts) &&
			i-- == 0)
			return m->changes[c].key;
	for (int k = 0; k < KEY_ALIASES && b->keys[k]; k++)
		if (works(m, b->keys[k], b->action, contexts) && i-- == 0)
			return b->keys[k];
	return 0;
}

int32_t keymap_first(const struct keymap *m, const struct key_binding *b,
	unsigned contexts)
{
	return key_at(m, b, contexts, 0);
}

void keymap_names(const struct keymap *m, const struct key_binding *b,
	unsigned contexts, char *out, size_t cap)
{
	struct writer w = writer_of(out, cap - 1);
	char name[KEY_NAME_MAX];
	int32_t key;

	if (b->action == ACTION_PANE || b->action == ACTION_TAB) {
		key_names(b, contexts, out, cap);
		return;
	}
	for (size_t i = 0; (key = key_at(m, b, contexts, i)); i++) {
		key_name(key, name);
		if (w.len)
			write_u8(&w, ' ');
		write_str(&w, name);
	}
	out[w.len] = '\0';
}
