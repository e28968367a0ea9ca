/*
 * disk_sim.c - crashes, power cuts, full and failing disks: what is believed
 * afterwards, and what is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sim_swarm.h"

#define MIB (1u << 20)
/* Saved every 5 s; the look at the files and the saving take their time. */
#define KILL_LOSES_MS 5500u
#define CUT_LOSES_MS 66000u

static struct sim_world *slow_world(uint64_t seed, uint64_t bytes)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = bytes, .piece_length = 32768});
	struct sim_link slow = sim_home;

	slow.up_bps = 200000;
	sim_peer_new(w, &slow, SIM_SEED);
	sim_peer_new(w, &sim_home, 0);
	return w;
}

static bool is_settled(void *user)
{
	struct sim_peer *p = user;
	const struct torrent_row *r = sim_peer_row(p);

	return engine_settled(p->run->engine) && !r->checking &&
	       r->state != TORRENT_LOADING;
}

/* Start again and wait until it knows what it has. */
static void restart(struct sim_peer *p)
{
	sim_peer_start(p);
	if (!sim_run_until(p->world->sim, is_settled, p, 60000))
		sim_fail(p->world->sim, "not settled after a restart");
}

/* What the peer has, a copy. */
static void note_have(struct sim_peer *p, struct bitfield *out)
{
	const struct torrent_detail *d = sim_peer_detail(p);

	bitfield_fini(out);
	bitfield_init(out, p->world->torrent.layout.npieces);
	if (d->have && bitfield_size(d->have) == bitfield_size(out))
		bitfield_copy(out, d->have);
}

/* Pieces known `loses_ms` before the end must be known after it. */
struct memory {
	struct bitfield before[400]; /* every SIM_STEP of time */
	size_t n;
};
#define SIM_STEP 250u

static void run_noting(struct sim_peer *p, uint64_t ms, struct memory *m)
{
	for (uint64_t at = 0; at < ms; at += SIM_STEP) {
		sim_run_for(p->world->sim, SIM_STEP);
		note_have(p, &m->before[m->n % 400]);
		m->n++;
	}
}

static void require_kept(struct sim_peer *p, struct memory *m, uint64_t loses)
{
	size_t back = (size_t)(loses / SIM_STEP) + 1;
	const struct torrent_detail *d = sim_peer_detail(p);

	if (m->n >= back && m->n - back + 400 >= m->n) {
		const struct bitfield *old = &m->before[(m->n - back) % 400];

		if (bitfield_any_not_in(old, d->have))
			sim_fail(p->world->sim,
				"lost: %u pieces now, %u of %zu s before",
				bitfield_count(d->have), bitfield_count(old),
				(size_t)loses / 1000);
	}
	for (size_t i = 0; i < 400; i++)
		bitfield_fini(&m->before[i]);
	m->n = 0;
}

static void killed(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 6 * MIB);
	struct memory *m = mem_zero(sizeof *m);
	struct sim_peer *p = w->peers[1];

	p->keep_session = sim_chance(w->sim, 500);
	sim_world_start(w);
	for (int i = 0; i < 3; i++) {
		run_noting(p, sim_between(w->sim, 1000, 10000), m);
		sim_peer_kill(p);
		sim_run_for(w->sim, 100);
		restart(p);
		sim_peer_check(p);
		require_kept(p, m, KILL_LOSES_MS);
	}
	sim_world_complete(w, 120000);
	sim_world_free(w);
	mem_free(m);
}

static void a_kill_loses_five_seconds_at_most(void **state)
{
	(void)state;
	sim_for_seeds(20, killed);
}

static void power_cut(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 24 * MIB);
	struct memory *m = mem_zero(sizeof *m);
	struct sim_peer *p = w->peers[1];

	sim_world_start(w);
	for (int i = 0; i < 2; i++) {
		run_noting(p, sim_between(w->sim, 1000, 90000), m);
		sim_peer_power_cut(p, (uint32_t)sim_between(w->sim, 0, 1000));
		restart(p);
		sim_peer_check(p);
		require_kept(p, m, CUT_LOSES_MS);
	}
	sim_world_complete(w, 300000);
	sim_world_free(w);
	mem_free(m);
}

