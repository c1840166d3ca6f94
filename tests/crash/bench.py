# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# One place to crash in: a simulator of its own, and for each job a home and a folder of its own that go afterwards.
#
#     with Bench("quoting") as bench:
#         whole = bench.book()                                  never interrupted
#         book = bench.book(kills=[Kill("pwrite64", 17)])       killed there, then resumed to the end
#
# A kill is SIGKILL at the entry of the Nth call of a system call (by strace: the call is not executed), or after some
# time. Kills beyond the first hit the process that resumes.
import dataclasses
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("NOVELGEN_BUILD", ROOT / "build")).resolve()
LIMIT_S = 60  # for one run of the program; it takes less than a second

# What can change something outside of the process, and what brings text in.
SYSCALLS = ("write pwrite64 fsync fdatasync ftruncate rename renameat renameat2 unlink unlinkat openat "
            "send sendto recv recvfrom").split()

SPEC = {
    "title": "The Salt Engine", "premise": "A clockmaker loses an hour and the harbour pays for it.",
    "words": 1800, "chapters": 3, "seed": 7,
}
CONFIG = {"chunk": {"words": 300}}  # two a chapter, with a commit or two inside of each

# Streams that end without the protocol's own end: each third request breaks off somehow.
BROKEN = [
    {"when": {"every": 9}, "do": "eof", "after_tokens": 90},
    {"when": {"every": 6}, "do": "truncate", "after_tokens": 70},
    {"when": {"every": 3}, "do": "eof", "after_tokens": 80, "done": True},
]

# How the server behaves. The first three send as fast as they can, so that a job is over in a moment; the paced ones
# are there to be killed at any time in the middle of a stream.
QUOTING = ["--no-prefill", "--restate"]
SCRIPT = ["--script", "broken.json"]
PACE = ["--rate", "8000"]
MODES = {
    "prefill": [],
    "quoting": QUOTING,
    "broken": SCRIPT,
    "paced": [*PACE, *SCRIPT],
    "paced-quoting": [*PACE, *QUOTING, *SCRIPT],
}


class Failed(Exception):
    """The job did not come to its end after a crash."""


@dataclasses.dataclass(frozen=True)
class Kill:
    syscall: str  # or "time"
    when: float   # the Nth call, or seconds

    def __str__(self):
        return f"after {self.when * 1000:.0f} ms" if self.syscall == "time" else f"{self.syscall} #{self.when}"


@dataclasses.dataclass
class Book:
    files: dict   # path in the book's folder -> bytes
    odd: list     # paths that may not be there
    gaps: int
    fired: int    # kills that really killed


def scratch():
    """Memory if there is some: a campaign is thousands of fsyncs."""
    shm = pathlib.Path("/dev/shm")
    return tempfile.mkdtemp(prefix="novelgen-crash-", dir=shm if os.access(shm, os.W_OK) else None)


def strace_works():
    try:
        got = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=getpid:signal=KILL", "true"],
                             capture_output=True, timeout=60, check=False)
    except OSError:
        return False
    return got.returncode == 0


