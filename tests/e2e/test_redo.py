# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Parts of a book that are written anew: a chapter, a part, gaps, all from a chapter on. The old text stays in the store
# and in live.md, what follows keeps its text, and whatever is killed in between the book comes out the same.
import json
import os
import re
import signal

import pytest
from novelgen import wait_until
from place import Place
from wiretap import Wiretap

BOOK = {"words": 2400, "chapters": 3}
WORDS = re.compile(r"\w+")


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path, chunk_words=300) as p:
        yield p


def serve_anew(place, *options, seed=8, script=None):
    """The same server with another author: what is written from now on is another text."""
    place.stop_server()
    if script is not None:
        path = place.dir / "script.json"
        path.write_text(json.dumps(script))
        options = (*options, "--script", path)
    place.serve("--seed", seed, *options)  # the last --seed wins
    return place


def written(place, **more):
    done = place.serve().submit(**{**BOOK, **more})
    assert done.returncode == 0, done.stderr
    return place.book()


def redo(place, *args):
    return place.run("redo", 1, *args, "--quiet")


def chapter_file(place, n):
    return next(name for name in place.book() if name.startswith(f"chapters/{n:02}-"))


def versions(place, n):
    return place.json("show", 1, "--chapter", n, "--versions")["versions"]


def show(place, n, version=None):
    more = [] if version is None else ["--version", version]
    got = place.run("show", 1, "--chapter", n, *more)
    assert got.returncode == 0, got.stderr
    return got.stdout.encode()


def parts(place, n, version=None):
    more = [] if version is None else ["--version", version]
    return place.json("show", 1, "--chapter", n, *more)["parts"]


def check_joins(place, n):
    """No words stand twice where two parts meet, and each part is whole sentences."""
    texts = [p["text"] for p in parts(place, n)]
    for before, after in zip(texts, texts[1:]):
        end, head = WORDS.findall(before), WORDS.findall(after)
        assert not any(end[-k:] == head[:k] for k in range(3, 40)), (before[-200:], after[:200])
        assert before.rstrip()[-1] in ".!?…\"”’", before[-60:]


def check_whole(place, gaps=0):
    status = place.status(1)
    assert status["state"] == "done" and status["gaps"] == gaps and status["chapters_done"] == 3
    assert abs(status["words_done"] - 2400) <= 72
    book = place.book()["book.md"].decode()
    for n in range(1, 4):
        text = place.book()[chapter_file(place, n)].decode()
        assert text[text.index("\n"):].strip() in book
    assert not [name for name in place.book() if name.endswith(".part")] and place.is_alone()


# ---- a chapter ---------------------------------------------------------------------------------------------------------


def test_a_chapter_of_a_finished_book_is_written_anew(place):
    before = written(place)
    serve_anew(place)
    done = redo(place, "--chapter", 2, "--note", "more rain")
    assert done.returncode == 0, done.stderr
    after = place.book()
    name = chapter_file(place, 2)
    assert after[name] != before[name] and after["book.md"] != before["book.md"]
    assert all(after[n] == before[n] for n in before if n.startswith("chapters/") and n != name)
    check_whole(place)
    check_joins(place, 2)
    report = json.loads((place.folder() / "report.json").read_text())
    assert [c["chapter"] for c in report["style"]["chapters"]] == [1, 2, 3]
    # live.md is only ever added to; a reader of it sees where the new text belongs.
    live = after["live.md"].decode()
    assert live.startswith(before["live.md"].decode())
    assert live.count("*[Chapter 2, part 1, written anew:]*\n\n# ") == 1 and live.count("written anew") == 1
    assert show(place, 2) == after[name] and show(place, 2, 1) == before[name]
    old, new = versions(place, 2)
    assert old["version"] == 1 and old["reason"] == "redo: more rain" and old["replaced"]
    assert new["version"] == 2 and new["reason"] == "" and new["replaced"] is None


def sent(tap):
    return [body for _, body in tap.requests()]


def texts(body):
    return [m["content"] for m in body["messages"]]


