# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
"""DOCX: python-docx reads back the words that went in, under the styles that Word knows."""

import re
import zipfile
from datetime import datetime
from xml.etree import ElementTree

import pytest
from editions import (EDITION, MARKUP, NASTY, PROSE, TITLES, UUID, chapter, edition, full, long_book, manuscript,
                      png, prose_words, words)

docx = pytest.importorskip("docx")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

pytestmark = pytest.mark.skipif(not EDITION.exists(), reason="build/tests/edition is not built: make unit")


def opened(book, tmp_path):
    return docx.Document(str(edition(book, "docx", tmp_path / "book.docx")))


def chapters_of(document):
    """[(heading, [paragraph…])…]"""
    found = []
    for p in document.paragraphs:
        if p.style.name == "Heading 1":
            found.append((p.text, []))
        elif found:
            found[-1][1].append(p)
    return found


def styles_of(paragraphs):
    return [p.style.name for p in paragraphs]


@pytest.mark.parametrize("language", sorted(TITLES))
def test_every_word_once(tmp_path, language):
    book = manuscript(language)
    found = chapters_of(opened(book, tmp_path))
    assert [w for _, paragraphs in found for p in paragraphs for w in words(p.text)] == prose_words(book)
    assert len(found) == 3


def test_title_page(tmp_path):
    book = manuscript(subtitle="A Tale", author="Ana", series="Seas", rights="© Ana", complete=False)
    before = []
    for p in opened(book, tmp_path).paragraphs:
        if p.style.name == "TOC Heading":
            break
        before.append((p.style.name, p.text))
    assert before == [("Title", "The Salt Engine"), ("Subtitle", "A Tale"), ("Title Page", "Ana"), ("Title Page", "Seas"),
                      ("Title Page", "This book is not finished."), ("Title Page", "© Ana")]


@pytest.mark.parametrize("width, height", [(600, 800), (800, 300), (1, 10000), (10000, 1)])
def test_cover(tmp_path, width, height):
    picture = png(tmp_path / "cover.png", width, height)
    document = opened(manuscript(title='"Salt" & <Iron>', cover=picture), tmp_path)
    assert len(document.inline_shapes) == 1
    shape = document.inline_shapes[0]
    first, last = document.sections
    assert 0 < shape.width <= first.page_width - first.left_margin - first.right_margin
    assert 0 < shape.height < first.page_height - first.top_margin - first.bottom_margin
    assert shape.width == pytest.approx(shape.height * width / height, abs=max(width, height))
    relation = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
    part = document.part.related_parts[relation]
    assert part.content_type == "image/png" and part.blob == (tmp_path / "cover.png").read_bytes()
    assert shape._inline.docPr.get("descr") == "Cover: “Salt” & <Iron>"
    # On a page before the title page, which is page 1 still and shows no number.
    begin = document.paragraphs[0]._p
    assert begin.findall(f".//{W}drawing") and begin.findall(f"{W}pPr/{W}sectPr")
    assert document.paragraphs[1].style.name == "Title"
    assert last.different_first_page_header_footer
    assert last._sectPr.find(f"{W}pgNumType").get(f"{W}start") == "1"


def test_no_cover(tmp_path):
    document = opened(manuscript(), tmp_path)
    assert len(document.inline_shapes) == 0 and len(document.sections) == 1
    assert "word/media" not in " ".join(zipfile.ZipFile(tmp_path / "book.docx").namelist())


def test_contents_link_to_headings(tmp_path):
    document = opened(full(), tmp_path)
    body = document.element.body
    links = {link.get(f"{W}anchor"): "".join(t.text for t in link.iter(f"{W}t")) for link in body.iter(f"{W}hyperlink")}
    headings = {}
    for p in document.paragraphs:
        for mark in p._p.iter(f"{W}bookmarkStart"):
            assert p.style.name == "Heading 1"
            headings[mark.get(f"{W}name")] = p.text
    assert links == headings and len(links) == 5
    assert [c.get(f"{W}fldCharType") for c in body.iter(f"{W}fldChar")] == ["begin", "separate", "end"]
    assert next(body.iter(f"{W}instrText")).text.split()[:3] == ["TOC", "\\o", '"1-1"']
    assert len([p for p in document.paragraphs if p.style.name == "toc 1"]) == 5


def test_no_question_when_it_is_opened(tmp_path):
    path = edition(manuscript(), "docx", tmp_path / "a.docx")
    with zipfile.ZipFile(path) as z:
        assert b"updateFields" not in z.read("word/settings.xml")


def test_headings_begin_pages(tmp_path):
    style = opened(manuscript(), tmp_path).styles["Heading 1"]
    assert style.paragraph_format.page_break_before is True


