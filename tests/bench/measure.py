# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What the bench measures with: a child's time, CPU and peak memory; a relay that keeps the requests that pass it; curl.
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

POST = b"POST /v1/chat/completions"


class Broken(Exception):
    """Something did not do what it must: there is no figure."""


class Outcome:
    def __init__(self, code, wall_s, cpu_s, peak_mib):
        self.code, self.wall_s, self.cpu_s, self.peak_mib = code, wall_s, cpu_s, peak_mib


def peak_kib(pid):
    """The most memory that was resident so far; None where /proc is not, or when the process has ended.
    (ru_maxrss will not do: it begins with what this Python had when it forked.)"""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return None
    return int(found[1]) if found else None


def run(args, cwd=None, env=None, limit_s=120, expect=0):
    """Runs a command to its end."""
    with tempfile.TemporaryFile() as talk:
        begun = time.monotonic()
        child = subprocess.Popen([str(a) for a in args], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=talk,
                                 stderr=talk)
        peak = 0
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            wall_s = time.monotonic() - begun
            if pid:
                break
            peak = peak_kib(child.pid) or peak
            if wall_s > limit_s:
                child.kill()
            time.sleep(0.005)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != expect:
            talk.seek(0)
            raise Broken(f"{' '.join(map(str, args))}: exit code {child.returncode}: {talk.read()[-500:].decode()}")
    return Outcome(child.returncode, wall_s, usage.ru_utime + usage.ru_stime, peak / 1024 if peak else None)


class Relay:
    """127.0.0.1:port -> 127.0.0.1:target, and what was asked through it: bodies of the generations, and when they came."""

    def __init__(self, target):
        self.target = target
        self.streams = []  # bytes of a connection from the client
        self.came = threading.Event()
        self.came_at = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.listener.close()

    def wait_for_next(self):
        """To be called before the request leaves."""
        self.came_at = None
        self.came.clear()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            stream = bytearray()
            self.streams.append(stream)
            for end in client, server:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.copy, args=(client, server, stream), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, None), daemon=True).start()

    def copy(self, source, sink, keep):
        try:
            while data := source.recv(1 << 16):
                if keep is not None:
                    self.note(keep, data)
                sink.sendall(data)
        except OSError:
            pass  # one of the two has left
        for end, how in (source, socket.SHUT_RD), (sink, socket.SHUT_WR):
            try:
                end.shutdown(how)
            except OSError:
                pass

    def note(self, keep, data):
        if POST in data and not self.came.is_set():
            self.came_at = time.monotonic()
            self.came.set()
        keep += data

    def bodies(self):
        found = []
        for stream in self.streams:
            at, stream = 0, bytes(stream)
            while (end := stream.find(b"\r\n\r\n", at)) >= 0:
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", stream[at:end])
                body = stream[end + 4:end + 4 + int(length[1])] if length else b""
                if stream.startswith(POST, at):
                    found.append(body)
                at = end + 4 + len(body)
        return found


def save(bodies, folder):
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{i}.json" for i in range(len(bodies))]
    for path, body in zip(paths, bodies):
        path.write_bytes(body)
    return paths


def drain(program, port, bodies, folder, limit_s=120):
    """The program's own streaming client (tests/helpers/drain.c) over the same bodies: its CPU seconds."""
    args = [program, f"http://127.0.0.1:{port}", *save(bodies, folder)]
    return float(subprocess.run(args, check=True, timeout=limit_s, stdout=subprocess.PIPE).stdout)


def curl(port, bodies, folder, limit_s=120):
    """One `curl -N` that posts all the bodies, one after the other, over one connection."""
    if not shutil.which("curl"):
        raise Broken("there is no curl here")
    parts = []
    for path in save(bodies, folder):
        parts.append(f'url = "http://127.0.0.1:{port}/v1/chat/completions"\nrequest = "POST"\nsilent\nno-buffer\n'
                     f'output = "/dev/null"\nheader = "Content-Type: application/json"\ndata-binary = "@{path}"\n')
    config = folder / "config"
    config.write_text("next\n".join(parts))
    return run(["curl", "--config", config], limit_s=limit_s)
