/*
 * scene.c - see scene.h.
 */
#include "ui/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/actions.h"
#include "ui/panes.h"
#include "ui/scene_add.h"
#include "ui/scene_dht.h"
#include "ui/scene_tabs.h"
#include "ui/views.h"

#define NOW_S 1788274680 /* 2026-09-01 14:58:00 UTC */
#define NOW_MS 10000000u
#define DAY 86400
#define MIB (1024ull * 1024)
#define GIB (1024ull * MIB)
#define PIECES 3711u
#define NPEERS 14
#define NFLIGHTS 4
#define CHOOSE_ROW 1 /* of those of the dashboard */
#define MAGNET_ROW 2

struct scene {
	const char *name;
	enum scene_dht dht;
	struct snapshot snap;
	struct torrent_detail detail;
	struct torrent_row *rows;
	char (*names)[32]; /* of scene_new_many() */
	size_t nrows;
	struct bitfield have, wanted;
	uint16_t *avail;
	struct peer_row peers[NPEERS];
	struct piece_flight flights[NFLIGHTS];
	struct piece_done done[3];
	/* What a dialog asked for, to be answered. */
	char file[128], folder[128];
};

static const struct {
	const char *name, *keys; /* pressed after the start */
	enum scene_dht dht;
} scenes[] = {
	{"dash", "", SCENE_DHT_JOINED},
	{"empty", "", SCENE_DHT_JOINING},
	{"hostile", "", SCENE_DHT_JOINED},
	{"add", "a~/Downloads/tor", SCENE_DHT_JOINED},
	{"help", "?", SCENE_DHT_JOINED},
	{"confirm", "  d", SCENE_DHT_JOINED},
	{"sort", "s", SCENE_DHT_JOINED},
	{"settings", "O\t\t\t", SCENE_DHT_JOINED},
	{"limits", "  L", SCENE_DHT_JOINED},
	{"columns", "Cjjjj", SCENE_DHT_JOINED},
	{"cmdline", ":limit d", SCENE_DHT_JOINED},
	{"filter", "/iso", SCENE_DHT_JOINED},
	{"quit", "q", SCENE_DHT_JOINED},
	{"toasts", "", SCENE_DHT_JOINED},
	{"pieces", "22", SCENE_DHT_JOINED},
	{"peers", "33", SCENE_DHT_JOINED},
	{"speed", "44", SCENE_DHT_JOINED},
	{"log", "!", SCENE_DHT_JOINED},
	{"availability", "A", SCENE_DHT_JOINED},
	{"dht", "5\flllllll", SCENE_DHT_JOINED},
	{"nodes", "5\flll\r", SCENE_DHT_JOINED},
	{"nodht", "5", SCENE_DHT_OFF},
	{"joining", "", SCENE_DHT_ALONE},
	{"overview", "\r", SCENE_DHT_JOINED},
	{"filestab", "\r2", SCENE_DHT_JOINED},
	{"peerstab", "\r3", SCENE_DHT_JOINED},
	{"badfiles", "\r2", SCENE_DHT_JOINED},
	{"badpeers", "\r3", SCENE_DHT_JOINED},
	{"trackerstab", "\r4", SCENE_DHT_JOINED},
	{"piecestab", "\r5", SCENE_DHT_JOINED},
	{"logtab", "\r6", SCENE_DHT_JOINED},
	{"tabhelp", "\r5?", SCENE_DHT_JOINED},
	{"zoomtab", "\r5#3352\r+++F", SCENE_DHT_JOINED},
	{"fetch", "", SCENE_DHT_JOINED},
	{"choose", "", SCENE_DHT_JOINED},
	{"paste", "", SCENE_DHT_JOINED},
};

const char *scene_names(void)
{
	return "dash|empty|hostile|add|help|confirm|sort|settings|limits|"
	       "columns|cmdline|filter|quit|"
	       "toasts|pieces|peers|speed|log|availability|dht|nodes|nodht|"
	       "joining|overview|filestab|peerstab|badfiles|badpeers|"
	       "trackerstab|piecestab|"
	       "logtab|tabhelp|zoomtab|fetch|choose|paste";
}

/* --- torrents
 * ------------------------------------------------------------------------- */

