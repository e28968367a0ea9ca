/*
 * mem.c - see mem.h.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROW_MIN 8u /* elements in the first block of a growing array */

static _Atomic(void (*)(void)) restore_hook;

void mem_on_abort(void (*restore)(void))
{
	atomic_store(&restore_hook, restore);
}

/* Plain write(2): stdio may want memory, and there is none. */
static void put_line(const char *what)
{
	static const char prefix[] = "bttui: ";
	const char *parts[] = {prefix, what, "\n"};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const char *p = parts[i];
		size_t left = strlen(p);

		while (left > 0) {
			ssize_t n = write(STDERR_FILENO, p, left);

			if (n <= 0)
				return;
			p += n;
			left -= (size_t)n;
		}
	}
}

void mem_fatal(const char *what)
{
	/* Taken out first: a hook that fails itself must not run again. */
	void (*restore)(void) = atomic_exchange(&restore_hook, NULL);

	if (restore)
		restore();
	put_line(what);
	abort();
}

static void *checked(void *p)
{
	if (!p)
		mem_fatal("out of memory");
	return p;
}

static size_t product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		mem_fatal("out of memory: array too large");
	return bytes;
}

/* malloc(0) may be NULL; ours never is. */
static size_t at_least_one(size_t n)
{
	return n ? n : 1;
}

void *mem_alloc(size_t n)
{
	return checked(malloc(at_least_one(n)));
}

void *mem_zero(size_t n)
{
	return checked(calloc(1, at_least_one(n)));
}

void *mem_array(size_t n, size_t size)
{
	return mem_alloc(product(n, size));
}

void *mem_zero_array(size_t n, size_t size)
{
	return mem_zero(product(n, size));
}

void *mem_resize(void *p, size_t n, size_t size)
{
	return checked(realloc(p, at_least_one(product(n, size))));
}

void *mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap;

	if (need <= n)
		return p;
	n = n > SIZE_MAX / 2 ? SIZE_MAX : n * 2;
	if (n < GROW_MIN)
		n = GROW_MIN;
	if (n < need)
		n = need;
	p = mem_resize(p, n, size);
	*cap = n;
	return p;
}

void *mem_dup(const void *p, size_t n)
{
	void *copy = mem_alloc(n);

	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *mem_strdup(const char *s)
{
	return (char *)mem_dup(s, strlen(s) + 1);
}

char *mem_strndup(const char *s, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		mem_fatal("out of memory: string too long");
	copy = (char *)mem_alloc(n + 1);
	if (n)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		mem_fatal("out of memory: formatting failed");
	return s;
}

void mem_free(void *p)
{
	free(p);
}
