# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# `doctor`: each broken state gives its line, and nothing that is broken keeps the other lines from coming. The report
# tells nothing of who somebody is and what they write.
import json
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess

import pytest

from novelgen import PROGRAM, SIMULATOR, Home, wait_until

ALWAYS = {"version", "library", "simulator", "clock", "limits", "locale", "terminal", "sleep"}
WORDS = {"premise": "A clockmaker of Zanzibarland loses an hour.", "title": "The Quixotic Salt Engine", "words": 400, "seed": 7}


def checks(home, *options, **more):
    got = home.run("doctor", "--json", *options, **more)
    found = json.loads(got.stdout)
    worst = {c["level"] for c in found}
    assert got.returncode == (4 if "error" in worst else 0) and got.stderr == "", got.stderr
    assert all(c["advice"] for c in found if c["level"] == "error"), found
    assert ALWAYS <= {c["name"] for c in found}, found
    return found


def check(home, name, level, *parts, **more):
    """There is a line of that name and level with these words in it or in its advice."""
    found = checks(home, **more)
    for c in found:
        if c["name"] == name and c["level"] == level and all(p in c["text"] + " " + (c["advice"] or "") for p in parts):
            return found
    raise AssertionError(f"no {level} of {name} with {parts}: {[c for c in found if c['name'] == name]}")


def configure(home, **config):
    path = home.dir / "user" / ".config" / "novelgen"
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(json.dumps(config))
    return path / "config.json"


def write_book(home, url, **keys):
    (home.dir / "spec.json").write_text(json.dumps({**WORDS, **keys}))
    got = home.run("submit", home.dir / "spec.json", "--backend", url, "--quiet")
    assert got.returncode == 0, got.stderr


def sql(home, text):
    db = sqlite3.connect(home.path / "novelgen.db")
    with db:
        db.execute(text)
    db.close()


# ---- lines ---------------------------------------------------------------------------------------------------------------


def test_a_line_for_each_check(home):
    got = home.run("doctor")
    assert got.returncode == 0, got.stdout
    lines = got.stdout.splitlines()
    assert all(line.split()[0] in ("ok", "warning", "error") for line in lines), got.stdout
    libraries = [line.split()[2] for line in lines if line.split()[1] == "library"]
    assert {"libcurl", "SQLite", "jansson", "libev", "libunistring", "cmark", "libarchive", "libzip"} <= set(libraries)
    assert all(line.split()[3][0].isdigit() for line in lines if line.split()[1] == "library") and "\x1b" not in got.stdout
    assert "\x1b[32mok" in home.run("doctor", "--color", "always").stdout


def test_without_a_home_nothing_is_made(home):
    check(home, "home", "ok", "is not there yet")
    check(home, "database", "ok", "none yet")
    assert not home.path.exists()
    home.env = {k: v for k, v in home.env.items() if k not in ("HOME", "NOVELGEN_HOME")}
    check(home, "home", "error", "HOME")


def test_bad_options(home):
    got = home.run("doctor", "--report", "--json")
    assert got.returncode == 2 and "--report" in got.stderr


def test_a_server_that_answers(home, simulator):
    configure(home, backends=[{"name": "box", "url": simulator().url}])
    found = check(home, "backend", "ok", "box: llama.cpp")
    assert not any(c["name"] == "backend" and c["level"] == "warning" and "no inference" in c["text"] for c in found)


def test_no_server_is_a_warning(home):
    configure(home, backends=[{"name": "box", "url": "http://127.0.0.1:9"}])
    check(home, "backend", "warning", "box: failed")


# ---- the home ------------------------------------------------------------------------------------------------------------


def test_a_home_that_others_may_look_into(home):
    home.path.mkdir(mode=0o755)
    check(home, "home", "warning", "chmod 700", "mode 755")
    home.path.chmod(0o700)
    check(home, "home", "ok", "yours alone")


def test_a_home_that_is_a_file(home):
    home.path.write_text("")
    check(home, "home", "error", "is no folder")


def test_a_home_behind_a_link(home):
    (home.dir / "real").mkdir(mode=0o700)
    home.path.symlink_to(home.dir / "real")
    check(home, "home", "ok", "symbolic link to", "real")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_to(home):
    home.path.mkdir(mode=0o500)
    check(home, "home", "error", "cannot be written to")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_home_of_somebody_else(home):
    home.path.mkdir(mode=0o700)
    os.chown(home.path, 12345, 12345)
    check(home, "home", "error", "belongs to another user")


def test_a_broken_configuration(home):
    path = configure(home)
    path.write_text('{"queue": {"max": "many"}}')
    found = check(home, "config", "error", "queue.max")
    assert {"home", "database", "backend"} <= {c["name"] for c in found}
    assert home.run("doctor", "--paths").returncode == 0 and home.run("doctor", "--report").returncode == 0


