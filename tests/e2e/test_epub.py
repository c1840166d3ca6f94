# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
"""EPUB: epubcheck finds nothing, the same book gives the same bytes everywhere, and every word stands in it once."""

import os
import re
import zipfile
from xml.etree import ElementTree

import pytest
from editions import (EDITION, MARKUP, NASTY, PROSE, ROOT, TITLES, UUID, chapter, edition, epubcheck, full, has_epubcheck,
                      long_book, manuscript, png, prose_words, words)

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
HTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
NCX = "{http://www.daisy.org/z3986/2005/ncx/}"

pytestmark = pytest.mark.skipif(not EDITION.exists(), reason="build/tests/edition is not built: make unit")


def parts(path):
    with zipfile.ZipFile(path) as z:
        return {name: z.read(name) for name in z.namelist()}


def tree(files, name):
    return ElementTree.fromstring(files[f"OEBPS/{name}"])


def text_of(element):
    return "".join(element.itertext())


def body_words(files):
    """The words of the chapters in the order of the spine, headings left out."""
    found = []
    for name in sorted(n for n in files if "/chapter-" in n):
        section = tree(files, name.removeprefix("OEBPS/")).find(f".//{HTML}section")
        found += [w for block in section if block.tag != f"{HTML}h1" for w in words(" ".join(block.itertext()))]
    return found


def of_chapters(count):
    return manuscript(chapters=[chapter(n, f"Title {n}", PROSE["en"]) for n in range(1, count + 1)])


def books(tmp_path):
    cover = png(tmp_path / "cover.png")
    for language in TITLES:
        yield f"full-{language}", full(language, cover=cover)
    for path in sorted((ROOT / "languages").glob("*.txt")):
        yield f"words-{path.stem}", {**full("en", cover=cover), "language": path.stem}
    yield "plain", manuscript()
    yield "unknown-language", {**manuscript("en"), "language": "x_y!"}
    yield "no-language", {**manuscript("en"), "language": ""}
    yield "region", {**manuscript("en"), "language": "zh-Hant-TW"}
    yield "one", manuscript(chapters=[chapter(1, "Only", PROSE["en"])])
    yield "none", manuscript(chapters=[], complete=False)
    yield "textbook", manuscript(chapters=[chapter(1, "On < and >", MARKUP), chapter(2, "B", MARKUP)], markup=True)
    yield "not-a-title", manuscript(title="\x01 \x02")
    yield "ages", manuscript(modified=-5)
    yield "far", manuscript(modified=2**60)
    yield "many", of_chapters(1001)


FEW = ("full-en", "full-ja", "full-ar", "textbook", "not-a-title", "none")


@pytest.mark.skipif(not has_epubcheck(), reason="epubcheck is not installed")
def test_epubcheck_has_nothing_to_say(tmp_path):
    """Some of them, which differ in kind; all with NOVELGEN_EPUBCHECK=all."""
    every = os.environ.get("NOVELGEN_EPUBCHECK") == "all"
    files = [edition(book, "epub", tmp_path / f"{name}.epub") for name, book in books(tmp_path) if every or name in FEW]
    broken = tmp_path / "broken.epub"  # so that silence means something
    with zipfile.ZipFile(files[0]) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<dc:language>", b"<dc:language>!"))
    found = epubcheck([*files, broken])
    assert found.pop("broken.epub") != ""
    assert {name: said for name, said in found.items() if said} == {}


def test_the_same_bytes_everywhere(tmp_path):
    book = full("pl", cover=png(tmp_path / "cover.png"))
    first = edition(book, "epub", tmp_path / "a.epub").read_bytes()
    for i, env in enumerate([{}, {"TZ": "Pacific/Apia", "LC_ALL": "C"}, {"TZ": "America/New_York", "LC_ALL": "tr_TR.UTF-8"}]):
        assert edition(book, "epub", tmp_path / f"{i}.epub", env).read_bytes() == first
    later = edition({**book, "modified": book["modified"] + 60}, "epub", tmp_path / "later.epub").read_bytes()
    assert later != first


def test_zip(tmp_path):
    path = edition(manuscript(), "epub", tmp_path / "a.epub")
    raw = path.read_bytes()
    assert raw[30:58] == b"mimetypeapplication/epub+zip"
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        infos = z.infolist()
    assert infos[0].filename == "mimetype" and infos[0].compress_type == zipfile.ZIP_STORED
    for info in infos:
        assert info.extra == b"" and info.comment == b"" and info.date_time == (2026, 1, 31, 9, 0, 0)
        local = raw[info.header_offset:info.header_offset + 30]
        assert local[28:30] == b"\0\0", "extra fields in a local header"
    assert infos[1].filename == "META-INF/container.xml"
    assert all(re.fullmatch(r"[A-Za-z0-9./-]+", i.filename) for i in infos)


