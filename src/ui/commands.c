/*
 * commands.c - what can be typed after ':'.  See commands.h.
 */
#include "ui/commands.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/commands_priv.h"
#include "ui/copy.h"
#include "ui/screen.h"
#include "ui/views.h"

bool command_fail(struct fault *fault, const char *fmt, ...)
{
	va_list args;

	fault->code = ERR_SYNTAX;
	va_start(args, fmt);
	vsnprintf(fault->what, sizeof fault->what, fmt, args);
	va_end(args);
	return false;
}

bool command_needs_torrent(struct screen *s, struct fault *fault)
{
	if (screen_chosen(s) || s->list.nmarked)
		return true;
	return command_fail(fault, "no torrent is chosen");
}

static bool each(struct screen *s, enum command_kind kind, struct fault *fault)
{
	if (command_needs_torrent(s, fault))
		action_each(s, kind);
	return fault->code == ERR_OK;
}

static bool send(struct screen *s, const struct command *c, struct fault *fault)
{
	enum err e;

	if (!s->ops->command)
		return command_fail(fault, "nothing to command");
	e = s->ops->command(s->user, c, NULL, fault);
	if (e == ERR_OK)
		return true;
	if (!fault->what[0])
		return command_fail(fault, "%s", err_str(e));
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

static bool do_copy(struct screen *s, const char *rest, struct fault *fault)
{
	enum copy_what what = copy_find(rest);

	if (!command_needs_torrent(s, fault))
		return false;
	if (*rest && what == COPY_COUNT)
		return command_fail(fault,
			"copy what? magnet, hash, name, path or tracker");
	if (*rest)
		copy_targets(s, what);
	else
		action_run(s, ACTION_COPY);
	return true;
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
	if (command_needs_torrent(s, fault))
		action_ask_remove(s, false);
	return fault->code == ERR_OK;
}

static bool do_delete(struct screen *s, const char *rest, struct fault *fault)
{
	(void)rest;
	if (command_needs_torrent(s, fault))
		action_ask_remove(s, true);
	return fault->code == ERR_OK;
}

static bool do_sequential(struct screen *s, const char *rest,
	struct fault *fault)
{
	size_t n;
	struct torrent_id *ids;

	if (strcmp(rest, "on") != 0 && strcmp(rest, "off") != 0)
		return command_fail(fault, "sequential on, or sequential off");
	if (!command_needs_torrent(s, fault))
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
		return command_fail(fault, "dht %s: %s is missing", d->word,
			d->missing);
	if (!d->missing && *text)
		return command_fail(fault, "nothing may follow dht %s",
			d->word);
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
		return command_set(s, rest[1] == 'n' ? "dht on" : "dht off",
			fault);
	for (size_t i = 0; i < sizeof dht_commands / sizeof *dht_commands; i++)
		if (strlen(dht_commands[i].word) == len &&
			strncmp(dht_commands[i].word, rest, len) == 0)
			return run_dht(s, &dht_commands[i], text, fault);
	return command_fail(fault,
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
	{{"bind", "<context> <key> <action>", "give a key a meaning"},
		command_bind},
	{{"colors", "auto|truecolor|256|16|8|none", "how many colours"},
		command_colors},
	{{"columns", "<name,size,...>|default", "which columns, in order"},
		command_columns},
	{{"copy", "magnet|hash|name|path|tracker",
		 "to the clipboard of the terminal"},
		do_copy},
	{{"delete", "", "remove and delete files (asks)"}, do_delete},
	{{"dht add", "<host:port>", "ask a node of the DHT you know"}, NULL},
	{{"dht lookup", "<hash>", "look for peers of a hash in the DHT"}, NULL},
	{{"dht off", "", "leave the DHT"}, NULL},
	{{"dht on", "", "find peers through the DHT"}, NULL},
	{{"dht refresh", "", "look for nodes in every bucket"}, NULL},
	{{"dht save", "", "write the known nodes to disk now"}, NULL},
	{{"dht", "on|off|add|lookup|refresh|save", "peers without trackers"},
		do_dht},
	{{"file", "<number> want|skip|high|normal|low",
		 "whether and when a file is fetched"},
		command_file},
	{{"files", "<*.mkv size>1G ...> want|skip|high|normal|low",
		 "the same for all files that match"},
		command_files},
	{{"filter", "<words>", "show only what matches"}, do_filter},
	{{"glyphs", "auto|utf8|console|ascii", "which characters"},
		command_glyphs},
	{{"graph", "auto|braille|blocks|ascii", "what the graph is made of"},
		command_graph},
	{{"help", "", "all keys"}, do_help},
	{{"label", "<label>", "label the chosen torrents, - for none"},
		command_label},
	{{"limit down", "<rate>", "slow or free downloads, 0 = no limit"},
		NULL},
	{{"limit up", "<rate>", "slow or free uploads, 0 = no limit"}, NULL},
	{{"limit torrent down", "<rate>", "only the chosen torrents"}, NULL},
	{{"limit torrent up", "<rate>", "only the chosen torrents"}, NULL},
	{{"limit", "[torrent] down|up <rate>", "speed limits"}, command_limit},
	{{"limits", "", "all limits in a dialog"}, command_limits},
	{{"messages", "", "the last messages"}, do_messages},
	{{"pause", "", "pause the chosen torrents"}, do_pause},
	{{"peer add", "<address:port>", "call a peer you know"}, NULL},
	{{"peer ban", "<address>", "no connection to it any more"}, NULL},
	{{"peer drop", "<address>", "close the connection to it"}, NULL},
	{{"peer", "add|ban|drop <address>", "peers of the chosen torrent"},
		command_peer},
	{{"piece", "<number> first|verify",
		 "fetch it first, or look at it again"},
		command_piece},
	{{"queue", "top|up|down|bottom", "move in the queue"}, command_queue},
	{{"quit", "", "save everything and leave"}, do_quit},
	{{"ratio", "<number>", "stop the chosen torrents at this ratio"},
		command_ratio},
	{{"redraw", "", "draw the screen anew"}, do_redraw},
	{{"remove", "", "remove from the list (asks)"}, do_remove},
	{{"reset", "<name>", "a setting as it was made"}, command_reset},
	{{"resume", "", "resume the chosen torrents"}, do_resume},
	{{"seedtime", "<time>", "stop the chosen after seeding for so long"},
		command_seedtime},
	{{"sequential", "on|off", "pieces in order"}, do_sequential},
	{{"set", "<name> <value>", "change a setting"}, command_set},
	{{"settings", "", "all settings in a dialog"}, command_settings},
	{{"slow", "on|off", "slow mode: other limits for a while"},
		command_slow},
	{{"sort", "<key> [asc|desc]", "sort the list"}, command_sort},
	{{"start", "[queued]", "start past the queue"}, command_start},
	{{"suspend", "", "stop bttui until fg"}, do_suspend},
	{{"tab", "overview|files|peers|trackers|pieces|log",
		 "that tab of the chosen torrent"},
		command_tab},
	{{"theme", "<name>", "colours: aurora, paper, contrast or a file"},
		command_theme},
	{{"tracker add", "<address>", "add a tracker to the chosen torrent"},
		NULL},
	{{"tracker remove", "<address>", "remove one"}, NULL},
	{{"tracker", "add|remove <address>", "trackers of the chosen torrent"},
		command_tracker},
	{{"unban", "<address>|all", "what was banned may come again"},
		command_unban},
	{{"unbind", "<context> <key>", "the key's own meaning again"},
		command_unbind},
	{{"verify", "", "check the data on disk"}, do_verify},
	{{"version", "", "which bttui this is"}, do_version},
	{{"view save", "<name>", "save the filter as a view"}, NULL},
	{{"view remove", "<name>", "forget a view"}, NULL},
	{{"view", "<name>|all", "show a saved view"}, command_view},
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

/* What a key does has a name as well, and is one word. */
static bool run_action(struct screen *s, const char *word, struct fault *fault)
{
	const struct input in = {.kind = INPUT_KEY};
	enum action action = key_action_find(word);

	(void)fault;
	if (action == ACTION_NONE)
		return false;
	screen_act(s, action, &in);
	return true;
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
	if (!run && run_action(s, word, fault))
		return true;
	if (!run && many)
		return command_fail(fault, "several commands begin like that");
	if (!run)
		return command_fail(fault, "no such command; did you mean %s?",
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
