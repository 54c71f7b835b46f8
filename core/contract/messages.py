"""What the two processes say to each other: one JSON object per line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.contract.fields import JSON
from core.contract.method import MethodInfo, Outcome


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Submit(_Message):
    """Run a method. Answered by progress and then one of `Done`, `Failed`, `Stopped`."""

    type: Literal["submit"] = "submit"
    job: str
    method: str
    params: dict[str, JSON]
    model: str = "pocket"
    seed: int = 0


class Cancel(_Message):
    type: Literal["cancel"] = "cancel"
    job: str


class Ready(_Message):
    """The engine is up: what it can do and where it runs."""

    type: Literal["ready"] = "ready"
    methods: tuple[MethodInfo, ...]
    device: str
    free_memory: int
    """Bytes."""
    models: tuple[str, ...]


class Progress(_Message):
    type: Literal["progress"] = "progress"
    job: str
    label: str
    done: int
    total: int | None
    seconds_left: float | None


class Preview(_Message):
    type: Literal["preview"] = "preview"
    job: str
    image: str
    """Asset name of a small picture."""


class Log(_Message):
    type: Literal["log"] = "log"
    job: str
    text: str
    numbers: dict[str, float] = {}


class Done(_Message):
    type: Literal["done"] = "done"
    job: str
    outcome: Outcome
    seconds: float


class Failed(_Message):
    type: Literal["failed"] = "failed"
    job: str
    message: str
    """One sentence for the person."""
    detail: str = ""
    """Traceback, for the log panel."""
    fault: bool = False
    """True when it is a bug of ours, not bad input."""


class Stopped(_Message):
    """The answer to `Cancel`."""

    type: Literal["stopped"] = "stopped"
    job: str


ToEngine = Submit | Cancel
ToStudio = Ready | Progress | Preview | Log | Done | Failed | Stopped
_ADAPTER: TypeAdapter[ToEngine | ToStudio] = TypeAdapter(
    Annotated[ToEngine | ToStudio, Field(discriminator="type")],
)


def encode(message: ToEngine | ToStudio) -> bytes:
    """One line of JSON, with its line end."""
    return message.model_dump_json().encode() + b"\n"


def decode(line: bytes) -> ToEngine | ToStudio:
    """Raises `pydantic.ValidationError` for anything that is not a message."""
    return _ADAPTER.validate_json(line)
