# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The context of a server: found out, obeyed, and learnt where it is smaller than it was taken for; by a refusal in
# whatever words, by an answer that ends where the context does, or by a prompt that was cut without a word. And no good
# answer is ever thrown away for what only looks like that.
import pytest
from place import Place

SMALL = 4096
BOOK = {"words": 6000, "chapters": 2}
LONG = {"words": 20000, "chapters": 8}
DIALECTS = ["llamacpp", "openai", "ollama", "vllm", "mlx", "lmstudio", "koboldcpp", "sglang"]
SILENT = ("openai", "mlx")  # say nothing of their context
LEARNT = "too long for the server's context"


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def written(place, job=1, **spec):
    done = place.submit(**spec)
    assert done.returncode == 0, done.stderr
    status = place.status(job)
    assert status["gaps"] == 0 and abs(status["words_done"] - spec["words"]) <= 0.015 * spec["words"]
    assert place.is_alone()
    return status


def said(place, what, job=1):
    return [e["text"] for e in place.events(job) if what in e["text"]]


# ---- found out and obeyed ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dialect", [d for d in DIALECTS if d not in SILENT])
@pytest.mark.parametrize("size", [3000, SMALL])
def test_what_the_server_says_is_obeyed(place, dialect, size):
    place.serve("--dialect", dialect, "--ctx", size)
    status = written(place, words=5000, chapters=2)
    account = place.server.account()
    assert account["fit_max"] <= 1 and account["over_ctx"] == 0 and account["reloads"] == 0
    assert account["fit_max"] > 0.5 and status["retries"] == 0


@pytest.mark.parametrize("dialect", SILENT)
def test_what_the_server_does_not_say_is_told_by_the_config(place, dialect):
    place.serve("--dialect", dialect, "--ctx", SMALL)
    config = place.dir / "user" / ".config" / "novelgen" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"backends": [{"name": "mine", "url": "%s", "n_ctx_tokens": %d}]}' % (place.server.url, SMALL))
    done = place.run(*place.submit_args(**BOOK)[:2], "--backend", "mine", "--out", place.out, "--quiet")
    assert done.returncode == 0, done.stderr
    assert place.server.account()["fit_max"] <= 1 and place.status(1)["retries"] == 0


# ---- refused ---------------------------------------------------------------------------------------------------------------

WORDINGS = ["llamacpp", "llamacpp-decode", "ik", "ik-code", "vllm", "vllm-old", "sglang", "lmstudio", "lmstudio-keep", "ollama",
            "ollama-child"]


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_refusal_in_any_words_costs_no_attempt_and_is_remembered(place, wording):
    place.serve("--dialect", "openai", "--ctx", SMALL, "--overflow", wording)
    refused = written(place, **BOOK)["retries"]
    assert 1 <= refused <= 2 and len(said(place, LEARNT)) == refused
    charged = place.rows("SELECT sum(charged) FROM task")
    assert charged == [(0,)]
    assert written(place, job=2, **BOOK)["retries"] == 0 and not said(place, LEARNT, 2)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_context_that_fills_up_in_the_middle_of_an_answer(place, language):
    """Each answer ended after the few words for which there was room left, six times: a gap, and then the next."""
    place.serve("--dialect", "openai", "--ctx", SMALL)
    status = written(place, **LONG, language=language)
    assert 1 <= status["retries"] <= 3 and len(said(place, LEARNT)) == 1
    assert f"{SMALL} tokens" in said(place, LEARNT)[0]


# ---- cut without a word ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dialect", [d for d in DIALECTS if d != "koboldcpp"])  # which counts nothing
def test_a_prompt_that_was_cut_gives_no_text(place, dialect):
    """Ollama leaves half of its context of a prompt that is too long. The share of its own count alone showed only half
    of them; the others were written into the book, and belonged to another question."""
    size = 8192
    place.serve("--dialect", dialect, "--ctx", size, script=[{"when": {"from": 1, "to": 1000}, "do": "prompt_cut"}])
    status = written(place, **BOOK)
    assert 1 <= status["retries"] <= 3
    assert len(said(place, "cut the prompt without a word")) == status["retries"]
    cut = place.rows(f"SELECT failure FROM attempt WHERE prompt_tokens = {size // 2 + 2}")
    assert cut and {failure for failure, in cut} == {"prompt_cut"}


@pytest.mark.parametrize("dialect", ["llamacpp", "mlx", "ollama"])
def test_a_note_of_equal_letters_is_no_cut_prompt(place, dialect):
    """It is one token of the simulator. Each prompt with it was taken for one that was cut, and the context for ever less."""
    place.serve("--dialect", dialect, "--ctx", 16384, "--rate", 1000)
    writer = place.start(*place.submit_args(**LONG))
    place.wait_middle(2)
    assert place.run("pause", 1).returncode == 0 and writer.wait() == 6
    assert place.run("note", 1, "a" * 3900).returncode == 0
    place.server.hurry(20000)
    assert place.resume().returncode == 0
    assert not said(place, "cut the prompt") and not said(place, LEARNT)
    assert place.status(1)["gaps"] == 0


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_good_answer_is_taken_for_one_to_a_cut_prompt(place, dialect, language):
    place.serve("--dialect", dialect)
    status = written(place, **LONG, language=language)
    assert status["retries"] == 0 and not said(place, LEARNT) and not said(place, "ends its answers")
    assert {failure for failure, in place.rows("SELECT failure FROM attempt")} == {"none"}
