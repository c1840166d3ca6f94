# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# A store of a thousand finished jobs: one book that was really written, and its rows copied. Made once and kept.
import os
import shutil
import sqlite3

JOBS = 1000
WORDS = 98000  # so that a thousand are about 1.5 GB

# For each table that belongs to a job: its columns that are ids, and whose.
IDS = {
    "job": {"id": "job"},
    "job_spec": {"job": "job"},
    "bible": {"job": "job"},
    "act": {"job": "job"},
    "chapter": {"job": "job"},
    "chunk": {"id": "chunk", "job": "job"},
    "chunk_text": {"chunk": "chunk"},
    "turn": {"id": "turn", "job": "job", "chunk": "chunk"},
    "task": {"id": "task", "job": "job"},
    "attempt": {"id": "attempt", "task": "task"},
    "attempt_sent": {"attempt": "attempt"},
    "event": {"id": "event", "job": "job"},
    "file": {"job": "job"},
}


def copy_statement(db, table):
    """Copy number :k of the first job's rows."""
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]

    def value(column):
        whose = IDS[table].get(column)
        if whose:
            last = db.execute(f"SELECT max(id) FROM {whose}").fetchone()[0]
            return f"{column} + :k * {last}"
        return "uuid || '-' || :k" if column == "uuid" else column

    # What copies have been made of has the ids of the first job only: its own rows come first in every table.
    key = next(iter(IDS[table]))
    last = db.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0]
    return (f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(map(value, columns))} FROM {table} "
            f"WHERE {key} <= {last}")


def multiply(path):
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -200000")
        copies = {table: copy_statement(db, table) for table in IDS}
        db.execute("BEGIN")
        for k in range(1, JOBS):
            for statement in copies.values():
                db.execute(statement, {"k": k})
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")
    finally:
        db.close()
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def schema(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_master ORDER BY name)").fetchone()[0]
    finally:
        db.close()


def get(kept, source, say):
    """The folder of a home with that many jobs. `source` is one with a single finished job, of the schema of today."""
    if (kept / "novelgen.db").exists() and schema(kept / "novelgen.db") == schema(source / "novelgen.db"):
        return kept
    say(f"making a store of {JOBS} jobs (once)")
    shutil.rmtree(kept, ignore_errors=True)
    fresh = kept.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    multiply(fresh / "novelgen.db")
    fresh.rename(kept)
    return kept
