/*
 * torrent_pieces.c - from blocks in memory to verified pieces on disk.
 *
 * The usual way: a piece whose blocks are all in memory becomes one job that
 * hashes it and, if it is good, writes it.  When memory was tight, blocks may
 * have been spilled: then the rest is written and the piece hashed from disk.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "core/swarm/blame.h"
#include "core/torrent_priv.h"

#define LIARS_MAX 8u

/* A job on a piece; owns its vectors, pins the piece. */
struct put {
	struct disk_job job;
	struct list link; /* in torrent.puts */
	struct torrent *t;
	uint32_t piece;
	uint32_t first, nblocks; /* SPILL: the run */
	struct iovec *vec;
};

static void put_free(struct put *p)
{
	list_remove(&p->link);
	mem_free(p->vec);
	mem_free(p);
}

static struct put *put_new(struct torrent *t, uint32_t piece)
{
	struct put *p = mem_zero(sizeof *p);

	p->t = t;
	p->piece = piece;
	p->job.class = DISK_NORMAL;
	p->job.user = p;
	list_push_back(&t->puts, &p->link);
	piece_buffer_pin(t->pieces, piece, true);
	torrent_hold(t);
	return p;
}

static void submit(struct put *p)
{
	p->t->host->disk->ops->submit(p->t->store, &p->job);
}

void torrent_note_done(struct torrent *t, uint32_t piece, bool bad)
{
	struct piece_done d = {piece, torrent_now(t), bad};

	if (t->ndone == PIECES_DONE_MAX) {
		memmove(t->done, t->done + 1,
			(PIECES_DONE_MAX - 1) * sizeof t->done[0]);
		t->ndone--;
	}
	t->done[t->ndone++] = d;
}

/* --- who lied --------------------------------------------------------------
 */

static size_t describe_blocks(struct torrent *t, uint32_t piece,
	struct blame_block *out)
{
	uint32_t n = layout_piece_blocks(&t->layout, piece);
	uint8_t digest[SHA1_LEN];
	size_t k = 0;

	for (uint32_t b = 0; b < n; b++) {
		const uint8_t *p = piece_buffer_block(t->pieces, piece, b);
		uint32_t len = layout_block_size(&t->layout, piece, b);

		memset(&out[k], 0, sizeof out[k]);
		if (p) {
			sha1(span_of(p, len), digest);
			memcpy(out[k].digest, digest, sizeof out[k].digest);
			out[k].sender =
				piece_buffer_sender(t->pieces, piece, b);
		}
		k++;
	}
	return k;
}

static void accuse(struct torrent *t, uint32_t piece, bool passed)
{
	uint32_t n = layout_piece_blocks(&t->layout, piece);
	struct blame *bl = swarm_blame(t->swarm);
	struct blame_block *blocks;
	struct addr liars[LIARS_MAX];
	size_t nliars;

	if (n > BLAME_BLOCKS_MAX || (passed && !blame_watches(bl, piece)))
		return;
	blocks = mem_array(n, sizeof *blocks);
	n = (uint32_t)describe_blocks(t, piece, blocks);
	nliars = passed ? blame_passed(bl, piece, blocks, n, liars, LIARS_MAX)
	                : blame_failed(bl, piece, blocks, n, liars, LIARS_MAX);
	mem_free(blocks);
	for (size_t i = 0; i < nliars; i++)
		swarm_ban(t->swarm, &liars[i], "sent false data");
}

/* --- results
 * -------------------------------------------------------------------- */

static void completed(struct torrent *t)
{
	t->completed_s = t->host->ops->wall_s(t->host);
	tracker_list_completed(announcer_list(t->announcer), torrent_now(t));
	t->env->notice(t->env->user, t, NOTICE_COMPLETE, t->name);
	t->sync_at_ms = 0; /* the next save syncs */
	t->env->list_changed(t->env->user);
}

/* A whole good piece from one peer ends its parole. */
static void absolve(struct torrent *t, uint32_t piece)
{
	uint32_t n = layout_piece_blocks(&t->layout, piece);
	struct addr first = piece_buffer_sender(t->pieces, piece, 0);

	if (!blame_has_parole(swarm_blame(t->swarm)))
		return;
	for (uint32_t b = 1; b < n; b++) {
		struct addr a = piece_buffer_sender(t->pieces, piece, b);

		if (!addr_equal(&a, &first))
			return;
	}
	if (first.family != ADDR_NONE)
		blame_cleared(swarm_blame(t->swarm), &first);
}

