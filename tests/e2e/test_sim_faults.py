# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The simulator's faults and the relay's, as the bytes that a raw client gets: what novelgen survives in other tests is
# what it was really sent.
import email.utils
import http.client
import json
import pathlib
import re
import socket
import subprocess
import sys
import time

import pytest
from test_sim import SIM, Answer, Sim, chunk, request, script, until_closed  # noqa: F401 (a fixture)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from relay import Relay, parse_mode  # noqa: E402

ROUTE = "/v1/chat/completions"
STORM = pathlib.Path(__file__).resolve().parent / "storm.json"


class Mortal(Sim):
    """One whose last words are kept."""

    def __init__(self, *args):
        self.child = subprocess.Popen([SIM, "--seed", "7", *map(str, args)], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)\n", self.child.stdout.readline())[1])

    def __exit__(self, *exc):
        super().__exit__(*exc)
        self.child.stderr.close()


def rule(at, do, **more):
    return {"when": {"at": at}, "do": do, **more}


def always(do, **more):
    return {"when": {"from": 1, "to": 100000}, "do": do, **more}


def post(s, turn=None, port=None, **more):
    """(status, headers, body)"""
    return s.http("POST", ROUTE, request(turn or chunk(50), **more), port)


def raw(s, turn=None, **more):
    """All bytes of an answer whose connection ends, headers included, and whether it was reset."""
    with s.open(turn or chunk(50), **more) as sock:
        return until_closed(sock)


def read_until(sock, wanted):
    got = b""
    while wanted not in got:
        data = sock.recv(65536)
        assert data, got
        got += data
    return got


def seconds(what):
    begun = time.monotonic()
    result = what()
    return time.monotonic() - begun, result


@pytest.fixture(scope="module")
def whole():
    with Sim() as s:
        return s.chat(chunk(50))


# ---- Errors in the stream

def test_errors_under_200(script, whole):
    path = script(rule(1, "error_line", after_tokens=5), rule(2, "error_frame", after_tokens=5, done=True),
                  rule(3, "error_frame", after_tokens=0, message="out of \"memory\""), rule(4, "error_event"),
                  rule(5, "crash_frame", after_tokens=2))
    with Sim("--script", path) as s:
        status, _, body = post(s)
        assert status == 200 and b"\n\nerror: {\"code\":500," in body and body.endswith(b"data: [DONE]\n\n")
        assert Answer((200, {}, body)).text == "".join(whole.tokens[:5])
        frame = Answer(post(s))
        assert "error" in frame.events[-1] and frame.done and len(frame.tokens) == 5 and not frame.finish
        frame = Answer(post(s))
        assert frame.events[-1]["error"]["message"] == "out of \"memory\"" and not frame.done and not frame.tokens
        status, headers, body = post(s)
        assert status == 200 and headers["Content-Type"] == "text/event-stream"
        event, data = body.decode().rstrip("\n").split("\n")
        assert event == "event: error" and json.loads(data[6:])["error"]["message"] == json.loads(data[6:])["message"]
        frame = Answer(post(s))
        assert "model runner has unexpectedly stopped" in frame.events[-1]["error"]["message"]
        a = s.account()
        assert a["finished"] == 0 and a["aborted"] == 5 and a["in_flight"] == 0


def test_a_last_line_without_an_end(script, whole):
    with Sim("--script", script(rule(1, "no_newline"))) as s:
        body = post(s)[2]
        assert body.endswith(b"data: [DONE]") and Answer((200, {}, body + b"\n\n")).text == whole.text


def test_pings_and_no_data(script):
    with Sim("--script", script(rule(1, "pings"), rule(2, "pings", ms=450))) as s:
        with s.open(chunk(50)) as sock:
            got = read_until(sock, b":\n\n")
            got += read_until(sock, b":\n\n")
            assert got.startswith(b"HTTP/1.1 200") and b"data:" not in got
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        spent, (got, _) = seconds(lambda: raw(s))
        assert spent >= 0.45 and got.count(b":\n\n") == 2 and b"data:" not in got


