/*
 * format.h - numbers and times as people read them.  Pure, but for the local
 * time zone.
 *
 * Sizes and rates have three significant digits.  A unit ends at 999: what
 * would print as 1,000 KiB prints as 0.98M, so no value is wider than five
 * columns.
 */
#ifndef UI_FORMAT_H
#define UI_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

enum units {
	UNITS_BINARY, /* KiB, MiB */
	UNITS_SI,     /* kB, MB */
	UNITS_BITS,   /* rates in kbit/s, sizes as in SI */
};

#define FORMAT_MAX 32 /* any of these, with its NUL */

/* "999", "1.00K", "12.3K", "0.98M": for columns whose header has the unit. */
void format_size_short(char out[FORMAT_MAX], uint64_t bytes, enum units u);
void format_rate_short(char out[FORMAT_MAX], uint64_t bps, enum units u);
/* "3.71 GiB", "12.3 KiB/s", "0 B". */
void format_size(char out[FORMAT_MAX], uint64_t bytes, enum units u);
void format_rate(char out[FORMAT_MAX], uint64_t bps, enum units u);

/* "64.2%", rounded down; "100%" only when part == whole; "0.0%" of none. */
void format_percent(char out[FORMAT_MAX], uint64_t part, uint64_t whole);

/* "12s", "4m05s", "1h23m", "2d04h", "3w2d", ">1y"; UINT32_MAX: infinity. */
void format_duration(char out[FORMAT_MAX], uint32_t seconds);

/* "0.12", "3.41", "12.7", "341"; "" if nothing was moved at all. */
void format_ratio(char out[FORMAT_MAX], uint64_t up, uint64_t down);

/* "24.3", "0.87": thousandths with three digits; "" for UINT32_MAX. */
void format_copies(char out[FORMAT_MAX], uint32_t milli);

/* "3,711". */
void format_count(char out[FORMAT_MAX], uint64_t n);

/* "14:58". */
void format_clock(char out[FORMAT_MAX], int64_t unix_s);
/* "14:58:30". */
void format_clock_seconds(char out[FORMAT_MAX], int64_t unix_s);
/* A moment in six columns: "14:31" today, "3d", "2w", "1y". */
void format_age(char out[FORMAT_MAX], int64_t then_s, int64_t now_s);

/* A time that passes, in its largest unit: "40s", "12m", "3h", "2d"; "" for
 * UINT32_MAX. */
void format_span(char out[FORMAT_MAX], uint32_t seconds);
/* A moment in words: "14:31" today, "31 Aug 14:31" this year, "2025-12-31"; ""
 * for 0 and below. */
void format_moment(char out[FORMAT_MAX], int64_t then_s, int64_t now_s);

/* "" for 1, else "s". */
const char *format_s(uint64_t n);

#endif
