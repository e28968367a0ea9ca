/*
 * keys.c - see keys.h.
 */
#include "ui/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"

#define CTRL(letter) KEY_CTRL_(letter)
#define ESC KEY_ESC_CHAR
#define ENTER KEY_ENTER_CHAR

/* clang-format off */
static const struct key_binding table[] = {
	/* Before the dashboard's, which mean something else elsewhere. */
	{ACTION_BUCKET_PREV, CTX_BUCKETS | CTX_NODES, {'h', KEY_LEFT_ARROW}, "Left", 3, GROUP_DHT, "bucket to the left"},
	{ACTION_BUCKET_NEXT, CTX_BUCKETS | CTX_NODES, {'l', KEY_RIGHT_ARROW}, "Right", 4, GROUP_DHT, "bucket to the right"},
	{ACTION_BUCKET_NODES, CTX_BUCKETS, {ENTER}, "Its nodes", 5, GROUP_DHT, "nodes of the bucket"},
	{ACTION_ZOOM, CTX_DHT, {ENTER}, NULL, 0, GROUP_NONE, "zoom the pane"},
	{ACTION_DHT_REFRESH, CTX_DHT, {'r'}, "Refresh buckets", 6, GROUP_DHT, "refresh all buckets"},
	{ACTION_DHT_ADD, CTX_DHT, {'i'}, "Add node", 7, GROUP_DHT, "add a node…"},
	{ACTION_DHT_SAVE, CTX_DHT, {'w'}, "Save nodes", 8, GROUP_DHT, "save the nodes now"},

	/* One torrent alone.  Ranks 2 to 19 are for what its tab does. */
	{ACTION_ESCAPE, CTX_DETAIL, {ESC, CTRL('G')}, "Back", 1, GROUP_MOVE, "back to the list"},
	{ACTION_WANT, CTX_FILES, {' '}, "Want/skip", 2, GROUP_TAB, "fetch the file or folder, or not"},
	{ACTION_PRIORITY_UP, CTX_FILES, {'+', '=', KEY_F8}, "Higher", 3, GROUP_TAB, "higher priority"},
	{ACTION_PRIORITY_DOWN, CTX_FILES, {'-', KEY_F7}, "Lower", 4, GROUP_TAB, "lower priority"},
	{ACTION_FOLD, CTX_FILES, {'h', KEY_LEFT_ARROW}, "Fold", 5, GROUP_TAB, "fold the folder, or the one around"},
	{ACTION_UNFOLD, CTX_FILES, {'l', KEY_RIGHT_ARROW}, "Unfold", 6, GROUP_TAB, "unfold the folder"},
	{ACTION_FOLD_TOGGLE, CTX_FILES, {ENTER}, NULL, 0, GROUP_TAB, "fold or unfold"},
	{ACTION_FLAT, CTX_FILES, {'T', KEY_F5}, "Tree/flat", 8, GROUP_TAB, "tree, or numbered list"},
	{ACTION_FILTER, CTX_FILES, {'/', KEY_F3, KEY_F4, '\\'}, "Filter", 7, GROUP_TAB, "filter: *.mkv size>1G is:skip"},
	{ACTION_MARK_RANGE, CTX_FILES, {'V'}, "Range", 9, GROUP_TAB, "mark a range; again ends it"},
	{ACTION_MARK_ALL, CTX_FILES, {'*'}, "All", 10, GROUP_TAB, "mark all shown or none"},
	{ACTION_UNMARK, CTX_FILES, {'U'}, "Unmark", 11, GROUP_TAB, "unmark all"},
	{ACTION_PEER_DROP, CTX_PEERS, {'x'}, "Drop", 2, GROUP_TAB, "drop the connection"},
	{ACTION_PEER_BAN, CTX_PEERS, {'B'}, "Ban", 3, GROUP_TAB, "ban the address (asks)"},
	{ACTION_PEER_ADD, CTX_PEERS, {'i'}, "Add peer", 4, GROUP_TAB, "add a peer…"},
	{ACTION_SORT, CTX_PEERS, {'s', KEY_F6}, "Sort", 5, GROUP_TAB, "sort by…"},
	{ACTION_REVERSE, CTX_PEERS, {'S'}, "Reverse", 6, GROUP_TAB, "reverse the order"},
	{ACTION_LEFT, CTX_PIECES, {'h', KEY_LEFT_ARROW}, NULL, 0, GROUP_MOVE, "left"},
	{ACTION_RIGHT, CTX_PIECES, {'l', KEY_RIGHT_ARROW}, NULL, 0, GROUP_MOVE, "right"},
	{ACTION_MAP_IN, CTX_PIECES, {'+', '='}, "Zoom in", 2, GROUP_TAB, "look closer"},
	{ACTION_MAP_OUT, CTX_PIECES, {'-'}, "Out", 3, GROUP_TAB, "look from further away"},
	{ACTION_MAP_FIT, CTX_PIECES, {'0'}, "Fit", 4, GROUP_TAB, "the whole torrent"},
	{ACTION_MAP_GO, CTX_PIECES, {'#'}, "Go to piece", 5, GROUP_TAB, "go to a piece…"},
	{ACTION_AVAILABILITY, CTX_PIECES, {'A'}, "Availability", 6, GROUP_TAB, "availability numbers"},
	{ACTION_MAP_EDGES, CTX_PIECES, {'F'}, "File edges", 7, GROUP_TAB, "where files begin"},
	{ACTION_PIECE_FIRST, CTX_PIECES, {' '}, "Fetch first", 8, GROUP_TAB, "fetch these pieces first"},
	{ACTION_PIECE_VERIFY, CTX_PIECES, {'V'}, "Verify piece", 9, GROUP_TAB, "verify these pieces"},
	{ACTION_TRACKER_ADD, CTX_TRACKERS, {'i'}, "Add tracker", 3, GROUP_TAB, "add a tracker…"},
	{ACTION_TRACKER_REMOVE, CTX_TRACKERS, {'x'}, "Remove tracker", 4, GROUP_TAB, "remove the tracker"},
	{ACTION_REANNOUNCE, CTX_TRACKERS, {'r'}, "Announce now", 2, GROUP_TORRENTS, "ask for peers now"},
	{ACTION_LEVEL, CTX_EVENTS, {'l'}, "Level", 2, GROUP_TAB, "all, warnings, errors"},
	{ACTION_ESCAPE, CTX_DETAIL, {'h', KEY_LEFT_ARROW, KEY_BACKSPACE_CHAR}, NULL, 0, GROUP_MOVE, "back to the list"},
	{ACTION_TAB, CTX_DETAIL, {'1'}, NULL, 0, GROUP_MOVE, "tab n"},
	{ACTION_NEXT_TAB, CTX_DETAIL, {'\t'}, "Next tab", 20, GROUP_MOVE, "next tab"},
	{ACTION_PREV_TAB, CTX_DETAIL, {KEY_BACK_TAB}, NULL, 0, GROUP_MOVE, "previous tab"},
	{ACTION_PAUSE, CTX_DETAIL, {'p'}, "Pause", 21, GROUP_TORRENTS, "pause or resume"},
	{ACTION_REMOVE, CTX_DETAIL, {'d', KEY_DELETE, KEY_F9}, "Remove", 22, GROUP_TORRENTS, "remove…"},
	{ACTION_REANNOUNCE, CTX_DETAIL, {'r'}, "Announce", 23, GROUP_TORRENTS, "ask for peers now"},
	{ACTION_VERIFY, CTX_DETAIL, {'v'}, "Verify", 24, GROUP_TORRENTS, "verify data"},
	{ACTION_COMMAND, CTX_DETAIL, {':'}, "Command", 25, GROUP_PROGRAM, "command line"},

	{ACTION_ESCAPE, CTX_ZOOM, {ESC}, "Back", 2, GROUP_NONE, "back"},
	{ACTION_ADD, CTX_DASH | CTX_DETAIL, {'a', KEY_INSERT}, "Add", 1, GROUP_TORRENTS, "add magnet, link, hash, file"},
	{ACTION_PAUSE, CTX_DASH, {'p'}, "Pause", 3, GROUP_TORRENTS, "pause or resume"},
	{ACTION_RESUME, CTX_DASH | CTX_DETAIL, {CTRL('S')}, NULL, 0, GROUP_NONE, "resume"},
	{ACTION_PAUSE_ALL, CTX_DASH, {'P'}, NULL, 0, GROUP_TORRENTS, "pause or resume all"},
	{ACTION_REMOVE, CTX_DASH, {'d', KEY_DELETE, KEY_F9}, "Remove", 4, GROUP_TORRENTS, "remove…"},
	{ACTION_REMOVE_DATA, CTX_DASH | CTX_DETAIL, {'D'}, NULL, 0, GROUP_TORRENTS, "remove and delete…"},
	{ACTION_VERIFY, CTX_DASH, {'v'}, "Verify", 14, GROUP_TORRENTS, "verify data"},
	{ACTION_REANNOUNCE, CTX_DASH, {'r'}, NULL, 0, GROUP_TORRENTS, "ask for peers now"},
	{ACTION_FILTER, CTX_DASH, {'/', KEY_F3, KEY_F4, '\\'}, "Filter", 5, GROUP_FIND, "filter by words"},
	{ACTION_SHOW, CTX_DASH, {'f'}, "Show", 12, GROUP_FIND, "show: all, active, …"},
	{ACTION_SORT, CTX_DASH, {'s', KEY_F6}, "Sort", 6, GROUP_FIND, "sort by…"},
	{ACTION_REVERSE, CTX_DASH, {'S'}, NULL, 0, GROUP_FIND, "reverse the order"},
	{ACTION_COLUMNS, CTX_DASH, {'C'}, NULL, 0, GROUP_LOOK, "columns…"},
	{ACTION_QUEUE_UP, CTX_DASH, {'{'}, NULL, 0, GROUP_TORRENTS, "up in the queue"},
	{ACTION_QUEUE_DOWN, CTX_DASH, {'}'}, NULL, 0, GROUP_TORRENTS, "down in the queue"},
	{ACTION_LABEL, CTX_DASH | CTX_DETAIL, {'b'}, NULL, 0, GROUP_TORRENTS, "label…"},
	{ACTION_COPY, CTX_DASH | CTX_DETAIL, {'y'}, NULL, 0, GROUP_TORRENTS, "copy magnet, hash, name, …"},
	{ACTION_LIMITS, CTX_DASH | CTX_DETAIL, {'L'}, "Limits", 26, GROUP_TORRENTS, "limits and goals…"},
	{ACTION_SLOW, CTX_DASH | CTX_DETAIL, {'t'}, NULL, 0, GROUP_TORRENTS, "slow mode"},
	{ACTION_SETTINGS, CTX_DASH | CTX_DETAIL, {KEY_F2, 'O'}, "Settings", 27, GROUP_PROGRAM, "settings…"},
	{ACTION_MARK, CTX_LIST, {' '}, "Mark", 7, GROUP_FIND, "mark and move down"},
	{ACTION_MARK_ALL, CTX_LIST, {'*'}, NULL, 0, GROUP_FIND, "mark all shown or none"},
	{ACTION_UNMARK, CTX_LIST, {'U'}, NULL, 0, GROUP_FIND, "unmark all"},
	{ACTION_NEXT_PANE, CTX_DASH, {'\t'}, "Pane", 8, GROUP_MOVE, "next pane"},
	{ACTION_PREV_PANE, CTX_DASH, {KEY_BACK_TAB}, NULL, 0, GROUP_MOVE, "previous pane"},
	{ACTION_PANE, CTX_DASH, {'1'}, NULL, 0, GROUP_MOVE, "pane n; again: zoom it"},
	{ACTION_ZOOM, CTX_DASH, {'z'}, "Zoom", 9, GROUP_MOVE, "zoom the pane"},
	{ACTION_OPEN, CTX_LIST, {ENTER, 'l', KEY_RIGHT_ARROW}, "Open", 2, GROUP_MOVE, "all about the torrent"},
	{ACTION_COMMAND, CTX_DASH, {':'}, "Command", 10, GROUP_PROGRAM, "command line"},
	{ACTION_MESSAGES, CTX_DASH | CTX_DETAIL, {'!'}, NULL, 0, GROUP_PROGRAM, "last messages"},
	{ACTION_DOWN, CTX_SCROLL | CTX_MENU, {'j', KEY_DOWN_ARROW, CTRL('N')}, NULL, 0, GROUP_MOVE, "down"},
	{ACTION_UP, CTX_SCROLL | CTX_MENU, {'k', KEY_UP_ARROW, CTRL('P')}, NULL, 0, GROUP_MOVE, "up"},
	{ACTION_DOWN, CTX_DIALOG | CTX_PROMPT, {KEY_DOWN_ARROW, CTRL('N')}, NULL, 0, GROUP_NONE, "down"},
	{ACTION_UP, CTX_DIALOG | CTX_PROMPT, {KEY_UP_ARROW, CTRL('P')}, NULL, 0, GROUP_NONE, "up"},
	{ACTION_FIRST, CTX_SCROLL, {'g', KEY_HOME_KEY}, NULL, 0, GROUP_MOVE, "first"},
	{ACTION_LAST, CTX_SCROLL, {'G', KEY_END_KEY}, NULL, 0, GROUP_MOVE, "last"},
	{ACTION_HALF_DOWN, CTX_SCROLL, {CTRL('D')}, NULL, 0, GROUP_MOVE, "half a page down"},
	{ACTION_HALF_UP, CTX_SCROLL, {CTRL('U')}, NULL, 0, GROUP_MOVE, "half a page up"},
	{ACTION_PAGE_DOWN, CTX_SCROLL, {KEY_PAGE_DOWN, CTRL('F')}, NULL, 0, GROUP_MOVE, "page down"},
	{ACTION_PAGE_UP, CTX_SCROLL, {KEY_PAGE_UP, CTRL('B')}, NULL, 0, GROUP_MOVE, "page up"},
	{ACTION_NEXT_TORRENT, CTX_DASH | CTX_DETAIL, {'J'}, NULL, 0, GROUP_MOVE, "next torrent"},
	{ACTION_PREV_TORRENT, CTX_DASH | CTX_DETAIL, {'K'}, NULL, 0, GROUP_MOVE, "previous torrent"},
	{ACTION_AVAILABILITY, CTX_DASH, {'A'}, NULL, 0, GROUP_LOOK, "availability numbers"},
	{ACTION_SPAN_LESS, CTX_DASH, {'<'}, NULL, 0, GROUP_LOOK, "graph: shorter time"},
	{ACTION_SPAN_MORE, CTX_DASH, {'>'}, NULL, 0, GROUP_LOOK, "graph: longer time"},
	{ACTION_ESCAPE, CTX_DETAIL, {'q'}, NULL, 0, GROUP_NONE, "back to the list"},
	{ACTION_BACK, CTX_DASH, {'q'}, "Quit", 15, GROUP_PROGRAM, "back, then quit"},
	{ACTION_QUIT, CTX_DASH | CTX_DETAIL, {'Q', KEY_F10}, NULL, 0, GROUP_PROGRAM, "quit"},
	{ACTION_ESCAPE, CTX_DASH, {ESC, CTRL('G'), 'h', KEY_BACKSPACE_CHAR}, NULL, 0, GROUP_MOVE, "back, clear the filter"},
	{ACTION_HELP, CTX_DASH | CTX_DETAIL, {'?', KEY_F1}, "Help", 255, GROUP_PROGRAM, "this page"},

	{ACTION_ACCEPT, CTX_ADD, {ENTER}, "Add", 1, GROUP_DIALOG, "add"},
	{ACTION_COMPLETE, CTX_ADD, {'\t'}, "Complete, next field", 2, GROUP_DIALOG, "complete, then the next field"},
	{ACTION_COMPLETE_BACK, CTX_ADD, {KEY_BACK_TAB}, NULL, 0, GROUP_DIALOG, "previous field"},
	{ACTION_TOGGLE, CTX_ADD, {' '}, NULL, 0, GROUP_NONE, "switch on or off"},
	{ACTION_TOGGLE, CTX_CHOOSE | CTX_PASTE, {' '}, "Choose", 1, GROUP_NONE, "take it or not"},
	{ACTION_MARK_ALL, CTX_CHOOSE, {'*'}, "All", 3, GROUP_NONE, "take all shown or none"},
	{ACTION_PRIORITY_UP, CTX_CHOOSE, {'+', '='}, "Higher", 4, GROUP_NONE, "a higher priority"},
	{ACTION_PRIORITY_DOWN, CTX_CHOOSE, {'-', '_'}, "Lower", 5, GROUP_NONE, "a lower priority"},
	{ACTION_FILTER, CTX_CHOOSE, {'/'}, "Filter", 6, GROUP_NONE, "only files that match"},
	{ACTION_FOLD, CTX_CHOOSE, {'h', KEY_LEFT_ARROW}, "Fold", 7, GROUP_NONE, "fold the folder"},
	{ACTION_UNFOLD, CTX_CHOOSE, {'l', KEY_RIGHT_ARROW}, "Unfold", 8, GROUP_NONE, "unfold the folder"},
	{ACTION_ACCEPT, CTX_START, {ENTER}, "Start", 2, GROUP_NONE, "start with what is chosen"},
	{ACTION_COMPLETE, CTX_START | CTX_BUTTONS, {'\t'}, "Next", 9, GROUP_NONE, "next field"},
	{ACTION_COMPLETE_BACK, CTX_START | CTX_BUTTONS, {KEY_BACK_TAB}, NULL, 0, GROUP_NONE, "previous field"},
	{ACTION_ACCEPT, CTX_BUTTONS, {ENTER}, "Press button", 1, GROUP_NONE, "press the button"},
	{ACTION_FOLD, CTX_BUTTONS, {KEY_LEFT_ARROW}, NULL, 0, GROUP_NONE, "button to the left"},
	{ACTION_UNFOLD, CTX_BUTTONS, {KEY_RIGHT_ARROW}, NULL, 0, GROUP_NONE, "button to the right"},
	{ACTION_ACCEPT, CTX_PASTE, {ENTER}, "Add", 2, GROUP_NONE, "add what is chosen"},
	{ACTION_COMPLETE, CTX_PASTE, {'\t'}, "Next", 3, GROUP_NONE, "next field"},
	{ACTION_COMPLETE_BACK, CTX_PASTE, {KEY_BACK_TAB}, NULL, 0, GROUP_NONE, "previous field"},
	{ACTION_ACCEPT, CTX_REMOVE, {ENTER}, NULL, 0, GROUP_NONE, "the chosen line"},
	{ACTION_KEEP_FILES, CTX_REMOVE, {'k'}, "Keep files", 1, GROUP_DIALOG, "remove, keep the files"},
	{ACTION_DELETE_FILES, CTX_REMOVE, {'x'}, "Delete files", 2, GROUP_DIALOG, "remove and delete the files"},
	{ACTION_YES, CTX_QUIT, {'y', ENTER}, "Quit", 1, GROUP_DIALOG, "quit"},
	{ACTION_CLOSE, CTX_QUIT, {'n', ESC, CTRL('G'), 'q'}, "Stay", 2, GROUP_DIALOG, "stay"},
	{ACTION_ACCEPT, CTX_COMMAND, {ENTER}, "Run", 1, GROUP_NONE, "run the command"},
	{ACTION_COMPLETE, CTX_COMMAND, {'\t'}, "Complete", 2, GROUP_NONE, "complete"},
	{ACTION_COMPLETE_BACK, CTX_COMMAND, {KEY_BACK_TAB}, NULL, 0, GROUP_NONE, "previous candidate"},
	{ACTION_ACCEPT, CTX_ASK, {ENTER}, "Enter", 1, GROUP_NONE, "that is it"},
	{ACTION_ACCEPT, CTX_FILTER, {ENTER}, "Keep", 1, GROUP_NONE, "keep the filter"},
	{ACTION_ACCEPT, CTX_HELP, {ENTER}, "Run the key", 1, GROUP_NONE, "run the key"},
	{ACTION_FILTER, CTX_HELP, {'/'}, "Search", 2, GROUP_NONE, "search"},
	{ACTION_ACCEPT, CTX_MENU, {ENTER}, "Choose", 1, GROUP_NONE, "the chosen line"},
	{ACTION_LESS, CTX_SETTINGS | CTX_LIMITS, {KEY_LEFT_ARROW, 'h'}, "Less", 1, GROUP_DIALOG, "the value before"},
	{ACTION_MORE, CTX_SETTINGS | CTX_LIMITS, {KEY_RIGHT_ARROW, 'l', ' '}, "More", 2, GROUP_DIALOG, "the value after"},
	{ACTION_ACCEPT, CTX_SETTINGS | CTX_LIMITS, {ENTER}, "Change", 3, GROUP_DIALOG, "type a value"},
	{ACTION_SLOW, CTX_LIMITS, {'t'}, "Slow mode", 4, GROUP_DIALOG, "slow mode on or off"},
	{ACTION_RESET, CTX_SETTINGS | CTX_COLUMNS, {'r'}, "Reset", 5, GROUP_DIALOG, "as it was made"},
	{ACTION_FILTER, CTX_SETTINGS, {'/'}, "Find", 6, GROUP_DIALOG, "find a setting"},
	{ACTION_NEXT_PANE, CTX_SETTINGS, {'\t'}, "Section", 7, GROUP_DIALOG, "next section"},
	{ACTION_NEXT_PANE, CTX_LIMITS, {'\t'}, "Next field", 7, GROUP_DIALOG, "next field"},
	{ACTION_PREV_PANE, CTX_SETTINGS | CTX_LIMITS, {KEY_BACK_TAB}, NULL, 0, GROUP_NONE, "the one before"},
	{ACTION_TOGGLE, CTX_COLUMNS, {' ', ENTER}, "Show or hide", 1, GROUP_DIALOG, "show or hide"},
	{ACTION_MOVE_UP, CTX_COLUMNS, {'{', 'K'}, "Left", 2, GROUP_DIALOG, "further left"},
	{ACTION_MOVE_DOWN, CTX_COLUMNS, {'}', 'J'}, "Right", 3, GROUP_DIALOG, "further right"},
	{ACTION_CLOSE, CTX_SETTINGS | CTX_LIMITS | CTX_COLUMNS, {'q'}, NULL, 0, GROUP_NONE, "close"},
	{ACTION_CLOSE, CTX_DIALOG | CTX_PROMPT, {ESC, CTRL('G')}, "Close", 200, GROUP_DIALOG, "close"},
	{ACTION_CLOSE, CTX_HELP | CTX_MENU, {'q', '?', KEY_F1}, NULL, 0, GROUP_NONE, "close"},

	{ACTION_INTERRUPT, CTX_ALL, {CTRL('C')}, NULL, 0, GROUP_PROGRAM, "quit; twice: at once"},
	{ACTION_SUSPEND, CTX_ALL, {CTRL('Z')}, NULL, 0, GROUP_PROGRAM, "suspend until fg"},
	{ACTION_REDRAW, CTX_ALL, {CTRL('L')}, NULL, 0, GROUP_PROGRAM, "draw the screen anew"},
};
/* clang-format on */

