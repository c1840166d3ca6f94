# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The example specs are what newcomers copy: each gives a whole book of the length it asks for.
import json
import os
import pathlib
import re

import pytest
from editions import epubcheck, has_epubcheck

JOBS = sorted((pathlib.Path(__file__).resolve().parent.parent.parent / "jobs").glob("*.json"))


@pytest.mark.parametrize("spec", JOBS, ids=lambda path: path.stem)
def test_example(home, simulator, spec):
    sim = simulator()
    got = home.run("submit", spec, "--backend", sim.url, "--quiet")
    assert got.returncode == 0, got.stderr
    status = home.status(1)
    off = abs(status["words_done"] - status["words_target"]) / status["words_target"]
    assert off <= (0.01 if status["words_target"] >= 20000 else 0.03), status
    assert status["gaps"] == 0 and status["chapters_done"] == status["chapters_total"]
    folder = pathlib.Path(status["out_dir"])
    chapters = sorted(path.name for path in (folder / "chapters").iterdir())
    assert len(chapters) == status["chapters_total"] and all(name.endswith(".md") for name in chapters), chapters
    book = (folder / "book.md").read_text(encoding="utf-8")
    assert len(re.findall("^## ", book, re.M)) == status["chapters_total"]
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["words"] == status["words_done"]
    verified = home.run("verify")
    assert verified.returncode == 0, verified.stdout
    account = sim.account()
    assert account["in_flight_max"] == 1 and account["overlaps"] == 0 and account["lost_position"] == 0
    if os.environ.get("NOVELGEN_EPUBCHECK") == "all" and has_epubcheck():
        path = home.dir / "book.epub"
        exported = home.run("export", "--format", "epub", "-o", path)
        assert exported.returncode == 0, exported.stderr
        assert epubcheck([path]) == {"book.epub": ""}
