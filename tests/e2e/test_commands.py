# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# All commands, by what the program says of itself: help with an example, a wrong option with the right one, a wrong
# command with the right one, the manual pages and what the Tab key completes.
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from novelgen import BUILD, PROGRAM, Home

ROOT = pathlib.Path(__file__).resolve().parents[2]
HELP = subprocess.run([PROGRAM, "help"], capture_output=True, text=True, check=True).stdout
COMMANDS = [line.split()[0] for line in HELP.split("Commands:\n")[1].splitlines() if re.match(r" {2}[a-z]", line)]
OPTION = re.compile(r"^ {2}(?:-(\w), |    )--([a-z-]+)", re.M)


def help_of(command):
    return subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, check=True).stdout


def options(command):
    return [name for _, name in OPTION.findall(help_of(command))]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_commands_are_found():
    assert {"submit", "config", "completion", "init"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_a_usage_and_an_example(command):
    text = help_of(command)
    assert text.startswith(f"usage: novelgen {command}")
    assert "Example: " in text
    assert text == subprocess.run([PROGRAM, "help", command], capture_output=True, text=True, check=True).stdout
    filled = text.split("Example: ")[0] + text.split("\nOptions:")[1]
    assert max(map(len, filled.splitlines())) <= 80


@pytest.mark.parametrize("columns, most", [(50, 50), (90, 90), (300, 100)])
def test_help_is_as_wide_as_its_window(columns, most):
    """Written in lines of 120, it broke in mid-word on most terminals. Examples stay as they are, to be copied."""
    env = {**os.environ, "COLUMNS": str(columns)}
    text = subprocess.run([PROGRAM, "redo", "--help"], capture_output=True, text=True, check=True, env=env).stdout
    longest = max(map(len, text.split("Example: ")[0].splitlines()))
    assert most - 12 < longest <= most
    assert 'Example: novelgen redo 3 --chapter 7 --note "she must not forgive him yet"\n' in text


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_use_what_there_is(command):
    """Each option of an example belongs to the command that it stands with."""
    example = help_of(command).split("Example: ")[1].split("\nOptions:")[0]
    for line in example.splitlines():
        for call in re.findall(r"novelgen ([a-z]+)((?: [^|)]+)?)", line):
            assert call[0] in COMMANDS
            for name in re.findall(r" --([a-z-]+)", call[1]):
                assert name in options(call[0]), line


def typo_of(name, others):
    """The name without its second letter, unless that is a name too."""
    wrong = name[:1] + name[2:]
    return None if wrong in others or len(wrong) < 3 else wrong


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_option_is_answered_with_the_right_one(command, home):
    names = options(command)
    for name in names:
        wrong = typo_of(name, names)
        if wrong is None:
            continue
        got = home.run(command, f"--{wrong}")
        assert got.returncode == 2, (name, got)
        assert f"unknown option '--{wrong}'; did you mean '--" in got.stderr
        assert got.stdout == ""
    assert not home.path.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_command_is_answered_with_the_right_one(command, home):
    wrong = typo_of(command, COMMANDS)
    if wrong is not None:
        got = home.run(wrong)
        assert got.returncode == 2 and f"unknown command '{wrong}'; did you mean '" in got.stderr


# ---- manual pages ----------------------------------------------------------------------------------------------------

def page(name):
    return subprocess.run([PROGRAM, "man", name], capture_output=True, text=True, check=True).stdout


def plain(roff):
    return re.sub(r"\\f[BIR]|\\&", "", roff).replace("\\-", "-").replace("\\e", "\\")


def test_the_manual_has_every_command_option_and_key():
    text = plain(page("novelgen.1"))
    for command in COMMANDS:
        assert re.search(rf'^\.SS "{command}[ "]', text, re.M), command
        for name in options(command):
            assert name == "help" or f"--{name}" in text, (command, name)
    for line in subprocess.run([BUILD / "tests/spec_check", "--keys", "config"], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        key = re.search(r'"path": ?"([^"]+)"', line)[1]
        assert key == "$schema" or key in text
    spec = plain(page("novelgen-spec.5"))
    for line in subprocess.run([BUILD / "tests/spec_check", "--keys", "spec"], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        assert re.search(r'"path": ?"([^"]+)"', line)[1] in spec


def keys_of_schema(node):
    """Of all objects in it, also of those in lists."""
    found = set()
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        found |= (set(value) if key == "properties" else set()) | keys_of_schema(value)
    return found


def test_the_manual_has_the_keys_of_what_stands_in_lists():
    """It said that an outline has "chapters as you want them", and not how one is written."""
    items = set(re.findall(r"^\.TP\n(?:\.[BI] )?\"?([a-z_.$0-9]+)", plain(page("novelgen-spec.5")), re.M))
    items |= {part for item in items for part in item.split(".")}
    schema = json.loads((ROOT / "docs/spec.schema.json").read_text(encoding="utf-8"))
    assert {"premise", "summary", "file"} <= keys_of_schema(schema)
    assert not keys_of_schema(schema) - items


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not here")
@pytest.mark.parametrize("name", ["novelgen.1", "novelgen-spec.5"])
def test_manual_pages_are_good_roff(name):
    got = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8"], input=page(name), capture_output=True, text=True, check=False)
    assert got.returncode == 0 and got.stderr == ""


def test_an_advice_names_the_home_that_was_given(home):
    """Only commands with an ID got it: who copied "novelgen list" was shown another home."""
    other = home.dir / "other"
    assert home.run("status", 9, "--home", other).stderr.endswith(f"see: novelgen list --home {other}\n")
    assert home.run("approve", "--home", other).stderr.endswith(f"see: novelgen list --home {other}\n")
    assert home.run("nonsense", "--home", other).stderr.endswith("see: novelgen help\n")


# ---- JSON ------------------------------------------------------------------------------------------------------------

JSON = [command for command in COMMANDS if "json" in options(command)]
NAMING = [command for command in JSON if re.match(r"usage: novelgen \w+ \[?ID", help_of(command))]
NEEDED = {"diff": ["--chapter", 1], "extend": ["--words", 500], "redo": ["--chapter", 1], "note": ["text"]}


def fails(got, code):
    """The contract of a failure: its exit code, one line on stderr, nothing on stdout."""
    assert got.returncode == code and got.stdout == ""
    assert re.fullmatch(r"novelgen: [^\n]+\n", got.stderr)


@pytest.mark.parametrize("command", JSON)
def test_a_failure_is_no_document(command, home):
    fails(home.run(command, "--json", "--nonsense"), 2)


@pytest.mark.parametrize("command", NAMING)
def test_a_job_that_is_not_there_is_no_document(command, home):
    assert len(NAMING) >= 12
    fails(home.run(command, 9, *NEEDED.get(command, []), "--json"), 7)


@pytest.mark.parametrize("command", ["list", *NAMING])
def test_a_store_that_cannot_be_read_is_no_document(command, home):
    home.path.mkdir(mode=0o700)
    (home.path / "novelgen.db").write_bytes(b"no database, whoever looks at it\n" * 200)
    fails(home.run(command, *([1] if command in NAMING else []), *NEEDED.get(command, []), "--json"), 4)


def test_a_stream_ends_with_its_summary_also_without_a_job(home):
    """Programs that wait for the summary waited for nothing where there was nothing to do, or the job was refused."""
    def summary(*args):
        got = home.run(*args, "--json")
        last = json.loads(got.stdout.splitlines()[-1])
        assert (last["type"], last["exit"]) == ("summary", got.returncode)
        return last

    premise = ["submit", "--premise", "A clockmaker loses an hour.", "--words", 300, "--backend", "http://127.0.0.1:1"]
    assert summary("resume", "--all")["job"] is None
    assert summary(*premise)["job"] == 1
    for detach in [], ["--detach"]:
        refused = summary(*premise, "--set", "queue.max=1", *detach)
        assert refused["job"] is None and refused["exit"] == 5
    for args in ["redo", 1, "--gaps"], ["sync", 1]:
        assert summary(*args)["job"] is None


# ---- completion ------------------------------------------------------------------------------------------------------

def words(home, *typed):
    got = home.run("complete", *typed)
    assert got.returncode == 0 and got.stderr == ""
    return [line.split("\t")[0] for line in got.stdout.splitlines()]


def test_completion_knows_commands_options_and_values(home):
    assert words(home, "") == COMMANDS
    assert words(home, "sub") == ["submit"]
    for command in COMMANDS:
        assert set(words(home, command, "--")) == {f"--{name}" for name in options(command)}
    assert words(home, "submit", "--backend", "") == ["auto", "sim"]
    assert words(home, "config", "queue") == ["queue.max"]
    assert {"set", "unset", "queue.max"} <= set(words(home, "config", "")) and words(home, "config", "un") == ["unset"]
    for change in ("set", "unset"):
        assert words(home, "config", change, "queue") == words(home, "config", "--json", change, "queue") == ["queue.max"]
    assert words(home, "config", "set", "queue.max", "") == words(home, "config", "queue.max", "") == []
    assert words(home, "config", "--color", "set", "un") == ["unset"], "the value of an option is no argument"
    assert words(home, "list", "--state", "done,pa") == ["done,paused"]
    assert words(home, "list", "--set", "queue") == ["queue.max="]
    assert words(home, "submit", "") == [":files"]
    assert words(home, "list", "--sort", "t") == ["touched"]
    assert words(home, "stats", "--since", "a") == [], "a time, and no choice of colours"
    assert words(home, "nonsense", "") == []
    assert not home.path.exists(), "asking made a home"


def test_completion_knows_a_value_behind_an_equals_sign(home):
    assert words(home, "export", "--format=e") == ["epub"] and words(home, "export", "--format=md,e") == ["md,epub"]
    assert words(home, "export", "--output=b") == [":files"]
    assert words(home, "list", "--set=queue") == ["queue.max="]
    assert words(home, "list", "--json=") == words(home, "list", "--nonsense=") == []


def test_completion_knows_jobs_and_backends(home):
    config = home.dir / "user/.config/novelgen/config.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"backends": [{"name": "box", "url": "http://127.0.0.1:1"}]}')
    assert words(home, "submit", "--backend", "b") == ["box"]
    # a job with nobody to write it
    got = home.run("submit", "--premise", "A clockmaker loses an hour.", "--title", "Lost Hour", "--words", 300,
                   "--backend", "box")
    assert got.returncode == 3
    assert words(home, "status", "") == ["1", "lost-hour"]
    assert words(home, "status", "l") == ["lost-hour"]
    other = home.dir / "other"
    assert words(home, "status", "--home", other, "") == words(home, "status", f"--home={other}", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_takes_its_script(shell, home):
    script = home.run("completion", shell)
    assert script.returncode == 0
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    path = home.dir / "script"
    path.write_text(script.stdout)
    assert subprocess.run([shell, "-n", path], check=False).returncode == 0


# How each shell asks: what is typed is $1, and the answer is a line for each word.
ASK = {
    # bash itself splits at "=", which is why its function has to join
    "bash": """
        source <(novelgen completion bash)
        COMP_WORDS=($2) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _novelgen && [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
    """,
    # what stands before the word is IPREFIX; the shell's own functions are replaced by what they would be told
    "zsh": """
        compdef() { }
        _describe() { for word in ${(P)2}; do print -r -- "$IPREFIX${word%%:*}"; done }
        _files() { for word in $PREFIX*; do print -r -- "$IPREFIX$word"; done }
        source <(novelgen completion zsh)
        ask() { local IPREFIX= PREFIX=${@[-1]}; words=("$@") CURRENT=$#; _novelgen }
        ask ${=1} || true
    """,
    "fish": """
        novelgen completion fish | source
        complete -C $argv[1] | string replace -r '\\t.*' ''; or true
    """,
}


def ask(home, shell, typed):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    env = {**home.env, "PATH": f"{BUILD}:{os.environ['PATH']}"}
    plain = ["--no-config"] if shell == "fish" else ["-f"] if shell == "zsh" else []
    name = [] if shell == "fish" else ["ask"]
    split = [re.sub("=", " = ", typed)] if shell == "bash" else []
    got = subprocess.run([shell, *plain, "-c", ASK[shell], *name, typed, *split], capture_output=True, text=True, env=env,
                         cwd=home.out, check=True)
    return set(got.stdout.splitlines())


@pytest.mark.parametrize("shell", ASK)
def test_a_shell_completes(shell, home):
    """A value behind an equals sign was completed in no shell: bash splits there, zsh and fish take it for one word."""
    (home.out / "salt.epub").touch()
    lead = {"format": "", "output": ""} if shell == "bash" else {"format": "--format=", "output": "--output="}
    assert ask(home, shell, "novelgen submit --back") == {"--backend"}
    assert ask(home, shell, "novelgen completion b") == {"bash"}
    assert ask(home, shell, "novelgen export --format e") == {"epub"}
    assert ask(home, shell, "novelgen export --format=e") == {f"{lead['format']}epub"}
    assert ask(home, shell, "novelgen export --output=sa") == {f"{lead['output']}salt.epub"}
    assert ask(home, shell, "novelgen export --output sa") == {"salt.epub"}


def test_bash_completes_where_an_equals_sign_is_no_break(home):
    env = {**home.env, "PATH": f"{BUILD}:{os.environ['PATH']}"}
    got = subprocess.run(["bash", "-c", ASK["bash"], "ask", "", "novelgen export --format=e"], capture_output=True, text=True,
                         env=env, check=True)
    assert got.stdout == "--format=epub\n"


@pytest.mark.parametrize("given, said", [((), "give the shell, bash, zsh or fish"), (("tcsh",), "unknown shell 'tcsh'")])
def test_another_shell_is_refused(given, said, home):
    got = home.run("completion", *given)
    assert got.returncode == 2 and said in got.stderr
