#include <fcntl.h>
#include <sys/resource.h>

#include "loop_fixture.h"

#define MANY 300

struct door {
	struct fixture f;
	int accepted, ended;
	struct stream *s[MANY];
	bool keep;
};

static void on_data(void *user, struct span s)
{
	(void)user, (void)s;
}

static void on_ended(void *user, enum err why, int os)
{
	struct door *d = user;

	(void)why, (void)os;
	d->ended++;
}

static const struct stream_events events = {.data = on_data, .ended = on_ended};

static void take(void *user, struct stream *s, const struct addr *from)
{
	struct door *d = user;

	(void)from;
	if (!d->keep || d->accepted >= MANY) {
		d->accepted++;
		stream_close(s);
		return;
	}
	stream_set_user(s, &events, d);
	d->s[d->accepted++] = s;
}

static void no_datagram(void *user, struct span s, const struct addr *from)
{
	(void)user, (void)s, (void)from;
}

static void no_wake(void *user, uint64_t now)
{
	(void)user, (void)now;
}

static struct host_up up_of(struct door *d)
{
	return (struct host_up){.accept = take,
		.datagram = no_datagram,
		.wake = no_wake,
		.user = d};
}

static int connect_to(int family, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int e = family == AF_INET
	                ? connect(fd, (struct sockaddr *)&in, sizeof in)
	                : connect(fd, (struct sockaddr *)&in6, sizeof in6);

	if (e == 0)
		return fd;
	close(fd);
	return -1;
}

static bool has_ipv6(void)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&in6, sizeof in6) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void open_on(struct door *d, const struct addr *a, const struct addr *b,
	uint16_t port)
{
	struct host_config cfg = {
		.bind = {*a, *b}, .port = port, .state_dir = d->f.dir};
	struct host_up up = up_of(d);
	struct fault fault = {0};

	assert_int_equal(host_open(&d->f.loop, &cfg, &d->f.host, &fault),
		ERR_OK);
	host_attach(d->f.host, &up);
	d->f.self.port = d->f.host->ops->port(d->f.host);
}

static void both_families_share_one_port(void **state)
{
	static const uint8_t loopback6[16] = {[15] = 1};
	struct addr v6 = addr_from_ip(span_of(loopback6, 16), 0);
	struct addr v4 = addr_v4(127, 0, 0, 1, 0);
	struct door *d = mem_zero(sizeof *d);
	int a, b;

	(void)state;
	if (!has_ipv6()) {
		printf("no IPv6 here\n");
		mem_free(d);
		skip();
	}
	fixture_init(&d->f);
	open_on(d, &v6, &v4, 0);
	a = connect_to(AF_INET, d->f.self.port);
	b = connect_to(AF_INET6, d->f.self.port);
	assert_true(a >= 0 && b >= 0);
	run_until(&d->f, &d->accepted, 2);
	close(a);
	close(b);
	host_down(&d->f);
	mem_free(d);
}

static void an_address_bound_to_is_the_only_one(void **state)
{
	struct addr only = addr_v4(127, 0, 0, 7, 0);
	struct addr none = {.family = ADDR_NONE};
	struct door *d = mem_zero(sizeof *d);

	(void)state;
	fixture_init(&d->f);
	open_on(d, &none, &only, 0);
	assert_true(connect_to(AF_INET, d->f.self.port) < 0);
	host_down(&d->f);
	mem_free(d);
}

static void dials_from_the_address_it_is_bound_to(void **state)
{
	struct addr seven = addr_v4(127, 0, 0, 7, 0);
	struct addr none = {.family = ADDR_NONE};
	struct door *d = mem_zero(sizeof *d);
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM, 0), c;
	struct addr to;
	struct stream *s;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&in, n), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	fixture_init(&d->f);
	open_on(d, &seven, &none, 0);
	to = addr_v4(127, 0, 0, 1, ntohs(in.sin_port));
	s = d->f.host->ops->dial(d->f.host, &to, &events, d);
	n = sizeof in;
	c = accept(fd, (struct sockaddr *)&in, &n);
	assert_int_equal(ntohl(in.sin_addr.s_addr), 0x7f000007);
	stream_close(s);
	close(c);
	close(fd);
	host_down(&d->f);
	mem_free(d);
}

