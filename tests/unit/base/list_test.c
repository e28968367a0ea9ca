#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/list.h"

struct item {
	char name;
	struct list link;
};

/* The names in order, read forwards; the ring must agree backwards. */
static void assert_order(struct list *head, const char *want)
{
	const char *p = want;
	size_t n = 0;

	list_for_each (it, head) {
		const struct item *x = container_of(it, struct item, link);

		assert_int_equal(x->name, *p++);
		assert_ptr_equal(it->next->prev, it);
		assert_ptr_equal(it->prev->next, it);
		assert_true(++n < 100);
	}
	assert_int_equal(*p, '\0');
}

static void keeps_the_order_of_insertion(void **state)
{
	struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
	struct list head;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	assert_null(list_front(&head));
	list_push_back(&head, &b.link);
	list_push_back(&head, &c.link);
	list_push_front(&head, &a.link);
	assert_order(&head, "abc");
	assert_ptr_equal(list_front(&head), &a.link);
	assert_false(list_empty(&head));
}

static void inserts_before_any_node(void **state)
{
	struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
	struct list head;

	(void)state;
	list_init(&head);
	list_push_back(&head, &a.link);
	list_push_back(&head, &c.link);
	list_insert_before(&c.link, &b.link);
	assert_order(&head, "abc");
}

static void removing_twice_is_harmless(void **state)
{
	struct item a = {.name = 'a'}, b = {.name = 'b'};
	struct list head;

	(void)state;
	list_init(&head);
	list_push_back(&head, &a.link);
	list_push_back(&head, &b.link);
	list_remove(&a.link);
	list_remove(&a.link);
	assert_order(&head, "b");
	assert_true(list_empty(&a.link));
}

static void the_safe_walk_may_unlink(void **state)
{
	struct item items[5];
	struct list head;
	size_t seen = 0;

	(void)state;
	list_init(&head);
	for (size_t i = 0; i < 5; i++) {
		items[i].name = (char)('a' + i);
		list_push_back(&head, &items[i].link);
	}
	list_for_each_safe (it, &head) {
		if (seen++ % 2 == 0)
			list_remove(it);
	}
	assert_int_equal(seen, 5);
	assert_order(&head, "bd");
	seen = 0;
	list_for_each (it, &head) {
		seen++;
	}
	assert_int_equal(seen, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_order_of_insertion),
		cmocka_unit_test(inserts_before_any_node),
		cmocka_unit_test(removing_twice_is_harmless),
		cmocka_unit_test(the_safe_walk_may_unlink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
