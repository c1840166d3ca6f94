# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The configuration as its owner meets it: what holds and why, and changes to his own file. And the spec to begin with.
import json
import re
import subprocess

import pytest
from novelgen import BUILD, Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def config_file(home):
    return home.dir / "user/.config/novelgen/config.json"


def keys(home, *args, **more):
    got = home.run("config", *args, "--json", **more)
    assert got.returncode == 0, got.stderr
    return {k["key"]: k for k in json.loads(got.stdout)}


def test_each_origin_wins_over_the_one_before(home):
    """chunk.words is set in every place there is; taking the last away shows the next."""
    config_file(home).parent.mkdir(parents=True)
    config_file(home).write_text('{"chunk.words": 300, "queue.max": 7}')
    (home.out / "novelgen.json").write_text('{"chunk": {"words": 400}}')
    env = {**home.env, "NOVELGEN_CHUNK_WORDS": "500"}
    asked = [((("--set", "chunk.words=600"), env), 600, "option"), (((), env), 500, "environment"),
             (((), home.env), 400, "project")]
    for (args, environment), value, origin in asked:
        found = keys(home, *args, env=environment)["chunk.words"]
        assert (found["value"], found["origin"], found["default"]) == (value, origin, 800)
    (home.out / "novelgen.json").unlink()
    found = keys(home)
    assert (found["chunk.words"]["value"], found["chunk.words"]["origin"]) == (300, "user")
    assert (found["queue.max"]["value"], found["limits.stall_s"]["origin"]) == (7, "default")


def test_the_list_shows_every_key(home):
    shown = home.run("config").stdout
    known = subprocess.run([BUILD / "tests/spec_check", "--keys", "config"], capture_output=True, text=True, check=True)
    for line in known.stdout.splitlines():
        key = re.search(r'"path": ?"([^"]+)"', line)[1]
        assert key == "$schema" or re.search(rf"^{re.escape(key)} ", shown, re.M), key


def test_every_key_has_every_field(home):
    """A key without a value had no field for it, so that a program could not tell it from a misspelt one."""
    fields = {"key", "value", "origin", "default", "variable", "project", "help"}
    assert all(set(k) == fields for k in keys(home).values())
    assert keys(home)["backends"]["value"] is None


def test_a_link_to_the_file_is_kept(home):
    """Many keep their configuration in a repository, and link to it."""
    own = home.dir / "dotfiles.json"
    own.write_text('{"queue.max": 7}\n')
    config_file(home).parent.mkdir(parents=True)
    config_file(home).symlink_to(own)
    said = home.run("config", "set", "queue.max", "9")
    assert said.returncode == 0 and "queue.max is set to 9 in '" in said.stderr
    assert config_file(home).is_symlink() and json.loads(own.read_text()) == {"queue.max": 9}


def test_set_and_unset_keep_the_rest(home):
    config_file(home).parent.mkdir(parents=True)
    config_file(home).write_text('{\n  // the one in the attic\n  "backend": "http://attic:8080"\n}\n')
    for args in (("set", "queue.max", "7"), ("set", "models.allow", '["qwen3*"]'), ("set", "backend", "sim")):
        got = home.run("config", *args)
        assert got.returncode == 0 and "novelgen config" in got.stderr, got.stderr
    text = config_file(home).read_text()
    assert "// the one in the attic" in text
    assert home.run("config", "queue.max").stdout == "7\n"
    assert home.run("config", "backend").stdout == "sim\n"
    assert home.run("config", "models.allow").stdout == '["qwen3*"]\n'
    assert home.run("config", "unset", "queue.max").returncode == 0
    assert home.run("config", "queue.max").stdout == "100\n"
    assert "// the one in the attic" in config_file(home).read_text()


def test_changes_at_the_same_moment_are_all_kept(home):
    """Each read the file and put its own back: of four that reported success one or two stood."""
    asked = {"queue.max": 7, "chunk.words": 700, "limits.stall_s": 77, "limits.total_s": 777, "limits.first_token_s": 78}
    for _ in range(5):
        running = [home.start("config", "set", key, value) for key, value in asked.items()]
        assert [r.wait() for r in running] == [0] * len(asked)
        assert {k: keys(home)[k]["value"] for k in asked} == asked
        for key in asked:
            assert home.run("config", "unset", key).returncode == 0


