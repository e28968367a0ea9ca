/*
 * sim_disk_priv.h - what sim_disk.c (when jobs run) and sim_disk_run.c (what
 * they do) know of each other.
 */
#ifndef SIM_DISK_PRIV_H
#define SIM_DISK_PRIV_H

#include "base/list.h"
#include "core/storage/layout.h"
#include "sim_disk.h"

#define SIM_DISK_OPS (DISK_SELECT + 1)

struct fault_plan {
	uint32_t nth, times;
	int os;
};

struct sim_disk {
	struct disk base;
	struct sim *sim;
	struct sim_files *files;
	struct list waiting; /* works, in the order made */
	struct list states;  /* works of state files under way */
	uint32_t running;
	size_t nstores, nworks;
	uint64_t dirty, high, low;
	bool pressed, dead;
	uint32_t slowness;
	struct fault_plan plan[SIM_DISK_OPS];
	int state_os;
	void (*relieved)(void *user);
	void *relieved_user;
	uint64_t jobs[SIM_DISK_OPS];
};

struct store {
	struct sim_disk *disk;
	const struct layout *layout;
	char *dir;
	char *parts; /* path of the part file */
	struct bitfield wanted;
	bool selected, closing;
	void (*closed)(void *user);
	void *closed_user;
};

/* Does what the job says, or fills its fault. */
void sim_disk_run(struct store *s, struct disk_job *job);
/* A write that a dying process had begun: some of it. */
void sim_disk_run_torn(struct store *s, struct disk_job *job);

#endif
