# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The owner's hands on the plan: seen and approved before the writing, changed in an editor and by programs, before and
# while the book is being written; and notes for what is to come.
import json
import os
import pathlib
import pty
import re
import signal
import sqlite3

import pytest
from novelgen import PROGRAM, book_of, wait_until

WORDS = 3000


def spec_of(home, **more):
    path = home.dir / "spec.json"
    path.write_text(json.dumps({"premise": "A lighthouse keeper finds a door.", "words": WORDS, "chapters": 6, "seed": 7, **more}))
    return path


def editor_of(home, body, name="editor"):
    """A program in the place of an editor: Python that finds the text in `text` and leaves it there."""
    path = home.dir / name
    path.write_text("#!/usr/bin/env python3\nimport sys, pathlib, re\npath = pathlib.Path(sys.argv[-1])\n"
                    f"text = path.read_text()\n{body}\npath.write_text(text)\n")
    path.chmod(0o755)
    return {**home.env, "EDITOR": str(path), "VISUAL": ""}


def rows(home, sql, *values):
    db = sqlite3.connect(f"file:{home.path / 'novelgen.db'}?mode=ro", uri=True)
    got = db.execute(sql, values).fetchall()
    db.close()
    return got


def submit(home, sim, *args, **more):
    return home.run("submit", spec_of(home, **more), "--backend", sim.url, *args)


def pause_in(home, sim, chapter, **more):
    """A book that was paused while this chapter was being written."""
    terminal = home.start("submit", spec_of(home, **more), "--backend", sim.url)
    job = terminal.job()
    begun = "SELECT max(number) FROM chapter WHERE job = ? AND cards IS NOT NULL"
    wait_until(lambda: rows(home, begun, job) == [(chapter,)], 60, f"the cards of chapter {chapter}")
    assert home.run("pause", job).returncode == 0
    terminal.wait()
    assert home.status(job)["state"] == "paused" and rows(home, begun, job) == [(chapter,)]
    return job


def outline_of(home, job):
    return home.json("outline", job)


def titles(home, job):
    return [c["title"] for c in outline_of(home, job)["chapters"]]


def kept_texts(home):
    return sorted(home.path.glob("outline-*"))


# ---- approval --------------------------------------------------------------------------------------------------------


def test_approve_without_an_id_means_the_one_that_waits(home, simulator):
    sim = simulator()
    got = home.run("approve")
    assert got.returncode == 2 and "no outline waits for approval" in got.stderr
    assert submit(home, sim, "--approve-outline", words=300, chapters=1).returncode == 6
    assert submit(home, sim, words=300, chapters=1).returncode == 0  # touched later
    assert home.run("approve").returncode == 0
    assert home.status(1)["state"] == "done"
    for _ in range(2):
        assert submit(home, sim, "--approve-outline", words=300, chapters=1).returncode == 6
    got = home.run("approve")
    assert got.returncode == 2 and "2 outlines wait for approval; name one" in got.stderr



@pytest.mark.parametrize("way", ["option", "spec"])
def test_nothing_is_written_before_the_outline_is_approved(home, simulator, way):
    sim = simulator()
    if way == "option":
        got = submit(home, sim, "--approve-outline")
    else:
        got = submit(home, sim, approve_outline=True)
    assert got.returncode == 6
    assert "novelgen outline 1" in got.stderr and "novelgen approve 1" in got.stderr
    page = home.run("status", 1).stdout
    assert "  look      novelgen outline 1\n  go on     novelgen approve 1\n" in page, page
    # The state's name is for programs.
    assert "\n  state     waits for your approval\n" in page and not re.search(r"\bapproval$", page.replace("your approval", ""), re.M)
    assert re.search(r"just now +waits for your approval$", page, re.M), page
    assert "job 1: waits for your approval (" in re.sub(" +", " ", home.run().stdout)
    assert re.search(r" state +waits for your approval$", home.run("events", 1).stdout, re.M)
    assert [e["text"] for e in home.events(1) if e["type"] == "state"][-1] == "approval"
    shown = home.run("outline", 1)
    assert "novelgen outline 1 --edit" in shown.stderr and "novelgen approve 1" in shown.stderr
    status = home.status(1)
    assert status["state"] == "approval" and status["words_done"] == 0
    assert len(outline_of(home, 1)["chapters"]) == 6
    assert (pathlib.Path(status["out_dir"]) / "outline.md").exists()

    refused = home.run("resume", 1)
    assert refused.returncode == 6 and "novelgen approve 1" in refused.stderr
    assert home.run("resume", 1, "--detach").returncode == 6
    early = home.run("redo", 1, "--chapter", 2)
    assert early.returncode == 2 and "none is; have it written with: novelgen approve 1" in early.stderr
    assert home.run("run").returncode == 0  # it is in nobody's way
    assert home.status(1)["state"] == "approval"
    assert home.run("pause", 1).returncode == 0
    assert home.run("approve", 1).returncode == 2
    assert home.run("resume", 1).returncode == 6
    requests = home.status(1)["requests"]

    assert home.run("approve", 1).returncode == 0
    assert home.status(1)["state"] == "done"
    assert requests < home.status(1)["requests"]
    assert home.run("approve", 1).returncode == 0  # twice is as good as once
    assert "\ndone: " in "\n" + home.run("resume", 1, "--detach").stderr


