/*
 * demo_data.c - see demo_data.h.
 */
#include "cli/demo_data.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/paths.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"
#include "host/errmap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MIB (1024u * 1024)
#define CHUNK ((size_t)256 * 1024) /* also the film's piece length */

struct demo_file {
	const char *path;
	uint32_t bytes;
};

static const struct demo_file film_main = {DEMO_FILM_MAIN, 52 * MIB};
static const struct demo_file film_extras[] = {
	{DEMO_FILM "/Extras/Making of.mkv", 9 * MIB},
	{DEMO_FILM "/Extras/Deleted scene - The Ferry.mkv", 4 * MIB},
	{DEMO_FILM "/Extras/Trailer.mp4", 2 * MIB},
};
static const struct demo_file film_rest[] = {
	{DEMO_FILM "/Subtitles/Deutsch.srt", 71003},
	{DEMO_FILM "/Subtitles/English.srt", 68411},
	{DEMO_FILM "/Subtitles/Fran\xc3\xa7"
		   "ais.srt",
		70318},
	{DEMO_FILM "/poster.jpg", 412877},
	{DEMO_FILM "/readme.txt", 1204},
};
static const struct demo_file iso = {DEMO_ISO, 24 * MIB};
static const struct demo_file album[] = {
	{DEMO_ALBUM "/01 - Slack Water.flac", 611204},
	{DEMO_ALBUM "/02 - Rain on Tin.flac", 583991},
	{DEMO_ALBUM "/03 - Eelgrass.flac", 402118},
	{DEMO_ALBUM "/cover.jpg", 88102},
};
static const struct demo_file maps = {DEMO_MAPS, 10 * MIB};

/* The same name gives the same bytes in every folder. */
static uint64_t seed_of(const char *path)
{
	static const uint8_t key[16] = "bttui demo data";

	return siphash(key, path, strlen(path));
}

static bool write_chunks(FILE *f, const struct demo_file *d, bool lie)
{
	uint8_t *chunk = mem_alloc(CHUNK);
	struct rng rng;
	bool ok = true;

	rng_seed(&rng, seed_of(d->path));
	for (uint32_t left = d->bytes; ok && left > 0;) {
		size_t n = left < CHUNK ? left : CHUNK;

		rng_fill(&rng, chunk, n);
		if (lie)
			chunk[n / 2] ^= 1;
		ok = fwrite(chunk, 1, n, f) == n;
		left -= (uint32_t)n;
	}
	mem_free(chunk);
	return ok;
}

static enum err make_file(const char *dir, const struct demo_file *d, bool lie,
	struct fault *fault)
{
	char *path = mem_printf("%s/%s", dir, d->path);
	char *slash = strrchr(path, '/');
	enum err e;
	bool ok;
	FILE *f;

	*slash = '\0';
	e = paths_make_dir(path, 0700, fault);
	*slash = '/';
	if (e == ERR_OK) {
		f = fopen(path, "wxe");
		ok = f && write_chunks(f, d, lie);
		if (f && fclose(f) != 0)
			ok = false;
		if (!ok)
			e = fault_set(fault, ERR_DISK, errno,
				"cannot write %s: %s", d->path,
				errmap_text(errno));
	}
	mem_free(path);
	return e;
}

static enum err make_files(const char *dir, const struct demo_file *d, size_t n,
	struct fault *fault)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = make_file(dir, &d[i], false, fault);
	return e;
}

enum err demo_data_extras(const char *dir, struct fault *fault)
{
	return make_files(dir, film_extras, COUNT(film_extras), fault);
}

static enum err make_film(const char *dir, bool lie, struct fault *fault)
{
	enum err e = make_file(dir, &film_main, lie, fault);

	if (e == ERR_OK)
		e = demo_data_extras(dir, fault);
	if (e == ERR_OK)
		e = make_files(dir, film_rest, COUNT(film_rest), fault);
	return e;
}

enum err demo_data_film(const char *dir, struct fault *fault)
{
	return make_film(dir, false, fault);
}

enum err demo_data_lies(const char *dir, struct fault *fault)
{
	return make_film(dir, true, fault);
}

enum err demo_data_iso(const char *dir, struct fault *fault)
{
	return make_file(dir, &iso, false, fault);
}

enum err demo_data_album(const char *dir, struct fault *fault)
{
	return make_files(dir, album, COUNT(album), fault);
}

enum err demo_data_maps(const char *dir, struct fault *fault)
{
	return make_file(dir, &maps, false, fault);
}