static void a_power_cut_loses_a_minute_at_most(void **state)
{
	(void)state;
	sim_for_seeds(6, power_cut);
}

/* Closed in the usual way: nothing is lost, nothing is hashed again. */
static void closed(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 3 * MIB);
	struct sim_peer *p = w->peers[1];
	uint32_t had;

	p->keep_session = seed % 2;
	sim_world_start(w);
	sim_run_for(w->sim, sim_between(w->sim, 1000, 12000));
	had = sim_peer_have(p);
	sim_peer_stop(p);
	restart(p);
	assert_true(sim_peer_have(p) >= had);
	assert_int_equal(sim_disk_jobs(sim_host_disk(p->run->host), DISK_HASH),
		0);
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void closing_loses_nothing(void **state)
{
	(void)state;
	sim_for_seeds(20, closed);
}

/* A byte changes while it is closed: found, and fetched again. */
static void tampered(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 1 * MIB);
	struct sim_peer *p = w->peers[1];
	struct sim_file *f;

	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_peer_stop(p);
	sim_run_for(w->sim, 1000);
	f = sim_file_find(p->machine.files, SIM_DIR "/torrent/file 2");
	if (!f || sim_file_size(f) == 0) {
		sim_world_free(w);
		return;
	}
	sim_file_corrupt(p->machine.files, f,
		sim_between(w->sim, 0, sim_file_size(f) - 1));
	restart(p);
	sim_peer_check(p);
	sim_world_complete(w, 60000);
	for (uint32_t i = 0; i < w->torrent.layout.npieces; i++)
		assert_true(sim_peer_piece_ok(p, i));
	sim_world_free(w);
}

static void a_changed_file_is_hashed_again(void **state)
{
	(void)state;
	sim_for_seeds(20, tampered);
}

/* Resume data, damaged at random: whatever it says, no bad piece counts. */
static void damaged(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 1 * MIB);
	struct sim_peer *p = w->peers[1];
	char hex[INFOHASH_HEX_MAX], *path;
	struct span old;
	struct buf bad = {0};

	sim_world_start(w);
	sim_run_for(w->sim, sim_between(w->sim, 1000, 6000));
	sim_peer_stop(p);
	infohash_hex(&w->torrent.meta->hash, hex);
	path = mem_printf("resume/%s.resume", hex);
	if (sim_state_load(p->machine.files, path, &old) && old.n > 0) {
		buf_add(&bad, old);
		if (sim_chance(w->sim, 300))
			bad.len = sim_between(w->sim, 0, bad.len - 1);
		for (int i = 0; i < 3 && bad.len; i++)
			bad.p[sim_between(w->sim, 0, bad.len - 1)] ^=
				(uint8_t)sim_between(w->sim, 1, 255);
		sim_state_save(p->machine.files, path, buf_span(&bad));
	}
	mem_free(path);
	buf_free(&bad);
	restart(p);
	sim_peer_check(p);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void damaged_resume_data_is_not_believed(void **state)
{
	(void)state;
	sim_for_seeds(40, damaged);
}

static bool is_faulty(void *user)
{
	return sim_peer_row(user)->state == TORRENT_FAULTY;
}

static void full(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 3 * MIB);
	struct sim_peer *p = w->peers[1];

	sim_files_set_capacity(p->machine.files,
		sim_between(w->sim, 0, 2 * MIB));
	sim_world_start(w);
	if (!sim_run_until(w->sim, is_faulty, p, 60000))
		sim_fail(w->sim, "a full disk is not noticed");
	sim_run_for(w->sim, 20000);
	sim_peer_check(p);
	assert_int_equal(sim_peer_row(p)->fault.os, ENOSPC);
	assert_int_equal(sim_peer_notices(p, NOTICE_FAULT), 1);
	/* Blocks of unfinished pieces may wait for better times. */
	assert_in_range(sim_peer_totals(p).pool_bytes, 0, MIB / 2);
	if (sim_chance(w->sim, 500)) {
		sim_peer_stop(p);
		sim_peer_start(p);
		sim_run_for(w->sim, 5000);
		sim_peer_check(p);
	}
	sim_files_set_capacity(p->machine.files, UINT64_C(1) << 40);
	sim_peer_command(p, CMD_RESUME, 0);
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void a_full_disk_stops_and_resumes(void **state)
{
	(void)state;
	sim_for_seeds(20, full);
}

