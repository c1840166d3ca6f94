# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A night with a managed server: it is killed again and again, hangs, or lives on with a dead port. The book comes out
# whole, the same as with a server that nothing ever happened to, and nobody was asked for anything.
import json
import os
import pathlib
import random
import signal
import time
import urllib.request

import pytest
from novelgen import SIMULATOR, wait_until
from place import SPEC, Place

KILLS = 20


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        p.reserve()
        yield p


@pytest.fixture
def whole(tmp_path):
    """whole(**spec): the book of a server that nothing happened to."""
    def write(**spec):
        (tmp_path / "whole").mkdir()
        with Place(tmp_path / "whole").serve() as p:
            assert p.submit(**spec).returncode == 0
            return p.book()
    return write


STUCK = {"words": 1500, "chapters": 2, "limits": {"stall_s": 1, "first_token_s": 1}}


@pytest.fixture(scope="module", autouse=True)
def stuck(tmp_path_factory):
    """Takes half a minute: it is written while the others are."""
    with Place(tmp_path_factory.mktemp("stuck")) as p:
        p.reserve()
        script = p.dir / "script.json"
        script.write_text(json.dumps([{"when": {"at": 5}, "do": "zombie", "ms": 3600000, "after_tokens": 40}]))
        manage(p, "--script", script)
        yield p, begin(p, **STUCK)


def manage(place, *options):
    """Makes the simulator on the reserved port the backend 'own', which the engine starts and ends."""
    folder = place.dir / "user" / ".config" / "novelgen"
    folder.mkdir(parents=True)
    command = [SIMULATOR, "--port", place.port, "--seed", 7, *options]
    (folder / "config.json").write_text(json.dumps({"backends": [
        {"name": "own", "url": f"http://127.0.0.1:{place.port}", "command": [str(c) for c in command]}]}))


def begin(place, **spec):
    path = place.dir / "spec.json"
    path.write_text(json.dumps({**SPEC, **spec}))
    return place.start("submit", path, "--backend", "own", "--out", place.out)


def process(place):
    """Of the server: whose command line begins with the simulator and has the port; 0: none runs."""
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            argv = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended
        if argv[0] == str(SIMULATOR).encode() and str(place.port).encode() in argv:
            return int(path.parent.name)
    return 0


def account(place):
    """What the server says of itself; {}: it does not listen."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/_account", timeout=60) as reply:
            return json.load(reply)
    except (OSError, ValueError):
        return {}


def is_at(place, moment, before):
    """The process that is to be killed now, if it is another one than `before`."""
    pid = process(place)
    if not pid or pid == before or moment == "started":
        return pid if pid != before else 0
    now = account(place)
    answered = now.get("finished", 0) > 0
    return pid if now.get("in_flight") and (answered or moment == "reading") else 0


def moments(rng):
    """Mostly it has given an answer before: a server that never does is given longer and longer pauses."""
    seven = [["writing"] * 2 + [m] for m in rng.sample(["reading"] * 4 + ["started"] * 3, 7)]
    return [m for three in seven for m in three][:KILLS]


def kill_again_and_again(place, writer, rng):
    pid = 0
    for moment in moments(rng):
        pid = wait_until(lambda: is_at(place, moment, pid) or writer.child.poll() is not None, 60, moment)
        assert writer.child.poll() is None, "the book was done too early"
        if moment == "writing":
            time.sleep(rng.uniform(0, 0.3))  # anywhere in an answer, or behind it
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            raise AssertionError(f"somebody else has ended the server: {writer.stderr[-3000:]}") from None


def never_paused(place):
    return not [e for e in place.events(1) if e["type"] == "state" and e["data"]["to"] == "paused"]


@pytest.mark.skipif(not pathlib.Path("/proc/self/cmdline").exists(), reason="the server is found by /proc")
def test_killed_twenty_times(place, whole):
    book = {"words": 9000, "chapters": 9}
    manage(place, "--rate", 2000, "--prefill-rate", 20000)
    begun = time.monotonic()
    writer = begin(place, **book)
    kill_again_and_again(place, writer, random.Random(1))
    assert writer.wait(60) == 0, writer.stderr
    assert time.monotonic() - begun < 300  # its next start was never put off for minutes
    assert place.book() == whole(**book)
    status = place.status(1)
    assert status["state"] == "done" and status["gaps"] == 0 and never_paused(place)
    for line in ("waiting: ", "was killed by signal 9", "the answer broke off", "writing"):
        assert line in writer.stderr


def test_a_decoder_that_hangs_behind_pings_is_started_again(place, whole):
    book = {"words": 1500, "chapters": 2, "limits": {"stall_s": 1, "first_token_s": 1}}
    manage(place, "--wedge", 4)
    writer = begin(place, **book)
    assert writer.wait(60) == 0, writer.stderr
    assert place.book() == whole(**book) and never_paused(place)
    assert "the backend is started again" in writer.stderr


def test_a_fresh_server_is_not_asked_while_its_first_request_may_still_run(place, whole):
    """As nothing of an earlier engine can run on a process that was just started, its own first request was forgotten
    too: the second came while the first was still being read."""
    book = {"words": 700, "chapters": 1, "limits": {"stall_s": 1, "first_token_s": 1}}
    script = place.dir / "script.json"
    script.write_text(json.dumps([{"when": {"at": 1}, "do": "zombie", "ms": 500, "after_tokens": 0}]))
    manage(place, "--script", script, "--fatal-overlap")
    writer = begin(place, **book)
    assert writer.wait(60) == 0, writer.stderr
    assert "was killed" not in writer.stderr and "ended" not in writer.stderr, writer.stderr
    assert place.book() == whole(**book)


# A server whose process lives on when its port is dead: a shell that starts it and then waits for ever.
OUTLIVES = 'if [ -e "$0" ]; then exec "$@"; fi; touch "$0"; "$@" & echo $! >"$0.pid"; while :; do sleep 1; done'


def test_a_process_that_outlives_its_port_is_started_again(place, whole):
    """Its process lived, so that nothing was wrong: the job waited for ever."""
    book = {"words": 1500, "chapters": 2}
    mark = place.dir / "started"
    folder = place.dir / "user" / ".config" / "novelgen"
    folder.mkdir(parents=True)
    command = ["sh", "-c", OUTLIVES, mark, SIMULATOR, "--port", place.port, "--seed", 7, "--rate", 1000]
    (folder / "config.json").write_text(json.dumps({"backends": [
        {"name": "own", "url": f"http://127.0.0.1:{place.port}", "command": [str(c) for c in command]}]}))
    writer = begin(place, **book)
    wait_until(lambda: account(place).get("kinds", {}).get("chunk"), 60, "the first prose")
    os.kill(int((place.dir / "started.pid").read_text()), signal.SIGKILL)
    assert writer.wait(60) == 0, writer.stderr
    assert place.book() == whole(**book) and never_paused(place)
    assert "lives, but nobody answers there: it is started again" in writer.stderr


def test_a_server_that_never_lets_go_of_a_request_is_started_again(stuck, whole):
    """It fell silent, and went on saying that it was busy: it was asked whether it is idle for a quarter of an hour,
    again and again."""
    place, writer = stuck
    assert writer.wait(90) == 0, writer.stderr
    assert place.book() == whole(**STUCK) and never_paused(place)
    assert "still busy with an old request" in writer.stderr
