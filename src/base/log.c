/*
 * log.c - see log.h.
 */
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define SINKS_MAX 4
#define LINE_MAX_BYTES 1024 /* longer lines are cut */

struct sink {
	log_sink *put;
	void *user;
	enum log_level level;
};

static struct sink sinks[SINKS_MAX];
static size_t sink_count;

void log_add_sink(log_sink *sink, void *user, enum log_level level)
{
	assert(sink_count < SINKS_MAX);
	sinks[sink_count++] = (struct sink){sink, user, level};
}

void log_remove_sink(log_sink *sink, void *user)
{
	for (size_t i = 0; i < sink_count; i++) {
		if (sinks[i].put != sink || sinks[i].user != user)
			continue;
		sink_count--;
		memmove(&sinks[i], &sinks[i + 1],
			(sink_count - i) * sizeof sinks[0]);
		return;
	}
}

bool log_on(enum log_level level)
{
	for (size_t i = 0; i < sink_count; i++)
		if (level <= sinks[i].level)
			return true;
	return false;
}

/* Bytes of the whole characters in the first n bytes of a cut line. */
static size_t whole_chars(const char *s, size_t n)
{
	size_t start = n;

	while (start > 0 && ((unsigned char)s[start - 1] & 0xc0) == 0x80)
		start--;
	/* s[start - 1] now leads the last character, which may be torn. */
	if (start > 0 && (unsigned char)s[start - 1] >= 0xc0)
		return start - 1;
	return n;
}

/* Controls of ASCII, and those of Latin 1 in UTF-8, which end terminals. */
static void defuse(char *s)
{
	for (unsigned char *p = (unsigned char *)s; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '.';
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '.';
	}
}

void log_write(enum log_level level, const char *area, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	int n;

	if (!log_on(level))
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof line)
		line[whole_chars(line, sizeof line - 1)] = '\0';
	defuse(line);
	for (size_t i = 0; i < sink_count; i++)
		if (level <= sinks[i].level)
			sinks[i].put(sinks[i].user, level, area, line);
}

const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_ERROR:
		return "error";
	case LOG_WARN:
		return "warn";
	case LOG_INFO:
		return "info";
	case LOG_DEBUG:
		return "debug";
	case LOG_TRACE:
		return "trace";
	}
	return "?";
}
