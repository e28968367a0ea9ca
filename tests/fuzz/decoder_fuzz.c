/*
 * Terminal bytes in any pieces: the events do not depend on where they are
 * cut, every key is one that exists, pastes are clean text.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "ui/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct input *in)
{
	switch (in->kind) {
	case INPUT_KEY:
		assert(in->key >= 0 && in->key < KEY_LAST);
		assert(in->key != KEY_FIRST);
		break;
	case INPUT_MOUSE:
		assert(in->x >= 0 && in->y >= 0);
		break;
	case INPUT_PASTE:
		assert(utf8_valid(span_str(in->text)));
		for (const char *p = in->text; *p; p++)
			assert(*p == '\n' || (unsigned char)*p >= 0x20);
		break;
	case INPUT_FOCUS:
		assert(in->key == 0 || in->key == 1);
		break;
	}
}

static void drain(struct decoder *d, struct buf *out)
{
	struct input in;

	while (decoder_next(d, &in)) {
		check(&in);
		buf_printf(out, "%d %d %u %d %d %d;", (int)in.kind, in.key,
			in.mods, in.x, in.y, (int)in.button);
		if (in.kind == INPUT_PASTE)
			buf_add_str(out, in.text);
	}
}

static struct buf run(const uint8_t *data, size_t size, size_t step)
{
	struct decoder *d = decoder_new(DECODER_ESC_MS);
	struct buf out = {0};

	for (size_t at = 0; at < size; at += step) {
		size_t n = size - at < step ? size - at : step;

		decoder_feed(d, span_of(data + at, n), 10);
		drain(d, &out);
	}
	decoder_tick(d, 10 + PASTE_TIMEOUT_MS);
	drain(d, &out);
	assert(decoder_deadline(d) == DECODER_NEVER);
	decoder_free(d);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Few enough that no event is dropped for want of room. */
	size_t n = size < 2048 ? size : 2048;
	struct buf whole = run(data, n, n ? n : 1);
	struct buf bytes = run(data, n, 1);
	struct buf threes = run(data, n, 3);

	assert(span_equal(buf_span(&whole), buf_span(&bytes)));
	assert(span_equal(buf_span(&whole), buf_span(&threes)));
	buf_free(&whole);
	buf_free(&bytes);
	buf_free(&threes);
	return 0;
}
