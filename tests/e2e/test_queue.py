# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The queue: many terminals, one writer. Whatever happens to a terminal, every accepted job comes
# out whole, and the server never sees two requests at once.
import contextlib
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess

import pytest

from novelgen import PROGRAM, REST, Home, book_of, wait_until

SLOW = ("--rate", 300)  # tokens a second: 200 words take about a second
CRAWL = ("--rate", 60)  # until sim.hurry(): it must be met in its middle, however late we come


def submit(home, sim, words, *more, title="Book"):
    return home.start("submit", "--premise", f"A story about {title}", "--title", title, "--words", words, "--backend",
                      sim.url, *more)


def one_at_a_time(sim):
    a = sim.account()
    assert a["in_flight_max"] == 1 and a["overlaps"] == 0, a


def states(home):
    return {j["id"]: j["state"] for j in home.list()}


def test_six_at_once(home, simulator):
    sim = simulator("--rate", 3000)
    terminals = [submit(home, sim, 200, title=f"Number {n}") for n in range(6)]
    assert [t.wait() for t in terminals] == [0] * 6, [t.stderr for t in terminals]
    jobs = home.list()
    assert [j["id"] for j in jobs] == [1, 2, 3, 4, 5, 6] and {t.job() for t in terminals} == {1, 2, 3, 4, 5, 6}
    for j in jobs:
        assert j["state"] == "done" and len(book_of(j).split()) >= 190
    # In order: each began after the one before it had ended.
    assert all(a["ended"] <= b["begun"] for a, b in zip(jobs, jobs[1:]))
    one_at_a_time(sim)
    assert not home.is_locked()


def test_150_at_once(home, simulator):
    """The server stands still until all have their answer, so that exactly a hundred find room."""
    sim = simulator(*CRAWL)
    first = submit(home, sim, 300, title="First")
    home.wait_state(first.job(), "writing")
    sim.child.send_signal(signal.SIGSTOP)
    terminals = [first] + [submit(home, sim, 100 + n, title=f"Number {n}") for n in range(149)]
    wait_until(lambda: all(t.stdout or t.child.poll() is not None for t in terminals), 120, "an answer for everybody")
    sim.child.send_signal(signal.SIGCONT)
    sim.hurry(3000)
    codes = [t.wait(300) for t in terminals]
    assert (codes.count(0), codes.count(5)) == (100, 50), codes
    for t in (t for t, code in zip(terminals, codes) if code == 5):
        said = t.stderr.splitlines()  # one that waits long for its answer says so first
        assert t.stdout == "" and "the queue is full: 100 unfinished" in said[-1]
        assert not said[:-1] or "is writing" in said[0], said
    jobs = home.list()
    assert len(jobs) == 100 and {j["state"] for j in jobs} == {"done"}
    assert all(abs(len(book_of(j).split()) - j["words_target"]) < 60 for j in jobs)
    one_at_a_time(sim)


def test_many_are_cancelled_at_once(home, simulator):
    sim = simulator("--rate", 20)
    first = submit(home, sim, 300, title="First")
    home.wait_state(first.job(), "planning", "writing")
    assert [submit(home, sim, 100, "--detach", title=f"Number {n}").wait(60) for n in range(5)] == [0] * 5
    assert home.run("cancel", *range(1, 7)).returncode == 0 and first.wait(60) == 8
    assert set(states(home).values()) == {"cancelled"}
    wait_until(lambda: not home.is_locked(), 60, "the end of the last engine")


def test_kill_of_the_writer(home, simulator):
    sim = simulator(*CRAWL)
    first = submit(home, sim, 600, title="First")
    home.wait_words(first.job(), 60)
    second = submit(home, sim, 100, title="Second")
    second.job()
    wait_until(lambda: "is writing" in second.stderr, 60, "the second one stands by")
    first.send(signal.SIGKILL)
    sim.hurry()
    wait_until(lambda: home.engine_pid() == second.pid and home.is_locked(), 60, "the other has the lock")
    assert first.wait() == -signal.SIGKILL and second.wait() == 0, second.stderr
    # It went on with the book that had begun, then wrote its own.
    assert states(home) == {1: "done", 2: "done"}
    assert home.status(1)["ended"] <= home.status(2)["begun"]
    one_at_a_time(sim)


def test_five_of_six_are_killed(home, simulator):
    sim = simulator("--rate", 600)
    terminals = [submit(home, sim, 150, title=f"Number {n}") for n in range(6)]
    by_pid = {t.pid: t for t in terminals}
    for t in terminals:
        t.job()
    for _ in range(5):
        writer = wait_until(lambda: home.is_locked() and by_pid.get(home.engine_pid()), 60, "a writer among ours")
        writer.send(signal.SIGKILL)
        writer.wait()
        del by_pid[writer.pid]
    assert by_pid.popitem()[1].wait() == 0
    wait_until(lambda: set(states(home).values()) == {"done"}, 60, "all six books")
    wait_until(lambda: not home.is_locked(), 60, "the end of the last engine")
    assert len(home.list()) == 6
    one_at_a_time(sim)