static const struct torrent_row rows_of_dash[] = {
	{.name = "debian-12.7.0-amd64-DVD-1.iso",
		.hash_hex = "c9e15763f722f23e98a29decdfae341b98d53056",
		.dir = "/home/ana/Downloads",
		.swarm_seeds = 112,
		.swarm_peers = 47,
		.state = TORRENT_LEECHING,
		.size_bytes = 3711ull * MIB,
		.have_bytes = 2381ull * MIB,
		.down_bps = 8829000,
		.up_bps = 421888,
		.down_bytes = 2400ull * MIB,
		.up_bytes = 288ull * MIB,
		.eta_s = 161,
		.peers = 38,
		.seeds = 2,
		.known = 159,
		.avail_milli = 24300,
		.npieces = PIECES,
		.piece_length = MIB,
		.pieces_have = 2381,
		.label = "iso",
		.tracker = "bttracker.debian.org",
		.added_s = NOW_S - 27 * 60,
		.has_metadata = true,
		.why = {WHY_DOWNLOADING, 14, 38, 0, 0, 12 * 60 + 5}},
	{.name = "Cosmos Laundromat (2015) 4K HDR + extras",
		.state = TORRENT_LEECHING,
		.size_bytes = 2202ull * MIB,
		.have_bytes = 826ull * MIB,
		.down_bps = 3250585,
		.up_bps = 98304,
		.down_bytes = 830ull * MIB,
		.up_bytes = 33ull * MIB,
		.eta_s = 443,
		.peers = 21,
		.known = 54,
		.avail_milli = 11800,
		.npieces = 2202,
		.piece_length = MIB,
		.pieces_have = 826,
		.label = "film",
		.tracker = "tracker.opentrackr.org",
		.added_s = NOW_S - 22 * 60,
		.has_metadata = true,
		.why = {WHY_DOWNLOADING, 9, 21, 0, 0, 300}},
	{.name = "magnet c9e15763f722f23e98a29decdfae341b98d53056",
		.state = TORRENT_FETCHING,
		.eta_s = UINT32_MAX,
		.peers = 4,
		.known = 4,
		.avail_milli = UINT32_MAX,
		.added_s = NOW_S - 60,
		.dht_running = true,
		.dht_asked = 22,
		.dht_found = 16,
		.why = {WHY_METADATA, 3, 11, 2, 0, 40}},
	{.name = "wikipedia_en_all_maxi_2026-06.zim",
		.state = TORRENT_LEECHING,
		.size_bytes = 109ull * GIB,
		.have_bytes = 13522ull * MIB,
		.up_bps = 31744,
		.down_bytes = 13522ull * MIB,
		.up_bytes = 5138ull * MIB,
		.eta_s = UINT32_MAX,
		.peers = 2,
		.known = 2,
		.avail_milli = 870,
		.npieces = 223232,
		.piece_length = MIB / 2,
		.pieces_have = 27010,
		.label = "kiwix",
		.dht_running = true,
		.dht_asked = 41,
		.added_s = NOW_S - 3 * DAY,
		.has_metadata = true,
		.why = {WHY_NOBODY_HAS, 29020, 0, 0, 0, 185}},
	{.name = "ubuntu-24.04.1-desktop-amd64.iso",
		.state = TORRENT_SEEDING,
		.size_bytes = 5919ull * MIB,
		.have_bytes = 5919ull * MIB,
		.up_bps = 718848,
		.down_bytes = 5919ull * MIB,
		.up_bytes = 20184ull * MIB,
		.eta_s = UINT32_MAX,
		.peers = 12,
		.known = 12,
		.avail_milli = 30000,
		.npieces = 5919,
		.piece_length = MIB,
		.pieces_have = 5919,
		.label = "iso",
		.tracker = "torrent.ubuntu.com",
		.added_s = NOW_S - 15 * DAY,
		.has_metadata = true,
		.is_complete = true,
		.why = {WHY_SEEDING, 5, 12, 0, 0, 600}},
	{.name = "Тестовый файл 日本語 ünïcode.mkv",
		.state = TORRENT_SEEDING,
		.size_bytes = 29990000,
		.have_bytes = 29990000,
		.up_bps = 21914,
		.down_bytes = 29990000,
		.up_bytes = 380873000,
		.eta_s = UINT32_MAX,
		.peers = 3,
		.known = 3,
		.avail_milli = 4000,
		.npieces = 29,
		.piece_length = MIB,
		.pieces_have = 29,
		.tracker = "opentor.org",
		.added_s = NOW_S - 5 * DAY,
		.has_metadata = true,
		.is_complete = true,
		.why = {WHY_SEEDING, 1, 3, 0, 0, 900}},
	{.name = "Blender Open Movies (complete collection)",
		.state = TORRENT_CHECKING,
		.size_bytes = 31ull * GIB,
		.have_bytes = 15332ull * MIB,
		.down_bytes = 15332ull * MIB,
		.up_bytes = 13952ull * MIB,
		.eta_s = UINT32_MAX,
		.avail_milli = UINT32_MAX,
		.npieces = 31744,
		.piece_length = MIB,
		.pieces_have = 15332,
		.check_done = 15332,
		.label = "film",
		.added_s = NOW_S - DAY,
		.has_metadata = true,
		.checking = true,
		.why = {WHY_CHECKING, 15332, 31744, 2, 172 * MIB, UINT32_MAX}},
	{.name = "archlinux-2026.08.01-x86_64.iso",
		.state = TORRENT_QUEUED,
		.size_bytes = 1239ull * MIB,
		.eta_s = UINT32_MAX,
		.known = 212,
		.avail_milli = UINT32_MAX,
		.npieces = 2478,
		.piece_length = MIB / 2,
		.label = "iso",
		.tracker = "archlinux.org",
		.added_s = NOW_S - 18 * 60,
		.has_metadata = true,
		.why = {WHY_QUEUED, 1, 0, 0, 0, UINT32_MAX}},
	{.name = "LibreOffice_24.8.1_source.tar.xz",
		.state = TORRENT_PAUSED,
		.size_bytes = 412ull * MIB,
		.have_bytes = 29251ull * MIB / 100,
		.down_bytes = 292ull * MIB,
		.up_bytes = 96ull * MIB,
		.eta_s = UINT32_MAX,
		.known = 18,
		.avail_milli = UINT32_MAX,
		.npieces = 824,
		.piece_length = MIB / 2,
		.pieces_have = 585,
		.label = "src",
		.added_s = NOW_S - 6 * DAY,
		.has_metadata = true,
		.why = {WHY_PAUSED, 0, 0, 0, 0, UINT32_MAX}},
	{.name = "NASA Apollo 11 flight film archive",
		.state = TORRENT_FAULTY,
		.size_bytes = 18637ull * MIB,
		.have_bytes = 10361ull * MIB,
		.down_bytes = 10361ull * MIB,
		.up_bytes = 5387ull * MIB,
		.eta_s = UINT32_MAX,
		.known = 7,
		.avail_milli = UINT32_MAX,
		.npieces = 4660,
		.piece_length = 4 * MIB,
		.pieces_have = 2590,
		.label = "film",
		.added_s = NOW_S - 9 * DAY,
		.has_metadata = true,
		.why = {WHY_FAULT, 0, 0, 0, 0, UINT32_MAX},
		.fault = {ERR_DISK, ENOSPC,
			"no space left on /mnt/media, needs 8.1 GiB, has 212 "
			"MiB"}},
	{.name = "Sintel.2010.1080p.x264-OpenMovie",
		.state = TORRENT_SEEDING,
		.size_bytes = 1208ull * MIB,
		.have_bytes = 1208ull * MIB,
		.down_bytes = 1208ull * MIB,
		.up_bytes = 2319ull * MIB,
		.eta_s = UINT32_MAX,
		.peers = 1,
		.known = 1,
		.avail_milli = 1000,
		.npieces = 1208,
		.piece_length = MIB,
		.pieces_have = 1208,
		.label = "film",
		.added_s = NOW_S - 30 * DAY,
		.has_metadata = true,
		.is_complete = true,
		.why = {WHY_SEED_IDLE, 1, 0, 0, 0, 21 * 60}},
	{.name = "fedora-workstation-42-x86_64",
		.state = TORRENT_PAUSED,
		.size_bytes = 2365ull * MIB,
		.have_bytes = 2365ull * MIB,
		.down_bytes = 2365ull * MIB,
		.up_bytes = 4730ull * MIB,
		.eta_s = UINT32_MAX,
		.avail_milli = UINT32_MAX,
		.npieces = 2365,
		.piece_length = MIB,
		.pieces_have = 2365,
		.label = "iso",
		.added_s = NOW_S - 60 * DAY,
		.has_metadata = true,
		.is_complete = true,
		.why = {WHY_FINISHED, 0, 0, 0, 0, UINT32_MAX}},
};
#define NDASH (sizeof rows_of_dash / sizeof rows_of_dash[0])

