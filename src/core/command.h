/*
 * command.h - how the outside changes the engine.
 *
 * Commands are values, checked at once: engine_command() returns what is
 * wrong with them and fills the fault with one line for the user.  What they
 * bring about is seen in a later snapshot or notice.  Loop thread only.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "core/snapshot.h"

enum command_kind {
	CMD_ADD,           /* add; *id is set */
	CMD_REMOVE,        /* torrent, with_data */
	CMD_UNDO,          /* the last CMD_REMOVE that left the data */
	CMD_PAUSE,         /* torrent */
	CMD_RESUME,        /* torrent; also the retry after a fault, and the
	                      start of one that waits for a choice, as it is */
	CMD_START,         /* torrent, start: what was chosen for it */
	CMD_RECHECK,       /* torrent */
	CMD_REANNOUNCE,    /* torrent */
	CMD_SEQUENTIAL,    /* torrent, on */
	CMD_FILE_PRIORITY, /* torrent, file, file_end, value: 0, 1, 4, 7; or
	                      start->priority of all files at once */
	CMD_ADD_PEER,      /* torrent, addr */
	CMD_ADD_TRACKER,   /* torrent, text: a URL, in a tier of its own */
	CMD_DOWN_LIMIT,    /* value bytes/s, 0 none; the whole engine */
	CMD_UP_LIMIT,
	CMD_MOVE,           /* torrent, text: absolute folder for its files */
	CMD_REMOVE_TRACKER, /* torrent, text: its URL */
	CMD_LABEL,          /* torrent, text; "" or NULL: none */
	CMD_TORRENT_DOWN_LIMIT, /* torrent, value bytes/s, 0 none */
	CMD_TORRENT_UP_LIMIT,
	CMD_RATIO_GOAL,   /* torrent, value in thousandths, 0 none */
	CMD_TIME_GOAL,    /* torrent, value in minutes of seeding, 0 none */
	CMD_QUEUE,        /* torrent, value: enum queue_move */
	CMD_KICK,         /* torrent, value: id of a connection */
	CMD_BAN,          /* torrent, addr: its IP, until the program ends */
	CMD_UNBAN,        /* torrent, addr; ADDR_NONE: all that are banned */
	CMD_PIECE_FIRST,  /* torrent, value: piece, on: before all others */
	CMD_VERIFY_PIECE, /* torrent, value: piece that we have */
	CMD_FORCE,        /* torrent, on: it does not queue */
	CMD_SET,          /* text "name value": see settings.h */
	CMD_DHT_ADD,      /* text: HOST:PORT of a node */
	CMD_DHT_SAVE,     /* its state file, now */
	CMD_DHT_REFRESH,  /* all buckets */
	CMD_DHT_LOOKUP,   /* text: 40 hex digits */
};

enum queue_move {
	QUEUE_TOP,
	QUEUE_UP,
	QUEUE_DOWN,
	QUEUE_BOTTOM,
};

/* What to add: exactly one of the first three. */
struct add_source {
	struct span metainfo; /* a .torrent's bytes */
	const char *link;     /* magnet link, or 40/64 hex digits, or base32 */
	const char *url;      /* http(s) URL of a .torrent: fetched first */

	const char *dir;   /* absolute; NULL: the default folder */
	const char *label; /* NULL: none */
	bool paused;
	bool sequential;
	bool skip_check; /* trust that the data is there (demo, seeding) */
	/* Its files are fetched if need be, then it waits for CMD_START; until
	 * then nothing of it is written to dir. */
	bool choose;
	const struct addr *peers;
	size_t npeers;
	const char *const *trackers; /* added to those it names */
	size_t ntrackers;
	/* Wanted files as "1,3-5" (1-based) or a glob on the path; NULL: all.
	 * Kept until the metadata is known. */
	const char *select;
};

/* For a torrent that was added with choose, before its files are known (then
 * priority is NULL, and it will not wait) or after. */
struct start_choice {
	const char *dir;         /* absolute; NULL: as it is */
	const uint8_t *priority; /* of nfiles files; NULL: as they are */
	size_t nfiles;
	bool paused;
	bool sequential; /* false: as it is */
};

struct command {
	enum command_kind kind;
	struct torrent_id torrent;
	const struct add_source *add;
	const struct start_choice *start;
	bool with_data;
	bool on;
	uint64_t value;
	size_t file, file_end; /* [file, file_end) */
	struct addr addr;
	const char *text;
};

/*
 * *id (may be NULL) is the torrent that was added or changed; of an add of
 * what is there already it is the existing one and the result ERR_EXISTS
 * (its new trackers and peers are merged in).  Of a URL it is {0, n}, and the
 * notice that says what became of it has fetch == n.
 */
MUST_CHECK enum err engine_command(struct engine *e, const struct command *c,
	struct torrent_id *id, struct fault *fault);

/* The magnet link of a torrent; heap memory, NULL when it is gone. */
char *engine_magnet_link(const struct engine *e, struct torrent_id id);
/* Its .torrent, appended; false when it is gone or not known yet. */
bool engine_export(const struct engine *e, struct torrent_id id,
	struct buf *out);

#endif
