/*
 * disk_queue.h - which job may run next.  Pure; loop thread only.
 *
 * Jobs that could touch the same bytes belong to one domain (a torrent's
 * files, or a bucket of state file names).  Within a domain a job waits for
 * every earlier one it conflicts with; what waits for nobody is ready and
 * stands in the queue of its class.  Items are members of the caller's
 * objects.
 */
#ifndef HOST_DISK_QUEUE_H
#define HOST_DISK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "core/storage/disk.h"

#define DISK_CLASSES 3

struct disk_domain {
	struct list items; /* in the order made, running ones included */
	size_t ordered;    /* of them, those that write or are fences */
};

struct disk_item {
	enum disk_class class;
	uint64_t begin, end; /* bytes it touches */
	bool writes;
	bool waits_for_all; /* for all earlier items of its domain */
	bool holds_all;     /* and all later ones wait for it */
	/* Private. */
	struct disk_domain *domain;
	struct list in_domain;
	struct list in_class;
	size_t waits; /* unfinished earlier items in conflict with it */
	bool running;
};

struct disk_queue {
	struct list ready[DISK_CLASSES];
	size_t nready[DISK_CLASSES];
	unsigned workers;
	unsigned background_max;
};

void disk_domain_init(struct disk_domain *dom);
void disk_queue_init(struct disk_queue *q, unsigned workers);

/* Enter the domain; true when it waits for nobody.  Then either
 * disk_queue_ready() or, if it is done on the spot, disk_queue_leave(). */
bool disk_queue_enter(struct disk_domain *dom, struct disk_item *it);
void disk_queue_ready(struct disk_queue *q, struct disk_item *it);

/*
 * The next item to run, given how many background tasks are running; NULL
 * when there is none.  With `like` not NULL only an item of the same class.
 */
struct disk_item *disk_queue_take(struct disk_queue *q,
	unsigned background_running, const struct disk_item *like);

/* It has run, or will not: those that waited for it alone become ready. */
void disk_queue_leave(struct disk_queue *q, struct disk_item *it);

#endif
