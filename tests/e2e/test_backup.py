# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A backup is whole, private and checked, also while a book is being written; what it was made from can be put back.
import os
import resource
import shutil
import sqlite3

import pytest

from place import Place


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p.serve()


def read(path, sql):
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def test_it_is_put_back(place):
    assert place.submit().returncode == 0
    target = place.dir / "copy.db"
    got = place.run("backup", target)
    assert got.returncode == 0 and got.stdout == f"{target}\n" and "To restore it" in got.stderr, got.stderr
    assert f"{target.stat().st_size:,} bytes" in got.stderr and target.stat().st_mode & 0o777 == 0o600
    assert read(target, "PRAGMA integrity_check") == [("ok",)]
    assert sorted(p.name for p in place.dir.glob("copy*")) == ["copy.db"]
    before = place.status(1)
    assert place.run("rm", 1, "--yes").returncode == 0
    for old in place.path.glob("novelgen.db*"):
        old.unlink()
    shutil.copy(target, place.path / "novelgen.db")
    assert place.status(1) == before
    assert place.run("extend", 1, "--words", 200, "--quiet").returncode == 0


def test_nothing_is_overwritten_unless_it_is_said(place):
    assert place.submit().returncode == 0
    target = place.dir / "copy.db"
    target.write_text("mine")
    got = place.run("backup", target)
    assert got.returncode == 2 and "--force" in got.stderr and target.read_text() == "mine"
    assert place.run("backup", target, "--force").returncode == 0
    assert read(target, "SELECT count(*) FROM job") == [(1,)]
    assert sorted(p.name for p in place.dir.glob("copy*")) == ["copy.db"]


def test_the_store_itself_is_never_written_over(place):
    """The engine would go on in the file that was replaced, and all that it wrote from then on would be gone."""
    assert place.submit().returncode == 0
    (place.dir / "link").symlink_to(place.path)
    before = {p.name: p.stat().st_ino for p in place.path.iterdir()}
    for name in ("novelgen.db", "novelgen.db-wal", "novelgen.db-shm", "engine.lock", "Novelgen.DB", "ENGINE.lock"):
        for folder in (place.path, place.dir / "link"):
            for command in (("backup",), ("export", 1, "--format", "txt", "-o"), ("export", 1, "--format", "archive", "-o")):
                got = place.run(*command, folder / name, "--force")
                assert got.returncode == 2 and "never written over" in got.stderr, (name, command, got.stderr)
    assert {name: (place.path / name).stat().st_ino for name in before} == before
    assert place.run("verify", 1).returncode == 0
    assert place.run("backup", place.path / "novelgen.db.old").returncode == 0  # beside it is a good place
    assert place.run("backup", place.dir / "link" / "copy.db").returncode == 0


def test_a_pipe_stays_a_pipe(place):
    """As root, --force put a file in the place of /dev/null."""
    assert place.submit().returncode == 0
    os.mkfifo(place.dir / "pipe")
    for command in (("backup",), ("export", 1, "--format", "txt", "-o"), ("export", 1, "--format", "archive", "-o")):
        got = place.run(*command, place.dir / "pipe", "--force")
        assert got.returncode == 2 and "no regular file" in got.stderr, got.stderr
        assert (place.dir / "pipe").is_fifo()


def test_while_a_book_is_being_written(place):
    place.stop_server()
    place.serve("--rate", 800)
    writer = place.start(*place.submit_args())
    for n, chapter in enumerate((1, 2)):
        place.wait_middle(chapter)
        target = place.dir / f"copy{n}.db"
        assert place.run("backup", target).returncode == 0
        assert read(target, "PRAGMA integrity_check") == [("ok",)] and read(target, "PRAGMA foreign_key_check") == []
        # One moment: the counters are those of the rows.
        assert read(target, "SELECT words_done - (SELECT coalesce(sum(words), 0) FROM chunk) FROM job") == [(0,)]
    assert writer.wait(60) == 0


def test_where_it_cannot_be_made(place):
    got = place.run("backup", place.dir / "copy.db")
    assert got.returncode == 7 and "no store yet" in got.stderr
    assert place.run("backup").returncode == 2
    assert place.submit().returncode == 0
    got = place.run("backup", place.dir / "nowhere" / "copy.db")
    assert got.returncode == 4 and "the folder" in got.stderr and ".new" not in got.stderr, got.stderr
    for force in ((), ("--force",)):
        got = place.run("backup", place.out, *force)
        assert got.returncode == 2 and "is a folder" in got.stderr, got.stderr


@pytest.mark.parametrize("args", [["backup", "big"], ["export", "--format", "html", "-o", "big"], ["export", "--format", "archive", "-o", "big"]])
def test_no_room(place, args):
    """Where a file may not grow the program was killed by a signal; where the disk was full half a copy was left."""
    assert place.submit().returncode == 0
    folder = place.dir / "small"
    folder.mkdir()
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # noqa: E731
    reader = sqlite3.connect(place.dir / "home/novelgen.db")
    reader.execute("SELECT count(*) FROM job").fetchall()  # so that the files beside the database are there
    got = place.run(*args[:-1], folder / args[-1], preexec_fn=limit)
    reader.close()
    assert got.returncode == 4 and got.stderr.startswith("novelgen: ") and "big" in got.stderr, got
    assert list(folder.iterdir()) == []
