/*
 * decoder.c - see decoder.h.
 */
#include "ui/decoder.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define PARAMS_MAX 4
#define PARAM_LIMIT 100000u /* larger numbers mean nothing to us */
#define SEQUENCE_MAX 64     /* bytes of one control sequence */
#define EVENTS_MAX 4096     /* unread; more are dropped */
#define LATE_MS 3000        /* patience with a sequence after its Esc */

enum decoder_state {
	GROUND_STATE,
	UTF8_REST, /* inside a character */
	ESC_SEEN,
	CSI_SEEN,
	SS3_SEEN,
	X10_MOUSE,   /* three bytes follow */
	STRING_SEEN, /* OSC, DCS, APC, PM: until ST or BEL */
	STRING_ESC,
	PASTE_TEXT,
};

struct event {
	struct input in;
	char *paste; /* owned; NULL but for INPUT_PASTE */
};

struct decoder {
	enum decoder_state state;
	uint32_t esc_ms;
	uint64_t deadline;
	uint8_t pending[4]; /* UTF8_REST, X10_MOUSE */
	size_t npending;
	char prefix; /* CSI: '<', '?', '>', '=' or 0 */
	unsigned params[PARAMS_MAX];
	size_t nparams;
	size_t length;  /* of the sequence so far */
	bool strange;   /* it has intermediate bytes: swallow it */
	bool alt;       /* the character follows an Esc */
	size_t matched; /* bytes of the paste's end marker */
	/* Esc timed out just before: what looks like the rest of a sequence
	 * is one that came very slowly, and no typing. */
	bool late;
	struct buf paste;
	char *shown; /* the paste last handed out */
	struct event *events;
	size_t first, nevents, cap;
};

static const char paste_end[] = "\033[201~";

struct decoder *decoder_new(uint32_t esc_ms)
{
	struct decoder *d = mem_zero(sizeof *d);

	d->esc_ms = esc_ms;
	d->deadline = DECODER_NEVER;
	return d;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	for (size_t i = d->first; i < d->nevents; i++)
		mem_free(d->events[i].paste);
	buf_free(&d->paste);
	mem_free(d->shown);
	mem_free(d->events);
	mem_free(d);
}

static void push_event(struct decoder *d, struct event ev)
{
	if (d->first == d->nevents)
		d->first = d->nevents = 0;
	if (d->nevents - d->first >= EVENTS_MAX) {
		mem_free(ev.paste);
		return;
	}
	d->events =
		mem_grow(d->events, &d->cap, d->nevents + 1, sizeof *d->events);
	d->events[d->nevents++] = ev;
}

static void push(struct decoder *d, struct input in)
{
	push_event(d, (struct event){.in = in});
}

static void push_key(struct decoder *d, int32_t key, unsigned mods)
{
	if (d->alt)
		mods |= MOD_ALT;
	d->alt = false;
	push(d, (struct input){.kind = INPUT_KEY, .key = key, .mods = mods});
}

static void rest(struct decoder *d)
{
	d->state = GROUND_STATE;
	d->deadline = DECODER_NEVER;
	d->npending = 0;
	d->alt = false;
}

/* Wait for more, but not for ever. */
static void wait(struct decoder *d, enum decoder_state state, uint64_t now)
{
	d->state = state;
	d->deadline = now + d->esc_ms;
}

/* --- characters --------------------------------------------------------- */

static void begin_csi(struct decoder *d, uint64_t deadline)
{
	memset(d->params, 0, sizeof d->params);
	d->nparams = 0;
	d->prefix = 0;
	d->length = 0;
	d->strange = false;
	d->state = CSI_SEEN;
	d->deadline = deadline;
}

static void ground_byte(struct decoder *d, uint8_t c, uint64_t now)
{
	bool late = d->late;

	d->late = false;
	if (late && c == '[') {
		begin_csi(d, now + LATE_MS);
		d->strange = true;
	} else if (late && c == 'O') {
		d->state = SS3_SEEN;
		d->deadline = now + LATE_MS;
		d->strange = true;
	} else if (c == 0x1b) {
		d->alt = false;
		wait(d, ESC_SEEN, now);
	} else if (c < 0x80) {
		/* Backspace comes as either; a line feed is Ctrl-J. */
		push_key(d, c == 0x08 ? KEY_BACKSPACE_CHAR : c, 0);
		rest(d);
	} else if (c >= 0xc2 && c <= 0xf4) {
		d->pending[0] = c;
		d->npending = 1;
		wait(d, UTF8_REST, now);
	} else {
		rest(d);
	}
}

