"""Scores as rows of a database that the engine writes and the studio's compare view reads; no torch, no Qt.

    with ScoreStore(home / "scores.sqlite") as store:
        store.add(rows)                                  # one transaction: a measured set is there whole or not at all
        store.has(recipe, pictures)                      # a batch goes on where it stopped
        store.search("cat clip", method="evaluate.concept_fidelity", measured=True)

A row is a `ScoreRow`. `recipe` is the hash of the method and its parameters, `pictures` the hash of what was measured:
the same pair measured again replaces its rows, so a table never counts one measurement twice.
"""

import hashlib
import json
import math
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.contract.database import atomic, trouble
from core.contract.errors import UserError

FORMAT = 1
FILE = "scores.sqlite"
"""Its name in the folder of the program's own files."""
_BUSY = 20.0
"""Seconds to wait for another process before giving up."""


@dataclass(frozen=True)
class ScoreRow:
    """One score of one set."""

    run: str
    """What was measured, in the person's words: a folder's name, a job, a model."""
    method: str
    """The score task's id."""
    score: str
    """The score's name, such as `CLIP-T`."""
    what: str = ""
    """What it is about: a concept, a pair; empty for the whole set."""
    judge: str = ""
    value: float | None = None
    """None where it was not measured; `reason` then says why."""
    n: int = 0
    low: float | None = None
    high: float | None = None
    reason: str = ""
    remark: str = ""
    recipe: str = ""
    """Hash of the method and its parameters (`recipe_hash`)."""
    pictures: str = ""
    """Hash over the measured files' hashes (`pictures_hash`)."""
    params: str = "{}"
    """The parameters as JSON, to do it again."""
    at: float = 0.0
    """Seconds since 1970."""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError(f"'{self.score}' has neither a value nor a reason")
        if any(v is not None and not math.isfinite(v) for v in (self.value, self.low, self.high)):
            raise ValueError(f"'{self.score}' is not a finite number")


COLUMNS = tuple(f.name for f in fields(ScoreRow))
_SEARCHED = ("run", "method", "score", "what", "judge", "reason", "remark")
_TYPES = {"value": "REAL", "low": "REAL", "high": "REAL", "n": "INTEGER NOT NULL", "at": "REAL NOT NULL"}
_KEY = "recipe, pictures, method, run, score, what, judge"


def recipe_hash(method: str, params: Mapping[str, Any]) -> str:
    """A name for "this method with these parameters"."""
    return hashlib.sha256(json.dumps([method, params], sort_keys=True).encode()).hexdigest()


