/*
 * crc32c.h - CRC32-C (Castagnoli) of a few bytes.  Pure.
 *
 * What BEP 40 and BEP 42 take of IP addresses: the inputs are 32 bytes at
 * most, so it is written to be short, not fast.
 */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stdint.h>

#include "base/bytes.h"

uint32_t crc32c(struct span s);

#endif