def test_other_framing(script, whole):
    path = script(rule(1, "reframe", crlf=True, comments=True), rule(2, "reframe", escapes=True),
                  rule(3, "reframe", lines=True), rule(4, "reframe", pieces=3))
    polish = chunk(50, line="Pisz po polsku.")
    with Sim("--script", path) as s:
        body = post(s)[2]
        assert body.startswith(b": ok\r\n\r\ndata: {") and body.count(b"\n") == body.count(b"\r\n")
        plain = body.replace(b"\r\n", b"\n").replace(b": ok\n\n", b"")
        assert Answer((200, {}, plain)).text == whole.text
        body = post(s, polish)[2]
        assert body.isascii() and rb"\u0142" in body and "ł" in Answer((200, {}, body)).text
        body = post(s)[2]
        assert b"\n\ndata: {\ndata: \"choices\"" in body
        assert Answer((200, {}, body.replace(b"{\ndata: ", b"{"))).text == whole.text
        with s.open(chunk(50)) as sock:
            got = read_until(sock, b"\r\n0\r\n\r\n")
        sizes = [int(n, 16) for n in re.findall(rb"\r\n([0-9a-f]+)\r\n", got.split(b"\r\n\r\n", 1)[1])]
        assert max(sizes) == 3 and len(sizes) > 1000
        assert s.chat(polish).text == Answer((200, {}, post(s, polish)[2])).text


def test_surrogates(script, whole):
    path = script(rule(1, "surrogate", after_tokens=5), rule(2, "surrogate", after_tokens=5, lone=True),
                  rule(3, "surrogate", after_tokens=5, lone=True, reasoning=True))
    with Sim("--script", path) as s:
        body = post(s)[2]
        assert body.count(rb'"content":"\ud83d\ude00"') == 1
        assert Answer((200, {}, body)).text == "".join([*whole.tokens[:5], "\U0001f600", *whole.tokens[5:]])
        assert post(s)[2].count(rb'"content":"\ud83d"') == 1
        body = post(s)[2]
        assert body.count(rb'"reasoning_content":"\ud83d"') == 1 and Answer((200, {}, body)).text == whole.text


# ---- Silence, and what follows it

def test_headers_then_silence_then_nothing(script):
    path = script(rule(1, "quiet", ms=1500), rule(2, "quiet", ms=50, body="<html>524</html>"), rule(3, "headers_then_reset"))
    with Sim("--script", path) as s:
        with s.open(chunk(50)) as sock:
            begun = time.monotonic()
            got = read_until(sock, b"\r\n\r\n")
            assert got.startswith(b"HTTP/1.1 200 OK") and time.monotonic() - begun < 1.2
            assert read_until(sock, b"0\r\n\r\n") == b"0\r\n\r\n" and time.monotonic() - begun >= 1.5
        assert post(s)[2] == b"<html>524</html>"
        got, was_reset = raw(s)
        assert was_reset and b"data:" not in got


def test_headers_never_come_while_all_else_answers(script):
    with Sim("--script", script(rule(1, "mute"), rule(2, "mute", ms=100))) as s:
        with s.open(chunk(50)) as sock:
            sock.settimeout(0.15)
            s.wait_until(lambda: s.get("/slots")[0]["is_processing"])
            assert s.get("/health") == {"status": "ok"}
            with pytest.raises(TimeoutError):
                sock.recv(1)
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        assert raw(s)[0] == b"" and s.account()["aborted"] == 1


def test_stall_for_a_while(script):
    with Sim("--script", script(rule(1, "stall", after_tokens=3, ms=120))) as s:
        spent, (got, _) = seconds(lambda: raw(s))
        assert spent >= 0.12 and got.count(b'{"content":"') == 3 and not got.endswith(b"0\r\n\r\n")


def test_a_page_after_silence(script):
    with Sim("--script", script(rule(1, "status", status=524, ms=120), rule(2, "status", status=504))) as s:
        spent, (status, _, body) = seconds(lambda: post(s))
        assert spent >= 0.12 and status == 524 and b"A timeout occurred" in body
        assert post(s)[0] == 504


