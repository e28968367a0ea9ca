/*
 * mem.h - allocation that never returns NULL.
 *
 * Running out of memory ends the program with one line (mem_on_abort() lets
 * the screen be restored first).  So callers need no second path; in return
 * every size that a stranger chooses must be capped before it gets here.
 * Array forms abort when the product overflows.  Any thread.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n) __attribute__((malloc, alloc_size(1)));
void *mem_zero(size_t n) __attribute__((malloc, alloc_size(1)));
void *mem_array(size_t n, size_t size)
	__attribute__((malloc, alloc_size(1, 2)));
void *mem_zero_array(size_t n, size_t size)
	__attribute__((malloc, alloc_size(1, 2)));

/* p may be NULL.  The contents of the part that was added are undefined. */
void *mem_resize(void *p, size_t n, size_t size)
	__attribute__((alloc_size(2, 3)));

/*
 * Make room for at least `need` elements in a growing array: returns p when
 * *cap is already enough, else a larger block (doubling) and updates *cap.
 */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

void *mem_dup(const void *p, size_t n);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n); /* n bytes and a NUL */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mem_free(void *p); /* NULL is allowed */

/* Called once, before the abort of an allocation that failed. */
void mem_on_abort(void (*restore)(void));

/*
 * End the program as a failed allocation does, with "bttui: " and what on
 * stderr: for the few services nobody can go on without (libcrypto).
 */
_Noreturn void mem_fatal(const char *what);

#endif
