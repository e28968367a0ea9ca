/*
 * Every datagram of the manifest of lsd/ (made by tests/corpus/generate.py;
 * BTTUI_CORPUS names its folder) is taken as its row says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <unistd.h>

#include "manifest.h"
#include "proto/lsd.h"

#define TARGET_PORT 6881

static void check(struct manifest *m, struct span datagram)
{
	struct lsd_message said;
	enum err e = lsd_parse(datagram, &said);
	long long want;

	if (manifest_is(m, "expect", "ok"))
		MANIFEST_CHECK(m, e == ERR_OK && said.port == TARGET_PORT);
	if (manifest_is(m, "expect", "ignore"))
		MANIFEST_CHECK(m, e != ERR_OK);
	if (e != ERR_OK)
		return;
	MANIFEST_CHECK(m, said.port != 0);
	MANIFEST_CHECK(m, said.nhashes > 0);
	MANIFEST_CHECK(m, said.nhashes <= LSD_HASHES_MAX);
	MANIFEST_CHECK(m, said.cookie.n <= LSD_COOKIE_MAX);
	if (manifest_number(m, "hashes", &want))
		MANIFEST_CHECK(m, (long long)said.nhashes == want);
}

static void skip_without(const char *folder)
{
	const char *root = getenv("BTTUI_CORPUS");
	char path[600];

	snprintf(path, sizeof path, "%s/%s", root ? root : ".", folder);
	if (access(path, F_OK) == 0)
		return;
	print_message("skipped: there is no folder %s in the corpus\n", folder);
	skip();
}

static void datagrams_are_taken_as_the_manifest_says(void **state)
{
	struct manifest m;

	(void)state;
	skip_without("lsd");
	manifest_open(&m, "BTTUI_CORPUS", "lsd");
	while (manifest_row(&m)) {
		struct buf b = manifest_file(&m);

		check(&m, buf_span(&b));
		buf_free(&b);
	}
	manifest_close(&m, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_taken_as_the_manifest_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
