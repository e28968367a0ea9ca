/*
 * filter.c - see filter.h.
 */
#include "ui/filter.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "ui/why.h"

/* The next word of *text, which moves behind it; empty at the end. */
static struct span next_word(const char **text)
{
	const char *p = *text + strspn(*text, " ");
	size_t n = strcspn(p, " ");

	*text = p + n;
	return span_of(p, n);
}

static const char *find_word(const char *hay, struct span word)
{
	size_t len = strlen(hay);

	for (size_t i = 0; i + word.n <= len; i++)
		if (strncasecmp(hay + i, (const char *)word.p, word.n) == 0)
			return hay + i;
	return NULL;
}

static bool is_active(const struct torrent_row *row)
{
	return row->down_bps || row->up_bps;
}

static bool has_state(const struct torrent_row *row, struct span word)
{
	static const struct {
		const char *word;
		enum state_sign sign;
	} words[] = {
		{"down", SIGN_DOWN},
		{"stalled", SIGN_STALLED},
		{"seed", SIGN_SEED},
		{"idle", SIGN_IDLE},
		{"meta", SIGN_META},
		{"check", SIGN_CHECK},
		{"queue", SIGN_QUEUED},
		{"pause", SIGN_PAUSED},
		{"error", SIGN_ERROR},
	};

	/* A prefix is enough; nothing typed yet hides nothing. */
	if (word.n == 0)
		return true;
	if (word.n <= 6 && memcmp("active", word.p, word.n) == 0)
		return is_active(row);
	if (word.n >= 2 && word.n <= 4 && memcmp("done", word.p, word.n) == 0)
		return row->is_complete;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(words[i].word, (const char *)word.p, word.n) == 0 &&
			why_sign(row) == words[i].sign)
			return true;
	return false;
}

static bool word_matches(struct span word, const struct torrent_row *row)
{
	bool hide = word.p[0] == '-';

	if (hide) {
		word.p++;
		word.n--;
		if (word.n == 0)
			return true;
	}
	if (word.n >= 3 && memcmp(word.p, "is:", 3) == 0) {
		struct span state = span_of(word.p + 3, word.n - 3);

		return state.n == 0 || has_state(row, state) != hide;
	}
	return (find_word(row->name, word) != NULL) != hide;
}

bool filter_matches(const char *text, const struct torrent_row *row)
{
	struct span word = next_word(&text);

	for (; word.n; word = next_word(&text))
		if (!word_matches(word, row))
			return false;
	return true;
}

bool filter_find_mark(const char *text, const char *name, size_t *at,
	size_t *len)
{
	struct span word = next_word(&text);

	for (; word.n; word = next_word(&text)) {
		const char *hit;

		if (word.p[0] == '-' ||
			(word.n >= 3 && memcmp(word.p, "is:", 3) == 0))
			continue;
		hit = find_word(name, word);
		if (hit) {
			*at = (size_t)(hit - name);
			*len = word.n;
			return true;
		}
	}
	return false;
}
