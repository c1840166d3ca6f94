# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Backends that novelgen starts itself: awaited, started again when they die or hang, ended with the engine, and what is
# said when their command is wrong.
import json
import os
import signal
import time

import pytest
from novelgen import SIMULATOR, Simulator, wait_until
from place import SPEC, Place
from recorder import configure

BOOK = {"words": 700, "chapters": 2}


class Manor(Place):
    """A place with a server of its own. Each start of it leaves its number and the time in a file."""

    def command(self, *options, before="", script=None):
        if script is not None:
            path = self.dir / "script.json"
            path.write_text(json.dumps(script))
            options = (*options, "--script", path)
        note = f'echo "$$ $(date +%s.%N)" >> "{self.dir}/starts"; {before} exec "$0" "$@"'
        return ["sh", "-c", note, str(SIMULATOR), "--seed", "7", *map(str, options)]

    def own(self, *options, **more):
        """The config of one that gets its socket from us."""
        return {"name": "own", "command": self.command("--listen-fd", 3, *options, **more)}

    def starts(self):
        path = self.dir / "starts"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(int(line.split()[0]), float(line.split()[1])) for line in lines]

    def pids(self):
        return [pid for pid, _ in self.starts()]

    def write(self, *more, **spec):
        path = self.dir / "spec.json"
        path.write_text(json.dumps({**SPEC, **BOOK, **spec}))
        writer = self.start("submit", path, "--backend", "own", *more)
        writer.job()
        return writer

    def is_empty(self):
        """Whether none of its servers lives any more."""
        return all(not lives(pid) for pid in self.pids())


def lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def keeper_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[1])


@pytest.fixture
def manor(tmp_path):
    with Manor(tmp_path) as m:
        yield m
        wait_until(m.is_empty, 60, "the end of all servers")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with Place(tmp_path_factory.mktemp("whole")).serve() as p:
        done = p.submit(**BOOK)
        assert done.returncode == 0, done.stderr
        return p.book()


def test_it_is_started_once_for_all_jobs_and_ended_with_them(manor, whole):
    configure(manor, manor.own("--rate", 20000))
    writers = [manor.write(), manor.write()]
    assert [w.wait() for w in writers] == [0, 0]
    assert manor.book(1) == manor.book(2) == whole
    assert len(manor.starts()) <= 2 and manor.is_empty()


def test_a_slow_start_is_awaited(manor, whole):
    """It was taken for dead within a second, the book went on with the fallback, and the server was ended."""
    manor.reserve()
    spare = Simulator("--seed", 7)
    command = manor.command("--port", manor.port, before="sleep 1.5;")
    configure(manor, {"name": "own", "command": command, "url": f"http://127.0.0.1:{manor.port}"},
              {"name": "spare", "url": spare.url})
    writer = manor.write(fallback=["spare"])
    assert "is starting" in manor.wait_state(1, "waiting")["reason"]
    assert writer.wait(60) == 0, writer.stderr
    assert manor.book() == whole and len(manor.starts()) == 1 and spare.account()["requests"] == 0
    assert not [e for e in manor.events(1) if "five times in a row" in e["text"]]
    spare.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, "exit"])
def test_it_is_started_again_when_it_dies(manor, whole, how):
    script = [{"when": {"at": 5}, "do": "exit", "after_tokens": 60}] if how == "exit" else None
    configure(manor, manor.own("--rate", 500, script=script))
    writer = manor.write()
    wait_until(lambda: manor.status(1)["words_done"] or manor.part_words(1), 60, "words")
    if how != "exit":
        os.kill(manor.pids()[0], how)
    wait_until(lambda: len(manor.starts()) >= 2, 60, "the next start")
    assert writer.wait(60) == 0, writer.stderr
    assert manor.book() == whole and manor.status(1)["gaps"] == 0
    told = [e["text"] for e in manor.events(1) if e["type"] == "retry"]
    assert told and manor.status(1)["retries"] == len(told)


