/*
 * corpus_sim.c - every stream of the generated wire corpus, played to a whole
 * engine: once by somebody who dials it, once by somebody it dials.
 *
 * BTTUI_CORPUS names the corpus; tests/corpus/README.md explains roles and
 * verdicts.  Whatever the stream was, the engine then completes (or serves)
 * with an honest peer, its counters go back to zero, and it closes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/engine_priv.h"
#include "proto/peer_wire.h"
#include "sim_torrent.h"

#define ROWS_MAX 1000u
#define CELL_MAX 200u
#define FILE_BYTES_MAX (4u << 20)
#define ANSWER_MAX (16u << 20) /* bytes that any stream may draw from us */
#define SMALL 499u             /* longer streams come in pieces of this */
#define CLOSE_MS 1000u         /* to end a connection after the last byte */
#define OPEN_MS 5000u          /* how long we see whether it stays */

struct row {
	char file[CELL_MAX], role[CELL_MAX], expect[CELL_MAX];
	char detail[CELL_MAX];
};

/* One who says what stands in a file and counts what comes back. */
struct player {
	struct sim_world *w;
	struct sim_node *node;
	struct stream *stream; /* NULL: not yet, or over */
	struct span script;
	size_t played, step; /* bytes in one go; 0: all */
	bool deaf;           /* never reads */
	bool met, ended;
	uint64_t ended_ms, said_ms; /* said: the last byte */
	uint64_t heard;             /* bytes */
	struct wire *wire;
	uint64_t blocks, requests;
	struct sim_event ev;
};

/* --- files
 * ----------------------------------------------------------------- */

static struct buf load(const char *name)
{
	const char *root = getenv("BTTUI_CORPUS");
	char *path = mem_printf("%s/wire/%s", root ? root : ".", name);
	FILE *f = fopen(path, "rb");
	struct buf b = {0};
	uint8_t part[4096];
	size_t n;

	if (!f)
		fail_msg("%s cannot be read", path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&b, span_of(part, n));
	fclose(f);
	assert_true(b.len <= FILE_BYTES_MAX);
	mem_free(path);
	return b;
}

/* Cell k of a line of tabs; cut to the room. */
static void cell(const char *line, int k, char *out)
{
	size_t n;

	for (; k > 0 && *line; k--) {
		line += strcspn(line, "\t\n");
		line += *line == '\t';
	}
	n = strcspn(line, "\t\n");
	n = n < CELL_MAX ? n : CELL_MAX - 1;
	memcpy(out, line, n);
	out[n] = '\0';
}

static int column(const char *header, const char *name)
{
	char text[CELL_MAX];

	for (int k = 0; k < 20; k++) {
		cell(header, k, text);
		if (strcmp(text, name) == 0)
			return k;
	}
	fail_msg("the manifest has no column %s", name);
	return 0;
}

static size_t read_manifest(struct row *rows)
{
	struct buf b = load("MANIFEST.tsv");
	const char *line, *text;
	int file, role, expect, detail;
	size_t n = 0;

	buf_add_byte(&b, 0);
	text = (const char *)b.p;
	file = column(text, "file");
	role = column(text, "role");
	expect = column(text, "expect");
	detail = column(text, "detail");
	for (line = strchr(text, '\n'); line && line[1] && n < ROWS_MAX;
		line = strchr(line + 1, '\n')) {
		struct row *r = &rows[n];

		cell(line + 1, file, r->file);
		cell(line + 1, role, r->role);
		cell(line + 1, expect, r->expect);
		cell(line + 1, detail, r->detail);
		n += strcmp(r->role, "-") != 0;
	}
	buf_free(&b);
	return n;
}

/* --- the player
 * ------------------------------------------------------------ */

static void say_more(struct player *p)
{
	size_t left = p->script.n - p->played;
	size_t n = p->step && p->step < left ? p->step : left;

	if (!p->stream)
		return;
	if (n > 0)
		stream_send(p->stream, span_of(p->script.p + p->played, n));
	p->played += n;
	p->said_ms = sim_now(p->w->sim);
	if (p->played < p->script.n)
		sim_in(p->w->sim, &p->ev, 1);
}

static void on_step(struct sim_event *ev)
{
	say_more(container_of(ev, struct player, ev));
}

static void on_connected(void *user)
{
	say_more(user);
}

static void on_data(void *user, struct span bytes)
{
	struct player *p = user;
	struct wire_event ev;

	p->heard += bytes.n;
	wire_feed(p->wire, bytes);
	while (wire_next(p->wire, &ev) == ERR_OK) {
		p->blocks += ev.kind == WIRE_BLOCK;
		p->requests += ev.kind == WIRE_REQUEST;
	}
}

