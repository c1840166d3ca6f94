# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A chapter's file that its owner has edited: it is never overwritten, that is said once, and sync makes it the book's text.
import re

import pytest

from place import Place
from novelgen import wait_until


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p.serve()


def chapter(place, n):
    return next((place.folder() / "chapters").glob(f"0{n}-*.md"))


def edit(place, n, old="\n\n", new="\n\nMara wrote this herself. ", count=1):
    path = chapter(place, n)
    path.write_text(path.read_text().replace(old, new, count))
    return path


def recaps(place, n):
    """Attempts that asked for it."""
    return place.rows(f"SELECT count(*) FROM task t JOIN attempt a ON a.task = t.id WHERE kind = 'recap' AND chapter = {n}")[0][0]


def told(place):
    return [e["text"] for e in place.events(1) if e["type"] == "file"]


def test_an_edited_chapter_is_left_alone_and_taken_in(place):
    assert place.submit().returncode == 0
    path = edit(place, 2)
    mine = path.read_bytes()
    # The book goes on twice, and passes by it each time.
    assert place.run("extend", "--words", 200, "--quiet").returncode == 0
    assert place.run("extend", "--words", 200, "--quiet").returncode == 0
    assert path.read_bytes() == mine and b"Mara wrote this" not in place.book()["book.md"]
    assert [t for t in told(place) if path.name in t] == [
        f"'chapters/{path.name}' was changed by hand and is left alone; take it in with: novelgen sync 1"]

    page = place.run("status", 1).stdout
    assert f"  files     changed by hand: chapters/{path.name}; take it in with: novelgen sync 1" in page, page

    asked, words = recaps(place, 2), place.status(1)["words_done"]
    got = place.run("sync", 1)
    assert got.returncode == 0 and "chapter 2 was changed by hand: 80" in got.stderr, got.stderr
    assert path.read_bytes() == mine and b"Mara wrote this herself." in place.book()["book.md"]
    assert recaps(place, 2) == asked + 1 and recaps(place, 1) == 1
    job = place.status(1)
    assert (job["state"], job["words_done"], job["chapters_done"]) == ("done", words + 4, job["chapters_total"])
    assert place.rows("SELECT given, version FROM chapter WHERE number = 2") == [(1, 2)]
    # What stood before is an old version; the conversation is the owner's text.
    old = place.rows("SELECT group_concat(text, '') FROM chunk_old WHERE chapter = 2 AND reason = 'sync'")[0][0]
    assert "Mara wrote" not in old and len(old.split()) > 700
    assert "changed by hand: " not in place.run("status", 1).stdout.split("  lately")[0]
    again = place.run("sync", 1)
    assert again.returncode == 0 and "nothing to take in" in again.stderr


def test_a_new_title_gives_the_file_a_new_name(place):
    assert place.submit().returncode == 0
    path = edit(place, 2, path_title(place, 2), "# The Tide Clock")
    assert place.run("sync", "--quiet").returncode == 0
    assert not path.exists() and chapter(place, 2).name == "02-the-tide-clock.md"
    assert chapter(place, 2).read_text().startswith("# The Tide Clock\n\n")
    assert b"\n## The Tide Clock\n" in place.book()["book.md"] and b"The Tide Clock" in place.book()["outline.md"]


def test_a_chapter_that_shrank_says_where_its_text_is(place):
    """A slip in the editor took 488 words, and nothing said that they were kept."""
    assert place.submit().returncode == 0
    chapter(place, 2).write_text("# Two\n\nGone.\n")
    old = place.run("show", 1, "--chapter", 2).stdout
    # Its home is named where it was, so that the line can be typed as it stands.
    got = place.run("sync", 1, "--home", place.path)
    back = re.search(r"chapter 2 was changed by hand: 1 word \(was \d{3}\); the text before: novelgen (show 1 --chapter 2 "
                     rf"--version 1 --home {place.path})$", got.stderr, re.M)
    assert got.returncode == 0 and back, got.stderr
    assert place.run(*back[1].split()).stdout.split()[-50:] == old.split()[-50:]
    assert "(1 word, done)" in place.run("outline", 1).stdout
    assert "(1 word)" in place.run("diff", 1, "--chapter", 2).stdout


def test_a_book_file_that_was_changed_too_is_the_last_word(place):
    """The last line named book.md, which was left as it was and had none of what was taken in."""
    assert place.submit().returncode == 0
    edit(place, 2)
    book = place.folder() / "book.md"
    book.write_text("mine\n")
    got = place.run("sync", 1)
    assert got.returncode == 0 and book.read_text() == "mine\n"
    last = got.stderr.splitlines()[-1]
    assert last.startswith(f"{book} was changed by hand too") and last.endswith(": novelgen verify 1 --repair"), got.stderr
    assert place.run("sync", 1).stderr.splitlines()[-1] == last
    # And it is so.
    assert place.run("verify", 1, "--repair").returncode == 0
    assert "Mara wrote this herself." in book.read_text() and (place.folder() / "book.md.mine").read_text() == "mine\n"


