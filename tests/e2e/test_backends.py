# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# novelgen backends: what it says of servers that run, load, refuse, hang, or are not there; as a table and as JSON.
import fcntl
import http.server
import json
import os
import pty
import socket
import struct
import subprocess
import termios
import threading
import time

import pytest

from novelgen import PROGRAM

KEYS = ["name", "url", "managed", "dialect", "version", "model", "models", "loaded", "n_ctx_tokens", "slots", "state",
        "failure", "reason", "missing"]


class Fake:
    """A server with a few fixed replies: path -> (status, body) or body. All else is 404."""

    def __init__(self, replies, server="fake"):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self):
                asked.append(f"{self.command} {self.path}")
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = 404, "Not Found"
                found = replies.get(self.path, replies.get("*"))
                if found is not None:
                    status, body = found if isinstance(found, tuple) else (200, found)
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = reply

            def version_string(self):
                return server

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def fake():
    running = []

    def start(*args, **more):
        running.append(Fake(*args, **more))
        return running[-1]

    yield start
    for f in running:
        f.close()


@pytest.fixture
def free_url():
    """An address on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def configure(home, *backends, **more):
    folder = home.dir / "user" / ".config" / "novelgen"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"backends": list(backends), **more}))


def one(home, backend, code=0):
    """What is said of one backend, as JSON."""
    got = home.run("backends", "--json", "--backend", backend)
    assert got.returncode == code, got.stderr
    items = json.loads(got.stdout)
    assert len(items) == 1 and list(items[0]) == KEYS
    return items[0]


def listed(home):
    """All that is configured, by name; what else runs on this machine is left out."""
    got = home.run("backends", "--json")
    assert got.returncode in (0, 3), got.stderr
    return {i["name"]: i for i in json.loads(got.stdout) if i["name"]}


def models(*names, **more):
    return {"object": "list", "data": [{"id": n, "object": "model", **more} for n in names]}


def test_simulator(home, simulator):
    sim = simulator()
    got = one(home, sim.url)
    assert got["url"] == sim.url and got["dialect"] == "llamacpp" and got["state"] == "ready"
    assert got["model"] == "novelgen-sim" and got["loaded"] and got["models"] == [{"name": "novelgen-sim", "loaded": True}]
    assert got["n_ctx_tokens"] > 0 and got["slots"] == 1 and got["missing"] == [] and got["reason"] is None
    assert sim.account()["requests"] == 0  # nothing was generated
    assert not (home.path / "novelgen.db").exists()
    assert not (home.path / "engine.lock").exists()


def test_what_is_missing(home, fake):
    got = one(home, fake({"/v1/models": models("a", "b")}).url)
    assert got["dialect"] == "openai" and got["model"] is None and got["n_ctx_tokens"] is None
    assert "no word of which model answers: name one" in got["missing"]
    assert "no context size" in got["missing"] and "no word of when it is idle" in got["missing"]
    # Python's own server is what MLX's is known by
    assert one(home, fake({"/v1/models": models("a")}, server="BaseHTTP/0.6 Python/3.12").url)["dialect"] == "mlx"


def test_only_questions_that_change_nothing(home, fake):
    server = fake({"/": "Ollama is running", "/api/version": {"version": "0.12.3"},
                   "/api/tags": {"models": [{"name": "big:70b"}, {"name": "llama3:latest"}]},
                   "/api/ps": {"models": []}, "/api/show": {"model_info": {"llama.context_length": 8192}}})
    configure(home, {"name": "box", "url": server.url, "model": "llama3"})
    got = one(home, "box")
    assert got["dialect"] == "ollama" and got["version"] == "0.12.3" and got["state"] == "ready"
    assert got["model"] == "llama3" and not got["loaded"] and "the model is not loaded" in got["missing"]
    assert {a for a in server.asked if not a.startswith("GET ")} == {"POST /api/show"}


def test_config(home, fake, free_url):
    open_one, down = fake({"/v1/models": models("tiny")}), free_url
    shut = fake({"*": (401, {"error": "who are you?"})})
    configure(home, {"name": "open", "url": open_one.url + "/v1", "model": "other"}, {"name": "down", "url": down},
              {"name": "shut", "url": shut.url},
              {"name": "own", "command": ["false"]}, {"name": "own-there", "command": ["false"], "url": open_one.url},
              {"name": "own-gone", "command": ["false"], "url": down})
    got = listed(home)
    assert list(got) == ["open", "down", "shut", "own", "own-there", "own-gone"]
    assert got["open"]["state"] == "ready" and got["open"]["model"] == "other"
    assert got["down"]["state"] == "failed" and got["down"]["failure"] == "refused" and got["down"]["reason"]
    assert got["shut"]["state"] == "failed" and got["shut"]["failure"] == "auth" and "key" in got["shut"]["reason"]
    for name in ("own", "own-gone"):
        assert got[name]["state"] == "not running" and got[name]["managed"] and "managed" in got[name]["reason"]
    assert got["own-there"]["state"] == "ready"
    assert home.run("backends").returncode == 0
    assert home.run("backends", "--backend", "down").returncode == 3


def test_keys(home, fake):
    server = fake({"/v1/models": models("tiny")})
    configure(home, {"name": "env", "url": server.url, "api_key_env": "SALT_KEY"})
    got = one(home, "env", code=3)
    assert "SALT_KEY" in got["reason"] and server.asked == []
    home.env["SALT_KEY"] = "sesame"
    assert one(home, "env")["state"] == "ready"
    path = home.dir / "key"
    path.write_text("sesame\n")
    path.chmod(0o644)
    configure(home, {"name": "file", "url": server.url, "api_key_file": str(path)})
    got = one(home, "file", code=3)
    assert "chmod 600" in got["reason"] and "sesame" not in json.dumps(got)
    path.chmod(0o600)
    assert one(home, "file")["state"] == "ready"
    # A URL that stands in the config is asked with what stands beside it.
    path.chmod(0o644)
    assert "chmod 600" in one(home, server.url, code=3)["reason"]


def test_loading(home, fake):
    loading = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
    got = one(home, fake({"*": (503, loading), "/v1/models": models("tiny")}, server="llama.cpp").url)
    assert got["state"] == "loading" and got["dialect"] == "llamacpp" and got["reason"] == "Loading model"


def test_nobody(home, free_url):
    got = home.run("backends", "--backend", free_url)
    assert got.returncode == 3 and "failed" in got.stdout
    assert got.stderr.startswith(f"novelgen: the backend '{free_url}' is not ready: ") and got.stderr.count("\n") == 1


def test_none_on_the_usual_ports(home):
    got = home.run("backends")
    if got.returncode == 0:
        pytest.skip("a server is running on this machine")
    assert got.returncode == 3 and got.stderr.count("\n") == 1
    for part in ("8080", "11434", "1234", "llama-server", "--backend"):
        assert part in got.stderr
    json_got = home.run("backends", "--json")
    assert json_got.returncode == 3 and isinstance(json.loads(json_got.stdout), list)


def test_silence_is_not_waited_for(home):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        got = one(home, f"http://127.0.0.1:{silent.getsockname()[1]}", code=3)
        assert time.monotonic() - begun < 30
    assert got["failure"] == "connect_timeout" and "no answer" in got["reason"]


@pytest.mark.parametrize("backend, says", [("boxx", "did you mean 'box'"), ("http://a b", "needs %-encoding")])
def test_no_such_backend(home, backend, says):
    configure(home, {"name": "box", "url": "http://127.0.0.1:1"})
    got = home.run("backends", "--backend", backend)
    assert got.returncode == 2 and says in got.stderr and got.stdout == ""


def test_allowed_models(home, fake):
    server = fake({"/v1/models": models("tiny")})
    configure(home, {"name": "box", "url": server.url}, models={"allow": ["huge*"]})
    assert "models.allow does not have this model" in one(home, "box")["missing"]


def test_what_a_server_says_is_masked(home, fake):
    server = fake({"/v1/models": models("\x1b[2J\u202etiny\x07"), "/props": (503, "\x1b]0;x\x07")})
    for args in ((), ("--json",)):
        got = home.run("backends", "--backend", server.url, *args)
        for bad in ("\x1b", "\x07"):
            assert bad not in got.stdout and bad not in got.stderr
    assert "\u202e" not in home.run("backends", "--backend", server.url).stdout


@pytest.mark.parametrize("columns", [60, 100])
def test_table_fits_the_terminal(home, fake, columns):
    server = fake({"/v1/models": models("a-model-with-quite-a-long-name-" + "x" * 60)})
    configure(home, {"name": "a-backend-with-a-long-name", "url": server.url})
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen([PROGRAM, "backends", "--backend", "a-backend-with-a-long-name"], stdin=side, stdout=side,
                             stderr=side, env=home.env, cwd=home.out)
    os.close(side)
    text = b""
    try:
        while data := os.read(main, 4096):
            text += data
    except OSError:  # the terminal's other end is closed
        pass
    os.close(main)
    assert child.wait(60) == 0
    head, row, below = text.decode().splitlines()
    assert head.startswith("BACKEND") and len(head) <= columns and len(row) <= columns
    assert head.index("STATE") == row.index("ready")
    assert "no context size" in below
    full = home.run("backends", "--backend", "a-backend-with-a-long-name").stdout  # a file has room for all
    assert "x" * 60 in full
