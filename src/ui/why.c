/*
 * why.c - see why.h.
 */
#include "ui/why.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

enum state_sign why_sign(const struct torrent_row *row)
{
	switch (row->state) {
	case TORRENT_PAUSED:
		return row->why.kind == WHY_FINISHED ? SIGN_FINISHED
		                                     : SIGN_PAUSED;
	case TORRENT_QUEUED:
		return SIGN_QUEUED;
	case TORRENT_LOADING:
	case TORRENT_CHECKING:
		return SIGN_CHECK;
	case TORRENT_FETCHING:
		return SIGN_META;
	case TORRENT_LEECHING:
		return row->down_bps ? SIGN_DOWN : SIGN_STALLED;
	case TORRENT_SEEDING:
		if (row->why.kind == WHY_FINISHED)
			return SIGN_FINISHED;
		return row->up_bps ? SIGN_SEED : SIGN_IDLE;
	case TORRENT_FAULTY:
		break;
	}
	return SIGN_ERROR;
}

enum role why_role(enum state_sign sign)
{
	static const uint8_t roles[SIGN_COUNT] = {
		[SIGN_DOWN] = ROLE_DOWN,
		[SIGN_STALLED] = ROLE_WARN,
		[SIGN_SEED] = ROLE_OK,
		[SIGN_IDLE] = ROLE_OK,
		[SIGN_META] = ROLE_META,
		[SIGN_CHECK] = ROLE_META,
		[SIGN_QUEUED] = ROLE_DIM,
		[SIGN_PAUSED] = ROLE_DIM,
		[SIGN_ERROR] = ROLE_ERR,
		[SIGN_FINISHED] = ROLE_OK,
	};

	return (enum role)roles[sign];
}

const char *why_word(enum state_sign sign)
{
	static const char *const words[SIGN_COUNT] = {
		[SIGN_DOWN] = "downloading",
		[SIGN_STALLED] = "stalled",
		[SIGN_SEED] = "seeding",
		[SIGN_IDLE] = "idle",
		[SIGN_META] = "metadata",
		[SIGN_CHECK] = "checking",
		[SIGN_QUEUED] = "queued",
		[SIGN_PAUSED] = "paused",
		[SIGN_ERROR] = "error",
		[SIGN_FINISHED] = "finished",
	};

	return words[sign];
}

/* A sentence that grows by clauses, cut where the buffer ends. */
struct sentence {
	char *out;
	size_t cap, len;
};

static void say(struct sentence *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct sentence *s, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(s->out + s->len, s->cap - s->len, fmt, args);
	va_end(args);
	if (n > 0)
		s->len += (size_t)n;
	if (s->len >= s->cap)
		s->len = s->cap - 1;
}

static void say_copies(struct sentence *s, const struct torrent_row *row)
{
	char copies[FORMAT_MAX];

	format_copies(copies, row->avail_milli);
	if (*copies)
		say(s, " · %s copies in the swarm", copies);
}

static void say_announce(struct sentence *s, const struct torrent_row *row)
{
	uint32_t left = row->why.next_announce_s;

	if (left == UINT32_MAX)
		return;
	if (left < 60)
		say(s, " · next announce in %us", left);
	else
		say(s, " · next announce %u min", left / 60);
}

static void say_eta(struct sentence *s, const struct torrent_row *row,
	int64_t wall_s)
{
	char left[FORMAT_MAX], clock[FORMAT_MAX];

	/* The average still moves when nothing does any more. */
	if (row->eta_s == UINT32_MAX || !row->eta_s || !row->down_bps)
		return;
	format_duration(left, row->eta_s);
	format_clock(clock, wall_s + row->eta_s);
	if (row->eta_s < 12 * 3600)
		say(s, " · %s left, done at %s", left, clock);
	else
		say(s, " · %s left", left);
}

