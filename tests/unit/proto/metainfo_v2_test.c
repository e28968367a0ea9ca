/*
 * BEP 52: file trees, piece layers and hybrids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "metainfo_check.h"

#define HASH20 "xxxxxxxxxxxxxxxxxxxx"
#define PIECE "12:piece lengthi16384e"
#define ONE "6:pieces20:" HASH20
#define TWO "6:pieces40:" HASH20 HASH20

static struct fault fault;

static enum err try_span(struct span s, struct metainfo **m)
{
	memset(&fault, 0, sizeof fault);
	return metainfo_parse(s, m, &fault);
}

static struct metainfo *parse(const char *text)
{
	struct metainfo *m = NULL;

	assert_int_equal(try_span(span_str(text), &m), ERR_OK);
	assert_ptr_equal(metainfo_flaw(m), NULL);
	return m;
}

static void assert_refused(const char *text, enum err want, const char *why)
{
	struct metainfo *m = NULL;

	assert_int_equal(try_span(span_str(text), &m), want);
	assert_null(m);
	assert_int_equal(fault.code, want);
	if (!strstr(fault.what, why))
		print_error("said: %s\n", fault.what);
	assert_non_null(strstr(fault.what, why));
}

#define ENTRY(length, path) "d6:lengthi" length "e4:pathl" path "ee"

/*
 * BEP 52.  Three blocks of the letters 'a', 'b', 'c' make a file of three
 * pieces; the layer and its root are computed here.
 */
struct v2_world {
	uint8_t layer[3][32];
	uint8_t root[32];
	struct buf text;
};

static void v2_begin(struct v2_world *w)
{
	uint8_t *block = mem_alloc(MERKLE_BLOCK);

	memset(w, 0, sizeof *w);
	for (int i = 0; i < 3; i++) {
		memset(block, 'a' + i, MERKLE_BLOCK);
		sha256(span_of(block, MERKLE_BLOCK), w->layer[i]);
	}
	merkle_root(w->layer[0], 3, 0, 0, w->root);
	mem_free(block);
}

static void put_leaf(struct v2_world *w, const char *name, unsigned length,
	const uint8_t root[32])
{
	buf_printf(&w->text, "%zu:%sd0:d6:lengthi%ue", strlen(name), name,
		length);
	if (root) {
		buf_add_str(&w->text, "11:pieces root32:");
		buf_add(&w->text, span_of(root, 32));
	}
	buf_add_str(&w->text, "ee");
}

static void put_layers(struct v2_world *w, const uint8_t *root, size_t n)
{
	buf_add_str(&w->text, "12:piece layersd32:");
	buf_add(&w->text, span_of(root, 32));
	buf_printf(&w->text, "%zu:", n * 32);
	for (size_t i = 0; i < n; i++)
		buf_add(&w->text, span_of(w->layer[i % 3], 32));
	buf_add_str(&w->text, "e");
}

static enum err v2_try(struct v2_world *w, struct metainfo **m)
{
	enum err e = try_span(buf_span(&w->text), m);

	buf_free(&w->text);
	if (e == ERR_OK)
		assert_ptr_equal(metainfo_flaw(*m), NULL);
	return e;
}

#define V2_TAIL "12:meta versioni2e4:name1:v" PIECE

static void reads_a_v2_torrent_and_its_layers(void **state)
{
	struct v2_world w;
	struct metainfo *m = NULL;

	(void)state;
	v2_begin(&w);
	buf_add_str(&w.text, "d4:infod9:file treed1:dd");
	put_leaf(&w, "big", 3 * 16384 - 10, w.root);
	put_leaf(&w, "empty", 0, NULL);
	buf_add_str(&w.text, "e");
	put_leaf(&w, "small", 5, w.layer[1]);
	buf_add_str(&w.text, "e" V2_TAIL "e");
	put_layers(&w, w.root, 3);
	buf_add_str(&w.text, "e");
	assert_int_equal(v2_try(&w, &m), ERR_OK);
	assert_true(m->has_v2 && !m->has_v1 && m->is_multi);
	assert_null(m->pieces);
	assert_int_equal(m->nfiles, 3);
	assert_string_equal(m->files[0].path, "v/d/big");
	assert_string_equal(m->files[1].path, "v/d/empty");
	assert_string_equal(m->files[2].path, "v/small");
	/* The small file begins a piece of its own. */
	assert_int_equal(m->files[2].offset, 3 * 16384);
	assert_int_equal(m->npieces, 4);
	assert_int_equal(metainfo_piece_size(m, 2), 16384 - 10);
	assert_int_equal(metainfo_piece_size(m, 3), 5);
	assert_int_equal(m->total, 3 * 16384 + 5);
	assert_int_equal(m->content, 3 * 16384 - 5);
	assert_true(m->has_layers);
	assert_memory_equal(m->layers, w.layer, sizeof w.layer);
	assert_int_equal(m->layer_first[2], 3);
	assert_memory_equal(m->layers + 3 * 32, w.layer[1], 32);
	metainfo_free(m);
}

