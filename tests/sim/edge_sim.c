/*
 * edge_sim.c - moments in a torrent's life at which things go wrong: what is
 * wanted changes while peers shake hands, files appear behind our back, a
 * fault meets a pause, peers are met before the files are known.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "core/engine_priv.h"
#include "core/storage/block_pool.h"
#include "core/swarm/piece_picker.h"
#include "proto/peer_ext.h"
#include "proto/peer_wire.h"
#include "sim_evil.h"
#include "sim_torrent.h"

static void set_priority(struct sim_peer *p, size_t first, size_t end,
	uint64_t prio)
{
	struct command c = {
		.kind = CMD_FILE_PRIORITY,
		.torrent = p->id,
		.file = first,
		.file_end = end,
		.value = prio,
	};
	struct fault f = {0};

	if (engine_command(p->run->engine, &c, NULL, &f) != ERR_OK)
		sim_fail(p->world->sim, "priority: %s", f.what);
}

/* Every few milliseconds, so that it meets each step of a handshake. */
static void fickle(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.bytes = 4u << 20});
	struct sim_peer *p;

	for (int i = 0; i < 3; i++)
		sim_peer_new(w, &sim_home, i ? 500 : SIM_SEED);
	p = sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	for (int i = 0; i < 300; i++) {
		bool off = i % 2 == 0;

		sim_run_for(w->sim, sim_between(w->sim, 1, 9));
		if (sim_peer_row(p)->has_metadata)
			set_priority(p, 0, 3, off ? PRIO_SKIP : PRIO_NORMAL);
	}
	set_priority(p, 0, 3, PRIO_NORMAL);
	sim_world_complete(w, 300000);
	sim_world_free(w);
}

static void a_fickle_user_confuses_nobody(void **state)
{
	(void)state;
	sim_for_seeds(20, fickle);
}

/* Deselecting gives megabytes up that are under way: nobody's fault. */
static void change_of_mind(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.bytes = 64u << 20,
					    .piece_length = 1u << 20,
					    .nfiles = 2,
					    .no_tracker = true});
	struct sim_link far = sim_home;
	struct sim_peer *s, *p;
	struct addr a;

	far.latency_ms = 200;
	far.up_bps = far.down_bps = 20u << 20;
	s = sim_peer_new(w, &far, SIM_SEED);
	p = sim_peer_new(w, &far, 0);
	sim_world_start(w);
	a = sim_peer_addr(s);
	sim_peer_connect(p, &a);
	while (sim_peer_totals(p).down_bytes < 16u << 20)
		sim_run_for(w->sim, 50);
	set_priority(p, 0, 2, PRIO_SKIP);
	sim_run_for(w->sim, 2000);
	sim_require(w->sim, sim_peer_totals(p).protocol_errors == 0);
	set_priority(p, 0, 2, PRIO_NORMAL);
	sim_run_for(w->sim, 20);
	sim_world_complete(w, 300000);
	sim_world_free(w);
}

static void deselecting_a_file_drops_no_peer(void **state)
{
	(void)state;
	sim_for_seeds(3, change_of_mind);
}

static void add(struct buf *out, struct writer *w)
{
	buf_add(out, writer_span(w));
	w->len = 0;
}

/* Pieces named again and again, as aria2 does in place of many HAVEs. */
static struct buf repeated_bitfields(const struct sim_torrent *t)
{
	uint8_t b[256], reserved[8] = {0, 0, 0, 0, 0, 0, 0, 0x04};
	struct writer w = writer_of(b, sizeof b);
	struct bitfield has;
	struct buf out = {0};

	bitfield_init(&has, t->layout.npieces);
	wire_put_handshake(&w, reserved, t->hash,
		(const uint8_t *)"-XX0000-abcdefghijkl");
	add(&out, &w);
	for (uint32_t i = 0; i < 3; i++) {
		bitfield_add(&has, i);
		wire_put_bitfield(&w, &has);
		add(&out, &w);
	}
	wire_put_simple(&w, WIRE_HAVE_ALL);
	add(&out, &w);
	bitfield_fini(&has);
	return out;
}