const char *key_group_title(enum key_group g)
{
	static const char *const titles[GROUP_COUNT] = {
		[GROUP_NONE] = "",
		[GROUP_MOVE] = "Move",
		[GROUP_TORRENTS] = "Torrents",
		[GROUP_FIND] = "Find",
		[GROUP_LOOK] = "Look",
		[GROUP_TAB] = "This tab",
		[GROUP_DHT] = "DHT",
		[GROUP_PROGRAM] = "Program",
		[GROUP_DIALOG] = "Here",
	};

	return titles[g];
}

/* Those without a name belong to their keys. */
static const char *const action_names[ACTION_COUNT] = {
	[ACTION_INTERRUPT] = "interrupt",
	[ACTION_SUSPEND] = "suspend",
	[ACTION_REDRAW] = "redraw",
	[ACTION_ADD] = "add",
	[ACTION_PAUSE] = "pause",
	[ACTION_RESUME] = "resume",
	[ACTION_PAUSE_ALL] = "pause-all",
	[ACTION_REMOVE] = "remove",
	[ACTION_REMOVE_DATA] = "delete",
	[ACTION_VERIFY] = "verify",
	[ACTION_REANNOUNCE] = "announce",
	[ACTION_FILTER] = "filter",
	[ACTION_SHOW] = "show",
	[ACTION_SORT] = "sort",
	[ACTION_REVERSE] = "reverse",
	[ACTION_COLUMNS] = "columns",
	[ACTION_LABEL] = "label",
	[ACTION_QUEUE_UP] = "queue-up",
	[ACTION_QUEUE_DOWN] = "queue-down",
	[ACTION_FORCE] = "start",
	[ACTION_LIMITS] = "limits",
	[ACTION_SLOW] = "slow",
	[ACTION_COPY] = "copy",
	[ACTION_SETTINGS] = "settings",
	[ACTION_MARK] = "mark",
	[ACTION_MARK_ALL] = "mark-all",
	[ACTION_UNMARK] = "unmark",
	[ACTION_NEXT_PANE] = "next-pane",
	[ACTION_PREV_PANE] = "previous-pane",
	[ACTION_ZOOM] = "zoom",
	[ACTION_OPEN] = "open",
	[ACTION_COMMAND] = "command",
	[ACTION_HELP] = "help",
	[ACTION_MESSAGES] = "messages",
	[ACTION_UP] = "up",
	[ACTION_DOWN] = "down",
	[ACTION_FIRST] = "first",
	[ACTION_LAST] = "last",
	[ACTION_HALF_UP] = "half-up",
	[ACTION_HALF_DOWN] = "half-down",
	[ACTION_PAGE_UP] = "page-up",
	[ACTION_PAGE_DOWN] = "page-down",
	[ACTION_NEXT_TORRENT] = "next-torrent",
	[ACTION_PREV_TORRENT] = "previous-torrent",
	[ACTION_AVAILABILITY] = "availability",
	[ACTION_SPAN_LESS] = "span-less",
	[ACTION_SPAN_MORE] = "span-more",
	[ACTION_BUCKET_PREV] = "bucket-left",
	[ACTION_BUCKET_NEXT] = "bucket-right",
	[ACTION_BUCKET_NODES] = "bucket-nodes",
	[ACTION_DHT_REFRESH] = "dht-refresh",
	[ACTION_DHT_ADD] = "dht-add",
	[ACTION_DHT_SAVE] = "dht-save",
	[ACTION_NEXT_TAB] = "next-tab",
	[ACTION_PREV_TAB] = "previous-tab",
	[ACTION_LEFT] = "left",
	[ACTION_RIGHT] = "right",
	[ACTION_TRACKER_ADD] = "tracker-add",
	[ACTION_TRACKER_REMOVE] = "tracker-remove",
	[ACTION_MAP_IN] = "map-in",
	[ACTION_MAP_OUT] = "map-out",
	[ACTION_MAP_FIT] = "map-fit",
	[ACTION_MAP_GO] = "map-go",
	[ACTION_MAP_EDGES] = "map-edges",
	[ACTION_PIECE_FIRST] = "piece-first",
	[ACTION_PIECE_VERIFY] = "piece-verify",
	[ACTION_LEVEL] = "level",
	[ACTION_WANT] = "want",
	[ACTION_PRIORITY_UP] = "priority-up",
	[ACTION_PRIORITY_DOWN] = "priority-down",
	[ACTION_MARK_RANGE] = "mark-range",
	[ACTION_FOLD] = "fold",
	[ACTION_UNFOLD] = "unfold",
	[ACTION_FOLD_TOGGLE] = "fold-toggle",
	[ACTION_FLAT] = "flat",
	[ACTION_PEER_ADD] = "peer-add",
	[ACTION_PEER_DROP] = "peer-drop",
	[ACTION_PEER_BAN] = "peer-ban",
	[ACTION_BACK] = "back",
	[ACTION_QUIT] = "quit",
	[ACTION_ESCAPE] = "escape",
	[ACTION_ACCEPT] = "accept",
	[ACTION_CLOSE] = "close",
	[ACTION_COMPLETE] = "complete",
	[ACTION_COMPLETE_BACK] = "complete-back",
	[ACTION_TOGGLE] = "toggle",
	[ACTION_LESS] = "less",
	[ACTION_MORE] = "more",
	[ACTION_RESET] = "reset",
	[ACTION_MOVE_UP] = "move-up",
	[ACTION_MOVE_DOWN] = "move-down",
};

