#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/actions.h"
#include "ui/commands.h"
#include "ui/scene.h"
#include "ui/views.h"

/* A screen over the scene, and what it asked the world for. */
struct world {
	struct scene *scene;
	struct screen *s;
	struct buf asked; /* "pause 1;", ... */
	enum err answer;
	const char *why;
	bool quit, at_once;
	char file[256];
	struct notice notice;
};

static const char *const words[] = {
	[CMD_ADD] = "add",
	[CMD_REMOVE] = "remove",
	[CMD_PAUSE] = "pause",
	[CMD_RESUME] = "resume",
	[CMD_RECHECK] = "recheck",
	[CMD_REANNOUNCE] = "reannounce",
	[CMD_SEQUENTIAL] = "sequential",
	[CMD_SET] = "set",
	[CMD_LABEL] = "label",
	[CMD_TORRENT_DOWN_LIMIT] = "down limit",
	[CMD_TORRENT_UP_LIMIT] = "up limit",
	[CMD_RATIO_GOAL] = "ratio",
	[CMD_TIME_GOAL] = "time",
	[CMD_QUEUE] = "queue",
	[CMD_FORCE] = "force",
};

static enum err on_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct world *w = user;

	if (w->answer != ERR_OK)
		return fault_set(fault, w->answer, 0, "%s", w->why);
	buf_add_str(&w->asked, words[c->kind]);
	if (c->kind == CMD_ADD) {
		buf_printf(&w->asked, " %s%s%s",
			c->add->link  ? c->add->link
			: c->add->url ? c->add->url
				      : "",
			c->add->paused ? " paused" : "",
			c->add->sequential ? " in order" : "");
		buf_add(&w->asked, c->add->metainfo);
		if (c->add->choose)
			buf_add_str(&w->asked, " choose");
		if (c->add->dir)
			buf_printf(&w->asked, " to %s", c->add->dir);
		*id = (struct torrent_id){1, 1};
	} else if (c->kind == CMD_SET) {
		buf_printf(&w->asked, " %s", c->text);
	} else {
		buf_printf(&w->asked, " %u%s", c->torrent.slot,
			c->with_data ? " with data" : "");
	}
	buf_add_byte(&w->asked, ';');
	return ERR_OK;
}

static void on_quit(void *user, bool at_once)
{
	struct world *w = user;

	w->quit = true;
	w->at_once = at_once;
}

static void on_read_torrent(void *user, const char *path)
{
	struct world *w = user;

	snprintf(w->file, sizeof w->file, "%s", path);
}

static const struct notice *on_notice(void *user, uint64_t after)
{
	struct world *w = user;

	return w->notice.seq > after ? &w->notice : NULL;
}

static const struct ui_ops ops = {
	.command = on_command,
	.quit = on_quit,
	.read_torrent = on_read_torrent,
	.notice_after = on_notice,
};

static struct world *world_new(const char *scene)
{
	struct world *w = mem_zero(sizeof *w);

	w->scene = scene_new(scene);
	w->s = scene_screen(w->scene, 120, 36, TIER_UTF8, &ops, w);
	return w;
}

static void world_free(struct world *w)
{
	screen_free(w->s);
	scene_free(w->scene);
	buf_free(&w->asked);
	mem_free(w);
}

static void press(struct world *w, int32_t key)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	screen_update(w->s, scene_snapshot(w->scene), scene_detail(w->scene));
	screen_input(w->s, &in);
}

static void type(struct world *w, const char *keys)
{
	for (; *keys; keys++)
		press(w, (unsigned char)*keys);
}

static void paste(struct world *w, const char *text)
{
	struct input in = {.kind = INPUT_PASTE, .text = text};

	screen_input(w->s, &in);
}

static const char *asked(struct world *w)
{
	*buf_reserve(&w->asked, 1) = '\0';
	return (const char *)w->asked.p;
}

/* The screen as one string, rows ended by newlines. */
static bool shows(struct world *w, const char *words_to_find)
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
	found = memmem(b.p, b.len, words_to_find, strlen(words_to_find));
	buf_free(&b);
	return found;
}

static const char *chosen(struct world *w)
{
	return screen_chosen(w->s)->name;
}