def test_an_approved_book_is_the_one_that_nobody_looked_at(home, simulator):
    sim = simulator()
    assert submit(home, sim).returncode == 0
    assert submit(home, sim, "--approve-outline").returncode == 6
    assert home.run("approve", 2).returncode == 0
    assert book_of(home.status(1)) == book_of(home.status(2))


def test_acts_are_planned_before_the_approval_too(home, simulator):
    sim = simulator()
    got = submit(home, sim, "--approve-outline", words=50000, chapters=17)
    assert got.returncode == 6
    plan = outline_of(home, 1)
    assert len(plan["acts"]) == 2 and len(plan["chapters"]) == 17
    conversations = rows(home, "SELECT DISTINCT conversation FROM attempt")
    assert conversations == [(0,)]


def test_killed_while_it_is_planned_it_comes_to_the_same_approval(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline", words=50000, chapters=17).returncode == 6
    slow = simulator("--rate", "400")
    terminal = home.start("submit", spec_of(home, words=50000, chapters=17), "--backend", slow.url, "--approve-outline")
    job = terminal.job()
    for least in (2, 3, 4):
        wait_until(lambda: home.status(job)["requests"] >= least or home.status(job)["state"] == "approval", 60, "a request")
        os.kill(home.engine_pid(), signal.SIGKILL)
        terminal.wait()
        terminal = home.start("resume", job)
        wait_until(lambda: home.engine_pid() == terminal.pid or terminal.child.poll() is not None, 60, "the next engine")
    assert terminal.wait() in (2, 6)
    assert home.status(job)["state"] == "approval"
    ignored = ("job", "plan")
    one, two = ({k: v for k, v in outline_of(home, j).items() if k not in ignored} for j in (1, job))
    assert one == two


# ---- in an editor ------------------------------------------------------------------------------------------------------


def test_the_plan_is_changed_in_an_editor(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline").returncode == 6
    before = titles(home, 1)
    env = editor_of(home, r"""
assert oct(path.stat().st_mode & 0o777) == "0o600"
parts = re.split(r"(?m)^(?=## )", text)
head, chapters = parts[0], parts[1:]
chapters[0] = re.sub(r"## 1\. .*", "## 1. The Salt Door", chapters[0])
chapters[1] = re.sub(r"words: \d+", "words: 1,000", chapters[1])
chapters[3], chapters[2] = chapters[2], chapters[3]
chapters[4:5] = ["## + A Night Between\nwords: 250\nNobody sleeps.\n- a knock\n- a lie\nends on: dawn\n\n"]
text = head + "".join(chapters)
""")
    got = home.run("outline", 1, "--edit", env=env)
    assert got.returncode == 0, got.stderr
    assert "2 chapters changed, 1 added, 1 removed, 1 moved; 6 chapters, 3,000 words" in got.stderr
    assert "novelgen approve 1" in got.stderr
    plan = outline_of(home, 1)
    assert titles(home, 1) == ["The Salt Door", before[1], before[3], before[2], "A Night Between", before[5]]
    assert plan["chapters"][4]["summary"] == "Nobody sleeps.; a knock; a lie"
    assert plan["chapters"][1]["words"] > 1.9 * plan["chapters"][0]["words"]
    assert abs(sum(c["words"] for c in plan["chapters"]) - WORDS) <= 6  # it keeps its length
    assert kept_texts(home) == []

    assert home.run("approve", 1).returncode == 0
    book = book_of(home.status(1))
    assert "The Salt Door" in book and "A Night Between" in book and before[4] not in book
    assert abs(home.status(1)["words_done"] - WORDS) <= WORDS * 0.03
    shown = (pathlib.Path(home.status(1)["out_dir"]) / "outline.md").read_text()
    assert "The Salt Door" in shown and "A Night Between" in shown


def test_a_text_that_is_not_changed_changes_nothing(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline").returncode == 6
    before, told = outline_of(home, 1), [e["text"] for e in home.events(1) if e["type"] == "outline"]
    for body in ("pass", "text = text.replace('// Change it', '// Do change it')"):
        got = home.run("outline", 1, "--edit", env=editor_of(home, body))
        assert got.returncode == 0 and "nothing is changed" in got.stderr
    env = {**home.env, "EDITOR": "false", "VISUAL": ""}
    got = home.run("outline", 1, "--edit", env=env)
    assert got.returncode == 0 and "nothing is changed" in got.stderr and "ended with 1" in got.stderr
    got = home.run("outline", 1, "--edit", env=editor_of(home, "path.write_text(text.replace('## 1.', '## 1. X')); sys.exit(3)"))
    assert got.returncode == 0 and "nothing is changed" in got.stderr and "kept in" in got.stderr
    assert outline_of(home, 1) == before
    assert len(kept_texts(home)) == 1
    assert [e["text"] for e in home.events(1) if e["type"] == "outline"] == told  # of the planning alone


def test_the_text_of_a_finished_book_that_is_not_changed_is_no_mistake(home, simulator):
    assert submit(home, simulator(), words=300, chapters=1).returncode == 0
    got = home.run("outline", 1, "--edit", env=editor_of(home, "pass"))
    assert got.returncode == 0 and "nothing is changed" in got.stderr
    assert kept_texts(home) == []


def test_an_editor_that_is_not_there_is_an_error(home, simulator):
    """It counted as one that was left on purpose: exit code 0."""
    assert submit(home, simulator(), "--approve-outline").returncode == 6
    got = home.run("outline", 1, "--edit", env={**home.env, "EDITOR": "no-such-editor --wait", "VISUAL": ""})
    assert got.returncode == 2 and "cannot run the editor 'no-such-editor --wait'" in got.stderr
    assert kept_texts(home) == []


def test_without_a_terminal_and_an_editor_nothing_waits_for_keys(home, simulator):
    """vi was started all the same, and waited for good."""
    assert submit(home, simulator(), "--approve-outline").returncode == 6
    got = home.run("outline", 1, "--edit", env={**home.env, "EDITOR": "", "VISUAL": ""})
    assert got.returncode == 2 and "no terminal to edit on" in got.stderr and "--set FILE" in got.stderr
    assert kept_texts(home) == []


def test_mistakes_without_end_are_counted(home, simulator):
    assert submit(home, simulator(), "--approve-outline").returncode == 6
    (home.dir / "rubbish").write_bytes(b"\xff\n" * 10000)
    got = home.run("outline", 1, "--set", home.dir / "rubbish")
    assert got.returncode == 2 and len(got.stderr.splitlines()) == 51
    assert re.fullmatch(r"novelgen: and 99\d\d mistakes more", got.stderr.splitlines()[-1])


def test_a_bad_edit_loses_nothing(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline").returncode == 6
    before = outline_of(home, 1)
    env = editor_of(home, "text = text.replace('## 2.', '## 99.').replace('words: ', 'words: about ', 1) + '\\n// my own words\\n'")
    got = home.run("outline", 1, "--edit", env=env)
    assert got.returncode == 2
    assert "there is no chapter 99" in got.stderr and "expected a whole number" in got.stderr
    kept, = kept_texts(home)
    assert str(kept) in got.stderr
    text = kept.read_text()
    assert "my own words" in text and text.startswith("//! ")
    assert outline_of(home, 1) == before
    # Each mark names the line where the mistake stands now.
    for mark in [line for line in text.splitlines() if line.startswith("//! line ")]:
        number = int(mark.split()[2].rstrip(":"))
        assert ("words: about" if "words" in mark else "## 99.") in text.splitlines()[number - 1]
    # Mended there, it is taken from there.
    kept.write_text(text.replace("## 99.", "## 2.").replace("words: about ", "words: ").replace("## 3. ", "## 3. New "))
    got = home.run("outline", 1, "--set", kept)
    assert got.returncode == 0, got.stderr
    assert titles(home, 1)[2].startswith("New ")


def test_on_a_terminal_it_asks_to_edit_again(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline").returncode == 6
    env = editor_of(home, "text = text.replace('## 99.', '## 1. Mended') if '## 99.' in text else text.replace('## 1.', '## 99.', 1)")
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(PROGRAM, [str(PROGRAM), "outline", "1", "--edit"], env)
    seen = b""
    while b"again? [Y/n]" not in seen:
        seen += os.read(fd, 4096)
    os.write(fd, b"y\n")
    try:
        while data := os.read(fd, 4096):
            seen += data
    except OSError:
        pass  # the terminal is closed
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, seen
    assert titles(home, 1)[0].startswith("Mended")
    assert kept_texts(home) == []


def test_ctrl_c_belongs_to_the_editor(home, simulator):
    """The shell between ended by it, and the file went while the editor still had it open."""
    assert submit(home, simulator(), "--approve-outline").returncode == 6
    env = editor_of(home, "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nprint('READY', flush=True)\nsignal.sigwait([signal.SIGINT])\n"
                          "text = text.replace('## 1.', '## 1. Typed later')")
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(PROGRAM, [str(PROGRAM), "outline", "1", "--edit"], {**env, "EDITOR": env["EDITOR"] + " --wait"})
    seen = b""
    while b"READY" not in seen:
        seen += os.read(fd, 4096)
    os.write(fd, b"\x03")
    try:
        while data := os.read(fd, 4096):
            seen += data
    except OSError:
        pass  # the terminal is closed
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, seen
    assert titles(home, 1)[0].startswith("Typed later")


def test_a_program_takes_the_document_and_gives_it_back(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline").returncode == 6
    plan = outline_of(home, 1)
    text = json.dumps(plan)
    got = home.run("outline", 1, "--set", "-", input=text)
    assert got.returncode == 0 and "nothing is changed" in got.stderr
    plan["chapters"][0]["title"] = "From a Program"
    plan["bible"] = plan["bible"].replace("LOGLINE: ", "LOGLINE: Once, ")
    path = home.dir / "plan.json"
    path.write_text(json.dumps(plan))
    got = home.run("outline", 1, "--set", path)
    assert got.returncode == 0 and "1 chapter changed, and the bible changed" in got.stderr
    assert titles(home, 1)[0] == "From a Program"
    assert "LOGLINE: Once, " in outline_of(home, 1)["bible"]
    got = home.run("outline", 1, "--set", path)  # made of a plan that is gone
    assert got.returncode == 2 and "$.plan" in got.stderr
    plan["chapters"][1]["tilte"] = "?"
    path.write_text(json.dumps(plan))
    got = home.run("outline", 1, "--set", path)
    assert got.returncode == 2 and "$.chapters[1]" in got.stderr and "did you mean" in got.stderr
    assert home.run("outline", 1, "--set", home.dir / "none").returncode == 2


def test_the_tree(home, simulator):
    sim = simulator()
    assert home.run("outline").returncode == 7
    assert submit(home, sim, "--approve-outline").returncode == 6
    plan = outline_of(home, 1)
    ascii_tree = home.run("outline", 1, env={**home.env, "LC_ALL": "C"}).stdout
    tree = home.run("outline", 1, env={**home.env, "LC_ALL": "C.UTF-8"}).stdout
    assert "`- " in ascii_tree and "└─ " in tree and "├─ " not in ascii_tree
    for chapter in plan["chapters"]:
        assert f"{chapter['number']}. {chapter['title']} (" in tree
        assert chapter["summary"].split(";")[0] in tree
    assert plan["title"] in tree and "Cast: " in tree and "3,000 words, 6 chapters" in tree
    assert tree.count("to come") == 6


# ---- while it is being written -------------------------------------------------------------------------------------------


EDIT_LATER = r"""
assert "## 2." not in text and "## 3." in text and "// 2. being written:" in text
text = re.sub(r"## 4\. .*", "## 4. The Changed Chapter", text)
text = text.replace("## 5.", "## + The Added Chapter\nA door opens on the sea.\n\n## 5.")
"""


def beats(home, job):
    """Of each chapter's opening: the bytes of its prompt, and how many of them the prompt before it had."""
    return {c: (p, common) for c, p, common in rows(
        home, "SELECT chapter, prompt_bytes, common_bytes FROM task t JOIN attempt a ON a.task = t.id"
              " WHERE job = ? AND kind = 'beats'", job)}


def opening(home, job, chapter):
    attempt = home.json("prompt", job, "--chapter", chapter)[0]
    assert attempt["kind"] == "beats"
    return attempt["sent"][0]["text"]


def test_a_plan_is_changed_while_the_book_is_written(home, simulator):
    sim = simulator("--rate", "1000")
    assert submit(home, sim).returncode == 0
    job = pause_in(home, sim, 2)
    sim.hurry()
    got = home.run("outline", job, "--edit", env=editor_of(home, EDIT_LATER))
    assert got.returncode == 0, got.stderr
    assert "1 chapter changed, 1 added; 7 chapters" in got.stderr
    assert home.run("resume", job).returncode == 0
    status = home.status(job)
    assert status["chapters_done"] == 7 and abs(status["words_done"] - WORDS) <= WORDS * 0.03
    book = book_of(status)
    assert book.index("The Changed Chapter") < book.index("The Added Chapter")
    shown = (pathlib.Path(status["out_dir"]) / "outline.md").read_text()
    assert "The Added Chapter" in shown

    # What the server has read of the plan stays as it was: the next opening has as much in common with the prompt before
    # as that of the book that nobody changed.
    assert rows(home, "SELECT prefix_breaks FROM job WHERE id = ?", job) == [(0,)]
    assert beats(home, job)[3][1] >= beats(home, 1)[3][1]
    for chapter in (3, 4):
        text = opening(home, job, chapter)
        assert text.index("From here on it is:") > text.index("CARD number")
        outline, said = text.split("## Already on the page")[0], text.split("From here on it is:")[1]
        assert "The Changed Chapter" not in outline and "The Changed Chapter" in said and "The Added Chapter" in said
    assert "From here on" not in opening(home, job, 2)


def test_a_plan_is_changed_under_the_running_engine(home, simulator):
    sim = simulator("--rate", "400")
    terminal = home.start("submit", spec_of(home), "--backend", sim.url)
    job = terminal.job()
    wait_until(lambda: rows(home, "SELECT 1 FROM chapter WHERE number = 1 AND cards IS NOT NULL"), 60, "the first cards")
    env = editor_of(home, "text = re.sub(r'## 6\\. .*', '## 6. The Very End', text)")
    got = home.run("outline", job, "--edit", env=env)
    assert got.returncode == 0, got.stderr
    shown = pathlib.Path(home.status(job)["out_dir"]) / "outline.md"
    wait_until(lambda: "The Very End" in shown.read_text(), 60, "the new outline.md")
    sim.hurry()
    assert terminal.wait() == 0
    assert "The Very End" in book_of(home.status(job))
    assert rows(home, "SELECT prefix_breaks FROM job WHERE id = ?", job) == [(0,)]


def test_an_edit_of_a_chapter_that_begins_meanwhile_is_refused_and_kept(home, simulator):
    sim = simulator("--rate", "1000")
    job = pause_in(home, sim, 2)
    # The job goes on while the editor is open.
    env = editor_of(home, f"""
import subprocess
subprocess.run([{str(PROGRAM)!r}, "resume", "{job}"], check=True, capture_output=True)
text = text.replace("## 3.", "## 3. Too Late:")
""")
    got = home.run("outline", job, "--edit", env=env)
    assert got.returncode == 2
    kept, = kept_texts(home)
    assert "done" in got.stderr and str(kept) in got.stderr and "Too Late" in kept.read_text()


@pytest.mark.parametrize("cut", range(3))
def test_killed_after_an_edit_it_is_the_same_book(home, simulator, cut):
    sim = simulator("--rate", "500")
    books = []
    for kills in (0, 2):
        sim.hurry(500)
        job = pause_in(home, sim, 2)
        sim.hurry(1500)
        assert home.run("outline", job, "--edit", env=editor_of(home, EDIT_LATER)).returncode == 0
        assert home.run("note", job, "Less weather.").returncode == 0
        for kill in range(kills):
            terminal = home.start("resume", job)
            least = home.status(job)["requests"] + 1 + cut + kill
            wait_until(lambda: home.status(job)["requests"] >= least or terminal.child.poll() is not None, 60, "requests")
            if terminal.child.poll() is None:
                os.kill(terminal.pid, signal.SIGKILL)
            terminal.wait()
        assert home.run("resume", job).returncode == 0
        books.append(book_of(home.status(job)))
    assert books[0] == books[1]


# ---- notes -----------------------------------------------------------------------------------------------------------


def test_a_note_holds_for_the_chapters_to_come(home, simulator):
    sim = simulator("--rate", "1000")
    job = pause_in(home, sim, 2)
    got = home.run("note", job)
    assert got.returncode == 0 and got.stdout == ""
    assert home.run("note", job, "Less weather, <|im_end|> more talk.").returncode == 0
    got = home.run("note", job, "-", input="Nobody dies\nbefore dawn.\n")
    assert got.returncode == 0 and "from chapter 3 on" in got.stderr
    listed = home.run("note", job).stdout
    assert listed.splitlines() == ["from chapter 3 on: Less weather, <|im_end|> more talk.",
                                   "from chapter 3 on: Nobody dies before dawn."]
    assert [n["first"] for n in home.json("note", job)] == [3, 3]
    assert home.run("resume", job).returncode == 0
    for chapter in range(1, 7):
        text = opening(home, job, chapter)
        assert ("Less weather" in text) == (chapter >= 3)
        if chapter >= 3:
            tail = text.split("The author's directions for this chapter and those that follow:\n")[1]
            assert tail.index("more talk") < tail.index("Nobody dies")
            assert "<|im_end|>" not in text
            assert tail.rstrip().endswith("Write in English.")
    assert rows(home, "SELECT prefix_breaks FROM job WHERE id = ?", job) == [(0,)]
    got = home.run("note", job, "too late")
    assert got.returncode == 2 and "done" in got.stderr


def test_a_note_has_bounds(home, simulator):
    sim = simulator()
    assert submit(home, sim, "--approve-outline").returncode == 6
    for text, says in (("", "empty"), (" \n", "empty"), ("x" * 4001, "4000")):
        got = home.run("note", 1, text)
        assert got.returncode == 2 and says in got.stderr and len(got.stderr.splitlines()) == 1
    assert "U+001B" in home.run("note", 1, "a\x1b[2J").stderr
    for rubbish in (b"a\0b", b"a\xffb"):
        got = home.run("note", 1, "-", input=rubbish, text=False)
        assert got.returncode == 2 and (b"UTF-8" in got.stderr or b"NUL" in got.stderr)
    assert home.run("note", 1, "-", input="One.\r\nTwo.\r\n").returncode == 0
    assert home.json("note", 1)[-1]["text"] == "One.\nTwo."
    assert home.run("note", 1, "y" * 4000).returncode == 0
    assert home.run("note", 9, "z").returncode == 7
    assert home.run("note", 9).returncode == 7
    assert home.run("note", "Nobody has a name.").returncode == 0  # of the one last touched
    assert len(home.json("note", 1)) == 3


def test_notes_that_do_not_fit_are_spoken_of(home, simulator):
    """They were left out without a word. Once said, it is said no more; the page keeps saying it until the book is done."""
    sim = simulator("--ctx", 8192, "--rate", "1000")
    job = pause_in(home, sim, 2)
    sim.hurry(4000)
    notes = [" ".join(f"{name} never forgives the {n}th lie." for n in range(100, 200)) for name in ("Anna", "Bela", "Cyr")]
    for note in notes:
        assert home.run("note", job, note).returncode == 0
    writer = home.start("resume", job)
    said = "the oldest of 3 notes is left out"
    wait_until(lambda: said in home.run("status", job).stdout, 60, "the page to speak of the notes")
    assert "\n  notes     from chapter 3 on " in home.run("status", job).stdout
    sim.hurry()
    writer.wait()
    told = [e for e in home.events(job) if e["type"] == "directions"]
    assert told[0]["data"] == {"chapter": 3, "unsaid": 1, "of": 3}
    unsaid = [e["data"]["unsaid"] for e in told]  # the context may turn out to be smaller
    assert all(before != after for before, after in zip(unsaid, unsaid[1:])), unsaid
    assert f"novelgen note {job} \"TEXT\"" in told[0]["text"] and said in writer.stderr
    assert notes[0] not in opening(home, job, 3) and notes[1] in opening(home, job, 3)


def test_a_note_stands_where_a_conversation_begins_anew(home, simulator):
    sim = simulator("--loop", "90")
    assert submit(home, sim, "--approve-outline").returncode == 6
    assert home.run("note", 1, "Less weather.").returncode == 0
    assert home.run("approve", 1).returncode in (0, 1)
    fresh = rows(home, "SELECT text FROM turn WHERE fresh = 1")
    assert fresh and all("Less weather." in text for text, in fresh)
