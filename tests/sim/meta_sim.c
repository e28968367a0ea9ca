/*
 * meta_sim.c - magnet links: the info dictionary from good and bad peers, to
 * them, and from one run to the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/swarm/piece_picker.h"
#include "sim_meta.h"

#define GANG_MAX 16u

/* Files enough for an info dictionary of about so many parts. */
static struct sim_plan plan_of(uint32_t parts)
{
	return (struct sim_plan){
		.bytes = 65536, .nfiles = parts * 420, .no_tracker = true};
}

static uint32_t count_parts(const struct sim_world *w)
{
	return (uint32_t)((w->torrent.meta->info.n - 1) / 16384 + 1);
}

struct gang {
	struct sim_world *w;
	struct sim_meta *meta[GANG_MAX];
	size_t n;
	struct sim_peer *p; /* who has only the link */
};

static struct gang gang_of(uint64_t seed, uint32_t parts)
{
	struct sim_plan plan = parts > 1
	                               ? plan_of(parts)
	                               : (struct sim_plan){.no_tracker = true};
	struct gang g = {.w = sim_world_new(seed, &plan)};

	g.p = sim_peer_new(g.w, &sim_home, 0);
	g.p->by_magnet = true;
	return g;
}

static struct sim_meta *gang_add(struct gang *g,
	const struct sim_meta_plan *plan)
{
	return g->meta[g->n++] = sim_meta_new(g->w, &sim_home, plan);
}

static void gang_connect(struct gang *g)
{
	sim_world_start(g->w);
	for (size_t i = 0; i < g->n; i++) {
		struct addr a = sim_meta_addr(g->meta[i]);

		sim_peer_connect(g->p, &a);
	}
}

static void gang_free(struct gang *g)
{
	for (size_t i = 0; i < g->n; i++)
		sim_meta_free(g->meta[i]);
	sim_world_free(g->w);
}

static bool has_metadata(void *user)
{
	return sim_peer_row(user)->has_metadata;
}

/* --- bad company -----------------------------------------------------------
 */

/* Five of one kind and somebody honest. */
static void among(uint64_t seed, enum sim_meta_kind kind, uint32_t parts)
{
	struct gang g = gang_of(seed, parts);
	size_t honest = (size_t)sim_between(g.w->sim, 0, 5);
	size_t bans = kind == META_FALSE || kind == META_TAINTED ||
	              kind == META_LONGER || kind == META_SLOW;

	for (size_t i = 0; i < 6; i++)
		gang_add(&g, &(struct sim_meta_plan){
				     .kind = i == honest ? META_HONEST : kind});
	gang_connect(&g);
	if (!sim_run_until(g.w->sim, has_metadata, g.p, 30000))
		sim_fail(g.w->sim, "kind %d, %u parts: no file list after 30 s",
			(int)kind, parts);
	sim_require(g.w->sim, sim_peer_notices(g.p, NOTICE_BANNED) <= 5 * bans);
	gang_free(&g);
}

static void five_to_one(uint64_t seed)
{
	for (int kind = META_FALSE; kind < META_GREEDY; kind++) {
		among(seed, (enum sim_meta_kind)kind, 1);
		among(seed, (enum sim_meta_kind)kind, 5);
	}
}

static void one_honest_peer_prevails_over_five_of_any_kind(void **state)
{
	(void)state;
	sim_for_seeds(6, five_to_one);
}

/* One of each, and somebody honest who comes a bit later. */
static void menagerie(uint64_t seed)
{
	struct gang g = gang_of(seed, 4);

	for (int kind = META_FALSE; kind <= META_GREEDY; kind++)
		gang_add(&g,
			&(struct sim_meta_plan){
				.kind = (enum sim_meta_kind)kind, .rounds = 3});
	gang_connect(&g);
	sim_run_for(g.w->sim, 5000);
	sim_require(g.w->sim, !has_metadata(g.p));
	gang_add(&g, &(struct sim_meta_plan){.kind = META_HONEST});
	{
		struct addr a = sim_meta_addr(g.meta[g.n - 1]);

		sim_peer_connect(g.p, &a);
	}
	sim_require(g.w->sim,
		sim_run_until(g.w->sim, has_metadata, g.p, 30000));
	gang_free(&g);
}

static void one_of_each_kind_is_no_better(void **state)
{
	(void)state;
	sim_for_seeds(20, menagerie);
}

