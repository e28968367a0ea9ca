/*
 * swarm_priv.h - what swarm.c and peer*.c know of each other.
 *
 * One connection is a struct peer: stream -> wire -> the state below.  Its
 * code is split by job: peer.c (life, dispatch), peer_hello.c (handshakes and
 * extensions), peer_metadata.c (the info dictionary), peer_pex.c (peer
 * exchange), peer_download.c (asking and receiving), peer_upload.c (serving).
 */
#ifndef CORE_SWARM_SWARM_PRIV_H
#define CORE_SWARM_SWARM_PRIV_H

#include "base/heap.h"
#include "base/list.h"
#include "core/storage/disk.h"
#include "core/swarm/metadata_fetch.h"
#include "core/swarm/pex.h"
#include "core/swarm/pipeline.h"
#include "core/swarm/swarm.h"
#include "proto/peer_ext.h"

#define PEER_SUGGESTED_MAX 16u
#define PEER_ALLOWED_FAST 10u
#define PEER_CONTROL_MAX 4000u             /* control messages in ten seconds */
#define PEER_TURN_BYTES ((size_t)64 << 10) /* of a limited rate, at a time */
#define PEER_SEND_HIGH (256u << 10) /* queued bytes above which reads wait */
#define PEER_READ_AHEAD (1u << 20)  /* bytes being read for one peer */
/* Queued bytes above which a peer that makes us answer is dropped: payload
 * alone cannot reach it. */
#define PEER_SEND_MAX (3u << 20)
#define PEER_HOLD_SHARE 8u  /* of the pool's cap that it may be passed by */
#define PEER_COPY_MAX 4096u /* shorter blocks are sent as copies */
#define PEER_METADATA_WANTED 64u /* parts that it may wait for */
#define UPLOAD_RUN_BLOCKS 16u    /* 256 KiB: read from memory in one go */

enum peer_stage {
	PEER_CONNECTING, /* dialled */
	PEER_GREETING,   /* open; the other's handshake is awaited */
	PEER_READY,
	PEER_DOOMED, /* closed; freed when the turn ends */
};

struct peer {
	struct swarm *sw;
	struct stream *stream; /* NULL once doomed */
	struct wire *wire;
	struct list unsettled; /* in swarm.unsettled */
	struct list thirsty_up, thirsty_down, held;
	uint64_t id;
	uint32_t slot;
	enum peer_stage stage;
	struct addr addr;      /* the other end of the stream */
	struct addr book_addr; /* where it can be dialled; ADDR_NONE unknown */
	uint8_t peer_id[20];
	bool is_incoming, in_book;
	bool has_fast, has_ext, has_dht;
	bool said_port;    /* of its DHT node */
	bool is_ours;      /* our own peer id */
	bool said_pieces;  /* bitfield, have all or have none was sent */
	bool heard_pieces; /* a first message about pieces came */
	bool in_picker;    /* its pieces count in the availability */

	bool am_choking, am_interested; /* we towards it */
	bool peer_choking, peer_interested;
	bool optimistic;

	struct bitfield has;
	bool claims_all; /* have all, before the size is known */
	struct pipeline pipe;
	uint32_t suggested[PEER_SUGGESTED_MAX];
	uint32_t nsuggested;
	struct bitfield allowed_in; /* we may ask for these while choked */
	bool has_allowed_in;
	uint32_t allowed_out[PEER_ALLOWED_FAST]; /* it may, of us */
	uint32_t nallowed_out;

	struct wire_range *queue; /* its requests, a ring */
	uint32_t queue_at, nqueue, queue_cap;
	uint32_t reading; /* bytes of buffers being filled from disk */

	struct ext_handshake ext;
	bool heard_ext;
	bool in_metadata;
	uint64_t probed_ms; /* asked for the file list without an offer */
	bool offered_pex;
	uint32_t pex_place; /* among those others are told of */
	struct pex_partner pex;
	bool in_vain; /* it promised the file list, and did not give it */

	uint64_t opened_ms, ready_ms;
	uint64_t heard_ms, sent_ms; /* any message */
	uint64_t gave_ms, got_ms;   /* payload to and from it */
	uint64_t unchoked_ms, choked_ms;
	uint64_t sent_since_unchoke;
	uint64_t useless_since_ms;
	uint64_t unasked_bytes;
	/* Asked for, then given up: it may still come. */
	uint64_t excused_bytes;
	uint64_t control_since_ms;
	uint32_t control_count;
	uint64_t up_bytes, down_bytes;
	struct rate up, down;
	uint32_t metadata_served; /* parts, those that wait included */
	uint16_t wanted[PEER_METADATA_WANTED]; /* parts, in the order asked */
	uint32_t nwanted;
};

struct swarm {
	struct swarm_config cfg;
	struct swarm_shared *sh;
	struct host *host;
	struct swarm_content c;
	bool active;
	bool stirred;          /* all peers are looked at again at settle */
	bool ask_metadata;     /* likewise, for the info dictionary */
	struct list unsettled; /* peers to look at when the turn ends */
	/* Peers that wait for tokens of the torrent's own limits. */
	struct list dry_up, dry_down;

	struct peer **peers; /* by slot; holes are NULL */
	uint32_t nslots, npeers;
	struct peer_book *book;
	struct blame *blame;
	struct pex *pex;
	struct metadata_fetch *fetch; /* NULL when the metadata is known */

