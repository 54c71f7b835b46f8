"""Feeds the engine from the queue, one job at a time, and writes down how each ended. No Qt, no thread of its own."""

import threading
from collections.abc import Callable, Sequence

from core.client.engine import Engine, Listener
from core.client.queue import JobQueue
from core.contract.errors import UserError
from core.contract.messages import Done, Failed, Ready, Stopped, ToStudio


class Dispatcher:
    """Joins a queue and an engine.

    Call `poll` about once a second: it notices jobs left by a process that died, stops asked for by another process,
    and answers that could not be written down because the disk was full. `listener` hears every message afterwards;
    `on_trouble` gets the sentence when the queue cannot be written.
    """

    def __init__(
        self, queue: JobQueue, engine: Engine, listener: Listener | None = None,
        on_trouble: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.queue = queue
        self.engine = engine
        self.current: str | None = None
        self._listener = listener
        self._on_trouble = on_trouble
        self._unsaved: list[Done | Failed | Stopped] = []
        self._stopping: set[str] = set()
        self._options: tuple[str, ...] | None = None
        """What the engine is to be started anew with, as soon as no job runs."""
        self._mutex = threading.RLock()
        self._closed = False
        engine.on_message = self._take

    def start(self) -> None:
        self.engine.start()
        self.poll()

    def hand_to(self, listener: Listener, on_trouble: Callable[[str], None]) -> None:
        """Let somebody else hear the messages from now on."""
        with self._mutex:
            self._listener, self._on_trouble = listener, on_trouble

    def poll(self) -> None:
        """Look at the queue again; quick when there is nothing to do."""
        with self._mutex:
            if self._closed:
                return
            self._save()
            for job in self.queue.stops():
                if job == self.current and job not in self._stopping:
                    self._stopping.add(job)
                    self.engine.cancel(job)
            self._feed()

    def cancel(self, job: str) -> None:
        """Take a waiting job out, or stop the running one."""
        if not self.queue.cancel(job):
            self.poll()

    def renew(self, options: Sequence[str]) -> bool:
        """Start the engine anew with other options, between two jobs; False when a running job must end first."""
        with self._mutex:
            self._options = tuple(options)
            at_once = self.current is None
        self.poll()
        return at_once

    @property
    def renewing(self) -> bool:
        """Whether a restart waits for the running job."""
        return self._options is not None

    def close(self) -> None:
        """Let go of the engine; a job that still runs goes back to waiting."""
        with self._mutex:
            self._closed = True
            job, self.current = self.current, None
        self.engine.close()
        with self._mutex:
            self._save()
            if job is not None:
                self.queue.release(job)

    def _feed(self) -> None:
        if self._options is not None and self.current is None and not self._unsaved:
            options, self._options = self._options, None
            return self.engine.renew(options)
        if self.current is not None or self._unsaved or self.engine.ready is None:
            return None
        try:
            job = self.queue.next()
        except UserError as error:
            return self._tell(error)
        if job is not None:
            self.current = job.id
            self.engine.submit(job.submit())
        return None

    def _take(self, message: ToStudio) -> None:
        with self._mutex:
            if self._closed:
                return
            ended = isinstance(message, Done | Failed | Stopped)
            if isinstance(message, Done | Failed | Stopped):
                self._unsaved.append(message)
                self._stopping.discard(message.job)
                if message.job == self.current:
                    self.current = None
                self._save()
        if self._listener is not None:
            self._listener(message)
        if ended or isinstance(message, Ready):
            self.poll()

    def _save(self) -> None:
        """Write down how jobs ended; what cannot be written is kept and tried again."""
        while self._unsaved:
            message = self._unsaved[0]
            try:
                if isinstance(message, Done):
                    self.queue.finish(message.job, message.outcome)
                elif isinstance(message, Failed):
                    self.queue.fail(message.job, message.message, message.detail, message.fault)
                else:
                    self.queue.stopped(message.job)
            except UserError as error:
                return self._tell(error)
            self._unsaved.pop(0)
        return None

    def _tell(self, error: UserError) -> None:
        if self._on_trouble is not None:
            self._on_trouble(str(error))
