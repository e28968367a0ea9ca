/*
 * main.c - what must happen before anything else, then the command line.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "cli/cli.h"

#define POOL_MIN 4
#define POOL_MAX 16

/* Disk jobs block in the kernel, so a few threads even on one core.  libuv
 * reads the variable when its pool is first used.  The user's choice stays. */
static void size_thread_pool(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	char text[16];

	if (n < POOL_MIN)
		n = POOL_MIN;
	if (n > POOL_MAX)
		n = POOL_MAX;
	snprintf(text, sizeof text, "%ld", n);
	setenv("UV_THREADPOOL_SIZE", text, 0); /* NOLINT: no thread yet */
}

int main(int argc, char **argv)
{
	int status;

	/* Characters only: numbers are read and written the same everywhere. */
	setlocale(LC_CTYPE, ""); /* NOLINT: no thread yet */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread yet */
	text_set_utf8(strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
	size_thread_pool();
	hash_setup();
	status = cli_main(argc, argv);
	hash_teardown();
	return status;
}
