/*
 * sim_torrent.h - a torrent whose contents follow from a seed.
 */
#ifndef SIM_TORRENT_H
#define SIM_TORRENT_H

#include "sim_swarm.h"

/* urls: a tier each, NULL ends. */
void sim_torrent_make(struct sim_torrent *t, uint64_t seed,
	const struct sim_plan *plan, const char *const *urls);
void sim_torrent_fini(struct sim_torrent *t);

/* Between a piece and the files below SIM_DIR. */
void sim_torrent_write(const struct sim_torrent *t, struct sim_files *files,
	uint32_t piece);
bool sim_torrent_is_right(const struct sim_torrent *t, struct sim_files *files,
	uint32_t piece);

#endif
