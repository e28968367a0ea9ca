/*
 * term.c - see term.h.
 */
#include "ui/term.h"

#include <assert.h>
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "base/mem.h"
#include "base/utf8.h"

/* NOLINTBEGIN(concurrency-mt-unsafe): the environment is read and set on the
 * loop thread alone, and no worker looks at it. */

/* curses calls these names its own. */
#undef lines
#undef columns

#define PAIRS_MAX 600
#define SLOT_FIRST 16 /* palette numbers below it are the terminal's own */
#define RESTORE_MAX 512
#define SYNC_BYTES 256 /* frames above this size are bracketed as one */
#define CLOSE_WAIT_MS 200
#define COPY_PENDING_MAX (1u << 18) /* bytes not taken yet */

static const char modes_on[] = "\033[?2004h\033[?1004h";
static const char mouse_on[] = "\033[?1000h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1000l";
static const char modes_off[] = "\033[?1004l\033[?2004l\033[?1006l\033[?1000l";
static const char sync_begin[] = "\033[?2026h";
static const char sync_end[] = "\033[?2026l";

struct term {
	int tty;
	int mem;
	FILE *mem_file;
	FILE *in_file; /* curses wants one; nothing is read through it */
	SCREEN *screen;
	struct termios found;
	bool has_modes; /* mouse, paste, focus: an xterm-like terminal */
	bool mouse;     /* is to be ours */
	bool has_mouse; /* it is, as the terminal was told */
	bool suspended;
	bool has_started_color; /* cannot be taken back */
	const struct theme *theme;
	enum depth depth;
	enum glyph_tier tier;
	struct grid shown; /* what curses was told last */
	bool repaint;
	struct {
		int fg, bg;
	} pairs[PAIRS_MAX];
	int npairs;
	struct buf out; /* on its way to the terminal */
	size_t sent;
	uint64_t bytes;   /* put out in all, flushed or not */
	int saved_stderr; /* -1: not redirected */
};

/*
 * What the crash handlers need, in memory that is always there.  All of it is
 * written before `armed` is set.
 */
static struct {
	volatile sig_atomic_t armed;
	int tty;
	int saved_stderr;
	struct termios found;
	char bytes[RESTORE_MAX];
	size_t len;
} restore;

/* --- what the terminal can
 * --------------------------------------------------------- */

static bool begins(const char *s, const char *front)
{
	return s && strncmp(s, front, strlen(front)) == 0;
}

static bool is_plain_terminal(const char *name)
{
	return begins(name, "linux") || begins(name, "vt") ||
	       begins(name, "cons") || begins(name, "dumb");
}

static enum depth depth_of_terminfo(void)
{
	int colors = tigetnum("colors");
	const char *colorterm = getenv("COLORTERM");
	bool rgb = colorterm && (strcmp(colorterm, "truecolor") == 0 ||
					strcmp(colorterm, "24bit") == 0);

	if (colors >= 256)
		return rgb ? DEPTH_TRUE : DEPTH_256;
	return colors >= 16 ? DEPTH_16 : colors >= 8 ? DEPTH_8 : DEPTH_MONO;
}

/* The setting wins, but never asks for more than the terminal can. */
static enum depth choose_depth(const char *setting)
{
	static const struct {
		const char *word;
		enum depth depth;
	} words[] = {
		{"mono", DEPTH_MONO},
		{"none", DEPTH_MONO},
		{"8", DEPTH_8},
		{"16", DEPTH_16},
		{"256", DEPTH_256},
	};
	enum depth best = depth_of_terminfo();
	const char *no_color = getenv("NO_COLOR");

	if (setting && strcmp(setting, "truecolor") == 0)
		return best >= DEPTH_256 ? DEPTH_TRUE : best;
	for (size_t i = 0; setting && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].word, setting) == 0)
			return words[i].depth < best ? words[i].depth : best;
	if (no_color && *no_color)
		return DEPTH_MONO;
	return best;
}

static enum glyph_tier choose_tier(const char *setting, const char *name)
{
	bool utf8 = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;

	/* Without a UTF-8 locale curses could not put them out. */
	if (!utf8 || (setting && strcmp(setting, "ascii") == 0))
		return TIER_ASCII;
	if (setting && strcmp(setting, "console") == 0)
		return TIER_CONSOLE;
	if (setting && strcmp(setting, "utf8") == 0)
		return TIER_UTF8;
	return is_plain_terminal(name) ? TIER_CONSOLE : TIER_UTF8;
}

/* --- colours
 * ------------------------------------------------------------------------- */