static void write_error(uint64_t seed)
{
	static const enum disk_op ops[] = {
		DISK_PUT_PIECE, DISK_FLUSH, DISK_STAT, DISK_SELECT};
	struct sim_world *w = slow_world(seed, 2 * MIB);
	struct sim_peer *p = w->peers[1];
	enum disk_op op = ops[seed % 4];

	sim_world_start(w);
	sim_disk_fail(sim_host_disk(p->run->host), op,
		op == DISK_PUT_PIECE ? (uint32_t)sim_between(w->sim, 1, 60) : 1,
		(uint32_t)sim_between(w->sim, 1, 3), EIO);
	for (int i = 0; i < 80 && !sim_peer_is_complete(p); i++) {
		sim_run_for(w->sim, 1000);
		sim_peer_check(p);
		if (is_faulty(p))
			sim_peer_command(p, CMD_RESUME, 0);
	}
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void a_write_error_stops_until_resumed(void **state)
{
	(void)state;
	sim_for_seeds(24, write_error);
}

/* A seed that cannot read some of its blocks serves the rest, and never
 * anything else in their place. */
static void read_error(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 2 * MIB);
	struct sim_peer *s = w->peers[0];

	sim_world_start(w);
	sim_disk_fail(sim_host_disk(s->run->host), DISK_READ,
		(uint32_t)sim_between(w->sim, 1, 40),
		(uint32_t)sim_between(w->sim, 1, 5), EIO);
	sim_peer_start(sim_peer_new(w, &sim_home, SIM_SEED));
	sim_world_complete(w, 300000);
	assert_int_equal(sim_peer_notices(w->peers[1], NOTICE_BANNED), 0);
	/* A few blocks come twice at the end, but no piece is bad. */
	assert_in_range(sim_peer_totals(w->peers[1]).wasted_bytes, 0, MIB / 4);
	sim_world_free(w);
}

static void a_read_error_is_rejected_not_served(void **state)
{
	(void)state;
	sim_for_seeds(10, read_error);
}

static void state_error(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 2 * MIB);
	struct sim_peer *p = w->peers[1];

	sim_world_start(w);
	sim_disk_fail_state(sim_host_disk(p->run->host), ENOSPC);
	sim_world_complete(w, 60000);
	sim_run_for(w->sim, 60000);
	/* Told, but not every five seconds for ever in the user's face. */
	assert_in_range(sim_peer_notices(p, NOTICE_WARNING), 1, 40);
	sim_disk_fail_state(sim_host_disk(p->run->host), 0);
	sim_run_for(w->sim, 70000);
	sim_peer_kill(p);
	sim_run_for(w->sim, 100);
	restart(p);
	assert_true(sim_peer_is_complete(p));
	sim_world_free(w);
}

static void state_that_cannot_be_saved_is_saved_later(void **state)
{
	(void)state;
	sim_for_seeds(10, state_error);
}

/* A slow disk holds the download back; memory stays within its limits. */
static void slow_disk(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = 24 * MIB, .piece_length = 262144});
	struct sim_peer *p;
	uint64_t most = 0;

	sim_peer_new(w, &sim_lan, SIM_SEED);
	sim_peer_new(w, &sim_lan, SIM_SEED);
	p = sim_peer_new(w, &sim_lan, 0);
	p->settings = "block_memory 4M\n";
	sim_world_start(w);
	sim_disk_set_slowness(sim_host_disk(p->run->host), 200);
	sim_disk_set_marks(sim_host_disk(p->run->host), 2 * MIB, MIB);
	for (int i = 0; i < 5000 && !sim_peer_is_complete(p); i++) {
		uint64_t pool;

		sim_run_for(w->sim, 20);
		pool = sim_peer_totals(p).pool_bytes;
		most = pool > most ? pool : most;
	}
	/* Over the cap come the blocks that were asked for before it was
	 * reached, at most four times the cap. */
	if (most > 20 * MIB)
		sim_fail(w->sim, "%llu bytes of blocks in memory",
			(unsigned long long)most);
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void a_slow_disk_holds_the_network_back(void **state)
{
	(void)state;
	sim_for_seeds(2, slow_disk);
}

