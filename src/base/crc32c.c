/*
 * crc32c.c - see crc32c.h.
 */
#include "base/crc32c.h"

#define POLYNOMIAL_REFLECTED 0x82f63b78u

uint32_t crc32c(struct span s)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL_REFLECTED : 0);
	}
	return ~crc;
}