def test_keys_and_commands(home):
    canary = "sk-canary-0815"
    key = home.dir / "key"
    key.write_text(canary + "\n")
    key.chmod(0o644)
    home.env["BOX_KEY"] = canary
    configure(home, backends=[
        {"name": "env", "url": "http://127.0.0.1:9", "api_key_env": "BOX_KEY"},
        {"name": "unset", "url": "http://127.0.0.1:9", "api_key_env": "NO_SUCH_KEY"},
        {"name": "open", "url": "http://127.0.0.1:9", "api_key_file": str(key)},
        {"name": "gone", "url": "http://127.0.0.1:9", "command": ["no-such-server", "-m", "x"]},
        {"name": "there", "url": "http://127.0.0.1:9", "command": ["/bin/sh", "-c", "true"]}])
    check(home, "keys", "ok", "'env'")
    check(home, "keys", "error", "NO_SUCH_KEY")
    check(home, "keys", "error", "chmod 600")
    check(home, "commands", "error", "no-such-server")
    found = check(home, "commands", "ok", "/bin/sh")
    assert canary not in json.dumps(found)


# ---- the database --------------------------------------------------------------------------------------------------------


def test_a_database_that_is_none(home):
    home.path.mkdir(mode=0o700)
    (home.path / "novelgen.db").write_text("This is no database. " * 500)
    found = check(home, "database", "error")
    assert "backend" in {c["name"] for c in found}


