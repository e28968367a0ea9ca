/*
 * demo.c - `bttui demo`, which this build does not have yet.
 */
#include "cli/cli.h"
static int run(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	cli_complain("demo: not in this build");
	return CLI_FAILED;
}
const struct cli_command demo_command = {
	.name = "demo",
	.operands = "",
	.about = "a private swarm on loopback, full screen",
	.run = run,
};
