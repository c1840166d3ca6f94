# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A server whose every answer is nonsense, of all kinds and seeded, while everything else about it is fine: it says who
# it is (llama.cpp), that it is ready, and that it is idle. What it says holds escape sequences wherever text may stand.
#
#   with Garbage(seed) as server: ... server.url ... server.answers
import json
import random
import socketserver
import threading

ESC = "\x1b[2J\x1b]0;gotcha\x07\x9b31m\u202e"
MODEL = f"fine{ESC}"
ROUTES = {
    "/health": {"status": "ok"},
    "/props": {"default_generation_settings": {"n_ctx": 32768}, "total_slots": 1, "model_path": MODEL,
               "build_info": f"b1{ESC}", "chat_template": "{{ messages }}"},
    "/slots": [{"id": 0, "is_processing": False}],
    "/v1/models": {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "llamacpp",
                                               "meta": {"n_ctx_train": 32768}}]},
    "/tokenize": {"tokens": list(range(100))},
}


def reply(body, kind="application/json", length=None):
    """A whole reply, or one that lies about its length."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


def stream(*events):
    """What comes as events until the connection ends: strings are the data of one, bytes come as they are."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return head + b"".join(e if isinstance(e, bytes) else f"data: {e}\n\n".encode() for e in events)


def delta(text, finish=None, **more):
    return json.dumps({"choices": [{"index": 0, "delta": {"content": text, **more}, "finish_reason": finish}]})


def noise(rng, most):
    return rng.randbytes(rng.randrange(1, most))


def words(rng, count):
    return " ".join(f"{rng.choice('bdfglmnprst')}{rng.choice('aeiou')}{rng.randrange(99)}{ESC}" for _ in range(count))


# What an answer may be, in turn: each takes a random.Random and returns bytes. Neighbours fail in different ways, because
# the fourth failure of a kind in a row is answered with a backoff. None is what needs a human (401, 404, 400).
KINDS = [
    lambda r: stream(noise(r, 3000)),
    lambda r: stream("{" + ESC),
    lambda r: stream(b"data: " + b"x" * r.choice([100, 200000, 1500000])),
    lambda r: stream(delta(words(r, 60)), delta("", "stop"), "[DONE]"),
    lambda r: reply(b"{" * r.randrange(1, 5000), length=9999),
    lambda r: stream(delta(words(r, 8)), delta(words(r, 8)), "{" + ESC),
    lambda r: stream(delta(words(r, r.randrange(1, 200)))),
    lambda r: stream(delta(ESC * 20), json.dumps({"error": {"message": ESC * r.randrange(1, 3000), "code": 500}})),
    lambda r: stream(b":" + ESC.encode() * 300 + b"\n\n"),
    lambda r: stream(delta(None, "length", reasoning_content=words(r, 40)), "[DONE]"),
    lambda r: b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + stream(delta("x"), "{"),
    lambda r: stream('{"choices":5}', '{"choices":[[]]}', '{"choices":[{"delta":[1],"finish_reason":{}}]}', "[DONE]"),
    lambda r: stream(f"event: error\ndata: {json.dumps({'error': ESC, 'message': ESC})}\n\n".encode()),
    lambda r: stream('{"usage":{"completion_tokens":99999999999999999999}}', '{"choices":[{"delta":{"content":1e400}}]}'),
    lambda r: stream('{"choices":[{"delta":{"content":{"a":1}},"finish_reason":7}],"usage":{"prompt_tokens":-1e300}}'),
    lambda r: stream(f"error: {json.dumps({'message': ESC, 'code': 500})}\n\ndata: [DONE]\n\n".encode()),
    lambda r: reply(b'{"choices":' + b"[" * 20000),
    lambda r: stream(r'{"choices":[{"delta":{"content":"\ud83d\u0000\u009b"}}]}', r'{"choices":[{"delta":{"content":"\udc00'),
]
# Those that are answered with a backoff come rarely, so that ten thousand do not take hours.
RARE = [
    lambda r: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n" + r.randbytes(40),
    lambda r: noise(r, 4000),
    lambda r: b"HTTP/1.1 200 " + ESC.encode() + b"\r\n" + noise(r, 300),
    lambda r: b"HTTP/1.1 200 OK\r\nX-Odd: " + ESC.encode() * 500 + b"\r\n\r\n",
    lambda r: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + noise(r, 100),
    lambda r: reply(noise(r, 3000)),
    lambda r: stream(delta("", "stop"), "[DONE]"),
    lambda r: reply(f"<html><title>{ESC}</title></html>".encode(), "text/html"),
    lambda r: f"HTTP/1.1 502 {ESC}\r\nContent-Length: 9\r\nRetry-After: 0.01\r\n\r\n{ESC[:4]}nope!".encode(),
    lambda r: b"HTTP/1.1 429 Slow\r\nRetry-After: -7\r\nContent-Length: 0\r\n\r\n",
    lambda r: b"",
]


class Garbage(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def __init__(self, seed, rare=200):
        super().__init__(("127.0.0.1", 0), Connection)
        self.random, self.rare = random.Random(seed), rare
        self.answers = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.reached = threading.Condition()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """The client may leave in the middle of anything."""

    def wait(self, answers, seconds):
        """False: so many were not asked for in that time."""
        with self.reached:
            return self.reached.wait_for(lambda: self.answers >= answers, seconds)

    def nonsense(self):
        with self.reached:
            self.answers += 1
            self.reached.notify_all()
            kind = self.random.choice(RARE) if self.answers % self.rare == 0 else KINDS[self.answers % len(KINDS)]
            return kind(self.random)


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while (line := self.rfile.readline()).strip():
            path, length = line.split()[1].decode(), 0
            while (field := self.rfile.readline().strip()):
                if field.lower().startswith(b"content-length:"):
                    length = int(field.split(b":")[1])
            self.rfile.read(length)
            if path in ("/v1/chat/completions", "/completion"):
                self.wfile.write(self.server.nonsense())
                return
            found = ROUTES.get(path)
            body = json.dumps(found if found is not None else {"error": "File Not Found"}).encode()
            self.wfile.write(reply(body) if found is not None
                             else b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