static void movement_keys_move_the_cursor(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	screen_draw(w->s);
	assert_string_equal(chosen(w), "debian-12.7.0-amd64-DVD-1.iso");
	type(w, "j");
	assert_string_equal(chosen(w),
		"Cosmos Laundromat (2015) 4K HDR + extras");
	type(w, "G");
	assert_string_equal(chosen(w), "fedora-workstation-42-x86_64");
	type(w, "g");
	assert_string_equal(chosen(w), "debian-12.7.0-amd64-DVD-1.iso");
	assert_true(shows(w, "━ 1 Torrents"));
	world_free(w);
}

static void digits_focus_and_zoom(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "2");
	assert_true(shows(w, "━ 2 Pieces"));
	assert_true(shows(w, "─ 1 Torrents"));
	type(w, "2");
	assert_true(shows(w, "━ 2 Pieces"));
	assert_false(shows(w, "1 Torrents"));
	press(w, KEY_ESC_CHAR);
	assert_true(shows(w, "─ 1 Torrents"));
	press(w, KEY_ESC_CHAR);
	assert_true(shows(w, "━ 1 Torrents"));
	world_free(w);
}

static void tab_visits_the_panes_in_order(void **state)
{
	static const char *const titles[] = {"━ 2 Pieces", "━ 3 Peers",
		"━ 4 Speed", "━ 5 DHT", "━ 1 Torrents"};
	struct world *w = world_new("dash");

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		press(w, '\t');
		assert_true(shows(w, titles[i]));
	}
	world_free(w);
}

static void p_pauses_and_resumes(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "p");
	type(w, "G");
	type(w, "p");
	assert_string_equal(asked(w), "pause 1;resume 12;");
	world_free(w);
}

static void marks_choose_what_a_command_acts_on(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "  p");
	assert_string_equal(asked(w), "pause 1;pause 2;");
	world_free(w);
}

static void removing_keeps_the_files(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "d");
	assert_true(shows(w, "Remove 1 torrent?"));
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "remove 1;");
	assert_false(shows(w, "Remove 1 torrent?"));
	world_free(w);
}

static void removing_asks_nothing_when_told_so(void **state)
{
	struct world *w = world_new("dash");
	struct ui_options opt = w->s->opt;

	(void)state;
	opt.confirm_remove = false;
	screen_set_options(w->s, &opt);
	type(w, "d");
	assert_string_equal(asked(w), "remove 1;");
	type(w, "  d");
	assert_string_equal(asked(w), "remove 1;remove 1;remove 2;");
	assert_int_equal(w->s->list.nmarked, 0);
	type(w, "D");
	assert_true(shows(w, "Remove 1 torrent?"));
	world_free(w);
}

static void deleting_files_asks_twice(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "dx");
	assert_string_equal(asked(w), "");
	assert_true(shows(w, "Really delete the files?"));
	press(w, KEY_ESC_CHAR);
	assert_string_equal(asked(w), "");
	type(w, "dxx");
	assert_string_equal(asked(w), "remove 1 with data;");
	/* D chooses deleting, and Enter asks once more as well. */
	type(w, "D");
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "Really delete the files?"));
	world_free(w);
}

static void a_refused_command_is_told(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	w->answer = ERR_STATE;
	w->why = "cannot do that now";
	type(w, "p");
	assert_true(shows(w, "! cannot do that now"));
	world_free(w);
}

static void a_filter_narrows_while_typing(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "/iso");
	assert_true(shows(w, "3 of 12"));
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, " / iso "));
	press(w, KEY_ESC_CHAR);
	assert_true(shows(w, "of 12 ·"));
	assert_int_equal(w->s->list.n, 12);
	type(w, "fe");
	screen_draw(w->s);
	assert_int_equal(w->s->list.n, 1);
	world_free(w);
}

static void the_sort_menu_sorts_and_reverses(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "sn");
	screen_draw(w->s);
	assert_string_equal(list_row(w->s->snap, w->s->list.order[0])->name,
		"archlinux-2026.08.01-x86_64.iso");
	type(w, "sn");
	screen_draw(w->s);
	assert_false(strcmp(list_row(w->s->snap, w->s->list.order[0])->name,
			     "archlinux-2026.08.01-x86_64.iso") == 0);
	world_free(w);
}