/* Returns false when c does not continue the character and must be looked at
 * again. */
static bool utf8_byte(struct decoder *d, uint8_t c)
{
	size_t need = d->pending[0] < 0xe0 ? 2 : d->pending[0] < 0xf0 ? 3 : 4;
	size_t used;
	uint32_t value;

	if ((c & 0xc0) != 0x80) {
		rest(d);
		return false;
	}
	d->pending[d->npending++] = c;
	if (d->npending < need)
		return true;
	value = utf8_decode(span_of(d->pending, need), &used);
	if (value != UTF8_BAD && used == need)
		push_key(d, (int32_t)value, 0);
	rest(d);
	return true;
}

/* --- control sequences -------------------------------------------------- */

static unsigned mods_of(unsigned param)
{
	/* xterm: 1 + shift 1, alt 2, ctrl 4. */
	return param > 1 ? (param - 1) & 7 : 0;
}

static int32_t letter_key(uint8_t c)
{
	switch (c) {
	case 'A':
		return KEY_UP_ARROW;
	case 'B':
		return KEY_DOWN_ARROW;
	case 'C':
		return KEY_RIGHT_ARROW;
	case 'D':
		return KEY_LEFT_ARROW;
	case 'H':
		return KEY_HOME_KEY;
	case 'F':
		return KEY_END_KEY;
	case 'M':
		return KEY_ENTER_CHAR; /* SS3: keypad Enter */
	case 'P':
	case 'Q':
	case 'R':
	case 'S':
		return KEY_F1 + (c - 'P');
	case 'Z':
		return KEY_BACK_TAB;
	default:
		return 0;
	}
}

static int32_t tilde_key(unsigned n)
{
	static const int32_t keys[] = {
		[1] = KEY_HOME_KEY,
		[2] = KEY_INSERT,
		[3] = KEY_DELETE,
		[4] = KEY_END_KEY,
		[5] = KEY_PAGE_UP,
		[6] = KEY_PAGE_DOWN,
		[7] = KEY_HOME_KEY,
		[8] = KEY_END_KEY,
		[11] = KEY_F1,
		[12] = KEY_F2,
		[13] = KEY_F3,
		[14] = KEY_F4,
		[15] = KEY_F5,
		[17] = KEY_F6,
		[18] = KEY_F7,
		[19] = KEY_F8,
		[20] = KEY_F9,
		[21] = KEY_F10,
		[23] = KEY_F11,
		[24] = KEY_F12,
	};

	return n < sizeof keys / sizeof keys[0] ? keys[n] : 0;
}

static void push_mouse(struct decoder *d, unsigned code, unsigned x, unsigned y)
{
	struct input in = {.kind = INPUT_MOUSE};

	/* Motion (32) and the extra buttons are not asked for. */
	if (code & 32 || code >= 128 || x == 0 || y == 0)
		return;
	if (code & 64)
		in.button = code & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	else if ((code & 3) < 3)
		in.button = (enum mouse_button)(code & 3);
	else
		return; /* a release in the old form */
	if (code & 64 && (code & 3) > 1)
		return; /* sideways wheel */
	in.mods = (code & 4 ? MOD_SHIFT : 0u) | (code & 8 ? MOD_ALT : 0u) |
	          (code & 16 ? MOD_CTRL : 0u);
	in.x = (int)x - 1;
	in.y = (int)y - 1;
	push(d, in);
}

static void plain_csi(struct decoder *d, uint8_t c)
{
	unsigned mods = d->nparams > 1 ? mods_of(d->params[1]) : 0;
	int32_t key;

	/* One parameter with R is the answer to "where is the cursor?". */
	if (c == 'R' && d->nparams > 1 && d->params[0] != 1)
		return;
	if (c == 'I' || c == 'O') {
		push(d, (struct input){.kind = INPUT_FOCUS, .key = c == 'I'});
		return;
	}
	key = c == '~' ? tilde_key(d->params[0]) : letter_key(c);
	if (c == 'M')
		key = 0;
	if (key)
		push_key(d, key, mods);
}