static void forget_pairs(struct term *t)
{
	t->npairs = 0;
	t->repaint = true;
}

/* Palette numbers of a role and a ground; slots of our own at DEPTH_TRUE. */
static struct style style_of(const struct term *t, const struct cell *c)
{
	struct style s = theme_style(t->theme, t->depth, (enum role)c->role,
		(enum ground)c->ground, c->attrs);

	if (t->depth != DEPTH_TRUE)
		return s;
	if (s.fg != COLOR_DEFAULT)
		s.fg = SLOT_FIRST + c->role;
	if (s.bg != COLOR_DEFAULT)
		s.bg = SLOT_FIRST + ROLE_COUNT + c->ground;
	return s;
}

static int pair_of(struct term *t, int fg, int bg)
{
	if (t->depth == DEPTH_MONO || (fg < 0 && bg < 0))
		return 0;
	for (int i = 0; i < t->npairs; i++)
		if (t->pairs[i].fg == fg && t->pairs[i].bg == bg)
			return i + 1;
	if (t->npairs == PAIRS_MAX || t->npairs + 1 >= COLOR_PAIRS ||
		init_extended_pair(t->npairs + 1, fg, bg) == ERR)
		return 0;
	t->pairs[t->npairs].fg = fg;
	t->pairs[t->npairs].bg = bg;
	return ++t->npairs;
}

static attr_t curses_attrs(uint8_t attrs)
{
	return (attrs & ATTR_BOLD ? A_BOLD : A_NORMAL) |
	       (attrs & ATTR_DIM ? A_DIM : A_NORMAL) |
	       (attrs & ATTR_UNDERLINE ? A_UNDERLINE : A_NORMAL) |
	       (attrs & ATTR_REVERSE ? A_REVERSE : A_NORMAL);
}

/* The theme's colour behind slot n; -1 when it is none of ours. */
static int32_t slot_rgb(const struct term *t, unsigned n)
{
	struct style s;

	if (n < SLOT_FIRST || n >= SLOT_FIRST + ROLE_COUNT + GROUND_COUNT)
		return -1;
	n -= SLOT_FIRST;
	if (n < ROLE_COUNT)
		s = theme_style(t->theme, DEPTH_TRUE, (enum role)n, GROUND_NONE,
			0);
	else
		s = theme_style(t->theme, DEPTH_TRUE, ROLE_TEXT,
			(enum ground)(n - ROLE_COUNT), 0);
	return n < ROLE_COUNT ? s.fg : s.bg;
}

/*
 * Put the bytes of a frame into the queue.  At DEPTH_TRUE palette numbers
 * become colours: "38;5;N" is written as "38;2;R;G;B", because no terminfo
 * entry of a plain system can say it.
 */
