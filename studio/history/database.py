"""SQLite files of the window: opened, checked, kept aside when damaged, and their errors in words."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from core.client.lock import FileLock
from core.contract.database import atomic, keep_aside, trouble
from core.contract.errors import UserError


def open_database(path: Path, what: str, version: int, tables: Sequence[str]) -> tuple[sqlite3.Connection, str]:
    """A connection and, when a damaged file was kept aside, the sentence that says so (else "").

    `what` names the file in sentences ("history"), `version` goes into the file, `tables` are the statements of a new one.

    Raises:
        UserError: the file is newer than the program, held by another one, or cannot be written.
    """
    notice = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two windows may find the same damage: only one may move the file.
        with FileLock(path.with_name(path.name + ".opening")):
            if path.exists() and path.stat().st_size and _damaged(path, what, version):
                kept = keep_aside(path)
                notice = f"The {what} was damaged; it was kept as '{kept.name}' and an empty one was begun."
            return _connect(path, version, tables), notice
    except OSError as error:
        raise UserError(f"The {what} '{path}' cannot be opened: {error.strerror}.",
                        "Check the folder's permissions and free space.") from error  # fmt: skip
    except sqlite3.Error as error:
        raise _sentence(path, what, error) from error


def _connect(path: Path, version: int, tables: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("PRAGMA user_version").fetchone()[0]:
        for statement in tables:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={version}")
    connection.execute("COMMIT")
    return connection


def _damaged(path: Path, what: str, version: int) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found > version:
                raise UserError(f"The {what} '{path.name}' was written by a newer version of Concept Studio.",
                                "Update the program.")  # fmt: skip
            # The first page and the tables' roots; a full check of a large file would hold up the window.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            return False
    except sqlite3.DatabaseError as error:
        if trouble(error) == "held":
            raise
        return True


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Errors of the database as sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise _sentence(path, what, error) from error


@contextmanager
def writing(connection: sqlite3.Connection, path: Path, what: str) -> Iterator[None]:
    """All or nothing.

    Raises:
        UserError: the disk is full, or the file is held or damaged; nothing was changed.
    """
    with reading(path, what), atomic(connection):
        yield


def match(words: str) -> str:
    """What a person typed as a query of FTS5: every word, as the beginning of one; "quoted words" as they stand."""
    terms = []
    for index, part in enumerate(words.split('"')):
        if index % 2:
            terms += [f'"{part.strip()}"'] if part.strip() else []
        else:
            terms += [f'"{word}"*' for word in part.split() if any(c.isalnum() for c in word)]
    return " ".join(terms)


def _sentence(path: Path, what: str, error: sqlite3.Error) -> UserError:
    kind = trouble(error)
    if kind == "full":
        return UserError(f"The disk is full: the {what} could not be saved in {path.parent}.",
                         "Nothing old was lost; free some space and try again.")  # fmt: skip
    if kind == "held":
        return UserError(f"The {what} '{path.name}' is held by another program.", "Close it and try again.")
    if kind == "damaged":
        return UserError(f"The {what} '{path.name}' is damaged.", "Restart the program; it is then kept aside.")
    return UserError(f"The {what} '{path.name}' cannot be used: {error}.", "Check its folder and restart the program.")
