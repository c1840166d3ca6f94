# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Looking at a book while it is written, and at what happened: tail, status, watch, events, list, on terminals of all
# widths, in pipes, and with rows that nobody would like to meet on a terminal.
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import termios
import time
import unicodedata

import pytest

from novelgen import PROGRAM, wait_until

SMALL = ["--premise", "A clockmaker loses an hour", "--words", 300]
SGR = re.compile(r"\x1b\[\d*m")
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?25h\x1b[?1049l"
HOSTILE = "a\x1b[2Jb\x07c\u009bd\u202ee\rf"


class Screen:
    """A command on a pseudo-terminal of its own, and all that it has written there."""

    def __init__(self, home, *args, columns=80, rows=24, **env):
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.bytes, self.err_path = b"", home.dir / f"screen.{side}.err"
        full = {**home.env, "LC_ALL": "C.UTF-8", **env}
        full.pop("COLUMNS", None)
        with open(self.err_path, "wb") as err:
            self.child = subprocess.Popen([PROGRAM, *map(str, args)], stdin=side, stdout=side, stderr=err, env=full,
                                          cwd=home.out, preexec_fn=os.setpgrp)  # a group that may be stopped
        os.close(side)

    def read(self, seconds=0.05):
        if select.select([self.main], [], [], seconds)[0]:
            with contextlib.suppress(OSError):  # EIO: the other side is closed
                self.bytes += os.read(self.main, 65536)
        return self.text

    @property
    def text(self):
        return self.bytes.decode(errors="surrogateescape").replace("\r\n", "\n")

    @property
    def stderr(self):
        return self.err_path.read_text()

    def wait_text(self, what, seconds=20):
        return wait_until(lambda: re.search(what, self.read(), re.S), seconds, f"{what!r} on the screen")

    def wait(self, seconds=20):
        wait_until(lambda: self.read() and False or self.child.poll() is not None, seconds, "the end of the command")
        while select.select([self.main], [], [], 0)[0]:
            before = len(self.bytes)
            self.read(0)
            if len(self.bytes) == before:
                break
        os.close(self.main)
        return self.child.returncode


def screen(home, *args, **more):
    s = Screen(home, *args, **more)
    assert s.wait() == 0, s.stderr
    return s.text


def columns_of(line):
    line = SGR.sub("", line)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def rows(home, *statements):
    """As if an engine had written it."""
    with contextlib.closing(sqlite3.connect(home.path / "novelgen.db")) as db:
        with db:
            for statement in statements:
                db.execute(*statement if isinstance(statement, tuple) else (statement,))


def one_line(got, code):
    assert got.returncode == code and got.stdout == "", got
    assert got.stderr.startswith("novelgen: ") and got.stderr.count("\n") == 1, got.stderr
    return got.stderr


@pytest.fixture
def book(home, simulator):
    """A finished one of three chapters."""
    got = home.run("submit", *SMALL[:2], "--words", 1200, "--title", "The Bell", "--backend",
                   simulator().url)
    assert got.returncode == 0, got.stderr
    return home


# ---- tail ----------------------------------------------------------------------------------------------------------


def begin_part(home):
    """The finished job is in the middle of one part more, of which nothing has come."""
    rows(home, "UPDATE job SET state = 'writing', ended_ms = 0",
         "INSERT INTO task (id, job, kind, chapter, seq, state, requests) SELECT 9000, 1, 'chunk', max(chapter), 90, "
         "'running', 1 FROM chunk WHERE job = 1",
         "UPDATE task SET seq = (SELECT max(seq) + 1 FROM chunk WHERE job = 1 AND chapter = task.chapter) WHERE id = 9000",
         "INSERT INTO attempt (id, task, number, started_ms, words_asked, max_tokens, seed, prompt_bytes, common_bytes, "
         "backend, model) VALUES (9000, 9000, 1, 0, 10, 1000, 7, 0, 0, '', '')")


def piece(home, number, data):
    rows(home, ("INSERT INTO attempt_text VALUES ((9000 << 20) + ?, ?)", (number, data)))


def test_tail_on_a_terminal_is_safe(book):
    """A sequence whose halves come with two commits is as harmless as one in a piece; so are titles."""
    rows(book, ("UPDATE chapter SET title = ? WHERE number = 1", (HOSTILE,)))
    begin_part(book)
    reader = Screen(book, "tail", "-f", 1)
    reader.wait_text("# ")
    piece(book, 1, b"The first half \xc2")
    reader.wait_text("The first half")
    piece(book, 2, b"\x9b31m of it \x1b")
    reader.wait_text("31m of it")
    piece(book, 3, "[2J and \u202egone\u202c with \u2028it ".encode())
    reader.wait_text("gone with\\s+it")
    reader.child.send_signal(signal.SIGTERM)
    reader.child.wait()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", reader.text), reader.text


def test_tail_shows_whole_words(book):
    begin_part(book)
    reader = book.start("tail", "-f", 1)
    wait_until(lambda: reader.stdout, what="the book")
    before = len(reader.stdout)
    for number, (data, shown) in enumerate([("\n\nThe clo", "\n\nThe"), ("ck stopp", "\n\nThe clock"), ("ed, ", "\n\nThe clock stopped,")]):
        piece(book, number + 1, data.encode())
        wait_until(lambda: reader.stdout[before:] == shown, what=f"{shown!r} behind {reader.stdout[before:]!r}")
    assert reader.child.poll() is None


def test_tail_says_what_was_rewritten(book):
    begin_part(book)
    reader = book.start("tail", "-f", 1)
    piece(book, 1, b"\n\nThe clock stopped. She listened to the ")
    wait_until(lambda: reader.stdout.endswith("listened to the"), what="the first answer")
    rows(book, "DELETE FROM attempt_text WHERE id > 9000 << 20",
         ("INSERT INTO attempt_text VALUES ((9000 << 20) + 1, ?)", (b"\n\nThe clock stopped. She slept through it ",)))
    wait_until(lambda: reader.stdout.endswith("it"), what="the second")
    assert reader.stdout.endswith("She listened to the\n\n[… rewritten from here]\n\nShe slept through it")


def test_tail_ends_with_a_job_that_is_removed(book):
    begin_part(book)
    reader = book.start("tail", "-f", 1)
    wait_until(lambda: reader.stdout, what="text")
    rows(book, "DELETE FROM job")
    assert reader.wait(60) == 7
    assert reader.stderr == "novelgen: job 1 was removed; see what there is: novelgen list\n"


def test_tail_ends_with_a_job_that_waits_for_its_owner(book):
    begin_part(book)
    reader = book.start("tail", "-f", 1)
    wait_until(lambda: reader.stdout, what="text")
    rows(book, "UPDATE job SET state = 'approval'")
    assert reader.wait(60) == 6 and "novelgen approve 1" in reader.stderr


def test_tail_notices_that_its_reader_has_left(book):
    """It held on until the next word, which may take an hour."""
    begin_part(book)
    whole = book.run("tail", 1).stdout.rstrip("\n").encode()
    with subprocess.Popen([PROGRAM, "tail", "-f", "1"], env=book.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
        assert reader.stdout.read(len(whole)) == whole
        reader.stdout.close()
        try:
            assert (reader.wait(60), reader.stderr.read()) == (0, b"")
        finally:
            reader.kill()


def test_tail_into_head(book):
    got = subprocess.run(["bash", "-c", f"'{PROGRAM}' tail -f 1 | head -c 20; echo; echo ${{PIPESTATUS[0]}}"], env=book.env,
                         timeout=60, capture_output=True, text=True, check=False)
    assert got.stdout.splitlines()[-1] == "0" and got.stderr == "", got


def test_tail_from_a_place(book):
    whole = book.run("tail", 1).stdout
    chapters = re.split(r"(?m)^(?=# )", whole)[1:]
    assert len(chapters) >= 1 and book.run("tail", 1, "--from", "start").stdout == whole
    assert book.run("tail", 1, "--from", "1").stdout == whole
    assert book.run("tail", 1, "--from", len(chapters)).stdout == chapters[-1]
    assert book.run("tail", 1, "--from", "now", "-f").stdout == chapters[-1]
    part = book.run("tail", 1, "--from", "1.2").stdout
    assert part and not part.startswith(("#", "\n")) and whole.find(part.split("\n")[0]) > 0
    assert part == "" or whole.endswith(part)
    # A part that the writing has gone past will never come: the next chapter was printed instead, without a word.
    assert "--from is part 99, but chapter 1 has 2 parts" in one_line(book.run("tail", 1, "--from", "1.99"), 2)


@pytest.mark.parametrize("place", ["", "x", "0", "-1", "1.", "1.0", "1.x", "1.2.3", "99999999999", "now.1"])
def test_tail_from_nowhere(book, place):
    assert f"--from is '{place}', expected start, now, a chapter such as 12" in one_line(book.run("tail", 1, f"--from={place}"), 2)


def test_tail_from_behind_the_end(book):
    assert "--from is chapter 77, but job 1 has " in one_line(book.run("tail", 1, "-f", "--from", "77.2"), 2)


def test_tail_survives_crashes_to_the_byte(home, simulator):
    """What was shown of an answer that was cut off is not shown again, whether it is continued by prefill or by a quote."""
    for options in ((), ("--no-prefill", "--restate")):
        sim = simulator("--rate", 900, *options)
        writer = home.start("submit", *SMALL[:2], "--words", 1500, "--backend", sim.url)
        job = writer.job()
        reader = home.start("tail", "-f", job)
        for _ in range(3):
            shown = len(reader.stdout)
            wait_until(lambda: len(reader.stdout) > shown + 300, what="more text")
            writer.send(signal.SIGKILL)
            writer.wait()
            writer = home.start("resume", job)
        assert writer.wait() == 0 and reader.wait() == 0
        assert reader.stdout == home.run("tail", job).stdout
        assert "[…" not in reader.stdout


# ---- status --------------------------------------------------------------------------------------------------------


def test_status_is_a_page(book):
    page = screen(book, "status", 1)
    assert "\x1b[32mdone\x1b[0m" in page and "█" in page and "░" not in page
    for label in ("state", "chapters", "words", "speed", "requests", "tokens", "time", "server", "folder", "lately", "read it"):
        assert re.search(rf"^  {label} ", page, re.M), (label, page)
    assert re.search(r"^  speed .*[\d.]+.* over the book, [\d,]+ words a minute$", page, re.M), page
    assert re.search(r"^  lately +just now +", page, re.M) and "since you last" not in page


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_pages_fit(book, columns):
    rows(book, "UPDATE job SET title = '時計職人の長い長い物語とその続き', reason = 'a very long reason for a very short wait'")
    listed = screen(book, "list", columns=columns).splitlines()
    assert len(listed) == 2 and all(columns_of(line) <= columns for line in listed), listed
    assert ("very short wait" in listed[1]) == (columns == 200)
    bars = [line for line in screen(book, "status", 1, columns=columns).splitlines() if "█" in line]
    assert len(bars) == 2 and all(columns_of(line) == min(columns, 72) for line in bars), bars
    page = screen(book, "status", 1, columns=columns).splitlines()
    assert all(columns_of(line) <= columns or "/" in line.split()[-1] for line in page), page  # a path is kept whole
    seen = screen(book, "watch", 1, columns=columns)
    drawn = [re.sub(r"\x1b\[(\?25l|H|2J|K|J)", "", line) for line in seen.split(ENTER)[1].split(LEAVE)[0].splitlines()]
    assert all(columns_of(line) <= columns for line in drawn), drawn
    reason = next(line for line in drawn if "state" in line)
    assert ("short wait" in reason) == (columns >= 60) == ("…" not in reason), reason  # what is cut says so


def test_a_pipe_gets_whole_lines(book):
    rows(book, ("UPDATE job SET reason = ?", ("x" * 300,)))
    assert "x" * 300 in book.run("list").stdout


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour(book, env):
    for args in (("status", 1), ("list",), ("events", 1)):
        assert "\x1b" not in screen(book, *args, **env)
        assert "\x1b[" in screen(book, *args)
        assert "\x1b[" in screen(book, *args, "--color", "always", **env)
        assert "\x1b" not in book.run(*args).stdout


def test_ascii_by_locale(book):
    for args in (("status", 1), ("list",), ("watch", 1)):
        assert screen(book, *args, LC_ALL="C").isascii()
    assert "##########" in screen(book, "status", 1, LC_ALL="C")


def test_pages_are_safe_on_a_terminal(book):
    hostile = HOSTILE + "\x1b]0;x"
    rows(book, ("UPDATE job SET title = ?, reason = ?, backend = ?, model = ?, out_dir = ?", (hostile,) * 5), ("UPDATE event SET text = ?", (hostile,)),
         ("UPDATE event SET type = ? WHERE id = 2", (hostile,)))
    for args in (("status", 1), ("list",), ("events", 1), ("watch", 1)):
        shown = re.sub(r"\x1b\[(\?25[lh]|\?1049[lh]|H|2J|K|J)", "", SGR.sub("", screen(book, *args)))
        shown = shown.replace("\x1b[2Jb", "")
        assert "a[2Jbc" in shown, args
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown), (args, shown)


@pytest.mark.parametrize("args", [["list"], ["status", 1], ["events", 1], ["show", 1], ["tail", 1]])
def test_json_is_safe_on_a_terminal(book, args):
    """C1 controls and changes of direction may stand in a JSON string as they are, and a terminal obeys them."""
    hostile = "a\u009bd\u202ee\x7ff\u2028g ü漢"
    rows(book, ("UPDATE job SET title = ?", (hostile,)), ("UPDATE event SET text = ?", (hostile,)), ("UPDATE chapter SET title = ?", (hostile,)))
    shown = screen(book, *args, "--json")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", shown), shown
    assert r"a\u009Bd\u202Ee\u007Ff\u2028g ü漢" in shown
    assert hostile in json.dumps([json.loads(line) for line in shown.splitlines()] if args[0] in ("events", "tail") else json.loads(shown),
                                 ensure_ascii=False)
    assert hostile in book.run(*args, "--json").stdout  # a pipe gets it as it is


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="pipes have one size here")
@pytest.mark.parametrize("args", [["show", 1], ["show", 1, "--json"], ["events", 1], ["events", 1, "--json"],
                                  ["diff", 1, 1, 1, "--chapter", 1, "--json"], ["verify", 1]])
