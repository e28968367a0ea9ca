#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"

/* What a sink got last, and how often it got anything. */
struct seen {
	int lines;
	enum log_level level;
	char area[32];
	char line[2000];
};

static void keep(void *user, enum log_level level, const char *area,
	const char *line)
{
	struct seen *s = user;

	s->lines++;
	s->level = level;
	strncpy(s->area, area, sizeof s->area - 1);
	strncpy(s->line, line, sizeof s->line - 1);
}

static void without_a_sink_nothing_is_on(void **state)
{
	(void)state;
	assert_false(log_on(LOG_ERROR));
	log_error("net", "nobody reads %s", "this");
}

static void a_sink_gets_what_its_level_asks_for(void **state)
{
	struct seen s = {0};

	(void)state;
	log_add_sink(keep, &s, LOG_INFO);
	assert_true(log_on(LOG_INFO));
	assert_false(log_on(LOG_DEBUG));
	log_info("disk", "%d files", 3);
	assert_int_equal(s.lines, 1);
	assert_int_equal(s.level, LOG_INFO);
	assert_string_equal(s.area, "disk");
	assert_string_equal(s.line, "3 files");
	log_debug("disk", "not %s", "wanted");
	log_write(LOG_TRACE, "disk", "not wanted");
	assert_int_equal(s.lines, 1);
	log_warn("disk", "x");
	log_error("disk", "x");
	assert_int_equal(s.lines, 3);
	log_remove_sink(keep, &s);
	log_error("disk", "x");
	assert_int_equal(s.lines, 3);
}

static void each_sink_has_its_own_level(void **state)
{
	struct seen s[4] = {0};

	(void)state;
	for (int i = 0; i < 4; i++)
		log_add_sink(keep, &s[i], (enum log_level)i);
	log_debug("a", "b");
	log_info("a", "b");
	assert_int_equal(s[0].lines, 0);
	assert_int_equal(s[1].lines, 0);
	assert_int_equal(s[2].lines, 1);
	assert_int_equal(s[3].lines, 2);
	log_remove_sink(keep, &s[1]);
	log_remove_sink(keep, &s[1]);
	log_error("a", "b");
	assert_int_equal(s[0].lines, 1);
	assert_int_equal(s[1].lines, 0);
	assert_int_equal(s[3].lines, 3);
	for (int i = 0; i < 4; i++)
		log_remove_sink(keep, &s[i]);
	assert_false(log_on(LOG_ERROR));
}

static void control_bytes_do_not_get_through(void **state)
{
	struct seen s = {0};

	(void)state;
	log_add_sink(keep, &s, LOG_ERROR);
	log_error("a", "a\x1b[31mb\nc\rd\te\x7f"
		       "f\xc2\x9bg\xc2\xa0h");
	assert_string_equal(s.line, "a.[31mb.c.d.e.f..g\xc2\xa0h");
	log_remove_sink(keep, &s);
}

static void a_long_line_is_cut_between_characters(void **state)
{
	struct seen s = {0};
	char text[3000];

	(void)state;
	log_add_sink(keep, &s, LOG_ERROR);
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof text; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		log_error("a", "%s", text);
		assert_in_range(strlen(s.line), 1020, 1023);
		assert_true(utf8_valid(span_str(s.line)));
	}
	log_remove_sink(keep, &s);
}

static void a_line_that_just_fits_is_whole(void **state)
{
	struct seen s = {0};
	char text[1025];

	(void)state;
	log_add_sink(keep, &s, LOG_ERROR);
	memset(text, 'y', sizeof text);
	text[1023] = '\0';
	log_error("a", "%s", text);
	assert_string_equal(s.line, text);
	text[1023] = 'y';
	text[1024] = '\0';
	log_error("a", "%s", text);
	assert_int_equal(strlen(s.line), 1023);
	log_remove_sink(keep, &s);
}

static void levels_have_names(void **state)
{
	(void)state;
	assert_string_equal(log_level_name(LOG_ERROR), "error");
	assert_string_equal(log_level_name(LOG_WARN), "warn");
	assert_string_equal(log_level_name(LOG_INFO), "info");
	assert_string_equal(log_level_name(LOG_DEBUG), "debug");
	assert_string_equal(log_level_name(LOG_TRACE), "trace");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_sink_nothing_is_on),
		cmocka_unit_test(a_sink_gets_what_its_level_asks_for),
		cmocka_unit_test(each_sink_has_its_own_level),
		cmocka_unit_test(control_bytes_do_not_get_through),
		cmocka_unit_test(a_long_line_is_cut_between_characters),
		cmocka_unit_test(a_line_that_just_fits_is_whole),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
