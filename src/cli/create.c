/*
 * create.c - `bttui create`: make a .torrent of a file or a folder.
 *
 * What was made is read again by the reader that will meet it elsewhere: a
 * torrent bttui could not open is never written.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/create_write.h"
#include "cli/piece_work.h"
#include "cli/progress.h"
#include "cli/tty_line.h"
#include "cli/values.h"
#include "host/errmap.h"
#include "proto/metainfo.h"
#include "ui/format.h"

enum {
	OPTION_OUTPUT = OPTION_OWN,
	OPTION_TRACKER,
	OPTION_WEBSEED,
	OPTION_PIECE_SIZE,
	OPTION_PRIVATE,
	OPTION_COMMENT,
	OPTION_SOURCE,
	OPTION_V1,
	OPTION_V2,
	OPTION_HYBRID,
	OPTION_NO_DATE,
};

static const struct option_def defs[] = {
	{OPTION_OUTPUT, 'o', "output", "FILE",
		"what to write; - is stdout (default: NAME.torrent here)"},
	{OPTION_TRACKER, 't', "tracker", "URL",
		"a tier of trackers (repeatable; a comma joins one tier)"},
	{OPTION_WEBSEED, 'w', "webseed", "URL",
		"where the files lie on the web (repeatable)"},
	{OPTION_PIECE_SIZE, 0, "piece-size", "SIZE",
		"a power of two from 16K to 128M (default: chosen from the "
		"total size)"},
	{OPTION_PRIVATE, 0, "private", NULL, "peers from trackers only"},
	{OPTION_COMMENT, 0, "comment", "TEXT", "a comment"},
	{OPTION_SOURCE, 0, "source", "TEXT",
		"a source, which changes the info-hash"},
	{OPTION_V1, 0, "v1", NULL, "for every client (default)"},
	{OPTION_V2, 0, "v2", NULL, "version 2 (not available yet)"},
	{OPTION_HYBRID, 0, "hybrid", NULL, "both (not available yet)"},
	{OPTION_NO_DATE, 0, "no-date", NULL,
		"leave the date out: the same data gives the same bytes"},
};
static const struct option_set options = OPTION_SET("options", defs);
static const struct option_set *const sets[] = {&options};

struct create {
	const char *output; /* NULL: from the name */
	struct create_spec spec;
	const char **tiers, **webseeds;
	bool no_date;
	bool wants_v2;
	struct scan scan;
	bool on_tty;
};

/* ---- options ---- */

static enum err check_tier(const char *urls, struct fault *fault)
{
	do {
		size_t n = strcspn(urls, ",");

		if (!tracker_url_ok(span_of(urls, n)))
			return fault_set(fault, ERR_SYNTAX, 0,
				"an http, https or udp address is needed");
		urls += n;
	} while (*urls++ == ',');
	return ERR_OK;
}

static enum err take_url(struct create *c, int id, const char *value,
	struct fault *fault)
{
	if (id == OPTION_TRACKER) {
		if (check_tier(value, fault) != ERR_OK)
			return ERR_SYNTAX;
		c->tiers = mem_resize(c->tiers, c->spec.ntiers + 1,
			sizeof *c->tiers);
		c->tiers[c->spec.ntiers++] = value;
		return ERR_OK;
	}
	if (!webseed_url_ok(span_str(value)))
		return fault_set(fault, ERR_SYNTAX, 0,
			"an http or https address is needed");
	c->webseeds = mem_resize(c->webseeds, c->spec.nwebseeds + 1,
		sizeof *c->webseeds);
	c->webseeds[c->spec.nwebseeds++] = value;
	return ERR_OK;
}

static enum err take_piece_size(struct create *c, const char *value,
	struct fault *fault)
{
	uint64_t n;
	enum err e = values_size(value, &n, fault);

	if (e != ERR_OK)
		return e;
	if (n < CREATE_PIECE_MIN || n > CREATE_PIECE_MAX || (n & (n - 1)) != 0)
		return fault_set(fault, ERR_RANGE, 0,
			"a power of two from 16K to 128M is needed");
	c->spec.piece_length = (uint32_t)n;
	return ERR_OK;
}

static enum err take_text(const char **to, const char *value,
	struct fault *fault)
{
	if (!utf8_valid(span_str(value)))
		return fault_set(fault, ERR_SYNTAX, 0, "this is not UTF-8");
	*to = value;
	return ERR_OK;
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	struct create *c = user;

