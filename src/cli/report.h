/*
 * report.h - what `get` prints: a line redrawn on a terminal, lines in a log,
 * or JSON.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"

#define REPORT_PLAIN_S 10u /* seconds between two plain lines */

struct report {
	bool json, quiet;
	bool on_tty;
	bool line_shown; /* there is a line to remove */
	uint32_t seconds;
};

void report_init(struct report *r, bool json, bool quiet);

/* Called once a second. */
void report_progress(struct report *r, const struct snapshot *s);
void report_notice(struct report *r, const struct notice *n,
	const struct snapshot *s);
void report_ready(struct report *r, size_t ntorrents);
/* Before the end, and before anything else is printed. */
void report_clear(struct report *r);

/* The text of a state, as in the JSON. */
const char *report_state(enum torrent_state state);

#endif
