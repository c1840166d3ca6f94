# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The simulator's kinds of servers: what comes over the wire, which routes answer, what a request may ask for. The same
# author writes behind all of them.
import http.client
import json
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from test_sim import SIM, Sim, chunk, request, until_closed  # noqa: E402

DIALECTS = "llamacpp openai ollama vllm mlx lmstudio koboldcpp sglang".split()
CHATS = [d for d in DIALECTS if d != "ollama"]
LINE = "\nThis is a test of the server."
SCHEMA = {"type": "object", "properties": {"bird": {"type": "string", "enum": ["kestrel"]}}, "required": ["bird"]}


@pytest.fixture(scope="module")
def server():
    """server(*arguments): one that runs already, if there is one with these."""
    running = {}

    def start(*args):
        if args not in running:
            running[args] = Sim(*args)
        return running[args]

    yield start
    for s in running.values():
        s.__exit__()


@pytest.fixture(scope="module")
def prose(server):
    return server("--dialect", "llamacpp").chat(chunk(100)).text


def post(s, path, body):
    return s.http("POST", path, body)


def chat_body(turn, prefill=None, **more):
    return request(turn, prefill, **more)


def ollama_body(turn, prefill=None, **options):
    body = request(turn, prefill)
    return {"model": "novelgen-sim", "messages": body["messages"], "options": options}


def events(raw):
    """The data of an SSE stream: JSON, or the text of [DONE]."""
    rows = [row[6:] for row in raw.decode().split("\n") if row.startswith("data: ")]
    return [row if row == "[DONE]" else json.loads(row) for row in rows]


def text_of(chunks, key="content"):
    return "".join(c["choices"][0]["delta"].get(key) or "" for c in chunks if c != "[DONE]" and c.get("choices"))


def lines(raw):
    return [json.loads(row) for row in raw.decode().splitlines()]


def answer(s, dialect, turn, prefill=None, **more):
    """The text of a streamed answer, whatever the dialect."""
    if dialect == "ollama":
        status, _, raw = post(s, "/api/chat", {**ollama_body(turn, prefill), **more})
        assert status == 200, raw
        return "".join(row["message"]["content"] for row in lines(raw))
    status, _, raw = post(s, "/v1/chat/completions", chat_body(turn, prefill, **more))
    assert status == 200, raw
    return text_of(events(raw))


# ---- Streams


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_author_writes(server, prose, dialect):
    assert answer(server("--dialect", dialect), dialect, chunk(100), max_tokens=2000) == prose


FIRST = {
    "llamacpp": {"role": "assistant", "content": None},
    "openai": {"role": "assistant", "content": ""},
    "vllm": {"role": "assistant", "content": ""},
    "sglang": {"role": "assistant", "content": ""},
}


@pytest.mark.parametrize("dialect", CHATS)
def test_the_chunks_of_a_chat(server, dialect):
    status, headers, raw = post(server("--dialect", dialect), "/v1/chat/completions", chat_body(chunk(100), max_tokens=20))
    assert status == 200 and headers["Content-Type"].startswith("text/event-stream")
    got = events(raw)
    deltas = [e["choices"][0]["delta"] for e in got[:-1] if e["choices"]]
    reasons = [e["choices"][0]["finish_reason"] for e in got[:-1] if e["choices"]]
    role_always = dialect in ("mlx", "koboldcpp", "lmstudio")
    if dialect in FIRST:
        assert deltas[0] == FIRST[dialect]
    assert [d.get("role") == "assistant" for d in deltas[1:-1]] == [role_always] * (len(deltas) - 2)
    assert deltas[-1] == ({"role": "assistant", "content": ""} if dialect in ("mlx", "koboldcpp") else {})
    assert reasons == [None] * (len(reasons) - 1) + ["length"] and got[-1] == "[DONE]"
    usage = got[-2]["usage"] if dialect != "koboldcpp" else None
    if usage:  # in an event of its own
        assert got[-2]["choices"] == [] and usage["completion_tokens"] == 20 and usage["prompt_tokens"] > 50
    else:  # this one tells nothing, and its last line has no end
        assert not any("usage" in e for e in got[:-1]) and raw.endswith(b"data: [DONE]")
    assert all(("timings" in e) == (dialect == "llamacpp") for e in got[-2:-1])
    told = usage and "prompt_tokens_details" in usage
    assert told == (None if dialect == "koboldcpp" else dialect not in ("vllm", "sglang"))
    without = chat_body(chunk(100), max_tokens=20, stream_options=None)
    assert not any("usage" in e for e in events(post(server("--dialect", dialect), "/v1/chat/completions", without)[2])[:-1])