/* A seed that loses piece 0 (BEP 54) and becomes partial. */
static void lost_piece(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	uint8_t b[256], reserved[8] = {0, 0, 0, 0, 0, 0x10, 0, 0x04};
	uint8_t none[4] = {0};
	struct writer m = writer_of(b, sizeof b);
	struct sim_evil_plan plan = {.kind = EVIL_REPLAY};
	const struct torrent_detail *d;
	struct sim_evil *e;
	struct addr leech;

	wire_put_handshake(&m, reserved, w->torrent.hash,
		(const uint8_t *)"-XX0000-abcdefghijkl");
	wire_put_simple(&m, WIRE_HAVE_ALL);
	wire_put_extended(&m, EXT_HANDSHAKE_ID, span_str("d1:mdee"));
	wire_put_extended(&m, EXT_LT_DONTHAVE + 1, span_of(none, 4));
	plan.script = writer_span(&m);
	e = sim_evil_new(w, &sim_lan, &plan);
	leech = sim_peer_addr(sim_peer_new(w, &sim_lan, 0));
	sim_world_start(w);
	sim_run_for(w->sim, 500);
	sim_evil_dial(e, &leech);
	sim_run_for(w->sim, 500);
	d = sim_peer_detail(w->peers[0]);
	assert_int_equal(d->npeers, 1);
	assert_int_equal(d->peers[0].pieces_have, d->npieces - 1);
	assert_int_equal(d->avail[0], 0);
	sim_evil_free(e);
	sim_world_free(w);
}

static void a_peer_that_lost_a_piece_is_believed(void **state)
{
	(void)state;
	sim_for_seeds(1, lost_piece);
}

static void late_bitfields(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct buf script = repeated_bitfields(&w->torrent);
	struct sim_evil_plan plan = {
		.kind = EVIL_REPLAY, .script = buf_span(&script)};
	struct sim_evil *e = sim_evil_new(w, &sim_lan, &plan);
	struct addr leech, seeder;

	leech = sim_peer_addr(sim_peer_new(w, &sim_lan, 0));
	sim_world_start(w);
	sim_run_for(w->sim, 1000);
	sim_evil_dial(e, &leech);
	sim_run_for(w->sim, 2000);
	sim_require(w->sim, sim_evil_connections(e) == 1);
	sim_require(w->sim, sim_peer_row(w->peers[0])->peers == 1);
	seeder = sim_peer_addr(sim_peer_new(w, &sim_lan, SIM_SEED));
	sim_world_start(w);
	sim_peer_connect(w->peers[0], &seeder);
	sim_world_complete(w, 300000);
	sim_evil_free(e);
	sim_world_free(w);
	buf_free(&script);
}

static void a_bitfield_in_mid_session_only_adds(void **state)
{
	(void)state;
	sim_for_seeds(3, late_bitfields);
}

static enum err add_again(struct sim_peer *p)
{
	struct add_source add = {.metainfo = buf_span(&p->world->torrent.file)};
	struct command c = {.kind = CMD_ADD, .add = &add};
	struct fault f = {0};

	return engine_command(p->run->engine, &c, &p->id, &f);
}

/* A tracker that says nothing does not keep it from being added again. */
static void removed(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);

	sim_world_start(w);
	sim_run_for(w->sim, 3000);
	sim_tracker_set_mode(w->tracker, SIM_TRACKER_HANGS);
	sim_peer_command(p, CMD_REMOVE, 0);
	sim_run_for(w->sim, 100);
	assert_int_equal(add_again(p), ERR_STATE);
	sim_run_for(w->sim, 3500);
	assert_int_equal(add_again(p), ERR_OK);
	sim_run_for(w->sim, 3000);
	sim_world_free(w);
}

static void a_removed_torrent_does_not_linger(void **state)
{
	(void)state;
	sim_for_seeds(3, removed);
}

/* Files that came to be behind our back are found when the user asks. */
static void copied_in(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);

	sim_world_start(w);
	sim_run_for(w->sim, 1000);
	for (uint32_t i = 0; i < w->torrent.layout.npieces; i++)
		sim_peer_give(p, i);
	sim_peer_command(p, CMD_RECHECK, 0);
	sim_world_complete(w, 30000);
	sim_world_free(w);
}

static void a_check_finds_files_that_were_copied_in(void **state)
{
	(void)state;
	sim_for_seeds(5, copied_in);
}

