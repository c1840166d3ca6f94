// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From rows to what was sent and what came back: see include/app/transcript.h.
#include "app/transcript.h"

#include <stdlib.h>
#include <string.h>

#include "app/conversation.h"
#include "app/history.h"
#include "app/wish.h"
#include "base/mem.h"
#include "engine/gate_join.h"

struct transcript_chunk {
    int seq;
    size_t skip;
};

struct transcript {
    struct store *store;
    const struct transcript_wish *wish;
    struct history history;
    bool loaded;
    int number; // of the conversation that is loaded
    struct conversation conversation;
    struct transcript_chunk *chunks; // of that chapter
    size_t chunks_count, chunks_cap;
};

static bool transcript_on_chunk(void *arg, const struct chunk_row *c)
{
    struct transcript *t = arg;

    mem_grow(&t->chunks, &t->chunks_cap, t->chunks_count + 1, sizeof *t->chunks);
    t->chunks[t->chunks_count++] = (struct transcript_chunk){.seq = c->seq, .skip = c->skip};
    return true;
}

static bool transcript_load(struct transcript *t, int number, struct err *e)
{
    if (t->loaded && number == t->number) return true;
    t->loaded = true;
    t->number = number;
    t->chunks_count = 0;
    if (!conversation_load(&t->conversation, t->store, t->wish->job, number, e)) return false;
    history_place(&t->history, &t->conversation, number);
    return number <= 0 ||
           store_chunks_each(t->store, t->wish->job, number, STORE_BY_PLACE, transcript_on_chunk, t, e);
}

// ---- one exchange ---------------------------------------------------------------------------------------------------

struct transcript_look { // what is stored with the attempt itself
    struct buf sent, carried, text, joined;
    struct conversation_view before;
};

static void transcript_look_init(struct transcript_look *l)
{
    *l = (struct transcript_look){0};
    buf_init(&l->sent, BUF_MAX_PROMPT);
    buf_init(&l->carried, BUF_MAX_PROMPT);
    buf_init(&l->text, BUF_MAX_PROMPT);
    buf_init(&l->joined, (size_t)BUF_MAX_PROMPT * 2);
}

static void transcript_look_release(struct transcript_look *l)
{
    buf_release(&l->sent);
    buf_release(&l->carried);
    buf_release(&l->text);
    buf_release(&l->joined);
    free(l->before.items);
}

static void transcript_add(struct exchange *x, enum turn_role role, const char *text, size_t len)
{
    x->own[x->own_count++] = (struct transcript_message){.role = role, .text = text, .len = len};
    x->unknown_bytes -= (int64_t)len;
}

// What an attempt sent is stored as one text: its turn, and in front of each message behind it a line that names its
// role. What was carried over is known by itself (but of an accepted attempt), and may hold such a line.
static const char assistant_mark[] = "\n\n[assistant]\n", user_mark[] = "\n\n[user]\n";
enum { ASSISTANT_MARK = sizeof assistant_mark - 1, USER_MARK = sizeof user_mark - 1 };

static const char *transcript_find_carried(const struct buf *sent, const struct buf *carried)
{
    const char *at = sent->data, *end = sent->data + sent->len;

    while ((at = memmem(at, (size_t)(end - at), assistant_mark, ASSISTANT_MARK)) != NULL) {
        const char *text = at + ASSISTANT_MARK;
        if ((size_t)(end - text) >= carried->len && memcmp(text, carried->data, carried->len) == 0) return at;
        at = text;
    }
    return NULL;
}