def test_python_writes_ascii(server):
    polish = chunk(100, line="Pisz po polsku.")
    for dialect in ("mlx", "koboldcpp"):
        raw = post(server("--dialect", dialect), "/v1/chat/completions", chat_body(polish, max_tokens=500))[2]
        assert raw.isascii() and re.search(rb"\\u01[0-9a-f]{2}", raw)
        assert text_of(events(raw)) == answer(server("--dialect", "vllm"), "vllm", polish, max_tokens=500)


@pytest.mark.parametrize("dialect", ["mlx", "koboldcpp"])
def test_the_end_of_the_connection_is_the_end(server, dialect):
    s = server("--dialect", dialect)
    with s.open(chunk(30)) as sock:
        got, was_reset = until_closed(sock)
    assert not was_reset and got.startswith(b"HTTP/1.0 200 ")
    head, body = got.split(b"\r\n\r\n", 1)
    assert b"Transfer-Encoding" not in head and b"Content-Length" not in head and b"\r\nConnection: close" in head
    assert b"\ndata: {" in b"\n" + body and b"data: [DONE]" in body


def test_ollama_writes_lines(server):
    s = server("--dialect", "ollama")
    status, headers, raw = post(s, "/api/chat", ollama_body(chunk(100), num_predict=20, seed=1))
    assert status == 200 and headers["Content-Type"] == "application/x-ndjson"
    rows = lines(raw)
    assert all(row["done"] is False and row["message"]["role"] == "assistant" for row in rows[:-1]) and len(rows) == 21
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", row["created_at"]) for row in rows)
    last = rows[-1]
    assert last["done"] is True and last["done_reason"] == "length" and last["eval_count"] == 20
    assert last["prompt_eval_count"] > 50 and last["eval_duration"] > 0 and last["message"]["content"] == ""
    assert not any(isinstance(v, int) and v == 0 and not isinstance(v, bool) for v in last.values())
    none = lines(post(s, "/api/chat", ollama_body(chunk(100), num_predict=0))[2])[-1]
    assert "eval_count" not in none
    whole = post(s, "/api/chat", {**ollama_body(chunk(100), num_predict=20), "stream": False})[2]
    assert json.loads(whole)["message"]["content"] == "".join(row["message"]["content"] for row in rows)
    made = lines(post(s, "/api/generate", {"prompt": "Hello", "options": {"num_predict": 3}})[2])
    assert [list(row)[2:4] for row in made[:-1]] == [["response", "done"]] * 3 and made[-1]["response"] == ""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_answer_that_does_not_stream(server, prose, dialect):
    s = server("--dialect", dialect)
    if dialect == "ollama":
        body = json.loads(post(s, "/api/chat", {**ollama_body(chunk(100)), "stream": False})[2])
        assert body["message"]["content"] == prose and body["done_reason"] == "stop"
        return
    body = json.loads(post(s, "/v1/chat/completions", chat_body(chunk(100), stream=False, max_tokens=2000))[2])
    assert body["choices"][0]["message"]["content"] == prose and body["choices"][0]["finish_reason"] == "stop"
    assert body["object"] == "chat.completion" and body["usage"]["prompt_tokens"] > 50