static void on_ended(void *user, enum err why, int os)
{
	struct player *p = user;

	(void)why;
	(void)os;
	p->ended = true;
	p->ended_ms = sim_now(p->w->sim);
	stream_close(p->stream);
	p->stream = NULL;
}

static const struct stream_events events = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
};

static void on_accept(void *user, struct stream *s, const struct addr *from)
{
	struct player *p = user;

	(void)from;
	if (p->met) {
		stream_close(s);
		return;
	}
	p->met = true;
	p->stream = s;
	stream_set_user(s, &events, p);
	if (p->deaf)
		stream_read(s, false);
	say_more(p);
}

static void player_begin(struct player *p, struct sim_peer *engine, bool dial)
{
	struct addr a = sim_peer_addr(engine);
	const struct layout *l = &p->w->torrent.layout;

	p->ev.fire = on_step;
	p->wire = wire_new();
	wire_set_geometry(p->wire, l->npieces, l->piece_length);
	p->node = sim_node_new(p->w->net, &sim_lan);
	if (dial) {
		p->met = true;
		p->stream = sim_dial(p->node, &a, &events, p);
		if (p->deaf)
			stream_read(p->stream, false);
		return;
	}
	sim_node_listen(p->node, SIM_PORT, on_accept, p);
	a = *sim_node_addr(p->node);
	a.port = SIM_PORT;
	sim_peer_connect(engine, &a);
}

static void player_end(struct player *p)
{
	sim_cancel(p->w->sim, &p->ev);
	sim_node_listen(p->node, 0, NULL, NULL);
	if (p->stream)
		stream_close(p->stream);
	p->stream = NULL;
	wire_free(p->wire);
}

/* --- the engine under test
 * -------------------------------------------------- */

static void use_target(struct sim_world *w, const char *name)
{
	struct sim_torrent *t = &w->torrent;
	struct buf data = load("target.bin");

	sim_torrent_fini(t);
	memset(t, 0, sizeof *t);
	t->file = load(name);
	assert_int_equal(metainfo_parse(buf_span(&t->file), &t->meta, NULL),
		ERR_OK);
	layout_init(&t->layout, t->meta);
	assert_int_equal(data.len, t->meta->total);
	t->data = data.p;
	infohash_wire(&t->meta->hash, t->hash);
}

static struct sim_world *world_for(const char *role, struct sim_peer **engine)
{
	struct sim_world *w = sim_world_new(1, &(struct sim_plan){0});
	bool seed = strcmp(role, "seed") == 0;

	use_target(w, strcmp(role, "private") == 0 ? "target-private.torrent"
						   : "target.torrent");
	*engine = sim_peer_new(w, &sim_lan, seed ? SIM_SEED : 0);
	(*engine)->by_magnet = strcmp(role, "magnet") == 0;
	sim_world_start(w);
	sim_run_for(w->sim, 500);
	return w;
}

/* It has forgotten the player, and goes on with its work. */
static void is_sound(struct sim_world *w, struct sim_peer *p)
{
	struct engine *e = p->run->engine;
	bool seed = sim_peer_is_complete(p);
	struct sim_peer *honest;
	struct addr a;

	sim_run_for(w->sim, 12000);
	sim_require(w->sim, e->shared.npeers == 0);
	sim_require(w->sim, e->shared.nhalf_open == 0);
	sim_require(w->sim, e->shared.asked_bytes == 0);
	sim_require(w->sim, list_empty(&e->shared.thirsty_up));
	sim_require(w->sim, list_empty(&e->shared.thirsty_down));
	sim_require(w->sim, sim_peer_totals(p).pool_bytes <= 1u << 20);
	honest = sim_peer_new(w, &sim_lan, seed ? 0 : SIM_SEED);
	sim_peer_start(honest);
	sim_run_for(w->sim, 500);
	a = sim_peer_addr(honest);
	sim_peer_connect(p, &a);
	sim_world_complete(w, 30000);
}

static uint64_t patience(const struct row *r)
{
	unsigned s = 0;
	const char *at = strstr(r->detail, "after ");

	if (at && sscanf(at, "after %u s", &s) == 1)
		return (s + 2) * 1000;
	return CLOSE_MS;
}

/* What is wrong with how the stream was taken; NULL: nothing. */
static const char *judge(const struct player *p, const struct row *r, bool dial)
{
	bool drop = strcmp(r->expect, "drop") == 0;
	bool stay = strcmp(r->expect, "ok") == 0 ||
	            strcmp(r->expect, "ignore") == 0;

	if (drop && (!p->ended || p->ended_ms > p->said_ms + patience(r)))
		return "not closed in time";
	if (stay && p->ended)
		return "closed";
	if (p->heard > ANSWER_MAX)
		return "too many answers";
	if (strstr(r->detail, "send nothing") && dial && p->heard > 0)
		return "was answered";
	if (strstr(r->detail, "no data") && p->blocks > 0)
		return "got data";
	if (strstr(r->detail, "at most one answer") && p->blocks > 1)
		return "got more than one block";
	if (strstr(r->detail, "in a loop") && p->requests > 1000)
		return "is asked in a loop";
	return NULL;
}