static void fill_dash(struct scene *s)
{
	s->nrows = NDASH;
	s->rows = mem_dup(rows_of_dash, sizeof rows_of_dash);
	for (size_t i = 0; i < NDASH; i++) {
		s->rows[i].id = (struct torrent_id){(uint32_t)i + 1, 1};
		s->rows[i].wire_hash[0] = (uint8_t)(i + 1);
	}
}

static bool is_hostile(const char *name)
{
	return strcmp(name, "hostile") == 0 || strncmp(name, "bad", 3) == 0;
}

/* Names that a stranger chose to break the screen. */
static void fill_hostile(struct scene *s)
{
	static const char *const names[] = {
		"\033[31mred\033[2J\033]0;title\007",
		"line\nbreak\rreturn\ttab",
		"right\xe2\x80\xaeto left",
		"zero\xe2\x80\x8bwidth\xef\xbb\xbf",
		"\xff\xfe broken \xc3 utf-8 \xed\xa0\x80",
		"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 marks",
		"\xcc\x81 mark first",
		"日本語日本語日本語日本語日本語日本語日本語日本語日本語日本",
		"",
	};
	size_t n = sizeof names / sizeof names[0];

	s->nrows = n;
	s->rows = mem_zero_array(n, sizeof *s->rows);
	for (size_t i = 0; i < n; i++) {
		s->rows[i] = rows_of_dash[i % 2];
		s->rows[i].id = (struct torrent_id){(uint32_t)i + 1, 1};
		s->rows[i].name = names[i];
	}
}