# ---- What the model says

def test_finish_reason_that_lies(script):
    with Sim("--script", script(rule(1, "finish", reason="stop"), rule(2, "finish", reason="abort"))) as s:
        answer = s.chat(chunk(300), max_tokens=40)
        assert answer.finish == "stop" and answer.usage["usage"]["completion_tokens"] == 40 == len(answer.tokens)
        assert s.chat(chunk(50)).finish == "abort"


def test_reasoning_in_the_wrong_places(script, whole):
    with Sim("--script", script(rule(1, "reasoning_only"), rule(2, "unopened_think"), rule(3, "hidden_answer"))) as s:
        only = s.chat(chunk(50), max_tokens=30)
        deltas = [e["choices"][0]["delta"] for e in only.events if e.get("choices")]
        assert only.text == "" and only.finish == "length" and only.usage["usage"]["completion_tokens"] == 30
        assert sum("reasoning_content" in d for d in deltas) == 30
        aloud = s.chat(chunk(50))
        assert "<think>" not in aloud.text and aloud.text.split("\n</think>\n\n")[1] == whole.text
        hidden = s.chat(chunk(50))
        deltas = [e["choices"][0]["delta"] for e in hidden.events if e.get("choices")]
        assert hidden.text == "" and hidden.finish == "stop"
        assert "".join(d.get("reasoning_content", "") for d in deltas) == whole.text


def test_tokens_that_were_never_sent(script, whole):
    with Sim("--script", script(rule(1, "no_deltas"))) as s:
        answer = s.chat(chunk(50))
        assert answer.status == 200 and answer.tokens == [] and answer.finish == "stop" and answer.done
        assert answer.usage["usage"]["completion_tokens"] == len(whole.tokens)
        assert not any("role" in e["choices"][0]["delta"] for e in answer.events if e.get("choices"))


def test_a_prompt_that_is_cut_in_silence(script, whole):
    long_turn = "word " * 1500 + chunk(50)
    with Sim("--ctx", 2000, "--script", script(always("prompt_cut"))) as s:
        assert s.chat(chunk(50)).text == whole.text  # it was short enough
        cut = s.chat(long_turn)
        assert cut.usage["usage"]["prompt_tokens"] == 1002 and cut.finish == "stop" and cut.text != whole.text
        assert s.chat("word " * 4000 + chunk(50)).usage["usage"]["prompt_tokens"] == 1002  # not refused


def test_floods(script, whole):
    with Sim("--script", script(rule(1, "repeat", after_tokens=30), rule(2, "flood", after_tokens=10))) as s:
        answer = s.chat(chunk(50), max_tokens=300)
        assert answer.finish == "length" and len(answer.tokens) == 300
        assert answer.tokens[:30] == whole.tokens[:30] and answer.text[-400:] in answer.text[:-40]
        answer = s.chat(chunk(50), max_tokens=300)
        assert answer.tokens[:10] == whole.tokens[:10] and len(answer.tokens) == 300 and answer.finish == "length"
        assert not "".join(answer.tokens[10:]).strip()


def test_a_prefill_that_is_ignored_or_said_again(script, whole):
    with Sim("--script", script(rule(1, "prefill_ignored"), rule(2, "prefill_restated"))) as s:
        cut = whole.text[:60]
        assert s.chat(chunk(50), prefill=cut).text == whole.text
        assert s.chat(chunk(50), prefill=cut).text == whole.text
        assert s.chat(chunk(50), prefill=cut).text == whole.text[60:]


# ---- Refusals

OVERFLOWS = {
    None: (400, "exceed_context_size_error"), "ik": (500, "the request exceeds the available context size"),
    "ik-code": (500, "context_length_exceeded"), "llamacpp-decode": (500, "Context size has been exceeded."),
    "vllm": (400, "You passed 301 input tokens and requested 64 output tokens"),
    "vllm-old": (400, "maximum context length is 300 tokens. However, you requested 365 tokens"),
    "sglang": (400, "is longer than the model's context length"), "lmstudio": (200, "Trying to keep the first 301 tokens"),
    "lmstudio-keep": (200, "greater than the context length"), "ollama": (400, "the prompt is longer than the context"),
    "ollama-child": (400, "exceed_context_size_error"),
}