def test_what_is_asked_for_a_chapter_that_others_stand_behind(place):
    """It knows what came before it and nothing of what comes after; no seed is used twice for a place."""
    place.serve()
    with Wiretap(place.port) as tap:
        assert place.submit(port=tap.port, **BOOK).returncode == 0
        before = sent(tap)
        serve_anew(place)
        assert redo(place, "--chapter", 2).returncode == 0
        again = sent(tap)[len(before):]
    opening = texts(again[0])[0]
    assert "Chapter 1\nHAPPENED" in opening and "Chapter 3\nHAPPENED" not in opening
    assert "Plan chapter 2 as" in opening and len(again[0]["messages"]) == 1
    assert not {body["seed"] for body in before} & {body["seed"] for body in again}
    shown = place.json("prompt", 1, "--chapter", 2)
    assert [x["sent_unknown_bytes"] for x in shown[len(shown) // 2:]] == [0] * (len(shown) - len(shown) // 2)
    assert all(x["sent_unknown_bytes"] == x["prompt_bytes"] for x in shown[:len(shown) // 2])


def asked_anew(place, chapter, before):
    """What `prompt` shows of the attempts at a chapter behind the first `before`."""
    return [[m["text"] for m in x["sent"]] for x in place.json("prompt", 1, "--chapter", chapter)[before:]]


@pytest.mark.parametrize("args", [(), ("--chunk", 2), ("--onward",)], ids=["chapter", "chunk", "onward"])
def test_a_note_is_in_the_prompt(place, args):
    """What its owner asks for is told where it is meant, and nowhere else: a chapter's at the opening of the conversation,
    in which all its parts are asked for, a part's at the end of its own request."""
    written(place)
    tried = {n: len(place.json("prompt", 1, "--chapter", n)) for n in (1, 2, 3)}
    assert redo(place, "--chapter", 2, *args, "--note", "Let it rain {{frogs}}.").returncode == 0
    anew = asked_anew(place, 2, tried[2])
    assert "Let it rain" in anew[0][-1] and "frogs" in anew[0][-1]
    later = len(place.json("prompt", 1, "--chapter", 3))
    assert redo(place, "--chapter", 3).returncode == 0
    others = asked_anew(place, 1, 0) + asked_anew(place, 3, later)
    told = [any("Let it rain" in text for text in texts) for texts in others]
    assert any(told) == ("--onward" in args)
    assert "Let it rain" in place.run("prompt", 1, "--chapter", 2).stdout


def test_a_part_is_asked_for_behind_the_turns_that_the_server_knows(place):
    place.serve()
    with Wiretap(place.port) as tap:
        assert place.submit(port=tap.port, **BOOK).returncode == 0
        before = sent(tap)
        assert redo(place, "--chapter", 2, "--chunk", 2).returncode == 0
        again = sent(tap)[len(before):]
    old = next(b for b in before if "Chapter 2, part 2 of" in texts(b)[-1])
    assert len(again) == 1 and texts(again[0])[:-1] == texts(old)[:-1] and texts(again[0])[-1] != texts(old)[-1]
    assert again[0]["seed"] != old["seed"]


def test_the_last_chapter_and_one_that_came_with_the_spec(place):
    opening = [{"title": "Mine", "text": "I wrote this myself. " * 40}]
    written(place, opening=opening)
    serve_anew(place)
    for n in (3, 1):
        done = redo(place, "--chapter", n)
        assert done.returncode == 0, done.stderr
    assert b"I wrote this myself" not in place.book()["book.md"] and b"I wrote this myself" in place.book()["live.md"]
    status = place.status(1)
    words = versions(place, 1)[-1]["words"]
    assert status["state"] == "done" and status["gaps"] == 0 and 500 <= words <= 1100  # as any chapter


def test_onward_writes_all_that_follows(place):
    before = written(place)
    serve_anew(place)
    assert redo(place, "--chapter", 2, "--onward").returncode == 0
    after = place.book()
    changed = {n for n in before if before[n] != after[n]} - {"book.md", "live.md"}
    assert changed == {chapter_file(place, 2), chapter_file(place, 3)}
    check_whole(place)
    assert len(versions(place, 1)) == 1 and len(versions(place, 3)) == 2


# ---- a part ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [1, 2])
def test_a_part_is_written_anew_and_joins(place, part):
    before = written(place)
    old = parts(place, 2)
    assert len(old) >= 2
    done = redo(place, "--chapter", 2, "--chunk", part, "--note", "let it snow")
    assert done.returncode == 0, done.stderr
    new = parts(place, 2)
    assert [p["part"] for p in new if p["text"] != old[p["part"] - 1]["text"]] == [part]
    assert abs(new[part - 1]["words"] - old[part - 1]["words"]) <= 60
    check_whole(place)
    check_joins(place, 2)
    live = place.book()["live.md"].decode()
    assert live.startswith(before["live.md"].decode()) and f"*[Chapter 2, part {part}, written anew:]*\n\n" in live
    assert live.rstrip().endswith(new[part - 1]["text"].rstrip())
    asked = json.dumps([x for x in place.json("prompt", 1, "--chapter", 2, "--chunk", part)][-1], ensure_ascii=False)
    assert "In this part: let it snow" in asked and "After your part the story goes on: «" in asked
    assert parts(place, 2, 1) == old


def test_an_answer_that_runs_into_what_stands_behind_it_ends_before(place):
    written(place)
    old = parts(place, 2)
    serve_anew(place, "--run-on", seed=7)
    assert redo(place, "--chapter", 2, "--chunk", 1).returncode == 0
    new = parts(place, 2)
    head = " ".join(old[1]["text"].split()[:8])
    assert new[0]["text"] != old[0]["text"] and head not in " ".join(new[0]["text"].split())
    assert "Then it was late" not in new[0]["text"] and new[1:] == old[1:]
    check_joins(place, 2)
    came = place.json("prompt", 1, "--chapter", 2, "--chunk", 1)[-1]
    assert came["state"] == "accepted" and place.status(1)["retries"] == 0


def test_a_part_that_cannot_be_written_anew_stays(place):
    before = written(place, limits={"attempts": 2})
    serve_anew(place, seed=7, script=[{"when": {"from": 1, "to": 10000}, "do": "empty", "kinds": ["chunk"]}])
    done = redo(place, "--chapter", 2, "--chunk", 2)
    assert done.returncode == 0, done.stderr
    assert place.book() == before and len(versions(place, 2)) == 1
    assert [e for e in place.events(1) if e["type"] == "kept"]


# ---- gaps --------------------------------------------------------------------------------------------------------------


def with_gaps(place, at=(5, 6)):
    # Both attempts at a part fail.
    script = [{"when": {"at": at}, "do": "empty", "kinds": ["chunk"]}]
    place.serve(script=script)
    done = place.submit(**BOOK, limits={"attempts": 2})
    assert done.returncode == 1, done.stderr
    return place.status(1)["gaps"]


def test_gaps_are_filled(place):
    gaps = with_gaps(place)
    assert "novelgen redo 1 --gaps" in place.run("resume", 1).stderr and "novelgen redo 1 --gaps" in place.run("status", 1).stdout
    before = place.book()
    assert gaps == 1 and b"A part is missing" in before["book.md"]
    serve_anew(place, seed=7)
    done = redo(place, "--gaps")
    assert done.returncode == 0, done.stderr
    assert b"A part is missing" not in place.book()["book.md"]
    check_whole(place)
    for n in range(1, 4):
        check_joins(place, n)
    assert place.book()["live.md"].startswith(before["live.md"])
    again = place.run("redo", 1, "--gaps")
    assert again.returncode == 0 and "no gaps" in again.stderr


# What is left when the first of several gaps is filled was counted without an end, in the process that writes.
def test_who_has_gaps_filled_hears_what_is_to_come(place):
    assert with_gaps(place, at=(5, 6, 7, 8)) == 2
    serve_anew(place, "--rate", 300)
    done = place.run("redo", 1, "--gaps")
    assert done.returncode == 0, done.stderr
    assert "about 1 request to come" in done.stderr


def test_gaps_that_stay_gaps_are_asked_for_only_so_often(place):
    gaps = with_gaps(place)
    before = place.book()
    serve_anew(place, seed=7, script=[{"when": {"from": 1, "to": 10000}, "do": "empty", "kinds": ["chunk"]}])
    assert redo(place, "--gaps").returncode == 1
    assert place.status(1)["gaps"] == gaps and place.book() == before
    assert place.server.account()["requests"] <= 4


# ---- while it is written, and killed -----------------------------------------------------------------------------------


def test_redo_while_a_later_chapter_is_written(place):
    place.serve("--rate", 400)
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: list(place.folder().glob("chapters/02-*.part")), 60, "chapter 2 under way")
    first = place.run("redo", 1, "--chapter", 1, "--detach", "--quiet")
    assert first.returncode == 0, first.stderr
    place.server.hurry()
    assert writer.wait(60) == 0, writer.stderr
    check_whole(place)
    assert len(versions(place, 1)) == 2 and len(versions(place, 2)) == 1


def test_a_chapter_that_is_complete_only_when_another_is_written_anew(tmp_path):
    """Whether chapter 2 was long enough was known when chapter 1 stood again: its file kept the name of one at work."""
    (tmp_path / "one").mkdir()
    with Place(tmp_path / "one") as place:  # a chapter is one part
        place.serve("--rate", 400)
        writer = place.start(*place.submit_args(**BOOK))
        place.wait_middle(2)
        assert place.run("redo", 1, "--chapter", 1, "--detach", "--quiet").returncode == 0
        place.server.hurry()
        assert writer.wait(60) == 0, writer.stderr
        check_whole(place)
        assert place.run("verify", 1).returncode == 0


def test_redo_of_the_chapter_that_is_being_written(place):
    place.serve("--rate", 400)
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: list(place.folder().glob("chapters/02-*.part")), 60, "chapter 2 under way")
    assert place.run("redo", 1, "--chapter", 2, "--detach", "--quiet").returncode == 0
    place.server.hurry()
    assert writer.wait(60) == 0, writer.stderr
    check_whole(place)


def streams(place, chapter):
    """Whether prose of that chapter comes in now."""
    return list(place.folder().glob(f"chapters/0{chapter}-*.part"))


def shown(place, chapter):
    """The part of this chapter that is in flight, as its .part file shows it behind what is accepted."""
    path = next(iter(place.folder().glob(f"chapters/{chapter:02}-*.part")), None)
    return path.read_text() if path else ""


def test_what_was_on_the_screen_stays_in_a_version(place):
    """The part at hand was in no version when its chapter was written anew: it was lost to who had just read it."""
    place.serve("--rate", 300)
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: len(WORDS.findall(shown(place, 1))) > 60, 60, "words of chapter 1")
    seen = shown(place, 1)
    assert place.run("redo", 1, "--chapter", 1, "--note", "darker", "--detach", "--quiet").returncode == 0
    place.server.hurry()
    writer.wait()
    old = show(place, 1, 1).decode()
    assert old.startswith(seen.rstrip()[:-20]), (seen, old)
    assert versions(place, 1)[0]["reason"] == "redo: darker" and len(versions(place, 1)) == 2
    assert place.run("diff", 1, "--chapter", 1).returncode in (0, 1)
    assert seen.rstrip()[-60:-20] in (place.folder() / "live.md").read_text()
    check_whole(place)


def test_the_part_behind_one_that_is_replaced_stays_in_a_version(place):
    """What had come of part 2 goes on from a part 1 that is gone: it is asked for anew, and was in no version."""
    place.serve("--rate", 300)
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: any(job["words_done"] > 0 for job in place.list()), 60, "part 1")
    standing = len(WORDS.findall(parts(place, 1)[0]["text"]))
    wait_until(lambda: len(WORDS.findall(shown(place, 1))) > standing + 40, 60, "words of part 2")
    seen = shown(place, 1)
    assert place.run("redo", 1, "--chapter", 1, "--chunk", 1, "--detach", "--quiet").returncode == 0
    place.server.hurry()
    writer.wait()
    assert [p["part"] for p in parts(place, 1, 1)] == [1, 2]
    assert show(place, 1, 1).decode().startswith(seen.rstrip()[:-20])
    check_whole(place)
    check_joins(place, 1)