	switch (id) {
	case OPTION_OUTPUT:
		c->output = value;
		break;
	case OPTION_TRACKER:
	case OPTION_WEBSEED:
		return take_url(c, id, value, fault);
	case OPTION_PIECE_SIZE:
		return take_piece_size(c, value, fault);
	case OPTION_PRIVATE:
		c->spec.is_private = true;
		break;
	case OPTION_COMMENT:
		return take_text(&c->spec.comment, value, fault);
	case OPTION_SOURCE:
		return take_text(&c->spec.source, value, fault);
	case OPTION_V2:
	case OPTION_HYBRID:
		c->wants_v2 = true;
		break;
	case OPTION_NO_DATE:
		c->no_date = true;
		break;
	default:
		break;
	}
	return ERR_OK;
}

/* ---- hashing ---- */

static int open_one(void *user, size_t file)
{
	const struct create *c = user;
	const struct scan *s = &c->scan;
	char *path = s->is_multi
	                     ? mem_printf("%s%s", s->base, s->files[file].path)
	                     : mem_strdup(s->base);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		fd = -errno;
	mem_free(path);
	return fd;
}

static void show_progress(void *user, uint64_t bytes)
{
	const struct create *c = user;
	struct buf line = {0};

	if (!c->on_tty)
		return;
	progress_work(c->scan.name, bytes, c->scan.total, tty_line_columns(),
		&line);
	tty_line_draw(buf_span(&line));
	buf_free(&line);
}

static enum err hash_files(struct create *c, struct piece_work *w,
	struct fault *fault)
{
	struct piece_file *files = mem_array(c->scan.nfiles, sizeof *files);
	uint64_t at = 0;
	char clean[120];

	for (size_t i = 0; i < c->scan.nfiles; i++) {
		files[i] = (struct piece_file){
			.offset = at, .length = c->scan.files[i].length};
		at += files[i].length;
	}
	w->files = files;
	w->nfiles = c->scan.nfiles;
	w->open = open_one;
	w->progress = show_progress;
	w->user = c;
	piece_work_run(w);
	mem_free(files);
	w->files = NULL;
	if (c->on_tty)
		tty_line_clear();
	if (!w->bad_errno)
		return ERR_OK;
	text_clean_to(clean, sizeof clean,
		span_str(c->scan.files[w->bad_file].path));
	return fault_set(fault, ERR_DISK, w->bad_errno, "%s: %s", clean,
		w->bad_errno == ENODATA ? "became shorter while it was read"
					: errmap_text(w->bad_errno));
}

/* ---- writing ---- */

static enum err write_fd(int fd, struct span bytes, struct fault *fault)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(fault, ERR_DISK, errno, "%s",
				errmap_text(errno));
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return ERR_OK;
}

/* Whole or not at all; what has that name already is replaced only when it
 * was named with -o. */
