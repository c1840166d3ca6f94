// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was sent and what came back, put together from a store that was filled by hand. What is read is compared as one
// line a request:
//
//   chunk 2/1 #1 [Open Cards > Ask1] "…text" keeps "text" misses 3
#include "store_fixture.h"

#include "app/transcript.h"

static struct store *s;
static struct err e;
static int64_t job;
static struct buf lines;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    job = fixture_job(s, "x");
    for (int n = 1; n <= 3; n++) fixture_chapter(s, job, n);
    buf_init(&lines, BUF_MAX_PIECE);
    return 0;
}

static int tear_down(void **state)
{
    buf_release(&lines);
    store_close(s);
    return fixture_tear_down(state);
}

// ---- filling

static struct attempt_begin begun(const char *kind, int chapter, int seq, int conversation, size_t prompt_bytes)
{
    return (struct attempt_begin){.task = {.job = job, .kind = kind, .chapter = chapter, .seq = seq},
                                  .backend = "sim",
                                  .model = "m",
                                  .conversation = conversation,
                                  .prompt_bytes = (int64_t)prompt_bytes};
}

static int64_t begin(const struct attempt_begin *b, const char *text)
{
    int64_t id;

    assert_ok(store_attempt_begin(s, b, &id, &e));
    if (text[0] != '\0') assert_ok(store_attempt_append(s, id, text, strlen(text), &e));
    return id;
}

static void end(int64_t id, const char *failure, const char *verdict, const char *sent)
{
    const struct attempt_end r = {
        .failure = failure, .verdict = verdict, .finish = "stop", .sent = sent, .sent_len = sent ? strlen(sent) : 0};

    assert_ok(store_attempt_end(s, id, &r, &e));
}

static void turn(int conversation, enum turn_role role, const char *text)
{
    assert_ok(store_turn_add(s, job, conversation, role, text, strlen(text), &e));
}

static void pair(int conversation, const char *question, const char *answer)
{
    turn(conversation, TURN_USER, question);
    turn(conversation, TURN_ASSISTANT, answer);
}

static void refused(const struct attempt_begin *b, const char *text, const char *sent)
{
    end(begin(b, text), "none", "refused_by_rule", sent);
}

static void broken(const struct attempt_begin *b, const char *text, const char *sent)
{
    end(begin(b, text), "truncated", "", sent);
}

static void accepted(const struct attempt_begin *b, const char *text, const char *sent)
{
    end(begin(b, text), "none", "accepted", sent);
    assert_ok(store_task_done(s, &b->task, &e));
}

static void chunk(int chapter, int seq, const char *text, size_t skip)
{
    const struct chunk_row c = {
        .chapter = chapter, .seq = seq, .text = text, .len = strlen(text), .skip = skip, .glue = "", .words = 1};

    assert_ok(store_chunk_add(s, job, &c, &e) && store_turn_add_chunk(s, job, chapter, seq, &e));
}

// ---- reading

static void say_messages(const struct transcript_message *m, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_addf(&lines, "%s%c%.*s", i > 0 ? " " : "", m[i].role == TURN_USER ? '?' : '=', (int)m[i].len, m[i].text);
}

static bool say(void *arg, const struct exchange *x)
{
    int *count = arg;
    size_t bytes = 0;

    (*count)++;
    buf_addf(&lines, "%s %d/%d #%d [", x->row->kind, x->row->chapter, x->row->seq, x->row->number);
    say_messages(x->before, x->before_count);
    buf_adds(&lines, " > ");
    say_messages(x->own, x->own_count);
    buf_addf(&lines, "] \"%.*s\"", (int)x->came_len, x->came);
    if (x->came_joined) buf_adds(&lines, " joined");
    if (x->has_kept) buf_addf(&lines, " keeps \"%.*s\"", (int)(x->kept_to - x->kept_from), x->came + x->kept_from);
    if (x->unknown_bytes > 0) buf_addf(&lines, " misses %d", (int)x->unknown_bytes);
    buf_adds(&lines, "\n");
    for (size_t i = 0; i < x->before_count; i++) bytes += x->before[i].len;
    assert_int_equal(bytes, x->before_bytes);
    return true;
}

