/*
 * dirs.h - the download folder, for commands that run without an engine.
 */
#ifndef CLI_DIRS_H
#define CLI_DIRS_H

/*
 * Where downloads go when no -d is given: `download_dir` of the config file
 * (NULL: the usual one), else the XDG folder, else ".".  Absolute; heap
 * memory.
 */
char *dirs_download(const char *config_path);

#endif
