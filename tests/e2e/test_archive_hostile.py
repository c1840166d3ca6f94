# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Archives that somebody has made to do harm, or that were damaged on their way: each is refused with one line and exit
# code 2, and nothing of it is stored anywhere.
import copy
import json
import os
import random
import tarfile

import pytest

from novelgen import Home
from packing import FNV_PRIME, FNV_START, Packed, zstd
from place import Place

MUTATIONS = int(os.environ.get("NOVELGEN_MUTATIONS", "120"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Of a book that is paused in the middle of a part, so that an import of it ends at once (6)."""
    directory = tmp_path_factory.mktemp("book")
    with Place(directory, chunk_words=300) as p:
        p.serve("--rate", 300)
        terminal = p.start(*p.submit_args(p.port, words=900, chapters=2))
        p.wait_words(terminal.job(), 400)
        assert p.run("pause", 1).returncode == 0
        assert terminal.wait() == 6
        path = directory / "book.tar.zst"
        assert p.run("export", 1, "--format", "archive", "-o", path).returncode == 0
        yield path


@pytest.fixture
def packed(archive):
    return Packed(archive)


@pytest.fixture
def here(tmp_path):
    """A home, and all that lies around it."""
    h = Home(tmp_path)
    h.list()
    yield h
    h.close()


def everything(home):
    """All files under the test's directory but logs of terminals: what an archive might have got at."""
    skip = ("out.", "err.", "bad.")
    return {p: p.read_bytes() for p in home.dir.rglob("*")
            if p.is_file() and not p.name.startswith(skip) and "try" not in p.parts}


def check_refused(home, path, why, code=2):
    before = everything(home)
    got = home.run("import", path, "--out", home.out)
    assert got.returncode == code, (got.returncode, got.stderr)
    assert got.stderr.startswith("novelgen: ") and got.stderr.count("\n") == 1 and len(got.stderr) < 1200, got.stderr
    assert why in got.stderr, got.stderr
    assert "\x1b" not in got.stderr
    assert got.stdout == ""
    assert home.list() == []
    assert everything(home) == before
    assert not list((home.path / "incoming").glob("*"))


def test_the_archive_itself_is_good(here, archive, packed):
    assert here.run("import", packed.count().write(here.dir / "bad.same"), "--out", here.out).returncode == 6
    assert here.status(1)["state"] == "paused"


# ---- entries -----------------------------------------------------------------------------------------------------------


def header(name, kind=tarfile.REGTYPE, link="", data=b"x", **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    for key, value in more.items():
        setattr(info, key, value)
    return info, data if kind == tarfile.REGTYPE else b""


@pytest.mark.parametrize("name", [
    "../evil", "/tmp/evil", "files/../../evil", "files/chapters/../../../evil.md", "files//x.md", "./files/book.md",
    "files/chapters/..", "files\\..\\evil", "files/chapters/\x1b[2Jx.md", "files/chapters/" + "x" * 300 + ".md", "C:evil"])
def test_names_that_lead_elsewhere(here, packed, name):
    check_refused(here, packed.write(here.dir / "bad.name", [header(name)]), "has a name that no entry of a book may have")
    packed.entries[name] = b"x"
    check_refused(here, packed.agree().write(here.dir / "bad.name"), "names an entry that no book has")


@pytest.mark.parametrize("name", ["evil", "files/evil", "files/chapters/deep/er.md", "novelgen.db", "files/.novelgen-job",
                                  "files/chapters/.hidden.md", "templates/a/b.txt", "rows.jsonl/x", "files/books.md"])
def test_names_that_no_book_has(here, packed, name):
    check_refused(here, packed.write(here.dir / "bad.name", [header(name)]), "is not in the manifest")
    packed.entries[name] = b"x"
    check_refused(here, packed.agree().write(here.dir / "bad.name"), "names an entry that no book has")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE,
                                  tarfile.DIRTYPE])
def test_what_is_no_plain_file(here, packed, kind):
    target = here.dir / "user" / "target"
    target.write_text("mine")
    for name in ("files/chapters/01-x.md", "files/book.md"):
        path = packed.write(here.dir / "bad.kind", [header(name, kind, str(target))])
        check_refused(here, path, "name that no entry" if kind == tarfile.DIRTYPE else "is no plain file")


def test_a_link_and_then_a_file_through_it(here, packed):
    """The oldest trick: a link to a folder, and a file below it."""
    more = [header("files/chapters", tarfile.SYMTYPE, str(here.dir / "user")), header("files/chapters/evil.md")]
    check_refused(here, packed.write(here.dir / "bad.link", more), "is no plain file")


def test_entries_twice(here, packed):
    more = [header("rows.jsonl", data=packed.entries["rows.jsonl"])]
    check_refused(here, packed.write(here.dir / "bad.twice", more), "is not in the manifest")
    packed.manifest["entries"].append(packed.manifest["entries"][0])
    check_refused(here, packed.write(here.dir / "bad.twice"), "names 'spec.json' twice")


def test_entries_that_are_missing_or_elsewhere(here, packed):
    rows = packed.entries.pop("rows.jsonl")
    check_refused(here, packed.write(here.dir / "bad.gone"), "expected 'rows.jsonl'")
    packed.entries["rows.jsonl"] = rows  # behind the others
    check_refused(here, packed.write(here.dir / "bad.order"), "expected 'rows.jsonl'")
    last = list(packed.entries)[-2]
    del packed.entries["rows.jsonl"], packed.entries[last]
    check_refused(here, packed.agree().write(here.dir / "bad.norows"), "names no 'rows.jsonl'")


def test_entries_that_were_changed(here, packed):
    packed.entries["files/live.md"] += b"x"
    check_refused(here, packed.write(here.dir / "bad.longer"), "has not the size that the manifest says")
    packed.entries["files/live.md"] = b"x" + packed.entries["files/live.md"][:-2]
    check_refused(here, packed.write(here.dir / "bad.other"), "was changed, or damaged on its way")


# ---- sizes -------------------------------------------------------------------------------------------------------------


def test_bombs(here, packed):
    """Twice sixty megabytes of nothing."""
    size = 60_000_000
    for name in ("files/book.md", "files/chapters/99-last.md"):
        packed.entries[name] = bytes(size)
        packed.hashes[name] = (packed.entries[name], f"{FNV_START * pow(FNV_PRIME, size, 2 ** 64) % 2 ** 64:016x}")
    check_refused(here, packed.agree().write(here.dir / "bad.bomb"), "times its size: no book does")
    packed.manifest["entries"] = [dict(e, bytes=5) for e in packed.manifest["entries"]]
    check_refused(here, packed.write(here.dir / "bad.bomb"), "has not the size")


def test_a_bomb_in_the_rows(here, packed):
    packed.entries["rows.jsonl"] = b" " * 90_000_000
    packed.hashes["rows.jsonl"] = (packed.entries["rows.jsonl"], "0" * 16)
    check_refused(here, packed.agree().write(here.dir / "bad.rows"), "times its size")


def test_sizes_that_lie(here, packed):
    for size in (2 ** 40, 2 ** 62, -1, "7", None):
        packed.manifest["entries"][1]["bytes"] = size
        check_refused(here, packed.write(here.dir / "bad.size"), "a size that it cannot have")
    big = header("files/book.md")
    big[0].size = 2 ** 40
    check_refused(here, packed.count().write(here.dir / "bad.size", [(big[0], None)]), "is larger than it may be")


def test_counts_that_lie(here, packed):
    packed.manifest["rows"]["chunk"] += 1
    check_refused(here, packed.write(here.dir / "bad.count"), "rows of 'chunk', the manifest says")
    packed.manifest["rows"]["chunk"] = 2 ** 63 - 1
    check_refused(here, packed.write(here.dir / "bad.count"), "rows of 'chunk', the manifest says")
    packed.manifest["entries"] = [dict(packed.manifest["entries"][0], name=f"files/chapters/{i:05}.md") for i in range(20001)]
    check_refused(here, packed.write(here.dir / "bad.count"), "expected 1 to 20000")


def test_a_manifest_without_end(here, packed):
    packed.manifest["title"] = "x" * 9_000_000
    check_refused(here, packed.write(here.dir / "bad.manifest"), "its manifest is larger than")
    packed.manifest["title"] = "x"
    packed.manifest["deep"] = json.loads("[" * 900 + "]" * 900)
    text = json.dumps(packed.manifest).replace("[" * 900 + "]" * 900, "[" * 90000 + "]" * 90000)
    packed.members = lambda: [("manifest.json", text.encode())]
    check_refused(here, packed.write(here.dir / "bad.manifest"), "manifest: ")


# ---- what it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key, value, why", [
    ("format", 2, "written by a newer novelgen"), ("schema", 99, "written by a newer novelgen"),
    ("format", 0, "the manifest's format is 0"), ("schema", 3, "the manifest's schema is 3"), ("schema", "4", "schema is -1"),
    ("format", 1e300, "format is -1"), ("kind", "film", "holds no book of novelgen"), ("kind", None, "holds no book"),
    ("entries", {}, "lists 0 entries"), ("entries", [7], "names an entry that no book has"), ("rows", 3, "does not count"),
    ("uuid", 3, "which book"), ("uuid", "0" * 36, "rows are of another book"), ("uuid", None, "which book"),
    ("program", "\x1b]0;x\x07" * 100, "newer")])
