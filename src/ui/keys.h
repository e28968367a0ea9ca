/*
 * keys.h - the one table of keys.  Pure.
 *
 * Dispatch, the key bar and the help page all read this table, so they cannot
 * disagree.  A key that is not in it does nothing anywhere; one that is in it
 * is shown only where it works at the moment.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/input.h"

enum action {
	ACTION_NONE,
	/* everywhere */
	ACTION_INTERRUPT,
	ACTION_SUSPEND,
	ACTION_REDRAW,
	/* dashboard */
	ACTION_ADD,
	ACTION_PAUSE,
	ACTION_RESUME,
	ACTION_PAUSE_ALL,
	ACTION_REMOVE,
	ACTION_REMOVE_DATA,
	ACTION_VERIFY,
	ACTION_REANNOUNCE,
	ACTION_FILTER,
	ACTION_SHOW,
	ACTION_SORT,
	ACTION_REVERSE,
	ACTION_COLUMNS,
	ACTION_LABEL,
	ACTION_QUEUE_UP,
	ACTION_QUEUE_DOWN,
	ACTION_FORCE, /* past the queue */
	ACTION_LIMITS,
	ACTION_SLOW,
	ACTION_COPY, /* to the clipboard, what is chosen from a menu */
	ACTION_SETTINGS,
	ACTION_MARK,
	ACTION_MARK_ALL,
	ACTION_UNMARK,
	ACTION_NEXT_PANE,
	ACTION_PREV_PANE,
	ACTION_PANE, /* the digit pressed says which */
	ACTION_ZOOM,
	ACTION_OPEN, /* the chosen torrent alone */
	ACTION_COMMAND,
	ACTION_HELP,
	ACTION_MESSAGES,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_HALF_UP,
	ACTION_HALF_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_NEXT_TORRENT,
	ACTION_PREV_TORRENT,
	ACTION_AVAILABILITY,
	ACTION_SPAN_LESS,
	ACTION_SPAN_MORE,
	ACTION_BUCKET_PREV, /* of the DHT's routing table */
	ACTION_BUCKET_NEXT,
	ACTION_BUCKET_NODES,
	ACTION_DHT_REFRESH,
	ACTION_DHT_ADD,
	ACTION_DHT_SAVE,
	/* one torrent alone */
	ACTION_TAB, /* the digit pressed says which */
	ACTION_NEXT_TAB,
	ACTION_PREV_TAB,
	ACTION_LEFT, /* a cursor in two directions */
	ACTION_RIGHT,
	ACTION_WANT, /* a file, or not */
	ACTION_PRIORITY_UP,
	ACTION_PRIORITY_DOWN,
	ACTION_MARK_RANGE, /* again: it ends here */
	ACTION_FOLD,
	ACTION_UNFOLD,
	ACTION_FOLD_TOGGLE,
	ACTION_FLAT, /* files without their folders */
	ACTION_PEER_ADD,
	ACTION_PEER_DROP,
	ACTION_PEER_BAN,
	ACTION_TRACKER_ADD,
	ACTION_TRACKER_REMOVE,
	ACTION_MAP_IN, /* the piece map, larger */
	ACTION_MAP_OUT,
	ACTION_MAP_FIT,
	ACTION_MAP_GO, /* to a piece by its number */
	ACTION_MAP_EDGES,
	ACTION_PIECE_FIRST,
	ACTION_PIECE_VERIFY,
	ACTION_LEVEL, /* of the messages shown */
	ACTION_BACK,  /* one level; at the root the quit dialog */
	ACTION_QUIT,
	ACTION_ESCAPE, /* one level; never quits */
	/* dialogs and prompts */
	ACTION_ACCEPT,
	ACTION_CLOSE,
	ACTION_COMPLETE,
	ACTION_COMPLETE_BACK,
	ACTION_TOGGLE,
	ACTION_LESS, /* of a value: the one before */
	ACTION_MORE,
	ACTION_RESET,
	ACTION_MOVE_UP, /* the line itself */
	ACTION_MOVE_DOWN,
	ACTION_YES,
	ACTION_KEEP_FILES,
	ACTION_DELETE_FILES,
	ACTION_COUNT,
};