/* Said of those who wait for peers. */
static void say_dht(struct sentence *s, const struct torrent_row *row)
{
	if (!row->dht_asked && !row->dht_running)
		return;
	if (!row->dht_asked)
		say(s, " · asking the DHT");
	else
		say(s, " · DHT asked %u node%s", row->dht_asked,
			format_s(row->dht_asked));
	if (row->dht_found)
		say(s, ", found %u peer%s", row->dht_found,
			format_s(row->dht_found));
	else if (row->dht_asked && !row->dht_running)
		say(s, " and found nobody");
}

static bool waits_for_peers(const struct torrent_row *row)
{
	switch (row->why.kind) {
	case WHY_NO_PEERS_KNOWN:
	case WHY_CONNECTING:
	case WHY_NONE_ANSWERS:
	case WHY_NOBODY_HAS:
	case WHY_TRACKER_DOWN:
		return true;
	default:
		return row->state == TORRENT_FETCHING;
	}
}

static unsigned long long num(uint64_t v)
{
	return (unsigned long long)v;
}

static void say_leeching(struct sentence *s, const struct torrent_row *row,
	enum units units)
{
	const struct why *w = &row->why;
	char text[FORMAT_MAX], copies[FORMAT_MAX];

	switch (w->kind) {
	case WHY_NO_PEERS_KNOWN:
		say(s, "stalled: no peers known yet");
		break;
	case WHY_CONNECTING:
		say(s, "stalled: connecting to %llu of %llu known peer%s",
			num(w->a), num(w->b), format_s(w->b));
		break;
	case WHY_NONE_ANSWERS:
		say(s, "stalled: none of %llu known peer%s answers", num(w->b),
			format_s(w->b));
		break;
	case WHY_ALL_CHOKE:
		say(s,
			"stalled: %llu peer%s %s what is missing, none sends "
			"it to us yet",
			num(w->a), format_s(w->a), w->a == 1 ? "has" : "have");
		break;
	case WHY_NOBODY_HAS:
		format_copies(copies, row->avail_milli);
		say(s,
			"stalled: no connected peer has %llu of the pieces "
			"still missing",
			num(w->a));
		if (*copies)
			say(s, " (%s copies)", copies);
		break;
	case WHY_TRACKER_DOWN:
		say(s, "stalled: no peers, and none of %llu tracker%s answers",
			num(w->a), format_s(w->a));
		break;
	case WHY_DISK_BUSY:
		format_size(text, w->a, units);
		say(s, "downloading: waiting for the disk, %s to write", text);
		break;
	case WHY_LIMITED:
		format_rate(text, w->a, units);
		say(s, "downloading, held back by the limit of %s", text);
		break;
	case WHY_SLOW_PEERS:
		say(s, "downloading: %llu of %llu peers send slowly", num(w->a),
			num(w->a + w->b));
		break;
	case WHY_DOWNLOADING:
		say(s, "downloading from %llu of %llu peer%s", num(w->a),
			num(w->b), format_s(w->b));
		break;
	default:
		say(s, row->down_bps ? "downloading" : "stalled");
		if (row->peers)
			say(s, ": %u peer%s connected", row->peers,
				format_s(row->peers));
		break;
	}
}

static void say_seeding(struct sentence *s, const struct torrent_row *row)
{
	char ratio[FORMAT_MAX];
	uint64_t connected = row->why.kind == WHY_SEEDING     ? row->why.b
	                     : row->why.kind == WHY_SEED_IDLE ? row->why.a
	                                                      : row->peers;

	format_ratio(ratio, row->up_bytes, row->down_bytes);
	if (row->why.kind == WHY_FINISHED)
		say(s, "finished · p seeds again");
	else if (row->why.kind == WHY_SEEDING && row->why.a)
		say(s, "seeding to %llu of %llu peer%s", num(row->why.a),
			num(connected), format_s(connected));
	else if (connected)
		say(s, "seeding: nobody asks · %llu peer%s connected",
			num(connected), format_s(connected));
	else
		say(s, "seeding: idle, no peer is connected");
	if (*ratio)
		say(s, " · ratio %s", ratio);
}

