"""What the two processes say to each other: one JSON object per line."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.contract.fields import JSON, ImageRef, MaskRef, Point
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


class EstimateQuestion(_Message):
    """What would this job take? Answered in a moment, also while another job runs."""

    kind: Literal["estimate"] = "estimate"
    method: str
    params: dict[str, JSON]
    model: str = "pocket"


class MasksQuestion(_Message):
    """Which masks fit these clicks? Waits until a running job has ended; a newer one takes its place."""

    kind: Literal["masks"] = "masks"
    picture: ImageRef
    points: tuple[Point, ...] = ()
    """On the thing; x, y in pixels of the picture."""
    outside: tuple[Point, ...] = ()
    weights: str = ""
    """A SAM file or folder, or `pocket`; empty: the models folder, then the embedded one."""


class ModelsQuestion(_Message):
    """Which models lie in the model folders, and which are gone or elsewhere? Reads and hashes files, so it may take long."""

    kind: Literal["models"] = "models"
    folders: tuple[str, ...] = ()
    """Looked through beside the program's own folder."""


Question = Annotated[EstimateQuestion | MasksQuestion | ModelsQuestion, Field(discriminator="kind")]


class Ask(_Message):
    """A question that is no job: it is in no queue, and is forgotten with the process. Answered by one `Answer`."""

    type: Literal["ask"] = "ask"
    ask: str
    about: Question


class Unknown(StrEnum):
    """Why nothing is known of a job beforehand, in words that the window translates."""

    NEVER_RUN = "It has not run on this machine yet."
    NOT_LOADED = "This model has not been loaded yet."
    BUSY = "It is computed when the running job has ended."
    NOT_MEASURED = "This size was not measured yet."


class EstimateAnswer(_Message):
    """None where it is not known."""

    kind: Literal["estimate"] = "estimate"
    source: Literal["measured", "scaled", "computed", "unknown"]
    """`measured`: the same job ran here; `scaled`: from runs with other numbers; `computed`: from the speed of the model."""
    seconds: float | None = None
    loading: float | None = None
    """Seconds to load the model first, where it is not loaded."""
    bytes: int | None = None
    """Most memory that is taken, weights included."""
    free: int | None = None
    """Bytes that may be taken now."""
    runs: int = 0
    """Earlier runs that it rests on."""
    note: str = ""
    """Why it is not known, or a way of running that was chosen (a smaller plan)."""


class MasksAnswer(_Message):
    kind: Literal["masks"] = "masks"
    masks: tuple[MaskRef, ...]
    """Best first, at most three, of the picture's size."""
    scores: tuple[float, ...]
    note: str = ""


class ModelRow(_Message):
    """One model of the folders."""

    path: str
    family: str
    """`unknown` where it cannot be told."""
    content: str = ""
    """`checkpoint`, `folder`, `lora`, ...; empty where it cannot be told."""
    bytes: int = 0
    hash: str = ""
    """SHA-256 of the file; of a folder, that of its U-Net."""
    state: Literal["here", "missing", "moved"] = "here"
    moved_to: str = ""
    problem: str = ""


class ModelsAnswer(_Message):
    kind: Literal["models"] = "models"
    rows: tuple[ModelRow, ...]


class Answer(_Message):
    """The answer to an `Ask`: what was said, or one sentence why not; neither, when a newer question took its place."""

    type: Literal["answer"] = "answer"
    ask: str
    said: Annotated[EstimateAnswer | MasksAnswer | ModelsAnswer, Field(discriminator="kind")] | None = None
    message: str = ""
    detail: str = ""
    fault: bool = False


class Ready(_Message):
    """The engine is up: what it can do and where it runs."""

    type: Literal["ready"] = "ready"
    methods: tuple[MethodInfo, ...]
    device: str
    free_memory: int
    """Bytes."""
    models: tuple[str, ...]
    online: bool = False
    """Whether it may download."""
    notice: str = ""
    """One sentence when it does not run as it was asked to (no such device)."""


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
    label: str = ""
    """What it shows where it is no picture in the making: a live map of words, of owners."""


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


ToEngine = Submit | Cancel | Ask
ToStudio = Ready | Progress | Preview | Log | Done | Failed | Stopped | Answer
_ADAPTER: TypeAdapter[ToEngine | ToStudio] = TypeAdapter(
    Annotated[ToEngine | ToStudio, Field(discriminator="type")],
)


def encode(message: ToEngine | ToStudio) -> bytes:
    """One line of JSON, with its line end."""
    return message.model_dump_json().encode() + b"\n"


def decode(line: bytes) -> ToEngine | ToStudio:
    """Raises `pydantic.ValidationError` for anything that is not a message."""
    return _ADAPTER.validate_json(line)
