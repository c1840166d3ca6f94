# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What a run says besides its progress: the plan before it begins, titles as they come, from which words it goes on, when
# it will be done. And the bare command.
import json
import re

import pytest
from novelgen import wait_until
from place import SPEC, Place


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as p:
        yield p


def spec_file(place, **more):
    path = place.dir / "spec.json"
    path.write_text(json.dumps({**SPEC, **more}))
    return path


def test_the_plan_of_work_is_what_is_done(place):
    """An obedient server is asked as often as the dry run has said, and nothing is stored by it."""
    place.serve()
    path = spec_file(place, words=9000, chapters=6)
    plan = json.loads(place.run("submit", path, "--dry-run", "--json", "--backend", place.server.url).stdout)
    assert place.list() == []
    assert place.run("submit", path, "--backend", place.server.url).returncode == 0
    status = place.status(1)
    assert abs(status["requests"] - plan["requests"]) <= 2, (status, plan)
    assert 0.6 <= plan["output_tokens"] / status["output_tokens"] <= 1.6
    assert plan["time_s"] is None
    again = json.loads(place.run("submit", path, "--dry-run", "--json", "--backend", place.server.url).stdout)
    assert again["time_s"] is not None, "a server that wrote a book has a measured speed"


def test_a_dry_run_says_what_a_deadline_leaves(place):
    place.serve("--rate", 1000)
    path = spec_file(place, words=60000, chapters=60).rename(place.dir / "long.json")
    dry = ("submit", path, "--dry-run", "--backend", place.server.url)
    assert place.run(*dry, "--within", "40s", "--json").stdout.count("null") == 3  # nothing is measured yet
    assert "\n  deadline  20" in place.run(*dry, "--within", "40s").stdout
    assert place.submit(words=1500, chapters=2).returncode == 0
    plan = json.loads(place.run(*dry, "--within", "40s", "--json").stdout)
    assert 1000 < plan["words_planned"] < 59000 and 1 < plan["chapters_planned"] < 60 and plan["deadline"]
    text = place.run(*dry, "--within", "40s").stdout
    assert re.search(r": time for about [\d,]+ of the 60,000 words, in \d+ of the 60 chapters; ", text), text
    assert "there is time for all of it" in place.run(*dry, "--within", "9h").stdout
    assert "deadline" not in place.run(*dry).stdout


def test_a_dry_run_without_a_server(place):
    got = place.run("submit", spec_file(place), "--dry-run", "--backend", "http://127.0.0.1:1")
    assert got.returncode == 0
    assert "http://127.0.0.1:1 is not ready: " in got.stdout and "not known" in got.stdout
    got = place.run("submit", spec_file(place), "--dry-run", "--backend", "sim")
    assert got.returncode == 0 and "the built-in simulator" in got.stdout and "not ready" not in got.stdout


def test_titles_come_before_the_prose(place):
    place.serve("--rate", 600)
    got = place.run("submit", spec_file(place), "--backend", place.server.url, "--plain")
    lines = got.stderr.splitlines()
    title = next(i for i, line in enumerate(lines) if line.startswith("job 1: The Salt Engine: "))
    chapters = next(i for i, line in enumerate(lines) if line.startswith("job 1: chapters: 1. "))
    ahead = next(i for i, line in enumerate(lines) if re.search(r"tokens a second; about \d+ requests? to come, done about \d", line))
    assert title < chapters < ahead
    assert "goes on in" not in got.stderr


def test_it_says_from_which_words_it_goes_on(place):
    place.serve("--rate", 300)
    terminal = place.start("submit", spec_file(place), "--backend", place.server.url)
    job = terminal.job()
    place.wait_words(job, 40)
    terminal.child.kill()
    terminal.wait()
    place.server.hurry()
    got = place.run("resume", "--plain")
    assert got.returncode == 0
    quoted = re.search(r"job 1 goes on in chapter 1, within part 1, behind “…(.+)”", got.stderr)[1]
    book = next((place.out / "books").glob("*/book.md")).read_text()
    assert " ".join(quoted.split()) in " ".join(book.split())


