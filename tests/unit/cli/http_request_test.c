#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "cli/http_request.h"

static void reads_method_and_target(void **state)
{
	struct http_request r;

	(void)state;
	assert_int_equal(http_request_parse(span_str("GET /announce?a=b "
						     "HTTP/1.1\r\n"
						     "Host: x\r\n\r\n"),
				 &r),
		ERR_OK);
	assert_true(span_is(r.method, "GET"));
	assert_true(span_is(r.target, "/announce?a=b"));
}

static void reads_the_full_form_of_a_target(void **state)
{
	struct http_request r;

	(void)state;
	assert_int_equal(http_request_parse(span_str("GET HTTP://h:1/x?y "
						     "HTTP/1.0\n\n"),
				 &r),
		ERR_OK);
	assert_true(span_is(r.target, "/x?y"));
	assert_int_equal(
		http_request_parse(span_str("GET http://h HTTP/1.0\n\n"), &r),
		ERR_SYNTAX);
}

static void waits_for_the_rest_of_the_head(void **state)
{
	static const char whole[] = "\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n";
	struct http_request r;

	(void)state;
	for (size_t n = 0; n + 1 < sizeof whole - 1; n++)
		assert_int_equal(http_request_parse(span_of(whole, n), &r),
			ERR_AGAIN);
	assert_int_equal(http_request_parse(span_of(whole, sizeof whole - 1),
				 &r),
		ERR_OK);
}

static void refuses_what_is_no_request(void **state)
{
	static const char *const bad[] = {
		"GET /\r\n\r\n",
		"GET / HTTP/2.0\r\n\r\n",
		"GET / HTTP/1.12\r\n\r\n",
		"GET  / HTTP/1.1\r\n\r\n",
		"GET /a b HTTP/1.1\r\n\r\n",
		"GET x HTTP/1.1\r\n\r\n",
		"GET /\x01 HTTP/1.1\r\n\r\n",
		"GET /\xc3\xa4 HTTP/1.1\r\n\r\n",
		" / HTTP/1.1\r\n\r\n",
		("\x13"
		 "BitTorrent protocol\n\n"),
	};
	struct http_request r;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(http_request_parse(span_str(bad[i]), &r),
			ERR_SYNTAX);
}

static void refuses_an_endless_head(void **state)
{
	static char bytes[HTTP_HEAD_MAX + 1];
	struct http_request r;

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	assert_int_equal(http_request_parse(span_of(bytes, HTTP_HEAD_MAX), &r),
		ERR_AGAIN);
	assert_int_equal(http_request_parse(span_of(bytes, sizeof bytes), &r),
		ERR_LIMIT);
}

static void writes_an_answer_with_its_length(void **state)
{
	struct buf out = {0};

	(void)state;
	http_response_write(200, span_str("hello"), true, &out);
	buf_add_byte(&out, 0);
	assert_non_null(strstr((const char *)out.p, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr((const char *)out.p, "Content-Length: 5\r\n"));
	assert_non_null(strstr((const char *)out.p, "\r\n\r\nhello"));
	out.len = 0;
	http_response_write(200, span_str("hello"), false, &out);
	buf_add_byte(&out, 0);
	assert_null(strstr((const char *)out.p, "hello"));
	assert_non_null(strstr((const char *)out.p, "Content-Length: 5\r\n"));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_method_and_target),
		cmocka_unit_test(reads_the_full_form_of_a_target),
		cmocka_unit_test(waits_for_the_rest_of_the_head),
		cmocka_unit_test(refuses_what_is_no_request),
		cmocka_unit_test(refuses_an_endless_head),
		cmocka_unit_test(writes_an_answer_with_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
