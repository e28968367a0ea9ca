/*
 * errmap.h - the system's error numbers in bttui's words.
 *
 * What libuv and the C library report is translated here, at the border, and
 * never seen above src/host.  libuv's codes are negated errno values on every
 * system bttui runs on, so one table serves both.  Pure; any thread.
 */
#ifndef HOST_ERRMAP_H
#define HOST_ERRMAP_H

#include "base/err.h"

/* os: an errno value or a libuv code; the sign does not matter.  0: ERR_OK. */
enum err errmap_code(int os);

/* Lower-case, constant, no full stop: "connection refused". */
const char *errmap_text(int os);

/* A failure of getaddrinfo(); os is errno, used for EAI_SYSTEM. */
enum err errmap_name(int eai, int os);
const char *errmap_name_text(int eai, int os);

#endif
