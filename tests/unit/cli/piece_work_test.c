#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cli/piece_work.h"

#define FILES 6
#define PIECE 1000u

/* Files in memory: [3] cannot be opened, [4] is a pad file, [1] is empty. */
struct store {
	struct piece_file files[FILES];
	uint8_t *bytes; /* of the whole stream */
	uint64_t total;
	size_t closed; /* a file that does not open; FILES: none */
	size_t cut;    /* a file that is one byte short; FILES: none */
	uint64_t told; /* by the last progress */
};

static const uint64_t lengths[FILES] = {2500, 0, 1, 700000, 3000, 999};

static void store_init(struct store *s)
{
	struct rng rng;

	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < FILES; i++) {
		s->files[i].offset = s->total;
		s->files[i].length = lengths[i];
		s->total += lengths[i];
	}
	s->files[4].is_zero = true;
	s->bytes = mem_alloc(s->total);
	rng_seed(&rng, 1);
	rng_fill(&rng, s->bytes, s->total);
	memset(s->bytes + s->files[4].offset, 0, lengths[4]);
	s->closed = s->cut = FILES;
}

static int store_open(void *user, size_t file)
{
	const struct store *s = user;
	const uint8_t *p = s->bytes + s->files[file].offset;
	size_t n = s->files[file].length - (file == s->cut);
	int fd;

	assert_false(s->files[file].is_zero);
	if (file == s->closed)
		return -EACCES;
	fd = memfd_create("file", MFD_CLOEXEC);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	return fd;
}

static void store_progress(void *user, uint64_t bytes)
{
	struct store *s = user;

	assert_true(bytes >= s->told);
	s->told = bytes;
}

static struct piece_work work_of(struct store *s, unsigned threads)
{
	struct piece_work w = {.files = s->files,
		.nfiles = FILES,
		.total = s->total,
		.piece_length = PIECE,
		.open = store_open,
		.progress = store_progress,
		.user = s,
		.threads = threads};

	w.npieces = (uint32_t)((s->total + PIECE - 1) / PIECE);
	w.digests = mem_array(w.npieces, SHA1_LEN);
	w.states = mem_array(w.npieces, 1);
	return w;
}

static void finish(struct store *s, struct piece_work *w)
{
	mem_free(w->digests);
	mem_free(w->states);
	mem_free(s->bytes);
}

static void expect_piece(const struct store *s, const struct piece_work *w,
	uint32_t i)
{
	uint64_t at = (uint64_t)i * PIECE;
	uint8_t want[SHA1_LEN];

	sha1(span_of(s->bytes + at,
		     s->total - at < PIECE ? s->total - at : PIECE),
		want);
	assert_int_equal(w->states[i], PIECE_READ);
	assert_memory_equal(w->digests[i], want, SHA1_LEN);
}

static void hashes_pieces_across_files_and_pads(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 3; threads++) {
		struct store s;
		struct piece_work w;

		store_init(&s);
		w = work_of(&s, threads);
		piece_work_run(&w);
		for (uint32_t i = 0; i < w.npieces; i++)
			expect_piece(&s, &w, i);
		assert_int_equal(w.bad_errno, 0);
		assert_int_equal(s.told, s.total);
		finish(&s, &w);
	}
}

static void a_file_that_does_not_open_spoils_its_pieces_only(void **state)
{
	struct store s;
	struct piece_work w;
	uint32_t first, last;

	(void)state;
	store_init(&s);
	s.closed = 3;
	w = work_of(&s, 2);
	piece_work_run(&w);
	first = (uint32_t)(s.files[3].offset / PIECE);
	last = (uint32_t)((s.files[4].offset - 1) / PIECE);
	for (uint32_t i = 0; i < w.npieces; i++) {
		if (i < first || i > last)
			expect_piece(&s, &w, i);
		else
			assert_int_equal(w.states[i], PIECE_ABSENT);
	}
	assert_int_equal(w.bad_errno, EACCES);
	assert_int_equal(w.bad_file, 3);
	finish(&s, &w);
}

static void a_short_file_spoils_its_last_piece(void **state)
{
	struct store s;
	struct piece_work w;

	(void)state;
	store_init(&s);
	s.cut = 5;
	w = work_of(&s, 2);
	piece_work_run(&w);
	for (uint32_t i = 0; i + 1 < w.npieces; i++)
		expect_piece(&s, &w, i);
	assert_int_equal(w.states[w.npieces - 1], PIECE_ABSENT);
	assert_int_equal(w.bad_errno, ENODATA);
	finish(&s, &w);
}

static int setup(void **state)
{
	(void)state;
	hash_setup();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_pieces_across_files_and_pads),
		cmocka_unit_test(
			a_file_that_does_not_open_spoils_its_pieces_only),
		cmocka_unit_test(a_short_file_spoils_its_last_piece),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