def test_ctrl_c_pauses_that_terminals_job_only(home, simulator):
    sim = simulator(*CRAWL)
    first, second = submit(home, sim, 300, title="First"), None
    home.wait_words(first.job(), 20)
    second = submit(home, sim, 100, title="Second")
    second.job()
    first.send(signal.SIGINT)
    assert first.wait(60) == 130
    sim.hurry()
    assert re.search(r"^paused job 1; go on with: novelgen resume 1$", first.stderr, re.M)
    paused = home.status(1)
    assert (paused["state"], paused["reason"]) == ("paused", "interrupted")
    assert second.wait() == 0 and states(home) == {1: "paused", 2: "done"}
    again = home.run("resume", 1)
    assert again.returncode == 0 and again.stdout == f"1\t{paused['out_dir']}\n", again.stderr
    assert home.status(1)["state"] == "done"
    one_at_a_time(sim)


def test_ctrl_c_in_a_waiting_terminal(home, simulator):
    sim = simulator(*CRAWL)
    first = submit(home, sim, 300, title="First")
    first.job()
    second = submit(home, sim, 100, title="Second")
    second.job()
    second.send(signal.SIGTERM)
    assert second.wait(60) == 143 and "go on with: novelgen resume 2" in second.stderr
    sim.hurry()
    assert home.status(2)["state"] == "paused" and first.wait() == 0
    assert states(home) == {1: "done", 2: "paused"}
    assert home.run("run").returncode == 0 and states(home)[2] == "paused"


def test_detached(home, simulator):
    sim = simulator("--rate", 1000)
    terminals = [submit(home, sim, 200, "--detach", title=f"Number {n}") for n in range(3)]
    assert [t.wait(60) for t in terminals] == [0, 0, 0]
    for t in terminals:
        assert home.status(t.job())["detached"] is True
    for job in (1, 2, 3):
        home.wait_state(job, "done")
    wait_until(lambda: not home.is_locked(), 60, "the end of the run in the background")
    one_at_a_time(sim)


def test_what_is_left_is_handed_over(home, simulator):
    """A terminal writes detached jobs of others first; when its own is done it leaves them to `novelgen run`."""
    sim = simulator(*CRAWL)
    first = submit(home, sim, 150, title="First")
    first.job()
    assert submit(home, sim, 150, "--detach", title="Second").wait(60) == 0
    sim.hurry()
    assert first.wait() == 0 and home.status(1)["state"] == "done"
    home.wait_state(2, "done")
    wait_until(lambda: not home.is_locked(), 60, "the end of the run in the background")
    assert "job 2" in (home.path / "log/run.log").read_text()
    one_at_a_time(sim)


def test_pause_and_cancel_by_others(home, simulator):
    sim = simulator(*SLOW)
    first = submit(home, sim, 2000, title="First")
    home.wait_words(first.job(), 20)
    got = home.run("pause")
    assert got.returncode == 0 and "novelgen resume 1" in got.stderr
    assert first.wait(60) == 6 and "paused job 1: on request; go on with: novelgen resume 1" in first.stderr
    # Nobody writes now: the message is carried out by its sender.
    assert home.run("cancel", 1).returncode == 0 and home.status(1)["state"] == "cancelled"
    again = home.start("resume", "first")
    home.wait_state(1, "planning", "writing")
    assert home.run("cancel", "first").returncode == 0
    assert again.wait(60) == 8 and "novelgen resume 1" in again.stderr
    one_at_a_time(sim)


def test_a_closed_terminal(home, simulator):
    sim = simulator(*CRAWL)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home.out)
        os.execve(PROGRAM, ["novelgen", "submit", "--premise", "x", "--words", "300", "--backend", sim.url], home.env)
    wait_until(lambda: home.path.exists() and home.list(), 60, "the job")
    home.wait_words(1, 20)
    shown = os.read(terminal, 65536).decode()
    assert re.search(r"\rjob 1: \[[#█]*[.░]*\] +\d+%  ", shown)
    os.close(terminal)  # the kernel sends SIGHUP
    log = home.path / "log/novelgen.log"
    wait_until(lambda: log.exists() and "the terminal is gone" in log.read_text(), what="a word in the log")
    sim.hurry()
    home.wait_state(1, "done")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_status_line_on_demand(home, simulator):
    sim = simulator(*CRAWL)
    first = submit(home, sim, 300, "--progress", "none", title="First")
    home.wait_words(first.job(), 20)
    first.send(signal.SIGUSR1)
    wait_until(lambda: re.search(r"^job 1: chapter 1/1.* words  ", first.stderr, re.M), 60, "the status line")
    sim.hurry()
    assert first.wait() == 0