def path_title(place, n):
    return chapter(place, n).read_text().split("\n", 1)[0]


def test_files_of_another_system(place):
    assert place.submit().returncode == 0
    chapter(place, 1).write_bytes(b"\xef\xbb\xbf# One #\r\n\r\nFirst.\r\nStill first.\r\n\r\nSecond.\r\n")
    chapter(place, 2).write_text("No heading here.\n\n\n\nTwo.\n")
    name = chapter(place, 2).name
    assert place.run("sync", "--quiet").returncode == 0
    assert chapter(place, 1).read_text() == "# One\n\nFirst.\nStill first.\n\nSecond.\n"
    assert chapter(place, 2).name == name and chapter(place, 2).read_text().endswith("\n\nNo heading here.\n\n\n\nTwo.\n")


@pytest.mark.parametrize("data, says", [(b"", "holds no text"), (b"# Only a title\n\n \n", "holds no text"),
                                        (b"# One\n\nfine\nb\xe9d\n", "line 4: found bytes that are not UTF-8"),
                                        (b"# One\n\na\0b\n", "found a NUL byte")])
def test_what_cannot_be_taken_in_is_refused(place, data, says):
    assert place.submit().returncode == 0
    edit(place, 1)
    chapter(place, 2).write_bytes(data)
    got = place.run("sync")
    assert got.returncode == 2 and says in got.stderr and chapter(place, 2).name in got.stderr, got.stderr
    assert place.rows("SELECT max(version) FROM chapter") == [(1,)]  # nor is the other one
    assert place.run("sync", "--chapter", 1, "--quiet").returncode == 0
    assert chapter(place, 2).read_bytes() == data


def test_a_chapter_that_was_not_edited(place):
    assert place.submit().returncode == 0
    for args, code, says in ((("--chapter", 1), 2, "was not changed by hand"), (("--chapter", 9), 2, "there is no chapter 9: the book has "),
                             ((), 0, "nothing to take in"), (("5",), 7, "no job")):
        got = place.run("sync", *args)
        assert got.returncode == code and says in got.stderr, got.stderr
    gone = chapter(place, 1)
    gone.unlink()
    got = place.run("sync", "--chapter", 1)
    assert got.returncode == 2 and f"there is no file '{gone}'" in got.stderr
    (place.folder() / "book.md").write_text("mine\n")
    got = place.run("sync")
    assert got.returncode == 0 and "only chapters are taken in" in got.stderr


def test_while_the_book_is_being_written(tmp_path, place):
    place.stop_server()
    place.serve("--rate", 600)
    writer = place.start(*place.submit_args(words=3200, chapters=4))
    place.wait_middle(2)
    edit(place, 1)
    got = place.run("sync")
    assert got.returncode == 0 and "job 1 goes on with it" in got.stderr, got.stderr
    assert writer.wait(90) == 0, writer.stderr
    book = place.book()
    assert b"Mara wrote this herself." in book["book.md"] and recaps(place, 1) == 2
    assert len([n for n in book if n.startswith("chapters/")]) == 4 and not [n for n in book if n.endswith(".part")]
    assert abs(place.status(1)["words_done"] - 3200) <= 96
    assert place.is_alone()


def test_a_paused_book_hears_of_it_later(place):
    place.stop_server()
    place.serve("--rate", 800)
    writer = place.start(*place.submit_args())
    place.wait_middle(2)
    assert place.run("pause", 1).returncode == 0 and writer.wait() == 6
    edit(place, 1)
    got = place.run("sync", 1)
    assert got.returncode == 0 and "is paused" in got.stderr and place.status(1)["state"] == "paused"
    assert place.resume().returncode == 0
    assert b"Mara wrote this herself." in place.book()["book.md"] and recaps(place, 1) == 2


def synced(directory, kill=False):
    directory.mkdir()
    with Place(directory) as p:
        p.serve()
        assert p.submit().returncode == 0
        edit(p, 1)
        edit(p, 2, path_title(p, 2), "# The Tide Clock")
        p.stop_server()
        p.serve("--rate", 200)
        writer = p.start("sync", 1, "--quiet")
        if kill:
            wait_until(lambda: recaps(p, 1) == 2, 60, "the recap of chapter 1")
            writer.child.kill()
            writer.wait()
            writer = p.start("resume", 1, "--quiet")
        assert writer.wait(60) == 0, writer.stderr
        return p.book()


def test_killed_in_the_middle(tmp_path):
    whole = synced(tmp_path / "whole")
    assert b"Mara wrote this herself." in whole["book.md"] and "chapters/02-the-tide-clock.md" in whole
    assert synced(tmp_path / "killed", kill=True) == whole
