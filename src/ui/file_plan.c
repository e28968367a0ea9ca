/*
 * file_plan.c - see file_plan.h.
 */
#include "ui/file_plan.h"

#include <string.h>

enum {
	SKIP = 0,
	LOW = 1,
	NORMAL = 4,
	HIGH = 7,
};

/* What there is among the files of a set. */
struct census {
	bool skipped, wanted, above_low;
};

static struct census census_of(const uint8_t *set, const struct file_row *files,
	size_t n)
{
	struct census c = {0};

	for (size_t i = 0; i < n; i++) {
		if (!set[i])
			continue;
		c.skipped |= files[i].priority == SKIP;
		c.wanted |= files[i].priority != SKIP;
		c.above_low |= files[i].priority > LOW;
	}
	return c;
}

static uint8_t toggled(const struct census *c, uint8_t p)
{
	if (!c->skipped)
		return SKIP;
	return p == SKIP ? NORMAL : p;
}

static uint8_t raised(const struct census *c, uint8_t p)
{
	if (p == SKIP)
		return c->wanted ? SKIP : LOW;
	return p < NORMAL ? NORMAL : HIGH;
}

static uint8_t lowered(const struct census *c, uint8_t p)
{
	if (p <= LOW)
		return c->above_low ? p : SKIP;
	return p > NORMAL ? NORMAL : LOW;
}

void file_plan(uint8_t *set, const struct file_row *files, size_t n,
	enum file_change what)
{
	struct census c = census_of(set, files, n);

	for (size_t i = 0; i < n; i++) {
		uint8_t p = files[i].priority, to = p;

		if (!set[i])
			;
		else if (what == FILES_TOGGLE)
			to = toggled(&c, p);
		else if (what == FILES_UP)
			to = raised(&c, p);
		else
			to = lowered(&c, p);
		set[i] = set[i] ? to : FILE_KEEP;
	}
}

void file_plan_value(uint8_t *set, size_t n, uint8_t priority)
{
	for (size_t i = 0; i < n; i++)
		set[i] = set[i] ? priority : FILE_KEEP;
}

bool file_plan_next(const uint8_t *plan, const struct file_row *files, size_t n,
	struct file_range *r)
{
	size_t i = r->end;

	while (i < n && (plan[i] == FILE_KEEP || plan[i] == files[i].priority))
		i++;
	if (i >= n)
		return false;
	r->from = i;
	r->priority = plan[i];
	/* It ends behind the last file that changes. */
	for (; i < n; i++) {
		if (plan[i] == r->priority && plan[i] != files[i].priority)
			r->end = i + 1;
		else if (plan[i] != r->priority && !files[i].is_pad)
			break;
	}
	return true;
}

size_t file_plan_ranges(const uint8_t *plan, const struct file_row *files,
	size_t n, size_t limit)
{
	struct file_range r = {0};
	size_t count = 0;

	while (count < limit && file_plan_next(plan, files, n, &r))
		count++;
	return count;
}

void file_plan_fill(uint8_t *plan, const struct file_row *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (plan[i] == FILE_KEEP)
			plan[i] = files[i].priority;
}

bool file_priority_parse(const char *word, uint8_t *out)
{
	static const struct {
		const char *word;
		uint8_t priority;
	} words[] = {
		{"skip", SKIP},
		{"off", SKIP},
		{"low", LOW},
		{"normal", NORMAL},
		{"want", NORMAL},
		{"high", HIGH},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].word, word) == 0) {
			*out = words[i].priority;
			return true;
		}
	return false;
}
