/*
 * sim_disk.h - core/storage/disk.h in virtual time, over sim_files.h.
 *
 * Jobs take time, run SIM_DISK_WORKERS at once, and overtake each other
 * wherever the contract allows it.  Effects appear when a job ends.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "core/storage/disk.h"
#include "sim_files.h"

#define SIM_DISK_WORKERS 4u
#define SIM_DISK_HIGH (32u << 20) /* dirty bytes */
#define SIM_DISK_LOW (16u << 20)
#define SIM_DISK_BPS (200u << 20) /* of one job; times slowness */

struct sim_disk;

/* Borrows the files. */
struct sim_disk *sim_disk_new(struct sim_files *files);
/* All stores are closed and all jobs done. */
void sim_disk_free(struct sim_disk *d);
struct disk *sim_disk_base(struct sim_disk *d);

/* Each job takes so many times longer; 1 is usual. */
void sim_disk_set_slowness(struct sim_disk *d, uint32_t times);
void sim_disk_set_marks(struct sim_disk *d, uint64_t high, uint64_t low);
/* The nth job of this kind from now on (1: the next) fails with os; `times`
 * jobs in a row do. */
void sim_disk_fail(struct sim_disk *d, enum disk_op op, uint32_t nth,
	uint32_t times, int os);
/* SAVEs of state files fail with os until it is 0 again. */
void sim_disk_fail_state(struct sim_disk *d, int os);

/*
 * The process dies: writes that run are done, done in part, or not at all;
 * all jobs, also those submitted later, end with ERR_CANCELED and no effect.
 */
void sim_disk_kill(struct sim_disk *d);

/* Jobs that ended, by kind. */
uint64_t sim_disk_jobs(const struct sim_disk *d, enum disk_op op);
size_t sim_disk_busy(const struct sim_disk *d); /* jobs not ended */

#endif
