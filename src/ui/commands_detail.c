/*
 * commands_detail.c - commands about files and peers of one torrent.  See
 * commands_priv.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/commands_priv.h"
#include "ui/file_filter.h"
#include "ui/file_plan.h"
#include "ui/format.h"
#include "ui/screen.h"

#define WORD_MAX 24
#define FILE_FORM "file NUMBER want, skip, high, normal or low"
#define FILES_FORM "files WORDS want, skip, high, normal or low"

static bool send(struct screen *s, struct command *c, struct fault *fault)
{
	const struct torrent_row *row = screen_chosen(s);

	if (!row)
		return command_fail(fault, "no torrent is chosen");
	if (!s->ops->command)
		return command_fail(fault, "nothing to command");
	c->torrent = row->id;
	return s->ops->command(s->user, c, NULL, fault) == ERR_OK;
}

/* Of the chosen torrent; NULL: they are not looked at now. */
static const struct torrent_detail *watched(struct screen *s, uint32_t what)
{
	const struct torrent_row *row = screen_chosen(s);

	if (!row || !torrent_id_equal(row->id, s->detail->id) ||
		!(s->detail->what & what))
		return NULL;
	return s->detail;
}

/* --- files
 * ---------------------------------------------------------------------- */

/* "7" or "7-12", counted from 1, as the range [*from, *end). */
static bool read_numbers(const char *word, size_t *from, size_t *end)
{
	unsigned long long a, b;
	char *after;

	if (*word < '0' || *word > '9')
		return false;
	a = b = strtoull(word, &after, 10);
	if (*after == '-' && after[1] >= '0' && after[1] <= '9')
		b = strtoull(after + 1, &after, 10);
	if (*after || a == 0 || b < a || b > UINT32_MAX)
		return false;
	*from = (size_t)a - 1;
	*end = (size_t)b;
	return true;
}

bool command_file(struct screen *s, const char *rest, struct fault *fault)
{
	struct command c = {.kind = CMD_FILE_PRIORITY};
	char numbers[WORD_MAX];
	uint8_t priority;

	if (!command_word(&rest, numbers, sizeof numbers))
		return command_fail(fault, FILE_FORM);
	if (!read_numbers(numbers, &c.file, &c.file_end))
		return command_fail(fault,
			"%s is no number of a file: 7, or 7-12", numbers);
	if (!file_priority_parse(rest, &priority))
		return command_fail(fault, FILE_FORM);
	c.value = priority;
	return send(s, &c, fault);
}

/* The last word; false: it is the only one. */
static bool last_word(const char *rest, size_t *len, const char **word)
{
	const char *blank;

	*len = strlen(rest);
	while (*len && rest[*len - 1] == ' ')
		--*len;
	blank = memrchr(rest, ' ', *len);
	if (!blank)
		return false;
	*word = blank + 1;
	*len = (size_t)(blank - rest);
	return true;
}

/* How many match; set: a byte for each file. */
static size_t choose(const struct torrent_detail *d, const char *words,
	uint8_t *set)
{
	struct file_filter f;
	size_t n = 0;

	file_filter_parse(&f, words);
	for (size_t i = 0; i < d->nfiles; i++) {
		set[i] = f.n && !d->files[i].is_pad &&
		         file_filter_matches(&f, &d->files[i]);
		n += set[i];
	}
	return n;
}

static bool send_ranges(struct screen *s, const struct torrent_detail *d,
	uint8_t *plan, struct fault *fault)
{
	struct start_choice all = {.priority = plan, .nfiles = d->nfiles};
	struct command c = {.kind = CMD_FILE_PRIORITY};
	struct file_range r = {0};

	if (file_plan_ranges(plan, d->files, d->nfiles, FILE_RANGES_MAX + 1) >
		FILE_RANGES_MAX) {
		file_plan_fill(plan, d->files, d->nfiles);
		c.start = &all;
		return send(s, &c, fault);
	}
	while (file_plan_next(plan, d->files, d->nfiles, &r)) {
		c.file = r.from;
		c.file_end = r.end;
		c.value = r.priority;
		if (!send(s, &c, fault))
			return false;
	}
	return true;
}