/* A fault at any step, then a pause, then on: nothing is stuck. */
static void paused_with_a_fault(uint64_t seed)
{
	static const enum disk_op ops[] = {
		DISK_STAT, DISK_SELECT, DISK_PUT_PIECE, DISK_FLUSH};
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.bytes = 4u << 20});
	struct sim_peer *p;

	sim_peer_new(w, &sim_home, SIM_SEED);
	p = sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_disk_fail(sim_host_disk(p->run->host), ops[seed % 4], 1, 1, EIO);
	for (int i = 0; i < 400 && sim_peer_row(p)->fault.code == ERR_OK; i++) {
		if (i == 20)
			sim_peer_command(p, CMD_RECHECK, 0);
		sim_run_for(w->sim, 50);
	}
	sim_peer_command(p, CMD_PAUSE, 0);
	sim_run_for(w->sim, sim_between(w->sim, 0, 500));
	sim_peer_command(p, CMD_RESUME, 0);
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void a_fault_survives_a_pause_and_ends_with_it(void **state)
{
	(void)state;
	sim_for_seeds(40, paused_with_a_fault);
}

/* Two who lack the metadata meet one who has only that; then one of them
 * finds that it has all the data. */
static void remembered(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p;

	p = sim_peer_new(w, &sim_home, SIM_SEED);
	p->by_magnet = true;
	sim_peer_new(w, &sim_home, 0);
	sim_peer_new(w, &sim_home, 0)->by_magnet = true;
	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void a_magnet_link_finds_its_data_on_disk_and_tells(void **state)
{
	(void)state;
	sim_for_seeds(20, remembered);
}

/* skip_check promises what is not there. */
static void trusted_in_vain(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p;

	sim_peer_new(w, &sim_home, SIM_SEED);
	p = sim_peer_new(w, &sim_home, 0);
	p->trusting = true;
	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void files_that_are_missing_are_not_trusted(void **state)
{
	(void)state;
	sim_for_seeds(5, trusted_in_vain);
}

/* A file is deleted while we run: at the next start it is missed. */
static void deleted(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p;
	char *path =
		mem_printf("%s/%s", SIM_DIR, w->torrent.meta->files[1].path);

	sim_peer_new(w, &sim_home, SIM_SEED);
	p = sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_file_remove(p->machine.files, path);
	mem_free(path);
	/* Not by sim_peer_stop(): what it believes now is wrong. */
	sim_run_for(w->sim, 70000);
	sim_peer_command(p, CMD_SEQUENTIAL, 0);
	sim_run_for(w->sim, 10000);
	sim_peer_kill(p);
	sim_run_for(w->sim, 100);
	sim_peer_start(p);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void a_deleted_file_is_fetched_again(void **state)
{
	(void)state;
	sim_for_seeds(5, deleted);
}

/* After a power cut only what was not synced is hashed. */
static void cut(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = 8u << 20, .nfiles = 1});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);
	uint32_t n = w->torrent.layout.npieces;

	for (uint32_t i = 0; i < n - 8; i++)
		sim_peer_give(p, i);
	sim_world_start(w);
	sim_run_for(w->sim, 70000);
	sim_require(w->sim, sim_peer_have(p) == n - 8);
	sim_peer_new(w, &sim_home, SIM_SEED);
	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_peer_stop(p);
	p->boots++; /* with everything flushed, as a reboot does */
	sim_peer_start(p);
	sim_world_complete(w, 60000);
	sim_require(w->sim,
		sim_disk_jobs(sim_host_disk(p->run->host), DISK_HASH) < n / 2);
	sim_world_free(w);
}

static void a_reboot_hashes_only_what_is_in_doubt(void **state)
{
	(void)state;
	sim_for_seeds(5, cut);
}

static bool second_is_done(void *user)
{
	struct sim_peer *p = user;
	const struct snapshot *s = engine_refresh(p->run->engine);

	return s->nrows == 2 && s->rows[1].is_complete;
}