static void reads(int chapter, int seq, int attempt, const char *expected)
{
    const struct transcript_wish w = {.job = job, .chapter = chapter, .chunk = seq, .attempt = attempt};
    int count = 0;

    buf_clear(&lines);
    assert_ok(transcript_read(s, &w, say, &count, &e));
    assert_string_equal(lines.data, expected);
}

static void refuses(int chapter, int seq, int attempt, const char *expected)
{
    const struct transcript_wish w = {.job = job, .chapter = chapter, .chunk = seq, .attempt = attempt};
    int count = 0;

    assert_false(transcript_read(s, &w, say, &count, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.text, expected);
    assert_int_equal(count, 0);
    e = (struct err)ERR_INIT;
}

#define BYTES(texts) (sizeof(texts) - 1)

// The cards of chapter 1 and the turns that stand for them.
static void open_chapter(void)
{
    struct attempt_begin b = begun("beats", 1, 0, 1, BYTES("Open"));

    pair(1, "Open", "Cards");
    accepted(&b, "Cards", NULL);
}

// ---- the plan

static void test_plan(void **state)
{
    (void)state;
    struct attempt_begin bible = begun("bible", 0, 0, 0, BYTES("Bible?")),
                         acts = begun("acts", 1, 0, 0, BYTES("Bible?The bibleActs?")),
                         lines_of = begun("acts", 1, 0, 0, BYTES("Bible?The bibleActs as lines?")),
                         outline = begun("outline", 1, 0, 0, BYTES("Bible?The bibleActs as lines?ACT 1Chapters?"));

    reads(0, 0, 0, "");
    refused(&bible, "Sure!", "Bible?");
    end(begin(&bible, ""), "abandoned", "", NULL);
    pair(0, "Bible?", "The bible");
    accepted(&bible, "TITLE: The bible", NULL);
    refused(&acts, "no acts", "Acts?");
    pair(0, "Acts as lines?", "ACT 1");
    accepted(&lines_of, "ACT 1", NULL);
    end(begin(&outline, "1 |"), "abandoned", "", NULL);
    pair(0, "Chapters?", "1 | A");
    accepted(&outline, "1 | A", NULL);
    open_chapter();
    reads(0, 0, 0,
          "bible 0/0 #1 [ > ?Bible?] \"Sure!\"\n"
          "bible 0/0 #2 [ > ?Bible?] \"\"\n"
          "bible 0/0 #3 [ > ?Bible?] \"The bible\"\n"
          "acts 1/0 #1 [?Bible? =The bible > ?Acts?] \"no acts\"\n"
          "acts 1/0 #2 [?Bible? =The bible > ?Acts as lines?] \"ACT 1\"\n"
          "outline 1/0 #1 [?Bible? =The bible ?Acts as lines? =ACT 1 > ?Chapters?] \"1 |\"\n"
          "outline 1/0 #2 [?Bible? =The bible ?Acts as lines? =ACT 1 > ?Chapters?] \"1 | A\"\n");
    reads(0, 0, 1,
          "bible 0/0 #1 [ > ?Bible?] \"Sure!\"\n"
          "acts 1/0 #1 [?Bible? =The bible > ?Acts?] \"no acts\"\n"
          "outline 1/0 #1 [?Bible? =The bible ?Acts as lines? =ACT 1 > ?Chapters?] \"1 |\"\n");
}

// The next act is planned at the end of the last chapter's conversation, whose recap was made without the model.
static void test_plan_of_a_later_act(void **state)
{
    (void)state;
    struct attempt_begin bible = begun("bible", 0, 0, 0, BYTES("Bible?")),
                         one = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1")),
                         recap = begun("recap", 1, 0, 1, BYTES("OpenCardsAsk1ProseRecap?")),
                         outline = begun("outline", 4, 0, 1, BYTES("OpenCardsAsk1ProseMore?"));

    pair(0, "Bible?", "The bible");
    accepted(&bible, "The bible", NULL);
    open_chapter();
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "Prose", 0);
    accepted(&one, "Prose", NULL);
    refused(&recap, "A theme", "Recap?");
    recap.prompt_bytes = outline.prompt_bytes;
    end(begin(&recap, "HAP"), "abandoned", "", NULL);
    pair(1, "More?", "4 | D");
    accepted(&outline, "4 | D", NULL);
    reads(0, 0, 0,
          "bible 0/0 #1 [ > ?Bible?] \"The bible\"\n"
          "outline 4/0 #1 [?Open =Cards ?Ask1 =Prose > ?More?] \"4 | D\"\n");
    reads(1, 0, 0,
          "beats 1/0 #1 [ > ?Open] \"Cards\"\n"
          "chunk 1/1 #1 [?Open =Cards > ?Ask1] \"Prose\" keeps \"Prose\"\n"
          "recap 1/0 #1 [?Open =Cards ?Ask1 =Prose > ?Recap?] \"A theme\"\n"
          "recap 1/0 #2 [?Open =Cards ?Ask1 =Prose > ] \"HAP\" misses 5\n");
}

