"""Practice jobs without torch, for `worker --fake`: what a job can do to a process, on demand."""

import os
import time
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Protocol

from core.contract.assets import AssetStore
from core.contract.errors import Cancelled, UserError
from core.contract.fields import Help, Range
from core.contract.messages import Answer, Ask, EstimateAnswer, EstimateQuestion, Submit
from core.contract.method import Kind, MethodInfo, Outcome, Provenance, Role
from core.contract.params import Params, describe, from_json

ID = "fake.drill"


class Listener(Protocol):
    """The part of a run's listener that needs no picture."""

    def progress(self, label: str, done: int, total: int | None, seconds_left: float | None) -> None: ...
    def log(self, text: str, numbers: dict[str, float]) -> None: ...
    def cancelled(self) -> bool: ...


class DrillParams(Params):
    items: Annotated[int, Range(0, 100_000), Help("How many items to go through")] = 3
    pause: Annotated[float, Range(0, 60), Help("Seconds per item")] = 0.0
    size: Annotated[int, Range(0, 10_000_000), Help("Bytes of the file stored per item; 0 stores none")] = 0
    end: Annotated[
        Literal["done", "refuse", "fault", "crash", "memory", "chatter"], Help("What happens after the last item")
    ] = "done"


INFO = MethodInfo(
    ID, "Drill", Kind.EVALUATE, Role.TASK, (), "", Provenance.OURS, "A practice job.", "A practice job.",
    describe(DrillParams),
)  # fmt: skip


def drill(submit: Submit, listener: Listener, assets: AssetStore) -> Outcome:
    """Go through the items, store a file for each, and end as asked."""
    if submit.method != ID:
        raise UserError(f"There is no task '{submit.method}'.", f"The practice engine knows {ID}.")
    params = from_json(DrillParams, submit.params)
    files = []
    for item in _track(range(params.items), listener):
        time.sleep(params.pause)
        if params.size:
            head = f"{submit.job} {submit.seed} {item}\n".encode()
            files.append(assets.put(head.ljust(params.size, b"."), "bin", {"job": submit.job, "item": item}))
    _end(params.end, listener)
    return Outcome(images=tuple(files), note=f"{params.items} items")


def reply(question: Ask, between: bool) -> Answer | None:
    """Estimates at once; clicks between two jobs, with a sentence; nothing else is known."""
    about = question.about
    if isinstance(about, EstimateQuestion):
        params = from_json(DrillParams, about.params)
        said = EstimateAnswer(source="computed", seconds=params.items * params.pause, bytes=params.size)
        return Answer(ask=question.ask, said=said)
    if not between:
        return None
    raise UserError("The practice engine knows no masks and no models.", "Start the engine without --fake.")


def _track(items: Iterable[int], listener: Listener) -> Iterator[int]:
    for done, item in enumerate(items):
        if listener.cancelled():
            raise Cancelled
        listener.progress("Drill", done, None, None)
        yield item


def _end(how: str, listener: Listener) -> None:
    if how == "refuse":
        raise UserError("The drill was refused.", "Ask for another end.")
    if how == "fault":
        raise KeyError("a fault of the drill")
    if how == "memory":
        raise MemoryError
    if how == "crash":
        os.abort()
    if how == "chatter":
        os.write(1, b"a library prints to standard output\n")
        listener.log("not a number", {"loss": float("nan"), "rate": 0.5})
