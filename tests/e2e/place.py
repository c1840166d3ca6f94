# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A home whose server may die and come back on the same port, and whose books are compared byte for byte.
import json
import pathlib
import socket

from novelgen import Home, Simulator, wait_until

SPEC = {"title": "The Salt Engine", "premise": "A clockmaker loses an hour.", "words": 2400, "chapters": 3, "seed": 7}


class Place(Home):
    def __init__(self, directory, chunk_words=800):
        super().__init__(directory)
        (self.out / "novelgen.json").write_text(json.dumps({"chunk": {"words": chunk_words}}))
        self.server = None
        self.port = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        self.stop_server()

    # ---- the server ------------------------------------------------------------------------------------------------

    def reserve(self):
        """A port on which nobody listens yet."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]

    def serve(self, *options, script=None):
        if script is not None:
            path = self.dir / "script.json"
            path.write_text(json.dumps(script))
            options = (*options, "--script", path)
        self.server = Simulator("--seed", 7, "--port", self.port, *options)
        self.port = self.server.port
        return self

    def stop_server(self):
        if self.server:
            self.server.close()
        self.server = None

    def is_alone(self):
        """Whether the server never saw two requests at a time."""
        account = self.server.account()
        return account["in_flight_max"] == 1 and account["overlaps"] == 0

    # ---- the book --------------------------------------------------------------------------------------------------

    def submit_args(self, port=None, **spec):
        path = self.dir / "spec.json"
        path.write_text(json.dumps({**SPEC, **spec}))
        return ["submit", path, "--backend", f"http://127.0.0.1:{port or self.port}", "--out", self.out, "--quiet"]

    def submit(self, port=None, **spec):
        return self.run(*self.submit_args(port, **spec))

    def resume(self, job=1):
        return self.run("resume", job, "--quiet")

    def folder(self, job=1):
        """Of a job's book; a path that does not exist, if there is none."""
        return next((self.out / "books").glob(f"{job}-*"), pathlib.Path("/nowhere"))

    def book(self, job=1):
        """All text that a job left, by name; report.json is left out, which tells how it was made."""
        folder = self.folder(job)
        names = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".novelgen")]
        return {str(n): (folder / n).read_bytes() for n in names if n.name != "report.json"}

    def wait_middle(self, chapter):
        """Until some of a chapter's text is safe in the store and the rest of its only chunk is still to come."""
        wait_until(lambda: list((self.folder() / "chapters").glob(f"0{chapter}-*.part")), 60, f"text of chapter {chapter}")
