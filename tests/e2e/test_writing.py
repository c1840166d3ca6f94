# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A book is written, with and without interruptions: the first milestone, and what a reader of its folder may rely on.
import re
import signal

import pytest
from place import SPEC, Place, kill, until

PACE = ["--rate", "2500"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book that was never interrupted."""
    with Place(tmp_path_factory.mktemp("whole")).serve() as p:
        code, _, err = p.submit()
        assert code == 0, err
        return p.book()


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def ends_alone(place, code):
    """One request at a time, to the end."""
    account = place.account()
    return code == 0 and account["in_flight_max"] == 1 and account["overlaps"] == 0


def test_milestone_three_chapters(place, whole):
    # 3 chapters, kill -9 in the middle of a chunk, resume: byte for byte the book that was never interrupted.
    assert len([n for n in whole if re.fullmatch(r"chapters/0[123]-.+\.md", n)]) == 3
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    until(lambda: place.part(2, 1900))  # 1,024 bytes into the second chunk, or a little more
    kill(writer)
    assert place.status()["state"] == "writing" and "book.md" not in place.book()
    code, _, err = place.run("resume", 1, "--quiet")
    assert code == 0, err
    assert place.book() == whole
    assert ends_alone(place, code) and place.status()["retries"] >= 1


@pytest.mark.parametrize("options", [["--no-prefill"], ["--no-prefill", "--restate"], ["--no-slots"]],
                         ids=["quoting", "restating", "no-status-route"])
def test_an_interrupted_chunk_goes_on_whatever_the_server_can(place, whole, options):
    place.serve(*PACE, *options)
    writer = place.start(*place.submit_args())
    until(lambda: place.part(1, 1100))
    kill(writer)
    assert ends_alone(place, place.run("resume", 1, "--quiet")[0])
    assert place.book() == whole


def test_whoever_takes_over_may_be_killed_too(place, whole):
    place.serve(*PACE)
    first = place.start(*place.submit_args())
    until(lambda: place.part(1, 200))
    second = place.start("resume", 1, "--quiet")
    until(lambda: (place.home / "standby.lock").exists())
    kill(first)
    until(lambda: (place.home / "engine.lock").read_text().split()[:1] == [str(second.pid)])
    until(lambda: place.part(2, 200))
    kill(second)
    assert ends_alone(place, place.run("resume", 1, "--quiet")[0])
    assert place.book() == whole


def test_a_pause_in_the_middle_of_a_chunk_changes_nothing(place, whole):
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    until(lambda: place.part(2, 300))
    assert place.run("pause", 1)[0] == 0
    writer.communicate(timeout=10)
    assert writer.returncode == 6 and place.status()["state"] == "paused"
    assert ends_alone(place, place.run("resume", 1, "--quiet")[0])
    assert place.book() == whole


def test_a_polish_book_is_resumed_in_the_middle_of_a_word(place, tmp_path_factory):
    polish = {"language": "pl", "premise": "Zegarmistrz gubi godzinę.", "title": "Godzina soli"}
    with Place(tmp_path_factory.mktemp("polish")).serve() as p:
        assert p.submit(**polish)[0] == 0
        expected = p.book()
    place.serve(*PACE)
    writer = place.start(*place.submit_args(**polish))
    until(lambda: place.part(1, 1200))
    kill(writer)
    assert ends_alone(place, place.run("resume", 1, "--quiet")[0])
    assert place.book() == expected


def test_files_grow_and_are_never_half_there(place, whole):
    # live.md only ever grows, and a chapter's file under its final name is whole from the first look.
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    live, seen = b"", set()

    def look():
        nonlocal live
        folder = place.folder()
        if folder and (folder / "live.md").exists():
            now = (folder / "live.md").read_bytes()
            assert now.startswith(live) and whole["live.md"].startswith(now)
            live = now
        for path in folder.glob("chapters/*.md") if folder else []:
            seen.add(path.name)
            assert path.read_bytes() == whole[f"chapters/{path.name}"]
        return writer.poll() is not None

    until(look)
    assert writer.returncode == 0 and len(seen) == 3 and live == whole["live.md"]
    assert not [name for name in place.book() if name.endswith((".part", ".tmp"))]


def test_files_are_made_again_from_the_store_and_a_changed_one_is_left_alone(place, whole):
    place.serve(*PACE)
    writer = place.start(*place.submit_args())
    until(lambda: place.folder() and len(list((place.folder() / "chapters").glob("*.md"))) == 2)
    writer.send_signal(signal.SIGTERM)
    writer.communicate(timeout=10)
    chapters = sorted((place.folder() / "chapters").glob("*.md"))
    chapters[0].unlink()
    chapters[1].write_text("My own words.\n")
    (place.folder() / "live.md").write_text("nonsense")
    assert ends_alone(place, place.run("resume", 1, "--quiet")[0])
    book = place.book()
    assert book.pop(f"chapters/{chapters[1].name}") == b"My own words.\n"
    assert book == {n: t for n, t in whole.items() if n != f"chapters/{chapters[1].name}"}


def test_the_length_asked_for_is_the_length_delivered(place):
    place.serve()
    assert place.submit(words=6000, chapters=4)[0] == 0
    status = place.status()
    assert abs(status["words_done"] - 6000) <= 180 and status["words_target"] == 6000
    assert status["chapters_done"] == status["chapters_total"] == 4 and status["gaps"] == 0


def test_the_same_spec_gives_the_same_book(place, whole):
    place.serve()
    assert place.submit()[0] == 0 and place.submit()[0] == 0
    assert place.book(1) == place.book(2) == whole
    assert SPEC["title"].encode() in place.book(2)["book.md"]