// Recaps are merged in a conversation of their own, by the act's number below zero.
static void test_merge(void **state)
{
    (void)state;
    struct attempt_begin merge = begun("merge", 1, 0, -1, BYTES("Merge?"));

    refused(&merge, "No", "Merge? As lines");
    end(begin(&merge, "HAP"), "abandoned", "", NULL);
    pair(-1, "Merge?", "HAPPENED");
    accepted(&merge, "HAPPENED", NULL);
    merge.task.chapter = 2;
    merge.conversation = -2;
    accepted(&merge, "HAPPENED", NULL);
    reads(0, 0, 0,
          "merge 1/0 #1 [ > ?Merge? As lines] \"No\"\n"
          "merge 1/0 #2 [ > ?Merge?] \"HAP\"\n"
          "merge 1/0 #3 [ > ?Merge?] \"HAPPENED\"\n"
          "merge 2/0 #1 [ > ] \"\" misses 6\n");
}

// A pair that no accepted answer stands for (the spec gave it, or code made it) is passed over by the account of bytes.
static void test_a_pair_of_nobody(void **state)
{
    (void)state;
    struct attempt_begin bible = begun("bible", 0, 0, 0, BYTES("Bible?")),
                         outline = begun("outline", 1, 0, 0, BYTES("Bible?The bibleActs?ACT 1Chapters?"));

    pair(0, "Bible?", "The bible");
    accepted(&bible, "The bible", NULL);
    pair(0, "Acts?", "ACT 1");
    struct attempt_begin shorter = begun("outline", 1, 0, 0, BYTES("Bible?The bibleActs?"));
    end(begin(&shorter, "1"), "abandoned", "", NULL);
    pair(0, "Chapters?", "1 | A");
    accepted(&outline, "1 | A", NULL);
    reads(0, 0, 0,
          "bible 0/0 #1 [ > ?Bible?] \"The bible\"\n"
          "outline 1/0 #1 [?Bible? =The bible > ] \"1\" misses 5\n"
          "outline 1/0 #2 [?Bible? =The bible ?Acts? =ACT 1 > ?Chapters?] \"1 | A\"\n");
}

// ---- a chapter

static void test_chapter(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1")),
                         two = begun("chunk", 1, 2, 1, BYTES("OpenCardsAsk1# IThe lampAsk2")),
                         three = begun("chunk", 1, 3, 1, BYTES("OpenCardsAsk1# IThe lampAsk2went outAsk3")),
                         recap = begun("recap", 1, 0, 1, BYTES("OpenCardsAsk1# IThe lampAsk2went outRecap?"));

    open_chapter();
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "# IThe lamp", BYTES("# I"));
    accepted(&one, "# IThe lamp The end", NULL);
    refused(&two, "As an AI", "Ask2");
    turn(1, TURN_USER, "Ask2");
    chunk(1, 2, "went out", 0);
    accepted(&two, "went out", NULL);
    refused(&three, "a loop a loop", "Ask3");
    const struct chunk_row gap = {.chapter = 1, .seq = 3, .text = "", .glue = "", .gap = true};
    assert_ok(store_chunk_add(s, job, &gap, &e));
    pair(1, "Recap?", "HAPPENED");
    accepted(&recap, "HAPPENED", NULL);
    reads(1, 0, 0,
          "beats 1/0 #1 [ > ?Open] \"Cards\"\n"
          "chunk 1/1 #1 [?Open =Cards > ?Ask1] \"# IThe lamp\" keeps \"The lamp\"\n"
          "chunk 1/2 #1 [?Open =Cards ?Ask1 =# IThe lamp > ?Ask2] \"As an AI\"\n"
          "chunk 1/2 #2 [?Open =Cards ?Ask1 =# IThe lamp > ?Ask2] \"went out\" keeps \"went out\"\n"
          "chunk 1/3 #1 [?Open =Cards ?Ask1 =# IThe lamp ?Ask2 =went out > ?Ask3] \"a loop a loop\"\n"
          "recap 1/0 #1 [?Open =Cards ?Ask1 =# IThe lamp ?Ask2 =went out > ?Recap?] \"HAPPENED\"\n");
    reads(1, 2, 1, "chunk 1/2 #1 [?Open =Cards ?Ask1 =# IThe lamp > ?Ask2] \"As an AI\"\n");
}

