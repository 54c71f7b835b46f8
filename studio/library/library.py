"""The concept library: what a person says about learned concepts, and how they are found.

The concept itself is a file in the asset store and never changes; the library keeps its versions, name, strength, colour,
notes and tags. Every change gives what was before and what is now, as plain values: a step of the document notes them
(`Document.edit(..., beside=change.beside)`), and undo hands them to `put_back`.
"""

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON, ConceptRef, ImageRef
from studio.history.database import match, open_database, reading, writing
from studio.library.reading import read_concept

FORMAT = 1
WHAT = "concept library"
COLORS = ("#e8743b", "#3b8ee8", "#4caf6d", "#b35fd1", "#d9a521", "#d94f70", "#2fa8a0", "#8a7f6c")
"""Given in turn, the least used first; a person may choose another."""
_TABLES = (
    """CREATE TABLE concepts (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, word TEXT NOT NULL,
        at REAL NOT NULL, record TEXT NOT NULL)""",
    "CREATE INDEX by_word ON concepts (word)",
    "CREATE TABLE tags (tag TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (tag, number)) WITHOUT ROWID",
    "CREATE TABLE files (ref TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE words USING fts5 (text, tokenize="unicode61 remove_diacritics 2", prefix='2 3')""",
)


@dataclass(frozen=True)
class Version:
    """One learning of a concept."""

    ref: ConceptRef
    at: float
    method: str = ""
    base: str = ""
    note: str = ""


@dataclass(frozen=True)
class Concept:
    """A card of the library strip."""

    id: str
    name: str
    word: str
    """Its placeholder in prompts."""
    category: str = ""
    color: str = ""
    strength: float = 1.0
    """It is used with, when nothing else is said."""
    versions: tuple[Version, ...] = ()
    """The oldest first."""
    chosen: ConceptRef = ""
    """The version that is used."""
    pictures: tuple[ImageRef, ...] = ()
    partners: tuple[str, ...] = ()
    notes: str = ""
    tags: tuple[str, ...] = ()
    vectors: int = 0
    """Tokens its word takes."""
    at: float = field(default_factory=time.time)

    @property
    def version(self) -> Version | None:
        return next((v for v in self.versions if v.ref == self.chosen), None)

    @property
    def prompt(self) -> str:
        """How it is called for: the word before its class."""
        return f"{self.word} {self.category}".strip()


@dataclass(frozen=True)
class Change:
    """A concept before and after; None: it was not, or is no longer, in the library."""

    before: Concept | None
    after: Concept | None

    @property
    def beside(self) -> JSON:
        """For the document's step."""
        return {"library": [_plain(self.before), _plain(self.after)]}


