/*
 * format.c - see format.h.
 */
#include "ui/format.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400

/* A number of at most 999 and how often the unit was raised for it. */
struct scaled {
	double value;
	unsigned power;
};

static struct scaled scale(uint64_t v, double step)
{
	struct scaled s = {(double)v, 0};

	while (s.value >= 999.5 && s.power < 6) {
		s.value /= step;
		s.power++;
	}
	return s;
}

/* Three significant digits; whole numbers as they are. */
static void print_scaled(char out[FORMAT_MAX], const struct scaled *s,
	const char *suffix)
{
	int decimals = s->power == 0      ? 0
	               : s->value < 9.995 ? 2
	               : s->value < 99.95 ? 1
	                                  : 0;

	snprintf(out, FORMAT_MAX, "%.*f%s", decimals, s->value, suffix);
}

static void print_short(char out[FORMAT_MAX], uint64_t v, double step)
{
	static const char *const letters[] = {"", "K", "M", "G", "T", "P", "E"};
	struct scaled s = scale(v, step);

	print_scaled(out, &s, letters[s.power]);
}

void format_size_short(char out[FORMAT_MAX], uint64_t bytes, enum units u)
{
	print_short(out, bytes, u == UNITS_BINARY ? 1024 : 1000);
}

static uint64_t to_bits(uint64_t bps)
{
	return bps > UINT64_MAX / 8 ? UINT64_MAX : bps * 8;
}

void format_rate_short(char out[FORMAT_MAX], uint64_t bps, enum units u)
{
	if (u == UNITS_BITS)
		print_short(out, to_bits(bps), 1000);
	else
		format_size_short(out, bps, u);
}

static void print_long(char out[FORMAT_MAX], uint64_t v, enum units u,
	const char *end)
{
	static const char *const names[][7] = {
		[UNITS_BINARY] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB",
			" EiB"},
		[UNITS_SI] = {" B", " kB", " MB", " GB", " TB", " PB", " EB"},
		[UNITS_BITS] = {" bit", " kbit", " Mbit", " Gbit", " Tbit",
			" Pbit", " Ebit"},
	};
	struct scaled s = scale(v, u == UNITS_BINARY ? 1024 : 1000);
	char unit[16];

	snprintf(unit, sizeof unit, "%s%s", names[u][s.power], end);
	print_scaled(out, &s, unit);
}

void format_size(char out[FORMAT_MAX], uint64_t bytes, enum units u)
{
	print_long(out, bytes, u == UNITS_BITS ? UNITS_SI : u, "");
}

void format_rate(char out[FORMAT_MAX], uint64_t bps, enum units u)
{
	print_long(out, u == UNITS_BITS ? to_bits(bps) : bps, u, "/s");
}

void format_percent(char out[FORMAT_MAX], uint64_t part, uint64_t whole)
{
	unsigned milli;

	if (whole && part >= whole) {
		snprintf(out, FORMAT_MAX, "100%%");
		return;
	}
	if (!whole)
		milli = 0;
	else if (part > UINT64_MAX / 1000)
		milli = (unsigned)(part / (whole / 1000));
	else
		milli = (unsigned)(part * 1000 / whole);
	if (milli > 999)
		milli = 999;
	snprintf(out, FORMAT_MAX, "%u.%u%%", milli / 10, milli % 10);
}

void format_duration(char out[FORMAT_MAX], uint32_t s)
{
	uint32_t days = s / DAY_S;

	if (s == UINT32_MAX)
		snprintf(out, FORMAT_MAX, "∞");
	else if (s < 60)
		snprintf(out, FORMAT_MAX, "%us", s);
	else if (s < 3600)
		snprintf(out, FORMAT_MAX, "%um%02us", s / 60, s % 60);
	else if (s < DAY_S)
		snprintf(out, FORMAT_MAX, "%uh%02um", s / 3600, s / 60 % 60);
	else if (days < 7)
		snprintf(out, FORMAT_MAX, "%ud%02uh", days, s / 3600 % 24);
	else if (days < 365)
		snprintf(out, FORMAT_MAX, "%uw%ud", days / 7, days % 7);
	else
		snprintf(out, FORMAT_MAX, ">1y");
}

/* Three digits of a plain number, 0.12 to 999 and beyond. */
static void print_digits(char out[FORMAT_MAX], double v)
{
	int decimals = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;

	if (v >= 99999)
		snprintf(out, FORMAT_MAX, ">99k");
	else
		snprintf(out, FORMAT_MAX, "%.*f", decimals, v);
}

void format_ratio(char out[FORMAT_MAX], uint64_t up, uint64_t down)
{
	out[0] = '\0';
	if (down)
		print_digits(out, (double)up / (double)down);
	else if (up)
		snprintf(out, FORMAT_MAX, "∞");
}

void format_copies(char out[FORMAT_MAX], uint32_t milli)
{
	out[0] = '\0';
	if (milli != UINT32_MAX)
		print_digits(out, (double)milli / 1000);
}

void format_count(char out[FORMAT_MAX], uint64_t n)
{
	char digits[FORMAT_MAX];
	size_t len, to = 0;

	snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
}

void format_clock(char out[FORMAT_MAX], int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	out[0] = '\0';
	if (localtime_r(&t, &tm))
		strftime(out, FORMAT_MAX, "%H:%M", &tm);
}

void format_clock_seconds(char out[FORMAT_MAX], int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	out[0] = '\0';
	if (localtime_r(&t, &tm))
		strftime(out, FORMAT_MAX, "%H:%M:%S", &tm);
}

void format_age(char out[FORMAT_MAX], int64_t then_s, int64_t now_s)
{
	int64_t days;

	out[0] = '\0';
	if (then_s <= 0)
		return;
	days = (now_s - then_s) / DAY_S;
	if (days < 1)
		format_clock(out, then_s);
	else if (days < 14)
		snprintf(out, FORMAT_MAX, "%dd", (int)days);
	else if (days < 365)
		snprintf(out, FORMAT_MAX, "%dw", (int)(days / 7));
	else if (days < 36500)
		snprintf(out, FORMAT_MAX, "%dy", (int)(days / 365));
}

void format_span(char out[FORMAT_MAX], uint32_t s)
{
	if (s == UINT32_MAX)
		out[0] = '\0';
	else if (s < 60)
		snprintf(out, FORMAT_MAX, "%us", s);
	else if (s < 3600)
		snprintf(out, FORMAT_MAX, "%um", s / 60);
	else if (s < DAY_S)
		snprintf(out, FORMAT_MAX, "%uh", s / 3600);
	else
		snprintf(out, FORMAT_MAX, "%ud", s / DAY_S);
}

void format_moment(char out[FORMAT_MAX], int64_t then_s, int64_t now_s)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t t = (time_t)then_s, n = (time_t)now_s;
	struct tm then, now;

	out[0] = '\0';
	if (then_s <= 0 || !localtime_r(&t, &then) || !localtime_r(&n, &now))
		return;
	if (then.tm_year != now.tm_year)
		strftime(out, FORMAT_MAX, "%Y-%m-%d", &then);
	else if (then.tm_yday != now.tm_yday)
		snprintf(out, FORMAT_MAX, "%d %s %02d:%02d", then.tm_mday,
			months[then.tm_mon], then.tm_hour, then.tm_min);
	else
		strftime(out, FORMAT_MAX, "%H:%M", &then);
}

const char *format_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}