def test_manifests_that_are_wrong(here, packed, key, value, why):
    packed.manifest[key] = value
    if key == "program":
        packed.manifest["format"] = 7
    check_refused(here, packed.write(here.dir / "bad.manifest"), why)


def test_what_is_no_archive(here, archive, packed):
    whole = archive.read_bytes()
    bad = here.dir / "bad.file"
    for data in (b"", b"hello", b"\0" * 5000, b"PK\x03\x04" + b"\0" * 500, packed.tar()[:0], zstd("pack", b""),
                 zstd("pack", b"x" * 2000), os.urandom(3000), whole[4:], b"\x1f\x8b" + whole):
        bad.write_bytes(data)
        check_refused(here, bad, "archive '")
    check_refused(here, here.dir / "bad.nowhere", "cannot read archive")
    check_refused(here, here.dir, "no regular file")
    os.mkfifo(here.dir / "bad.fifo")
    check_refused(here, here.dir / "bad.fifo", "no regular file")
    chance = random.Random(3)
    for _ in range(25):
        bad.write_bytes(whole[:chance.randrange(len(whole) - 1)])
        check_refused(here, bad, "archive '")


def test_bytes_that_were_flipped(here, archive):
    """Anywhere in the file: the book is refused, or it is the one that was packed."""
    whole, chance = archive.read_bytes(), random.Random(4)
    bad = here.dir / "bad.flip"
    for _ in range(25):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        bad.write_bytes(data)
        check_refused(here, bad, "archive '")


