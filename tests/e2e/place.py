# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A place to write a book in: a home, a folder for books, and a simulator on a port that stays the same when it dies and
# comes back.
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

BUILD = pathlib.Path(os.environ.get("NOVELGEN_BUILD", "build")).resolve()
PROGRAM = pathlib.Path(os.environ.get("NOVELGEN_PROGRAM", BUILD / "novelgen"))
DEADLINE_S = 30

SPEC = {"title": "The Salt Engine", "premise": "A clockmaker loses an hour.", "words": 1500, "chapters": 3, "seed": 7}


def until(holds, seconds=DEADLINE_S):
    """Waits for an event; its value."""
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
    return value


class Place:
    def __init__(self, folder, chunk_words=250):
        self.dir = folder
        self.home, self.out = folder / "home", folder / "out"
        self.out.mkdir(parents=True)
        (folder / "runtime").mkdir(mode=0o700)
        (folder / "novelgen.json").write_text(json.dumps({"chunk": {"words": chunk_words}}))
        self.env = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "runtime"),
                    "XDG_CONFIG_HOME": str(folder / "config"), "NOVELGEN_NO_INHIBIT": "1"}
        self.env.pop("NOVELGEN_HOME", None)
        self.server = None
        self.port = None
        self.children = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.communicate()
        self.stop_server()

    # ---- the server ------------------------------------------------------------------------------------------------

    def bind(self):
        """The port is ours from now on, whether a simulator runs there or not."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]

    def serve(self, *options, script=None):
        if script is not None:
            path = self.dir / "script.json"
            path.write_text(json.dumps(script))
            options = [*options, "--script", path]
        if self.port is None:
            self.bind()
        self.server = subprocess.Popen([BUILD / "novelgen-sim", "--seed", "7", "--port", str(self.port),
                                        *map(str, options)], stdout=subprocess.PIPE, text=True)
        assert self.server.stdout.readline().startswith("listening on ")
        return self

    def stop_server(self):
        if self.server:
            self.server.kill()
            self.server.communicate()
        self.server = None

    def account(self):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            conn.request("GET", "/_account")
            return json.loads(conn.getresponse().read())
        finally:
            conn.close()

    # ---- the program -----------------------------------------------------------------------------------------------

    def start(self, *args):
        """A command that goes on by itself; its stderr is kept."""
        child = subprocess.Popen([PROGRAM, *map(str, args), "--home", self.home], cwd=self.dir, env=self.env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.children.append(child)
        return child

    def run(self, *args, seconds=DEADLINE_S):
        """(exit code, stdout, stderr)"""
        child = self.start(*args)
        out, err = child.communicate(timeout=seconds)
        return child.returncode, out, err

    def submit_args(self, port=None, **spec):
        path = self.dir / "spec.json"
        path.write_text(json.dumps({**SPEC, **spec}))
        return ["submit", path, "--backend", f"http://127.0.0.1:{port or self.port}", "--out", self.out, "--quiet"]

    def submit(self, port=None, **spec):
        return self.run(*self.submit_args(port, **spec))

    def status(self, job=1):
        code, out, err = self.run("status", job, "--json")
        assert code == 0, err
        return json.loads(out)

    # ---- the book --------------------------------------------------------------------------------------------------

    def folder(self, job=1):
        found = list((self.out / "books").glob(f"{job}-*"))
        return found[0] if found else None

    def book(self, job=1):
        """All text that a job left, by name; report.json is left out, which tells how it was made."""
        folder = self.folder(job)
        names = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".novelgen")]
        return {str(n): (folder / n).read_bytes() for n in names if n.name != "report.json"}

    def part(self, chapter, least_bytes, job=1):
        """Whether the file of an unfinished chapter holds that much."""
        folder = self.folder(job)
        parts = list((folder / "chapters").glob(f"*{chapter}-*.part")) if folder else []
        try:
            return bool(parts) and parts[0].stat().st_size >= least_bytes
        except FileNotFoundError:
            return False


def kill(child):
    child.send_signal(signal.SIGKILL)
    child.wait()
