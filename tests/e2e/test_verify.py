# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# `verify`: a book that was just written is whole; then each defect is planted in a copy of it, in its rows or its files,
# and is found by its word. `--repair` makes right what can be, and loses nothing.
import json
import pathlib
import shutil
import sqlite3

import pytest

from novelgen import Home, Simulator, wait_until
from place import SPEC

SENTENCE = "The boats lay high on the shingle that morning and nobody in the harbour could say who had drawn them up there so far above the tide."


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value - (1 << 64) if value >> 63 else value


class Book(Home):
    """A home with one book, whose rows and files may be spoilt."""

    def sql(self, text, *values):
        db = sqlite3.connect(self.path / "novelgen.db")
        with db:
            rows = db.execute(text, values).fetchall()
        db.close()
        return rows

    @property
    def folder(self):
        return pathlib.Path(self.sql("SELECT out_dir FROM job")[0][0])

    def chapter(self, number):
        return next((self.folder / "chapters").glob(f"{number:02}-*.md"))

    def prose(self, chapter, seq, change):
        """Changes a part's text as if it had been accepted so."""
        chunk, text, skip = self.sql("SELECT id, text, skip FROM chunk JOIN chunk_text ON chunk = id WHERE chapter = ? AND seq = ?",
                                     chapter, seq)[0]
        data = text.encode()
        data = data[:skip] + change(data[skip:].decode()).encode()
        self.sql("UPDATE chunk_text SET text = ? WHERE chunk = ?", data.decode(), chunk)
        self.sql("UPDATE chunk SET hash = ? WHERE id = ?", fnv(data), chunk)

    def verify(self, *options):
        got = self.run("verify", "--json", *options)
        assert got.returncode in (0, 1), got.stderr
        found = json.loads(got.stdout)
        assert found["whole"] == (got.returncode == 0) == (not found["findings"]), found
        return found["findings"]

    def kinds(self, *options):
        return {f["kind"] for f in self.verify(*options)}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A finished book of two parts a chapter, made once."""
    home = Book(tmp_path_factory.mktemp("written"))
    (home.out / "novelgen.json").write_text('{"chunk": {"words": 400}}')
    (home.dir / "spec.json").write_text(json.dumps(SPEC))
    sim = Simulator("--seed", 7)
    got = home.run("submit", home.dir / "spec.json", "--backend", sim.url, "--quiet", "--out", home.out)
    sim.close()
    assert got.returncode == 0, got.stderr
    return home


@pytest.fixture
def book(written, tmp_path):
    copy = Book(tmp_path)
    shutil.copytree(written.path, copy.path)
    shutil.copytree(written.out, copy.out, dirs_exist_ok=True)
    copy.sql("UPDATE job SET out_dir = replace(out_dir, ?, ?), out_parent = ?", str(written.out), str(copy.out), str(copy.out))
    yield copy
    copy.close()


def test_a_book_that_was_just_written_is_whole(book):
    got = book.run("verify")
    assert got.returncode == 0 and got.stderr == "", got.stdout + got.stderr
    assert got.stdout.startswith("job 1 The Salt Engine: 3 chapters, ") and got.stdout.endswith(": whole\n")
    assert book.run("verify", 7).returncode == 7


# ---- rows ----------------------------------------------------------------------------------------------------------------


def spoil_text(b):
    b.sql("UPDATE chunk_text SET text = replace(text, 'the', 'thy') WHERE chunk = (SELECT id FROM chunk WHERE chapter = 2 AND seq = 1)")


def lose_text(b):
    b.sql("DELETE FROM chunk_text WHERE chunk = (SELECT id FROM chunk WHERE chapter = 2 AND seq = 1)")


def lose_part(b):
    b.sql("UPDATE turn SET text = 'gone', chunk = NULL WHERE chunk = (SELECT id FROM chunk WHERE chapter = 2 AND seq = 1)")
    lose_text(b)
    b.sql("DELETE FROM chunk WHERE chapter = 2 AND seq = 1")


def count_wrongly(b):
    b.sql("UPDATE job SET words_done = words_done + 7")


ROWS = {
    "damaged": spoil_text,
    "damaged-lost": lose_text,
    "sequence": lose_part,
    "words": lambda b: b.sql("UPDATE chunk SET words = words + 3 WHERE chapter = 1 AND seq = 1"),
    "counters": count_wrongly,
    "counters-chapters": lambda b: b.sql("UPDATE job SET chapters_done = 1"),
    "turns": lambda b: b.sql("UPDATE turn SET conversation = 3 WHERE chunk = (SELECT id FROM chunk WHERE chapter = 2 AND seq = 1)"),
    "gap": lambda b: b.sql("UPDATE chunk SET gap = 1 WHERE chapter = 2 AND seq = 1"),
    "title_missing": lambda b: b.sql("UPDATE job SET title = ''"),
    "title_missing-chapter": lambda b: b.sql("UPDATE chapter SET title = '' WHERE number = 2"),
    "chapter_missing": lambda b: b.sql("UPDATE job SET chapters_total = 4"),
    "unfinished": lambda b: b.sql("UPDATE job SET state = 'paused', reason = 'on request'"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_rows(book, kind):
    ROWS[kind](book)
    assert kind.split("-")[0] in book.kinds()


def test_every_damaged_part_is_told(book):
    book.sql("UPDATE chunk_text SET text = text || ' '")
    parts = book.sql("SELECT count(*) FROM chunk")[0][0]
    damaged = [f for f in book.verify() if f["kind"] == "damaged"]
    assert len(damaged) == parts and all("redo 1 --chapter" in f["advice"] for f in damaged), damaged


# ---- prose ---------------------------------------------------------------------------------------------------------------


def double_tail(b):
    tail = b.sql("SELECT text FROM chunk JOIN chunk_text ON chunk = id WHERE chapter = 2 AND seq = 1")[0][0][-90:].split(" ", 1)[1]
    b.prose(2, 2, lambda s: tail + " " + s)


PROSE = {
    "truncated": lambda b: b.prose(2, 2, lambda s: s + "\n\nShe went down to the water and"),
    "truncated-end": lambda b: b.prose(3, b.sql("SELECT max(seq) FROM chunk WHERE chapter = 3")[0][0], lambda s: s + " And then he"),
    "doubled": double_tail,
    "doubled-within": lambda b: b.prose(2, 1, lambda s: s + " He had never seen the old lamp go out. He had never seen the old lamp go out."),
    "glued": lambda b: b.prose(2, 1, lambda s: s + " The water was black.Nobody came."),
    "repeated": lambda b: (b.prose(1, 1, lambda s: s + " " + SENTENCE), b.prose(3, 1, lambda s: s + " " + SENTENCE)),
    "placeholder": lambda b: b.prose(2, 1, lambda s: s + " He met [Name] there."),
    "placeholder-dots": lambda b: b.prose(2, 1, lambda s: s + "\n\n...\n\nHe left."),
    "refusal": lambda b: b.prose(2, 1, lambda s: "I'm sorry, but I can't help with that request."),
    "chat": lambda b: b.prose(2, 1, lambda s: "Sure! Here is the next part of the chapter:\n\n" + s),
    "meta": lambda b: b.prose(2, 1, lambda s: s + "\n\nLet me know if you would like me to continue!"),
    "thinking": lambda b: b.prose(2, 1, lambda s: "<think>The user wants a scene.</think>\n" + s),
    "heading": lambda b: b.prose(2, 1, lambda s: s + "\n\n## Chapter 3\n\nHe left."),
    "word_count": lambda b: b.prose(2, 1, lambda s: s + "\n\n(Word count: 812)"),
    "control": lambda b: b.prose(2, 1, lambda s: s + " He<|im_end|> left."),
    "control-broken": lambda b: b.prose(2, 1, lambda s: s + " He \ufffd left."),
    "control-character": lambda b: b.prose(2, 1, lambda s: s + " He \x1b[2J left."),
    "wrong_language": lambda b: b.prose(2, 1, lambda s: "Лодки лежали высоко на гальке, и никто не мог сказать, кто их туда втащил. " * 2),
    "loop": lambda b: b.prose(2, 1, lambda s: s + " And the rain fell on the sea." * 40),
}


@pytest.mark.parametrize("kind", PROSE)
def test_prose(book, kind):
    PROSE[kind](book)
    found = [f for f in book.verify() if f["kind"] == kind.split("-")[0]]
    assert found and all(f["chapter"] and f["part"] for f in found), book.verify()


def test_what_is_found_cannot_write_to_the_terminal(book):
    PROSE["control-character"](book)
    got = book.run("verify")
    assert got.returncode == 1 and "\x1b" not in got.stdout


# ---- files ---------------------------------------------------------------------------------------------------------------


def test_files_missing_changed_and_left_over(book):
    one, two = book.chapter(1), book.chapter(2)
    one.unlink()
    two.write_text(two.read_text() + "Mine.\n")
    three = book.chapter(3)
    three.with_name(three.name + ".part").write_text("left over")
    (book.folder / "live.md").unlink()
    (book.folder / "outline.json").write_text("{}")
    found = {(f["kind"], f["file"]) for f in book.verify()}
    assert found == {("file_missing", f"chapters/{one.name}"), ("file_differs", f"chapters/{two.name}"),
                     ("file_stale", f"chapters/{three.name}.part"), ("file_missing", "live.md"), ("file_differs", "outline.json")}
    advice = next(f["advice"] for f in book.verify() if f["file"] == f"chapters/{two.name}")
    assert "novelgen sync 1" in advice and "novelgen verify 1 --repair" in advice
    advice = next(f["advice"] for f in book.verify() if f["file"] == "outline.json")  # sync takes chapters only
    assert "sync" not in advice and "novelgen verify 1 --repair" in advice


def test_an_export_is_checked_by_its_hash(book):
    (book.folder / "book.txt").write_text("as it was")
    book.sql("INSERT INTO file VALUES (1, 'book.txt', ?, 9)", fnv(b"as it was"))
    assert book.kinds() == set()
    (book.folder / "book.txt").write_text("as it is")
    assert book.kinds() == {"file_differs"}
    (book.folder / "book.txt").unlink()
    assert book.kinds() == {"file_missing"}


# ---- repair --------------------------------------------------------------------------------------------------------------


def contents(folder):
    """But for the report, which tells how it was made, and the mark, which names the home."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.name not in ("report.json", ".novelgen-job")}


