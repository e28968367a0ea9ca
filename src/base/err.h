/*
 * err.h - the one error type of bttui.  Pure.
 *
 * A function that can fail for a reason its caller must handle returns
 * `enum err`; results leave through pointers, which stay untouched on
 * failure.  The code says what kind of failure it was.  The sentence a human
 * reads lives in a `struct fault`, filled once at the place that knows the
 * details and kept in the object the user sees (a torrent, a tracker).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err {
	ERR_OK = 0,
	ERR_AGAIN,    /* not enough input yet, or busy: nothing was changed */
	ERR_LIMIT,    /* a documented cap would be exceeded */
	ERR_SYNTAX,   /* the bytes do not follow their grammar */
	ERR_RANGE,    /* grammatical, but a number is outside its legal range */
	ERR_PROTO,    /* legal message, illegal now */
	ERR_HASH,     /* data does not match its digest */
	ERR_NOENT,    /* no such object */
	ERR_EXISTS,   /* already there */
	ERR_STATE,    /* the object cannot do this in its present state */
	ERR_CANCELED, /* the owner gave up, or is closing */
	ERR_TIMEOUT,
	ERR_NET,         /* the network refused; see fault.os */
	ERR_DISK,        /* likewise, for files */
	ERR_UNSUPPORTED, /* understood, but this build or version cannot do it
	                  */
};

#define FAULT_TEXT_MAX 200

/* What went wrong, for a person.  A zeroed fault means "no fault". */
struct fault {
	enum err code;
	int os;                    /* errno value, or 0 */
	char what[FAULT_TEXT_MAX]; /* one printable line; NUL-terminated */
};

/* Constant, lower-case, without a full stop: "no such object". */
const char *err_str(enum err e);

/*
 * Fill *f (which may be NULL: then nothing is kept) and return code, so that
 * a failing function can end in `return fault_set(f, ERR_SYNTAX, 0, "...")`.
 * Arguments must already be printable: clean a stranger's text first.
 */
enum err fault_set(struct fault *f, enum err code, int os, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

#endif
