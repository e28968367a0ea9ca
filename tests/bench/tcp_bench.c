/*
 * tcp_bench.c - what a GiB over a TCP stream costs, sending and receiving.
 *
 * Two processes with a host each on 127.0.0.1, one stream between them, blocks
 * with their 13-byte heads: first one way, then both ways at once.  Prints
 * `name value` lines; CPU seconds are user and system time of one process.
 *
 *	tcp_bench [GiB]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "core/storage/block_pool.h"
#include "host/host.h"

#define GIB (1024.0 * 1024 * 1024)
#define QUEUE_MAX (2u << 20)
#define BLOCKS 128u
#define HEAD 13u

struct side {
	uv_loop_t loop;
	struct host *host;
	struct stream *s;
	struct block_pool *pool;
	struct block *blocks[BLOCKS];
	unsigned next;
	uint64_t to_send, to_receive, sent, received;
	bool closing;
};

struct result {
	double cpu, wall;
};

static void closed(void *user)
{
	(void)user;
}

static void check_done(struct side *x)
{
	if (x->closing || x->sent < x->to_send || x->received < x->to_receive ||
		stream_queued(x->s) > 0)
		return;
	x->closing = true;
	stream_close(x->s);
	host_close(x->host, closed, x);
}

static void fill(struct side *x)
{
	static const uint8_t head[HEAD] = {0, 0, 0x40, 9, 7};

	while (x->sent < x->to_send && stream_queued(x->s) < QUEUE_MAX) {
		struct block *b = x->blocks[x->next++ % BLOCKS];

		stream_send_block(x->s, span_of(head, HEAD), b, BLOCK_BYTES);
		x->sent += HEAD + BLOCK_BYTES;
	}
}

static void on_connected(void *user)
{
	fill(user);
}

static void on_data(void *user, struct span s)
{
	struct side *x = user;

	x->received += s.n;
	check_done(x);
}

static void on_writable(void *user)
{
	fill(user);
	check_done(user);
}

/* The other side is done first when it only had to receive. */
static void on_ended(void *user, enum err why, int os)
{
	struct side *x = user;

	if (x->received < x->to_receive) {
		fprintf(stderr, "tcp_bench: %s %d\n", err_str(why), os);
		exit(1);
	}
	if (!x->closing) {
		x->closing = true;
		stream_close(x->s);
		host_close(x->host, closed, x);
	}
}

static const struct stream_events events = {
	.connected = on_connected,
	.data = on_data,
	.writable = on_writable,
	.ended = on_ended,
};

static void on_accept(void *user, struct stream *s, const struct addr *from)
{
	struct side *x = user;

	(void)from;
	x->s = s;
	stream_set_user(s, &events, x);
	fill(x);
}

static void on_datagram(void *user, struct span s, const struct addr *from)
{
	(void)user, (void)s, (void)from;
}

static void on_wake(void *user, uint64_t now)
{
	(void)user, (void)now;
}

static double cpu_now(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void side_open(struct side *x)
{
	const struct host_config cfg = {
		.bind = {addr_v4(127, 0, 0, 1, 0)}, .state_dir = "/tmp"};
	const struct host_up up = {.accept = on_accept,
		.datagram = on_datagram,
		.wake = on_wake,
		.user = x};
	struct fault fault = {0};

	uv_loop_init(&x->loop);
	if (host_open(&x->loop, &cfg, &x->host, &fault) != ERR_OK) {
		fprintf(stderr, "tcp_bench: %s\n", fault.what);
		exit(1);
	}
	host_attach(x->host, &up);
	x->pool = block_pool_new((size_t)BLOCKS * BLOCK_BYTES);
	for (unsigned i = 0; i < BLOCKS; i++) {
		x->blocks[i] = block_new(x->pool);
		memset(x->blocks[i]->p, (int)i, BLOCK_BYTES);
	}
}

static struct result side_run(struct side *x)
{
	struct result r = {0};
	uint64_t began = uv_hrtime();
	double cpu = cpu_now();

	uv_run(&x->loop, UV_RUN_DEFAULT);
	r.cpu = cpu_now() - cpu;
	r.wall = (double)(uv_hrtime() - began) / 1e9;
	for (unsigned i = 0; i < BLOCKS; i++)
		block_drop(x->blocks[i]);
	block_pool_free(x->pool);
	if (uv_loop_close(&x->loop) != 0)
		abort();
	return r;
}

/* The child listens and tells its port, later its result. */
static void child_main(int out, uint64_t send, uint64_t receive)
{
	struct side x = {.to_send = send, .to_receive = receive};
	struct result r;
	uint16_t port;

	side_open(&x);
	port = x.host->ops->port(x.host);
	if (write(out, &port, sizeof port) != sizeof port)
		exit(1);
	r = side_run(&x);
	if (write(out, &r, sizeof r) != sizeof r)
		exit(1);
	exit(0);
}

/* here: what the parent sends; there: what the child sends. */
static void measure(const char *name, uint64_t here, uint64_t there)
{
	struct side x = {.to_send = here, .to_receive = there};
	struct result mine, other;
	double gib = (double)(here + there) / GIB;
	struct addr to;
	int p[2];
	uint16_t port;

	if (pipe(p) != 0)
		exit(1);
	if (fork() == 0)
		child_main(p[1], there, here);
	if (read(p[0], &port, sizeof port) != sizeof port)
		exit(1);
	side_open(&x);
	to = addr_v4(127, 0, 0, 1, port);
	x.s = x.host->ops->dial(x.host, &to, &events, &x);
	mine = side_run(&x);
	if (read(p[0], &other, sizeof other) != sizeof other)
		exit(1);
	wait(NULL);
	close(p[0]);
	close(p[1]);
	printf("tcp_%s_mib_s %.0f\n", name, gib * 1024 / mine.wall);
	if (there == 0) {
		printf("tcp_%s_sender_cpu_s_gib %.3f\n", name, mine.cpu / gib);
		printf("tcp_%s_receiver_cpu_s_gib %.3f\n", name,
			other.cpu / gib);
	} else {
		printf("tcp_%s_cpu_s_gib %.3f\n", name,
			(mine.cpu + other.cpu) / gib);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	double gib = argc > 1 ? atof(argv[1]) : 2;
	uint64_t unit = HEAD + BLOCK_BYTES;
	uint64_t n = (uint64_t)(gib * GIB) / unit * unit;

	signal(SIGPIPE, SIG_IGN);
	if (n == 0) {
		fprintf(stderr, "usage: tcp_bench [GiB]\n");
		return 2;
	}
	measure("one_way", n, 0);
	measure("both_ways", n / 2 / unit * unit, n / 2 / unit * unit);
	return 0;
}