@pytest.mark.parametrize("language", sorted(TITLES))
def test_every_word_once(tmp_path, language):
    book = manuscript(language)
    files = parts(edition(book, "epub", tmp_path / "a.epub"))
    assert body_words(files) == prose_words(book)
    for n in (1, 2, 3):
        page = tree(files, f"chapter-00{n}.xhtml")
        assert page.get("lang") == language
        assert page.get("dir") == ("rtl" if language in ("ar", "he") else "ltr")
    progression = tree(files, "content.opf").find(f"{OPF}spine").get("page-progression-direction")
    assert progression == ("rtl" if language in ("ar", "he") else "ltr")


def test_prose_is_no_markup(tmp_path):
    """A line of dialogue that begins with a dash became a bullet, a year the number of a list."""
    book = full()
    files = parts(edition(book, "epub", tmp_path / "a.epub"))
    section = tree(files, "chapter-004.xhtml").find(f".//{HTML}section")
    assert {e.tag.removeprefix(HTML) for e in section.iter()} == {"section", "h1", "p", "hr", "br"}
    assert words(" ".join(section.itertext())) == words("Chapter 4 " + book["chapters"][3]["text"])


def test_data_of_the_book(tmp_path):
    book = manuscript(subtitle="A \"Tale\"", author="Ana & Co", series="Seas", description="What <it> is", rights="© Ana",
                      cover=png(tmp_path / "cover.png"))
    files = parts(edition(book, "epub", tmp_path / "a.epub"))
    opf = tree(files, "content.opf")
    metas = {}
    for meta in opf.iter(f"{OPF}meta"):
        metas.setdefault((meta.get("refines"), meta.get("property") or meta.get("name")), []).append(meta.text or meta.get("content"))
    assert opf.get("unique-identifier") == "uid"
    assert opf.find(f".//{DC}identifier").text == f"urn:uuid:{UUID}"
    assert [t.text for t in opf.iter(f"{DC}title")] == ["The Salt Engine", "A “Tale”"]
    assert metas["#subtitle", "title-type"] == ["subtitle"]
    assert opf.find(f".//{DC}creator").text == "Ana & Co" and metas["#author", "role"] == ["aut"]
    assert opf.find(f".//{DC}language").text == "en"
    assert opf.find(f".//{DC}description").text == "What <it> is"
    assert opf.find(f".//{DC}rights").text == "© Ana"
    assert opf.find(f".//{DC}date").text == "2026-01-31"
    assert metas[None, "dcterms:modified"] == ["2026-01-31T09:00:00Z"]
    assert metas[None, "belongs-to-collection"] == ["Seas"] and metas["#series", "collection-type"] == ["series"]
    assert metas[None, "cover"] == ["cover-image"]
    assert metas[None, "schema:accessMode"] == ["textual", "visual"]
    assert metas[None, "schema:accessModeSufficient"] == ["textual"]
    assert metas[None, "schema:accessibilityFeature"] == ["tableOfContents", "readingOrder", "structuralNavigation",
                                                          "alternativeText"]
    assert metas[None, "schema:accessibilityHazard"] == ["none"] and metas[None, "schema:accessibilitySummary"]
    item = opf.find(f".//{OPF}item[@id='cover-image']")
    assert item.get("properties") == "cover-image" and item.get("media-type") == "image/png"
    assert files["OEBPS/cover.png"] == (tmp_path / "cover.png").read_bytes()
    image = tree(files, "cover.xhtml").find(f".//{HTML}img")
    assert image.get("alt") == "Cover: The Salt Engine"


def test_without_a_cover(tmp_path):
    files = parts(edition(manuscript(), "epub", tmp_path / "a.epub"))
    assert not [name for name in files if "cover" in name]
    assert b"visual" not in files["OEBPS/content.opf"] and b"cover" not in files["OEBPS/content.opf"]


