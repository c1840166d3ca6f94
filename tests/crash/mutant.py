# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Seeded bugs: tests/crash/mutants/NAME.py names a file, a text in it that stands there once, and what it becomes. The
# changed file alone is compiled and linked in front of the archive, whose own copy is then never drawn in. A text that
# is not there any more fails aloud: a mutant that changes nothing would look like one that was not caught.
import pathlib
import re
import runpy
import shlex
import subprocess
import types

from bench import BUILD, ROOT

FOLDER = pathlib.Path(__file__).resolve().parent / "mutants"


def names():
    return sorted(p.stem for p in FOLDER.glob("*.py"))


def load(name):
    return types.SimpleNamespace(**runpy.run_path(str(FOLDER / f"{name}.py")))


def make_says(target, changed, wanted):
    """The command by which make would bring `target` up to date if `changed` had changed."""
    got = subprocess.run(["make", "-n", "V=1", f"B={BUILD}", "-W", changed, str(target)], cwd=ROOT, capture_output=True,
                         text=True, check=True)
    lines = [line for line in got.stdout.splitlines() if re.search(wanted, line)]
    assert len(lines) == 1, f"make does not say how it makes {target}:\n{got.stdout}{got.stderr}"
    return shlex.split(lines[0])


def changed_source(m):
    text = (ROOT / m.FILE).read_text()
    for old, new in m.CHANGES:
        assert text.count(old) == 1, f"the mutant no longer applies: {m.FILE} holds {text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def replaced(argv, old, *new):
    at = argv.index(old)
    return [*argv[:at], *new, *argv[at + 1:]]


def build(name):
    """The program with the bug in it."""
    m = load(name)
    folder = BUILD / "mutants" / name
    folder.mkdir(parents=True, exist_ok=True)
    source, obj = folder / pathlib.Path(m.FILE).name, folder / "changed.o"
    source.write_text(changed_source(m))
    original = BUILD / "obj" / pathlib.Path(m.FILE).with_suffix(".o")
    compile_ = make_says(original, m.FILE, rf"-c {re.escape(m.FILE)} ")
    compile_ = replaced(replaced(compile_, m.FILE, str(source)), str(original), str(obj))
    subprocess.run([*compile_, "-w", "-iquote", str(pathlib.Path(m.FILE).parent)], cwd=ROOT, check=True)
    link = make_says(BUILD / "novelgen", BUILD / "libnovelgen.a", rf"-o {re.escape(str(BUILD))}/novelgen ")
    link = replaced(link, str(BUILD / "novelgen"), str(folder / "novelgen"), str(obj))
    subprocess.run(link, cwd=ROOT, check=True)
    return folder / "novelgen"
