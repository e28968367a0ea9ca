/*
 * commands.c - what can be typed after ':'.  See commands.h.
 */
#include "ui/commands.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "core/settings.h"
#include "ui/actions.h"
#include "ui/screen.h"
#include "ui/views.h"

typedef bool command_fn(struct screen *s, const char *rest,
	struct fault *fault);

static bool fail(struct fault *fault, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool fail(struct fault *fault, const char *fmt, ...)
{
	va_list args;

	fault->code = ERR_SYNTAX;
	va_start(args, fmt);
	vsnprintf(fault->what, sizeof fault->what, fmt, args);
	va_end(args);
	return false;
}

static bool need_torrent(struct screen *s, struct fault *fault)
{
	if (screen_chosen(s) || s->list.nmarked)
		return true;
	return fail(fault, "no torrent is chosen");
}

static bool each(struct screen *s, enum command_kind kind, struct fault *fault)
{
	if (need_torrent(s, fault))
		action_each(s, kind);
	return fault->code == ERR_OK;
}

static bool send(struct screen *s, const struct command *c, struct fault *fault)
{
	enum err e;

	if (!s->ops->command)
		return fail(fault, "nothing to command");
	e = s->ops->command(s->user, c, NULL, fault);
	if (e == ERR_OK)
		return true;
	if (!fault->what[0])
		return fail(fault, "%s", err_str(e));
	return false;
}

static bool do_add(struct screen *s, const char *rest, struct fault *fault)
{
	struct add_source src = {.dir = NULL};
	struct command c = {.kind = CMD_ADD, .add = &src};
	enum source_kind kind = source_classify(rest);

	/* A path is read first, which the dialog knows how to do. */
	if (kind == SOURCE_PATH || kind == SOURCE_NOTHING) {
		view_push(s, &view_add, *rest ? rest : NULL);
		return true;
	}
	if (kind == SOURCE_LINK)
		src.link = rest;
	else
		src.url = rest;
	return send(s, &c, fault);
}

static bool do_pause(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	return each(s, CMD_PAUSE, fault);
}

static bool do_resume(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	return each(s, CMD_RESUME, fault);
}

static bool do_verify(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	return each(s, CMD_RECHECK, fault);
}

static bool do_announce(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	return each(s, CMD_REANNOUNCE, fault);
}

static bool do_remove(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	if (need_torrent(s, fault))
		action_ask_remove(s, false);
	return fault->code == ERR_OK;
}

static bool do_delete(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	if (need_torrent(s, fault))
		action_ask_remove(s, true);
	return fault->code == ERR_OK;
}

static bool do_sequential(struct screen *s, const char *rest,
	struct fault *fault)
{
	size_t n;
	struct torrent_id *ids;

	if (strcmp(rest, "on") != 0 && strcmp(rest, "off") != 0)
		return fail(fault, "sequential on, or sequential off");
	if (!need_torrent(s, fault))
		return false;
	ids = list_targets(&s->list, &n);
	for (size_t i = 0; i < n; i++) {
		struct command c = {.kind = CMD_SEQUENTIAL,
			.torrent = ids[i],
			.on = strcmp(rest, "on") == 0};

		action_command(s, &c, NULL);
	}
	mem_free(ids);
	return true;
}

/* "NAME VALUE" to the engine, which knows all settings. */
static bool set(struct screen *s, const char *name, const char *value,
	struct fault *fault)
{
	const struct setting_info *row = settings_find(name);
	struct command c = {.kind = CMD_SET};
	char *text;
	bool done;

	if (row && row->when == SETTING_AT_START)
		return fail(fault,
			"%s is read at the start: it belongs in the config "
			"file",
			row->name);
	text = mem_printf("%s %s", name, value);
	c.text = text;
	done = send(s, &c, fault);
	mem_free(text);
	if (done && row && row->when == SETTING_LATER)
		screen_say(s, NEWS_WARN,
			"%s is accepted, but has no effect yet", name);
	else if (done)
		screen_say(s, NEWS_GOOD, "%s is now %s", name, value);
	return done;
}

static bool do_limit(struct screen *s, const char *rest, struct fault *fault)
{
	bool up = strncmp(rest, "up ", 3) == 0;
	const char *value = rest + (up ? 3 : 5);

	if (!up && strncmp(rest, "down ", 5) != 0)
		return fail(fault, "limit down RATE, or limit up RATE");
	value += strspn(value, " ");
	if (!*value)
		return fail(fault, "a rate: 750k, 2M, 0 for no limit");
	return set(s, up ? "up_limit" : "down_limit", value, fault);
}

static bool do_set(struct screen *s, const char *rest, struct fault *fault)
{
	size_t len = strcspn(rest, " ");
	const char *value = rest + len + strspn(rest + len, " ");
	char name[64];

	if (len == 0 || len >= sizeof name)
		return fail(fault, "set NAME VALUE, or set NAME to see it");
	memcpy(name, rest, len);
	name[len] = '\0';
	if (*value)
		return set(s, name, value, fault);
	value = s->ops->setting ? s->ops->setting(s->user, name) : NULL;
	if (!value)
		return fail(fault, "there is no setting named %.40s", name);
	screen_say(s, NEWS_GOOD, "%s is %s", name, value);
	return true;
}

static bool do_theme(struct screen *s, const char *rest, struct fault *fault)
{
	if (!theme_find(rest))
		return fail(fault, "a theme is one of %s", theme_names());
	return set(s, "theme", rest, fault);
}

static bool do_colors(struct screen *s, const char *rest, struct fault *fault)
{
	return set(s, "colors", strcmp(rest, "none") == 0 ? "mono" : rest,
		fault);
}

static bool do_glyphs(struct screen *s, const char *rest, struct fault *fault)
{
	return set(s, "glyphs", strcmp(rest, "full") == 0 ? "utf8" : rest,
		fault);
}

static bool do_sort(struct screen *s, const char *rest, struct fault *fault)
{
	char word[32];
	size_t len = strcspn(rest, " ");
	const char *way = rest + len + strspn(rest + len, " ");
	enum sort_key key;
	bool descending;

	snprintf(word, sizeof word, "%.*s", (int)(len < 31 ? len : 31), rest);
	if (!sort_parse(word, &key))
		return fail(fault, "sort by activity, speed, up, name, size, "
				   "done, eta, ratio, peers, added, state");
	descending = sort_starts_descending(key);
	if (strcmp(way, "desc") == 0 || strcmp(way, "asc") == 0)
		descending = *way == 'd';
	else if (*way)
		return fail(fault, "after the key only asc or desc");
	list_set_sort(&s->list, key, descending);
	return true;
}

static bool do_filter(struct screen *s, const char *rest, struct fault *fault)
{
	(void)fault;
	list_set_filter(&s->list, rest);
	return true;
}

static bool do_help(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	view_push(s, &view_help, NULL);
	return true;
}

static bool do_messages(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	news_dismiss(&s->news);
	view_push(s, &view_log, NULL);
	return true;
}

/* "lookup HASH": the words after "dht ", and what is said when it is done. */
static const struct dht_command {
	const char *word;
	enum command_kind kind;
	const char *missing; /* what its argument is; NULL: it has none */
	const char *done;
} dht_commands[] = {
	{"add", CMD_DHT_ADD, "the node as HOST:PORT", "asking that node"},
	{"lookup", CMD_DHT_LOOKUP, "a hash of 40 hexadecimal digits",
		"looking for peers: pane 5 shows how it goes"},
	{"refresh", CMD_DHT_REFRESH, NULL, "refreshing all buckets"},
	{"save", CMD_DHT_SAVE, NULL, "saving the DHT's nodes"},
};

static bool run_dht(struct screen *s, const struct dht_command *d,
	const char *text, struct fault *fault)
{
	struct command c = {.kind = d->kind, .text = *text ? text : NULL};

	if (d->missing && !*text)
		return fail(fault, "dht %s: %s is missing", d->word,
			d->missing);
	if (!d->missing && *text)
		return fail(fault, "nothing may follow dht %s", d->word);
	if (!send(s, &c, fault))
		return false;
	s->dht.stale = true;
	screen_say(s, NEWS_GOOD, "%s", d->done);
	return true;
}

static bool do_dht(struct screen *s, const char *rest, struct fault *fault)
{
	size_t len = strcspn(rest, " ");
	const char *text = rest + len + strspn(rest + len, " ");

	if (strcmp(rest, "on") == 0 || strcmp(rest, "off") == 0)
		return set(s, "dht", rest, fault);
	for (size_t i = 0; i < sizeof dht_commands / sizeof *dht_commands; i++)
		if (strlen(dht_commands[i].word) == len &&
			strncmp(dht_commands[i].word, rest, len) == 0)
			return run_dht(s, &dht_commands[i], text, fault);
	return fail(fault,
		"dht on, off, add HOST:PORT, lookup HASH, refresh or save");
}

static bool do_redraw(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	if (s->ops->repaint)
		s->ops->repaint(s->user);
	return true;
}

static bool do_suspend(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	if (s->ops->suspend)
		s->ops->suspend(s->user);
	return true;
}

static bool do_quit(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	screen_quit(s, false);
	return true;
}

static bool do_zoom(struct screen *s, const char *rest, struct fault *fault)
{
	struct input in = {.kind = INPUT_KEY, .key = 'z'};

	(void)rest;
	(void)fault;
	screen_act(s, ACTION_ZOOM, &in);
	return true;
}

static bool do_version(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	(void)fault;
	screen_say(s, NEWS_GOOD, "bttui %s", BTTUI_VERSION);
	return true;
}

static const struct {
	struct command_info info;
	command_fn *run;
} table[] = {
	{{"add", "<link|hash|address|path>", "add a torrent"}, do_add},
	{{"announce", "", "ask the trackers for peers now"}, do_announce},
	{{"colors", "auto|truecolor|256|16|8|none", "how many colours"},
		do_colors},
	{{"delete", "", "remove and delete files (asks)"}, do_delete},
	{{"dht add", "<host:port>", "ask a node of the DHT you know"}, NULL},
	{{"dht lookup", "<hash>", "look for peers of a hash in the DHT"}, NULL},
	{{"dht off", "", "leave the DHT"}, NULL},
	{{"dht on", "", "find peers through the DHT"}, NULL},
	{{"dht refresh", "", "look for nodes in every bucket"}, NULL},
	{{"dht save", "", "write the known nodes to disk now"}, NULL},
	{{"dht", "on|off|add|lookup|refresh|save", "peers without trackers"},
		do_dht},
	{{"filter", "<words>", "show only what matches"}, do_filter},
	{{"glyphs", "auto|utf8|console|ascii", "which characters"}, do_glyphs},
	{{"help", "", "all keys"}, do_help},
	{{"limit down", "<rate>", "slow or free downloads, 0 = no limit"},
		NULL},
	{{"limit up", "<rate>", "slow or free uploads, 0 = no limit"}, NULL},
	{{"limit", "down|up <rate>", "speed limits"}, do_limit},
	{{"messages", "", "the last messages"}, do_messages},
	{{"pause", "", "pause the chosen torrents"}, do_pause},
	{{"quit", "", "save everything and leave"}, do_quit},
	{{"redraw", "", "draw the screen anew"}, do_redraw},
	{{"remove", "", "remove from the list (asks)"}, do_remove},
	{{"resume", "", "resume the chosen torrents"}, do_resume},
	{{"sequential", "on|off", "pieces in order"}, do_sequential},
	{{"set", "<name> <value>", "change a setting"}, do_set},
	{{"sort", "<key> [asc|desc]", "sort the list"}, do_sort},
	{{"suspend", "", "stop bttui until fg"}, do_suspend},
	{{"theme", "aurora|paper|contrast", "colours"}, do_theme},
	{{"verify", "", "check the data on disk"}, do_verify},
	{{"version", "", "which bttui this is"}, do_version},
	{{"zoom", "", "the pane alone, and back"}, do_zoom},
};
#define TABLE_SIZE (sizeof table / sizeof table[0])

/* The one command that `word` names: exactly, or by a unique beginning. */
static command_fn *find(const char *word, size_t len, bool *many)
{
	command_fn *found = NULL;

	*many = false;
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (!table[i].run ||
			strncmp(table[i].info.name, word, len) != 0)
			continue;
		if (strlen(table[i].info.name) == len) {
			*many = false;
			return table[i].run;
		}
		*many = found != NULL;
		if (!found)
			found = table[i].run;
	}
	return *many ? NULL : found;
}