static void a_pasted_magnet_opens_the_dialog(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	paste(w, "magnet:?xt=urn:btih:"
		 "0123456789abcdef0123456789abcdef01234567&dn=x\n");
	assert_true(shows(w, "Add torrent"));
	assert_true(shows(w, "magnet link: x, 0 trackers"));
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w),
		"add magnet:?xt=urn:btih:"
		"0123456789abcdef0123456789abcdef01234567&dn=x choose to "
		"/home/ana/Downloads;");
	assert_false(shows(w, "Magnet link, web address"));
	world_free(w);
}

static void other_pastes_are_never_keys(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	paste(w, "qqqddd");
	assert_true(shows(w, "nothing to add in that paste"));
	assert_false(w->quit);
	assert_string_equal(asked(w), "");
	world_free(w);
}

static void a_bad_magnet_says_why_and_adds_nothing(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "amagnet:?dn=nothing");
	w->answer = ERR_SYNTAX;
	w->why = "this magnet has no xt";
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "this magnet has no xt"));
	assert_true(shows(w, "Add torrent"));
	world_free(w);
}

static void a_file_is_read_before_it_is_added(void **state)
{
	struct world *w = world_new("dash");
	struct fault gone = {ERR_DISK, 2, "cannot open the file"};

	(void)state;
	type(w, "a~/x.torrent");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(w->file, "/home/ana/x.torrent");
	assert_string_equal(asked(w), "");
	screen_torrent_read(w->s, w->file, span_of(NULL, 0), &gone);
	assert_true(shows(w, "cannot open the file"));
	press(w, KEY_ENTER_CHAR);
	screen_torrent_read(w->s, "/another/file", span_str("x"), NULL);
	assert_string_equal(asked(w), "");
	screen_torrent_read(w->s, w->file, span_str("BYTES"), NULL);
	assert_string_equal(asked(w),
		"add BYTES choose to /home/ana/Downloads;");
	assert_false(shows(w, "Add torrent"));
	/* The dialog is gone: a late answer is no harm. */
	screen_torrent_read(w->s, w->file, span_str("BYTES"), NULL);
	world_free(w);
}

static void a_file_named_in_full_is_looked_into(void **state)
{
	static const char file[] = "d4:infod6:lengthi1536e4:name5:a.bin"
				   "12:piece lengthi16384e6:pieces20:"
				   "aaaaaaaaaaaaaaaaaaaaee";
	struct world *w = world_new("dash");
	struct fault gone = {ERR_DISK, 2, "cannot open the file"};

	(void)state;
	type(w, "a~/x.torren");
	assert_string_equal(w->file, "");
	assert_true(shows(w, "78.2 GiB free"));
	type(w, "t");
	assert_string_equal(w->file, "/home/ana/x.torrent");
	screen_torrent_read(w->s, w->file, span_of(NULL, 0), &gone);
	assert_true(shows(w, "cannot open the file"));
	screen_torrent_read(w->s, w->file, span_str("BYTES"), NULL);
	assert_true(shows(w, "no torrent: "));
	screen_torrent_read(w->s, w->file, span_str(file), NULL);
	assert_true(shows(w, "1.50 KiB, 1 file: a.bin"));
	assert_string_equal(asked(w), "");
	type(w, "x");
	assert_false(shows(w, "a.bin"));
	/* The disk of another folder is not known. */
	press(w, '\t');
	type(w, "/x");
	assert_false(shows(w, "78.2 GiB free,"));
	assert_false(shows(w, "GiB free │"));
	world_free(w);
}

static void check_boxes_switch_with_space(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "ahttp://x/y.torrent\t\t \t \t ");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add http://x/y.torrent paused in order "
				      "to /home/ana/Downloads;");
	/* The last answer is remembered. */
	type(w, "ahttp://x/z.torrent");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add http://x/y.torrent paused in order "
				      "to /home/ana/Downloads;add "
				      "http://x/z.torrent to "
				      "/home/ana/Downloads;");
	world_free(w);
}

static void tab_completes_paths(void **state)
{
	struct world *w = world_new("dash");
	struct dir_entry entries[] = {{(char[]){"torrents"}, true},
		{(char[]){"tor-one.torrent"}, false},
		{(char[]){"tor-two.txt"}, false}, {(char[]){".hid"}, true}};

	(void)state;
	type(w, "a~/Dow/to");
	screen_folder_read(w->s, "/home/ana/Dow/", entries, 4);
	assert_true(shows(w, "torrents/"));
	assert_true(shows(w, "tor-one.torrent"));
	assert_false(shows(w, "tor-two"));
	assert_false(shows(w, ".hid"));
	press(w, '\t');
	assert_true(shows(w, "~/Dow/tor "));
	press(w, KEY_DOWN_ARROW);
	press(w, KEY_DOWN_ARROW);
	press(w, '\t');
	assert_true(shows(w, "~/Dow/tor-one.torrent"));
	world_free(w);
}

