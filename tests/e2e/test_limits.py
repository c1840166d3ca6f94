# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# How long is waited, for what, and for whom: a prompt that is read for longer than any limit, a decoder that hangs behind
# its pings, a server that says when to come back, and a proxy that gives up while the server works on.
import pathlib
import sqlite3
import sys

import pytest
from novelgen import wait_until
from place import Place
from wiretap import Wiretap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from relay import Relay  # noqa: E402

BOOK = {"words": 500, "chapters": 1}
CHUNK = 4  # bible, outline, beats, and then the only chunk


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def written(place, port=None, **spec):
    done = place.submit(port, **{**BOOK, **spec})
    assert done.returncode == 0, done.stderr
    assert place.status(1)["gaps"] == 0 and place.is_alone()
    return place.status(1)


def attempts(place, what):
    db = sqlite3.connect(f"file:{place.path / 'novelgen.db'}?mode=ro", uri=True)
    rows = db.execute(f"SELECT {what} FROM attempt ORDER BY id").fetchall()
    db.close()
    return rows


def failures(place):
    return [failure for failure, in attempts(place, "failure") if failure != "none"]


def said(place, what):
    return [e["text"] for e in place.events(1) if what in e["text"]]


# ---- the prompt ------------------------------------------------------------------------------------------------------------

SHORT = {"first_token_s": 1, "stall_s": 1}


@pytest.mark.parametrize("dialect", ["llamacpp", "mlx"])
def test_a_prompt_that_is_read_for_long_is_no_failure_while_that_goes_on(place, dialect):
    place.serve("--dialect", dialect, "--prefill-rate", 3000)
    assert written(place, limits=SHORT)["retries"] == 0
    assert max(ms for ms, in attempts(place, "first_token_ms")) > 1000


def test_without_a_sign_of_life_the_limit_holds(place):
    place.serve("--dialect", "openai", "--no-slots", "--prefill-rate", 3000)
    written(place, limits=SHORT)
    assert failures(place) and set(failures(place)) == {"first_token_timeout"}


# ---- the text ----------------------------------------------------------------------------------------------------------------

def test_a_decoder_that_hangs_behind_pings_is_left_after_the_limit_for_text(place):
    place.serve(script=[{"when": {"at": CHUNK}, "do": "stall", "after_tokens": 40, "pings": True}])
    written(place, limits={"first_token_s": 600, "stall_s": 1})
    assert failures(place) == ["wedged"]
    total_ms = [ms for failure, ms in attempts(place, "failure, total_ms") if failure == "wedged"]
    assert 900 <= total_ms[0] <= 15000


def test_pings_are_no_sign_that_a_prompt_is_read(place):
    place.serve(script=[{"when": {"at": CHUNK}, "do": "pings"}])
    written(place, limits={"first_token_s": 2, "stall_s": 600})
    assert failures(place) == ["wedged"]
    total_ms = [ms for failure, ms in attempts(place, "failure, total_ms") if failure == "wedged"]
    assert 1900 <= total_ms[0] <= 15000


# ---- come back later -------------------------------------------------------------------------------------------------------

FORMS = {
    "seconds": {"retry_after": "1"},
    "a fraction": {"retry_after": "1.2"},
    "a duration": {"retry_after": "0m1s"},
    "a date": {"retry_date_s": 3},
    "milliseconds": {"headers": {"retry-after-ms": "1100"}, "retry_after": "700"},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_retry_after_is_obeyed(place, form):
    """As a duration it was passed over, and the server was asked again within a second."""
    place.serve(script=[{"when": {"at": CHUNK}, "do": "status", "status": 429, **form}])
    assert written(place)["retries"] == 1 and failures(place) == ["busy"]
    started = [ms for ms, in attempts(place, "started_ms")]
    assert 950 <= started[CHUNK] - started[CHUNK - 1] <= 15000
    assert place.status(1)["gaps"] == 0


@pytest.mark.parametrize("value", ["3600", "1000000000000", "2h", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_retry_after_is_clamped(place, value):
    place.serve(script=[{"when": {"at": CHUNK}, "do": "status", "status": 429, "retry_after": value}])
    place.start(*place.submit_args(**BOOK))
    wait_until(lambda: place.folder().exists() and said(place, "again in"), 60, "the wait")
    assert "again in 15 min" in said(place, "again in")[0]
    assert place.status(1)["state"] == "waiting"


# ---- proxies -----------------------------------------------------------------------------------------------------------------

def test_a_proxy_with_a_limit_is_kept_patient(place):
    """llama.cpp sends signs of life when it is asked to: a proxy that counts seconds then never gives up."""
    place.serve("--prefill-rate", 3000)
    with Relay(place.port, ["gateway:524:600"]) as relay, Wiretap(relay.port) as tap:
        assert written(place, tap.port)["retries"] == 0
        assert all(body["return_progress"] and body["sse_ping_interval"] >= 1 for _, body in tap.requests())
    assert max(ms for ms, in attempts(place, "first_token_ms")) > 900


def test_the_second_524_asks_for_half(place):
    place.serve("--dialect", "openai", script=[{"when": {"from": CHUNK, "to": CHUNK + 1}, "do": "delay", "ms": 60000}])
    # the tap, because a proxy counts for each request, and the relay for each connection
    with Relay(place.port, ["gateway:524:300"]) as relay, Wiretap(relay.port) as tap:
        assert written(place, tap.port)["retries"] == 2
    assert failures(place) == ["gateway_timeout"] * 2
    asked = [words for words, in attempts(place, "words_asked")][CHUNK - 1:CHUNK + 2]
    assert asked[0] == asked[1] and 0.4 * asked[0] <= asked[2] <= 0.6 * asked[0]


@pytest.mark.parametrize("options", [["--dialect", "mlx"], ["--no-slots"], []], ids=["mlx", "no route", "slots"])
def test_what_was_left_behind_a_proxy_burns_out_before_the_next_request(place, options):
    """The server goes on for an answer that nobody waits for, and dies of a second one."""
    place.serve(*options, "--fatal-overlap", "--rate", 2000, script=[
        {"when": {"from": CHUNK, "to": CHUNK + 1}, "do": "zombie", "ms": 350, "after_tokens": 30}])
    with Relay(place.port, ["gateway:524:400"]) as relay:
        status = written(place, relay.port)
    assert place.server.child.poll() is None and status["retries"] == 2
    assert place.server.account()["early"] == 0
