"""The engine process: `python -m core.engine.worker --assets DIR`.

One JSON message per line on standard input and output. Jobs run one at a time in the main thread, and so do questions that
need a model, between two jobs; a reader thread takes in what the studio says, and questions that need none are answered on
threads of their own while a job runs. The end of the input ends the process. Nothing heavy is imported before the real
output stream is put aside, so a chatty library cannot break the conversation.
"""

import os
import sys

if __name__ == "__main__":  # what huggingface_hub reads when it is imported, and what our own loading asks
    os.environ["HF_HUB_OFFLINE"] = "0" if "--online" in sys.argv else "1"
    os.environ["CONCEPT_STUDIO_ONLINE"] = "1" if "--online" in sys.argv else "0"

import argparse
import errno
import importlib
import io
import json
import logging
import math
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from core.contract.assets import AssetStore, disk_error
from core.contract.errors import Cancelled, UserError
from core.contract.messages import (
    Answer,
    Ask,
    Cancel,
    Done,
    Failed,
    Log,
    Preview,
    Progress,
    Ready,
    Stopped,
    Submit,
    ToStudio,
    decode,
    encode,
)
from core.contract.method import Outcome

if TYPE_CHECKING:
    from PIL import Image

    from core.engine.performance import Stage

Perform = Callable[[Submit, "Speaker"], Outcome]
Reply = Callable[[Ask, bool], Answer | None]
"""Answers a question. With True the main thread asks, between two jobs; with False a job may be running, and None leaves the
question to the main thread."""
_PROGRESS_GAP = 0.1
"""Seconds between progress messages of one label; the first and the last always go out."""
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
_PREVIEW_SIDE = 256
"""Longest side of a preview in pixels."""
_PATIENCE = 10.0
"""Seconds a job gets to come to its next item after the studio has gone."""


class Line:
    """The conversation: messages out, and in through a thread."""

    def __init__(self, source: BinaryIO, target: int) -> None:
        self._source = source
        self._target = target
        self._sending = threading.Lock()
        self._mutex = threading.Lock()
        self._known: set[str] = set()
        self._stopped: set[str] = set()
        self._newest: dict[str, str] = {}
        """The last question of each kind."""
        self.jobs: queue.SimpleQueue[Submit | Ask | None] = queue.SimpleQueue()
        self.reply: Reply | None = None
        """Known once the engine is up; questions that came before wait in `jobs`."""
        self.busy = False
        """Whether a job runs."""
        self.gone = False

    def listen(self) -> None:
        threading.Thread(target=self._listen, daemon=True, name="reader").start()

    def send(self, message: ToStudio) -> None:
        data = encode(message)
        with self._sending:
            try:
                while data:
                    data = data[os.write(self._target, data) :]
            except OSError:
                self.gone = True  # nobody listens any more

    def cancelled(self, job: str) -> bool:
        with self._mutex:
            return self.gone or job in self._stopped

    def outdated(self, question: Ask) -> bool:
        """Whether a newer question of its kind came."""
        with self._mutex:
            return self._newest.get(question.about.kind) != question.ask

    def forget(self, job: str) -> None:
        with self._mutex:
            self._known.discard(job)
            self._stopped.discard(job)

    def _listen(self) -> None:
        for line in self._source:
            self._take(line)
        self.gone = True
        self.jobs.put(None)
        # A job notices at its next item. One that does not come to it must not outlive the studio; every file is
        # written whole or not at all, so ending here loses nothing that was saved.
        time.sleep(_PATIENCE)
        os._exit(0)

    def _take(self, line: bytes) -> None:
        try:
            message = decode(line)
        except ValidationError as error:
            logging.getLogger(__name__).warning("not a message: %r (%s)", line[:200], error)
            job = _job_of(line)
            if job:
                self.send(
                    Failed(job=job, message="The engine did not understand this job.", detail=str(error), fault=True)
                )
            return
        if isinstance(message, Submit):
            with self._mutex:
                self._known.add(message.job)
            self.jobs.put(message)
        elif isinstance(message, Cancel):
            with self._mutex:
                if message.job in self._known:
                    self._stopped.add(message.job)
        elif isinstance(message, Ask):
            with self._mutex:
                self._newest[message.about.kind] = message.ask
            if self.reply is None:
                self.jobs.put(message)
            else:
                threading.Thread(target=self._aside, args=(message, self.reply), daemon=True, name="question").start()

    def _aside(self, question: Ask, reply: Reply) -> None:
        """Answer beside the job that runs, or leave it to the main thread."""
        answer = answer_for(question, partial(reply, question, False))
        if answer is None:
            self.jobs.put(question)
        else:
            self.send(answer)


