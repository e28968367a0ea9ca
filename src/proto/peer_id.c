/*
 * peer_id.c - naming clients by their peer ids.
 *
 * Only ASCII letters, digits and numbers computed from them ever reach the
 * output; everything else a stranger wrote is looked at and left behind.
 */
#include "proto/peer_id.h"

#include <stdio.h>
#include <string.h>

/* How the four characters after an Azureus-style code spell a version. */
enum style {
	DOTS,         /* a.b.c.d in base 36, the last one only if a digit */
	TRANSMISSION, /* a.bc up to 3.00, a.b.c since 4.0 */
	PAIRS,        /* aa.bb, as in WebTorrent and BitComet */
	PLAIN,        /* no version worth showing */
};

struct client {
	char code[3];
	uint8_t style;
	const char *name;
};

static const struct client clients[] = {
	{"7T", DOTS, "aTorrent"},
	{"A2", DOTS, "aria2"},
	{"AG", DOTS, "Ares"},
	{"AR", DOTS, "Arctic Torrent"},
	{"AT", DOTS, "Artemis"},
	{"AV", DOTS, "Avicora"},
	{"AX", PAIRS, "BitPump"},
	{"AZ", DOTS, "Azureus"},
	{"BB", DOTS, "BitBuddy"},
	{"BC", PAIRS, "BitComet"},
	{"BE", DOTS, "Baretorrent"},
	{"BF", DOTS, "Bitflu"},
	{"BG", DOTS, "BTGetit"},
	{"BI", DOTS, "BiglyBT"},
	{"BL", PLAIN, "BitLord"},
	{"BP", DOTS, "BitTorrent Pro"},
	{"BR", DOTS, "BitRocket"},
	{"BS", DOTS, "BTSlave"},
	{"BT", DOTS, "BitTorrent"},
	{"BW", DOTS, "BitTorrent Web"},
	{"BX", DOTS, "Bittorrent X"},
	{"CD", PAIRS, "Enhanced CTorrent"},
	{"CT", DOTS, "CTorrent"},
	{"DE", DOTS, "Deluge"},
	{"DP", DOTS, "Propagate"},
	{"EB", DOTS, "EBit"},
	{"ES", DOTS, "Electric Sheep"},
	{"FC", DOTS, "FileCroc"},
	{"FD", DOTS, "Free Download Manager"},
	{"FG", PAIRS, "FlashGet"},
	{"FL", DOTS, "Flud"},
	{"FT", DOTS, "FoxTorrent"},
	{"FW", DOTS, "FrostWire"},
	{"FX", DOTS, "Freebox"},
	{"GS", DOTS, "GSTorrent"},
	{"GT", DOTS, "anacrolix/torrent"},
	{"HL", DOTS, "Halite"},
	{"HN", DOTS, "Hydranode"},
	{"JS", DOTS, "Justseed.it"},
	{"KG", DOTS, "KGet"},
	{"KT", DOTS, "KTorrent"},
	{"LC", DOTS, "LeechCraft"},
	{"LH", DOTS, "LH-ABC"},
	{"LP", PAIRS, "Lphant"},
	{"LT", DOTS, "libtorrent"},
	{"LW", PLAIN, "LimeWire"},
	{"MG", DOTS, "Mediaget"},
	{"MO", DOTS, "MonoTorrent"},
	{"MP", DOTS, "MooPolice"},
	{"MT", DOTS, "MoonlightTorrent"},
	{"NE", DOTS, "BT Next Evolution"},
	{"NX", DOTS, "Net Transport"},
	{"OS", DOTS, "OneSwarm"},
	{"PI", DOTS, "PicoTorrent"},
	{"QD", DOTS, "QQDownload"},
	{"RS", DOTS, "Rufus"},
	{"RT", DOTS, "Retriever"},
	{"SB", DOTS, "Swiftbit"},
	{"SD", DOTS, "Xunlei"},
	{"SM", DOTS, "SoMud"},
	{"SP", DOTS, "BitSpirit"},
	{"SS", DOTS, "SwarmScope"},
	{"ST", DOTS, "SymTorrent"},
	{"SZ", DOTS, "Shareaza"},
	{"TB", DOTS, "Torch"},
	{"TL", DOTS, "Tribler"},
	{"TN", DOTS, "Torrent.NET"},
	{"TR", TRANSMISSION, "Transmission"},
	{"TS", DOTS, "TorrentStorm"},
	{"TT", DOTS, "TuoTu"},
	{"TU", DOTS, "bttui"},
	{"TX", PAIRS, "Tixati"},
	{"UE", DOTS, "uTorrent Embedded"},
	{"UL", DOTS, "uLeecher!"},
	{"UM", DOTS, "uTorrent Mac"},
	{"UT", DOTS, "uTorrent"},
	{"UW", DOTS, "uTorrent Web"},
	{"VG", DOTS, "Vagaa"},
	{"WD", PAIRS, "WebTorrent Desktop"},
	{"WT", DOTS, "BitLet"},
	{"WW", PAIRS, "WebTorrent"},
	{"WY", DOTS, "FireTorrent"},
	{"XF", DOTS, "Xfplay"},
	{"XL", DOTS, "Xunlei"},
	{"XT", DOTS, "XanTorrent"},
	{"XX", DOTS, "Xtorrent"},
	{"ZO", DOTS, "Zona"},
	{"ZT", DOTS, "ZipTorrent"},
	{"bk", DOTS, "BitKitten"},
	{"lt", DOTS, "libTorrent"},
	{"pb", DOTS, "pbTorrent"},
	{"pX", DOTS, "pHoeniX"},
	{"qB", DOTS, "qBittorrent"},
	{"rQ", DOTS, "rqbit"},
	{"st", DOTS, "SharkTorrent"},
};

