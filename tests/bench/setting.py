# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What a book is written in for the bench: a simulator of its own, a home, and a folder for the books.
import json
import os
import pathlib
import shutil
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("NOVELGEN_BUILD", ROOT / "build")).resolve()
PROGRAM = BUILD / "novelgen"
HOME = BUILD / "bench"  # a real disk: /tmp may be memory

SPEC = {"title": "The Salt Engine", "premise": "A clockmaker loses an hour and the harbour pays for it.", "seed": 7}


class Place:
    def __init__(self, name, chunk_words=800, rate=0, options=()):
        self.dir = HOME / "places" / name
        shutil.rmtree(self.dir, ignore_errors=True)
        self.home, self.out = self.dir / "home", self.dir / "out"
        self.out.mkdir(parents=True)
        (self.dir / "runtime").mkdir(mode=0o700)
        (self.dir / "novelgen.json").write_text(json.dumps({"chunk": {"words": chunk_words}}))
        self.env = {**os.environ, "HOME": str(self.dir), "XDG_RUNTIME_DIR": str(self.dir / "runtime"),
                    "XDG_CONFIG_HOME": str(self.dir / "config"), "NOVELGEN_NO_INHIBIT": "1"}
        self.env.pop("NOVELGEN_HOME", None)
        self.children = []
        self.server = subprocess.Popen([BUILD / "novelgen-sim", "--seed", "7", "--rate", str(rate), *options],
                                       stdout=subprocess.PIPE, text=True)
        self.port = int(self.server.stdout.readline().rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for child in [*self.children, self.server]:
            if child.poll() is None:
                child.kill()
            child.communicate()

    def account(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_account", timeout=10) as reply:
            return json.load(reply)

    def command(self, *args):
        return [PROGRAM, *map(str, args), "--home", self.home]

    def submit(self, port=None, **spec):
        """The command that writes a book."""
        path = self.dir / "spec.json"
        path.write_text(json.dumps({**SPEC, **spec}))
        return self.command("submit", path, "--backend", f"http://127.0.0.1:{port or self.port}", "--out", self.out,
                            "--quiet")

    def start(self, command):
        child = subprocess.Popen(command, cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.children.append(child)
        return child

    def ask(self, *args):
        """What a command prints."""
        return subprocess.run(self.command(*args), cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, timeout=60,
                              capture_output=True, text=True, check=True).stdout

    def status(self, job=1):
        return json.loads(self.ask("status", job, "--json"))