def pictures_hash(hashes: Iterable[str]) -> str:
    """A name for a set of files, given the hash of each (with its place in the set where that matters); order-free."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


class ScoreStore:
    """The database file. Several processes may have it open: readers never wait for the writer (WAL)."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            UserError: the folder cannot be written, or the file is no score store, damaged, or of a newer program.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"The scores '{path}' cannot be opened: {error.strerror}.",
                            "Choose another folder.") from error  # fmt: skip
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._sentence(error) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._connection.close()
            raise self._sentence(error) from error
        except UserError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.row_factory = sqlite3.Row
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise UserError(f"The scores '{self.path.name}' were written by a newer version of the program.",
                            "Update the program or name another file.")  # fmt: skip
        tables = [r[0] for r in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if tables and "scores" not in tables:
            raise UserError(f"'{self.path.name}' is a database of something else ({tables[0]}).", "Name another file.")
        self._connection.execute("PRAGMA journal_mode=WAL")
        columns = ", ".join(f"{c} {_TYPES.get(c, 'TEXT NOT NULL')}" for c in COLUMNS)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS scores ({columns}, PRIMARY KEY ({_KEY}))")
        self._connection.execute("CREATE INDEX IF NOT EXISTS scores_of ON scores (method, score, at)")
        self._connection.execute(f"PRAGMA user_version={FORMAT}")
        self._connection.execute("COMMIT")

    def add(self, rows: Sequence[ScoreRow]) -> None:
        """Keep the rows of one measurement; what was known of the same recipe, pictures and run goes.

        Raises:
            UserError: the disk is full or the file is held; nothing was changed.
        """
        now = time.time()
        marks = ", ".join("?" * len(COLUMNS))
        try:
            with atomic(self._connection):
                for recipe, pictures, method, run in {(r.recipe, r.pictures, r.method, r.run) for r in rows}:
                    self._connection.execute(
                        "DELETE FROM scores WHERE recipe = ? AND pictures = ? AND method = ? AND run = ?",
                        (recipe, pictures, method, run),
                    )
                self._connection.executemany(
                    f"INSERT INTO scores ({', '.join(COLUMNS)}) VALUES ({marks})",
                    [tuple({**asdict(r), "at": r.at or now}[c] for c in COLUMNS) for r in rows],
                )
        except sqlite3.IntegrityError as error:
            raise ValueError(f"two rows of one name in a measurement: {error}") from error
        except sqlite3.Error as error:
            raise self._sentence(error) from error

    def has(self, recipe: str, pictures: str) -> bool:
        """Whether these pictures were measured with this recipe."""
        asked = "SELECT 1 FROM scores WHERE recipe = ? AND pictures = ? LIMIT 1"
        return bool(self._all(asked, (recipe, pictures)))

    def search(
        self, words: str = "", *, method: str = "", run: str = "", score: str = "", recipe: str = "", pictures: str = "",
        measured: bool | None = None, limit: int = 10_000,
    ) -> list[ScoreRow]:  # fmt: skip
        """Rows, newest measurement first and in their order within it.

        Args:
            words: all of them must occur, anywhere in a row's texts, in any case.
            method, run, score, recipe, pictures: exactly these; empty for any.
            measured: True for values only, False for what is not measured only.
        """
        where, given = ["1"], list[Any]()
        for column, value in (
            ("method", method),
            ("run", run),
            ("score", score),
            ("recipe", recipe),
            ("pictures", pictures),
        ):
            if value:
                where.append(f"{column} = ?")
                given.append(value)
        for word in words.split():
            # instr has no wildcards: a person may look for "100 %".
            where.append("(" + " OR ".join(f"instr(lower({c}), lower(?))" for c in _SEARCHED) + ")")
            given += [word] * len(_SEARCHED)
        if measured is not None:
            where.append(f"value IS {'NOT ' * measured}NULL")
        asked = f"SELECT {', '.join(COLUMNS)} FROM scores WHERE {' AND '.join(where)} ORDER BY at DESC, rowid LIMIT ?"
        return [ScoreRow(**dict(row)) for row in self._all(asked, (*given, limit))]

    def remove(self, run: str) -> int:
        """Forget all rows of a run; gives their number."""
        try:
            return self._connection.execute("DELETE FROM scores WHERE run = ?", (run,)).rowcount
        except sqlite3.Error as error:
            raise self._sentence(error) from error

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _all(self, asked: str, given: Sequence[Any]) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(asked, tuple(given)).fetchall()
        except sqlite3.Error as error:
            raise self._sentence(error) from error

    def _sentence(self, error: sqlite3.Error) -> UserError:
        kind = trouble(error)
        if kind == "full":
            return UserError(f"The disk is full: the scores '{self.path.name}' could not be saved.",
                             "Nothing old was lost; free some space and try again.")  # fmt: skip
        if kind == "held":
            return UserError(f"The scores '{self.path.name}' are held by another program.", "Close it and try again.")
        if kind == "damaged":
            return UserError(f"'{self.path.name}' is damaged or no database of scores.",
                             "Rename it; a new one is begun then.")  # fmt: skip
        return UserError(f"The scores '{self.path}' cannot be used: {error}.", "Check the folder's permissions.")