def _job_of(line: bytes) -> str:
    try:
        data = json.loads(line)
    except ValueError:
        return ""
    return str(data.get("job", "")) if isinstance(data, dict) else ""


class Speaker:
    """Hears a run and tells the studio: progress and previews no faster than a person can follow."""

    def __init__(self, line: Line, job: str, assets: AssetStore) -> None:
        self.job = job
        self.previews: list[str] = []
        self._line = line
        self._assets = assets
        self._label = ""
        self._last = 0.0

    def progress(self, label: str, done: int, total: int | None, seconds_left: float | None) -> None:
        now = time.monotonic()
        if label == self._label and done != total and now - self._last < _PROGRESS_GAP:
            return
        self._label, self._last = label, now
        self._line.send(Progress(job=self.job, label=label, done=done, total=total, seconds_left=seconds_left))

    def preview(self, picture: "Image.Image", label: str = "") -> None:
        from PIL.PngImagePlugin import PngInfo

        small = picture.copy()
        # A live map is a strip with a field for each word: as high as a preview, wider.
        small.thumbnail((_PREVIEW_SIDE * (4 if label else 1), _PREVIEW_SIDE))
        # The job in the file makes it differ from every kept picture, so that it can be thrown away safely.
        about, buffer = PngInfo(), io.BytesIO()
        about.add_text("preview", self.job)
        small.save(buffer, "PNG", pnginfo=about, compress_level=1)
        name = self._assets.put(buffer.getvalue(), "png")
        self.previews.append(name)
        self._line.send(Preview(job=self.job, image=name, label=label))

    def log(self, text: str, numbers: dict[str, float]) -> None:
        finite = {name: float(value) for name, value in numbers.items() if math.isfinite(value)}
        odd = [name for name in numbers if name not in finite]
        if odd:
            text = f"{text} ({', '.join(odd)} not finite)".strip()
        self._line.send(Log(job=self.job, text=text, numbers=finite))

    def cancelled(self) -> bool:
        return self._line.cancelled(self.job)


def work(line: Line, perform: Perform, assets: AssetStore) -> None:
    """Run jobs until the studio hangs up."""
    old: list[str] = []
    while (submit := line.jobs.get()) is not None and not line.gone:
        if isinstance(submit, Ask):
            line.send(_between(line, submit))
            continue
        _discard(assets, old)
        speaker = Speaker(line, submit.job, assets)
        line.busy = True
        answer = answer_to(submit, speaker, perform)
        line.busy = False
        old = speaker.previews
        line.forget(submit.job)
        line.send(answer)
    _discard(assets, old)


def _between(line: Line, question: Ask) -> Answer:
    """Answer a question on the main thread; one that was replaced meanwhile gets an empty answer."""
    if line.outdated(question) or line.reply is None:
        return Answer(ask=question.ask)
    return answer_for(question, partial(line.reply, question, True)) or Answer(ask=question.ask)


