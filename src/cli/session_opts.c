/*
 * session_opts.c - see session_opts.h.
 */
#include "cli/session_opts.h"

#include <string.h>

#include "base/log.h"
#include "cli/values.h"

enum {
	OPTION_DIR = OPTION_OWN,
	OPTION_STATE,
	OPTION_CONFIG,
	OPTION_PORT,
	OPTION_BIND,
	OPTION_PEER,
	OPTION_DHT_NODE,
	OPTION_NO_DHT,
	OPTION_NO_LSD,
	OPTION_NO_PEX,
	OPTION_NO_UTP,
	OPTION_NO_PORTMAP,
	OPTION_ENCRYPTION,
	OPTION_DOWN_LIMIT,
	OPTION_UP_LIMIT,
	OPTION_SELECT,
	OPTION_SEQUENTIAL,
	OPTION_PAUSED,
	OPTION_VERBOSE,
	OPTION_LOG,
};

static const struct option_def defs[] = {
	{OPTION_DIR, 'd', "dir", "DIR",
		"where downloads go (default: `download_dir` of the config, "
		"else the XDG download folder, else here)"},
	{OPTION_STATE, 0, "state", "DIR",
		"the session's state (default: $XDG_STATE_HOME/bttui; of get: "
		".bttui in DIR)"},
	{OPTION_CONFIG, 0, "config", "FILE",
		"settings (default: $XDG_CONFIG_HOME/bttui/config)"},
	{OPTION_PORT, 'p', "port", "PORT",
		"TCP and UDP port; 0 is any free one (default: 6881, then the "
		"next free)"},
	{OPTION_BIND, 0, "bind", "ADDR",
		"use this address only (repeatable: one IPv4, one IPv6)"},
	{OPTION_PEER, 0, "peer", "HOST:PORT",
		"connect to this peer for every torrent named (repeatable)"},
	{OPTION_DHT_NODE, 0, "dht-node", "HOST:PORT",
		"join the DHT by this node instead of the well-known ones "
		"(repeatable)"},
	{OPTION_NO_DHT, 0, "no-dht", NULL, "no DHT"},
	{OPTION_NO_LSD, 0, "no-lsd", NULL, "no discovery in the local network"},
	{OPTION_NO_PEX, 0, "no-pex", NULL, "no peer exchange"},
	{OPTION_NO_UTP, 0, "no-utp", NULL, "no uTP (there is none yet)"},
	{OPTION_NO_PORTMAP, 0, "no-portmap", NULL,
		"no port mapping (there is none yet)"},
	{OPTION_ENCRYPTION, 0, "encryption", "off|prefer|require",
		"peer encryption (there is none yet: require is refused)"},
	{OPTION_DOWN_LIMIT, 0, "down-limit", "RATE",
		"bytes per second: 500k, 2M; 0 is none (default)"},
	{OPTION_UP_LIMIT, 0, "up-limit", "RATE", "likewise for uploads"},
	{OPTION_SELECT, 0, "select", "LIST",
		"which files: 1,3-5, or a glob on the path (default: all)"},
	{OPTION_SEQUENTIAL, 0, "sequential", NULL, "pieces in order"},
	{OPTION_PAUSED, 0, "paused", NULL, "add stopped"},
	{OPTION_VERBOSE, 'v', "verbose", NULL,
		"log more (repeatable; default: warnings)"},
	{OPTION_LOG, 0, "log", "FILE", "append the log to this file"},
};
const struct option_set session_option_set = OPTION_SET("options", defs);

/* The same rows: the table is in the order of the ids. */
const struct option_set network_option_set = {
	.title = "options of the network",
	.defs = &defs[OPTION_CONFIG - OPTION_DIR],
	.n = OPTION_ENCRYPTION - OPTION_CONFIG + 1,
};
const struct option_set log_option_set = {
	.defs = &defs[OPTION_VERBOSE - OPTION_DIR],
	.n = OPTION_LOG - OPTION_VERBOSE + 1,
};

void session_opts_init(struct session_opts *o)
{
	memset(o, 0, sizeof *o);
	o->port = APP_PORT_FROM_SETTINGS;
}

void session_opts_set(struct session_opts *o, enum setting_id id,
	const char *value)
{
	const char *name = settings_table()[id].name;
	size_t i = 0;

	while (i < o->nsettings && strcmp(o->settings[i].name, name) != 0)
		i++;
	if (i == o->nsettings)
		o->nsettings++;
	o->settings[i] = (struct app_setting){.name = name, .value = value};
}

static enum err take_rate(struct session_opts *o, enum setting_id id,
	const char *value, struct fault *fault)
{
	uint64_t ignored;
	enum err e = values_size(value, &ignored, fault);

	if (e == ERR_OK)
		session_opts_set(o, id, value);
	return e;
}

static enum err take_encryption(struct session_opts *o, const char *value,
	struct fault *fault)
{
	if (strcmp(value, "off") != 0 && strcmp(value, "prefer") != 0 &&
		strcmp(value, "require") != 0)
		return fault_set(fault, ERR_SYNTAX, 0,
			"off, prefer or require is needed");
	session_opts_set(o, SET_ENCRYPTION, value);
	return ERR_OK;
}