/* One letter, a dotted version: "M7-2-2--". */
static const struct {
	const char *prefix;
	const char *name;
} dashed[] = {
	{"A2-", "aria2"},
	{"M", "Mainline"},
	{"Q", "Queen Bee"},
	{"S3-", "Amazon S3"},
};

/* One letter, then up to five characters that are one number each. */
static const struct {
	char letter;
	const char *name;
} shadows[] = {
	{'A', "ABC"},
	{'O', "Osprey Permaseed"},
	{'Q', "BTQueue"},
	{'R', "Tribler"},
	{'S', "Shadow's"},
	{'T', "BitTornado"},
	{'U', "UPnP NAT BT"},
};

/* Words at the beginning that tell the client but no version. */
static const struct {
	const char *prefix;
	const char *name;
} words[] = {
	{"-BOW", "Bits on Wheels"},
	{"-G3", "G3 Torrent"},
	{"346-", "TorrentTopia"},
	{"AZ2500BT", "BitTyrant"},
	{"BLZ", "Blizzard Downloader"},
	{"DNA", "BitTorrent DNA"},
	{"Mbrst", "Burst!"},
	{"OP", "Opera"},
	{"Plus", "Plus!"},
	{"TIX", "Tixati"},
	{"btpd/", "btpd"},
	{"eX", "eXeem"},
	{"turbobt", "TurboBT"},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The value of one version character, -1 if it is none. */
static int base36(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return -1;
}

static bool begins(const uint8_t *id, const char *prefix)
{
	return memcmp(id, prefix, strlen(prefix)) == 0;
}

void peer_id_make(uint8_t out[PEER_ID_LEN], struct rng *r)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char head[] = "-TU" BTTUI_VERSION_DIGITS "-";
	size_t i;

	_Static_assert(sizeof head == 9, "four digits of a version");
	memcpy(out, head, sizeof head - 1);
	for (i = sizeof head - 1; i < PEER_ID_LEN; i++)
		out[i] = (uint8_t)letters[rng_below(r, sizeof letters - 1)];
}

/* "2.0.8" or, when the fourth is a digit other than 0, "5.7.5.1". */
static bool put_dots(char *out, size_t cap, const uint8_t v[4])
{
	int a = base36(v[0]), b = base36(v[1]), c = base36(v[2]);

	if (a < 0 || b < 0)
		return false;
	if (c < 0)
		snprintf(out, cap, "%d.%d", a, b);
	else if (is_digit(v[3]) && v[3] != '0')
		snprintf(out, cap, "%d.%d.%d.%c", a, b, c, v[3]);
	else
		snprintf(out, cap, "%d.%d.%d", a, b, c);
	return true;
}

static bool put_version(char *out, size_t cap, const struct client *client,
	const uint8_t v[4])
{
	bool digits = is_digit(v[0]) && is_digit(v[1]) && is_digit(v[2]);

	if (client->style == PLAIN)
		return false;
	if (client->style == TRANSMISSION && v[0] <= '3') {
		if (digits)
			snprintf(out, cap, "%c.%c%c", v[0], v[1], v[2]);
		return digits;
	}
	if (client->style == PAIRS) {
		digits = digits && is_digit(v[3]);
		if (digits)
			snprintf(out, cap, "%d.%c%c",
				(v[0] - '0') * 10 + v[1] - '0', v[2], v[3]);
		return digits;
	}
	return put_dots(out, cap, v);
}