static void end_csi(struct decoder *d, uint8_t c, uint64_t now)
{
	bool strange = d->strange;

	if (!strange && !d->prefix && c == '~' && d->params[0] == 200) {
		d->paste.len = 0;
		d->matched = 0;
		d->alt = false;
		d->state = PASTE_TEXT;
		d->deadline = now + PASTE_TIMEOUT_MS;
		return;
	}
	if (!strange && !d->prefix && c == 'M' && d->nparams == 0) {
		wait(d, X10_MOUSE, now);
		d->npending = 0;
		return;
	}
	if (!strange && d->prefix == '<' && c == 'M' && d->nparams == 3)
		push_mouse(d, d->params[0], d->params[1], d->params[2]);
	else if (!strange && d->prefix == '[' && c >= 'A' && c <= 'E')
		push_key(d, KEY_F1 + (c - 'A'), 0);
	else if (!strange && !d->prefix)
		plain_csi(d, c);
	rest(d);
}

static void csi_digit(struct decoder *d, uint8_t c)
{
	unsigned *p;

	if (d->nparams == 0)
		d->nparams = 1;
	if (d->nparams > PARAMS_MAX)
		return;
	p = &d->params[d->nparams - 1];
	if (*p < PARAM_LIMIT)
		*p = *p * 10 + (unsigned)(c - '0');
}

static void csi_next_param(struct decoder *d)
{
	if (d->nparams == 0)
		d->nparams = 1;
	if (d->nparams <= PARAMS_MAX)
		d->nparams++;
}

static bool csi_byte(struct decoder *d, uint8_t c, uint64_t now)
{
	if (c < 0x20 || c > 0x7e) {
		/* A control inside a sequence: it was broken off. */
		rest(d);
		return false;
	}
	d->deadline = now + (d->strange ? LATE_MS : d->esc_ms);
	if (c >= '0' && c <= '9')
		csi_digit(d, c);
	else if (c == ';' || c == ':')
		csi_next_param(d);
	else if (d->length == 0 && c >= '<' && c <= '?')
		d->prefix = (char)c;
	else if (c == '[' && d->length == 0)
		d->prefix = '['; /* Linux console F1: ESC [ [ A */
	else if (c >= 0x40)
		end_csi(d, c, now);
	else if (c == '$')
		end_csi(d, '~', now); /* rxvt with shift */
	else
		d->strange = true;
	if (d->state == CSI_SEEN && ++d->length > SEQUENCE_MAX)
		rest(d);
	return true;
}

static bool esc_byte(struct decoder *d, uint8_t c, uint64_t now)
{
	switch (c) {
	case '[':
		begin_csi(d, now + d->esc_ms);
		return true;
	case 'O':
		d->strange = false;
		wait(d, SS3_SEEN, now);
		return true;
	case ']':
	case 'P':
	case '_':
	case '^':
		wait(d, STRING_SEEN, now);
		d->length = 0;
		return true;
	case 0x1b:
		push_key(d, KEY_ESC_CHAR, 0);
		wait(d, ESC_SEEN, now);
		return true;
	default:
		rest(d);
		d->alt = true;
		return false;
	}
}

static bool ss3_byte(struct decoder *d, uint8_t c, uint64_t now)
{
	int32_t key = d->strange ? 0 : letter_key(c);

	/* Some terminals put a modifier before the letter. */
	if (c >= '0' && c <= '9') {
		wait(d, SS3_SEEN, now);
		return true;
	}
	rest(d);
	if (c < 0x20 || c > 0x7e)
		return false;
	if (key)
		push_key(d, key, 0);
	return true;
}

static void x10_byte(struct decoder *d, uint8_t c)
{
	d->pending[d->npending++] = c;
	if (d->npending < 3)
		return;
	if (d->pending[0] >= 32 && d->pending[1] > 32 && d->pending[2] > 32)
		push_mouse(d, d->pending[0] - 32u, d->pending[1] - 32u,
			d->pending[2] - 32u);
	rest(d);
}

