# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The queue in its owner's hands: ranks, and all jobs at once.
import contextlib
import os
import pty
import sqlite3

import pytest

from place import Place
from novelgen import PROGRAM, wait_until


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def states(place):
    return {j["id"]: j["state"] for j in place.list()}


def waiting_jobs(place, count):
    """Jobs in the queue whose server is not there, and nobody who writes."""
    place.reserve()
    for n in range(count):
        assert place.run(*place.submit_args(title=f"Book {n + 1}", words=800, chapters=2), "--detach").returncode == 0
    assert place.run("pause", "--all").returncode == 0
    wait_until(lambda: not place.is_locked(), 60, "the end of the engine")


def chapters_in_order(place):
    """(job, chapter) in the order in which their first text was accepted."""
    db = sqlite3.connect(f"file:{place.path / 'novelgen.db'}?mode=ro", uri=True)
    found = db.execute("SELECT job, chapter FROM chunk GROUP BY job, chapter ORDER BY min(id)").fetchall()
    db.close()
    return found


def begun(place):
    return [job for job, chapter in chapters_in_order(place) if chapter == 1]


def test_the_highest_goes_first(place):
    waiting_jobs(place, 4)
    for job, priority in ((4, 10), (2, -5)):
        got = place.run("priority", job, priority)
        assert got.returncode == 0 and f"job {job}: priority {priority} (was 0)" in got.stderr, got.stderr
    assert [j["priority"] for j in place.list()] == [0, -5, 0, 10]
    place.serve()
    assert place.run("resume", "--all", "--quiet").returncode == 0
    assert set(states(place).values()) == {"done"} and begun(place) == [4, 1, 3, 2]


def test_a_job_gives_way_at_its_next_chapter_and_comes_back(place):
    place.serve("--rate", 300)
    first = place.start(*place.submit_args(words=3200, chapters=4))
    place.wait_middle(2)
    second = place.start(*place.submit_args(title="Second", words=800, chapters=2))
    wait_until(lambda: 2 in states(place), 60, "the second job")
    assert states(place)[2] == "queued"
    assert place.run("priority", 2, 1).returncode == 0
    gave_way = wait_until(lambda: next((j for j in place.list() if j["id"] == 1 and j["state"] == "waiting"), None), 30,
                          "the first job to give way")
    place.server.hurry()
    assert gave_way["reason"] == "job 2 has priority"
    assert second.wait(60) == 0 and first.wait(60) == 0, first.stderr
    # Chapter 2 was written to its end, then the other book, then the rest; nothing went to and fro.
    order = [job for job, _ in chapters_in_order(place)]
    assert order == [1, 1, 2, 2, 1, 1]
    reasons = [e["text"] for e in place.events(1) if e["type"] == "state"]
    assert reasons.count("waiting: job 2 has priority") == 1
    assert place.is_alone()


def test_one_that_is_put_last_gives_way_too(place):
    place.serve("--rate", 100)
    first = place.start(*place.submit_args(words=2400, chapters=3))
    place.wait_middle(1)
    second = place.start(*place.submit_args(title="Second", words=800, chapters=1))
    wait_until(lambda: 2 in states(place), 60, "the second job")
    assert place.run("priority", 1, -5).returncode == 0
    place.server.hurry()
    assert second.wait(60) == 0 and first.wait(60) == 0, first.stderr
    assert [job for job, _ in chapters_in_order(place)] == [1, 2, 1, 1]


def test_a_higher_job_that_cannot_be_written_stops_nobody(place):
    """Its only server is another one, which is not there: the first job keeps its own."""
    place.serve()
    up = place.port
    place.reserve()
    down, place.port = place.port, up
    assert place.run(*place.submit_args(port=down, title="Away"), "--detach").returncode == 0
    assert place.run("priority", 1, 50).returncode == 0
    got = place.run(*place.submit_args(title="Here", words=1600, chapters=2))
    assert got.returncode == 0, got.stderr
    assert not [e for e in place.events(2) if "has priority" in e["text"]]


