/*
 * disk_run.h - one job, carried out by the worker that calls.
 *
 * Blocking; the result is in the job's own fields.
 */
#ifndef HOST_DISK_RUN_H
#define HOST_DISK_RUN_H

#include "base/bytes.h"
#include "core/storage/disk.h"
#include "host/files.h"

void disk_run_job(struct files *f, struct file_worker *w, struct disk_job *j);

/* `bytes` are what a SAVE writes. */
void disk_run_file(const char *state_dir, struct disk_file_job *j,
	struct span bytes);

#endif
