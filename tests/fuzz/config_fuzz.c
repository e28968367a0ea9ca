/*
 * config_fuzz.c - whatever a config file holds, every setting stays legal,
 * can be written out and read back, and complaints are printable.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/settings.h"

static void check_fault(const struct fault *f)
{
	size_t n = strlen(f->what);

	assert(f->code != ERR_OK && n > 0 && n < FAULT_TEXT_MAX);
	for (size_t i = 0; i < n; i++)
		assert((unsigned char)f->what[i] >= ' ' && f->what[i] != 0x7f);
}

static size_t lines_of(const uint8_t *data, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n';
	return n;
}

/* Written as a config file and read again it is the same. */
static void check_round_trip(const struct settings *s)
{
	struct settings *t = settings_new();
	struct buf file = {0};
	struct fault f = {0};
	size_t bad;

	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		const char *text = settings_text(s, (enum setting_id)i);

		/* A quote in a value has no quoted form. */
		if (strchr(text, '"'))
			continue;
		buf_printf(&file, "%s = \"%s\"\n", settings_table()[i].name,
			text);
	}
	settings_read(t, buf_span(&file), &bad, &f);
	assert(bad == 0);
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		enum setting_id id = (enum setting_id)i;

		if (strchr(settings_text(s, id), '"'))
			continue;
		assert(settings_int(s, id) == settings_int(t, id));
		assert(strcmp(settings_text(s, id), settings_text(t, id)) == 0);
	}
	buf_free(&file);
	settings_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct setting_info *table = settings_table();
	struct settings *s = settings_new();
	struct fault f = {0};
	size_t bad;

	settings_read(s, span_of(data, size), &bad, &f);
	assert(bad <= lines_of(data, size));
	assert((bad > 0) == (f.code != ERR_OK));
	if (bad)
		check_fault(&f);
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		int64_t v = settings_int(s, (enum setting_id)i);

		if (table[i].type == SETTING_INT ||
			table[i].type == SETTING_RATE ||
			table[i].type == SETTING_SIZE)
			assert(v >= table[i].min && v <= table[i].max);
		assert(utf8_valid(span_str(settings_text(s,
			(enum setting_id)i))));
	}
	check_round_trip(s);
	settings_free(s);
	return 0;
}