/* Whether it was taken as it should be. */
static bool play(const struct row *r, bool dial, size_t step)
{
	struct sim_peer *engine;
	struct sim_world *w = world_for(r->role, &engine);
	struct buf script = load(r->file);
	struct player p = {.w = w, .script = buf_span(&script), .step = step};
	uint64_t wait = patience(r);
	const char *bad;

	if (step && script.len > SMALL)
		p.step = SMALL;
	player_begin(&p, engine, dial);
	do
		sim_run_for(w->sim, 500);
	while (!p.ended && p.played < script.len);
	sim_run_for(w->sim, wait > OPEN_MS ? wait : OPEN_MS);
	sim_require(w->sim, p.met);
	bad = judge(&p, r, dial);
	if (bad)
		print_error("%s (%s): %s\n", r->file,
			dial ? "incoming" : "outgoing", bad);
	player_end(&p);
	is_sound(w, engine);
	sim_world_free(w);
	buf_free(&script);
	return !bad;
}

/* Step 0: each stream in one go; else small ones byte by byte. */
static void play_all(bool dial, size_t step)
{
	struct row *rows;
	size_t n, bad = 0;

	if (!getenv("BTTUI_CORPUS")) {
		print_message("BTTUI_CORPUS is not set\n");
		skip();
	}
	rows = mem_array(ROWS_MAX, sizeof *rows);
	n = read_manifest(rows);
	assert_true(n > 150);
	for (size_t i = 0; i < n; i++) {
		const char *only = getenv("CORPUS_FILE");

		if (!only || strcmp(only, rows[i].file) == 0)
			bad += !play(&rows[i], dial, step);
	}
	mem_free(rows);
	assert_int_equal(bad, 0);
}

static void streams_of_those_who_dial_us(void **state)
{
	(void)state;
	play_all(true, 0);
}

static void streams_of_those_we_dial(void **state)
{
	(void)state;
	play_all(false, 0);
}

static void streams_in_small_pieces(void **state)
{
	(void)state;
	play_all(true, 1);
}

/* n requests, `length` bytes each, from somebody who is interested. */
static struct buf greedy(const struct sim_torrent *t, size_t n, uint32_t length)
{
	uint8_t b[128], reserved[8] = {0, 0, 0, 0, 0, 0, 0, 0x04};
	struct writer w = writer_of(b, sizeof b);
	struct buf out = {0};

	wire_put_handshake(&w, reserved, t->hash,
		(const uint8_t *)"-XX0000-abcdefghijkl");
	wire_put_simple(&w, WIRE_HAVE_NONE);
	wire_put_simple(&w, WIRE_INTERESTED);
	buf_add(&out, writer_span(&w));
	for (size_t i = 0; i < n; i++) {
		uint32_t piece = (uint32_t)(i % 5);

		w.len = 0;
		wire_put_range(&w, WIRE_REQUEST,
			(struct wire_range){piece, 0, length});
		buf_add(&out, writer_span(&w));
	}
	return out;
}

/* Asks and never reads.  Returns the most memory that blocks took. */
static uint64_t ask_deafly(size_t n, uint32_t length, size_t step, bool *ended)
{
	struct sim_peer *engine;
	struct sim_world *w = world_for("seed", &engine);
	struct buf script = greedy(&w->torrent, n, length);
	struct player p = {.w = w,
		.script = buf_span(&script),
		.step = step,
		.deaf = true};
	uint64_t most = 0;

	player_begin(&p, engine, true);
	while (!p.ended && p.played < script.len) {
		uint64_t pool;

		sim_run_for(w->sim, 20);
		pool = sim_peer_totals(engine).pool_bytes;
		most = pool > most ? pool : most;
	}
	*ended = p.ended;
	player_end(&p);
	is_sound(w, engine);
	sim_world_free(w);
	buf_free(&script);
	return most;
}

static void who_does_not_read_costs_little(void **state)
{
	uint64_t most;
	bool ended;

	(void)state;
	most = ask_deafly(20000, 1, 1700, &ended);
	assert_true(most < 2u << 20);
	most = ask_deafly(20000, 16384, 1700, &ended);
	assert_true(most < 4u << 20);
	ask_deafly(300000, 16384, 170000, &ended);
	assert_true(ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_of_those_who_dial_us),
		cmocka_unit_test(streams_of_those_we_dial),
		cmocka_unit_test(streams_in_small_pieces),
		cmocka_unit_test(who_does_not_read_costs_little),
	};

	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