static void an_info_dictionary_alone_lacks_layers(void **state)
{
	struct v2_world w;
	struct metainfo *m = NULL;

	(void)state;
	v2_begin(&w);
	buf_add_str(&w.text, "d9:file treed");
	put_leaf(&w, "f", 3 * 16384, w.root);
	buf_add_str(&w.text, "e" V2_TAIL "e");
	assert_int_equal(metainfo_parse_info(buf_span(&w.text), &m, &fault),
		ERR_OK);
	assert_false(m->has_layers);
	assert_null(m->layers);
	assert_int_equal(m->npieces, 3);
	assert_ptr_equal(metainfo_flaw(m), NULL);
	metainfo_free(m);
	buf_free(&w.text);
}

static void one_file_in_the_tree_needs_no_folder(void **state)
{
	struct v2_world w;
	struct metainfo *m = NULL;

	(void)state;
	v2_begin(&w);
	buf_add_str(&w.text, "d4:infod9:file treed");
	put_leaf(&w, "f", 5, w.layer[0]);
	buf_add_str(&w.text, "e" V2_TAIL "ee");
	assert_int_equal(v2_try(&w, &m), ERR_OK);
	assert_false(m->is_multi);
	assert_string_equal(m->files[0].path, "f");
	assert_string_equal(m->name, "v");
	assert_true(m->has_layers);
	metainfo_free(m);
}

