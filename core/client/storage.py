"""The queue's database file: opened, checked, and kept aside when it cannot be read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.client.lock import FileLock
from core.contract.database import atomic, keep_aside, trouble
from core.contract.errors import UserError

FORMAT = 1
_BUSY = 20.0
"""Seconds to wait for the other process before giving up."""
_TABLES = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, method TEXT NOT NULL, params TEXT NOT NULL, model TEXT NOT NULL, seed INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting','running','paused','done','failed','cancelled')),
    position INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL, started REAL, finished REAL,
    outcome TEXT, message TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '', fault INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '', stop INTEGER NOT NULL DEFAULT 0);
CREATE INDEX jobs_order ON jobs (state, position);
CREATE TABLE history (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, at REAL NOT NULL, what TEXT NOT NULL, data TEXT NOT NULL);
CREATE TRIGGER history_stays BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
CREATE TRIGGER history_keeps BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
CREATE TABLE switches (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


def open_database(path: Path) -> tuple[sqlite3.Connection, str]:
    """A connection and, when the old file had to be kept aside, the sentence that says so (else "").

    Raises:
        UserError: the folder cannot be written, the disk is full, or another process holds the file.
    """
    notice = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may find the same damage: only one may move the file, or the second would move the new one.
        with FileLock(path.with_name(path.name + ".opening")):
            reason = _trouble(path) if path.exists() and path.stat().st_size else ""
            if reason:
                kept = keep_aside(path)
                notice = f"{reason} It was kept as '{kept.name}' and an empty queue was begun."
            return _connect(path), notice
    except OSError as error:
        raise UserError(f"The job queue '{path}' cannot be opened: {error.strerror}.",
                        "Check the folder's permissions and free space.") from error  # fmt: skip
    except sqlite3.Error as error:
        raise sentence(path, error) from error


def sentence(path: Path, error: sqlite3.Error) -> UserError:
    """What went wrong with the database, for the person."""
    kind = trouble(error)
    if kind == "full":
        return UserError(f"The disk is full: the job queue '{path.name}' could not be saved in {path.parent}.",
                         "Nothing old was lost; free some space and try again.")  # fmt: skip
    if kind == "held":
        return UserError(f"The job queue '{path.name}' is held by another program.", "Close it and try again.")
    return UserError(f"The job queue '{path.name}' cannot be used: {error}.",
                     "Restart the program; a damaged file is then kept aside.")  # fmt: skip


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("PRAGMA user_version").fetchone()[0]:
        for statement in _statements(_TABLES):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={FORMAT}")
    connection.execute("COMMIT")
    return connection


def _statements(script: str) -> Iterator[str]:
    """Statements one by one: `executescript` would commit, and a half-made database could stay behind."""
    text = ""
    for line in script.strip().splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            yield text
            text = ""


def _trouble(path: Path) -> str:
    """Why the file cannot be used, as a sentence; empty when it can."""
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > FORMAT:
                return f"The job queue '{path.name}' was written by a newer version of the program."
            state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if state != "ok":
                return f"The job queue '{path.name}' is damaged."
            if version:
                connection.execute("SELECT id, params, stop FROM jobs LIMIT 1")
                connection.execute("SELECT number FROM history LIMIT 1")
    except sqlite3.DatabaseError as error:
        if trouble(error) == "held":
            raise
        return f"The job queue '{path.name}' is damaged."
    return ""


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """All or nothing, and no other process in between.

    Raises:
        UserError: the disk is full or the file is held or damaged; nothing was changed.
    """
    try:
        with atomic(connection):
            yield connection
    except sqlite3.Error as error:
        raise sentence(path, error) from error
