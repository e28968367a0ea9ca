/*
 * dirs.h - the download folder, for commands that run without an engine, and
 * folders for a while.
 */
#ifndef CLI_DIRS_H
#define CLI_DIRS_H

/*
 * Where downloads go when no -d is given: `download_dir` of the config file
 * (NULL: the usual one), else the XDG folder, else ".".  Absolute; heap
 * memory.
 */
char *dirs_download(const char *config_path);

/*
 * A new folder in $TMPDIR, else /tmp, whose name begins "bttui-NAME-".  Heap
 * memory; NULL when none can be made, with errno set.
 */
char *dirs_temporary(const char *name);

/* Remove a folder and all in it; links are not followed. */
void dirs_remove(const char *dir);

#endif