def test_repair_makes_files_anew_and_keeps_what_was_edited(book):
    before = contents(book.folder)
    one, two = book.chapter(1), book.chapter(2)
    one.unlink()
    two.write_text("Mine.\n")
    two.with_name(two.name + ".mine").write_text("Kept before.\n")
    (book.folder / "book.md").unlink()
    (book.folder / "live.md").write_text("No.\n")
    count_wrongly(book)
    book.sql("UPDATE chunk SET words = words + 3 WHERE chapter = 1 AND seq = 1")
    got = book.run("verify", "--repair")
    assert got.returncode == 0, got.stdout + got.stderr
    assert f"'chapters/{two.name}.mine-2'" in got.stderr and "'live.md.mine'" in got.stderr
    after = contents(book.folder)
    kept = {two.relative_to(book.folder).with_name(two.name + ".mine"): b"Kept before.\n",
            two.relative_to(book.folder).with_name(two.name + ".mine-2"): b"Mine.\n",
            pathlib.Path("live.md.mine"): b"No.\n"}
    assert after == {**before, **kept}
    assert book.status(1)["state"] == "done" and book.status(1)["words_done"] == book.sql("SELECT sum(words) FROM chunk")[0][0]


def with_epub(book):
    spec = {**json.loads(book.sql("SELECT spec FROM job_spec")[0][0]), "export": ["md", "epub"]}
    book.sql("UPDATE job_spec SET spec = ?", json.dumps(spec))
    epub = book.folder / "book.epub"
    assert book.run("verify", "--repair").returncode == 0 and epub.exists()
    return epub


