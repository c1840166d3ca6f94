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
    assert words(home, "list", "--set", "queue") == ["queue.max="]
    assert words(home, "submit", "") == [":files"]
    assert words(home, "nonsense", "") == []
    assert not home.path.exists(), "asking made a home"


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
    assert words(home, "status", "--home", other, "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_takes_its_script(shell, home):
    script = home.run("completion", shell)
    assert script.returncode == 0
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    path = home.dir / "script"
    path.write_text(script.stdout)
    assert subprocess.run([shell, "-n", path], check=False).returncode == 0


def test_bash_completes(home):
    ask = """
        source <(novelgen completion bash)
        COMP_WORDS=(novelgen submit --back) COMP_CWORD=2
        _novelgen && echo "${COMPREPLY[@]}"
        COMP_WORDS=(novelgen completion "") COMP_CWORD=2
        _novelgen && echo "${COMPREPLY[@]}"
    """
    env = {**home.env, "PATH": f"{BUILD}:{os.environ['PATH']}"}
    got = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, env=env, check=True)
    assert got.stdout == "--backend\nbash zsh fish\n"


@pytest.mark.parametrize("given, said", [((), "which shell?"), (("tcsh",), "unknown shell 'tcsh'")])
def test_another_shell_is_refused(given, said, home):
    got = home.run("completion", *given)
    assert got.returncode == 2 and said in got.stderr
