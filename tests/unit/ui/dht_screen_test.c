/*
 * dht_screen_test.c - the DHT on the screen: its keys, its commands, how
 * often it is asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/scene.h"
#include "ui/views.h"

struct world {
	struct scene *scene;
	struct screen *s;
	struct buf asked; /* "set dht on;", ... */
	enum err answer;
	unsigned fetched; /* how often the DHT was asked for */
	enum addr_family family;
	unsigned bucket;
};

static enum err on_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct world *w = user;
	const char *words[] = {
		[CMD_SET] = "set",
		[CMD_REANNOUNCE] = "reannounce",
		[CMD_DHT_ADD] = "add",
		[CMD_DHT_SAVE] = "save",
		[CMD_DHT_REFRESH] = "refresh",
		[CMD_DHT_LOOKUP] = "lookup",
	};

	(void)id;
	if (w->answer != ERR_OK)
		return fault_set(fault, w->answer, 0, "that is no node");
	buf_printf(&w->asked, "%s%s%s;", words[c->kind], c->text ? " " : "",
		c->text ? c->text : "");
	return ERR_OK;
}

static bool on_dht(void *user, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	struct world *w = user;

	w->fetched++;
	w->family = family;
	w->bucket = bucket;
	scene_dht(w->scene, family, bucket, out);
	return true;
}

static const struct ui_ops ops = {
	.command = on_command,
	.dht = on_dht,
};

static struct world *world_new(const char *scene, int cols, int rows)
{
	struct world *w = mem_zero(sizeof *w);

	w->scene = scene_new(scene);
	w->s = scene_screen(w->scene, cols, rows, TIER_UTF8, &ops, w);
	screen_draw(w->s);
	return w;
}

static void world_free(struct world *w)
{
	screen_free(w->s);
	scene_free(w->scene);
	buf_free(&w->asked);
	mem_free(w);
}

/* One key, and the drawing that follows it. */
static void press(struct world *w, int32_t key)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	screen_update(w->s, scene_snapshot(w->scene), scene_detail(w->scene));
	screen_input(w->s, &in);
	screen_update(w->s, scene_snapshot(w->scene), scene_detail(w->scene));
	screen_draw(w->s);
}

static void type(struct world *w, const char *keys)
{
	for (; *keys; keys++)
		press(w, (unsigned char)*keys);
}

static void wait(struct world *w, uint64_t ms)
{
	scene_step(w->scene, ms);
	screen_update(w->s, scene_snapshot(w->scene), scene_detail(w->scene));
	screen_draw(w->s);
}

static const char *asked(struct world *w)
{
	*buf_reserve(&w->asked, 1) = '\0';
	return (const char *)w->asked.p;
}

static bool shows(struct world *w, const char *words)
{
	const struct grid *g = screen_draw(w->s);
	struct buf b = {0};
	char utf8[4];
	bool found;

	for (int y = 0; y < g->rows; y++) {
		for (int x = 0; x < g->cols; x++) {
			const struct cell *c = grid_cell(g, x, y);

			if (c->width)
				buf_add(&b, span_of(utf8, utf8_encode(c->ch[0],
								  utf8)));
		}
		buf_add_byte(&b, '\n');
	}
	found = memmem(b.p, b.len, words, strlen(words));
	buf_free(&b);
	return found;
}

static void the_pane_shows_the_table_and_what_is_looked_for(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	assert_true(shows(w, "DHT 203  "));
	assert_true(shows(w, "203 nodes · ≈ 9.8M in network"));
	assert_true(shows(w, "v4  ████████████████▇▅▃▁·  142 good  18 unsure"));
	assert_true(shows(w, "v6  ██████▆▄▃▂▁▁·"));
	assert_true(shows(w, "RTT 38 ms median  210 ms p95   lost 6%"));
	assert_true(shows(w, "queries 12/s out  31/s in   stored 418 peers"));
	assert_true(shows(w, "get_peers c9e15763… 22 asked 3 open  depth 14"));
	world_free(w);
}

static void the_page_shows_everything_of_the_node(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, "55");
	assert_true(shows(w, "7f3a91c4e05b2d8876aa10cd93be5520f1c0c2d4"));
	assert_true(shows(w, "BEP 42 ok for 203.0.113.9"));
	assert_true(shows(w, "read-only no"));
	assert_true(shows(w, "port 51413"));
	assert_true(shows(w, "Messages per second"));
	assert_true(shows(w, "get_peers     6.3        5.9     6%    17.2"));
	assert_true(shows(w, "Round trip times: median 38 ms"));
	assert_true(shows(w, "≈ 9.8 million nodes ± 1.1M"));
	assert_true(shows(w, "Lookups in flight"));
	assert_true(shows(w, "14 bits"));
	assert_true(shows(w, "✓ 8 of 8     next 4m12s"));
	assert_true(shows(w, "Sintel.2010.1080p.x264-OpenMovie ! 0 of 8"));
	assert_true(shows(w, "16 peers from 185.21.217.14"));
	assert_true(shows(w, "r Refresh buckets  i Add node  w Save nodes"));
	press(w, KEY_ESC_CHAR);
	assert_true(shows(w, "─ 1 Torrents"));
	world_free(w);
}