// A broken answer is continued: what it left is sent as the beginning of the answer, and is part of what was kept.
static struct attempt_begin continuing(const char *prefix, size_t prompt_bytes)
{
    struct attempt_begin b = begun("chunk", 1, 1, 1, prompt_bytes);

    b.prefix = prefix;
    b.prefix_len = strlen(prefix);
    return b;
}

#define FIRST  "chunk 1/1 #1 [?Open =Cards > ?Ask1] \"The lamp we\"\n"
#define SECOND "chunk 1/1 #2 [?Open =Cards > ?Ask1 =The lamp] \" went o\"\n"

static void break_twice(void)
{
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1")),
                         two = continuing("The lamp", BYTES("OpenCardsAsk1The lamp"));

    open_chapter();
    broken(&one, "The lamp we", "Ask1");
    broken(&two, " went o", "Ask1\n\n[assistant]\nThe lamp");
}

static void finish_chunk(const struct attempt_begin *b, const char *text, const char *sent)
{
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "The lamp went out.", 0);
    accepted(b, text, sent);
}

static void test_carried_over(void **state)
{
    (void)state;
    struct attempt_begin three = continuing("The lamp went", BYTES("OpenCardsAsk1The lamp went"));

    break_twice();
    finish_chunk(&three, " out.", NULL);
    reads(1, 1, 0,
          FIRST SECOND "chunk 1/1 #3 [?Open =Cards > ?Ask1 =The lamp went] \"The lamp went out.\" joined"
                       " keeps \"The lamp went out.\"\n");
}

static void test_carried_over_and_quoted(void **state)
{
    (void)state;
    struct attempt_begin three = continuing("The lamp went", BYTES("OpenCardsAsk1The lamp wentGo on"));

    break_twice();
    finish_chunk(&three, " out.", "Ask1\n\n[assistant]\nThe lamp went\n\n[user]\nGo on");
    reads(1, 1, 0,
          FIRST SECOND "chunk 1/1 #3 [?Open =Cards > ?Ask1 =The lamp went ?Go on] \"The lamp went out.\" joined"
                       " keeps \"The lamp went out.\"\n");
}

// How it was to go on is not stored: then neither is said where what was carried over ended.
static void test_quoted_and_not_stored(void **state)
{
    (void)state;
    struct attempt_begin three = continuing("The lamp", BYTES("OpenCardsAsk1The lampGo on !!"));

    break_twice();
    finish_chunk(&three, " went out.", NULL);
    reads(1, 1, 3,
          "chunk 1/1 #3 [?Open =Cards > ?Ask1] \"The lamp went out.\" keeps \"The lamp went out.\" misses 16\n");
}

// Text may look like the lines that stand between the messages of what was sent.
static void test_text_that_looks_like_a_mark(void **state)
{
    (void)state;
    static const char ask[] = "Ask1\n\n[assistant]\nof hers",
                      sent[] = "Ask1\n\n[assistant]\nof hers\n\n[assistant]\nA\n\n[user]\nB";
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCards") + BYTES(ask)),
                         two =
                             continuing("A\n\n[user]\nB", BYTES("OpenCards") + BYTES(ask) + BYTES("A\n\n[user]\nB"));

    open_chapter();
    broken(&one, "A\n\n[user]\nBut", ask);
    broken(&two, "", sent);
    reads(1, 1, 0,
          "chunk 1/1 #1 [?Open =Cards > ?Ask1\n\n[assistant]\nof hers] \"A\n\n[user]\nBut\"\n"
          "chunk 1/1 #2 [?Open =Cards > ?Ask1\n\n[assistant]\nof hers =A\n\n[user]\nB] \"\"\n");
}