static void fill_many(struct scene *s, size_t n)
{
	s->nrows = n;
	s->rows = mem_zero_array(n + 1, sizeof *s->rows);
	s->names = mem_zero_array(n + 1, sizeof *s->names);
	for (size_t i = 0; i < n; i++) {
		s->rows[i] = rows_of_dash[i % NDASH];
		s->rows[i].id = (struct torrent_id){(uint32_t)i + 1, 1};
		snprintf(s->names[i], sizeof s->names[i], "torrent %zu", i);
		s->rows[i].name = s->names[i];
		s->rows[i].added_s = NOW_S - (int64_t)i;
	}
}

/* --- details
 * ---------------------------------------------------------------------------
 */

/* A repeatable sequence; any will do. */
static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static void fill_peers(struct scene *s)
{
	static const struct {
		const char *addr, *client;
		uint32_t down, up, percent;
		bool we_want, they_want, connecting;
	} peers[NPEERS] = {
		{"185.21.217.14:51413", "qBittorrent 5.0.2", 2202010, 0, 100,
			true, false, false},
		{"[2a01:4f8:c17:9ab2::1]:6881", "libtorrent 2.0.10", 1929380, 0,
			100, true, false, false},
		{"91.134.88.203:6881", "Transmission 4.0.6", 1268777, 65536, 81,
			true, true, false},
		{"78.46.120.9:42069", "Deluge 2.1.1", 1011712, 0, 94, true,
			true, false},
		{"203.0.113.77:51820", "rTorrent 0.15.4", 831488, 114688, 70,
			true, true, false},
		{"198.51.100.23:6889", "qBittorrent 4.6.7", 655360, 100352, 55,
			true, true, false},
		{"82.64.31.180:50321", "BiglyBT 3.7", 523264, 0, 67, true, true,
			false},
		{"151.80.17.4:16881", "µTorrent 3.6.0", 0, 78848, 41, true,
			true, false},
		{"[2001:db8:4c1e::2f]:6881", "Transmission 4.1.0", 0, 62464, 38,
			true, true, false},
		{"94.23.202.8:51413", "aria2 1.37.0", 0, 0, 12, true, true,
			false},
		{"100.64.9.12:6881", "anacrolix 1.58", 0, 0, 99, true, false,
			false},
		{"141.95.33.7:8999", "", 0, 0, 5, true, true, false},
		{"188.165.4.201:51413", "", 0, 0, 0, false, false, true},
		{"37.187.98.166:6881", "", 0, 0, 0, false, false, true},
	};

	static const uint8_t sources[NPEERS] = {SOURCE_TRACKER,
		SOURCE_DHT | SOURCE_TRACKER, SOURCE_TRACKER, SOURCE_PEX,
		SOURCE_INCOMING | SOURCE_DHT, SOURCE_PEX | SOURCE_DHT,
		SOURCE_TRACKER, SOURCE_PEX, SOURCE_DHT, SOURCE_LSD,
		SOURCE_INCOMING, SOURCE_USER,
		SOURCE_TRACKER | SOURCE_DHT | SOURCE_PEX | SOURCE_LSD |
			SOURCE_RESUME,
		SOURCE_DHT};

	for (size_t i = 0; i < NPEERS; i++) {
		struct peer_row *p = &s->peers[i];

		p->id = i + 1;
		if (addr_parse(peers[i].addr, &p->addr) != ERR_OK)
			p->addr = addr_v4(192, 0, 2, 1, 6881);
		snprintf(p->client, sizeof p->client, "%s", peers[i].client);
		p->down_bps = peers[i].down;
		p->up_bps = peers[i].up;
		p->pieces_have = PIECES * peers[i].percent / 100;
		p->is_seed = peers[i].percent == 100;
		p->we_want = peers[i].we_want;
		p->they_want = peers[i].they_want;
		p->connecting = peers[i].connecting;
		p->asked = peers[i].down ? 48 - (uint32_t)i * 4 : 0;
		p->sources = sources[i];
	}
	scene_peer_times(s->peers, NPEERS);
	s->detail.peers = s->peers;
	s->detail.npeers = NPEERS;
}

