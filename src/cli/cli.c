/*
 * cli.c - see cli.h.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "host/errmap.h"

#define NAME_SHOWN 160

static const struct cli_command *const commands[] = {&session_command,
	&get_command, &check_command, &show_command, &create_command,
	&tracker_command, &demo_command};
#define COMMANDS (sizeof commands / sizeof commands[0])

static const struct option_def common_defs[] = {
	{OPTION_HELP, 'h', "help", NULL, "show this help and exit"},
	{OPTION_VERSION, 0, "version", NULL, "show the version and exit"},
};
const struct option_set cli_common_options = OPTION_SET(NULL, common_defs);

/* ---- saying things ---- */

static void complain_v(const char *fmt, va_list args)
	__attribute__((format(printf, 1, 0)));
static void complain_v(const char *fmt, va_list args)
{
	fflush(stdout);
	fputs("bttui: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void cli_complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain_v(fmt, args);
	va_end(args);
}

int cli_usage(const struct cli_command *cmd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain_v(fmt, args);
	va_end(args);
	fprintf(stderr, "bttui: see: bttui %s%s--help\n",
		cmd->name ? cmd->name : "", cmd->name ? " " : "");
	return CLI_USAGE;
}

int cli_fail(const char *what, const struct fault *fault)
{
	char *clean = text_clean(span_str(what), NAME_SHOWN);

	cli_complain("%s: %s", clean,
		fault->what[0] ? fault->what : err_str(fault->code));
	mem_free(clean);
	return CLI_FAILED;
}

int cli_flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	cli_complain("cannot write the output: %s", errmap_text(errno));
	return status == CLI_OK ? CLI_FAILED : status;
}

/* ---- help ---- */

static void print_usage(const struct cli_command *cmd, struct buf *out)
{
	buf_printf(out, "usage: bttui %s%s%s\n", cmd->name ? cmd->name : "",
		cmd->name && cmd->operands[0] ? " " : "", cmd->operands);
}

static void print_commands(struct buf *out)
{
	buf_add_str(out, "\ncommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i]->name && commands[i]->about)
			buf_printf(out, "  %-10s %s\n", commands[i]->name,
				commands[i]->about);
	buf_add_str(out, "\n`bttui COMMAND --help` shows a command's "
			 "options.\n");
}

static int print_help(const struct cli_command *cmd)
{
	const struct option_set *common = &cli_common_options;
	struct buf out = {0};

	print_usage(cmd, &out);
	buf_printf(&out, "\n%s\n", cmd->about);
	if (cmd->more)
		buf_printf(&out, "%s\n", cmd->more);
	if (!cmd->name)
		print_commands(&out);
	options_help(cmd->sets, cmd->nsets, &out);
	options_help(&common, 1, &out);
	fwrite(out.p, 1, out.len, stdout);
	buf_free(&out);
	return CLI_OK;
}

/* ---- arguments ---- */

static int parse_one(const struct cli_command *cmd,
	const struct option_hit *hit, cli_take *take, void *user)
{
	struct fault fault = {0};

	if (hit->def->id == OPTION_HELP)
		return print_help(cmd);
	if (hit->def->id == OPTION_VERSION) {
		puts("bttui " BTTUI_VERSION);
		return CLI_OK;
	}
	if (take(user, hit->def->id, hit->value, &fault) == ERR_OK)
		return CLI_GO_ON;
	return cli_usage(cmd, "--%s: %s", hit->def->name, fault.what);
}

int cli_parse(const struct cli_command *cmd, int argc, char **argv,
	cli_take *take, void *user, struct operands *ops)
{
	const struct option_set **sets =
		mem_array(cmd->nsets + 1, sizeof(const struct option_set *));
	const char **operands = mem_array((size_t)argc + 1, sizeof *operands);
	struct option_reader r;
	struct option_hit hit;
	struct fault fault = {0};
	enum option_found found = OPTION_END;
	int status = CLI_GO_ON;
	size_t n = 0;

	for (size_t i = 0; i < cmd->nsets; i++)
		sets[i] = cmd->sets[i];
	sets[cmd->nsets] = &cli_common_options;
	options_begin(&r, sets, cmd->nsets + 1, argc, argv);
	while (status == CLI_GO_ON) {
		found = options_next(&r, &hit, &fault);
		if (found == OPTION_OPERAND)
			operands[n++] = hit.value;
		else if (found == OPTION_FOUND)
			status = parse_one(cmd, &hit, take, user);
		else
			break;
	}
	if (status == CLI_GO_ON && found == OPTION_WRONG)
		status = cli_usage(cmd, "%s", fault.what);
	mem_free(sets);
	if (status == CLI_GO_ON)
		*ops = (struct operands){.at = operands, .n = n};
	else
		mem_free(operands);
	return status;
}

int cli_main(int argc, char **argv)
{
	const struct cli_command *cmd = &session_command;

	for (size_t i = 0; i < COMMANDS && argc > 1; i++)
		if (commands[i]->name &&
			strcmp(commands[i]->name, argv[1]) == 0)
			cmd = commands[i];
	if (cmd->name) {
		argc--;
		argv++;
	}
	return cli_flush(cmd->run(argc, argv));
}
