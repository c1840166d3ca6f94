// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The store: all SQL of the program. One SQLite database in the home, "novelgen.db": WAL, synchronous=FULL.
// The engine (holder of the home's lock) opens it read-write and is the only one that writes or checkpoints;
// everybody else opens it read-only. Every function returns false with `e` set when SQLite failed (ERR_STORE), or
// when what it holds cannot be right (ERR_DAMAGED). After
// a failed commit the row may or may not be there: the caller closes the store, opens it again, and reads.
// Strings handed out in structs are owned by them; strings handed to callbacks live until the callback returns.
// A callback that returns false ends the listing, which then returns false too, without an error of its own; it must
// not begin the same listing again. Every writing function is a transaction of its own unless one has been begun.
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/book.h"
#include "model/job.h"

struct store;

enum store_mode { STORE_READ_WRITE, STORE_READ_ONLY };
enum store_opened { STORE_OPENED, STORE_ABSENT, STORE_OLD, STORE_FAILED };
// READ_WRITE creates and migrates (0600), and refuses network file systems. READ_ONLY: STORE_ABSENT if there is no
// database yet, STORE_OLD if its schema is older than ours (whoever can take the lock migrates it).
enum store_opened store_open(struct store **out, const char *home, enum store_mode mode, struct err *e);
void store_close(struct store *s); // NULL is fine

bool store_begin(struct store *s, struct err *e); // BEGIN IMMEDIATE (read-only: BEGIN)
// A transaction for reading, unless one has been begun: `own` says whether store_rollback is to end it.
bool store_begin_view(struct store *s, bool *own, struct err *e);
bool store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);                  // harmless without a transaction
bool store_checkpoint(struct store *s, struct err *e); // PASSIVE, once the WAL has passed ~1 MB
int64_t store_commits(const struct store *s);          // commits of this process, for the bench
// A number that changes when another process has committed (PRAGMA data_version): watchers poll it.
bool store_version(struct store *s, int64_t *version, struct err *e);

// ---- jobs ------------------------------------------------------------------------------------------------------
// Inserts a queued job (id is ignored and set); also its `submitted` event.
bool store_job_insert(struct store *s, struct job *j, struct err *e);
enum store_found { STORE_FOUND, STORE_NONE, STORE_AMBIGUOUS, STORE_ERROR };
enum store_found store_job_get(struct store *s, int64_t id, struct job *out, struct err *e);
// `ref`: an id, a unique slug prefix, or NULL: the job being written, else the one last touched.
enum store_found store_job_find(struct store *s, const char *ref, int64_t *id, struct err *e);
// The job last touched that is neither done nor cancelled: what a bare `resume` means.
enum store_found store_job_undone(struct store *s, int64_t *id, struct err *e);
// By id, without their specs (""): a list of a thousand jobs shows none of them.
bool store_jobs_each(struct store *s, bool (*each)(void *arg, const struct job *j), void *arg, struct err *e);
bool store_jobs_unfinished(struct store *s, int64_t *count, struct err *e); // neither done nor cancelled
// The runnable jobs, in the order in which they are to be worked on: those that were at work (planning, writing), then
// by priority, and of the same priority those that have begun before the others. `each` returns false to end the listing,
// which is then no error.
struct job_brief {
    int64_t id;
    const char *backend, *fallback, *began_on; // as in struct job
    int priority;
};
bool store_jobs_runnable(struct store *s, bool (*each)(void *arg, const struct job_brief *j), void *arg,
                         struct err *e);
// The row's state and reason, and its `state` event (data: {"from","to","reason"}). begun_ms is set on the first planning, ended_ms on done or cancelled.
bool store_job_set_state(struct store *s, int64_t id, enum job_state from, enum job_state to, const char *reason,
                         struct err *e);
bool store_job_set_folder(struct store *s, int64_t id, const char *out_dir, struct err *e);
// Another backend: neither the model nor where it began holds any more.
bool store_job_set_backend(struct store *s, int64_t id, const char *backend, struct err *e);
bool store_job_set_model(struct store *s, int64_t id, const char *model, double obedience,
                         struct err *e); // 0: not known
