/*
 * check.c - `bttui check`: is the data of a torrent on disk whole?
 *
 * Reads and hashes without the engine: see piece_work.h.  Files are reached
 * through host/below.h, for their names come from strangers.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/paths.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/dirs.h"
#include "cli/piece_work.h"
#include "cli/progress.h"
#include "cli/torrent_file.h"
#include "cli/tty_line.h"
#include "host/below.h"

enum {
	OPTION_DIR = OPTION_OWN,
};

static const struct option_def defs[] = {
	{OPTION_DIR, 'd', "dir", "DIR",
		"where the data is (default: where "
		"downloads go)"},
};
static const struct option_set options = OPTION_SET("options", defs);
static const struct option_set *const sets[] = {&options};

struct check {
	const struct metainfo *meta;
	int root;
	bool on_tty;
	uint64_t read_bytes;
};

static int open_one(void *user, size_t file)
{
	const struct check *c = user;

	if (c->root < 0)
		return c->root;
	return below_open_file(c->root, c->meta->files[file].path, false);
}

static void show_progress(void *user, uint64_t bytes)
{
	const struct check *c = user;
	struct buf line = {0};

	if (!c->on_tty)
		return;
	progress_work(c->meta->raw_name, bytes, c->meta->total,
		tty_line_columns(), &line);
	tty_line_draw(buf_span(&line));
	buf_free(&line);
}

static uint32_t count_good(const struct piece_work *w, const uint8_t *want)
{
	uint32_t good = 0;

	for (uint32_t i = 0; i < w->npieces; i++)
		if (w->states[i] == PIECE_READ &&
			memcmp(w->digests[i], want + (size_t)i * SHA1_LEN,
				SHA1_LEN) == 0)
			good++;
	return good;
}

static void hash_all(struct check *c, struct piece_work *w)
{
	const struct metainfo *m = c->meta;
	struct piece_file *files = mem_array(m->nfiles, sizeof *files);

	for (size_t i = 0; i < m->nfiles; i++)
		files[i] = (struct piece_file){.offset = m->files[i].offset,
			.length = m->files[i].length,
			.is_zero = m->files[i].is_pad};
	w->files = files;
	w->nfiles = m->nfiles;
	w->total = m->total;
	w->piece_length = m->piece_length;
	w->npieces = m->npieces;
	w->open = open_one;
	w->progress = show_progress;
	w->user = c;
	piece_work_run(w);
	mem_free(files);
	w->files = NULL;
}

/* Says why pieces are missing, when there is a reason beyond bad bytes. */
static void explain(const struct check *c, const struct piece_work *w)
{
	char reason[120];
	char *path;

	if (!w->bad_errno || w->bad_errno == ENOENT || w->bad_errno == ENODATA)
		return;
	path = text_clean(span_str(c->meta->files[w->bad_file].path), 120);
	cli_complain("%s: %s", path,
		below_reason(-w->bad_errno, reason, sizeof reason));
	mem_free(path);
}

static int check_meta(const struct metainfo *m, const char *dir)
{
	struct check c = {.meta = m, .on_tty = tty_line_on()};
	struct piece_work w = {0};
	char *name = text_clean(span_str(m->raw_name), 0);
	uint32_t good;

	c.root = below_root(dir, false);
	w.digests = mem_array(m->npieces, SHA1_LEN);
	w.states = mem_array(m->npieces, 1);
	hash_all(&c, &w);
	good = count_good(&w, m->pieces);
	if (c.on_tty)
		tty_line_clear();
	explain(&c, &w);
	printf("%" PRIu32 "/%" PRIu32 " pieces %s\n", good, m->npieces, name);
	fflush(stdout);
	if (c.root >= 0)
		close(c.root);
	mem_free(name);
	mem_free(w.digests);
	mem_free(w.states);
	return good == m->npieces ? CLI_OK : CLI_DAMAGED;
}

static int check_one(const char *path, const char *dir)
{
	struct fault fault = {0};
	struct metainfo *m;
	int status;

	if (torrent_file_load(path, &m, &fault) != ERR_OK)
		return cli_fail(path, &fault);
	if (m->has_v1) {
		status = check_meta(m, dir);
	} else {
		fault_set(&fault, ERR_UNSUPPORTED, 0,
			"data of v2 torrents cannot be checked yet");
		status = cli_fail(path, &fault);
	}
	metainfo_free(m);
	return status;
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	const char **dir = user;

	(void)id;
	if (!value[0])
		return fault_set(fault, ERR_SYNTAX, 0, "a folder is needed");
	*dir = value;
	return ERR_OK;
}

static int run(int argc, char **argv)
{
	const char *given = NULL;
	struct operands ops;
	int status = cli_parse(&check_command, argc, argv, take, &given, &ops);
	char *dir;

	if (status != CLI_GO_ON)
		return status;
	if (ops.n == 0) {
		mem_free(ops.at);
		return cli_usage(&check_command, "which torrent?");
	}
	dir = given ? paths_absolute(given) : dirs_download(NULL);
	status = CLI_OK;
	for (size_t i = 0; i < ops.n; i++) {
		int one = check_one(ops.at[i], dir);

		/* What could not be looked at weighs more than what is bad. */
		if (one == CLI_FAILED || status == CLI_OK)
			status = one;
	}
	mem_free(dir);
	mem_free(ops.at);
	return status;
}

const struct cli_command check_command = {
	.name = "check",
	.operands = "[-d DIR] TORRENT...",
	.about = "verify data on disk",
	.more = "\nPrints GOOD/TOTAL pieces NAME for each torrent.  Exit "
		"status: "
		"0 complete,\n4 incomplete or damaged, 1 could not be checked.",
	.sets = sets,
	.nsets = 1,
	.run = run,
};