static void layers_may_be_missing_but_not_wrong(void **state)
{
	static const struct {
		bool own_root;
		size_t hashes;
		enum err want;
	} cases[] = {
		{true, 3, ERR_OK},
		{true, 0, ERR_OK}, /* none given */
		{true, 2, ERR_RANGE},
		{true, 4, ERR_RANGE},
		{false, 3, ERR_SYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct v2_world w;
		struct metainfo *m = NULL;

		v2_begin(&w);
		buf_add_str(&w.text, "d4:infod9:file treed");
		put_leaf(&w, "f", 3 * 16384, w.root);
		buf_add_str(&w.text, "e" V2_TAIL "e");
		if (cases[i].hashes)
			put_layers(&w, cases[i].own_root ? w.root : w.layer[0],
				cases[i].hashes);
		buf_add_str(&w.text, "e");
		assert_int_equal(v2_try(&w, &m), cases[i].want);
		if (m)
			assert_int_equal(m->has_layers, cases[i].hashes == 3);
		metainfo_free(m);
	}
}

static void a_layer_that_does_not_lead_to_its_root_is_refused(void **state)
{
	struct v2_world w;
	struct metainfo *m = NULL;

	(void)state;
	v2_begin(&w);
	buf_add_str(&w.text, "d4:infod9:file treed");
	put_leaf(&w, "f", 3 * 16384, w.root);
	buf_add_str(&w.text, "e" V2_TAIL "e");
	w.layer[2][31] ^= 1;
	put_layers(&w, w.root, 3);
	buf_add_str(&w.text, "e");
	assert_int_equal(v2_try(&w, &m), ERR_RANGE);
	assert_non_null(strstr(fault.what, "layer"));
}

static void files_of_equal_contents_share_a_layer(void **state)
{
	struct v2_world w;
	struct metainfo *m = NULL;

	(void)state;
	v2_begin(&w);
	buf_add_str(&w.text, "d4:infod9:file treed");
	put_leaf(&w, "f", 3 * 16384, w.root);
	put_leaf(&w, "g", 3 * 16384, w.root);
	buf_add_str(&w.text, "e" V2_TAIL "e");
	put_layers(&w, w.root, 3);
	buf_add_str(&w.text, "e");
	assert_int_equal(v2_try(&w, &m), ERR_OK);
	assert_int_equal(m->npieces, 6);
	assert_memory_equal(m->layers, m->layers + 96, 96);
	metainfo_free(m);
}

static void assert_tree_refused(const char *tree, enum err want,
	const char *why)
{
	char *text = mem_printf("d4:infod9:file tree%s" V2_TAIL "ee", tree);

	assert_refused(text, want, why);
	mem_free(text);
}

#define R32 "12345678901234567890123456789012"
#define LEAF "d0:d6:lengthi5e11:pieces root32:" R32 "ee"

static void refuses_file_trees_that_are_none(void **state)
{
	(void)state;
	assert_tree_refused("de", ERR_SYNTAX, "'file tree'");
	assert_tree_refused("le", ERR_SYNTAX, "'file tree'");
	assert_tree_refused("d1:ai5ee", ERR_SYNTAX, "no dictionary");
	assert_tree_refused("d1:adee", ERR_SYNTAX, "no files");
	assert_tree_refused("d1:ad0:leee", ERR_SYNTAX, "properties");
	assert_tree_refused("d1:ad0:deee", ERR_SYNTAX, "length");
	assert_tree_refused(LEAF, ERR_SYNTAX, "without a name");
	assert_tree_refused("d1:ad0:d6:lengthi-1eeee", ERR_RANGE, "negative");
	assert_tree_refused("d1:ad0:d6:lengthi5eeee", ERR_SYNTAX, "root");
	assert_tree_refused("d1:ad0:d6:lengthi5e11:pieces root3:abceee",
		ERR_SYNTAX, "root");
	assert_tree_refused("d1:ad0:d6:lengthi0eeee", ERR_RANGE, "no data");
	assert_tree_refused("d1:ad0:d6:lengthi5e11:pieces root32:" R32
			    "e1:b" LEAF "ee",
		ERR_SYNTAX, "same name");
	assert_tree_refused("d1:b" LEAF "1:a" LEAF "e", ERR_SYNTAX, "order");
	assert_tree_refused("d1:a" LEAF "1:a" LEAF "e", ERR_SYNTAX, "twice");
	assert_tree_refused("d1:ad0:d4:attr1:p6:lengthi5e11:pieces root32:" R32
			    "eee",
		ERR_SYNTAX, "padding");
	assert_tree_refused("d1:ad0:d6:lengthi9223372036854775807e"
			    "11:pieces root32:" R32 "eee",
		ERR_LIMIT, "pieces");
}

static void v2_piece_lengths_are_powers_of_two(void **state)
{
	static const char *const bad[] = {"1", "8192", "16385", "24576"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *text = mem_printf("d4:infod9:file treed1:a" LEAF "e"
					"12:meta versioni2e4:name1:v12:piece "
					"lengthi%seee",
			bad[i]);

		assert_refused(text, ERR_RANGE, "power of two");
		mem_free(text);
	}
}

static void unknown_versions_are_refused_by_name(void **state)
{
	(void)state;
	assert_refused("d4:infod6:lengthi5e12:meta versioni3e4:name1:n" PIECE
			       ONE "ee",
		ERR_UNSUPPORTED, "'meta version' is 3");
	assert_refused("d4:infod6:lengthi5e12:meta versioni0e4:name1:n" PIECE
			       ONE "ee",
		ERR_UNSUPPORTED, "'meta version' is 0");
	assert_refused("d4:infod6:lengthi5e12:meta version1:24:name1:n" PIECE
			       ONE "ee",
		ERR_SYNTAX, "'meta version'");
	metainfo_free(parse("d4:infod6:lengthi5e12:meta "
			    "versioni1e4:name1:n" PIECE ONE "ee"));
}

/* A hybrid of the files a (5 bytes) and b (3 bytes), its v1 list as given. */
static enum err try_hybrid(const char *v1, const char *pieces,
	struct metainfo **m)
{
	struct v2_world w;

	v2_begin(&w);
	buf_add_str(&w.text, "d4:infod9:file treed");
	put_leaf(&w, "a", 5, w.layer[0]);
	put_leaf(&w, "b", 3, w.layer[1]);
	buf_printf(&w.text, "e5:filesl%se" V2_TAIL "%see", v1, pieces);
	return v2_try(&w, m);
}

#define PAD "d4:attr1:p6:lengthi16379e4:pathl4:.pad5:16379ee"
#define TAIL_PAD "d4:attr1:p6:lengthi16381e4:pathl4:.pad5:16381ee"

static void reads_a_hybrid(void **state)
{
	static const char *const tails[] = {"", TAIL_PAD};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct metainfo *m = NULL;
		char *v1 =
			mem_printf(ENTRY("5", "1:a") PAD ENTRY("3", "1:b") "%s",
				tails[i]);

		assert_int_equal(try_hybrid(v1, TWO, &m), ERR_OK);
		assert_true(m->has_v1 && m->has_v2 && m->has_layers);
		assert_true(m->hash.has_v1 && m->hash.has_v2);
		assert_non_null(m->files[0].root);
		assert_null(m->files[1].root);
		assert_non_null(m->files[2].root);
		assert_int_equal(m->files[2].offset, 16384);
		assert_int_equal(m->layer_first[2], 1);
		assert_int_equal(metainfo_piece_size(m, 0), 16384);
		metainfo_free(m);
		mem_free(v1);
	}
}

