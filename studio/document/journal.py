"""The journal: every step of a document with its pixels, in one SQLite file, so that undo has no depth and no end.

A step keeps what leads to it and back (`tree.difference`), and which step it followed. Undo moves `position` to the parent,
redo along the way to `tip`; a new step after an undo begins a branch, and nothing is deleted. Steps and the tiles they
mention are written in one transaction: after a kill there is never a step without its pixels.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.contract.database import atomic, trouble
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio.document import tree
from studio.document.tiles import intact
from studio.document.tree import Patch, tile_names

FORMAT = 1
"""Of the file's tables; that of the states in it is `tree.FORMAT`."""
_TABLES = (
    """CREATE TABLE IF NOT EXISTS steps (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, at REAL NOT NULL,
        text TEXT NOT NULL, forward TEXT NOT NULL, backward TEXT NOT NULL, beside TEXT NOT NULL DEFAULT '',
        bundle TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE IF NOT EXISTS tiles (name TEXT PRIMARY KEY, kept INTEGER NOT NULL DEFAULT 0, data BLOB NOT NULL)
        WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL,
        tip INTEGER NOT NULL, running INTEGER NOT NULL, state_format INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS snapshot (one INTEGER PRIMARY KEY CHECK (one = 1), step INTEGER NOT NULL,
        state TEXT NOT NULL)""",
    f"INSERT OR IGNORE INTO head VALUES (1, 0, 0, 0, {tree.FORMAT})",
)


class DamagedError(UserError):
    """The journal's file is damaged; `studio.document.storage.salvage` repairs the project."""


@dataclass(frozen=True)
class Step:
    """One edit. Step 0 is the beginning and has no record."""

    id: int
    parent: int
    at: float
    text: str
    forward: Patch
    backward: Patch
    beside: JSON = None
    """What the edit did outside the document, for whoever undoes it there (the library)."""
    bundle: str = ""
    """Steps in a row with the same bundle are undone together: one drag."""