FIELDS = {"vllm": "reasoning", "mlx": "reasoning"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_reasoning_has_a_field(server, prose, dialect):
    s = server("--dialect", dialect, "--reason")
    if dialect == "ollama":
        rows = lines(post(s, "/api/chat", ollama_body(chunk(100)))[2])
        thought = "".join(row["message"].get("thinking", "") for row in rows)
        text = "".join(row["message"]["content"] for row in rows)
    else:
        got = events(post(s, "/v1/chat/completions", chat_body(chunk(100), max_tokens=2000))[2])
        thought, text = text_of(got, FIELDS.get(dialect, "reasoning_content")), text_of(got)
    assert len(thought) > 100 and text == prose
    off = {"ollama": {"think": False}}.get(dialect, {"chat_template_kwargs": {"enable_thinking": False}})
    raw = post(s, "/api/chat", {**ollama_body(chunk(100)), **off})[2] if dialect == "ollama" else \
        post(s, "/v1/chat/completions", chat_body(chunk(100), **off))[2]
    assert thought[:30].encode() not in raw


def test_thinking_that_cannot_be(server):
    plain, thinks = server("--dialect", "ollama"), server("--dialect", "ollama", "--reason")
    status, _, body = post(plain, "/api/chat", {**ollama_body("Hello"), "think": True})
    assert status == 400 and json.loads(body) == {"error": '"novelgen-sim" does not support thinking'}
    assert post(thinks, "/api/chat", {**ollama_body("Hello"), "think": True})[0] == 200
    s = server("--dialect", "llamacpp", "--reason")
    status, _, body = post(s, "/v1/chat/completions", chat_body(chunk(50), "It was"))
    assert status == 400 and "prefill is incompatible" in json.loads(body)["error"]["message"]
    off = {"chat_template_kwargs": {"enable_thinking": False}}
    assert post(s, "/v1/chat/completions", chat_body(chunk(50), "", **off))[0] == 200


def test_signs_of_life_in_the_prefill():
    body = chat_body(chunk(20), max_tokens=5)
    with Sim("--prefill-rate", 400) as s:
        asked = post(s, "/v1/chat/completions", {**body, "return_progress": True})[2]
        told = [e["prompt_progress"] for e in events(asked)[:-1] if "prompt_progress" in e]
        done = [p["processed"] for p in told]
        assert len(told) >= 4 and done == sorted(done) and done[-1] == told[-1]["total"] and told[0]["cache"] == 0
        fresh = chat_body(chunk(20, chapter=9) + " and so on" * 60, max_tokens=5)
        pinged = post(s, "/v1/chat/completions", {**fresh, "sse_ping_interval": 1})[2]
        assert pinged.startswith(b":\n\n") and b"prompt_progress" not in pinged
    with Sim("--prefill-rate", 400, "--dialect", "mlx") as s:
        raw = post(s, "/v1/chat/completions", body)[2]
        told = [tuple(map(int, m)) for m in re.findall(rb"^: keepalive (\d+)/(\d+)$", raw, re.M)]
        assert len(told) >= 4 and told[-1][0] == told[-1][1] and raw.startswith(b": keepalive ")


def test_errors_in_a_stream(tmp_path):
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"when": {"every": 1}, "do": "error_frame", "after_tokens": 2}]))

    def broken(dialect):
        with Sim("--dialect", dialect, "--script", script) as s:
            path = "/api/chat" if dialect == "ollama" else "/v1/chat/completions"
            return post(s, path, chat_body("Hello", max_tokens=9))[2]

    assert json.loads(broken("llamacpp").split(b"data: ")[-1])["error"]["code"] == 500
    assert broken("vllm").endswith(b"}\n\ndata: [DONE]\n\n") and b'"param":null' in broken("vllm")
    assert list(lines(broken("ollama"))[-1]) == ["error"]
    assert b"\nevent: error\ndata: {" in broken("lmstudio")
    assert json.loads(broken("sglang").split(b"data: ")[-1])["error"]["object"] == "error"
    assert isinstance(json.loads(broken("mlx").split(b"data: ")[-1])["error"], str)


# ---- Routes


def routes(s, *paths):
    return [json.loads(s.http("GET", path)[2]) for path in paths]


def test_routes_of_llamacpp(server):
    s = server("--dialect", "llamacpp")
    status, headers, _ = s.http("GET", "/")
    assert status == 200 and headers["Content-Type"].startswith("text/html") and headers["Server"] == "llama.cpp"
    listed = s.get("/v1/models")
    assert listed["data"][0]["owned_by"] == "llamacpp" and listed["data"][0]["meta"]["n_ctx_train"] == 32768
    assert s.get("/api/tags")["models"] == listed["models"]


