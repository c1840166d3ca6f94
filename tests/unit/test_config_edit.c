// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Changing one key in a config file's text: everything else stays, and what comes out is read back with that key.
#include "model/config.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct {
    const char *before, *key, *value, *after;
} edits[] = {
    {"", "queue.max", "7", "{\n  \"queue.max\": 7\n}\n"},
    {" // nothing yet\n", "queue.max", "7", " // nothing yet\n{\n  \"queue.max\": 7\n}\n"},
    {"{}", "queue.max", "7", "{\n  \"queue.max\": 7\n}"},
    {"{ // mine\n}\n", "queue.max", "7", "{\n  \"queue.max\": 7 // mine\n}\n"},
    {"{ // mine\n  \"backend\": \"sim\"\n}\n", "queue.max", "7",
     "{ // mine\n  \"queue.max\": 7,\n  \"backend\": \"sim\"\n}\n"},
    {"{\"queue.max\":5}", "queue.max", "7", "{\"queue.max\":7}"},
    {"{\"queue\": {\"max\": 5 } }", "queue.max", "7", "{\"queue\": {\"max\": 7 } }"},
    {"{\"on_done\": [\"a,b}\\\"{//\"], // \"queue.max\": 1\n \"queue\": {\"max\": 5}}", "queue.max", "7",
     "{\"on_done\": [\"a,b}\\\"{//\"], // \"queue.max\": 1\n \"queue\": {\"max\": 7}}"},
    {"{\"models\": {\"allow\": [\"a\", \"]\"]}, \"queue.max\": 5}", "models.allow", "[\"b\"]",
     "{\"models\": {\"allow\": [\"b\"]}, \"queue.max\": 5}"},
    // a name within another object is not the key
    {"{\"backends\": [{\"name\": \"x\", \"url\": \"http://h\", \"model\": \"queue.max\"}]}", "backend", "\"x\"",
     "{\"backend\": \"x\",\n  \"backends\": [{\"name\": \"x\", \"url\": \"http://h\", \"model\": \"queue.max\"}]}"},
    // taken out
    {"{\n  \"queue.max\": 5, // five\n  \"backend\": \"sim\"\n}\n", "queue.max", NULL,
     "{\n  // five\n  \"backend\": \"sim\"\n}\n"},
    {"{\n  \"backend\": \"sim\",\n  \"queue.max\": 5\n}\n", "queue.max", NULL, "{\n  \"backend\": \"sim\"\n}\n"},
    {"{\n  \"queue.max\": 5\n}\n", "queue.max", NULL, "{\n}\n"},
    {"{\"limits\": {\"stall_s\": 1, \"total_s\": 2}}", "limits.stall_s", NULL, "{\"limits\": {\"total_s\": 2}}"},
    {"{\"backend\": \"sim\"}", "queue.max", NULL, "{\"backend\": \"sim\"}"},
};

static void each_edit(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        struct err e = ERR_INIT;
        struct buf out;
        struct config c;
        buf_init(&out, BUF_MAX_PIECE);
        if (!config_edit(&out, edits[i].before, strlen(edits[i].before), edits[i].key, edits[i].value, &e))
            fail_msg("%zu: %s", i, e.text);
        assert_string_equal(out.data, edits[i].after);
        config_init(&c);
        if (!config_parse(&c, out.data, out.len, "c.json", false, &e)) fail_msg("%zu: %s", i, e.text);
        config_release(&c);
        buf_release(&out);
    }
}

static void what_is_no_config_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"[1]", "{\"queue.max\": }", "{\"queue.max\": 5", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        struct buf out;
        buf_init(&out, BUF_MAX_PIECE);
        assert_false(config_edit(&out, bad[i], strlen(bad[i]), "queue.max", "7", &e));
        assert_int_equal(e.code, ERR_USAGE);
        buf_release(&out);
    }
}

static void a_later_origin_wins(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct config c;
    static const char user[] = "{\"queue.max\": 5, \"chunk.words\": 300}", project[] = "{\"chunk.words\": 400}";
    config_init(&c);
    assert_true(config_parse(&c, user, strlen(user), "u", false, &e));
    assert_true(config_parse(&c, project, strlen(project), "p", true, &e));
    assert_true(config_set(&c, "queue.max", "9", CONFIG_ENVIRONMENT, "NOVELGEN_QUEUE_MAX", &e));
    assert_int_equal(c.queue_max, 9);
    assert_int_equal(c.chunk_words, 400);
    for (size_t i = 0; i < CONFIG_KEYS_MAX; i++) assert_true(c.origin[i] <= CONFIG_OPTION);
    assert_false(config_set(&c, "queue.mx", "9", CONFIG_OPTION, "--set", &e));
    assert_non_null(strstr(e.text, "did you mean 'queue.max'"));
    config_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_edit),
        cmocka_unit_test(what_is_no_config_is_refused),
        cmocka_unit_test(a_later_origin_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
