/*
 * Any bytes as a .torrent and as an info dictionary: what is accepted keeps
 * every promise of metainfo.h (see metainfo_check.h), what is refused says
 * why in one clean line.
 */
#include <assert.h>
#include <locale.h>
#include <stdio.h>

#include "../unit/proto/metainfo_check.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	assert(setlocale(LC_CTYPE, "C.UTF-8"));
	text_set_utf8(true);
	hash_setup();
	return 0;
}

static void check(const struct metainfo *m)
{
	const char *flaw = metainfo_flaw(m);

	if (flaw)
		fprintf(stderr, "flaw: %s\n", flaw);
	assert(!flaw);
}

static void check_refusal(enum err e, const struct fault *fault)
{
	assert(fault->code == e);
	assert(fault->what[0]);
	for (const char *c = fault->what; *c; c++)
		assert(*c >= ' ' && *c <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct metainfo *m = NULL, *inner = NULL;
	struct fault fault = {0};

	enum err e = metainfo_parse(span_of(data, size), &m, &fault);
	if (e) {
		assert(!m);
		check_refusal(e, &fault);
		e = metainfo_parse_info(span_of(data, size), &m, &fault);
		if (e)
			check_refusal(e, &fault);
		else
			check(m);
		metainfo_free(m);
		return 0;
	}
	check(m);
	/* The info dictionary alone gives the same files. */
	assert(metainfo_parse_info(m->info, &inner, &fault) == ERR_OK);
	assert(infohash_same(&m->hash, &inner->hash));
	assert(m->nfiles == inner->nfiles);
	for (size_t i = 0; i < m->nfiles; i++)
		assert(strcmp(m->files[i].path, inner->files[i].path) == 0);
	check(inner);
	metainfo_free(inner);
	metainfo_free(m);
	return 0;
}
