/*
 * sim_files.h - the files of one virtual machine, in memory.
 *
 * They outlive the engine that uses them (sim_disk.h is what an engine sees),
 * so an engine can be killed and started again on what it left.
 *
 * Every data file has two contents: what the running system sees, and what is
 * on stable storage since the last flush.  A power cut mixes them page by
 * page.  State files are replaced whole and are stable at once, as the real
 * ones are after fsync, rename, fsync.
 */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "core/storage/disk.h"
#include "sim.h"

#define SIM_PAGE 4096u
/* Times of files move in such steps, as those of a real kernel do. */
#define SIM_MTIME_STEP_MS 4u

struct sim_files;
struct sim_file;

struct sim_files *sim_files_new(struct sim *s);
void sim_files_free(struct sim_files *f);
struct sim *sim_files_sim(const struct sim_files *f);

/* Bytes for all data; pages that were never written take none. */
void sim_files_set_capacity(struct sim_files *f, uint64_t bytes);
uint64_t sim_files_capacity(const struct sim_files *f);
uint64_t sim_files_used(const struct sim_files *f);

/* NULL: there is none. */
struct sim_file *sim_file_find(struct sim_files *f, const char *path);
/* There already, or made empty. */
struct sim_file *sim_file_make(struct sim_files *f, const char *path);
void sim_file_remove(struct sim_files *f, const char *path);
void sim_file_rename(struct sim_files *f, struct sim_file *file,
	const char *path);

uint64_t sim_file_size(const struct sim_file *file);
const uint8_t *sim_file_bytes(const struct sim_file *file);
struct disk_stat sim_file_stat(const struct sim_file *file); /* NULL: none */
void sim_file_grow(struct sim_files *f, struct sim_file *file, uint64_t size);
/* 0, or ENOSPC with a front part of whole pages written. */
int sim_file_write(struct sim_files *f, struct sim_file *file, uint64_t at,
	struct span bytes);
void sim_file_sync(struct sim_file *file);
void sim_files_sync(struct sim_files *f); /* all of them */
/* Whether a page of [at, at+n) was ever written. */
bool sim_file_has_data(const struct sim_file *file, uint64_t at, uint64_t n);

/*
 * The power fails: of every page that was not flushed it is drawn whether it
 * reached the medium, and the same for size and time of each file.
 * lucky_permille: the chance of a page.
 */
void sim_files_power_cut(struct sim_files *f, uint32_t lucky_permille);
/* Somebody else changes a byte of the file, and its time. */
void sim_file_corrupt(struct sim_files *f, struct sim_file *file, uint64_t at);

/* State files; the path is relative to the state folder. */
void sim_state_save(struct sim_files *f, const char *path, struct span bytes);
bool sim_state_load(struct sim_files *f, const char *path, struct span *bytes);
void sim_state_remove(struct sim_files *f, const char *path);
size_t sim_state_count(const struct sim_files *f);

#endif
