/*
 * stepping.h - the value before and the value after: what Left and Right do to
 * a setting in a dialog.  Pure.
 */
#ifndef UI_STEPPING_H
#define UI_STEPPING_H

#include <stdbool.h>
#include <stdint.h>

struct screen;
struct setting_info;

#define STEPPING_TEXT_MAX 128

/* Whether its values are few and have names; themes too. */
bool stepping_is_choice(const struct setting_info *row);
/* The i-th of them, copied to out; false behind the last. */
bool stepping_choice(const struct screen *s, const struct setting_info *row,
	int i, char out[STEPPING_TEXT_MAX]);

/* False when there is no other value that way. */
bool stepping_next(const struct screen *s, const struct setting_info *row,
	const char *now, int by, char out[STEPPING_TEXT_MAX]);
/* The round rate above or below; 0, no limit, stands above all of them. */
uint64_t stepping_rate(uint64_t now, int by);

/* "1.5" in thousandths; "90m", "12h", "3d", "2w" in minutes. */
bool stepping_parse_ratio(const char *text, uint64_t *out);
bool stepping_parse_minutes(const char *text, uint64_t *out);

#endif