bool store_job_set_began_on(struct store *s, int64_t id, const char *backend, struct err *e);
bool store_job_set_approve(struct store *s, int64_t id, enum job_approve approve, struct err *e);
bool store_job_set_priority(struct store *s, int64_t id, int priority, struct err *e);
// A finished book becomes longer: it is not finished any more, and what stands of a book without acts is its first
// act.
bool store_job_extend(struct store *s, int64_t id, int64_t words, int chapters, struct err *e);
// Takes every row of the job out of every table but the answers to its messages. Its id is never given again.
bool store_job_remove(struct store *s, int64_t id, struct err *e);
// The last of its requests that was left while the server was answering. STORE_NONE: none was.
enum store_found store_job_left(struct store *s, int64_t id, int64_t *started_ms, int *max_tokens, struct err *e);
bool store_job_set_deadline(struct store *s, int64_t id, int64_t deadline_ms, struct err *e); // 0: none

// The templates that a job is pinned to: kept by hash, once for all jobs that share them. STORE_NONE: not pinned yet.
bool store_templates_set(struct store *s, int64_t job, const char *hash, const char *text, size_t len, struct err *e);
enum store_found store_templates_get(struct store *s, int64_t job, struct buf *out, struct err *e);

// ---- the plan ----------------------------------------------------------------------------------------------------
bool store_bible_set(struct store *s, int64_t job, const char *text, const char *title, struct err *e);
bool store_bible_get(struct store *s, int64_t job, struct buf *out, struct err *e); // nothing added: none yet
// The skeleton: what the book's acts are to do. `from` and `to` are chapters.
struct act_row {
    int number, from, to;
    const char *start, *turn, *open;
    const char *summary; // its merged recaps, or NULL
};
bool store_act_add(struct store *s, int64_t job, const struct act_row *a, struct err *e);
bool store_acts_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct act_row *a), void *arg,
                     struct err *e);
bool store_act_set_summary(struct store *s, int64_t job, int act, const char *summary, struct err *e);
struct chapter_row {
    int number;
    const char *title, *pov, *event, *ends_on;
    const char *purpose, *opens, *closes; // NULL is ""
    const char *cards;                    // lines, or NULL
    const char *recap;                    // lines, or NULL
    double weight;
    bool given; // its prose came with the spec
};
bool store_chapter_add(struct store *s, int64_t job, const struct chapter_row *c, struct err *e);
bool store_chapters_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct chapter_row *c),
                         void *arg, struct err *e);
// One of them, which must be there: `each` is called once.
bool store_chapter_get(struct store *s, int64_t job, int number, bool (*each)(void *arg, const struct chapter_row *c),
                       void *arg, struct err *e);
bool store_cards_set(struct store *s, int64_t job, int chapter, const char *cards, int count, struct err *e);
bool store_recap_set(struct store *s, int64_t job, int chapter, const char *recap,
                     struct err *e); // counts chapters_done
// Its prose is its owner's: all chunks stand, none is asked for.
bool store_chapter_set_given(struct store *s, int64_t job, int chapter, const char *title, struct err *e);
// A deadline makes the book shorter: what is aimed at, and how many chapters it has. Chapters beyond must have no chunks;
// their outline goes, and acts beyond or across the end are cut to it.
bool store_plan_shorten(struct store *s, int64_t job, int64_t words, int chapters, struct err *e);
// How far the writing has gone: the first chapter that has not begun (nothing of it was asked for, or came with the
// spec), and whether any has. `runs`: the job may have a request in flight.
bool store_begun_get(struct store *s, int64_t job, bool runs, int *first, bool *written, struct err *e);
// Makes room for another plan, inside a transaction: chapters from `first` on and all acts go, to be added anew. Weights
// of the chapters that stay are multiplied.
bool store_plan_cut(struct store *s, int64_t job, int first, int chapters_total, double factor, struct err *e);
bool store_job_retitle(struct store *s, int64_t job, const char *title, struct err *e);
bool store_job_set_spec(struct store *s, int64_t job, const char *spec, struct err *e);
// What prompts have shown of a plan that was changed since, kept at the first change: `place` is 0 for the list of acts,
// -N for the heading of act N, N for the outline of the act that begins with chapter N.
bool store_shown_keep(struct store *s, int64_t job, int place, const char *text, struct err *e);
bool store_shown_each(struct store *s, int64_t job, bool (*each)(void *arg, int place, const char *text), void *arg,
                      struct err *e);
bool store_finished_set(struct store *s, int64_t job, struct err *e);
bool store_book_load(struct store *s, int64_t job, struct book *out, struct err *e);