@pytest.mark.parametrize("name", OVERFLOWS, ids=str)
def test_overflow_in_each_wording(script, name):
    status, words = OVERFLOWS[name]
    path = script(rule(1, "overflow", **({"as": name} if name else {})))
    with Sim("--ctx", 300, "--script", path, *(["--overflow", name] if name else [])) as s:
        for turn in (chunk(50), "word " * 400 + chunk(50)):
            got, headers, body = post(s, turn, max_tokens=64)
            assert got == status and (words in body.decode() or turn != chunk(50))
            if status != 200:
                assert json.loads(body)["error" if "error" in json.loads(body) else "message"]
            else:
                assert headers["Content-Type"] == "text/event-stream" and body.startswith(b"event: error\ndata: {")
        assert s.account()["finished"] == 0


def test_an_unknown_wording_is_refused():
    got = subprocess.run([SIM, "--overflow", "nobody"], capture_output=True, text=True, timeout=60, check=False)
    assert got.returncode == 2 and "'nobody'" in got.stderr


def test_refusals(script):
    path = script(rule(1, "busy"), rule(2, "auth"), rule(3, "unknown_model"), rule(4, "html"),
                  rule(5, "status", status=401, body="no"))
    with Sim("--script", path) as s:
        status, _, body = post(s)
        assert status == 503 and "server busy, please try again.  maximum pending requests" in json.loads(body)["error"]["message"]
        status, _, body = post(s)
        assert status == 401 and json.loads(body)["error"]["type"] == "authentication_error"
        status, _, body = post(s, model="nobody")
        assert status == 404 and "nobody" in json.loads(body)["error"]["message"]
        status, headers, body = post(s)
        assert status == 200 and headers["Content-Type"].startswith("text/html") and b"<html>" in body
        assert post(s)[::2] == (401, b"no")


def test_every_form_of_retry_after(script):
    path = script(rule(1, "status", status=429), rule(2, "status", status=429, retry_after="3600"),
                  rule(3, "status", status=429, retry_after="0.25"), rule(4, "status", status=429, retry_date_s=30),
                  rule(5, "status", status=429, headers={"x-ratelimit-reset-tokens": "6m0s", "retry-after-ms": "90"}))
    with Sim("--script", path) as s:
        headers = [post(s)[1] for _ in range(5)]
        assert [h["Retry-After"] for h in headers[:3]] == [None, "3600", "0.25"]
        when = email.utils.parsedate_to_datetime(headers[3]["Retry-After"])
        assert -30 <= when.timestamp() - time.time() <= 31 and headers[3]["Retry-After"].endswith(" GMT")
        assert headers[4]["x-ratelimit-reset-tokens"] == "6m0s" and headers[4]["retry-after-ms"] == "90"


# ---- In each dialect

DIALECTS = ["llamacpp", "openai", "ollama", "vllm", "mlx", "lmstudio", "koboldcpp", "sglang"]


def words_of(error):
    """The message of an error in any of the shapes that there are."""
    error = error.get("error", error.get("detail", error))
    return error if isinstance(error, str) else error.get("message") or error.get("msg")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_faults_speak_the_dialect(script, dialect):
    path = script(rule(1, "error_frame", after_tokens=3, message="no memory"), rule(2, "crash_frame", after_tokens=3),
                  rule(3, "busy"), rule(4, "auth"), rule(5, "unknown_model"), rule(6, "overflow"), rule(7, "hidden_answer"),
                  rule(8, "eof", after_tokens=3), rule(9, "garbage", after_tokens=3), rule(10, "reasoning_only"))
    route = "/api/chat" if dialect == "ollama" else ROUTE
    with Sim("--dialect", dialect, "--script", path) as s:
        def ask():
            more = {"options": {"num_predict": 40}} if dialect == "ollama" else {"max_tokens": 40}
            status, _, body = s.http("POST", route, request(chunk(20), **more))
            return status, body.decode()

        for words in ("no memory", "model runner has unexpectedly stopped"):
            status, text = ask()
            last = re.findall(r"\{.*\}", text)[-1]
            assert status == 200 and words in words_of(json.loads(last)), text
        for code, words in ((503, "server busy"), (401, ""), (404, "")):
            status, text = ask()
            assert status == code and words in words_of(json.loads(text))
        status, text = ask()
        assert "context" in text and status == (200 if dialect == "lmstudio" else 400)
        hidden, eof, garbage, only = (ask()[1] for _ in range(4))
        end = '"done":true' if dialect == "ollama" else "finish_reason"
        assert re.search(r'"(reasoning_content|reasoning|thinking)": ?"[^"]', hidden), hidden
        assert '"done":true' not in eof and not re.search(r'"finish_reason": ?"', eof)
        assert "{not json" in garbage and end in garbage
        assert re.search(r'"(finish_reason|done_reason)": ?"length"', only)