def test_a_pager_holds_up_nobody(book, args):
    """Whoever reads at leisure has the store closed: a view that is kept open would let the log grow."""
    rows(book, *["INSERT INTO event (job, time_ms, type, text, data) VALUES (1, 1, 'state', 'x', '{}')"] * 200,
         "INSERT INTO file (job, path, hash, len) WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 90) "
         "SELECT 1, 'gone-' || i || '.epub', 1, 1 FROM n")
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    child = subprocess.Popen([PROGRAM, *map(str, args)], stdout=theirs, stderr=subprocess.DEVNULL, env=book.env, cwd=book.out)
    os.close(theirs)
    assert select.select([ours], [], [], 20)[0]  # it has begun to print, and is stopped by the full pipe
    with contextlib.closing(sqlite3.connect(book.path / "novelgen.db", timeout=0, isolation_level=None)) as db:
        db.execute("INSERT INTO event (job, time_ms, type, text, data) VALUES (1, 1, 'state', 'x', '{}')")
        assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    assert child.poll() is None
    os.close(ours)
    child.wait(60)


def test_since_you_last_looked(book):
    look = book.path / "looked/1"
    assert "since you last looked" not in book.run("status", 1).stdout  # the first time
    kept = json.loads(look.read_text())
    assert kept["words"] == book.status(1)["words_done"] and kept["chapters"] >= 1
    hours_ago = int((time.time() - 8 * 3600) * 1000)

    def looked(**then):
        look.write_text(json.dumps({**kept, "time_ms": hours_ago, **then}))
        found = re.search(r"since you last looked \((.*?)\): (.*)", book.run("status", 1).stdout)
        return found and found.groups()

    assert looked() is None  # nothing happened
    assert looked(words=0, chapters=0) == ("8 h ago", f"{kept['chapters']} chapter{'s' * (kept['chapters'] > 1)}, {kept['words']:,} words")
    assert json.loads(look.read_text())["words"] == kept["words"]  # it was looked at now
    assert book.run("status", 1).stdout.count("since you") == 0
    state = "INSERT INTO event (job, time_ms, type, text, data) VALUES (1, ?, 'state', 'x', ?)"
    for minute, to in ((10, "waiting"), (20, "waiting"), (40, "writing"), (60, "waiting"), (70, "writing")):
        rows(book, (state, (hours_ago + minute * 60000, json.dumps({"to": to}))))
    rows(book, "UPDATE job SET gaps = 1")
    assert looked() == ("8 h ago", "2 outages (40 min), 1 gap")
    look.write_text("rubbish")
    assert book.run("status", 1).returncode == 0
    look.write_text(json.dumps({**kept, "time_ms": int(time.time() * 1000) - 300_000, "words": 0}))
    assert "since you" not in book.run("status", 1).stdout  # five minutes ago


