/*
 * sim_http.h - the virtual internet's names, web servers and trackers.
 *
 * A tracker answers over HTTP (port 80) and UDP (port 6969) from one list of
 * peers, and can be made to misbehave.  What it was told is kept in order, so
 * tests can look at every announce.
 */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include "proto/tracker_http.h"
#include "sim_net.h"

#define SIM_TRACKER_UDP_PORT 6969u

struct sim_web; /* all names */
struct sim_tracker;

struct sim_web *sim_web_new(struct sim_net *net);
void sim_web_free(struct sim_web *w); /* and its trackers */

/* Answers GETs of exactly this URL with these bytes (copied). */
void sim_web_put(struct sim_web *w, const char *url, struct span body);
/* A name for an address; sim_web_lose() makes names unknown for a while. */
void sim_web_name(struct sim_web *w, const char *name, const struct addr *a);
bool sim_web_resolve(const struct sim_web *w, const char *name,
	struct addr *out);
void sim_web_set_dns(struct sim_web *w, bool works);

struct sim_get;
/* Ask as the node `from`; done is called once unless cancelled. */
struct sim_get *sim_web_get(struct sim_web *w, struct sim_node *from,
	const struct http_ask *ask, http_done *done, void *user);
void sim_web_cancel(struct sim_get *g);

enum sim_tracker_mode {
	SIM_TRACKER_WORKS,
	SIM_TRACKER_HANGS, /* takes the request and says nothing */
	SIM_TRACKER_DOWN,  /* nobody listens */
	SIM_TRACKER_404,
	SIM_TRACKER_GARBAGE, /* bytes that are no answer */
	SIM_TRACKER_FAILURE, /* a failure reason */
	SIM_TRACKER_MODES,
};

struct sim_announce {
	uint64_t at_ms;
	struct addr from; /* with the port it announced */
	struct tracker_ask ask;
	bool udp;
	bool answered; /* with a list of peers */
};

/* name: "one.sim". */
struct sim_tracker *sim_tracker_new(struct sim_web *w, const char *name,
	const struct sim_link *link);
void sim_tracker_set_mode(struct sim_tracker *t, enum sim_tracker_mode mode);
void sim_tracker_set_interval(struct sim_tracker *t, uint32_t seconds);
/* At most so many peers in an answer; 0: as many as asked for. */
void sim_tracker_set_share(struct sim_tracker *t, uint32_t peers);
/* Tell of this peer, too, whether or not it announced. */
void sim_tracker_add_peer(struct sim_tracker *t, const uint8_t hash[20],
	const struct addr *a);
const char *sim_tracker_url(const struct sim_tracker *t);
const char *sim_tracker_udp_url(const struct sim_tracker *t);
struct sim_node *sim_tracker_node(struct sim_tracker *t);

size_t sim_tracker_log(const struct sim_tracker *t,
	const struct sim_announce **out);
/* Announces of this kind by the peer at this IP. */
size_t sim_tracker_count(const struct sim_tracker *t, const struct addr *ip,
	enum tracker_event event);
size_t sim_tracker_peers(const struct sim_tracker *t);

/* For sim_http.c: what the tracker says to the query behind '?'. */
struct sim_reply {
	bool hang, refuse;
	int status;
	struct buf body;
};
struct sim_tracker *sim_web_tracker(const struct sim_web *w, const char *name);
void sim_tracker_http(struct sim_tracker *t, struct span query,
	const struct addr *ip, struct sim_reply *reply);

/* Private to sim_http.c and sim_tracker.c. */
struct sim_net *sim_web_net(const struct sim_web *w);
void sim_web_adopt(struct sim_web *w, struct sim_tracker *t, const char *name);
void sim_tracker_free(struct sim_tracker *t);

#endif
