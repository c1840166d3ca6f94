# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A book is written, with and without interruptions: the first milestone, and what a reader of its folder may rely on.
import re
import signal

import pytest
from novelgen import wait_until
from place import SPEC, Place

PACE = ["--rate", "600"]  # tokens a second: a chapter takes two seconds


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book that was never interrupted."""
    with Place(tmp_path_factory.mktemp("whole")).serve() as p:
        done = p.submit()
        assert done.returncode == 0, done.stderr
        return p.book()


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def kill(terminal):
    terminal.send(signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL


def killed_in_chapter(place, chapter, **spec):
    writer = place.start(*place.submit_args(**spec))
    place.wait_middle(chapter)
    kill(writer)
    assert place.status(1)["state"] == "writing" and "book.md" not in place.book()


def ends_alone(place):
    place.server.hurry()
    done = place.resume()
    return done.returncode == 0 and place.is_alone() and place.status(1)["retries"] >= 1


def test_milestone_three_chapters(place, whole):
    # 3 chapters, kill -9 in the middle of a chunk, resume: byte for byte the book that was never interrupted.
    assert len([n for n in whole if re.fullmatch(r"chapters/0[123]-.+\.md", n)]) == 3
    place.serve(*PACE)
    killed_in_chapter(place, 2)
    assert ends_alone(place)
    assert place.book() == whole


@pytest.mark.parametrize("options", [["--no-prefill"], ["--no-prefill", "--restate"], ["--no-slots"]],
                         ids=["quoting", "restating", "no-status-route"])
def test_an_interrupted_chunk_goes_on_whatever_the_server_can(place, whole, options):
    place.serve(*PACE, *options)
    killed_in_chapter(place, 1)
    assert ends_alone(place)
    assert place.book() == whole


def test_whoever_takes_over_may_be_killed_too(place, whole):
    place.serve(*PACE)
    first = place.start(*place.submit_args())
    place.wait_middle(1)
    second = place.start("resume", 1, "--quiet")
    wait_until(lambda: (place.path / "standby.lock").exists())
    kill(first)
    wait_until(lambda: place.engine_pid() == second.pid, 60)
    place.wait_middle(2)
    kill(second)
    assert ends_alone(place)
    assert place.book() == whole


def test_a_pause_in_the_middle_of_a_chunk_changes_nothing(place, whole):
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    place.wait_middle(2)
    assert place.run("pause", 1).returncode == 0
    assert writer.wait() == 6 and place.status(1)["state"] == "paused"
    assert ends_alone(place)
    assert place.book() == whole


def test_a_polish_book_is_resumed_in_the_middle_of_a_word(place, tmp_path_factory):
    polish = {"language": "pl", "premise": "Zegarmistrz gubi godzinę.", "title": "Godzina soli"}
    with Place(tmp_path_factory.mktemp("polish")).serve() as p:
        assert p.submit(**polish).returncode == 0
        expected = p.book()
    place.serve(*PACE)
    killed_in_chapter(place, 1, **polish)
    assert ends_alone(place)
    assert place.book() == expected


def test_files_grow_and_are_never_half_there(place, whole):
    # live.md only ever grows, and a chapter's file under its final name is whole from the first look.
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    live, seen = b"", set()

    def look():
        nonlocal live
        over = writer.child.poll() is not None
        path = place.folder() / "live.md"
        now = path.read_bytes() if path.exists() else b""
        assert now.startswith(live) and whole["live.md"].startswith(now)
        live = now
        for path in place.folder().glob("chapters/*.md"):
            seen.add(path.name)
            assert path.read_bytes() == whole[f"chapters/{path.name}"]
        return over

    wait_until(look, 60)
    assert writer.wait() == 0 and len(seen) == 3 and live == whole["live.md"]
    assert not [name for name in place.book() if name.endswith((".part", ".tmp"))]


def test_files_are_made_again_from_the_store_and_a_changed_one_is_left_alone(place, whole):
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    place.wait_middle(3)
    writer.send(signal.SIGTERM)
    assert writer.wait() == 143
    first, second = sorted((place.folder() / "chapters").glob("*.md"))
    first.unlink()
    second.write_text("My own words.\n")
    (place.folder() / "live.md").write_text("nonsense")
    assert ends_alone(place)
    assert place.book() == {**whole, f"chapters/{second.name}": b"My own words.\n"}


def test_the_length_asked_for_is_the_length_delivered(place):
    place.serve()
    assert place.submit(words=6000, chapters=4).returncode == 0
    status = place.status(1)
    assert abs(status["words_done"] - 6000) <= 180 and status["words_target"] == 6000
    assert status["chapters_done"] == status["chapters_total"] == 4 and status["gaps"] == 0


def test_a_server_faster_than_the_disk_still_leaves_every_file(tmp_path):
    # An answer may come before the files of the one before it were written.
    with Place(tmp_path, chunk_words=200).serve() as place:
        assert place.submit(words=4000, chapters=40).returncode == 0
        book = place.book()
    assert len([n for n in book if n.startswith("chapters/")]) == 40
    assert not [n for n in book if n.endswith((".part", ".tmp"))]
    assert len(book["live.md"].split()) == sum(len(t.split()) for n, t in book.items() if n.startswith("chapters/"))


def test_the_same_spec_gives_the_same_book(place, whole):
    place.serve()
    assert place.submit().returncode == 0 and place.submit().returncode == 0
    assert place.book(1) == place.book(2) == whole
    assert SPEC["title"].encode() in whole["book.md"]
