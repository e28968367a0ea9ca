/*
 * sim_host.h - struct host for one engine: binds the virtual clock, network,
 * disk and names to it.
 *
 * A host is one run of the program on a machine.  The machine (its node and
 * its files) stays when the program is closed or killed, and a new host can
 * be made on it.
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "core/engine.h"
#include "sim_disk.h"
#include "sim_http.h"
#include "sim_net.h"

#define SIM_PORT 6881u

struct sim_host;

struct sim_machine {
	struct sim *sim;
	struct sim_web *web;
	struct sim_node *node;
	struct sim_files *files;
};

struct sim_host *sim_host_new(const struct sim_machine *m);
/* The engine has been freed. */
void sim_host_free(struct sim_host *h);
struct host *sim_host_base(struct sim_host *h);
struct sim_disk *sim_host_disk(struct sim_host *h);

/* Borrows the engine; opens the ports. */
void sim_host_attach(struct sim_host *h, struct engine *e);
/* Before the engine is freed. */
void sim_host_detach(struct sim_host *h);

/*
 * kill -9, seen from outside: from now on nothing this engine does reaches
 * the network or the files.  Its memory is still in order, so the caller
 * closes and frees it as usual; that only clears up.
 */
void sim_host_kill(struct sim_host *h);

uint64_t sim_host_wakes(const struct sim_host *h);

#endif
