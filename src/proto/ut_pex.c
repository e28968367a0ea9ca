/*
 * ut_pex.c - see ut_pex.h.
 */
#include "proto/ut_pex.h"

#include <string.h>

#include "proto/benc_write.h"
#include "proto/bencode.h"

/* Dictionaries of six strings; what is nested in one is skipped anyway. */
static struct span list_of(const struct benc_doc *d, const char *key)
{
	return benc_str(d, benc_get(d, BENC_ROOT, key));
}

static size_t width_of(enum addr_family family)
{
	return family == ADDR_V4 ? ADDR_COMPACT_V4 : ADDR_COMPACT_V6;
}

static void parse_added(struct span list, struct span flags,
	enum addr_family family, struct pex_message *m)
{
	struct reader r = reader_of_span(list);
	size_t width = width_of(family);

	for (size_t i = 0; read_left(&r) >= width && m->nadded < PEX_ADDED_MAX;
		i++) {
		struct pex_peer p = {.addr = addr_read_compact(&r, family),
			.flags = i < flags.n ? flags.p[i] : 0};

		if (addr_is_dialable(&p.addr))
			m->added[m->nadded++] = p;
	}
}

static void parse_dropped(struct span list, enum addr_family family,
	struct pex_message *m)
{
	struct reader r = reader_of_span(list);
	size_t width = width_of(family);

	while (read_left(&r) >= width && m->ndropped < PEX_DROPPED_MAX) {
		struct addr a = addr_read_compact(&r, family);

		if (addr_is_dialable(&a))
			m->dropped[m->ndropped++] = a;
	}
}

enum err pex_parse(struct span body, struct pex_message *out)
{
	struct benc_file f;
	size_t prefix;
	enum err e;

	if (body.n > PEX_BODY_MAX)
		return ERR_LIMIT;
	e = benc_load(&f, body, &prefix);
	if (e != ERR_OK || !benc_is(&f.doc, BENC_ROOT, BENC_DICT)) {
		benc_unload(&f);
		return ERR_SYNTAX;
	}
	out->nadded = out->ndropped = 0;
	parse_added(list_of(&f.doc, "added"), list_of(&f.doc, "added.f"),
		ADDR_V4, out);
	parse_added(list_of(&f.doc, "added6"), list_of(&f.doc, "added6.f"),
		ADDR_V6, out);
	parse_dropped(list_of(&f.doc, "dropped"), ADDR_V4, out);
	parse_dropped(list_of(&f.doc, "dropped6"), ADDR_V6, out);
	benc_unload(&f);
	return ERR_OK;
}

static void write_list(struct bw *w, const char *key, const struct writer *list)
{
	if (list->len == 0)
		return;
	bw_key(w, key);
	bw_span(w, writer_span(list));
}

static void write_added(struct bw *w, const struct pex_message *m,
	enum addr_family family)
{
	uint8_t lists[PEX_ADDED_MAX * ADDR_COMPACT_V6], bits[PEX_ADDED_MAX];
	struct writer list = writer_of(lists, sizeof lists);
	struct writer flags = writer_of(bits, sizeof bits);

	for (size_t i = 0; i < m->nadded; i++) {
		if (m->added[i].addr.family != family)
			continue;
		addr_write_compact(&list, &m->added[i].addr);
		write_u8(&flags, m->added[i].flags);
	}
	write_list(w, family == ADDR_V4 ? "added" : "added6", &list);
	write_list(w, family == ADDR_V4 ? "added.f" : "added6.f", &flags);
}

static void write_dropped(struct bw *w, const struct pex_message *m,
	enum addr_family family)
{
	uint8_t lists[PEX_DROPPED_MAX * ADDR_COMPACT_V6];
	struct writer list = writer_of(lists, sizeof lists);

	for (size_t i = 0; i < m->ndropped; i++)
		if (m->dropped[i].family == family)
			addr_write_compact(&list, &m->dropped[i]);
	write_list(w, family == ADDR_V4 ? "dropped" : "dropped6", &list);
}

/* Keys in byte order, as BEP 3 demands. */
void pex_write(const struct pex_message *m, struct buf *out)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	write_added(&w, m, ADDR_V4);
	write_added(&w, m, ADDR_V6);
	write_dropped(&w, m, ADDR_V4);
	write_dropped(&w, m, ADDR_V6);
	bw_end(&w);
	buf_add(out, buf_span(&w.out));
	bw_fini(&w);
}
