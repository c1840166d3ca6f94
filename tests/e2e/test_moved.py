# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A book's folder that its owner has renamed or moved: it is found by its mark or asked for, and never made anew unsaid.
import shutil
import time

import pytest
from novelgen import wait_until
from place import Place

COMMANDS = [("status", 1), ("tail", 1), ("export", 1, "--format", "md", "-o", "out.md"), ("verify", 1)]


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path, chunk_words=300) as p:
        yield p


def finished(place):
    place.serve()
    assert place.submit().returncode == 0
    return place.folder()


def said(place, *args, **more):
    got = place.run(*args, **more)
    return " ".join((got.stdout + got.stderr).split())


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.name != "report.json"}  # which tells the time


def test_one_that_was_renamed_is_spoken_of_and_taken(place):
    folder = finished(place)
    before = contents(folder)
    renamed = folder.rename(folder.with_name("my best book"))
    for args in COMMANDS:
        assert f"{folder}" in said(place, *args) and f"{renamed}" in said(place, *args), args
    assert not folder.exists()
    assert place.run("verify", 1, "--repair").returncode == 0
    assert place.status(1)["out_dir"] == str(renamed) and not folder.exists()
    assert contents(renamed) == before
    for args in COMMANDS:
        assert "not there" not in said(place, *args)


def test_one_that_was_moved_far_is_taken_from_where_one_stands(place):
    folder = finished(place)
    before = contents(folder)
    (place.dir / "shelf").mkdir()
    moved = place.dir / "shelf" / "salt"
    shutil.move(folder, moved)
    for args in COMMANDS:
        assert "if you have moved it, go to the directory where it is now" in said(place, *args), args
    assert f"it is {moved} now" in said(place, "status", 1, cwd=place.dir / "shelf")
    assert place.run("verify", 1, "--repair", cwd=moved).returncode == 0
    assert place.status(1)["out_dir"] == str(moved) and not folder.exists()
    assert contents(moved) == before


def test_another_book_is_not_taken_for_it(place):
    folder = finished(place)
    before = contents(folder)
    shutil.move(folder, place.dir / "lost")
    other = folder.with_name("other")
    shutil.copytree(place.dir / "lost", other)
    (other / ".novelgen-job").write_text("another-uuid\n")
    assert place.run("verify", 1, "--repair").returncode == 0
    assert place.status(1)["out_dir"] == str(folder) and contents(folder) == before


def paused(place):
    place.serve("--rate", 600)
    writer = place.start(*place.submit_args())
    wait_until(lambda: list(place.folder().glob("chapters/02-*.part")), 60, "chapter 2 under way")
    assert place.run("pause", 1).returncode == 0
    writer.wait()
    return place.folder()


def told(place):
    return [e["text"] for e in place.events(1) if e["type"] == "folder"]


def test_a_resume_goes_on_in_one_that_was_renamed(place):
    folder = paused(place)
    renamed = folder.rename(folder.with_name("salt"))
    got = place.run("resume", 1)
    assert got.returncode == 0 and got.stderr.count("was renamed") == 1, got.stderr
    assert told(place) == [f"the book's folder was renamed: it is {renamed} now"]
    assert not folder.exists() and (renamed / "book.md").exists()
    assert place.run("verify", 1).returncode == 0


def test_a_resume_says_that_it_makes_one_anew(place):
    folder = paused(place)
    shutil.move(folder, place.dir / "lost")
    assert place.resume().returncode == 0
    text, = told(place)
    assert f"{folder} is not there any more: it is made anew" in text and "novelgen verify 1 --repair" in text
    assert place.run("verify", 1).returncode == 0 and (folder / "book.md").exists()


def test_one_that_is_renamed_while_it_is_written(place):
    place.serve("--rate", 600)
    writer = place.start(*place.submit_args())
    wait_until(lambda: list(place.folder().glob("chapters/02-*.part")), 60, "chapter 2 under way")
    folder = place.folder()
    renamed = folder.rename(folder.with_name("salt"))
    assert writer.wait() == 0
    assert not folder.exists() and (renamed / "book.md").exists() and len(told(place)) == 1
    assert place.run("verify", 1).returncode == 0


def test_a_book_of_another_home_that_came_into_its_place_is_left_alone(place):
    """Another home's job of the same number and title takes the free name; ours wrote its live.md and report.json there."""
    folder = finished(place)
    before = contents(folder)
    moved = folder.rename(folder.with_name("ours"))
    shutil.copytree(moved, folder)
    (folder / ".novelgen-job").write_text("00000000-0000-4000-8000-000000000000\n")
    for name in ("live.md", "report.json"):
        (folder / name).write_text("another's\n")
    others = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert f"it is {moved} now" in said(place, "status", 1)
    assert place.run("verify", 1).returncode == 1
    assert place.run("verify", 1, "--repair").returncode == 0
    assert place.status(1)["out_dir"] == str(moved) and contents(moved) == before
    assert place.run("redo", 1, "--chapter", 2, "--quiet").returncode == 0
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == others


def test_a_resume_does_not_go_on_in_the_folder_of_another_book(place):
    folder = paused(place)
    shutil.move(folder, place.dir / "lost")
    folder.mkdir()
    (folder / ".novelgen-job").write_text("00000000-0000-4000-8000-000000000000\n")
    assert place.resume().returncode == 0
    assert [p.name for p in folder.iterdir()] == [".novelgen-job"]
    anew = folder.with_name(folder.name + "-2")
    assert place.status(1)["out_dir"] == str(anew) and (anew / "book.md").exists() and f"{anew}" in told(place)[0]


def test_one_that_is_moved_and_taken_while_it_is_written(place):
    """Whoever was writing the book went on with the old place: it was made anew there, and the move undone."""
    place.serve("--rate", 600)
    writer = place.start(*place.submit_args())
    wait_until(lambda: list(place.folder().glob("chapters/02-*.part")), 60, "chapter 2 under way")
    folder = place.folder()
    place.server.hurry(0.001)  # nothing more comes before the folder is found
    wait_until(lambda: time.time() - max(p.stat().st_mtime for p in folder.rglob("*")) > 2, 60, "no file written any more")
    (place.dir / "shelf").mkdir()
    moved = place.dir / "shelf" / "salt"
    shutil.move(folder, moved)
    assert place.run("verify", 1, "--repair", cwd=moved).returncode in (0, 1)
    assert place.status(1)["out_dir"] == str(moved)
    place.server.hurry()
    assert writer.wait() == 0
    assert place.status(1)["out_dir"] == str(moved) and not folder.exists() and (moved / "book.md").exists()
    assert told(place) == [] and place.run("verify", 1).returncode == 0
