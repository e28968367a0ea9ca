/*
 * utf8.h - strangers' text made safe for a file system and for a terminal.
 *
 * Two different jobs with two different rules: a file name must stay unique
 * and stable and must not leave its folder; a text on the screen must not
 * move the cursor, change colours or hide what follows it.  Both are pure
 * functions of their bytes (the terminal one also of the locale's wcwidth()).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define UTF8_BAD UINT32_MAX
#define NAME_BYTES_MAX 255u /* longest file name that common systems take */

/*
 * Decode one scalar value; *used is set to the bytes it took (>= 1 unless
 * s is empty).  UTF8_BAD for an ill-formed, overlong or surrogate sequence,
 * with *used covering the maximal bad part.
 */
uint32_t utf8_decode(struct span s, size_t *used);
/* Bytes written to out (1 to 4); 0 if c is no scalar value. */
size_t utf8_encode(uint32_t c, char out[4]);
bool utf8_valid(struct span s);

/*
 * One element of a path, safe below any folder: ill-formed bytes, C0, DEL,
 * C1, '/' and NUL become '_'; bidi controls and zero-width characters are
 * dropped; "", "." and ".." become "_"; cut to NAME_BYTES_MAX bytes at a
 * character, keeping a short extension.  The result is valid UTF-8, heap
 * owned, never empty.  Idempotent.
 */
char *name_clean(struct span raw);

/*
 * Text for a screen, a log or stdout: one line, printable characters only.
 * Controls, ill-formed bytes, bidi controls, zero-width, private-use,
 * unassigned and line-separator characters become U+00B7 ('.' unless the
 * locale is UTF-8); at most two combining marks follow one base character.
 * Cut after max_cols columns with an ellipsis (0: no limit).  Idempotent.
 * Returns heap memory.
 */
char *text_clean(struct span raw, size_t max_cols);
/* The same into a fixed buffer of cap >= 1 bytes, cut to fit. */
void text_clean_to(char *out, size_t cap, struct span raw);

/* Columns of one scalar value: 0, 1 or 2; -1 when it must not be shown. */
int utf8_width(uint32_t c);
/* Columns of cleaned text. */
size_t text_width(const char *s);

/* Whether characters beyond ASCII may be put out; set once at start. */
void text_set_utf8(bool on);
bool text_is_utf8(void);

#endif
