/*
 * options.c - see options.h.
 */
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define HELP_COLUMN 26u /* where the second column begins */
#define HELP_WIDTH 79u
#define CLEAN_MAX 80

void options_begin(struct option_reader *r,
	const struct option_set *const *sets, size_t nsets, int argc,
	char *const *argv)
{
	*r = (struct option_reader){.sets = sets,
		.nsets = nsets,
		.argv = argv,
		.argc = argc,
		.at = 1};
}

static const struct option_def *find_name(const struct option_reader *r,
	struct span name)
{
	for (size_t s = 0; s < r->nsets; s++)
		for (size_t i = 0; i < r->sets[s]->n; i++)
			if (span_is(name, r->sets[s]->defs[i].name))
				return &r->sets[s]->defs[i];
	return NULL;
}

static const struct option_def *find_letter(const struct option_reader *r,
	char letter)
{
	for (size_t s = 0; s < r->nsets; s++)
		for (size_t i = 0; i < r->sets[s]->n; i++)
			if (r->sets[s]->defs[i].letter == letter)
				return &r->sets[s]->defs[i];
	return NULL;
}

static enum option_found wrong(struct fault *fault, const char *before,
	struct span text, const char *after)
{
	char clean[CLEAN_MAX];

	text_clean_to(clean, sizeof clean, text);
	fault_set(fault, ERR_SYNTAX, 0, "%s%s%s", before, clean, after);
	return OPTION_WRONG;
}

static enum option_found read_long(struct option_reader *r,
	struct option_hit *hit, struct fault *fault)
{
	const char *text = r->argv[r->at++];
	const char *equals = strchr(text, '=');
	struct span shown = equals ? span_of(text, (size_t)(equals - text))
	                           : span_str(text);

	hit->def = find_name(r, span_of(shown.p + 2, shown.n - 2));
	hit->value = NULL;
	if (!hit->def)
		return wrong(fault, "there is no option ", shown, "");
	if (!hit->def->arg && equals)
		return wrong(fault, "", shown, " takes no value");
	if (!hit->def->arg)
		return OPTION_FOUND;
	if (equals)
		hit->value = equals + 1;
	else if (r->at < r->argc)
		hit->value = r->argv[r->at++];
	else
		return wrong(fault, "", shown, " needs a value");
	return OPTION_FOUND;
}

static enum option_found read_letter(struct option_reader *r,
	struct option_hit *hit, struct fault *fault)
{
	const char shown[] = {'-', *r->cluster++, '\0'};

	hit->def = find_letter(r, shown[1]);
	hit->value = NULL;
	if (!hit->def)
		return wrong(fault, "there is no option ", span_str(shown), "");
	if (!hit->def->arg)
		return OPTION_FOUND;
	if (*r->cluster)
		hit->value = r->cluster;
	else if (r->at < r->argc)
		hit->value = r->argv[r->at++];
	else
		return wrong(fault, "", span_str(shown), " needs a value");
	r->cluster = NULL;
	return OPTION_FOUND;
}

enum option_found options_next(struct option_reader *r, struct option_hit *hit,
	struct fault *fault)
{
	const char *text;

	if (r->cluster && *r->cluster)
		return read_letter(r, hit, fault);
	r->cluster = NULL;
	if (r->at >= r->argc)
		return OPTION_END;
	text = r->argv[r->at];
	if (!r->operands_only && strcmp(text, "--") == 0) {
		r->operands_only = true;
		r->at++;
		return options_next(r, hit, fault);
	}
	if (r->operands_only || text[0] != '-' || text[1] == '\0') {
		hit->def = NULL;
		hit->value = text;
		r->at++;
		return OPTION_OPERAND;
	}
	if (text[1] == '-')
		return read_long(r, hit, fault);
	r->cluster = text + 1;
	r->at++;
	return read_letter(r, hit, fault);
}

/* ---- help ---- */

static void add_spaces(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add_byte(out, ' ');
}

/* Words of the second column, broken at its right edge. */
static void add_wrapped(struct buf *out, const char *text)
{
	size_t at = HELP_COLUMN;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + n > HELP_WIDTH) {
			buf_add_byte(out, '\n');
			add_spaces(out, HELP_COLUMN);
			at = HELP_COLUMN;
		} else if (at > HELP_COLUMN) {
			buf_add_byte(out, ' ');
			at++;
		}
		buf_add(out, span_of(text, n));
		at += n;
		text += n;
		text += strspn(text, " ");
	}
	buf_add_byte(out, '\n');
}

static void add_option(struct buf *out, const struct option_def *d)
{
	size_t begin = out->len;
	size_t width;

	if (d->letter)
		buf_printf(out, "  -%c, --%s", d->letter, d->name);
	else
		buf_printf(out, "      --%s", d->name);
	if (d->arg)
		buf_printf(out, " %s", d->arg);
	width = out->len - begin;
	if (width + 2 > HELP_COLUMN) {
		buf_add_byte(out, '\n');
		width = 0;
	}
	add_spaces(out, HELP_COLUMN - width);
	add_wrapped(out, d->help);
}

void options_help(const struct option_set *const *sets, size_t nsets,
	struct buf *out)
{
	for (size_t s = 0; s < nsets; s++) {
		if (sets[s]->title)
			buf_printf(out, "\n%s:\n", sets[s]->title);
		for (size_t i = 0; i < sets[s]->n; i++)
			if (sets[s]->defs[i].help)
				add_option(out, &sets[s]->defs[i]);
	}
}