@pytest.mark.parametrize("options", [(), ("--from", "now")], ids=["start", "now"])
def test_a_reader_who_comes_while_a_chapter_is_written_anew(place, options):
    """Chapter 3 stands already: it comes behind the new chapter 2, which is shown once, as it streams."""
    written(place, **BOOK)
    serve_anew(place, "--rate", 900)
    writer = place.start("redo", 1, "--chapter", 2, "--quiet")
    wait_until(lambda: streams(place, 2), 60, "the new chapter 2")
    reader = place.start("tail", 1, "-f", *options)
    assert writer.wait() == 0 and reader.wait() == 0
    whole = place.run("tail", 1).stdout
    assert reader.stdout == (whole if not options else whole[whole.index("# ", whole.index(title(place, 2)) - 2):])
    assert show(place, 2).decode().split()[-20:] != show(place, 2, 1).decode().split()[-20:]


def title(place, chapter):
    return place.book()[chapter_file(place, chapter)].decode().splitlines()[0]


def test_a_reader_hears_of_a_chapter_that_is_written_anew_behind_him(place):
    """What he has read cannot be taken back: it is announced and comes again, and then the book goes on."""
    place.serve("--rate", 400)
    writer = place.start(*place.submit_args(**BOOK))
    reader = place.start("tail", writer.job(), "-f")
    wait_until(lambda: streams(place, 3), 60, "chapter 3 under way")
    assert place.run("redo", 1, "--chapter", 2, "--detach", "--quiet").returncode == 0
    place.server.hurry()
    assert writer.wait() == 0 and reader.wait() == 0, writer.stderr
    before, anew = reader.stdout.split("\n\n[… chapter 2 is written anew]\n\n")
    anew, onward = re.split(r"\n\n\[… on with chapter 3, part \d\]\n\n", anew)
    assert anew.strip() == show(place, 2).decode().strip()
    assert before.startswith(show(place, 1).decode().strip()) and show(place, 2, 1).decode().strip() in before
    assert place.run("tail", 1).stdout.endswith(onward)