def test_a_home_that_cannot_be_written_shows_its_page(book):
    (book.path / "looked").write_text("in the way")
    got = book.run("status", 1)
    assert (got.returncode, got.stderr) == (0, "") and "job 1  The Bell" in got.stdout


def test_finishing_time(home, simulator):
    sim = simulator("--rate", 300)
    writer = home.start("submit", *SMALL[:2], "--words", 6000, "--backend", sim.url)
    wait_until(lambda: home.list() and home.status(writer.job())["words_done"] > 0, what="a part")
    page = home.run("status", 1).stdout
    assert re.search(r"^  left      .*, done about \d\d:\d\d$", page, re.M), page
    assert re.search(r"^            [▓>]+[░.]+$", page, re.M), page
    assert re.search(r"^  speed     [\d.]+ tokens/s now, [\d.]+ over the book, [\d,]+ words a minute$", page, re.M), page


# ---- watch ---------------------------------------------------------------------------------------------------------


def test_watch_ends_with_the_job(home, simulator):
    sim = simulator("--rate", 600)
    writer = home.start("submit", *SMALL, "--backend", sim.url)
    writer.job()
    seen = Screen(home, "watch")
    seen.wait_text("job 1 ")
    assert seen.wait() == 0 and writer.wait() == 0
    assert seen.text.count(ENTER) == seen.text.count(LEAVE) == 1
    kept = seen.text.rpartition(LEAVE)[2]
    assert "\x1b[32mdone" in kept and seen.stderr.startswith("done: ")
    assert "\x1b[2J" not in seen.text.partition("\x1b[2J")[2]  # cleared once: no flicker


