/*
 * err.c - see err.h.
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

static const char *const err_texts[] = {
	[ERR_OK] = "no error",
	[ERR_AGAIN] = "not enough input yet",
	[ERR_LIMIT] = "limit exceeded",
	[ERR_SYNTAX] = "malformed data",
	[ERR_RANGE] = "number out of range",
	[ERR_PROTO] = "protocol violation",
	[ERR_HASH] = "hash mismatch",
	[ERR_NOENT] = "no such object",
	[ERR_EXISTS] = "already exists",
	[ERR_STATE] = "not possible in this state",
	[ERR_CANCELED] = "canceled",
	[ERR_TIMEOUT] = "timed out",
	[ERR_NET] = "network error",
	[ERR_DISK] = "disk error",
	[ERR_UNSUPPORTED] = "not supported",
};

const char *err_str(enum err e)
{
	size_t i = (size_t)e;

	if (i >= sizeof err_texts / sizeof err_texts[0] || !err_texts[i])
		return "unknown error";
	return err_texts[i];
}

enum err fault_set(struct fault *f, enum err code, int os, const char *fmt, ...)
{
	char what[FAULT_TEXT_MAX];
	va_list ap;

	if (!f)
		return code;
	/* Through a copy, for an argument may be f->what itself. */
	va_start(ap, fmt);
	if (vsnprintf(what, sizeof what, fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	f->code = code;
	f->os = os;
	memcpy(f->what, what, sizeof f->what);
	return code;
}