def test_routes_of_ollama(server):
    s = server("--dialect", "ollama", "--ctx", 4096, "--ctx-most", 40960)
    assert s.http("GET", "/")[2] == b"Ollama is running"
    version, tags, loaded = routes(s, "/api/version", "/api/tags", "/api/ps")
    assert re.fullmatch(r"\d+\.\d+\.\d+", version["version"])
    assert tags["models"][0]["name"] == "novelgen-sim:latest" and "context_length" not in tags["models"][0]
    assert loaded["models"][0]["context_length"] == 4096
    shown = json.loads(post(s, "/api/show", {"model": "novelgen-sim"})[2])
    assert shown["model_info"]["qwen3.context_length"] == 40960 and shown["capabilities"] == ["completion"]
    assert post(s, "/api/show", {"model": "other"})[0] == 404
    status, _, body = s.http("GET", "/props")
    assert status == 404 and body == b"404 page not found"


def test_routes_of_vllm(server):
    s = server("--dialect", "vllm")
    assert s.http("GET", "/health")[::2] == (200, b"") and s.http("GET", "/health")[1]["Server"] == "uvicorn"
    model = s.get("/v1/models")["data"][0]
    assert model["owned_by"] == "vllm" and model["max_model_len"] == 32768 and "version" in s.get("/version")
    counted = json.loads(post(s, "/tokenize", {"model": "novelgen-sim", "prompt": "One word more."})[2])
    assert counted["count"] == len(counted["tokens"]) > 2
    metrics = s.http("GET", "/metrics")[2].decode()
    assert re.search(r'^vllm:num_requests_running\{.*\} 0\.0$', metrics, re.M)
    status, _, body = s.http("GET", "/props")
    assert status == 404 and json.loads(body) == {"detail": "Not Found"}


def test_a_busy_server_says_so():
    for dialect, path, busy in (("vllm", "/metrics", b"_running{engine=\"0\",model_name=\"novelgen-sim\"} 1.0"),
                                ("sglang", "/metrics", b"_running_reqs{engine=\"0\",model_name=\"novelgen-sim\"} 1.0"),
                                ("koboldcpp", "/api/extra/perf", b'"idle":0'),
                                ("llamacpp", "/slots", b'"is_processing":true')):
        with Sim("--dialect", dialect, "--rate", 50) as s:
            assert busy not in s.http("GET", path)[2]
            with s.open(chunk(400), max_tokens=400) as sock:
                assert sock.recv(100)
                assert busy in s.http("GET", path)[2], dialect


def test_routes_of_sglang(server):
    s = server("--dialect", "sglang")
    info, models = routes(s, "/get_model_info", "/v1/models")
    assert info["model_path"] == "novelgen-sim" and info["is_generation"] is True
    assert models["data"][0]["owned_by"] == "sglang" and models["data"][0]["max_model_len"] == 32768
    assert s.get("/get_server_info")["context_length"] == 32768 and s.http("GET", "/health_generate")[0] == 200
    assert json.loads(post(s, "/tokenize", {"prompt": "One word more."})[2])["count"] > 2


def test_routes_of_mlx(server):
    s = server("--dialect", "mlx")
    status, headers, body = s.http("GET", "/v1/models")
    names = [m["id"] for m in json.loads(body)["data"]]
    assert headers["Server"].startswith("BaseHTTP/") and len(names) == 3 and names[0] == "novelgen-sim"
    assert "owned_by" not in json.loads(body)["data"][0]
    assert s.http("GET", "/props")[::2] == (404, b"Not Found")


def test_routes_of_lmstudio(server):
    s = server("--dialect", "lmstudio", "--models", "a,b", "--ctx", 8192)
    first, second = s.get("/api/v0/models")["data"]
    assert (first["id"], first["state"], first["loaded_context_length"]) == ("a", "loaded", 8192)
    assert second["state"] == "not-loaded" and "loaded_context_length" not in second
    status, _, body = s.http("GET", "/props")
    assert status == 200 and json.loads(body) == {"error": "Unexpected endpoint or method. (GET /props)"}
    plain = {"response_format": {"type": "json_object"}}
    status, _, body = post(s, "/v1/chat/completions", chat_body("Hello", **plain))
    assert status == 400 and "must be 'json_schema' or 'text'" in json.loads(body)["error"]


def test_routes_of_koboldcpp(server):
    s = server("--dialect", "koboldcpp", "--ctx", 8192)
    version, context, perf, props, emulated = routes(s, "/api/extra/version", "/api/extra/true_max_context_length",
                                                     "/api/extra/perf", "/props", "/api/version")
    assert version["result"] == "KoboldCpp" and context == {"value": 8192} and perf["idle"] == 1
    assert props["default_generation_settings"] == {"n_ctx": 8192} and "version" in emulated
    assert json.loads(post(s, "/api/extra/tokencount", {"prompt": "One word more."})[2])["value"] > 2
    status, headers, body = s.http("GET", "/nowhere")
    assert status == 404 and headers["Content-Type"] == "text/html" and b"does not exist" in body