/* Asked three times, then left, and looked for later. */
static void rejecter(uint64_t seed)
{
	struct gang g = gang_of(seed, 2);
	struct sim_meta *m =
		gang_add(&g, &(struct sim_meta_plan){.kind = META_REJECTS});

	gang_connect(&g);
	sim_run_for(g.w->sim, 115000);
	sim_require(g.w->sim, sim_meta_accepted(m) == 1);
	sim_require(g.w->sim, sim_meta_asked(m) >= 2);
	sim_run_for(g.w->sim, 60000);
	sim_require(g.w->sim, sim_meta_accepted(m) == 2);
	sim_require(g.w->sim, sim_meta_asked(m) <= 4 * count_parts(g.w));
	sim_require(g.w->sim, sim_peer_row(g.p)->state == TORRENT_FETCHING);
	gang_free(&g);
}

static void who_only_rejects_is_asked_three_times(void **state)
{
	(void)state;
	sim_for_seeds(5, rejecter);
}

/* It came with a link too, and learnt the files since. */
static void late(uint64_t seed)
{
	struct gang g = gang_of(seed, 3);
	struct sim_meta *m =
		gang_add(&g, &(struct sim_meta_plan){.kind = META_LATE});

	gang_connect(&g);
	sim_require(g.w->sim,
		sim_run_until(g.w->sim, has_metadata, g.p, 60000));
	sim_require(g.w->sim, sim_meta_asked(m) <= 2 + count_parts(g.w));
	sim_require(g.w->sim, sim_meta_accepted(m) == 1);
	gang_free(&g);
}

static void who_says_no_size_may_have_learnt_it_since(void **state)
{
	(void)state;
	sim_for_seeds(5, late);
}

/* Some take one question at a time; those known for it are asked so, others
 * once they were late. */
static void one_by_one(uint64_t seed)
{
	static const struct {
		enum sim_meta_kind kind;
		uint64_t ms;
	} cases[] = {{META_SINGLE, 3000}, {META_DROPS, 30000}};

	for (size_t i = 0; i < 2; i++) {
		struct gang g = gang_of(seed, 6);

		gang_add(&g, &(struct sim_meta_plan){.kind = cases[i].kind});
		gang_connect(&g);
		if (!sim_run_until(g.w->sim, has_metadata, g.p, cases[i].ms))
			sim_fail(g.w->sim, "kind %d: no file list",
				(int)cases[i].kind);
		sim_require(g.w->sim, sim_meta_accepted(g.meta[0]) == 1);
		gang_free(&g);
	}
}

static void who_takes_one_question_at_a_time_is_asked_so(void **state)
{
	(void)state;
	sim_for_seeds(5, one_by_one);
}

/* --- giving ----------------------------------------------------------------
 */

static void greedy(uint64_t seed)
{
	struct sim_plan plan = plan_of(28);
	struct sim_world *w = sim_world_new(seed, &plan);
	const uint32_t parts = count_parts(w);
	struct sim_peer *p = sim_peer_new(w, &sim_lan, SIM_SEED);
	struct sim_link thin = sim_lan;
	struct sim_meta *m;
	struct addr a;

	thin.down_bps = 100000;
	m = sim_meta_new(w, &thin,
		&(struct sim_meta_plan){.kind = META_GREEDY, .rounds = 2});
	sim_require(w->sim, parts > 20 && 2 * parts <= 64);
	sim_world_start(w);
	sim_run_for(w->sim, 2000);
	a = sim_peer_addr(p);
	sim_meta_dial(m, &a);
	sim_run_for(w->sim, 60000);
	/* 60 at once: 16 or so on their way, all others wait. */
	sim_require(w->sim, sim_meta_data(m) == 2 * parts);
	sim_require(w->sim, sim_meta_rejects(m) == 0);
	sim_meta_free(m);
	m = sim_meta_new(w, &thin,
		&(struct sim_meta_plan){.kind = META_GREEDY, .rounds = 8});
	sim_meta_dial(m, &a);
	sim_run_for(w->sim, 60000);
	sim_require(w->sim, sim_meta_data(m) == 2 * parts);
	sim_require(w->sim, sim_meta_rejects(m) == 6 * parts);
	sim_meta_free(m);
	sim_world_free(w);
}

static void a_peer_gets_the_file_list_twice_at_most(void **state)
{
	(void)state;
	sim_for_seeds(3, greedy);
}

