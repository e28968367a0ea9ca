#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cli/create_write.h"
#include "cli/dirs.h"
#include "proto/metainfo.h"

struct folder {
	char path[64];
};

static int make_folder(void **state)
{
	struct folder *f = mem_zero(sizeof *f);

	hash_setup();
	snprintf(f->path, sizeof f->path, "/tmp/bttui-create-XXXXXX");
	*state = f;
	return mkdtemp(f->path) ? 0 : -1;
}

static int remove_folder(void **state)
{
	struct folder *f = *state;

	dirs_remove(f->path);
	mem_free(f);
	hash_teardown();
	return 0;
}

static void put(const struct folder *f, const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", f->path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	mem_free(path);
}

static void put_dir(const struct folder *f, const char *name)
{
	char *path = mem_printf("%s/%s", f->path, name);

	assert_int_equal(mkdir(path, 0755), 0);
	mem_free(path);
}

static struct scan scan_it(const struct folder *f, const char *name)
{
	char *path = mem_printf("%s/%s", f->path, name);
	struct scan s;
	struct fault fault = {0};

	assert_int_equal(scan_path(path, &s, &fault), ERR_OK);
	mem_free(path);
	return s;
}

static enum err scan_fails(const struct folder *f, const char *name)
{
	char *path = mem_printf("%s/%s", f->path, name);
	struct scan s;
	struct fault fault = {0};
	enum err e = scan_path(path, &s, &fault);

	assert_true(fault.what[0] != '\0');
	mem_free(path);
	return e;
}

static void finds_files_in_the_order_of_their_bytes(void **state)
{
	static const char *const want[] = {
		"B", "a", "a-b/1", "a.d/2", "sub/deep/c", "z"};
	struct scan s;

	put_dir(*state, "t");
	put_dir(*state, "t/sub");
	put_dir(*state, "t/sub/deep");
	put_dir(*state, "t/a-b");
	put_dir(*state, "t/a.d");
	put_dir(*state, "t/nothing");
	put(*state, "t/z", "z");
	put(*state, "t/a", "");
	put(*state, "t/B", "bb");
	put(*state, "t/sub/deep/c", "ccc");
	put(*state, "t/a-b/1", "1");
	put(*state, "t/a.d/2", "2");
	s = scan_it(*state, "t/");
	assert_string_equal(s.name, "t");
	assert_true(s.is_multi);
	assert_int_equal(s.nfiles, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(s.files[i].path, want[i]);
	assert_int_equal(s.total, 8);
	scan_fini(&s);
}

static void a_single_file_is_its_own_name(void **state)
{
	struct scan s;

	put(*state, "one", "1");
	s = scan_it(*state, "one");
	assert_string_equal(s.name, "one");
	assert_false(s.is_multi);
	assert_int_equal(s.nfiles, 1);
	assert_string_equal(s.files[0].path, "one");
	assert_int_equal(s.files[0].length, 1);
	scan_fini(&s);
}

static void leaves_out_what_is_no_file(void **state)
{
	const struct folder *f = *state;
	char *fifo = mem_printf("%s/t/fifo", f->path);
	char *dangling = mem_printf("%s/t/dangling", f->path);
	struct scan s;

	put_dir(f, "t");
	put(f, "t/a", "a");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("nowhere", dangling), 0);
	s = scan_it(f, "t");
	assert_int_equal(s.nfiles, 1);
	assert_int_equal(s.nskipped, 2);
	scan_fini(&s);
	mem_free(fifo);
	mem_free(dangling);
}

static void refuses_a_link_into_its_own_folder(void **state)
{
	const struct folder *f = *state;
	char *loop = mem_printf("%s/t/loop", f->path);

	put_dir(f, "t");
	put(f, "t/a", "a");
	assert_int_equal(symlink(".", loop), 0);
	assert_int_equal(scan_fails(f, "t"), ERR_DISK);
	mem_free(loop);
}

static void refuses_nothing_at_all(void **state)
{
	put_dir(*state, "empty");
	put(*state, "zero", "");
	assert_int_equal(scan_fails(*state, "empty"), ERR_NOENT);
	assert_int_equal(scan_fails(*state, "zero"), ERR_NOENT);
	assert_int_equal(scan_fails(*state, "missing"), ERR_DISK);
}

static void refuses_names_that_are_not_utf8(void **state)
{
	put_dir(*state, "t");
	put(*state, "t/\xff", "a");
	assert_int_equal(scan_fails(*state, "t"), ERR_SYNTAX);
}