class Journal:
    """The file. Every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Raises UserError when the file is damaged, newer than the program, or cannot be written."""
        self.path = path
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise _sentence(path, error) from error
        try:
            with _in_words(path):
                self._prepare()
        except BaseException:  # goes on to the caller; the file must not stay open
            self._db.close()
            raise

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise UserError(f"'{self.path.parent.name}' was written by a newer version of Concept Studio.",
                            "Update the program to open it.")  # fmt: skip
        self._db.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing at NORMAL; a power cut may lose the last moments but never the file.
        self._db.execute("PRAGMA synchronous=NORMAL")
        with atomic(self._db):
            for statement in _TABLES:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={FORMAT}")
            # Put there for want of memory by a process that was killed; no step refers to them.
            self._db.execute("DELETE FROM tiles WHERE kept = 0")

    # The shelf of a TileStore.

    def fetch(self, name: str) -> bytes | None:
        with self._lock, _in_words(self.path):
            row = self._db.execute("SELECT data FROM tiles WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def shelve(self, name: str, data: bytes) -> None:
        with self._lock, _in_words(self.path):
            self._db.execute("INSERT OR IGNORE INTO tiles (name, data) VALUES (?, ?)", (name, data))

    def discard(self, names: Iterable[str]) -> None:
        with self._lock, _in_words(self.path):
            self._db.executemany("DELETE FROM tiles WHERE name = ? AND kept = 0", [(n,) for n in names])

    # Steps.

    def write(self, steps: Iterable[Step], position: int, tip: int, snapshot: tuple[int, JSON] | None = None) -> None:
        """Add steps and say where the document stands, all or nothing; tiles they mention must be on the shelf."""
        ready = list(steps)
        with self._lock, _in_words(self.path), atomic(self._db):
            self._db.executemany("INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [_row(s) for s in ready])
            names = {n for s in ready for n in tile_names(s.forward + s.backward)}
            if snapshot is not None:
                names.update(tile_names(snapshot[1]))
                self._db.execute("INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?)", (snapshot[0], _text(snapshot[1])))
            self._db.executemany("UPDATE tiles SET kept = 1 WHERE name = ? AND kept = 0", [(n,) for n in names])
            self._db.execute("UPDATE head SET position = ?, tip = ?", (position, tip))

    def head(self) -> tuple[int, int]:
        """The step the document stands at, and the one that redo leads to."""
        with self._lock, _in_words(self.path):
            position, tip = self._db.execute("SELECT position, tip FROM head").fetchone()
        return position, tip

    def last(self) -> int:
        """The highest number a step has."""
        with self._lock, _in_words(self.path):
            return int(self._db.execute("SELECT coalesce(max(id), 0) FROM steps").fetchone()[0])

    def step(self, id: int) -> Step:
        """A step with its patches."""
        with self._lock, _in_words(self.path):
            row = self._db.execute("SELECT * FROM steps WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise UserError(
                f"Step {id} of the history is missing from '{self.path.name}'.", "Open a copy of the project."
            )
        number, parent, at, text, forward, backward, beside, bundle = row
        return Step(number, parent, at, text, json.loads(forward), json.loads(backward),
                    json.loads(beside) if beside else None, bundle)  # fmt: skip

    def parents(self, id: int) -> list[int]:
        """A step and all before it, down to 0."""
        with self._lock, _in_words(self.path):
            rows = self._db.execute(
                """WITH RECURSIVE up(id) AS (SELECT ? UNION ALL SELECT steps.parent FROM steps JOIN up USING (id))
                   SELECT id FROM up""",
                (id,),
            )
            return [row[0] for row in rows]

    def outline(self, id: int) -> tuple[int, str, str]:
        """A step's parent, text and bundle, without its patches."""
        with self._lock, _in_words(self.path):
            row = self._db.execute("SELECT parent, text, bundle FROM steps WHERE id = ?", (id,)).fetchone()
        return row or (0, "", "")

    def running(self, now: bool) -> bool:
        """Note whether a window has the document open; gives what was noted before."""
        with self._lock, _in_words(self.path), atomic(self._db):
            before = self._db.execute("SELECT running FROM head").fetchone()[0]
            self._db.execute("UPDATE head SET running = ?", (int(now),))
        return bool(before)

    def state_format(self) -> int:
        """The format of the states and patches in it (`tree.FORMAT` of the program that made it)."""
        with self._lock, _in_words(self.path):
            return int(self._db.execute("SELECT state_format FROM head").fetchone()[0])

    def copy_to(self, path: Path) -> None:
        """A second file with every step and tile."""
        with self._lock, _in_words(path), closing(sqlite3.connect(path)) as other:
            self._db.backup(other)

    def snapshot(self) -> tuple[int, dict[str, JSON]] | None:
        """A whole state and the step it belongs to; the state at the position is some patches away from it."""
        with self._lock, _in_words(self.path):
            row = self._db.execute("SELECT step, state FROM snapshot").fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def forget(self, state: JSON, state_format: int) -> None:
        """Drop all steps and the tiles that only they used; a state becomes the beginning."""
        with self._lock, _in_words(self.path), atomic(self._db):
            self._db.execute("DELETE FROM steps")
            self._db.execute("UPDATE head SET position = 0, tip = 0, state_format = ?", (state_format,))
            self._db.execute("INSERT OR REPLACE INTO snapshot VALUES (1, 0, ?)", (_text(state),))
            self._db.execute("UPDATE tiles SET kept = 0")
            self._db.executemany("UPDATE tiles SET kept = 1 WHERE name = ?", [(n,) for n in set(tile_names(state))])
            self._db.execute("DELETE FROM tiles WHERE kept = 0")
        with self._lock, _in_words(self.path):
            self._db.execute("VACUUM")

    def check(self) -> str:
        """What is wrong with the file, in words; empty when nothing is."""
        with self._lock, suppress(sqlite3.Error):
            state = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            return "" if state == "ok" else f"The journal is damaged ({state})."
        return "The journal is damaged."

    def close(self) -> None:
        with self._lock:
            self._db.close()


class Claim:
    """A project folder is ours as long as this is held; the system lets go when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self._db: sqlite3.Connection | None = None
        self.path = folder / ".open"

    def take(self) -> bool:
        """Whether it is ours now."""
        with _in_words(self.path):
            db = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            db.close()
            if trouble(error) != "held":
                raise _sentence(self.path, error) from error
            return False
        self._db = db
        return True

    def free(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def copy_tiles(path: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Tiles of a journal that another window may be writing to.

    Raises:
        UserError: one is missing.
    """
    with _in_words(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
        for name in names:
            row = db.execute("SELECT data FROM tiles WHERE name = ?", (name,)).fetchone()
            if row is None:
                raise UserError(f"A piece of the picture ({name[:12]}…) is missing from '{path.parent.name}'.",
                                "Restore the project from a copy.")  # fmt: skip
            yield name, row[0]


def readable_tiles(path: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """What a damaged journal still gives: tiles whose bytes are what their name says."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=10)) as db:
        for name in names:
            data = None
            with suppress(sqlite3.Error):  # that one is in the damaged part
                row = db.execute("SELECT data FROM tiles WHERE name = ?", (name,)).fetchone()
                data = row[0] if row else None
            if isinstance(data, bytes) and intact(name, data):
                yield name, data


def _text(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _row(step: Step) -> tuple[int | float | str, ...]:
    beside = "" if step.beside is None else _text(step.beside)
    return (step.id, step.parent, step.at or time.time(), step.text, json.dumps(step.forward, ensure_ascii=False),
            json.dumps(step.backward, ensure_ascii=False), beside, step.bundle)  # fmt: skip


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _sentence(path, error) from error


def _sentence(path: Path, error: sqlite3.Error) -> UserError:
    kind = trouble(error)
    name = path.parent.name
    if kind == "full":
        return UserError(f"The disk is full: '{name}' could not be saved.",
                         "Nothing old was lost; free some space, and your last edits are saved.")  # fmt: skip
    if kind == "held":
        return UserError(f"'{name}' is held by another program.", "Close it there and try again.")
    if kind == "damaged":
        return DamagedError(f"The journal of '{name}' is damaged.", "Repair the project, or open a copy of it.")
    return UserError(f"'{name}' cannot be read or written: {error}.", "Check the folder's permissions and free space.")
