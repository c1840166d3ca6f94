# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# `novelgen prompt`: what it shows is what a server was sent, message by message, and what came back.
import http.client
import http.server
import json
import os
import pty
import signal
import threading

import pytest
from novelgen import PROGRAM, wait_until
from place import Place

BOOK = {"words": 1200, "chapters": 2}


class Recorder:
    """Stands before a server and keeps the messages of every generation of the book, in order, and all that was posted."""

    def __init__(self, port):
        self.requests, self.posts = [], []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                recorder.posts.append((self.path, json.loads(body)))
                if self.path.endswith("/chat/completions"):
                    recorder.note([(m["role"], m["content"]) for m in json.loads(body)["messages"]])
                self.forward(body)

            def do_GET(self):
                self.forward(None)

            def forward(self, body):
                self.close_connection = True
                server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                try:
                    server.request(self.command, self.path, body, {"Content-Type": "application/json"})
                    got = server.getresponse()
                    self.send_response_only(got.status)  # what stands behind is known by its Server header
                    for name in ("Content-Type", "Server"):
                        self.send_header(name, got.headers.get(name, ""))
                    self.end_headers()
                    while piece := got.read1(65536):
                        self.wfile.write(piece)
                except (http.client.HTTPException, OSError):
                    pass  # what broke behind breaks in front
                finally:
                    server.close()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def note(self, messages):
        if not any("This is a test of the server." in text for _, text in messages):  # no attempt of the book's
            self.requests.append(messages)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path, chunk_words=200) as p:
        yield p


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with Place(tmp_path_factory.mktemp("whole"), chunk_words=200) as p:
        p.serve()
        assert p.submit(**{**BOOK, "premise": "A clock \u202eof \u00e9 hours."}).returncode == 0
        yield p


def everything(place):
    """All attempts in order of time, as the commands show them; chunks with the whole conversation."""
    attempts = place.json("prompt", 1)
    for chapter in range(1, place.status(1)["chapters_total"] + 1):
        shown = place.json("prompt", 1, "--chapter", chapter)
        attempts += [a for a in shown if a["kind"] != "chunk"]
        for chunk in sorted({a["chunk"] for a in shown if a["kind"] == "chunk"}):
            attempts += place.json("prompt", 1, "--chapter", chapter, "--chunk", chunk)
    return sorted(attempts, key=lambda a: a["id"])


def check(place, requests):
    """Every attempt that is shown against the request that was sent."""
    attempts = everything(place)
    assert len(attempts) == len(requests) == place.status(1)["requests"]
    for attempt, messages in zip(attempts, requests):
        shown = [(m["role"], m["text"]) for m in attempt["sent"]]
        sent = messages if attempt["kind"] == "chunk" else messages[attempt["before_turns"]:]
        assert shown == sent[:len(shown)], attempt
        assert attempt["sent_unknown_bytes"] == sum(len(t.encode()) for _, t in sent[len(shown):])
        assert attempt["before_bytes"] == sum(len(t.encode()) for _, t in messages[:attempt["before_turns"]])
        assert attempt["prompt_bytes"] == sum(len(t.encode()) for _, t in messages)
        # Only of an accepted answer that went on from a quoted one the words that quoted it need not be stored.
        assert attempt["sent_unknown_bytes"] == 0 or (attempt["state"] == "accepted" and messages[-2][0] == "assistant")
    return attempts


@pytest.mark.parametrize("options", [[], ["--no-prefill", "--restate"]], ids=["prefill", "quoting"])
def test_what_is_shown_was_sent(place, options):
    place.serve(*options, script=[{"when": {"at": [2, 5, 6]}, "do": "truncate", "after_tokens": 60},
                                  {"when": {"at": 9}, "do": "empty"}])
    with Recorder(place.port) as recorder:
        assert place.submit(port=recorder.port, **BOOK).returncode == 0
        attempts = check(place, recorder.requests)
    states = [a["state"] for a in attempts]
    assert states.count("accepted") == len({(a["kind"], a["chapter"], a["act"], a["chunk"]) for a in attempts})
    assert states.count("failed") == len(attempts) - states.count("accepted") == 4
    assert [a["failure"] for a in attempts if a["state"] == "failed"] == ["truncated"] * 3 + ["empty"]
    assert any(m["role"] == "assistant" for a in attempts if a["attempt"] > 1 for m in a["sent"][a["before_turns"]:])
    for chapter, file in enumerate(sorted((place.folder() / "chapters").glob("*.md")), 1):
        kept = [a["kept"] for a in attempts if a["chapter"] == chapter and a["kept"] is not None]
        text = file.read_text()
        assert kept and all(k.strip() in text for k in kept)
        assert sum(len(k.split()) for k in kept) >= 0.95 * len(text.split())