def test_a_disk_that_is_full(here, archive):
    """RLIMIT_FSIZE stands in for it: files may not grow beyond 8 KB."""
    got = here.run("import", archive, "--out", here.out, preexec_fn=lambda: limit_files(8192))
    assert got.returncode == 4, got.stderr
    assert got.stderr.count("\n") == 1
    assert not list((here.path / "incoming").iterdir())
    assert here.run("import", archive, "--out", here.out).returncode == 6


def limit_files(size):
    import resource
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


# ---- rows --------------------------------------------------------------------------------------------------------------


def test_nothing_of_the_machine_is_taken(here, packed):
    """A row may not bring folders, templates under a name of its own, or a set that is none."""
    rows = packed.rows
    for column, value in (("out_dir", "/tmp/x"), ("out_parent", "/tmp"), ("templates_dir", "/tmp"), ("templates", "0" * 16)):
        packed.rows = [dict(rows[0], **{column: value}), *rows[1:]]
        check_refused(here, packed.count().write(here.dir / "bad.row"), "a column that is not known")
    packed.rows = [dict(r, hash="0" * 16) if r["table"] == "template_set" else r for r in rows]
    check_refused(here, packed.count().write(here.dir / "bad.row"), "a column that is not known")
    packed.rows = [dict(r, text="{}}}{{{") if r["table"] == "template_set" else r for r in rows]
    check_refused(here, packed.count().write(here.dir / "bad.row"), "template")


POOL = [None, True, -1, 0, 1, 2, 2 ** 31, 2 ** 63 - 1, -2 ** 63, 2 ** 70, 0.5, 1e308, -1e-308, "", "x", "../../etc/passwd",
        "\x1b[2J\x07", "\u202e\u2028", "x" * 5000, "{}", "done", "running", [], {}, {"base64": "AAAA"}, {"base64": "%%"}]


def mutate(chance, rows):
    i, other = chance.randrange(len(rows)), chance.choice(rows)
    row = rows[i]
    key = chance.choice(list(row))
    kind = chance.randrange(9)
    if kind == 0:
        del rows[i]
    elif kind == 1:
        rows.insert(chance.randrange(len(rows)), copy.copy(other))
    elif kind == 2:
        j = chance.randrange(len(rows))
        rows[i], rows[j] = rows[j], rows[i]
    elif kind == 3:
        del row[key]
    elif kind == 4:
        row[chance.choice(["id", "job", "x", "text"])] = chance.choice(POOL)
    elif kind == 5 and isinstance(row[key], (int, float)):
        row[key] += chance.choice([-1, 1, 7, -100, 1e6])
    elif kind == 6:
        row[key] = other.get(key, other["table"])
    else:
        row[key] = chance.choice(POOL)
    return f"{kind}: {row}"


def check_usable(home):
    """What came in is a job like others."""
    assert home.list()[0]["id"] == 1
    home.json("status", 1)
    for args in (("status", 1), ("tail", 1), ("list",), ("stats", 1)):
        got = home.run(*args)
        assert got.returncode == 0, (args, got.stderr)
        assert "\x1b" not in got.stdout


def test_rows_that_were_changed_at_random(here, packed, tmp_path):
    chance, rows = random.Random(11), packed.rows
    taken = 0
    for i in range(MUTATIONS):
        changed = copy.deepcopy(rows)
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            what = mutate(chance, changed)
        packed.rows = changed
        path = packed.count().write(here.dir / "bad.fuzz")
        got = here.run("import", path, "--out", here.out, "--detach")
        if got.returncode == 2:
            assert got.stderr.startswith("novelgen: ") and got.stderr.count("\n") == 1, (what, got.stderr)
            assert here.list() == [], what
            continue
        assert got.returncode == 0, (what, got.returncode, got.stderr)
        check_usable(here)
        taken += 1
        here.close()
        (tmp_path / f"home{i}").mkdir()
        here = Home(tmp_path / f"home{i}")
    here.close()
    assert 0 < taken < MUTATIONS / 2
