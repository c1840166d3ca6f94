# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What is wrong with a config is said before a job starts, in one line that says what to change, and nothing is left
# behind. Which models may be asked for. Where a key goes, and where it never does.
import json
import pathlib
import sqlite3

import pytest
from novelgen import wait_until
from place import SPEC
from recorder import Several, configure

BOOK = {"words": 700, "chapters": 2}
CANARY = "sk-canary-5f1c0a77"


class Desk(Several):
    def ask(self, **spec):
        path = self.dir / "spec.json"
        path.write_text(json.dumps({**SPEC, **BOOK, **spec}))
        return path

    def is_untouched(self):
        """No store, or one without a job; no message; no folder of a book."""
        if (self.path / "novelgen.db").exists() and self.list():
            return False
        inbox = self.path / "inbox"
        return not (inbox.exists() and list(inbox.iterdir())) and not (self.out / "books").exists()

    def key_file(self, text=CANARY + "\n", mode=0o600):
        path = self.dir / "key"
        path.write_text(text)
        path.chmod(mode)
        return str(path)


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path) as d:
        yield d.serve()


# ---- refused ---------------------------------------------------------------------------------------------------------

def one_backend(**keys):
    return lambda d: configure(d, {"name": "box", "url": f"http://127.0.0.1:{d.port}", **keys})


def whole_config(**keys):
    return lambda d: configure(d, {"name": "box", "url": f"http://127.0.0.1:{d.port}"}, **keys)


def file_with(**how):
    return lambda d: one_backend(api_key_file=d.key_file(**how))(d)


def project(**keys):
    def write(d):
        one_backend()(d)
        (d.out / "novelgen.json").write_text(json.dumps(keys))
    return write


def spec_with(**spec):
    def write(d):
        one_backend()(d)
        return d.ask(**spec)
    return write


def model_of_spec(d):
    whole_config(models={"allow": ["qwen3*", "llama3:8b"]})(d)
    return d.ask(model="llama3:405b")


def model_of_fallback(d):
    whole_config(models={"allow": ["qwen3*"]})(d)
    return d.ask(fallback=[{"backend": "box", "model": "huge"}])


def model_of_backend(d):
    configure(d, {"name": "box", "url": f"http://127.0.0.1:{d.port}", "model": "huge"}, models={"allow": ["small"]})


REFUSED = {
    "a dialect that is nearly one": (one_backend(dialect="olama"), ['$.backends[0].dialect', '"olama"', 'did you mean "ollama"']),
    "a dialect that is none": (one_backend(dialect="gopher"), ["$.backends[0].dialect", "gopher", "one of", "llamacpp"]),
    "a key variable that is not set": (one_backend(api_key_env="SALT_KEY"), ["'box'", "SALT_KEY", "not set"]),
    "a key in place of its variable": (one_backend(api_key_env=CANARY), ["api_key_env", "not a key"]),
    "a key file that others may read": (file_with(mode=0o644), ["others may read", "chmod 600"]),
    "a key file that the group may read": (file_with(mode=0o640), ["others may read", "chmod 600"]),
    "an empty key file": (file_with(text=""), ["'box'", "empty"]),
    "a key file that begins with an empty line": (file_with(text="\n" + CANARY), ["'box'", "empty"]),
    "a key file that is not there": (one_backend(api_key_file="/nowhere/key"), ["/nowhere/key", "'box'"]),
    "both kinds of key": (one_backend(api_key_env="HOME", api_key_file="~/key"), ["api_key_env", "api_key_file", "one of"]),
    "no slots": (one_backend(slots=0), ["$.backends[0].slots", "1 to 16"]),
    "99 slots": (one_backend(slots=99), ["$.backends[0].slots", "1 to 16"]),
    "neither url nor command": (lambda d: configure(d, {"name": "box"}), ['"url" or "command"']),
    "a url that holds a password": (one_backend(url=f"http://me:{CANARY}@127.0.0.1"), ["$.backends[0].url"]),
    "two of one name": (lambda d: configure(d, *[{"name": "box", "url": "http://127.0.0.1:9"}] * 2), ["box", "second time"]),
    "a backend that is unknown": (whole_config(backend="bax"), ["'bax'", "did you mean 'box'"]),
    "a fallback that is unknown": (whole_config(fallback=["bax"]), ["fallback", "'bax'", "did you mean 'box'"]),
    "a fallback of a spec that is unknown": (spec_with(fallback=["bax"]), ["fallback", "'bax'", "did you mean 'box'"]),
    "a fallback that looks around": (whole_config(fallback=["auto"]), ["$.fallback[0]", "auto"]),
    "a fallback that is no server": (whole_config(fallback=[{"backend": "sim"}]), ["$.fallback[0]", "sim"]),
    "a fallback of a spec that looks around": (spec_with(fallback=["auto"]), ["$.fallback[0]", "auto"]),
    "a model that is not allowed": (model_of_spec, ["'llama3:405b'", "models.allow", "qwen3*, llama3:8b"]),
    "a fallback's model that is not allowed": (model_of_fallback, ["'huge'", "models.allow", "qwen3*"]),
    "a backend's model that is not allowed": (model_of_backend, ["'huge'", "models.allow", "small"]),
    "a hook of a project": (project(on_done=["touch", "/tmp/x"]), ["on_done", "your own config file"]),
    "a backend of a project": (project(backends=[{"name": "x", "url": "http://127.0.0.1:9"}]), ["backends", "your own config file"]),
}


