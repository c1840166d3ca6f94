# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What the end-to-end tests share: a simulator, a home of its own with terminals that run commands in it, and waiting
# for something to become true. The store is read through the program's own --json.
import fcntl
import http.client
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time

BUILD = pathlib.Path(os.environ.get("NOVELGEN_BUILD", "build")).resolve()
PROGRAM = BUILD / "novelgen"
SIMULATOR = BUILD / "novelgen-sim"
REST = ("done", "paused", "cancelled")


def wait_until(holds, seconds=60, what="the condition"):
    """Waits for `holds()` to be true and returns it; looks a hundred times a second."""
    deadline = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come true in {seconds} s"
        time.sleep(0.01)


class Simulator:
    """A running novelgen-sim; extra arguments as on its command line."""

    def __init__(self, *args):
        self.child = subprocess.Popen([SIMULATOR, "--port", "0", *map(str, args)], stdout=subprocess.PIPE, text=True)
        first = self.child.stdout.readline()
        self.port = int(re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", first)[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def _ask(self, *request):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            conn.request(*request)
            return conn.getresponse().read()
        finally:
            conn.close()

    def account(self):
        return json.loads(self._ask("GET", "/_account"))

    def hurry(self, tokens_per_s=20000):
        """What had to be slow to be met in its middle need not end so."""
        self._ask("POST", "/_rate", json.dumps({"tokens_per_s": tokens_per_s}))

    def close(self):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


class Terminal:
    """One command that runs, with what it has printed so far."""

    def __init__(self, home, args, number):
        self.home = home
        self.out_path, self.err_path = home.dir / f"out.{number}", home.dir / f"err.{number}"
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.child = subprocess.Popen([PROGRAM, *map(str, args)], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                          env=home.env, cwd=home.out, start_new_session=True)
        self.pid = self.child.pid

    @property
    def stdout(self):
        return self.out_path.read_text()

    @property
    def stderr(self):
        return self.err_path.read_text()

    def job(self, seconds=20):
        """The id that it prints as soon as its job is accepted."""
        return int(wait_until(lambda: re.match(r"(\d+)\t.*\n", self.stdout), seconds, "an id on stdout")[1])

    def send(self, signum):
        self.child.send_signal(signum)

    def wait(self, seconds=60):
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s: {self.stderr!r}") from None


class Home:
    """A home, an output folder, and an environment in which nothing of the user's own is seen."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self.path, self.out = self.dir / "home", self.dir / "out"
        self.out.mkdir()
        self.terminals = []
        for name in ("user", "run"):
            (self.dir / name).mkdir(mode=0o700)
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "NOVELGEN_")) and k != "NO_COLOR"}
        self.env = {**keep, "HOME": str(self.dir / "user"), "XDG_RUNTIME_DIR": str(self.dir / "run"), "TERM": "xterm",
                    "NOVELGEN_HOME": str(self.path), "NOVELGEN_NO_INHIBIT": "1"}

    def run(self, *args, **more):
        """A command from its start to its end."""
        more = {"capture_output": True, "text": True, "timeout": 60, "check": False, "env": self.env, "cwd": self.out, **more}
        if "input" not in more and "stdin" not in more:
            more["stdin"] = subprocess.DEVNULL
        return subprocess.run([PROGRAM, *map(str, args)], **more)

    def start(self, *args):
        terminal = Terminal(self, args, len(self.terminals))
        self.terminals.append(terminal)
        return terminal

    def json(self, *args):
        got = self.run(*args, "--json")
        assert got.returncode == 0, got.stderr
        return json.loads(got.stdout)

    def list(self):
        return self.json("list")

    def status(self, job):
        return self.json("status", job)

    def events(self, job):
        """What happened to a job, from its rows."""
        rows = self.rows("SELECT type, text, data FROM event WHERE job = ? ORDER BY id", job)
        return [{"type": t, "text": text, "data": json.loads(data)} for t, text, data in rows]

    def rows(self, sql, *values):
        """What a query finds in the store, which somebody may be writing."""
        db = sqlite3.connect(f"file:{self.path / 'novelgen.db'}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def wait_state(self, job, *states, seconds=30):
        def holds():  # the job may not have been taken in yet
            return next((j for j in self.list() if j["id"] == job and j["state"] in states), None)
        return wait_until(holds, seconds, f"job {job} in {states}")

    def wait_words(self, job, least=1, seconds=30):
        """Until text of the job is safe in the store: accepted, or streamed."""
        return wait_until(lambda: len(self.run("tail", job).stdout.split()) >= least or self.part_words(job) >= least,
                          seconds, f"{least} words of job {job}")

    def part_words(self, job):
        parts = pathlib.Path(self.status(job)["out_dir"]).glob("chapters/*.md.part")
        return sum(len(p.read_text(errors="replace").split()) for p in parts)

    def engine_pid(self):
        """The process in the lock file, if it lives: the one that writes, or did last."""
        try:
            pid = int((self.path / "engine.lock").read_text() or 0)
            os.kill(pid, 0)
            return pid
        except (OSError, ValueError):
            return 0

    def is_locked(self):
        """Whether somebody holds engine.lock: as Linux lists it, without taking it, which could disturb."""
        lock = self.path / "engine.lock"
        try:
            inode = lock.stat().st_ino
        except OSError:
            return False
        if pathlib.Path("/proc/locks").exists():
            held = [line.split() for line in pathlib.Path("/proc/locks").read_text().splitlines() if "->" not in line]
            return any(line[1] == "FLOCK" and line[5].endswith(f":{inode}") for line in held)
        with open(lock, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def close(self):
        """Ends what a failed test has left: our terminals, and a `novelgen run` that one of them has started."""
        for terminal in self.terminals:
            if terminal.child.poll() is None:
                terminal.child.kill()
                terminal.child.wait()
        for _ in range(3):
            pid = self.engine_pid() if self.is_locked() else 0
            if not pid:
                break
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not self.is_locked(), 60, "the end of the last engine")


def book_of(status):
    return (pathlib.Path(status["out_dir"]) / "book.md").read_text()