static void passed(struct torrent *t, uint32_t piece)
{
	accuse(t, piece, true);
	absolve(t, piece);
	piece_buffer_drop(t->pieces, piece);
	bitfield_add(&t->have, piece);
	picker_passed(t->picker, piece);
	torrent_note_done(t, piece, false);
	swarm_piece_passed(t->swarm, piece);
	torrent_unsaved(t);
	if (picker_finished(t->picker))
		completed(t);
}

static void failed(struct torrent *t, uint32_t piece)
{
	t->env->shared->wasted_bytes += layout_piece_size(&t->layout, piece);
	accuse(t, piece, false);
	piece_buffer_drop(t->pieces, piece);
	picker_failed(t->picker, piece);
	torrent_note_done(t, piece, true);
	swarm_piece_failed(t->swarm, piece);
}

/* The disk refused: the piece is missing again, the torrent stops. */
static void broke(struct torrent *t, uint32_t piece, const struct fault *f)
{
	piece_buffer_drop(t->pieces, piece);
	picker_failed(t->picker, piece);
	torrent_fail(t, f);
}

static void put_done(struct disk_job *job)
{
	struct put *p = job->user;
	struct torrent *t = p->t;

	t->writing--;
	piece_buffer_pin(t->pieces, p->piece, false);
	if (job->fault.code == ERR_OK)
		passed(t, p->piece);
	else if (job->fault.code == ERR_HASH)
		failed(t, p->piece);
	else if (job->fault.code != ERR_CANCELED)
		broke(t, p->piece, &job->fault);
	put_free(p);
	torrent_drop(t);
}

static void hash_done(struct disk_job *job)
{
	struct put *p = job->user;
	const uint8_t *want = p->t->meta->pieces + (size_t)p->piece * SHA1_LEN;

	if (job->fault.code == ERR_OK && memcmp(job->sha1, want, SHA1_LEN) != 0)
		fault_set(&job->fault, ERR_HASH, 0, "piece %u is bad",
			p->piece);
	put_done(job);
}

/* --- jobs
 * ------------------------------------------------------------------------- */

static void put_whole(struct torrent *t, uint32_t piece)
{
	struct put *p = put_new(t, piece);
	uint32_t n = layout_piece_blocks(&t->layout, piece), from = 0;

	p->vec = mem_array(n, sizeof *p->vec);
	p->job.op = DISK_PUT_PIECE;
	p->job.offset = layout_piece_offset(&t->layout, piece);
	p->job.length = layout_piece_size(&t->layout, piece);
	p->job.vec = p->vec;
	p->job.nvec = piece_buffer_run(t->pieces, piece, &from, p->vec, (int)n);
	memcpy(p->job.expect, t->meta->pieces + (size_t)piece * SHA1_LEN,
		SHA1_LEN);
	p->job.done = put_done;
	assert((uint32_t)p->job.nvec == n);
	t->writing++;
	submit(p);
}

static void spill_done(struct disk_job *job)
{
	struct put *p = job->user;
	struct torrent *t = p->t;

	piece_buffer_pin(t->pieces, p->piece, false);
	if (job->fault.code == ERR_OK)
		piece_buffer_spilled(t->pieces, p->piece, p->first, p->nblocks);
	else if (job->fault.code != ERR_CANCELED)
		torrent_fail(t, &job->fault);
	torrent_piece_full_again(t, p->piece);
	put_free(p);
	swarm_stir(t->swarm);
	torrent_drop(t);
}

/* Write one run of resident blocks, unverified. */
static bool spill_run(struct torrent *t, uint32_t piece, uint32_t from)
{
	uint32_t n = layout_piece_blocks(&t->layout, piece);
	struct put *p = put_new(t, piece);

	p->vec = mem_array(n, sizeof *p->vec);
	p->first = from;
	p->nblocks = (uint32_t)piece_buffer_run(t->pieces, piece, &p->first,
		p->vec, (int)n);
	if (p->nblocks == 0) {
		piece_buffer_pin(t->pieces, piece, false);
		put_free(p);
		torrent_drop(t);
		return false;
	}
	p->job.op = DISK_WRITE;
	p->job.offset = layout_piece_offset(&t->layout, piece) +
	                (uint64_t)p->first * LAYOUT_BLOCK;
	for (uint32_t i = 0; i < p->nblocks; i++)
		p->job.length += (uint32_t)p->vec[i].iov_len;
	p->job.vec = p->vec;
	p->job.nvec = (int)p->nblocks;
	p->job.done = spill_done;
	submit(p);
	return true;
}

