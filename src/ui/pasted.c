/*
 * pasted.c - see pasted.h.
 */
#include "ui/pasted.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ui/actions.h"

static bool is_addable(const char *text)
{
	size_t len = strlen(text);

	switch (source_classify(text)) {
	case SOURCE_LINK:
	case SOURCE_URL:
		return true;
	case SOURCE_PATH:
		return len > 8 && strcasecmp(text + len - 8, ".torrent") == 0;
	case SOURCE_NOTHING:
		break;
	}
	return false;
}

static void keep(struct paste_list *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->at[i], text) == 0)
			return;
	if (p->n == PASTED_MAX)
		return;
	p->at = mem_grow(p->at, &p->cap, p->n + 1, sizeof *p->at);
	p->at[p->n++] = mem_strdup(text);
}

static bool is_quote(uint8_t c)
{
	return c == '\'' || c == '"';
}

static struct span trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || is_quote(s.p[0]))) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || is_quote(s.p[s.n - 1])))
		s.n--;
	return s;
}

/* The next word, quoted or not, without its quotes; *line moves behind it. */
static struct span next_word(struct span *line)
{
	size_t skip = 0, end;
	const uint8_t *close = NULL;
	struct span word;

	while (skip < line->n && line->p[skip] == ' ')
		skip++;
	end = skip;
	if (end < line->n && is_quote(line->p[end]))
		close = memchr(line->p + end + 1, line->p[end],
			line->n - end - 1);
	if (close)
		end = (size_t)(close - line->p) + 1;
	while (end < line->n && line->p[end] != ' ')
		end++;
	word = trim(span_of(line->p + skip, end - skip));
	line->p += end;
	line->n -= end;
	return word;
}

/* Whether each word of the line can be added; with p they are. */
static bool take_words(struct paste_list *p, struct span line)
{
	bool all = true;
	size_t n = 0;

	while (all && line.n) {
		struct span s = next_word(&line);
		char *word = mem_strndup((const char *)s.p, s.n);

		if (s.n) {
			n++;
			all = is_addable(word);
			if (all && p)
				keep(p, word);
		}
		mem_free(word);
	}
	return all && n > 0;
}

static void take_line(struct paste_list *p, struct span line)
{
	char *whole;

	/* A path or a link may have blanks in it. */
	if (take_words(NULL, line)) {
		take_words(p, line);
		return;
	}
	line = trim(line);
	whole = mem_strndup((const char *)line.p, line.n);
	/* An address has none: there are words behind it. */
	if (source_classify(whole) == SOURCE_URL)
		whole[strcspn(whole, " ")] = '\0';
	if (is_addable(whole))
		keep(p, whole);
	mem_free(whole);
}

void pasted_take(struct paste_list *p, const char *text)
{
	while (*text && p->n < PASTED_MAX) {
		size_t len = strcspn(text, "\n");

		take_line(p, span_of(text, len));
		text += len + (text[len] == '\n');
	}
}

void pasted_stop(struct paste_list *p)
{
	for (size_t i = 0; i < p->n; i++)
		mem_free(p->at[i]);
	mem_free(p->at);
	*p = (struct paste_list){.at = NULL};
}