static enum err write_file(const char *path, bool replace, struct span bytes,
	struct fault *fault)
{
	char *temporary = mem_printf("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	mode_t mask = umask(0);
	enum err e = ERR_OK;

	umask(mask);
	if (fd < 0) {
		e = fault_set(fault, ERR_DISK, errno, "%s", errmap_text(errno));
		mem_free(temporary);
		return e;
	}
	fchmod(fd, 0666 & ~mask);
	e = write_fd(fd, bytes, fault);
	if (close(fd) != 0 && e == ERR_OK)
		e = fault_set(fault, ERR_DISK, errno, "%s", errmap_text(errno));
	if (e == ERR_OK && renameat2(AT_FDCWD, temporary, AT_FDCWD, path,
				   replace ? 0 : RENAME_NOREPLACE) != 0)
		e = errno == EEXIST
		            ? fault_set(fault, ERR_EXISTS, EEXIST,
				      "is there already; -o names another")
		            : fault_set(fault, ERR_DISK, errno, "%s",
				      errmap_text(errno));
	if (e != ERR_OK)
		unlink(temporary);
	mem_free(temporary);
	return e;
}

static void print_summary(const struct create *c, const struct metainfo *m,
	const char *path)
{
	char hex[INFOHASH_HEX_MAX], size[FORMAT_MAX], piece[FORMAT_MAX];
	char *clean = text_clean(span_str(path), 0);

	infohash_hex(&m->hash, hex);
	format_size(size, m->content, UNITS_BINARY);
	format_size(piece, m->piece_length, UNITS_BINARY);
	printf("%s: %zu file%s, %s, %" PRIu32 " piece%s of %s\n", clean,
		c->scan.nfiles, format_s(c->scan.nfiles), size, m->npieces,
		format_s(m->npieces), piece);
	printf("info-hash %s\n", hex);
	mem_free(clean);
}

/* Names that clients change when they make files of them. */
static void warn_of_names(const struct create *c, const struct metainfo *m)
{
	for (size_t i = 0; i < m->nfiles && i < c->scan.nfiles; i++) {
		const char *path = m->files[i].path;
		size_t skip = m->is_multi ? strlen(m->name) + 1 : 0;
		char *clean;

		if (strcmp(path + skip, c->scan.files[i].path) == 0)
			continue;
		clean = text_clean(span_str(c->scan.files[i].path), 120);
		cli_complain("warning: %s: will have another name where it is "
			     "downloaded",
			clean);
		mem_free(clean);
	}
}

static int deliver(struct create *c, struct span bytes)
{
	char *path = c->output ? mem_strdup(c->output)
	                       : mem_printf("%s.torrent", c->scan.name);
	struct fault fault = {0};
	struct metainfo *m;
	enum err e = metainfo_parse(bytes, &m, &fault);

	if (e == ERR_OK) {
		warn_of_names(c, m);
		if (strcmp(path, "-") == 0) {
			fwrite(bytes.p, 1, bytes.n, stdout);
		} else {
			e = write_file(path, c->output != NULL, bytes, &fault);
			if (e == ERR_OK)
				print_summary(c, m, path);
		}
		metainfo_free(m);
	}
	if (e != ERR_OK)
		cli_fail(path, &fault);
	mem_free(path);
	return e == ERR_OK ? CLI_OK : CLI_FAILED;
}

/* ---- the command ---- */

static int create_scanned(struct create *c, const char *path)
{
	struct create_spec *spec = &c->spec;
	struct piece_work w = {.total = c->scan.total};
	struct fault fault = {0};
	struct buf out = {0};
	int status;

	if (spec->piece_length == 0)
		spec->piece_length = create_piece_length(c->scan.total);
	if (c->scan.total / spec->piece_length >= METAINFO_PIECES_MAX) {
		fault_set(&fault, ERR_LIMIT, 0,
			"too many pieces; choose a larger --piece-size");
		return cli_fail(path, &fault);
	}
	w.piece_length = spec->piece_length;
	w.npieces = (uint32_t)((w.total + w.piece_length - 1) / w.piece_length);
	w.digests = mem_array(w.npieces, SHA1_LEN);
	w.states = mem_array(w.npieces, 1);
	if (hash_files(c, &w, &fault) == ERR_OK) {
		create_write(spec, &c->scan,
			span_of(w.digests, (size_t)w.npieces * SHA1_LEN), &out);
		status = deliver(c, buf_span(&out));
	} else {
		cli_complain("%s", fault.what);
		status = CLI_FAILED;
	}
	buf_free(&out);
	mem_free(w.digests);
	mem_free(w.states);
	return status;
}

static int create_path(struct create *c, const char *path)
{
	struct fault fault = {0};
	int status;

	if (c->wants_v2) {
		cli_complain("--v2, --hybrid: torrents of version 2 cannot be "
			     "made yet");
		return CLI_FAILED;
	}
	if (scan_path(path, &c->scan, &fault) != ERR_OK) {
		cli_complain("%s", fault.what);
		return CLI_FAILED;
	}
	if (c->scan.nskipped)
		cli_complain("warning: %zu thing%s left out: no files",
			c->scan.nskipped, format_s(c->scan.nskipped));
	c->on_tty = tty_line_on() && !(c->output && !strcmp(c->output, "-"));
	c->spec.tiers = c->tiers;
	c->spec.webseeds = c->webseeds;
	c->spec.created_by = "bttui " BTTUI_VERSION;
	c->spec.created_s = c->no_date ? 0 : (int64_t)time(NULL);
	status = create_scanned(c, path);
	scan_fini(&c->scan);
	return status;
}

static int run(int argc, char **argv)
{
	struct create c = {0};
	struct operands ops;
	int status = cli_parse(&create_command, argc, argv, take, &c, &ops);

	if (status == CLI_GO_ON) {
		if (ops.n == 1)
			status = create_path(&c, ops.at[0]);
		else
			status = cli_usage(&create_command, "%s",
				ops.n ? "one file or folder at a time"
				      : "of which file or folder?");
		mem_free(ops.at);
	}
	mem_free(c.tiers);
	mem_free(c.webseeds);
	return status;
}

const struct cli_command create_command = {
	.name = "create",
	.operands = "[OPTIONS] PATH",
	.about = "make a .torrent of a file or a folder",
	.sets = sets,
	.nsets = 1,
	.run = run,
};
