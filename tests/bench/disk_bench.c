/*
 * disk_bench.c - what hashing and storing pieces costs above the floor.
 *
 *	disk_bench [MiB] [folder] [workers]
 *
 * Prints `name value` lines.  The floors are SHA-1 over pread(), and SHA-1
 * and pwrite(), of the same bytes in one thread without any queue.  CPU is
 * that of the whole process.  Everything is measured warm, that is with the
 * file in the page cache; each number is the best of ROUNDS.  The default of
 * one worker is what compares with the floors: threads that share a core's
 * units make each other's seconds longer.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/storage/block_pool.h"
#include "core/storage/layout.h"
#include "host/disk.h"

#define PIECE (1u << 20)
#define PIECE_BLOCKS (PIECE / BLOCK_BYTES)
#define DEPTH 16u
#define ROUNDS 10
#define CHUNK (256u << 10)

struct bench;

struct slot {
	struct disk_job job;
	struct iovec vec[PIECE_BLOCKS];
	struct bench *b;
};

struct bench {
	uv_loop_t loop;
	struct disk *disk;
	struct store *store;
	struct layout layout;
	struct meta_file file;
	struct metainfo meta;
	char dir[256];
	struct block_pool *pool;
	struct block *block[PIECE_BLOCKS];
	uint8_t digest[SHA1_LEN];
	struct slot slot[DEPTH];
	enum disk_op op;
	uint32_t next, done;
};

static double now_s(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct cost {
	double wall, cpu;
};

static struct cost start(void)
{
	return (struct cost){
		now_s(CLOCK_MONOTONIC), now_s(CLOCK_PROCESS_CPUTIME_ID)};
}

static void stop(struct cost *c, struct cost *best)
{
	c->wall = now_s(CLOCK_MONOTONIC) - c->wall;
	c->cpu = now_s(CLOCK_PROCESS_CPUTIME_ID) - c->cpu;
	if (best->wall <= 0 || c->cpu < best->cpu)
		*best = *c;
}

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "disk_bench: %s failed\n", what);
	exit(1);
}

static void issue(struct slot *s);

static void job_done(struct disk_job *j)
{
	struct slot *s = j->user;

	check(j->fault.code == ERR_OK, j->fault.what);
	s->b->done++;
	issue(s);
}

static void issue(struct slot *s)
{
	struct bench *b = s->b;

	if (b->next == b->meta.npieces)
		return;
	s->job = (struct disk_job){
		.op = b->op,
		.class = b->op == DISK_READ ? DISK_URGENT : DISK_NORMAL,
		.offset = (uint64_t)b->next * PIECE,
		.length = PIECE,
		.vec = s->vec,
		.nvec = (int)PIECE_BLOCKS,
		.done = job_done,
		.user = s,
	};
	memcpy(s->job.expect, b->digest, SHA1_LEN);
	b->next++;
	b->disk->ops->submit(b->store, &s->job);
}

static void run_jobs(struct bench *b, enum disk_op op, struct cost *best)
{
	struct cost c = start();

	b->op = op;
	b->next = 0;
	b->done = 0;
	for (unsigned i = 0; i < DEPTH; i++)
		issue(&b->slot[i]);
	while (b->done < b->meta.npieces)
		uv_run(&b->loop, UV_RUN_ONCE);
	stop(&c, best);
}

static void path_of(const struct bench *b, char *path, size_t cap)
{
	snprintf(path, cap, "%s/data", b->dir);
}

static void floor_hash(const struct bench *b, struct cost *best)
{
	char path[300];
	struct hasher *h = hasher_new();
	uint8_t *buf = mem_alloc(CHUNK), digest[SHA1_LEN];
	struct cost c;
	int fd;

	path_of(b, path, sizeof path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check(fd >= 0, "open");
	c = start();
	for (uint32_t i = 0; i < b->meta.npieces; i++) {
		hasher_begin(h, HASH_SHA1);
		for (uint32_t at = 0; at < PIECE; at += CHUNK) {
			off_t off = (off_t)i * PIECE + at;

			check(pread(fd, buf, CHUNK, off) == CHUNK, "pread");
			hasher_add(h, buf, CHUNK);
		}
		hasher_end(h, digest);
	}
	stop(&c, best);
	close(fd);
	mem_free(buf);
	hasher_free(h);
}

static void floor_put(const struct bench *b, const char *name,
	struct cost *best)
{
	char path[300];
	struct hasher *h = hasher_new();
	uint8_t digest[SHA1_LEN];
	struct cost c;
	int fd;

	snprintf(path, sizeof path, "%s/%s", b->dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(fd >= 0 && ftruncate(fd, (off_t)b->meta.total) == 0, "open");
	c = start();
	for (uint32_t i = 0; i < b->meta.npieces; i++) {
		hasher_begin(h, HASH_SHA1);
		for (uint32_t k = 0; k < PIECE_BLOCKS; k++)
			hasher_add(h, b->block[k]->p, BLOCK_BYTES);
		hasher_end(h, digest);
		check(pwritev(fd, b->slot[0].vec, (int)PIECE_BLOCKS,
			      (off_t)i * PIECE) == PIECE,
			"pwritev");
	}
	stop(&c, best);
	close(fd);
	unlink(path);
	hasher_free(h);
}

static void print(const char *name, const struct bench *b, const struct cost *c)
{
	double gib = (double)b->meta.total / (1024.0 * 1024 * 1024);

	printf("%s_gib_s %.3f\n", name, gib / c->wall);
	printf("%s_cpu_s_per_gib %.4f\n", name, c->cpu / gib);
}

static void init(struct bench *b, const char *folder, uint64_t total,
	unsigned workers)
{
	struct host_disk_config cfg = {.state_dir = folder, .workers = workers};
	struct hasher *h = hasher_new();

	b->file = (struct meta_file){.length = total, .path = "data"};
	b->meta = (struct metainfo){.files = &b->file,
		.nfiles = 1,
		.total = total,
		.piece_length = PIECE,
		.npieces = (uint32_t)(total / PIECE)};
	layout_init(&b->layout, &b->meta);
	snprintf(b->dir, sizeof b->dir, "%s/bttui-bench-XXXXXX", folder);
	check(mkdtemp(b->dir) != NULL, "mkdtemp");
	check(uv_loop_init(&b->loop) == 0, "uv_loop_init");
	b->disk = host_disk_open(&b->loop, &cfg);
	b->store = store_open(b->disk, &b->layout, b->dir, "bench");
	b->pool = block_pool_new(64 << 20);
	hasher_begin(h, HASH_SHA1);
	for (uint32_t i = 0; i < PIECE_BLOCKS; i++) {
		b->block[i] = block_new(b->pool);
		memset(b->block[i]->p, (int)i * 7, BLOCK_BYTES);
		hasher_add(h, b->block[i]->p, BLOCK_BYTES);
		for (unsigned s = 0; s < DEPTH; s++)
			b->slot[s].vec[i] =
				(struct iovec){b->block[i]->p, BLOCK_BYTES};
	}
	hasher_end(h, b->digest);
	hasher_free(h);
	for (unsigned s = 0; s < DEPTH; s++)
		b->slot[s].b = b;
}

static void fini(struct bench *b)
{
	char path[300];

	b->disk->ops->store_close(b->store, NULL, NULL);
	host_disk_close(b->disk, NULL, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	check(uv_loop_close(&b->loop) == 0, "uv_loop_close");
	for (uint32_t i = 0; i < PIECE_BLOCKS; i++)
		block_drop(b->block[i]);
	block_pool_free(b->pool);
	path_of(b, path, sizeof path);
	unlink(path);
	rmdir(b->dir);
}

int main(int argc, char **argv)
{
	uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 256;
	const char *folder = argc > 2 ? argv[2] : "/dev/shm";
	unsigned workers = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;
	struct bench *b = mem_zero(sizeof *b);
	struct cost put = {0}, put_floor = {0}, hash = {0}, hash_floor = {0};

	hash_setup();
	init(b, folder, (mib ? mib : 1) << 20, workers);
	for (int i = 0; i < ROUNDS; i++) {
		char path[300];

		floor_put(b, "floor", &put_floor);
		path_of(b, path, sizeof path);
		/* A fresh file each time: new pages are the dear part. */
		check(truncate(path, 0) == 0 || i == 0, "truncate");
		check(i == 0 || truncate(path, (off_t)b->meta.total) == 0,
			"truncate");
		run_jobs(b, DISK_PUT_PIECE, &put);
		floor_hash(b, &hash_floor);
		run_jobs(b, DISK_HASH, &hash);
	}
	print("put_floor", b, &put_floor);
	print("put_piece", b, &put);
	printf("put_piece_cpu_ratio %.3f\n", put.cpu / put_floor.cpu);
	print("hash_floor", b, &hash_floor);
	print("hash", b, &hash);
	printf("hash_cpu_ratio %.3f\n", hash.cpu / hash_floor.cpu);
	fini(b);
	mem_free(b);
	hash_teardown();
	return 0;
}