const char *key_action_name(enum action action)
{
	return action_names[action];
}

enum action key_action_find(const char *name)
{
	for (int i = 0; i < ACTION_COUNT; i++)
		if (action_names[i] && strcmp(action_names[i], name) == 0)
			return (enum action)i;
	return ACTION_NONE;
}

static const struct {
	const char *name;
	unsigned bits;
} context_names[] = {
	{"all", CTX_ALL},
	{"main", CTX_DASH},
	{"list", CTX_LIST},
	{"scroll", CTX_SCROLL},
	{"torrent", CTX_DETAIL},
	{"files", CTX_FILES},
	{"peers", CTX_PEERS},
	{"trackers", CTX_TRACKERS},
	{"pieces", CTX_PIECES},
	{"log", CTX_EVENTS},
	{"dht", CTX_DHT},
	{"buckets", CTX_BUCKETS},
	{"nodes", CTX_NODES},
	{"dialog", CTX_DIALOG},
	{"add", CTX_ADD},
	{"choose", CTX_CHOOSE},
	{"start", CTX_START},
	{"paste", CTX_PASTE},
	{"buttons", CTX_BUTTONS},
	{"remove", CTX_REMOVE},
	{"quit", CTX_QUIT},
	{"menu", CTX_MENU},
	{"help", CTX_HELP},
	{"settings", CTX_SETTINGS},
	{"limits", CTX_LIMITS},
	{"columns", CTX_COLUMNS},
};
#define NCONTEXTS (sizeof context_names / sizeof context_names[0])

