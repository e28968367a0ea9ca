#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "ui/format.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

static void sizes_have_three_significant_digits(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *column, *text;
	} rows[] = {
		{0, "0", "0 B"},
		{1, "1", "1 B"},
		{999, "999", "999 B"},
		{1000, "0.98K", "0.98 KiB"},
		{KIB, "1.00K", "1.00 KiB"},
		{10 * KIB, "10.0K", "10.0 KiB"},
		{12595, "12.3K", "12.3 KiB"},
		{123 * KIB, "123K", "123 KiB"},
		{999 * KIB, "999K", "999 KiB"},
		{1000 * KIB, "0.98M", "0.98 MiB"},
		{MIB, "1.00M", "1.00 MiB"},
		{9995 * MIB / 1000, "9.99M", "9.99 MiB"},
		{1000 * MIB, "0.98G", "0.98 GiB"},
		{3711 * MIB, "3.62G", "3.62 GiB"},
		{UINT64_MAX, "16.0E", "16.0 EiB"},
	};
	char out[FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		format_size_short(out, rows[i].bytes, UNITS_BINARY);
		assert_string_equal(out, rows[i].column);
		format_size(out, rows[i].bytes, UNITS_BINARY);
		assert_string_equal(out, rows[i].text);
	}
}

static void no_number_is_wider_than_five_columns(void **state)
{
	char out[FORMAT_MAX];

	(void)state;
	for (int bit = 0; bit < 64; bit++)
		for (uint64_t d = 0; d <= 6; d++)
			for (int u = UNITS_BINARY; u <= UNITS_BITS; u++) {
				uint64_t v = (UINT64_C(1) << bit) + d - 3;

				format_size_short(out, v, (enum units)u);
				assert_true(strlen(out) <= 5);
				format_rate_short(out, v, (enum units)u);
				assert_true(strlen(out) <= 5);
			}
}

static void rates_follow_the_chosen_units(void **state)
{
	char out[FORMAT_MAX];

	(void)state;
	format_rate(out, 1500000, UNITS_BINARY);
	assert_string_equal(out, "1.43 MiB/s");
	format_rate(out, 1500000, UNITS_SI);
	assert_string_equal(out, "1.50 MB/s");
	format_rate(out, 1500000, UNITS_BITS);
	assert_string_equal(out, "12.0 Mbit/s");
	format_size(out, 1500000, UNITS_BITS);
	assert_string_equal(out, "1.50 MB");
}

static void percent_is_100_only_when_all_is_there(void **state)
{
	static const struct {
		uint64_t part, whole;
		const char *text;
	} rows[] = {
		{0, 0, "0.0%"},
		{0, 10, "0.0%"},
		{1, 3, "33.3%"},
		{2, 3, "66.6%"},
		{9999, 10000, "99.9%"},
		{UINT64_MAX - 1, UINT64_MAX, "99.9%"},
		{10, 10, "100%"},
	};
	char out[FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		format_percent(out, rows[i].part, rows[i].whole);
		assert_string_equal(out, rows[i].text);
	}
}

static void durations_use_two_units(void **state)
{
	static const struct {
		uint32_t seconds;
		const char *text;
	} rows[] = {
		{0, "0s"},
		{12, "12s"},
		{245, "4m05s"},
		{4980, "1h23m"},
		{2 * 86400 + 4 * 3600, "2d04h"},
		{23 * 86400, "3w2d"},
		{365 * 86400, ">1y"},
		{UINT32_MAX, "∞"},
	};
	char out[FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		format_duration(out, rows[i].seconds);
		assert_string_equal(out, rows[i].text);
	}
}

static void ratios_have_three_digits(void **state)
{
	char out[FORMAT_MAX];

	(void)state;
	format_ratio(out, 12, 100);
	assert_string_equal(out, "0.12");
	format_ratio(out, 127, 10);
	assert_string_equal(out, "12.7");
	format_ratio(out, 3410, 10);
	assert_string_equal(out, "341");
	format_ratio(out, 0, 0);
	assert_string_equal(out, "");
	format_ratio(out, 5, 0);
	assert_string_equal(out, "∞");
}

static void counts_have_commas(void **state)
{
	char out[FORMAT_MAX];

	(void)state;
	format_count(out, 0);
	assert_string_equal(out, "0");
	format_count(out, 999);
	assert_string_equal(out, "999");
	format_count(out, 3711);
	assert_string_equal(out, "3,711");
	format_count(out, UINT64_MAX);
	assert_string_equal(out, "18,446,744,073,709,551,615");
}

static void copies_are_blank_when_unknown(void **state)
{
	char out[FORMAT_MAX];

	(void)state;
	format_copies(out, 870);
	assert_string_equal(out, "0.87");
	format_copies(out, 24300);
	assert_string_equal(out, "24.3");
	format_copies(out, UINT32_MAX);
	assert_string_equal(out, "");
}

static void ages_fit_six_columns(void **state)
{
	int64_t now = 1788274680;
	char out[FORMAT_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	format_age(out, now - 27 * 60, now);
	assert_string_equal(out, "14:31");
	format_age(out, now - 3 * 86400, now);
	assert_string_equal(out, "3d");
	format_age(out, now - 15 * 86400, now);
	assert_string_equal(out, "2w");
	format_age(out, now - 800 * 86400, now);
	assert_string_equal(out, "2y");
	format_age(out, 0, now);
	assert_string_equal(out, "");
	format_clock_seconds(out, now);
	assert_string_equal(out, "14:58:00");
}

static void spans_have_one_unit(void **state)
{
	static const struct {
		uint32_t s;
		const char *text;
	} cases[] = {{0, "0s"}, {59, "59s"}, {60, "1m"}, {3599, "59m"},
		{3600, "1h"}, {86399, "23h"}, {86400, "1d"},
		{400 * 86400, "400d"}, {UINT32_MAX, ""}};
	char out[FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		format_span(out, cases[i].s);
		assert_string_equal(out, cases[i].text);
	}
}

static void moments_say_the_day_when_it_is_another(void **state)
{
	const int64_t now = 1788274680; /* 2026-09-01 14:58:00 UTC */
	char out[FORMAT_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	format_moment(out, now - 60, now);
	assert_string_equal(out, "14:57");
	format_moment(out, now - 86400, now);
	assert_string_equal(out, "31 Aug 14:58");
	format_moment(out, now - 300 * 86400, now);
	assert_string_equal(out, "2025-11-05");
	format_moment(out, 0, now);
	assert_string_equal(out, "");
	format_moment(out, -5, now);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_three_significant_digits),
		cmocka_unit_test(no_number_is_wider_than_five_columns),
		cmocka_unit_test(rates_follow_the_chosen_units),
		cmocka_unit_test(percent_is_100_only_when_all_is_there),
		cmocka_unit_test(durations_use_two_units),
		cmocka_unit_test(ratios_have_three_digits),
		cmocka_unit_test(counts_have_commas),
		cmocka_unit_test(copies_are_blank_when_unknown),
		cmocka_unit_test(ages_fit_six_columns),
		cmocka_unit_test(spans_have_one_unit),
		cmocka_unit_test(moments_say_the_day_when_it_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
