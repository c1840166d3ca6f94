# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A book that must be done by a time: it becomes as long as the measured speed allows, and it has an end. Ten seconds of
# the time are kept in reserve, so that of "20s" ten are written in: a machine may stop for some of them.
import contextlib
import datetime
import json
import re
import signal
import sqlite3
import time

import pytest
from novelgen import wait_until
from place import Place

LONG = {"words": 60000, "chapters": 120}
ENDS = "This ends the book"
RATE = ("--rate", 1000)


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def write(place, within, **spec):
    """Returns the exit code and the seconds that it took."""
    start = time.monotonic()
    done = place.run(*place.submit_args(**spec), "--within", within)
    return done.returncode, time.monotonic() - start


def answered(place):
    """The requests for the prose that stands, in order: (chapter, what was asked last)."""
    count = place.status(1)["chapters_total"]
    all_of = [json.loads(place.run("prompt", 1, "--chapter", n, "--json").stdout) for n in range(1, count + 1)]
    return [(a["chapter"], a["sent"][-1]["text"]) for chapter in all_of for a in chapter
            if a["kind"] == "chunk" and a["verdict"] == "accepted" and a["sent"]]


def ends_as_a_book(place):
    """The last request said that it is the last, and no chapter before the last one heard that."""
    status, asked = place.status(1), answered(place)
    assert ENDS in asked[-1][1] and asked[-1][0] == status["chapters_total"]
    assert [chapter for chapter, text in asked if ENDS in text and chapter < status["chapters_total"]] == []
    assert status["state"] == "done" and status["gaps"] == 0 and status["chapters_done"] == status["chapters_total"]
    assert place.is_alone()
    return status


def numbers(place):
    return [re.match(r"\d+", name.name)[0] for name in sorted((place.folder() / "chapters").iterdir())]


def test_a_long_book_is_done_in_time_and_has_an_end(place):
    place.serve(*RATE)
    code, took = write(place, "20s", **LONG)
    assert code == 0 and took < 20
    status = ends_as_a_book(place)
    assert 1 < status["chapters_total"] < 40 and status["words_target"] == 60000
    assert 1500 < status["words_planned"] < 12000
    assert abs(status["words_done"] - status["words_planned"]) <= status["words_planned"] * 0.03
    # About as long as the chapters were to be: 500 words.
    assert 350 < status["words_done"] / status["chapters_total"] < 900
    # The names keep the digits of the chapters that were asked for.
    assert numbers(place) == [f"{n:03}" for n in range(1, status["chapters_total"] + 1)]
    report = json.loads((place.folder() / "report.json").read_text())
    assert report["chapters"] == status["chapters_total"] and report["words"] == status["words_done"]
    assert report["words_planned"] == status["words_planned"] and report["words_target"] == 60000
    due = datetime.datetime.fromisoformat(report["deadline"].replace("Z", "+00:00"))
    assert datetime.datetime.fromisoformat(report["ended"].replace("Z", "+00:00")) <= due
    told = [e["text"] for e in place.events(1) if e["type"] == "deadline"]
    assert re.search(rf"the book gets [\d,]+ words in {status['chapters_total']} chapters$", told[-1]), told


def test_with_time_enough_nothing_changes(place, tmp_path):
    place.serve()
    assert place.submit().returncode == 0
    (tmp_path / "other").mkdir()
    with Place(tmp_path / "other") as other:
        other.port = place.port
        got = other.run(*other.submit_args(), "--within", "6h")
        assert got.returncode == 0, got.stderr
        status = other.status(1)
        assert status["words_planned"] is None and status["deadline"] is not None
        assert other.book() == place.book()


@pytest.mark.parametrize("spec, sim", [({"words": 20000, "chapters": 1}, ()), ({"words": 20000, "chapters": 10}, ()),
                                       ({"words": 20000, "chapters": 10}, ("--stop-early", 30))],
                         ids=["one chapter", "ten chapters", "short answers"])
def test_when_it_is_too_late_from_the_start(place, spec, sim):
    """A deadline that left no word for the last chapter ended the book in the middle of a scene."""
    place.serve(*sim)
    code, took = write(place, "2s", **spec)
    assert code == 0 and took < 60
    status = ends_as_a_book(place)
    assert status["chapters_total"] == 1 and 100 <= status["words_done"] <= 200 and len(answered(place)) < 10


