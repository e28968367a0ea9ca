/*
 * picker_fuzz.c - any sequence of events keeps the picker in step with a slow
 * model of it, and leaves it able to finish.
 */
#include "../unit/core/picker_model.h"

#define STEPS_MAX 250

struct input {
	const uint8_t *p;
	size_t n;
};

/* Two bytes a number; zeros when there are no more. */
static uint32_t from_input(void *source, uint32_t n)
{
	struct input *in = (struct input *)source;
	uint32_t v = 0;

	for (int i = 0; i < 2 && in->n; i++, in->p++, in->n--)
		v = v << 8 | *in->p;
	return v % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model m;
	struct input in = {data, size};

	model_init(&m, from_input, &in);
	for (int i = 0; i < STEPS_MAX && in.n; i++) {
		model_step(&m);
		picker_check(m.pk);
	}
	model_compare(&m);
	model_finish(&m);
	model_compare(&m);
	model_fini(&m);
	return 0;
}
