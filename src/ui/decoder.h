/*
 * decoder.h - terminal bytes into keys, mouse presses and pastes.  Pure: time
 * comes as an argument.
 *
 * Understands UTF-8, CSI and SS3 keys in their xterm, rxvt and Linux forms
 * with modifiers, bracketed paste, SGR and X10 mouse, focus changes.  Answers
 * to questions (cursor position, device attributes) and unknown sequences are
 * swallowed.  A lone Esc is a key when nothing follows it before the
 * deadline; a sequence that stays incomplete until then is dropped.
 *
 * Cutting the bytes at any place gives the same events.
 */
#ifndef UI_DECODER_H
#define UI_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "ui/input.h"

#define DECODER_NEVER UINT64_MAX
#define PASTE_MAX (1u << 20) /* bytes kept of one paste; the rest is lost */
#define PASTE_TIMEOUT_MS                                                       \
	5000 /* since its last byte: the end marker is lost                    \
	      */
#define DECODER_ESC_MS 25

struct decoder;

/* esc_ms: how long an Esc waits for what follows. */
struct decoder *decoder_new(uint32_t esc_ms);
void decoder_free(struct decoder *d);

void decoder_feed(struct decoder *d, struct span bytes, uint64_t now_ms);
/* The next event; its text is valid until the next call of any function. */
bool decoder_next(struct decoder *d, struct input *out);
uint64_t decoder_deadline(const struct decoder *d);
void decoder_tick(struct decoder *d, uint64_t now_ms);

#endif
