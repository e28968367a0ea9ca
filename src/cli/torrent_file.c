/*
 * torrent_file.c - see torrent_file.h.
 */
#include "cli/torrent_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/errmap.h"
#include "proto/infohash.h"

#define READ_CHUNK ((size_t)64 * 1024)

static bool begins(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

enum named_kind named_kind_of(const char *text)
{
	struct infohash hash;

	if (begins(text, "magnet:"))
		return NAMED_LINK;
	if (begins(text, "http://") || begins(text, "https://"))
		return NAMED_URL;
	if (infohash_parse(span_str(text), &hash) == ERR_OK &&
		access(text, F_OK) != 0)
		return NAMED_LINK;
	return NAMED_FILE;
}

enum err named_link_parse(const char *text, struct magnet **out,
	struct fault *fault)
{
	struct magnet bare;
	struct buf link = {0};
	enum err e;

	memset(&bare, 0, sizeof bare);
	if (infohash_parse(span_str(text), &bare.hash) != ERR_OK)
		return magnet_parse(span_str(text), out, fault);
	magnet_write(&bare, &link);
	e = magnet_parse(buf_span(&link), out, fault);
	buf_free(&link);
	return e;
}

static enum err read_all(int fd, struct buf *out, struct fault *fault)
{
	size_t begin = out->len;
	ssize_t n;

	do {
		n = read(fd, buf_reserve(out, READ_CHUNK), READ_CHUNK);
		if (n > 0)
			buf_commit(out, (size_t)n);
		if (out->len - begin > METAINFO_FILE_MAX)
			return fault_set(fault, ERR_LIMIT, 0,
				"too long for a torrent file");
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return fault_set(fault, ERR_DISK, errno, "%s",
			errmap_text(errno));
	return ERR_OK;
}

enum err torrent_file_read(const char *path, struct buf *out,
	struct fault *fault)
{
	struct stat st;
	enum err e;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return fault_set(fault, ERR_DISK, errno, "%s",
			errmap_text(errno));
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		e = fault_set(fault, ERR_DISK, EISDIR, "it is a folder");
	else
		e = read_all(fd, out, fault);
	close(fd);
	return e;
}

enum err torrent_file_load(const char *path, struct metainfo **out,
	struct fault *fault)
{
	struct buf bytes = {0};
	enum err e = torrent_file_read(path, &bytes, fault);

	if (e == ERR_OK)
		e = metainfo_parse(buf_span(&bytes), out, fault);
	buf_free(&bytes);
	return e;
}