@pytest.mark.parametrize("args", [("--chapter", 2), ("--chapter", 2, "--chunk", 2), ("--gaps",)],
                         ids=["chapter", "chunk", "gaps"])
def test_killed_in_the_midst_it_gives_the_same_bytes(tmp_path, args):
    def start(directory):
        directory.mkdir()
        p = Place(directory, chunk_words=300)
        if args == ("--gaps",):
            with_gaps(p)
        else:
            written(p)
        return serve_anew(p, "--rate", 800, seed=7 if args != ("--chapter", 2) else 8)

    with start(tmp_path / "whole") as whole, start(tmp_path / "killed") as killed:
        assert redo(whole, *args).returncode == 0
        for n in range(3):
            writer = killed.start("redo", 1, *args, "--quiet") if n == 0 else killed.start("resume", 1, "--quiet")
            wait_until(lambda: list(killed.folder().glob("chapters/*.part")) or writer.child.poll() is not None, 30,
                       "text under way")
            if writer.child.poll() is None:
                os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
        assert killed.resume().returncode == 0
        assert killed.book() == whole.book()
        check_whole(killed)


# ---- what is said ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args, says", [
    ((), "--chapter N"),
    (("--chunk", 2), "--chunk needs --chapter"),
    (("--chapter", 2, "--gaps"), "not both"),
    (("--chapter", 2, "--chunk", 1, "--onward"), "--chunk or --onward, not both"),
    (("--chapter", 9), "the book has 3"),
    (("--chapter", 2, "--chunk", 9), "there is no part 9"),
])
def test_what_is_not_there_is_refused(place, args, says):
    before = written(place)
    done = place.run("redo", 1, *args)
    assert done.returncode == 2 and says in done.stderr, done.stderr
    assert place.book() == before and place.status(1)["state"] == "done"


