// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests/bench/run: `drain URL BODY…` sends the requests whose bodies stand in the files, one after the other, reads
// the answers as the engine does (decoder, watchdog, UTF-8) without keeping them, and prints the CPU seconds that this
// took, the reading of the files not counted. Beside `curl -N` with the same files it shows what a streamed token costs.
#include "backend/generation.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/json.h"
#include "text/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct request {
    struct json *body;
    struct gen_message *messages;
};

static struct {
    struct loop *loop;
    struct http *http;
    const char *url;
    struct request *requests;
    int count, at;
    struct buf text;
    bool pending_cr, failed;
} drain;

static void send_next(void);

static void on_text(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    utf8_prose(&drain.text, bytes, len, &drain.pending_cr);
}

static void on_end(void *arg, const struct gen_result *r)
{
    (void)arg;
    drain.failed = drain.failed || r->failure != FAIL_NONE;
    drain.at++;
    buf_clear(&drain.text);
    if (drain.at < drain.count && !drain.failed)
        send_next();
    else
        loop_stop(drain.loop);
}

static const struct gen_events events = {.text = on_text, .end = on_end};

static struct gen_message *read_messages(const struct json *list)
{
    struct gen_message *messages = mem_calloc(json_count(list) + 1, sizeof(*messages));
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *m = json_at(list, i);
        const char *role = json_str(json_get(m, "role"), NULL);
        messages[i].role = role != NULL && strcmp(role, "assistant") == 0 ? GEN_ASSISTANT : GEN_USER;
        messages[i].text = json_str(json_get(m, "content"), &messages[i].len);
    }
    return messages;
}

static bool read_request(struct request *q, const char *path)
{
    struct err e = ERR_INIT;
    struct buf file;
    buf_init(&file, BUF_MAX_PROMPT);
    if (file_read(path, &file, &e) == FILE_READ_OK) q->body = json_read(file.data, file.len, &e);
    buf_release(&file);
    if (q->body == NULL) return fprintf(stderr, "%s\n", e.text) < 0;
    q->messages = read_messages(json_get(q->body, "messages"));
    return true;
}

static void send_next(void)
{
    const struct request *r = &drain.requests[drain.at];
    const struct sampling sampling = {NAN, NAN, NAN, NAN, NAN, NAN, -1, NAN, NAN, 0, NAN, NAN};
    const struct gen_request q = {
        .url = drain.url,
        .model = json_str(json_get(r->body, "model"), NULL),
        .messages = r->messages,
        .messages_count = json_count(json_get(r->body, "messages")),
        .max_tokens = (int)json_int(json_get(r->body, "max_tokens"), 1000),
        .seed = json_int(json_get(r->body, "seed"), -1),
        .sampling = &sampling,
        .connect_ms = 5000,
        .first_token_ms = 60000,
        .stall_ms = 60000,
        .total_ms = 600000,
    };
    gen_start(drain.loop, drain.http, &q, &events, NULL);
}

static double cpu_s(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    drain.url = argv[1];
    drain.count = argc - 2;
    drain.requests = mem_calloc((size_t)drain.count, sizeof(*drain.requests));
    for (int i = 0; i < drain.count; i++)
        if (!read_request(&drain.requests[i], argv[i + 2])) return 1;
    double before_s = cpu_s();
    drain.loop = loop_new();
    drain.http = http_new(drain.loop);
    buf_init(&drain.text, BUF_MAX_PIECE);
    send_next();
    loop_run(drain.loop);
    printf("%.6f\n", cpu_s() - before_s);
    return drain.failed;
}