@pytest.mark.parametrize("args, says", [((), "usage: novelgen priority [ID] N"), (("1", "x"), "the priority is 'x'"),
                                        (("1", "101"), "from -100 to 100"), (("1", "-101"), "from -100 to 100"),
                                        (("1", "2", "3"), "unexpected argument")])
def test_a_priority_that_is_none(place, args, says):
    waiting_jobs(place, 1)
    got = place.run("priority", *args)
    assert got.returncode == 2 and says in got.stderr, got.stderr


def test_all_at_once(place):
    waiting_jobs(place, 3)
    assert states(place) == {1: "paused", 2: "paused", 3: "paused"}
    got = place.run("pause", "--all")
    assert got.returncode == 0 and "nothing to pause" in got.stderr
    assert place.run("cancel", 2).returncode == 0
    place.serve()
    got = place.run("resume", "--all")
    assert got.returncode == 0 and states(place) == {1: "done", 2: "cancelled", 3: "done"}, got.stderr
    got = place.run("resume", "--all")
    assert got.returncode == 0 and "no job is paused" in got.stderr
    for command in ("pause", "cancel", "resume"):
        got = place.run(command, "--all", 1)
        assert got.returncode == 2 and "not both" in got.stderr


def test_what_is_so_already_is_said_with_what_can_be_done(place):
    place.serve()
    assert place.submit(words=800, chapters=2).returncode == 0
    before = place.run("status", 1, "--json").stdout
    for command, code, says in (("pause", 0, "job 1: it is done already; read it: "), ("cancel", 2, "job 1: the job is done already")):
        got = place.run(command, 1)
        assert got.returncode == code and says in got.stderr and got.stderr.count("\n") == 1, got.stderr
    assert "novelgen rm 1" in got.stderr and place.run("status", 1, "--json").stdout == before
    waiting_jobs(place, 1)
    for first, again, state in (("pause", "pause", "paused"), ("cancel", "cancel", "cancelled"), ("cancel", "pause", "cancelled")):
        place.run(first, 2)
        got = place.run(again, 2, "--home", place.path)
        assert got.returncode == 0, got.stderr
        assert got.stderr == f"job 2: it is {state} already; go on with: novelgen resume 2 --home {place.path}\n"
        assert states(place)[2] == state


def test_a_cancelled_job_is_revived(place):
    place.serve("--rate", 300)
    writer = place.start(*place.submit_args())
    place.wait_middle(2)
    assert place.run("cancel", 1).returncode == 0 and writer.wait() == 8
    place.server.hurry()
    kept = place.status(1)["words_done"]
    assert kept > 0 and (place.folder() / "live.md").stat().st_size > 0
    got = place.resume()
    assert got.returncode == 0 and place.status(1)["state"] == "done", got.stderr


def answer(place, text, *args):
    """What a command does when it may ask on a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(place.out)
        os.execve(PROGRAM, ["novelgen", *args], place.env)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(terminal, 4096)
    os.write(terminal, text.encode())
    with contextlib.suppress(OSError):  # its end
        while more := os.read(terminal, 4096):
            seen += more
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return code, seen.decode()


def test_cancelling_all_asks_first(place):
    waiting_jobs(place, 2)
    got = place.run("cancel", "--all")
    assert got.returncode == 2 and "--yes" in got.stderr and set(states(place).values()) == {"paused"}
    for text in ("n\n", "\n", "yess\n"):
        code, seen = answer(place, text, "cancel", "--all")
        assert code == 0 and "cancel 2 jobs?" in seen and set(states(place).values()) == {"paused"}
    assert answer(place, "y\n", "cancel", "--all")[0] == 0 and set(states(place).values()) == {"cancelled"}
    got = place.run("cancel", "--all", "--yes")
    assert got.returncode == 0 and "nothing to cancel" in got.stderr