static void fill_flights(struct scene *s)
{
	static const struct {
		uint32_t piece, got, asked;
	} flights[NFLIGHTS] = {
		{3357, 40, 12},
		{2758, 26, 13},
		{3657, 7, 13},
		{610, 0, 16},
	};

	for (size_t i = 0; i < NFLIGHTS; i++) {
		struct piece_flight *f = &s->flights[i];

		*f = (struct piece_flight){.piece = flights[i].piece,
			.blocks = 64,
			.received = flights[i].got,
			.asked = flights[i].asked,
			.cells = 64};
		for (uint32_t b = 0; b < 64; b++) {
			if (b < flights[i].got)
				f->got_map[b / 8] |= (uint8_t)(1u << b % 8);
			else if (b < flights[i].got + flights[i].asked)
				f->asked_map[b / 8] |= (uint8_t)(1u << b % 8);
		}
		bitfield_remove(&s->have, f->piece);
	}
	s->detail.flights = s->flights;
	s->detail.nflights = NFLIGHTS;
}

static void fill_pieces(struct scene *s)
{
	uint32_t set = 0;

	bitfield_init(&s->have, PIECES);
	bitfield_init(&s->wanted, PIECES);
	bitfield_set_all(&s->wanted);
	s->avail = mem_zero_array(PIECES, sizeof *s->avail);
	for (uint32_t i = 0; i < PIECES; i++) {
		/* Runs of full and of thin stretches, as real ones have. */
		uint32_t wave = mix(i / 97) % 100;

		s->avail[i] = (uint16_t)(mix(i * 7 + 1) % 1000 == 0
						 ? 0
						 : 1 + mix(i + 5) % 24);
		if (mix(i) % 100 < wave + 14 || wave > 70)
			bitfield_add(&s->have, i);
	}
	s->avail[3000] = 0;
	bitfield_remove(&s->have, 3000);
	fill_flights(s);
	/* Exactly what the row says. */
	for (uint32_t i = 0; bitfield_count(&s->have) > 2381; i++)
		bitfield_remove(&s->have, mix(i + 99) % PIECES);
	for (uint32_t i = 0; bitfield_count(&s->have) < 2381; i++) {
		uint32_t piece = mix(i + 77) % PIECES;

		if (piece != 3000 && piece != 3357 && piece != 2758 &&
			piece != 3657 && piece != 610)
			bitfield_add(&s->have, piece);
	}
	for (uint32_t i = 0; i < 3; i++) {
		set = bitfield_next_set(&s->have, 400 + i * 700);
		s->done[i] =
			(struct piece_done){set, NOW_MS - 100 - 250 * i, false};
	}
	s->detail.npieces = PIECES;
	s->detail.have = &s->have;
	s->detail.wanted = &s->wanted;
	s->detail.avail = s->avail;
	s->detail.done = s->done;
	s->detail.ndone = 3;
}

