/*
 * input.h - what a user did: a key, the mouse, a paste.  Pure.
 */
#ifndef UI_INPUT_H
#define UI_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* Keys that are no character; above all Unicode scalar values. */
enum key {
	KEY_CTRL_BASE = 0, /* Ctrl-A is 1, as the terminal sends it */
	KEY_TAB_CHAR = 9,
	KEY_ENTER_CHAR = 13,
	KEY_ESC_CHAR = 27,
	KEY_BACKSPACE_CHAR = 127,
	KEY_FIRST = 0x110000,
	KEY_UP_ARROW,
	KEY_DOWN_ARROW,
	KEY_LEFT_ARROW,
	KEY_RIGHT_ARROW,
	KEY_HOME_KEY,
	KEY_END_KEY,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_INSERT,
	KEY_DELETE,
	KEY_BACK_TAB,
	KEY_F1,
	KEY_F2,
	KEY_F3,
	KEY_F4,
	KEY_F5,
	KEY_F6,
	KEY_F7,
	KEY_F8,
	KEY_F9,
	KEY_F10,
	KEY_F11,
	KEY_F12,
	KEY_LAST,
};

#define KEY_CTRL_(letter) ((letter) - 'A' + 1)

enum key_mod {
	MOD_SHIFT = 1,
	MOD_ALT = 2,
	MOD_CTRL = 4,
};

enum mouse_button {
	MOUSE_LEFT,
	MOUSE_MIDDLE,
	MOUSE_RIGHT,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

enum input_kind {
	INPUT_KEY,
	INPUT_MOUSE, /* a press; releases and motion are not reported */
	INPUT_PASTE,
	INPUT_FOCUS, /* key: 1 gained, 0 lost */
};

struct input {
	enum input_kind kind;
	int32_t key;   /* a Unicode scalar value, a control, or enum key */
	unsigned mods; /* enum key_mod bits, where the terminal told them */
	int x, y;      /* MOUSE: cell, from 0 */
	enum mouse_button button;
	const char *text; /* PASTE: printable text, newlines kept as '\n' */
};

#endif
