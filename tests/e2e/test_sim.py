# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The simulator against its design: the prose does not depend on how it is asked for, and each
# fault is what its name says. Everything else that is tested end to end rests on this.
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
        conn = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
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

    def wait_until(self, holds, seconds=5):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.account()

    def chat(self, turn, prefill=None, port=None, **more):
        return Answer(self.http("POST", "/v1/chat/completions", request(turn, prefill, **more), port))

    def open(self, turn, **more):
        """A socket with a request on its way: for answers that do not end well."""
        body = json.dumps(request(turn, **more)).encode()
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=10)
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


def chunk(words, chapter=3, tail=None, line=""):
    join = f'Continue right after "…{tail}".' if tail else "This opens the chapter."
    return f"Chapter {chapter}, part 1 of 4.\nAbout {words} words, with speech.\n{join} Story text only. {line}"


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
    status, _, body = sim.http("GET", "/api/tags")
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
    assert [row.split(" | ")[0] for row in rows] == [str(n) for n in range(3, 13)]
    assert all(row.count("|") == 5 and row.endswith("| 1") and len(row.split()) <= 60 for row in rows)
    assert sim.chat(f"List chapters 4 to 5 of 50. {line}").text.splitlines() == rows[1:3]
    cards = sim.chat(f"Plan chapter 3 as 4 cards. {line}").text.splitlines()
    assert [card[:7] for card in cards] == [f"CARD {k} " for k in range(1, 5)]
    recap = sim.chat(f"Recap of chapter 3. {line}").text
    assert [row.split(":")[0] for row in recap.splitlines()] == "HAPPENED CHANGED OPEN CLOSED FACT FACT".split()
    assert len(recap.split()) <= 110
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
        assert a["kinds"] == {"bible": 0, "outline": 0, "beats": 0, "chunk": 2, "recap": 1, "other": 0}
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
        assert spent < len(answer.tokens) / 500 + 0.5


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
        assert s.child.wait(5) == 137


@pytest.mark.parametrize("text, says", [
    ("[{]", "line 1"), ("{}", "array"), ('[{"do": "eof"}]', "rule 1: 'when' and 'do'"),
    ('[{"when": {"at": 0}, "do": "eof"}]', "'at' must be"), ('[{"when": {"at": 1}, "do": "eofs"}]', "unknown fault"),
    ('[{"when": {"at": 1}, "do": "status"}]', "'status'"), ('[{"when": {"at": 1}, "do": "eof", "x": 1}]', "key 'x'"),
])
def test_a_wrong_script_is_refused_in_one_line(tmp_path, text, says):
    path = tmp_path / "bad.json"
    path.write_text(text)
    got = subprocess.run([SIM, "--script", path], capture_output=True, text=True, timeout=5, check=False)
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
        conn = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        conn.request("GET", "/health")
        assert conn.getresponse().status == 200
        child.send_signal(signal.SIGTERM)
        assert child.wait(5) == 0
        conn.close()


def test_relay(sim):
    whole = sim.chat(chunk(60))
    with Relay(sim.port, ["bytewise", "rst:2000", "cut:2000", "refuse", "pass"]) as relay:
        assert sim.chat(chunk(60), port=relay.port).text == whole.text
        for expect_reset in (True, False):
            with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as sock:
                body = json.dumps(request(chunk(60))).encode()
                sock.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
                sock.sendall(body)
                got, was_reset = until_closed(sock)
                assert was_reset is expect_reset and len(got) <= 2000
        with pytest.raises(OSError):
            sim.chat(chunk(60), port=relay.port)
        assert sim.chat(chunk(60), port=relay.port).text == whole.text
        assert relay.connections == 5
