# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Tasks that make a model circle: riddles without an answer, analysis without end, the same words again and again. Limits
# of tokens, of time and of repetition end every answer, and the ladder of attempts gives every book its text, or says
# where it lacks some.
import concurrent.futures
import contextlib
import json
import re
import signal
import sqlite3

import pytest
from novelgen import book_of
from place import Place

MANY = 490
ATTEMPTS = 16  # where four of ten answers are none, one book of two million stays without a text
THINGS = ("a door", "a number", "the last letter", "a mirror", "a clock without hands", "the second shadow", "an echo")
RIDDLES = ("Nobody knows what {} asks, and whoever answers must ask it again.",
           "What is {} if it is also the answer to the question what it is?",
           "The one who names {} has never seen it; the one who has seen it cannot count to it.",
           "Prove that {} is not the thing that proves it, in a story.",
           "Two liars guard {}, and each says of the other that there is only one.")
# What the simulator writes when it circles.
ANALYSIS = re.compile(r"let me reconsider|the card says|the user wants", re.I)


def riddle(n):
    """A book of one chunk; each of them has a premise of its own."""
    premise = f"Riddle {n}: " + RIDDLES[n % len(RIDDLES)].format(THINGS[n % len(THINGS)])
    return {"premise": premise, "words": 100 + n % 201, "chapters": 1, "seed": n, "limits": {"attempts": ATTEMPTS}}


def submit_all(home, sim, specs):
    """All are in the queue before the first of them is written: the server stands still until then."""
    def submit(spec):
        return home.run("submit", "-", "--backend", sim.url, "--detach", "--quiet", input=json.dumps(spec))

    sim.child.send_signal(signal.SIGSTOP)
    with concurrent.futures.ThreadPoolExecutor(32) as terminals:
        sent = list(terminals.map(submit, specs))
    assert [s.stderr for s in sent if s.returncode != 0] == []
    assert sum(j["state"] in ("queued", "planning", "waiting") for j in home.list()) == len(specs)
    sim.child.send_signal(signal.SIGCONT)


def write_all(home, sim, specs):
    """Returns the rows of all jobs, written by one `novelgen run`."""
    config = home.dir / "user/.config/novelgen/config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"queue": {"max": MANY}}))
    submit_all(home, sim, specs)
    done = home.run("run", "--wait", "--quiet", timeout=200)
    assert done.returncode == 0, done.stderr
    jobs = home.list()
    assert len(jobs) == len(specs) and {j["state"] for j in jobs} == {"done"}
    account = sim.account()
    assert account["in_flight_max"] == 1 and account["overlaps"] == 0
    return jobs


def refusals(home, job):
    return [e["text"] for e in home.events(job) if e["type"] == "retry"]


def test_490_riddles_at_once(home, simulator):
    sim = simulator("--circle", 40)
    jobs = write_all(home, sim, [riddle(n) for n in range(MANY)])
    assert sum(j["gaps"] for j in jobs) == 0 and min(j["words_done"] for j in jobs) > 0
    assert all(abs(j["words_done"] - j["words_target"]) <= max(20, j["words_target"] // 4) for j in jobs)
    assert [j["id"] for j in jobs if ANALYSIS.search(book_of(j))] == []
    assert sum(j["retries"] for j in jobs) > MANY // 4
    # An answer was analysis up to the limit of its tokens, which is a little above the length that was asked for.
    assert max(j["output_tokens"] for j in jobs) < 20000


def test_refusals_are_asked_again(home, simulator):
    jobs = write_all(home, simulator("--refuse", 30), [riddle(n) for n in range(30)])
    assert min(j["words_done"] for j in jobs) > 0 and sum(j["gaps"] for j in jobs) == 0
    assert any("(refusal)" in text for j in jobs for text in refusals(home, j["id"]))


def test_a_loop_is_stopped_while_it_streams(home, simulator):
    jobs = write_all(home, simulator("--loop", 60), [riddle(n) for n in range(30)])
    assert min(j["words_done"] for j in jobs) > 0 and sum(j["gaps"] for j in jobs) == 0
    with contextlib.closing(sqlite3.connect(home.path / "novelgen.db")) as db:
        (stopped,) = db.execute("SELECT count(*) FROM attempt WHERE finish = 'stopped'").fetchone()
    assert stopped > 0


def test_when_every_answer_circles_the_book_says_what_it_lacks(home, simulator):
    sim = simulator("--circle", 100)
    jobs = write_all(home, sim, [{**riddle(n), "limits": {"attempts": 3}} for n in range(12)])
    assert [j["id"] for j in jobs if ANALYSIS.search(book_of(j))] == []
    gaps = [j for j in jobs if j["gaps"]]
    assert len(gaps) >= 10
    for j in gaps:
        assert j["gaps"] == 1 and j["words_done"] == 0 and "could not be written" in book_of(j)
        assert sum("(reasoning)" in text for text in refusals(home, j["id"])) == 3


# ---- one answer without an end -------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path, chunk_words=300) as p:
        yield p


def attempts(place, chapter):
    got = place.run("prompt", 1, "--chapter", chapter, "--json")
    assert got.returncode == 0, got.stderr
    return [a for a in json.loads(got.stdout) if a["kind"] == "chunk"]


def test_a_server_that_ignores_its_limit_is_left(place):
    """Each answer would have twenty times the words of its place."""
    place.serve("--rate", 20000, "--ignore-limit", "--ignore-length", 6000)
    done = place.submit(words=900, chapters=3)
    assert done.returncode == 0, done.stderr
    status, chunks = place.status(1), [a for n in (1, 2, 3) for a in attempts(place, n)]
    assert status["gaps"] == 0 and abs(status["words_done"] - 900) <= 27
    assert [a["finish"] for a in chunks] == ["stopped"] * len(chunks) and len(chunks) <= 4
    assert all(len(a["came"]) < 16 * a["max_tokens"] + 20000 for a in chunks)
    assert place.server.account()["disconnects"] == len(chunks) and place.is_alone()


def test_an_answer_that_crawls_is_left_and_continued(place):
    """The whole answer would take three seconds; the limit is one."""
    book = {"words": 300, "chapters": 1}
    place.serve()
    assert place.submit(**book).returncode == 0
    whole = place.book(1)
    place.stop_server()
    place.serve(script=[{"when": {"at": 4}, "do": "stall", "after_tokens": 60}])  # the chunk
    writer = place.start(*place.submit_args(**book))
    writer.job()
    place.wait_state(2, "writing")
    writer.send(signal.SIGINT)
    assert writer.wait() == 130
    place.stop_server()
    place.serve("--rate", 130)
    (place.out / "novelgen.json").write_text(json.dumps({"chunk": {"words": 300}, "limits": {"total_s": 1}}))
    done = place.resume(2)
    assert done.returncode == 0, done.stderr
    told = [e["text"] for e in place.events(2) if e["type"] == "retry"]
    assert sum("the whole answer took too long" in text for text in told) >= 2, told
    assert place.status(2)["gaps"] == 0 and place.is_alone()
    assert place.book(2) == whole
