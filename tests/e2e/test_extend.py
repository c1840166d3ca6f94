# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A finished book is made longer at its end: it keeps what it has, is as long as it should be, and does not end twice.
import pytest

from place import Place
from novelgen import wait_until

NOTE = "Mara sails to the island of clocks."


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p.serve()


def asked(place, conversation):
    return [text for (text,) in place.rows(f"SELECT text FROM turn WHERE role = 0 AND conversation = {conversation} ORDER BY id")]


def test_a_book_goes_on_behind_its_end(place):
    assert place.submit().returncode == 0
    before = place.book()
    got = place.run("extend", "--words", 1600, "--note", NOTE, "--quiet")
    assert got.returncode == 0, got.stderr
    job = place.status(1)
    assert (job["state"], job["chapters_total"], job["chapters_done"], job["words_target"]) == ("done", 5, 5, 4000)
    assert abs(job["words_done"] - 4000) <= 120
    after = place.book()
    for name, data in before.items():
        if name.startswith("chapters/"):
            assert after[name] == data
    assert after["book.md"].startswith(before["book.md"].rstrip(b"\n")) and after["live.md"].startswith(before["live.md"])
    assert len([n for n in after if n.startswith("chapters/")]) == 5
    # The new chapters are planned where the old end was just read, and told of it; the old end is none any more.
    plans = [t for t in asked(place, 3) if NOTE in t]
    assert len(plans) == 2 and all("was to end with chapter 3" in t for t in plans)
    assert "brings the book to" not in asked(place, 4)[0]
    assert "brings the book to an ending of its own" in asked(place, 5)[0]
    assert "This ends the book: bring it to an ending of its own" in asked(place, 5)[-2]
    assert place.is_alone()


def test_it_goes_on_twice_and_into_acts(place):
    assert place.submit(words=1300, chapters=13).returncode == 0
    assert place.run("extend", "--words", 100, "--quiet").returncode == 0
    assert place.run("extend", "--words", 1500, "--quiet").returncode == 0
    job = place.status(1)
    assert (job["chapters_total"], job["words_target"]) == (29, 2900)
    assert abs(job["words_done"] - 2900) <= 90
    acts = place.rows("SELECT number, first, last FROM act ORDER BY number")
    assert acts[:3] == [(1, 1, 13), (2, 14, 14), (3, 15, 21)] and acts[-1][2] == 29


def test_a_book_without_an_own_end_is_refused(place):
    place.stop_server()
    got = place.run(*place.submit_args(), "--detach")
    assert got.returncode == 0
    assert place.run("pause", 1).returncode == 0
    for words, code, says in ((500, 2, "novelgen resume 1"), (50, 2, "from 100 to"), (None, 2, "--words")):
        got = place.run("extend", 1, *(["--words", words] if words else []))
        assert got.returncode == code and says in got.stderr, got.stderr
    assert place.run("extend", 7, "--words", 500).returncode == 7
    assert place.status(1)["state"] == "paused"


def test_a_deadline_that_has_passed_does_not_shorten_it(place):
    assert place.run(*place.submit_args(), "--within", "1h").returncode == 0
    assert place.run("extend", "--words", 800, "--quiet").returncode == 0
    job = place.status(1)
    assert job["deadline"] is None and abs(job["words_done"] - 3200) <= 96


def test_a_book_that_a_deadline_has_shortened_goes_on_from_there(place):
    """As many words more as were asked for, behind the end that it got: not those back that it had no time for."""
    place.stop_server()
    place.serve("--rate", 3000)
    assert place.run(*place.submit_args(words=60000, chapters=120), "--within", "14s").returncode == 0
    short = place.status(1)
    assert short["words_planned"] < 10000
    assert place.run("extend", "--words", 1500, "--quiet").returncode == 0
    job = place.status(1)
    aim = short["words_planned"] + 1500
    assert job["words_target"] == aim and job["words_planned"] is None and job["chapters_total"] > short["chapters_total"]
    assert abs(job["words_done"] - aim) <= aim * 0.03
    assert job["chapters_done"] == job["chapters_total"] and place.run("verify", 1).returncode == 0


def whole(tmp_path, name):
    (tmp_path / name).mkdir()
    with Place(tmp_path / name) as p:
        p.serve()
        assert p.submit().returncode == 0
        assert p.run("extend", "--words", 1600, "--note", NOTE, "--quiet").returncode == 0
        return p.book()


def test_killed_while_it_goes_on(tmp_path, place):
    """At a chapter's middle and then at once again: the bytes are those of the book that was never interrupted."""
    expected = whole(tmp_path, "whole")
    assert place.submit().returncode == 0
    place.stop_server()
    place.serve("--rate", 800)
    writer = place.start("extend", 1, "--words", 1600, "--note", NOTE, "--quiet")
    for chapter in (4, 5):
        place.wait_middle(chapter)
        writer.child.kill()
        writer.wait()
        writer = place.start("resume", 1, "--quiet")
    assert writer.wait(120) == 0, writer.stderr
    assert place.book() == expected


def test_killed_before_it_is_answered(tmp_path, place):
    expected = whole(tmp_path, "whole")
    assert place.submit().returncode == 0
    writer = place.start("extend", 1, "--words", 1600, "--note", NOTE, "--quiet")
    wait_until(lambda: (place.path / "standby.lock").exists() and (writer.child.poll() is not None or list((place.path / "inbox").glob("*.json"))
                        or place.status(1)["state"] != "done"), 20, "the message")
    writer.child.kill()
    writer.wait()
    assert place.run("run", "--quiet").returncode == 0
    place.wait_state(1, "done")
    assert place.book() == expected
