#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A TCP relay 127.0.0.1:LISTEN -> 127.0.0.1:TARGET that plays faults below HTTP. Each connection, counted from 1, gets
# a mode; the last rule goes on for the rest:
#
#   pass        everything, unchanged
#   rst:N       reset (SO_LINGER 0) after N bytes from the server
#   cut:N       close (FIN) after N bytes from the server
#   hold:N:MS   silent for MS after N bytes from the server, then closed
#   bytewise    what the server sends, one byte per send
#   drip:MS     what the server sends, in small pieces with a pause of MS between them
#   refuse      closed as soon as it is accepted, with a reset
#   blackhole   accepted, read, never answered
#   status:CODE a proxy's own page instead of the server
#   gateway:CODE:MS
#               a proxy with a read timeout: if the server has not sent a byte for MS, the client gets the page, or the
#               end of what had begun, and the server is left
#
# As a command:  relay.py LISTEN TARGET MODE...      (LISTEN 0: any port; "listening on PORT" is the first line)
# As a module:   with Relay(target_port, ["rst:4000", "pass"]) as relay: ... relay.port ... relay.connections
import asyncio
import socket
import struct
import sys
import threading

# How many numbers belong to a mode.
MODES = {"pass": 0, "rst": 1, "cut": 1, "hold": 2, "bytewise": 0, "drip": 1, "refuse": 0, "blackhole": 0, "status": 1,
         "gateway": 2}
DRIP_BYTES = 256
REASONS = {502: "Bad Gateway", 504: "Gateway Time-out", 524: "A timeout occurred"}


def parse_mode(text):
    """("hold", 4000, 50) of "hold:4000:50"; ValueError if it is not a mode."""
    name, *numbers = text.split(":")
    if MODES.get(name) != len(numbers) or not all(n.isdigit() for n in numbers):
        raise ValueError(f"not a mode: {text!r}")
    return name, *map(int, numbers)


def page(code):
    """What nginx or Cloudflare answers by itself."""
    title = f"{code} {REASONS.get(code, 'Error')}"
    body = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1>\r\n</body>\r\n</html>\r\n"
    return (f"HTTP/1.1 {title}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
            f"\r\n{body}").encode()


def reset(writer):
    """Closes so that the peer sees a reset, not an end."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def copy(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def copy_bytewise(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := await reader.read(4096):
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()


async def copy_some(reader, writer, limit):
    """True if the limit was reached, False if the server ended before."""
    while limit and (data := await reader.read(min(limit, 65536))):
        limit -= len(data)
        writer.write(data)
        await writer.drain()
    return limit == 0


async def copy_slowly(reader, writer, pause_ms):
    while data := await reader.read(DRIP_BYTES):
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(pause_ms / 1000)


async def copy_before(reader, writer, code, patience_ms):
    begun = False
    try:
        while data := await asyncio.wait_for(reader.read(65536), patience_ms / 1000):
            begun = True
            writer.write(data)
            await writer.drain()
    except asyncio.TimeoutError:
        if not begun:
            writer.write(page(code))
            await writer.drain()


async def answer(mode, reader, writer):
    name, *numbers = mode
    if name == "bytewise":
        await copy_bytewise(reader, writer)
    elif name == "drip":
        await copy_slowly(reader, writer, *numbers)
    elif name == "gateway":
        await copy_before(reader, writer, *numbers)
    elif name == "pass":
        await copy(reader, writer)
    elif await copy_some(reader, writer, numbers[0]):
        if name == "rst":
            reset(writer)
        if name == "hold":
            await asyncio.sleep(numbers[1] / 1000)


async def read_request(reader):
    """One request with its body: a page that comes before it is read would be lost in a reset."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                   if line.lower().startswith(b"content-length:")), 0)
    await reader.readexactly(length)


async def relay_connection(mode, target, reader, writer):
    if mode[0] == "refuse":
        reset(writer)
        return
    if mode[0] == "blackhole":
        while await reader.read(65536):
            pass
        return
    if mode[0] == "status":
        await read_request(reader)
        writer.write(page(mode[1]))
        await writer.drain()
        return
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", target)
    try:
        to_server = asyncio.ensure_future(copy(reader, server_writer))
        to_client = asyncio.ensure_future(answer(mode, server_reader, writer))
        # A client that leaves ends both ways at once: the server shall notice.
        await asyncio.wait({to_server, to_client}, return_when=asyncio.FIRST_COMPLETED)
        for task in (to_server, to_client):
            task.cancel()
        await asyncio.gather(to_server, to_client, return_exceptions=True)
    finally:
        server_writer.close()


async def start(listen, target, modes, count=lambda: None):
    """An asyncio server that relays; its port is server.sockets[0].getsockname()[1]."""
    rules = [parse_mode(m) for m in modes] or [("pass",)]
    seen = 0

    async def connected(reader, writer):
        nonlocal seen
        mode = rules[min(seen, len(rules) - 1)]
        seen += 1
        count()
        try:
            await relay_connection(mode, target, reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(connected, "127.0.0.1", listen)


class Relay:
    """A relay in a thread of its own, for tests."""

    def __init__(self, target, modes, listen=0):
        self.target, self.modes, self.listen = target, modes, listen
        self.connections = 0
        self.port = self.server = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _count(self):
        self.connections += 1

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def __enter__(self):
        self.thread.start()
        begun = asyncio.run_coroutine_threadsafe(start(self.listen, self.target, self.modes, self._count), self.loop)
        self.server = begun.result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def _end(self):
        self.server.close()  # its port is free again
        others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def __exit__(self, *exc):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


async def main(listen, target, modes):
    server = await start(listen, target, modes)
    print("listening on", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: relay.py LISTEN TARGET [MODE]...")
    try:
        asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
    except ValueError as error:
        sys.exit(f"relay.py: {error}")
    except KeyboardInterrupt:
        pass
