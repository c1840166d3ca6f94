# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Books written by models that do not do what they are told: the length, the prose and the price all the same.
import json
import re
import sqlite3
import subprocess

import pytest
from novelgen import BUILD, book_of, wait_until
from place import Place

NOT_PROSE = re.compile(r"(?im)^#+ .*part|\*\*part|sure[!,.] here|certainly[!,]|word count|let me know if|to be continued|"
                       r"as an ai|<think|<\|im_end|only the beginning|^chapter \d+:?$")

# Options, and what is generated for a word kept at the most. Circling, refusing and thinking bring nothing of their own.
MODELS = {
    "stops after 150 tokens": (["--stop-early", "150"], 1.25),
    "hidden cap": (["--cap", "270"], 1.25),
    "half": (["--length-ratio", "0.5"], 1.25),
    "double": (["--length-ratio", "2"], 1.25),
    "ignores the length": (["--ignore-length", "900"], 1.25),
    "never JSON": (["--no-json"], 1.05),
    "plans are prose": (["--plan-prose"], 1.05),
    "headings": (["--heading"], 1.25),
    "chat": (["--chat"], 1.25),
    "closes early": (["--close-early"], 1.25),
    "restates": (["--no-prefill", "--restate"], 1.25),
    "copies": (["--copy", "--rate", "6000"], 1.25),
    "loops": (["--loop", "20", "--rate", "6000"], 1.25),
    "circles": (["--circle", "15"], None),
    "refuses": (["--refuse", "15"], None),
    "thinks aloud": (["--think"], None),
    "other language": (["--wrong-language", "15"], None),
    "control tokens": (["--control"], 1.25),
}


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def repeats(text):
    """The counts of tests/helpers/repeats.c."""
    return json.loads(subprocess.run([BUILD / "tests" / "repeats"], input=text.encode(), stdout=subprocess.PIPE,
                                     check=True).stdout)


def prose_of(status):
    return "\n".join(line for line in book_of(status).split("\n") if not re.match(r"#{1,2} ", line))


@pytest.mark.parametrize("name", MODELS)
def test_a_book_by_a_model_that(place, name):
    options, price = MODELS[name]
    place.serve(*options)
    done = place.submit(words=6000, chapters=2)
    assert done.returncode == 0, done.stderr
    status, account = place.status(1), place.server.account()
    prose = prose_of(status)
    assert abs(status["words_done"] - 6000) <= 180 and status["gaps"] == 0
    assert not NOT_PROSE.findall(prose)
    assert (found := repeats(prose))["loops"] == 0 and found["repeated_8"] < 0.02
    assert price is None or account["kind_words"]["chunk"] / status["words_done"] <= price
    assert place.is_alone() and account["over_ctx"] == 0


def test_two_copies_and_the_conversation_begins_anew(tmp_path):
    # Parts so small that nothing worth keeping stands before the copy: it is refused, and the third request stands alone.
    with Place(tmp_path, chunk_words=200).serve("--copy", "--stop-early", "90", "--rate", "20000") as place:
        assert place.submit(words=2000, chapters=1).returncode == 0
        events, status = place.events(1), place.status(1)
        refused = [e for e in events if e["type"] == "retry" and "(copied)" in e["text"]]
        anew = [e for e in events if e["type"] == "prefix" and "began anew" in e["text"]]
        assert len(refused) >= 2 and len(anew) >= 1 and status["gaps"] == 0
        assert repeats(prose_of(status))["repeated_8"] < 0.02
        assert status["prefix_breaks"] >= len(anew)


def test_what_a_model_delivers_is_known_to_the_next_book(place):
    place.serve("--length-ratio", "0.5")
    assert place.submit(words=4000, chapters=1).returncode == 0
    assert place.submit(words=4000, chapters=1).returncode == 0
    db = sqlite3.connect(place.path / "novelgen.db")
    asked = [row[0] for row in db.execute("SELECT words_asked FROM attempt JOIN task ON task.id = task "
                                          "WHERE kind = 'chunk' AND seq = 1 ORDER BY job")]
    db.close()
    assert asked[0] == 800 and asked[1] >= 1500


