# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What the tests of several backends share: the user's own config file, a place with more than one server, and a recorder,
# which stands before one simulator or more (then one for each of its slots), passes everything on, and remembers who
# asked for what with which key.
import http.client
import http.server
import json
import threading

from novelgen import Simulator, wait_until
from place import SPEC, Place

GENERATING = ("/v1/chat/completions", "/completion", "/api/chat", "/api/generate")


def configure(home, *backends, **more):
    folder = home.dir / "user" / ".config" / "novelgen"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"backends": list(backends), **more}))


class Several(Place):
    """The place's own server may die and come back; the others, and recorders, end with the test."""

    def __init__(self, directory):
        super().__init__(directory)
        self.others = []

    def __exit__(self, *exc):
        super().__exit__(*exc)
        for other in self.others:
            other.close()

    def other(self, *options):
        self.others.append(Simulator("--seed", 7, *options))
        return self.others[-1]

    def recorder(self, *sims, **more):
        self.others.append(Recorder(*sims, **more))
        return self.others[-1]

    def write(self, backend, *more, **spec):
        """A book that is being written, as soon as its job is accepted."""
        path = self.dir / f"spec{len(self.terminals)}.json"
        path.write_text(json.dumps({**SPEC, "words": 700, "chapters": 2, **spec}))
        terminal = self.start("submit", path, "--backend", backend, *more)
        terminal.job()
        return terminal

    def said(self, job, *words, kind="backend"):
        return [e["text"] for e in self.events(job) if e["type"] == kind and all(w in e["text"] for w in words)]

    def wait_said(self, job, *words, seconds=30, **more):
        return wait_until(lambda: self.said(job, *words, **more), seconds, f"a word of {words}")


class Recorder:
    """`key`: the only one that is let in. `gate`: a barrier at which the first request for prose of each slot waits."""

    def __init__(self, *sims, key=None, gate=None):
        self.sims, self.key, self.gate = sims, key, gate
        self.asked = []      # (method, path, key, body) of each request
        self.broken = False  # nobody else came to the gate
        self.slots = []      # of each generation
        self.waited = set()  # slots
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def version_string(self):
                return "llama.cpp"

            def do_GET(self):
                recorder.answer(self)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def keys(self):
        return {key for _, _, key, _ in self.asked}

    def generations(self):
        return [body for _, path, _, body in self.asked if path in GENERATING]

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    # ---- one request -----------------------------------------------------------------------------------------------

    def answer(self, x):
        data = x.rfile.read(int(x.headers.get("Content-Length", 0)))
        body = json.loads(data) if data else {}
        authorization = x.headers.get("Authorization")
        self.asked.append((x.command, x.path, authorization, body))
        if self.key and authorization != f"Bearer {self.key}":
            self.say(x, 401, {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}})
            return
        slot = body.get("id_slot", 0)
        if x.path in GENERATING:
            self.slots.append(slot)
            self.wait_for_others(slot, body)
        if x.path == "/slots" and len(self.sims) > 1:
            self.say(x, 200, [{**self.ask(s, "/slots")[0], "id": n} for n, s in enumerate(self.sims)])
        elif x.path == "/props" and len(self.sims) > 1:
            self.say(x, 200, {**self.ask(self.sims[0], "/props"), "total_slots": len(self.sims)})
        else:
            self.pass_on(x, self.sims[max(slot, 0) % len(self.sims)], data)

    def wait_for_others(self, slot, body):
        if not self.gate or slot in self.waited or "part " not in json.dumps(body):
            return
        self.waited.add(slot)
        try:
            self.gate.wait(60)
        except threading.BrokenBarrierError:
            self.broken = True

    def ask(self, sim, path):
        conn = http.client.HTTPConnection("127.0.0.1", sim.port, timeout=60)
        try:
            conn.request("GET", path)
            return json.loads(conn.getresponse().read())
        finally:
            conn.close()

    def say(self, x, status, document):
        data = json.dumps(document).encode()
        x.send_response(status)
        x.send_header("Content-Type", "application/json")
        x.send_header("Content-Length", str(len(data)))
        x.end_headers()
        x.wfile.write(data)

    def pass_on(self, x, sim, data):
        conn = http.client.HTTPConnection("127.0.0.1", sim.port, timeout=60)
        try:
            conn.request(x.command, x.path, data or None, {"Content-Type": "application/json"})
            reply = conn.getresponse()
            x.send_response(reply.status)
            x.send_header("Content-Type", reply.getheader("Content-Type", "application/json"))
            x.end_headers()
            while piece := reply.read1(65536):
                x.wfile.write(piece)
        except (OSError, http.client.HTTPException):
            pass  # one of the two has left, and the other sees the end
        finally:
            conn.close()