	uint64_t next_tick_ms;
	uint64_t next_choke_ms, next_optimistic_ms;
	uint32_t dialled_in_vain;
	bool dials_held; /* somebody could be dialled but for the rate */
	uint64_t up_bytes, down_bytes; /* not yet taken by the torrent */
	struct rate up, down;
};

/* peer.c */
struct peer *peer_new(struct swarm *sw, const struct addr *a);
/* Takes the stream and the wire (NULL: makes one) over. */
void peer_attach(struct peer *p, struct stream *s, struct wire *w);
/* Dials p->addr; its half-open count is the caller's. */
void peer_dial(struct peer *p);
/* The connection is over; freed at settle.  why may be NULL. */
void peer_doom(struct peer *p, enum err e, const char *why);
void peer_free(struct peer *p);
/* Handle all messages the wire has. */
void peer_drain(struct peer *p);
void peer_tick(struct peer *p, uint64_t now);
/* Look at it again when the turn ends. */
void peer_unsettle(struct peer *p);
void peer_settle(struct peer *p);
void peer_send_simple(struct peer *p, enum wire_kind kind);
void peer_send_index(struct peer *p, enum wire_kind kind, uint32_t piece);
void peer_send_range(struct peer *p, enum wire_kind kind,
	struct wire_range range);
void peer_send_bytes(struct peer *p, struct span bytes);
void peer_send_extended(struct peer *p, uint8_t id, struct span body);
void peer_set_choking(struct peer *p, bool choke);

/* peer_hello.c */
void peer_hello_send(struct peer *p);
void peer_hello_received(struct peer *p, const struct wire_event *ev);
void peer_hello_peer_id(struct peer *p, const uint8_t id[20]);
/* Everything we have to say first: pieces, extensions, allowed fast. */
void peer_hello_introduce(struct peer *p);
void peer_hello_offer(struct peer *p); /* our extension handshake */
void peer_hello_extended(struct peer *p, const struct wire_event *ev);
void peer_hello_port(struct peer *p, uint16_t port); /* of its DHT node */
/* The metadata became known. */
void peer_hello_content(struct peer *p);

/* peer_pex.c */
bool peer_pex_is_on(const struct swarm *sw);
void peer_pex_receive(struct peer *p, struct span body);
void peer_pex_tick(struct peer *p, uint64_t now);
void peer_pex_leave(struct peer *p);

/* peer_metadata.c */
/* Its extension handshake came, or another one. */
void peer_metadata_offered(struct peer *p);
void peer_metadata_message(struct peer *p, struct span body);
void peer_metadata_ask(struct peer *p, uint64_t now);
void peer_metadata_tick(struct peer *p, uint64_t now);
void peer_metadata_pump(struct peer *p); /* give what it waits for */
void peer_metadata_leave(struct peer *p);

/* peer_download.c */
void peer_download_has(struct peer *p, uint32_t piece);
/* It has the piece no more, or will not give it. */
void peer_download_lacks(struct peer *p, uint32_t piece);
void peer_download_bitfield(struct peer *p, struct span body);
void peer_download_has_all(struct peer *p, bool all);
void peer_download_choked(struct peer *p, bool choked);
void peer_download_block(struct peer *p, const struct wire_event *ev);
void peer_download_rejected(struct peer *p, struct wire_range r);
void peer_download_allowed(struct peer *p, uint32_t piece);
void peer_download_suggested(struct peer *p, uint32_t piece);
void peer_download_interest(struct peer *p);
void peer_download_pump(struct peer *p);
void peer_download_turn(struct peer *p); /* likewise, for requests */
void peer_download_tick(struct peer *p, uint64_t now);
/* Give all open requests back; in_picker ends. */
void peer_download_leave(struct peer *p);
/* Join the picker's availability if it should and has not. */
void peer_download_join(struct peer *p);
bool peer_is_seed(const struct peer *p);

/* peer_upload.c */
void peer_upload_request(struct peer *p, struct wire_range r);
void peer_upload_cancel(struct peer *p, struct wire_range r);
void peer_upload_choke(struct peer *p); /* after we choked: drop the queue */
void peer_upload_pump(struct peer *p);
/* Its turn in the line of those who wait for tokens. */
void peer_upload_turn(struct peer *p);
void peer_upload_leave(struct peer *p);

static inline uint64_t swarm_now(const struct swarm *sw)
{
	return sw->host->ops->now(sw->host);
}

static inline bool swarm_complete(const struct swarm *sw)
{
	return sw->c.layout && (!sw->c.picker || picker_finished(sw->c.picker));
}

/* swarm.c, for peer*.c */
struct peer *swarm_peer(const struct swarm *sw, uint32_t slot, uint64_t id);
void swarm_unsettle(struct swarm *sw);
/* In which line its peers wait for tokens: the torrent's or all torrents'. */
struct list *swarm_line_up(struct swarm *sw);
struct list *swarm_line_down(struct swarm *sw);
/* A newly interested peer may get a free slot at once. */
void swarm_admit(struct swarm *sw, struct peer *p);
/* Another ready connection with this peer id; NULL if none. */
struct peer *swarm_twin(const struct swarm *sw, const struct peer *p);
void swarm_dial(struct swarm *sw);
/* Parts became free: all are asked again when the turn ends. */
void swarm_ask_metadata(struct swarm *sw);

#endif