/* Where a key means something. */
enum key_context {
	CTX_ALL = 1,     /* really everywhere */
	CTX_DASH = 2,    /* the dashboard, whatever pane */
	CTX_LIST = 4,    /* ... with the torrents in focus */
	CTX_SCROLL = 8,  /* anything with rows that move */
	CTX_START = 16,  /* where Enter starts what is being added */
	CTX_PASTE = 32,  /* several links to be chosen */
	CTX_DIALOG = 64, /* a box over the dashboard */
	CTX_ADD = 128,
	CTX_REMOVE = 256,
	CTX_QUIT = 512,
	CTX_PROMPT = 1024, /* the last row: command or filter */
	CTX_HELP = 2048,
	CTX_SETTINGS = 1 << 26,
	CTX_LIMITS = 1 << 27,
	CTX_COLUMNS = 1 << 28,
	CTX_COMMAND = 4096, /* the command prompt */
	CTX_FILTER = 8192,
	CTX_MENU = 16384,     /* a letter chooses */
	CTX_ZOOM = 32768,     /* ... with one pane alone */
	CTX_DHT = 65536,      /* ... with the DHT in focus */
	CTX_BUCKETS = 131072, /* ... and alone */
	CTX_NODES = 262144,   /* the contacts of a bucket */
	CTX_ASK = 1 << 25,    /* view_ask */
	CTX_DETAIL = 1 << 19, /* one torrent alone, whatever tab */
	CTX_FILES = 1 << 20,  /* ... with this tab */
	CTX_PEERS = 1 << 21,
	CTX_TRACKERS = 1 << 22,
	CTX_PIECES = 1 << 23,
	CTX_EVENTS = 1 << 24, /* ... its log */
	CTX_CHOOSE = 1 << 29, /* files of a torrent that is being added */
	CTX_BUTTONS = 1 << 30,
};

enum key_group {
	GROUP_NONE, /* not on the help page */
	GROUP_MOVE,
	GROUP_TAB, /* what is done in the open tab alone */
	GROUP_TORRENTS,
	GROUP_FIND,
	GROUP_LOOK,
	GROUP_DHT,
	GROUP_PROGRAM,
	GROUP_DIALOG,
	GROUP_COUNT,
};
const char *key_group_title(enum key_group g);

#define KEY_ALIASES 4
struct key_binding {
	enum action action;
	unsigned contexts;         /* enum key_context bits */
	int32_t keys[KEY_ALIASES]; /* 0 ends them; the first is shown */
	const char *label;         /* in the key bar; NULL: not there */
	uint8_t rank;              /* place in the key bar, 1 first */
	enum key_group group;
	const char *help;
};

const struct key_binding *keys_table(size_t *n);

/* What a key means in these contexts; ACTION_NONE.  Where two rows of the table
 * have it, the upper one counts. */
enum action keys_lookup(unsigned contexts, const struct input *in);

/* As in `bind CONTEXT KEY ACTION`; NULL, 0, ACTION_NONE: there is none. */
const char *key_action_name(enum action action); /* "mark-all" */
enum action key_action_find(const char *name);
const char *key_context_name(size_t i); /* "list"; NULL behind the last */
unsigned key_context_find(const char *name);

#define KEY_NAME_MAX 16
/* "a", "Ctrl-D", "F10", "Space". */
void key_name(int32_t key, char out[KEY_NAME_MAX]);
/* The first key of a binding that works there; 0: each means something else. */
int32_t key_first(const struct key_binding *b, unsigned contexts);
/* Those keys that do for the help page: "j ↓". */
void key_names(const struct key_binding *b, unsigned contexts, char *out,
	size_t cap);

#endif
