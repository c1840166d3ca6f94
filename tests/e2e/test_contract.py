# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The same small book from every kind of server and through everything that can go wrong with one. Nothing is configured:
# the address alone says what the server is. Each book is the one that a server without faults gives, byte for byte, and
# no attempt is lost to an outage. The simulator dies if two requests overlap or one comes too soon after a client has left.
#
# All cases of the tables are begun at once and each test waits for its own: most of their time is waiting.
import concurrent.futures
import itertools
import json
import pathlib
import sqlite3
import sys

import pytest
from place import Place
from test_prompt import Recorder

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from relay import Relay  # noqa: E402

BOOK = {"words": 1500, "chapters": 3}
# Only for what is silent: on a busy machine an honest server may pause for a second too.
LIMITS = {"limits": {"stall_s": 1, "first_token_s": 1}}
SILENCES = {"stall", "wedged", "first_token_timeout"}
DIALECTS = ["llamacpp", "openai", "ollama", "vllm", "mlx", "lmstudio", "koboldcpp", "sglang"]
PLAIN = ["llamacpp", "openai"]  # one that says whether it is busy, and one that does not
AT_ONCE = 8
# Without faults the requests are: bible, outline, then for each chapter beats, chunk, recap. So 2 is a plan; 5 is the first
# chunk if 2 has failed; and so is 4 if nothing has.
PLAN_AND_CHUNK, CHUNK, CHUNK_AND_NEXT = {"at": [2, 5]}, {"at": 4}, {"at": 5}
# Fast, but measurable: where no route tells whether a server is busy, the time to wait follows from its speed.
PACED = ["--rate", 20000, "--prefill-rate", 2000000]


def fault(do, when=None, **more):
    return {"when": when or PLAN_AND_CHUNK, "do": do, **more}


class Run:
    """One book from one simulator."""

    def __init__(self, folder, dialect, *options, script=None, relay=None, **spec):
        folder.mkdir()
        self.dialect = dialect
        with Place(folder) as place:
            place.serve("--dialect", dialect, "--fatal-overlap", *options, script=script)
            self.place = place
            self.done = self.submit(relay, {**BOOK, **spec})
            self.died = place.server.child.poll()  # 134: it was asked too soon
            self.account = place.server.account() if self.died is None else {}
            self.status, self.events, self.book = place.status(1), place.events(1), place.book()
            with sqlite3.connect(place.path / "novelgen.db") as db:
                self.charged = db.execute("SELECT sum(charged) FROM task").fetchone()[0]
                self.failures = [row[0] for row in db.execute(
                    "SELECT failure FROM attempt WHERE failure <> 'none' ORDER BY id")]

    def submit(self, relay, spec):
        if relay is None:
            return self.place.submit(**spec)
        with Relay(self.place.port, relay) as between:
            done = self.place.submit(port=between.port, **spec)
            self.connections = between.connections
        return done

    def check(self, charged=0):
        said = f"{self.dialect}: {self.failures} {self.done.stderr} {[e['text'] for e in self.events]}"
        assert self.died is None, f"{self.died} {said}"
        assert self.done.returncode == 0 and self.status["state"] == "done" and self.status["gaps"] == 0, said
        a = self.account
        assert (a["in_flight_max"], a["overlaps"], a["early"], a["lost_position"]) == (1, 0, 0, 0), f"{a} {said}"
        assert self.charged <= charged, said