# ---- The server as a whole

def test_http_1_0_ends_early(script):
    path = script(rule(1, "eof", after_tokens=5, http10=True), rule(2, "truncate", after_tokens=5, http10=True))
    with Sim("--script", path) as s:
        for _ in range(2):
            got, _ = raw(s)
            assert got.startswith(b"HTTP/1.0 200") and b"chunked" not in got and got.count(b'{"content":"') == 5
            assert b"[DONE]" not in got


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def is_refused(port):
    try:
        connect(port).close()
        return False
    except ConnectionError:
        return True


def test_down_then_502_then_loading_then_well(script, whole):
    path = script(rule(1, "truncate", after_tokens=5), rule(2, "down", ms=2000), rule(3, "status", status=502),
                  rule(4, "status", status=503))
    with Sim("--script", path) as s:
        assert raw(s)[0].count(b'{"content":"') == 5
        idle = connect(s.port)
        begun = time.monotonic()
        assert raw(s)[0] == b""
        assert until_closed(idle)[0] == b""  # all connections end
        idle.close()
        assert is_refused(s.port)
        while is_refused(s.port):
            assert time.monotonic() - begun < 60
            time.sleep(0.01)
        assert time.monotonic() - begun >= 2
        assert [post(s)[0], post(s)[0]] == [502, 503] and s.chat(chunk(50)).text == whole.text
        assert s.account()["requests"] == 5 and s.account()["in_flight"] == 0


@pytest.mark.parametrize("busy", ["open", "left"])
def test_fatal_overlap(script, busy):
    """It dies of a second request, and of one that comes too soon after a client has left."""
    with Mortal("--rate", 100, "--fatal-overlap") as s:
        first = s.open(chunk(300))
        read_until(first, b"data:")
        if busy == "left":
            first.close()
            s.wait_until(lambda: s.account()["disconnects"] == 1)
        with pytest.raises((OSError, http.client.HTTPException)):
            s.chat(chunk(5))
        assert s.child.wait(60) == 134
        assert s.child.stderr.read() == "A command encoder is already encoding to this command buffer\n"
        first.close()


def test_fatal_overlap_forgives_who_waits(whole):
    with Mortal("--rate", 2000, "--fatal-overlap=60") as s:
        for _ in range(3):
            assert s.chat(chunk(50)).text == whole.text  # whole answers may follow each other at once
        with s.open(chunk(300)) as sock:
            read_until(sock, b"data:")
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        left = time.monotonic()
        while time.monotonic() - left < 0.08:
            time.sleep(0.01)
        assert s.chat(chunk(50)).text == whole.text
        assert s.account()["early"] == 0 and s.account()["overlaps"] == 0


def test_early_arrivals_are_counted():
    with Sim("--rate", 500) as s:
        with s.open(chunk(300)) as sock:
            read_until(sock, b"data:")
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        s.chat(chunk(5))
        a = s.account()
        assert a["early"] == 1 and a["overlaps"] == 0
        s.chat(chunk(5))
        assert s.account()["early"] == 1  # that was the second after it
        s.http("POST", "/_account/reset")
        assert s.account()["early"] == 0


