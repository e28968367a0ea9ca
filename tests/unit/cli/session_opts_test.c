#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "cli/session_opts.h"

/* An id by its option's name. */
static enum err take(struct session_opts *o, const char *name,
	const char *value, struct fault *f)
{
	for (size_t i = 0; i < session_option_set.n; i++)
		if (strcmp(session_option_set.defs[i].name, name) == 0)
			return session_opts_take(o,
				session_option_set.defs[i].id, value, f);
	fail_msg("there is no option %s", name);
	return ERR_NOENT;
}

static const char *setting(const struct session_opts *o, const char *name)
{
	for (size_t i = 0; i < o->nsettings; i++)
		if (strcmp(o->settings[i].name, name) == 0)
			return o->settings[i].value;
	return NULL;
}

static void every_option_of_the_contract_is_there(void **state)
{
	static const char *const names[] = {"dir", "state", "config", "port",
		"bind", "peer", "dht-node", "no-dht", "no-lsd", "no-pex",
		"no-utp", "no-portmap", "encryption", "down-limit", "up-limit",
		"select", "sequential", "paused", "verbose", "log"};

	(void)state;
	assert_int_equal(session_option_set.n, sizeof names / sizeof names[0]);
	for (size_t i = 0; i < session_option_set.n; i++)
		assert_string_equal(session_option_set.defs[i].name, names[i]);
}

/* They are parts of one table. */
static void the_network_options_are_some_of_them(void **state)
{
	const struct option_set *net = &network_option_set;
	const struct option_set *log = &log_option_set;

	(void)state;
	assert_string_equal(net->defs[0].name, "config");
	assert_string_equal(net->defs[net->n - 1].name, "encryption");
	assert_int_equal(log->n, 2);
	assert_string_equal(log->defs[0].name, "verbose");
	assert_string_equal(log->defs[1].name, "log");
}

static void takes_each_over(void **state)
{
	struct session_opts o;
	struct app_config cfg;
	struct fault f = {0};

	(void)state;
	session_opts_init(&o);
	assert_int_equal(o.port, APP_PORT_FROM_SETTINGS);
	assert_int_equal(take(&o, "dir", "/d", &f), ERR_OK);
	assert_int_equal(take(&o, "port", "0", &f), ERR_OK);
	assert_int_equal(take(&o, "bind", "127.0.0.9", &f), ERR_OK);
	assert_int_equal(take(&o, "peer", "a:1", &f), ERR_OK);
	assert_int_equal(take(&o, "peer", "[::1]:2", &f), ERR_OK);
	assert_int_equal(take(&o, "down-limit", "500k", &f), ERR_OK);
	assert_int_equal(take(&o, "down-limit", "1M", &f), ERR_OK);
	assert_int_equal(take(&o, "no-dht", NULL, &f), ERR_OK);
	assert_int_equal(take(&o, "encryption", "off", &f), ERR_OK);
	assert_int_equal(take(&o, "verbose", NULL, &f), ERR_OK);
	assert_int_equal(take(&o, "verbose", NULL, &f), ERR_OK);
	session_opts_config(&o, &cfg);
	assert_string_equal(cfg.download_dir, "/d");
	assert_int_equal(cfg.port, 0);
	assert_int_equal(cfg.bind[0].family, ADDR_V4);
	assert_int_equal(o.npeers, 2);
	assert_string_equal(setting(&o, "down_limit"), "1M");
	assert_string_equal(setting(&o, "dht"), "off");
	assert_string_equal(setting(&o, "encryption"), "off");
	assert_int_equal(cfg.log_level, LOG_DEBUG);
}

static void refuses_values_that_make_no_sense(void **state)
{
	static const char *const bad[][2] = {{"dir", ""}, {"port", "x"},
		{"port", "65536"}, {"bind", "name"}, {"peer", "host"},
		{"dht-node", "host"}, {"encryption", "maybe"},
		{"down-limit", "fast"}, {"up-limit", "-1"}, {"log", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct session_opts o;
		struct fault f = {0};

		session_opts_init(&o);
		assert_int_not_equal(take(&o, bad[i][0], bad[i][1], &f),
			ERR_OK);
		assert_true(f.what[0] != '\0');
	}
}

static void says_honestly_that_there_is_no_encryption(void **state)
{
	struct settings *s = settings_new();
	struct fault f = {0};

	(void)state;
	assert_int_equal(session_opts_check(s, &f), ERR_OK);
	assert_int_equal(settings_set(s, "encryption", "require", &f), ERR_OK);
	assert_int_equal(session_opts_check(s, &f), ERR_UNSUPPORTED);
	settings_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_of_the_contract_is_there),
		cmocka_unit_test(the_network_options_are_some_of_them),
		cmocka_unit_test(takes_each_over),
		cmocka_unit_test(refuses_values_that_make_no_sense),
		cmocka_unit_test(says_honestly_that_there_is_no_encryption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