@pytest.fixture
def runs(tmp_path):
    """runs(dialects, *options, **more): a Run on each of them, some at a time; all are checked."""
    number = itertools.count()

    def play(dialects, *options, charged=0, **more):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            made = list(pool.map(lambda d: Run(tmp_path / f"{d}-{next(number)}", d, *options, **more), dialects))
        for run in made:
            run.check(charged)
        return made
    return play


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book of a server that never failed."""
    run = Run(tmp_path_factory.mktemp("whole") / "llamacpp", "llamacpp")
    run.check()
    return run.book


def check_books(runs, whole, *failures):
    """The same book from each; and it was hit by some of that, and by nothing else, however often."""
    for run in runs:
        assert run.book == whole, f"{run.dialect}: {[e['text'] for e in run.events]}"
        assert bool(run.failures) == bool(failures) and set(run.failures) <= set(failures), (run.dialect, run.failures)


# ---- every kind of server


def test_no_fault(runs, whole):
    made = runs(DIALECTS)
    check_books(made, whole)
    for run in made:
        assert run.status["retries"] == 0 and run.account["proofs"] > 0 and run.account["disconnects"] == 0
        tried = [e["text"] for e in run.events if "was tried" in e["text"]]
        assert len(tried) == 1 and "token limit yes" in tried[0]


# What happens, what it is taken for, and how many attempts it may cost.
EVERYWHERE = {
    "error in mid-stream": ([fault("error_frame", after_tokens=50, message="slot was lost")], ["error_frame"], 0),
    "error and [DONE]": ([fault("error_frame", CHUNK, after_tokens=0, message="no", done=True)], ["error_frame"], 0),
    "crash in mid-stream": ([fault("crash_frame", CHUNK, after_tokens=30)], ["crashed"], 0),
    "truncated": ([fault("truncate", after_tokens=60)], ["truncated"], 0),
    "stall": ([fault("stall", CHUNK, after_tokens=60)], ["stall"], 0),
    "stall, and it lives": ([fault("stall", CHUNK, after_tokens=60, pings=True)], ["wedged"], 0),
    "no answer": ([fault("mute", CHUNK)], ["first_token_timeout"], 0),
    "empty": ([fault("empty")], ["empty"], 2),
    "busy": ([fault("busy", CHUNK)], ["busy"], 0),
    "too many requests": ([fault("status", CHUNK, status=429)], ["busy"], 0),
    "loading": ([fault("status", CHUNK, status=503)], ["loading"], 0),
    "a slow load": ([fault("load", CHUNK, ms=200)], [], 0),
    "context overflow": ([fault("overflow")], ["context_exceeded"], 0),
    "nothing but thoughts": ([fault("reasoning_only")], ["all_reasoning"], 2),
    "no end of the last line": ([fault("no_newline")], [], 0),
}
# These have no pings: what is silent is silent.
NO_PINGS = ["ollama", "mlx", "koboldcpp"]
LOADING = '{"error":"unexpected server status: llm server loading model"}'
PAGE = "<html><body>error code: 524</body></html>\n"
# The same for some kinds of servers only.
EVERYTHING = {
    "a slow start": ([fault("delay", ms=100)], [], 0),
    "the connection ends without a byte": ([fault("mute", CHUNK, ms=100)], ["reset"], 0),
    "nobody listens for a while": ([fault("down", CHUNK, ms=150)], ["refused", "reset"], 0),
    "500": ([fault("status", CHUNK, status=500, body='{"error":"what now"}')], ["server_error"], 0),
    "500 while it loads": ([fault("status", CHUNK, status=500, body=LOADING)], ["loading"], 0),
    "502": ([fault("status", CHUNK, status=502)], ["bad_gateway"], 0),
    "504": ([fault("status", CHUNK, status=504, ms=100)], ["gateway_timeout"], 0),
    "524": ([fault("status", CHUNK, status=524, ms=100)], ["gateway_timeout"], 0),
    "429, come again in a second": ([fault("status", CHUNK, status=429, retry_after="1")], ["busy"], 0),
    "429, a part of a second": ([fault("status", CHUNK, status=429, retry_after="0.2",
                                       headers={"x-ratelimit-reset-tokens": "6m0s"})], ["busy"], 0),
    "429, a date": ([fault("status", CHUNK, status=429, retry_date_s=1)], ["busy"], 0),
    "a page under 200": ([fault("html", CHUNK)], ["not_a_server"], 0),
    "an error as the only event": ([fault("error_event", CHUNK, message="no")], ["error_frame"], 0),
    "pings and nothing else": ([fault("pings", CHUNK)], ["wedged"], 0),
    "pings, then the end": ([fault("pings", CHUNK, ms=300)], ["truncated"], 0),
    "headers, silence, nothing": ([fault("quiet", CHUNK, ms=100)], ["truncated"], 0),
    "headers, silence, a page": ([fault("quiet", CHUNK, ms=100, body=PAGE)], ["truncated"], 0),
    "headers and a reset": ([fault("headers_then_reset")], ["truncated"], 0),
    "usage without text": ([fault("no_deltas")], ["empty"], 2),
    "silence before the first token": ([fault("stall", CHUNK, after_tokens=0)], ["first_token_timeout"], 0),
    "silence, then the end": ([fault("stall", CHUNK, after_tokens=40, ms=200)], ["truncated"], 0),
    "truncated at once": ([fault("truncate", after_tokens=0)], ["truncated"], 0),
    "HTTP/1.0, which hides a cut": ([fault("truncate", after_tokens=60, http10=True)], ["truncated"], 0),
    "end without a word": ([fault("eof", after_tokens=60)], ["truncated"], 0),
    "end with [DONE] only": ([fault("eof", after_tokens=60, done=True)], ["truncated"], 0),
    "HTTP/1.0, end without a word": ([fault("eof", after_tokens=60, http10=True)], ["truncated"], 0),
    "garbage": ([fault("garbage", after_tokens=50)], ["garbage"], 0),
    "half a character": ([fault("surrogate", after_tokens=20, reasoning=True, lone=True),
                          fault("surrogate", {"at": 7}, after_tokens=20, reasoning=True)], [], 0),
    "an error that is a field": ([fault("error_line", CHUNK, after_tokens=50, message="no")], ["error_frame"], 0),
    "it goes on without us": ([fault("zombie", CHUNK, after_tokens=30, ms=300)], ["stall"], 0),
    "stop at the limit": ([fault("finish", {"every": 1}, reason="stop")], [], 0),
    "thoughts without an opener": ([fault("unopened_think")], [], 0),
    "the answer among the thoughts": ([fault("hidden_answer")], ["all_reasoning"], 2),
    "the same words again": ([fault("repeat", after_tokens=60)], [], 2),
    "a flood of blanks": ([fault("flood", after_tokens=60)], [], 2),
    "a new turn instead of the rest": ([fault("truncate", CHUNK, after_tokens=60),
                                        fault("prefill_ignored", CHUNK_AND_NEXT)], ["truncated"], 0),
    "the beginning once more": ([fault("truncate", CHUNK, after_tokens=60),
                                 fault("prefill_restated", CHUNK_AND_NEXT)], ["truncated"], 0),
    "other line ends, comments, escapes": ([fault("reframe", {"every": 1}, crlf=True, comments=True, escapes=True,
                                                  lines=True)], [], 0),
    "a few bytes at a time": ([fault("reframe", pieces=7)], [], 0),
    "slower from now on": ([fault("slow", CHUNK, factor=2, lasting=True)], [], 0),
}
# One kind of server is known for it.
OWN = {"usage without text": ["lmstudio"], "an error as the only event": ["lmstudio"], "HTTP/1.0, which hides a cut": ["mlx"],
       "HTTP/1.0, end without a word": ["mlx"], "500 while it loads": ["ollama"], "it goes on without us": ["koboldcpp"],
       "half a character": ["vllm"], "end without a word": ["ollama"], "a flood of blanks": ["ollama"]}


def proofs(do, when=None, **more):
    return [{**fault(do, when or {"every": 1}, **more), "kinds": ["proof"]}]


PROOFS = {
    "refused": proofs("status", status=400, body='{"error":{"message":"bad request"}}'),
    "500": proofs("status", {"at": 1}, status=500),
    "401": proofs("auth"),
    "loading": proofs("status", {"at": [1, 4]}, status=503),
    "busy": proofs("busy", {"at": [2, 6]}),
    "a page": proofs("html", {"at": 2}),
    "empty": proofs("empty"),
    "no text": proofs("no_deltas"),
    "thoughts": proofs("reasoning_only"),
    "hidden": proofs("hidden_answer"),
    "flood": proofs("flood", after_tokens=2),
    "overflow": proofs("overflow"),
    "truncated": proofs("truncate", {"at": 3}, after_tokens=3),
    "error": proofs("error_frame", {"at": 4}, after_tokens=2),
    "stall": proofs("stall", {"at": 2}, after_tokens=3),
    "down": proofs("down", {"at": 3}, ms=150),
    "load": proofs("load", {"at": 1}, ms=200),
}


class Case:
    """What is played, on which servers, and what it may look like in the store."""

    def __init__(self, dialects, script, failures=(), charged=0, limits=False):
        self.dialects, self.script, self.failures, self.charged = dialects, script, set(failures), charged
        self.spec = LIMITS if limits or self.failures & SILENCES else {}

    def expected(self, run):
        return {"stall"} if self.failures == {"wedged"} and run.dialect in NO_PINGS else self.failures


CASES = {name: Case(DIALECTS, *row) for name, row in EVERYWHERE.items()}
CASES |= {name: Case(PLAIN + OWN.get(name, []), *row) for name, row in EVERYTHING.items()}
STRUCK = {f"proof: {name}": Case(["llamacpp", "openai", "ollama", "vllm"], script, limits=name == "stall")
          for name, script in PROOFS.items()}


@pytest.fixture(scope="module")
def played(request, tmp_path_factory):
    """played(name): the runs of a case. Those that were chosen are all begun at once."""
    of_ours = (getattr(item, "callspec", None) for item in request.session.items if item.module is request.module)
    chosen = [c.params["name"] for c in of_ours if c and "name" in c.params]
    folder, number, all_cases = tmp_path_factory.mktemp("played"), itertools.count(), {**CASES, **STRUCK}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        begun = {name: [pool.submit(Run, folder / f"{d}-{next(number)}", d, *PACED, script=all_cases[name].script,
                                    **all_cases[name].spec) for d in all_cases[name].dialects] for name in chosen}
        yield lambda name: [f.result() for f in begun[name]]
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", CASES)
def test_faults(played, whole, name):
    case = CASES[name]
    for run in played(name):
        run.check(case.charged)
        check_books([run], whole, *case.expected(run))


@pytest.mark.parametrize("name", STRUCK)
def test_a_proof_that_fails_costs_the_book_nothing(played, whole, name):
    """It is given up or asked again; the book's own requests never see it."""
    for run in played(name):
        run.check()
        check_books([run], whole)
        assert run.status["retries"] == 0 and run.account["requests"] == 11


