/*
 * scene_add.c - see scene_add.h.
 */
#include "ui/scene_add.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "proto/benc_write.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

/* --- files and folders that are named in the form ----------------------------
 */

static const struct {
	const char *name;
	bool is_dir;
	uint64_t bytes; /* of all its files; 0: no torrent */
	unsigned files;
} entries[] = {
	{"torrents", true, 0, 41},
	{"tor-browser.torrent", false, 104 * MIB, 1},
	{"toronto-tapes.torrent", false, 8397 * MIB, 214},
	{"toy-dataset.torrent", false, 0, 0},
};
#define NENTRIES (sizeof entries / sizeof entries[0])

static const char folder[] = "/home/ana/Downloads/";

static void answer_torrents(struct screen *s, const char *path, unsigned n)
{
	static char name[] = "one.torrent";
	struct dir_entry all[64];

	for (unsigned i = 0; i < n && i < 64; i++)
		all[i] = (struct dir_entry){name, false};
	screen_folder_read(s, path, all, n < 64 ? n : 64);
}

bool scene_add_folder(struct screen *s, const char *path)
{
	static char names[NENTRIES][32];
	struct dir_entry all[NENTRIES];
	char below[128];

	for (size_t i = 0; i < NENTRIES; i++) {
		snprintf(names[i], sizeof names[i], "%s", entries[i].name);
		all[i] = (struct dir_entry){names[i], entries[i].is_dir};
		snprintf(below, sizeof below, "%s%s/", folder, entries[i].name);
		if (entries[i].is_dir && strcmp(below, path) == 0) {
			answer_torrents(s, path, entries[i].files);
			return true;
		}
	}
	if (strcmp(path, folder) != 0)
		return false;
	screen_folder_read(s, path, all, NENTRIES);
	return true;
}

/* One piece of so many bytes, so that no hashes are needed. */
static void write_torrent(struct bw *w, const char *name, uint64_t bytes,
	unsigned files)
{
	static const uint8_t hash[20];
	char file[16];

	bw_dict(w);
	bw_key(w, "info");
	bw_dict(w);
	bw_key(w, "files");
	bw_list(w);
	for (unsigned i = 0; i < files; i++) {
		uint64_t size = bytes / files;

		snprintf(file, sizeof file, "%u", i);
		bw_dict(w);
		bw_key(w, "length");
		bw_int(w, (int64_t)(i ? size : bytes - size * (files - 1)));
		bw_key(w, "path");
		bw_list(w);
		bw_str(w, file);
		bw_end(w);
		bw_end(w);
	}
	bw_end(w);
	bw_key(w, "name");
	bw_str(w, name);
	bw_key(w, "piece length");
	bw_int(w, (int64_t)(bytes / 8));
	bw_key(w, "pieces");
	{
		uint8_t all[8 * sizeof hash] = {0};

		bw_span(w, span_of(all, sizeof all));
	}
	bw_end(w);
	bw_end(w);
}

bool scene_add_torrent(struct screen *s, const char *path)
{
	hash_setup(); /* a dialog looks at its info-hash */
	for (size_t i = 0; i < NENTRIES; i++) {
		char name[128];
		struct bw w;

		snprintf(name, sizeof name, "%s%s", folder, entries[i].name);
		if (entries[i].is_dir || strcmp(name, path) != 0)
			continue;
		bw_init(&w);
		if (entries[i].bytes)
			write_torrent(&w, entries[i].name, entries[i].bytes,
				entries[i].files);
		else
			bw_str(&w, "no torrent");
		screen_torrent_read(s, path, buf_span(&w.out), NULL);
		bw_fini(&w);
		return true;
	}
	return false;
}

