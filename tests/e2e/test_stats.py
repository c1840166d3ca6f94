# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# novelgen stats: what the log of requests adds up to.
import json
import pathlib
import sqlite3
import time

import pytest

GOLDEN = json.loads((pathlib.Path(__file__).parent / "golden" / "json_fields.json").read_text(encoding="utf-8"))
SMALL = ["--premise", "A clockmaker loses an hour", "--words", 600]
TABLE_HEAD = " REQS     1H     IN  CACHE    OUT  TOK/S  FIRST    P95  WHOLE    P95  SERVER"


def rows(home, *values):
    """Requests as they stand in the store, put there by hand: of job, backend, model, age in s, and what came of them."""
    db = sqlite3.connect(home.path / "novelgen.db")
    now = int(time.time() * 1000)
    for i, (job, backend, model, age_s, more) in enumerate(values):
        task = db.execute("INSERT INTO task (job, kind, chapter, seq) VALUES (?, 'chunk', 99, ?)", (job, i)).lastrowid
        row = {"task": task, "number": 1, "ended": 1, "started_ms": now - age_s * 1000, "words_asked": 0, "max_tokens": 9,
               "seed": 1, "prompt_bytes": 0, "common_bytes": 0, "backend": backend, "model": model, **more}
        db.execute(f"INSERT INTO attempt ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    db.commit()
    db.close()


def good(first, total, prompt, cached, out):
    return {"failure": "none", "verdict": "accepted", "first_token_ms": first, "total_ms": total, "prompt_tokens": prompt,
            "cached_tokens": cached, "output_tokens": out}


@pytest.fixture
def two(home, simulator):
    """A home with two jobs, and no request in its log."""
    for _ in range(2):
        assert home.run("submit", *SMALL, "--backend", simulator().url).returncode == 0
    db = sqlite3.connect(home.path / "novelgen.db")
    db.executescript("DELETE FROM attempt_sent; DELETE FROM attempt_text; DELETE FROM attempt; DELETE FROM task;")
    db.close()
    return home


def test_an_empty_home(home):
    got = home.run("stats")
    assert (got.returncode, got.stdout) == (0, TABLE_HEAD + "\n") and "no request was made yet" in got.stderr
    empty = home.json("stats")
    assert list(empty) == GOLDEN["stats"]
    assert (empty["requests"], empty["backends"], empty["errors"], empty["waiting"]) == (0, [], {}, [])
    assert empty["tokens_per_s"] is None and empty["first_token_ms_p95"] is None and empty["job"] is None
    assert home.run("stats", 1).returncode == 7


def test_a_book(home, simulator):
    url = simulator().url
    assert home.run("submit", *SMALL, "--backend", url).returncode == 0
    status, stats = home.status(1), home.json("stats")
    assert list(stats) == GOLDEN["stats"] and [list(b) for b in stats["backends"]] == [GOLDEN["stats_backend"]] * len(stats["backends"])
    for field in ("requests", "prompt_tokens", "output_tokens"):
        assert stats[field] == status[field] > 0 and sum(b[field] for b in stats["backends"]) == status[field]
    assert stats["requests_last_hour"] == stats["requests"] and stats["in_flight"] == 0
    assert stats["accepted"] + stats["failed"] + stats["refused"] == stats["requests"]
    assert stats["first_token_ms_mean"] <= stats["total_ms_mean"] <= stats["total_ms_p95"]
    assert home.json("stats", 1) == {**stats, "job": 1}
    assert TABLE_HEAD in home.run("stats").stdout


def test_it_adds_up(two):
    rows(two,
         (1, "attic", "qwen", 30, good(100, 1100, 1000, 900, 50)),
         (1, "attic", "qwen", 7000, good(300, 2300, 1000, 500, 100)),
         (1, "attic", "qwen", 20, {"failure": "stall", "first_token_ms": 200, "total_ms": 60000}),
         (1, "attic", "qwen", 10, {"failure": "none", "verdict": "loop", "first_token_ms": 200, "total_ms": 700}),
         (2, "desk", "gemma", 5, {"ended": 0}),
         (2, "desk", "", 4, {"failure": "refused", "total_ms": 1}))
    stats = two.json("stats")
    attic, desk, bare = stats["backends"]
    assert (attic["backend"], attic["model"], desk["model"], bare["model"]) == ("attic", "qwen", "gemma", None)
    assert (attic["requests"], attic["requests_last_hour"], attic["accepted"], attic["failed"], attic["refused"]) == (4, 3, 2, 1, 1)
    assert (attic["prompt_tokens"], attic["cached_tokens"], attic["output_tokens"], attic["cached_share"]) == (2000, 1400, 150, 0.7)
    assert attic["tokens_per_s"] == 50 and attic["errors"] == {"stall": 1} and attic["refusals"] == {"loop": 1}
    assert (attic["first_token_ms_mean"], attic["first_token_ms_p95"]) == (200, 300)
    assert (attic["total_ms_mean"], attic["total_ms_p95"]) == (1367, 2300)
    assert (desk["requests"], desk["in_flight"], desk["tokens_per_s"], desk["total_ms_p95"]) == (1, 1, None, None)
    assert bare["errors"] == {"refused": 1} and bare["cached_share"] is None
    assert (stats["requests"], stats["failed"], stats["errors"]) == (6, 2, {"refused": 1, "stall": 1})
    assert two.json("stats", 2)["requests"] == 2 and two.json("stats", 2)["backends"] == [desk, bare]
    page = two.run("stats").stdout
    assert "    4      3   2.0k    70%    150   50.0   0.2s   0.3s   1.4s   2.3s  attic, qwen\n" in page
    assert "failed, 2:\n      1  refused: no server answers there\n      1  stall: " in page
    assert "refused, 1:\n      1  loop: the answer repeats itself in a loop\n" in page and page.count("  all\n") == 1


def test_since(two):
    rows(two, (1, "a", "m", 90000, {}), (1, "a", "m", 7200, {}), (1, "a", "m", 1800, {}), (1, "a", "m", 60, {}))
    assert [two.json("stats", "--since", when)["requests"] for when in ("7d", "24h", "1h30m", "90s", "1s")] == [4, 3, 2, 1, 0]
    late = two.json("stats", "--since", "90s")
    assert late["requests_last_hour"] == 2 and late["since"].endswith("Z")
    assert "no request was made since then" in two.run("stats", "--since", "1s").stderr
    for wrong in ("soon", "2099-01-01", "", "0h"):
        got = two.run("stats", "--since", wrong)
        assert got.returncode == 2 and "--since: time " in got.stderr and got.stderr.count("\n") == 1


def test_who_waits(two):
    db = sqlite3.connect(two.path / "novelgen.db")
    db.execute("UPDATE job SET state = 'waiting', reason = 'no server \x1b[31mthere' WHERE id = 2")
    db.commit()
    db.close()
    assert [list(w) for w in two.json("stats")["waiting"]] == [GOLDEN["stats_waiting"]]
    assert two.json("stats")["waiting"][0]["job"] == 2 and two.json("stats", 1)["waiting"] == []
    page = two.run("stats").stdout
    assert "\nwaiting:\n  job 2  no server [31mthere\n" in page


def test_names_are_masked(two):
    rows(two, (1, "at\x1b[31mtic\n", "q\u202ewen", 5, {"failure": "none", "verdict": "od\x1bd"}))
    page = two.run("stats").stdout
    assert "\x1b" not in page and "\u202e" not in page and "at[31mtic , qwen\n" in page and "od" in page


def test_a_long_log(two):
    """A hundred thousand requests: 0.1 s; far more if it were a query for each of them."""
    db = sqlite3.connect(two.path / "novelgen.db")
    db.executescript("""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO task (id, job, kind, chapter, seq) SELECT 1000 + i, 1 + i % 2, 'chunk', i, 1 FROM n;
        INSERT INTO attempt (task, number, ended, started_ms, words_asked, max_tokens, seed, prompt_bytes, common_bytes, backend,
            model, failure, verdict, first_token_ms, total_ms, prompt_tokens, cached_tokens, output_tokens)
        SELECT id, 1, 1, id, 0, 9, 1, 0, 0, CASE id % 3 WHEN 0 THEN 'desk' ELSE 'attic' END, 'm', 'none', 'accepted',
            id % 1000, 2000 + id % 5000, 900, 800, 70 FROM task WHERE id > 1000;""")
    db.close()
    took = []
    for _ in range(5):
        began = time.monotonic()
        stats = two.json("stats")
        took.append(time.monotonic() - began)
    assert stats["requests"] == 100000 and len(stats["backends"]) == 2 and stats["first_token_ms_p95"] == 949
    assert min(took) < 3, took


def test_a_job_gets_another_model(home, simulator):
    """The pin of a job is changed by hand, with a word about it; the book still becomes whole."""
    one, two = simulator("--model", "one", "--rate", 300), simulator("--model", "two")
    running = home.start("submit", *SMALL, "--backend", one.url)
    job = running.job()
    home.wait_words(job, 5)
    home.run("pause", job)
    running.wait()
    assert home.status(job)["model"] == "one"
    assert "--model is empty" in home.run("resume", job, "--model", "").stderr
    config = home.dir / "user/.config/novelgen/config.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"models.allow": ["t*"]}')
    got = home.run("resume", job, "--model", "one")
    assert got.returncode == 2 and "the model 'one' is not allowed" in got.stderr
    got = home.run("resume", job, "--backend", two.url, "--model", "two")
    assert got.returncode == 0, got.stderr
    said = [(e["type"], e["text"], e["data"]) for e in home.events(job) if e["type"] in ("model", "backend")]
    assert ("model", "the model is now 'two' (was 'one')", {"model": "two", "was": "one"}) in said
    assert ("backend", f"the backend is now '{two.url}' (was '{one.url}')", {"backend": two.url, "was": one.url}) in said
    assert home.status(job)["model"] == "two" and home.status(job)["backend"] == two.url