/* Two links in a row: the second knows nobody but the first. */
static void chain(uint64_t seed)
{
	struct sim_plan plan = {.no_tracker = true};
	struct sim_world *w = sim_world_new(seed, &plan);
	struct sim_peer *give = sim_peer_new(w, &sim_home, SIM_SEED);
	struct sim_peer *first = sim_peer_new(w, &sim_home, 0);
	struct sim_peer *second = sim_peer_new(w, &sim_home, 0);
	struct addr a, b;

	first->by_magnet = second->by_magnet = true;
	sim_world_start(w);
	a = sim_peer_addr(first);
	sim_peer_connect(second, &a);
	sim_run_for(w->sim, 5000);
	sim_require(w->sim, sim_peer_row(second)->peers == 1);
	b = sim_peer_addr(give);
	sim_peer_connect(first, &b);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void who_learns_the_files_tells_those_who_wait(void **state)
{
	(void)state;
	sim_for_seeds(10, chain);
}

/* --- what is in it ---------------------------------------------------------
 */

/* The right hash, but no torrent. */
static void nonsense(uint64_t seed)
{
	static const char bad[] = "d4:name1:x12:piece lengthi0ee";
	struct gang g = gang_of(seed, 1);
	struct span info = span_of(bad, sizeof bad - 1);
	const struct torrent_row *r;

	sha1(info, g.w->torrent.meta->hash.v1);
	memcpy(g.w->torrent.hash, g.w->torrent.meta->hash.v1, 20);
	gang_add(&g, &(struct sim_meta_plan){.info = info});
	gang_connect(&g);
	for (int i = 0; i < 3; i++) {
		sim_run_for(g.w->sim, 5000);
		r = sim_peer_row(g.p);
		sim_require(g.w->sim, r->state == TORRENT_FAULTY);
		sim_require(g.w->sim, strstr(r->fault.what, "piece length"));
		sim_require(g.w->sim, r->peers == 0);
		sim_require(g.w->sim, sim_meta_asked(g.meta[0]) == 1);
		/* Trying again finds the same. */
		sim_peer_command(g.p, CMD_RESUME, 0);
	}
	gang_free(&g);
}

static void a_right_hash_over_nonsense_is_a_fault(void **state)
{
	(void)state;
	sim_for_seeds(3, nonsense);
}

/* --- choosing ----------------------------------------------------------------
 */

static bool waits(void *user)
{
	return sim_peer_row(user)->waits_for_choice;
}

/* Nothing is on the disk under the names of the torrent's files. */
static bool no_files(struct gang *g)
{
	const struct metainfo *m = g->w->torrent.meta;
	bool none = true;

	for (size_t f = 0; f < m->nfiles; f++) {
		char *path = mem_printf(SIM_DIR "/%s", m->files[f].path);

		none &= !sim_file_find(g->p->machine.files, path);
		mem_free(path);
	}
	return none;
}

static struct gang link_and_seed(uint64_t seed)
{
	struct sim_plan plan = {.no_tracker = true};
	struct gang g = {.w = sim_world_new(seed, &plan)};

	g.p = sim_peer_new(g.w, &sim_home, 0);
	g.p->by_magnet = g.p->choosing = g.p->keep_session = true;
	sim_peer_new(g.w, &sim_home, SIM_SEED);
	return g;
}

static void meet_seed(struct gang *g)
{
	struct addr a = sim_peer_addr(g->w->peers[1]);

	sim_peer_connect(g->p, &a);
}

/* Killed at any moment, it waits until it was told what to fetch, and then
 * fetches just that. */
static void choose(uint64_t seed)
{
	static const uint8_t priority[] = {PRIO_NORMAL, PRIO_SKIP, PRIO_SKIP};
	const struct start_choice choice = {.priority = priority, .nfiles = 3};
	struct gang g = link_and_seed(seed);
	struct command c = {.kind = CMD_START, .start = &choice};
	const struct metainfo *m = g.w->torrent.meta;

	sim_world_start(g.w);
	meet_seed(&g);
	sim_require(g.w->sim, sim_run_until(g.w->sim, waits, g.p, 30000));
	sim_run_for(g.w->sim, sim_between(g.w->sim, 600, 3000));
	sim_require(g.w->sim, no_files(&g));
	sim_peer_kill(g.p);
	sim_run_for(g.w->sim, 500);
	sim_peer_start(g.p);
	sim_require(g.w->sim, sim_run_until(g.w->sim, waits, g.p, 5000));
	sim_require(g.w->sim, no_files(&g));
	c.torrent = g.p->id;
	sim_require(g.w->sim,
		engine_command(g.p->run->engine, &c, NULL, NULL) == ERR_OK);
	sim_run_for(g.w->sim, sim_between(g.w->sim, 0, 3000));
	sim_peer_kill(g.p);
	sim_run_for(g.w->sim, 500);
	sim_peer_start(g.p);
	sim_run_for(g.w->sim, 500);
	if (waits(g.p)) {
		c.torrent = g.p->id;
		sim_require(g.w->sim, engine_command(g.p->run->engine, &c, NULL,
					      NULL) == ERR_OK);
	}
	meet_seed(&g);
	sim_run_for(g.w->sim, 30000);
	sim_require(g.w->sim, sim_peer_row(g.p)->state == TORRENT_SEEDING);
	sim_require(g.w->sim,
		sim_peer_row(g.p)->size_bytes == m->files[0].length);
	gang_free(&g);
}

static void who_is_to_choose_is_waited_for(void **state)
{
	(void)state;
	sim_for_seeds(20, choose);
}

static void no_such_file(uint64_t seed)
{
	struct gang g = link_and_seed(seed);
	const struct torrent_row *r;

	g.p->choosing = false;
	g.p->select = "*.mkv";
	sim_world_start(g.w);
	meet_seed(&g);
	sim_require(g.w->sim, sim_run_until(g.w->sim, waits, g.p, 30000));
	r = sim_peer_row(g.p);
	sim_require(g.w->sim, r->state == TORRENT_FAULTY);
	sim_require(g.w->sim, strstr(r->fault.what, "*.mkv"));
	sim_require(g.w->sim, no_files(&g));
	/* The user sees that, and then it is as if he had to choose. */
	sim_peer_command(g.p, CMD_RESUME, 0);
	r = sim_peer_row(g.p);
	sim_require(g.w->sim, r->state == TORRENT_PAUSED);
	sim_require(g.w->sim, r->why.kind == WHY_CHOOSE);
	sim_peer_command(g.p, CMD_RESUME, 0);
	meet_seed(&g);
	sim_world_complete(g.w, 30000);
	gang_free(&g);
}

static void names_that_fit_no_file_are_a_fault(void **state)
{
	(void)state;
	sim_for_seeds(3, no_such_file);
}

/* --- the next run ----------------------------------------------------------
 */

static void kept(uint64_t seed)
{
	struct gang g = gang_of(seed, 2);
	struct sim_meta *m =
		gang_add(&g, &(struct sim_meta_plan){.kind = META_HONEST});

	g.p->keep_session = true;
	sim_world_start(g.w);
	sim_run_for(g.w->sim, 5000);
	gang_connect(&g);
	sim_require(g.w->sim,
		sim_run_until(g.w->sim, has_metadata, g.p, 30000));
	sim_run_for(g.w->sim, 1500);
	sim_meta_free(m);
	g.n = 0;
	sim_peer_kill(g.p);
	sim_run_for(g.w->sim, 1000);
	sim_peer_start(g.p);
	sim_run_for(g.w->sim, 2000);
	sim_require(g.w->sim, has_metadata(g.p));
	sim_require(g.w->sim, sim_peer_row(g.p)->state == TORRENT_LEECHING);
	gang_free(&g);
}

static void what_was_fetched_is_kept_whatever_happens(void **state)
{
	(void)state;
	sim_for_seeds(5, kept);
}

/* Removed with its data before its files were read. */
static void removed_early(uint64_t seed)
{
	struct sim_plan plan = {.no_tracker = true};
	struct sim_world *w = sim_world_new(seed, &plan);
	struct sim_peer *p = sim_peer_new(w, &sim_home, SIM_SEED);
	struct command c = {.kind = CMD_REMOVE, .with_data = true};

	p->keep_session = true;
	sim_world_start(w);
	sim_world_complete(w, 30000);
	sim_peer_close(p);
	sim_require(w->sim, sim_peer_piece_ok(p, 0));
	sim_peer_start(p);
	c.torrent = p->id;
	sim_require(w->sim,
		engine_command(p->run->engine, &c, NULL, NULL) == ERR_OK);
	sim_run_for(w->sim, 10000);
	sim_require(w->sim, !sim_peer_piece_ok(p, 0));
	sim_require(w->sim, engine_refresh(p->run->engine)->nrows == 0);
	sim_peer_close(p);
	sim_world_free(w);
}

static void what_is_removed_before_it_was_read_takes_its_data_along(void *
		*state)
{
	(void)state;
	sim_for_seeds(4, removed_early);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_honest_peer_prevails_over_five_of_any_kind),
		cmocka_unit_test(one_of_each_kind_is_no_better),
		cmocka_unit_test(who_only_rejects_is_asked_three_times),
		cmocka_unit_test(who_says_no_size_may_have_learnt_it_since),
		cmocka_unit_test(who_takes_one_question_at_a_time_is_asked_so),
		cmocka_unit_test(a_peer_gets_the_file_list_twice_at_most),
		cmocka_unit_test(who_learns_the_files_tells_those_who_wait),
		cmocka_unit_test(a_right_hash_over_nonsense_is_a_fault),
		cmocka_unit_test(who_is_to_choose_is_waited_for),
		cmocka_unit_test(names_that_fit_no_file_are_a_fault),
		cmocka_unit_test(what_was_fetched_is_kept_whatever_happens),
		cmocka_unit_test(
			what_is_removed_before_it_was_read_takes_its_data_along),
	};

	return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
