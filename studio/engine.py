"""The engine and its queue as Qt objects: messages arrive as signals on the window's thread."""

import logging
import uuid
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from core.client.dispatcher import Dispatcher
from core.client.engine import Engine, EngineClient
from core.client.job import Job
from core.client.queue import JobQueue
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.messages import (
    Answer,
    Ask,
    Done,
    EstimateQuestion,
    Failed,
    Log,
    MasksQuestion,
    ModelsQuestion,
    Preview,
    Progress,
    Ready,
    Stopped,
    ToStudio,
)
from core.contract.method import MethodInfo, Outcome, Role
from studio.language import localized
from studio.settings import Settings

log = logging.getLogger(__name__)


def engine_options(settings: Settings) -> tuple[str, ...]:
    """What the settings mean for the engine's process."""
    folders = [word for folder in settings.model_folders for word in ("--folder", folder)]
    online = [] if settings.offline else ["--online"]
    return ("--device", settings.device, "--precision", settings.precision, *folders, *online)


class EngineLink(QObject):
    """Queue, engine and dispatcher behind signals.

    The engine's reader thread emits `_heard`; Qt brings it over to the thread of this object, so no slot of the window
    ever runs on another thread.
    """

    ready = Signal()
    """The engine is up (again): methods and models may have changed."""
    down = Signal(str)
    """It does not start; the sentence says why."""
    progress = Signal(str, str, int, int, float)
    """job, label, done, total (0 where unknown), seconds left (-1 where unknown)."""
    preview = Signal(str, str)
    """job, asset name."""
    mapped = Signal(str, str, str)
    """job, label, asset name: a live map, which is no picture in the making."""
    logged = Signal(str, str, dict)
    """job, text, numbers: points of a live curve."""
    done = Signal(str, object, float)
    """job, `Outcome`, seconds."""
    failed = Signal(str, str)
    stopped = Signal(str)
    queue_changed = Signal()
    answered = Signal(object)
    """An `Answer` to what `ask` asked."""
    told = Signal(str)
    """A sentence of the engine about itself: it runs otherwise than it was asked to."""
    renewing = Signal(bool)
    """True: the engine is started anew with other settings as soon as the running job has ended. False: it is done."""
    trouble = Signal(str)
    """The queue cannot be written (a full disk): what to do about it."""
    _heard = Signal(object)
    _trouble = Signal(str)

    def __init__(
        self, queue: JobQueue, engine: Engine, parent: QObject | None = None, *, dispatcher: Dispatcher | None = None
    ) -> None:
        super().__init__(parent)
        self.queue, self.engine = queue, engine
        self._next: EngineLink | None = None
        self._seen: tuple[int, int] | None = None
        self._told = ""
        self._translated: tuple[Ready, tuple[MethodInfo, ...]] | None = None
        self._heard.connect(self._take)
        self._trouble.connect(self.trouble)
        self.dispatcher = dispatcher or Dispatcher(queue, engine)
        self.dispatcher.hand_to(self._heard.emit, self._trouble.emit)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._poll)

    def start(self) -> None:
        """Start the engine process, unless it runs already or was handed on; returns at once."""
        if self._next is not None:
            return
        warm = self.engine.ready is not None
        self.dispatcher.start()
        self._timer.start()
        if warm:
            self.ready.emit()

    def successor(self) -> "EngineLink":
        """Hand the running engine on to a new link, for another window of this process; this one goes quiet.

        Every connection to this link dies with it, whoever made it: the new window starts with none. A message that is
        on its way goes on to the new link. The caller calls `start` on it.
        """
        self._timer.stop()
        link = EngineLink(self.queue, self.engine, dispatcher=self.dispatcher)
        self._next = link
        return link

    def close(self) -> None:
        """End the process; a job that runs goes back to waiting and begins again at the next start.

        Does nothing where the engine was handed on.
        """
        self._timer.stop()
        if self._next is None:
            self.dispatcher.close()

    @property
    def methods(self) -> tuple[MethodInfo, ...]:
        """What the engine can do, in the window's language; empty while it starts."""
        ready = self.engine.ready
        if ready is None:
            return ()
        if self._translated is None or self._translated[0] is not ready:
            self._translated = ready, tuple(localized(info) for info in ready.methods)
        return self._translated[1]

    @property
    def models(self) -> tuple[str, ...]:
        return self.engine.ready.models if self.engine.ready else ("pocket",)

    def method(self, id: str, role: Role | None = None) -> MethodInfo | None:
        """One method; a paper may have a task and a modifier under one id."""
        return next((m for m in self.methods if m.id == id and role in (None, m.role)), None)

    def submit(self, method: str, params: dict[str, JSON], model: str = "pocket", seed: int = 0) -> Job | None:
        """Put a job into the queue; None (and `trouble`) when the queue cannot be written."""
        try:
            job = self.queue.add(method, params, model, seed)
        except UserError as error:
            self.trouble.emit(str(error))
            return None
        self._poll()
        return job

    def ask(self, about: EstimateQuestion | MasksQuestion | ModelsQuestion) -> str:
        """Ask the engine something that is no job; gives the name that its `Answer` will bear."""
        question = Ask(ask=uuid.uuid4().hex, about=about)
        # Sent when this has returned, so that no answer comes before its name is known.
        QTimer.singleShot(0, self, lambda: self.engine.ask(question))
        return question.ask

    @property
    def busy(self) -> bool:
        """Whether a job of this window runs."""
        return self.dispatcher.current is not None

    @property
    def online(self) -> bool:
        """What the engine says of itself."""
        return self.engine.ready is not None and self.engine.ready.online

    def renew(self, options: Sequence[str]) -> bool:
        """Start the engine anew with other options, at once or, False, when the running job has ended. No job is lost."""
        at_once = self.dispatcher.renew(options)
        if not at_once:
            self.renewing.emit(True)
        self._poll()
        return at_once

    def cancel(self, job: str) -> None:
        self.dispatcher.cancel(job)
        self._poll()

    def retry(self, job: str) -> None:
        self._change(lambda: self.queue.retry(job))

    def move(self, job: str, before: str | None) -> None:
        """Let a waiting job run before another one (None: last)."""
        self._change(lambda: self.queue.move(job, before))

    def pause(self, job: str | None = None) -> None:
        """Hold back one waiting job, or the whole queue."""
        self._change(lambda: self.queue.pause(job))

    def resume(self, job: str | None = None) -> None:
        self._change(lambda: self.queue.resume(job))

    def clear(self) -> None:
        """Forget the jobs that ended."""
        self._change(lambda: self.queue.clear())

    def _change(self, what: Callable[[], object]) -> None:
        try:
            what()
        except UserError as error:
            self.trouble.emit(str(error))
        self._poll()

    def _poll(self) -> None:
        self.dispatcher.poll()
        failure = self.engine.failure if isinstance(self.engine, EngineClient) else ""
        if failure and failure != self._told:
            self.down.emit(failure)
        self._told = failure
        version = self.queue.version()
        if version != self._seen:
            self._seen = version
            self.queue_changed.emit()

    def _take(self, message: ToStudio) -> None:
        if self._next is not None:  # it was on its way when the engine was handed on
            self._next._take(message)
            return
        match message:
            case Ready():
                self.ready.emit()
                self.renewing.emit(self.dispatcher.renewing)
                if message.notice:
                    self.told.emit(message.notice)
            case Answer():
                if message.fault:
                    log.error("a question: %s\n%s", message.message, message.detail)
                self.answered.emit(message)
                return  # nothing in the queue changed
            case Progress():
                left = -1.0 if message.seconds_left is None else message.seconds_left
                self.progress.emit(message.job, message.label, message.done, message.total or 0, left)
            case Preview():
                if message.label:
                    self.mapped.emit(message.job, message.label, message.image)
                else:
                    self.preview.emit(message.job, message.image)
            case Log():
                self.logged.emit(message.job, message.text, message.numbers)
            case Done():
                outcome: Outcome = message.outcome
                self.done.emit(message.job, outcome, message.seconds)
            case Failed():
                if message.fault:
                    log.error("job %s: %s\n%s", message.job, message.message, message.detail)
                self.failed.emit(message.job, message.message)
            case Stopped():
                self.stopped.emit(message.job)
        self._poll()