@pytest.mark.parametrize("ctx", [2048, 3000, 4096, 8192, 1000000])
def test_no_request_is_larger_than_the_context(place, ctx):
    place.serve("--ctx", str(ctx))
    assert place.submit(words=8000, chapters=3).returncode == 0
    account, status = place.server.account(), place.status(1)
    assert account["fit_max"] <= 0.95 and account["over_ctx"] == 0
    assert abs(status["words_done"] - 8000) <= 240 and status["gaps"] == 0


def test_a_context_that_nobody_told_is_learnt(place):
    # No route says it, so that 8,192 tokens are believed: the first refusal teaches, and the next book knows.
    place.serve("--no-prefill", "--no-slots", "--ctx", "4096")
    assert place.submit(words=6000, chapters=3).returncode == 0
    status, learnt = place.status(1), place.server.account()["over_ctx"]
    assert status["gaps"] == 0 and abs(status["words_done"] - 6000) <= 180 and 1 <= learnt <= 5
    assert [e for e in place.events(1) if e["type"] == "backend" and "too long for the server" in e["text"]]
    assert place.submit(words=6000, chapters=3).returncode == 0
    assert place.server.account()["over_ctx"] == learnt and place.status(2)["gaps"] == 0


def test_a_premise_larger_than_the_context(place):
    place.serve("--ctx", "2048")
    long = "The harbour keeper counts the boats, and one of them is never there twice. " * 200
    assert place.submit(premise=long, style="plain, " * 100 + "short", words=2000, chapters=2).returncode == 0
    account, status = place.server.account(), place.status(1)
    assert account["over_ctx"] == 0 and account["fit_max"] <= 0.95 and status["gaps"] == 0


@pytest.mark.parametrize("options", [["--stop-early", "25"], ["--cap", "60"]], ids=["stops", "is cut"])
def test_a_model_that_writes_a_sentence_at_a_time(place, options):
    place.serve(*options)
    assert place.submit(words=1500, chapters=1).returncode == 0
    status = place.status(1)
    assert status["gaps"] == 0 and abs(status["words_done"] - 1500) <= 45


def test_a_book_goes_on_in_another_context(place):
    # Begun with much room, paused, continued with little: what no longer fits is left out.
    place.serve("--rate", "4000")
    writer = place.start(*place.submit_args(words=9000, chapters=16))
    writer.job()
    wait_until(lambda: place.status(1)["chapters_done"] >= 3, 60, "three chapters")
    assert place.run("pause", 1).returncode == 0 and writer.wait() == 6
    place.stop_server()
    place.serve("--ctx", "2600")
    done = place.resume()
    assert done.returncode == 0, done.stderr
    account, status = place.server.account(), place.status(1)
    assert account["fit_max"] <= 0.95 and account["over_ctx"] == 0
    assert abs(status["words_done"] - 9000) <= 270 and status["gaps"] == 0


def test_a_break_of_the_prefix_has_its_reason(place):
    # One chapter that does not fit: its older half is left out, once in a while, and that is said.
    place.serve("--ctx", "4096")
    assert place.submit(words=8000, chapters=1).returncode == 0
    said = [e["text"] for e in place.events(1) if e["type"] == "prefix"]
    assert said and all("left out to fit the context" in text for text in said)
    assert place.status(1)["prefix_breaks"] == len(said)


def test_nothing_breaks_the_prefix_where_there_is_room(place):
    place.serve()
    assert place.submit(words=12000, chapters=4).returncode == 0
    status = place.status(1)
    assert status["prefix_breaks"] == 0 and status["prefix_share"] > 0.8
    report = json.loads((place.folder() / "report.json").read_text())
    assert report["prefix_breaks"] == 0
    assert report["style"]["repeated_8"] < 0.02 and 0.7 < report["style"]["distinct_2"] <= 1
    assert [c["chapter"] for c in report["style"]["chapters"]] == [1, 2, 3, 4]


def test_chapter_one_begins_when_the_first_act_is_planned(place):
    place.serve("--rate", "3000")
    writer = place.start(*place.submit_args(words=40000, chapters=40))
    place.wait_middle(1)
    kinds = place.server.account()["kinds"]
    assert place.run("pause", 1).returncode == 0 and writer.wait() == 6
    assert kinds["bible"] + kinds["acts"] + kinds["outline"] + kinds["beats"] <= 6 and kinds["chunk"] == 1
    outline = json.loads((place.folder() / "outline.json").read_text())
    assert len(outline["acts"]) == 4 and len(outline["chapters"]) == outline["acts"][0]["to"] == 10