static void commands_work_by_unique_beginnings(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, ":pau");
	press(w, KEY_ENTER_CHAR);
	type(w, ":limit down 500k");
	press(w, KEY_ENTER_CHAR);
	type(w, ":set fps 3");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "pause 1;set down_limit 500k;set fps 3;");
	type(w, ":theme paper");
	press(w, KEY_ENTER_CHAR);
	type(w, ":sort name desc");
	press(w, KEY_ENTER_CHAR);
	assert_int_equal(w->s->list.sort, SORT_NAME);
	assert_true(w->s->list.descending);
	world_free(w);
}

static void an_unknown_command_keeps_the_line_open(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, ":paws");
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "did you mean pause?"));
	assert_true(shows(w, ":paws"));
	press(w, KEY_ESC_CHAR);
	type(w, ":re");
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "several commands begin like that"));
	world_free(w);
}

static void tab_in_the_prompt_takes_candidates(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, ":verif\t");
	assert_true(shows(w, ":verify"));
	press(w, KEY_ESC_CHAR);
	type(w, ":lim\t\t");
	assert_true(shows(w, ":limit up"));
	press(w, KEY_ESC_CHAR);
	type(w, ":set up_l\t");
	assert_true(shows(w, ":set up_limit"));
	world_free(w);
}

static void settings_without_effect_are_taken_but_not_offered(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, ":set e");
	assert_false(shows(w, "encryption"));
	type(w, "ncryption off");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "set encryption off;");
	assert_true(shows(w, "has no effect yet"));
	type(w, ":set port 7000");
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "port is read at the start"));
	assert_string_equal(asked(w), "set encryption off;");
	world_free(w);
}

static void the_prompt_remembers_lines(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, ":pause");
	press(w, KEY_ENTER_CHAR);
	type(w, ":");
	press(w, KEY_UP_ARROW);
	assert_true(shows(w, ":pause"));
	press(w, KEY_DOWN_ARROW);
	assert_false(shows(w, ":pause"));
	world_free(w);
}

static void q_goes_back_and_asks_at_the_root(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	type(w, "22");
	type(w, "q");
	type(w, "q");
	assert_false(w->quit);
	assert_false(shows(w, "Quit bttui?"));
	type(w, "q");
	assert_true(shows(w, "Quit bttui?"));
	type(w, "n");
	assert_false(w->quit);
	type(w, "qy");
	assert_true(w->quit);
	assert_false(w->at_once);
	world_free(w);
}

static void q_quits_at_once_when_nothing_runs(void **state)
{
	struct world *w = world_new("empty");

	(void)state;
	type(w, "q");
	assert_true(w->quit);
	world_free(w);
}

static void ctrl_c_twice_quits_at_once(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	press(w, KEY_CTRL_('C'));
	assert_true(shows(w, "Quit bttui?"));
	assert_false(w->quit);
	press(w, KEY_CTRL_('C'));
	assert_true(w->quit);
	assert_true(w->at_once);
	world_free(w);
}

static void help_lists_only_keys_that_work(void **state)
{
	struct world *w = world_new("empty");

	(void)state;
	type(w, "?");
	assert_true(shows(w, "add magnet, link, hash, file"));
	assert_false(shows(w, "pause or resume"));
	press(w, KEY_ESC_CHAR);
	world_free(w);
	w = world_new("dash");
	type(w, "?/verify");
	assert_true(shows(w, "verify data"));
	assert_false(shows(w, "pause or resume"));
	press(w, KEY_ENTER_CHAR);
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "recheck 1;");
	assert_false(shows(w, "Help:"));
	world_free(w);
}

static void every_key_of_the_table_is_used_or_unused_safely(void **state)
{
	size_t n;
	const struct key_binding *t = keys_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < KEY_ALIASES && t[i].keys[k]; k++) {
			struct world *w = world_new("dash");

			press(w, t[i].keys[k]);
			screen_draw(w->s);
			world_free(w);
		}
}

