/*
 * peer_id.h - BEP 20 peer ids: making ours, naming others' clients.  Pure.
 */
#ifndef PROTO_PEER_ID_H
#define PROTO_PEER_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

#define PEER_ID_LEN 20u
#define PEER_CLIENT_MAX 49
/* Four characters, one for each part of the version: 0.1.0.0. */
#ifndef BTTUI_VERSION_DIGITS
#define BTTUI_VERSION_DIGITS "0100"
#endif

/* "-TU" + four version digits + "-" + twelve random letters and digits. */
void peer_id_make(uint8_t out[PEER_ID_LEN], struct rng *r);

/*
 * "Transmission 3.00", "libtorrent 2.0.8", "unknown XX", "unknown"; printable
 * ASCII, always NUL-terminated.  An id can be forged: for display only.
 */
void peer_id_client(const uint8_t id[PEER_ID_LEN], char out[PEER_CLIENT_MAX]);

/*
 * A client that is known to stop listening for good when it is asked for a
 * part of the info dictionary before it has sent the one before: rtorrent.
 */
bool peer_id_takes_one_question(const uint8_t id[PEER_ID_LEN]);

#endif
