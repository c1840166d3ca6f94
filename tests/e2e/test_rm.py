# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Removing a job: nothing of it stays in the store, its files only go when that is asked for, and never what is not ours.
import json
import re
import signal
import sqlite3

import pytest

from place import Place
from test_queue_desk import answer
from novelgen import wait_until


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p.serve()


def left_in_store(place):
    db = sqlite3.connect(f"file:{place.path / 'novelgen.db'}?mode=ro", uri=True)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    counts = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    faults = db.execute("PRAGMA foreign_key_check").fetchall()
    db.close()
    assert faults == []
    return {name for name, count in counts.items() if count > 0}


def test_the_rows_go_and_the_files_stay(place):
    assert place.submit().returncode == 0
    before = place.book()
    got = place.run("rm", 1)
    assert got.returncode == 2 and "--yes" in got.stderr and place.list()
    # What it is that would go was said all the same.
    assert '"The Salt Engine", done: 2,' in got.stderr and f"{place.folder()} stays" in got.stderr
    got = place.run("rm", 1, "--yes")
    assert got.returncode == 0 and "removed job 1; its files are still in" in got.stderr, got.stderr
    assert place.list() == [] and place.book() == before
    assert left_in_store(place) <= {"inbox_seen", "backend_profile", "model_ratio"}
    assert place.run("status", 1).returncode == 7
    # The id is not given again.
    assert place.submit(title="Another").returncode == 0
    assert [j["id"] for j in place.list()] == [2]


def test_words_of_a_part_that_was_broken_off_are_counted(place):
    """A cancelled book with half a chapter was "0 words" to the one who was asked whether it may go for good."""
    place.stop_server()
    place.serve("--rate", 300)
    writer = place.start(*place.submit_args(chapters=1))
    place.wait_words(writer.job(), 20)
    assert place.run("cancel", 1).returncode == 0 and writer.wait() == 8
    words, = re.findall(r"\n  words +([\d,]+) of", place.run("status", 1).stdout)
    assert int(words.replace(",", "")) >= 20
    assert f", cancelled: {words} words, " in place.run("rm", 1).stderr and f" {words} " in place.run("list").stdout


def test_other_jobs_keep_everything(place):
    assert place.submit().returncode == 0 and place.submit(title="Kept").returncode == 0
    before, text = place.status(2), place.run("tail", 2).stdout
    assert place.run("rm", 1, "--yes").returncode == 0
    assert place.status(2) == before and place.run("tail", 2).stdout == text
    assert place.run("extend", 2, "--words", 200, "--quiet").returncode == 0


def test_what_the_home_remembers_of_it_goes_too(place):
    assert place.submit().returncode == 0 and place.submit(title="Kept").returncode == 0
    for job in (1, 2):
        assert place.run("status", job).returncode == 0
        assert place.run("export", job, "-f", "txt", "-o", place.out / f"{job}.txt").returncode == 0
    assert len(list((place.path / "exports").iterdir())) == 2
    assert place.run("rm", 1, "--yes").returncode == 0
    assert [p.name for p in (place.path / "looked").iterdir()] == ["2"] and (place.out / "1.txt").exists()
    assert len(list((place.path / "exports").iterdir())) == 1
    # The other book's file is still known as ours, the one of the book that is gone is its owner's now.
    assert place.run("export", 2, "-f", "txt", "-o", place.out / "2.txt").returncode == 0
    assert place.run("export", 2, "-f", "txt", "-o", place.out / "1.txt").returncode == 2


def test_with_its_files(place):
    assert place.submit().returncode == 0
    folder = place.folder()
    got = place.run("rm", 1, "--yes", "--files")
    assert got.returncode == 0 and not folder.exists(), got.stderr


def test_what_is_not_ours_is_kept_and_named(place):
    assert place.submit().returncode == 0
    folder = place.folder()
    edited = next((folder / "chapters").glob("02-*"))
    edited.write_text("mine\n")
    linked = next((folder / "chapters").glob("03-*"))
    linked.rename(place.dir / "elsewhere.md")
    linked.symlink_to(place.dir / "elsewhere.md")
    (folder / "notes.txt").write_text("mine\n")
    (folder / "chapters" / "mine").mkdir()
    got = place.run("rm", 1, "--yes", "--files")
    assert got.returncode == 0 and "4 that you changed or put there stay" in got.stderr, got.stderr
    assert sorted(p.name for p in folder.rglob("*")) == sorted(["chapters", "mine", "notes.txt", edited.name, linked.name])
    for name in (edited.name, linked.name, "notes.txt", "mine"):
        assert f"/{name}\n" in got.stderr
    assert (place.dir / "elsewhere.md").stat().st_size > 1000


def test_only_a_yes_is_a_yes(place):
    assert place.submit().returncode == 0
    code, seen = answer(place, "n\n", "rm", "1", "--files")
    assert code == 0 and "nothing was removed" in seen and len(place.list()) == 1 and place.folder().exists()
    assert answer(place, "yes\n", "rm", "1", "--files")[0] == 0
    assert place.list() == [] and not place.folder().exists()


def test_a_job_in_the_queue_is_cancelled_first(place):
    place.stop_server()
    place.serve("--rate", 800)
    writer = place.start(*place.submit_args())
    place.wait_middle(2)
    got = place.run("rm", 1, "--yes", "--files")
    assert got.returncode == 2 and "novelgen cancel 1" in got.stderr and place.folder().exists()
    got = place.run("rm", 1)  # and nobody is asked before
    assert got.returncode == 2 and "novelgen cancel 1" in got.stderr and "--yes" not in got.stderr
    assert place.run("cancel", 1).returncode == 0 and writer.wait() == 8
    # The request that was left may run on the server a little longer: its row is what says so.
    def gone():
        got = place.run("rm", 1, "--yes")
        assert got.returncode == 0 or (got.returncode == 4 and "may still be running" in got.stderr), got.stderr
        return got.returncode == 0
    wait_until(gone, 60, "the end of the request")
    assert place.list() == []


def test_it_goes_while_somebody_holds_it(place):
    """Cancelled and removed before the engine has looked at either: it lets go, and its terminal hears why."""
    place.stop_server()
    writer = place.start(*place.submit_args())
    place.wait_state(1, "waiting")
    writer.send(signal.SIGSTOP)
    for n, verb in enumerate(("cancel", "remove")):
        (place.path / "inbox" / f"9{n}.json").write_text(json.dumps({"type": verb, "job": 1}))
    writer.send(signal.SIGCONT)
    assert writer.wait(60) == 7 and "job 1 was removed" in writer.stderr, writer.stderr
    assert place.list() == []


def test_names_that_are_none(place):
    assert place.run("rm").returncode == 2
    assert place.submit().returncode == 0
    assert place.run("rm", 1, 9, "--yes").returncode == 7 and len(place.list()) == 1