def answer_for(question: Ask, reply: Callable[[], Answer | None]) -> Answer | None:
    """The answer; nothing that a question raises leaves this function."""
    try:
        return reply()
    except UserError as error:
        return Answer(ask=question.ask, message=str(error), detail=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - the outermost place: a fault of ours becomes an answer
        text = (
            _NO_MEMORY if out_of_memory(error) else f"This is a fault of the program: {type(error).__name__}: {error}"
        )
        return Answer(ask=question.ask, message=text, detail=traceback.format_exc(), fault=text != _NO_MEMORY)


def answer_to(submit: Submit, speaker: Speaker, perform: Perform) -> ToStudio:
    """Run one job and say how it ended; nothing a job raises leaves this function."""
    job, began = submit.job, time.monotonic()
    try:
        if speaker.cancelled():
            return Stopped(job=job)
        return Done(job=job, outcome=perform(submit, speaker), seconds=time.monotonic() - began)
    except Cancelled:
        return Stopped(job=job)
    except UserError as error:
        return Failed(job=job, message=str(error), detail=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - the outermost place: a fault of ours becomes a message
        detail = traceback.format_exc()
        if out_of_memory(error):
            return Failed(job=job, message=_NO_MEMORY, detail=detail)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Failed(job=job, message=str(disk_error(Path(error.filename or "the result"), error)), detail=detail)
        text = f"This is a fault of the program: {type(error).__name__}: {error}"
        return Failed(job=job, message=text, detail=detail, fault=True)


_NO_MEMORY = (
    "There is not enough memory for this job. Choose a smaller size or fewer pictures, or close other programs."
)


def out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that memory ran out: ours, torch's, or a driver's text."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    words = ("out of memory", "can't allocate memory", "not enough memory", "CUBLAS_STATUS_ALLOC_FAILED")
    return isinstance(error, RuntimeError) and any(word in str(error) for word in words)


def _discard(assets: AssetStore, names: Sequence[str]) -> None:
    for name in set(names):
        if name in assets:
            assets.path(name).unlink(missing_ok=True)


def take_standard_output() -> int:
    """The real output stream for the protocol; everything printed from now on goes to the log (standard error)."""
    target = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return target


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="core.engine.worker", description="The engine process.")
    parser.add_argument("--assets", type=Path, required=True, help="folder of stored files")
    parser.add_argument("--online", action="store_true", help="allow downloads from the model hub")
    parser.add_argument("--fake", action="store_true", help="practice jobs only, without torch")
    parser.add_argument("--import", dest="modules", action="append", default=[], help="one more module with methods")
    parser.add_argument("--models", type=int, default=1, help="models kept in memory")
    parser.add_argument("--cache", type=Path, default=None, help="folder of measurements")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where to compute")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="of generating; trainings stay float32")
    parser.add_argument("--folder", dest="folders", action="append", default=[], help="one more folder with models")
    options = parser.parse_args(arguments)
    line = Line(sys.stdin.buffer, take_standard_output())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches both; the studio decides
    line.listen()
    assets = AssetStore(options.assets)
    assets.sweep()
    perform, line.reply, ready = _fake(assets) if options.fake else _real(assets, options, line)
    line.send(ready.model_copy(update={"online": options.online}))
    work(line, perform, assets)
    sys.stderr.flush()
    os._exit(0)  # daemon threads of libraries must not hold the end up


def _fake(assets: AssetStore) -> tuple[Perform, Reply, Ready]:
    from core.client.drill import INFO, drill, reply

    ready = Ready(methods=(INFO,), device="fake", free_memory=0, models=())
    return lambda submit, speaker: drill(submit, speaker, assets), reply, ready


def _real(assets: AssetStore, options: Any, line: Line) -> tuple[Perform, Reply, Ready]:
    from core.engine.home import measurements
    from core.engine.performance import Stage
    from core.engine.questions import Desk
    from core.engine.registry import methods

    for module in options.modules:
        importlib.import_module(module)
    stage = Stage(
        assets, capacity=options.models, measurements=options.cache or measurements(), device=options.device,
        precision=options.precision, folders=options.folders,
    )  # fmt: skip
    infos = tuple(m.info for m in methods())
    ready = Ready(
        methods=infos, device=stage.device, free_memory=stage.free_memory(), models=stage.models(), notice=stage.notice
    )
    return partial(_perform, stage), Desk(stage, lambda: line.busy or not line.jobs.empty()).reply, ready


def _perform(stage: "Stage", submit: Submit, speaker: Speaker) -> Outcome:
    """Run a job; the scores of an evaluation also become rows beside the assets, where the window reads them."""
    from core.client.scores import FILE
    from core.engine.evaluations import keep_scores

    outcome = stage.perform(submit, speaker)
    try:
        keep_scores(submit, outcome, stage.assets, stage.assets.root.parent / FILE)
    except UserError as error:  # the measurement itself may have taken hours and is not thrown away
        speaker.log(str(error), {})
        return replace(outcome, note="\n".join(filter(None, [outcome.note, str(error)])))
    return outcome


if __name__ == "__main__":
    sys.exit(main())
