/*
 * krpc_cases.h - the datagrams of krpc/ in the corpus (made by
 * tests/corpus/generate.py; BTTUI_CORPUS names its folder), row by row:
 *
 *	manifest_open(&m, "BTTUI_CORPUS", "krpc");
 *	while (manifest_row(&m)) {
 *		struct buf b = manifest_file(&m);
 *
 *		krpc_case_put(&m, "tid_at", &b, tid, KRPC_CASE_TID_LEN);
 *		...
 *		buf_free(&b);
 *	}
 *	manifest_close(&m, KRPC_CASES_AT_LEAST);
 *
 * tests/corpus/README.md explains the columns.  Include after cmocka.h.
 */
#ifndef TESTS_KRPC_CASES_H
#define TESTS_KRPC_CASES_H

#include "../proto/manifest.h"
#include "base/codec.h"
#include "dht/krpc.h"

#define KRPC_CASES_AT_LEAST 280u
#define KRPC_CASE_TID_LEN 4u /* at tid_at; ids have 20 bytes, tokens 8 */

/*
 * Writes n bytes where a column of the row says so: "tid_at", "self_at" (our
 * node's id), "token_at" (of the row's target).  False: the row has no such
 * place.
 */
static inline bool krpc_case_put(struct manifest *m, const char *column,
	struct buf *b, const void *p, size_t n)
{
	long long at;

	if (!manifest_number(m, column, &at))
		return false;
	MANIFEST_CHECK(m, at >= 0 && range_ok((uint64_t)at, n, b->len));
	if (at >= 0 && range_ok((uint64_t)at, n, b->len))
		memcpy(b->p + at, p, n);
	return true;
}

/* The query a row is about, or whose answer it is; KRPC_UNKNOWN for "-". */
static inline enum krpc_method krpc_case_method(const struct manifest *m)
{
	unsigned i;

	for (i = 0; i < KRPC_METHODS; i++)
		if (manifest_is(m, "method",
			    krpc_method_name((enum krpc_method)i)))
			break;
	return (enum krpc_method)i;
}

/* What a token is asked for before it is put at token_at; false: nothing. */
static inline bool krpc_case_target(const struct manifest *m,
	struct node_id *out)
{
	return hex_decode(span_str(manifest_cell(m, "target")), out->b,
		       sizeof out->b) == ERR_OK;
}

#endif
