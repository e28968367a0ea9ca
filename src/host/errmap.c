/*
 * errmap.c - see errmap.h.
 */
#include "host/errmap.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

struct row {
	int os;
	enum err code;
	const char *text;
};

static const struct row rows[] = {
	{0, ERR_OK, "no error"},
	{ECONNREFUSED, ERR_NET, "connection refused"},
	{ECONNRESET, ERR_NET, "connection reset"},
	{ECONNABORTED, ERR_NET, "connection aborted"},
	{EPIPE, ERR_NET, "connection closed by the other side"},
	{EHOSTUNREACH, ERR_NET, "host unreachable"},
	{EHOSTDOWN, ERR_NET, "host is down"},
	{ENETUNREACH, ERR_NET, "network unreachable"},
	{ENETDOWN, ERR_NET, "network is down"},
	{EADDRINUSE, ERR_NET, "address already in use"},
	{EADDRNOTAVAIL, ERR_NET, "not an address of this machine"},
	{EAFNOSUPPORT, ERR_NET, "address family not available"},
	{EACCES, ERR_NET, "permission denied"},
	{EPERM, ERR_NET, "operation not permitted"},
	{ETIMEDOUT, ERR_TIMEOUT, "timed out"},
	{ECANCELED, ERR_CANCELED, "canceled"},
	{EAGAIN, ERR_AGAIN, "try again"},
	{EINTR, ERR_AGAIN, "interrupted"},
	{EMFILE, ERR_LIMIT, "too many open files"},
	{ENFILE, ERR_LIMIT, "too many open files in the system"},
	{ENOBUFS, ERR_LIMIT, "no buffer space"},
	{ENOMEM, ERR_LIMIT, "out of memory"},
	{EMSGSIZE, ERR_LIMIT, "message too long"},
	{ENOENT, ERR_NOENT, "no such file or folder"},
	{EEXIST, ERR_EXISTS, "already exists"},
	{ENOSPC, ERR_DISK, "disk full"},
	{EDQUOT, ERR_DISK, "disk quota exceeded"},
	{EROFS, ERR_DISK, "read-only file system"},
	{EIO, ERR_DISK, "input/output error"},
	{EISDIR, ERR_DISK, "is a folder"},
	{ENOTDIR, ERR_DISK, "not a folder"},
};

static const struct row *row_find(int os)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].os == os)
			return &rows[i];
	return NULL;
}

enum err errmap_code(int os)
{
	const struct row *r = row_find(abs(os));

	return r ? r->code : ERR_NET;
}

const char *errmap_text(int os)
{
	const struct row *r = row_find(abs(os));
	const char *s = r ? r->text : strerrordesc_np(abs(os));

	return s ? s : "unknown error";
}

enum err errmap_name(int eai, int os)
{
	switch (eai) {
	case 0:
		return ERR_OK;
	case EAI_NONAME:
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return ERR_NOENT;
	case EAI_SYSTEM:
		return errmap_code(os ? os : EIO);
	default:
		return ERR_NET;
	}
}

const char *errmap_name_text(int eai, int os)
{
	switch (eai) {
	case 0:
		return "no error";
	case EAI_NONAME:
		return "no such name";
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return "the name has no address";
	case EAI_AGAIN:
		return "the name server does not answer";
	case EAI_FAIL:
		return "the name server failed";
	case EAI_SYSTEM:
		return errmap_text(os);
	default:
		return "the name could not be looked up";
	}
}