@pytest.mark.parametrize("signum, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)])
def test_watch_gives_the_terminal_back(book, signum, code):
    begin_part(book)
    seen = Screen(book, "watch", 1)
    seen.wait_text("read it|go on")
    seen.child.send_signal(signum)
    assert seen.wait() == code
    assert seen.text.count(ENTER) == 1 and LEAVE in seen.text and "job 1 " in seen.text.rpartition(LEAVE)[2]


def test_watch_stops_and_goes_on(book):
    begin_part(book)
    seen = Screen(book, "watch", 1)
    seen.wait_text("go on")
    seen.child.send_signal(signal.SIGTSTP)
    wait_until(lambda: seen.read().endswith(LEAVE), what="the terminal as it was")
    wait_until(lambda: os.waitpid(seen.child.pid, os.WUNTRACED | os.WNOHANG)[1] & 0xFF == 0x7F, what="the stop")
    seen.child.send_signal(signal.SIGCONT)
    wait_until(lambda: seen.read().rpartition(LEAVE)[2].count("job 1 "), what="the page")
    seen.child.send_signal(signal.SIGINT)
    assert seen.wait() == 130 and seen.text.count(ENTER) == seen.text.count(LEAVE) == 2


def test_watch_needs_a_terminal(book):
    assert "use: novelgen status, or novelgen tail -f" in one_line(book.run("watch", 1), 2)
    dumb = Screen(book, "watch", 1, TERM="dumb")
    assert dumb.wait() == 2 and dumb.text == ""


# ---- events --------------------------------------------------------------------------------------------------------


def test_events(book):
    lines = book.run("events", 1).stdout.splitlines()
    assert all(re.match(r"[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d  \w+ {2,}\S", line) for line in lines), lines
    assert any(re.search(r"  text  +chapter 1, part 1: \d+ words, [\d,]+ in all$", line) for line in lines), lines
    assert book.run("events", "--limit", 2).stdout.splitlines() == lines[-2:]
    assert book.run("events", "--since", "1h").stdout.splitlines() == lines
    rows(book, "UPDATE event SET time_ms = time_ms - 7200000 WHERE id < (SELECT max(id) FROM event)")
    assert book.run("events", "--since", "1h").stdout.splitlines() == lines[-1:]
    objects = [json.loads(line) for line in book.run("events", "--json").stdout.splitlines()]
    assert len(objects) == len(lines) and [o["to"] for o in objects if o["type"] == "state"] == ["planning", "writing", "done"]
    assert "--since" in one_line(book.run("events", "--since", "soon"), 2)
    assert "there is no job '7'; see: novelgen list" in one_line(book.run("events", 7), 7)


def test_every_event_has_a_word():
    """Whatever type the sources give an event, the listing has a name for it."""
    src = pathlib.Path(__file__).parents[2] / "src"
    sources = {p: p.read_text() for p in src.glob("*/*.c")}
    calls = r'(?:store_event_(?:add|put)\([^;]*?|tell_change\([^;"]*?)"(\w+)"'
    types = {name for text in sources.values() for name in re.findall(calls, text)}
    table = sources[src / "cli" / "cmd_events.c"].split("events_words[] = {")[1].split("};")[0]
    assert {"state", "redo", "model", "imported"} <= types
    assert types == set(re.findall(r'\{"(\w+)",', table))


def test_events_follow(home, simulator):
    sim = simulator("--rate", 600)
    writer = home.start("submit", *SMALL, "--backend", sim.url)
    writer.job()
    reader, objects = home.start("events", "-f"), home.start("events", "-f", "--json")
    wait_until(lambda: "writing" in reader.stdout, what="a word of it")
    assert reader.wait() == 0 and objects.wait() == 0 and writer.wait() == 0
    assert reader.stdout == home.run("events", 1).stdout and reader.stderr.startswith("done: ")
    lines = objects.stdout.splitlines()
    assert "".join(f"{line}\n" for line in lines[:-1]) == home.run("events", 1, "--json").stdout
    assert json.loads(lines[-1])["type"] == "summary" and json.loads(lines[-1])["exit"] == 0


# ---- list ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(home, simulator):
    url = simulator().url
    for words in (300, 600, 150):
        assert home.run("submit", *SMALL[:2], "--words", words, "--backend", url).returncode == 0
    now = int(time.time() * 1000)
    rows(home, f"UPDATE job SET touched_ms = {now - 3 * 86400000} WHERE id = 1", f"UPDATE job SET touched_ms = {now - 7200000} WHERE id = 2",
         "UPDATE job SET state = 'paused', words_done = 75 WHERE id = 2", "UPDATE job SET priority = 5 WHERE id = 3")
    return home


def ids(got):
    assert got.returncode == 0, got.stderr
    return [int(line.split()[0]) for line in got.stdout.splitlines()[1:]]


def test_list_sorts_and_filters(three):
    for key, order in (("id", [1, 2, 3]), ("state", [2, 1, 3]), ("progress", [1, 3, 2]), ("touched", [3, 2, 1]), ("words", [1, 3, 2])):
        assert ids(three.run("list", "--sort", key)) == order, key
        assert [j["id"] for j in three.json("list", "--sort", key)] == order, key
    assert ids(three.run("list", "--state", "done")) == [1, 3]
    assert ids(three.run("list", "--state", "paused,done", "--sort", "words")) == [1, 3, 2]
    nothing = three.run("list", "--state", "waiting")
    assert nothing.stdout == "" and "no job is in such a state" in nothing.stderr
    table = three.run("list").stdout
    assert re.search(r"^ 1  done .* 3 d ago", table, re.M) and re.search(r"^ 2  paused .* 12%  .* 2 h ago", table, re.M), table
    assert re.search(r"^ 3  done +5  100%", table, re.M) and three.json("list")[2]["priority"] == 5


def test_list_knows_what_was_meant(home):
    assert "--state is 'wating', expected queued, planning, writing," in one_line(home.run("list", "--state", "paused,wating"), 2)
    assert "did you mean 'waiting'?" in home.run("list", "--state", "wating").stderr
    assert "--state is '', expected" in one_line(home.run("list", "--state", "done,"), 2)
    assert "--sort is 'touch', expected id, state, progress, touched or words; did you mean 'touched'?" in one_line(home.run("list", "--sort", "touch"), 2)
    assert not home.path.exists()


def test_list_counts_what_is_streaming(home, simulator):
    """A job that waited in the middle of its first part had 0 %."""
    sim = simulator("--rate", 150)
    writer = home.start("submit", *SMALL, "--backend", sim.url)
    home.wait_words(writer.job(), 60)
    sim.close()
    home.wait_state(1, "waiting")
    assert home.status(1)["words_done"] == 0
    row = home.run("list").stdout.splitlines()[1].split()
    assert int(row[2].rstrip("%")) > 0 and int(row[3]) >= 40, row