bool command_files(struct screen *s, const char *rest, struct fault *fault)
{
	const struct torrent_detail *d = watched(s, WATCH_FILES);
	const char *word;
	uint8_t priority, *set;
	size_t len, n;
	char *words;
	bool done = false;

	if (!last_word(rest, &len, &word) ||
		!file_priority_parse(word, &priority))
		return command_fail(fault, FILES_FORM);
	if (!d || !d->nfiles)
		return command_fail(fault,
			"look at its files first: Enter, then 2");
	words = mem_strndup(rest, len);
	set = mem_zero_array(d->nfiles, 1);
	n = choose(d, words, set);
	file_plan_value(set, d->nfiles, priority);
	if (!n)
		command_fail(fault, "no file matches");
	else
		done = send_ranges(s, d, set, fault);
	if (done)
		screen_say(s, NEWS_GOOD, "%zu file%s: %s", n, format_s(n),
			word);
	mem_free(words);
	mem_free(set);
	return done;
}

/* --- peers
 * ---------------------------------------------------------------------- */

static bool add_peer(struct screen *s, const char *text, struct fault *fault)
{
	struct command c = {.kind = CMD_ADD_PEER};

	if (addr_parse(text, &c.addr) != ERR_OK)
		return command_fail(fault,
			"an address and a port: 192.0.2.7:6881 or "
			"[2001:db8::7]:6881");
	if (!send(s, &c, fault))
		return false;
	screen_say(s, NEWS_GOOD, "calling %s", text);
	return true;
}

/* An address with or without its port. */
static bool read_addr(const char *text, struct addr *out, struct fault *fault)
{
	if (addr_parse(text, out) == ERR_OK ||
		addr_parse_ip(text, 0, out) == ERR_OK)
		return true;
	return command_fail(fault, "%.60s is no address", text);
}

/* All connections to that address, or to that address and port. */
static bool drop_peer(struct screen *s, const char *text, struct fault *fault)
{
	const struct torrent_detail *d = watched(s, WATCH_PEERS);
	struct command c = {.kind = CMD_KICK};
	struct addr wanted;
	size_t n = 0;

	if (!read_addr(text, &wanted, fault))
		return false;
	for (size_t i = 0; d && i < d->npeers; i++) {
		const struct peer_row *p = &d->peers[i];

		if (!addr_same_ip(&p->addr, &wanted) ||
			(wanted.port && p->addr.port != wanted.port))
			continue;
		c.value = p->id;
		if (!send(s, &c, fault))
			return false;
		n++;
	}
	if (!n)
		return command_fail(fault, "no peer of that address is here");
	screen_say(s, NEWS_GOOD, "dropped %s", text);
	return true;
}

static bool ban_peer(struct screen *s, const char *text, struct fault *fault)
{
	struct command c = {.kind = CMD_BAN};
	char ip[ADDR_TEXT_MAX];

	if (!read_addr(text, &c.addr, fault) || !send(s, &c, fault))
		return false;
	addr_ip_text(&c.addr, ip);
	screen_say(s, NEWS_GOOD, "%s is banned; :unban %s lets it in again", ip,
		ip);
	return true;
}

bool command_peer(struct screen *s, const char *rest, struct fault *fault)
{
	char word[WORD_MAX];

	if (!command_word(&rest, word, sizeof word) || !*rest)
		return command_fail(fault,
			"peer add, drop or ban, then its ADDRESS");
	if (strcmp(word, "add") == 0)
		return add_peer(s, rest, fault);
	if (strcmp(word, "drop") == 0)
		return drop_peer(s, rest, fault);
	if (strcmp(word, "ban") == 0)
		return ban_peer(s, rest, fault);
	return command_fail(fault, "peer add, peer drop or peer ban");
}

bool command_unban(struct screen *s, const char *rest, struct fault *fault)
{
	struct command c = {.kind = CMD_UNBAN};
	bool all = strcmp(rest, "all") == 0;

	if (!*rest)
		return command_fail(fault, "unban ADDRESS, or unban all");
	if (!all && !read_addr(rest, &c.addr, fault))
		return false;
	if (!send(s, &c, fault))
		return false;
	screen_say(s, NEWS_GOOD, "%s",
		all ? "nobody is banned" : "let in again");
	return true;
}
