# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Several backends: jobs side by side, slots, and books that go on elsewhere while a server is down, and come home.
import json
import signal
import threading

import pytest
from novelgen import book_of, wait_until
from place import Place
from recorder import Several, configure

BOOK = {"words": 700, "chapters": 2}
LONG = {"words": 1800, "chapters": 6}
NOWHERE = "http://127.0.0.1:9"  # nobody listens on "discard"


class Town(Several):
    def backends(self, *more):
        configure(self, {"name": "home", "url": f"http://127.0.0.1:{self.port}"}, *more)


@pytest.fixture
def town(tmp_path):
    with Town(tmp_path) as t:
        yield t


def book(tmp_path_factory, **spec):
    with Place(tmp_path_factory.mktemp("whole")).serve() as p:
        done = p.submit(**spec)
        assert done.returncode == 0, done.stderr
        return p.book()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book of a server that never failed."""
    return book(tmp_path_factory, **BOOK)


@pytest.fixture(scope="module")
def whole_long(tmp_path_factory):
    return book(tmp_path_factory, **LONG)


def alone(*sims):
    return all(s.account()["in_flight_max"] == 1 and s.account()["overlaps"] == 0 for s in sims)


def wrong_key(town):
    return town.recorder(town.other(), key="the right one").url, "Invalid API Key"


def no_such_model(town):
    return town.other("--models", "small,large", "--dialect", "ollama").url, "it has: small:latest, large:latest"


# ---- side by side ----------------------------------------------------------------------------------------------------

def test_two_backends_write_at_the_same_time(town, whole):
    """Each holds its first request for prose until the other has one too."""
    gate = threading.Barrier(2)
    sims = town.other(), town.other()
    a, b = (town.recorder(s, gate=gate) for s in sims)
    configure(town, {"name": "a", "url": a.url}, {"name": "b", "url": b.url})
    writers = [town.write("a"), town.write("b")]
    assert [w.wait() for w in writers] == [0, 0]
    assert not a.broken and not b.broken and alone(*sims)
    assert town.book(1) == town.book(2) == whole


def test_two_slots_write_at_the_same_time_each_in_its_own(town, whole):
    sims = town.other(), town.other()
    both = town.recorder(*sims, gate=threading.Barrier(2))
    configure(town, {"name": "both", "url": both.url, "slots": 2})
    writers = [town.write("both"), town.write("both")]
    assert [w.wait() for w in writers] == [0, 0]
    assert not both.broken and set(both.slots) == {0, 1} and alone(*sims)
    assert town.book(1) == town.book(2) == whole
    prose = [(b["id_slot"], json.dumps(b)) for b in both.generations() if "part 1 of" in json.dumps(b)]
    assert {slot for slot, _ in prose} == {0, 1}


def test_one_slot_takes_turns(town):
    sim = town.other("--rate", 20000)
    configure(town, {"name": "a", "url": sim.url})
    writers = [town.write("a") for _ in range(3)]
    assert [w.wait() for w in writers] == [0, 0, 0] and alone(sim)
    jobs = [town.status(j) for j in (1, 2, 3)]
    assert all(x["ended"] <= y["begun"] for x, y in zip(jobs, jobs[1:]))


def test_more_slots_in_the_config_than_there_are(town):
    """Each job that was given the slot which is not there was paused, and with it half of the queue."""
    sim = town.other("--rate", 20000)
    configure(town, {"name": "a", "url": sim.url, "slots": 3})
    sim.child.send_signal(signal.SIGSTOP)  # all three are given a slot before it can say how many there are
    writers = [town.write("a") for _ in range(3)]
    sim.child.send_signal(signal.SIGCONT)
    assert [w.wait() for w in writers] == [0] * 3 and alone(sim)
    for job in 2, 3:
        told = town.said(job, "the server has 1", kind="state")
        assert len(told) == 1 and 'set "slots" to that' in told[0]


def test_who_waits_for_a_dead_server_keeps_nobody_else_waiting(town):
    sim = town.other()
    configure(town, {"name": "dead", "url": NOWHERE}, {"name": "good", "url": sim.url})
    first = town.write("dead", "--detach")
    assert first.wait(60) == 0
    town.wait_state(1, "waiting")
    second = town.write("good")
    assert second.wait(60) == 0 and town.status(2)["state"] == "done"
    assert town.status(1)["state"] in ("waiting", "paused")


def test_two_jobs_with_the_same_fallback_share_it(town):
    """One of them is moved to it, the other waits for its turn; never two requests at once."""
    sim = town.other("--rate", 5000)
    configure(town, {"name": "shut", "url": wrong_key(town)[0]}, {"name": "closed", "url": wrong_key(town)[0]},
              {"name": "spare", "url": sim.url})
    writers = [town.write("shut", fallback=["spare"]), town.write("closed", fallback=["spare"])]
    assert [w.wait() for w in writers] == [0, 0] and alone(sim)


# ---- elsewhere, and home again -----------------------------------------------------------------------------------------

def dies_in(chapter_request):
    return [{"when": {"at": chapter_request}, "do": "exit", "after_tokens": 120}]


def test_a_book_goes_on_elsewhere_and_comes_home(town, whole_long):
    """Its server dies in mid-chapter, and is back soon; home is where the next chapter begins."""
    sim = town.other("--rate", 150)
    town.serve(script=dies_in(6))
    town.backends({"name": "spare", "url": sim.url})
    writer = town.write("home", fallback=["spare"], **LONG)
    assert town.server.child.wait(60) == 137
    away = town.wait_said(1, "the backend 'home' is down", "goes on with 'spare'")
    town.serve()
    assert writer.wait(60) == 0, writer.stderr
    assert len(away) == 1 and len(town.said(1, "the backend 'home' is there again")) == 1
    assert town.book() == whole_long and alone(sim, town.server)
    assert sim.account()["requests"] > 0 and town.server.account()["requests"] > 0
    # Another server has nothing of the book in its cache: that is no news.
    assert not town.said(1, "somebody else", kind="prefix")
    assert town.status(1)["backend"] == "home" and town.status(1)["gaps"] == 0


def test_a_kill_while_it_is_away(town, whole_long):
    """Its server is back when it is resumed: there it goes on, in mid-chapter."""
    sim = town.other("--rate", 500)
    town.serve(script=dies_in(6))
    town.backends({"name": "spare", "url": sim.url})
    writer = town.write("home", fallback=["spare"], **LONG)
    wait_until(lambda: sim.account()["requests"] >= 2, 60, "the other server's work")
    writer.child.kill()
    writer.wait()
    town.serve()
    done = town.resume()
    assert done.returncode == 0, done.stderr
    assert town.book() == whole_long and alone(sim, town.server)


def test_both_are_down_and_one_returns(town, whole_long):
    """The one that was not in use was looked at every ten seconds only."""
    (town.dir / "spare").mkdir()
    with Town(town.dir / "spare") as spare:
        for server in (town, spare):
            server.serve("--rate", 500)
        town.backends({"name": "spare", "url": f"http://127.0.0.1:{spare.port}"})
        writer = town.write("home", fallback=["spare"], **LONG)
        town.wait_words(1, 30)
        spare.stop_server()
        town.stop_server()
        town.wait_said(1, "goes on with 'spare'")
    wait_until(lambda: str(spare.port) in town.status(1)["reason"], 60, "the wait for the other one")
    town.serve("--rate", 20000)
    wait_until(lambda: town.server.account()["requests"] > 0, 9, "a request soon after the return")
    assert writer.wait(60) == 0, writer.stderr
    assert town.book() == whole_long and town.is_alone()
    assert len(town.said(1, "there again")) == 1


def test_the_fallback_model_is_asked_for_there(town):
    sim = town.other("--models", "small,large", "--dialect", "ollama")
    a = town.recorder(sim)
    configure(town, {"name": "shut", "url": wrong_key(town)[0]}, {"name": "spare", "url": a.url})
    writer = town.write("shut", model="grand", fallback=[{"backend": "spare", "model": "large"}])
    assert writer.wait(60) == 0, writer.stderr
    assert {g["model"] for g in a.generations()} == {"large"} and sim.account()["loads"] == 1


def test_the_configs_list_is_for_specs_that_have_none(town, whole):
    sims = town.other(), town.other()
    configure(town, {"name": "shut", "url": wrong_key(town)[0]}, {"name": "of-config", "url": sims[0].url},
              {"name": "of-spec", "url": sims[1].url}, fallback=["of-config"])
    assert town.write("shut").wait(60) == 0 and town.book(1) == whole
    assert sims[1].account()["requests"] == 0 < sims[0].account()["requests"]
    before = sims[0].account()["requests"]
    assert town.write("shut", fallback=["of-spec"]).wait(60) == 0 and town.book(2) == whole
    assert sims[0].account()["requests"] == before and sims[1].account()["requests"] > 0


# ---- a backend that only a human can mend ------------------------------------------------------------------------------

@pytest.mark.parametrize("wrong", [wrong_key, no_such_model])
def test_it_is_left_if_there_is_another(town, wrong):
    url, says = wrong(town)
    good = town.other("--rate", 20000)
    configure(town, {"name": "wrong", "url": url, "model": "huge"}, {"name": "good", "url": good.url})
    writer = town.write("wrong", fallback=["good"])
    assert writer.wait(60) == 0, writer.stderr
    assert len(town.said(1, "the backend 'wrong' is of no use", "goes on with 'good'")) == 1
    assert not town.said(1, "there again") and says in "".join(town.said(1, "of no use"))


@pytest.mark.parametrize("wrong", [wrong_key, no_such_model])
def test_else_it_is_paused_with_one_line_and_the_queue_goes_on(town, wrong):
    url, says = wrong(town)
    good = town.other()
    configure(town, {"name": "wrong", "url": url, "model": "huge"}, {"name": "good", "url": good.url})
    first, second = town.write("wrong"), town.write("good")
    assert first.wait(60) == 6 and second.wait(60) == 0
    lines = [line for line in first.stderr.splitlines() if "novelgen resume 1" in line]
    assert len(lines) == 1 and says in lines[0] and ("api_key_env" in lines[0] or "--model" in lines[0]), first.stderr
    assert town.status(1)["state"] == "paused" and town.status(2)["state"] == "done"


def test_it_does_not_pause_a_job_whose_other_backend_is_only_down(town, whole):
    """The first wants a key and the second was being started: a night was lost, although nobody was needed."""
    url, _ = wrong_key(town)
    town.reserve()
    town.backends({"name": "wrong", "url": url})
    writer = town.write("wrong", fallback=["home"])
    town.wait_said(1, "five times in a row")
    town.serve()
    assert writer.wait(60) == 0, writer.stderr
    assert town.book() == whole


# ---- speed -------------------------------------------------------------------------------------------------------------

def test_half_its_own_speed_is_said_once_and_so_is_its_recovery(town):
    """Ten answers and more at its own speed, then six at a quarter of it."""
    town.serve("--rate", 3000, script=[{"when": {"from": 16, "to": 21}, "do": "slow", "factor": 4}])
    town.backends()
    writer = town.write("home", words=2000, chapters=10)
    assert writer.wait(60) == 0, writer.stderr
    slow, again = town.said(1, "the server is slow"), town.said(1, "as fast as usual again")
    assert len(slow) == 1 and len(again) == 1
    texts = [e["text"] for e in town.events(1)]
    assert texts.index(slow[0]) < texts.index(again[0])


# ---- the inference log ---------------------------------------------------------------------------------------------------

def test_stats_are_the_servers_own_account(town):
    a, b = town.other("--rate", 20000), town.other("--dialect", "vllm", "--cached-tokens")
    configure(town, {"name": "a", "url": a.url}, {"name": "b", "url": b.url})
    # By one engine: when that of a terminal leaves, the others' requests are left too.
    assert [town.write(name, "--detach").wait(60) for name in "aba"] == [0, 0, 0]
    for job in 1, 2, 3:
        town.wait_state(job, "done")
    stats = town.json("stats")
    of = {s["backend"]: s for s in stats["backends"]}
    for name, sim in (("a", a), ("b", b)):
        account = sim.account()
        assert of[name]["requests"] == account["requests"] == of[name]["accepted"] == of[name]["requests_last_hour"]
        assert of[name]["output_tokens"] == account["output_tokens"] and of[name]["failed"] == 0
        assert 0 < of[name]["cached_tokens"] < of[name]["prompt_tokens"] and of[name]["tokens_per_s"] > 0
    for key in ("requests", "output_tokens", "prompt_tokens", "cached_tokens"):
        assert stats[key] == of["a"][key] + of["b"][key] == sum(town.json("stats", j)[key] for j in (1, 2, 3))
    assert stats["errors"] == {} and stats["waiting"] == [] and stats["in_flight"] == 0
    assert sum(town.status(j)["requests"] for j in (1, 2, 3)) == stats["requests"]
    assert all(book_of(town.status(j)) for j in (1, 2, 3))
