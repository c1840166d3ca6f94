#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The crash campaign for what changes a book that stands: SIGKILL at the entry of each system call of one command, then
# what its owner does: the same again if nothing came of it, else `run`. The book must be byte for byte the one that was
# changed without a crash.
#
#     steering.py --all           every point of each scenario
#     steering.py --sample N      N points spread over all of them
#
# Before each point the home is put back as it was, at the same place: its rows hold paths. What is written anew is
# written by an author of another seed, so that a part which was not written anew is seen.
import argparse
import json
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bench import BUILD, SPEC, Bench, Book, Failed, Kill, strace_works  # noqa: E402
from campaign import Campaign, report, singles, spread  # noqa: E402

OWN_WORDS = "Nobody had asked the tide, and so the tide said nothing at all. "
ARCHIVE = "book.tar.zst"
BREAK = Kill("sendto", 41)  # in the middle of the second chapter


class Scenario:
    """A home as it is before, and the command that is killed."""

    def __init__(self, name, args, begun=False, edit=False, packed=False):
        self.name, self.args = name, args
        self.begun = begun    # the book was killed in its middle, else it is done
        self.edit = edit      # a chapter was edited by hand
        self.packed = packed  # the home is empty, and the book an archive


SCENARIOS = {s.name: s for s in [
    Scenario("redo", ["redo", "1", "--chapter", "2", "--note", "more rain"]),
    Scenario("redo-part", ["redo", "1", "--chapter", "2", "--chunk", "1"]),
    Scenario("onward", ["redo", "1", "--chapter", "2", "--onward"]),
    Scenario("extend", ["extend", "1", "--words", "600", "--note", "a second harbour"]),
    Scenario("sync", ["sync", "1"], edit=True),
    Scenario("outline", ["outline", "1", "--set", "plan.json"], begun=True),
    Scenario("import", ["import", ARCHIVE, "--out", "{out}"], begun=True, packed=True),
    Scenario("import-done", ["import", ARCHIVE, "--out", "{out}"], packed=True),
    Scenario("remove", ["rm", "1", "--yes", "--files"], edit=True),
]}
QUIET = {"outline", "rm"}  # have no --quiet


