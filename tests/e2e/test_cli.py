# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The command line: what scripts and people depend on.
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from novelgen import PROGRAM, Home, book_of

COMMANDS = ["submit", "resume", "run", "list", "status", "tail", "prompt", "stats", "pause", "cancel", "help", "version"]
STATUS_FIELDS = """id slug state reason title words_done words_target chapters_done chapters_total gaps requests retries
    prompt_tokens cached_tokens output_tokens tokens_per_s eta_s out_dir""".split()
SMALL = ["--premise", "A clockmaker loses an hour", "--words", 300]


def one_line(got, code):
    assert got.returncode == code and got.stdout == "", got
    assert got.stderr.startswith("novelgen: ") and got.stderr.count("\n") == 1, got.stderr
    return got.stderr


def test_help_knows_every_command(home):
    everything = home.run("help").stdout
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", everything, re.M)
        got = home.run(name, "--help")
        assert got.returncode == 0 and got.stderr == "" and "Example: novelgen" in got.stdout
        assert home.run("help", name).stdout == got.stdout
        assert max(map(len, got.stdout.splitlines())) <= 120
    assert "keeper" not in everything
    assert home.run("--version").stdout == home.run("version").stdout
    assert re.fullmatch(r"novelgen \d+\.\d+\.\d+\n", home.run("version").stdout)
    assert not home.path.exists()


def test_did_you_mean(home):
    assert "did you mean 'submit'?" in one_line(home.run("sumbit"), 2)
    assert "did you mean '--premise'?" in one_line(home.run("submit", "--premis", "x"), 2)
    assert "did you mean 'status'?" in one_line(home.run("help", "statsu"), 2)
    assert "did you mean 'sim'?" in one_line(home.run("submit", *SMALL, "--backend", "sin"), 2)
    assert "novelgen help" in one_line(home.run("xyzzy"), 2)
    assert "\x1b" not in one_line(home.run("list", "\x1b[31mred"), 2)


@pytest.mark.parametrize("args, says", [
    (["submit"], "--premise and --words"),
    (["submit", "--premise", "x"], "--words is missing"),
    (["submit", "--words", "300"], "--premise is missing"),
    (["submit", "--premise", "x", "--words", "20"], "from 100 to 5000000"),
    (["submit", "--premise", "x", "--words", "3e9"], "whole number"),
    (["submit", "--premise"], "needs a value"),
    (["submit", "a.json", "--words", "300"], "not both"),
    (["submit", "a.json", "b.json"], "unexpected argument 'b.json'"),
    (["version", "x"], "unexpected argument 'x'; usage: novelgen version\n"),
    (["list", "--json=yes"], "takes no value"),
    (["list", "--color", "maybe"], "auto, always or never"),
    (["run", "--progress", "often"], "number of seconds, or none"),
    (["--home", "x", "list"], "'--home' stands before 'list'; options come behind a command"),
    (["--home=x", "list", "--json"], "options come behind a command"),
    (["--verbose"], "unknown option '--verbose'; options come behind a command"),
    (["--home"], "--home needs a value: DIR"),
    (["--set", "chunk.words=many"], "chunk.words"),
])
def test_usage(home, args, says):
    assert says in one_line(home.run(*args), 2)
    assert not home.path.exists()


def test_the_bare_command_takes_the_options_of_the_home(home):
    other = home.dir / "other"
    for args in (("--home", other), (f"--home={other}",), ("--home", other, "--set", "chunk.words=600")):
        got = home.run(*args)
        assert got.returncode == 0 and "no book yet" in got.stdout, got
        assert f"--backend sim --home {other}\n" in got.stdout and not other.exists()
    assert home.run("submit", *SMALL, "--backend", "sim", "--home", other, "--quiet").returncode == 0
    got = home.run("--home", other)
    assert "1 book is written" in got.stdout and f"--format epub --home {other}\n" in got.stdout
    assert "no book yet" in home.run().stdout
    assert home.run("--home", other, "--help").stdout.startswith("usage: novelgen [OPTION]...\n\nWithout a command: ")
    assert home.run("complete", "--h").stdout.startswith("--home\t")


def test_a_spec_that_is_none_leaves_nothing(home):
    empty, big, bad, typo = (home.dir / n for n in ("empty.json", "big.json", "bad.json", "typo.json"))
    empty.touch()
    with open(big, "wb") as f:
        f.truncate(1 << 30)
    bad.write_text('{"premise": "x",\n "words": }')
    typo.write_text('{"premise": "x", "words": 300, "chapter": 2}')
    deep, twice, latin = (home.dir / n for n in ("deep.json", "twice.json", "latin.json"))
    deep.write_text("[" * 10000 + "]" * 10000)
    twice.write_text('{"premise": "x",\n "words": 300,\n "words": 400}')
    latin.write_bytes('{"premise": "café", "words": 300}'.encode("latin-1"))
    assert "no such file" in one_line(home.run("submit", "missing.json"), 2)
    assert "empty" in one_line(home.run("submit", empty), 2)
    assert "empty" in one_line(home.run("submit", "-"), 2)
    assert "not a regular file" in one_line(home.run("submit", home.dir), 2)
    assert "larger than" in one_line(home.run("submit", big), 2)
    assert "line 2" in one_line(home.run("submit", bad), 2)
    assert "deep" in one_line(home.run("submit", deep), 2)
    assert '"words"' in one_line(home.run("submit", twice), 2)
    assert "UTF-8" in one_line(home.run("submit", latin), 2)
    assert 'did you mean "chapters"' in one_line(home.run("submit", typo), 2)
    assert not home.path.exists() and list(home.out.iterdir()) == []