// ---- prose -------------------------------------------------------------------------------------------------------
struct chunk_row {
    int chapter, seq;
    const char *text; // the answer as kept: a verbatim byte range of what came, from its first byte
    size_t len, skip; // prose is text[skip..len): what is before (white space, a stripped heading) is no prose
    const char *glue; // what stands between the chunk before (of this chapter) and this one: "", " ", "\n\n"
    int words_asked, words;
    bool gap, cut;
    int tokens; // of the answer, as the server counted them; -1: not known, or it came in pieces
    // Only of rows that are read:
    int64_t id;  // grows with each acceptance, over text that was replaced too
    int version; // of the chapter, with which it came
    bool stale;  // it stands, and is to be written anew
    bool anew;   // store_chunks_accepted: other text stood in its place before
};
// Also words_done, gaps, and the `chunk` event. The row keeps hash_bytes(text).
bool store_chunk_add(struct store *s, int64_t job, const struct chunk_row *c, struct err *e);
enum store_order { STORE_BY_PLACE, STORE_BY_TIME }; // chapter and seq, or the order of acceptance
// `chapter` 0: all. A row whose hash does not fit is an error (ERR_DAMAGED) that names it.
bool store_chunks_each(struct store *s, int64_t job, int chapter, enum store_order order,
                       bool (*each)(void *arg, const struct chunk_row *c), void *arg, struct err *e);
// Where the chunks stand that came after the one with the id `after`, in the order in which they came; 0: all.
struct chunk_place {
    int64_t id;
    int chapter, seq;
};
bool store_chunks_newer(struct store *s, int64_t job, int64_t after,
                        bool (*each)(void *arg, const struct chunk_place *p), void *arg, struct err *e);

// ---- versions: a chapter's text as it was before a part of it, or all of it, was replaced ------------------------------
// The chapter begins anew: its chunks become old ones, the next version is begun, and cards, recap, conversation, and what
// its tasks have tried are gone, as is the summary of its act. Counters follow; a book that was finished is not any more.
bool store_chapter_retire(struct store *s, int64_t job, int chapter, const char *reason, struct err *e);
// The same because it is to be written anew, with its `redo` event. `note` may be "".
bool store_chapter_redo(struct store *s, int64_t job, int chapter, const char *note, struct err *e);
// One chunk is to be written anew; it stands until store_chunk_replace brings the new text, in its place and as the
// chapter's next version, or store_chunk_keep gives it up.
bool store_chunk_redo(struct store *s, int64_t job, int chapter, int seq, const char *note, struct err *e);
bool store_chunk_replace(struct store *s, int64_t job, const struct chunk_row *c, struct err *e);
bool store_chunk_keep(struct store *s, int64_t job, int chapter, int seq, struct err *e);
// What had come of a chunk that is not accepted and never will be becomes an old one, of the chapter's version that is
// about to end. No counter follows.
bool store_chunk_leave(struct store *s, int64_t job, const struct chunk_row *c, const char *reason, struct err *e);
// What its owner asked for when it was last to be written anew; nothing added: nothing.
bool store_chunk_note(struct store *s, int64_t job, int chapter, int seq, struct buf *out, struct err *e);
// All that was ever accepted, in that order, replaced or not, and what was left: what came after the chunk `after` (an id;
// 0: all).
bool store_chunks_accepted(struct store *s, int64_t job, int64_t after,
                           bool (*each)(void *arg, const struct chunk_row *c), void *arg, struct err *e);
// The chapter as it was in that version, by place.
bool store_chunks_of_version(struct store *s, int64_t job, int chapter, int version,
                             bool (*each)(void *arg, const struct chunk_row *c), void *arg, struct err *e);
struct version_row {
    int version, parts, gaps;
    int64_t words;
    int64_t replaced_ms; // wall clock; 0: it is the present one
    const char *reason;  // why it was replaced; "" for the present one
};
// Oldest first; versions of which nothing was written are left out.
bool store_versions_each(struct store *s, int64_t job, int chapter,
                         bool (*each)(void *arg, const struct version_row *v), void *arg, struct err *e);

// ---- directions: what the owner adds for the chapters `first` to `last` (0: all that follow) ---------------------------
enum { DIRECTION_BYTES = 4000 }; // of one, at most: whoever takes one in looks
struct direction_row {
    int first, last;
    const char *text;
    int64_t time_ms; // wall clock
};
bool store_direction_add(struct store *s, int64_t job, int first, int last, const char *text, struct err *e);
bool store_directions_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct direction_row *d),
                           void *arg, struct err *e); // oldest first

