/*
 * show.c - `bttui show`: what is in a torrent or a magnet link.
 */
#include "cli/show.h"

#include <stdio.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/torrent_file.h"

enum {
	OPTION_JSON = OPTION_OWN,
};

static const struct option_def defs[] = {
	{OPTION_JSON, 0, "json", NULL, "the same as one JSON object"},
};
static const struct option_set options = OPTION_SET("options", defs);
static const struct option_set *const sets[] = {&options};

static enum err show_link(const char *text, bool json, struct buf *out,
	struct fault *fault)
{
	struct magnet *m;
	enum err e = magnet_parse(span_str(text), &m, fault);

	if (e != ERR_OK)
		return e;
	if (json)
		show_magnet_json(m, out);
	else
		show_magnet_text(m, out);
	magnet_free(m);
	return ERR_OK;
}

static enum err show_file(const char *path, bool json, struct buf *out,
	struct fault *fault)
{
	struct metainfo *m;
	enum err e = torrent_file_load(path, &m, fault);

	if (e != ERR_OK)
		return e;
	if (json)
		show_metainfo_json(m, out);
	else
		show_metainfo_text(m, out);
	metainfo_free(m);
	return ERR_OK;
}

static int show_one(const char *what, bool json)
{
	struct buf out = {0};
	struct fault fault = {0};
	enum err e;

	switch (named_kind_of(what)) {
	case NAMED_LINK:
		e = show_link(what, json, &out, &fault);
		break;
	case NAMED_URL:
		e = fault_set(&fault, ERR_UNSUPPORTED, 0,
			"an address on the web must be fetched first");
		break;
	default:
		e = show_file(what, json, &out, &fault);
	}
	if (e != ERR_OK) {
		buf_free(&out);
		return cli_fail(what, &fault);
	}
	fwrite(out.p, 1, out.len, stdout);
	if (json)
		putchar('\n');
	buf_free(&out);
	return CLI_OK;
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	bool *json = user;

	(void)id;
	(void)value;
	(void)fault;
	*json = true;
	return ERR_OK;
}

static int run(int argc, char **argv)
{
	bool json = false;
	struct operands ops;
	int status = cli_parse(&show_command, argc, argv, take, &json, &ops);

	if (status != CLI_GO_ON)
		return status;
	if (ops.n == 1)
		status = show_one(ops.at[0], json);
	else
		status = cli_usage(&show_command, "%s",
			ops.n ? "one torrent at a time" : "which torrent?");
	mem_free(ops.at);
	return status;
}

const struct cli_command show_command = {
	.name = "show",
	.operands = "[--json] TORRENT | MAGNET",
	.about = "what is in a torrent or a magnet link",
	.sets = sets,
	.nsets = 1,
	.run = run,
};