def test_a_zombie_keeps_the_next_request_waiting(script, whole):
    with Sim("--script", script(rule(1, "zombie", ms=1500, after_tokens=5))) as s:
        with s.open(chunk(50)) as sock:
            read_until(sock, b"data:")
        left = time.monotonic()
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        assert s.get("/slots")[0]["is_processing"]
        assert s.chat(chunk(50)).text == whole.text and time.monotonic() - left >= 1.5
        a = s.account()
        assert a["max_queue"] == 1 and a["overlaps"] == 1 and a["in_flight_max"] == 1
        assert s.get("/slots")[0]["is_processing"] is False


def test_a_load_that_begins_anew(script, whole):
    with Sim("--script", script(rule(1, "load", ms=300))) as s:
        for _ in range(2):
            with s.open(chunk(50)) as sock:
                sock.settimeout(0.15)
                with pytest.raises(TimeoutError):
                    sock.recv(1)
            s.wait_until(lambda: s.account()["in_flight"] == 0)
        spent, answer = seconds(lambda: s.chat(chunk(50)))
        assert spent >= 0.3 and answer.text == whole.text
        assert seconds(lambda: s.chat(chunk(50)))[0] < 0.3


def test_slow_once_and_for_good(script, whole):
    path = script(rule(1, "slow", factor=5), rule(3, "slow", factor=4, lasting=True))
    with Sim("--rate", 2000, "--script", path) as s:
        times = [seconds(lambda: s.chat(chunk(50)))[0] for _ in range(4)]
    n = len(whole.tokens) - 1
    assert times[0] >= n * 5 / 2000 and times[1] < times[0] and times[2] >= n * 4 / 2000 and times[3] >= n * 4 / 2000


@pytest.mark.parametrize("slots", [[], ["--wedge-slots"]], ids=["busy", "silent"])
def test_a_decoder_that_hangs_for_good(slots, whole):
    with Sim("--wedge", 2, *slots) as s:
        assert s.chat(chunk(50)).text == s.chat(chunk(50)).text == whole.text
        with s.open(chunk(50)) as sock:
            got = read_until(sock, b":\n\n")
            got += read_until(sock, b":\n\n")
            assert got.count(b'{"content":"') == 20
        s.wait_until(lambda: s.account()["disconnects"] == 1)
        assert s.get("/health") == {"status": "ok"}
        with socket.create_connection(("127.0.0.1", s.port), timeout=0.2) as sock:
            sock.sendall(b"GET /slots HTTP/1.1\r\nHost: s\r\n\r\n")
            if slots:
                with pytest.raises(TimeoutError):
                    sock.recv(1)
            else:
                assert b'"is_processing":true' in read_until(sock, b"}]")
        with s.open(chunk(50)) as sock:
            sock.settimeout(0.15)
            with pytest.raises(TimeoutError):
                sock.recv(1)


# ---- Scripts

def test_rules_by_kind_and_one_of_many(script):
    many = [{"do": "status", "status": n} for n in (500, 502, 503)]
    path = script(always("status", status=524, kinds=["recap"]), {"when": {"every": 2}, "do": {"any": many}})
    with Sim("--script", path) as s:
        assert post(s, "Recap of chapter 3.")[0] == 524
        got = [post(s)[0] for _ in range(60)]
        assert got[1::2] == [200] * 30 and set(got[::2]) == {500, 502, 503}
    with Sim("--script", path) as s:
        assert [post(s)[0] for _ in range(61)][1:] == got


def test_proofs_meet_only_rules_that_name_them(script):
    proof = "How many?\nThis is a test of the server."
    path = script(always("status", status=500), {**rule(2, "status", status=502), "kinds": ["proof"]})
    with Sim("--script", path) as s:
        assert [post(s, t)[0] for t in (proof, chunk(5), proof, proof)] == [200, 500, 502, 200]


