/*
 * dht_table_fuzz.c - any sequence of events keeps what a routing table
 * promises, checked after each step.
 */
#include "../unit/dht/table_model.h"

#define STEPS_MAX 400

struct input {
	const uint8_t *p;
	size_t n;
};

/* One byte a number below 256, else two; zeros when there are no more. */
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
	static struct table_model m;
	struct input in = {data, size};

	table_model_init(&m, from_input, &in);
	for (int i = 0; i < STEPS_MAX && in.n; i++)
		table_model_step(&m);
	table_model_fini(&m);
	return 0;
}