static void say_metadata(struct sentence *s, const struct torrent_row *row)
{
	const struct why *w = &row->why;
	uint64_t peers = w->kind == WHY_METADATA ? w->c : row->peers;

	say(s, "fetching the file list (metadata): ");
	if (w->kind == WHY_METADATA && w->b)
		say(s, "%llu of %llu part%s from %llu peer%s", num(w->a),
			num(w->b), format_s(w->b), num(peers), format_s(peers));
	else if (peers)
		say(s, "asking %llu peer%s", num(peers), format_s(peers));
	else if (w->kind == WHY_CONNECTING)
		say(s, "connecting to %llu of %llu known peer%s", num(w->a),
			num(w->b), format_s(w->b));
	else if (w->kind == WHY_TRACKER_DOWN)
		say(s, "no peers, and none of %llu tracker%s answers",
			num(w->a), format_s(w->a));
	else if (w->kind == WHY_NONE_ANSWERS)
		say(s, "none of %llu known peer%s answers", num(w->b),
			format_s(w->b));
	else
		say(s, "no peers known yet");
}

static void say_checking(struct sentence *s, const struct torrent_row *row,
	enum units units)
{
	const struct why *w = &row->why;
	uint64_t done = w->kind == WHY_CHECKING ? w->a : row->check_done;
	uint64_t all = w->kind == WHY_CHECKING ? w->b : row->npieces;
	char percent[FORMAT_MAX], rate[FORMAT_MAX], left[FORMAT_MAX];

	format_percent(percent, done, all);
	say(s, "checking data: %s", percent);
	if (w->kind != WHY_CHECKING)
		return;
	if (w->d) {
		uint64_t secs = (all - (done < all ? done : all)) *
		                row->piece_length / w->d;

		format_rate(rate, w->d, units);
		format_duration(left,
			secs < UINT32_MAX ? (uint32_t)secs : UINT32_MAX);
		say(s, ", %s, %s left", rate, left);
	}
	if (w->c)
		say(s, " · %llu bad piece%s so far", num(w->c), format_s(w->c));
}

void why_text(char *out, size_t cap, const struct torrent_row *row,
	int64_t wall_s, enum units units)
{
	struct sentence s = {out, cap, 0};

	out[0] = '\0';
	switch (row->state) {
	case TORRENT_PAUSED:
		if (row->why.kind == WHY_FINISHED)
			say(&s, "finished · p seeds again");
		else if (row->why.kind == WHY_CHOOSE)
			say(&s, "the file list is here: Enter chooses files, p "
				"takes what is marked");
		else
			say(&s, "paused · p resumes");
		return;
	case TORRENT_QUEUED:
		say(&s,
			"queued: number %u, starts when another one ends · { } "
			"moves it",
			row->place);
		return;
	case TORRENT_LOADING:
		say(&s, "checking what is on the disk");
		return;
	case TORRENT_FETCHING:
		say_metadata(&s, row);
		break;
	case TORRENT_CHECKING:
		say_checking(&s, row, units);
		return;
	case TORRENT_LEECHING:
		say_leeching(&s, row, units);
		say_eta(&s, row, wall_s);
		if (row->why.kind != WHY_NOBODY_HAS)
			say_copies(&s, row);
		break;
	case TORRENT_SEEDING:
		say_seeding(&s, row);
		break;
	case TORRENT_FAULTY:
		say(&s, "error: %s · p tries again",
			row->fault.what[0] ? row->fault.what
					   : err_str(row->fault.code));
		return;
	}
	if (waits_for_peers(row))
		say_dht(&s, row);
	say_announce(&s, row);
}

void why_short(char *out, size_t cap, const struct torrent_row *row)
{
	const struct fault *f = &row->fault;
	const char *text = "error";

	out[0] = '\0';
	if (row->state != TORRENT_FAULTY)
		return;
	if (f->os == ENOSPC || f->os == EDQUOT)
		text = "disk full";
	else if (f->os == EACCES || f->os == EPERM || f->os == EROFS)
		text = "not allowed";
	else if (f->os == ENOENT)
		text = "files gone";
	else if (f->code == ERR_DISK)
		text = "disk error";
	else if (f->code == ERR_HASH)
		text = "bad data";
	snprintf(out, cap, "! %s", text);
}