@pytest.mark.parametrize("wrong, says", REFUSED.values(), ids=REFUSED.keys())
def test_refused_before_anything_is_stored(desk, wrong, says):
    path = wrong(desk) or desk.ask()
    got = desk.run("submit", path, "--quiet", *([] if "bax" in says[0] else ["--backend", "box"]))
    assert got.returncode == 2, got.stderr
    assert got.stdout == "" and got.stderr.count("\n") == 1 and all(s in got.stderr for s in says), got.stderr
    assert CANARY not in got.stderr
    assert desk.is_untouched() and desk.server.account()["requests"] == desk.server.account()["other_requests"] == 0


def test_an_address_where_nobody_answers(desk):
    """It is most likely a wrong one: a few seconds are for a server that is being started."""
    desk.stop_server()
    got = desk.run("submit", desk.ask(), "--backend", f"http://127.0.0.1:{desk.port}", timeout=60)
    assert got.returncode == 3, got.stderr
    last = got.stderr.splitlines()[-1]
    assert f"127.0.0.1:{desk.port}" in last and "--backend" in last and "novelgen resume 1" in last


# ---- models ------------------------------------------------------------------------------------------------------------

def test_a_loaded_model_that_is_not_allowed_is_asked_for_nothing(desk):
    """Nobody named one: what the server has loaded is what would be asked for."""
    sim = desk.other("--models", "huge,small", "--dialect", "ollama")
    configure(desk, {"name": "box", "url": sim.url}, models={"allow": ["small"]})
    got = desk.run("submit", desk.ask(), "--backend", "box")
    assert got.returncode == 6 and "models.allow (small)" in got.stderr and "--model" in got.stderr, got.stderr
    account = sim.account()
    assert account["requests"] == account["proofs"] == account["loads"] == account["reloads"] == 0
    # And the remedy that it names is one.
    assert desk.run("resume", 1, "--model", "huge").returncode == 2
    assert sim.account()["loads"] == 0
    got = desk.run("resume", 1, "--model", "small")
    assert got.returncode == 0, got.stderr
    assert sim.account()["loads"] == 1 and [e for e in desk.events(1) if e["type"] == "model" and "'small'" in e["text"]]
    assert desk.status(1)["model"].startswith("small")


@pytest.mark.parametrize("dialect, has", [("ollama", "small:latest, large:latest"), ("vllm", "small, large")])
def test_a_model_that_the_server_does_not_have(desk, dialect, has):
    sim = desk.other("--models", "small,large", "--dialect", dialect)
    got = desk.run("submit", desk.ask(model="smal"), "--backend", sim.url)
    assert got.returncode == 6, got.stderr
    last = got.stderr.splitlines()[-1]
    assert "'smal'" in last and f"it has: {has}" in last and "--model" in last
    assert sim.account()["requests"] == sim.account()["proofs"] == 0
    assert desk.run("resume", 1, "--model", "small").returncode == 0


