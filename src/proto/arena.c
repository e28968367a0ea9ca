#include "proto/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_FIRST 512u
#define BLOCK_MAX 65536u

struct block {
	struct block *next;
	alignas(max_align_t) uint8_t bytes[];
};

struct arena {
	struct block *blocks;
	uint8_t *p; /* free part of the block that is being filled */
	size_t left;
	size_t block_size; /* of the next block */
};

struct arena *arena_new(void)
{
	struct arena *a = mem_zero(sizeof *a);

	a->block_size = BLOCK_FIRST;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		mem_free(b);
	}
	mem_free(a);
}

static uint8_t *new_block(struct arena *a, size_t n)
{
	struct block *b;

	assert(n <= SIZE_MAX - sizeof *b);
	b = mem_alloc(sizeof *b + n);
	b->next = a->blocks;
	a->blocks = b;
	return b->bytes;
}

char *arena_chars(struct arena *a, size_t n)
{
	if (n > a->left) {
		/* A large piece must not waste what is left of the block. */
		if (n > a->block_size / 4)
			return (char *)new_block(a, n);
		a->p = new_block(a, a->block_size);
		a->left = a->block_size;
		if (a->block_size < BLOCK_MAX)
			a->block_size *= 2;
	}
	uint8_t *p = a->p;
	a->p += n;
	a->left -= n;
	return (char *)p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t skip = (size_t)(-(uintptr_t)a->p % alignof(max_align_t));

	if (n == 0)
		n = 1; /* a distinct address all the same */
	/* What is left of a block may end before the next aligned place. */
	if (skip > a->left)
		skip = a->left;
	if (skip) {
		a->p += skip;
		a->left -= skip;
	}
	return memset(arena_chars(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	assert(size == 0 || n <= SIZE_MAX / size);
	return arena_alloc(a, n * size);
}

char *arena_text(struct arena *a, struct span s)
{
	assert(s.n < SIZE_MAX);
	char *t = arena_chars(a, s.n + 1);

	if (s.n)
		memcpy(t, s.p, s.n);
	t[s.n] = '\0';
	return t;
}