static void a_port_in_use_gives_the_next_one(void **state)
{
	struct addr v4 = addr_v4(127, 0, 0, 1, 0);
	struct addr none = {.family = ADDR_NONE};
	struct door *d = mem_zero(sizeof *d), *e = mem_zero(sizeof *e);

	(void)state;
	fixture_init(&d->f);
	open_on(d, &v4, &none, 0);
	fixture_init(&e->f);
	open_on(e, &v4, &none, d->f.self.port);
	assert_true(e->f.self.port > d->f.self.port);
	assert_true(e->f.self.port < d->f.self.port + HOST_PORT_TRIES);
	host_down(&e->f);
	host_down(&d->f);
	mem_free(d);
	mem_free(e);
}

static void a_udp_port_in_use_counts_as_well(void **state)
{
	struct addr v4 = addr_v4(127, 0, 0, 1, 0);
	struct addr none = {.family = ADDR_NONE};
	struct door *d = mem_zero(sizeof *d);
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof in;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&in, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	fixture_init(&d->f);
	open_on(d, &v4, &none, ntohs(in.sin_port));
	assert_int_not_equal(d->f.self.port, ntohs(in.sin_port));
	close(fd);
	host_down(&d->f);
	mem_free(d);
}

static void says_why_it_cannot_listen(void **state)
{
	struct fixture f;
	struct host_config cfg = {.bind = {addr_v4(192, 0, 2, 1, 0)}};
	struct fault fault = {0};
	struct host *h = NULL;

	(void)state;
	fixture_init(&f);
	cfg.state_dir = f.dir;
	assert_int_equal(host_open(&f.loop, &cfg, &h, &fault), ERR_NET);
	assert_null(h);
	assert_non_null(strstr(fault.what, "192.0.2.1"));
	cfg.bind[1] = addr_v4(127, 0, 0, 1, 0);
	assert_int_equal(host_open(&f.loop, &cfg, &h, &fault), ERR_RANGE);
	fixture_fini(&f);
}

static void accepts_a_burst_over_several_turns(void **state)
{
	struct door *d = mem_zero(sizeof *d);
	struct host_up up = up_of(d);
	int fds[MANY], most = 0;

	(void)state;
	host_up(&d->f, &up);
	for (int i = 0; i < MANY; i++)
		fds[i] = raw_connect(&d->f);
	while (d->accepted < MANY) {
		int before = d->accepted;

		uv_run(&d->f.loop, UV_RUN_ONCE);
		if (d->accepted - before > most)
			most = d->accepted - before;
	}
	assert_true(most <= 64);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	host_down(&d->f);
	mem_free(d);
}

static void without_descriptors_it_drops_and_does_not_spin(void **state)
{
	struct door *d = mem_zero(sizeof *d);
	struct host_up up = up_of(d);
	struct rlimit old, tight;
	int clients[8], i, probe;
	char c;

	(void)state;
	d->keep = true;
	host_up(&d->f, &up);
	/* Clients exist before the limit falls; their connections wait. */
	for (i = 0; i < 8; i++)
		clients[i] = raw_connect(&d->f);
	probe = open("/dev/null", O_RDONLY);
	close(probe);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	tight = old;
	tight.rlim_cur = (rlim_t)probe; /* not one more */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	for (i = 0; i < 20; i++)
		uv_run(&d->f.loop, UV_RUN_NOWAIT);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(d->accepted, 0);
	/* All were taken and closed: a client sees the end, not a hang. */
	for (i = 0; i < 8; i++) {
		assert_true(recv(clients[i], &c, 1, 0) <= 0);
		close(clients[i]);
	}
	/* And the door is open again. */
	clients[0] = raw_connect(&d->f);
	run_until(&d->f, &d->accepted, 1);
	stream_close(d->s[0]);
	close(clients[0]);
	host_down(&d->f);
	mem_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_share_one_port),
		cmocka_unit_test(an_address_bound_to_is_the_only_one),
		cmocka_unit_test(dials_from_the_address_it_is_bound_to),
		cmocka_unit_test(a_port_in_use_gives_the_next_one),
		cmocka_unit_test(a_udp_port_in_use_counts_as_well),
		cmocka_unit_test(says_why_it_cannot_listen),
		cmocka_unit_test(accepts_a_burst_over_several_turns),
		cmocka_unit_test(
			without_descriptors_it_drops_and_does_not_spin),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
