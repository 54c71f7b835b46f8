"""The history: every result of every project, found by words, model, concept, method and date.

One SQLite file with a full-text index beside the rows. Rows are added and kept; pins, ratings and notes change; what a person
removes comes back by undo only. The newest come first, which is the order of the rows, so that a page of fifty
thousand is read without sorting.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio.history.database import match, open_database, reading, writing
from studio.history.entry import Entry

FORMAT = 2
WHAT = "history"
_JSON = ("params", "recipe", "concepts", "images", "masks", "made", "numbers", "data", "files")
_COLUMNS = tuple(f.name for f in fields(Entry))
_TABLES = (
    """CREATE TABLE entries (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, method TEXT NOT NULL,
        params TEXT NOT NULL, recipe TEXT NOT NULL, model TEXT NOT NULL, model_hash TEXT NOT NULL,
        seed INTEGER NOT NULL, version TEXT NOT NULL, at REAL NOT NULL, seconds REAL NOT NULL, prompt TEXT NOT NULL,
        concepts TEXT NOT NULL, images TEXT NOT NULL, masks TEXT NOT NULL, made TEXT NOT NULL, patch TEXT NOT NULL,
        numbers TEXT NOT NULL, project TEXT NOT NULL, note TEXT NOT NULL, pinned INTEGER NOT NULL,
        rating INTEGER NOT NULL,
        data TEXT NOT NULL DEFAULT '{}', files TEXT NOT NULL DEFAULT '[]')""",
    "CREATE INDEX by_time ON entries (at)",
    "CREATE INDEX by_model ON entries (model)",
    "CREATE INDEX by_method ON entries (method)",
    "CREATE INDEX by_project ON entries (project)",
    "CREATE INDEX pins ON entries (number) WHERE pinned",
    "CREATE INDEX by_rating ON entries (rating) WHERE rating > 0",
    "CREATE TABLE concepts (name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, number)) WITHOUT ROWID",
    "CREATE TABLE removed (id TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE words USING fts5 (prompt, concepts, model, method, project, note, content='',
        tokenize="unicode61 remove_diacritics 2", prefix='2 3')""",
)


@dataclass(frozen=True)
class Query:
    """What to show; every part that is given must fit."""

    words: str = ""
    """Beginnings of words, in any order; "in quotes" as they stand."""
    model: str = ""
    method: str = ""
    concept: str = ""
    project: str = ""
    since: float | None = None
    until: float | None = None
    """Seconds since 1970; `until` is not included."""
    pinned: bool = False
    rating: int = 0
    """At least."""


