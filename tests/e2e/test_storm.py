# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A storm: a hundred jobs in the queue of one home, and three in ten of their requests fail, in every way that there is.
# And a server that sends nothing but nonsense, which may neither make the program grow nor reach a terminal.
import collections
import json
import os
import pathlib
import random
import re
import signal
import sys
import unicodedata

import pytest
from novelgen import REST, wait_until
from place import Place

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from garbage import Garbage  # noqa: E402

STORM = pathlib.Path(__file__).with_name("storm.json")
JOBS = 100
REQUESTS = 4000  # more than the jobs need
# Failures that are nobody's fault: the server is away, ill or busy. None may cost an attempt.
OUTAGES = ("refused", "connect_timeout", "reset", "loading", "busy", "server_error", "bad_gateway", "gateway_timeout",
           "not_a_server", "crashed")
# Failures that have cost one by themselves.
CHARGED = ("empty", "all_reasoning", "context_exceeded", "prompt_cut", "request_too_large")


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


# ---- the storm -----------------------------------------------------------------------------------------------------

def behaviours():
    """All of storm.json, with shorter times."""
    rule = json.loads(STORM.read_text())[0]
    assert rule["when"] == {"percent": 30}
    faults = [{**fault, "ms": min(fault["ms"], 300)} if "ms" in fault else fault for fault in rule["do"]["any"]]
    return [{**fault, "retry_after": "0.2"} if "retry_after" in fault else fault for fault in faults]


def storm(seed):
    """30 % of the requests, at random; the behaviours in turn, shuffled anew each time, so that all of them strike."""
    rng, deck, at = random.Random(seed), [], collections.defaultdict(list)
    faults = behaviours()
    for number in range(1, REQUESTS):
        if rng.random() < 0.3:
            deck = deck or rng.sample(range(len(faults)), len(faults))
            at[deck.pop()].append(number)
    return [{"when": {"at": numbers}, **faults[i]} for i, numbers in sorted(at.items())]


def write_all(place, *options, script=None):
    """A hundred jobs, detached into the queue while the server stands still; then `novelgen run`, to its end."""
    place.serve("--fatal-overlap", *options, script=script)
    place.server.child.send_signal(signal.SIGSTOP)
    for n in range(1, JOBS + 1):
        spec = {"title": f"Number {n}", "premise": f"A clockmaker loses hour {n}.", "words": 300 + n * 37 % 301,
                "chapters": 1, "seed": n, "limits": {"first_token_s": 1, "stall_s": 1}}
        (place.dir / f"spec{n}.json").write_text(json.dumps(spec))

    def submit(n):
        return place.start("submit", place.dir / f"spec{n}.json", "--backend", place.server.url, "--out", place.out,
                           "--detach")

    assert submit(1).wait() == 0
    wait_until(place.is_locked, 60, "the engine of the first job")  # else each of the others would start one
    assert [s.wait() for s in [submit(n) for n in range(2, JOBS + 1)]] == [0] * (JOBS - 1)
    assert len([j for j in place.list() if j["state"] not in REST]) == JOBS
    place.server.child.send_signal(signal.SIGCONT)
    assert place.start("run", "--wait").wait(300) == 0
    assert place.server.child.poll() is None, "two requests at once, or one too early after a disconnect"
    return place.list()


def prose(place, job):
    return (place.folder(job) / "book.md").read_text()


def check_nothing_lost(mine, quiet):
    """The same text from its first letter on. A piece that was broken off and continued has another token limit, which
    may end the book a few sentences earlier or later; all before that is the same."""
    same = len(os.path.commonprefix([mine, quiet]))
    assert same >= min(len(mine), len(quiet)) - 500, (mine[same - 80:same + 80], quiet[same - 80:same + 80])
    assert abs(len(mine) - len(quiet)) < 700


def check_attempts(place):
    """Outages have cost none, and no request was repeated more than three times while the server was healthy."""
    charged, tries = {}, collections.defaultdict(list)
    for task, failure, verdict, cost in place.rows("SELECT task, failure, verdict, charged FROM attempt JOIN task "
                                                    "ON task.id = attempt.task ORDER BY attempt.id"):
        charged[task] = cost
        tries[task].append((failure, verdict))
    for task, cost in charged.items():
        own = sum(f in CHARGED or (f == "none" and v != "accepted") for f, v in tries[task])
        others = sum(f not in CHARGED and f not in OUTAGES and f != "none" for f, _ in tries[task])
        assert cost <= own + others // 3, (task, cost, tries[task])
        assert others <= 3 * (cost + 1), (task, cost, tries[task])
    return sum(len(t) for t in tries.values())