def test_koboldcpp_can_be_told_to_end():
    with Sim("--dialect", "koboldcpp", "--rate", 100) as s:
        with s.open(chunk(400), max_tokens=400) as sock:
            assert sock.recv(100)
            assert json.loads(post(s, "/api/extra/abort", {})[2])["success"] == "true"
            got, _ = until_closed(sock)
        assert got.endswith(b"data: [DONE]") and got.count(b"data: ") < 100


# ---- Requests


@pytest.mark.parametrize("dialect, field", [
    ("llamacpp", "max_tokens"), ("llamacpp", "n_predict"), ("openai", "max_tokens"), ("openai", "max_completion_tokens"),
    ("vllm", "max_completion_tokens"), ("mlx", "max_tokens"), ("koboldcpp", "max_tokens"), ("sglang", "max_tokens"),
    ("lmstudio", "max_tokens")])
def test_limits(server, dialect, field):
    s = server("--dialect", dialect)
    raw = post(s, "/v1/chat/completions", chat_body(chunk(100), **{field: 7}))[2]
    assert sum(bool(text_of([e])) for e in events(raw)) == 7


def test_limits_that_nobody_asked_for(server):
    for dialect, tokens in (("mlx", 512), ("koboldcpp", 400)):
        raw = post(server("--dialect", dialect), "/v1/chat/completions", chat_body(chunk(900)))[2]
        assert sum(bool(text_of([e])) for e in events(raw)) == tokens
    rows = lines(post(server("--dialect", "ollama"), "/api/chat", {**ollama_body(chunk(100)), "num_predict": 7})[2])
    assert len(rows) > 100  # the options have an object of their own


CONTINUES = {"llamacpp": {}, "ollama": {}, "lmstudio": {}, "vllm": {"continue_final_message": True},
             "sglang": {"continue_final_message": True}, "koboldcpp": {"continue_assistant_turn": True}}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_partial_answer(server, prose, dialect):
    s, cut = server("--dialect", dialect), prose[:133]
    told = answer(s, dialect, chunk(100), cut, max_tokens=2000, continue_final_message=True,
                  continue_assistant_turn=True)
    assert told == (prose[133:] if dialect in CONTINUES else prose)
    untold = answer(s, dialect, chunk(100), cut, max_tokens=2000)
    assert untold == (prose[133:] if CONTINUES.get(dialect) == {} else prose)


def test_a_raw_text_of_llamacpp(server, prose):
    s = server("--dialect", "llamacpp")
    messages = request(chunk(100))["messages"]
    dressed = json.loads(post(s, "/apply-template", {"messages": messages})[2])["prompt"]
    assert dressed.startswith("<|im_start|>user\n") and dressed.endswith("<|im_end|>\n<|im_start|>assistant\n")
    for cut in ("", prose[:133]):
        status, _, raw = post(s, "/completion", {"prompt": dressed + cut, "stream": True, "n_predict": 2000})
        got = events(raw)
        assert status == 200 and "".join(e["content"] for e in got) == prose[len(cut):]
        assert got[-1]["stop"] is True and got[-1]["stop_type"] == "eos" and "choices" not in got[0]
    limited = events(post(s, "/completion", {"prompt": dressed, "stream": True, "n_predict": 5})[2])[-1]
    assert limited["stop_type"] == "limit" and limited["tokens_predicted"] == 5
    assert limited["timings"]["cache_n"] + limited["timings"]["prompt_n"] == limited["tokens_evaluated"]
    tokens = json.loads(post(s, "/tokenize", {"content": dressed})[2])["tokens"]
    assert limited["tokens_evaluated"] == len(tokens)
    partial = json.loads(post(s, "/apply-template", {"messages": request(chunk(100), "It was")["messages"]})[2])["prompt"]
    assert partial == dressed + "It was"
    assert post(s, "/completion", {"prompt": "no template at all", "n_predict": 3})[0] == 200