class History:
    """The file. Every method may be called from any thread and from two windows."""

    def __init__(self, path: Path) -> None:
        """Raises UserError when the file is newer than the program or cannot be written."""
        self.path = path
        self._lock = threading.RLock()
        self._db, self.notice = open_database(path, WHAT, FORMAT, _TABLES)
        """A sentence when a damaged file was kept aside."""
        self._migrate()

    def _migrate(self) -> None:
        """Format 1 did not know what views draw, nor files. Two windows may open an old file: the first one changes it."""
        with self._lock, writing(self._db, self.path, WHAT):
            if self._db.execute("PRAGMA user_version").fetchone()[0] == 1:
                self._db.execute("ALTER TABLE entries ADD COLUMN data TEXT NOT NULL DEFAULT '{}'")
                self._db.execute("ALTER TABLE entries ADD COLUMN files TEXT NOT NULL DEFAULT '[]'")
                self._db.execute(f"PRAGMA user_version={FORMAT}")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add(self, entries: Iterable[Entry]) -> int:
        """Keep results, all or nothing; one that is known already, or was removed, stays so. Gives how many were new."""
        with self._lock, writing(self._db, self.path, WHAT):
            return sum([self._insert(entry) for entry in entries if not self._was_removed(entry.id)])

    def _was_removed(self, id: str) -> bool:
        return self._db.execute("SELECT 1 FROM removed WHERE id = ?", (id,)).fetchone() is not None

    def _insert(self, entry: Entry, number: int | None = None) -> bool:
        values = [number, *(_column(entry, name) for name in _COLUMNS)]
        marks = ", ".join("?" * len(values))
        done = self._db.execute(
            f"INSERT INTO entries (number, {', '.join(_COLUMNS)}) VALUES ({marks}) ON CONFLICT (id) DO NOTHING", values
        )
        if not done.rowcount:
            return False
        number = done.lastrowid
        self._db.execute("INSERT INTO words (rowid, prompt, concepts, model, method, project, note) VALUES (?,?,?,?,?,?,?)",
                         (number, *_text(entry)))  # fmt: skip
        self._db.executemany(
            "INSERT OR IGNORE INTO concepts VALUES (?, ?)", [(name.casefold(), number) for name in entry.concepts]
        )
        return True

    def get(self, id: str) -> Entry:
        """Raises UserError when there is no such entry."""
        with self._lock, reading(self.path, WHAT):
            row = self._db.execute("SELECT * FROM entries WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise UserError("That result is no longer in the history.", "Run it again from the queue.")
        return _entry(row)

    def search(self, query: Query = Query(), limit: int = 100, skip: int = 0) -> list[Entry]:
        """The newest first."""
        where, values = _where(query)
        with self._lock, reading(self.path, WHAT):
            rows = self._db.execute(
                f"SELECT entries.* {where} ORDER BY {_number(query)} DESC LIMIT ? OFFSET ?", (*values, limit, skip)
            ).fetchall()
        return [_entry(row) for row in rows]

    def page(self, query: Query = Query(), before: int | None = None, limit: int = 100) -> list[tuple[int, Entry]]:
        """The newest first, each with its number; `before` goes on below a number, however far down that is."""
        where, values = _where(query)
        if before is not None:
            where = f"{where} AND {_number(query)} < ?"
            values.append(before)
        with self._lock, reading(self.path, WHAT):
            rows = self._db.execute(
                f"SELECT entries.* {where} ORDER BY {_number(query)} DESC LIMIT ?", (*values, limit)
            ).fetchall()
        return [(row["number"], _entry(row)) for row in rows]

    def fits(self, id: str, query: Query) -> bool:
        """Whether a result would be found."""
        where, values = _where(query)
        with self._lock, reading(self.path, WHAT):
            return self._db.execute(f"SELECT 1 {where} AND id = ?", (*values, id)).fetchone() is not None

    def count(self, query: Query = Query()) -> int:
        where, values = _where(query)
        with self._lock, reading(self.path, WHAT):
            return int(self._db.execute(f"SELECT count(*) {where}", values).fetchone()[0])

    def values(self, column: str) -> list[tuple[str, int]]:
        """What a filter may offer (`model`, `method`, `project` or `concept`), with how many results each has."""
        source = {
            "model": "SELECT model, count(*) FROM entries GROUP BY model",
            "method": "SELECT method, count(*) FROM entries GROUP BY method",
            "project": "SELECT project, count(*) FROM entries GROUP BY project",
            "concept": "SELECT name, count(*) FROM concepts GROUP BY name",
        }[column]
        with self._lock, reading(self.path, WHAT):
            rows = self._db.execute(source).fetchall()
        return sorted(((row[0], row[1]) for row in rows if row[0]), key=lambda r: (-r[1], r[0]))

    def pin(self, id: str, pinned: bool) -> None:
        self._set(id, "pinned", int(pinned))

    def rate(self, id: str, rating: int) -> None:
        """From 1 to 5; 0 takes the rating away."""
        if rating not in range(6):
            raise UserError(f"A rating of {rating} is not possible.", "Choose from 0 to 5.")
        self._set(id, "rating", rating)

    def annotate(self, id: str, note: str) -> None:
        """A person's own words, which are searched, too."""
        with self._lock, writing(self._db, self.path, WHAT):
            row = self._db.execute("SELECT * FROM entries WHERE id = ?", (id,)).fetchone()
            if row is None:
                raise UserError("That result is no longer in the history.", "Choose another.")
            self._unindex(row)
            self._db.execute("UPDATE entries SET note = ? WHERE id = ?", (note, id))
            row = self._db.execute("SELECT * FROM entries WHERE id = ?", (id,)).fetchone()
            self._db.execute(
                "INSERT INTO words (rowid, prompt, concepts, model, method, project, note) VALUES (?,?,?,?,?,?,?)",
                (row["number"], *_text(_entry(row))),
            )

    def remove(self, ids: Sequence[str]) -> JSON:
        """Take results out; gives what a step of the document notes, for `put_back` (None: there was nothing to take).

        Files stay in the store, and a removed result does not come in again by `add`.
        """
        gone: list[JSON] = []
        with self._lock, writing(self._db, self.path, WHAT):
            for id in ids:
                row = self._db.execute("SELECT * FROM entries WHERE id = ?", (id,)).fetchone()
                if row is not None:
                    gone.append([row["number"], _plain(_entry(row))])
                    self._take_out(row)
        return {"history": gone} if gone else None

    def put_back(self, beside: JSON, forward: bool = False) -> bool:
        """Undo (or, with `forward`, redo) a removal that a step of the document noted; whether it was one of ours.

        What comes back stands where it was.
        """
        noted: Any = beside.get("history") if isinstance(beside, dict) else None
        if not isinstance(noted, list):
            return False
        with self._lock, writing(self._db, self.path, WHAT):
            for number, plain in noted:
                entry = _from_plain(plain)
                row = self._db.execute("SELECT * FROM entries WHERE id = ?", (entry.id,)).fetchone()
                if forward and row is not None:
                    self._take_out(row)
                elif not forward and row is None:
                    self._db.execute("DELETE FROM removed WHERE id = ?", (entry.id,))
                    self._insert(entry, number)
        return True

    def _take_out(self, row: sqlite3.Row) -> None:
        self._unindex(row)
        self._db.execute("DELETE FROM concepts WHERE number = ?", (row["number"],))
        self._db.execute("DELETE FROM entries WHERE number = ?", (row["number"],))
        self._db.execute("INSERT OR IGNORE INTO removed VALUES (?)", (row["id"],))

    def missing(self, assets: AssetStore) -> Iterator[tuple[str, str]]:
        """Results whose pictures are no longer in the store: id and file."""
        with self._lock, reading(self.path, WHAT):
            rows = self._db.execute("SELECT id, images, masks FROM entries").fetchall()
        for row in rows:
            yield from ((row["id"], n) for n in json.loads(row["images"]) + json.loads(row["masks"]) if n not in assets)

    def _set(self, id: str, column: str, value: int) -> None:
        with self._lock, writing(self._db, self.path, WHAT):
            if not self._db.execute(f"UPDATE entries SET {column} = ? WHERE id = ?", (value, id)).rowcount:
                raise UserError("That result is no longer in the history.", "Choose another.")

    def _unindex(self, row: sqlite3.Row) -> None:
        self._db.execute(
            """INSERT INTO words (words, rowid, prompt, concepts, model, method, project, note)
               VALUES ('delete', ?, ?, ?, ?, ?, ?, ?)""",
            (row["number"], *_text(_entry(row))),
        )


def _number(query: Query) -> str:
    """The number of a row, read from where the query begins: the index of words gives its rows in this order already."""
    return "words.rowid" if match(query.words) else "number"


def _where(query: Query) -> tuple[str, list[Any]]:
    """FROM and WHERE, with at least one condition, and the values."""
    parts: list[tuple[str, Any]] = []
    source = "entries"
    if terms := match(query.words):
        # CROSS JOIN keeps the index of words outside, so that a page stops after its rows and nothing is collected first.
        source = "words CROSS JOIN entries ON entries.number = words.rowid"
        parts.append(("words MATCH ?", terms))
    elif query.words.strip():
        parts.append(("?", 0))  # only signs were typed: nothing fits
    if query.concept:
        parts.append(("number IN (SELECT number FROM concepts WHERE name = ?)", query.concept.casefold()))
    for column in ("model", "method", "project"):
        if value := getattr(query, column):
            parts.append((f"entries.{column} = ?", value))
    if query.since is not None:
        parts.append(("at >= ?", query.since))
    if query.until is not None:
        parts.append(("at < ?", query.until))
    if query.rating:
        parts.append(("rating > 0 AND rating >= ?", query.rating))
    clauses = [text for text, _ in parts] + (["pinned"] if query.pinned else [])
    return f"FROM {source} WHERE {' AND '.join(clauses) or '1'}", [value for _, value in parts]


def _text(entry: Entry) -> tuple[str, ...]:
    return entry.prompt, " ".join(entry.concepts), entry.model, entry.method, entry.project, entry.note


def _column(entry: Entry, name: str) -> Any:
    value = getattr(entry, name)
    if name not in _JSON:
        return value
    return json.dumps(list(value) if isinstance(value, tuple) else dict(value), ensure_ascii=False)


def _plain(entry: Entry) -> JSON:
    plain: JSON = json.loads(json.dumps(asdict(entry)))
    return plain


def _from_plain(plain: dict[str, Any]) -> Entry:
    known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items() if k in _COLUMNS}
    return Entry(**known)


def _entry(row: sqlite3.Row) -> Entry:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    for name in _JSON:
        loaded = json.loads(values[name])
        values[name] = tuple(loaded) if isinstance(loaded, list) else loaded
    values["pinned"] = bool(values["pinned"])
    return Entry(**values)