/* --- the scene
 * ---------------------------------------------------------------------------
 */

static void count_totals(struct scene *s)
{
	struct engine_totals *t = &s->snap.totals;

	for (size_t i = 0; i < s->nrows; i++) {
		const struct torrent_row *r = &s->rows[i];

		t->nstate[r->state]++;
		t->down_bps += r->down_bps;
		t->up_bps += r->up_bps;
		t->peers += r->peers;
	}
	t->has_dht = s->dht != SCENE_DHT_OFF;
	t->dht_nodes = scene_dht_nodes(s->dht);
	t->up_limit_bps = s->nrows ? 2 * MIB : 0;
	t->free_bytes = 83966ull * 1000 * 1000;
	t->port = 51413;
	t->reachable = true;
	t->down_bytes = 10ull * GIB;
	t->up_bytes = 184ull * GIB / 10;
}

static struct scene *scene_with(const char *name, enum scene_dht dht,
	size_t many)
{
	struct scene *s = mem_zero(sizeof *s);

	s->name = name;
	s->dht = dht;
	if (many)
		fill_many(s, many);
	else if (is_hostile(name))
		fill_hostile(s);
	else if (strcmp(name, "empty") != 0)
		fill_dash(s);
	s->snap.seq = 1;
	s->snap.now_ms = NOW_MS;
	s->snap.wall_s = NOW_S;
	s->snap.rows = s->rows;
	s->snap.nrows = s->nrows;
	s->snap.default_dir = "/home/ana/Downloads";
	count_totals(s);
	if (s->nrows) {
		fill_peers(s);
		fill_pieces(s);
		s->detail.id = s->rows[0].id;
		s->detail.what = WATCH_PEERS | WATCH_PIECES;
		scene_files(&s->detail);
		if (is_hostile(name))
			scene_hostile(&s->detail, s->peers, NPEERS);
		scene_trackers(&s->detail);
	}
	if (strcmp(name, "fetch") == 0)
		scene_add_fetch(&s->rows[MAGNET_ROW], &s->detail);
	if (strcmp(name, "choose") == 0)
		scene_add_choose(&s->rows[CHOOSE_ROW], &s->detail);
	return s;
}

struct scene *scene_new(const char *name)
{
	for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
		if (strcmp(scenes[i].name, name) == 0)
			return scene_with(scenes[i].name, scenes[i].dht, 0);
	return NULL;
}

struct scene *scene_new_many(size_t ntorrents)
{
	return scene_with("dash", SCENE_DHT_JOINED, ntorrents);
}

void scene_free(struct scene *s)
{
	if (!s)
		return;
	bitfield_fini(&s->have);
	bitfield_fini(&s->wanted);
	mem_free(s->avail);
	mem_free(s->rows);
	mem_free(s->names);
	mem_free(s);
}

const struct snapshot *scene_snapshot(const struct scene *s)
{
	return &s->snap;
}

const struct torrent_detail *scene_detail(const struct scene *s)
{
	return &s->detail;
}

void scene_dht(const struct scene *s, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	scene_dht_fill(s->dht, &s->snap, family, bucket, out);
}

void scene_step(struct scene *s, uint64_t ms)
{
	s->snap.now_ms += ms;
	s->snap.wall_s = NOW_S + (int64_t)((s->snap.now_ms - NOW_MS) / 1000);
	s->snap.seq++;
	for (size_t i = 0; i < s->nrows; i++)
		if (s->rows[i].down_bps)
			s->rows[i].down_bps =
				1000000 +
				mix((uint32_t)s->snap.seq + (uint32_t)i) %
					4000000;
	for (size_t i = 0; i < s->detail.nflights; i++) {
		struct piece_flight *f = &s->flights[i];
		uint32_t b = f->received;

		if (b < f->blocks) {
			f->got_map[b / 8] |= (uint8_t)(1u << b % 8);
			f->received++;
		} else {
			f->received = 0;
			memset(f->got_map, 0, sizeof f->got_map);
		}
	}
}

/* --- its screen
 * ------------------------------------------------------------------------------
 */

