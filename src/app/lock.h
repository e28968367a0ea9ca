/*
 * lock.h - one session per state folder.
 *
 * A record lock on the file "lock" in it, held as long as the descriptor is
 * open.  It ends with the process however that ends, so nothing stale can
 * keep the next session out.  The file itself stays.
 */
#ifndef APP_LOCK_H
#define APP_LOCK_H

#include "base/err.h"

/*
 * dir exists.  *fd is closed to give the lock back; no other descriptor of
 * that file may be closed meanwhile (the lock would go with it).
 *   ERR_STATE  another process has it; the fault names its number
 *   ERR_DISK   and others: the file cannot be made
 */
MUST_CHECK enum err lock_take(const char *dir, int *fd, struct fault *fault);

#endif