static void transcript_add_sent(struct exchange *x, const struct transcript_look *l)
{
    bool continues = l->carried.len > 0 || (history_is_chunk(x->row) && x->row->number > 1);
    const char *at = continues ? transcript_find_carried(&l->sent, &l->carried) : NULL;
    const char *end = l->sent.data + l->sent.len;

    if (at == NULL) {
        transcript_add(x, TURN_USER, l->sent.data, l->sent.len);
        if (l->carried.len > 0) transcript_add(x, TURN_ASSISTANT, l->carried.data, l->carried.len);
        return;
    }
    const char *text = at + ASSISTANT_MARK;
    const char *again = memmem(text + l->carried.len, (size_t)(end - text) - l->carried.len, user_mark, USER_MARK);
    transcript_add(x, TURN_USER, l->sent.data, (size_t)(at - l->sent.data));
    transcript_add(x, TURN_ASSISTANT, text, (size_t)((again != NULL ? again : end) - text));
    if (again != NULL) transcript_add(x, TURN_USER, again + USER_MARK, (size_t)(end - again) - USER_MARK);
}

// What was carried over to an accepted answer is not stored with it: it is how the chunk begins, and it stood in what
// the attempt before had. Bytes that are neither were sent to say how to go on.
static bool transcript_add_carried(struct transcript *t, struct exchange *x, const struct conversation_turn *chunk,
                                   struct err *e)
{
    int64_t len = x->unknown_bytes;
    struct transcript_look l;
    bool ok = true;

    if (len <= 0 || chunk == NULL || chunk->seq == 0 || len > (int64_t)chunk->len) return true;
    transcript_look_init(&l);
    for (size_t i = 0; ok && i < t->history.count; i++) {
        const struct attempt_row *a = &t->history.rows[i].a;
        if (!history_is_same_task(a, x->row) || a->number + 1 != x->row->number) continue;
        ok = store_attempt_look(t->store, a->id, &l.sent, &l.carried, &l.text, e);
        gate_join(&l.joined, &l.carried, &l.text, NULL, false);
        if (ok && memmem(l.joined.data, l.joined.len, chunk->text, (size_t)len) != NULL)
            transcript_add(x, TURN_ASSISTANT, chunk->text, (size_t)len);
    }
    transcript_look_release(&l);
    return ok;
}

static size_t transcript_own_bytes(const struct exchange *x)
{
    size_t bytes = 0;

    for (size_t i = 0; i < x->own_count; i++) bytes += x->own[i].len;
    return bytes;
}

// The stored turn of its task, or NULL: one at its place may be of the next task.
static const struct conversation_turn *transcript_turn(const struct transcript *t, const struct history_row *r)
{
    const struct conversation_turn *answer = conversation_answer(&t->conversation, r->place);
    bool own = r->accepted || history_is_first(&r->a);

    if (answer == NULL) return NULL;
    if (history_is_chunk(&r->a)) own = answer->seq == r->a.seq;
    for (size_t i = 0; !own && !history_is_chunk(&r->a) && i < t->history.count; i++)
        own = t->history.rows[i].accepted && t->history.rows[i].place == r->place &&
              history_is_same_task(&t->history.rows[i].a, &r->a);
    return own ? conversation_question(&t->conversation, r->place) : NULL;
}

static void transcript_before(struct transcript *t, const struct history_row *r, bool alone, struct exchange *x,
                              struct transcript_look *l)
{
    l->before.count = x->before_bytes = 0;
    if (!alone && !r->a.replaced)
        x->before_bytes = conversation_before(&t->conversation, r->place, history_left_out(&r->a), &l->before);
    x->before = l->before.items;
    x->before_count = l->before.count;
    x->unknown_bytes = r->a.prompt_bytes - (int64_t)(x->before_bytes + transcript_own_bytes(x));
}

// A turn with which the conversation begins anew was sent alone.
static bool transcript_sent(struct transcript *t, const struct history_row *r, struct exchange *x,
                            struct transcript_look *l, struct err *e)
{
    const struct conversation_turn *turn = transcript_turn(t, r);
    bool kept = r->accepted && turn != NULL, stored = l->sent.len > 0, ok = true;

