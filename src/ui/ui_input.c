/*
 * ui_input.c - what comes from the terminal and the system: bytes, signals,
 * the end.  See ui_priv.h.
 */
#include <signal.h>
#include <unistd.h>

#include "ui/ui_priv.h"

#define RESIZE_MS 50 /* a burst of size changes is one */
#define READ_BYTES 4096
#define READS_MAX 16 /* in one wake-up */

/* --- leaving --- */

static void on_leave(uv_timer_t *t)
{
	struct ui *ui = t->data;

	if (ui->cfg.quit)
		ui->cfg.quit(ui->cfg.user, ui->at_once);
}

/* The owner may close us while it is told: so no view may be on the stack. */
void ui_ask_quit(struct ui *ui, bool at_once)
{
	if (ui->closing || (ui->asked && !at_once))
		return;
	ui->asked = true;
	ui->at_once |= at_once;
	uv_timer_start(&ui->leave, on_leave, 0, 0);
}

/* The terminal went away: never look at it again, save and leave. */
void ui_hang_up(struct ui *ui)
{
	if (ui->dead)
		return;
	ui->dead = true;
	uv_poll_stop(&ui->poll);
	uv_timer_stop(&ui->frame);
	uv_timer_stop(&ui->numbers);
	uv_timer_stop(&ui->esc);
	ui_ask_quit(ui, false);
}

/* --- input --- */

static void on_terminal(uv_poll_t *p, int status, int events);

void ui_watch_terminal(struct ui *ui)
{
	int events = UV_READABLE | UV_DISCONNECT;

	if (ui->dead || ui->closing)
		return;
	if (term_pending(ui->term))
		events |= UV_WRITABLE;
	if (ui->suspended)
		uv_poll_stop(&ui->poll);
	else
		uv_poll_start(&ui->poll, events, on_terminal);
}

static void on_esc(uv_timer_t *t);

static void plan_esc(struct ui *ui)
{
	uint64_t deadline = decoder_deadline(ui->decoder);

	if (deadline == DECODER_NEVER)
		uv_timer_stop(&ui->esc);
	else
		uv_timer_start(&ui->esc, on_esc,
			deadline > ui_now(ui) ? deadline - ui_now(ui) : 0, 0);
}

static void take_events(struct ui *ui)
{
	struct input in;
	bool any = false;

	while (decoder_next(ui->decoder, &in) && !ui->closing) {
		/* What an earlier key did may have changed everything. */
		ui_refresh(ui);
		screen_input(ui->screen, &in);
		any = true;
	}
	if (any)
		ui_want_full_frame(ui);
	if (!ui->closing)
		plan_esc(ui);
}

static void on_esc(uv_timer_t *t)
{
	struct ui *ui = t->data;

	decoder_tick(ui->decoder, ui_now(ui));
	take_events(ui);
}

static void read_terminal(struct ui *ui)
{
	uint8_t bytes[READ_BYTES];

	for (int i = 0; i < READS_MAX; i++) {
		long n = term_read(ui->term, bytes, sizeof bytes);

		if (n < 0) {
			ui_hang_up(ui);
			return;
		}
		if (n == 0)
			break;
		decoder_feed(ui->decoder, span_of(bytes, (size_t)n),
			ui_now(ui));
	}
	take_events(ui);
}

static void on_terminal(uv_poll_t *p, int status, int events)
{
	struct ui *ui = p->data;

	if (status < 0) {
		ui_hang_up(ui);
		return;
	}
	if (events & UV_READABLE)
		read_terminal(ui);
	else if (events & UV_DISCONNECT)
		ui_hang_up(ui);
	if (!ui->dead && !ui->closing && (events & UV_WRITABLE) && ui_drain(ui))
		ui_want_full_frame(ui);
}

/* --- signals --- */

static void on_resize(uv_timer_t *t)
{
	struct ui *ui = t->data;

	if (!ui_can_draw(ui))
		return;
	ui_fit_screen(ui);
	ui_want_full_frame(ui);
}

static void resume(struct ui *ui)
{
	if (!ui->suspended || !term_is_foreground(ui->term))
		return;
	ui->suspended = false;
	term_resume(ui->term);
	ui_fit_screen(ui);
	ui_watch_terminal(ui);
	ui_want_full_frame(ui);
}

static uv_signal_t *signal_handle(struct ui *ui, int signum)
{
	for (int i = 0; i < UI_SIGNALS; i++)
		if (ui->signals[i].signum == signum)
			return &ui->signals[i];
	return NULL;
}

void ui_suspend(struct ui *ui)
{
	static const char words[] =
		"bttui: suspended, transfers stop until fg\r\n";
	uv_signal_t *stop = signal_handle(ui, SIGTSTP);

	if (!ui_can_draw(ui) || !stop)
		return;
	ui->suspended = true;
	uv_timer_stop(&ui->frame);
	uv_timer_stop(&ui->numbers);
	term_suspend(ui->term);
	ui_watch_terminal(ui);
	if (write(STDOUT_FILENO, words, sizeof words - 1) < 0)
		ui_hang_up(ui);
	/* With the default action back, the signal stops the whole job. */
	uv_signal_stop(stop);
	kill(0, SIGTSTP);
	/* Here again after SIGCONT. */
	uv_signal_start(stop, ui_on_signal, SIGTSTP);
	uv_update_time(ui->cfg.loop);
	resume(ui);
}

static void interrupted(struct ui *ui)
{
	struct input in = {.kind = INPUT_KEY, .key = KEY_CTRL_('C')};

	ui_refresh(ui);
	screen_input(ui->screen, &in);
	ui_want_full_frame(ui);
}

void ui_on_signal(uv_signal_t *h, int signum)
{
	struct ui *ui = h->data;

	if (ui->closing)
		return;
	switch (signum) {
	case SIGWINCH:
		if (!uv_is_active((uv_handle_t *)&ui->resize))
			uv_timer_start(&ui->resize, on_resize, RESIZE_MS, 0);
		break;
	case SIGTSTP:
		ui_suspend(ui);
		break;
	case SIGCONT:
		resume(ui);
		break;
	case SIGHUP:
		ui_hang_up(ui);
		break;
	case SIGINT:
		interrupted(ui);
		break;
	default:
		/* Asked twice to end, it ends at once. */
		ui_ask_quit(ui, ui->asked);
		break;
	}
}
