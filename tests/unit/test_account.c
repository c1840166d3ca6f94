// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The account of what a server with one cached prefix has seen, over the ways in which a conversation goes on or breaks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/account.h"

#include <cmocka.h>

#include <string.h>

static void add(struct prompt *p, const char *user, const char *assistant)
{
    p->turn = p->count;
    prompt_add(p, GEN_USER, user, strlen(user));
    if (assistant) prompt_add(p, GEN_ASSISTANT, assistant, strlen(assistant));
}

static struct account_entry ask(struct account *a, struct prompt *p, const struct step *s, const char *answer)
{
    struct account_entry entry;
    account_request(a, p, s, &entry);
    account_answer(a, p, answer, strlen(answer));
    return entry;
}

struct talk {
    struct account account;
    struct prompt prompt;
    struct step step;
};

// One question that was answered; the second one is not sent yet.
static void begin(struct talk *t)
{
    account_init(&t->account);
    prompt_init(&t->prompt);
    t->step = (struct step){.kind = STEP_CHUNK, .chapter = 3, .conversation = 3};
    add(&t->prompt, "Plan chapter 3.", NULL);
    struct account_entry first = ask(&t->account, &t->prompt, &t->step, "CARD 1");
    assert_null(first.broke);
    assert_int_equal(first.common, 0);
    prompt_add(&t->prompt, GEN_ASSISTANT, "CARD 1", 6);
}

static void end(struct talk *t)
{
    prompt_release(&t->prompt);
    account_release(&t->account);
}

static void test_a_next_turn_extends_request_and_answer(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    add(&t.prompt, "Part 1.", NULL);
    struct account_entry e = ask(&t.account, &t.prompt, &t.step, "It rained.");
    assert_null(e.broke);
    assert_int_equal(e.bytes - e.common, strlen("Part 1."));
    end(&t);
}

// The rejected answer is not in the next request: its question is asked anew, and that is no break.
static void test_asking_again_is_no_break(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    add(&t.prompt, "Part 1, about 800 words.", NULL);
    ask(&t.account, &t.prompt, &t.step, "Sorry.");
    t.prompt.count--;
    free((void *)(uintptr_t)t.prompt.messages[t.prompt.count].text);
    add(&t.prompt, "Part 1, about 400 words.", NULL);
    assert_null(ask(&t.account, &t.prompt, &t.step, "It rained.").broke);
    end(&t);
}

static void test_a_prefilled_answer_goes_on_without_a_break(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    add(&t.prompt, "Part 1.", NULL);
    ask(&t.account, &t.prompt, &t.step, "It rained. The");
    prompt_add(&t.prompt, GEN_ASSISTANT, "It rained.", 10);
    t.prompt.prefill = true;
    struct account_entry e = ask(&t.account, &t.prompt, &t.step, " The sea rose.");
    assert_null(e.broke);
    assert_int_equal(e.bytes, e.common);
    end(&t);
}

static void test_a_cut_head_is_a_break(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    account_head_cut(&t.account);
    add(&t.prompt, "Part 1.", NULL);
    assert_string_equal(ask(&t.account, &t.prompt, &t.step, "x").broke, "the head of the last answer was not kept");
    add(&t.prompt, "Part 2.", NULL); // said once
    assert_null(ask(&t.account, &t.prompt, &t.step, "x").broke);
    end(&t);
}

static void test_turns_left_out_are_a_break(void **state)
{
    (void)state;
    struct talk t;
    begin(&t);
    add(&t.prompt, "Part 1.", "It rained.");
    add(&t.prompt, "Part 2.", NULL);
    ask(&t.account, &t.prompt, &t.step, "x");
    struct prompt less;
    prompt_init(&less);
    add(&less, "Plan chapter 3.", "CARD 1");
    add(&less, "Part 3.", NULL);
    less.left_out = 2;
    assert_string_equal(ask(&t.account, &less, &t.step, "x").broke, "older turns were left out to fit the context");
    prompt_release(&less);
    end(&t);
}

static void test_a_flat_request_is_a_break_once(void **state)
{
    (void)state;
    struct talk t;
    struct prompt flat;
    begin(&t);
    prompt_init(&flat);
    add(&flat, "All that matters. Part 2.", NULL);
    t.step.flat = true;
    assert_string_equal(ask(&t.account, &flat, &t.step, "x").broke,
                        "the conversation began anew: the model copied from it, or it outgrew the context");
    t.step.flat = false;
    prompt_add(&flat, GEN_ASSISTANT, "x", 1);
    add(&flat, "Part 3.", NULL);
    assert_null(ask(&t.account, &flat, &t.step, "x").broke);
    prompt_release(&flat);
    end(&t);
}

static void test_another_conversation_is_no_break(void **state)
{
    (void)state;
    struct talk t;
    struct prompt next;
    begin(&t);
    prompt_init(&next);
    add(&next, "Plan chapter 4.", NULL);
    t.step.conversation = 4;
    struct account_entry e = ask(&t.account, &next, &t.step, "x");
    assert_null(e.broke);
    assert_int_equal(e.common, strlen("Plan chapter "));
    prompt_release(&next);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_next_turn_extends_request_and_answer),
        cmocka_unit_test(test_asking_again_is_no_break),
        cmocka_unit_test(test_a_prefilled_answer_goes_on_without_a_break),
        cmocka_unit_test(test_a_cut_head_is_a_break),
        cmocka_unit_test(test_turns_left_out_are_a_break),
        cmocka_unit_test(test_a_flat_request_is_a_break_once),
        cmocka_unit_test(test_another_conversation_is_no_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