static enum err take_peer(struct session_opts *o, const char *value,
	struct fault *fault)
{
	enum err e = values_host_port(value, fault);

	if (e != ERR_OK)
		return e;
	if (o->npeers >= SESSION_PEERS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, "too many of them");
	o->peers[o->npeers++] = value;
	return ERR_OK;
}

static enum err take_dht_node(struct session_opts *o, const char *value,
	struct fault *fault)
{
	enum err e = values_host_port(value, fault);

	if (e != ERR_OK)
		return e;
	if (o->ndht_nodes >= SESSION_NODES_MAX)
		return fault_set(fault, ERR_LIMIT, 0, "too many of them");
	o->dht_nodes[o->ndht_nodes++] = value;
	return ERR_OK;
}

static enum err take_port(struct session_opts *o, const char *value,
	struct fault *fault)
{
	uint16_t port;
	enum err e = values_port(value, &port, fault);

	if (e == ERR_OK)
		o->port = port;
	return e;
}

static enum err take_path(const char **to, const char *value,
	struct fault *fault)
{
	if (!value[0])
		return fault_set(fault, ERR_SYNTAX, 0, "a path is needed");
	*to = value;
	return ERR_OK;
}

/* A mechanism that can be switched off; true when id is one of them. */
static bool take_switch(struct session_opts *o, int id)
{
	static const struct {
		int id;
		enum setting_id setting;
	} switches[] = {
		{OPTION_NO_DHT, SET_DHT},
		{OPTION_NO_LSD, SET_LSD},
		{OPTION_NO_PEX, SET_PEX},
		{OPTION_NO_UTP, SET_UTP},
		{OPTION_NO_PORTMAP, SET_PORTMAP},
	};

	for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
		if (switches[i].id == id) {
			session_opts_set(o, switches[i].setting, "off");
			return true;
		}
	return false;
}

static void take_flag(struct session_opts *o, int id)
{
	if (id == OPTION_SEQUENTIAL)
		o->sequential = true;
	else if (id == OPTION_PAUSED)
		o->paused = true;
	else if (id == OPTION_VERBOSE)
		o->verbose++;
}

enum err session_opts_take(struct session_opts *o, int id, const char *value,
	struct fault *fault)
{
	switch (id) {
	case OPTION_DIR:
		return take_path(&o->dir, value, fault);
	case OPTION_STATE:
		return take_path(&o->state, value, fault);
	case OPTION_CONFIG:
		return take_path(&o->config, value, fault);
	case OPTION_LOG:
		return take_path(&o->log_file, value, fault);
	case OPTION_PORT:
		return take_port(o, value, fault);
	case OPTION_BIND:
		return values_bind(value, o->bind, fault);
	case OPTION_PEER:
		return take_peer(o, value, fault);
	case OPTION_DHT_NODE:
		return take_dht_node(o, value, fault);
	case OPTION_ENCRYPTION:
		return take_encryption(o, value, fault);
	case OPTION_DOWN_LIMIT:
		return take_rate(o, SET_DOWN_LIMIT, value, fault);
	case OPTION_UP_LIMIT:
		return take_rate(o, SET_UP_LIMIT, value, fault);
	case OPTION_SELECT:
		o->select = value;
		return ERR_OK;
	default:
		if (!take_switch(o, id))
			take_flag(o, id);
		return ERR_OK;
	}
}

void session_opts_config(const struct session_opts *o, struct app_config *cfg)
{
	unsigned level = LOG_WARN + o->verbose;

	*cfg = (struct app_config){
		.state_dir = o->state,
		.config_path = o->config,
		.download_dir = o->dir,
		.settings = o->settings,
		.nsettings = o->nsettings,
		.bind = {o->bind[0], o->bind[1]},
		.port = o->port,
		.dht_nodes = o->dht_nodes,
		.ndht_nodes = o->ndht_nodes,
		.log_file = o->log_file,
		.log_level =
			(enum log_level)(level < LOG_TRACE ? level : LOG_TRACE),
	};
}

enum err session_opts_check(const struct settings *s, struct fault *fault)
{
	if (strcmp(settings_text(s, SET_ENCRYPTION), "require") != 0)
		return ERR_OK;
	return fault_set(fault, ERR_UNSUPPORTED, 0,
		"encryption is required, but not available yet");
}

static void log_to_stderr(void *user, enum log_level level, const char *area,
	const char *line)
{
	(void)user;
	cli_complain("%s: %s: %s", log_level_name(level), area, line);
}

void session_opts_log_begin(const struct session_opts *o,
	const struct app_config *cfg)
{
	if (o->verbose && !o->log_file)
		log_add_sink(log_to_stderr, NULL, cfg->log_level);
}

void session_opts_log_end(void)
{
	log_remove_sink(log_to_stderr, NULL);
}
