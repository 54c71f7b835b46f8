"""Random kills of window and engine while a monkey works; what is found after each restart must be what was left.

The promises that are checked, from the log that the dead process left (`studio.bench.log`) and a copy of its folder:

- no edit older than two seconds is missing; the document opens, every pixel of it can be read, undo and redo lead back;
- no job is missing from the queue, none says something else than when it was put in, none was cancelled by nobody;
- the library holds what it held;
- every file that document, queue and history name is in the store, and its bytes are what its name says.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.client.engine import ROOT
from core.client.job import Job, State
from core.client.queue import JobQueue
from core.contract.assets import AssetStore
from core.contract.errors import UserError
from studio import places
from studio.bench.log import Reader
from studio.bench.monkey import LIBRARY, digest, job_digest, library_digests
from studio.document.autosave import Document
from studio.document.journal import Journal
from studio.document.storage import JOURNAL
from studio.document.tree import encode
from studio.history.history import History
from studio.library.library import Library

HISTORY = "history.sqlite"
"""Where the window keeps its results."""
OLD = 2.0
"""Seconds after which an edit may not be lost."""
ACTS = 200
START = 240.0
"""Seconds a window, and then its engine, gets to come up; a busy machine is slow."""
DRY = 600.0
"""Seconds the queue gets to run dry in the end."""
_EXCUSES = ("was killed (SIGKILL", "The program ended")
"""How a job's failure begins or goes on when a kill was the reason."""


@dataclass
class Found:
    """What a soak found."""

    seed: int
    differences: list[str] = field(default_factory=list)
    """Each with seed and step."""
    acts: int = 0
    window_kills: int = 0
    engine_kills: int = 0
    jobs: int = 0
    done: int = 0
    oldest: float = 0.0
    """Seconds: the greatest age of an edit that was lost."""
    heavy: list[str] = field(default_factory=list)
    """Modules in a window process that do not belong there."""

    def text(self) -> str:
        return (
            f"seed {self.seed}: {self.acts} acts, {self.window_kills} kills of the window, {self.engine_kills} of the engine, "
            f"{self.jobs} jobs ({self.done} done), oldest lost edit {self.oldest:.2f} s, {len(self.differences)} differences"
        )


class Life:
    """One window process, from its start to its death, and the log it writes."""

    def __init__(self, number: int, log: Path, process: "subprocess.Popen[bytes]") -> None:
        self.number, self.log, self.process = number, log, process
        self.lines = Reader(log).lines

    def acts(self) -> int:
        return len(self.lines("end"))

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Whether it came true before the process ended or the time was over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until():
                return True
            if self.process.poll() is not None:
                return until()
            time.sleep(0.05)
        return False


