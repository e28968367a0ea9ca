/*
 * toasts.h - short news in the lower right corner, and the log of all of it.
 * Pure.
 *
 * At most three are shown, the newest lowest; good ones for 4 s, bad ones for
 * 12 s.  The same text again only counts.  Everything is kept in the log.
 */
#ifndef UI_TOASTS_H
#define UI_TOASTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/snapshot.h"
#include "ui/draw.h"

enum news_kind {
	NEWS_INFO, /* in the log only */
	NEWS_GOOD,
	NEWS_WARN,
	NEWS_BAD,
};

#define NEWS_TEXT_MAX 400
struct news {
	enum news_kind kind;
	bool toast;
	unsigned count; /* times it came in a row */
	uint64_t at_ms;
	int64_t wall_s;
	struct torrent_id torrent; /* {0, 0}: not about one */
	size_t lead;               /* bytes of text that only name it */
	char text[NEWS_TEXT_MAX];
};

#define NEWS_KEPT 512
struct newsroom {
	struct news ring[NEWS_KEPT]; /* oldest at first */
	size_t first, n;
	size_t bad, warned; /* of those kept, for the title */
};

void news_add(struct newsroom *r, enum news_kind kind, bool toast,
	uint64_t now_ms, int64_t wall_s, const char *text);
/* Of a torrent; `lead` bytes of the text name it. */
void news_add_of(struct newsroom *r, const struct news *news);
const struct news *news_at(const struct newsroom *r, size_t i); /* 0 oldest */
void news_dismiss(struct newsroom *r); /* no toast any more */

/* When the picture of the toasts changes by time alone; UINT64_MAX: never. */
uint64_t toasts_deadline(const struct newsroom *r, uint64_t now_ms);
/* Above the last row of the area. */
void toasts_draw(const struct newsroom *r, const struct area *a,
	uint64_t now_ms);

enum role news_role(enum news_kind k);
char news_sign(enum news_kind k);

#endif
