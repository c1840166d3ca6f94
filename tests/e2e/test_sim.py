# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The simulator against its design: the prose does not depend on how it is asked for, and each
# fault is what its name says. Everything else that is tested end to end rests on this.
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from relay import Relay  # noqa: E402

SIM = pathlib.Path(os.environ.get("NOVELGEN_BUILD", "build")).resolve() / "novelgen-sim"
OPENING = "You are a novelist.\nPremise: a clockmaker loses an hour\n\nBegin."


class Sim:
    """A running simulator; extra arguments as on its command line."""

    def __init__(self, *args):
        self.child = subprocess.Popen([SIM, "--seed", "7", *map(str, args)], stdout=subprocess.PIPE, text=True)
        first = self.child.stdout.readline()
        self.port = int(re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", first)[1])

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()

    def http(self, method, path, body=None, port=None):
        conn = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        try:
            conn.request(method, path, body=json.dumps(body) if body is not None else None)
            reply = conn.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            conn.close()

    def get(self, path):
        return json.loads(self.http("GET", path)[2])

    def account(self):
        return self.get("/_account")

    def wait_until(self, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.account()

    def chat(self, turn, prefill=None, port=None, **more):
        return Answer(self.http("POST", "/v1/chat/completions", request(turn, prefill, **more), port))

    def talk(self, turns, **more):
        """A conversation of any length, the user first."""
        messages = [{"role": ("user", "assistant")[i % 2], "content": turn} for i, turn in enumerate(turns)]
        body = {"stream": True, "stream_options": {"include_usage": True}, "messages": messages, **more}
        return Answer(self.http("POST", "/v1/chat/completions", body))

    def open(self, turn, **more):
        """A socket with a request on its way: for answers that do not end well."""
        body = json.dumps(request(turn, **more)).encode()
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        sock.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: sim\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return sock


class Answer:
    """A stream, taken apart."""

    def __init__(self, reply):
        self.status, self.headers, self.raw = reply
        events = [e for e in self.raw.decode().split("\n\n") if e.startswith("data: ")]
        self.done = "data: [DONE]" in events
        self.bad = [e for e in events if e == "data: {not json"]
        self.events = [json.loads(e[6:]) for e in events if e != "data: [DONE]" and e not in self.bad]
        choices = [e["choices"][0] for e in self.events if e.get("choices")]
        self.tokens = [c["delta"]["content"] for c in choices if c["delta"].get("content")]
        self.text = "".join(self.tokens)
        self.finish = next((c["finish_reason"] for c in choices if c["finish_reason"]), None)
        self.usage = next((e for e in self.events if e.get("usage")), None)


def request(turn, prefill=None, **more):
    messages = [{"role": "user", "content": OPENING}, {"role": "assistant", "content": "Yes."},
                {"role": "user", "content": turn}]
    if prefill is not None:
        messages.append({"role": "assistant", "content": prefill})
    return {"stream": True, "stream_options": {"include_usage": True}, "messages": messages, **more}


def chunk(words, chapter=3, tail=None, line="", part=1, stop="Stop in mid-scene."):
    join = f'Continue right after "…{tail}".' if tail else "This opens the chapter."
    return (f"Chapter {chapter}, part {part} of 4.\nAbout {words} words, with speech.\n{stop}\n"
            f"{join} Story text only. {line}")


def tail_of(text, words=12):
    return " ".join(" ".join(text.split()).split(" ")[-words:])


def count(text):
    return len(re.findall(r"[^\W_]+(?:['.][^\W_]+)*", text))


def until_closed(sock):
    """What arrives before the other side ends, and whether it ended by a reset."""
    got = b""
    try:
        while data := sock.recv(65536):
            got += data
    except ConnectionResetError:
        return got, True
    return got, False


@pytest.fixture(scope="module")
def sim():
    with Sim() as s:
        yield s


@pytest.fixture
def script(tmp_path):
    def write(*rules):
        path = tmp_path / "script.json"
        path.write_text(json.dumps(rules))
        return path
    return write


@pytest.mark.parametrize("line", ["", "Pisz po polsku."])
def test_prose_is_the_same_however_it_is_asked_for(sim, line):
    whole = sim.chat(chunk(900, line=line))
    assert whole.finish == "stop" and whole.done
    assert 900 <= count(whole.text) <= 922
    for at in (1, 57, 400, len(whole.text) // 2, len(whole.text) - 3):
        for cut in (whole.text[:at], whole.text[:at].rstrip()):
            assert cut + sim.chat(chunk(900, line=line), prefill=cut).text == whole.text
    text = sim.chat(chunk(300, line=line)).text
    assert whole.text.startswith(text) and text[-1] in '.”"'
    while count(text) < 900:
        text += sim.chat(chunk(min(250, 900 - count(text)), tail=tail_of(text), line=line)).text
    assert text == whole.text
    assert sim.account()["lost_position"] == 0


def test_a_prefilled_answer_that_began_after_a_quote(sim):
    first = sim.chat(chunk(200)).text
    second = sim.chat(chunk(200, tail=tail_of(first))).text
    assert second[0] in " \n"
    cut = second.strip()[:333].rstrip()  # trimmed at both ends, as clients do
    rest = sim.chat(chunk(200, tail=tail_of(first)), prefill=cut).text
    assert cut + rest == second.lstrip()


def test_prose_depends_on_seed_premise_and_chapter_only(sim):
    text = sim.chat(chunk(100)).text
    with Sim() as other:
        assert other.chat(chunk(100), temperature=1.3, seed=99).text == text
    with Sim("--seed", 8) as other:
        assert other.chat(chunk(100)).text != text
    assert sim.chat(chunk(100, chapter=4)).text != text


def test_limits(sim):
    whole = sim.chat(chunk(300))
    limited = sim.chat(chunk(300), max_tokens=40)
    assert limited.finish == "length" and limited.tokens == whole.tokens[:40]
    assert limited.usage["usage"]["completion_tokens"] == limited.usage["timings"]["predicted_n"] == 40
    rest = sim.chat(chunk(300), prefill=limited.text)
    assert limited.text + rest.text == whole.text
    with Sim("--cap", 25) as capped:
        answer = capped.chat(chunk(300))
        assert answer.finish == "length" and answer.tokens == whole.tokens[:25]
    with Sim("--stop-early", 25) as lazy:
        answer = lazy.chat(chunk(300))
        assert answer.finish == "stop" and 25 <= len(answer.tokens) < 70
        assert whole.text.startswith(answer.text) and answer.text[-1] in '."'
    with Sim("--length-ratio", 0.5) as short:
        assert 150 <= count(short.chat(chunk(300)).text) <= 172


def test_a_server_without_prefill_begins_again():
    with Sim("--no-prefill") as plain:
        whole = plain.chat(chunk(100)).text
        assert plain.chat(chunk(100), prefill=whole[:80]).text == whole
        assert plain.http("GET", "/props")[0] == 404 and plain.http("GET", "/slots")[0] == 200
    with Sim("--no-slots") as plain:
        assert plain.http("GET", "/props")[0] == 200 and plain.http("GET", "/slots")[0] == 404


def test_a_model_that_restates():
    with Sim("--no-prefill", "--restate") as s:
        first = s.chat(chunk(100)).text
        second = s.chat(chunk(100, tail=tail_of(first))).text
        last = re.split(r"(?<=[.!?”\"]) (?=[A-Z“\"])|\n\n", first)[-1]
        assert second.startswith(last)
    with Sim() as plain:
        assert plain.chat(chunk(100)).text == first
        assert last + plain.chat(chunk(100, tail=tail_of(first))).text == second


def test_context_overflow():
    with Sim("--ctx", 300) as small:
        status, _, body = small.http("POST", "/v1/chat/completions", request(chunk(50) + " word" * 400))
        error = json.loads(body)["error"]
        assert status == 400 and error["type"] == "exceed_context_size_error"
        assert error["n_ctx"] == 300 and error["n_prompt_tokens"] > 400
        answer = small.chat(chunk(500))  # what fits is written
        assert answer.finish == "length" and answer.usage["usage"]["total_tokens"] == 300


def test_routes(sim):
    assert sim.get("/health") == {"status": "ok"}
    assert sim.get("/props")["default_generation_settings"]["n_ctx"] == 32768
    assert sim.get("/slots")[0]["is_processing"] is False
    assert sim.get("/v1/models")["data"][0]["id"] == "novelgen-sim"
    status, _, body = sim.http("GET", "/api/version")
    assert status == 404 and json.loads(body)["error"]["type"] == "not_found_error"
    text = sim.chat(chunk(100))
    tokens = json.loads(sim.http("POST", "/tokenize", {"content": text.text})[2])["tokens"]
    assert len(tokens) == len(text.tokens)
    assert sim.http("POST", "/v1/chat/completions", {"messages": []})[0] == 400
    body = json.loads(sim.http("POST", "/v1/chat/completions", request(chunk(100), stream=False))[2])
    assert body["choices"][0]["message"]["content"] == text.text


def test_stream_has_the_shape_and_size_of_llama_server(sim):
    answer = sim.chat(chunk(200))
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.events[0]["choices"][0]["delta"] == {"role": "assistant", "content": None}
    assert answer.events[-2]["choices"][0]["delta"] == {} and answer.events[-1]["choices"] == []
    assert 200 <= len(answer.raw) / len(answer.tokens) <= 280
    assert 3.8 <= len(answer.text) / len(answer.tokens) <= 5


@pytest.mark.parametrize("line", ["", "Pisz po polsku."])
def test_notes_follow_the_forms(sim, line):
    bible = sim.chat(f"Title: Salt\nPremise: x\nWrite the book's bible. {line}").text.splitlines()
    assert bible[0] == "TITLE: Salt" and bible[-1].startswith("ENDING: ")
    assert all(row.count("|") == 4 for row in bible if row.startswith("CAST: "))
    assert sum(row.startswith("CAST: ") for row in bible) == 6
    rows = sim.chat(f"List chapters 3 to 12 of 50. {line}").text.splitlines()
    fields = [row.split(" | ") for row in rows]
    assert [f[0] for f in fields] == [str(n) for n in range(3, 13)]
    assert all(len(f) == 8 and count(row) <= 55 and "; " in f[3] for f, row in zip(fields, rows))
    # A question is raised by one chapter and answered by the next.
    assert all(re.fullmatch(r"\+[^-]+\? -[^-]+\?", f[6]) for f in fields)
    assert all(now[6].split(" -")[1] == before[6][1:].split(" -")[0] for before, now in zip(fields, fields[1:]))
    assert [f[7] for f in fields] == ["1", "1", "1.2", "1", "1", "1", "1", "0.8", "1", "1"]
    assert sim.chat(f"List chapters 4 to 5 of 50. {line}").text.splitlines() == rows[1:3]
    first_and_last = sim.chat(f"List chapters 1 to 2 of 2. {line}").text.splitlines()
    assert [row.split(" | ")[6][0] for row in first_and_last] == ["+", "-"]
    acts = sim.chat(f"Plan acts 2 to 4 of 5. {line}").text.splitlines()
    assert [act.split(" | ")[0] for act in acts] == ["ACT 2", "ACT 3", "ACT 4"]
    assert all(act.count(" | ") == 3 and act.endswith("?") for act in acts)
    assert sim.chat(f"Plan acts 3 to 3 of 5. {line}").text == acts[1]
    cards = sim.chat(f"Plan chapter 3 as 4 cards. {line}").text.splitlines()
    assert [card[:7] for card in cards] == [f"CARD {k} " for k in range(1, 5)]
    assert all(card.count(" | ") == 3 and "; " in card.split(" | ")[2] and count(card) <= 40 for card in cards)
    recap = sim.chat(f"Recap of chapter 3. {line}").text
    assert [row.split(":")[0] for row in recap.splitlines()] == "HAPPENED CHANGED OPEN CLOSED FACT FACT DONE".split()
    assert len(recap.split()) <= 110
    assert "+" + recap.split("OPEN: ")[1].split("\n")[0] == rows[0].split(" | ")[6].split(" -")[0]
    merged = sim.chat(f"HAPPENED: x\nMerge the notes of chapters 1 to 9: what a reader must know. {line}").text
    assert [row.split(":")[0] for row in merged.splitlines()] == "HAPPENED CHANGED CHANGED FACT FACT".split()
    assert sim.chat("The capital of France?", prefill="The capital of France is").text == " Paris."


def test_account(script):
    with Sim() as s:
        first = s.chat(chunk(100))
        messages = request(chunk(100))["messages"]
        messages += [{"role": "assistant", "content": first.text}, {"role": "user", "content": "Recap of chapter 3."}]
        s.http("POST", "/v1/chat/completions", {"messages": messages})
        s.chat(chunk(100, tail="words that were never written"))
        a = s.account()
        assert (a["requests"], a["finished"], a["in_flight"], a["in_flight_max"], a["overlaps"]) == (3, 3, 0, 1, 0)
        assert a["kinds"] == {"bible": 0, "outline": 0, "beats": 0, "chunk": 2, "recap": 1, "other": 0,
                              "acts": 0, "merge": 0}
        assert list(a["kind_words"]) == list(a["kinds"])
        assert a["lost_position"] == 1 and a["idle_ms"]["n"] == 2 and a["words_sent"] >= 200
        # The second request adds one turn to what the cache holds.
        one = sum(len(m["role"]) + len(m["content"].encode()) + 2 for m in messages[:3]) + len("assistant\n")
        evaluated_by_third = a["prompt_chars_evaluated"] - one - len("\nuser\nRecap of chapter 3.\nassistant\n")
        assert 0 < evaluated_by_third < one
        s.http("POST", "/_account/reset")
        assert s.account()["requests"] == 0


def test_overlap_and_disconnect_are_seen():
    with Sim("--rate", 200) as s:
        with s.open(chunk(400)) as sock:
            assert sock.recv(4096).startswith(b"HTTP/1.1 200")
            assert s.get("/slots")[0]["is_processing"] is True
            s.chat(chunk(5))
        s.wait_until(lambda: s.account()["in_flight"] == 0)
        a = s.account()
        assert a["overlaps"] == 1 and a["in_flight_max"] == 2 and a["disconnects"] == 1 and a["finished"] == 1


def test_rate_is_kept():
    with Sim("--rate", 500) as s:
        begun = time.monotonic()
        answer = s.chat(chunk(120))
        spent = time.monotonic() - begun
        assert spent >= (len(answer.tokens) - 1) / 500
        assert spent < len(answer.tokens) / 500 + 10


def test_a_rate_that_falls_in_the_middle_of_an_answer_is_no_silence():
    """The next token came when the whole answer would have come so far at the new rate."""
    with Sim("--rate", 2000) as s, s.open(chunk(2000)) as sock:
        got = b""
        while got.count(b"\n\n") < 400:
            got += sock.recv(4096)
        s.http("POST", "/_rate", {"tokens_per_s": 2})
        for _ in range(3):
            assert sock.recv(4096)
        s.http("POST", "/_rate", {"tokens_per_s": 0.001})
        s.http("POST", "/_rate", {"tokens_per_s": 0})
        while b"[DONE]" not in got[-100:]:
            got += sock.recv(4096)


def test_status_faults(script):
    path = script({"when": {"at": 1}, "do": "status", "status": 524},
                  {"when": {"at": [2, 3]}, "do": "status", "status": 503},
                  {"when": {"from": 4, "to": 5}, "do": "status", "status": 429, "retry_after": "2", "body": "slow"})
    with Sim("--script", path) as s:
        got = [s.http("POST", "/v1/chat/completions", request(chunk(20))) for _ in range(6)]
        assert [g[0] for g in got] == [524, 503, 503, 429, 429, 200]
        assert b"Error code 524" in got[0][2] and json.loads(got[1][2])["error"]["message"] == "Loading model"
        assert got[3][1]["Retry-After"] == "2" and got[3][2] == b"slow"
        assert s.account()["finished"] == 1 and s.account()["in_flight"] == 0


def test_faults_in_the_stream(script):
    path = script({"when": {"at": 1}, "do": "eof", "after_tokens": 5},
                  {"when": {"at": 2}, "do": "eof", "after_tokens": 5, "done": True},
                  {"when": {"at": 3}, "do": "empty"},
                  {"when": {"at": 4}, "do": "garbage", "after_tokens": 5},
                  {"when": {"at": 5}, "do": "error_frame", "after_tokens": 5},
                  {"when": {"at": 6}, "do": "delay", "ms": 60})
    with Sim("--script", path) as s:
        eof, done, empty, garbage, frame = (s.chat(chunk(50)) for _ in range(5))
        assert (len(eof.tokens), eof.finish, eof.done) == (5, None, False)
        assert (len(done.tokens), done.finish, done.done) == (5, None, True)
        assert (empty.text, empty.finish, empty.done) == ("", "stop", True)
        assert len(garbage.bad) == 1 and garbage.finish == "stop"
        assert len(frame.tokens) == 5 and frame.events[-1]["error"]["code"] == 500 and not frame.done
        begun = time.monotonic()
        assert s.chat(chunk(50)).text == garbage.text
        assert time.monotonic() - begun >= 0.06
        assert s.account()["finished"] == 3 and s.account()["disconnects"] == 0


def test_faults_of_the_connection(script):
    path = script({"when": {"at": 1}, "do": "truncate", "after_tokens": 5},
                  {"when": {"at": 2}, "do": "stall", "after_tokens": 5, "pings": True},
                  {"when": {"at": 3}, "do": "zombie", "ms": 300, "after_tokens": 5},
                  {"when": {"at": 5}, "do": "exit", "after_tokens": 5})
    with Sim("--script", path) as s:
        with s.open(chunk(50)) as sock:
            got, _ = until_closed(sock)
            assert got.count(b'{"content":"') == 5 and not got.endswith(b"0\r\n\r\n")
        with s.open(chunk(50)) as sock:
            got = b""
            while b":\n\n" not in got:
                got += sock.recv(65536)
            assert got.count(b'{"content":"') == 5
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        with s.open(chunk(50)) as sock:
            sock.recv(100)
        s.wait_until(lambda: s.account()["disconnects"] == 2)
        assert s.get("/slots")[0]["is_processing"] is True
        s.chat(chunk(50))
        assert s.account()["overlaps"] == 1
        s.wait_until(lambda: s.get("/slots")[0]["is_processing"] is False)
        with s.open(chunk(50)) as sock:
            got, _ = until_closed(sock)
            assert got.count(b'{"content":"') == 5
        assert s.child.wait(60) == 137


@pytest.mark.parametrize("text, says", [
    ("[{]", "line 1"), ("{}", "array"), ('[{"do": "eof"}]', "rule 1: 'when' and 'do'"),
    ('[{"when": {"at": 0}, "do": "eof"}]', "'at' must be"), ('[{"when": {"at": 1}, "do": "eofs"}]', "unknown fault"),
    ('[{"when": {"at": 1}, "do": "status"}]', "'status'"), ('[{"when": {"at": 1}, "do": "eof", "x": 1}]', "key 'x'"),
])
def test_a_wrong_script_is_refused_in_one_line(tmp_path, text, says):
    path = tmp_path / "bad.json"
    path.write_text(text)
    got = subprocess.run([SIM, "--script", path], capture_output=True, text=True, timeout=60, check=False)
    assert got.returncode == 2 and says in got.stderr and got.stderr.count("\n") == 1


def test_percent_is_the_same_each_time(script):
    path = script({"when": {"percent": 30}, "do": "status", "status": 500})
    runs = []
    for _ in range(2):
        with Sim("--script", path) as s:
            runs.append([s.http("POST", "/v1/chat/completions", request("Hello"))[0] for _ in range(40)])
    assert runs[0] == runs[1] and 4 <= runs[0].count(500) <= 22


def test_ends_at_once_on_sigterm_and_uses_a_given_socket():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fd, port = listening.fileno(), listening.getsockname()[1]
        child = subprocess.Popen([SIM, "--listen-fd", str(fd)], pass_fds=[fd], stdout=subprocess.DEVNULL)
        conn = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        conn.request("GET", "/health")
        assert conn.getresponse().status == 200
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
        conn.close()


def test_relay(sim):
    whole = sim.chat(chunk(60))
    with Relay(sim.port, ["bytewise", "rst:2000", "cut:2000", "refuse", "pass"]) as relay:
        assert sim.chat(chunk(60), port=relay.port).text == whole.text
        for expect_reset in (True, False):
            with socket.create_connection(("127.0.0.1", relay.port), timeout=60) as sock:
                body = json.dumps(request(chunk(60))).encode()
                sock.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
                sock.sendall(body)
                got, was_reset = until_closed(sock)
                assert was_reset is expect_reset and len(got) <= 2000
        with pytest.raises(OSError):
            sim.chat(chunk(60), port=relay.port)
        assert sim.chat(chunk(60), port=relay.port).text == whole.text
        assert relay.connections == 5


# ---- What is fixed, and what a model that does not do as it is told does instead.

CHAT_BEGINS = r"(Sure|Certainly|Of course|Understood)[!.] [^\n]+:\n\n"
CHAT_ENDS = r"\n\n(\(Word count: 150\)|\(150 words\)|---|\*To be continued\.\.\.\*)(\n\n[^\n]+)?"
HEADING = r"(## Chapter 3: [^\n]+|\*\*Part \d\*\*)\n\n"


def folded(text):
    return " ".join(text.split())


def whole_chapter(words=2500, line=""):
    with Sim() as s:
        return s.chat(chunk(words, line=line)).text


@pytest.fixture(scope="module")
def prose():
    return whole_chapter()


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_obedient_text_never_changes(sim):
    # Books in tests and figures in documents rest on these bytes.
    bible = "Title: Salt\nPremise: x\nWrite the book's bible. "
    assert digest(sim.chat(chunk(900)).text) == "79023b3e8858276c"
    assert digest(sim.chat(chunk(900, line="Pisz po polsku.")).text) == "0166d2e923a71a78"
    assert digest(sim.chat(bible).text) == "d917dbb0b33dc1c2"
    assert digest(sim.chat(bible + "Pisz po polsku.").text) == "b66ffe569d0eb435"


@pytest.mark.parametrize("line", ["", "Pisz po polsku."])
def test_plans_as_json(sim, line):
    asked = f"Answer with one JSON object and nothing else. {line}"
    schema = {"response_format": {"type": "json_schema", "json_schema": {"name": "plan", "schema": {}}}}
    bible = json.loads(sim.chat(f"Title: Salt\nPremise: x\nWrite the book's bible. {asked}").text)
    assert list(bible) == "title logline setting style rules cast threads ending".split() and bible["title"] == "Salt"
    assert [list(person) for person in bible["cast"]] == ["name role want fear voice".split()] * 6
    outline = sim.chat(f"List chapters 3 to 7 of 50. {line}", **schema)
    chapters = json.loads(outline.text)["chapters"]
    assert [c["number"] for c in chapters] == [3, 4, 5, 6, 7] and [c["weight"] for c in chapters] == [1, 1, 1.2, 1, 1]
    assert list(chapters[0]) == "number title pov summary beats purpose ends_on opens closes weight".split()
    lines = sim.chat(f"List chapters 3 to 7 of 50. {line}").text.splitlines()
    assert [f"{c['title']} | {c['pov']} | {'; '.join(c['beats'])}" for c in chapters] == \
        [" | ".join(row.split(" | ")[1:4]) for row in lines]
    acts = json.loads(sim.chat(f"Plan acts 1 to 3 of 3. {asked}").text)["acts"]
    assert [list(act) for act in acts] == ["number start turn open".split()] * 3
    cut = sim.chat(f"List chapters 3 to 7 of 50. {line}", max_tokens=90, **schema)
    assert cut.finish == "length" and outline.text.startswith(cut.text) and len(cut.tokens) == 90
    assert sim.chat(f"Plan chapter 3 as 4 cards. {asked}").text.startswith("CARD 1 | ")
    with Sim("--no-json") as plain:
        assert plain.chat(f"List chapters 3 to 7 of 50. {line}", **schema).text.splitlines() == lines


@pytest.mark.parametrize("line, chapter, act", [("", "Chapter", "Act"), ("Pisz po polsku.", "Rozdział", "Akt")])
def test_a_model_that_plans_in_prose(sim, line, chapter, act):
    title = sim.chat(f"List chapters 4 to 4 of 9. {line}").text.split(" | ")[1]
    with Sim("--plan-prose") as s:
        outline = s.chat(f"List chapters 4 to 6 of 9. Answer with one JSON object. {line}").text
        assert f"{chapter} 4 - {title}. " in outline and f"{chapter} 6 - " in outline and "|" not in outline
        assert f"{act} 2: " in s.chat(f"Plan acts 1 to 2 of 2. {line}").text
        cards = s.chat(f"Plan chapter 3 as 4 cards. {line}").text
        assert "CARD" not in cards and cards.count("\n- ") == 4
        for ask in ("Recap of chapter 3.", "Merge the notes of chapters 1 to 9:"):
            assert re.fullmatch(r"[^|\n]{60,}", s.chat(f"{ask} {line}").text)
        bibles = [s.chat(f"Premise: x\nWrite the book's bible. {line}", seed=n).text for n in range(20)]
        assert {len(re.findall(r"^[A-Z]+: ", bible, re.M)) for bible in bibles} == {0, 1, 2, 3}
        assert s.chat(chunk(100, line=line)).text == sim.chat(chunk(100, line=line)).text


def test_a_model_that_ignores_the_length(prose):
    with Sim("--ignore-length", 400) as s:
        for words in (50, 900):
            answer = s.chat(chunk(words))
            assert 400 <= count(answer.text) <= 422 and answer.finish == "stop" and prose.startswith(answer.text)


def test_a_model_that_writes_headings(prose):
    with Sim("--heading") as s:
        title = s.chat("List chapters 3 to 3 of 9.").text.split(" | ")[1]
        first = s.chat(chunk(150)).text
        head = f"## Chapter 3: {title}\n\n"
        assert first.startswith(head) and prose.startswith(first[len(head):])
        kept = first[len(head):]
        second = s.chat(chunk(150, tail=tail_of(kept), part=2)).text
        assert second.startswith("**Part 2**\n\n")
        assert folded(prose).startswith(folded(kept + " " + second.split("\n\n", 1)[1]))
        # Continued answers have no second heading, whether the client kept the first one or not.
        for cut in (first[:400], kept[:400]):
            assert s.chat(chunk(150), prefill=cut).text == first[first.index(cut) + len(cut):]
        assert s.account()["lost_position"] == 0


@pytest.mark.parametrize("line, begins", [("", CHAT_BEGINS), ("Pisz po polsku.", r"[^\n]+:\n\n")])
def test_a_model_that_chats(line, begins):
    with Sim("--chat") as s:
        answers = [s.chat(chunk(150, line=line), seed=n).text for n in range(40)]
        plain = whole_chapter(150, line)
        heads, ends = ({a.split(plain)[i] for a in answers} for i in (0, 1))
        assert len(heads) == 4 and all(re.fullmatch(begins, head) for head in heads)
        assert len(ends) == 4 and (line or all(re.fullmatch(CHAT_ENDS, end) for end in ends))
        assert s.chat(chunk(150, line=line), seed=3).text == answers[3]
        second = s.chat(chunk(150, tail=tail_of(plain), line=line)).text
        text = re.sub("^" + begins, "", second).split("\n\n")
        assert folded(whole_chapter(500, line)).startswith(folded(plain + " " + text[0]))


def test_a_model_that_closes_early(prose):
    with Sim("--close-early") as s:
        plain = whole_chapter(150)
        closers = set()
        for n in range(12):
            answer = s.chat(chunk(150), seed=n).text
            assert answer.startswith(plain + "\n\n")
            closers.add(answer[len(plain):])
        assert len(closers) == 12 and all(6 <= count(c) <= 60 and folded(c) not in folded(prose) for c in closers)
        second = s.chat(chunk(150, tail=tail_of(plain))).text
        assert folded(prose).startswith(folded(plain + second.rsplit("\n\n", 1)[0]))
        last = s.chat(chunk(150, stop="This ends the book: bring it to the ending that the bible has.")).text
        assert last == plain


def grown(s, turns, chunks, words=150):
    """A conversation of so many chunks more, each kept as the test's obedient chapter has it; and the last answer."""
    kept = "".join(turns[i] for i in range(3, len(turns), 2))
    for _ in range(chunks):
        turns = [*turns, chunk(words, tail=tail_of(kept) if kept else None, part=len(turns) // 2)]
        answer = s.talk(turns).text
        plain = own_part(answer, kept)
        turns.append(plain)
        kept += plain
    return turns, kept, answer


def own_part(answer, kept):
    """What of an answer goes on in the chapter behind `kept`."""
    rest = whole_chapter()[len(kept):]
    n = next((i for i, (a, b) in enumerate(zip(answer, rest)) if a != b), min(len(answer), len(rest)))
    return answer[:n].rstrip()


def test_a_model_that_copies(prose):
    opening = [OPENING + "\nPlan chapter 3 as 4 cards.", "CARD 1 | here | one; two | there"]
    with Sim("--copy") as s:
        turns, first, answer = grown(s, opening, 1)
        assert answer == first
        turns, kept, answer = grown(s, turns, 1)
        copied = answer[len(turns[5]):]
        run = next(copied[1:n] for n in range(len(copied), 1, -1) if copied[1:n] in first).rstrip()
        assert 30 <= len(run.split()) <= 31 and 60 <= count(turns[5]) <= 120
        tail = copied[len(run) + 1:]
        # Then it goes on: nothing of its own is lost, and the client that cut there goes on there too.
        assert prose.startswith(kept + tail) and count(tail) > 30
        turns, kept, _ = grown(s, turns, 3)
        assert prose.startswith(kept)
        # 30 words for each answer before.
        longer = [*opening, chunk(400), prose[:2000], chunk(400), prose[2000:4000], chunk(400), prose[4000:6000]]
        answer = s.talk([*longer, chunk(100, tail=tail_of(prose[:6000]))]).text
        assert count(answer) - 122 <= 90 <= count(answer) - 100 and len(answer.split()) >= 185
        # Flattened, there is nothing to copy.
        flat = f"{OPENING}\n# The page before\n{kept[-900:]}\n\n{chunk(150, tail=tail_of(kept))}"
        assert prose.startswith(kept + s.talk([flat]).text)
        # A client that kept a little of the copy and quotes it is not led back to where that once stood.
        lost = turns[-1] + " " + " ".join(first.split()[20:44])
        misled = s.talk([*turns[:-1], lost, chunk(150, tail=tail_of(lost))]).text
        assert prose[len(kept):].startswith(misled[:200])
        assert s.account()["lost_position"] == 0


def test_a_model_that_loops(prose):
    periods, tried = set(), 0
    with Sim("--loop", 100) as s:
        for n in range(60):
            answer = s.chat(chunk(250), seed=n, max_tokens=1500)
            assert answer.finish == "length" and len(answer.tokens) == 1500
            end = len(os.path.commonprefix([answer.text, prose]))
            assert 0 < end < 2200
            # The round that repeats stands in the chapter, so that what is kept up to it is prose.
            text = answer.text[end - 1:end + 2500]
            period = next(p for p in range(2, 2000) if text[p:] == text[:-p])
            periods.add(period)
            assert answer.text[end - period:end] in prose
            # Going on behind a whole sentence before it; the first word at least is no loop yet.
            kept = re.match(r"(.*[.!?\"])\s|", answer.text[:end - period], re.S)[1]
            if kept and count(kept) > 12:
                tried += 1
                on = s.chat(chunk(250, tail=tail_of(kept)), seed=1000 + n, max_tokens=20).text
                assert folded(prose).startswith(folded(f"{kept} {on.split()[0]}"))
        assert min(periods) < 12 and max(periods) > 250 and len(periods) > 20 and tried > 20
        # The first round is in the answer itself, even if that began in the middle of a sentence.
        for n in range(40):
            text = s.chat(chunk(120), prefill=prose[:530], seed=n, max_tokens=900).text
            end = len(os.path.commonprefix([text, prose[530:]]))
            period = next(p for p in range(2, 1500) if text[end:end + 1500] == text[end + p:end + p + 1500])
            assert end + len("\n\n") >= period, text[:300]
    with Sim("--loop", 30) as s:
        looped = [s.chat(chunk(60), seed=n, max_tokens=400).finish == "length" for n in range(60)]
        assert 8 <= looped.count(True) <= 30
        assert looped == [s.chat(chunk(60), seed=n, max_tokens=400).finish == "length" for n in range(60)]


@pytest.mark.parametrize("line", ["", "Pisz po polsku."])
def test_a_model_that_thinks_in_circles(line):
    with Sim("--circle", 100) as s:
        answer = s.chat(chunk(250, line=line), max_tokens=3000)
        assert answer.finish == "length" and len(answer.tokens) == 3000
        words = answer.text.split()
        runs = [" ".join(words[i:i + 9]) for i in range(len(words) - 8)]
        assert len(set(runs)) > 0.99 * len(runs)
        chapter = folded(whole_chapter(2500, line))
        assert not any(run in chapter for run in runs)
        assert s.chat(chunk(250, line=line), max_tokens=3000).text == answer.text
        assert s.chat(chunk(250, line=line), max_tokens=3000, seed=2).text != answer.text
        assert s.chat(f"Recap of chapter 3. {line}").text.startswith("HAPPENED: ")


def test_a_model_that_refuses(prose):
    with Sim("--refuse", 50) as s:
        answers = [s.chat(chunk(150), seed=n).text for n in range(40)]
        refusals = [a for a in answers if not prose.startswith(a)]
        assert 10 <= len(refusals) <= 30 and len(set(refusals)) == 4 and max(map(len, refusals)) < 100
        plans = [s.chat("Recap of chapter 3.", seed=n).text for n in range(40)]
        assert 10 <= sum(p.startswith("HAPPENED: ") for p in plans) <= 30
        assert all(s.chat("The capital of France?", seed=n).text.endswith(" Paris.") for n in range(10))


def test_a_model_that_thinks_aloud(prose):
    with Sim("--think") as s:
        answers = [s.chat(chunk(150), seed=n).text for n in range(40)]
        closed = [a for a in answers if "</think>" in a]
        assert 20 <= len(closed) < 40 and all(a.startswith("<think>\n") for a in answers)
        assert all(prose.startswith(a.split("</think>\n\n")[1]) for a in closed)
        cut = closed[0].split("</think>\n\n")[1][:300]
        rest = s.chat(chunk(150), prefill=cut).text
        assert "<think>" not in rest and prose.startswith(cut + rest)
        assert s.chat("Recap of chapter 3.", seed=4).text.startswith("<think>\n")


def test_a_model_that_falls_into_another_language(prose):
    polish = whole_chapter(2500, "Pisz po polsku.")
    with Sim("--wrong-language", 50) as s:
        for line, right in (("", prose), ("Pisz po polsku.", polish)):
            answers = [s.chat(chunk(150, line=line), seed=n).text for n in range(30)]
            wrong = [a for a in answers if not right.startswith(a)]
            assert 8 <= len(wrong) <= 22 and all(count(a) >= 150 for a in wrong)
            assert all(bool(re.search("[ąęłśżźćń]", a)) is not bool(line) for a in wrong)
            assert not any(a[:100] in prose or a[:100] in polish for a in wrong)


def test_a_model_that_leaks_control_tokens(prose):
    with Sim("--control") as s:
        first = s.chat(chunk(150)).text
        assert first.endswith("<|im_end|>") and prose.startswith(first[:-10])
        second = s.chat(chunk(150, tail=tail_of(first[:-10]))).text
        assert prose.startswith(first[:-10] + second[:-10])


def test_a_client_that_trims_goes_on_exactly(prose):
    with Sim("--heading", "--chat", "--close-early", "--control", "--think") as s:
        kept = ""
        for part in range(1, 9):
            # Another seed until the thought is closed.
            raw = next(a for a in (s.chat(chunk(150, tail=tail_of(kept) if kept else None, part=part), seed=n).text
                                   for n in range(20)) if "</think>" in a)
            raw = raw.split("</think>\n\n")[1].removesuffix("<|im_end|>")
            raw = re.sub("^" + HEADING, "", re.sub("^" + CHAT_BEGINS, "", raw))
            text = re.sub(CHAT_ENDS + "$", "", raw).rsplit("\n\n", 1)[0]
            kept += prose[len(kept):][:len(prose[len(kept):]) - len(prose[len(kept):].lstrip())] + text
            assert prose.startswith(kept)
        assert count(kept) >= 8 * 150 and s.account()["lost_position"] == 0


def test_a_client_that_kept_some_of_it_is_understood(prose):
    with Sim("--close-early") as s:
        kept = whole_chapter(150)
        dirty = kept + "\n\nAnd so it was only the beginning of"
        after = s.talk([OPENING, "Yes.", chunk(150), dirty, chunk(150, tail=tail_of(dirty))]).text
        assert prose.startswith(kept + after.rsplit("\n\n", 1)[0])
        for head in ("", "Sure! Here it is:\n\n", "## One\n\n"):
            rest = s.chat(chunk(300), prefill=head + kept + "\n\nAnd so it was only").text
            assert prose.startswith(kept + rest.rsplit("\n\n", 1)[0])
        assert s.account()["lost_position"] == 0
        s.chat(chunk(150, tail="words that were never written by anybody in this or any other book"))
        assert s.account()["lost_position"] == 1
        # So is the page that a request without a conversation shows, and a heading over very little.
        flat = f"{OPENING}\n# The page before\n{kept}\n\n{chunk(150, tail=tail_of(dirty))}"
        assert s.talk([flat]).text.rsplit("\n\n", 1)[0] == after.rsplit("\n\n", 1)[0]
        assert prose.startswith(prose[:11] + s.chat(chunk(150), prefill="# One\n\n" + prose[:11]).text[:300])
    with Sim() as obedient:  # one that adds nothing takes the client at its word
        obedient.talk([OPENING, "Yes.", chunk(150), dirty, chunk(150, tail=tail_of(dirty))])
        assert obedient.account()["lost_position"] == 1


def test_a_percentage_is_one():
    got = subprocess.run([SIM, "--loop", "101"], capture_output=True, text=True, timeout=60, check=False)
    assert got.returncode == 2 and "--loop needs a number from 0 to 100" in got.stderr


def test_how_the_context_is_used(prose):
    with Sim("--ctx", 3000) as s:
        turns = [OPENING * 40, "Yes."]
        for part in range(1, 4):
            turns = [*turns, chunk(60 * part, part=part), prose[:700 * part]]
            answer = s.talk(turns[:-1], max_tokens=500)
            rendered = "".join(f"{('user', 'assistant')[i % 2]}\n{t}\n" for i, t in enumerate(turns[:-1]))
            rendered += "assistant\n"
            tokens = len(json.loads(s.http("POST", "/tokenize", {"content": rendered})[2])["tokens"])
            assert answer.usage["usage"]["prompt_tokens"] == tokens
        for n in range(60):  # where prompts part does not matter
            turn = prose[:1000 + 53 * n] + "est, and so on " * 90
            s.talk([prose[:1700]])
            used = s.talk([turn], max_tokens=1).usage["usage"]["prompt_tokens"]
            tokens_now = s.http("POST", "/tokenize", {"content": f"user\n{turn}\nassistant\n"})[2]
            assert used == len(json.loads(tokens_now)["tokens"])
        a = s.account()
        assert a["fit_max"] == pytest.approx((tokens + 500) / 3000) and a["fit_max"] < 1 and a["over_ctx"] == 0
        s.talk(turns[:-1], max_tokens=3000 - tokens)
        assert s.account()["fit_max"] == 1 and s.account()["over_ctx"] == 0
        s.talk(turns[:-1], max_tokens=3001 - tokens)
        assert s.account()["over_ctx"] == 1
        s.http("POST", "/_account/reset")
        a = s.account()
        assert a["fit_max"] == 0 and a["over_ctx"] == 0