def test_repair_makes_an_export_anew(book):
    """verify said 'make it again with: novelgen export', which writes elsewhere: the finding stayed for good."""
    epub = with_epub(book)
    right = epub.read_bytes()
    epub.write_bytes(right + b"x")
    finding, = book.verify()
    assert finding["kind"] == "file_differs" and "verify 1 --repair" in finding["advice"], finding
    assert book.kinds("--repair") == set()
    assert epub.read_bytes() == right and (book.folder / "book.epub.mine").read_bytes() == right + b"x"
    epub.unlink()
    assert "verify 1 --repair" in book.verify()[0]["advice"]
    assert book.kinds("--repair") == set() and epub.read_bytes() == right


def test_what_cannot_be_repaired_keeps_nothing_else_from_it(book):
    """A folder in a file's place: book.md, which had been set aside before it was met, was not written anew."""
    epub = with_epub(book)
    outline, whole = book.folder / "outline.md", book.folder / "book.md"
    outline.unlink()
    outline.mkdir()
    right = whole.read_bytes()
    whole.write_text("Mine.\n")
    epub.unlink()
    got = book.run("verify", "--repair", "--json")
    assert got.returncode == 4 and "outline.md" in got.stderr, got.stderr
    assert {f["file"] for f in json.loads(got.stdout)["findings"]} == {"outline.md"}
    assert whole.read_bytes() == right and epub.exists() and (book.folder / "book.md.mine").exists()


def test_repair_makes_a_folder_that_is_gone(book):
    before = contents(book.folder)
    shutil.rmtree(book.folder)
    assert book.kinds() == {"folder_missing"}
    assert book.kinds("--repair") == set()
    assert contents(book.folder) == before


def test_damaged_text_cannot_be_repaired_and_keeps_nothing_else_from_it(book):
    spoil_text(book)
    book.chapter(3).unlink()
    two = book.chapter(2).read_bytes()
    got = book.run("verify", "--repair", "--json")
    assert got.returncode == 4 and "chapter 2, part 1 is damaged" in got.stderr, got.stderr
    assert {f["kind"] for f in json.loads(got.stdout)["findings"]} == {"damaged"}
    assert book.chapter(3).exists() and book.chapter(2).read_bytes() == two


def test_repair_while_an_engine_writes(home, simulator):
    """The engine that holds the lock takes the message; its own files go on behind it."""
    sim = simulator("--rate", 300)
    (home.dir / "spec.json").write_text(json.dumps(SPEC))
    terminal = home.start("submit", home.dir / "spec.json", "--backend", sim.url, "--quiet")
    job = terminal.job()
    folder = pathlib.Path(home.status(job)["out_dir"])
    wait_until(lambda: list((folder / "chapters").glob("01-*.md")), what="the first chapter")
    (first,) = (folder / "chapters").glob("01-*.md")
    first.write_text("Mine.\n")
    got = home.run("verify", "--repair", "--json")
    assert {f["kind"] for f in json.loads(got.stdout)["findings"]} == {"unfinished"} and got.returncode == 1, got.stdout
    sim.hurry()
    assert first.with_name(first.name + ".mine").read_text() == "Mine.\n"
    assert terminal.wait() == 0, terminal.stderr
    assert home.run("verify").returncode == 0, home.run("verify").stdout
