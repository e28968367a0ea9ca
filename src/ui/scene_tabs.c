/*
 * scene_tabs.c - see scene_tabs.h.
 */
#include "ui/scene_tabs.h"

#include <stdio.h>

#define MIB (1024ull * 1024)

/* 3,711 pieces of one MiB. */
static const struct file_row files[] = {
	{"Cosmos Laundromat/Cosmos.Laundromat.2015.2160p.HDR.mkv", 2900 * MIB,
		1900 * MIB, 0, 2900, 7, false},
	{"Cosmos Laundromat/Extras/making-of-part-1.mp4", 211 * MIB, 211 * MIB,
		2900, 3111, 4, false},
	{"Cosmos Laundromat/Extras/making-of-part-2.mp4", 198 * MIB, 104 * MIB,
		3111, 3309, 4, false},
	{"Cosmos Laundromat/Extras/storyboards.pdf", 89 * MIB, 0, 3309, 3398, 1,
		false},
	{"Cosmos Laundromat/Subtitles/de.srt", 120000, 0, 3398, 3399, 4, false},
	{"Cosmos Laundromat/Subtitles/en.srt", 118000, 0, 3398, 3399, 4, false},
	{"Cosmos Laundromat/Project files/victor.blend", 200 * MIB, 100 * MIB,
		3399, 3599, 0, false},
	{"Cosmos Laundromat/Project files/franck.blend", 100 * MIB, 60 * MIB,
		3599, 3699, 0, false},
	{"Cosmos Laundromat/LICENSE-CC-BY.txt", 12400, 12400, 3699, 3700, 4,
		false},
	{"Cosmos Laundromat/poster.jpg", 11 * MIB, 6 * MIB, 3700, 3711, 4,
		false},
};

static const struct tracker_row trackers[] = {
	{.url = "udp://tracker.opentrackr.org:1337/announce",
		.tier = 0,
		.status = TRACKER_FAILED,
		.text = "timed out",
		.seeds = UINT32_MAX,
		.leeches = UINT32_MAX,
		.downloaded = UINT32_MAX,
		.next_announce_s = 30,
		.last_announce_s = 40,
		.fails = 2},
	{.url = "udp://explodie.org:6969/announce",
		.tier = 0,
		.status = TRACKER_OK,
		.seeds = 31,
		.leeches = 118,
		.downloaded = 2804,
		.last_peers = 50,
		.next_announce_s = 18 * 60,
		.last_announce_s = 12 * 60,
		.is_current = true},
	{.url = "https://tracker.gbitt.info/announce",
		.tier = 0,
		.status = TRACKER_OK,
		.text = "please use the new address",
		.seeds = 33,
		.leeches = 121,
		.downloaded = UINT32_MAX,
		.last_peers = 12,
		.next_announce_s = 26 * 60,
		.last_announce_s = 4 * 60},
	{.url = "udp://tracker.torrent.eu.org:451/announce",
		.tier = 1,
		.status = TRACKER_IDLE,
		.seeds = UINT32_MAX,
		.leeches = UINT32_MAX,
		.downloaded = UINT32_MAX,
		.next_announce_s = UINT32_MAX,
		.last_announce_s = UINT32_MAX},
	{.url = "http://tracker.example.net/announce",
		.tier = 2,
		.status = TRACKER_FAILED,
		.text = "404 Not Found",
		.seeds = UINT32_MAX,
		.leeches = UINT32_MAX,
		.downloaded = UINT32_MAX,
		.next_announce_s = 51 * 60,
		.last_announce_s = 9 * 60,
		.fails = 7},
};

void scene_files(struct torrent_detail *d)
{
	d->files = files;
	d->nfiles = sizeof files / sizeof files[0];
	d->what |= WATCH_FILES;
}

void scene_peer_times(struct peer_row *peers, size_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct peer_row *p = &peers[i];

		if (p->connecting)
			continue;
		p->is_incoming = p->sources & SOURCE_INCOMING;
		p->optimistic = i == 9;
		p->snubbed = i == 10;
		p->they_choke = !p->down_bps;
		p->we_choke = !p->up_bps;
		p->wants = p->up_bps ? 3 + i : 0;
		p->rtt_ms = p->down_bps ? 38 + 217 * i : 0;
		p->connected_s = 1800 - 97 * i;
		p->idle_s = p->down_bps || p->up_bps ? 0 : 20 * i;
		p->down_bytes = 120ull * p->down_bps;
		p->up_bytes = 100ull * p->up_bps;
	}
}

#define LONG                                                                   \
	"255 bytes of a name that never ends, never ends, never ends, never "  \
	"ends, never ends, never ends, never ends, never ends, never ends, "   \
	"never ends, never ends, never ends, never ends, never ends, never "   \
	"ends, never ends, never ends, never ends, never ends .mkv"

