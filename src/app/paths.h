/*
 * paths.h - where bttui keeps its things, after the XDG base directories.
 *
 * All results are heap strings of the caller.  An XDG variable that does not
 * hold an absolute path counts as unset, as the specification asks.
 */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include "base/err.h"

char *paths_state(void);  /* $XDG_STATE_HOME/bttui, ~/.local/state/bttui */
char *paths_config(void); /* $XDG_CONFIG_HOME/bttui/config, ~/.config/... */

/* XDG_DOWNLOAD_DIR of the environment or of user-dirs.dirs; "." (absolute)
 * when there is none or it is not a folder. */
char *paths_download(void);

/* "~" and "~/..." are the home folder's; relative to the current folder. */
char *paths_absolute(const char *path);

/*
 * The folder and its missing parents, each with the mode given.
 *   ERR_DISK and others  the fault names the folder and the reason
 */
MUST_CHECK enum err paths_make_dir(const char *path, unsigned mode,
	struct fault *fault);

#endif