def test_a_storm_over_a_hundred_jobs(tmp_path_factory):
    with Place(tmp_path_factory.mktemp("quiet")) as calm:
        quiet = {j["title"]: prose(calm, j["id"]) for j in write_all(calm)}
    with Place(tmp_path_factory.mktemp("storm")) as place:
        script = storm(3)
        jobs = write_all(place, script=script)
        assert [j["id"] for j in jobs] == list(range(1, JOBS + 1))
        assert {(j["state"], j["gaps"], j["chapters_done"]) for j in jobs} == {("done", 0, 1)}
        # In the order of the queue, one after the other, and each once.
        assert all(a["ended"] <= b["begun"] for a, b in zip(jobs, jobs[1:]))
        assert len(list((place.out / "books").iterdir())) == JOBS
        account = place.server.account()
        assert account["in_flight_max"] == 1 and account["overlaps"] == 0 and account["early"] == 0, account
        struck = [rule for rule in script if rule["when"]["at"][0] <= account["requests"]]
        assert len(struck) == len(behaviours()), "too few requests for all behaviours"
        books = {j["title"]: prose(place, j["id"]) for j in jobs}
        for title, text in quiet.items():
            check_nothing_lost(books[title], text)
        assert sum(books[t] == quiet[t] for t in quiet) >= 70
        assert check_attempts(place) == account["requests"]


# ---- continued -----------------------------------------------------------------------------------------------------

def test_thoughts_in_front_of_a_continuation_are_left_out(place):
    """A chapter's beginning was lost: all in front of "</think>" was taken for thoughts, the text that was continued
    too."""
    book = {"words": 700, "chapters": 2}
    place.serve(script=[{"when": {"at": 4}, "do": "truncate", "after_tokens": 90},
                        {"when": {"at": 5}, "do": "unopened_think"}])
    assert place.submit(**book).returncode == 0
    mine, status = prose(place, 1), place.status(1)
    place.stop_server()
    place.serve()
    assert status["retries"] == 1 and place.submit(**book).returncode == 0
    check_nothing_lost(mine, prose(place, 2))


@pytest.mark.parametrize("habit", ["--chat", "--heading", "--think"])
def test_what_is_no_story_is_left_out_in_front_of_a_continuation_too(place, habit):
    """"Sure! Here's the next part of the story:" stood in the middle of a chapter, where its first request had broken."""
    book = {"words": 700, "chapters": 2}
    place.serve(habit, "--no-prefill", script=[{"when": {"at": [4, 5]}, "do": "truncate", "after_tokens": 150}])
    assert place.submit(**book).returncode == 0
    place.stop_server()
    place.serve()
    assert place.status(1)["retries"] == 2 and place.submit(**book).returncode == 0
    assert prose(place, 1) == prose(place, 2)


# ---- nonsense ------------------------------------------------------------------------------------------------------

def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def is_harmless(text):
    """No control characters but those of lines, nothing that turns the direction of writing."""
    return all(c in "\n\t" or unicodedata.category(c) != "Cc" for c in text) and "\u202e" not in text


@pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="resident sizes are read from /proc")
def test_nonsense_grows_nothing_and_reaches_no_terminal(place):
    spec = place.dir / "spec.json"
    spec.write_text(json.dumps({"title": "Nonsense", "premise": "Nobody answers.", "words": 200000, "chapters": 50,
                                "limits": {"attempts": 100, "first_token_s": 2, "stall_s": 2}}))
    with Garbage(7) as server:
        writer = place.start("submit", spec, "--backend", server.url, "--out", place.out)
        assert server.wait(200, 60), writer.stderr[-2000:]
        before = resident_mib(writer.pid)
        assert server.wait(1000, 120), writer.stderr[-2000:]
        assert resident_mib(writer.pid) - before < 8
        shown = {"status": place.run("status", 1), "json": place.run("status", 1, "--json"), "list": place.run("list"),
                 "tail": place.run("tail", 1), "stats": place.run("stats", 1), "prompt": place.run("prompt", 1),
                 "backends": place.run("backends", "--backend", server.url)}
        assert place.run("cancel", 1).returncode == 0 and writer.wait() == 8
    assert place.status(1)["requests"] >= 950
    for name, done in shown.items():
        assert is_harmless(done.stdout + done.stderr), name
    assert is_harmless(writer.stdout) and is_harmless(writer.stderr)
    for event in place.events(1):
        assert is_harmless(event["text"])
    files = [f for folder in (place.out, place.path / "log") for f in folder.rglob("*") if f.is_file()]
    assert files
    for file in files:
        assert is_harmless(file.read_text(errors="strict")), file