static void no_key_means_two_things_in_one_place(void **state)
{
	static const unsigned places[] = {CTX_NODES | CTX_SCROLL | CTX_DIALOG,
		CTX_DASH | CTX_LIST | CTX_SCROLL, CTX_DASH | CTX_SCROLL,
		CTX_DASH, CTX_ADD | CTX_DIALOG, CTX_REMOVE | CTX_DIALOG,
		CTX_QUIT, CTX_COMMAND | CTX_PROMPT, CTX_FILTER | CTX_PROMPT,
		CTX_HELP | CTX_SCROLL | CTX_DIALOG, CTX_MENU | CTX_DIALOG};
	size_t n;
	const struct key_binding *t = keys_table(&n);

	(void)state;
	for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
		for (size_t i = 0; i < n; i++)
			for (int k = 0; k < KEY_ALIASES && t[i].keys[k]; k++) {
				struct input in = {
					.kind = INPUT_KEY, .key = t[i].keys[k]};

				if (t[i].contexts & places[p])
					assert_int_equal(keys_lookup(places[p],
								 &in),
						t[i].action);
			}
}

/* In its own place a key means what stands above in the table, and nothing is
 * said of what it would mean elsewhere. */
static void a_key_of_a_pane_hides_the_dashboards(void **state)
{
	struct input r = {.kind = INPUT_KEY, .key = 'r'};
	struct input h = {.kind = INPUT_KEY, .key = 'h'};
	unsigned dht = CTX_DASH | CTX_DHT | CTX_BUCKETS | CTX_ZOOM;
	size_t n;
	const struct key_binding *t = keys_table(&n);

	(void)state;
	assert_int_equal(keys_lookup(CTX_DASH, &r), ACTION_REANNOUNCE);
	assert_int_equal(keys_lookup(dht, &r), ACTION_DHT_REFRESH);
	assert_int_equal(keys_lookup(CTX_DASH, &h), ACTION_ESCAPE);
	assert_int_equal(keys_lookup(CTX_DASH | CTX_DHT, &h), ACTION_ESCAPE);
	assert_int_equal(keys_lookup(dht, &h), ACTION_BUCKET_PREV);
	for (size_t i = 0; i < n; i++) {
		char names[64];

		if (t[i].action == ACTION_REANNOUNCE)
			assert_int_equal(key_first(&t[i], dht), 0);
		if (t[i].action != ACTION_ESCAPE || t[i].keys[1] == 0 ||
			!(t[i].contexts & CTX_DASH))
			continue;
		key_names(&t[i], CTX_DASH, names, sizeof names);
		assert_string_equal(names, "Esc Ctrl-G h Backspace");
		key_names(&t[i], dht, names, sizeof names);
		assert_string_equal(names, "Esc Ctrl-G Backspace");
	}
}

static void peers_say_who_told_of_them(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	assert_false(shows(w, "From"));
	type(w, "33");
	assert_true(shows(w, "From  Done"));
	assert_true(shows(w, "libtorrent 2.0.10     TD    seed"));
	assert_true(shows(w, "(connecting)          TDP+"));
	assert_true(shows(w, "T tracker  D DHT  P exchange"));
	world_free(w);
}

static void click(struct world *w, int x, int y)
{
	struct input in = {.kind = INPUT_MOUSE, .x = x, .y = y};

	screen_update(w->s, scene_snapshot(w->scene), scene_detail(w->scene));
	screen_input(w->s, &in);
	screen_draw(w->s);
}

static void a_second_click_soon_opens_the_torrent(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	click(w, 10, 4);
	click(w, 10, 5); /* another one */
	scene_step(w->scene, 1000);
	click(w, 10, 5); /* too late */
	assert_ptr_equal(w->s->top->class, &view_dash);
	scene_step(w->scene, 300);
	click(w, 10, 5);
	assert_ptr_equal(w->s->top->class, &view_detail);
	assert_true(shows(w, chosen(w)));
	world_free(w);
}