const char *key_context_name(size_t i)
{
	return i < NCONTEXTS ? context_names[i].name : NULL;
}

unsigned key_context_find(const char *name)
{
	for (size_t i = 0; i < NCONTEXTS; i++)
		if (strcmp(context_names[i].name, name) == 0)
			return context_names[i].bits;
	return 0;
}

const struct key_binding *keys_table(size_t *n)
{
	*n = sizeof table / sizeof table[0];
	return table;
}

enum action keys_lookup(unsigned contexts, const struct input *in)
{
	contexts |= CTX_ALL;
	if (in->kind != INPUT_KEY || (in->mods & MOD_ALT))
		return ACTION_NONE;
	if ((contexts & CTX_DASH) && in->key >= '1' && in->key <= '9')
		return ACTION_PANE;
	if ((contexts & CTX_DETAIL) && in->key >= '1' && in->key <= '9')
		return ACTION_TAB;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (!(table[i].contexts & contexts))
			continue;
		for (int k = 0; k < KEY_ALIASES && table[i].keys[k]; k++)
			if (table[i].keys[k] == in->key)
				return table[i].action;
	}
	return ACTION_NONE;
}

/* Ctrl-I is Tab, Ctrl-M Enter: the terminal cannot tell them apart. */
static const char *fixed_name(int32_t key)
{
	static const struct {
		int32_t key;
		const char *name;
	} names[] = {
		{'\t', "Tab"},
		{ENTER, "Enter"},
		{ESC, "Esc"},
		{' ', "Space"},
		{KEY_BACKSPACE_CHAR, "Backspace"},
		{KEY_UP_ARROW, "↑"},
		{KEY_DOWN_ARROW, "↓"},
		{KEY_LEFT_ARROW, "←"},
		{KEY_RIGHT_ARROW, "→"},
		{KEY_HOME_KEY, "Home"},
		{KEY_END_KEY, "End"},
		{KEY_PAGE_UP, "PgUp"},
		{KEY_PAGE_DOWN, "PgDn"},
		{KEY_INSERT, "Ins"},
		{KEY_DELETE, "Del"},
		{KEY_BACK_TAB, "Shift-Tab"},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].key == key)
			return names[i].name;
	return NULL;
}

