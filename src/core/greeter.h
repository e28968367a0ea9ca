/*
 * greeter.h - incoming connections that have not said yet which torrent they
 * are for.  Pure behind core/host.h.
 *
 * A stranger gets a place, ten seconds and the memory of one wire machine.
 * When the info-hash is known the connection goes to its torrent; when it is
 * not ours it is closed without a word.
 */
#ifndef CORE_GREETER_H
#define CORE_GREETER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "core/host.h"
#include "proto/peer_wire.h"

#define GREETER_MAX 64u
#define GREETER_MS 10000u

struct greeter;

/* Whether somebody took stream and wire over. */
typedef bool greeter_found(void *user, struct stream *s, struct wire *w,
	const struct wire_event *hello);

struct greeter *greeter_new(struct host *h, greeter_found *found, void *user);
void greeter_free(struct greeter *g);

void greeter_accept(struct greeter *g, struct stream *s);
void greeter_tick(struct greeter *g, uint64_t now);
uint64_t greeter_deadline(const struct greeter *g);

#endif
