# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# on_wait, on_done, on_pause: the user's commands hear the job's facts, once, and can disturb nothing.
import json
import os
import signal

import pytest
from novelgen import wait_until
from place import Place
from recorder import Several, configure

NAMES = ["EVENT", "JOB", "TITLE", "STATE", "REASON", "FOLDER", "WORDS", "TARGET", "CHAPTERS", "GAPS"]


class Bells(Several):
    """Each hook leaves a file with its facts, which appears under its name when it is complete."""

    def hook(self, name, then=""):
        folder = self.dir / "told"
        folder.mkdir(exist_ok=True)
        facts = "".join(f'"$NOVELGEN_{n}" ' for n in NAMES)
        script = f'f="{folder}/{name}.$$"; printf "%s\\0" {facts}> "$f.new"; mv "$f.new" "$f"; {then}'
        return ["sh", "-c", script]

    def hooks(self, then="", **more):
        names = ("on_wait", "on_done", "on_pause")
        configure(self, **{**{n: self.hook(n, then) for n in names}, **more})

    def told(self, name):
        """The facts, once for each time that the hook was started."""
        files = [p for p in sorted((self.dir / "told").glob(f"{name}.*")) if p.suffix != ".new"]
        return [dict(zip(NAMES, p.read_text().split("\0"))) for p in files]

    def wait_told(self, name):
        return wait_until(lambda: self.told(name), 60, f"{name} is told")


@pytest.fixture
def bells(tmp_path):
    with Bells(tmp_path) as b:
        yield b


def test_done(bells):
    bells.serve()
    bells.hooks()
    writer = bells.write(f"http://127.0.0.1:{bells.port}", title="Salt; touch x \"$(id)\"")
    assert writer.wait(60) == 0
    facts, = bells.wait_told("on_done")
    status = bells.status(1)
    assert facts == {"EVENT": "done", "JOB": "1", "TITLE": 'Salt; touch x "$(id)"', "STATE": "done", "REASON": "",
                     "FOLDER": status["out_dir"], "WORDS": str(status["words_done"]), "TARGET": "700", "CHAPTERS": "2",
                     "GAPS": "0"}
    assert os.path.isdir(facts["FOLDER"]) and not bells.told("on_wait") and not bells.told("on_pause")


def test_a_wait_is_told_once_while_its_reason_changes(bells):
    """Refused, then loading, then refused again: one wait."""
    bells.serve("--rate", 200)
    bells.hooks()
    writer = bells.write(f"http://127.0.0.1:{bells.port}")
    bells.wait_words(1, 20)
    bells.stop_server()
    facts, = bells.wait_told("on_wait")
    assert facts["EVENT"] == "wait" and facts["STATE"] == "waiting" and str(bells.port) in facts["REASON"]
    assert 0 <= int(facts["WORDS"]) < 700 and facts["JOB"] == "1"
    bells.serve("--rate", 20000, script=[{"when": {"at": 1}, "do": "status", "status": 503},
                                         {"when": {"at": 2}, "do": "status", "status": 502}])
    assert writer.wait(60) == 0, writer.stderr
    bells.wait_told("on_done")
    assert len(bells.told("on_wait")) == 1 and len(bells.told("on_done")) == 1 and not bells.told("on_pause")


def test_pause(bells):
    """By the server's doing, and by the user's: both are told, with the line that status shows."""
    locked = bells.recorder(bells.other(), key="another")
    bells.hooks()
    assert bells.write(locked.url).wait(60) == 6
    facts, = bells.wait_told("on_pause")
    assert facts["STATE"] == "paused" and "Invalid API Key" in facts["REASON"] == bells.status(1)["reason"]
    sim = bells.other("--rate", 200)
    writer = bells.write(sim.url)
    bells.wait_words(2, 20)
    assert bells.run("pause", 2).returncode == 0 and writer.wait(60) == 6
    wait_until(lambda: len(bells.told("on_pause")) == 2, 60, "the second pause")
    assert {f["JOB"]: f["REASON"] for f in bells.told("on_pause")}["2"] == "on request"


def test_each_job_is_told_of(bells):
    sim = bells.other()
    bells.hooks()
    assert [w.wait(60) for w in [bells.write(sim.url, title=f"Book {n}") for n in range(4)]] == [0] * 4
    wait_until(lambda: len(bells.told("on_done")) == 4, 60, "four books")
    assert {f["TITLE"] for f in bells.told("on_done")} == {f"Book {n}" for n in range(4)}


@pytest.mark.parametrize("then", ["sleep 1000 & echo $! > \"$f.pid\"; wait", "exit 3", "kill -9 $$"])
def test_one_that_hangs_or_fails_disturbs_nothing(bells, then):
    bells.serve("--rate", 20000, script=[{"when": {"at": 5}, "do": "status", "status": 503}])
    bells.hooks(then=then)
    writer = bells.write(f"http://127.0.0.1:{bells.port}")
    assert writer.wait(60) == 0, writer.stderr
    assert bells.is_alone() and bells.status(1)["gaps"] == 0
    bells.wait_told("on_done")
    wait_until(lambda: not bells.is_locked(), 60, "the lock is free")  # what hangs does not hold it
    assert bells.write(f"http://127.0.0.1:{bells.port}").wait(60) == 0
    for pid in (bells.dir / "told").glob("*.pid"):
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_one_that_does_not_exist_is_a_line(bells):
    sim = bells.other()
    configure(bells, on_done=["/no/such/bell"])
    writer = bells.write(sim.url)
    assert writer.wait(60) == 0
    said = [line for line in writer.stderr.splitlines() if "on_done" in line]
    assert len(said) == 1 and "/no/such/bell" in said[0], writer.stderr


def test_a_project_has_none(bells):
    """What lies about in a folder that somebody has sent must not run."""
    (bells.out / "novelgen.json").write_text(json.dumps({"on_done": ["touch", str(bells.dir / "ran")]}))
    got = bells.run("submit", "--premise", "a bell", "--words", 200, "--backend", bells.other().url)
    assert got.returncode == 2 and not (bells.dir / "ran").exists()


def test_a_book_that_comes_in_done_rings_no_bell(bells, tmp_path):
    """What happened to it on another machine was told there."""
    bells.serve()
    archive = tmp_path / "book.tar.zst"
    (tmp_path / "other").mkdir()
    with Place(tmp_path / "other") as other:
        assert other.submit(bells.port).returncode == 0
        assert other.run("export", 1, "--format", "archive", "-o", archive).returncode == 0
    bells.hooks()
    engine = bells.start("run", "--wait", "--quiet")
    got = bells.run("import", archive, "--out", bells.out, "--quiet")
    assert got.returncode == 0 and bells.status(1)["state"] == "done", got.stderr
    writer = bells.write(f"http://127.0.0.1:{bells.port}")
    assert writer.wait(60) == 0
    engine.send(signal.SIGTERM)
    engine.wait()
    assert [f["JOB"] for f in bells.wait_told("on_done")] == ["2"] and not bells.told("on_pause")
