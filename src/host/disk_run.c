/*
 * disk_run.c - one job, carried out by the worker that calls.
 */
#include "host/disk_run.h"

#include <string.h>

#include "base/hash.h"
#include "host/state_files.h"

static enum err put_piece(struct files *f, struct file_worker *w,
	struct disk_job *j, const struct file_span *s)
{
	hasher_begin(w->hasher, HASH_SHA1);
	for (int i = 0; i < j->nvec; i++)
		hasher_add(w->hasher, j->vec[i].iov_base, j->vec[i].iov_len);
	hasher_end(w->hasher, j->sha1);
	if (memcmp(j->sha1, j->expect, SHA1_LEN) != 0)
		return fault_set(&j->fault, ERR_HASH, 0,
			"a piece does not match its hash");
	return files_write(f, w, s, &j->fault);
}

static enum err run_job(struct files *f, struct file_worker *w,
	struct disk_job *j)
{
	struct file_span s = {j->offset, j->length, j->vec, j->nvec};

	switch (j->op) {
	case DISK_READ:
		return files_read(f, w, &s, &j->fault);
	case DISK_WRITE:
		return files_write(f, w, &s, &j->fault);
	case DISK_PUT_PIECE:
		return put_piece(f, w, j, &s);
	case DISK_HASH:
		return files_hash(f, w, j->offset, j->length, j->sha1,
			&j->fault);
	case DISK_FLUSH:
		return files_flush(f, &j->fault);
	case DISK_MOVE:
		return files_move(f, w, j->path, &j->fault);
	case DISK_DELETE:
		return files_remove(f, &j->fault);
	case DISK_STAT:
		return files_stat(f, j->stat, &j->fault);
	case DISK_SELECT:
		return files_select(f, w, j->wanted, &j->fault);
	}
	return fault_set(&j->fault, ERR_UNSUPPORTED, 0, "unknown disk job");
}

static enum err run_file(const char *state_dir, struct disk_file_job *j,
	struct span bytes)
{
	switch (j->op) {
	case DISK_FILE_SAVE:
		return state_file_save(state_dir, j->path, bytes, &j->fault);
	case DISK_FILE_LOAD:
		return state_file_load(state_dir, j->path, j->max, &j->loaded,
			&j->fault);
	case DISK_FILE_REMOVE:
		return state_file_remove(state_dir, j->path, &j->fault);
	}
	return fault_set(&j->fault, ERR_UNSUPPORTED, 0, "unknown file job");
}

void disk_run_job(struct files *f, struct file_worker *w, struct disk_job *j)
{
	j->fault.code = run_job(f, w, j);
}

void disk_run_file(const char *state_dir, struct disk_file_job *j,
	struct span bytes)
{
	j->fault.code = run_file(state_dir, j, bytes);
}
