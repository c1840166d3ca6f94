#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A restless author: random commands on a few books of one home while they are written, kill -9 among them; then all is
# let come to its end, and must be whole.
#
#     desk.py --seeds 1-40              each for SECONDS (--seconds, 20), two at a time
#     desk.py --seeds 7 --verbose       one, and tells each command
#
# Commands run one after the other, some are killed in their middle, and the engine too. Time makes each run another one
# even with the same seed: it is the commands that are the same. Exit: 0 if every seed ended well.
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "crash"), str(ROOT / "e2e")]
from bench import BROKEN, QUOTING  # noqa: E402
from novelgen import PROGRAM, Home, Simulator, wait_until  # noqa: E402

BOOKS = [{"title": "The Salt Engine", "words": 1500, "chapters": 4},
         {"title": "Low Water", "words": 900, "chapters": 3, "approve_outline": True},
         {"title": "Nine Lamps", "words": 1200, "chapters": 5, "priority": 5}]
EXITS = {0, 1, 2, 6, 8}  # what a command may say: whole, gaps or findings, refused, paused, cancelled
EDIT = "Edited by hand, this is the sentence number {}. "
EXTENSION = 300
KEPT_WORDS = 12  # those of a sentence that is too long to stand twice by chance


class Desk(Home):
    def __init__(self, directory, seed, verbose=False):
        super().__init__(directory)
        self.dice, self.verbose = random.Random(seed), verbose
        self.faults, self.log = [], []
        self.edits = {}     # job -> sentences that were put in
        self.extended = {}  # job -> how often
        (self.out / "novelgen.json").write_text(json.dumps({"chunk": {"words": 200}}))

    def say(self, *words):
        self.log.append(f"{time.monotonic() - self.begun:6.2f} " + " ".join(map(str, words)))
        if self.verbose:
            print(self.log[-1], flush=True)

    def command(self, *args, kill_after=None, **more):
        """Runs it; one that is killed is killed, of any other the exit code must be one that it may have."""
        child = subprocess.Popen([PROGRAM, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env=self.env, cwd=self.out, start_new_session=True,
                                 stdin=subprocess.PIPE if "input" in more else subprocess.DEVNULL)
        try:
            out, err = child.communicate(more.get("input"), timeout=kill_after or 90)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            if not kill_after:
                self.faults.append(f"{args} did not end in 90 s: {err[-400:]}")
        self.say(*args, "->", child.returncode, err.strip().split("\n")[-1][:150] if child.returncode not in (0, -9) else "")
        if child.returncode not in EXITS | ({-9} if kill_after else set()):
            self.faults.append(f"{args}: exit {child.returncode}: {err[-600:]}")
        return child.returncode, out

    # ---- what an author does -------------------------------------------------------------------------------------------

    def chapters(self, job):
        folder = pathlib.Path(self.status(job)["out_dir"])
        return sorted(p for p in (folder / "chapters").glob("*.md"))

    def do_note(self, job):
        self.command("note", job, f"More of the sea, please; that is note {self.dice.randrange(1000)}.")

    def do_redo(self, job):
        what = ["--chapter", self.dice.randint(1, 5)]
        what += self.dice.choice([[], ["--chunk", self.dice.randint(1, 3)], ["--onward"], ["--note", "slower"]])
        self.command("redo", job, *what, "--detach", kill_after=self.perhaps())

    def do_redo_gaps(self, job):
        self.command("redo", job, "--gaps", "--detach")

    def do_outline(self, job):
        code, out = self.command("outline", job, "--json")
        if code != 0:
            return
        plan = json.loads(out)
        rows, dice = plan["chapters"], self.dice
        if not rows:
            return
        if len(rows) > 2 and dice.random() < 0.4:
            rows.append(rows.pop(-2))
        elif len(rows) < 7 and dice.random() < 0.6:
            rows.insert(dice.randint(len(rows) - 1, len(rows)), {"title": f"Added {dice.randrange(99)}", "summary": "A boat comes in."})
        else:
            rows[-1]["summary"] = f"Everybody meets on the pier, for the {dice.randrange(99)}th time."
        self.command("outline", job, "--set", "-", input=json.dumps(plan), kill_after=self.perhaps())

    def do_pause(self, job):
        self.command("pause", job)

    def do_pause_all(self, _):
        self.command("pause", "--all")

    def do_resume(self, job):
        self.command("resume", job, "--detach", kill_after=self.perhaps())

    def do_resume_here(self, job):
        self.command("resume", job, "--quiet", kill_after=self.dice.uniform(0.05, 0.8))

    def do_priority(self, job):
        self.command("priority", job, self.dice.randint(-3, 9))

    def do_sync(self, job):
        files = self.chapters(job)
        if not files:
            return
        path, n = self.dice.choice(files), len(self.edits.get(job, []))
        text = path.read_text()
        at = [m.end() for m in re.finditer(r"\n\n", text)]
        cut = self.dice.choice(at) if at else len(text)
        path.write_text(text[:cut] + EDIT.format(f"{job}-{n}") + text[cut:])
        self.edits.setdefault(job, []).append(n)
        self.say("edits", path.name)
        if self.dice.random() < 0.8:
            self.command("sync", job, "--detach", kill_after=self.perhaps())

    def do_extend(self, job):
        if self.extended.get(job, 0) < 2:
            before = self.status(job)["words_target"]
            self.command("extend", job, "--words", EXTENSION, "--detach", kill_after=self.perhaps())
            self.extended[job] = self.extended.get(job, 0) + (self.status(job)["words_target"] > before)

    def do_export(self, job):
        name = self.dice.choice(["md", "txt", "html", "epub", "docx", "archive"])
        self.command("export", job, "--format", name, "-o", self.dir / f"x{job}.{name}", "--force", "--quiet",
                     kill_after=self.perhaps())

    def do_verify(self, job):
        self.command("verify", job)

    def do_look(self, job):
        self.command(*self.dice.choice([["status", job], ["list"], ["events", job], ["tail", job], ["stats"], ["show", job, "--chapter", 1]]))

    def do_cancel(self, job):
        self.command("cancel", job, "--yes")
        if self.dice.random() < 0.5:
            self.command("resume", job, "--detach")

    def do_approve(self, job):
        self.command("approve", job, "--detach", kill_after=self.perhaps())

    def do_kill(self, _):
        pid = self.engine_pid() if self.is_locked() else 0
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.say("kills", pid)
        if self.dice.random() < 0.7:
            self.start("run", "--quiet")

    def perhaps(self):
        """When a command is killed, if it is."""
        return self.dice.uniform(0.001, 0.08) if self.dice.random() < 0.2 else None

    # ---- a session ---------------------------------------------------------------------------------------------------------

    def play(self, seconds):
        self.begun = time.monotonic()
        (self.dir / "broken.json").write_text(json.dumps(BROKEN))
        server = self.dice.choice([[], [], QUOTING, ["--script", self.dir / "broken.json"]])
        self.sim = Simulator("--seed", 7, "--rate", self.dice.choice([1500, 3000, 6000]), *server)
        self.say("server", *server)
        try:
            for n, book in enumerate(BOOKS[:self.dice.randint(2, 3)], 1):
                path = self.dir / f"spec{n}.json"
                path.write_text(json.dumps({"premise": "A clockmaker loses an hour.", "seed": n, **{k: v for k, v in book.items() if k != "priority"}}))
                self.command("submit", path, "--backend", self.sim.url, "--out", self.out, "--detach")
            self.jobs = [j["id"] for j in self.list()]
            acts = [(getattr(self, name), 3 if name in ("do_redo", "do_sync", "do_outline", "do_resume", "do_approve") else 2)
                    for name in dir(self) if name.startswith("do_")]
            while time.monotonic() - self.begun < seconds and not self.faults:
                act = self.dice.choices([a for a, _ in acts], [w for _, w in acts])[0]
                act(self.dice.choice(self.jobs))
                time.sleep(self.dice.choice([0, 0, 0.02, 0.1, 0.3]))
            if not self.faults:
                self.finish()
            if not self.faults:
                for job in self.jobs:
                    self.check(job)
                self.check_home()
        except (AssertionError, OSError, KeyError, ValueError, subprocess.SubprocessError) as why:
            self.faults.append(f"{type(why).__name__}: {why}")
        finally:
            self.close()
            self.sim.close()
        return self.faults

    def finish(self):
        """Whatever was left where: each book comes to its end."""
        self.say("-- finish")
        for _ in range(6):
            for job in self.jobs:
                state = self.status(job)["state"]
                if state == "approval":
                    self.command("approve", job, "--detach")
                elif state in ("cancelled", "paused"):
                    self.command("resume", job, "--detach")
                self.command("sync", job, "--detach")
                if self.status(job)["gaps"]:
                    self.command("redo", job, "--gaps", "--detach")
            if all(self.status(j)["state"] == "done" for j in self.jobs):
                return
            self.command("run", "--quiet")
            wait_until(lambda: not self.is_locked(), 60, "the end of the last engine")
        self.faults.append(f"not done: {[(j['id'], j['state'], j['reason']) for j in self.list()]}")

    # ---- what must hold --------------------------------------------------------------------------------------------------

    def fault(self, *words):
        self.faults.append(" ".join(map(str, words)))

    def check(self, job):
        status = self.status(job)
        code, out = self.command("verify", job)
        if code != 0:
            self.fault(f"job {job}: verify:", out)
        slack = 0.03 * status["words_target"] + 10 * len(self.edits.get(job, []))
        if abs(status["words_done"] - status["words_target"]) > slack:
            self.fault(f"job {job}: {status['words_done']} of {status['words_target']} words")
        if status["gaps"]:
            self.fault(f"job {job}: {status['gaps']} gaps")
        self.check_sentences(job)
        self.check_files(job)

    def check_sentences(self, job):
        book = re.sub(r"^#.*$", "", (pathlib.Path(self.status(job)["out_dir"]) / "book.md").read_text(), flags=re.M)
        seen = set()
        for sentence in re.split(r"(?<=[.!?])\s+", book):
            if len(sentence.split()) >= KEPT_WORDS and sentence in seen:
                self.fault(f"job {job}: stands twice: {sentence}")
            seen.add(sentence)

    def files(self, job):
        folder = pathlib.Path(self.status(job)["out_dir"])
        return {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}

    def check_files(self, job):
        """What the store makes of the files anew is what stood there."""
        before = {name: path.read_bytes() for name, path in self.files(job).items() if name.endswith(".md")}
        odd = [n for n in self.files(job) if not re.search(r"\.md$|^(outline|report)\.json$|^\.novelgen[^/]*$", n)]
        if odd:
            self.fault(f"job {job}: left over: {odd}")
        for name in before:
            self.files(job)[name].unlink()
        self.command("verify", job, "--repair")
        after = {name: path.read_bytes() for name, path in self.files(job).items() if name.endswith(".md")}
        if before != after:
            self.fault(f"job {job}: files of the store differ: {sorted(set(before) ^ set(after))}",
                       [n for n in before if n in after and before[n] != after[n]])

    def check_home(self):
        left = [p.name for p in (self.path / "inbox").iterdir()]
        if left:
            self.fault("unanswered:", left)
        found = json.loads(self.run("doctor", "--json").stdout)
        bad = [c["text"] for c in found if c["level"] == "error"]
        if bad:
            self.fault("doctor:", bad)
        account = self.sim.account()
        if account["in_flight_max"] > 1 or account["overlaps"]:
            ours = sum(self.status(job)["requests"] for job in self.jobs)
            self.fault(f"{account['overlaps']} overlaps, {account['in_flight_max']} requests at a time;",
                       f"{account['requests']} requests came, {ours} are in the rows")


def session(seed, seconds, verbose=False, keep=None):
    """The faults of a seed, and what was done."""
    shm = pathlib.Path("/dev/shm")
    directory = tempfile.mkdtemp(prefix=f"novelgen-desk-{seed}-", dir=shm if os.access(shm, os.W_OK) else None)
    desk = Desk(directory, seed, verbose)
    try:
        faults = desk.play(seconds)
    finally:
        if keep and desk.faults:
            shutil.copytree(directory, pathlib.Path(keep) / f"desk-{seed}", dirs_exist_ok=True)
        shutil.rmtree(directory, ignore_errors=True)
    return faults, desk.log


def seeds_of(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    options = argparse.ArgumentParser(description="random commands, then all must be whole")
    options.add_argument("--seeds", type=seeds_of, default=range(1, 5), metavar="A-B")
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--verbose", action="store_true", help="tell each command")
    options.add_argument("--keep", metavar="DIR", help="keep the home of a seed that failed")
    args = options.parse_args()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = {seed: pool.submit(session, seed, args.seconds, args.verbose, args.keep) for seed in args.seeds}
        for seed, run in runs.items():
            faults, log = run.result()
            bad += bool(faults)
            print(f"seed {seed}: {len(log)} steps, " + (f"{len(faults)} faults" if faults else "whole"), flush=True)
            if faults:
                print("\n".join([*log[-60:], *faults]), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