static void the_cursor_walks_through_the_buckets_of_both_tables(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, "55");
	assert_true(shows(w, "bucket 0: 16 good, 0 unsure, 4 spare"));
	type(w, "h");
	assert_true(shows(w, "bucket 0: 16 good"));
	type(w, "ll");
	assert_true(shows(w, "bucket 2: 6 good, 2 unsure, 1 spare"));
	type(w, "h");
	assert_true(shows(w, "bucket 1: 16 good"));
	for (int i = 0; i < 20; i++)
		press(w, KEY_RIGHT_ARROW);
	assert_true(shows(w, "bucket 0: 8 good, 0 unsure, 1 spare"));
	for (int i = 0; i < 20; i++)
		type(w, "l");
	assert_true(shows(w, "bucket 12: 0 good, 0 unsure, 0 spare"));
	world_free(w);
}

static void enter_lists_the_nodes_of_the_bucket(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, "55ll");
	assert_int_equal(w->family, ADDR_NONE);
	press(w, KEY_ENTER_CHAR);
	assert_int_equal(w->family, ADDR_V4);
	assert_int_equal(w->bucket, 2);
	assert_true(shows(w, "IPv4 bucket 2: 8 nodes"));
	assert_true(shows(w, "198.51.102.3:6881"));
	assert_true(shows(w, "21 ms"));
	type(w, "l");
	assert_true(shows(w, "IPv4 bucket 3: 8 nodes"));
	press(w, KEY_ESC_CHAR);
	assert_true(shows(w, "bucket 3: 7 good, 1 unsure, 1 spare"));
	wait(w, 1000);
	assert_int_equal(w->family, ADDR_NONE);
	world_free(w);
}

static void a_long_list_of_nodes_scrolls(void **state)
{
	struct world *w = world_new("dash", 80, 12);

	(void)state;
	type(w, "5");
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "IPv4 bucket 0: 16 nodes"));
	assert_true(shows(w, "198.51.100.3:6881"));
	assert_false(shows(w, "198.51.100.108:6896"));
	type(w, "jG");
	assert_true(shows(w, "198.51.100.108:6896"));
	assert_false(shows(w, "198.51.100.3:6881"));
	type(w, "g");
	assert_true(shows(w, "198.51.100.3:6881"));
	world_free(w);
}

static void its_keys_refresh_save_and_add(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, "5rw");
	assert_string_equal(asked(w), "refresh;save;");
	assert_true(shows(w, "refreshing all buckets"));
	type(w, "i");
	assert_true(shows(w, ":dht add "));
	type(w, "[::1]:6881");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "refresh;save;add [::1]:6881;");
	/* Elsewhere the same key asks the trackers. */
	type(w, "1r");
	assert_string_equal(asked(w),
		"refresh;save;add [::1]:6881;reannounce;");
	world_free(w);
}

static void without_a_dht_its_keys_do_nothing(void **state)
{
	struct world *w = world_new("nodht", 120, 36);

	(void)state;
	assert_true(shows(w, "The DHT is off in settings (dht)"));
	assert_false(shows(w, "DHT 0"));
	assert_false(shows(w, "r Refresh"));
	type(w, "rw");
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "The DHT is off in settings (dht)"));
	type(w, "hl");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "");
	assert_int_equal(w->fetched, 0);
	world_free(w);
}

static void commands_reach_the_engine(void **state)
{
	static const char hash[] = "0123456789abcdef0123456789abcdef01234567";
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, ":dht off\r:dht on\r:dht refresh\r:dht save\r:dht lookup ");
	type(w, hash);
	type(w, "\r:dht add router.example.org:6881\r");
	assert_string_equal(asked(w),
		"set dht off;set dht on;refresh;save;"
		"lookup 0123456789abcdef0123456789abcdef01234567;"
		"add router.example.org:6881;");
	world_free(w);
}

static void a_wrong_command_is_explained(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, ":dht\r");
	assert_true(shows(w, "dht on, off, add HOST:PORT, lookup HASH"));
	type(w, " ad x\r");
	assert_true(shows(w, "dht on, off, add HOST:PORT, lookup HASH"));
	press(w, KEY_ESC_CHAR);
	type(w, ":dht add\r");
	assert_true(shows(w, "dht add: the node as HOST:PORT is missing"));
	press(w, KEY_ESC_CHAR);
	type(w, ":dht save now\r");
	assert_true(shows(w, "nothing may follow dht save"));
	press(w, KEY_ESC_CHAR);
	assert_string_equal(asked(w), "");
	w->answer = ERR_SYNTAX;
	type(w, ":dht add nowhere\r");
	assert_true(shows(w, "that is no node"));
	assert_true(shows(w, ":dht add nowhere"));
	world_free(w);
}

