# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Models that think before they write. It is switched off where the server has a switch, taken off where not, never
# counted, never in the book; an answer that was nothing else is asked for again in another way.
import re
import sqlite3

import pytest
from place import Place
from wiretap import Wiretap

BOOK = {"words": 1500, "chapters": 2}
DIALECTS = ["llamacpp", "openai", "ollama", "vllm", "mlx", "lmstudio", "koboldcpp", "sglang"]
THINKING = re.compile(r"</?think|The user wants|whose voice tells it|Let me|I should|I need to", re.IGNORECASE)


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book of a model that does not think."""
    with Place(tmp_path_factory.mktemp("whole")).serve() as p:
        assert p.submit(**BOOK).returncode == 0
        return p.book()


def failures(place):
    db = sqlite3.connect(f"file:{place.path / 'novelgen.db'}?mode=ro", uri=True)
    rows = db.execute("SELECT failure FROM attempt ORDER BY id").fetchall()
    db.close()
    return [row[0] for row in rows]


def said(place, what):
    return [e["text"] for e in place.events(1) if what in e["text"]]


def written(place, port=None):
    done = place.submit(port, **BOOK)
    assert done.returncode == 0, done.stderr
    status, text = place.status(1), place.book()["book.md"].decode()
    assert status["gaps"] == 0 and abs(status["words_done"] - 1500) <= 45
    assert not THINKING.search(text), THINKING.search(text)
    assert place.is_alone()
    return status


# ---- in all dialects ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dialect", DIALECTS)
def test_thinking_is_switched_off(place, whole, dialect):
    place.serve("--dialect", dialect, "--reason")
    status = written(place)
    assert place.book() == whole and status["retries"] == 0
    assert not said(place, "thinks although")


@pytest.mark.parametrize("dialect, switch", [
    ("llamacpp", ("chat_template_kwargs", {"enable_thinking": False})),
    ("vllm", ("chat_template_kwargs", {"enable_thinking": False})),
    ("mlx", ("chat_template_kwargs", {"enable_thinking": False})),
    ("ollama", ("think", False)),
    ("openai", ("reasoning_effort", "none")),
])
def test_every_request_says_so_by_the_switch_of_its_server(place, dialect, switch):
    place.serve("--dialect", dialect, "--reason")
    with Wiretap(place.port) as tap:
        written(place, tap.port)
        assert all(body.get(switch[0]) == switch[1] for _, body in tap.requests() + tap.requests(proofs=True))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_model_without_a_switch(place, dialect):
    """It thinks between tags, and one time in a few does not come to an end of it."""
    place.serve("--dialect", dialect, "--think")
    written(place)
    assert len(said(place, "it thinks although it was told not to")) == 1


# ---- only thoughts -------------------------------------------------------------------------------------------------------

ALWAYS = {"from": 1, "to": 100000}
ALL = ["proof", "bible", "acts", "outline", "beats", "chunk", "recap", "merge", "other"]


def test_nothing_but_thinking_is_asked_again_in_another_way(place, whole):
    """Six times the same question with the same limit gave six times the same thoughts, and a gap."""
    place.serve(script=[{"when": {"from": 4, "to": 7}, "do": "reasoning_only"}])
    with Wiretap(place.port) as tap:
        status = written(place, tap.port)
        again = [body for _, body in tap.requests()[3:8]]
    assert status["retries"] == 4 and place.book() == whole
    limits = [body["max_tokens"] for body in again]
    assert limits == sorted(set(limits)) and limits[-1] >= limits[0] + 4000
    assert len({body["seed"] for body in again}) == len(again)
    assert failures(place).count("all_reasoning") == 4
    assert len(said(place, "its answers get room for it")) == 1
    assert not said(place, "where its thoughts belong")


def test_a_plan_gets_room_for_thinking_too(place, whole):
    """Only chapters did: an outline that was thought about to its limit was asked for with that limit six times."""
    place.serve(script=[{"when": {"from": 2, "to": 4}, "do": "reasoning_only"}])
    with Wiretap(place.port) as tap:
        written(place, tap.port)
        limits = [body["max_tokens"] for _, body in tap.requests()[1:5]]
    assert limits == sorted(set(limits)) and limits[-1] >= limits[0] + 2000
    assert place.book() == whole


def test_thoughts_behind_a_broken_answer_cost_none_of_it(place, whole):
    """What stood before the thoughts was to be dropped with them: it is the head of an answer that broke off."""
    place.serve(script=[{"when": {"at": 4}, "do": "truncate", "after_tokens": 300},
                        {"when": {"at": 5}, "do": "reasoning_only"}])
    with Wiretap(place.port) as tap:
        status = written(place, tap.port)
        heads = [body["messages"][-1] for _, body in tap.requests()[4:6]]
    assert status["retries"] == 2 and place.book() == whole
    assert {head["role"] for head in heads} == {"assistant"}
    first, second = (head["content"] for head in heads)
    assert first.startswith(second) and len(second.split()) > 150


# ---- the answer in the wrong place -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("dialect", ["llamacpp", "openai", "ollama"])
def test_an_answer_in_the_field_for_thoughts_is_taken_from_there(place, whole, dialect):
    place.serve("--dialect", dialect, script=[{"when": ALWAYS, "do": "hidden_answer", "kinds": ALL}])
    assert written(place)["retries"] == 0 and place.book() == whole


def test_a_server_that_begins_to_hide_its_answers(place, whole):
    place.serve(script=[{"when": ALWAYS, "do": "hidden_answer"}])
    assert written(place)["retries"] == 2 and place.book() == whole
    assert len(said(place, "where its thoughts belong")) == 1


@pytest.mark.parametrize("options", [[], ["--rate", 6000]], ids=["at once", "in time"])
def test_thoughts_that_nothing_opened(place, options):
    """They were taken for thinking aloud and cut off before the mark that ends them came: a chapter took ten requests."""
    place.serve(*options, script=[{"when": ALWAYS, "do": "unopened_think"}])
    status = written(place)
    assert status["requests"] <= 10 and place.server.account()["kinds"]["chunk"] <= 4
    assert len(said(place, "its answers get room for it")) == 1
