/*
 * runtime.c - see runtime.h.
 */
#include "cli/runtime.h"

#include "app/signals.h"
#include "base/mem.h"
#include "core/engine.h"

#define SECOND_MS 1000u

struct runtime {
	uv_loop_t loop;
	struct app *app; /* NULL: closed */
	struct signals *signals;
	struct runtime_events ev;
	uv_timer_t pulse; /* look at the snapshot */
	uv_timer_t kick;  /* tell the news, outside of the engine */
	uv_timer_t second;
	uint64_t notice_seen, seq_seen;
	unsigned nstops;
	uint32_t pulse_ms;
	uint64_t pulsed_ms; /* when it last came */
	bool stopping;
};

static const struct notice *next_notice(const struct runtime *r)
{
	return engine_notice_after(app_engine(r->app), r->notice_seen);
}

static void tell_changes(struct runtime *r)
{
	const struct snapshot *s;

	if (r->stopping)
		return;
	s = engine_refresh(app_engine(r->app));
	if (s->seq == r->seq_seen)
		return;
	r->seq_seen = s->seq;
	r->ev.changed(r->ev.user, s);
}

static void on_pulse(uv_timer_t *timer)
{
	struct runtime *r = timer->data;

	r->pulsed_ms = uv_now(&r->loop);
	tell_changes(r);
}

/* The first change after a rest is told at once. */
static void plan_pulse(struct runtime *r)
{
	uint64_t since = uv_now(&r->loop) - r->pulsed_ms;

	if (!uv_is_active((uv_handle_t *)&r->pulse))
		uv_timer_start(&r->pulse, on_pulse,
			since < r->pulse_ms ? r->pulse_ms - since : 0, 0);
}

static void on_kick(uv_timer_t *timer)
{
	struct runtime *r = timer->data;
	const struct notice *n;

	while (!r->stopping && (n = next_notice(r)) != NULL) {
		struct notice copy = *n;

		r->notice_seen = copy.seq;
		r->ev.notice(r->ev.user, &copy);
	}
	tell_changes(r);
}

/* Still inside the engine: only remember to look. */
static void on_engine_change(void *user)
{
	struct runtime *r = user;

	if (r->stopping)
		return;
	if (next_notice(r))
		uv_timer_start(&r->kick, on_kick, 0, 0);
	else
		plan_pulse(r);
}

static void on_second(uv_timer_t *timer)
{
	struct runtime *r = timer->data;

	if (!r->stopping)
		r->ev.second(r->ev.user, engine_refresh(app_engine(r->app)));
}

static void on_signal(void *user, int signum)
{
	struct runtime *r = user;

	(void)signum;
	r->ev.stop(r->ev.user, r->nstops++ > 0);
}

static void handles_open(struct runtime *r)
{
	uv_timer_t *timers[] = {&r->pulse, &r->second, &r->kick};

	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		uv_timer_init(&r->loop, timers[i]);
		timers[i]->data = r;
	}
}

static void handles_close(struct runtime *r)
{
	uv_close((uv_handle_t *)&r->pulse, NULL);
	uv_close((uv_handle_t *)&r->second, NULL);
	uv_close((uv_handle_t *)&r->kick, NULL);
	if (r->signals)
		signals_close(r->signals);
	r->signals = NULL;
}

enum err runtime_open(const struct app_config *cfg,
	const struct runtime_events *ev, struct runtime **out,
	struct fault *fault)
{
	struct runtime *r = mem_zero(sizeof *r);
	enum err e;

	r->ev = *ev;
	r->pulse_ms = RUNTIME_PULSE_MS;
	uv_loop_init(&r->loop);
	handles_open(r);
	/* A signal that comes while the engine opens is seen when it runs. */
	r->signals = signals_open(&r->loop, on_signal, r);
	e = app_open(&r->loop, cfg, &r->app, fault);
	if (e != ERR_OK) {
		runtime_free(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

struct app *runtime_app(struct runtime *r)
{
	return r->app;
}

struct engine *runtime_engine(struct runtime *r)
{
	return app_engine(r->app);
}

uv_loop_t *runtime_loop(struct runtime *r)
{
	return &r->loop;
}

void runtime_set_pulse(struct runtime *r, uint32_t ms)
{
	r->pulse_ms = ms;
}

void runtime_leave_signals(struct runtime *r)
{
	if (r->signals)
		signals_close(r->signals);
	r->signals = NULL;
}

void runtime_run(struct runtime *r)
{
	engine_on_change(app_engine(r->app), on_engine_change, r);
	if (r->ev.second)
		uv_timer_start(&r->second, on_second, SECOND_MS, SECOND_MS);
	if (!r->stopping)
		app_start(r->app);
	uv_run(&r->loop, UV_RUN_DEFAULT);
}

static void on_app_closed(void *user)
{
	struct runtime *r = user;

	r->app = NULL;
	handles_close(r);
	if (r->ev.closed)
		r->ev.closed(r->ev.user);
}

void runtime_stop(struct runtime *r, bool fast)
{
	if (!r->app)
		return;
	r->stopping = true;
	uv_timer_stop(&r->second);
	app_close(r->app, fast, on_app_closed, r);
}

bool runtime_is_stopping(const struct runtime *r)
{
	return r->stopping;
}

void runtime_free(struct runtime *r)
{
	if (r->app) {
		runtime_stop(r, true);
	} else if (!uv_is_closing((uv_handle_t *)&r->pulse)) {
		handles_close(r);
	}
	uv_run(&r->loop, UV_RUN_DEFAULT);
	app_loop_close(&r->loop);
	mem_free(r);
}
