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
# What differs from run to run is not compared: times, speeds, sizes, the shape of bars; what the simulator makes the same
# each time is: which job, chapter, part, version, and how many words. "…" within a line stands for anything. A block that
# begins with "# not run: why" is only looked at: its commands and options must exist.
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


VARIES = [
    (re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]"), ""),
    (re.compile(r"[#█▓▒░▏▎▍▌▋▊▉·.]{4,}"), "BAR"),
    (re.compile(r"“…[^”]*”"), "“…”"),  # the words behind which a job goes on
    (re.compile(r"chapter \d+/\d+, .* words  ETA .*"), "PROGRESS"),  # it says where the job was when somebody looked
    (re.compile(r"[\d,]+ words a minute"), "SPEED"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"), "UUID"),
    (re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d+\b"), "DAY"),
    (re.compile(r"\bjust now\b|\b\d+ (min|h|d) ago\b"), "AGO"),
    (re.compile(r"\b\d[\d.,]* ?(min|h|s|d|ms|days?)\b( \d+ (min|h|s)\b)?"), "TIME"),
    (re.compile(r"\b\d[\d.,]* ?[kKM](iB)?\b"), "SIZE"),
]
SAME = re.compile(r"\b(?:job|chapters?|part|version|exit) \d+|(?<![/\d,])\d[\d,]*(?: of [\d,]+)? "
                  r"(?:words?|chapters?|parts?|files?|findings?|gaps?)\b")


def shape(line):
    """A line without what differs from run to run."""
    for pattern, name in VARIES:
        line = pattern.sub(name, line)
    kept = SAME.findall(line)
    line = re.sub(r"\d[\d,.:]*", "N", SAME.sub("SAME", line))
    for text in kept:
        line = line.replace("SAME", text, 1)
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
    """A shell of somebody who has never used `novelgen`, with the program that was built, the examples and the prompts."""

    def __init__(self, directory):
        super().__init__(directory)
        self.out = self.dir / "user"
        self.path = self.out / ".local/share/novelgen"
        for folder in ("jobs", "templates"):
            shutil.copytree(ROOT / folder, self.out / folder)
        del self.env["NOVELGEN_HOME"]
        self.env.update(PATH=f"{BUILD}:{os.environ['PATH']}", COLUMNS="100", LC_ALL="C.UTF-8")

    def shell(self, command):
        """The exit code, and the output as it would be for one whose home directory is /home/ana."""
        got = subprocess.run(["bash", "-c", command], cwd=self.out, env=self.env, stdin=subprocess.DEVNULL, timeout=180,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        text = got.stdout.replace(str(self.out), "/home/ana").replace(self.env["XDG_RUNTIME_DIR"], "/run/user/1000")
        return got.returncode, text


def look(page, step, desk):
    code, text = desk.shell(step.command)
    where = f"{page.name}:{step.line}: $ {step.command}"
    assert code == step.code, f"{where}\nexit {code}\n{text}"
    missing = compare(step.expected, [line.rstrip() for line in text.splitlines()])
    assert missing is None, f"{where}\nexpected: {(step.expected + ['(nothing more)'])[missing]}\ngot:\n{text}"


def run_page(page, desk):
    for first, lines in blocks(page):
        if lines and lines[0].startswith("# not run:"):
            continue
        for step in steps(first, lines):
            look(page, step, desk)


@pytest.mark.parametrize("page", [p for p in PAGES if any(True for _ in blocks(p))], ids=lambda p: p.name)
def test_a_page_shows_what_happens(page, tmp_path):
    desk = Desk(tmp_path)
    try:
        run_page(page, desk)
    finally:
        desk.close()


WRONG = [("done: 596 words in 1 chapter, 5 s of writing: /home/ana/b/book.md", [
              "done: 597 words in 1 chapter, 5 s of writing: /home/ana/b/book.md", "done: 596 words in 2 chapters, 5 s of writing: /home/ana/b/book.md",
              "done: 596 words in 1 chapter, 5 s of writing: /home/ana/c/book.md", "done: 596 words in 1 chapter, 5 s of writing"]),
         ("job 1: chapter 2, part 1: 292 words", ["job 2: chapter 2, part 1: 292 words", "job 1: chapter 3, part 1: 292 words",
                                                  "job 1: chapter 2, part 1: 293 words"]),
         ("  chapters  3 of 3", ["  chapters  3 of 3, now prose", "  words  3 of 3"])]


@pytest.mark.parametrize("shown,others", WRONG, ids=[shown for shown, _ in WRONG])
def test_a_wrong_line_is_noticed(shown, others):
    assert compare([shown], [shown]) is None
    assert [other for other in others if compare([other], [shown]) is None] == []


def test_what_differs_from_run_to_run_is_not():
    assert compare(["done: 596 words in 1 chapter, 5 s of writing: x"], ["done: 596 words in 1 chapter, 1 min 12 s of writing: x"]) is None
    assert compare(["Nov 21 17:33:55  state  writing, 301.2 tokens/s"], ["Jan 2 07:00:01  state  writing, 88 tokens/s"]) is None
    assert compare([" 2  done  just now  Salt"], [" 2  done    3 min ago  Salt"]) is None


def test_lines_too_many_and_too_few_are_noticed():
    assert compare(["one"], ["one", "two"]) == 1 and compare(["one", "two"], ["one"]) == 1
    assert compare([], ["one"]) == 0 and compare(["..."], ["one"]) is None
    assert compare(["...", "two", "..."], ["one", "two", "three"]) is None and compare(["...", "four"], ["one", "two"]) == 1


@pytest.mark.parametrize("wrong", ["$ novelgen version\nnovelgen 9.x", "$ novelgen status 9", "$ novelgen version  # exit 7\n..."])
def test_a_page_that_shows_what_does_not_happen_fails(wrong, tmp_path):
    page, desk = tmp_path / "PAGE.md", Desk(tmp_path)
    page.write_text(f"```console\n{wrong}\n```\n")
    with pytest.raises(AssertionError, match=r"PAGE.md:2: \$ novelgen"):
        run_page(page, desk)


def commands_named(text):
    return re.findall(r"\bnovelgen ([a-z]+)((?:[ =][^`\n|;)#]*)?)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_page_names_what_there_is(page):
    """Every command in code, run or not, with its options; what a command prints has words of its own."""
    helps = {}
    text = page.read_text(encoding="utf-8")
    typed = [step.command for first, lines in blocks(page) for step in steps(first, lines)]
    code = re.findall(r"```.*?```|`[^`\n]+`", BLOCK.sub("", text), re.S)
    for text in [*typed, *code]:
        for command, rest in commands_named(text):
            if command not in helps:
                got = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, check=False)
                helps[command] = got.stdout if got.returncode == 0 else None
            if helps[command] is None:
                raise AssertionError(f"{page.name}: there is no novelgen {command}")
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


@pytest.mark.parametrize("name", ["README.md", "docs/COOKBOOK.md"])
def test_a_page_leaves_no_command_out(name):
    listed = subprocess.run([PROGRAM, "help"], capture_output=True, text=True, check=True).stdout
    there = re.findall(r"^  ([a-z]+) +\S", listed.partition("Commands:\n")[2].partition("\n\n")[0], re.M)
    page = (ROOT / name).read_text(encoding="utf-8")
    assert len(there) > 30 and [c for c in there if not re.search(rf"\bnovelgen {c}\b", page)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_page_links_to_what_there_is(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_kind_of_event_is_told_in_the_formats():
    """A program that reads the events learns their types from that page alone."""
    sources = "".join(p.read_text(encoding="utf-8") for p in ROOT.glob("src/*/*.c"))
    types = set(re.findall(r'store_event_(?:add|put)\([^;"]*"([a-z_]+)"', sources))
    assert {"state", "chunk", "titles"} <= types, types
    told = (ROOT / "docs/FORMATS.md").read_text(encoding="utf-8")
    assert not {t for t in types if f"`{t}`" not in told}
