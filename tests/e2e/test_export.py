# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Books as files: every format holds every word, the same book gives the same bytes, a book may be exported while it is
# being written, and no file of somebody else's is written over.
import html.parser
import json
import os
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from novelgen import wait_until

FORMATS = ["md", "txt", "html", "epub", "docx"]
SLUG = "the-salt-engine"


def picture(width=600, height=800):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\x40\x60\x80" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_spec(home, **keys):
    spec = {"title": "The Salt Engine", "premise": "A clockmaker loses an hour.", "words": 1500, "chapters": 3, "seed": 7, **keys}
    (home.out / "spec.json").write_text(json.dumps(spec))


def write_book(home, simulator, **keys):
    write_spec(home, **keys)
    got = home.run("submit", "spec.json", "--backend", simulator().url)
    assert got.returncode == 0, got.stderr
    return Path(home.status(1)["out_dir"])


def export(home, *options, code=0, **more):
    got = home.run("export", *options, **more)
    assert got.returncode == code, got.stderr
    return got


# ---- what a file says ----------------------------------------------------------------------------------------------------


class Text(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.parts, self.skips = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.skips += tag in ("style", "title")
        self.parts.append("" if tag in ("em", "strong", "span") else "\n")

    def handle_endtag(self, tag):
        self.skips -= tag in ("style", "title")

    def handle_data(self, data):
        if not self.skips:
            self.parts.append(data)


def text_of(path):
    if path.suffix in (".md", ".txt"):
        return path.read_text()
    if path.suffix == ".html":
        return "".join(Text(path.read_text()).parts)
    with zipfile.ZipFile(path) as z:
        if path.suffix == ".docx":
            xml = z.read("word/document.xml").decode()
            return re.sub(r"<[^>]*>", "", re.sub(r"</w:p>|<w:br/>", "\n", xml)).replace("&#39;", "'").replace("&amp;", "&")
        names = sorted(n for n in z.namelist() if n.endswith(".xhtml"))
        return "\n".join("".join(Text(z.read(n).decode()).parts) for n in names)


def words(text):
    return re.findall(r"[^\W_]+", text.replace("’", "'"))


def prose(md):
    return words("\n".join(line for line in md.split("\n") if not line.startswith("#")))


def assert_holds(path, md, extra):
    """All words of the prose, in order, and not many others (titles, contents)."""
    there, at = words(text_of(path)), 0
    wanted = prose(md)
    for word in there:
        at += at < len(wanted) and word == wanted[at]
    assert at == len(wanted), f"{path.name}: '{' '.join(wanted[at - 5:at + 5])}'"
    assert len(there) - len(wanted) <= extra, path.name


# ---- a finished book -----------------------------------------------------------------------------------------------------


def test_a_finished_book_is_there_in_the_formats_of_its_spec(home, simulator):
    folder = write_book(home, simulator, export=FORMATS, author="Ana B.")
    md = (folder / "book.md").read_text()
    assert len(prose(md)) > 1400
    for name in FORMATS:
        assert_holds(folder / f"book.{name}", md, 160)
    got = export(home, "1", "--format", ",".join(FORMATS))
    assert got.stdout.split() == [f"{SLUG}.{name}" for name in FORMATS]
    assert got.stderr == "exported the whole book: 3 chapters\n"
    for name in FORMATS[1:]:  # book.md names no author
        assert (home.out / f"{SLUG}.{name}").read_bytes() == (folder / f"book.{name}").read_bytes()


def test_without_a_list_there_is_only_markdown(home, simulator):
    folder = write_book(home, simulator)
    assert [p.name for p in folder.glob("book.*")] == ["book.md"]
    export(home, "--format", "md")
    assert (home.out / f"{SLUG}.md").read_bytes() == (folder / "book.md").read_bytes()


def test_the_same_book_gives_the_same_bytes_at_any_time(home, simulator):
    write_book(home, simulator)
    env = {**home.env, "SOURCE_DATE_EPOCH": "1700000000", "TZ": "Asia/Tokyo"}
    for name in FORMATS:
        export(home, "-f", name, "-o", f"a.{name}")
        export(home, "-f", name, "-o", f"b.{name}", env={**home.env, "TZ": "America/Lima"})
        assert (home.out / f"a.{name}").read_bytes() == (home.out / f"b.{name}").read_bytes()
    export(home, "-o", "dated.epub", env=env)
    with zipfile.ZipFile(home.out / "dated.epub") as z:
        assert "2023-11-14T22:13:20Z" in z.read("OEBPS/content.opf").decode()
    got = export(home, env={**home.env, "SOURCE_DATE_EPOCH": "yesterday"}, code=2)
    assert "SOURCE_DATE_EPOCH is 'yesterday', expected whole seconds since 1970" in got.stderr


def test_polish_marks(home, simulator):
    folder = write_book(home, simulator, language="pl", export=["txt", "html"])
    md, txt = (folder / "book.md").read_text(), (folder / "book.txt").read_text()
    assert '"' not in txt and ('"' in md or "„" in md or "—" in md)
    assert re.findall(r"^# .*", txt, re.M) == [line[1:] for line in re.findall(r"^## .*", md, re.M)]
    assert '<html lang="pl" dir="ltr">' in (folder / "book.html").read_text()


# ---- a book that is being written ----------------------------------------------------------------------------------------


def test_a_book_is_exported_while_it_is_being_written(home, simulator):
    write_spec(home, words=3000)
    home.start("submit", "spec.json", "--backend", simulator("--rate", "1500").url)
    wait_until(lambda: home.list() and home.status(1)["chapters_done"] > 0, what="a chapter")
    seen = []
    for i in range(6):
        got = export(home, "-f", "md,txt,html,epub,docx", "--force")
        assert re.match(r"exported (the whole book|\d of 3 chapters.*, the book is not finished)", got.stderr), got.stderr
        seen.append([text_of(home.out / f"{SLUG}.{name}") for name in FORMATS])
        if i == 0:
            assert "This book is not finished." in seen[0][1] and "of 3 chapters" in got.stderr
    home.wait_state(1, "done")
    whole = prose((Path(home.status(1)["out_dir"]) / "book.md").read_text())
    for texts in seen:
        so_far = prose(texts[0].replace("\n\n*This book is not finished.*", ""))
        assert so_far and so_far == whole[:len(so_far)]


def test_a_book_without_text(home):
    write_spec(home)
    assert export(home, code=7).stderr == "novelgen: there is no job yet; begin one with: novelgen submit SPEC\n"
    home.run("submit", "spec.json", "--backend", "http://127.0.0.1:9", "--detach")
    assert export(home, code=2).stderr == "novelgen: no part of job 1 is finished yet; see: novelgen status 1\n"


def test_what_was_changed_by_hand_stays_and_a_failed_format_does_not_stop_the_book(home, simulator):
    write_spec(home, export=["md", "epub", "html"], words=3000)
    home.start("submit", "spec.json", "--backend", simulator("--rate", "1500").url)
    folder = Path(wait_until(lambda: home.list() and home.status(1)["out_dir"]))
    (folder / "book.epub").write_text("mine")
    (folder / "book.html").mkdir()
    assert home.wait_state(1, "done")["gaps"] == 0
    assert (folder / "book.epub").read_text() == "mine"
    said = [event["text"] for event in home.events(1) if event["type"] == "file"]
    assert any("'book.epub' was changed by hand" in text for text in said), said
    assert any(text.startswith("cannot write book.html: ") and text.endswith("novelgen export 1 --format html")
               for text in said), said


# ---- where to ------------------------------------------------------------------------------------------------------------


def test_no_file_of_somebody_else_is_written_over(home, simulator):
    write_book(home, simulator)
    path = home.out / f"{SLUG}.txt"
    path.write_text("a diary")
    assert "is there already" in export(home, "-f", "txt", code=2).stderr
    assert path.read_text() == "a diary"
    export(home, "-f", "txt", "--force")
    export(home, "-f", "txt")  # it is ours now
    path.write_text(path.read_text() + "a note")
    assert "--force" in export(home, "-f", "txt", code=2).stderr
    (home.out / "shelf").mkdir()
    assert export(home, "-f", "txt,md", "-o", "shelf").stdout == f"shelf/{SLUG}.md\nshelf/{SLUG}.txt\n"


@pytest.mark.parametrize("format", ["txt", "archive"])
def test_a_home_that_cannot_be_written_to_is_no_reason_against_an_export(home, simulator, format):
    write_book(home, simulator)
    (home.path / "exports").write_text("in the way of the folder")
    got = export(home, "--format", format, "-o", "book")
    assert got.stdout == "book\n" and "will need --force" in got.stderr
    assert (home.out / "book").stat().st_size > 0
    assert "--force" in export(home, "--format", format, "-o", "book", code=2).stderr


def test_stdout(home, simulator):
    folder = write_book(home, simulator)
    assert export(home, "-f", "md", "-o", "-").stdout == (folder / "book.md").read_text()
    assert export(home, "-f", "epub", "-o", "-", text=False).stdout.startswith(b"PK")
    leader, follower = os.openpty()
    got = export(home, "-f", "epub", "-o", "-", stdout=follower, stderr=-1, capture_output=False, code=2)
    os.close(leader)
    os.close(follower)
    assert "epub is no text for a terminal" in got.stderr


@pytest.mark.parametrize("options, says", [
    (["-f", "ebup"], "--format is 'ebup', expected md"),
    (["-f", "html5"], "did you mean 'html'?"),
    (["-f", "md,"], "--format is ''"),
    (["-f", "md,txt", "-o", "x.md"], "several formats need a directory"),
    (["-o", ""], "-o is empty"),
    (["-o", "book.pfd"], "'book.pfd' ends in no format"),
    (["-f", "md", "-o", "-", "--open"], "--open needs a file"),
    (["-f", "archive", "-o", "-"], "an archive needs a file"),
])
def test_wrong_options(home, options, says):
    assert says in export(home, *options, code=2).stderr


def test_places_where_no_file_can_be(home, simulator):
    """They were told in the words of a system call on a file of another name."""
    write_book(home, simulator)
    assert "the folder 'none' is not there; make it with: mkdir" in export(home, "-o", "none/x.epub", code=2).stderr
    assert "the folder 'none' is not there" in export(home, "-f", "md", "-o", "none/", code=2).stderr
    assert "'/dev/full' is no regular file" in export(home, "-f", "md", "-o", "/dev/full", code=2).stderr
    (home.out / "there").mkdir()
    assert export(home, "-f", "md", "-o", "there/").stdout.startswith("there/the-")  # not there//
    with open("/dev/full", "wb") as full:  # nothing is said to be exported that was lost
        got = export(home, "-f", "md", "-o", "-", stdout=full, stderr=-1, capture_output=False, code=4)
    assert "cannot write to stdout" in got.stderr and "exported" not in got.stderr


def test_the_ending_names_the_format(home, simulator):
    write_book(home, simulator)
    export(home, "-o", "x.docx")
    with zipfile.ZipFile(home.out / "x.docx") as z:
        assert "word/document.xml" in z.namelist()
    export(home, "-o", "x.tar.zst", "-q")
    assert (home.out / "x.tar.zst").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"


def test_open(home, simulator):
    write_book(home, simulator)
    tools = home.dir / "tools"
    tools.mkdir()
    env = {**home.env, "PATH": str(tools)}
    got = export(home, "--open", code=2, env=env)
    assert "there is neither xdg-open nor open here" in got.stderr and (home.out / f"{SLUG}.epub").exists()
    tool = tools / "xdg-open"
    tool.write_text(f'#!/bin/sh\necho "$1" >{tools}/opened.tmp\n/bin/mv {tools}/opened.tmp {tools}/opened\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    export(home, "--open", env=env)
    opened = tools / "opened"
    wait_until(opened.exists, what="xdg-open")
    assert opened.read_text() == f"{home.out / SLUG}.epub\n"


# ---- covers --------------------------------------------------------------------------------------------------------------


def test_a_cover_is_kept_with_the_job(home, simulator):
    (home.out / "art").mkdir()
    art = home.out / "art" / "front.png"
    art.write_bytes(picture())
    write_spec(home, cover="art/front.png", export=["html"])
    home.start("submit", "spec.json", "--backend", simulator("--rate", "3000").url, "--detach").wait()
    art.unlink()
    home.wait_state(1, "done")
    export(home)
    with zipfile.ZipFile(home.out / f"{SLUG}.epub") as z:
        assert picture() in [z.read(name) for name in z.namelist()]
    page = (Path(home.status(1)["out_dir"]) / "book.html").read_text()
    assert 'width="600" height="800" src="data:image/png;base64,iVBOR' in page


@pytest.mark.parametrize("data, says", [
    (b"GIF89a......", "cover 'c.png': found a GIF picture, expected a JPEG or PNG picture"),
    (picture()[:-20], "found a PNG that is cut short or damaged"),
    (picture(10001, 1), "found 10001 x 1 pixels, expected 1 to 10000 a side"),
    (b"\xff\xd8\xff" + bytes(5000000), "5000000 bytes"),
    (None, "$.cover: there is no file './c.png'"),
], ids=["gif", "cut", "wide", "big", "missing"])
def test_a_bad_cover_is_refused_before_anything_is_stored(home, data, says):
    if data is not None:
        (home.out / "c.png").write_bytes(data)
    write_spec(home, cover="c.png")
    got = home.run("submit", "spec.json", "--backend", "sim")
    assert got.returncode == 2 and says in got.stderr and "spec.json" in got.stderr, got.stderr
    assert not (home.path / "novelgen.db").exists()


def test_a_cover_out_of_the_folder_is_refused(home):
    (home.dir / "secret.png").write_bytes(picture())
    (home.out / "c.png").symlink_to(home.dir / "secret.png")
    write_spec(home, cover="c.png")
    got = home.run("submit", "spec.json", "--backend", "sim")
    assert got.returncode == 2 and "a link that leads out of the folder" in got.stderr