def test_what_the_gate_took(place):
    place.serve("--heading", "--refuse", 40)
    with Recorder(place.port) as recorder:
        assert place.submit(port=recorder.port, **BOOK).returncode == 0
        attempts = check(place, recorder.requests)
    prose = [a for a in attempts if a["kind"] == "chunk"]
    refused = [a for a in prose if a["state"] == "refused"]
    assert refused and all(a["verdict"] != "accepted" and a["came"] and a["kept"] is None for a in refused)
    assert all(" " in a["verdict_text"] and a["verdict_text"] != a["verdict"] for a in refused)
    heads = [a["dropped_head"] for a in prose if a["state"] == "accepted"]
    assert all(h.startswith(("#", "**")) for h in heads) and heads
    page = place.run("prompt", "--chapter", 1).stdout
    assert f"--- came back, dropped at its head, {len(heads[0].encode())} bytes ---\n{heads[0]}" in page
    assert f"verdict: {refused[0]['verdict']} ({refused[0]['verdict_text']})" in place.run(
        "prompt", "--chapter", refused[0]["chapter"]).stdout


def test_a_page(place):
    place.serve(script=[{"when": {"at": 4}, "do": "truncate", "after_tokens": 60}])
    assert place.submit(**BOOK).returncode == 0
    plan = place.run("prompt", 1)
    assert plan.returncode == 0 and plan.stderr == "" and plan.stdout == place.run("prompt").stdout
    assert plan.stdout.startswith("bible, attempt 1: accepted\n") and "\noutline from chapter 1 on, attempt 1" in plan.stdout
    assert "Premise: A clockmaker loses an hour." in plan.stdout and "turns before" in plan.stdout
    chapter = place.run("prompt", 1, "--chapter", 1).stdout
    assert [t for t in ("beats", "part 1", "part 2", "recap") if f"\nchapter 1, {t}, attempt 1: " in f"\n{chapter}"] == \
        ["beats", "part 1", "part 2", "recap"]
    assert ": failed\n" in chapter and "failure: truncated (the answer broke off)" in chapter
    assert ": see --chunk 2\n" in chapter and "--- came back, kept, " in chapter
    assert ", 0 bytes ---" not in chapter
    chunk = place.run("prompt", 1, "--chapter", 1, "--chunk", 2).stdout
    assert "turns before" not in chunk and "--- sent, assistant, " in chunk and "# Bible" in chunk
    second = place.json("prompt", "--chapter", 1, "--attempt", 2)
    assert second and {a["attempt"] for a in second} == {2}


def test_what_was_written_anew_since_says_so(place):
    """What came back before a redo "is not stored", and nobody heard why, or that its prose is."""
    place.serve()
    assert place.submit(**BOOK).returncode == 0
    assert place.run("redo", 1, "--chapter", 1, "--quiet").returncode == 0
    page = place.run("prompt", 1, "--chapter", 1).stdout
    assert "bytes were sent, which are not stored any more: it was written anew since)\n" in page
    assert "anew since; the prose is kept, see: novelgen show 1 --chapter 1 --versions" in page
    assert "is not stored ---" not in page and "anew" not in place.run("prompt", 1, "--chapter", 2).stdout


@pytest.mark.parametrize("args, says", [
    (["--chunk", 1], "--chunk needs --chapter"),
    (["--chapter", 3], "nothing was sent for chapter 3 of job 1, only for chapters 1 to 2"),
    (["--chapter", 2, "--chunk", 77], "nothing was sent for part 77 of chapter 2 of job 1, only for parts 1 to "),
    (["--chapter", 1, "--chunk", 1, "--attempt", 9], "there was no attempt 9, only attempt 1"),
    (["--chapter", 0], "whole number from 1"),
])
def test_what_there_is_not(whole, args, says):
    got = whole.run("prompt", 1, *args)
    assert got.returncode == 2 and got.stdout == "" and got.stderr.count("\n") == 1
    assert got.stderr.startswith("novelgen: ") and says in got.stderr


def on_terminal(place, *args):
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.dup2(theirs, 1)
        os.execve(PROGRAM, [str(PROGRAM), *map(str, args)], place.env)
    os.close(theirs)
    out = b""
    try:
        while piece := os.read(ours, 65536):
            out += piece
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(ours)
    assert os.waitpid(pid, 0)[1] == 0
    return out.decode()


def test_a_terminal_is_not_written_to_by_others(whole):
    assert "\u202e" in whole.run("prompt", 1).stdout
    shown = on_terminal(whole, "prompt", 1, "--color", "never")
    assert "A clock of \u00e9 hours." in shown and "\u202e" not in shown and "\x1b" not in shown
    assert "\u202e" in on_terminal(whole, "prompt", 1, "--raw", "--color", "never")


def test_killed_in_flight(place):
    place.serve(script=[{"when": {"at": 4}, "do": "stall", "after_tokens": 260}])  # the first chunk, behind a kilobyte
    writer = place.start(*place.submit_args(**BOOK))

    def last():
        got = place.run("prompt", 1, "--chapter", 1, "--json")
        return json.loads(got.stdout)[-1] if got.returncode == 0 else {"state": "", "kind": "", "came": ""}

    flying = wait_until(lambda: (a := last())["state"] == "in flight" and a["kind"] == "chunk" and a["came"] and a)
    assert flying["failure"] is None and flying["output_tokens"] is None and flying["sent_unknown_bytes"] > 0
    writer.send(signal.SIGKILL)
    writer.wait()
    dead = last()
    assert dead["state"] == "interrupted" and dead["came"].startswith(flying["came"])
    assert "the program ended" in dead["failure_text"]
    page = place.run("prompt", 1, "--chapter", 1).stdout
    assert f"part {dead['chunk']}, attempt 1: interrupted\n" in page and dead["came"].strip()[:60] in page