class Soak:
    """Lives of a window on one folder. `tell` hears what goes on, a line at a time."""

    def __init__(self, home: Path, seed: int, tell: Callable[[str], object] = lambda text: None) -> None:
        self.home, self.tell = home, tell
        self.random = random.Random(seed)
        self.found = Found(seed)
        self.jobs: dict[str, str] = {}
        """Every job that was put in, with what was asked for."""
        self.cancelled: set[str] = set()
        self.lives = 0

    def run(self, acts: int = ACTS, kills: int = 3, minutes: float = 0.0) -> Found:
        """At least so many acts and kills of the window, and so many minutes; then a quiet end that is checked, too."""
        end = time.monotonic() + 60 * minutes
        while self.found.window_kills < kills or time.monotonic() < end:
            share = max(20, (acts - self.found.acts) // (1 + max(0, kills - self.found.window_kills)))
            if not self._life(self.random.randrange(share // 2 + 1, share + share // 2 + 1)):
                return self.found
        self._last(max(10, acts - self.found.acts))
        return self.found

    def _start(self, count: int) -> Life:
        self.lives += 1
        log = self.home / "logs" / f"{self.lives}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        process = start_child("monkey", self.home, log, self.random.randrange(10**6), count)
        return Life(self.lives, log, process)

    def _life(self, acts: int) -> bool:
        """A window that is killed after about so many acts; in every second one the engine is killed before."""
        life = self._start(10**6)
        try:
            if not life.wait(lambda: bool(life.lines("open")), START):
                self._differ(life, f"the window did not open (exit code {life.process.poll()})")
                return False
            if life.number % 2 and life.wait(lambda: bool(life.lines("ready")), START):
                self._kill_engine(life)
            seen = life.acts()
            life.wait(lambda: life.acts() >= seen + acts, START)
            time.sleep(self.random.uniform(0, 0.5))
            if life.process.poll() is not None:
                self._differ(life, f"the window ended by itself with code {life.process.returncode}")
        finally:
            killed = time.time()
            life.process.kill()
            life.process.wait()
        self.found.window_kills += 1
        self._look(life, killed)
        return True

    def _kill_engine(self, life: Life) -> None:
        """While a job runs when one comes soon; the window must start another engine."""
        life.wait(lambda: bool(life.lines("job")), 10)
        time.sleep(self.random.uniform(0, 0.6))
        pid = life.lines("ready")[-1]["pid"]
        if life.process.poll() is None:
            os.kill(pid, signal.SIGKILL)
            self.found.engine_kills += 1
            if not life.wait(lambda: life.lines("ready")[-1]["pid"] != pid, START):
                self._differ(life, "the engine did not come up again after it was killed")

    def _last(self, acts: int) -> None:
        """All acts, then the queue runs dry and the window is closed like a person does."""
        life = self._start(acts)
        try:
            life.wait(lambda: False, START + DRY)
            if life.process.poll() is None:
                waiting = life.lines()[-1]
                self._differ(life, f"the queue did not run dry within {START + DRY:.0f} s; last: {waiting}")
        finally:
            life.process.kill()
            code = life.process.wait()
        closed = life.lines("closed")
        if code or not closed:
            self._differ(life, f"the window was closed with code {code}")
        self._look(life, time.time(), quiet=True)
        for line in closed:
            self.found.heavy += line["heavy"]

    # --- looking ----------------------------------------------------------------------------------------------------

    def _look(self, life: Life, killed: float, quiet: bool = False) -> None:
        """Everything that must be true after a process has ended."""
        lines = life.lines()
        self.found.acts += life.acts()
        self.jobs |= {line["id"]: line["digest"] for line in lines if line["what"] == "job"}
        self.cancelled |= {line["id"] for line in lines if line["what"] == "cancel"}
        for line in life.lines("open"):
            self.found.heavy += line["heavy"]
            if life.number > 1 and not line["recovered"]:
                self._differ(life, "the window did not say that the last session had ended without closing")
            if Path(line["folder"]) != self._project(self.home):
                self._differ(life, f"another project was opened: {line['folder']}")
        for line in lines:
            if line["what"] in ("trouble", "down", "fault"):
                self._differ(life, "\n  ".join([f"told: {line['text']}", *line.get("lines", ())]))
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "home"
            # The next window works on the folder itself; looking must not mend anything before it does.
            shutil.copytree(self.home, copy, ignore=shutil.ignore_patterns("assets", "logs", "*.lock"))
            for part in (self._document, self._queue, self._library, self._history):
                for text in part(copy, lines, killed, quiet):
                    self._differ(life, text)
        self.tell(f"life {life.number}: {self.found.text()}")

    def _document(self, home: Path, lines: list[dict[str, Any]], killed: float, quiet: bool) -> Iterator[str]:
        folder = self._project(home)
        try:
            journal = Journal(folder / JOURNAL)
            last = journal.last()
            damage = journal.check()
            journal.close()
            if damage:
                yield damage
            with Document.open(folder) as document:
                state, position = digest(encode(document.project)), document.position
                yield from self._walk(document)
                yield from self._files(document)
        except UserError as error:
            yield f"the document does not load: {error}"
            return
        states = [line for line in lines if line["what"] in ("state", "open")]
        missing = {n: s for n, s in enumerate(states) if s.get("step", 0) > last}
        same = [n for n, s in enumerate(states) if s["state"] == state and s["position"] == position]
        if same:
            missing |= dict(enumerate(states[same[-1] + 1 :], same[-1] + 1))
        elif not (states and last > states[-1].get("step", 0)) and lines[-1]["what"] != "begin":
            yield f"step {position} has a state that it never had"
        age = killed - min((s["at"] for s in missing.values()), default=killed)
        self.found.oldest = max(self.found.oldest, age)
        if age > (0 if quiet else OLD):
            yield f"{len(missing)} edits are missing, the oldest was {age:.2f} s old (step {position} of {last})"
        if quiet and document.recovered:
            yield "closing was not noted"

    def _walk(self, document: Document) -> Iterator[str]:
        """Undo far back and redo: every value on the way can be made, and the way leads back."""
        before, steps = document.project, 0
        while steps < 40 and document.undo():
            steps += 1
        for _ in range(steps):
            document.redo()
        if document.project != before:
            yield f"{steps} steps of undo and redo do not lead back"

    def _files(self, document: Document) -> Iterator[str]:
        assets = self._assets
        for layer in document.project.layers:
            if layer.pixels is not None:
                layer.pixels.array()
            if layer.source and layer.source not in assets:
                yield f"the layer '{layer.name}' names a file that is not in the store"

    def _queue(self, home: Path, lines: list[dict[str, Any]], _killed: float, quiet: bool) -> Iterator[str]:
        queue = JobQueue(home / places.queue().name)
        try:
            if queue.notice:
                yield queue.notice
            there = {job.id: job for job in queue.jobs()}
            events: dict[str, str] = {}
            for event in queue.history():
                if event.what not in ("moved", "stop"):
                    events[event.job] = event.what
        finally:
            queue.close()
        for id, asked in self.jobs.items():
            if id not in there:
                yield f"the job {id[:8]} is missing"
            elif job_digest(there[id]) != asked:
                yield f"the job {id[:8]} asks for something else"
        heard = {line["id"] for line in lines if line["what"] == "finished"}
        for job in there.values():
            yield from self._job(job, events.get(job.id, ""), quiet)
            if job.id in heard and job.state != State.DONE:
                yield f"the job {job.id[:8]} was done and is {job.state}"
        self.found.jobs = len(there)
        self.found.done = sum(job.state == State.DONE for job in there.values())

    def _job(self, job: Job, event: str, quiet: bool) -> Iterator[str]:
        """State and history of one job agree, and its files are there."""
        expected = {
            State.DONE: {"done"}, State.FAILED: {"failed"}, State.CANCELLED: {"cancelled", "interrupted"},
            State.WAITING: {"added", "resumed", "retried", "interrupted", "released"}, State.PAUSED: {"paused"},
            State.RUNNING: {"started"},
        }[job.state]  # fmt: skip
        if event not in expected:
            yield f"the job {job.id[:8]} is {job.state}, its history says {event or 'nothing'}"
        if job.state == State.CANCELLED and job.id not in self.cancelled:
            yield f"the job {job.id[:8]} was cancelled by nobody"
        if job.state == State.FAILED and not any(text in job.message for text in _EXCUSES):
            yield f"the job {job.id[:8]} failed: {job.message}"
        if quiet and job.state not in (State.DONE, State.FAILED, State.CANCELLED):
            yield f"the job {job.id[:8]} is still {job.state}"
        for name in (*job.outcome.images, *job.outcome.masks) if job.outcome else ():
            if name not in self._assets:
                yield f"the job {job.id[:8]} is done, and its picture is not in the store"

    def _library(self, home: Path, lines: list[dict[str, Any]], _killed: float, quiet: bool) -> Iterator[str]:
        logged = [line["library"] for line in lines if line["what"] in ("open", "end")]
        name = next((line["library_file"] for line in lines if line["what"] == "open"), LIBRARY)
        path = home / name
        if not path.is_file():
            if logged and logged[-1]:
                yield "the library is gone"
            return
        library = Library(path, self._assets)
        try:
            if library.notice:
                yield library.notice
            now, was = library_digests(library), logged[-1] if logged else {}
            if library.missing():
                yield "a concept's file is not in the store"
        finally:
            library.close()
        differ = {id for id in {*now, *was} if now.get(id) != was.get(id)}
        in_flight = bool(lines) and lines[-1]["what"] not in ("end", "dry", "closed") and not quiet
        if len(differ) > (8 if in_flight else 0):
            yield f"{len(differ)} concepts of the library are not what they were"

    def _history(self, home: Path, _lines: list[dict[str, Any]], _killed: float, quiet: bool) -> Iterator[str]:
        """The store is whole; the history names only what is in it and, in the end, has every picture that was made."""
        for name in self._assets.damaged() if quiet else ():
            yield f"the stored file {name[:12]} is damaged"
        path = home / HISTORY
        if not path.is_file():
            yield "there is no history"
            return
        history, queue = History(path), JobQueue(home / places.queue().name)
        try:
            if history.notice:
                yield history.notice
            for id, name in history.missing(self._assets):
                yield f"the history's entry {id[:8]} names {name[:12]}, which is not in the store"
            kept = {entry.id for entry in history.search(limit=100_000)}
            done = {job.id for job in queue.jobs(State.DONE)}
            if quiet and done - kept:
                yield f"{len(done - kept)} finished jobs are not in the history"
            if kept - done:
                yield f"{len(kept - done)} entries of the history were never finished"
        finally:
            history.close()
            queue.close()

    @property
    def _assets(self) -> AssetStore:
        return AssetStore(self.home / places.assets().name)

    def _project(self, home: Path) -> Path:
        return home / places.first_project().relative_to(places.home())

    def _differ(self, life: Life, text: str) -> None:
        step = max((line.get("step", 0) for line in life.lines()), default=0)
        line = f"seed {self.found.seed}, life {life.number}, act {self.found.acts}, step {step}: {text}"
        self.found.differences.append(line)
        self.tell("DIFFERENCE " + line)


def start_child(what: str, home: Path, log: Path, seed: int = 0, count: int = 0) -> "subprocess.Popen[bytes]":
    """A real window process on a folder, without a screen when there is none."""
    environment = {**os.environ, places.VARIABLE: str(home)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH", "")]))
    if not any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.with_suffix(".err").open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "studio.bench.child", what, str(log), str(seed), str(count)],
            env=environment, cwd=ROOT, stdout=errors, stderr=errors,
        )  # fmt: skip


def main(seed: int, minutes: float, as_json: bool = False) -> int:
    """The long form; exit code 1 when anything differs."""

    def say(text: str) -> None:
        (sys.stderr if as_json else sys.stdout).write(text + "\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        found = Soak(Path(folder), seed, say).run(kills=6, minutes=minutes)
    for name in sorted(set(found.heavy)):
        found.differences.append(f"seed {seed}: {name} is loaded in the window's process")
    if as_json:
        sys.stdout.write(json.dumps(vars(found)) + "\n")
    else:
        say("\n".join([*found.differences, found.text()]))
    return 1 if found.differences else 0
