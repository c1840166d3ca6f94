// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The folders of include/engine/incoming.h. Whoever unpacked a book removes them when it is answered; if it was killed,
// whoever takes its message in does, or the next import.
#include "engine/incoming.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static const char *const stage_folders[] = {INCOMING_FILES "/chapters", INCOMING_FILES, "try", ""};

bool incoming_make(const char *home, const char *key, struct err *e)
{
    char path[INCOMING_PATH_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(stage_folders); i++)
        if (!incoming_path(path, home, key, stage_folders[i], e) || !file_mkdirs(path, 0700, e)) return false;
    return true;
}

static bool remove_one(void *arg, const char *name)
{
    const char *folder = arg;
    char path[INCOMING_PATH_SIZE + 300];

    (void)snprintf(path, sizeof(path), "%s/%.255s", folder, name);
    (void)unlink(path); // folders were emptied and removed before
    return true;
}

void incoming_remove(const char *home, const char *key)
{
    char path[INCOMING_PATH_SIZE];
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(stage_folders); i++) {
        if (!incoming_path(path, home, key, stage_folders[i], &ignored)) return;
        (void)file_list(path, remove_one, path, &ignored);
        (void)rmdir(path);
    }
}

// ---- what others have left

struct sweep {
    const char *home;
    const char *key;
    bool wanted;
};

// The message of an import is short.
static bool look_at_message(void *arg, const char *name)
{
    struct sweep *s = arg;
    struct buf text;
    struct err ignored = ERR_INIT;
    char *path = mem_printf("%s/inbox/%s", s->home, name);

    buf_init(&text, BUF_MAX_PIECE);
    if (file_read(path, &text, &ignored) == FILE_READ_OK && strstr(text.data, s->key) != NULL) s->wanted = true;
    buf_release(&text);
    free(path);
    return !s->wanted;
}

static bool is_alive(const char *key)
{
    const char *dash = strchr(key, '-');
    long pid = dash != NULL ? strtol(dash + 1, NULL, 10) : 0;

    return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno != ESRCH);
}

static bool sweep_one(void *arg, const char *key)
{
    struct sweep *s = arg;
    struct err ignored = ERR_INIT;
    char *inbox = mem_printf("%s/inbox", s->home);

    s->key = key;
    s->wanted = !incoming_key_is_good(key) || is_alive(key);
    if (!s->wanted) (void)file_list(inbox, look_at_message, s, &ignored);
    if (!s->wanted) incoming_remove(s->home, key);
    free(inbox);
    return true;
}

void incoming_sweep(const char *home)
{
    struct sweep s = {.home = home};
    struct err ignored = ERR_INIT;
    char *path = mem_printf("%s/%s", home, INCOMING_DIR);

    (void)file_list(path, sweep_one, &s, &ignored);
    free(path);
}
