/*
 * copy.c - see copy.h.
 */
#include "ui/copy.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/magnet.h"
#include "ui/screen.h"

static const struct {
	char letter;
	const char *word, *label, *one, *many;
} words[COPY_COUNT] = {
	[COPY_MAGNET] = {'m', "magnet", "Magnet link", "magnet link",
		"magnet links"},
	[COPY_HASH] = {'h', "hash", "Info hash", "info hash", "info hashes"},
	[COPY_NAME] = {'n', "name", "Name", "name", "names"},
	[COPY_PATH] = {'p', "path", "Path", "path", "paths"},
	[COPY_TRACKER] = {'u', "tracker", "Tracker address", "tracker address",
		"tracker addresses"},
};

char copy_letter(enum copy_what what)
{
	return words[what].letter;
}

const char *copy_word(enum copy_what what)
{
	return words[what].word;
}

const char *copy_label(enum copy_what what)
{
	return words[what].label;
}

enum copy_what copy_find(const char *word)
{
	enum copy_what what = COPY_MAGNET;

	while (what < COPY_COUNT && strcmp(words[what].word, word) != 0)
		what++;
	return what;
}

/* Heap memory; NULL: it is not known. */
static char *first_tracker(const char *link)
{
	struct magnet *m = NULL;
	struct fault fault = {0};
	char *url = NULL;

	if (!link || magnet_parse(span_str(link), &m, &fault) != ERR_OK)
		return NULL;
	if (m->ntrackers)
		url = mem_strdup(m->trackers[0]);
	magnet_free(m);
	return url;
}

static char *text_of(const struct screen *s, const struct torrent_row *row,
	enum copy_what what)
{
	char *link = NULL, *url;

	if (what == COPY_HASH)
		return mem_strdup(row->hash_hex);
	if (what == COPY_NAME)
		return mem_strdup(row->name);
	if (what == COPY_PATH)
		return row->dir ? mem_printf("%s/%s", row->dir, row->name)
		                : NULL;
	if (s->ops->magnet)
		link = s->ops->magnet(s->user, row->id);
	if (what == COPY_MAGNET)
		return link;
	url = first_tracker(link);
	mem_free(link);
	return url;
}

/* One line, and nothing in it that a terminal or a shell would act on when it
 * is pasted. */
static bool add_line(struct buf *out, char *text)
{
	char *clean;

	if (!text || !*text) {
		mem_free(text);
		return false;
	}
	clean = text_clean(span_str(text), 0);
	if (out->len)
		buf_add_byte(out, '\n');
	buf_add_str(out, clean);
	mem_free(clean);
	mem_free(text);
	return true;
}

static void tell(struct screen *s, enum copy_what what, size_t n, bool done)
{
	if (!n)
		screen_say(s, NEWS_WARN, "there is no %s to copy",
			words[what].one);
	else if (!done)
		screen_say(s, NEWS_WARN,
			"this terminal cannot copy, or not so much");
	else if (n == 1)
		screen_say(s, NEWS_GOOD, "copied the %s", words[what].one);
	else
		screen_say(s, NEWS_GOOD, "copied %zu %s", n, words[what].many);
}

void copy_targets(struct screen *s, enum copy_what what)
{
	size_t n, copied = 0;
	struct torrent_id *ids = list_targets(&s->list, &n);
	struct buf text = {0};
	bool done = false;

	for (size_t i = 0; i < n && text.len <= COPY_TEXT_MAX; i++) {
		const struct torrent_row *row = list_row(s->snap, ids[i]);

		copied += row && add_line(&text, text_of(s, row, what));
	}
	mem_free(ids);
	buf_add_byte(&text, '\0');
	if (copied && text.len <= COPY_TEXT_MAX && s->ops->copy)
		done = s->ops->copy(s->user, (const char *)text.p);
	buf_free(&text);
	tell(s, what, copied, done);
}