@pytest.mark.parametrize("text, says", [
    ('[{"when": {"at": 1}, "do": "load"}]', "\"load\" needs 'ms'"),
    ('[{"when": {"at": 1}, "do": "slow"}]', "'factor'"), ('[{"when": {"at": 1}, "do": "finish"}]', "'reason'"),
    ('[{"when": {"at": 1}, "do": {"any": []}}]', "'any'"), ('[{"when": {"at": 1}, "do": "eof", "kinds": ["x"]}]', "'x'"),
    ('[{"when": {"at": 1}, "do": {"any": [{"do": "eof"}, {"do": "eofs"}]}}]', "rule 1: fault 2: unknown fault 'eofs'"),
    ('[{"when": {"at": 1}, "do": "overflow", "as": "me"}]', "'me'"),
    ('[{"when": {"at": 1}, "do": {"any": [{"do": "eof"}]}, "ms": 3}]', "beside it"),
    ('[{"when": {"at": 1}, "do": "status", "status": 429, "headers": {"a": 1}}]', "'a' of 'headers'"),
    ('[{"when": {"at": 1}, "do": "delay", "ms": -1}]', "'ms'"),
])
def test_a_wrong_rule_is_refused_in_one_line(tmp_path, text, says):
    path = tmp_path / "bad.json"
    path.write_text(text)
    got = subprocess.run([SIM, "--script", path], capture_output=True, text=True, timeout=60, check=False)
    assert got.returncode == 2 and says in got.stderr and got.stderr.count("\n") == 1


def test_the_storm_is_a_script_that_leaves_the_server_alive(whole):
    faults = json.loads(STORM.read_text())[0]["do"]["any"]
    assert len(faults) > 40
    with Sim("--rate", 20000, "--script", STORM) as s:
        statuses = set()
        for n in range(150):
            try:
                with s.open(chunk(5), max_tokens=10) as sock:
                    sock.settimeout(0.05)
                    statuses.add(sock.recv(12)[9:])
            except OSError:
                statuses.add("none")
        assert {b"200", b"429", b"503"} <= statuses
        s.wait_until(lambda: not is_refused(s.port) and s.account()["in_flight"] == 0)


# ---- The relay

def test_modes_of_the_relay():
    assert parse_mode("hold:10:50") == ("hold", 10, 50) and parse_mode("pass") == ("pass",)
    for wrong in ("hold:10", "pass:1", "gateway:x:1", "gateway:504", "status", "no"):
        with pytest.raises(ValueError):
            parse_mode(wrong)


def test_the_relay_drips_and_holds(whole):
    with Sim() as s, Relay(s.port, ["drip:1", "hold:300:150"]) as relay:
        spent, answer = seconds(lambda: s.chat(chunk(50), port=relay.port))
        assert answer.text == whole.text and spent >= len(answer.raw) / 256 / 1000
        with connect(relay.port) as sock:
            body = json.dumps(request(chunk(50))).encode()
            sock.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (ROUTE.encode(), len(body)) + body)
            got = read_until(sock, b"data:")
            spent, (more, was_reset) = seconds(lambda: until_closed(sock))
            assert len(got + more) == 300 and spent >= 0.1 and not was_reset


def test_the_relay_as_a_proxy(script, whole):
    path = script(rule([1, 2], "mute"), rule(3, "stall", after_tokens=5))
    with Sim("--script", path) as s:
        with Relay(s.port, ["status:502", "gateway:504:300", "gateway:524:300", "gateway:524:300", "gateway:524:2000"]) as relay:
            assert post(s, port=relay.port)[0] == 502 and s.account()["requests"] == 0
            for code in (504, 524):
                spent, (status, headers, body) = seconds(lambda: post(s, port=relay.port))
                assert status == code and spent >= 0.3 and headers["Content-Type"] == "text/html" and b"<html>" in body
                s.wait_until(lambda: s.account()["in_flight"] == 0)  # the server was left
            with pytest.raises(http.client.IncompleteRead) as broken:  # what had begun only ends
                post(s, port=relay.port)
            assert broken.value.partial.count(b'{"content":"') == 5
            assert s.chat(chunk(50), port=relay.port).text == whole.text
            s.wait_until(lambda: s.account()["disconnects"] == 3)  # the server sees it a moment later
