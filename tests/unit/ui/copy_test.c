/*
 * copy_test.c - what goes to the clipboard.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/commands.h"
#include "ui/copy.h"
#include "ui/scene.h"

#define LINK "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567"

struct desk {
	struct scene *scene;
	struct screen *s;
	struct snapshot snap;
	struct torrent_row *rows;
	char *copied;
	const char *link;
	bool refuses;
};

static char *on_magnet(void *user, struct torrent_id id)
{
	struct desk *d = user;

	(void)id;
	return d->link ? mem_strdup(d->link) : NULL;
}

static bool on_copy(void *user, const char *text)
{
	struct desk *d = user;

	if (d->refuses)
		return false;
	mem_free(d->copied);
	d->copied = mem_strdup(text);
	return true;
}

static struct desk *desk_new(const char *scene)
{
	static const struct ui_ops ops = {.magnet = on_magnet, .copy = on_copy};
	struct desk *d = mem_zero(sizeof *d);

	d->link = LINK "&tr=http://a.example/1&tr=http://b.example/2";
	d->scene = scene_new(scene);
	d->snap = *scene_snapshot(d->scene);
	d->rows = mem_dup(d->snap.rows, d->snap.nrows * sizeof *d->rows);
	d->snap.rows = d->rows;
	d->s = scene_screen(d->scene, 120, 36, TIER_UTF8, &ops, d);
	for (size_t i = 0; i < d->snap.nrows; i++) {
		snprintf(d->rows[i].hash_hex, sizeof d->rows[i].hash_hex,
			"%040zu", i);
		d->rows[i].dir = "/srv";
	}
	screen_update(d->s, &d->snap, scene_detail(d->scene));
	return d;
}

static void desk_free(struct desk *d)
{
	screen_free(d->s);
	scene_free(d->scene);
	mem_free(d->rows);
	mem_free(d->copied);
	mem_free(d);
}

static void type(struct desk *d, const char *keys)
{
	for (; *keys; keys++) {
		struct input in = {
			.kind = INPUT_KEY, .key = (unsigned char)*keys};

		screen_input(d->s, &in);
	}
}

/* The newest message. */
static const char *said(struct desk *d)
{
	return news_at(&d->s->news, d->s->news.n - 1)->text;
}

static void letters_say_what_is_copied(void **state)
{
	struct desk *d = desk_new("dash");

	(void)state;
	type(d, "ym");
	assert_string_equal(d->copied, d->link);
	assert_string_equal(said(d), "copied the magnet link");
	type(d, "yh");
	assert_string_equal(d->copied,
		"0000000000000000000000000000000000000000");
	type(d, "yn");
	assert_string_equal(d->copied, "debian-12.7.0-amd64-DVD-1.iso");
	type(d, "yp");
	assert_string_equal(d->copied, "/srv/debian-12.7.0-amd64-DVD-1.iso");
	type(d, "yu");
	assert_string_equal(d->copied, "http://a.example/1");
	assert_string_equal(said(d), "copied the tracker address");
	desk_free(d);
}

static void escape_copies_nothing(void **state)
{
	struct desk *d = desk_new("dash");

	(void)state;
	type(d, "y\033");
	assert_null(d->copied);
	type(d, "yz\033");
	assert_null(d->copied);
	desk_free(d);
}

static void marked_ones_are_a_line_each(void **state)
{
	struct desk *d = desk_new("dash");

	(void)state;
	type(d, "  yn");
	assert_string_equal(d->copied,
		"debian-12.7.0-amd64-DVD-1.iso\n"
		"Cosmos Laundromat (2015) 4K HDR + extras");
	assert_string_equal(said(d), "copied 2 names");
	desk_free(d);
}

static void what_is_not_known_is_told(void **state)
{
	struct desk *d = desk_new("dash");

	(void)state;
	d->link = LINK;
	type(d, "yu");
	assert_null(d->copied);
	assert_string_equal(said(d), "there is no tracker address to copy");
	d->link = NULL;
	type(d, "ym");
	assert_string_equal(said(d), "there is no magnet link to copy");
	desk_free(d);
}

static void a_terminal_that_cannot_is_told_of(void **state)
{
	struct desk *d = desk_new("dash");

	(void)state;
	d->refuses = true;
	type(d, "yn");
	assert_null(d->copied);
	assert_string_equal(said(d),
		"this terminal cannot copy, or not so much");
	desk_free(d);
}

static void too_much_is_not_copied(void **state)
{
	struct desk *d = desk_new("dash");
	char *link = mem_alloc(COPY_TEXT_MAX + 1);

	(void)state;
	memset(link, 'x', COPY_TEXT_MAX);
	link[COPY_TEXT_MAX] = '\0';
	d->link = link;
	type(d, "ym");
	assert_null(d->copied);
	link[COPY_TEXT_MAX - 1] = '\0';
	type(d, "ym");
	assert_int_equal(strlen(d->copied), COPY_TEXT_MAX - 1);
	mem_free(link);
	desk_free(d);
}

static void strange_names_are_copied_cleaned(void **state)
{
	struct desk *d = desk_new("dash");

	(void)state;
	d->rows[0].name = "a\033]52;c;eA==\a\nrm -rf \xe2\x80\xae";
	type(d, "yn");
	for (const char *p = d->copied; *p; p++)
		assert_true((unsigned char)*p >= 0x20);
	assert_null(strstr(d->copied, "\xe2\x80\xae"));
	desk_free(d);
}

static void a_command_copies_too(void **state)
{
	struct desk *d = desk_new("dash");
	struct command_value values[8];
	struct fault fault;
	size_t at;

	(void)state;
	assert_true(command_run(d->s, "copy name", &fault, &at));
	assert_string_equal(d->copied, "debian-12.7.0-amd64-DVD-1.iso");
	assert_false(command_run(d->s, "copy cat", &fault, &at));
	assert_int_equal(command_values(d->s, "copy ", values, 8), COPY_COUNT);
	assert_true(command_run(d->s, "copy", &fault, &at));
	type(d, "h");
	assert_int_equal(strlen(d->copied), 40);
	desk_free(d);
}

static int set_locale(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	text_set_utf8(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_say_what_is_copied),
		cmocka_unit_test(escape_copies_nothing),
		cmocka_unit_test(marked_ones_are_a_line_each),
		cmocka_unit_test(what_is_not_known_is_told),
		cmocka_unit_test(a_terminal_that_cannot_is_told_of),
		cmocka_unit_test(too_much_is_not_copied),
		cmocka_unit_test(strange_names_are_copied_cleaned),
		cmocka_unit_test(a_command_copies_too),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
