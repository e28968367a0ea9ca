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
#include "core/swarm/piece_picker.h"
#include "sim_evil.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fickle_user_confuses_nobody),
	};

	return cmocka_run_group_tests_name("edge", tests, NULL, NULL);
}
