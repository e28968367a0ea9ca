/*
 * dht_lookup_fuzz.c - any replies, failures and delays, with arbitrary nodes:
 * a lookup ends, keeps its caps and never asks whom it should not.
 */
#include "../unit/dht/lookup_play.h"

#define STEPS_MAX 1500

struct input {
	const uint8_t *p;
	size_t n;
};

/* A byte a number; zeros when there are no more. */
static uint32_t from_input(void *source, uint32_t n)
{
	struct input *in = (struct input *)source;
	uint32_t v = 0;

	if (in->n > 0) {
		v = *in->p++;
		in->n--;
	}
	return v % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play p;
	struct input in = {data, size};

	play_init(&p, from_input, &in);
	for (int i = 0; i < STEPS_MAX && in.n > 0; i++)
		play_step(&p);
	play_finish(&p);
	return 0;
}