const char scene_add_links[] =
	"magnet:?xt=urn:btih:dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c"
	"&dn=Big+Buck+Bunny&tr=udp%3A%2F%2Fa.example%3A1337"
	"&tr=udp%3A%2F%2Fb.example%3A1337&tr=udp%3A%2F%2Fc.example%3A1337"
	"&tr=udp%3A%2F%2Fd.example%3A1337&tr=udp%3A%2F%2Fe.example%3A1337\n"
	"magnet:?xt=urn:btih:209c8226b299b308beaf2b9cd3fb49212dbd13ec"
	"&dn=Tears+of+Steel&tr=udp%3A%2F%2Fa.example%3A1337\n"
	/* The first row of the dashboard has this hash. */
	"magnet:?xt=urn:btih:0100000000000000000000000000000000000000"
	"&dn=Sintel\n"
	"https://archive.org/download/apollo11/a11_archive.torrent\n";

/* --- a magnet link
 * ------------------------------------------------------------ */

void scene_add_fetch(struct torrent_row *row, struct torrent_detail *d)
{
	static const struct tracker_row trackers[] = {
		{.url = "udp://tracker.example:1337", .status = TRACKER_OK},
		{.url = "udp://b.example:1337", .status = TRACKER_OK},
		{.url = "udp://c.example:1337", .status = TRACKER_ASKING},
		{.url = "udp://d.example:1337", .status = TRACKER_ASKING},
		{.url = "udp://e.example:1337", .status = TRACKER_FAILED},
		{.url = "udp://f.example:1337", .status = TRACKER_IDLE},
	};
	static const struct peer_row peers[] = {
		{.connecting = true},
		{.connecting = true},
		{.connecting = true},
		{.id = 4},
		{.id = 5},
		{.id = 6},
		{.id = 7},
	};

	row->name = "Cosmos Laundromat";
	snprintf(row->hash_hex, sizeof row->hash_hex,
		"c9e15763f722f23e98a29decdfae341b98d53056");
	row->swarm_seeds = 33;
	row->swarm_peers = 121;
	row->dht_asked = 41;
	d->id = row->id;
	d->what |= WATCH_TRACKERS | WATCH_PEERS;
	d->trackers = trackers;
	d->ntrackers = sizeof trackers / sizeof trackers[0];
	d->peers = peers;
	d->npeers = sizeof peers / sizeof peers[0];
}

/* --- its files
 * -------------------------------------------------------------------
 */

#define TOP "Cosmos Laundromat (2015) 4K HDR + extras/"

void scene_add_choose(struct torrent_row *row, struct torrent_detail *d)
{
	static const struct file_row files[] = {
		{.path = TOP "Cosmos.Laundromat.2015.2160p.HDR.mkv",
			.size = 1659 * MIB,
			.priority = 7},
		{.path = TOP "Extras/making-of-part-1.mp4",
			.size = 211 * MIB,
			.priority = 4},
		{.path = TOP "Extras/making-of-part-2.mp4",
			.size = 198 * MIB,
			.priority = 4},
		{.path = TOP "Extras/storyboards.pdf", .size = 89 * MIB},
		{.path = TOP "Subtitles/de.srt",
			.size = 90 * KIB,
			.priority = 4},
		{.path = TOP "Subtitles/en.srt",
			.size = 88 * KIB,
			.priority = 4},
		{.path = TOP "Subtitles/fr.srt",
			.size = 91 * KIB,
			.priority = 4},
		{.path = TOP "Subtitles/日本語.srt",
			.size = 120 * KIB,
			.priority = 4},
		{.path = TOP "Project files/victor.blend", .size = 32 * MIB},
		{.path = TOP "Project files/franck.blend", .size = 12 * MIB},
		{.path = TOP "LICENSE-CC-BY.txt", .size = 12390, .priority = 4},
		{.path = TOP "poster.jpg", .size = 3891 * KIB, .priority = 4},
	};

	row->state = TORRENT_PAUSED;
	row->waits_for_choice = true;
	row->why = (struct why){.kind = WHY_CHOOSE};
	row->dir = "/home/ana/Downloads";
	row->have_bytes = row->down_bytes = row->up_bytes = 0;
	row->down_bps = row->up_bps = row->peers = row->pieces_have = 0;
	row->eta_s = UINT32_MAX;
	d->id = row->id;
	d->what |= WATCH_FILES;
	d->files = files;
	d->nfiles = sizeof files / sizeof files[0];
}