def test_it_is_started_again_when_it_hangs(manor, whole):
    """Signs of life go on, and text comes no more."""
    configure(manor, manor.own("--rate", 5000, "--wedge", 4))
    writer = manor.write(limits={"stall_s": 1, "first_token_s": 1})
    assert writer.wait(60) == 0, writer.stderr
    assert manor.book() == whole and 2 <= len(manor.starts()) <= 4
    assert [e for e in manor.events(1) if "the backend is started again" in e["text"]]


def test_its_keeper_is_killed(manor, whole):
    """What the keeper left running is ended before another one is started: never two on one machine."""
    configure(manor, manor.own("--rate", 500))
    writer = manor.write(limits={"stall_s": 1})
    manor.wait_words(1, 20)
    first = manor.pids()[0]
    os.kill(keeper_of(first), signal.SIGKILL)
    os.kill(first, signal.SIGSTOP)  # it cannot go on with its answer, nor hear that it shall end
    wait_until(lambda: len(manor.starts()) == 2, 60, "the next start")
    assert not lives(first)
    assert writer.wait(60) == 0, writer.stderr
    assert manor.book() == whole


def test_it_ends_with_a_killed_engine(manor, whole):
    configure(manor, manor.own("--rate", 500))
    writer = manor.write()
    manor.wait_words(1, 20)
    writer.child.kill()
    writer.wait()
    wait_until(manor.is_empty, 60, "the end of the server")
    done = manor.resume()
    assert done.returncode == 0, done.stderr
    assert manor.book() == whole and len(manor.starts()) == 2


BAD = "echo 'llama_load: mapping' >&2; echo 'error: no file model.gguf' >&2; exit 3"


@pytest.mark.parametrize("command, says", [(["sh", "-c", BAD], ["exited with status 3", "error: no file model.gguf"]),
                                           (["/no/such/llama-server"], ["/no/such/llama-server", "No such file"])])
def test_a_command_that_does_not_start(manor, command, says):
    configure(manor, {"name": "own", "command": command, "url": "http://127.0.0.1:9"})
    writer = manor.write()
    assert writer.wait(60) == 6
    last = [line for line in writer.stderr.splitlines() if "novelgen resume 1" in line]
    assert len(last) == 1 and "mend its command" in last[0] and all(s in last[0] for s in says), writer.stderr
    assert manor.status(1)["state"] == "paused"
    # Mended, it is all that was needed.
    configure(manor, manor.own())
    done = manor.resume()
    assert done.returncode == 0, done.stderr


def test_a_command_that_does_not_start_and_a_fallback(manor, whole):
    spare = Simulator("--seed", 7)
    configure(manor, {"name": "own", "command": ["false"], "url": "http://127.0.0.1:9"},
              {"name": "spare", "url": spare.url})
    writer = manor.write(fallback=["spare"])
    assert writer.wait(60) == 0, writer.stderr
    assert manor.book() == whole
    assert [e for e in manor.events(1) if "'own' is of no use" in e["text"] and "mend its command" in e["text"]]
    spare.close()


def test_one_that_dies_again_and_again_is_given_time(manor, whole):
    """It has answered, so its command is good: it is started at once, after 1 s, after 2 s, and the book waits."""
    dies = [{"when": {"at": 5}, "do": "exit", "after_tokens": 60}]
    only_first_and_fourth = f'case $(wc -l < "{manor.dir}/starts") in 2|3) exit 7;; esac;'
    configure(manor, manor.own("--rate", 5000, script=dies, before=only_first_and_fourth))
    writer = manor.write()
    assert writer.wait(60) == 0, writer.stderr
    times = [t for _, t in manor.starts()]
    assert len(times) == 4 and times[2] - times[1] >= 0.9 and times[3] - times[2] >= 1.8
    assert [e for e in manor.events(1) if e["type"] == "state" and "waiting" in e["text"]]
    assert manor.book() == whole


def test_the_keepers_log(manor):
    """What the server prints is kept below the home, with the time."""
    configure(manor, manor.own(before="echo 'hello from the server' >&2;"))
    assert manor.write().wait(60) == 0
    log = (manor.path / "log" / "backend-own.log").read_text()
    assert "hello from the server" in log and log.startswith(time.strftime("%Y"))
