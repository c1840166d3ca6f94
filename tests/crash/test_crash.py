# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What `make test` runs of the crash campaigns: samples spread over all points, random commands, and each seeded bug,
# which must be caught; a campaign that no longer catches them proves nothing. `make crash` runs all points.
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import campaign  # noqa: E402
import desk  # noqa: E402
import mutant  # noqa: E402
import steering  # noqa: E402
from bench import Bench, Kill, strace_works  # noqa: E402
from verdict import compare  # noqa: E402

SAMPLE = 90
STEERING_SAMPLE = 40

pytestmark = pytest.mark.skipif(not strace_works(), reason="the crash campaign needs strace, and the right to trace")


def test_a_sample_of_all_points():
    results, overlaps = campaign.sample(SAMPLE)
    assert [f"{r.point}: {r.verdict.text}" for r in results if r.verdict.text] == []
    assert sum(1 for r in results if r.fired) >= 60 and overlaps == 0


def test_a_sample_of_all_points_of_a_change():
    results, overlaps = steering.sample(STEERING_SAMPLE)
    assert [f"{r.point}: {r.verdict.text}" for r in results if r.verdict.text] == []
    assert sum(1 for r in results if r.fired) >= 30 and overlaps == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_restless_author(seed):
    faults, log = desk.session(seed, seconds=5)
    assert faults == [], "\n".join(log)


def test_a_kill_is_a_kill():
    # The points would all be identical, too, if nothing were ever killed.
    with Bench("prefill") as bench:
        whole = bench.book()
        assert whole.fired == 0 and bench.book([Kill("pwrite64", 60_000)]).fired == 0
        book = bench.book([Kill("fdatasync", 20), Kill("fdatasync", 3)])
        assert book.fired == 2 and compare(whole, book).text == ""


def test_no_room_for_the_lock_of_a_server_is_waited_for():
    """A full disk where the locks are paused the job; three looks later there is room."""
    with Bench("prefill") as bench:
        job = bench.dir / "job"
        (job / "out").mkdir(parents=True)
        lock = bench.dir / "runtime" / "novelgen" / f"slot-127.0.0.1-{bench.port}.lock"
        code, said = bench.run(["strace", "-qq", "-o", str(bench.dir / "trace"), "-P", str(lock), "-e", "trace=openat", "-e",
                                "inject=openat:error=ENOSPC:when=1..3", *bench.submit(job)])
        assert code == 0, said
        assert (bench.dir / "trace").read_text().count("(INJECTED)") == 3


@pytest.mark.parametrize("name", mutant.names())
def test_a_seeded_bug_is_caught(name):
    assert campaign.catch(name) is not None
