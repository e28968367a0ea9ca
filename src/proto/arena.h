/*
 * arena.h - many small pieces of memory that are freed together.  Pure.
 *
 * For parsed documents (metainfo.h, magnet.h): their strings and arrays live
 * exactly as long as they do.  Blocks begin at 512 bytes and double up to
 * 64 KiB, so that a small document stays small; a large piece gets a block of
 * its own.  Nothing is freed singly.
 */
#ifndef PROTO_ARENA_H
#define PROTO_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is allowed */

/* Zeroed, aligned for any type; the caller caps n before. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t n, size_t size);
/* The bytes and a NUL; unaligned. */
char *arena_text(struct arena *a, struct span s);
/* Room for n bytes of text, unaligned and not zeroed. */
char *arena_chars(struct arena *a, size_t n);

#endif