    if (stored)
        transcript_add_sent(x, l);
    else if (turn != NULL)
        transcript_add(x, TURN_USER, turn->text, turn->len);
    if (!stored && l->carried.len > 0) transcript_add(x, TURN_ASSISTANT, l->carried.data, l->carried.len);
    transcript_before(t, r, kept ? turn->fresh : (int64_t)transcript_own_bytes(x) == r->a.prompt_bytes, x, l);
    // What a later attempt sent may differ from what this one did.
    if (!kept && !stored && x->unknown_bytes != 0) {
        x->own_count = 0;
        if (l->carried.len > 0) transcript_add(x, TURN_ASSISTANT, l->carried.data, l->carried.len);
        transcript_before(t, r, false, x, l);
    }
    if (kept && !stored) ok = transcript_add_carried(t, x, conversation_answer(&t->conversation, r->place), e);
    if (x->unknown_bytes < 0) x->unknown_bytes = 0;
    return ok;
}

static bool transcript_begins_with(const struct buf *text, const struct conversation_turn *turn)
{
    return turn->len > 0 && text->len >= turn->len && memcmp(text->data, turn->text, turn->len) == 0;
}

static void transcript_keep(struct exchange *x, const struct transcript *t, const struct conversation_turn *chunk)
{
    x->has_kept = true;
    x->kept_to = chunk->len;
    for (size_t i = 0; i < t->chunks_count; i++)
        if (t->chunks[i].seq == chunk->seq && t->chunks[i].skip <= chunk->len) x->kept_from = t->chunks[i].skip;
}

// The text of an accepted answer may be stored as the turn alone. Where no attempt was accepted the best of them may
// have become the chunk.
static void transcript_came(struct exchange *x, const struct transcript *t, const struct history_row *r,
                            struct transcript_look *l)
{
    const struct conversation_turn *answer = conversation_answer(&t->conversation, r->place);
    bool chunk = history_is_chunk(&r->a) && answer != NULL && answer->seq == r->a.seq;
    bool carried = false;

    for (size_t i = 0; i < x->own_count; i++) carried = carried || x->own[i].role == TURN_ASSISTANT;
    gate_join(&l->joined, &l->carried, &l->text, NULL, false);
    x->came = l->text.data;
    x->came_len = l->text.len;
    if (chunk && transcript_begins_with(&l->joined, answer) &&
        (r->accepted || !history_is_accepted(&t->history, &r->a))) {
        x->came = l->joined.data;
        x->came_len = l->joined.len;
        x->came_joined = carried;
        transcript_keep(x, t, answer);
    } else if (r->accepted && answer != NULL) {
        x->came = answer->text;
        x->came_len = answer->len;
        x->came_joined = chunk && carried;
        if (chunk) transcript_keep(x, t, answer);
    }
}

static bool transcript_show(struct transcript *t, const struct history_row *r,
                            bool (*each)(void *arg, const struct exchange *x), void *arg, struct err *e)
{
    struct exchange x = {.row = &r->a};
    struct transcript_look l;

    transcript_look_init(&l);
    bool ok = transcript_load(t, history_conversation(&r->a), e) &&
              store_attempt_look(t->store, r->a.id, &l.sent, &l.carried, &l.text, e);
    ok = ok && transcript_sent(t, r, &x, &l, e);
    if (ok) {
        transcript_came(&x, t, r, &l);
        ok = each(arg, &x);
    }
    transcript_look_release(&l);
    return ok;
}

bool transcript_read(struct store *s, const struct transcript_wish *w,
                     bool (*each)(void *arg, const struct exchange *x), void *arg, struct err *e)
{
    struct transcript t = {.store = s, .wish = w};

    if (!store_begin(s, e)) return false;
    bool ok = history_load(&t.history, s, w->job, e) && wish_check(w, &t.history, e);
    for (size_t i = 0; ok && i < t.history.count; i++)
        if (wish_is_met(w, &t.history.rows[i].a)) ok = transcript_show(&t, &t.history.rows[i], each, arg, e);
    store_rollback(s);
    history_release(&t.history);
    conversation_release(&t.conversation);
    free(t.chunks);
    return ok;
}