def test_contents(tmp_path):
    book = manuscript(chapters=[chapter(1, "The Flood", "a"), chapter(2, "Chapter Two: After", "b"), chapter(3, "", "c"),
                                chapter(4, "Chapter 4", "d"), chapter(5, "Chapter 51", "e")])
    titles = ["Chapter 1. The Flood", "Chapter Two: After", "Chapter 3", "Chapter 4", "Chapter 51"]
    files = parts(edition(book, "epub", tmp_path / "a.epub"))
    navs = {nav.get(EPUB_TYPE): nav for nav in tree(files, "nav.xhtml").iter(f"{HTML}nav")}
    links = [(a.get("href"), a.text) for a in navs["toc"].iter(f"{HTML}a")]
    assert links == [(f"chapter-00{n}.xhtml", title) for n, title in enumerate(titles, 1)]
    assert [a.get(EPUB_TYPE) for a in navs["landmarks"].iter(f"{HTML}a")] == ["titlepage", "toc", "bodymatter"]
    ncx = tree(files, "toc.ncx")
    assert [(p.find(f"{NCX}content").get("src"), text_of(p.find(f"{NCX}navLabel")).strip()) for p in ncx.iter(f"{NCX}navPoint")] == links
    heads = [" ".join(words(text_of(tree(files, href).find(f".//{HTML}h1")))) for href, _ in links]
    assert heads == [" ".join(words(t)) for t in titles]
    spine = [i.get("idref") for i in tree(files, "content.opf").iter(f"{OPF}itemref")]
    assert spine == ["title-page", "nav", *(f"chapter-{n}" for n in range(1, 6))]


def test_two_thousand_chapters(tmp_path):
    """More than epubcheck reads in reasonable time: its own lists are looked through for each file."""
    book = of_chapters(2000)
    files = parts(edition(book, "epub", tmp_path / "a.epub"))
    assert body_words(files) == prose_words(book)
    items = {i.get("id"): i.get("href") for i in tree(files, "content.opf").iter(f"{OPF}item")}
    spine = [items[i.get("idref")] for i in tree(files, "content.opf").iter(f"{OPF}itemref")]
    assert spine[2:] == [f"chapter-{n:04}.xhtml" for n in range(1, 2001)]
    assert [p.get("playOrder") for p in tree(files, "toc.ncx").iter(f"{NCX}navPoint")] == [str(n) for n in range(1, 2001)]


@pytest.mark.parametrize("language, heading", [("ja", "第1章　塩"), ("ko", "제1장　소금"), ("de", "Kapitel 1. Salz")])
def test_numbers_as_the_language_writes_them(tmp_path, language, heading):
    name = re.split("[　.] ?", heading)[1]
    files = parts(edition(manuscript(language, [chapter(1, name, "x")]), "epub", tmp_path / "a.epub"))
    assert next(tree(files, "nav.xhtml").iter(f"{HTML}a")).text == heading


def test_gaps_and_unfinished_books(tmp_path):
    files = parts(edition(full(), "epub", tmp_path / "a.epub"))
    page = tree(files, "chapter-002.xhtml")
    gaps = [p for p in page.iter(f"{HTML}p") if p.get("class") == "gap"]
    assert len(gaps) == 2 and all("could not be written" in text_of(p) for p in gaps)
    assert "This book is not finished." in text_of(tree(files, "title.xhtml"))
    whole = parts(edition(manuscript(), "epub", tmp_path / "b.epub"))
    assert "not finished" not in text_of(tree(whole, "title.xhtml"))


def test_nasty_titles_stay_text(tmp_path):
    files = parts(edition(full(), "epub", tmp_path / "a.epub"))
    page = text_of(tree(files, "title.xhtml").find(f".//{HTML}h1"))
    assert words(page) == words(NASTY)
    assert not any(re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data) for data in files.values())


def test_a_textbook_keeps_its_markup(tmp_path):
    book = manuscript(chapters=[chapter(1, "A", MARKUP)], markup=True)
    page = tree(parts(edition(book, "epub", tmp_path / "a.epub")), "chapter-001.xhtml")
    tags = [e.tag.removeprefix(HTML) for e in page.iter()]
    for tag in ("h2", "h3", "ul", "ol", "blockquote", "pre", "code"):
        assert tag in tags
    assert tags.count("h1") == 1 and tags.count("a") == 1 and "img" not in tags and "span" in tags
    assert not [e for e in page.iter(f"{HTML}span") if e.get("onclick")]


def test_speed_and_memory(tmp_path):
    """0.5 s and 64 MiB for 150,000 words, the best of three."""
    book = long_book()
    assert len(prose_words(book)) >= 150000
    measured = [edition(book, "epub", tmp_path / "a.epub", measure=True) for _ in range(3)]
    assert min(ms for ms, _ in measured) <= 500
    assert min(kib for _, kib in measured) <= 64 * 1024


def test_environment_is_not_asked(tmp_path):
    """What the caller knows (SOURCE_DATE_EPOCH) is in the manuscript already."""
    first = edition(manuscript(), "epub", tmp_path / "a.epub").read_bytes()
    assert edition(manuscript(), "epub", tmp_path / "b.epub", {**os.environ, "SOURCE_DATE_EPOCH": "5"}).read_bytes() == first
