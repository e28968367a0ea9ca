/*
 * json_out.h - writing JSON (RFC 8259).  Pure.
 *
 * Commas and nesting are kept by the writer.  `key` is the member's name
 * inside an object and NULL inside an array or at the top.  Text may be any
 * bytes: controls are escaped, what is no UTF-8 becomes U+FFFD.  The result
 * has no newline in it, so an object is one line.
 */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define JSON_DEPTH_MAX 32u

struct json {
	struct buf out; /* the caller takes or frees it */
	unsigned depth;
	bool has_member[JSON_DEPTH_MAX + 1];
};

void json_init(struct json *j);
void json_fini(struct json *j);

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_end_array(struct json *j);

void json_text(struct json *j, const char *key, struct span text);
/* NULL gives null. */
void json_str(struct json *j, const char *key, const char *text);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_int(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);

#endif