void key_name(int32_t key, char out[KEY_NAME_MAX])
{
	const char *fixed = fixed_name(key);
	char utf8[4];

	if (fixed) {
		snprintf(out, KEY_NAME_MAX, "%s", fixed);
	} else if (key > 0 && key < 32) {
		snprintf(out, KEY_NAME_MAX, "Ctrl-%c", (char)(key + 'A' - 1));
	} else if (key >= KEY_F1 && key <= KEY_F12) {
		snprintf(out, KEY_NAME_MAX, "F%d", key - KEY_F1 + 1);
	} else {
		size_t n = key > 0 ? utf8_encode((uint32_t)key, utf8) : 0;

		memcpy(out, utf8, n);
		out[n] = '\0';
	}
}

static bool works(int32_t key, enum action action, unsigned contexts)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	return keys_lookup(contexts, &in) == action;
}

int32_t key_first(const struct key_binding *b, unsigned contexts)
{
	for (int i = 0; i < KEY_ALIASES && b->keys[i]; i++)
		if (works(b->keys[i], b->action, contexts))
			return b->keys[i];
	return 0;
}

void key_names(const struct key_binding *b, unsigned contexts, char *out,
	size_t cap)
{
	struct writer w = writer_of(out, cap - 1);
	char name[KEY_NAME_MAX];

	if (b->action == ACTION_PANE || b->action == ACTION_TAB)
		write_str(&w, "1-6");
	else
		for (int i = 0; i < KEY_ALIASES && b->keys[i]; i++) {
			if (!works(b->keys[i], b->action, contexts))
				continue;
			key_name(b->keys[i], name);
			if (w.len)
				write_u8(&w, ' ');
			write_str(&w, name);
		}
	out[w.len] = '\0';
}