def test_a_raw_text_of_ollama(server, prose):
    s = server("--dialect", "ollama")
    before = s.account()["requests"]
    rendered = json.loads(post(s, "/api/chat", {**ollama_body(chunk(100)), "_debug_render_only": True})[2])
    dressed = rendered["_debug_info"]["rendered_template"]
    assert dressed.endswith("<|im_end|>\n<|im_start|>assistant\n") and s.account()["requests"] == before
    for cut in ("", prose[:133]):
        rows = lines(post(s, "/api/generate", {"prompt": dressed + cut, "raw": True})[2])
        assert "".join(row["response"] for row in rows) == prose[len(cut):] and rows[-1]["done_reason"] == "stop"
    assert s.account()["requests"] == before + 2


def test_a_template_that_renders_past_answers_anew():
    def cached(s, path, body):
        usage = [e for e in events(post(s, path, body)[2])[-3:] if e != "[DONE]" and "timings" in e][-1]["timings"]
        return usage["cache_n"], usage["cache_n"] + usage["prompt_n"], usage["predicted_n"]

    turns = [chunk(100), None, "Recap of chapter 3."]
    for args, renews in (((), False), (("--rerender",), True)):
        with Sim(*args) as s:
            first = s.talk(turns[:1])
            one = first.usage["timings"]
            turns[1] = first.text
            two = s.talk(turns).usage["timings"]
            whole = one["prompt_n"] + one["cache_n"] + one["predicted_n"]
            assert (two["cache_n"] < one["prompt_n"] + one["cache_n"]) is renews
            assert (two["cache_n"] >= whole - 3) is not renews
            # As one raw text it only grows, whatever the template does.
            messages = [{"role": "user", "content": turns[0]}]
            text = json.loads(post(s, "/apply-template", {"messages": messages})[2])["prompt"]
            assert ("<think>" in text) is renews
            raw = {"prompt": text, "stream": True}
            got = events(post(s, "/completion", raw)[2])
            said = "".join(e["content"] for e in got)
            assert said == first.text
            raw["prompt"] += said + "<|im_end|>\n<|im_start|>user\n" + turns[2] + text[text.rindex("<|im_end|>"):]
            before = got[-1]["tokens_evaluated"] + got[-1]["tokens_predicted"]
            assert cached(s, "/completion", raw)[0] >= before - 3
            assert s.account()["lost_position"] == 0


