/*
 * http_request.c - see http_request.h.
 */
#include "cli/http_request.h"

#include <strings.h>

/* Where the head ends: behind an empty line; 0: not yet.  Lines may end
 * without a carriage return, as RFC 9112 2.2 allows a reader to accept. */
static size_t head_length(struct span s)
{
	size_t line = 0; /* bytes of this line so far, CR left out */

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' && line == 0 && i > 0)
			return i + 1;
		if (s.p[i] == '\n')
			line = 0;
		else if (s.p[i] != '\r')
			line++;
	}
	return 0;
}

/* The bytes up to a space, which is taken off as well; empty if none. */
static struct span take_word(struct span *s)
{
	const uint8_t *space = s->n ? memchr(s->p, ' ', s->n) : NULL;
	struct span word = {0};

	if (!space)
		return word;
	word = span_of(s->p, (size_t)(space - s->p));
	s->p += word.n + 1;
	s->n -= word.n + 1;
	return word;
}

static bool is_graphic(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] > 0x7e)
			return false;
	return s.p && s.n > 0;
}

static bool is_path(struct span s)
{
	return is_graphic(s) && s.p && s.p[0] == '/';
}

/* "http://host/path" is legal too (RFC 9112 3.2.2): only the path counts. */
static void strip_authority(struct span *target)
{
	static const char scheme[] = "http://";
	const size_t n = sizeof scheme - 1;
	const uint8_t *slash;

	if (target->n < n ||
		strncasecmp((const char *)target->p, scheme, n) != 0)
		return;
	slash = memchr(target->p + n, '/', target->n - n);
	if (!slash)
		return;
	target->n -= (size_t)(slash - target->p);
	target->p = slash;
}

static bool version_ok(struct span s)
{
	return s.n == 8 && memcmp(s.p, "HTTP/1.", 7) == 0 && s.p[7] >= '0' &&
	       s.p[7] <= '9';
}

enum err http_request_parse(struct span bytes, struct http_request *out)
{
	struct http_request r;
	struct span line;
	const uint8_t *end;
	size_t head;

	/* An empty line before the request is to be ignored (RFC 9112 2.2). */
	for (int i = 0; i < 2 && bytes.n > 0; i++)
		if (bytes.p[0] == '\r' || bytes.p[0] == '\n')
			bytes = span_of(bytes.p + 1, bytes.n - 1);
	if (bytes.n == 0)
		return ERR_AGAIN;
	head = head_length(bytes);
	if (head > HTTP_HEAD_MAX || (head == 0 && bytes.n > HTTP_HEAD_MAX))
		return ERR_LIMIT;
	if (head == 0)
		return ERR_AGAIN;
	end = memchr(bytes.p, '\n', head);
	line = span_of(bytes.p, (size_t)(end - bytes.p));
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	r.method = take_word(&line);
	r.target = take_word(&line);
	strip_authority(&r.target);
	if (!is_graphic(r.method) || !is_path(r.target) || !version_ok(line))
		return ERR_SYNTAX;
	*out = r;
	return ERR_OK;
}

static const char *reason_of(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	default:
		return "Request Header Fields Too Large";
	}
}

void http_response_write(int status, struct span body, bool with_body,
	struct buf *out)
{
	buf_printf(out,
		"HTTP/1.1 %d %s\r\n"
		"Content-Type: text/plain\r\n"
		"Content-Length: %zu\r\n"
		"Cache-Control: no-store\r\n"
		"Connection: close\r\n\r\n",
		status, reason_of(status), body.n);
	if (with_body)
		buf_add(out, body);
}
