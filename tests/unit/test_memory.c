// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the book remembers of its recaps.
#include "base/mem.h"
#include "model/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct asked {
    struct memory *m;
    struct buf out;
};

static void open_memory(struct asked *a)
{
    a->m = memory_new();
    buf_init(&a->out, BUF_MAX_PIECE);
}

static void close_memory(struct asked *a)
{
    memory_free(a->m);
    buf_release(&a->out);
}

static void assert_cast(struct asked *a, const char *about, const char *expected)
{
    buf_clear(&a->out);
    memory_cast(a->m, about, &a->out, 4000);
    assert_string_equal(a->out.data, expected);
}

static void assert_threads(struct asked *a, const char *expected)
{
    buf_clear(&a->out);
    memory_threads(a->m, &a->out, 4000);
    assert_string_equal(a->out.data, expected);
}

static void assert_facts(struct asked *a, const char *about, const char *expected)
{
    buf_clear(&a->out);
    memory_facts(a->m, about, &a->out, 4000);
    assert_string_equal(a->out.data, expected);
}

static void test_cast(void **state)
{
    struct asked a;
    (void)state;
    open_memory(&a);
    memory_add(a.m, 1,
               "HAPPENED: Mara ran.\nCHANGED: Mara Voss: afraid\nCHANGED: Jon | robbed\nCHANGED: Bo - asleep\n");
    memory_add(a.m, 2,
               "CHANGED: mara: limps since the fall\nCHANGED: Żółw: śpi\nCHANGED: 李娜: 受伤了\nCHANGED: nonsense");
    assert_cast(&a, "MARA meets Jon", "- Mara Voss: limps since the fall (chapter 2)\n- Jon: robbed (chapter 1)\n");
    assert_cast(&a, "the Voss house", "- Mara Voss: limps since the fall (chapter 2)\n");
    assert_cast(&a, "Marathon, Jonah, boat", ""); // whole words
    assert_cast(&a, "it is Bo's", "- Bo: asleep (chapter 1)\n");
    assert_cast(&a, "ŻÓŁW idzie", "- Żółw: śpi (chapter 2)\n");
    assert_cast(&a, "然后李娜走了", "- 李娜: 受伤了 (chapter 2)\n");
    assert_cast(&a, "然后李明走了", "");
    assert_cast(&a, "", "");
    memory_add(a.m, 3, "CHANGED: Jon: rich\n"); // the newest first
    assert_cast(&a, "mara jon", "- Jon: rich (chapter 3)\n- Mara Voss: limps since the fall (chapter 2)\n");
    close_memory(&a);
}

// "Voss" alone might be either: neither's state is touched.
static void test_two_of_a_name(void **state)
{
    struct asked a;
    (void)state;
    open_memory(&a);
    memory_add(a.m, 1, "CHANGED: Mara Voss: afraid\nCHANGED: Anna Voss: calm\nCHANGED: Voss: gone\n");
    assert_cast(&a, "Mara", "- Mara Voss: afraid (chapter 1)\n");
    assert_cast(&a, "Voss",
                "- Voss: gone (chapter 1)\n- Anna Voss: calm (chapter 1)\n- Mara Voss: afraid (chapter 1)\n");
    close_memory(&a);
}

static void test_threads(void **state)
{
    struct asked a;
    (void)state;
    open_memory(&a);
    memory_add(a.m, 1,
               "OPEN: who opened the sluice at night?\nOPEN: what does her brother know?\nOPEN: 谁打开了水闸\n");
    memory_add(a.m, 2, "OPEN: Who opened the sluice that night?\nCLOSED: her brother knows about the map\n");
    assert_threads(&a, "- who opened the sluice at night? (chapter 1)\n- what does her brother know? (chapter 1)\n"
                       "- 谁打开了水闸 (chapter 1)\n");
    memory_add(a.m, 3, "CLOSED: the SLUICE was opened at night by the watchman, that is who\n");
    assert_threads(&a, "- what does her brother know? (chapter 1)\n- 谁打开了水闸 (chapter 1)\n");
    memory_add(a.m, 4, "CLOSED: 是他打开了水闸\nCLOSED: nothing of this\n");
    assert_threads(&a, "- what does her brother know? (chapter 1)\n");
    close_memory(&a);
}

static void test_facts(void **state)
{
    struct asked a;
    (void)state;
    open_memory(&a);
    memory_add(a.m, 1,
               "CHANGED: Mara: wet\nFACT: the pumps stop at night\nDONE: Mara meets Jon\nFACT: the salt burns\n");
    memory_add(a.m, 2, "FACT: the gate has two keys\nFACT: the moon is new\nFACT: the salt burns\n");
    assert_facts(
        &a, "Mara and the pumps",
        "- happened once: Mara meets Jon (chapter 1)\n- the pumps stop at night (chapter 1)\n"
        "- the salt burns (chapter 2)\n- the moon is new (chapter 2)\n- the gate has two keys (chapter 2)\n");
    assert_facts(&a, "",
                 "- the salt burns (chapter 2)\n- the moon is new (chapter 2)\n- the gate has two keys (chapter 2)\n"
                 "- happened once: Mara meets Jon (chapter 1)\n- the pumps stop at night (chapter 1)\n");
    buf_clear(&a.out);
    buf_adds(&a.out, "x\n");
    memory_facts(a.m, "pumps", &a.out, 38); // whole lines, what stood before does not count
    assert_string_equal(a.out.data, "x\n- the pumps stop at night (chapter 1)\n");
    memory_add(a.m, 3, "FACT: 水闸坏了\nFACT: 月亮圆\n");
    buf_clear(&a.out);
    memory_facts(a.m, "水闸", &a.out, 32);
    assert_string_equal(a.out.data, "- 水闸坏了 (chapter 3)\n");
    close_memory(&a);
}

static void test_bounds(void **state)
{
    struct asked a;
    struct buf recap;
    (void)state;
    open_memory(&a);
    buf_init(&recap, BUF_MAX_PIECE);
    for (int i = 0; i < 500; i++) {
        char name[16] = "";
        for (int k = 0, n = i; k < 4; k++, n /= 10) name[k] = (char)('a' + n % 10);
        buf_clear(&recap);
        buf_addf(&recap, "CHANGED: n%s: here\nOPEN: q%s\nFACT: f%s\n", name, name, name);
        memory_add(a.m, i + 1, recap.data);
    }
    assert_cast(&a, "njjaa", "");                              // 99: forgotten
    assert_cast(&a, "naaba", "- naaba: here (chapter 101)\n"); // 100
    buf_clear(&a.out);
    memory_threads(a.m, &a.out, BUF_MAX_PIECE);
    size_t lines = 0;
    for (const char *s = a.out.data; (s = strchr(s, '\n')) != NULL; s++) lines++;
    assert_int_equal(lines, 400);
    buf_clear(&a.out);
    memory_threads(a.m, &a.out, 100);
    assert_in_range(a.out.len, 60, 100);
    assert_int_equal(a.out.data[a.out.len - 1], '\n');
    buf_release(&recap);
    close_memory(&a);
    memory_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cast),  cmocka_unit_test(test_two_of_a_name), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_facts), cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