REFUSED = {"ollama": ("error",), "lmstudio": ("error",), "mlx": ("error",), "koboldcpp": ("detail", "msg"),
           "sglang": ("message",)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_field_that_is_refused(server, dialect):
    s = server("--dialect", dialect, "--refuse-param", "min_p,dry_multiplier")
    path = "/api/chat" if dialect == "ollama" else "/v1/chat/completions"
    more = {"options": {"min_p": 0.1}} if dialect == "ollama" else {"min_p": 0.1}
    before = s.account()["requests"]
    status, _, body = post(s, path, {**chat_body("Hello"), **more})
    words = json.loads(body)
    for key in REFUSED.get(dialect, ("error", "message")):
        words = words[key]
    assert status == 400 and "min_p" in words and s.account()["requests"] == before
    assert post(s, path, chat_body("Hello", top_p=0.9, max_tokens=4))[0] == 200


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_prompt_that_does_not_fit(server, dialect):
    s = server("--dialect", dialect, "--ctx", 300)
    path = "/api/chat" if dialect == "ollama" else "/v1/chat/completions"
    status, headers, body = post(s, path, chat_body(chunk(50) + " word" * 400, max_tokens=20))
    if dialect == "mlx":  # it has no limit
        assert status == 200 and text_of(events(body))
    elif dialect == "lmstudio":
        assert status == 200 and body.startswith(b"event: error\ndata: {") and b"n_ctx: 300" in body
    else:
        assert status == 400 and ("300" in body.decode() or dialect in ("ollama", "koboldcpp"))


def test_vllm_counts_the_answer_too(server):
    s = server("--dialect", "vllm", "--ctx", 300)
    assert post(s, "/v1/chat/completions", chat_body(chunk(50), max_tokens=100))[0] == 200
    assert post(s, "/v1/chat/completions", chat_body(chunk(50), max_tokens=300))[0] == 400


def test_vllm_tells_of_its_cache_if_told_to(server):
    s = server("--dialect", "vllm", "--cached-tokens")
    body = chat_body(chunk(50), max_tokens=10)
    usage = [events(post(s, "/v1/chat/completions", body)[2])[-2]["usage"] for _ in range(2)][1]
    assert usage["prompt_tokens_details"]["cached_tokens"] == usage["prompt_tokens"]


# ---- Models


def named(dialect, model):
    body = chat_body("Hello", max_tokens=3, model=model)
    return ("/api/chat", body) if dialect == "ollama" else ("/v1/chat/completions", body)


@pytest.mark.parametrize("dialect, strict", [("llamacpp", True), ("ollama", True), ("vllm", True), ("mlx", True),
                                             ("lmstudio", True), ("openai", False), ("koboldcpp", False)])
def test_a_model_that_is_not_there(server, dialect, strict):
    s = server("--dialect", dialect, "--models", "a,b")
    status, _, body = post(s, *named(dialect, "typo"))
    assert status == (404 if strict else 200)
    assert not strict or ("typo" in json.dumps(json.loads(body)) and s.account()["loads"] == 0)
    assert post(s, *named(dialect, "a"))[0] == 200 and s.account()["loads"] == 0


def test_one_model_takes_any_name_where_its_server_does(server):
    assert post(server("--dialect", "llamacpp"), *named("llamacpp", "anything"))[0] == 200
    assert post(server("--dialect", "vllm"), *named("vllm", "anything"))[0] == 404


@pytest.mark.parametrize("dialect", ["ollama", "lmstudio", "mlx"])
def test_a_request_waits_for_its_model(dialect):
    with Sim("--dialect", dialect, "--models", "a,b", "--load-ms", 150) as s:
        begun = time.monotonic()
        assert post(s, *named(dialect, "b"))[0] == 200 and time.monotonic() - begun >= 0.15
        assert post(s, *named(dialect, "b"))[0] == 200
        assert s.account()["loads"] == 1


def test_llamacpp_says_that_it_loads():
    with Sim("--models", "a,b", "--load-ms", 400) as s:
        begun = time.monotonic()
        status, _, body = post(s, *named("llamacpp", "b"))
        assert status == 503 and json.loads(body)["error"]["message"] == "Loading model"
        assert s.http("GET", "/health")[0] == 503 and s.http("GET", "/v1/models")[0] == 200
        s.wait_until(lambda: post(s, *named("llamacpp", "b"))[0] == 200)
        assert time.monotonic() - begun >= 0.4 and s.account()["loads"] == 1
        assert [m["status"]["value"] for m in s.get("/v1/models")["data"]] == ["unloaded", "loaded"]


def test_ollama_gives_up_a_load_when_its_client_leaves():
    with Sim("--dialect", "ollama", "--models", "a,b", "--load-ms", 60000) as s:
        body = json.dumps(named("ollama", "b")[1]).encode()
        with socket.create_connection(("127.0.0.1", s.port), timeout=60) as sock:
            sock.sendall(b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            s.wait_until(lambda: s.account()["loads"] == 1)
        s.wait_until(lambda: s.get("/api/ps")["models"][0]["name"] == "a:latest")
        assert post(s, *named("ollama", "a"))[0] == 200


def test_another_context_loads_the_model_anew():
    with Sim("--dialect", "ollama", "--ctx", 4096, "--ctx-most", 16384) as s:
        for num_ctx, reloads in ((4096, 0), (8192, 1), (8192, 1), (99999, 2), (16384, 2)):
            assert post(s, "/api/chat", ollama_body("Hello", num_ctx=num_ctx, num_predict=3))[0] == 200
            assert s.account()["reloads"] == reloads
        assert s.get("/api/ps")["models"][0]["context_length"] == 16384


# ---- Proofs


def proof(s, text, prefill=None, **more):
    """What a server answers to a test, and its finish reason."""
    got = events(post(s, "/v1/chat/completions", chat_body(text + LINE, prefill, **more))[2])
    reason = next(e["choices"][0]["finish_reason"] for e in reversed(got) if e != "[DONE]" and e["choices"])
    return text_of(got), reason


COUNT = "Count from one to one hundred in words, with commas between them."
FRANCE = "Which city is the capital of France?"
ANY = "Write down six words that have nothing to do with one another."
BIRD = "Which bird is the largest?"
FORM = {"response_format": {"type": "json_schema", "json_schema": {"name": "bird", "schema": SCHEMA}}}


def test_proofs_are_answered():
    with Sim() as s:
        text, reason = proof(s, COUNT, max_tokens=16)
        assert text.startswith("one, two, three, four") and reason == "length"
        assert proof(s, COUNT)[0].endswith("ninety-nine, one hundred.")
        assert proof(s, "Count from one hundred to two hundred in words.")[0].startswith("one hundred, one hundred one,")
        assert proof(s, ANY, seed=5) == proof(s, ANY, seed=5) != proof(s, ANY, seed=6)
        assert proof(s, ANY, seed=5, temperature=0) == proof(s, ANY, seed=6, temperature=0)
        assert proof(s, ANY)[0] != proof(s, ANY)[0]
        assert json.loads(proof(s, BIRD, **FORM)[0]) == {"bird": "kestrel"}
        assert proof(s, FRANCE, "The capital of France is")[0].startswith(" Paris")
        assert len(proof(s, "Tell this again in your own words.")[0].split()) > 32
        a = s.account()
        assert a["proofs"] == 13 and a["requests"] == a["finished"] == sum(a["kinds"].values()) == 0
        assert a["words_sent"] == a["prompt_chars"] == a["idle_ms"]["n"] == 0 and "proof" not in a["kinds"]


def test_proofs_of_awkward_servers():
    with Sim("--no-prefill") as s:
        assert proof(s, FRANCE, "The capital of France is")[0].startswith("The capital of France is Paris")
    with Sim("--restate") as s:
        assert proof(s, FRANCE, "The capital of France is")[0].startswith("The capital of France is Paris")
    with Sim("--ignore-limit") as s:
        assert len(proof(s, COUNT, max_tokens=16)[0]) > 500
    with Sim("--no-json") as s:
        assert "kestrel" not in proof(s, BIRD, **FORM)[0]
    with Sim("--same-seed-differs") as s:
        assert proof(s, ANY, seed=5) != proof(s, ANY, seed=5)
    with Sim("--think") as s:
        assert proof(s, COUNT)[0].startswith("<think>")
    with Sim("--dialect", "ollama") as s:
        body = {**ollama_body(BIRD + LINE), "format": SCHEMA, "stream": False}
        assert json.loads(json.loads(post(s, "/api/chat", body)[2])["message"]["content"]) == {"bird": "kestrel"}
    with Sim("--dialect", "mlx") as s:  # knows no forms, and takes the likeliest word unless told otherwise
        assert "kestrel" not in proof(s, BIRD, **FORM)[0]
        assert proof(s, ANY, seed=5) == proof(s, ANY, seed=6) != proof(s, ANY, seed=6, temperature=1)


def test_proofs_play_no_faults_and_do_not_count(tmp_path):
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"when": {"at": 1}, "do": "status", "status": 500}]))
    with Sim("--script", script) as s:
        assert proof(s, COUNT, max_tokens=4)[1] == "length"
        assert post(s, "/v1/chat/completions", chat_body("Hello"))[0] == 500
        assert post(s, "/v1/chat/completions", chat_body("Hello"))[0] == 200


def test_a_proof_that_overlaps_is_seen():
    with Sim("--rate", 50) as s:
        one = threading.Thread(target=proof, args=(s, COUNT), kwargs={"max_tokens": 40})
        one.start()
        s.wait_until(lambda: s.account()["in_flight"] == 1)
        proof(s, COUNT, max_tokens=2)
        one.join()
        a = s.account()
        assert a["overlaps"] == 1 and a["in_flight_max"] == 2 and a["proofs"] == 2 and a["disconnects"] == 0


@pytest.mark.parametrize("args, says", [(["--dialect", "llama"], "--dialect cannot be 'llama'"),
                                        (["--ctx-most", "100"], "--ctx-most is below --ctx")])
def test_wrong_options(args, says):
    got = subprocess.run([SIM, *args], capture_output=True, text=True, timeout=60, check=False)
    assert got.returncode == 2 and says in got.stderr


def test_a_kept_connection_serves_all_routes(server):
    conn = http.client.HTTPConnection("127.0.0.1", server("--dialect", "vllm").port, timeout=60)
    for path in ("/health", "/v1/models", "/nowhere", "/version"):
        conn.request("GET", path)
        assert conn.getresponse().read() is not None
    conn.close()
