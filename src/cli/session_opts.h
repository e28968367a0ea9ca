/*
 * session_opts.h - the options that the full-screen session and `get` share.
 */
#ifndef CLI_SESSION_OPTS_H
#define CLI_SESSION_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/app.h"
#include "cli/cli.h"
#include "core/settings.h"

#define SESSION_PEERS_MAX 200u
#define SESSION_NODES_MAX 32u

struct session_opts {
	const char *dir, *state, *config, *log_file, *select;
	const char *peers[SESSION_PEERS_MAX]; /* HOST:PORT */
	size_t npeers;
	const char *dht_nodes[SESSION_NODES_MAX]; /* HOST:PORT */
	size_t ndht_nodes;
	struct addr bind[2];
	int port; /* APP_PORT_FROM_SETTINGS unless given */
	bool sequential, paused;
	bool trust_data; /* do not check what is there */
	unsigned verbose;
	struct app_setting settings[SETTINGS_COUNT];
	size_t nsettings;
};

/* The ids of a command's own options begin here. */
#define OPTION_AFTER_SESSION (OPTION_OWN + 100)

extern const struct option_set session_option_set;
/* Those of them that say how peers are found and reached, and what is logged;
 * for a command that downloads nothing. */
extern const struct option_set network_option_set, log_option_set;

void session_opts_init(struct session_opts *o);
MUST_CHECK enum err session_opts_take(struct session_opts *o, int id,
	const char *value, struct fault *fault);
/* A setting; value is borrowed. */
void session_opts_set(struct session_opts *o, enum setting_id id,
	const char *value);
/* What app_open() is given; borrows from *o. */
void session_opts_config(const struct session_opts *o, struct app_config *cfg);

/* Without --log, what -v asks for goes to stderr, until the end. */
void session_opts_log_begin(const struct session_opts *o,
	const struct app_config *cfg);
void session_opts_log_end(void);

/*
 * ERR_UNSUPPORTED when encryption is demanded, on the command line or by the
 * config file: connections would be plain, and that is not what was asked.
 */
MUST_CHECK enum err session_opts_check(const struct settings *s,
	struct fault *fault);

#endif