def test_the_rights_of_the_file_are_kept(home):
    """A command may hold what is secret, and `config set` made the file readable for everybody."""
    assert home.run("config", "set", "queue.max", "7").returncode == 0
    assert config_file(home).stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o644, 0o600):
        config_file(home).chmod(mode)
        assert home.run("config", "set", "queue.max", "8").returncode == 0
        assert config_file(home).stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("args, said", [
    (("set", "queue.mx", "7"), "unknown key 'queue.mx'; did you mean 'queue.max'?"),
    (("set", "stall_s", "7"), "did you mean 'limits.stall_s'?"),
    (("set", "queue.max", "0"), "found 0, expected a whole number from 1 to 100000"),
    (("set", "queue.max", "many"), "found many, expected a number"),
    (("set", "backend", "nonsense here"), "expected"),
    (("set", "backend", "smi"), "unknown backend 'smi'; did you mean 'sim'?"),
    (("set", "fallback", '["tower"]'), "fallback: unknown backend 'tower'"),
    (("set", "on_done", "ls"), "expected JSON"),
    (("set", "queue.max"), "needs a KEY and a VALUE"),
    (("unset",), "needs a KEY"),
    (("qeue.max",), "did you mean 'queue.max'?"),
    (("queue.max", "7"), "unexpected argument '7'"),
    (("--set", "queue.max"), "expected KEY=VALUE"),
    (("--set", "queue.mx=1"), "did you mean 'queue.max'?"),
])
def test_what_is_wrong_is_refused_and_changes_nothing(args, said, home):
    config_file(home).parent.mkdir(parents=True)
    config_file(home).write_text("{}\n")
    got = home.run("config", *args)
    assert got.returncode == 2 and said in got.stderr, got.stderr
    assert config_file(home).read_text() == "{}\n"


def test_a_name_that_is_wrong_already_stops_no_other_change(home):
    config_file(home).parent.mkdir(parents=True)
    config_file(home).write_text('{"backend": "gone", "backends": [{"name": "mac", "url": "http://127.0.0.1:9"}]}\n')
    assert home.run("config", "set", "queue.max", "7").returncode == 0
    assert home.run("config", "set", "backend", "mac").returncode == 0
    assert home.run("config", "set", "fallback", '["http://127.0.0.1:8"]').returncode == 0


def test_a_broken_file_is_not_written_over(home):
    config_file(home).parent.mkdir(parents=True)
    config_file(home).write_text('{"queue.max": 7,\n')
    got = home.run("config", "set", "queue.max", "8")
    assert got.returncode == 2 and "line 2" in got.stderr
    assert config_file(home).read_text() == '{"queue.max": 7,\n'


def test_a_wrong_variable_is_named(home):
    got = home.run("list", env={**home.env, "NOVELGEN_QUEUE_MAX": "x"})
    assert got.returncode == 2 and "NOVELGEN_QUEUE_MAX" in got.stderr


# ---- init ------------------------------------------------------------------------------------------------------------

def checked(path):
    return subprocess.run([BUILD / "tests/spec_check", path], capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.parametrize("kind", ["novel", "story", "textbook", "report"])
def test_a_starter_can_be_submitted_as_it_is(kind, home):
    got = home.run("init", kind)
    assert got.returncode == 0 and f"novelgen submit {kind}.json" in got.stderr
    assert checked(home.out / f"{kind}.json") == "ok"
    again = home.run("init", kind)
    assert again.returncode == 2 and "is there already" in again.stderr
    assert home.run("init", kind, "-o", "-").stdout == (home.out / f"{kind}.json").read_text()


def test_each_comment_of_a_starter_is_a_key_to_use(home):
    text = home.run("init", "-o", "-").stdout
    keys = re.findall(r'^  // ("[^\n]*,)$', text, re.M)
    known = subprocess.run([BUILD / "tests/spec_check", "--keys", "spec"], capture_output=True, text=True, check=True)
    optional = {re.search(r'"path": ?"([^"]+)"', line)[1] for line in known.stdout.splitlines()}
    optional -= {"$schema", "kind", "premise", "words"}
    assert len(keys) == len(optional)
    for key in keys:
        path = home.out / "one.json"
        path.write_text(text.replace(f"  // {key}", f"  {key}"))
        assert checked(path) == "ok", key


def test_an_unknown_kind_is_refused(home):
    got = home.run("init", "stroy")
    assert got.returncode == 2 and "did you mean 'story'?" in got.stderr
    assert list(home.out.iterdir()) == []


def test_what_is_set_is_said_but_a_command_is_not(home):
    """A command may hold what is secret, and what is said may go into a log. 0 is no limit of no seconds."""
    said = home.run("config", "set", "on_done", '["notify", "s3cret"]')
    assert said.returncode == 0 and "on_done is set in '" in said.stderr and "s3cret" not in said.stderr
    assert "0 in limits means: learnt from the server's own speed" in home.run("config").stderr
