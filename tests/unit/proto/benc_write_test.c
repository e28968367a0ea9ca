#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "proto/benc_write.h"
#include "proto/bencode.h"

static void assert_wrote(struct bw *w, const char *want)
{
	assert_int_equal(w->depth, 0);
	assert_true(span_is(buf_span(&w->out), want));
	bw_fini(w);
	assert_null(w->out.p);
}

static void writes_plain_values(void **state)
{
	struct bw w;

	(void)state;
	bw_init(&w);
	bw_list(&w);
	bw_int(&w, INT64_MIN);
	bw_int(&w, 0);
	bw_int(&w, INT64_MAX);
	bw_str(&w, "");
	bw_str(&w, "spam");
	bw_span(&w, span_of("a\0b", 3));
	bw_end(&w);
	assert_memory_equal(w.out.p + w.out.len - 6, "3:a\0be", 6);
	assert_int_equal(w.out.len, 1 + 22 + 3 + 21 + 2 + 6 + 5 + 1);
	bw_fini(&w);
}

static void writes_a_dictionary(void **state)
{
	struct bw w;

	(void)state;
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "interval");
	bw_int(&w, 1800);
	bw_key(&w, "peers");
	bw_list(&w);
	bw_end(&w);
	bw_end(&w);
	assert_wrote(&w, "d8:intervali1800e5:peerslee");
}

static void takes_keys_in_the_order_of_their_bytes(void **state)
{
	struct bw w;

	(void)state;
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "");
	bw_int(&w, 1);
	bw_key(&w, "a");
	bw_dict(&w);
	bw_key(&w, "a");
	bw_int(&w, 2);
	bw_end(&w);
	bw_key(&w, "aa");
	bw_int(&w, 3);
	bw_key_span(&w, span_of("\xff", 1));
	bw_int(&w, 4);
	bw_end(&w);
	assert_wrote(&w, "d0:i1e1:ad1:ai2ee2:aai3e1:\xffi4ee");
}

static void copies_what_is_encoded_already(void **state)
{
	struct bw w;

	(void)state;
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "info");
	bw_raw(&w, span_str("d1:zi1e1:ai2ee"));
	bw_key(&w, "x");
	bw_int(&w, 1);
	bw_end(&w);
	assert_wrote(&w, "d4:infod1:zi1e1:ai2ee1:xi1ee");
}

static void nests_as_deep_as_it_says(void **state)
{
	struct benc_file f;
	struct bw w;

	(void)state;
	bw_init(&w);
	for (unsigned i = 0; i < BW_DEPTH_MAX; i++)
		bw_list(&w);
	for (unsigned i = 0; i < BW_DEPTH_MAX; i++)
		bw_end(&w);
	assert_int_equal(benc_load(&f, buf_span(&w.out), NULL), ERR_OK);
	assert_int_equal(f.doc.ntok, BW_DEPTH_MAX);
	benc_unload(&f);
	bw_fini(&w);
}

static void begins_anew_after_the_end(void **state)
{
	struct bw w;

	(void)state;
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "z");
	bw_int(&w, 1);
	bw_end(&w);
	bw_dict(&w);
	bw_key(&w, "a");
	bw_int(&w, 2);
	bw_end(&w);
	assert_wrote(&w, "d1:zi1eed1:ai2ee");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_plain_values),
		cmocka_unit_test(writes_a_dictionary),
		cmocka_unit_test(takes_keys_in_the_order_of_their_bytes),
		cmocka_unit_test(copies_what_is_encoded_already),
		cmocka_unit_test(nests_as_deep_as_it_says),
		cmocka_unit_test(begins_anew_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