class Library:
    """The file. Every method may be called from any thread and from two windows."""

    def __init__(self, path: Path, assets: AssetStore) -> None:
        """Raises UserError when the file is newer than the program or cannot be written."""
        self.path, self.assets = path, assets
        self._lock = threading.RLock()
        self._db, self.notice = open_database(path, WHAT, FORMAT, _TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add(self, ref: ConceptRef, note: str = "", color: str = "") -> Change:
        """Take a learned concept in; one of the same word and class gets a further version, which is chosen.

        Raises:
            UserError: the file is missing or is no concept.
        """
        about = read_concept(self.assets.path(ref))
        version = Version(ref, time.time(), about.method, about.base, note)
        with self._lock, writing(self._db, self.path, WHAT):
            known = self._of(ref)
            if known is not None:
                return Change(known, known)
            rows = self._db.execute("SELECT record FROM concepts WHERE word = ?", (about.word,)).fetchall()
            same = [c for c in map(_record, rows) if c.category == about.category]
            if same:
                before: Concept | None = same[0]
                after = replace(same[0], versions=(*same[0].versions, version), chosen=ref, vectors=about.vectors)
            else:
                before = None
                after = Concept(uuid.uuid4().hex[:12], about.name, about.word, about.category, color or self._color(),
                                versions=(version,), chosen=ref, pictures=about.pictures, partners=about.partners,
                                vectors=about.vectors)  # fmt: skip
            self._write(after)
        return Change(before, after)

    def get(self, id: str) -> Concept:
        """Raises UserError when it is not there."""
        with self._lock, reading(self.path, WHAT):
            return self._get(id)

    def of(self, ref: ConceptRef) -> Concept | None:
        """The concept that a file is a version of."""
        with self._lock, reading(self.path, WHAT):
            return self._of(ref)

    def search(self, words: str = "", tags: Sequence[str] = (), category: str = "") -> list[Concept]:
        """The newest first; words may be beginnings of name, word, class, method, tags and notes."""
        clauses, values = [], list[Any]()
        if terms := match(words):
            clauses.append("number IN (SELECT rowid FROM words WHERE words MATCH ?)")
            values.append(terms)
        elif words.strip():
            return []
        for tag in tags:
            clauses.append("number IN (SELECT number FROM tags WHERE tag = ?)")
            values.append(tag.casefold())
        where = "WHERE " + " AND ".join(clauses) if clauses else ""
        with self._lock, reading(self.path, WHAT):
            rows = self._db.execute(f"SELECT record FROM concepts {where} ORDER BY at DESC, number DESC", values)
            found = [_record(row) for row in rows]
        return [c for c in found if not category or c.category == category]

    def tags(self) -> list[tuple[str, int]]:
        """All tags with how many concepts have them."""
        with self._lock, reading(self.path, WHAT):
            return [tuple(r) for r in self._db.execute("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag")]

    def rename(self, id: str, name: str) -> Change:
        """Its name for people; the word in prompts stays."""
        if not name.strip():
            raise UserError("A concept needs a name.", "Type one.")
        return self._change(id, name=name.strip())

    def set_strength(self, id: str, strength: float) -> Change:
        """From -2 to 2."""
        if not -2 <= strength <= 2:
            raise UserError(f"A strength of {strength:g} is not possible.", "Choose from -2 to 2.")
        return self._change(id, strength=float(strength))

    def set_color(self, id: str, color: str) -> Change:
        return self._change(id, color=color)

    def set_notes(self, id: str, notes: str) -> Change:
        return self._change(id, notes=notes)

    def set_tags(self, id: str, tags: Iterable[str]) -> Change:
        """Each once, whatever its case."""
        clean = {tag.strip().casefold(): tag.strip() for tag in reversed(list(tags)) if tag.strip()}
        return self._change(id, tags=tuple(sorted(clean.values(), key=str.casefold)))

    def choose(self, id: str, ref: ConceptRef) -> Change:
        """Use another version."""
        if all(v.ref != ref for v in self.get(id).versions):
            raise UserError("That version does not belong to the concept.", "Choose one of its versions.")
        return self._change(id, chosen=ref)

    def remove(self, id: str) -> Change:
        """Out of the library; its files stay in the store, so undo brings it back."""
        with self._lock, writing(self._db, self.path, WHAT):
            before = self._get(id)
            self._take_out(before)
        return Change(before, None)

    def put_back(self, beside: JSON, forward: bool = False) -> bool:
        """Undo (or, with `forward`, redo) a change that a step of the document noted; whether it was one of ours."""
        pair = beside.get("library") if isinstance(beside, dict) else None
        if not isinstance(pair, list) or len(pair) != 2:
            return False
        wanted, other = (_concept(p) for p in (reversed(pair) if forward else pair))
        with self._lock, writing(self._db, self.path, WHAT):
            if wanted is not None:
                self._write(wanted)
                self._set_aside(other)
            elif other is not None:
                self._take_out(other)
        return True

    def discover(self) -> list[ConceptRef]:
        """Concept files of the store that the library does not know: learned by another program, or before it began."""
        with self._lock, reading(self.path, WHAT):
            known = {row[0] for row in self._db.execute("SELECT ref FROM files")}
        return [
            name
            for name in self.assets.names()
            if name.endswith(".safetensors") and name not in known and "word" in self.assets.origin(name)
        ]

    def missing(self) -> list[Concept]:
        """Concepts whose chosen file is no longer in the store."""
        return [c for c in self.search() if c.chosen not in self.assets]

    def _change(self, id: str, **values: Any) -> Change:
        with self._lock, writing(self._db, self.path, WHAT):
            before = self._get(id)
            after = replace(before, **values)
            if after != before:
                self._write(after)
        return Change(before, after)

    def _get(self, id: str) -> Concept:
        row = self._db.execute("SELECT record FROM concepts WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise UserError("That concept is no longer in the library.", "Choose another, or undo its removal.")
        return _record(row)

    def _of(self, ref: ConceptRef) -> Concept | None:
        row = self._db.execute(
            "SELECT record FROM concepts JOIN files USING (number) WHERE files.ref = ?", (ref,)
        ).fetchone()
        return _record(row) if row else None

    def _color(self) -> str:
        used = [_record(row).color for row in self._db.execute("SELECT record FROM concepts")]
        return min(COLORS, key=lambda color: (used.count(color), COLORS.index(color)))

    def _write(self, concept: Concept) -> None:
        self._delete(concept.id)
        text = json.dumps(_plain(concept), ensure_ascii=False)
        done = self._db.execute("INSERT INTO concepts (id, word, at, record) VALUES (?, ?, ?, ?)",
                                (concept.id, concept.word, concept.at, text))  # fmt: skip
        number = done.lastrowid
        words = [concept.name, concept.word, concept.category, concept.notes, *concept.tags]
        words += [v.method for v in concept.versions] + [v.note for v in concept.versions]
        self._db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, " ".join(words)))
        self._db.executemany("INSERT INTO tags VALUES (?, ?)", {(t.casefold(), number) for t in concept.tags})
        self._db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", [(v.ref, number) for v in concept.versions])

    def _take_out(self, concept: Concept) -> None:
        self._delete(concept.id)
        self._set_aside(concept)

    def _set_aside(self, concept: Concept | None) -> None:
        """Files that belong to no concept any more stay known: `discover` must not bring back what was removed or undone."""
        refs = [(v.ref,) for v in concept.versions] if concept else []
        self._db.executemany("INSERT OR IGNORE INTO files VALUES (?, 0)", refs)

    def _delete(self, id: str) -> None:
        row = self._db.execute("SELECT number FROM concepts WHERE id = ?", (id,)).fetchone()
        if row is not None:
            self._db.execute("DELETE FROM words WHERE rowid = ?", tuple(row))
            for table in ("tags", "files", "concepts"):
                self._db.execute(f"DELETE FROM {table} WHERE number = ?", tuple(row))


def _plain(concept: Concept | None) -> JSON:
    if concept is None:
        return None
    plain: JSON = json.loads(json.dumps(asdict(concept)))
    return plain


def _record(row: sqlite3.Row) -> Concept:
    found = _concept(json.loads(row[0]))
    assert found is not None
    return found


def _concept(plain: Any) -> Concept | None:
    if plain is None:
        return None
    known = {f.name for f in fields(Concept)}
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items() if k in known}
    values["versions"] = tuple(Version(**v) for v in plain.get("versions", ()))
    return Concept(**values)