def test_the_same_spec_again(place):
    place.serve("--rate", 300)
    path = spec_file(place)
    first = place.start("submit", path, "--backend", place.server.url)
    first.job()
    place.wait_words(1, 20)
    first.child.kill()
    first.wait()
    place.server.hurry()
    got = place.run("submit", path, "--once", "--backend", place.server.url)
    assert got.returncode == 0 and [j["id"] for j in place.list()] == [1]
    # a done one is no reason to say anything
    got = place.run("submit", path, "--backend", place.server.url, "--detach")
    assert "same spec" not in got.stderr
    got = place.run("submit", path, "--backend", place.server.url, "--detach")
    assert "job 2 has the same spec and is unfinished" in got.stderr and "--once" in got.stderr
    assert [j["id"] for j in place.list()] == [1, 2, 3]


def test_words_at_hand_count_in_each_view_of_a_paused_job(place):
    """`novelgen` alone left out what had come of the part at hand; status and list did not."""
    place.serve("--rate", 300)
    terminal = place.start("submit", spec_file(place), "--backend", place.server.url)
    terminal.job()
    place.wait_words(1, 20)
    assert place.run("pause", 1).returncode == 0
    terminal.wait()
    words, = re.findall(r"\n  words +([\d,]+) of", place.run("status", 1).stdout)
    assert int(words.replace(",", "")) >= 20
    assert f"job 1: {words}/" in place.run().stdout and f" {words} " in place.run("list").stdout


def test_the_bare_command(place):
    got = place.run()
    assert got.returncode == 0 and "no book yet" in got.stdout and "--backend sim" in got.stdout
    assert not place.path.exists(), "looking made a home"
    place.serve("--rate", 300)
    terminal = place.start("submit", spec_file(place), "--backend", place.server.url)
    terminal.job()
    place.wait_words(1, 20)
    got = place.run()
    assert "job 1: " in got.stdout and "novelgen tail -f" in got.stdout
    terminal.child.kill()
    terminal.wait()
    wait_until(lambda: not place.is_locked(), what="the lock to be free")
    bare, page = place.run().stdout, place.run("status").stdout
    assert "nobody is writing now" in bare and ", broken off  (The Salt Engine)" in bare and "tokens/s" not in bare
    assert "\n  state     broken off; nobody is writing now: novelgen resume 1\n" in page and "/s now" not in page
    assert place.status(1)["state"] == "writing"
    assert place.run("resume").returncode == 0
    got = place.run()
    assert "1 book is written" in got.stdout and "book.md" in got.stdout


def test_the_bare_command_knows_of_gaps_and_of_cancelled_books(place):
    """After a cancel it said that there is no book yet; of a book with gaps, that it is written."""
    place.serve("--refuse", 100)
    assert place.run("submit", spec_file(place, words=300, chapters=1), "--backend", place.server.url, "--approve-outline",
                     "--quiet").returncode == 6
    assert place.run("cancel", 1).returncode == 0
    got = place.run()
    assert "1 was cancelled (see: novelgen list" in got.stdout and "no book yet" not in got.stdout, got.stdout
    assert place.run("resume", 1, "--quiet").returncode == 6
    assert place.run("approve", 1, "--quiet").returncode == 1
    got = place.run()
    assert "with 1 gap\n" in got.stdout and "novelgen redo 1 --gaps" in got.stdout, got.stdout


def test_each_step_is_said_to_who_asks_for_it(place):
    place.serve()
    plain = place.submit(words=800, chapters=2)
    assert plain.returncode == 0 and "debug: " not in plain.stderr
    got = place.run(*place.submit_args(words=800, chapters=2), env={**place.env, "NOVELGEN_DEBUG": "1"})
    assert got.returncode == 0 and got.stdout.startswith("2\t")
    assert re.search("^debug: worker: .* → flight$", got.stderr, re.M), got.stderr
    assert re.search("^debug: job 2: planning → writing", got.stderr, re.M), got.stderr
