"""One entry of the queue."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from core.contract.fields import JSON
from core.contract.messages import Submit
from core.contract.method import Outcome

OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.WAITING, State.PAUSED)
CLOSED = (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Job:
    """What was asked for and how it went. Times are seconds since the epoch."""

    id: str
    method: str
    params: dict[str, JSON]
    model: str
    seed: int
    state: State
    position: int
    """Place among the others; lower runs first."""
    attempts: int = 0
    """How often it was begun."""
    created: float = 0.0
    started: float | None = None
    finished: float | None = None
    outcome: Outcome | None = None
    message: str = ""
    """Why it failed, in one sentence."""
    detail: str = ""
    fault: bool = False
    owner: str = ""
    stop: bool = False
    """Somebody asked for it to be stopped while it runs."""

    @property
    def seconds(self) -> float | None:
        """How long its last attempt took."""
        if self.started is None or self.finished is None:
            return None
        return self.finished - self.started

    def submit(self) -> Submit:
        """The message that begins it."""
        return Submit(job=self.id, method=self.method, params=self.params, model=self.model, seed=self.seed)


@dataclass(frozen=True)
class Event:
    """One line of the history, which is only ever added to."""

    number: int
    job: str
    at: float
    what: str
    """added, started, done, failed, cancelled, paused, resumed, retried, interrupted, released, moved, stop"""
    data: dict[str, Any] = field(default_factory=dict)
