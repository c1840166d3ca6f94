# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# How long a word takes from the server to the eye: a relay notes when each piece of an answer passes, and each read of
# what `tail -f` prints is noted too. An obedient server's words are the book's, so the nth is the nth.
import json
import os
import re
import statistics
import subprocess
import threading
import time

from measure import Broken, Relay
from setting import Place

PROSE = re.compile(rb"Chapter \d+, part \d+ of \d+")


class Clock(Relay):
    """Notes, of the answers that are prose, each word and when its last letter passed."""

    def __init__(self, target):
        self.words, self.tail, self.line, self.prose = [], "", b"", False
        super().__init__(target)

    def copy(self, source, sink, keep):
        if keep is None:
            source = _Tap(source, self.answer)
        super().copy(source, sink, keep)

    def note(self, keep, data):
        if b"POST " in data:
            self.end()
            self.line, self.prose = b"", False
        super().note(keep, data)
        turns = bytes(keep).rpartition(b"POST ")[2]
        self.prose = bool(PROSE.search(turns.rpartition(b'"role"')[2]))

    def answer(self, data):
        now = time.monotonic()
        *lines, self.line = (self.line + data).split(b"\n")
        for line in lines:
            if self.prose and line.startswith(b"data: {"):
                for choice in json.loads(line[6:]).get("choices", []):
                    self.text(choice.get("delta", {}).get("content") or "", now)

    def text(self, text, now):
        whole, self.tail = split_words(self.tail + text)
        self.words += [(word, now) for word in whole]

    def end(self):
        if self.tail.strip():
            self.words.append((self.tail.strip(), time.monotonic()))
        self.tail = ""


class _Tap:
    def __init__(self, source, tell):
        self.source, self.tell = source, tell

    def recv(self, most):
        data = self.source.recv(most)
        self.tell(data)
        return data

    def shutdown(self, how):
        self.source.shutdown(how)


def split_words(text):
    """The words that white space has ended, and the rest."""
    head, rest = re.match(r"(?s)(.*\s|)(.*)$", text).groups()
    return head.split(), rest


def read_words(pipe, out):
    """Each word of the prose that is printed, headings left out, and when."""
    kept = b""
    while data := os.read(pipe.fileno(), 65536):
        now, kept = time.monotonic(), kept + data
        words = re.sub(r"(?m)^# .*$", "", kept.decode(errors="ignore")).split()
        out += [(word, now) for word in words[len(out):]]


def measure_tail(row, say):
    say("tail -f at 60 tokens/s")
    with Place("tail", rate=60) as p, Clock(p.port) as relay:
        child = p.start(p.submit(relay.port, words=1500, chapters=1))
        until = time.monotonic() + 30
        while not (p.home / "novelgen.db").exists() or not json.loads(p.ask("list", "--json")):
            if time.monotonic() > until:
                raise Broken("no job in 30 s")
            time.sleep(0.05)
        shown = []
        tail = subprocess.Popen([str(a) for a in p.command("tail", "-f", "1")], cwd=p.dir, env=p.env, stdout=subprocess.PIPE,
                                stdin=subprocess.DEVNULL)
        p.children.append(tail)
        reader = threading.Thread(target=read_words, args=(tail.stdout, shown))
        reader.start()
        child.communicate(timeout=180)
        reader.join(30)
        relay.end()
    sent = relay.words[:len(shown)]  # what is cut off at the last limit of the book is not of the book
    if len(shown) < 1400 or [w for w, _ in sent] != [w for w, _ in shown]:
        raise Broken(f"tail printed other words than were sent: {len(sent)} sent, {len(shown)} printed")
    late = [b - a for (_, a), (_, b) in zip(sent, shown)]
    row(f"tail -f: from the server to the eye, p50 of {len(late)} words", statistics.median(late), 1.2, " s")
    row("  the slowest", max(late), 1.2, " s")