static void queue_bytes(struct term *t, struct span s)
{
	size_t i = 0, from = 0;

	if (t->depth != DEPTH_TRUE) {
		buf_add(&t->out, s);
		return;
	}
	while (i + 5 < s.n) {
		unsigned n = 0;
		size_t end = i + 5;
		int32_t rgb;

		if ((memcmp(s.p + i, "38;5;", 5) != 0 &&
			    memcmp(s.p + i, "48;5;", 5) != 0) ||
			i == 0 || (s.p[i - 1] != '[' && s.p[i - 1] != ';')) {
			i++;
			continue;
		}
		while (end < s.n && end < i + 8 && s.p[end] >= '0' &&
			s.p[end] <= '9')
			n = n * 10 + (unsigned)(s.p[end++] - '0');
		rgb = slot_rgb(t, n);
		if (rgb >= 0) {
			buf_add(&t->out, span_of(s.p + from, i - from));
			buf_printf(&t->out, "%c8;2;%d;%d;%d", s.p[i],
				rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
			from = end;
		}
		i = end;
	}
	buf_add(&t->out, span_of(s.p + from, s.n - from));
}

/* --- bytes out
 * ------------------------------------------------------------------------- */

/* Take what curses wrote into the memory file. */
static void collect(struct term *t)
{
	off_t size;
	uint8_t *bytes;
	ssize_t n;

	fflush(t->mem_file);
	size = lseek(t->mem, 0, SEEK_CUR);
	if (size <= 0)
		return;
	bytes = mem_alloc((size_t)size);
	n = pread(t->mem, bytes, (size_t)size, 0);
	if (n > 0) {
		size_t before = t->out.len;
		bool sync = t->has_modes && n > SYNC_BYTES;

		if (sync)
			buf_add_str(&t->out, sync_begin);
		queue_bytes(t, span_of(bytes, (size_t)n));
		if (sync)
			buf_add_str(&t->out, sync_end);
		t->bytes += t->out.len - before;
	}
	mem_free(bytes);
	if (lseek(t->mem, 0, SEEK_SET) < 0 || ftruncate(t->mem, 0) < 0)
		t->repaint = true;
}

bool term_pending(const struct term *t)
{
	return t->sent < t->out.len;
}

uint64_t term_bytes(const struct term *t)
{
	return t->bytes;
}

bool term_copy(struct term *t, const char *text)
{
	if (!t->has_modes || t->suspended ||
		t->out.len - t->sent > COPY_PENDING_MAX)
		return false;
	buf_add_str(&t->out, "\033]52;c;");
	base64_encode(span_str(text), &t->out);
	buf_add_byte(&t->out, '\a');
	return true;
}

bool term_flush(struct term *t)
{
	while (t->sent < t->out.len) {
		ssize_t n =
			write(t->tty, t->out.p + t->sent, t->out.len - t->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		t->sent += (size_t)n;
	}
	t->sent = t->out.len = 0;
	return true;
}

/* Like term_flush(), but patient: at the end there is no loop to come back. */
static void flush_wait(struct term *t)
{
	struct pollfd p = {.fd = t->tty, .events = POLLOUT};

	for (int i = 0; i < 20 && term_flush(t) && term_pending(t); i++)
		if (poll(&p, 1, CLOSE_WAIT_MS / 20) < 0 && errno != EINTR)
			break;
	t->sent = t->out.len = 0;
}

static void set_raw(struct term *t)
{
	struct termios raw = t->found;

	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(t->tty, TCSANOW, &raw);
}

/* --- opening
 * ------------------------------------------------------------------------------
 */

static enum err open_tty(struct term *t, const char *path, struct fault *fault)
{
	char name[256];

	if (!path && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		return fault_set(fault, ERR_UNSUPPORTED, 0,
			"there is no screen: standard input and output are "
			"not a terminal");
	if (!path && ttyname_r(STDOUT_FILENO, name, sizeof name) == 0)
		path = name;
	t->tty = open(path ? path : "/dev/tty",
		O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* In a container the terminal may have no name of its own. */
	if (t->tty < 0)
		t->tty = open("/dev/tty",
			O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (t->tty < 0 || tcgetattr(t->tty, &t->found) < 0)
		return fault_set(fault, ERR_UNSUPPORTED, errno,
			"there is no screen: the terminal cannot be opened "
			"(%s)",
			strerror(errno));
	return ERR_OK;
}

static enum err check_name(const char *name, struct fault *fault)
{
	if (!name || !*name)
		return fault_set(fault, ERR_UNSUPPORTED, 0,
			"there is no screen: TERM is not set");
	if (strcmp(name, "dumb") == 0)
		return fault_set(fault, ERR_UNSUPPORTED, 0,
			"there is no screen: TERM is dumb; `bttui get` works "
			"without one");
	return ERR_OK;
}

static const char *capability(const char *name)
{
	const char *s = tigetstr(name);

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): how curses says no */
	return !s || s == (const char *)-1 ? "" : s;
}

static void prepare_restore(struct term *t)
{
	struct writer w = writer_of(restore.bytes, sizeof restore.bytes);

	if (t->has_modes)
		write_str(&w, modes_off);
	write_str(&w, "\033[0m");
	write_str(&w, capability("rmkx"));
	write_str(&w, capability("cnorm"));
	write_str(&w, capability("rmcup"));
	write_str(&w, "\r");
	restore.len = w.len;
	restore.tty = t->tty;
	restore.found = t->found;
	restore.saved_stderr = t->saved_stderr;
	restore.armed = 1;
}

void term_emergency_restore(void)
{
	struct pollfd p = {.fd = restore.tty, .events = POLLOUT};
	size_t sent = 0;

	if (!restore.armed)
		return;
	restore.armed = 0;
	for (int i = 0; i < 10 && sent < restore.len; i++) {
		ssize_t n = write(restore.tty, restore.bytes + sent,
			restore.len - sent);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			poll(&p, 1, 20);
		else if (n < 0 && errno != EINTR)
			break;
	}
	tcsetattr(restore.tty, TCSANOW, &restore.found);
	if (restore.saved_stderr >= 0)
		dup2(restore.saved_stderr, STDERR_FILENO);
}

/* Libraries must not write across the screen. */
static void hide_stderr(struct term *t)
{
	int null;

	t->saved_stderr = -1;
	if (!isatty(STDERR_FILENO))
		return;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0)
		return;
	t->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (t->saved_stderr >= 0)
		dup2(null, STDERR_FILENO);
	close(null);
}

static void show_stderr(struct term *t)
{
	if (t->saved_stderr < 0)
		return;
	dup2(t->saved_stderr, STDERR_FILENO);
	close(t->saved_stderr);
	t->saved_stderr = -1;
}

void term_size(const struct term *t, int *cols, int *rows)
{
	struct winsize size = {0};

	if (ioctl(t->tty, TIOCGWINSZ, &size) < 0 || !size.ws_col ||
		!size.ws_row) {
		*cols = 80;
		*rows = 24;
		return;
	}
	*cols = size.ws_col;
	*rows = size.ws_row;
}

/* curses asks the environment first, because its output is no terminal. */
static SCREEN *new_screen(struct term *t, const char *name)
{
	char text[16];
	int cols, rows;
	SCREEN *screen;

	term_size(t, &cols, &rows);
	snprintf(text, sizeof text, "%d", cols);
	setenv("COLUMNS", text, 1);
	snprintf(text, sizeof text, "%d", rows);
	setenv("LINES", text, 1);
	screen = newterm(name, t->mem_file, t->in_file);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	return screen;
}

static enum err open_curses(struct term *t, const char *name,
	struct fault *fault)
{
	t->mem = memfd_create("bttui-screen", MFD_CLOEXEC);
	if (t->mem >= 0)
		t->mem_file = fdopen(t->mem, "w");
	t->in_file = fopen("/dev/null", "re");
	if (!t->mem_file || !t->in_file)
		return fault_set(fault, ERR_DISK, errno,
			"there is no screen: no memory for it (%s)",
			strerror(errno));
	setvbuf(t->mem_file, NULL, _IONBF, 0);
	t->screen = new_screen(t, name);
	if (!t->screen)
		return fault_set(fault, ERR_UNSUPPORTED, 0,
			"there is no screen: the terminal type %.40s is "
			"unknown here; try TERM=xterm-256color",
			name);
	if (!*capability("cup")) {
		delscreen(t->screen);
		t->screen = NULL;
		return fault_set(fault, ERR_UNSUPPORTED, 0,
			"there is no screen: a %.40s cannot place text", name);
	}
	set_term(t->screen);
	typeahead(-1);
	scrollok(stdscr, FALSE);
	return ERR_OK;
}

static void drop(struct term *t)
{
	if (t->screen) {
		endwin();
		collect(t);
		flush_wait(t);
		delscreen(t->screen);
	}
	if (t->mem_file)
		fclose(t->mem_file);
	if (t->in_file)
		fclose(t->in_file);
	if (t->tty >= 0)
		close(t->tty);
	grid_fini(&t->shown);
	buf_free(&t->out);
	mem_free(t);
}

static void tell_mouse(struct term *t, bool on)
{
	if (t->has_modes && on != t->has_mouse)
		buf_add_str(&t->out, on ? mouse_on : mouse_off);
	t->has_mouse = on;
}

static void modes(struct term *t, bool on)
{
	if (t->has_modes)
		buf_add_str(&t->out, on ? modes_on : modes_off);
	tell_mouse(t, on && t->mouse);
}

/* With the next frame, because nothing may be pending before it. */
void term_set_mouse(struct term *t, bool on)
{
	t->mouse = on;
}

enum err term_open(const char *name, const char *tty,
	const struct term_look *look, struct term **out, struct fault *fault)
{
	struct term *t = mem_zero(sizeof *t);
	enum err e;

	t->tty = t->mem = t->saved_stderr = -1;
	if (!name)
		name = getenv("TERM");
	e = check_name(name, fault);
	if (e == ERR_OK)
		e = open_tty(t, tty, fault);
	if (e == ERR_OK)
		e = open_curses(t, name, fault);
	if (e != ERR_OK) {
		drop(t);
		return e;
	}
	t->has_modes = !is_plain_terminal(name);
	t->mouse = true;
	term_set_look(t, look);
	hide_stderr(t);
	prepare_restore(t);
	set_raw(t);
	modes(t, true);
	*out = t;
	return ERR_OK;
}

void term_close(struct term *t)
{
	if (!t->suspended) {
		/* Whatever was on its way does not matter any more, but half
		 * of an escape sequence must be ended. */
		buf_drop_front(&t->out, t->sent);
		t->sent = 0;
		modes(t, false);
	}
	endwin();
	collect(t);
	flush_wait(t);
	tcsetattr(t->tty, TCSANOW, &t->found);
	restore.armed = 0;
	show_stderr(t);
	delscreen(t->screen);
	t->screen = NULL;
	drop(t);
}

void term_set_look(struct term *t, const struct term_look *look)
{
	t->theme = look->theme;
	t->depth = choose_depth(look->colors);
	t->tier = choose_tier(look->glyphs, termname());
	/* Not before it is needed: from then on curses sends colour resets. */
	if (t->depth != DEPTH_MONO && !t->has_started_color) {
		start_color();
		use_default_colors();
		t->has_started_color = true;
	}
	forget_pairs(t);
}

enum depth term_depth(const struct term *t)
{
	return t->depth;
}

enum glyph_tier term_tier(const struct term *t)
{
	return t->tier;
}

int term_fd(const struct term *t)
{
	return t->tty;
}

void term_resize(struct term *t, int cols, int rows)
{
	resizeterm(rows > 0 ? rows : 1, cols > 0 ? cols : 1);
	t->repaint = true;
}

void term_repaint(struct term *t)
{
	t->repaint = true;
}

/* --- drawing
 * -------------------------------------------------------------------------------
 */

static void put_cell(struct term *t, int x, int y, const struct cell *c)
{
	struct style s = style_of(t, c);
	int pair = pair_of(t, s.fg, s.bg);
	wchar_t text[CELL_CHARS + 1] = {0};
	cchar_t cc;

	for (int i = 0; i < CELL_CHARS && c->ch[i]; i++)
		text[i] = (wchar_t)c->ch[i];
	if (setcchar(&cc, text, curses_attrs(s.attrs), 0, &pair) == ERR)
		return;
	mvadd_wch(y, x, &cc);
}

/*
 * curses 6.4 loses track of the columns when half of a wide character is
 * overwritten, so what was wide is blanked as a whole first.
 */
static void blank_wide(struct term *t, const struct grid *g, int y)
{
	for (int x = 0; x < g->cols; x++) {
		const struct cell *was = grid_cell(&t->shown, x, y);

		if (was->width == 2 && !cell_equal(was, grid_cell(g, x, y)))
			mvaddstr(y, x, "  ");
	}
}

static void put_row(struct term *t, const struct grid *g, int y, bool all)
{
	if (!all)
		blank_wide(t, g, y);
	for (int x = 0; x < g->cols; x++) {
		const struct cell *c = grid_cell(g, x, y);

		if (c->width == 0)
			continue;
		if (all || !cell_equal(c, grid_cell(&t->shown, x, y)))
			put_cell(t, x, y, c);
	}
}

static bool same_grid(const struct term *t, const struct grid *g)
{
	size_t n = (size_t)g->cols * (size_t)g->rows;

	if (g->cursor_x != t->shown.cursor_x ||
		g->cursor_y != t->shown.cursor_y ||
		g->cursor_shown != t->shown.cursor_shown)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!cell_equal(&g->cells[i], &t->shown.cells[i]))
			return false;
	return true;
}

void term_present(struct term *t, const struct grid *g)
{
	bool all = t->repaint || g->cols != t->shown.cols ||
	           g->rows != t->shown.rows;

	assert(!term_pending(t));
	if (t->suspended)
		return;
	tell_mouse(t, t->mouse);
	if (!all && same_grid(t, g))
		return;
	if (all) {
		clearok(curscr, TRUE);
		werase(stdscr);
	}
	for (int y = 0; y < g->rows; y++)
		put_row(t, g, y, all);
	curs_set(g->cursor_shown);
	/* Parked where the eye is, for screen readers. */
	if (g->cursor_x >= 0 && g->cursor_y >= 0)
		move(g->cursor_y, g->cursor_x);
	wnoutrefresh(stdscr);
	doupdate();
	collect(t);
	grid_copy(&t->shown, g);
	t->repaint = false;
}

/* --- input and job control
 * -------------------------------------------------------------------- */

long term_read(struct term *t, void *buf, size_t cap)
{
	ssize_t n = read(t->tty, buf, cap);

	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

bool term_is_foreground(const struct term *t)
{
	return tcgetpgrp(t->tty) == getpgrp();
}

void term_suspend(struct term *t)
{
	if (t->suspended)
		return;
	t->suspended = true;
	modes(t, false);
	endwin();
	collect(t);
	flush_wait(t);
	tcsetattr(t->tty, TCSANOW, &t->found);
	restore.armed = 0;
	show_stderr(t);
}

void term_resume(struct term *t)
{
	if (!t->suspended)
		return;
	t->suspended = false;
	hide_stderr(t);
	prepare_restore(t);
	set_raw(t);
	modes(t, true);
	t->repaint = true;
}

/* NOLINTEND(concurrency-mt-unsafe) */