static void commands_are_completed(void **state)
{
	struct world *w = world_new("dash", 120, 36);

	(void)state;
	type(w, ":dht ");
	assert_true(shows(w, "dht add <host:port>"));
	assert_true(shows(w, "dht lookup <hash>"));
	assert_true(shows(w, "dht save"));
	type(w, "l\t");
	assert_true(shows(w, ":dht lookup "));
	world_free(w);
}

static void help_lists_what_works_in_the_focus(void **state)
{
	struct world *w = world_new("dash", 120, 40);

	(void)state;
	type(w, "?");
	assert_true(shows(w, "ask for peers now"));
	assert_false(shows(w, "refresh all buckets"));
	assert_true(shows(w, "Esc Ctrl-G h Backspace") ||
		    !shows(w, "back, clear the filter"));
	press(w, KEY_ESC_CHAR);
	type(w, "55?");
	assert_true(shows(w, "refresh all buckets"));
	assert_true(shows(w, "h ←           bucket to the left"));
	assert_false(shows(w, "ask for peers now"));
	type(w, "/save the nodes");
	press(w, KEY_ENTER_CHAR);
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "save;");
	world_free(w);
}

static void it_is_asked_for_once_a_second(void **state)
{
	struct world *w = world_new("dash", 120, 36);
	unsigned before = w->fetched;

	(void)state;
	screen_draw(w->s);
	wait(w, 200);
	type(w, "jk2A");
	assert_int_equal(w->fetched, before);
	wait(w, 900);
	assert_int_equal(w->fetched, before + 1);
	wait(w, 400);
	wait(w, 400);
	assert_int_equal(w->fetched, before + 1);
	wait(w, 400);
	assert_int_equal(w->fetched, before + 2);
	world_free(w);
}

static void who_does_not_see_it_does_not_ask_for_it(void **state)
{
	struct world *w = world_new("dash", 120, 36);
	unsigned before;

	(void)state;
	type(w, "22");
	before = w->fetched;
	for (int i = 0; i < 5; i++)
		wait(w, 1000);
	assert_int_equal(w->fetched, before);
	assert_int_equal(screen_deadline(w->s), UINT64_MAX);
	press(w, KEY_ESC_CHAR);
	assert_int_equal(w->fetched, before + 1);
	assert_true(screen_deadline(w->s) <= w->s->now_ms + 1000);
	world_free(w);
}

/* The header says so wherever one is, until it has joined. */
static void joining_is_followed_in_every_view(void **state)
{
	struct world *w = world_new("empty", 120, 36);
	unsigned before;

	(void)state;
	type(w, "44");
	before = w->fetched;
	assert_true(shows(w, "DHT 38 joining…"));
	wait(w, 1000);
	assert_int_equal(w->fetched, before + 1);
	assert_true(screen_deadline(w->s) <= w->s->now_ms + 1000);
	world_free(w);
}

static void a_page_higher_than_the_screen_scrolls(void **state)
{
	struct world *w = world_new("dash", 80, 24);

	(void)state;
	type(w, "55");
	assert_true(shows(w, "v4 own id"));
	assert_false(shows(w, "Recent"));
	type(w, "G");
	assert_true(shows(w, "Recent"));
	assert_true(shows(w, "joined: 203 nodes in 4.1 s"));
	assert_false(shows(w, "v4 own id"));
	type(w, "k");
	assert_false(shows(w, "joined: 203 nodes in 4.1 s"));
	/* With room for all nothing is scrolled away. */
	screen_resize(w->s, 200, 55, TIER_UTF8);
	assert_true(shows(w, "v4 own id"));
	assert_true(shows(w, "joined: 203 nodes in 4.1 s"));
	world_free(w);
}

/* A network without IPv6: its table stays empty.  And a quiet one. */
static bool on_lonely_dht(void *user, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	struct dht_view_family *v6 = &out->view.v6;

	on_dht(user, family, bucket, out);
	v6->good = v6->unsure = v6->spare = 0;
	v6->nbuckets = 1;
	memset(v6->bucket, 0, sizeof v6->bucket);
	memset(out->rates, 0, sizeof out->rates);
	out->rates[KRPC_PING].in = 120;
	out->view.network = out->view.nhistory = 0;
	return true;
}