/* Letters of a that stand in b in the same order: a crude likeness. */
static size_t likeness(const char *a, size_t n, const char *b)
{
	size_t same = 0;

	for (size_t i = 0; i < n && *b; i++) {
		const char *at = strchr(b, a[i]);

		if (at) {
			same++;
			b = at + 1;
		}
	}
	return same;
}

static const char *nearest(const char *word, size_t len)
{
	const char *best = table[0].info.name;
	size_t most = 0;

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		const char *name = table[i].info.name;
		size_t same = likeness(word, len, name) * 2;

		if (table[i].run && *name == *word)
			same += 2;
		if (table[i].run && same > most) {
			most = same;
			best = name;
		}
	}
	return best;
}

bool command_run(struct screen *s, const char *line, struct fault *fault,
	size_t *at)
{
	const char *word = line + strspn(line, " ");
	size_t len = strcspn(word, " ");
	const char *rest = word + len + strspn(word + len, " ");
	command_fn *run;
	bool many;

	*at = (size_t)(word - line);
	*fault = (struct fault){.code = ERR_OK};
	if (len == 0)
		return true;
	run = find(word, len, &many);
	if (!run && many)
		return fail(fault, "several commands begin like that");
	if (!run)
		return fail(fault, "no such command; did you mean %s?",
			nearest(word, len));
	*at = (size_t)(rest - line);
	return run(s, rest, fault);
}

size_t command_match(const char *line, const struct command_info **out,
	size_t cap)
{
	size_t n = 0;

	line += strspn(line, " ");
	for (size_t i = 0; i < TABLE_SIZE && n < cap; i++) {
		const char *name = table[i].info.name;
		size_t len = strlen(name);
		size_t typed = strlen(line);

		/* Either the name is still being typed, or it is complete and
		 * its arguments follow. */
		if (strncmp(name, line, typed < len ? typed : len) != 0 ||
			(typed > len && line[len] != ' '))
			continue;
		out[n++] = &table[i].info;
	}
	return n;
}

size_t command_setting_match(const char *line, const char **names,
	const char **help, size_t cap)
{
	const struct setting_info *t;
	size_t n = 0;

	if (strncmp(line, "set ", 4) != 0)
		return 0;
	t = settings_table();
	line += 4;
	for (size_t i = 0; i < SETTINGS_COUNT && n < cap; i++)
		if (t[i].when == SETTING_LIVE &&
			strncmp(t[i].name, line, strlen(line)) == 0) {
			names[n] = t[i].name;
			help[n++] = t[i].help;
		}
	return n;
}
