/*
 * adding.c - see adding.h.
 */
#include "cli/adding.h"

#include "app/app.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/torrent_file.h"
#include "core/host.h"
#include "proto/url.h"

#define ADDRS_MAX 4u /* of one name */

enum err adding_one(struct engine *e, const struct session_opts *o,
	const char *what, struct torrent_id *id, struct fault *fault)
{
	struct add_source add = {.paused = o->paused,
		.sequential = o->sequential,
		.skip_check = o->trust_data,
		.select = o->select};
	const struct command c = {.kind = CMD_ADD, .add = &add};
	struct buf bytes = {0};
	enum err err = ERR_OK;

	switch (named_kind_of(what)) {
	case NAMED_LINK:
		add.link = what;
		break;
	case NAMED_URL:
		add.url = what;
		break;
	default:
		err = torrent_file_read(what, &bytes, fault);
		add.metainfo = buf_span(&bytes);
	}
	if (err == ERR_OK)
		err = engine_command(e, &c, id, fault);
	buf_free(&bytes);
	return err;
}

/* ---- peers ---- */

struct peer_name {
	struct adding_peers *all;
	const char *text;
	struct addr addrs[ADDRS_MAX];
	size_t naddrs;
};

struct adding_peers {
	struct engine *engine;
	size_t n;
	struct peer_name names[];
};

static void tell(const struct peer_name *p, struct torrent_id id)
{
	struct command c = {.kind = CMD_ADD_PEER, .torrent = id};

	for (size_t i = 0; i < p->naddrs; i++) {
		c.addr = p->addrs[i];
		/* An address nobody can dial, or a torrent that is gone. */
		(void)!engine_command(p->all->engine, &c, NULL, NULL);
	}
}

static void on_resolved(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n)
{
	struct peer_name *p = user;
	const struct snapshot *s;
	char clean[120];

	if (fault->code == ERR_CANCELED)
		return;
	if (n == 0) {
		text_clean_to(clean, sizeof clean, span_str(p->text));
		cli_complain("--peer %s: %s", clean, fault->what);
		return;
	}
	for (; p->naddrs < n && p->naddrs < ADDRS_MAX; p->naddrs++)
		p->addrs[p->naddrs] = addrs[p->naddrs];
	s = engine_refresh(p->all->engine);
	for (size_t i = 0; i < s->nrows; i++)
		tell(p, s->rows[i].id);
}

struct adding_peers *adding_peers_begin(struct app *a,
	const struct session_opts *o)
{
	struct adding_peers *all =
		mem_zero(sizeof *all + o->npeers * sizeof(struct peer_name));
	struct host *h = app_host(a);

	all->engine = app_engine(a);
	all->n = o->npeers;
	for (size_t i = 0; i < o->npeers; i++) {
		struct peer_name *p = &all->names[i];
		struct span host;
		uint16_t port;
		char *name;

		p->all = all;
		p->text = o->peers[i];
		if (!host_port_split(span_str(p->text), &host, &port))
			continue; /* it was checked when it was read */
		name = mem_strndup((const char *)host.p, host.n);
		(void)h->ops->resolve(h, name, port, on_resolved, p);
		mem_free(name);
	}
	return all;
}

void adding_peers_tell(struct adding_peers *p, struct torrent_id id)
{
	for (size_t i = 0; i < p->n; i++)
		tell(&p->names[i], id);
}

void adding_peers_free(struct adding_peers *p)
{
	mem_free(p);
}