static void removal(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 2 * MIB);
	struct sim_peer *p = w->peers[1];
	struct command c = {.kind = CMD_REMOVE, .with_data = true};
	struct fault f = {0};

	p->keep_session = true;
	sim_world_start(w);
	sim_run_for(w->sim, sim_between(w->sim, 0, 15000));
	c.torrent = p->id;
	assert_int_equal(engine_command(p->run->engine, &c, NULL, &f), ERR_OK);
	sim_run_for(w->sim, 5000);
	assert_int_equal(engine_refresh(p->run->engine)->nrows, 0);
	assert_int_equal(sim_files_used(p->machine.files), 0);
	assert_int_equal(sim_state_count(p->machine.files), 1);
	p->was_added = false;
	sim_peer_start(sim_peer_new(w, &sim_home, 0));
	sim_run_for(w->sim, 1000);
	{
		struct add_source add = {
			.metainfo = buf_span(&w->torrent.file)};
		struct command again = {.kind = CMD_ADD, .add = &add};

		assert_int_equal(engine_command(p->run->engine, &again, &p->id,
					 &f),
			ERR_OK);
	}
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void a_removed_torrent_leaves_nothing_behind(void **state)
{
	(void)state;
	sim_for_seeds(20, removal);
}

/* Added in the moment of the start, while the list is still being read. */
static void hurried(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 1 * MIB);
	struct sim_peer *p = w->peers[1];

	p->keep_session = true;
	sim_world_start(w);
	sim_run_for(w->sim, 1000);
	sim_peer_kill(p);
	sim_run_for(w->sim, 100);
	restart(p);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void what_is_added_at_the_start_is_kept(void **state)
{
	(void)state;
	sim_for_seeds(10, hurried);
}

/* The last torrent is removed, and in the moment of saving that we close. */
static void closing_while_saving(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 1 * MIB);
	struct sim_peer *p = w->peers[1];
	struct command c = {.kind = CMD_REMOVE};
	struct fault f = {0};

	p->keep_session = true;
	sim_world_start(w);
	sim_run_for(w->sim, 2000);
	c.torrent = p->id;
	assert_int_equal(engine_command(p->run->engine, &c, NULL, &f), ERR_OK);
	sim_run_for(w->sim, 500 + sim_between(w->sim, 0, 12));
	sim_peer_close(p);
	p->was_added = false;
	sim_peer_start(p);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void closing_waits_for_every_save(void **state)
{
	(void)state;
	sim_for_seeds(30, closing_while_saving);
}

/* Closed in the moment in which the list of torrents is read. */
static void closing_while_loading(uint64_t seed)
{
	struct sim_world *w = slow_world(seed, 1 * MIB);
	struct sim_peer *p = w->peers[1];

	p->keep_session = true;
	sim_world_start(w);
	sim_run_for(w->sim, sim_between(w->sim, 0, 3));
	sim_peer_close(p);
	restart(p);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void closing_at_once_keeps_what_was_added(void **state)
{
	(void)state;
	sim_for_seeds(20, closing_while_loading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_loses_five_seconds_at_most),
		cmocka_unit_test(a_power_cut_loses_a_minute_at_most),
		cmocka_unit_test(closing_loses_nothing),
		cmocka_unit_test(a_changed_file_is_hashed_again),
		cmocka_unit_test(damaged_resume_data_is_not_believed),
		cmocka_unit_test(a_full_disk_stops_and_resumes),
		cmocka_unit_test(a_write_error_stops_until_resumed),
		cmocka_unit_test(a_read_error_is_rejected_not_served),
		cmocka_unit_test(state_that_cannot_be_saved_is_saved_later),
		cmocka_unit_test(a_slow_disk_holds_the_network_back),
		cmocka_unit_test(a_removed_torrent_leaves_nothing_behind),
		cmocka_unit_test(what_is_added_at_the_start_is_kept),
		cmocka_unit_test(closing_waits_for_every_save),
		cmocka_unit_test(closing_at_once_keeps_what_was_added),
	};

	return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
