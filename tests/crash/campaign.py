#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The crash campaign: SIGKILL at the entry of each system call of a short job that could change something outside of
# the process or brings text in, then resume; the book must be byte for byte the one that was never interrupted.
#
#     campaign.py --all           every point, in each mode, and then jobs that are killed again while they resume
#     campaign.py --sample N      N points spread over all of them, and a few repeated kills
#     campaign.py --mutant NAME   the same with a seeded bug: it must find a difference, and says at which point
#
# The points are enumerated by one traced run in each mode: strace counts the calls of each system call by themselves.
# How often text is received differs from run to run, so that a point near the end may not be reached; it is said how
# many were. Exit: 0 nothing differed (a mutant: it was caught), else 1.
import argparse
import collections
import concurrent.futures
import dataclasses
import pathlib
import queue
import random
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mutant  # noqa: E402
from bench import SYSCALLS, Bench, Failed, Kill, strace_works  # noqa: E402
from verdict import Verdict, compare  # noqa: E402

WORKERS = 2
FAST, PACED = ("prefill", "quoting", "broken"), ("paced", "paced-quoting")
PACED_S = 0.5  # a paced job takes longer


@dataclasses.dataclass(frozen=True)
class Point:
    mode: str
    kills: tuple

    @property
    def group(self):
        first = self.kills[0].syscall
        return first if len(self.kills) == 1 or first == "time" else "repeated"

    def __str__(self):
        return f"{self.mode}: {', then '.join(map(str, self.kills))}"


@dataclasses.dataclass
class Result:
    point: Point
    fired: int
    verdict: Verdict


class Campaign:
    """Benches for each mode, as many as there are workers, and the book that each point must give."""

    def __init__(self, modes=FAST + PACED, program=None, make_bench=Bench, traced=FAST):
        self.modes, self.program, self.make_bench, self.traced = modes, program, make_bench, traced
        self.idle = {mode: queue.Queue() for mode in modes}
        self.benches = []

    def __enter__(self):
        for mode in self.modes:
            for _ in range(WORKERS):
                bench = self.make_bench(mode, self.program).__enter__()
                self.benches.append(bench)
                self.idle[mode].put(bench)
        self.whole = self.measures()
        return self

    def measures(self):
        """The book of each mode."""
        # What breaks off and is asked again must give the same book, too: so one book is the measure of all modes.
        with Bench("prefill") as bench:
            return dict.fromkeys(self.modes, bench.book())

    def __exit__(self, *exc):
        for bench in self.benches:
            bench.__exit__()

    def with_bench(self, mode, work):
        bench = self.idle[mode].get()
        try:
            return work(bench)
        finally:
            self.idle[mode].put(bench)

    def points(self):
        return {mode: self.with_bench(mode, lambda b: b.points()) for mode in self.modes if mode in self.traced}

    def try_point(self, point):
        def work(bench):
            try:
                book = bench.book(point.kills)
            except Failed as why:
                return Result(point, len(point.kills), Verdict(str(why)))
            return Result(point, book.fired, compare(self.whole[point.mode], book))
        return self.with_bench(point.mode, work)

    def each(self, points):
        pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
        try:
            yield from pool.map(self.try_point, points)
        finally:
            pool.shutdown(cancel_futures=True)  # who has seen enough does not wait for the rest

    def overlaps(self):
        return sum(bench.account()["overlaps"] for bench in self.benches)


def singles(found):
    return [Point(mode, (kill,)) for mode, kills in found.items() for kill in kills]


def spread(points, n):
    """About n of the points, evenly over the run: of each mode and system call some, of the frequent ones more."""
    groups = collections.defaultdict(list)
    for point in points:
        groups[point.mode, point.group].append(point)
    roots = sum(len(group) ** 0.5 for group in groups.values())
    chosen = []
    for group in groups.values():
        k = max(1, round(n * len(group) ** 0.5 / roots))
        chosen += [group[(2 * i + 1) * len(group) // (2 * k)] for i in range(min(k, len(group)))]
    return chosen


def repeated(found, n, seed=1):
    """Jobs that are killed three times: the first run, the one that resumes it, and the one that resumes that."""
    dice = random.Random(seed)
    modes = list(found) * n
    return [Point(mode, tuple(dice.choice(found[mode]) for _ in range(3))) for mode in modes[:n]]


def timed(n, seed=2):
    """Jobs that are killed twice at any time, mostly in the middle of a stream."""
    dice = random.Random(seed)
    modes = list(PACED) * n
    return [Point(mode, tuple(Kill("time", dice.uniform(0.02, PACED_S)) for _ in range(2))) for mode in modes[:n]]


def table(results):
    rows = {}
    for name in [*SYSCALLS, "repeated", "time"]:
        of_name = [r for r in results if r.point.group == name]
        if of_name:
            rows[name] = of_name
    print(f"{'system call':<12} {'points':>7} {'killed':>7} {'identical':>10} {'differing':>10}")
    for name, of_name in rows.items():
        bad = sum(1 for r in of_name if r.verdict.text)
        fired = sum(1 for r in of_name if r.fired)
        print(f"{name:<12} {len(of_name):>7} {fired:>7} {len(of_name) - bad:>10} {bad:>10}")


def run(make_points):
    """The results of a campaign over the points that make_points chooses, and the overlaps that the servers saw."""
    with Campaign() as campaign:
        results = []
        for result in campaign.each(make_points(campaign.points())):
            results.append(result)
            if result.verdict.text:
                print(f"{result.point}: {result.verdict.text}", flush=True)
        return results, campaign.overlaps()


def report(results, overlaps):
    table(results)
    bad = [r for r in results if r.verdict.text]
    killed = sum(1 for r in results if r.fired)
    if killed < len(results):
        print(f"{len(results) - killed} points were not reached by their runs")
    print(f"{len(results)} points, {killed} killed, {len(results) - len(bad)} identical, {len(bad)} differing, "
          f"{sum(r.verdict.lost for r in bad)} words lost, {sum(r.verdict.doubled for r in bad)} words doubled, "
          f"{overlaps} overlapping requests")
    return not bad and not overlaps


def sample(n):
    return run(lambda found: spread(singles(found), n) + repeated(found, n // 10) + timed(n // 10))


def everything():
    return run(lambda found: singles(found) + repeated(found, 150) + timed(150))


def catch(name):
    """The first result that differs with the seeded bug, or None."""
    m = mutant.load(name)
    with Campaign(modes=(m.MODE,), program=mutant.build(name)) as campaign:
        found = campaign.points()[m.MODE]
        of_mutant = [Point(m.MODE, (k,)) for k in found if k.syscall in m.SYSCALLS]
        return next((r for r in campaign.each(spread(of_mutant, 24)) if r.verdict.text), None)


def main():
    options = argparse.ArgumentParser(description="kill -9 everywhere, resume, compare")
    what = options.add_mutually_exclusive_group(required=True)
    what.add_argument("--all", action="store_true", help="every point")
    what.add_argument("--sample", type=int, metavar="N", help="N points spread over all")
    what.add_argument("--mutant", choices=mutant.names(), help="with a seeded bug, which must be caught")
    args = options.parse_args()
    if not strace_works():
        print("SKIPPED: the crash campaign needs strace, and the right to trace")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # simulators and folders go then, too
    if args.mutant:
        caught = catch(args.mutant)
        print(f"caught at {caught.point}: {caught.verdict.text}" if caught else f"{args.mutant} was not caught")
        return 0 if caught else 1
    return 0 if report(*(everything() if args.all else sample(args.sample))) else 1


if __name__ == "__main__":
    sys.exit(main())