def test_an_empty_home(home):
    got = home.run("list")
    assert got.returncode == 0 and got.stdout == "" and "novelgen submit" in got.stderr
    assert home.list() == []
    assert home.path.stat().st_mode & 0o777 == 0o700
    for args in (["status"], ["status", "1"], ["tail", "7"], ["pause", "x"], ["cancel", "3"], ["resume", "1"]):
        assert "there is no job" in one_line(home.run(*args), 7)


def test_a_book(home, simulator):
    got = home.run("submit", *SMALL, "--title", "The Hour", "--backend", simulator().url)
    assert got.returncode == 0, got.stderr
    folder = home.out / "books" / "1-the-hour"
    assert got.stdout == f"1\t{folder}\n"
    assert re.search(rf"^done: \d+ words in 1 chapter, .*: {folder}/book.md$", got.stderr, re.M)
    status = home.status(1)
    assert set(STATUS_FIELDS) <= set(status) and home.list() == [status]
    assert (status["state"], status["title"], status["gaps"], status["eta_s"]) == ("done", "The Hour", 0, 0)
    assert home.run("tail", 1).stdout == home.run("tail").stdout == home.run("tail", "the-h", "-f").stdout
    prose = home.run("tail", 1).stdout
    assert prose.startswith("# ") and prose.strip() in book_of(status)
    page = home.run("status", 1).stdout
    assert "The Hour" in page and f"{folder}/book.md" in page and "\x1b" not in page
    assert "\x1b[32mdone" in home.run("list", "--color", "always").stdout
    assert home.run("resume", 1).returncode == 0
    assert "done already" in one_line(home.run("cancel", 1), 2)


def test_stdin_and_quiet(home, simulator):
    spec = json.dumps({"premise": "x", "words": 300, "title": "Q", "backend": simulator().url})
    got = home.run("submit", "-", "--quiet", "--out", home.dir / "elsewhere", input="// a comment\n" + spec)
    assert (got.returncode, got.stderr) == (0, "")
    assert (home.dir / "elsewhere/books/1-q/book.md").exists()


def test_json_lines(home, simulator):
    got = home.run("submit", *SMALL, "--backend", simulator().url, "--json")
    assert got.returncode == 0 and not got.stderr.startswith("{")
    lines = [json.loads(line) for line in got.stdout.splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines)
    assert all(line["job"] == 1 for line in lines) and lines[0]["type"] == "accepted"
    states = [line["to"] for line in lines if line["type"] == "state"]
    assert states == ["planning", "writing", "done"]
    assert sum(line["words"] for line in lines if line["type"] == "chunk") == lines[-1]["words_done"]
    assert lines[-1]["type"] == "summary" and lines[-1]["exit"] == 0 and set(STATUS_FIELDS) <= set(lines[-1])
    texts = [json.loads(line) for line in home.run("tail", 1, "-f", "--json").stdout.splitlines()]
    assert "".join(t["text"] for t in texts[:-1]).strip() == home.run("tail", 1).stdout.strip()
    assert [t["type"] for t in texts][-1] == "summary"


def test_progress_without_a_terminal(home, simulator):
    url = simulator().url
    slow = simulator("--rate", 3000).url
    every = home.run("submit", "--premise", "x", "--words", 3000, "--backend", slow, "--progress", 0)
    lines = re.findall(r"^job 1: chapter \d/\d.*  [\d,]+/3,000 words  .*$", every.stderr, re.M)
    assert 1 <= len(lines) <= 10, every.stderr
    none = home.run("submit", "--premise", "x", "--words", 3000, "--backend", url, "--progress", "none")
    assert "words  " not in none.stderr and "job 2: writing" in none.stderr and "\r" not in none.stderr