static void chooses_a_piece_length_for_every_size(void **state)
{
	(void)state;
	assert_int_equal(create_piece_length(1), 16384);
	assert_int_equal(create_piece_length(1u << 30), 512u << 10);
	assert_int_equal(create_piece_length((uint64_t)1 << 40), 16u << 20);
	for (uint64_t n = 1; n < (uint64_t)1 << 47; n *= 3) {
		uint32_t piece = create_piece_length(n);

		assert_true(piece >= CREATE_PIECE_MIN);
		assert_true(piece <= CREATE_PIECE_MAX);
		assert_true((piece & (piece - 1)) == 0);
		assert_true(n / piece <= METAINFO_PIECES_MAX);
	}
}

static void expect_bytes(struct buf *out, const char *want)
{
	assert_int_equal(out->len, strlen(want));
	assert_memory_equal(out->p, want, out->len);
	buf_free(out);
}

static void writes_a_single_file(void **state)
{
	char name[] = "n";
	struct scan_file file = {.path = name, .length = 3};
	const struct scan s = {
		.name = name, .files = &file, .nfiles = 1, .total = 3};
	const struct create_spec spec = {.piece_length = 16384};
	struct buf out = {0};

	(void)state;
	create_write(&spec, &s, span_str("01234567890123456789"), &out);
	expect_bytes(&out, "d4:infod6:lengthi3e4:name1:n12:piece "
			   "lengthi16384e6:pieces20:01234567890123456789ee");
}

static void writes_every_field_in_order(void **state)
{
	char name[] = "n", a[] = "x/a", b[] = "y";
	struct scan_file files[] = {
		{.path = a, .length = 1, .is_executable = true},
		{.path = b, .length = 2}};
	const struct scan s = {.name = name,
		.is_multi = true,
		.files = files,
		.nfiles = 2,
		.total = 3};
	const char *const tiers[] = {"udp://a:1,http://b/", "http://c/"};
	const char *const seeds[] = {"http://w/"};
	const struct create_spec spec = {.tiers = tiers,
		.ntiers = 2,
		.webseeds = seeds,
		.nwebseeds = 1,
		.piece_length = 32768,
		.is_private = true,
		.comment = "c",
		.source = "s",
		.created_by = "by",
		.created_s = 5};
	struct buf out = {0};

	(void)state;
	create_write(&spec, &s, span_str("01234567890123456789"), &out);
	expect_bytes(&out,
		"d8:announce9:udp://a:113:announce-listll9:udp://a:19:http://b/"
		"el9:http://c/ee7:comment1:c10:created by2:by13:creation "
		"datei5e4:infod5:filesld4:attr1:x6:lengthi1e4:pathl1:x1:aee"
		"d6:lengthi2e4:pathl1:yeee4:name1:n12:piece lengthi32768e6:"
		"pieces20:012345678901234567897:privatei1e6:source1:se8:"
		"url-list9:http://w/e");
}

static void what_is_written_can_be_read(void **state)
{
	char name[] = "n", a[] = "x/a", b[] = "y";
	struct scan_file files[] = {
		{.path = a, .length = 16384}, {.path = b, .length = 1}};
	const struct scan s = {.name = name,
		.is_multi = true,
		.files = files,
		.nfiles = 2,
		.total = 16385};
	const struct create_spec spec = {
		.piece_length = 16384, .is_private = true, .created_s = 7};
	struct buf out = {0};
	struct metainfo *m;
	struct fault fault = {0};

	(void)state;
	create_write(&spec, &s,
		span_str("0123456789012345678901234567890123456789"), &out);
	assert_int_equal(metainfo_parse(buf_span(&out), &m, &fault), ERR_OK);
	assert_int_equal(m->npieces, 2);
	assert_true(m->is_private);
	assert_int_equal(m->created_s, 7);
	assert_string_equal(m->files[0].path, "n/x/a");
	metainfo_free(m);
	buf_free(&out);
}

#define IN_FOLDER(test)                                                        \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(finds_files_in_the_order_of_their_bytes),
		IN_FOLDER(a_single_file_is_its_own_name),
		IN_FOLDER(leaves_out_what_is_no_file),
		IN_FOLDER(refuses_a_link_into_its_own_folder),
		IN_FOLDER(refuses_nothing_at_all),
		IN_FOLDER(refuses_names_that_are_not_utf8),
		cmocka_unit_test(chooses_a_piece_length_for_every_size),
		cmocka_unit_test(writes_a_single_file),
		cmocka_unit_test(writes_every_field_in_order),
		IN_FOLDER(what_is_written_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