// ---- conversations (0: the planning's; else the chapter's) ---------------------------------------------------------
enum turn_role { TURN_USER, TURN_ASSISTANT };
bool store_turn_add(struct store *s, int64_t job, int conversation, enum turn_role role, const char *text, size_t len,
                    struct err *e);
// An assistant turn that is chunk `seq` of the chapter: its bytes are that row's `text`, stored once.
bool store_turn_add_chunk(struct store *s, int64_t job, int conversation, int seq, struct err *e);
// A user turn with which the conversation begins anew: what stands before it is not sent any more (a flattening).
bool store_turn_add_fresh(struct store *s, int64_t job, int conversation, const char *text, size_t len,
                          struct err *e);
// From the last fresh turn on, else from the first one.
bool store_turns_each(struct store *s, int64_t job, int conversation,
                      bool (*each)(void *arg, enum turn_role role, const char *text, size_t len), void *arg,
                      struct err *e);

// The same as it was when chunk `seq` was asked for: up to that request, which is left out.
bool store_turns_before(struct store *s, int64_t job, int conversation, int seq,
                        bool (*each)(void *arg, enum turn_role role, const char *text, size_t len), void *arg,
                        struct err *e);

// ---- tasks and attempts ----------------------------------------------------------------------------------------------
// A task is named by (job, kind, chapter, seq); its row is made with its first attempt.
struct task_key {
    int64_t job;
    const char *kind; // "bible", "acts", "outline", "merge", "beats", "chunk", "recap"
    int chapter, seq; // outline: chapter = first of the batch; acts, merge: chapter = number of the (first) act
};
struct attempt {
    int64_t id;
    int number;            // within the task, from 1
    int charged;           // attempts of the task consumed by now (the task's counter; one in flight does not count)
    char *backend, *model; // name or URL; model asked for
    int words_asked, max_tokens;
    int64_t seed;
    bool ended;                // false: in flight when its process was last seen
    char *failure;             // failure_name; "none"
    char *verdict;             // "accepted", or the gate's rule, or ""
    int64_t started_ms;        // wall clock
    int64_t tokens_per_s_x100; // of this attempt, 0: unknown
    // Text so far, until the task is accepted: what was carried over from earlier attempts, and what this one streamed.
    struct buf prefix, text;
};
void attempt_release(struct attempt *a);

struct attempt_begin {
    struct task_key task;
    const char *backend, *model;
    const char *server; // its address (url_address), or the name of a managed backend: what a successor knows it by
    int slot;           // of the server
    int words_asked, max_tokens;
    int64_t seed;
    const char *prefix; // carried-over text
    size_t prefix_len;
    int64_t prompt_bytes,
        common_bytes; // our own account: the request's messages, and how much of them equals the last request's start
    int conversation; // whose stored turns it extends
    int left_out;     // of those, how many were left out to fit
    bool broke;       // the request did not extend the one before although it should have; counted by the job
};
bool store_attempt_begin(struct store *s, const struct attempt_begin *b, int64_t *id,
                         struct err *e); // counts requests; task → running
bool store_attempt_append(struct store *s, int64_t id, const char *text, size_t len, struct err *e);

struct attempt_end {
    const char *failure, *finish, *verdict, *message;
    int http_status;
    int64_t prompt_tokens, cached_tokens, output_tokens; // -1 unknown
    int64_t first_token_ms, total_ms;
    int64_t reasoning_bytes;
    bool charge; // consumes one of the task's attempts
    // What was sent beyond the stored turns, for whoever wants to see it later; NULL where it is stored as a turn.
    const char *sent;
    size_t sent_len;
};
bool store_attempt_end(struct store *s, int64_t id, const struct attempt_end *r,
                       struct err *e); // counts tokens, retries (failure or verdict not accepted)
// The task's last attempt with its text. STORE_NONE: it has none. Attempts that were made for text which was to be written
// anew since are none of it, here and below.
enum store_found store_attempt_last(struct store *s, const struct task_key *task, struct attempt *out, struct err *e);
// The task's attempts by how much text they have (prefix and text), the longest first; `nth` from 0. For the last rung of
// the ladder. STORE_NONE: there are not so many.
enum store_found store_attempt_best(struct store *s, const struct task_key *task, int nth, struct attempt *out,
                                    struct err *e);