static void the_mouse_chooses_scrolls_and_sorts(void **state)
{
	struct world *w = world_new("dash");
	struct input in = {.kind = INPUT_MOUSE, .x = 10, .y = 4};

	(void)state;
	screen_draw(w->s);
	screen_input(w->s, &in);
	assert_string_equal(chosen(w),
		"Cosmos Laundromat (2015) 4K HDR + extras");
	in = (struct input){.kind = INPUT_MOUSE,
		.x = 90,
		.y = 18,
		.button = MOUSE_WHEEL_DOWN};
	screen_input(w->s, &in);
	assert_string_equal(chosen(w),
		"Cosmos Laundromat (2015) 4K HDR + extras");
	in = (struct input){.kind = INPUT_MOUSE, .x = 49, .y = 2};
	screen_input(w->s, &in);
	assert_int_equal(w->s->list.sort, SORT_SIZE);
	assert_true(w->s->list.descending);
	screen_input(w->s, &in);
	assert_false(w->s->list.descending);
	world_free(w);
}

static void notices_become_toasts_and_stay_in_the_log(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	w->notice = (struct notice){.seq = 1,
		.at_ms = scene_snapshot(w->scene)->now_ms,
		.kind = NOTICE_FAULT,
		.text = "tape torn"};
	press(w, 'j');
	assert_true(shows(w, "! tape torn"));
	scene_step(w->scene, 11900);
	press(w, 'j');
	assert_true(shows(w, "! tape torn"));
	scene_step(w->scene, 200);
	press(w, 'j');
	assert_false(shows(w, "! tape torn"));
	press(w, '!');
	assert_true(shows(w, "! tape torn"));
	world_free(w);
}

static void a_closing_message_replaces_everything(void **state)
{
	struct world *w = world_new("dash");

	(void)state;
	screen_message(w->s, "Quitting",
		"saving 12 torrents\ntelling trackers");
	assert_true(shows(w, "telling trackers"));
	assert_false(shows(w, "Torrents"));
	type(w, "dqp");
	assert_string_equal(asked(w), "");
	press(w, KEY_CTRL_('C'));
	assert_true(w->at_once);
	world_free(w);
}

static int tear_down(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(movement_keys_move_the_cursor),
		cmocka_unit_test(digits_focus_and_zoom),
		cmocka_unit_test(tab_visits_the_panes_in_order),
		cmocka_unit_test(p_pauses_and_resumes),
		cmocka_unit_test(marks_choose_what_a_command_acts_on),
		cmocka_unit_test(removing_keeps_the_files),
		cmocka_unit_test(removing_asks_nothing_when_told_so),
		cmocka_unit_test(deleting_files_asks_twice),
		cmocka_unit_test(a_refused_command_is_told),
		cmocka_unit_test(a_filter_narrows_while_typing),
		cmocka_unit_test(the_sort_menu_sorts_and_reverses),
		cmocka_unit_test(a_pasted_magnet_opens_the_dialog),
		cmocka_unit_test(other_pastes_are_never_keys),
		cmocka_unit_test(a_bad_magnet_says_why_and_adds_nothing),
		cmocka_unit_test(a_file_is_read_before_it_is_added),
		cmocka_unit_test(a_file_named_in_full_is_looked_into),
		cmocka_unit_test(check_boxes_switch_with_space),
		cmocka_unit_test(tab_completes_paths),
		cmocka_unit_test(commands_work_by_unique_beginnings),
		cmocka_unit_test(an_unknown_command_keeps_the_line_open),
		cmocka_unit_test(tab_in_the_prompt_takes_candidates),
		cmocka_unit_test(
			settings_without_effect_are_taken_but_not_offered),
		cmocka_unit_test(the_prompt_remembers_lines),
		cmocka_unit_test(q_goes_back_and_asks_at_the_root),
		cmocka_unit_test(q_quits_at_once_when_nothing_runs),
		cmocka_unit_test(ctrl_c_twice_quits_at_once),
		cmocka_unit_test(help_lists_only_keys_that_work),
		cmocka_unit_test(
			every_key_of_the_table_is_used_or_unused_safely),
		cmocka_unit_test(no_key_means_two_things_in_one_place),
		cmocka_unit_test(a_key_of_a_pane_hides_the_dashboards),
		cmocka_unit_test(peers_say_who_told_of_them),
		cmocka_unit_test(the_mouse_chooses_scrolls_and_sorts),
		cmocka_unit_test(a_second_click_soon_opens_the_torrent),
		cmocka_unit_test(notices_become_toasts_and_stay_in_the_log),
		cmocka_unit_test(a_closing_message_replaces_everything),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