static void a_family_without_nodes_takes_no_room(void **state)
{
	static const struct ui_ops lonely = {.dht = on_lonely_dht};
	struct world *w = mem_zero(sizeof *w);

	(void)state;
	w->scene = scene_new("dash");
	w->s = scene_screen(w->scene, 120, 36, TIER_UTF8, &lonely, w);
	assert_true(shows(w, "v4  █"));
	assert_false(shows(w, "v6  "));
	assert_true(shows(w, "queries 0/s out  <1/s in"));
	type(w, "55");
	assert_true(shows(w, "IPv4 buckets: 142 good"));
	assert_true(shows(w, "IPv6 buckets: no node known"));
	assert_false(shows(w, "v6 own id"));
	assert_true(shows(w, " unknown yet: 64 samples so far"));
	for (int i = 0; i < 30; i++)
		type(w, "l");
	assert_true(shows(w, "bucket 20: 0 good"));
	world_free(w);
}

/* Everything as large as its type, every list full. */
static bool on_huge_dht(void *user, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	struct dht_view *v = &out->view;
	struct dht_view_family *both[] = {&v->v4, &v->v6};

	(void)user;
	(void)family;
	(void)bucket;
	memset(out, 0xff, sizeof *out);
	out->on = out->resolving = v->on = v->joined = v->read_only = true;
	for (size_t k = 0; k < 2; k++) {
		both[k]->on = both[k]->is_verified = true;
		both[k]->external = addr_v4(1, 2, 3, 4, 5);
		both[k]->nbuckets = DHT_VIEW_BUCKETS;
		for (size_t i = 0; i < DHT_VIEW_BUCKETS; i++)
			both[k]->bucket[i].refreshing = i % 2;
	}
	v->nlookups = DHT_VIEW_LOOKUPS;
	for (size_t i = 0; i < DHT_VIEW_LOOKUPS; i++) {
		v->lookups[i].kind = (enum dht_lookup_kind)(i % 4);
		v->lookups[i].is_done = i % 3 == 0;
		v->lookups[i].family = ADDR_V6;
	}
	v->nhistory = DHT_VIEW_HISTORY;
	v->nevents = DHT_VIEW_EVENTS;
	for (size_t i = 0; i < DHT_VIEW_EVENTS; i++) {
		v->events[i].note = (enum dht_event_note)(i % 7);
		v->events[i].addr = addr_v4(255, 255, 255, 255, 65535);
	}
	out->nannounces = DHT_ANNOUNCE_ROWS;
	for (size_t i = 0; i < DHT_ANNOUNCE_ROWS; i++)
		out->announces[i].is_running = i % 2;
	out->nnodes = DHT_BUCKET_NODES;
	for (size_t i = 0; i < DHT_BUCKET_NODES; i++) {
		out->nodes[i].is_good = out->nodes[i].is_verified = i % 2;
		out->nodes[i].addr = addr_v4(255, 255, 255, 255, 65535);
	}
	return true;
}

static void any_number_finds_its_place_at_every_size(void **state)
{
	static const struct ui_ops huge = {.dht = on_huge_dht};
	static const char *const scenes[] = {"dash", "dht", "nodes"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene *scene = scene_new(scenes[i]);
		struct screen *s =
			scene_screen(scene, 80, 24, TIER_UTF8, &huge, NULL);

		for (int cols = 1; cols <= 210; cols += cols < 60 ? 1 : 7)
			for (int rows = 1; rows <= 130; rows += 9) {
				screen_resize(s, cols, rows,
					(enum glyph_tier)(cols % 3));
				screen_draw(s);
			}
		screen_free(s);
		scene_free(scene);
	}
}

static int set_up(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_pane_shows_the_table_and_what_is_looked_for),
		cmocka_unit_test(the_page_shows_everything_of_the_node),
		cmocka_unit_test(
			the_cursor_walks_through_the_buckets_of_both_tables),
		cmocka_unit_test(enter_lists_the_nodes_of_the_bucket),
		cmocka_unit_test(a_long_list_of_nodes_scrolls),
		cmocka_unit_test(its_keys_refresh_save_and_add),
		cmocka_unit_test(without_a_dht_its_keys_do_nothing),
		cmocka_unit_test(commands_reach_the_engine),
		cmocka_unit_test(a_wrong_command_is_explained),
		cmocka_unit_test(commands_are_completed),
		cmocka_unit_test(help_lists_what_works_in_the_focus),
		cmocka_unit_test(it_is_asked_for_once_a_second),
		cmocka_unit_test(who_does_not_see_it_does_not_ask_for_it),
		cmocka_unit_test(joining_is_followed_in_every_view),
		cmocka_unit_test(a_family_without_nodes_takes_no_room),
		cmocka_unit_test(any_number_finds_its_place_at_every_size),
		cmocka_unit_test(a_page_higher_than_the_screen_scrolls),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