def test_emphasis(tmp_path):
    book = manuscript(chapters=[chapter(1, "A", "plain *slanted* **bold** ***both*** `mono`\\\nnext")])
    [(_, [paragraph])] = chapters_of(opened(book, tmp_path))
    runs = {r.text: (bool(r.italic), bool(r.bold), r.font.name) for r in paragraph.runs if r.text.strip()}
    assert runs["slanted"] == (True, False, None)
    assert runs["bold"] == (False, True, None)
    assert runs["both"] == (True, True, None)
    assert runs["mono"] == (False, False, "Courier New")
    assert paragraph.text == "plain slanted bold both mono\nnext"


def test_textbook(tmp_path):
    book = manuscript(chapters=[chapter(1, "A", MARKUP)], markup=True)
    [(_, paragraphs)] = chapters_of(opened(book, tmp_path))
    assert styles_of(paragraphs) == ["First Paragraph", "Heading 2", "Heading 3", *["List Paragraph"] * 5, "Quote",
                                     "HTML Preformatted", "First Paragraph"]
    assert [p.text for p in paragraphs[3:8]] == ["•\tone", "•\ttwo", "1.\tdeep", "2.\tdeeper", "still two"]
    assert paragraphs[9].text == 'if a < b:\n\tprint("&")'
    assert "tag" in paragraphs[0].text and "a picture" in paragraphs[0].text and "bad one" in paragraphs[0].text


def test_prose_is_no_markup(tmp_path):
    text, paragraphs = chapters_of(opened(full(), tmp_path))[3]
    assert text == "Chapter 4"
    assert set(styles_of(paragraphs)) == {"First Paragraph", "Body Text", "Scene Break", "Lines"}
    assert words(" ".join(p.text for p in paragraphs)) == words(full()["chapters"][3]["text"])


def test_first_paragraphs_and_scene_breaks(tmp_path):
    [(_, paragraphs)] = chapters_of(opened(manuscript(chapters=[chapter(1, "A", "a\n\nb\n\n***\n\nc\n\nd")]), tmp_path))
    assert styles_of(paragraphs) == ["First Paragraph", "Body Text", "Scene Break", "First Paragraph", "Body Text"]
    assert paragraphs[2].text == "* * *"


@pytest.mark.parametrize("language, rtl", [("ar", True), ("he", True), ("en", False)])
def test_direction_and_language(tmp_path, language, rtl):
    path = edition(manuscript(language), "docx", tmp_path / "a.docx")
    with zipfile.ZipFile(path) as z:
        body = ElementTree.fromstring(z.read("word/document.xml")).find(f"{W}body")
        styles = ElementTree.fromstring(z.read("word/styles.xml"))
    assert all((p.find(f"{W}pPr/{W}bidi") is not None) == rtl for p in body.findall(f"{W}p"))
    texts = [r for r in body.iter(f"{W}r") if r.find(f"{W}t") is not None]
    assert texts and all((r.find(f"{W}rPr/{W}rtl") is not None) == rtl for r in texts)
    assert (body.find(f"{W}sectPr/{W}bidi") is not None) == rtl
    lang = next(styles.iter(f"{W}lang"))
    assert [lang.get(f"{W}{k}") for k in ("val", "eastAsia", "bidi")] == [language] * 3


def test_properties(tmp_path):
    core = opened(manuscript(author="Ana & Co", description="What <it> is", subtitle="S"), tmp_path).core_properties
    assert (core.title, core.author, core.comments, core.language, core.identifier) == \
        ("The Salt Engine", "Ana & Co", "What <it> is", "en", UUID)
    assert core.created == core.modified == datetime(2026, 1, 31, 9, 0, 0)


def test_nasty_data(tmp_path):
    document = opened(full(), tmp_path)
    assert words(document.paragraphs[0].text) == words(NASTY)
    assert words(document.core_properties.author) == words(NASTY)
    path = tmp_path / "book.docx"
    with zipfile.ZipFile(path) as z:
        for name in z.namelist():
            ElementTree.fromstring(z.read(name))
            assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", z.read(name))


def test_books_of_any_size(tmp_path):
    assert chapters_of(opened(manuscript(chapters=[], complete=False), tmp_path)) == []
    many = manuscript(chapters=[chapter(n, f"T {n}", PROSE["en"]) for n in range(1, 2001)])
    assert len(chapters_of(opened(many, tmp_path))) == 2000
    assert edition(long_book(), "docx", tmp_path / "long.docx").stat().st_size > 10000


def test_the_same_bytes_everywhere(tmp_path):
    first = edition(full(), "docx", tmp_path / "a.docx").read_bytes()
    for i, env in enumerate([{}, {"TZ": "Pacific/Apia", "LC_ALL": "C"}]):
        assert edition(full(), "docx", tmp_path / f"{i}.docx", env).read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.docx") as z:
        assert z.namelist()[0] == "[Content_Types].xml"
        assert all(i.extra == b"" for i in z.infolist())
