"""The jobs of a person, in one SQLite file that two processes may use and either may die on."""

import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.client.job import CLOSED, OPEN, OUTCOME, Event, Job, State
from core.client.lock import FileLock
from core.client.storage import open_database, transaction
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.method import Outcome

MOST_ATTEMPTS = 3
"""A job that was running each time its process died is not begun a fourth time by itself: it may be the cause."""


class JobQueue:
    """An ordered list of jobs, claimed by transaction. Every method is safe from any thread."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open or begin the queue. `notice` says when an unreadable file was kept aside.

        Raises:
            UserError: the file cannot be opened at all.
        """
        self.path = path
        self._clock = clock
        self._mutex = threading.RLock()
        self._connection, self.notice = open_database(path)
        self.owner = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        # The system frees this lock when the process dies: that, and not a process number, says who is alive.
        self._alive = FileLock(self._lock_path(self.owner))
        self._alive.take()
        self.recover()

    def close(self) -> None:
        """Leave. Jobs of ours that still run go back to waiting."""
        with self._mutex:
            if self._connection is not None:
                for job in self.jobs(State.RUNNING):
                    if job.owner == self.owner:
                        self.release(job.id)
                self._connection.close()
                self._alive.free(remove=True)

    # --- what is there ------------------------------------------------------------------------------------------

    def jobs(self, *states: State) -> tuple[Job, ...]:
        """All jobs in their order, or those in some states."""
        chosen = states or tuple(State)
        marks = ",".join("?" * len(chosen))
        rows = self._read(f"SELECT * FROM jobs WHERE state IN ({marks}) ORDER BY position", chosen)
        return tuple(_job(row) for row in rows)

    def get(self, id: str) -> Job:
        """Raises `UserError` when there is no such job."""
        rows = self._read("SELECT * FROM jobs WHERE id = ?", (id,))
        if not rows:
            raise UserError(f"There is no job '{id}' in the queue.")
        return _job(rows[0])

    def history(self, id: str | None = None) -> tuple[Event, ...]:
        """Everything that ever happened, or what happened to one job, oldest first."""
        where, values = ("WHERE job = ?", (id,)) if id is not None else ("", ())
        rows = self._read(f"SELECT * FROM history {where} ORDER BY number", values)
        return tuple(Event(r["number"], r["job"], r["at"], r["what"], json.loads(r["data"])) for r in rows)

    @property
    def paused(self) -> bool:
        """Whether no job is begun at present."""
        return bool(self._read("SELECT 1 FROM switches WHERE name = 'paused' AND value", ()))

    def version(self) -> tuple[int, int]:
        """Changes whenever anything in the queue does, here or in another process."""
        with self._mutex:
            return self._connection.execute("PRAGMA data_version").fetchone()[0], self._connection.total_changes

    # --- what a person does -------------------------------------------------------------------------------------

    def add(self, method: str, params: Mapping[str, JSON], model: str = "pocket", seed: int = 0) -> Job:
        """A new job at the end."""
        id = uuid.uuid4().hex
        with self._write() as db:
            db.execute(
                "INSERT INTO jobs (id, method, params, model, seed, state, position, created) "
                "VALUES (?, ?, ?, ?, ?, 'waiting', (SELECT COALESCE(MAX(position), 0) + 1 FROM jobs), ?)",
                (id, method, json.dumps(dict(params)), model, seed, self._clock()),
            )
            self._note(db, id, "added", method=method, params=dict(params), model=model, seed=seed)
        return self.get(id)

    def move(self, id: str, before: str | None = None) -> None:
        """Put a job before another one, or at the end."""
        with self._write() as db:
            order = [row["id"] for row in db.execute("SELECT id FROM jobs ORDER BY position")]
            for name in (id, before):
                if name is not None and name not in order:
                    raise UserError(f"There is no job '{name}' in the queue.")
            if id == before:
                return
            order.remove(id)
            order.insert(len(order) if before is None else order.index(before), id)
            db.executemany("UPDATE jobs SET position = ? WHERE id = ?", [(i, name) for i, name in enumerate(order, 1)])
            self._note(db, id, "moved", before=before)

    def pause(self, id: str | None = None) -> None:
        """Hold one waiting job back, or begin none at all; a running job goes on."""
        if id is None:
            return self._switch(True)
        return self._change(id, (State.WAITING,), State.PAUSED, "paused", "Only a waiting job can be paused")

    def resume(self, id: str | None = None) -> None:
        if id is None:
            return self._switch(False)
        return self._change(id, (State.PAUSED,), State.WAITING, "resumed", "Only a paused job can be resumed")

    def cancel(self, id: str) -> bool:
        """Take a job out. False when it runs: then its owner is asked to stop it (see `stops`)."""
        with self._write() as db:
            if self._set(db, id, OPEN, "state = 'cancelled', finished = ?", (self._clock(),)):
                self._note(db, id, "cancelled")
                return True
            if self._set(db, id, (State.RUNNING,), "stop = 1"):
                self._note(db, id, "stop")
                return False
        raise UserError(f"The job is {self.get(id).state} already.")

    def retry(self, id: str) -> None:
        """Begin a failed or cancelled job again, at the end."""
        with self._write() as db:
            again = (
                "state = 'waiting', message = '', detail = '', fault = 0, started = NULL, finished = NULL, owner = '', "
                "stop = 0, attempts = 0, position = (SELECT MAX(position) + 1 FROM jobs)"
            )
            if self._set(db, id, (State.FAILED, State.CANCELLED), again):
                self._note(db, id, "retried")
                return
        raise UserError(f"The job is {self.get(id).state}; only a failed or cancelled job can be tried again.")

    def clear(self) -> int:
        """Take the finished jobs off the list (the history keeps them); gives how many."""
        marks = ",".join("?" * len(CLOSED))
        with self._write() as db:
            return db.execute(f"DELETE FROM jobs WHERE state IN ({marks})", CLOSED).rowcount

    # --- what the process that runs them does ---------------------------------------------------------------------

    def next(self) -> Job | None:
        """Claim the first waiting job: it is ours and running now, and this is its next attempt. None when none is due."""
        self.recover()
        with self._write() as db:
            if db.execute("SELECT 1 FROM switches WHERE name = 'paused' AND value").fetchone():
                return None
            row = db.execute("SELECT id FROM jobs WHERE state = 'waiting' ORDER BY position LIMIT 1").fetchone()
            if row is None:
                return None
            claim = "state = 'running', owner = ?, started = ?, finished = NULL, attempts = attempts + 1, stop = 0"
            self._set(db, row["id"], (State.WAITING,), claim, (self.owner, self._clock()))
            self._note(db, row["id"], "started", owner=self.owner)
        return self.get(row["id"])

    def finish(self, id: str, outcome: Outcome) -> bool:
        """Ours is done. False when it is not running under our name (nothing is changed then)."""
        data = OUTCOME.dump_python(outcome, mode="json")
        text = json.dumps(data)
        return self._end(id, "done", "state = 'done', outcome = ?", (text,), outcome=data)

    def fail(self, id: str, message: str, detail: str = "", fault: bool = False) -> bool:
        change = "state = 'failed', message = ?, detail = ?, fault = ?"
        return self._end(id, "failed", change, (message, detail, int(fault)), message=message, fault=fault)

    def stopped(self, id: str) -> bool:
        """Ours was stopped on request."""
        return self._end(id, "cancelled", "state = 'cancelled'", ())

    def release(self, id: str) -> bool:
        """Ours was not finished; somebody may begin it again."""
        return self._end(id, "released", "state = 'waiting', owner = ''", ())

    def stops(self) -> tuple[str, ...]:
        """Running jobs of ours that somebody, here or in another process, wants stopped."""
        rows = self._read("SELECT id FROM jobs WHERE state = 'running' AND stop AND owner = ?", (self.owner,))
        return tuple(row["id"] for row in rows)

    def recover(self) -> tuple[str, ...]:
        """Put jobs whose process died back to waiting; the attempt that died counts, once. Gives their ids.

        After `MOST_ATTEMPTS` a job fails in words instead: it may be what ends the process.
        """
        rows = self._read("SELECT DISTINCT owner FROM jobs WHERE state = 'running' AND owner != ?", (self.owner,))
        found: list[str] = []
        for owner in (row["owner"] for row in rows):
            lock = FileLock(self._lock_path(owner))
            if not lock.take():
                continue  # alive
            try:
                found += self._take_over(owner)
            finally:
                lock.free(remove=True)
        return tuple(found)

    def _take_over(self, owner: str) -> list[str]:
        with self._write() as db:
            rows = db.execute(
                "SELECT id, attempts, stop FROM jobs WHERE state = 'running' AND owner = ?", (owner,)
            ).fetchall()
            for row in rows:
                id, attempts = row["id"], row["attempts"]
                self._note(db, id, "interrupted", owner=owner, attempt=attempts)
                if row["stop"]:
                    self._set(db, id, (State.RUNNING,), "state = 'cancelled', owner = ''")
                elif attempts < MOST_ATTEMPTS:
                    self._set(db, id, (State.RUNNING,), "state = 'waiting', owner = ''")
                else:
                    message = f"The program ended {attempts} times while this job ran; it was not begun again. Retry it by hand."
                    self._set(db, id, (State.RUNNING,), "state = 'failed', owner = '', message = ?", (message,))
                    self._note(db, id, "failed", message=message)
        return [row["id"] for row in rows]

    # --- the database ---------------------------------------------------------------------------------------------

    def _lock_path(self, owner: str) -> Path:
        return self.path.with_name(self.path.name + ".owners") / f"{owner}.lock"

    def _read(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        with self._mutex:
            return self._connection.execute(query, tuple(values)).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._mutex, transaction(self._connection, self.path) as db:
            yield db

    def _note(self, db: sqlite3.Connection, id: str, what: str, **data: Any) -> None:
        db.execute(
            "INSERT INTO history (job, at, what, data) VALUES (?, ?, ?, ?)", (id, self._clock(), what, json.dumps(data))
        )

    @staticmethod
    def _set(db: sqlite3.Connection, id: str, states: Sequence[State], change: str, values: Sequence[Any] = ()) -> bool:
        marks = ",".join("?" * len(states))
        done = db.execute(f"UPDATE jobs SET {change} WHERE id = ? AND state IN ({marks})", (*values, id, *states))
        return done.rowcount == 1

    def _change(self, id: str, states: Sequence[State], to: State, what: str, otherwise: str) -> None:
        with self._write() as db:
            if self._set(db, id, states, "state = ?", (to,)):
                self._note(db, id, what)
                return
        raise UserError(f"{otherwise}; this one is {self.get(id).state}.")

    def _switch(self, paused: bool) -> None:
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO switches VALUES ('paused', ?)", (int(paused),))
            self._note(db, "", "paused" if paused else "resumed")

    def _end(self, id: str, what: str, change: str, values: Sequence[Any], **data: Any) -> bool:
        with self._write() as db:
            query = f"UPDATE jobs SET {change}, finished = ? WHERE id = ? AND state = 'running' AND owner = ?"
            ours = db.execute(query, (*values, self._clock(), id, self.owner)).rowcount == 1
            if ours:
                self._note(db, id, what, **data)
        return ours


def _job(row: sqlite3.Row) -> Job:
    data = {key: row[key] for key in row.keys()}  # noqa: SIM118 - a Row is no mapping
    data["params"] = json.loads(data["params"])
    data["state"] = State(data["state"])
    data["outcome"] = OUTCOME.validate_json(data["outcome"]) if data["outcome"] else None
    data["fault"], data["stop"] = bool(data["fault"]), bool(data["stop"])
    return Job(**data)
