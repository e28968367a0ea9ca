#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "proto/metainfo.h"
#include "proto/url.h"

static void takes_trackers_one_can_ask(void **state)
{
	static const char *const good[] = {"http://a.example/announce",
		"https://a.example:443/announce?key=1%20x", "udp://a.example:1",
		"udp://[::1]:6969/announce", "http://127.0.0.1", "HTTP://A/",
		"http://user:p@ss@host/x", "http://2130706433:9/a",
		"http://a_b.example?x", "http://a:65535"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(tracker_url_ok(span_str(good[i])));
}

static void refuses_trackers_one_cannot_ask(void **state)
{
	static const char *const bad[] = {"", " ", "http", "http:", "http://",
		"http:///x", "file:///etc/passwd", "ftp://a/", "javascript:x",
		"gopher://a:1/", "http://a:0/", "http://a:65536/",
		"http://a:99999999999/", "http://a:/", "http://a:x/",
		"http://a: 1/", "udp://a.example", "udp://a:0", "http://[::1/x",
		"http://[]/", "http://[a]/", "http://[::1]x/", "http://::1/",
		"http://a b/", "http://a/b c", "http://a/\r\nX",
		"http://a/\x7f", "http://a/\xc3\xa9", "http://\xc3\xa9/",
		"http://a/%", "http://a/%4", "http://a/%zz", "http://a/#f",
		"http://-a/", "http://.a/", "http://user@/", "http://a%20b/",
		"//a/", "a.example/announce"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(tracker_url_ok(span_str(bad[i])));
}

static void web_seeds_come_over_http_alone(void **state)
{
	(void)state;
	assert_true(webseed_url_ok(span_str("http://a.example/f")));
	assert_true(webseed_url_ok(span_str("https://a.example/")));
	assert_false(webseed_url_ok(span_str("udp://a.example:1/")));
	assert_false(webseed_url_ok(span_str("ftp://a.example/f")));
}

static void refuses_urls_that_are_too_long(void **state)
{
	char text[URL_MAX + 2];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "http://h/", 9);
	assert_true(url_ok(span_of(text, URL_MAX), URL_HTTP));
	assert_false(url_ok(span_of(text, URL_MAX + 1), URL_HTTP));
	/* A name of a host has a limit of its own. */
	memset(text + 7, 'h', URL_HOST_MAX + 1);
	assert_true(url_ok(span_of(text, 7 + URL_HOST_MAX), URL_HTTP));
	assert_false(url_ok(span_of(text, 8 + URL_HOST_MAX), URL_HTTP));
}

static void assert_cleaned(const char *raw, const char *want)
{
	char url[URL_MAX + 1];
	bool good =
		url_clean(span_str(raw), URL_HTTP | URL_HTTPS | URL_UDP, url);

	assert_int_equal(good, want != NULL);
	if (good)
		assert_string_equal(url, want);
}

static void cleans_what_can_be_cleaned(void **state)
{
	(void)state;
	assert_cleaned("http://a/x", "http://a/x");
	assert_cleaned(" \thttp://a/x\r\n", "http://a/x");
	assert_cleaned("http://a/x#frag", "http://a/x");
	assert_cleaned("http://a/x y", "http://a/x%20y");
	assert_cleaned("http://a/\xc3\xa9?\xff", "http://a/%C3%A9?%FF");
	assert_cleaned("http://a/%20", "http://a/%20");
}

static void gives_up_what_cannot(void **state)
{
	(void)state;
	assert_cleaned("", NULL);
	assert_cleaned("   ", NULL);
	assert_cleaned("http://a b/x", NULL);
	assert_cleaned("http://\xef\xbd\x85.example/", NULL);
	assert_cleaned("http://a/\x1b[2J", NULL);
	assert_cleaned("http://a/\r\nX: 1", NULL);
	assert_cleaned("http://a/100%", NULL);
	assert_cleaned("file:///etc/passwd", NULL);
}

static void encoding_may_not_pass_the_limit(void **state)
{
	char text[URL_MAX + 1];

	(void)state;
	memset(text, ' ', sizeof text);
	memcpy(text, "http://h/", 9);
	text[URL_MAX / 2] = 'x';
	text[URL_MAX / 2 + 1] = '\0';
	assert_cleaned(text, NULL);
}

static void splits_hosts_and_ports(void **state)
{
	struct span host = {0};
	uint16_t port = 0;

	(void)state;
	assert_true(host_port_split(span_str("a.example:80"), &host, &port));
	assert_true(span_is(host, "a.example") && port == 80);
	assert_true(host_port_split(span_str("[fe80::1]:1"), &host, &port));
	assert_true(span_is(host, "fe80::1") && port == 1);
	assert_false(host_port_split(span_str("a.example"), &host, &port));
	assert_false(host_port_split(span_str("fe80::1:1"), &host, &port));
	assert_false(host_port_split(span_str("[fe80::1]"), &host, &port));
	assert_false(host_port_split(span_str("[a]:1"), &host, &port));
	assert_false(host_port_split(span_str(""), &host, &port));
	assert_false(host_port_split(span_of(NULL, 0), &host, &port));
	/* Not what a C string of it would be. */
	assert_false(host_port_split(span_of("[::\0x]:1", 8), &host, &port));
	assert_int_equal(port, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_trackers_one_can_ask),
		cmocka_unit_test(refuses_trackers_one_cannot_ask),
		cmocka_unit_test(web_seeds_come_over_http_alone),
		cmocka_unit_test(refuses_urls_that_are_too_long),
		cmocka_unit_test(cleans_what_can_be_cleaned),
		cmocka_unit_test(gives_up_what_cannot),
		cmocka_unit_test(encoding_may_not_pass_the_limit),
		cmocka_unit_test(splits_hosts_and_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
