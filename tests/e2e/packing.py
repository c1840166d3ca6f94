# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Archives of books taken apart and put together again, rightly or wrongly.
import io
import json
import subprocess
import tarfile

from novelgen import BUILD

FNV_START, FNV_PRIME = 0xcbf29ce484222325, 0x100000001b3


def zstd(mode, data):
    return subprocess.run([BUILD / "tests" / "zstd", mode], input=data, capture_output=True, check=True).stdout


def fnv1a(data):
    h = FNV_START
    for byte in data:
        h = (h ^ byte) * FNV_PRIME & 0xffffffffffffffff
    return f"{h:016x}"


class Packed:
    """The entries of an archive, by name, in their order; the manifest as what it says."""

    def __init__(self, path):
        with tarfile.open(fileobj=io.BytesIO(zstd("unpack", path.read_bytes()))) as tar:
            self.entries = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
        self.manifest = json.loads(self.entries.pop("manifest.json"))
        hashes = {e["name"]: e["fnv1a"] for e in self.manifest["entries"]}
        self.hashes = {n: (d, hashes[n]) for n, d in self.entries.items()}  # that of its data, made once

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
        for name, data in self.entries.items():
            if name not in self.hashes or self.hashes[name][0] is not data:
                self.hashes[name] = (data, fnv1a(data))
        self.manifest["entries"] = [{"name": n, "bytes": len(d), "fnv1a": self.hashes[n][1]}
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
        """`more`: tar headers with their data (None: it is not there), behind all others."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, data in self.members():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            for info, data in more:
                if data is None:
                    out.write(info.tobuf(tarfile.GNU_FORMAT))
                else:
                    tar.addfile(info, io.BytesIO(data))
        return out.getvalue()

    def write(self, path, more=()):
        path.write_bytes(zstd("pack", self.tar(more)))
        return path
