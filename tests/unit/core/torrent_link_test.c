/*
 * torrent_link_test.c - what a magnet link says is used, kept and said again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/command.h"
#include "core/engine.h"
#include "fake_host.c"
#include "proto/metainfo.h"

#define HASH "0123456789012345678901234567890123456789"
#define XT "magnet:?xt=urn:btih:" HASH
#define TRACKER "&tr=http%3A%2F%2Ft.example%2Fannounce"
#define WEBSEED "&ws=http%3A%2F%2Fw.example%2Ffile"

struct desk {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
	struct torrent_id id;
};

static void begin(struct desk *d)
{
	struct engine_config cfg = {.settings = d->settings,
		.download_dir = FAKE_DIR,
		.keep_session = true};

	d->e = engine_new(&d->h.base, &cfg);
	engine_start(d->e);
	fake_run(&d->h, d->e, 200);
	if (engine_refresh(d->e)->nrows == 1)
		d->id = engine_refresh(d->e)->rows[0].id;
}

static void end(struct desk *d)
{
	fake_close(&d->h, d->e);
	d->e = NULL;
}

static int open_desk(void **state)
{
	struct desk *d = mem_zero(sizeof *d);

	fake_init(&d->h);
	d->settings = settings_new();
	begin(d);
	*state = d;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *d = *state;

	end(d);
	settings_free(d->settings);
	fake_fini(&d->h);
	mem_free(d);
	return 0;
}

static enum err add(struct desk *d, const struct add_source *a)
{
	const struct command c = {.kind = CMD_ADD, .add = a};

	return engine_command(d->e, &c, &d->id, NULL);
}

static void add_link(struct desk *d, const char *link, bool paused)
{
	const struct add_source a = {.link = link, .paused = paused};

	assert_int_equal(add(d, &a), ERR_OK);
}

static void says(struct desk *d, const char *what)
{
	char *link = engine_magnet_link(d->e, d->id);

	assert_non_null(link);
	assert_string_equal(link, what);
	mem_free(link);
}

static size_t list_has(struct desk *d, const char *what)
{
	struct buf *list = fake_state(&d->h, "session");

	assert_non_null(list);
	return memmem(list->p, list->len, what, strlen(what)) != NULL;
}

static const struct torrent_row *row(struct desk *d)
{
	return snapshot_find(engine_refresh(d->e), d->id);
}

static void what_it_says_is_kept(void **state)
{
	struct desk *d = *state;

	add_link(d, XT "&dn=x" TRACKER WEBSEED "&x.pe=10.1.2.3:7000", true);
	says(d, XT "&dn=x" TRACKER WEBSEED);
	for (int i = 0; i < 3; i++) {
		end(d);
		assert_true(list_has(d, TRACKER WEBSEED "&x.pe=10.1.2.3:7000"));
		begin(d);
		says(d, XT "&dn=x" TRACKER WEBSEED);
	}
}

static void what_it_says_again_is_kept_once(void **state)
{
	const struct add_source more = {
		.link = XT WEBSEED "&ws=http%3A%2F%2Fw.example%2Fother"
				   "&x.pe=peer.example:1&x.pe=peer.example:1"};
	struct desk *d = *state;

	add_link(d, XT "&dn=x" WEBSEED "&x.pe=peer.example:1", true);
	assert_int_equal(add(d, &more), ERR_EXISTS);
	says(d, XT "&dn=x" WEBSEED "&ws=http%3A%2F%2Fw.example%2Fother");
	end(d);
	assert_true(list_has(d, "other&x.pe=peer.example:14:"));
	begin(d);
}

static void its_peers_are_looked_up_when_they_are_needed(void **state)
{
	struct desk *d = *state;

	d->h.named = addr_v4(10, 1, 2, 3, 7000);
	add_link(d, XT "&x.pe=peer.example:7000", true);
	fake_run(&d->h, d->e, 1000);
	assert_int_equal(row(d)->known, 0);
	end(d);
	begin(d);
	assert_int_equal(row(d)->known, 0);
	assert_int_equal(engine_command(d->e,
				 &(struct command){
					 .kind = CMD_RESUME, .torrent = d->id},
				 NULL, NULL),
		ERR_OK);
	fake_run(&d->h, d->e, 1000);
	assert_int_equal(row(d)->known, 1);
}

static void a_name_on_its_way_does_not_outlive_it(void **state)
{
	struct desk *d = *state;

	add_link(d, XT "&x.pe=peer.example:7000", false);
	assert_int_equal(d->h.nnames, 1);
	assert_int_equal(engine_command(d->e,
				 &(struct command){
					 .kind = CMD_REMOVE, .torrent = d->id},
				 NULL, NULL),
		ERR_OK);
	assert_int_equal(d->h.cancelled, 1);
	fake_run(&d->h, d->e, 1000);
	assert_int_equal(engine_refresh(d->e)->nrows, 0);
}

static void its_web_seeds_stand_in_the_exported_file(void **state)
{
	struct desk *d = *state;
	struct buf file = fake_torrent(&d->h, "fake"), out = {0};
	struct metainfo *m;
	char hex[INFOHASH_HEX_MAX];
	char *link;
	const struct add_source a = {
		.metainfo = buf_span(&file), .paused = true};

	assert_int_equal(add(d, &a), ERR_OK);
	assert_int_equal(metainfo_parse(buf_span(&file), &m, NULL), ERR_OK);
	infohash_hex(&m->hash, hex);
	metainfo_free(m);
	link = mem_printf("magnet:?xt=urn:btih:%s%s", hex, TRACKER WEBSEED);
	assert_int_equal(add(d, &(struct add_source){.link = link}),
		ERR_EXISTS);
	mem_free(link);
	assert_true(engine_export(d->e, d->id, &out));
	assert_int_equal(metainfo_parse(buf_span(&out), &m, NULL), ERR_OK);
	assert_int_equal(m->nwebseeds, 1);
	assert_string_equal(m->webseeds[0], "http://w.example/file");
	assert_int_equal(m->ntrackers, 1);
	metainfo_free(m);
	buf_free(&out);
	buf_free(&file);
	assert_false(engine_export(d->e, (struct torrent_id){9, 9}, &out));
}

/* "so" counts from 0; what lies beyond any file is left out. */
static void what_it_selects_is_kept_until_the_files_are_known(void **state)
{
	struct desk *d = *state;

	add_link(d, XT "&so=0,2-4,999998-4294967295", true);
	end(d);
	assert_true(list_has(d, "6:select22:1-1,3-5,999999-1000000"));
	begin(d);
	end(d);
	assert_true(list_has(d, "6:select22:1-1,3-5,999999-1000000"));
	begin(d);
}

static void what_it_selects_may_be_nonsense(void **state)
{
	struct desk *d = *state;

	add_link(d, XT "&so=4294967295", true);
	end(d);
	assert_false(list_has(d, "6:select"));
	begin(d);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_it_says_is_kept),
		T(what_it_says_again_is_kept_once),
		T(its_peers_are_looked_up_when_they_are_needed),
		T(a_name_on_its_way_does_not_outlive_it),
		T(its_web_seeds_stand_in_the_exported_file),
		T(what_it_selects_is_kept_until_the_files_are_known),
		T(what_it_selects_may_be_nonsense),
	};

	return cmocka_run_group_tests_name("torrent_link", tests, NULL, NULL);
}