def test_stdout_is_checked(home, simulator):
    assert home.run("submit", *SMALL, "--backend", simulator().url).returncode == 0
    with open("/dev/full", "w", encoding="ascii") as full:
        for args in (["list"], ["status", "--json"], ["tail"], ["help"], ["version"]):
            got = home.run(*args, capture_output=False, stdout=full, stderr=subprocess.PIPE)
            assert got.returncode == 4 and "cannot write to stdout" in got.stderr, args
    closed = subprocess.run(["sh", "-c", f"'{PROGRAM}' list >&- 2>&-"], env=home.env, check=False, timeout=60)
    assert closed.returncode == 0
    reader, writer = os.pipe()
    os.close(reader)
    for args in (["tail"], ["tail", "-f"]):
        got = home.run(*args, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
        assert (got.returncode, got.stderr) == (0, ""), args
    os.close(writer)


def test_home_and_config(home, simulator):
    url = simulator().url
    config = home.dir / "user/.config/novelgen/config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"backend": "gpu", "backends": [{"name": "gpu", "url": url}]}))
    other = home.dir / "other"
    assert home.run("submit", *SMALL, "--home", other).returncode == 0
    assert home.run("list", "--home", other, "--json").stdout.count('"backend": "gpu"') == 1 and not home.path.exists()
    (home.out / "novelgen.json").write_text(json.dumps({"backend": "http://127.0.0.1:1"}))
    assert "novelgen.json" in one_line(home.run("list"), 2)
    (home.out / "novelgen.json").unlink()
    del home.env["NOVELGEN_HOME"]
    home.run("list")
    assert (home.dir / "user/.local/share/novelgen").is_dir()


def test_a_file_in_the_way_is_no_home(home):
    home.path.write_text("")
    assert one_line(home.run("list"), 4)
    assert pathlib.Path(home.path).read_text() == ""


@pytest.mark.parametrize("args", [["redo", 1, "--chapter", 1, "--note"], ["extend", 1, "--words", 500, "--note"], ["note", 1],
                                  ["resume", 1, "--model"], ["import", "FILE", "--model"]])
def test_what_is_kept_with_a_job_is_text(home, simulator, args):
    """It would pass through prompts and on to terminals."""
    assert home.run("submit", *SMALL, "--backend", simulator().url).returncode == 0
    for rubbish in ("a\x1b[31m", "a\u009b", b"a\xff"):
        words = [os.fsencode(str(a)) for a in args] + [os.fsencode(rubbish)]
        got = subprocess.run([PROGRAM, *words], env=home.env, cwd=home.out, capture_output=True, text=True, check=False)
        assert "UTF-8" in one_line(got, 2) or "control character" in got.stderr


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_a_folder_whose_name_is_not_utf_8(home):
    """The book went into another one, called '?', beside it."""
    own = os.fsencode(home.out) + b"/caf\xe9"
    os.mkdir(own)
    got = subprocess.run([PROGRAM, "submit", "--premise", "x", "--words", "300", "--backend", "sim"], env=home.env, cwd=own,
                         capture_output=True, text=True, check=False)
    assert "not UTF-8" in one_line(got, 2)
    assert os.listdir(home.out) == [os.fsdecode(b"caf\xe9")] and os.listdir(own) == []


def test_a_book_in_another_language(home):
    """A Polish premise without a word about its language gave an English book."""
    submit = home.start("submit", "--premise", "Zegarmistrz gubi godzinę", "--words", 300, "--language", "pl",
                        "--backend", "sim")
    assert submit.wait() == 0
    assert re.search("[ąęłńśżź]", book_of(home.status(1)))
    assert "did you mean" in one_line(home.run("submit", *SMALL, "--language", "polish"), 2)


def test_a_managed_backend_that_cannot_start(home):
    """It was started again each second, all night, and nobody was asked."""
    config = pathlib.Path(home.env["HOME"]) / ".config" / "novelgen" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"backends": [{"name": "own", "url": "http://127.0.0.1:9", "command": ["/no/server"]}]}))
    got = home.run("submit", *SMALL, "--backend", "own")
    assert got.returncode == 6, got
    assert "cannot run '/no/server'" in got.stderr and "novelgen resume 1" in got.stderr


GOLDEN = json.loads((pathlib.Path(__file__).parent / "golden" / "json_fields.json").read_text(encoding="utf-8"))


def test_fields_are_only_ever_added(home, simulator):
    """Programs read these: what the golden file lists may never go, and a new field is added to it."""
    got = home.run("submit", *SMALL, "--backend", simulator().url, "--json")
    lines = [json.loads(line) for line in got.stdout.splitlines()]
    assert [line["type"] for line in lines][-1] == "summary"
    assert {line["type"] for line in lines} == set(GOLDEN["lines"])
    for line in lines:
        assert sorted(line) == sorted(GOLDEN["lines"][line["type"]]), line["type"]
    assert {line["to"] for line in lines if line["type"] == "state"} <= set(GOLDEN["states"])
    assert list(home.status(1)) == GOLDEN["status"]


def test_a_home_that_cannot_be_used_names_what_knows_why(tmp_path):
    home = Home(tmp_path)
    home.path.mkdir(parents=True, mode=0o700)
    (home.path / "novelgen.db").mkdir()
    for args in ((), ("list",), ("resume",), ("submit", "--premise", "x", "--words", 300, "--backend", "sim")):
        got = home.run(*args)
        assert got.returncode == 4 and "directory" in got.stderr and "what to do: novelgen doctor" in got.stderr, got.stderr
    got = home.run("list", env={**home.env, "NOVELGEN_HOME": "/dev/null"})
    assert got.returncode == 4 and "what to do: novelgen doctor" in got.stderr, got.stderr
