/*
 * below.h - reach files below a folder and nowhere else.
 *
 * Names of files come from strangers.  They were cleaned when the metainfo
 * was read; this is the second fence, at the file system: every path is
 * resolved below an open folder, and a symbolic link on the way, whoever put
 * it there and whenever, is an error and is never followed.  Where the kernel
 * has openat2() it does the resolving, elsewhere each element is opened by
 * itself.
 *
 * Blocking; any thread.  Functions return 0 or a descriptor, or a negated
 * errno value: -ELOOP for a symbolic link, -ENXIO for what is neither a
 * regular file nor a folder, -EINVAL for a path that is not one or more
 * elements other than "", "." and "..".
 */
#ifndef HOST_BELOW_H
#define HOST_BELOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The folder itself, which the user chose: links are followed here.  With
 * `make` it and its parents are created.  The descriptor is O_PATH. */
int below_root(const char *dir, bool make);

/* open() of something that exists; never creates. */
int below_open(int root, const char *path, int flags);
/* The same without openat2(); for kernels that lack it, and for tests. */
int below_open_stepwise(int root, const char *path, int flags);

/* A regular file for reading, or for both when `write`. */
int below_open_file(int root, const char *path, bool write);
/* The same, creating it and its folders where missing. */
int below_create_file(int root, const char *path, mode_t mode, bool *created);

/*
 * The folder that holds path (O_PATH), and the last element of path, which
 * points into path.  With `make`, missing folders are created.
 */
int below_parent(int root, const char *path, bool make, const char **name);

/* Neither follows a link in the last place. */
int below_stat(int root, const char *path, struct stat *st);
int below_unlink(int root, const char *path, int flags);
/* Both roots may be the same.  Folders above `to` are created; something
 * that has that name already is -EEXIST unless `replace`. */
int below_rename(int from_root, const char *from, int to_root, const char *to,
	bool replace);

/* fsync() of the folder that holds path. */
int below_sync_parent(int root, const char *path);

/* Remove the folders above path that are empty, from the innermost out. */
void below_prune(int root, const char *path);

/* What a negated errno value means here, as the end of a sentence. */
const char *below_reason(int err, char *buf, size_t cap);

#endif
