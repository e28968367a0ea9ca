/*
 * show.c - `bttui show`: what is in a torrent, wherever it is.
 */
#include "cli/show.h"

#include <stdio.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/show_fetch.h"
#include "cli/torrent_file.h"
#include "cli/values.h"

enum {
	OPTION_JSON = OPTION_AFTER_SESSION,
	OPTION_TIMEOUT,
	OPTION_NO_FETCH,
};

static const struct option_def defs[] = {
	{OPTION_JSON, 0, "json", NULL, "the same as one JSON object"},
	{OPTION_TIMEOUT, 0, "timeout", "SECONDS",
		"give up when the file list of a link is not here by then: "
		"exit status 3"},
	{OPTION_NO_FETCH, 0, "no-fetch", NULL,
		"show what the link itself says, and ask nobody"},
};
static const struct option_set own_options = OPTION_SET("options", defs);
static const struct option_set *const sets[] = {
	&own_options, &network_option_set, &log_option_set};

struct show {
	struct show_fetch fetch;
	bool json, no_fetch;
};

static void print(const struct show *s, struct buf *out)
{
	if (s->json)
		buf_add_byte(out, '\n');
	fwrite(out->p, 1, out->len, stdout);
	buf_free(out);
}

static void show_link(const struct show *s, const struct magnet *m)
{
	struct buf out = {0};

	if (s->json)
		show_magnet_json(m, &out);
	else
		show_magnet_text(m, &out);
	print(s, &out);
}

static void show_torrent(const struct show *s, const struct metainfo *m)
{
	struct buf out = {0};

	if (s->json)
		show_metainfo_json(m, &out);
	else
		show_metainfo_text(m, &out);
	print(s, &out);
}

static enum err on_found(void *user, struct span torrent, struct fault *fault)
{
	struct metainfo *m;
	enum err e = metainfo_parse(torrent, &m, fault);

	if (e != ERR_OK)
		return e;
	show_torrent(user, m);
	metainfo_free(m);
	return ERR_OK;
}

static int run_link(struct show *s, const char *what)
{
	struct fault fault = {0};
	struct magnet *m;

	/* A link that cannot be read needs no network to say so. */
	if (named_link_parse(what, &m, &fault) != ERR_OK)
		return cli_fail(what, &fault);
	if (s->no_fetch)
		show_link(s, m);
	magnet_free(m);
	return s->no_fetch ? CLI_OK : show_fetch(&s->fetch, what);
}

static int run_url(struct show *s, const char *what)
{
	struct fault fault = {0};

	if (!s->no_fetch)
		return show_fetch(&s->fetch, what);
	fault_set(&fault, ERR_UNSUPPORTED, 0,
		"an address on the web must be fetched first");
	return cli_fail(what, &fault);
}

static int run_file(struct show *s, const char *what)
{
	struct fault fault = {0};
	struct metainfo *m;

	if (torrent_file_load(what, &m, &fault) != ERR_OK)
		return cli_fail(what, &fault);
	show_torrent(s, m);
	metainfo_free(m);
	return CLI_OK;
}

static int run_one(struct show *s, const char *what)
{
	switch (named_kind_of(what)) {
	case NAMED_LINK:
		return run_link(s, what);
	case NAMED_URL:
		return run_url(s, what);
	default:
		return run_file(s, what);
	}
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	struct show *s = user;

	switch (id) {
	case OPTION_JSON:
		s->json = s->fetch.quiet = true;
		return ERR_OK;
	case OPTION_NO_FETCH:
		s->no_fetch = true;
		return ERR_OK;
	case OPTION_TIMEOUT:
		s->fetch.has_timeout = true;
		return values_milli(value, &s->fetch.timeout_ms, fault);
	default:
		return session_opts_take(&s->fetch.opts, id, value, fault);
	}
}

static int run(int argc, char **argv)
{
	struct show s = {.fetch = {.found = on_found}};
	struct operands ops;
	int status;

	s.fetch.user = &s;
	session_opts_init(&s.fetch.opts);
	status = cli_parse(&show_command, argc, argv, take, &s, &ops);
	if (status != CLI_GO_ON)
		return status;
	if (ops.n == 1)
		status = run_one(&s, ops.at[0]);
	else
		status = cli_usage(&show_command, "%s",
			ops.n ? "one torrent at a time" : "which torrent?");
	mem_free(ops.at);
	return status;
}

const struct cli_command show_command = {
	.name = "show",
	.operands = "[OPTIONS] TORRENT | MAGNET | INFOHASH | URL",
	.about = "what is in a torrent or behind a link",
	.more = "\nThe file list of a link is asked of peers; no data is "
		"downloaded.\n\nExit status: 0 shown, 1 could not be done, 3 "
		"--timeout ran out.",
	.sets = sets,
	.nsets = 3,
	.run = run,
};