// The number of the last attempt that is none of it; 0: there is none.
bool store_attempt_since(struct store *s, const struct task_key *task, int *number, struct err *e);
// Whether it is in flight still: it is not when its text was to be written anew meanwhile.
bool store_attempt_is_open(struct store *s, int64_t id, bool *open, struct err *e);
bool store_attempt_newest(struct store *s, int64_t *id, struct err *e); // of all; 0: none
// What an engine before this one may have left running on a server: among the attempts up to `newest` there, the newest
// that is not ended, or the newest of all, if it was left while the server was answering; of the two, the newer one. An
// attempt in flight of which no server is known may be on any. STORE_NONE: nothing.
enum store_found store_attempt_left(struct store *s, const char *server, int slot, int64_t newest, int64_t *job,
                                    struct attempt *out, struct err *e);
// The writing speeds (tokens a second; answers of at least 30 tokens) of the last `most` answers of the model among the
// newest 1,000 attempts on that server, oldest first.
bool store_attempt_speeds(struct store *s, const char *server, const char *model, int most,
                          void (*each)(void *arg, double tokens_per_s), void *arg, struct err *e);
// How many attempts of the task were refused by one of these rules (a NULL ends the list).
bool store_attempts_refused(struct store *s, const struct task_key *task, const char *const *rules, int *count,
                            struct err *e);
// The task is done, its state is "done": the accepted attempt's text is dropped (it stands in a chunk or a turn), that of
// the others is kept for whoever asks why.
bool store_task_done(struct store *s, const struct task_key *task, struct err *e);

struct attempt_row { // the inference log, without text
    int64_t id, started_ms;
    const char *kind, *failure, *verdict, *finish, *backend, *model;
    int chapter, seq, number, words_asked, http_status;
    int64_t prompt_tokens, cached_tokens, output_tokens, first_token_ms, total_ms;
    bool ended;
    int64_t prompt_bytes, common_bytes, seed;
    int max_tokens, conversation, left_out;
    const char *message;
    int64_t job, reasoning_bytes;
    bool replaced; // what it was made for was to be written anew since
};
// In the order in which they began. `job` 0: of all jobs. Those that began at `since_ms` (wall clock) or later; 0: all.
bool store_attempts_since(struct store *s, int64_t job, int64_t since_ms,
                          bool (*each)(void *arg, const struct attempt_row *a), void *arg, struct err *e);
bool store_attempts_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct attempt_row *a),
                         void *arg, struct err *e);

// What attempt `id` sent beyond the stored turns (empty: see its turn), and what came back, if it is kept: what was
// carried over from the attempt before, and what it streamed itself.
bool store_attempt_look(struct store *s, int64_t id, struct buf *sent, struct buf *carried, struct buf *text,
                        struct err *e);
// The turns of a conversation as a whole, fresh or not: `seq` is the chunk of an assistant turn that is one, else 0.
bool store_turns_all(struct store *s, int64_t job, int conversation,
                     bool (*each)(void *arg, enum turn_role role, int seq, bool fresh, const char *text, size_t len),
                     void *arg, struct err *e);

// ---- events: what observers hear -----------------------------------------------------------------------------------
// `type` is a stable word ("state", "chunk", "chapter", "retry", "gap", "trim", "backend", …); `data` a JSON object or NULL; `text` a line for people.
bool store_event_add(struct store *s, int64_t job, const char *type, const char *text, const char *data,
                     struct err *e);
// Whether the job has an event of this type with the same data.
enum store_found store_event_find(struct store *s, int64_t job, const char *type, const char *data, struct err *e);
struct event_row {
    int64_t id, job, time_ms;
    const char *type, *text, *data; // data: "{}" if none
};
bool store_event_newest(struct store *s, int64_t *id, struct err *e); // of all; 0: none
// Events after `after_id`, of `job` (0: of all), in order.
bool store_events_each(struct store *s, int64_t job, int64_t after_id,
                       bool (*each)(void *arg, const struct event_row *r), void *arg, struct err *e);

// ---- the inbox ---------------------------------------------------------------------------------------------------------
struct inbox_answer {
    int64_t job;    // 0: none
    int code;       // 0 accepted, else an enum err_code
    char text[512]; // a line for people
};
bool store_inbox_record(struct store *s, const char *key, const struct inbox_answer *a, struct err *e);
enum store_found store_inbox_get(struct store *s, const char *key, struct inbox_answer *out, struct err *e);