# ---- some that are not the same everywhere


def test_a_character_beyond_the_plane(runs, whole):
    """It is kept where it is whole, and replaced where it is half."""
    for lone, sign in ((False, "\U0001f600"), (True, "\ufffd")):
        for run in runs(PLAIN, script=[fault("surrogate", CHUNK, after_tokens=20, lone=lone)]):
            book = run.book["book.md"].decode()
            assert book.count(sign) == 1 and book.replace(sign, "").split() == whole["book.md"].decode().split()


OVERFLOWS = {"llamacpp": ["llamacpp", "llamacpp-decode", "ik", "ik-code"], "vllm": ["vllm", "vllm-old"],
             "sglang": ["sglang"], "lmstudio": ["lmstudio", "lmstudio-keep"], "ollama": ["ollama", "ollama-child"]}


@pytest.mark.parametrize("dialect", OVERFLOWS)
def test_every_wording_of_a_full_context(runs, whole, dialect):
    words = OVERFLOWS[dialect]
    script = [fault("overflow", {"at": 2 + 3 * i}, **{"as": name}) for i, name in enumerate(words)]
    for d in (dialect, "openai"):
        made = runs([d], script=script)
        check_books(made, whole, "context_exceeded")
        assert len(made[0].failures) == len(words)


LONG = {"words": 5000, "chapters": 1}


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("long") / "llamacpp", "llamacpp", **LONG)
    run.check()
    return run.book


