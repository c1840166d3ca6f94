# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Archives of books taken apart and put together again, rightly or wrongly.
import io
import json
import subprocess
import tarfile

from novelgen import BUILD


def zstd(mode, data):
    return subprocess.run([BUILD / "tests" / "zstd", mode], input=data, capture_output=True, check=True).stdout


def fnv1a(data):
    h = 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return f"{h:016x}"


class Packed:
    """The entries of an archive, by name, in their order; the manifest as what it says."""

    def __init__(self, path):
        with tarfile.open(fileobj=io.BytesIO(zstd("unpack", path.read_bytes()))) as tar:
            self.entries = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
        self.manifest = json.loads(self.entries.pop("manifest.json"))

    @property
    def rows(self):
        return [json.loads(line) for line in self.entries["rows.jsonl"].decode().splitlines()]

    @rows.setter
    def rows(self, rows):
        self.entries["rows.jsonl"] = "".join(json.dumps(row) + "\n" for row in rows).encode()

    def table(self, name):
        return [row for row in self.rows if row["table"] == name]

    def agree(self):
        """The manifest says what is there."""
        old = {e["name"]: e for e in self.manifest["entries"]}
        self.manifest["entries"] = [
            old[n] if n in old and old[n].get("data") is d else {"name": n, "bytes": len(d), "fnv1a": fnv1a(d)}
            for n, d in self.entries.items()]
        return self

    def count(self):
        """And how many rows there are."""
        tables = [row.get("table") if isinstance(row, dict) else None for row in self.rows]
        self.manifest["rows"] = {t: tables.count(t) for t in self.manifest["rows"]}
        return self.agree()

    def members(self):
        yield "manifest.json", json.dumps(self.manifest).encode()
        yield from self.entries.items()

    def tar(self, more=()):
        """`more`: tar headers with their data, behind all others."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, data in self.members():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            for info, data in more:
                tar.addfile(info, io.BytesIO(data))
        return out.getvalue()

    def write(self, path, more=()):
        path.write_bytes(zstd("pack", self.tar(more)))
        return path