// ---- published files ---------------------------------------------------------------------------------------------------
bool store_file_put(struct store *s, int64_t job, const char *path, uint64_t hash, uint64_t len,
                    struct err *e); // path within out_dir
enum store_found store_file_get(struct store *s, int64_t job, const char *path, uint64_t *hash, uint64_t *len,
                                struct err *e);
struct file_row {
    const char *path;
    uint64_t hash, len;
};
bool store_files_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct file_row *f), void *arg,
                      struct err *e);
bool store_file_drop(struct store *s, int64_t job, const char *path, struct err *e);

// ---- rows looked at with distrust (verify, doctor) ---------------------------------------------------------------------
// Every chunk by place, also after one that is `damaged`: its hash does not fit its text, or the text is not there.
// `cut` and `tokens` are not read.
bool store_chunks_audit(struct store *s, int64_t job,
                        bool (*each)(void *arg, const struct chunk_row *c, bool damaged), void *arg, struct err *e);
struct store_sums {
    int64_t words_done, words;     // what the job's row says, and the sum over its chunks
    int64_t chapters_done, recaps; // the same of chapters
    int64_t gaps_done, gaps;
    int64_t stray_turns; // of a conversation, which stand for a chunk that is not of its chapter
};
bool store_sums_get(struct store *s, int64_t job, struct store_sums *out, struct err *e);
bool store_sums_mend(struct store *s, int64_t job, struct err *e); // the row says what the sums are
bool store_chunk_recount(struct store *s, int64_t job, int chapter, int seq, int words, struct err *e);
// SQLite's own check of the whole database, which takes a while. `why`: the first thing that it found, or "".
bool store_quick_check(struct store *s, char *why, size_t size, struct err *e);

// ---- what goes into an edition -------------------------------------------------------------------------------------------
// The cover that came with the spec, and the name that it had there.
bool store_cover_put(struct store *s, int64_t job, const char *name, const void *bytes, size_t len, struct err *e);
enum store_found store_cover_get(struct store *s, int64_t job, char **name, struct buf *out, struct err *e);
// When the book's text changed last (wall clock).
bool store_job_changed(struct store *s, int64_t job, int64_t *ms, struct err *e);

// ---- what is known of a backend ------------------------------------------------------------------------------------------
// By server (as in attempt_begin) and model ("": whatever it has).
struct backend_profile {
    char dialect[32];                   // dialect_name; "": not known
    int n_ctx_tokens;                   // learnt from a refusal; 0: none
    int n_ctx_against;                  // what was believed when it was learnt: another size makes it void
    int n_ctx_sent;                     // chosen once and kept, where each request sends it (Ollama); 0: none
    double prefill_per_s, decode_per_s; // tokens; 0: not measured
    char *proved;                       // JSON, the engine's own; "" : not proved yet
    int64_t proving_ms;                 // wall clock: proofs were begun then and did not end; 0: none
};
void backend_profile_release(struct backend_profile *p);
bool store_profile_put(struct store *s, const char *server, const char *model, const struct backend_profile *p,
                       struct err *e);
enum store_found store_profile_get(struct store *s, const char *server, const char *model,
                                   struct backend_profile *out,
                                   struct err *e); // STORE_NONE: `out` is empty, proved ""
// Whether proofs were begun there, with whatever model, and did not end: since when (wall clock), 0: no.
bool store_proving_get(struct store *s, const char *server, int64_t *since_ms, struct err *e);
bool store_proving_clear(struct store *s, const char *server, struct err *e);
// What a model was asked for and delivered, over all books: counts up. `ratio` of the sums, 1 while less than 2,000
// words were asked; pinned to a job with store_job_set_model, so that a book never depends on another that runs later.
bool store_model_note(struct store *s, const char *model, int words_asked, int words, struct err *e);
bool store_model_ratio(struct store *s, const char *model, double *ratio, struct err *e);

// ---- a copy of the whole --------------------------------------------------------------------------------------------------
// Of a store that may be written meanwhile: complete and checked before it appears under `path` (0600). A file that is
// there is an error (ERR_BUSY), or replaced.
bool store_backup(struct store *s, const char *path, bool replace, struct err *e);

#endif