// Two answers that copied: the third request says all in one turn, and the conversation goes on from there.
static void test_fresh(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1")),
                         two = begun("chunk", 1, 2, 1, BYTES("OpenCardsAsk1ProseAsk2")),
                         flat = begun("chunk", 1, 2, 1, BYTES("All that matters, Ask2")),
                         three = begun("chunk", 1, 3, 1, BYTES("All that matters, Ask2anewAsk3"));

    open_chapter();
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "Prose", 0);
    accepted(&one, "Prose", NULL);
    refused(&two, "Prose Prose", "Ask2");
    refused(&flat, "Prose", "All that matters, Ask2");
    end(begin(&flat, "an"), "abandoned", "", NULL);
    assert_ok(store_turn_add_fresh(s, job, 1, "All that matters, Ask2", BYTES("All that matters, Ask2"), &e));
    chunk(1, 2, "anew", 0);
    accepted(&flat, "anew", NULL);
    turn(1, TURN_USER, "Ask3");
    chunk(1, 3, "on", 0);
    accepted(&three, "on", NULL);
    reads(1, 2, 0,
          "chunk 1/2 #1 [?Open =Cards ?Ask1 =Prose > ?Ask2] \"Prose Prose\"\n"
          "chunk 1/2 #2 [ > ?All that matters, Ask2] \"Prose\"\n"
          "chunk 1/2 #3 [ > ?All that matters, Ask2] \"an\"\n"
          "chunk 1/2 #4 [ > ?All that matters, Ask2] \"anew\" keeps \"anew\"\n");
    reads(1, 3, 0, "chunk 1/3 #1 [?All that matters, Ask2 =anew > ?Ask3] \"on\" keeps \"on\"\n");
}

static void test_left_out(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1")),
                         two = begun("chunk", 1, 2, 1, BYTES("OpenCardsAsk1oneAsk2")),
                         three = begun("chunk", 1, 3, 1, BYTES("OpenCardsAsk2twoAsk3"));

    open_chapter();
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "one", 0);
    accepted(&one, "one", NULL);
    turn(1, TURN_USER, "Ask2");
    chunk(1, 2, "two", 0);
    accepted(&two, "two", NULL);
    three.left_out = 2;
    turn(1, TURN_USER, "Ask3");
    chunk(1, 3, "three", 0);
    accepted(&three, "three", NULL);
    reads(1, 3, 0, "chunk 1/3 #1 [?Open =Cards ?Ask2 =two > ?Ask3] \"three\" keeps \"three\"\n");
}

// What is not stored is not made up: neither a turn that came later, nor bytes.
static void test_unknown(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCardsA longer Ask1")),
                         later = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1")),
                         two = begun("chunk", 1, 2, 1, BYTES("OpenCardsAsk1ProseAsk2"));

    open_chapter();
    end(begin(&one, "half"), "abandoned", "", NULL);
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "Prose", 0);
    accepted(&later, "Prose", NULL);
    (void)begin(&two, "so far");
    reads(1, 0, 0,
          "beats 1/0 #1 [ > ?Open] \"Cards\"\n"
          "chunk 1/1 #1 [?Open =Cards > ] \"half\" misses 13\n"
          "chunk 1/1 #2 [?Open =Cards > ?Ask1] \"Prose\" keeps \"Prose\"\n"
          "chunk 1/2 #1 [?Open =Cards ?Ask1 =Prose > ] \"so far\" misses 4\n");
}

// No attempt was accepted, and the best became the chunk: its end is still there to be seen.
static void test_best(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("OpenCardsAsk1"));

    open_chapter();
    refused(&one, "Short.", "Ask1");
    refused(&one, " The lamp went out. And the", "Ask1");
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, " The lamp went out.", 1);
    assert_ok(store_task_done(s, &one.task, &e));
    reads(1, 1, 0,
          "chunk 1/1 #1 [?Open =Cards > ?Ask1] \"Short.\"\n"
          "chunk 1/1 #2 [?Open =Cards > ?Ask1] \" The lamp went out. And the\" keeps \"The lamp went out.\"\n");
}

