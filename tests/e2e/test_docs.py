# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The documents show what really happens: every command of a "console" block in docs/ and in the README's own such blocks
# is run, in the order of the page, in a home of its own, and must print what the page shows below it.
#
#     ```console
#     $ novelgen list           a command; a line that ends with a backslash goes on in the next
#     ID  STATE …               what it prints, both stdout and stderr, as a terminal shows them
#     ...                       any lines, or none
#     $ novelgen verify 9       # exit 7: the exit code, if it is not 0
#     ```
#
# Numbers, times and the shape of bars are not compared; "…" within a line stands for anything. A block that begins with
# "# not run: why" is only looked at: its commands and options must exist.
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from novelgen import BUILD, PROGRAM, Home

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


class Step:
    """One command of a page, with the lines that it should print."""

    def __init__(self, line_number, text):
        self.line, self.expected = line_number, []
        match = re.fullmatch(r"(.*?)(?:\s+# exit (\d+)(?::.*)?)?", text, re.S)
        self.command, self.code = match[1], int(match[2] or 0)


def blocks(page):
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield text[:match.start()].count("\n") + 2, match[1].splitlines()


def steps(first, lines):
    found, at = [], 0
    while at < len(lines):
        if lines[at].startswith("$ "):
            begin, command = at, lines[at][2:]
            while command.endswith("\\"):
                at += 1
                command = command[:-1] + " " + lines[at].lstrip("> ").strip()
            found.append(Step(first + begin, command))
        elif found:
            found[-1].expected.append(lines[at])
        at += 1
    return found


def shape(line):
    """A line without what differs from run to run."""
    line = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line)
    line = re.sub(r"[#█▓▒░▏▎▍▌▋▊▉·.]{4,}", "BAR", line)
    line = re.sub(r"\b\d+ (min|h|s|d|ms|days?)( \d+ (min|h|s))?\b", "TIME", line)
    line = re.sub(r"\d[\d,.:]*", "N", line)
    return re.sub(r"\s+", " ", line).strip()


def fits(expected, got):
    pattern = ".*".join(re.escape(part) for part in shape(expected).split("…"))
    return re.fullmatch(pattern, shape(got)) is not None


def compare(expected, got):
    """The index of the first expected line that is not there, or None."""
    at, free = 0, False
    for index, line in enumerate(expected):
        if line.strip() == "...":
            free = True
            continue
        while at < len(got) and free and not fits(line, got[at]):
            at += 1
        if at == len(got) or not fits(line, got[at]):
            return index
        at, free = at + 1, False
    return None if free or at == len(got) else len(expected)


class Desk(Home):
    """A shell in which `novelgen` is the program that was built, and the repository's examples lie in ./jobs."""

    def __init__(self, directory):
        super().__init__(directory)
        shutil.copytree(ROOT / "jobs", self.out / "jobs")
        self.env["PATH"] = f"{BUILD}:{os.environ['PATH']}"
        self.env["COLUMNS"] = "100"
        self.env["LC_ALL"] = "C.UTF-8"

    def shell(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.out, env=self.env, stdin=subprocess.DEVNULL, timeout=180,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def run_page(page, desk):
    for first, lines in blocks(page):
        if lines and lines[0].startswith("# not run:"):
            continue
        for step in steps(first, lines):
            got = desk.shell(step.command)
            where = f"{page.name}:{step.line}: $ {step.command}"
            assert got.returncode == step.code, f"{where}\nexit {got.returncode}\n{got.stdout}"
            output = [line.rstrip() for line in got.stdout.splitlines()]
            missing = compare(step.expected, output)
            assert missing is None, f"{where}\nexpected: {(step.expected + ['(nothing more)'])[missing]}\ngot:\n{got.stdout}"


@pytest.mark.parametrize("page", [p for p in PAGES if any(True for _ in blocks(p))], ids=lambda p: p.name)
def test_a_page_shows_what_happens(page, tmp_path):
    desk = Desk(tmp_path)
    try:
        run_page(page, desk)
    finally:
        desk.close()


def commands_named(text):
    return re.findall(r"\bnovelgen ([a-z]+)((?:[ =][^`\n|;)#]*)?)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_page_names_what_there_is(page):
    """Every command in code, run or not, with its options."""
    helps = {}
    code = re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.S)
    for text in code:
        for command, rest in commands_named(text):
            if command not in helps:
                got = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, check=False)
                helps[command] = got.stdout if got.returncode == 0 else None
            if helps[command] is None:
                assert command in ("is", "prints", "goes"), f"{page.name}: novelgen {command}"
                continue
            for option in re.findall(r"(?<![\w-])--([a-z][a-z-]+)", rest):
                assert f"--{option}" in helps[command], f"{page.name}: novelgen {command} --{option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_page_names_files_that_exist(page):
    """Paths of the tree in backticks, and "file::test"; NAME, TAG and LAYER stand for any."""
    folders = "src|include|tests|docs|templates|languages|contrib|scripts"
    for name in re.findall(rf"`((?:{folders})/[^`\s]*)[^`\n]*`", page.read_text(encoding="utf-8")):
        path, _, test = name.partition("::")
        if re.search(r"(^|[/_])(NAME|TAG|LAYER)\b", path):
            continue
        found = list(ROOT.glob(path))
        assert found, f"{page.name}: {path}"
        assert not test or re.search(rf"\b{test}\(", found[0].read_text(encoding="utf-8")), f"{page.name}: {name}"
