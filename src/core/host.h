/*
 * host.h - the one seam between the engine and the outside world.
 *
 * Made twice: by src/host from libuv, curl and threads, and by tests/sim from
 * a virtual clock and a virtual network.  A table of functions, because a
 * simulation runs many hosts in one process.
 *
 * Rules for all of it:
 *   - Everything happens on the loop thread.
 *   - Nothing calls back from inside the call that asked for it.
 *   - Time is in milliseconds, monotonic, cached once per wake-up.
 *   - What was asked for is answered exactly once, unless the asker cancelled
 *     it: after a cancel (or stream_close) nothing more is called.
 */
#ifndef CORE_HOST_H
#define CORE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

struct block; /* core/storage/block_pool.h */
struct disk;  /* core/storage/disk.h */
struct host;
struct stream;

/* What a stream tells its user. */
struct stream_events {
	/* A dialled stream is open.  Accepted ones are open from the start. */
	void (*connected)(void *user);
	/* Bytes arrived: borrowed for the call.  Never empty. */
	void (*data)(void *user, struct span bytes);
	/* The send queue fell below STREAM_LOW_BYTES after having been above.
	 */
	void (*writable)(void *user);
	/* The other side ended it (why is ERR_OK) or it failed.  The user must
	 * still call stream_close(), now or later. */
	void (*ended)(void *user, enum err why, int os);
};

#define STREAM_LOW_BYTES ((size_t)128 << 10)

/*
 * A connected (or connecting) byte stream.  Transports embed this struct as
 * their first member.  Sending never fails and never blocks: bytes queue up,
 * and stream_queued() tells how many; what is queued in one turn of the loop
 * leaves in as few system calls as possible.
 */
struct stream_ops {
	void (*set_user)(struct stream *s, const struct stream_events *ev,
		void *user);
	/* Copied. */
	void (*send)(struct stream *s, struct span bytes);
	/* Sends body[0..body_len) after head without a copy, holding one
	 * reference of the block until it has left. */
	void (*send_block)(struct stream *s, struct span head,
		struct block *body, size_t body_len);
	size_t (*queued)(const struct stream *s);
	/* Stop and resume reading; reading is on at first. */
	void (*read)(struct stream *s, bool on);
	/* Ends and frees it; unsent bytes may be lost. */
	void (*close)(struct stream *s);
	const struct addr *(*remote)(const struct stream *s);
};
struct stream {
	const struct stream_ops *ops;
};

static inline void stream_set_user(struct stream *s,
	const struct stream_events *ev, void *user)
{
	s->ops->set_user(s, ev, user);
}
static inline void stream_send(struct stream *s, struct span bytes)
{
	s->ops->send(s, bytes);
}
static inline void stream_send_block(struct stream *s, struct span head,
	struct block *body, size_t body_len)
{
	s->ops->send_block(s, head, body, body_len);
}
static inline size_t stream_queued(const struct stream *s)
{
	return s->ops->queued(s);
}
static inline void stream_read(struct stream *s, bool on)
{
	s->ops->read(s, on);
}
static inline void stream_close(struct stream *s)
{
	s->ops->close(s);
}
static inline const struct addr *stream_remote(const struct stream *s)
{
	return s->ops->remote(s);
}

/* An HTTP(S) GET.  The body is what it is after content decoding. */
struct http_ask {
	const char *url;
	uint32_t timeout_ms; /* for the whole of it */
	size_t body_max;     /* more: ERR_LIMIT */
	/* Refuse to be sent from a public to a local address. */
	bool from_stranger;
};
struct http_answer {
	struct fault fault; /* code ERR_OK: an answer with a status arrived */
	int status;         /* 200, ... */
	struct span body;   /* valid during the call */
	struct addr remote; /* who answered; ADDR_NONE if nobody */
};
struct http_req;
typedef void http_done(void *user, const struct http_answer *a);

/* Addresses of a name; n == 0 when there is none (fault says why). */
struct resolve;
typedef void resolve_done(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n);

struct host_ops {
	uint64_t (*now)(struct host *h);
	int64_t (*wall_s)(struct host *h); /* Unix time, for dates only */
	/* The only timer: engine_wake() is called at or after the deadline.
	 * NEVER disarms it. */
	void (*wake_at)(struct host *h, uint64_t deadline);
	/* Unpredictable bytes (a seeded generator in simulations). */
	void (*random)(struct host *h, void *p, size_t n);

	/* A failure to even begin arrives through ended() as well. */
	struct stream *(*dial)(struct host *h, const struct addr *to,
		const struct stream_events *ev, void *user);
	/* Fire and forget. */
	void (*send_udp)(struct host *h, const struct addr *to, struct span s);

	/*
	 * Local service discovery's groups (BEP 14), on every interface that
	 * may be used: join or leave them; send to that of a family, TTL 1.
	 * What comes in is given to engine_multicast(), if it is from a host
	 * of a network we are in.
	 */
	void (*multicast_join)(struct host *h, bool on);
	void (*multicast)(struct host *h, enum addr_family family,
		struct span s);

	struct http_req *(*http_get)(struct host *h, const struct http_ask *ask,
		http_done *done, void *user);
	void (*http_cancel)(struct host *h, struct http_req *r);
	struct resolve *(*resolve)(struct host *h, const char *name,
		uint16_t port, resolve_done *done, void *user);
	void (*resolve_cancel)(struct host *h, struct resolve *r);

	/* Port that TCP and UDP listen on; 0: none. */
	uint16_t (*port)(struct host *h);
	/* Whether addresses of a family can be reached at all. */
	bool (*has_family)(struct host *h, enum addr_family family);
};

struct host {
	const struct host_ops *ops;
	struct disk *disk; /* closed by the host, after the engine */
};

#endif
