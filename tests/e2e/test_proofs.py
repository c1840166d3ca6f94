# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What a server really does is tried once, before the first book, and kept; and the book is written as it was found: what
# is not followed is not sent, what is refused is left out, what is read anew each time goes another way.
import json
import os
import signal
import sqlite3

import pytest
from novelgen import wait_until
from place import Place
from wiretap import Wiretap

BOOK = {"words": 600, "chapters": 2}
LONG = {"words": 4000, "chapters": 2}


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The account of a server that does all as it should, for LONG."""
    with Place(tmp_path_factory.mktemp("plain")).serve() as p:
        assert p.submit(**LONG).returncode == 0
        return p.server.account()


def proved(place):
    """What was proved of each model, by its name."""
    db = sqlite3.connect(f"file:{place.path / 'novelgen.db'}?mode=ro", uri=True)
    rows = db.execute("SELECT model, proved FROM backend_profile").fetchall()
    db.close()
    return {model: json.loads(text) for model, text in rows if text}


def verdicts(place):
    (only,) = proved(place).values()
    return only


def written(place, port=None, **spec):
    done = place.submit(port, **{**BOOK, **spec})
    assert done.returncode == 0, done.stderr
    return done


def said(place, what, job=1):
    return [e["text"] for e in place.events(job) if what in e["text"]]


# ---- once ------------------------------------------------------------------------------------------------------------

def test_a_server_is_tried_once_for_each_of_its_models(place):
    place.serve("--models", "bear,crane")
    written(place, model="bear")
    first = place.server.account()["proofs"]
    assert 5 <= first <= 12
    written(place, model="bear")
    assert place.server.account()["proofs"] == first and not said(place, "was tried", 2)
    written(place, model="crane")
    assert place.server.account()["proofs"] == 2 * first and set(proved(place)) == {"bear", "crane"}
    assert place.is_alone()


@pytest.mark.parametrize("premise", ["x", "A bell in the fog"])
def test_a_premise_of_a_word_is_no_measure_of_the_tokenizer(place, premise):
    """What was counted of it stood for all prompts: each answer was taken for one to a prompt that had been cut."""
    place.serve()
    written(place, premise=premise)
    assert not said(place, "cut the prompt")
    assert verdicts(place)["bytes_per_token_x100"] > 250


def test_a_resume_never_waits_for_proofs(place):
    """The book goes on at a server that nothing is known of: it is not kept waiting until that was tried."""
    place.serve("--rate", 800)
    writer = place.start(*place.submit_args(**BOOK))
    place.wait_middle(1)
    writer.send(signal.SIGKILL)
    writer.wait()
    place.stop_server()
    place.port = 0
    place.serve()
    done = place.run("resume", 1, "--backend", place.server.url, "--quiet")
    assert done.returncode == 0, done.stderr
    assert place.server.account()["proofs"] == 0 and place.server.account()["requests"] >= 3


@pytest.mark.parametrize("options", [[], ["--no-slots"]], ids=["a route tells", "no route tells"])
def test_killed_while_a_server_is_tried(place, options):
    """The successor cannot know what still runs there: it waits, and no two requests ever meet."""
    place.serve("--fatal-overlap=1", *options, script=[
        {"when": {"at": 2}, "do": "zombie", "ms": 1500, "after_tokens": 0, "kinds": ["proof"]}])
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: place.server.account()["proofs"] == 2, 60, "the second proof")
    os.kill(place.engine_pid(), signal.SIGKILL)
    writer.wait()
    done = place.resume()
    assert done.returncode == 0, done.stderr
    assert place.server.child.poll() is None and place.is_alone()
    assert len(proved(place)) == 1


# ---- what is found -----------------------------------------------------------------------------------------------------

FOUND = {
    "all is well": ([], {"limit": "yes", "usage": "yes", "seed": "yes", "schema": "yes", "prefill": "yes", "reuse": "yes"}),
    "no limit": (["--ignore-limit"], {"limit": "no"}),
    "lines": (["--no-json"], {"schema": "no"}),
    "anew": (["--dialect", "llamacpp", "--no-prefill"], {"prefill": "no"}),
    "restated": (["--dialect", "llamacpp", "--restate"], {"prefill": "no"}),
    "seedless": (["--same-seed-differs"], {"seed": "no"}),
    "rendered anew": (["--rerender"], {"reuse": "no"}),
    "rendered anew by Ollama": (["--dialect", "ollama", "--rerender"], {"reuse": "no"}),
    "Ollama": (["--dialect", "ollama"], {"reuse": "unknown", "prefill": "yes", "schema": "yes"}),
    "no usage": (["--dialect", "koboldcpp"], {"usage": "no", "limit": "yes"}),
    "thinks": (["--think"], {"thinks": True}),
    "does not think": (["--reason"], {"thinks": False}),
}


@pytest.mark.parametrize("options, expected", FOUND.values(), ids=FOUND.keys())
def test_verdicts(place, options, expected):
    place.serve(*options)
    written(place)
    found = verdicts(place)
    assert {k: found[k] for k in expected} == expected
    assert len(said(place, "was tried")) == 1 and place.is_alone() and place.status(1)["gaps"] == 0


# ---- what becomes of it --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("options, sent", [([], True), (["--no-json"], False)], ids=["followed", "not followed"])
def test_a_schema_is_sent_where_it_is_followed(place, options, sent):
    place.serve(*options)
    with Wiretap(place.port) as tap:
        written(place, tap.port)
        assert any("response_format" in body for _, body in tap.requests()) == sent


@pytest.mark.parametrize("options, role", [([], "assistant"), (["--dialect", "llamacpp", "--restate"], "user")],
                         ids=["prefilled", "quoted"])
def test_a_broken_answer_is_prefilled_where_that_is_proved_and_quoted_where_not(place, options, role):
    place.serve(*options, script=[{"when": {"at": 4}, "do": "truncate", "after_tokens": 80, "kinds": ["chunk"]}])
    with Wiretap(place.port) as tap:
        written(place, tap.port)
        requests = tap.requests()
        assert place.status(1)["retries"] == 1
        broken = requests[3][1]["messages"]
        again = requests[4][1]["messages"]
        assert again[:len(broken)] == broken and again[len(broken)]["role"] == "assistant" and again[-1]["role"] == role


@pytest.mark.parametrize("dialect, route", [("llamacpp", "/completion"), ("ollama", "/api/generate")])
def test_a_template_that_renders_past_answers_anew_is_gone_around(place, plain, dialect, route):
    """Ollama tells no cached tokens, so that its template was never looked at: half of the prompt was read twice."""
    place.serve("--dialect", dialect, "--rerender")
    with Wiretap(place.port) as tap:
        written(place, tap.port, **LONG)
        assert {path for path, _ in tap.requests()} == {route}
    account = place.server.account()
    share, best = (a["prompt_chars_evaluated"] / a["prompt_chars"] for a in (account, plain))
    assert share <= best * 1.1
    assert abs(place.status(1)["words_done"] - LONG["words"]) <= 120


def test_a_limit_that_is_ignored_is_held_by_us(place):
    """Only an answer of four times its limit was ended, and hours were spent on words that nobody had asked for."""
    place.serve("--ignore-limit", "--ignore-length", 4000, "--rate", 4000)
    written(place, words=3000, chapters=2)
    account = place.server.account()
    assert abs(place.status(1)["words_done"] - 3000) <= 90 and place.status(1)["gaps"] == 0
    assert account["disconnects"] >= 2 and account["kinds"]["chunk"] >= 4
    assert account["kind_words"]["chunk"] <= 1.35 * 3000 and place.is_alone()


@pytest.mark.parametrize("options", [[], ["--dialect", "openai"], ["--dialect", "mlx"]], ids=["llamacpp", "openai", "mlx"])
def test_a_hidden_cap_is_told_once_and_costs_little(place, options):
    place.serve("--cap", 270, *options)
    written(place, **LONG)
    assert len(said(place, "ends its answers after about 270 tokens")) == 1
    account = place.server.account()
    assert place.status(1)["retries"] == 0 and abs(place.status(1)["words_done"] - 4000) <= 120
    assert account["kinds"]["chunk"] <= 1.25 * 4000 / 200
    assert account["kind_words"]["chunk"] <= 1.05 * 4000


SAMPLING = {"sampling": {"min_p": 0.05, "xtc_probability": 0.5, "xtc_threshold": 0.1}}


def test_what_is_refused_is_left_out_told_once_and_remembered(place):
    place.serve("--refuse-param", "min_p,xtc_probability")
    with Wiretap(place.port) as tap:
        written(place, tap.port, **SAMPLING)
        texts = said(place, "left out from now on")
        assert len(texts) == len(set(texts)) and 1 <= len(texts) <= 2
        assert all(any(name in t for t in texts) for name in ("min_p", "xtc_probability"))
        assert place.status(1)["retries"] == len(texts) and place.status(1)["gaps"] == 0
        before = len(tap.requests())
        assert sum("min_p" in body for _, body in tap.requests()) == 1
        written(place, tap.port, **SAMPLING)
        news = [body for _, body in tap.requests()[before:]]
        assert news and not any("min_p" in body or "xtc_probability" in body for body in news)
    assert place.status(2)["retries"] == 0 and not said(place, "left out from now on", 2)
    assert len(said(place, "has no", 2)) == 1  # the owner of the second book is told too what it is written without