static void both_halves_of_a_hybrid_must_agree(void **state)
{
	static const struct {
		const char *v1, *pieces;
	} cases[] = {
		/* no padding, so b does not begin a piece */
		{ENTRY("5", "1:a") ENTRY("3", "1:b"), ONE},
		/* another size, name, order; one too few, one too many */
		{ENTRY("6", "1:a") PAD ENTRY("3", "1:b"), TWO},
		{ENTRY("5", "1:a") PAD ENTRY("3", "1:c"), TWO},
		{ENTRY("5", "1:a") PAD ENTRY("3", "1:x1:b"), TWO},
		{ENTRY("3", "1:b") "d4:attr1:p6:lengthi16381e4:pathl1:"
				   "pee" ENTRY("5", "1:a"),
			TWO},
		{ENTRY("5", "1:a"), ONE},
		{ENTRY("5", "1:a") PAD ENTRY("3", "1:b") ENTRY("0", "1:c"),
			TWO},
		/* a piece of padding */
		{ENTRY("5", "1:a") PAD ENTRY("3", "1:b") TAIL_PAD
			"d4:attr1:p6:lengthi16384e4:pathl1:pee",
			"6:pieces60:" HASH20 HASH20 HASH20},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct metainfo *m = NULL;

		assert_int_equal(try_hybrid(cases[i].v1, cases[i].pieces, &m),
			ERR_RANGE);
		assert_non_null(strstr(fault.what, "disagree"));
	}
}

static void a_hybrid_of_one_file_compares_its_name(void **state)
{
	struct metainfo *m = parse("d4:infod9:file treed1:v" LEAF
				   "e6:lengthi5e" V2_TAIL ONE "ee");

	(void)state;
	assert_string_equal(m->files[0].path, "v");
	assert_non_null(m->files[0].root);
	metainfo_free(m);
	assert_refused("d4:infod9:file treed1:x" LEAF "e6:lengthi5e" V2_TAIL ONE
		       "ee",
		ERR_RANGE, "disagree");
	assert_refused("d4:infod9:file treed1:vd1:v" LEAF
		       "ee6:lengthi5e" V2_TAIL ONE "ee",
		ERR_RANGE, "disagree");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_v2_torrent_and_its_layers),
		cmocka_unit_test(an_info_dictionary_alone_lacks_layers),
		cmocka_unit_test(one_file_in_the_tree_needs_no_folder),
		cmocka_unit_test(layers_may_be_missing_but_not_wrong),
		cmocka_unit_test(
			a_layer_that_does_not_lead_to_its_root_is_refused),
		cmocka_unit_test(files_of_equal_contents_share_a_layer),
		cmocka_unit_test(refuses_file_trees_that_are_none),
		cmocka_unit_test(v2_piece_lengths_are_powers_of_two),
		cmocka_unit_test(unknown_versions_are_refused_by_name),
		cmocka_unit_test(reads_a_hybrid),
		cmocka_unit_test(both_halves_of_a_hybrid_must_agree),
		cmocka_unit_test(a_hybrid_of_one_file_compares_its_name),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	text_set_utf8(true);
	hash_setup();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	hash_teardown();
	return failed;
}