class Desk(Bench):
    """A bench for one scenario."""

    def __init__(self, mode, program=None):
        super().__init__("prefill", program)
        self.scenario = SCENARIOS[mode]

    def __enter__(self):
        super().__enter__()
        self.job = self.dir / "job"
        (self.job / "out").mkdir(parents=True)
        try:
            self.prepare()
            shutil.copytree(self.job, self.dir / "before", symlinks=True)
            self.serve_anew(8 if self.scenario.name in ("redo", "redo-part", "onward", "extend") else 7)
        except BaseException:
            self.__exit__()
            raise
        return self

    def serve_anew(self, seed):
        self.sim.kill()
        self.sim.wait()
        self.sim.stdout.close()
        self.sim = subprocess.Popen([BUILD / "novelgen-sim", "--seed", str(seed), "--port", str(self.port)], cwd=self.dir,
                                    stdout=subprocess.PIPE, text=True)
        if not self.sim.stdout.readline():
            raise Failed(f"somebody else has taken port {self.port}")

    # ---- before ------------------------------------------------------------------------------------------------------

    def prepare(self):
        code, said = self.run(self.submit(self.job), BREAK if self.scenario.begun else None)
        if code != (-signal.SIGKILL if self.scenario.begun else 0):
            raise Failed(f"the book before: exit {code}: {said}")
        if self.scenario.begun:
            self.write_plan()
        if self.scenario.edit:
            path = next((self.job / "out").glob("books/*/chapters/02-*.md"))
            path.write_text(path.read_text().replace("\n\n", "\n\n" + OWN_WORDS, 1))
        if self.scenario.packed:
            self.pack()

    def write_plan(self):
        got = subprocess.run([str(self.program), "outline", "1", "--json", "--home", str(self.job / "home")], cwd=self.dir,
                             env=self.env, capture_output=True, text=True, check=True)
        plan = json.loads(got.stdout)
        plan["chapters"][-1]["summary"] = "Everybody meets on the pier."
        plan["chapters"].append({"title": "The Last Boat", "summary": "A boat comes in."})
        (self.dir / "plan.json").write_text(json.dumps(plan))

    def pack(self):
        code, said = self.run(self.command(self.job, "export", "1", "--format", "archive", "-o", ARCHIVE))
        if code != 0:
            raise Failed(f"no archive: {said}")
        shutil.rmtree(self.job)
        (self.job / "out").mkdir(parents=True)

    # ---- one point ---------------------------------------------------------------------------------------------------

    def step(self):
        args = [a.format(out=self.job / "out") for a in self.scenario.args]
        command = self.command(self.job, *args)
        return [a for a in command if a != "--quiet"] if args[0] in QUIET else command

    def posted(self):
        """Messages that wait or were answered: what the command wanted will be done, or was."""
        db = self.job / "home" / "novelgen.db"
        names = {p.name for p in (self.job / "home" / "inbox").glob("[!.]*")}
        if db.exists():
            conn = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
            try:
                names |= {key for key, in conn.execute("SELECT key FROM inbox_seen")}
            except sqlite3.OperationalError as why:
                if "no such table" not in str(why):
                    raise
            finally:
                conn.close()
        return names

    def recover(self, before, kill):
        name = self.scenario.args[0]
        if name in ("import", "rm"):
            code, said = self.run(self.step(), kill)
            known = code == 2 and "is this book already" in said
            if known:
                return self.run(self.command(self.job, "resume", "1"))
            return (0, "") if name == "rm" and code == 7 else (code, said)
        again = self.posted() == before
        return self.run(self.step() if again else self.command(self.job, "run"), kill)

    def write(self, job, kills, trace):
        before = self.posted()
        fired = 0
        code, said = self.run(self.step(), kills[0] if kills else None, trace)
        for kill in [*kills[1:], None, None, None]:
            if code != -signal.SIGKILL:
                break
            fired += 1
            code, said = self.recover(before, kill)
        if code == 0:
            code, said = self.run(self.command(self.job, "run"))
        if code != 0:
            raise Failed(f"exit {code}: {said.strip()}")
        return fired

    def book(self, kills=(), trace=None):
        shutil.rmtree(self.job)
        shutil.copytree(self.dir / "before", self.job, symlinks=True)
        return self.collect(self.job, self.write(self.job, list(kills), trace))

    def collect(self, job, fired):
        books = job / "out" / "books"
        found = {str(p.relative_to(books)): p for p in books.rglob("*") if p.is_file()}
        files = {name: p.read_bytes() for name, p in found.items() if re.search(r"\.md$|outline\.json$", name)}
        odd = [name for name in found if name not in files and not re.search(r"/(report\.json|\.novelgen[^/]*)$", name)]
        odd += [str(p.relative_to(job)) for where in ("inbox", "incoming") for p in (job / "home" / where).glob("*")]
        return Book(files, odd + self.verify(job), 0, fired)

    def verify(self, job):
        """What is wrong with the store, or with files that are not what it holds."""
        if self.scenario.args[0] == "rm":
            got = subprocess.run([str(self.program), "list", "--json", "--home", str(job / "home")], env=self.env,
                                 cwd=self.dir, capture_output=True, text=True, check=False)
            return [] if json.loads(got.stdout) == [] else ["job 1 is still there"]
        got = subprocess.run([str(self.program), "verify", "1", "--home", str(job / "home")], env=self.env, cwd=self.dir,
                             capture_output=True, text=True, check=False)
        return [] if got.returncode == 0 else [f"verify: {got.stdout}{got.stderr}"]


class Steering(Campaign):
    """Each scenario has a book of its own that is the measure."""

    def __init__(self, modes=tuple(SCENARIOS), program=None):
        super().__init__(modes, program, Desk, modes)

    def measures(self):
        return {mode: self.with_bench(mode, lambda b: b.book()) for mode in self.modes}


def run(make_points, modes=tuple(SCENARIOS)):
    with Steering(modes) as campaign:
        results = []
        for result in campaign.each(make_points(campaign.points())):
            results.append(result)
            if result.verdict.text:
                print(f"{result.point}: {result.verdict.text}", flush=True)
        return results, campaign.overlaps()


def sample(n, modes=tuple(SCENARIOS)):
    """`n` points at most: `spread` takes one of each system call at least, which is many."""

    def choose(found):
        chosen = spread(singles(found), n)
        return chosen[::-(-len(chosen) // n)]
    return run(choose, modes)


def everything(modes=tuple(SCENARIOS)):
    return run(singles, modes)


def main():
    options = argparse.ArgumentParser(description="kill -9 in the middle of a change, compare")
    what = options.add_mutually_exclusive_group(required=True)
    what.add_argument("--all", action="store_true", help="every point")
    what.add_argument("--sample", type=int, metavar="N", help="N points spread over all")
    options.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), help="these scenarios")
    args = options.parse_args()
    if not strace_works():
        print("SKIPPED: the crash campaign needs strace, and the right to trace")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    modes = tuple(args.only)
    return 0 if report(*(everything(modes) if args.all else sample(args.sample, modes))) else 1


if __name__ == "__main__":
    sys.exit(main())
