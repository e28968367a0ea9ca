/*
 * fake_host.h - the world of one engine in a unit test: a clock that the test
 * moves, a disk of one torrent, state files, and streams, names and HTTP
 * requests that do what the test says.
 *
 * A test includes fake_host.c.  Everything that was asked for is answered in
 * fake_turn(), in the order asked, never before.
 */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include "core/engine.h"
#include "core/host.h"
#include "core/storage/disk.h"

#define FAKE_FILES 2u
#define FAKE_PIECE 16384u
#define FAKE_PIECES 4u /* two in each file */
#define FAKE_BYTES ((size_t)FAKE_PIECE * FAKE_PIECES)
#define FAKE_STATES 64u
#define FAKE_JOBS 256u
#define FAKE_HTTP 64u
#define FAKE_PACKETS 64u
#define FAKE_DIR "/down"

struct fake_stream {
	struct stream base;
	struct addr remote;
	const struct stream_events *ev;
	void *user;
	struct buf sent;
	bool *closed; /* told when it is, if not NULL */
};

struct fake_host {
	struct host base;
	struct disk disk;
	uint64_t now, wake;
	uint64_t seed;

	/* The torrent's files. */
	uint8_t data[FAKE_BYTES];
	struct disk_stat stat[FAKE_FILES];
	int stat_error;             /* os error of the next STATs */
	uint32_t hashed;            /* HASH jobs that ended */
	bool slow;                  /* HASH jobs never end */
	uint32_t stores;            /* opened, ever */
	char dir[64];               /* of the last */
	uint32_t selected, deleted; /* jobs */
	struct disk_job *job[FAKE_JOBS];
	size_t njobs;

	/* State files. */
	char *path[FAKE_STATES];
	struct buf state[FAKE_STATES];
	size_t nstates;
	int save_error;
	uint32_t saves; /* of "session" */
	struct disk_file_job *file[FAKE_JOBS];
	size_t nfile;

	/* HTTP: asked and not yet answered. */
	struct {
		char *url;
		http_done *done;
		void *user;
	} http[FAKE_HTTP];
	size_t nhttp;
	uint32_t cancelled;

	/* Names: answered with this address; ADDR_NONE: unknown. */
	struct addr named;
	struct {
		resolve_done *done;
		void *user;
	} name[FAKE_HTTP];
	size_t nnames;

	struct {
		struct addr to;
		struct buf bytes;
	} packet[FAKE_PACKETS];
	size_t npackets;

	bool in_groups;      /* of local discovery */
	uint32_t multicasts; /* sent to them */
};

void fake_init(struct fake_host *h);
void fake_fini(struct fake_host *h);
/* Answers all that was asked for, wakes the engine when it is time. */
void fake_turn(struct fake_host *h, struct engine *e);
/* Turns until `ms` have passed, ten milliseconds each. */
void fake_run(struct fake_host *h, struct engine *e, uint64_t ms);
/* Closes and frees an engine, and fails the test if that takes long. */
void fake_close(struct fake_host *h, struct engine *e);

/* Answers the oldest HTTP request. */
void fake_answer(struct fake_host *h, enum err fault, int status,
	struct span body);
struct stream *fake_stream(struct fake_stream *s, const char *ip, bool *closed);

/* The state file; NULL: there is none. */
struct buf *fake_state(struct fake_host *h, const char *path);
void fake_put_state(struct fake_host *h, const char *path, struct span bytes);

/* A .torrent of two files, "a" and "b", over h->data. */
struct buf fake_torrent(const struct fake_host *h, const char *name);
/* Its files are there, whole. */
void fake_files_there(struct fake_host *h);

#endif
