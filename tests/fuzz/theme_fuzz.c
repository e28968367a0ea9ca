/*
 * theme_fuzz.c - what users write: a theme, and terms of a filter.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ui/filter.h"
#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct torrent_row row = {.name = "A film of two words",
		.label = "film",
		.size_bytes = 1000,
		.have_bytes = 10};
	char *text = mem_strndup((const char *)data, size);
	struct fault fault = {0};
	size_t at, len;

	theme_free(theme_read(span_of(data, size), &fault));
	filter_matches(text, &row, 1000);
	if (filter_find_mark(text, row.name, &at, &len) && len > 19)
		__builtin_trap();
	mem_free(text);
	return 0;
}
