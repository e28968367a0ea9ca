/*
 * dht_node_fuzz.c - a node under any sequence of datagrams, moments and wishes
 * keeps what dht_model.h checks.  What is left of the input when the steps are
 * over is one more datagram, as it is, and then a saved state.
 */
#include "../unit/dht/dht_model.h"
#include "base/hash.h"

#define STEPS_MAX 200

struct input {
	const uint8_t *p;
	size_t n;
};

/* One byte a number below 257, else two; zeros when there are no more. */
static uint32_t from_input(void *source, uint32_t n)
{
	struct input *in = (struct input *)source;
	uint32_t v = 0;

	for (uint32_t left = n - 1; left > 0 && in->n; left >>= 8) {
		v = v << 8 | *in->p++;
		in->n--;
	}
	return v % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dht_model m;
	struct input in = {data, size};
	struct addr from;
	uint32_t steps;

	hash_setup();
	dht_model_init(&m, from_input, &in);
	steps = from_input(&in, STEPS_MAX);
	for (uint32_t i = 0; i < steps && in.n; i++)
		dht_model_step(&m);
	from = dht_model_addr(&m, 3);
	dht_model_receive(&m, &from, span_of(in.p, in.n));
	dht_model_pass(&m, 1000);
	if (dht_restore(m.d, span_of(in.p, in.n), m.now) == ERR_OK)
		dht_model_restart(&m);
	dht_model_pass(&m, 60000);
	dht_model_fini(&m);
	return 0;
}
