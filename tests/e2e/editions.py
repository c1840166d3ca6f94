# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
"""Manuscripts for the tests of printed formats, and build/tests/edition, which writes them."""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("NOVELGEN_BUILD", ROOT / "build"))
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD
EDITION = BUILD / "tests" / "edition"
JAR = pathlib.Path("/usr/share/java/epubcheck.jar")

UUID = "2f1f7a2c-9f0e-4c55-8b51-0c9f6f0a7d11"
NASTY = "<b>\"Salt\" & 'Iron'</b> ]]> &amp; &#1; \x01\x0b\x1b[31m\x7f\ufffe\u2028 -- ../../etc/passwd"

PROSE = {
    "en": "The rain had not stopped for *nine* days. \"It won't,\" she said -- and didn't look up...\n\n"
          "Nobody, she thought, would come **now**.",
    "pl": "- Nie - powiedziała Łucja. - Nie dziś.\n\n- A jutro? - \"Jutro\" było słowem, którego nie lubił.",
    "de": "»Straße« stand da, und \"Öl\". 1984. Ein Jahr.\n\n1984. Ein Jahr wie jedes.",
    "fr": "- Vous venez ? demanda-t-elle.\n\n« Non ! » L'eau montait : \"vite\".",
    "ja": "雨は九日間やまなかった。「もう来ない」と彼女は言った。\n\n　誰も来なかった。",
    "zh": "雨下了九天。“不会停的。”她说。\n\n没有人会来。",
    "ko": "비는 아흐레 동안 그치지 않았다.\n\n\"오지 않을 거야.\"",
    "ar": "لم يتوقف المطر تسعة أيام. \"لن يأتي أحد\"، قالت.\n\nانتظرت حتى الصباح.",
    "he": "הגשם לא פסק תשעה ימים. \"אף אחד לא יבוא\", אמרה.\n\nהיא חיכתה.",
    "th": "ฝนตกมาเก้าวันแล้ว\n\nไม่มีใครมา",
    "hsb": "Dešć njepřesta.\n\nNichtó njepřińdźe.",
    "no": "Regnet hadde ikke sluttet.\n\n\"Nei,\" sa hun.",
}
TITLES = {
    "en": "The Salt Engine", "pl": "Żółta łódź", "de": "Die Straße", "fr": "L'été à l'île", "ja": "塩の機械", "zh": "盐机",
    "ko": "소금 기계", "ar": "آلة الملح", "he": "מכונת המלח", "th": "เครื่องเกลือ", "hsb": "Sól", "no": "Saltmaskinen",
}


def chapter(number, title, text, **more):
    return {"number": number, "title": title, "text": text, **more}


def manuscript(language="en", chapters=None, **more):
    title, prose = TITLES[language], PROSE[language]
    if chapters is None:
        chapters = [chapter(n, f"{title} {n}", f"{prose}\n\n***\n\n{prose}") for n in (1, 2, 3)]
    return {"uuid": UUID, "title": title, "language": language, "modified": 1769850000, "chapters": chapters, **more}


MARKUP = """Text of a textbook with `code <b>` and a [link](http://a.example/?b=1&c=2), a [bad one](javascript:x), a
<span onclick="x">tag</span> and ![a picture](p.png).

# A heading

## Another one

- one
- two
  1. deep
  2. deeper

     still two

> Quoted "words".

```python
if a < b:
	print("&")
```

Last."""

PROSE_LIKE_MARKUP = """- A dash is no bullet.

1984. A year is no list.

# A hash is no heading.

An angle
> is no quotation here.

    Four blanks are no code.

A line above a break
---
and below it.

[a]: http://words.example/

```
Fences are none.

+ plus

A line
=="""


def full(language="en", **more):
    """Everything that a manuscript may have, and all of it nasty."""
    gap = "*[A part is missing here: chapter 2, part 1 could not be written.]*"
    chapters = [
        chapter(1, NASTY, PROSE[language] + "\x00"[:0] + "\n\n" + NASTY.replace("<b>", "b").replace("</b>", "b")),
        chapter(2, "", f"{gap}\n\n{PROSE[language]}\n\n{gap}", complete=False),
        chapter(3, "   ", ""),
        chapter(4, "Chapter 4", PROSE_LIKE_MARKUP),
        chapter(5, "x" * 300, "a" * 5000),
    ]
    return manuscript(language, chapters, title=NASTY, subtitle=NASTY, author=NASTY, series=NASTY, description=NASTY * 20,
                      rights=NASTY, complete=False, **more)


def edition(book, fmt, path, env=None, measure=False):
    """Writes the book; returns the path, or (milliseconds, KiB) if it is measured."""
    command = [EDITION, *(["--measure"] if measure else []), fmt, path]
    done = subprocess.run(command, input=json.dumps(book).encode(), capture_output=True, timeout=60,
                          env={**os.environ, **(env or {})}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return tuple(map(int, done.stdout.split())) if measure else path


def words(text):
    return re.findall(r"\w+", text)


def prose_words(book):
    """The words of the chapters' text, marks of emphasis taken off."""
    return [w for c in book["chapters"] for w in words(c["text"].replace("*", ""))]


def png(path, width=600, height=800):
    def piece(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + piece(b"IDAT", zlib.compress(rows)) + piece(b"IEND", b""))
    return str(path)


def long_book(chapters=50, chapter_words=3000):
    """150,000 words."""
    paragraph = PROSE["en"] + "\n\n"
    times = chapter_words // len(words(paragraph)) + 1
    return manuscript(chapters=[chapter(n + 1, f"The {n + 1}th", paragraph * times) for n in range(chapters)])


def has_epubcheck():
    return JAR.exists() and shutil.which("java") is not None


def epubcheck(files):
    """What epubcheck says of each file; nothing is good. It starts slowly: two at a time."""
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-jar", JAR, "--failonwarnings", "-q"]

    def check(path):
        got = subprocess.run([*java, path], capture_output=True, text=True, timeout=300, check=False)
        return "" if got.returncode == 0 else got.stdout + got.stderr or f"exit {got.returncode}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip((p.name for p in files), pool.map(check, files)))
