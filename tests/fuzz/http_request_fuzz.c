/*
 * Any bytes as an HTTP request: what is accepted lies inside the input, has
 * the promised form, and does not depend on how the bytes were cut.
 */
#include <assert.h>

#include "cli/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool inside(struct span part, const uint8_t *data, size_t size)
{
	return part.p >= data && part.n <= size &&
	       (size_t)(part.p - data) <= size - part.n;
}

static void check_accepted(const struct http_request *r, const uint8_t *data,
	size_t size)
{
	assert(inside(r->method, data, size));
	assert(inside(r->target, data, size));
	assert(r->method.n > 0 && r->target.n > 0);
	assert(r->target.p[0] == '/');
	for (size_t i = 0; i < r->target.n; i++)
		assert(r->target.p[i] > 0x20 && r->target.p[i] < 0x7f);
}

/* The first answer that is not "go on" must be the answer for the whole. */
static void check_growing(const uint8_t *data, size_t size, enum err whole)
{
	enum err e = ERR_AGAIN;
	struct http_request r;

	for (size_t n = 0; n <= size && e == ERR_AGAIN; n++)
		e = http_request_parse(span_of(data, n), &r);
	assert(e == whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request r;
	enum err e = http_request_parse(span_of(data, size), &r);

	if (e == ERR_OK)
		check_accepted(&r, data, size);
	else
		assert(e == ERR_AGAIN || e == ERR_SYNTAX || e == ERR_LIMIT);
	if (size < 512)
		check_growing(data, size, e);
	return 0;
}