def test_a_damaged_database(home, simulator):
    write_book(home, simulator().url)
    check(home, "database", "ok", "sound")
    path = home.path / "novelgen.db"
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    data = bytearray(path.read_bytes())
    for page in range(5, len(data) // 4096):  # the first ones hold the schema
        data[page * 4096:page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(data)
    check(home, "database", "error", ".recover")
    check(home, "database", "error", "novelgen backup")


def test_a_database_of_a_newer_program(home, simulator):
    write_book(home, simulator().url)
    sql(home, "PRAGMA user_version = 999")
    check(home, "database", "error", "newer")


def test_a_clock_behind_the_events(home, simulator):
    write_book(home, simulator().url)
    sql(home, "UPDATE job SET touched_ms = touched_ms + 86400000")
    found = check(home, "clock", "error", "behind the newest event")
    assert len([c for c in found if c["name"] == "clock"]) == 1  # not a second line that finds nothing wrong with it


def test_jobs_that_need_somebody(home, simulator):
    write_book(home, simulator().url)
    check(home, "jobs", "ok", "1 job, none needs you")
    sql(home, "UPDATE job SET state = 'paused', reason = 'the key is refused'")
    check(home, "jobs", "warning", "1 (paused: the key is refused)", "novelgen resume")


# ---- who writes ----------------------------------------------------------------------------------------------------------


def test_while_an_engine_writes(home, simulator):
    sim = simulator("--rate", 200)
    (home.dir / "spec.json").write_text(json.dumps(WORDS))
    first = home.start("submit", home.dir / "spec.json", "--backend", sim.url, "--quiet")
    job = first.job()
    wait_until(lambda: home.status(job)["state"] == "writing", what="the writing")
    second = home.start("resume", job, "--quiet")
    wait_until(lambda: any(c["name"] == "standby" for c in checks(home)), what="somebody who stands by")
    check(home, "lock", "ok", f"process {first.pid} writes")
    check(home, "database", "ok", "sound")
    first.child.terminate()
    assert first.wait() in (143, 6, 0)
    second.child.kill()


def test_messages_that_wait(home):
    (home.path / "inbox").mkdir(parents=True, mode=0o700)
    home.path.chmod(0o700)
    check(home, "inbox", "ok", "empty")
    message = home.path / "inbox" / "1.json"
    message.write_text('{"type": "pause", "job": 1}')
    os.utime(message, (1700000000, 1700000000))
    found = check(home, "inbox", "warning", "1 message waits", "novelgen run")
    assert not any("cannot be read" in c["text"] for c in found)
    (home.path / "inbox" / "2.json").write_text("{")
    check(home, "inbox", "warning", "1 message cannot be read", "2.json")
    assert message.exists()


# ---- the machine ---------------------------------------------------------------------------------------------------------


def test_locale_and_limits(home):
    home.env["LC_ALL"] = "C"
    check(home, "locale", "warning", "UTF-8")
    home.env["LC_ALL"] = "de_DE.UTF-8"
    check(home, "locale", "ok", "de_DE.UTF-8")
    check(home, "limits", "warning", "64 open files",
          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))


def test_a_simulator_that_is_not_installed(home):
    alone = home.dir / "bin"
    alone.mkdir()
    shutil.copy(PROGRAM, alone)
    check(home, "simulator", "ok", str(SIMULATOR))
    got = subprocess.run([alone / "novelgen", "doctor"], env=home.env, cwd=home.out, capture_output=True, text=True, check=False)
    assert "warning  simulator" in got.stdout and "not installed" in got.stdout


def test_the_server_of_a_book_is_looked_at_though_it_stands_in_no_config(home, simulator):
    """It said that no server is ready while one was writing."""
    url = simulator().url
    assert home.run("submit", "--premise", "A clockmaker.", "--words", 300, "--backend", url, "--approve-outline", "--quiet",
                    "--out", home.out).returncode == 6
    said = [c for c in home.json("doctor") if c["name"] == "backend" and url in c["text"]]
    assert [c["level"] for c in said] == ["ok"] and "novelgen-sim" in said[0]["text"], said
    assert not [c for c in home.json("doctor") if "no inference server" in c["text"]]


def test_a_backend_that_is_no_backend(home):
    configure(home).write_text('{"backends": [{"name": "tower", "url": "http://127.0.0.1:9"}], "backend": "tover"}')
    got = home.run("doctor", "--json")
    assert got.returncode == 4, got.stderr
    bad = [c for c in json.loads(got.stdout) if c["name"] == "config" and c["level"] == "error"]
    assert len(bad) == 1 and "did you mean 'tower'" in bad[0]["text"] and bad[0]["advice"], bad


# ---- report and paths ----------------------------------------------------------------------------------------------------


def test_the_report_tells_nothing_private(home, simulator):
    canary = "sk-canary-0815"
    home.env.update({"USER": "canaryperson", "BOX_KEY": canary, "HOME": str(home.dir / "canaryperson")})
    shutil.move(home.dir / "user", home.dir / "canaryperson")
    config = home.dir / "canaryperson" / ".config" / "novelgen"
    config.mkdir(parents=True)
    (config / "config.json").write_text(json.dumps({"backends": [
        {"name": "far", "url": "http://gpu.canaryhost.invalid:8080", "api_key_env": "BOX_KEY"},
        {"name": "own", "url": "http://127.0.0.1:9", "command": ["/bin/sh", "--api-key", "canaryargument"]}]}))
    write_book(home, simulator().url)
    (home.path / "log" / "run.log").write_text(
        f"2026-01-01 job 1 'The Quixotic Salt Engine': key {canary} refused\n2026-01-01 it said \"canaryprose \"and\" more\n"
        "2026-01-01 no answer from gpu.canaryhost.invalid:8080 of canaryperson\n"
        "2026-01-01 job 1: chapters: 1. The Canarydoor\n2026-01-01 job 1: canarylogline of a book\n"
        "2026-01-01 job 1: chapter 1/2, part 1  70/300 words  ETA 5 s  30.0 tokens/s\n2026-01-01 job 1: writing\n"
        "2026-01-01 job 77: the plan of a book that was removed: canaryplan\n"
        "2026-01-01 done: 300 words: /mnt/canarydisk/book.md\n")
    sql(home, "INSERT INTO event (job, time_ms, type, text, data) VALUES (1, 1, 'note', 'canarynote', '{}')")
    sql(home, "INSERT INTO event (job, time_ms, type, text, data) VALUES (1, 2, 'retry',"
              " 'chapter 1: refused (chat): \"\"canaryprose,\" she said.\"', '{}')")
    got = home.run("doctor", "--report")
    assert got.returncode == 0 and got.stderr == ""
    for word in ("canary", "quixotic", "zanzibarland", "clockmaker"):
        at = got.stdout.lower().find(word)
        assert at < 0, got.stdout[max(0, at - 200):at + 100]
    for word in ("novelgen ", "SQLite", "## Checks", "## Configuration", "## The last job: 1", "chunk: chapter 1, part 1",
                 "retry: chapter 1: refused (chat)", "## The end of run.log", "://HOST:8080", "ETA 5 s", "2026-01-01 job 1: writing", "2026-01-01 job 77: …"):
        assert word in got.stdout, (word, got.stdout)
    prose = next(pathlib.Path(home.out / "books").glob("*/book.md")).read_text().split("\n\n")
    assert all(p not in got.stdout for p in prose if len(p) > 20)


def test_a_report_of_a_broken_configuration_does_not_quote_it(home):
    configure(home).write_text('{"backends": [{"name": "x", "url": "http://127.0.0.1:9", "api_key": "sk-canary"}]}')
    got = home.run("doctor", "--report")
    assert "error    config" in got.stdout and "canary" not in got.stdout
    configure(home).write_text('{"queue": {"max": "sk-canary"}}')
    assert "canary" not in home.run("doctor", "--report").stdout


def test_paths(home, simulator):
    config = configure(home, chunk={"words": 400})
    write_book(home, simulator().url)
    (home.path / "outline-1.aBcDeF").write_text("kept\n")
    found = home.json("doctor", "--paths")
    places = {p["what"]: p for p in found["paths"]}
    assert places["edited outline"]["bytes"] == 5 and places["marks of exports"]["path"] == str(home.path / "exports")
    assert {"home", "database", "inbox", "logs", "config", "locks of servers", "book", "marks of looks"} <= set(places), places
    assert places["config"] == {"what": "config", "path": str(config), "bytes": config.stat().st_size}
    book = pathlib.Path(home.status(1)["out_dir"])
    assert places["book"]["bytes"] == sum(p.stat().st_size for p in book.rglob("*") if p.is_file())
    apart = [p["bytes"] for p in found["paths"] if p["what"] in ("home", "config", "locks of servers", "book")]
    assert found["bytes"] == sum(apart)
    text = home.run("doctor", "--paths").stdout
    assert str(home.path / "novelgen.db") in text and "bytes in all" in text
