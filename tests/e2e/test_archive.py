# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Books on the move: wherever in its making a book is packed, the one that is finished in another home is byte for byte
# the one that was never moved. NOVELGEN_MOMENTS sets at how many moments that is tried (50 is the figure to hold).
import json
import os
import pathlib
import random
import subprocess
import time

import pytest

from novelgen import PROGRAM, wait_until
from packing import Packed
from place import Place

MOMENTS = int(os.environ.get("NOVELGEN_MOMENTS", "12"))
BOOK = {"words": 1500, "chapters": 2}
RATE = 2000  # tokens a second: slow enough to be met in the middle of a part, on a busy machine too


def new_place(tmp_path, name):
    directory = tmp_path / name
    directory.mkdir()
    return Place(directory, chunk_words=300)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A place that only serves, and the book as it is when nobody moves it, and how long it takes."""
    with new_place(tmp_path_factory.mktemp("still"), "home") as p:
        p.serve("--rate", RATE)
        begun = time.monotonic()
        got = p.submit(**BOOK)
        assert got.returncode == 0, got.stderr
        p.seconds = time.monotonic() - begun
        p.files = p.book()
        yield p


@pytest.fixture
def make(tmp_path):
    made = []

    def place(name):
        made.append(new_place(tmp_path, name))
        return made[-1]

    yield place
    for p in made:
        p.close()


def pack(place, path, job=1):
    got = place.run("export", job, "--format", "archive", "-o", path)
    assert got.returncode == 0, got.stderr
    assert got.stdout == f"{path}\n" and f"novelgen import '{path.name}'\n" in got.stderr
    return path


def finish(place, archive):
    """Until the book is whole, however it came in."""
    got = place.run("import", archive, "--out", place.out, "--quiet")
    if got.returncode == 6:  # it was paused, and stays so
        got = place.resume()
    assert got.returncode == 0, got.stderr
    return place.book()


def pack_middle(place, server, path):
    """Packs a book that was paused in its middle."""
    server.server.hurry(200)
    terminal = place.start(*place.submit_args(server.port, **BOOK))
    place.wait_words(terminal.job(), 50)
    assert place.run("pause", 1).returncode == 0
    assert terminal.wait() == 6
    server.server.hurry(RATE)
    return pack(place, path)


def pack_at(place, server, how, seconds, path):
    """Packs a book that has been written for so long: after kill -9, after a pause, or while it goes on."""
    terminal = place.start(*place.submit_args(server.port, **BOOK))
    terminal.job()
    time.sleep(seconds)  # the moment itself: it may be any
    if how == "kill":
        terminal.child.kill()
        terminal.wait()
    elif how == "pause":
        assert place.run("pause", 1).returncode == 0
        terminal.wait()
    pack(place, path)
    if how == "live":
        terminal.child.kill()
        terminal.wait()
    return path


def test_a_book_moved_at_any_moment(server, make, tmp_path):
    chance = random.Random(5)
    moments = []
    for i in range(MOMENTS):
        how = ("kill", "pause", "live")[i % 3]
        seconds = chance.uniform(0, server.seconds)
        old, new = make(f"old{i}"), make(f"new{i}")
        archive = pack_at(old, server, how, seconds, tmp_path / f"{i}.tar.zst")
        assert finish(new, archive) == server.files, f"{how} after {seconds:.3f} s"
        moments.append(Packed(archive))
    assert server.is_alone()
    # They were moments of all kinds, some in the middle of a part.
    assert any(row["attempt"] and row["part"] for p in moments for row in p.table("attempt_text"))
    assert len({len(p.table("chunk")) for p in moments}) > 2


def test_a_book_that_comes_home_again(server, make, tmp_path):
    """Into a home that has other books, with ids of its own, and from there to a third."""
    first, second, third = make("first"), make("second"), make("third")
    assert second.submit(server.port, words=300, chapters=1, title="Another").returncode == 0
    archive = pack_at(first, server, "kill", server.seconds / 3, tmp_path / "a.tar.zst")
    terminal = second.start("import", archive, "--out", second.out, "--quiet")
    assert terminal.job() == 2
    time.sleep(server.seconds / 4)
    terminal.child.kill()
    terminal.wait()
    assert finish(third, pack(second, tmp_path / "b.tar.zst", 2)) == server.files
    assert second.resume(2).returncode == 0
    assert second.book(2) == server.files
    assert third.status(1)["requests"] >= Packed(tmp_path / "b.tar.zst").table("job")[0]["requests"]


# ---- the archive that a spec asks for ----------------------------------------------------------------------------------


def state_in(archive):
    return Packed(archive).table("job")[0]["state"]


def test_an_engine_killed_before_its_last_file(server, make):
    """It left a job that was done, without the archive that its spec lists, and nobody made that any more."""
    place = make("place")
    archive = place.out / "books" / "1-the-salt-engine" / "book.tar.zst"
    args = [PROGRAM, *map(str, place.submit_args(server.port, **BOOK, export=["md", "archive"]))]
    trace = ["strace", "-qq", "-o", "/dev/null", "-P", str(archive), "-e", "trace=renameat,rename",
             "-e", "inject=renameat,rename:signal=KILL:when=1"]
    try:
        got = subprocess.run([*trace, *args], env=place.env, cwd=place.out, capture_output=True, text=True, timeout=120,
                             check=False)
    except FileNotFoundError:
        pytest.skip("strace is not there")
    if "strace" in got.stderr:
        pytest.skip(got.stderr)
    assert got.returncode != 0 and (archive.parent / "book.md").exists() and not archive.exists()
    # As if it had been killed right behind the rename: a file that no row knows of.
    pack(place, archive)
    assert state_in(archive) != "done"
    assert place.resume().returncode == 0
    assert state_in(archive) == "done"
    assert not [e for e in place.events(1) if "changed by hand" in e["text"]]
    assert place.run("verify", 1).returncode == 0


def test_a_finished_book_has_its_archive(server, make, tmp_path):
    place, new = make("place"), make("new")
    assert place.submit(server.port, **BOOK, export=["archive"]).returncode == 0
    archive = place.folder() / "book.tar.zst"
    assert state_in(archive) == "done"
    files = finish(new, archive)
    assert {n: t for n, t in files.items() if n != archive.name} == server.files


# ---- what comes with it ------------------------------------------------------------------------------------------------


def test_a_finished_book_stands_where_it_is_imported(server, make, tmp_path):
    new = make("new")
    archive = pack(server, tmp_path / "done.tar.zst")
    got = new.run("import", archive, "--out", new.out)
    assert got.returncode == 0, got.stderr
    assert got.stdout == f"1\t{new.folder()}\n"
    assert new.book() == server.files
    assert json.loads((new.folder() / "report.json").read_text())["words"] > 0
    assert {k: v for k, v in new.status(1).items() if k not in ("out_dir", "touched")}["words_done"] == \
        server.status(1)["words_done"]
    assert new.run("tail", 1).stdout == server.run("tail", 1).stdout
    assert list((new.path / "incoming").iterdir()) == []
    assert pack(server, tmp_path / "again.tar.zst").read_bytes() == archive.read_bytes()


def test_a_chapter_edited_by_hand_stays_so(server, make, tmp_path):
    old, new = make("old"), make("new")
    pack_at(old, server, "pause", server.seconds * 0.7, tmp_path / "first.tar.zst")
    chapter = next((old.folder() / "chapters").glob("*.md"))
    chapter.write_text("# Mine\n\nThis is how it goes.\n")
    (old.folder() / "chapters" / "notes.md").write_text("not one of the book's")
    archive = pack(old, tmp_path / "edited.tar.zst")
    files = finish(new, archive)
    assert files.pop(f"chapters/{chapter.name}") == b"# Mine\n\nThis is how it goes.\n"
    assert files == {n: t for n, t in server.files.items() if n != f"chapters/{chapter.name}"}
    assert any("was changed by hand" in e["text"] for e in new.events(1))


def test_a_cancelled_book_stays_cancelled(server, make, tmp_path):
    old, new = make("old"), make("new")
    server.server.hurry(200)
    terminal = old.start(*old.submit_args(server.port, **BOOK))
    old.wait_words(terminal.job(), 100)
    assert old.run("cancel", 1).returncode == 0
    assert terminal.wait() == 8
    server.server.hurry(RATE)
    got = new.run("import", pack(old, tmp_path / "a.tar.zst"), "--out", new.out)
    assert got.returncode == 8, got.stderr
    assert new.status(1)["state"] == "cancelled"
    assert new.resume().returncode == 0
    assert new.book() == server.files


def test_a_book_is_imported_once(server, make, tmp_path):
    new = make("new")
    archive = pack(server, tmp_path / "a.tar.zst")
    for place in (server, new):
        if place is new:
            finish(new, archive)
        got = place.run("import", archive, "--out", place.out)
        assert got.returncode == 2
        assert got.stderr == f"novelgen: archive '{archive}': job 1 is this book already; go on with: novelgen resume 1\n"
        # A command that is advised goes to the home that was named.
        got = place.run("import", archive, "--out", place.out, "--home", place.path)
        assert got.stderr.endswith(f"; go on with: novelgen resume 1 --home {place.path}\n")
        assert len(place.list()) == 1
        assert list((place.path / "incoming").glob("*")) == []


def test_two_homes_that_share_an_output_folder(server, make, tmp_path):
    """Both took the folder that bears the book's uuid for their own, and two engines wrote the same files."""
    old, first, second = make("old"), make("first"), make("second")
    archive = pack_middle(old, server, tmp_path / "a.tar.zst")
    shared = tmp_path / "shared"
    shared.mkdir()
    for place in (first, second):
        assert place.run("import", archive, "--out", shared, "--quiet").returncode == 6
    folders = [pathlib.Path(place.status(1)["out_dir"]) for place in (first, second)]
    assert folders[0] != folders[1] and all(f.parent == shared / "books" for f in folders), folders
    for place, folder in zip((first, second), folders):
        assert place.resume().returncode == 0
        assert {n: (folder / n).read_bytes() for n in server.files} == server.files
        assert place.status(1)["out_dir"] == str(folder)