/* A paused torrent full of unfinished pieces, and another that needs memory. */
static void hoarder(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.bytes = 64u << 20,
					    .piece_length = 2u << 20,
					    .nfiles = 1});
	struct sim_plan plan = {
		.bytes = 8u << 20, .piece_length = 1u << 20, .nfiles = 2};
	const char *urls[] = {sim_tracker_url(w->tracker), NULL};
	struct sim_torrent other;
	struct sim_link link = sim_home;
	struct sim_peer *p;
	struct block *held[257];
	size_t nheld = 0;
	uint64_t pool = 0;

	link.up_bps = 300000;
	sim_torrent_make(&other, seed + 1000, &plan, urls);
	for (int i = 0; i < 12; i++) {
		p = sim_peer_new(w, &link, SIM_SEED);
		for (uint32_t k = 0; k < other.layout.npieces; k++)
			sim_torrent_write(&other, p->machine.files, k);
	}
	p = sim_peer_new(w, &sim_home, 0);
	p->settings = "block_memory 4M\n";
	sim_world_start(w);
	for (int i = 0; i < 600 && pool < 3u << 19; i++) {
		sim_run_for(w->sim, 100);
		pool = sim_peer_totals(p).pool_bytes;
	}
	sim_require(w->sim, pool >= 3u << 19);
	sim_peer_command(p, CMD_PAUSE, 0);
	sim_run_for(w->sim, 1000);
	/* As uploads may hold all the rest. */
	while (!block_pool_tight(p->run->engine->shared.pool))
		held[nheld++] = block_new(p->run->engine->shared.pool);
	for (size_t i = 0; i < w->npeers; i++) {
		struct add_source add = {.metainfo = buf_span(&other.file)};
		struct command c = {.kind = CMD_ADD, .add = &add};
		struct torrent_id id;
		struct fault f = {0};

		assert_int_equal(engine_command(w->peers[i]->run->engine, &c,
					 &id, &f),
			ERR_OK);
	}
	sim_require(w->sim, sim_run_until(w->sim, second_is_done, p, 120000));
	while (nheld > 0)
		block_drop(held[--nheld]);
	sim_world_free(w);
	sim_torrent_fini(&other);
}

static void a_paused_torrent_hoards_no_memory(void **state)
{
	(void)state;
	sim_for_seeds(2, hoarder);
}

/* A tracker adds up what is told since "started". */
static void told_anew(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	const struct sim_announce *log;
	struct sim_peer *p;
	size_t n;

	sim_peer_new(w, &sim_home, SIM_SEED);
	p = sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_run_for(w->sim, 10000);
	sim_peer_stop(p);
	sim_peer_start(p);
	sim_run_for(w->sim, 2000);
	n = sim_tracker_log(w->tracker, &log);
	assert_int_equal(log[n - 1].ask.event, TRACKER_EVENT_STARTED);
	assert_int_equal(log[n - 1].ask.downloaded, 0);
	assert_true(sim_peer_row(p)->down_bytes > 0);
	sim_world_free(w);
}

static void trackers_hear_the_totals_of_this_run(void **state)
{
	(void)state;
	sim_for_seeds(1, told_anew);
}

/* The one who lacks everything was away when the seed dialled. */
static void late_riser(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.no_tracker = true});
	struct sim_peer *s = sim_peer_new(w, &sim_home, SIM_SEED);
	struct addr a;

	sim_world_start(w);
	sim_run_for(w->sim, 100000);
	a = sim_peer_addr(sim_peer_new(w, &sim_home, 0));
	sim_peer_connect(s, &a);
	sim_run_for(w->sim, 2000);
	sim_world_start(w);
	sim_world_complete(w, 300000);
	sim_world_free(w);
}

static void a_seed_dials_again(void **state)
{
	(void)state;
	sim_for_seeds(3, late_riser);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fickle_user_confuses_nobody),
		cmocka_unit_test(deselecting_a_file_drops_no_peer),
		cmocka_unit_test(a_bitfield_in_mid_session_only_adds),
		cmocka_unit_test(a_peer_that_lost_a_piece_is_believed),
		cmocka_unit_test(a_removed_torrent_does_not_linger),
		cmocka_unit_test(a_paused_torrent_hoards_no_memory),
		cmocka_unit_test(trackers_hear_the_totals_of_this_run),
		cmocka_unit_test(a_seed_dials_again),
		cmocka_unit_test(a_check_finds_files_that_were_copied_in),
		cmocka_unit_test(a_fault_survives_a_pause_and_ends_with_it),
		cmocka_unit_test(
			a_magnet_link_finds_its_data_on_disk_and_tells),
		cmocka_unit_test(files_that_are_missing_are_not_trusted),
		cmocka_unit_test(a_deleted_file_is_fetched_again),
		cmocka_unit_test(a_reboot_hashes_only_what_is_in_doubt),
	};

	return cmocka_run_group_tests_name("edge", tests, NULL, NULL);
}
