# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The figures of the backends' side: how soon the text goes on when a server is back, how soon a server is found, what
# its proofs cost, and what ten thousand nonsensical answers leave in memory.
import concurrent.futures
import http.server
import pathlib
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

from measure import Broken, run
from setting import BUILD, Place

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from garbage import Garbage  # noqa: E402
from relay import Relay  # noqa: E402

SHORT_S, LONG_S, REPEATS = 5, 65, 3
USUAL = [8080, 11434, 8000, 1234, 9931, 30000, 5001]
NONSENSE = 10000


def wait(holds, what, seconds=60):
    until = time.monotonic() + seconds
    while not (value := holds()):
        if time.monotonic() > until:
            raise Broken(f"{seconds} s, and {what}")
        time.sleep(0.005)
    return value


def rows(p, sql):
    db = sqlite3.connect(f"file:{p.home / 'novelgen.db'}?mode=ro", uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


# ---- recovery --------------------------------------------------------------------------------------------------------

class Loading(http.server.BaseHTTPRequestHandler):
    """llama.cpp while it loads its model."""

    def reply(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = reply

    def log_message(self, *args):
        pass


def nobody(port, seconds):
    time.sleep(seconds)


def loading(port, seconds):
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Loading) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        time.sleep(seconds)
        server.shutdown()


def gateway(port, seconds):
    with Relay(0, ["status:502"], listen=port):
        time.sleep(seconds)


OUTAGES = {"refused": nobody, "503, loading": loading, "502 of a proxy": gateway}


def serve_again(p):
    """The simulator on the port that it had; when it was ready, in milliseconds."""
    p.server = subprocess.Popen([BUILD / "novelgen-sim", "--seed", "7", "--rate", "200", "--port", str(p.port)],
                                stdout=subprocess.PIPE, text=True)
    if str(p.port) not in p.server.stdout.readline():
        raise Broken("the simulator did not come back")
    return time.time() * 1e3


def recover(kind, seconds, number):
    """Milliseconds from "ready again" to the first token of the first good answer."""
    with Place(f"recovery-{kind.split()[0].strip(',')}-{seconds}-{number}", rate=200) as p:
        child = p.start(p.submit(words=400, chapters=1))
        wait(lambda: p.account()["kinds"]["chunk"] == 1, "no prose was asked for")
        time.sleep(0.5)  # some of it is written
        p.server.kill()
        p.server.communicate()
        OUTAGES[kind](p.port, seconds)
        ready_ms = serve_again(p)
        if child.wait(120) != 0:
            raise Broken(f"after an outage ({kind}): {child.stderr.read()[-500:]}")
        first = rows(p, "SELECT MIN(started_ms + first_token_ms) FROM attempt WHERE failure = 'none' AND "
                        f"first_token_ms >= 0 AND started_ms + first_token_ms > {ready_ms - 1000:.0f}")[0][0]
        charged = rows(p, "SELECT SUM(charged) FROM task")[0][0]
    return first - ready_ms, charged


def measure_recovery(row, say):
    say(f"outages of {SHORT_S} s and {LONG_S} s")
    with concurrent.futures.ThreadPoolExecutor(len(OUTAGES)) as pool:
        short = {k: [] for k in OUTAGES}
        for n in range(REPEATS):
            got = {k: pool.submit(recover, k, SHORT_S, n) for k in OUTAGES}
            for kind, future in got.items():
                short[kind].append(future.result())
        once = {k: pool.submit(recover, k, LONG_S, 0) for k in OUTAGES}
        once = {k: f.result() for k, f in once.items()}
    for kind in OUTAGES:
        row(f"{kind}, {SHORT_S} s: ready to the first good token", statistics.median(ms for ms, _ in short[kind]), 1000,
            " ms", 0)
        row(f"  {LONG_S} s", once[kind][0], 1000, " ms", 0)
    row("  attempts charged", sum(c for s in [*short.values(), once.values()] for _, c in s), 0, digits=0)


# ---- detection -------------------------------------------------------------------------------------------------------

def silent(port):
    """Accepts, as the kernel does, and never answers."""
    return socket.create_server(("127.0.0.1", port))


def time_list(p, expect):
    return statistics.median(run(p.command("backends", "--json"), p.dir, p.env, expect=expect).wall_s
                             for _ in range(5)) * 1e3


def time_auto(name, port):
    """Milliseconds from the start of a job for "auto" to the first generation that the server is asked for."""
    with Place(name, options=["--port", str(port)]) as p:
        command = p.submit(words=300, chapters=1)
        command[command.index("--backend") + 1] = "auto"
        begun = time.monotonic()
        child = p.start(command)
        wait(lambda: p.account()["proofs"] + p.account()["requests"], "nothing was asked for")
        ms = (time.monotonic() - begun) * 1e3
        child.wait(60)
    return ms


def measure_detection(row, say):
    say("finding a server on the usual ports")
    for port in USUAL:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise Broken(f"something listens on port {port}: detection cannot be measured here")
    with Place("none") as p:
        row("no server on the usual ports: novelgen backends", time_list(p, 3), 1500, " ms", 0)
        with silent(11434):
            row("  a port that accepts and never answers", time_list(p, 3), 1500, " ms", 0)
    with Place("found", options=["--port", "8080"]) as p:
        row("a server on port 8080: novelgen backends", time_list(p, 0), 300, " ms", 0)
    row("  auto: start to its first generation", statistics.median(time_auto("auto", 8080) for _ in range(REPEATS)), 300,
        " ms", 0)
    with silent(11434):
        row("  the same, a later port never answers", time_auto("auto-later", 8080), 300, " ms", 0)
    with silent(8080):
        row("  on 11434, an earlier port never answers", time_auto("auto-earlier", 11434), 1500, " ms", 0)


# ---- proofs ----------------------------------------------------------------------------------------------------------

def measure_proofs(row, say):
    say("proofs at 20 tokens/s")
    with Place("proofs", rate=20) as p:
        begun = time.monotonic()
        p.start(p.submit(words=300, chapters=1))
        wait(lambda: p.account()["requests"], "no request of the book came", 300)
        seconds, account = time.monotonic() - begun, p.account()
        p.ask("cancel", 1)
    row(f"20 tokens/s: {account['proofs']} proofs, start to the book's first request", seconds, 30, " s", 1)


# ---- memory ----------------------------------------------------------------------------------------------------------

def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def measure_memory(row, say):
    say(f"{NONSENSE:,} nonsensical answers")
    if not pathlib.Path("/proc/self/status").exists():
        return
    with Place("nonsense") as p, Garbage(7) as server:
        child = p.start(p.submit(server.server_address[1], words=200000, chapters=50,
                                 limits={"attempts": 100, "first_token_s": 2, "stall_s": 2}))
        sizes = []
        for answers in (NONSENSE // 10, NONSENSE):
            if not server.wait(answers, 600):
                raise Broken(f"after {server.answers} answers nothing more was asked for")
            sizes.append(resident_mib(child.pid))
        p.ask("cancel", 1)
    row(f"{NONSENSE:,} nonsensical answers: resident at the end", sizes[1], unit=" MiB", digits=1)
    row(f"  more than after {NONSENSE // 10:,}", sizes[1] - sizes[0], 8, " MiB", 1)


def measure_backends(row, say):
    for measure in (measure_detection, measure_proofs, measure_recovery, measure_memory):
        measure(row, say)
