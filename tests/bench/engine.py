# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The writing engine's figures: length with models that do not do what they are told, what a book costs in generated
# prose and in prompts, contexts from tiny to huge, the way to the first prose, loops.
import json
import re
import statistics
import subprocess

from measure import Relay, run
from setting import BUILD, Place

REPEATS_HELPER = BUILD / "tests" / "repeats"

# name, options of the simulator, tokens a second (0: flat out). A server that is to be stopped in the middle of an
# answer has to be slow enough for that: flat out the answer is in the socket before its third word is read.
MODELS = [
    ("obedient", [], 0),
    ("stops after 150 tokens", ["--stop-early", "150"], 0),
    ("hidden cap of 270 tokens", ["--cap", "270"], 0),
    ("half of what is asked", ["--length-ratio", "0.5"], 0),
    ("double of what is asked", ["--length-ratio", "2"], 0),
    ("ignores the length asked", ["--ignore-length", "900"], 0),
    ("never JSON", ["--no-json"], 0),
    ("plans are prose", ["--plan-prose"], 0),
    ("headings", ["--heading"], 0),
    ("chat", ["--chat"], 0),
    ("closes early", ["--close-early"], 0),
    ("restates", ["--no-prefill", "--restate"], 0),
    ("copies", ["--copy"], 20000),
    ("loops in 15 %", ["--loop", "15"], 20000),
    ("circles in 10 %", ["--circle", "10"], 20000),
]
SIZES = [(2000, 3), (6000, 3), (20000, 1), (150000, 1)]  # words, allowed per cent off

PHRASES = re.compile(r"(?i)\bsure[!,.] here|word count|to be continued|let me know if|^#+ part|\*\*part|as an ai\b", re.M)


def repeats(text):
    """The counts of tests/helpers/repeats.c."""
    return json.loads(subprocess.run([REPEATS_HELPER], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout)


def prose(p, job=1):
    """The book's prose without its headings."""
    text = next((p.out / "books").glob(f"{job}-*/book.md")).read_text()
    return "\n".join(line for line in text.split("\n") if not line.startswith("#"))


def write_one(options, rate, words):
    with Place("models", rate=rate, options=options) as p:
        run(p.submit(words=words), p.dir, p.env, 300)
        return p.account(), p.status(), prose(p)


def measure_models(row, say):
    for name, options, rate in MODELS:
        say(f"a model that {name}" if " " in name else name)
        off, ratio, counts, gaps, found = [], [], None, 0, 0
        for words, within in SIZES:
            account, status, text = write_one(options, rate, words)
            off.append((abs(status["words_done"] - words) / words * 100, within))
            if words >= 20000:
                ratio.append(account["kind_words"]["chunk"] / status["words_done"])
            gaps += status["gaps"]
            found += len(PHRASES.findall(text))
            counts = repeats(text)
        worst = max(off, key=lambda o: o[0] / o[1])
        others = sum(account["kind_words"].values()) - account["kind_words"]["chunk"]
        row(f"{name}: worst length of {'/'.join(str(w // 1000) + 'k' for w, _ in SIZES)}, off", worst[0], worst[1], " %")
        row("  prose generated / words kept", max(ratio), 1.05 if name == "obedient" else 1.25, digits=3)
        row("  planning and memory / words kept", others / status["words_done"], 0.12, digits=3)
        row("  requests for 150,000 words", status["requests"], 400 if name == "obedient" else None, digits=0)
        row("  repeated 8-grams", counts["repeated_8"] * 100, 2, " %")
        row("  gaps, loops, chat phrases", gaps + counts["loops"] + found, 0, digits=0)


# ---- contexts -------------------------------------------------------------------------------------------------------------

def measure_context(row, say):
    for ctx, words, bound in [(2048, 20000, None), (4096, 20000, None), (8192, 150000, 0.8), (16384, 20000, None),
                              (32768, 150000, 0.35), (1000000, 150000, 0.35)]:
        say(f"n_ctx {ctx:,}")
        with Place("context", options=["--ctx", str(ctx)]) as p:
            run(p.submit(words=words), p.dir, p.env, 300)
            account, status = p.account(), p.status()
        evaluated = account["prompt_chars_evaluated"] / account["output_chars"]
        row(f"n_ctx {ctx:,}, {words:,} words: prompt evaluated / output", evaluated, bound)
        row("  prompt and answer / n_ctx, most", account["fit_max"] * 100, 95, " %", 1)
        row("  prefix breaks within chapters", status["prefix_breaks"], digits=0)
        row("  words off", abs(status["words_done"] - words) / words * 100, 1, " %")


# ---- the way to the first prose -----------------------------------------------------------------------------------------------

def measure_first(row, say):
    say("requests before the first prose of 50 chapters")
    with Place("first", rate=3000) as p, Relay(p.port) as relay:
        child = p.start(p.submit(relay.port, words=150000, chapters=50))
        while not (asked := [b for b in relay.bodies() if b"Chapter 1, part 1 of" in b]):
            if child.poll() is not None:
                raise AssertionError("no prose was asked for")
        before = relay.bodies().index(asked[0])
        p.ask("pause", 1)
        child.communicate(timeout=30)
    row("50 chapters: the first prose is request", before + 1, 12, digits=0)


# ---- loops --------------------------------------------------------------------------------------------------------------------

def measure_loops(row, say):
    say("a million words of simulated prose, looked at for loops")
    alarms = words = 0
    for seed in range(7):
        with Place("prose", options=["--seed", str(100 + seed)]) as p:
            run(p.submit(words=150000), p.dir, p.env, 120)
            counts = repeats(prose(p))
        alarms += counts["loops"]
        words += counts["words"]
    row(f"false alarms for loops in {words:,} words", alarms, 0, digits=0)
    late = [json.loads(line)["tokens_late"] for line in
            subprocess.run([REPEATS_HELPER, "--late"], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()]
    row(f"loops of {len(late)} periods: tokens behind the third round, most", max(late), 200, digits=0)
    row("  median", statistics.median(late), digits=0)
