/*
 * http_request.h - the head of an HTTP/1.x request, and the answer.  Pure.
 *
 * Only what a tracker needs: the method and the target.  Header fields are
 * skipped; a body is not expected.
 */
#ifndef CLI_HTTP_REQUEST_H
#define CLI_HTTP_REQUEST_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

#define HTTP_HEAD_MAX 16384u

struct http_request {
	struct span method; /* into the bytes given */
	struct span target; /* path and query, printable ASCII, begins '/' */
};

/*
 *   ERR_AGAIN   the head is not complete yet
 *   ERR_LIMIT   it is longer than HTTP_HEAD_MAX
 *   ERR_SYNTAX  no HTTP/1.x request
 */
MUST_CHECK enum err http_request_parse(struct span bytes,
	struct http_request *out);

/* A whole answer that ends the connection; appends.  with_body: false for
 * HEAD, whose length is still that of the body. */
void http_response_write(int status, struct span body, bool with_body,
	struct buf *out);

#endif