/* "-XXvvvv-": most clients of today. */
static bool name_azureus(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	char version[24];
	size_t i;

	if (id[0] != '-' || !is_alnum(id[1]) || !is_alnum(id[2]))
		return false;
	for (i = 0; i < COUNT(clients); i++)
		if (memcmp(clients[i].code, id + 1, 2) == 0)
			break;
	if (i == COUNT(clients))
		snprintf(out, PEER_CLIENT_MAX, "unknown %c%c", id[1], id[2]);
	else if (put_version(version, sizeof version, &clients[i], id + 3))
		snprintf(out, PEER_CLIENT_MAX, "%s %s", clients[i].name,
			version);
	else
		snprintf(out, PEER_CLIENT_MAX, "%s", clients[i].name);
	return true;
}

/*
 * Two or three numbers of up to three digits, each followed by '-'; what
 * comes behind them is chance.  "1-36-0-" gives "1.36.0".
 */
static bool read_dashed(const uint8_t *p, size_t n, char version[24])
{
	size_t i, len = 0, digits = 0, parts = 0, end = 0;

	for (i = 0; i < n && parts < 3; i++) {
		if (is_digit(p[i]) && digits < 3) {
			version[len++] = (char)p[i];
			digits++;
			continue;
		}
		if (p[i] != '-' || digits == 0)
			break;
		end = len;
		version[len++] = '.';
		digits = 0;
		parts++;
	}
	version[end] = '\0';
	return parts >= 2;
}

static bool name_dashed(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	char version[24];
	size_t i, n;

	for (i = 0; i < COUNT(dashed); i++) {
		n = strlen(dashed[i].prefix);
		if (!begins(id, dashed[i].prefix))
			continue;
		if (!read_dashed(id + n, PEER_ID_LEN - n, version))
			continue;
		snprintf(out, PEER_CLIENT_MAX, "%s %s", dashed[i].name,
			version);
		return true;
	}
	return false;
}

/* "XBT054d-": three digits, then 'd' in a debug build. */
static bool name_xbt(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	if (!begins(id, "XBT") || !is_digit(id[3]) || !is_digit(id[4]) ||
		!is_digit(id[5]))
		return false;
	snprintf(out, PEER_CLIENT_MAX, "XBT %c.%c.%c", id[3], id[4], id[5]);
	return true;
}

/* "exbc" and two raw bytes of version: old BitComet, and BitLord. */
static bool name_exbc(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	if (!begins(id, "exbc"))
		return false;
	snprintf(out, PEER_CLIENT_MAX, "%s %u.%02u",
		begins(id + 6, "LORD") ? "BitLord" : "BitComet",
		(unsigned)id[4], (unsigned)id[5]);
	return true;
}

/* "-ML2.7.2-": the version is spelt out. */
static bool name_mldonkey(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	size_t n = 3;

	if (!begins(id, "-ML") || !is_digit(id[3]))
		return false;
	while (n < PEER_ID_LEN && (is_digit(id[n]) || id[n] == '.'))
		n++;
	snprintf(out, PEER_CLIENT_MAX, "MLDonkey %.*s", (int)(n - 3),
		(const char *)id + 3);
	return true;
}

/* "T03I--": the version is padded with dashes to five, three more follow. */
static bool name_shadow(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	size_t i, n, len;

	if (!is_alnum(id[1]) ||
		(!begins(id + 4, "--") && !begins(id + 6, "--")))
		return false;
	for (i = 0; i < COUNT(shadows); i++)
		if (shadows[i].letter == (char)id[0])
			break;
	if (i == COUNT(shadows))
		return false;
	len = (size_t)snprintf(out, PEER_CLIENT_MAX, "%s ", shadows[i].name);
	for (n = 1; n <= 5 && is_alnum(id[n]); n++)
		len += (size_t)snprintf(out + len, PEER_CLIENT_MAX - len,
			n > 1 ? ".%d" : "%d", base36(id[n]));
	return true;
}

static bool name_word(const uint8_t *id, char out[PEER_CLIENT_MAX])
{
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		if (!begins(id, words[i].prefix))
			continue;
		snprintf(out, PEER_CLIENT_MAX, "%s", words[i].name);
		return true;
	}
	return false;
}

void peer_id_client(const uint8_t id[PEER_ID_LEN], char out[PEER_CLIENT_MAX])
{
	if (name_mldonkey(id, out) || name_word(id, out) ||
		name_azureus(id, out) || name_dashed(id, out) ||
		name_xbt(id, out) || name_exbc(id, out) || name_shadow(id, out))
		return;
	snprintf(out, PEER_CLIENT_MAX, "unknown");
}

bool peer_id_takes_one_question(const uint8_t id[PEER_ID_LEN])
{
	return memcmp(id, "-lt", 3) == 0;
}