static void hash_spilled(struct torrent *t, uint32_t piece)
{
	struct put *p = put_new(t, piece);

	p->job.op = DISK_HASH;
	p->job.offset = layout_piece_offset(&t->layout, piece);
	p->job.length = layout_piece_size(&t->layout, piece);
	p->job.done = hash_done;
	t->writing++;
	submit(p);
}

void torrent_piece_full_again(struct torrent *t, uint32_t piece)
{
	if (!t->picker || !picker_complete(t->picker, piece) ||
		t->fault.code != ERR_OK)
		return;
	if (!piece_buffer_is_spilled(t->pieces, piece))
		put_whole(t, piece);
	else if (!spill_run(t, piece, 0))
		hash_spilled(t, piece);
}

static bool has_put(const struct torrent *t, uint32_t piece)
{
	for (const struct list *it = t->puts.next; it != &t->puts;
		it = it->next) {
		const struct put *p =
			(const struct put *)(const void *)((const char *)it -
							   offsetof(struct put,
								   link));

		if (p->piece == piece)
			return true;
	}
	return false;
}

static void piece_full(void *user, uint32_t piece)
{
	struct torrent *t = user;

	/* A spill in flight looks again when it is done. */
	if (!has_put(t, piece))
		torrent_piece_full_again(t, piece);
}

bool torrent_relieve(struct torrent *t)
{
	uint32_t piece;

	return t->phase == PHASE_READY && t->fault.code == ERR_OK &&
	       piece_buffer_victim(t->pieces, &piece) && spill_run(t, piece, 0);
}

static bool may_ask(void *user)
{
	struct torrent *t = user;

	if (t->host->disk->ops->pressure(t->host->disk))
		return false;
	if (!block_pool_tight(t->env->shared->pool))
		return true;
	if (!torrent_relieve(t) && list_empty(&t->puts))
		t->env->tight(t->env->user);
	return false;
}

/* --- the picker
 * ----------------------------------------------------------------------- */

void torrent_make_picker(struct torrent *t)
{
	struct picker_config cfg = {
		.layout = &t->layout,
		.seed = rng_u64(&t->env->shared->rng),
		.max_partial = PARTIAL_MAX,
	};

	assert(!t->picker);
	t->picker = picker_new(&cfg);
	picker_set_have(t->picker, &t->have);
	picker_set_sequential(t->picker, t->sequential);
	torrent_apply_wanted(t);
}

void torrent_drop_picker(struct torrent *t)
{
	struct swarm_content c = {.layout = &t->layout, .have = &t->have};

	if (!t->picker)
		return;
	assert(list_empty(&t->puts)); /* their results need it */
	swarm_set_content(t->swarm, &c);
	picker_free(t->picker);
	t->picker = NULL;
	piece_buffer_free(t->pieces);
	t->pieces = piece_buffer_new(&t->layout);
}

/* --- what the swarm tells
 * ----------------------------------------------------------------- */

static void on_metadata(void *user, struct span info)
{
	torrent_take_metadata(user, info);
}

static void on_changed(void *user)
{
	struct torrent *t = user;

	t->dirty = true;
}

static void on_unsettled(void *user)
{
	torrent_touch(user);
}

static void on_banned(void *user, const struct addr *a, const char *why)
{
	struct torrent *t = user;
	char at[ADDR_TEXT_MAX], text[ADDR_TEXT_MAX + 80];

	addr_ip_text(a, at);
	snprintf(text, sizeof text, "%s banned: %s", at, why);
	t->env->notice(t->env->user, t, NOTICE_BANNED, text);
}

const struct swarm_owner torrent_swarm_owner = {
	.piece_full = piece_full,
	.metadata = on_metadata,
	.may_ask = may_ask,
	.changed = on_changed,
	.unsettled = on_unsettled,
	.banned = on_banned,
};