/* Two minutes of traffic: a slow start, a plateau, a gap, the plateau. */
static void fill_history(struct screen *s)
{
	for (uint32_t i = 0; i < 120; i++) {
		uint32_t ramp = i < 14 ? i : 14;
		uint32_t rate = ramp * 820000u + mix(i) % 1200000u;
		uint32_t up = i < 8 ? 0 : 900000u + mix(i + 9) % 700000u;

		if (i >= 56 && i < 66)
			rate = mix(i) % 300000u;
		history_add(&s->down, NOW_MS - (120 - i) * 1000u, rate);
		history_add(&s->up, NOW_MS - (120 - i) * 1000u, up);
	}
}

static void press_keys(struct screen *s, const char *keys)
{
	for (; *keys; keys++) {
		struct input in = {
			.kind = INPUT_KEY, .key = (unsigned char)*keys};

		/* A form feed: the pane alone, which it is already where
		 * there is no room for more. */
		if (*keys == '\f' && dash_below(s->top)->zoomed)
			continue;
		if (*keys == '\f')
			in.key = 'z';

		screen_input(s, &in);
		/* Some keys act on what is seen. */
		screen_draw(s);
	}
}

static bool op_dht(void *user, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	scene_dht(user, family, bucket, out);
	return true;
}

static void op_read_folder(void *user, const char *path)
{
	struct scene *sc = user;

	snprintf(sc->folder, sizeof sc->folder, "%s", path);
}

static void op_read_torrent(void *user, const char *path)
{
	struct scene *sc = user;

	snprintf(sc->file, sizeof sc->file, "%s", path);
}

static void answer(struct scene *sc, struct screen *s)
{
	char path[128];
	bool more = true;

	while (more) {
		more = false;
		if (sc->folder[0]) {
			memcpy(path, sc->folder, sizeof path);
			sc->folder[0] = '\0';
			more |= scene_add_folder(s, path);
		}
		if (sc->file[0]) {
			memcpy(path, sc->file, sizeof path);
			sc->file[0] = '\0';
			more |= scene_add_torrent(s, path);
		}
	}
}

/* Dialogs that no key opens. */
static void open_dialog(struct scene *sc, struct screen *s)
{
	struct input in = {.kind = INPUT_PASTE, .text = scene_add_links};

	if (strcmp(sc->name, "fetch") == 0)
		view_push(s, &view_fetch,
			&(struct fetch_arg){.id = sc->rows[MAGNET_ROW].id});
	else if (strcmp(sc->name, "choose") == 0)
		view_push(s, &view_choose,
			&(struct choose_arg){.id = sc->rows[CHOOSE_ROW].id,
				.waited_ms = 6240});
	else if (strcmp(sc->name, "paste") == 0)
		screen_input(s, &in);
	else
		return;
	screen_update(s, &sc->snap, &sc->detail);
}

struct screen *scene_screen(struct scene *sc, int cols, int rows,
	enum glyph_tier tier, const struct ui_ops *ops, void *user)
{
	static const struct ui_ops alone = {.dht = op_dht,
		.read_folder = op_read_folder,
		.read_torrent = op_read_torrent};
	struct ui_options opt = {.animations = true,
		.confirm_remove = true,
		.sort = SORT_DEFAULT,
		.sort_descending = true,
		.home = "/home/ana",
		.can_quit = true};
	struct screen *s =
		screen_new(ops ? ops : &alone, ops ? user : sc, &opt);

	if (sc->nrows)
		fill_history(s);
	screen_resize(s, cols, rows, tier);
	screen_update(s, &sc->snap, &sc->detail);
	if (strcmp(sc->name, "toasts") == 0 || strcmp(sc->name, "log") == 0)
		scene_news(s, NOW_MS, NOW_S);
	if (strcmp(sc->name, "logtab") == 0)
		scene_torrent_news(s, sc->rows[0].id, NOW_MS, NOW_S);
	screen_draw(s);
	for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
		if (strcmp(scenes[i].name, sc->name) == 0)
			press_keys(s, scenes[i].keys);
	open_dialog(sc, s);
	if (strcmp(sc->name, "add") == 0 && ops)
		scene_add_folder(s, "/home/ana/Downloads/");
	else if (!ops)
		answer(sc, s);
	/* Some values are asked for by what is drawn. */
	screen_draw(s);
	screen_update(s, &sc->snap, &sc->detail);
	return s;
}
