/*
 * torrent_choose.c - which files: as they were named before they were known,
 * and as the user chooses when they are.
 *
 * A torrent that waits for a choice has no store, no connection and nothing on
 * disk but its .torrent.  It has begun when there is resume data of it: until
 * that is written the session list says that it waits.
 */
#include <fnmatch.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "core/torrent_priv.h"

#define SELECT_RANGES_MAX MAGNET_RANGES_MAX
#define SELECT_SHOWN 60 /* columns of it in a fault */

/* --- named beforehand -------------------------------------------------------
 */

static bool is_file(const struct meta_file *f)
{
	return !f->is_pad && !f->is_symlink;
}

/* A glob on the path or its last part. */
static bool matches(const char *glob, const char *path)
{
	const char *base = strrchr(path, '/');

	return fnmatch(glob, path, 0) == 0 ||
	       (base && fnmatch(glob, base + 1, 0) == 0);
}

static bool in_ranges(const struct magnet_range *r, size_t n, size_t f)
{
	for (size_t i = 0; i < n; i++)
		if (f >= r[i].first && f <= r[i].last)
			return true;
	return false;
}

/* "1,3-5" by number, anything else a glob.  How many files it names; priority
 * may be NULL. */
static size_t select_files(const struct metainfo *m, const char *select,
	uint8_t *priority)
{
	struct magnet_range *r = mem_array(SELECT_RANGES_MAX, sizeof *r);
	size_t n = 0, found = 0;
	bool by_number = magnet_parse_ranges(span_str(select), 1, r,
				 SELECT_RANGES_MAX, &n) == ERR_OK;

	for (size_t f = 0; f < m->nfiles; f++) {
		bool hit = by_number ? in_ranges(r, n, f)
		                     : matches(select, m->files[f].path);

		found += hit && is_file(&m->files[f]);
		if (priority)
			priority[f] = hit ? PRIO_NORMAL : PRIO_SKIP;
	}
	mem_free(r);
	return found;
}

enum err torrent_check_select(const struct metainfo *m, const char *select,
	struct fault *fault)
{
	char *clean;

	if (!select || select_files(m, select, NULL) > 0)
		return ERR_OK;
	clean = text_clean(span_str(select), SELECT_SHOWN);
	fault_set(fault, ERR_NOENT, 0, "no file of it matches %s", clean);
	mem_free(clean);
	return ERR_NOENT;
}

/* --- waiting
 * ------------------------------------------------------------------
 */

static void wait_for_choice(struct torrent *t)
{
	t->phase = PHASE_CHOOSING;
	torrent_follow(t);
	t->env->list_changed(t->env->user);
}

bool torrent_wait_for_choice(struct torrent *t)
{
	if (!t->choose)
		return false;
	wait_for_choice(t);
	return true;
}

void torrent_enter(struct torrent *t)
{
	struct fault f = {0};

	if (t->select && !t->chosen) {
		if (torrent_check_select(t->meta, t->select, &f) != ERR_OK) {
			mem_free(t->select);
			t->select = NULL;
			t->choose = true;
			wait_for_choice(t);
			torrent_fail(t, &f);
			return;
		}
		select_files(t->meta, t->select, t->priority);
		t->chosen = t->choice_new = true;
	}
	if (t->choose && !t->was_kept) {
		wait_for_choice(t);
		return;
	}
	t->phase = PHASE_LOADING;
	torrent_load_resume(t);
}

bool torrent_waits_for_choice(const struct torrent *t)
{
	return t->phase == PHASE_CHOOSING;
}

void torrent_choice_saved(struct torrent *t)
{
	if (!t->choice_new)
		return;
	t->choice_new = false;
	mem_free(t->select);
	t->select = NULL;
	t->env->list_changed(t->env->user);
}

/* --- chosen
 * -------------------------------------------------------------------
 */

static bool is_priority(uint8_t p)
{
	return p == PRIO_SKIP || p == PRIO_LOW || p == PRIO_NORMAL ||
	       p == PRIO_HIGH;
}

static enum err check_files(const struct torrent *t,
	const struct start_choice *c, struct fault *fault)
{
	bool any = false;

	if (!c->priority)
		return ERR_OK;
	if (!t->meta || c->nfiles != t->meta->nfiles)
		return fault_set(fault, ERR_RANGE, 0,
			"these are not its files");
	for (size_t f = 0; f < c->nfiles; f++) {
		if (!is_priority(c->priority[f]))
			return fault_set(fault, ERR_RANGE, 0,
				"the priority must be off, low, normal or "
				"high");
		any |= c->priority[f] != PRIO_SKIP &&
		       is_file(&t->meta->files[f]);
	}
	return any ? ERR_OK
	           : fault_set(fault, ERR_RANGE, 0, "no file is chosen");
}

static enum err check_start(const struct torrent *t,
	const struct start_choice *c, struct fault *fault)
{
	if (t->phase != PHASE_CHOOSING && t->phase != PHASE_METADATA)
		return fault_set(fault, ERR_STATE, 0, "it has begun already");
	if (c->dir && c->dir[0] != '/')
		return fault_set(fault, ERR_SYNTAX, 0,
			"the folder must be an absolute path");
	return check_files(t, c, fault);
}

enum err torrent_start(struct torrent *t, const struct start_choice *c,
	struct fault *fault)
{
	enum err e = check_start(t, c, fault);

	if (e != ERR_OK)
		return e;
	if (c->dir) {
		char *dir = mem_strdup(c->dir);

		mem_free(t->dir);
		t->dir = dir;
	}
	t->choose = false;
	t->paused = c->paused;
	t->sequential |= c->sequential;
	t->fault = (struct fault){0};
	t->env->list_changed(t->env->user);
	if (t->phase == PHASE_METADATA) {
		torrent_follow(t);
		return ERR_OK;
	}
	if (c->priority) {
		memcpy(t->priority, c->priority, c->nfiles);
		mem_free(t->select);
		t->select = NULL;
	}
	t->chosen = t->choice_new = true;
	t->phase = PHASE_LOADING;
	torrent_hold(t);
	torrent_load_resume(t);
	torrent_drop(t);
	torrent_touch(t);
	return ERR_OK;
}