class Bench:
    def __init__(self, mode, program=None):
        self.mode = mode
        self.program = pathlib.Path(program or BUILD / "novelgen")
        self.jobs = 0

    def __enter__(self):
        self.dir = pathlib.Path(scratch())
        (self.dir / "runtime").mkdir(mode=0o700)
        (self.dir / "novelgen.json").write_text(json.dumps(CONFIG))
        (self.dir / "spec.json").write_text(json.dumps(SPEC))
        (self.dir / "broken.json").write_text(json.dumps(BROKEN))
        self.env = {**os.environ, "HOME": str(self.dir), "XDG_RUNTIME_DIR": str(self.dir / "runtime"),
                    "XDG_CONFIG_HOME": str(self.dir / "config"), "NOVELGEN_NO_INHIBIT": "1"}
        self.env.pop("NOVELGEN_HOME", None)
        self.sim = subprocess.Popen([BUILD / "novelgen-sim", "--seed", "7", *MODES[self.mode]],
                                    cwd=self.dir, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)\n", self.sim.stdout.readline())[1])
        return self

    def __exit__(self, *exc):
        self.sim.kill()
        self.sim.wait()
        self.sim.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def account(self):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        conn.request("GET", "/_account")
        account = json.loads(conn.getresponse().read())
        conn.close()
        return account

    # ---- one job ---------------------------------------------------------------------------------------------------

    def command(self, job, *args):
        return [str(self.program), *args, "--home", str(job / "home"), "--quiet"]

    def submit(self, job):
        return self.command(job, "submit", str(self.dir / "spec.json"), "--backend", f"http://127.0.0.1:{self.port}",
                            "--out", str(job / "out"))

    def run(self, argv, kill=None, trace=None):
        """The exit code, as Popen has it, and what it said."""
        limit = LIMIT_S
        if trace:
            argv = ["strace", "-qq", "-o", str(trace), "-e", f"trace={','.join(SYSCALLS)}", *argv]
        elif kill and kill.syscall == "time":
            limit = kill.when
        elif kill:
            argv = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={kill.syscall}", "-e",
                    f"inject={kill.syscall}:signal=KILL:when={kill.when}", *argv]
        child = subprocess.Popen(argv, cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        try:
            said = child.communicate(timeout=limit)[1]
        except subprocess.TimeoutExpired:
            child.kill()
            said = child.communicate()[1]
            if limit == LIMIT_S:
                raise Failed(f"{' '.join(argv[-6:])}: did not end in {limit} s: {said}") from None
        return child.returncode, said

    def recover(self, job, kill=None):
        """What somebody does after a crash: resume; if the job had not been taken in yet, submit it again."""
        code, said = self.run(self.command(job, "resume", "1"), kill)
        if code != 7:
            return code, said
        waiting = list((job / "home" / "inbox").glob("[!.]*"))
        return self.run(self.command(job, "run") if waiting else self.submit(job), kill)

    def book(self, kills=(), trace=None):
        """Writes the book, with crashes, and hands out what was left in its folder."""
        self.jobs += 1
        job = self.dir / f"job-{self.jobs}"
        (job / "out").mkdir(parents=True)
        try:
            fired = self.write(job, list(kills), trace)
            return self.collect(job, fired)
        finally:
            shutil.rmtree(job, ignore_errors=True)

    def write(self, job, kills, trace):
        fired = 0
        code, said = self.run(self.submit(job), kills[0] if kills else None, trace)
        for kill in [*kills[1:], None, None, None]:
            if code == 0:
                return fired
            if code != -signal.SIGKILL:
                break
            fired += 1
            code, said = self.recover(job, kill)
        if code != 0:
            raise Failed(f"exit {code}: {said.strip()}")
        return fired

    def collect(self, job, fired):
        folders = [p for p in (job / "out" / "books").glob("*") if (p / "book.md").exists()]
        if len(folders) != 1:
            raise Failed(f"not one finished book but {[str(p) for p in (job / 'out').rglob('*')]}")
        found = {str(p.relative_to(folders[0])): p for p in folders[0].rglob("*") if p.is_file()}
        files = {name: p.read_bytes() for name, p in found.items() if re.search(r"\.md$|^outline\.json$", name)}
        odd = [name for name in found if name not in files and name != "report.json" and not name.startswith(".novelgen")]
        odd += [str(p.relative_to(job)) for p in (job / "home" / "inbox").glob("*")]
        report = json.loads(found["report.json"].read_text()) if "report.json" in found else {"gaps": -1}
        return Book(files, odd, report["gaps"], fired)

    def points(self):
        """All kills that there are in an undisturbed run."""
        trace = self.dir / "trace"
        self.book(trace=trace)
        counts = {}
        for line in trace.read_text(errors="replace").splitlines():
            name = line.split("(", 1)[0]
            counts[name] = counts.get(name, 0) + 1
        return [Kill(name, n) for name in SYSCALLS for n in range(1, counts.get(name, 0) + 1)]
