"""What every SQLite file of the program shares: the kind of an error, a transaction, and a damaged file kept aside."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

Trouble = Literal["full", "held", "damaged", "other"]


def trouble(error: sqlite3.Error) -> Trouble:
    """What went wrong: the disk is full, another program holds the file, it is damaged (or no database), or else."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code == sqlite3.SQLITE_FULL:
        return "full"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "held"
    return "damaged" if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) else "other"


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and no other process in between. The connection must not open transactions by itself.

    Raises:
        sqlite3.Error: nothing was changed.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def keep_aside(path: Path) -> Path:
    """Rename a database that cannot be read, with what belongs to it, so that a new one can be begun; gives its new name."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    kept, number = path.with_name(f"{path.stem}.kept-{stamp}{path.suffix}"), 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem}.kept-{stamp}-{number}{path.suffix}")
    path.rename(kept)
    for end in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(kept.with_name(kept.name + end))
    return kept
