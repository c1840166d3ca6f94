# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# How a book that was interrupted differs from one that never was, in a few words; and how many words of it were lost
# and how many stand where none should.
import dataclasses
import difflib


@dataclasses.dataclass
class Verdict:
    text: str = ""  # empty: identical
    lost: int = 0
    doubled: int = 0


def words_changed(whole, book):
    a, b = whole.decode().split(), book.decode().split()
    lost = doubled = 0
    for kind, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            lost += a2 - a1
            doubled += b2 - b1
    return lost, doubled


def compare(whole, book):
    missing = sorted(set(whole.files) - set(book.files))
    more = sorted(set(book.files) - set(whole.files)) + book.odd
    changed = sorted(n for n in whole.files if n in book.files and whole.files[n] != book.files[n])
    said = [f"{what}: {', '.join(names)}" for what, names in
            (("missing", missing), ("left over", more), ("differs", changed)) if names]
    if book.gaps:
        said.append(f"gaps: {book.gaps}")
    lost = doubled = 0
    if changed:
        worst = "book.md" if "book.md" in changed else changed[0]
        lost, doubled = words_changed(whole.files[worst], book.files[worst])
        said.append(f"{worst}: {lost} words lost, {doubled} too many")
    return Verdict("; ".join(said), lost, doubled)