def test_a_backend_that_is_not_known_here(server, make, tmp_path):
    def config(place, **keys):
        path = place.dir / "user" / ".config" / "novelgen"
        path.mkdir(parents=True)
        (path / "config.json").write_text(json.dumps(keys))

    old, new = make("old"), make("new")
    config(old, backends=[{"name": "attic", "url": server.server.url}, {"name": "cellar", "url": server.server.url}],
           backend="attic", fallback=["cellar"])
    config(new, backend=server.server.url)
    args = [a for a in old.submit_args(server.port, **BOOK)]
    args[args.index("--backend") + 1] = "attic"
    server.server.hurry(200)
    terminal = old.start(*args)
    old.wait_words(terminal.job(), 50)
    terminal.child.kill()
    terminal.wait()
    server.server.hurry(RATE)
    got = new.run("import", pack(old, tmp_path / "a.tar.zst"), "--out", new.out)
    assert got.returncode == 0, got.stderr
    assert f"your config has no backend 'attic': the book goes on with '{server.server.url}'" in got.stderr
    assert new.book() == server.files
    again = Packed(pack(new, tmp_path / "b.tar.zst")).table("job")[0]
    assert (again["backend"], again["fallback"]) == (server.server.url, "")


def test_a_model_that_is_not_allowed_here(server, make, tmp_path):
    old, new = make("old"), make("new")
    pack_middle(old, server, tmp_path / "a.tar.zst")
    path = new.dir / "user" / ".config" / "novelgen"
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"models": {"allow": ["other"]}}))
    got = new.run("import", tmp_path / "a.tar.zst", "--out", new.out)
    assert got.returncode == 2
    assert "models.allow" in got.stderr
    assert new.list() == []
    assert list((new.path / "incoming").iterdir()) == []


