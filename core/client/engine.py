"""The engine as the studio sees it: a process that is started, spoken to, and started again when it dies. No Qt here."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from pydantic import ValidationError

from core.contract.messages import (
    Answer,
    Ask,
    Cancel,
    Done,
    Failed,
    Ready,
    Stopped,
    Submit,
    ToEngine,
    ToStudio,
    decode,
    encode,
)

Listener = Callable[[ToStudio], None]
_LINES = 200
"""Lines of the engine's own output that are kept for a crash report."""
ROOT = Path(__file__).resolve().parents[2]


class Engine(Protocol):
    """What the studio needs of an engine: `EngineClient` is the real one, `FakeEngine` plays it."""

    on_message: Listener

    def start(self) -> None: ...
    def submit(self, job: Submit) -> None: ...
    def cancel(self, job: str) -> None: ...
    def ask(self, question: Ask) -> None: ...
    def renew(self, options: Sequence[str]) -> None: ...
    def close(self) -> None: ...
    @property
    def running(self) -> tuple[str, ...]: ...
    @property
    def ready(self) -> Ready | None: ...


class EngineClient:
    """Starts the worker and turns its lines into messages.

    `on_message` is called on a reader thread; without one, read `messages`. When the process ends by itself, every job
    it had gets a `Failed` with a plain sentence and a new process is started; a process that dies before its first
    `Ready` is not started again by itself, `failure` then says why. Questions get an `Answer` with a sentence then.
    """

    def __init__(
        self, assets: Path, on_message: Listener | None = None, *, options: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.messages: queue.SimpleQueue[ToStudio] = queue.SimpleQueue()
        self.on_message: Listener = on_message or self.messages.put
        self.lines: deque[str] = deque(maxlen=_LINES)
        self.failure = ""
        self.restarts = 0
        self._assets, self._options = assets, tuple(options)
        self._environment = {**os.environ, **(environment or {})}
        self._environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(ROOT), self._environment.get("PYTHONPATH", "")])
        )
        self._mutex = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._running: dict[str, bool] = {}
        """Jobs sent and not answered, and whether they were asked to stop."""
        self._asked: set[str] = set()
        """Questions sent and not answered."""
        self._ready: Ready | None = None
        self._closing = False
        self._renewing = False
        """The process was asked to end so that one with other options begins."""

    @property
    def options(self) -> tuple[str, ...]:
        """What the process is, or will next be, started with."""
        return self._options

    @property
    def running(self) -> tuple[str, ...]:
        with self._mutex:
            return tuple(self._running)

    @property
    def ready(self) -> Ready | None:
        """What the engine said of itself; None while it is starting."""
        return self._ready

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process if there is none."""
        with self._mutex:
            if self._process is not None and self._process.poll() is None:
                return
            self._closing, self._ready, self.failure = False, None, ""
            self.lines.clear()
            process = subprocess.Popen(
                [sys.executable, "-u", "-m", "core.engine.worker", "--assets", str(self._assets), *self._options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
            )
            self._process = process
            errors = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True, name="engine-log")
            errors.start()
            self._reader = threading.Thread(target=self._read, args=(process, errors), daemon=True, name="engine")
            self._reader.start()

    def submit(self, job: Submit) -> None:
        """Send a job; starts the process when there is none."""
        with self._mutex:
            self.start()
            self._running[job.job] = False
        self._send(job)

    def cancel(self, job: str) -> None:
        """Ask for a job to be stopped; answered by `Stopped` (or by its end, when it was faster)."""
        with self._mutex:
            if job not in self._running:
                return
            self._running[job] = True
        self._send(Cancel(job=job))

    def ask(self, question: Ask) -> None:
        """Send a question; one that is asked while the process starts waits for it."""
        with self._mutex:
            up = self._process is not None and self._process.poll() is None
            if up:
                self._asked.add(question.ask)
        if up:
            self._send(question)
        else:
            self.on_message(Answer(ask=question.ask, message=self.failure or "The engine is not running."))

    def renew(self, options: Sequence[str]) -> None:
        """End the process and start it with other options. Only between jobs: a job that runs would fail.

        The process ends by itself, as at the end of the program; its reader thread then starts the next one.
        """
        with self._mutex:
            self._options = tuple(options)
            process = self._process
            if process is None or process.poll() is not None:
                if not self._closing:
                    self.start()
                return
            self._ready, self._renewing = None, True
        if process.stdin is not None:
            with suppress(OSError):  # it is dead already
                process.stdin.close()

    def restart(self) -> None:
        """End the process now, whatever it does, and start another: the way out when a cancel takes too long."""
        with self._mutex:
            process = self._process
            if process is None or process.poll() is not None:
                return self.start()
            self._running = dict.fromkeys(self._running, True)
            process.kill()
            return None

    def close(self, patience: float = 5.0) -> None:
        """End the process: first by closing its input, after `patience` seconds by force."""
        with self._mutex:
            self._closing = True
            process, self._running = self._process, {}
            self._asked.clear()
        if process is None:
            return
        if process.stdin is not None:
            with suppress(OSError):  # it is dead already
                process.stdin.close()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join(patience)

    # --- threads ------------------------------------------------------------------------------------------------

    def _send(self, message: ToEngine) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        with suppress(OSError, ValueError):  # it died or was closed: its reader thread tells every job so
            process.stdin.write(encode(message))
            process.stdin.flush()

    def _read(self, process: "subprocess.Popen[bytes]", errors: threading.Thread) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                try:
                    message = decode(line)
                except ValidationError:
                    self.lines.append(f"not a message: {line[:200]!r}")
                    continue
                if not isinstance(message, Submit | Cancel | Ask):
                    self._take(message)
        process.wait()
        errors.join(1.0)
        self._ended(process)

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.lines.append(line.decode(errors="replace").rstrip())

    def _take(self, message: ToStudio) -> None:
        with self._mutex:
            if self._closing:
                return
            if isinstance(message, Ready):
                self._ready = None if self._renewing else message
            elif isinstance(message, Done | Failed | Stopped):
                self._running.pop(message.job, None)
            elif isinstance(message, Answer):
                self._asked.discard(message.ask)
        self.on_message(message)

    def _ended(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is not None:
            with suppress(OSError):  # unsent bytes of a dead process
                process.stdin.close()
        with self._mutex:
            if self._closing or process is not self._process:
                return
            jobs, self._running = self._running, {}
            questions, self._asked = self._asked, set()
            renewing, self._renewing = self._renewing, False
            was_up, self._ready, self._process = self._ready is not None or renewing, None, None
            why, detail = how_it_ended(process.returncode), "\n".join(self.lines)
            if not was_up:
                self.failure = f"The engine {why} before it was ready."
        for job, asked in jobs.items():
            sentence = (
                f"The engine {why} while it worked on this job; nothing that was saved is lost. Try the job again."
            )
            self.on_message(Stopped(job=job) if asked else Failed(job=job, message=sentence, detail=detail, fault=True))
        for ask in questions:
            self.on_message(Answer(ask=ask, message=f"The engine {why} before it answered. Ask again."))
        with self._mutex:
            if was_up and not self._closing:
                self.restarts += not renewing
                self.start()


def how_it_ended(code: int) -> str:
    """An exit code in words, to stand after "The engine"."""
    if code >= 0:
        return f"ended with code {code}" if code else "ended by itself"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return "was killed (SIGKILL; the system does that when memory runs out)"
    return f"crashed ({name})"