static void string_byte(struct decoder *d, uint8_t c, uint64_t now)
{
	d->deadline = now + d->esc_ms;
	if (c == 0x07 || (d->state == STRING_ESC && c == '\\'))
		rest(d);
	else
		d->state = c == 0x1b ? STRING_ESC : STRING_SEEN;
}

/* --- paste -----------------------------------------------------------------
 */

static void paste_keep(struct decoder *d, struct span s)
{
	size_t room = PASTE_MAX - d->paste.len;

	buf_add(&d->paste, span_of(s.p, s.n < room ? s.n : room));
}

/* Printable text of the paste: no controls but '\n', well-formed UTF-8. */
static void paste_clean(struct decoder *d, struct buf *out)
{
	struct span left = buf_span(&d->paste);
	size_t used;

	out->len = 0;
	while (left.n) {
		uint32_t c = utf8_decode(left, &used);
		/* CR LF is one line end. */
		bool second =
			c == '\n' && left.p > d->paste.p && left.p[-1] == '\r';

		if (c == '\n' || c == '\r')
			buf_add(out, span_of("\n", !second));
		else if (c == '\t')
			buf_add_byte(out, ' ');
		else if (c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0) &&
			 c != UTF8_BAD)
			buf_add(out, span_of(left.p, used));
		left.p += used;
		left.n -= used;
	}
	buf_add_byte(out, '\0');
}

static void end_paste(struct decoder *d)
{
	struct buf text = {0};

	paste_clean(d, &text);
	if (text.len > 1)
		push_event(d,
			(struct event){{.kind = INPUT_PASTE}, (char *)text.p});
	else
		buf_free(&text);
	d->paste.len = 0;
	rest(d);
}

static void paste_byte(struct decoder *d, uint8_t c, uint64_t now)
{
	d->deadline = now + PASTE_TIMEOUT_MS;
	if (c == (uint8_t)paste_end[d->matched]) {
		if (paste_end[++d->matched] == '\0')
			end_paste(d);
		return;
	}
	paste_keep(d, span_of(paste_end, d->matched));
	d->matched = c == 0x1b;
	if (!d->matched)
		paste_keep(d, span_of(&c, 1));
}

/* --- the machine ------------------------------------------------------------
 */

/* Returns false when the byte ended something and must be looked at again. */
static bool step(struct decoder *d, uint8_t c, uint64_t now)
{
	switch (d->state) {
	case UTF8_REST:
		return utf8_byte(d, c);
	case ESC_SEEN:
		return esc_byte(d, c, now);
	case CSI_SEEN:
		return csi_byte(d, c, now);
	case SS3_SEEN:
		return ss3_byte(d, c, now);
	case X10_MOUSE:
		x10_byte(d, c);
		return true;
	case STRING_SEEN:
	case STRING_ESC:
		string_byte(d, c, now);
		return true;
	case PASTE_TEXT:
		paste_byte(d, c, now);
		return true;
	case GROUND_STATE:
		break;
	}
	ground_byte(d, c, now);
	return true;
}

void decoder_feed(struct decoder *d, struct span bytes, uint64_t now)
{
	for (size_t i = 0; i < bytes.n; i++)
		while (!step(d, bytes.p[i], now))
			;
}

bool decoder_next(struct decoder *d, struct input *out)
{
	struct event *ev;

	mem_free(d->shown);
	d->shown = NULL;
	if (d->first == d->nevents)
		return false;
	ev = &d->events[d->first++];
	*out = ev->in;
	d->shown = ev->paste;
	out->text = ev->paste;
	return true;
}

uint64_t decoder_deadline(const struct decoder *d)
{
	return d->deadline;
}

void decoder_tick(struct decoder *d, uint64_t now)
{
	if (now < d->deadline)
		return;
	if (d->state == PASTE_TEXT) {
		end_paste(d);
		return;
	}
	if (d->state == ESC_SEEN) {
		push_key(d, KEY_ESC_CHAR, 0);
		d->late = true;
	}
	rest(d);
}
