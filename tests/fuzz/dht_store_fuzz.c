/*
 * dht_store_fuzz.c - any sequence of announces, questions and leaps in time
 * keeps the store of peers in step with a slow model of it, inside its caps,
 * and nothing expired is given out.
 */
#include "../unit/dht/store_model.h"
#include "base/hash.h"

#define STEPS_MAX 400

struct input {
	const uint8_t *p;
	size_t n;
};

/* A byte a number; zeros when there are no more. */
static uint32_t from_input(void *source, uint32_t n)
{
	struct input *in = (struct input *)source;
	uint32_t v = 0;

	if (in->n) {
		v = *in->p++;
		in->n--;
	}
	return v % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store_model m;
	struct input in = {data, size};

	hash_setup();
	model_init(&m, from_input, &in);
	for (int i = 0; i < STEPS_MAX && in.n; i++)
		model_step(&m);
	model_fini(&m);
	return 0;
}