def test_a_chapter_that_is_not_written_yet_is_refused(place):
    place.serve("--rate", 400)
    writer = place.start(*place.submit_args(**BOOK))
    wait_until(lambda: list(place.folder().glob("chapters/01-*.part")), 60, "chapter 1 under way")
    refused = place.run("redo", 1, "--chapter", 3)
    assert refused.returncode == 2 and "not written yet: the book stands up to chapter 1" in refused.stderr
    writer.send(signal.SIGINT)
    writer.wait()


def test_hand_edited_files_are_left_alone(place):
    written(place)
    path = place.folder() / chapter_file(place, 2)
    path.write_text("mine\n")
    serve_anew(place)
    assert redo(place, "--chapter", 2).returncode == 0
    assert path.read_text() == "mine\n" and show(place, 2) != b"mine\n"


def test_diff_shows_what_is_different(place):
    written(place)
    assert redo(place, "--chapter", 2, "--chunk", 2).returncode == 0
    got = place.run("diff", 1, "--chapter", 2)
    assert got.returncode == 0, got.stderr
    old, new = parts(place, 2, 1)[1]["text"], parts(place, 2)[1]["text"]
    gone = [line[2:] for line in got.stdout.splitlines() if line.startswith("- ")]
    came = [line[2:] for line in got.stdout.splitlines() if line.startswith("+ ")]
    assert gone and came and all(line in " ".join(old.split()) for line in gone)
    assert all(line in " ".join(new.split()) for line in came) and "\x1b" not in got.stdout
    assert "\x1b[" in place.run("diff", 1, "--chapter", 2, "--color", "always").stdout
    changes = place.json("diff", 1, "--chapter", 2, 1, 2)["changes"]
    assert {c["op"] for c in changes} == {"same", "removed", "added"}
    assert place.run("diff", 1, "--chapter", 1).returncode == 2


def test_a_redo_does_not_say_that_the_book_goes_on_behind_its_end(place):
    written(place)
    got = place.run("redo", 1, "--chapter", 2, "--plain")
    assert got.returncode == 0 and "to be written anew" in got.stderr and "goes on in chapter" not in got.stderr, got.stderr