@pytest.mark.parametrize("dialect", ["ollama", "lmstudio"])
def test_a_model_that_is_not_loaded_is_announced_before_the_wait(desk, dialect):
    sim = desk.other("--models", "small,large", "--load-ms", 1500, "--dialect", dialect)
    writer = desk.write(sim.url, model="large")
    wait_until(lambda: "'large" in writer.stderr and "is not loaded" in writer.stderr, 60, "the announcement")
    assert sim.account()["requests"] == 0  # it loads still
    assert writer.wait(60) == 0, writer.stderr
    assert len([t for t in desk.said(1) if "is not loaded" in t]) == 1 and sim.account()["loads"] == 1


def test_ollama_is_asked_with_the_same_context_always(desk):
    """Another num_ctx is another load: minutes, each time."""
    sim = desk.other("--dialect", "ollama", "--ctx", 16384, "--ctx-most", 65536, "--rate", 300)
    recorder = desk.recorder(sim)
    writer = desk.write(recorder.url)
    desk.wait_words(1, 30)
    assert desk.run("pause", 1).returncode == 0 and writer.wait(60) == 6
    sim.hurry()
    assert desk.resume().returncode == 0
    assert {g["options"]["num_ctx"] for g in recorder.generations()} == {16384}
    assert sim.account()["reloads"] == sim.account()["loads"] == 0


def test_resume_with_another_backend(desk):
    """Its model goes with the old one: the new server's own is asked for."""
    old = desk.other("--rate", 300, "--models", "small", "--dialect", "vllm")
    new = desk.recorder(desk.other("--models", "large", "--dialect", "vllm"))
    writer = desk.write(old.url)
    desk.wait_words(1, 20)
    assert desk.run("pause", 1).returncode == 0 and writer.wait(60) == 6
    got = desk.run("resume", 1, "--backend", new.url)
    assert got.returncode == 0, got.stderr
    assert [t for t in desk.said(1) if t == f"the backend is now '{new.url}' (was '{old.url}')"]
    assert {g["model"] for g in new.generations()} == {"large"} and desk.status(1)["backend"] == new.url


# ---- keys --------------------------------------------------------------------------------------------------------------

def files_with(folder, text):
    return [p for p in pathlib.Path(folder).rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def processes_with(text):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path] if text.encode() in path.read_bytes() else []
        except OSError:
            pass
    return found


def test_a_key_goes_to_its_own_server_and_nowhere_else(desk):
    """Both ways to give one; the job moves from the first server, which has a key, to one with another, to one without."""
    env_key, file_key = CANARY + "-env", CANARY + "-file"
    desk.env["SALT_KEY"] = env_key
    desk.server.hurry(1500)
    sims = [desk.server]
    for _ in range(2):
        sims.append(desk.other("--rate", 1500))
    first, second, third = desk.recorder(sims[0], key=env_key), desk.recorder(sims[1], key=file_key), desk.recorder(sims[2])
    configure(desk, {"name": "first", "url": first.url, "api_key_env": "SALT_KEY"},
              {"name": "second", "url": second.url, "api_key_file": desk.key_file(file_key + "\n")},
              {"name": "third", "url": third.url})
    writer = desk.write("first", fallback=["second", "third"], words=3000, chapters=6)
    wait_until(lambda: first.generations(), 60, "a request to the first")
    assert not processes_with(CANARY)
    first.key = "changed"
    wait_until(lambda: second.generations(), 60, "a request to the second")
    second.key = "changed"
    assert writer.wait(60) == 0, writer.stderr
    assert third.generations()
    assert first.keys() == {f"Bearer {env_key}"} and second.keys() == {f"Bearer {file_key}"} and third.keys() == {None}
    (desk.dir / "key").unlink()
    # The tests' own simulators know nothing of keys; all else below this folder is novelgen's.
    assert not files_with(desk.dir, CANARY) and CANARY not in writer.stderr + writer.stdout
    with sqlite3.connect(desk.path / "novelgen.db") as db:
        assert not [line for line in db.iterdump() if CANARY in line]
    db.close()


def test_a_url_of_a_spec_is_told_no_key(desk):
    """Specs are passed around: one that names the address of a server with a key is not given that key."""
    desk.env["SALT_KEY"] = CANARY
    recorder = desk.recorder(desk.server)
    configure(desk, {"name": "box", "url": recorder.url, "api_key_env": "SALT_KEY"})
    assert desk.run("submit", desk.ask(backend=recorder.url)).returncode == 0
    assert recorder.keys() == {None}
