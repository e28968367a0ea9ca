#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void gives_a_block_even_for_nothing(void **state)
{
	void *a = mem_alloc(0);
	void *b = mem_zero_array(0, 8);
	void *c = mem_dup(NULL, 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(NULL);
}

static void zeroes_what_it_says_it_zeroes(void **state)
{
	static const uint8_t zeros[400];
	uint8_t *p = mem_zero(400);
	uint32_t *q = mem_zero_array(100, sizeof *q);

	(void)state;
	assert_memory_equal(p, zeros, 400);
	assert_memory_equal(q, zeros, 400);
	mem_free(p);
	mem_free(q);
}

static void keeps_the_contents_when_it_resizes(void **state)
{
	uint16_t *p = mem_resize(NULL, 2, sizeof *p);

	(void)state;
	p[0] = 17;
	p[1] = 18;
	p = mem_resize(p, 1000, sizeof *p);
	assert_int_equal(p[0], 17);
	assert_int_equal(p[1], 18);
	mem_free(p);
}

static void grows_by_doubling_and_only_when_needed(void **state)
{
	size_t cap = 0;
	uint32_t *p = mem_grow(NULL, &cap, 1, sizeof *p);
	uint32_t *same;

	(void)state;
	assert_true(cap >= 1);
	p[0] = 42;
	same = mem_grow(p, &cap, cap, sizeof *p);
	assert_ptr_equal(same, p);
	for (size_t turns = 0; cap < 100000; turns++) {
		size_t old = cap;

		assert_true(turns < 20);
		p = mem_grow(p, &cap, cap + 1, sizeof *p);
		assert_true(cap >= 2 * old);
	}
	p = mem_grow(p, &cap, 5 * cap, sizeof *p);
	assert_int_equal(p[0], 42);
	mem_free(p);
}

static void copies_strings_and_bytes(void **state)
{
	char *a = mem_strdup("word");
	char *b = mem_strndup("word and more", 4);
	char *c = mem_printf("%d-%s", 7, "x");
	char *d = mem_dup("a\0b", 4);
	char *e = mem_strndup("", 0);

	(void)state;
	assert_string_equal(a, "word");
	assert_string_equal(b, "word");
	assert_string_equal(c, "7-x");
	assert_memory_equal(d, "a\0b", 4);
	assert_string_equal(e, "");
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(d);
	mem_free(e);
}

/* What a child that dies in `act` wrote to stderr. */
struct last_words {
	char text[200];
	int signal;
};

static struct last_words die_of(void (*act)(void))
{
	static const struct rlimit no_core;
	struct last_words words = {.signal = 0};
	size_t got = 0;
	ssize_t n;
	int fds[2];
	int status = 0;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		(void)setrlimit(RLIMIT_CORE, &no_core);
		dup2(fds[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(fds[1]);
	while (got < sizeof words.text - 1 &&
		(n = read(fds[0], words.text + got,
			 sizeof words.text - 1 - got)) > 0)
		got += (size_t)n;
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	words.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return words;
}

/* Volatile, lest the compiler sees the overflow coming. */
static volatile size_t huge = SIZE_MAX / 2;

static void overflow_an_array(void)
{
	mem_free(mem_array(huge, 4));
}

static void overflow_a_growth(void)
{
	size_t cap = 0;

	mem_free(mem_grow(NULL, &cap, huge, 4));
}

static void overflow_a_string(void)
{
	mem_free(mem_strndup("", huge * 2 + 1));
}

static void say_restored(void)
{
	(void)!write(STDERR_FILENO, "restored\n", 9);
}

static void overflow_with_a_screen(void)
{
	mem_on_abort(say_restored);
	overflow_an_array();
}

static void fail_while_restoring(void)
{
	say_restored();
	overflow_an_array();
}

static void overflow_with_a_broken_screen(void)
{
	mem_on_abort(fail_while_restoring);
	overflow_an_array();
}

static void aborts_with_one_line_when_a_product_overflows(void **state)
{
	void (*const acts[])(void) = {
		overflow_an_array, overflow_a_growth, overflow_a_string};

	(void)state;
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		struct last_words words = die_of(acts[i]);

		assert_int_equal(words.signal, SIGABRT);
		assert_ptr_equal(strstr(words.text, "bttui: out of memory"),
			words.text);
		assert_ptr_equal(strchr(words.text, '\n'),
			words.text + strlen(words.text) - 1);
	}
}

static void restores_the_screen_once_before_the_line(void **state)
{
	struct last_words words = die_of(overflow_with_a_screen);

	(void)state;
	assert_int_equal(words.signal, SIGABRT);
	assert_ptr_equal(strstr(words.text, "restored\nbttui: "), words.text);
	words = die_of(overflow_with_a_broken_screen);
	assert_int_equal(words.signal, SIGABRT);
	assert_ptr_equal(strstr(words.text, "restored\nbttui: "), words.text);
	assert_null(strstr(words.text + 1, "restored"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_a_block_even_for_nothing),
		cmocka_unit_test(zeroes_what_it_says_it_zeroes),
		cmocka_unit_test(keeps_the_contents_when_it_resizes),
		cmocka_unit_test(grows_by_doubling_and_only_when_needed),
		cmocka_unit_test(copies_strings_and_bytes),
		cmocka_unit_test(aborts_with_one_line_when_a_product_overflows),
		cmocka_unit_test(restores_the_screen_once_before_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