def test_a_context_that_nobody_tells(runs, long):
    """It is learnt from the error, which costs no attempt."""
    made = runs(["openai"], "--ctx", 2200, **LONG)
    check_books(made, long, "context_exceeded")
    assert "taken for 2200 tokens" in str(made[0].events)


# ---- below HTTP


def test_broken_connections(runs, whole):
    """A plan that breaks three times has cost an attempt: nothing of it is kept."""
    modes = ["rst:9000", "cut:90000", "refuse", "rst:60000", "cut:50000", "status:502", "pass"]
    for run in runs(DIALECTS, *PACED, relay=modes, charged=1):
        assert run.book == whole and run.connections > 3


def test_a_server_that_closes_when_it_is_asked_again_stays_what_it_was(runs, whole):
    """It was taken for the next kind that answers, and the book stopped at a route that is not there."""
    made = runs(["ollama"], *PACED, relay=["cut:40000", "refuse", "refuse", "pass"])
    check_books(made, whole, "truncated")
    assert made[0].connections > 3


# The first connection may be for the proofs alone; on a busy machine the proxy gives up earlier than it is meant to.
@pytest.mark.parametrize("mode, failures", [
    ("hold:120000:200", ["truncated"]), ("hold:120000:5000", ["stall"]), ("gateway:524:300", ["gateway_timeout", "reset", "truncated", "first_token_timeout"])])
