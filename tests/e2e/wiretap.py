# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Stands before a server and keeps what is asked of it: a test then sees the fields of a request as they were sent.
import http.server
import json
import socket
import threading

PROOF_LINE = "This is a test of the server."
GENERATES = ("/v1/chat/completions", "/v1/completions", "/completion", "/api/chat", "/api/generate")


class Handler(http.server.BaseHTTPRequestHandler):
    """One request on each connection, passed on as it is; the answer goes back byte by byte as it comes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "POST" and self.path in GENERATES:
            self.server.seen.append((self.path, json.loads(body)))
        del self.headers["Connection"]
        lines = [f"{self.command} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in self.headers.items()), "Connection: close"]
        self.close_connection = True
        with socket.create_connection(("127.0.0.1", self.server.target)) as server:
            server.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            while data := server.recv(65536):
                self.connection.sendall(data)

    do_POST = do_GET

    def log_message(self, *args):
        pass


class Wiretap:
    def __init__(self, target):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.target, self.server.seen = target, []
        self.server.handle_error = lambda *args: None  # the client has left
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()

    def requests(self, proofs=False):
        """(path, body) of all generations so far; those that test the server only if asked for."""
        def is_proof(body):
            return PROOF_LINE in json.dumps(body)
        return [(path, body) for path, body in self.server.seen
                if not body.get("_debug_render_only") and is_proof(body) == proofs]
