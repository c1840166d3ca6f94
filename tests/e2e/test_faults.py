# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What servers and proxies do in a long night. An outage is a wait and no wreck: every book comes out whole, the same
# that an undisturbed server gives, with never two requests in flight; only what needs a human stops a job.
import http.server
import pathlib
import sys
import threading

import pytest
from novelgen import wait_until
from place import Place

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from relay import Relay  # noqa: E402

BOOK = {"words": 700, "chapters": 2}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book of a server that never failed."""
    with Place(tmp_path_factory.mktemp("whole")).serve() as p:
        done = p.submit(**BOOK)
        assert done.returncode == 0, done.stderr
        return p.book()


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def status_fault(status, when, **more):
    return {"when": when, "do": "status", "status": status, **more}


# Each fault twice: while the book is planned (request 2), and while a chapter is written (request 5 asks for a chunk,
# because 3 asked for the outline again). The slow ones only for the chunk (request 4).
AT, SLOW = {"at": [2, 5]}, {"at": 4}
NO_PREFILL = '{"error":{"code":400,"message":"Assistant response prefill is incompatible with enable_thinking."}}'
FAULTS = {
    "524": [status_fault(524, AT)],
    "502": [status_fault(502, AT)],
    "503": [status_fault(503, AT)],
    "500": [status_fault(500, AT)],
    "429 with Retry-After": [status_fault(429, SLOW, retry_after="1")],
    "stall": [{"when": SLOW, "do": "stall", "after_tokens": 40}],
    "stall with pings": [{"when": SLOW, "do": "stall", "after_tokens": 40, "pings": True}],
    "silence before the first token": [{"when": SLOW, "do": "stall", "after_tokens": 0}],
    "truncated": [{"when": AT, "do": "truncate", "after_tokens": 60}],
    "truncated at once": [{"when": AT, "do": "truncate", "after_tokens": 0}],
    "end without marker": [{"when": AT, "do": "eof", "after_tokens": 60}],
    "end with [DONE] only": [{"when": AT, "do": "eof", "after_tokens": 60, "done": True}],
    "empty": [{"when": AT, "do": "empty"}],
    "garbage": [{"when": AT, "do": "garbage", "after_tokens": 50}],
    "error frame": [{"when": AT, "do": "error_frame", "after_tokens": 50}],
    "old request still busy": [{"when": SLOW, "do": "zombie", "ms": 700, "after_tokens": 30}],
    "prefill refused": [{"when": SLOW, "do": "truncate", "after_tokens": 60},
                        status_fault(400, {"at": 5}, body=NO_PREFILL)],
    "everything at once": [status_fault(502, {"every": 7}), {"when": {"every": 5}, "do": "truncate", "after_tokens": 90},
                           {"when": {"every": 3}, "do": "eof", "after_tokens": 70}],
}
LIMITS = {"limits": {"stall_s": 1, "first_token_s": 1}}


@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_does_not_show_in_the_book(place, whole, script):
    place.serve(script=script)
    done = place.submit(**BOOK, **LIMITS)
    assert done.returncode == 0, done.stderr
    assert place.book() == whole
    status = place.status(1)
    assert status["state"] == "done" and status["retries"] >= 1 and status["gaps"] == 0
    assert place.is_alone()


@pytest.mark.parametrize("options, last", [([], "bytewise"), (["--no-prefill", "--restate"], "pass")],
                         ids=["prefill", "quoting"])
def test_broken_connections(place, whole, options, last):
    # At a speed that can be measured: the time to wait where no route tells follows from it.
    place.serve("--rate", 20000, *options)
    modes = ["rst:9000", "cut:90000", "refuse", "rst:60000", "cut:50000", last]
    with Relay(place.port, modes) as relay:
        done = place.submit(port=relay.port, **BOOK)
        assert done.returncode == 0, done.stderr
        assert relay.connections >= len(modes)
    assert place.book() == whole and place.is_alone()


def test_a_server_that_comes_late(place, whole):
    place.reserve()
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: place.folder().exists())
    assert place.wait_state(1, "waiting")["reason"]
    place.serve()
    assert writer.wait(60) == 0 and place.book() == whole


def test_a_server_that_dies_and_comes_back(place, whole):
    place.serve("--rate", 4000, script=[{"when": {"at": 5}, "do": "exit", "after_tokens": 120}])
    writer = place.start(*place.submit_args(**BOOK))
    assert place.server.child.wait(60) == 137
    place.wait_state(1, "waiting")
    place.serve()
    assert writer.wait(60) == 0 and place.book() == whole
    assert place.is_alone() and place.status(1)["retries"] >= 1


def test_an_outage_consumes_no_attempt(place, whole):
    place.serve(script=[status_fault(503, {"at": [1, 3, 4, 6, 8, 10, 11, 13, 15, 17]})])
    done = place.submit(**BOOK, limits={"attempts": 1})
    assert done.returncode == 0, done.stderr
    assert place.book() == whole and place.status(1)["retries"] == 10


def test_a_server_that_never_says_anything_leaves_a_whole_book_with_gaps(place):
    place.serve(script=[{"when": {"from": 1, "to": 10000}, "do": "empty"}])
    done = place.submit(**BOOK, limits={"attempts": 2})
    assert done.returncode == 1, done.stderr
    status = place.status(1)
    assert status["state"] == "done" and status["gaps"] >= 2 and status["chapters_done"] == 2
    book = place.book()
    assert len([n for n in book if n.startswith("chapters/")]) == 2
    assert b"[" in book["book.md"] and place.is_alone()


def test_answers_that_always_break_end_in_a_book_all_the_same(place):
    """Each brought a few words, so none was charged: a plan, which is never continued, was asked for without end."""
    place.serve(script=[{"when": {"from": 1, "to": 10000}, "do": "truncate", "after_tokens": 6}])
    done = place.submit(words=200, chapters=1, limits={"attempts": 1})
    assert done.returncode == 1, done.stderr
    assert place.status(1)["state"] == "done" and place.status(1)["gaps"] == 1 and place.is_alone()


def test_a_book_that_lacks_only_its_files_waits_for_them_and_needs_no_server(place, whole):
    """A chapter that could not be written was forgotten, and a whole book waited for a server that was gone."""
    place.serve("--rate", 600)
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: list(place.folder().glob("chapters/01-*.md")), 60, "chapter 1")
    chapters, away = place.folder() / "chapters", place.folder() / "away"
    chapters.rename(away)
    chapters.write_text("a file where a folder should be")
    wait_until(lambda: place.status(1)["chapters_done"] == 2, 60, "the last chapter")
    assert "chapters" in place.wait_state(1, "waiting")["reason"]
    place.stop_server()
    chapters.unlink()
    away.rename(chapters)
    assert writer.wait(60) == 0 and place.book() == whole


class Locked(http.server.BaseHTTPRequestHandler):
    """A server that wants a key."""

    def do_GET(self):
        self.send_error(401, "Invalid API key")

    def log_message(self, *args):
        pass


def test_a_wrong_key_pauses_before_the_first_request(place):
    """The question what the server is was refused, and the job waited for ever."""
    with http.server.HTTPServer(("127.0.0.1", 0), Locked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = place.submit(server.server_port, **BOOK)
        server.shutdown()
    assert done.returncode == 6 and "novelgen resume 1" in done.stderr
    assert place.status(1)["state"] == "paused"


@pytest.mark.parametrize("status, says", [(401, "key"), (404, "model")])
def test_what_needs_a_human_pauses_with_one_line_and_is_resumed(place, whole, status, says):
    place.serve(script=[status_fault(status, {"from": 4, "to": 10000})])
    done = place.submit(**BOOK)
    assert done.returncode == 6
    lines = [line for line in done.stderr.splitlines() if "novelgen resume 1" in line]
    assert len(lines) == 1 and says in done.stderr, done.stderr
    now = place.status(1)
    assert now["state"] == "paused" and says in now["reason"]
    place.stop_server()
    place.serve()
    done = place.resume()
    assert done.returncode == 0, done.stderr
    assert place.book() == whole


@pytest.mark.parametrize("options", [["--cap", 150], ["--stop-early", 120], ["--length-ratio", 0.6],
                                     ["--length-ratio", 1.5]], ids=lambda o: " ".join(map(str, o)))
def test_a_model_that_writes_too_little_or_too_much_still_writes_the_length_asked_for(place, options):
    place.serve(*options)
    done = place.submit(words=3000, chapters=3)
    assert done.returncode == 0, done.stderr
    status = place.status(1)
    assert abs(status["words_done"] - 3000) <= 90 and status["gaps"] == 0
    assert place.is_alone()