def test_tail_follows(home, simulator):
    sim = simulator(*CRAWL)
    first = submit(home, sim, 500, title="First")
    first.job()
    reader = home.start("tail", "-f", "1")
    wait_until(lambda: len(reader.stdout.split()) > 20, 60, "text while it is written")
    assert home.status(1)["state"] != "done"
    sim.hurry()
    assert reader.wait() == 0 and first.wait() == 0
    assert reader.stdout == home.run("tail", 1).stdout


def test_tail_follows_to_a_pause(home, simulator):
    sim = simulator(*CRAWL)
    first = submit(home, sim, 2000, title="First")
    home.wait_words(first.job(), 20)
    reader = home.start("tail", "-f")
    wait_until(lambda: reader.stdout, 60, "text")
    first.send(signal.SIGINT)
    assert reader.wait(60) == 6 and "novelgen resume 1" in reader.stderr
    assert first.wait() == 130


def test_two_homes_share_a_server_by_either_name(tmp_path, simulator):
    """Their locks were named as the URL was written: "localhost" and "127.0.0.1" were two servers, and two requests."""
    sim = simulator(*SLOW)
    homes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        homes.append(Home(tmp_path / name))
        homes[-1].env["XDG_RUNTIME_DIR"] = homes[0].env["XDG_RUNTIME_DIR"]
    urls = f"http://127.0.0.1:{sim.port}", f"http://LocalHost:{sim.port}/v1"
    writers = [h.start("submit", "--premise", "a bell", "--words", 150, "--backend", url) for h, url in zip(homes, urls)]
    assert [w.wait() for w in writers] == [0, 0]
    one_at_a_time(sim)
    for h in homes:
        h.close()


def test_a_resume_moves_a_job_that_is_being_written(home, simulator):
    """The row named the new server, and the writer stayed with the old one."""
    old, new = simulator("--rate", 60), simulator()
    writer = submit(home, old, 300, title="First")
    home.wait_state(writer.job(), "planning", "writing")
    assert home.run("resume", 1, "--backend", new.url, "--detach").returncode == 0
    assert writer.wait(60) == 0 and new.account()["requests"] > 0


def test_run_beside_a_writer(home, simulator):
    sim = simulator(*CRAWL)
    first = submit(home, sim, 200, title="First")
    home.wait_state(first.job(), "planning", "writing")
    got = home.run("run")
    assert got.returncode == 0 and "--wait" in got.stderr
    sim.hurry()
    lines = home.run("run", "--wait", "--json").stdout.splitlines()
    assert json.loads(lines[-1])["type"] == "summary" and first.wait() == 0
    assert home.status(1)["state"] in REST


@pytest.mark.parametrize("when", ["at once", "later"])
def test_a_message_that_its_sender_left_behind(home, simulator, when):
    """The sender of a submit is killed before anybody took its message in: the next one finds it."""
    sim = simulator("--rate", 3000)
    home.run("list")
    holder = subprocess.Popen(["flock", home.path / "engine.lock", "cat"], stdin=subprocess.PIPE)
    wait_until(home.is_locked, 60, "the lock is held")
    first = submit(home, sim, 100, title="First")
    wait_until(lambda: any((home.path / "inbox").glob("[0-9]*.json")), 60, "the message")
    if when == "later":
        wait_until(lambda: "has not answered" in first.stderr, 60, "a word about the silence")
    first.send(signal.SIGKILL)
    first.wait()
    holder.communicate()
    assert submit(home, sim, 100, title="Second").wait() == 0
    wait_until(lambda: states(home) == {1: "done", 2: "done"}, 60, "both books")
    one_at_a_time(sim)


def test_a_job_whose_rows_make_no_sense_is_paused(home, simulator):
    """It had the store opened again for ever, and nobody else came to write."""
    sim = simulator(*CRAWL)
    writer = submit(home, sim, 600)
    home.wait_words(writer.job(), 20)
    home.run("pause", 1)
    assert writer.wait() == 6
    sim.hurry()
    with contextlib.closing(sqlite3.connect(home.path / "novelgen.db")) as db, db:
        db.execute("UPDATE job_spec SET spec = '{}'")
    got = home.run("resume", 1)
    assert got.returncode == 6 and "spec 'job 1': $.premise" in got.stderr, got
    assert submit(home, sim, 100).wait() == 0