def test_a_proxy_that_gives_up(runs, whole, mode, failures):
    """It ends what had begun, or holds it, or says that the server is silent, and leaves that alone."""
    mute = [fault("mute", CHUNK)] if mode.startswith("gateway") else None
    check_books(runs(PLAIN, *PACED, script=mute, relay=[mode, mode, "pass"], **LIMITS), whole, *failures)


@pytest.mark.parametrize("mode", ["bytewise", "drip:1"])
def test_a_stream_in_pieces(runs, mode):
    small = {"words": 300, "chapters": 1}
    whole = runs(["llamacpp"], **small)[0].book
    check_books(runs(PLAIN, relay=[mode], **small), whole)


# ---- how words are drawn


SAMPLING = {"temperature": 0.9, "top_p": 0.91, "top_k": 41, "min_p": 0.04, "repetition_penalty": 1.1,
            "presence_penalty": 0.2, "frequency_penalty": 0.3, "dry_multiplier": 0.7, "xtc_probability": 0.25,
            "xtc_threshold": 0.15}
REPETITION = {"llamacpp": "repeat_penalty", "openai": "repeat_penalty", "ollama": "repeat_penalty",
              "lmstudio": "repeat_penalty", "koboldcpp": "rep_pen"}  # the others: as ours
XTC, DRY = ["xtc_probability", "xtc_threshold"], ["dry_multiplier"]
LACKS = {"llamacpp": [], "openai": XTC, "ollama": DRY + XTC, "vllm": DRY + XTC, "mlx": DRY,
         "lmstudio": ["min_p"] + DRY + XTC, "koboldcpp": ["frequency_penalty"], "sglang": DRY + XTC}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sampling(tmp_path, dialect):
    """Each value arrives under the name that this server knows; what it lacks is not sent, and said once."""
    with Place(tmp_path) as place:
        place.serve("--dialect", dialect)
        with Recorder(place.port) as recorder:
            done = place.submit(port=recorder.port, words=300, chapters=1, sampling=SAMPLING)
        assert done.returncode == 0, done.stderr
        asked = [body for _, body in recorder.posts if "part 1 of" in json.dumps(body)]
        told = [e["text"] for e in place.events(1) if "the book is written without" in e["text"]]
    sent = asked[0].get("options", asked[0])
    for name, value in SAMPLING.items():
        if name in LACKS[dialect]:
            assert name not in sent
        else:
            assert sent[REPETITION.get(dialect, name) if name == "repetition_penalty" else name] == value, name
    assert sent["seed"] >= 0 and len(told) == bool(LACKS[dialect])
    for name in LACKS[dialect]:
        assert name.split("_")[0] in told[0]