def test_a_book_that_comes_in_while_another_is_written(server, make, tmp_path):
    new = make("new")
    archive = pack(server, tmp_path / "done.tar.zst")
    server.server.hurry(200)
    terminal = new.start(*new.submit_args(server.port, **BOOK))
    new.wait_words(terminal.job(), 50)
    got = new.run("import", archive, "--out", new.out, "--detach")
    assert got.returncode == 0, got.stderr
    assert got.stdout == f"2\t{new.folder(2)}\n"
    assert new.book(2) == server.files
    server.server.hurry(RATE)
    assert terminal.wait() == 0
    assert new.book(1) == server.files
    assert server.is_alone()


def test_a_queue_that_is_full(server, make, tmp_path):
    old, new = make("old"), make("new")
    path = new.dir / "user" / ".config" / "novelgen"
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"queue": {"max": 1}}))
    for place in (old, new):
        pack_middle(place, server, tmp_path / f"{place.dir.name}.tar.zst")
    got = new.run("import", tmp_path / "old.tar.zst", "--out", new.out)
    assert got.returncode == 5
    assert "the queue is full: 1 unfinished jobs, queue.max is 1" in got.stderr
    assert len(new.list()) == 1 and len(list((new.out / "books").iterdir())) == 1
    assert new.run("import", pack(server, tmp_path / "done.tar.zst"), "--out", new.out).returncode == 0  # needs no place in it