// Cards that code made: their turns stand, and no answer was accepted for them.
static void test_cards_given_up(void **state)
{
    (void)state;
    struct attempt_begin beats = begun("beats", 1, 0, 1, BYTES("Open")),
                         one = begun("chunk", 1, 1, 1, BYTES("OpenCARD 1Ask1"));

    refused(&beats, "I cannot", "Open");
    pair(1, "Open", "CARD 1");
    refused(&one, "no", "Ask1");
    reads(1, 0, 0,
          "beats 1/0 #1 [ > ?Open] \"I cannot\"\n"
          "chunk 1/1 #1 [?Open =CARD 1 > ?Ask1] \"no\"\n");
}

// A gap in the middle has no turns: its requests stand where they would be. Nor need a chapter begin with cards.
static void test_gap_without_cards(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, BYTES("Ask1")),
                         two = begun("chunk", 1, 2, 1, BYTES("Ask1oneAsk2")),
                         three = begun("chunk", 1, 3, 1, BYTES("Ask1oneAsk3"));
    const struct chunk_row gap = {.chapter = 1, .seq = 2, .text = "", .glue = "", .gap = true};

    end(begin(&one, "o"), "abandoned", "", NULL);
    turn(1, TURN_USER, "Ask1");
    chunk(1, 1, "one", 0);
    accepted(&one, "one", NULL);
    refused(&two, "no", "Ask2");
    end(begin(&two, "n"), "abandoned", "", NULL);
    assert_ok(store_chunk_add(s, job, &gap, &e));
    turn(1, TURN_USER, "Ask3");
    chunk(1, 3, "three", 0);
    accepted(&three, "three", NULL);
    reads(1, 0, 0,
          "chunk 1/1 #1 [ > ?Ask1] \"o\"\n"
          "chunk 1/1 #2 [ > ?Ask1] \"one\" keeps \"one\"\n"
          "chunk 1/2 #1 [?Ask1 =one > ?Ask2] \"no\"\n"
          "chunk 1/2 #2 [?Ask1 =one > ] \"n\" misses 4\n"
          "chunk 1/3 #1 [?Ask1 =one > ?Ask3] \"three\" keeps \"three\"\n");
}

// ---- wishes that cannot be met

static void test_what_there_is(void **state)
{
    (void)state;
    struct attempt_begin one = begun("chunk", 1, 1, 1, 0), two = begun("chunk", 1, 2, 1, 0),
                         next = begun("beats", 2, 0, 2, 0);

    refuses(1, 0, 0, "nothing was sent for chapter 1 of job 1, nor for any other");
    refuses(0, 0, 2, "there was no attempt 2, nor any other");
    open_chapter();
    refuses(1, 1, 0, "nothing was sent for part 1 of chapter 1 of job 1, nor for any other");
    refused(&one, "a", "Ask1");
    refused(&two, "b", "Ask2");
    refuses(9, 0, 0, "nothing was sent for chapter 9 of job 1, only for chapter 1");
    refused(&next, "c", "Open2");
    refuses(3, 1, 1, "nothing was sent for chapter 3 of job 1, only for chapters 1 to 2");
    refuses(1, 3, 0, "nothing was sent for part 3 of chapter 1 of job 1, only for parts 1 to 2");
    refuses(1, 2, 4, "there was no attempt 4, only attempt 1");
    refuses(2, 1, 0, "nothing was sent for part 1 of chapter 2 of job 1, nor for any other");
}

static bool stop(void *arg, const struct exchange *x)
{
    (void)x;
    ++*(int *)arg;
    return false;
}

static void test_ends_when_told(void **state)
{
    (void)state;
    const struct transcript_wish w = {.job = job, .chapter = 1};
    struct attempt_begin one = begun("chunk", 1, 1, 1, 0);
    int count = 0;

    open_chapter();
    refused(&one, "a", "Ask1");
    assert_false(transcript_read(s, &w, stop, &count, &e));
    assert_int_equal(count, 1);
    assert_int_equal(e.code, ERR_NONE);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_plan),
        TEST(test_plan_of_a_later_act),
        TEST(test_merge),
        TEST(test_a_pair_of_nobody),
        TEST(test_chapter),
        TEST(test_carried_over),
        TEST(test_carried_over_and_quoted),
        TEST(test_quoted_and_not_stored),
        TEST(test_text_that_looks_like_a_mark),
        TEST(test_fresh),
        TEST(test_left_out),
        TEST(test_unknown),
        TEST(test_best),
        TEST(test_cards_given_up),
        TEST(test_gap_without_cards),
        TEST(test_what_there_is),
        TEST(test_ends_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
