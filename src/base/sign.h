/*
 * sign.h - signatures of ed25519 (RFC 8032), checked through libcrypto.
 *
 * A check takes about 100 us, a hundred times as long as what else is done
 * for a message: whoever lets strangers ask for checks limits how many.
 */
#ifndef BASE_SIGN_H
#define BASE_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define SIGN_KEY_LEN 32u
#define SIGN_LEN 64u

/*
 * Whether the owner of the key has signed the message.  False as well where
 * libcrypto cannot do ed25519: nothing is believed then.  Any thread.
 */
bool sign_verify(const uint8_t key[SIGN_KEY_LEN], const uint8_t sig[SIGN_LEN],
	struct span message);

#endif