# ---- killed while it comes in ------------------------------------------------------------------------------------------


def test_an_import_that_is_killed(server, make, tmp_path):
    """At any moment: either there is no job, or a whole one; and the file can be imported again."""
    old = make("old")
    archive = pack_at(old, server, "kill", server.seconds / 2, tmp_path / "a.tar.zst")
    rows = {row["table"]: 0 for row in Packed(archive).rows}
    seen = set()
    for i in range(12):
        new = make(f"new{i}")
        terminal = new.start("import", archive, "--out", new.out, "--quiet")
        time.sleep(i * 0.006)  # the moment itself
        terminal.child.kill()
        terminal.wait()
        jobs = new.list() if (new.path / "novelgen.db").exists() else []
        seen.add(len(jobs))
        if jobs:
            assert jobs[0]["words_done"] >= Packed(archive).table("job")[0]["words_done"]
        got = new.run("import", archive, "--out", new.out, "--quiet")
        if got.returncode == 2:  # that one had come in
            assert "is this book already" in got.stderr
            got = new.resume()
        assert got.returncode == 0, got.stderr
        assert new.book() == server.files
        assert len(list((new.out / "books").iterdir())) == 1
        wait_until(lambda n=new: swept(n, archive), 60, "the end of what was left")
    assert 0 in seen and rows


def swept(place, archive):
    """What a dead import has left goes with the next one that comes."""
    place.run("import", archive, "--out", place.out)
    return not list((place.path / "incoming").iterdir())


def test_what_was_unpacked_is_gone(server, make, tmp_path):
    """A message without its stage is refused, and keeps nobody from work."""
    new = make("new")
    assert new.list() == []
    (new.path / "inbox").mkdir(parents=True, exist_ok=True)
    message = {"type": "import", "stage": "00-00-00", "uuid": "x", "out": str(new.out)}
    for i, change in enumerate(({}, {"stage": "../../x"}, {"out": "relative"}, {"stage": None})):
        (new.path / "inbox" / f"{i}.json").write_text(json.dumps({**message, **change}))
    assert finish(new, pack(server, tmp_path / "a.tar.zst")) == server.files
    assert list((new.path / "inbox").iterdir()) == []
    assert len(new.list()) == 1


# ---- exporting ---------------------------------------------------------------------------------------------------------


def test_an_archive_that_cannot_be_written(server, tmp_path):
    got = server.run("export", 1, "--format", "archive", "-o", tmp_path / "no" / "such" / "a.tar.zst")
    assert got.returncode == 2
    assert "is not there; make it with: mkdir -p" in got.stderr
    assert server.run("export", 9, "--format", "archive", "-o", tmp_path / "a.tar.zst").returncode == 7


def test_no_path_of_this_machine_is_in_it(server, tmp_path):
    packed = Packed(pack(server, tmp_path / "a.tar.zst"))
    for name, data in packed.members():
        assert str(server.dir).encode() not in data, name
    assert set(packed.entries) >= {"spec.json", "rows.jsonl", "templates/chunk.txt", "files/book.md"}


def packed_by_itself(place):
    return Packed(place.folder() / "book.tar.zst")


def test_a_spec_lists_the_archive(server, make, tmp_path):
    """It is written when the book is done, and says so; where it comes in it is made again, and none is in the other."""
    first, second = make("first"), make("second")
    assert first.submit(server.port, **BOOK, export=["archive", "epub"]).returncode == 0
    archive = packed_by_itself(first)
    (job,) = archive.table("job")
    assert job["state"] == "done" and job["finished"] == 1
    assert not [n for n in archive.entries if "tar.zst" in n] and "files/book.epub" in archive.entries
    got = second.run("import", first.folder() / "book.tar.zst", "--out", second.out, "--quiet")
    assert got.returncode == 0 and second.status(1)["state"] == "done", got.stderr
    assert packed_by_itself(second).table("chunk") == archive.table("chunk")
    # Of a longer book there is another one; one that its owner has put there stays.
    assert first.run("extend", "--words", 300, "--quiet").returncode == 0
    assert len(packed_by_itself(first).table("chunk")) > len(archive.table("chunk"))
    (first.folder() / "book.tar.zst").write_text("mine\n")
    assert first.run("extend", "--words", 300, "--quiet").returncode == 0
    assert (first.folder() / "book.tar.zst").read_text() == "mine\n"
    assert [e for e in first.events(1) if e["type"] == "file" and "book.tar.zst" in e["text"]]
