#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/dht_words.h"

static struct dht_detail *detail_new(void)
{
	struct dht_detail *d = mem_zero(sizeof *d);

	d->on = true;
	return d;
}

static void estimates_have_two_digits(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{0, "0"},
		{7, "7"},
		{999, "999"},
		{1000, "1.0K"},
		{9999, "9.9K"},
		{10000, "10K"},
		{999999, "999K"},
		{1000000, "1.0M"},
		{9849999, "9.8M"},
		{13000000, "13M"},
		{2500000000, "2.5G"},
		{UINT64_MAX, "18E"},
	};
	char out[FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		dht_approx(out, cases[i].n);
		assert_string_equal(out, cases[i].text);
	}
}

static void rates_below_a_tenth_are_no_zero(void **state)
{
	char out[FORMAT_MAX];

	(void)state;
	dht_per_second(out, 0);
	assert_string_equal(out, "0");
	dht_per_second(out, 40);
	assert_string_equal(out, "<0.1");
	dht_per_second(out, 50);
	assert_string_equal(out, "0.1");
	dht_per_second(out, 17249);
	assert_string_equal(out, "17.2");
	dht_per_second(out, 1234567);
	assert_string_equal(out, "1,234");
	dht_per_second(out, UINT64_MAX);
	assert_true(strlen(out) < FORMAT_MAX);
}

static void off_names_the_setting(void **state)
{
	struct dht_detail *d = detail_new();
	char out[DHT_WORDS_MAX];

	(void)state;
	d->on = false;
	assert_true(dht_excuse(d, out));
	assert_non_null(strstr(out, "off in settings (dht)"));
	dht_headline(d, 60, out);
	assert_string_equal(out, "off");
	mem_free(d);
}

static void joining_says_how_far_it_is(void **state)
{
	struct dht_detail *d = detail_new();
	char out[DHT_WORDS_MAX];

	(void)state;
	assert_true(dht_excuse(d, out));
	assert_non_null(strstr(out, "no node is known"));
	d->resolving = true;
	assert_true(dht_excuse(d, out));
	assert_non_null(strstr(out, "looking for the addresses"));
	d->view.bootstrap_asked = 1;
	assert_true(dht_excuse(d, out));
	assert_string_equal(out, "joining: 1 bootstrap node asked, 0 answered");
	dht_headline(d, 60, out);
	assert_string_equal(out, "joining…");
	d->view.v6.on = true;
	d->view.v6.good = 1;
	assert_false(dht_excuse(d, out));
	assert_string_equal(out, "");
	dht_headline(d, 60, out);
	assert_string_equal(out, "1 node · joining…");
	mem_free(d);
}

static void a_headline_loses_parts_and_no_letters(void **state)
{
	struct dht_detail *d = detail_new();
	char out[DHT_WORDS_MAX];

	(void)state;
	d->view.v4.good = 142;
	d->view.v6.good = 61;
	d->view.joined = true;
	d->view.started_ms = 1000;
	d->view.joined_ms = 5100;
	d->view.network = 9800000;
	dht_headline(d, 51, out);
	assert_string_equal(out,
		"203 nodes · ≈ 9.8M in network · bootstrapped 4.1 s");
	for (int room = -1; room < 60; room++) {
		dht_headline(d, room, out);
		assert_true((int)text_width(out) <= (room > 0 ? room : 0));
		if (room >= 9)
			assert_int_equal(strncmp(out, "203 nodes", 9), 0);
	}
	mem_free(d);
}

static void lookups_name_what_they_look_for(void **state)
{
	struct dht_view_lookup l = {.kind = DHT_LOOKUP_PEERS,
		.target = {{0xc9, 0xe1, 0x57, 0x63}},
		.bits = 17};
	char out[FORMAT_MAX];

	(void)state;
	assert_string_equal(dht_lookup_word(&l), "get_peers");
	dht_lookup_target(&l, out);
	assert_string_equal(out, "c9e15763…");
	l.kind = DHT_LOOKUP_REFRESH;
	assert_string_equal(dht_lookup_word(&l), "refresh");
	dht_lookup_target(&l, out);
	assert_string_equal(out, "bucket 17");
	l.kind = DHT_LOOKUP_SELF;
	dht_lookup_target(&l, out);
	assert_string_equal(out, "own id");
	l.kind = DHT_LOOKUP_NODES;
	assert_string_equal(dht_lookup_word(&l), "find_node");
}

static void announces_say_who_took_them(void **state)
{
	struct dht_announce_row r = {.last_s = UINT32_MAX};
	char out[FORMAT_MAX];

	(void)state;
	dht_announce_state(&r, out);
	assert_string_equal(out, "waiting");
	r.is_running = true;
	dht_announce_state(&r, out);
	assert_string_equal(out, "running");
	assert_int_equal(dht_announce_sign(&r), '~');
	r.is_running = false;
	r.last_s = 3;
	dht_announce_state(&r, out);
	assert_string_equal(out, "no node");
	assert_int_equal(dht_announce_sign(&r), '!');
	r.told = 8;
	r.stored = 7;
	dht_announce_state(&r, out);
	assert_string_equal(out, "7 of 8");
	assert_int_equal(dht_announce_sign(&r), 0x2713);
}

static void every_event_is_a_sentence(void **state)
{
	char out[DHT_WORDS_MAX];

	(void)state;
	for (int note = DHT_NOTE_PEERS; note <= DHT_NOTE_JOINED; note++) {
		struct dht_view_event e = {.note = (enum dht_event_note)note,
			.addr = addr_v4(192, 0, 2, 1, 9),
			.n = UINT32_MAX,
			.m = UINT32_MAX};

		dht_event_words(&e, out);
		assert_true(strlen(out) > 10);
		e.n = 1;
		dht_event_words(&e, out);
		assert_null(strstr(out, "1 nodes"));
		assert_null(strstr(out, "1 peers"));
		assert_null(strstr(out, "1 queries"));
	}
}

static int set_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimates_have_two_digits),
		cmocka_unit_test(rates_below_a_tenth_are_no_zero),
		cmocka_unit_test(off_names_the_setting),
		cmocka_unit_test(joining_says_how_far_it_is),
		cmocka_unit_test(a_headline_loses_parts_and_no_letters),
		cmocka_unit_test(lookups_name_what_they_look_for),
		cmocka_unit_test(announces_say_who_took_them),
		cmocka_unit_test(every_event_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
