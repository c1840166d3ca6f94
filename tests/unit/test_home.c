// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the configuration lets a job name: backends with their keys, fallbacks, models. And that no message shows a key.
#include "app/home.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#define SECRET "sk-SECRET"

static const char config[] = "{\"backends\": [{\"name\": \"gpu\", \"url\": \"http://g:1\"},\n"
                             "{\"name\": \"env\", \"url\": \"http://e:1\", \"api_key_env\": \"NOVELGEN_TEST_KEY\"},\n"
                             "{\"name\": \"file\", \"url\": \"http://f:1\", \"api_key_file\": \"~/key\"},\n"
                             "{\"name\": \"large\", \"url\": \"http://l:1\", \"model\": \"llama3:405b\"}],\n"
                             "\"models.allow\": [\"qwen3*\", \"llama3:8b\"]}";

static void put(const char *path, const char *text, mode_t mode)
{
    struct err e = ERR_INIT;
    if (!file_publish(path, text, strlen(text), &e)) fail_msg("%s", e.text);
    assert_int_equal(chmod(path, mode), 0);
}

// The home, the config and HOME are the scratch folder.
static int setup(void **state)
{
    char here[800];
    if (scratch_setup(state) != 0 || !getcwd(here, sizeof here)) return -1;
    if (setenv("XDG_CONFIG_HOME", here, 1) != 0 || setenv("HOME", here, 1) != 0) return -1;
    if (unsetenv("NOVELGEN_TEST_KEY") != 0 || mkdir("novelgen", 0700) != 0) return -1;
    put("novelgen/config.json", config, 0600);
    return 0;
}

static void open_home(struct home *h)
{
    struct err e = ERR_INIT;
    if (!home_open(h, "home", &e)) fail_msg("%s", e.text);
}

static void assert_good(const struct home *h, const char *backend)
{
    struct err e = ERR_INIT;
    if (!home_check_backend(h, backend, &e)) fail_msg("%s", e.text);
}

static void assert_bad(const struct home *h, const char *backend, const char *part)
{
    struct err e = ERR_INIT;
    if (home_check_backend(h, backend, &e)) fail_msg("'%s' was let pass", backend);
    assert_int_equal(e.code, ERR_USAGE);
    if (!strstr(e.text, part)) fail_msg("'%s' does not say '%s'", e.text, part);
    assert_null(strstr(e.text, SECRET));
    assert_null(strchr(e.text, '\n'));
}

static void backends_are_known_by_name(void **state)
{
    struct home h;
    (void)state;
    open_home(&h);
    assert_good(&h, "auto");
    assert_good(&h, "sim");
    assert_good(&h, "gpu");
    assert_good(&h, "http://somewhere:1");
    assert_bad(&h, "gpx", "unknown backend 'gpx'; did you mean 'gpu'?");
    assert_bad(&h, "localhost:8080", "did you mean 'http://localhost:8080'?");
    assert_bad(&h, "nowhere", "a name from your config file");
    assert_bad(&h, "http://u:" SECRET "@a", "password");
    home_release(&h);
}

static void a_key_variable_must_be_set(void **state)
{
    struct home h;
    (void)state;
    open_home(&h);
    assert_bad(&h, "env", "NOVELGEN_TEST_KEY");
    assert_int_equal(setenv("NOVELGEN_TEST_KEY", "", 1), 0);
    assert_bad(&h, "env", "NOVELGEN_TEST_KEY");
    assert_int_equal(setenv("NOVELGEN_TEST_KEY", SECRET, 1), 0);
    assert_good(&h, "env");
    home_release(&h);
}

static void a_key_file_is_for_its_owner(void **state)
{
    struct home h;
    (void)state;
    open_home(&h);
    assert_bad(&h, "file", "/key'"); // missing; "~" has become the user's folder
    put("key", SECRET "\n", 0644);
    assert_bad(&h, "file", "chmod 600");
    assert_int_equal(chmod("key", 0620), 0);
    assert_bad(&h, "file", "chmod 600");
    assert_int_equal(chmod("key", 0600), 0);
    assert_good(&h, "file");
    assert_int_equal(chmod("key", 0400), 0);
    assert_good(&h, "file");
    put("key", "\n" SECRET "\n", 0600);
    assert_bad(&h, "file", "empty");
    assert_int_equal(unlink("key"), 0);
    assert_int_equal(mkdir("key", 0700), 0);
    assert_bad(&h, "file", "no regular file");
    home_release(&h);
}

static void models_must_be_allowed(void **state)
{
    struct err e = ERR_INIT;
    struct home h;
    (void)state;
    open_home(&h);
    assert_true(home_check_model(&h, NULL, &e));
    assert_true(home_check_model(&h, "Qwen3-8B", &e));
    assert_false(home_check_model(&h, "llama3:70b", &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.text, "the model 'llama3:70b' is not allowed: \"models.allow\" of your config file has "
                                "qwen3*, llama3:8b");
    assert_bad(&h, "large", "'llama3:405b' is not allowed");
    home_release(&h);
}

static void fallbacks_are_checked_too(void **state)
{
    struct fallback list[] = {{"gpu", NULL}, {"http://b:1", "qwen3"}, {"gpu2", NULL}};
    struct err e = ERR_INIT;
    struct home h;
    (void)state;
    open_home(&h);
    assert_true(home_check_fallback(&h, list, 2, &e));
    assert_true(home_check_fallback(&h, NULL, 0, &e));
    assert_false(home_check_fallback(&h, list, 3, &e));
    assert_string_equal(e.text, "fallback: unknown backend 'gpu2'; did you mean 'gpu'?");
    e = (struct err)ERR_INIT;
    list[0].model = (char[]){"mistral"};
    assert_false(home_check_fallback(&h, list, 2, &e));
    assert_non_null(strstr(e.text, "fallback: the model 'mistral' is not allowed"));
    home_release(&h);
}

#define with_config(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_config(backends_are_known_by_name),  with_config(a_key_variable_must_be_set),
        with_config(a_key_file_is_for_its_owner), with_config(models_must_be_allowed),
        with_config(fallbacks_are_checked_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