def test_chapters_that_the_user_wrote_are_kept_however_late_it_is(place):
    """They were dropped like chapters that nobody had written."""
    opening = []
    for name in ("One", "Two"):
        (place.dir / f"{name}.md").write_text(f"{name} bell rang over the harbour, and nobody counted.\n")
        opening.append({"title": name, "file": f"{name}.md"})
    place.serve()
    code, _ = write(place, "2s", words=20000, chapters=10, opening=opening)
    assert code == 0 and ends_as_a_book(place)["chapters_total"] == 3
    assert "Two bell rang" in (place.folder() / "book.md").read_text()


def test_a_short_book_is_not_made_longer_by_its_deadline(place):
    place.serve()
    code, _ = write(place, "2s", words=100, chapters=1)
    assert code == 0 and abs(ends_as_a_book(place)["words_done"] - 100) <= 15


@pytest.mark.parametrize("rates", [(3000, 1000), (1500, 4500)], ids=["slower", "faster"])
def test_a_speed_that_changes_in_the_middle(place, rates):
    place.serve("--rate", rates[0])
    start = time.monotonic()
    writer = place.start(*place.submit_args(words=60000, chapters=60), "--within", "20s")
    wait_until(lambda: list(place.folder().glob("chapters/01-*.md")), 60, "chapter 1")
    place.stop_server()
    place.serve("--rate", rates[1])
    assert writer.wait(60) == 0 and time.monotonic() - start < 20
    ends_as_a_book(place)


def interrupted(place, within, signum, rate=600):
    """A book that stops in its second chapter."""
    place.serve("--rate", rate)
    writer = place.start(*place.submit_args(**LONG), "--within", within)
    wait_until(lambda: list(place.folder().glob("chapters/001-*.md")), 60, "chapter 1")
    writer.send(signum)
    writer.wait()
    return place.status(1)


def test_a_killed_writer_keeps_the_deadline_and_the_names(place):
    before = interrupted(place, "25s", signal.SIGKILL, rate=1000)
    assert place.resume().returncode == 0
    status = ends_as_a_book(place)
    assert status["deadline"] == before["deadline"] and status["chapters_total"] < 60
    assert status["ended"] <= status["deadline"]
    assert numbers(place) == [f"{n:03}" for n in range(1, status["chapters_total"] + 1)]


def test_a_pause_over_the_deadline_ends_the_book_at_the_chapter_at_hand(place):
    before = interrupted(place, "90s", signal.SIGINT)
    assert before["state"] == "paused"
    with contextlib.closing(sqlite3.connect(place.path / "novelgen.db")) as db, db:
        db.execute("UPDATE job SET deadline_ms = deadline_ms - 3600 * 1000")
    start = time.monotonic()
    assert place.resume().returncode == 0 and time.monotonic() - start < 30
    status = ends_as_a_book(place)
    assert status["chapters_total"] <= before["chapters_done"] + 2
    assert status["words_done"] < before["words_done"] + 700


@pytest.mark.parametrize("option", [("--within", "6h"), ("--no-deadline",)], ids=lambda o: o[0])
def test_resume_gives_more_time(place, option):
    """Chapters that were given up do not come back, but their words do."""
    before = interrupted(place, "90s", signal.SIGINT)
    assert before["words_planned"] < 40000 and before["chapters_total"] < 80
    place.stop_server()
    place.serve()
    got = place.run("resume", 1, *option, "--quiet")
    assert got.returncode == 0, got.stderr
    status = ends_as_a_book(place)
    assert status["words_planned"] is None and abs(status["words_done"] - 60000) <= 600
    assert status["chapters_total"] <= before["chapters_total"]
    assert (status["deadline"] is None) == (option[0] == "--no-deadline")


def due_in(place, seconds):
    with contextlib.closing(sqlite3.connect(place.path / "novelgen.db")) as db, db:
        db.execute("UPDATE job SET deadline_ms = ?", (int((time.time() + seconds) * 1000),))


def test_a_redo_keeps_a_deadline_that_lies_ahead(place):
    """Chapters written anew kept their length, however little time there was."""
    place.serve()
    assert place.submit(words=12000, chapters=12).returncode == 0
    place.server.hurry(1000)
    due_in(place, 14)
    got = place.run("redo", 1, "--chapter", 2, "--onward", "--quiet")
    assert got.returncode == 0, got.stderr
    status = ends_as_a_book(place)
    assert status["chapters_total"] < 12 and status["words_done"] < 10000


def test_a_redo_after_the_deadline_takes_its_time(place):
    place.serve()
    assert place.submit().returncode == 0
    due_in(place, -3600)
    got = place.run("redo", 1, "--chapter", 2, "--onward")
    assert got.returncode == 0 and "novelgen resume 1 --within 2h" in got.stderr, got.stderr
    status = ends_as_a_book(place)
    assert status["deadline"] is None and abs(status["words_done"] - 2400) <= 72