static const struct file_row hostile_files[] = {
	{"\033[31mred\033[2J/\033]0;title\007.mkv", 900 * MIB, 450 * MIB, 0,
		900, 7, false},
	{"\033[31mred\033[2J/line\nbreak\rreturn\ttab", 100 * MIB, 0, 900, 1000,
		4, false},
	{"right\xe2\x80\xaeto left/\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d.txt", 1, 1,
		1000, 1001, 4, false},
	{"right\xe2\x80\xaeto left/zero\xe2\x80\x8bwidth\xef\xbb\xbf", 999, 0,
		1001, 1002, 1, false},
	{"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 marks/\xcc\x81 first",
		UINT64_MAX, 5, 1002, 1003, 0, false},
	{"\xff\xfe broken \xc3 utf-8 \xed\xa0\x80", 0, 0, 0, 0, 4, false},
	{"日本語日本語日本語日本語日本語/"
	 "日本語日本語日本語日本語日本語日本語日本語"
	 "日本語.mkv",
		7 * MIB, 7 * MIB, 3000, 9999999, 4, false},
	{"a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/" LONG, 12 * MIB,
		6 * MIB, 3100, 3112, 4, false},
	{"//", 1, 0, 5, 6, 4, false},
};

void scene_hostile(struct torrent_detail *d, struct peer_row *peers, size_t n)
{
	static const char *const clients[] = {"\033[31mred\033[2J",
		"line\nbreak", "right\xe2\x80\xaeto left",
		"zero\xe2\x80\x8bwidth", "\xff\xfe \xc3",
		"e\xcc\x81\xcc\x81\xcc\x81 marks", "\xcc\x81 first",
		"日本語日本語日本語日本語日本"};
	size_t count = sizeof clients / sizeof clients[0];

	for (size_t i = 0; i < n; i++) {
		snprintf(peers[i].client, sizeof peers[i].client, "%s",
			clients[i % count]);
		peers[i].down_bytes = peers[i].up_bytes = UINT64_MAX;
		peers[i].asked = peers[i].wants = UINT32_MAX;
		peers[i].rtt_ms = UINT32_MAX;
		peers[i].connected_s = peers[i].idle_s = UINT32_MAX - 1;
	}
	d->files = hostile_files;
	d->nfiles = sizeof hostile_files / sizeof hostile_files[0];
}

void scene_trackers(struct torrent_detail *d)
{
	d->trackers = trackers;
	d->ntrackers = sizeof trackers / sizeof trackers[0];
	d->what |= WATCH_TRACKERS;
}

void scene_news(struct screen *s, uint64_t now_ms, int64_t wall_s)
{
	static const struct {
		enum news_kind kind;
		const char *text;
	} news[] = {
		{NEWS_INFO, "restored 11 torrents in 42 ms"},
		{NEWS_WARN, "debian-12.7.0: piece 911 failed its hash"},
		{NEWS_GOOD, "Sintel finished in 12m04s, 1.18 GiB"},
		{NEWS_GOOD, "Added Cosmos Laundromat"},
		{NEWS_BAD, "NASA Apollo 11: disk full on /mnt/media"},
	};

	for (size_t i = 0; i < sizeof news / sizeof news[0]; i++)
		news_add(&s->news, news[i].kind, i > 1, now_ms, wall_s,
			news[i].text);
}

void scene_torrent_news(struct screen *s, struct torrent_id id, uint64_t now_ms,
	int64_t wall_s)
{
	static const struct {
		enum news_kind kind;
		bool other; /* torrent */
		const char *text;
	} news[] = {
		{NEWS_GOOD, false, "added debian-12.7.0-amd64-DVD-1.iso"},
		{NEWS_GOOD, false, "all 2,214 pieces good"},
		{NEWS_GOOD, true, "added another one"},
		{NEWS_INFO, false,
			"82.64.31.180:50321 sent nothing for 60 s: its 12 "
			"blocks are asked of others"},
		{NEWS_WARN, false, "piece 911 failed its hash"},
		{NEWS_WARN, false, "piece 911 failed its hash"},
		{NEWS_WARN, false,
			"banned 94.23.202.8: 16 blocks of piece 911 were not "
			"what the others sent"},
		{NEWS_BAD, false, "no space left on /home/ana/Downloads"},
		{NEWS_GOOD, false, "piece 2114 is good"},
	};

	for (size_t i = 0; i < sizeof news / sizeof news[0]; i++) {
		struct news n = {.kind = news[i].kind,
			.at_ms = now_ms,
			.wall_s = wall_s - 60 * (int64_t)(9 - i)};

		if (!news[i].other)
			n.torrent = id;
		snprintf(n.text, sizeof n.text, "%s", news[i].text);
		news_add_of(&s->news, &n);
	}
}
