"""A document that is open: edits, undo and redo, saved behind the person's back, never lost.

Every edit reaches the journal within two seconds, on a thread of its own; the interface never waits for the disk. Undo and
redo swap values that are still in memory, or apply a step's patch where they are not, also in the next session.
"""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from core.contract.errors import UserError
from core.contract.fields import JSON
from studio.document.journal import Claim, Journal, Step
from studio.document.project import Project, changed
from studio.document.storage import JOURNAL, is_project, migrated, read_state, write_state
from studio.document.tiles import TileStore
from studio.document.tree import FORMAT, apply, decode, difference, encode, patched, tile_names

QUIET = 0.4
"""Seconds without an edit after which it is saved."""
LATEST = 1.2
"""Seconds after which an edit is saved although the person goes on."""
RETRY = 5.0
"""Seconds between attempts when the disk is full."""
PAUSE = 3.0
"""Seconds after which an edit of the same kind is a new step."""
_STATES = 64
"""Documents kept for undo without reading the journal."""
_CHECKPOINT = 100
"""Steps between whole states."""
IDLE = 10.0
"""Seconds without an edit after which the whole state is written, too."""


@dataclass(frozen=True)
class Move:
    """What an undo or redo did."""

    text: str
    changed: frozenset[str]
    """Fields of the project that differ now."""
    beside: tuple[JSON, ...] = ()
    """What the steps noted beside the document, in the order to take back (or to do again)."""


@dataclass
class _Pending:
    """An edit on its way to the journal."""

    id: int
    parent: int
    at: float
    text: str
    before: Project
    after: Project
    beside: JSON
    bundle: str


class BusyError(UserError):
    """The project is open in another window or process."""


class Document:
    """An open project folder. Edits come from one thread; saving has its own."""

    def __init__(self, folder: Path, claim: Claim, room: int) -> None:
        """Use `create` or `open`."""
        self.folder, self._claim = folder, claim
        self._journal = Journal(folder / JOURNAL)
        self.tiles = TileStore(self._journal, room)
        """Makes the tiles of this document; rasters from elsewhere must be painted anew."""
        self.recovered = ""
        """A sentence when the last session ended without closing; else empty."""
        self.saved_step = 0
        """The step that `project.json` showed when the document was opened: the last whole save."""
        self.trouble: Callable[[UserError | None], None] = lambda error: None
        """Called from the saving thread: with the reason when saving fails, with None when it works again."""
        self._lock = threading.RLock()
        self._wake = threading.Condition(self._lock)
        # Taken before `_lock` and held while the disk is written; edits take only `_lock`.
        self._writing = threading.RLock()
        self._states: OrderedDict[int, Project] = OrderedDict()
        self._pending: list[_Pending] = []
        self._flying: list[_Pending] = []
        self._first = self._latest = 0.0
        self._dirty = self._failing = self._stop = False
        self._merge, self._bundle = "", ""
        self._next = self._journal.last() + 1
        self._checkpoint = 0
        self._position, tip = self._journal.head()
        self._redo = self._way(tip)
        self.project = Project()
        self._thread = threading.Thread(target=self._save_in_time, name="autosave", daemon=True)

    @classmethod
    def create(cls, folder: Path, project: Project, room: int = 512 << 20) -> Self:
        """A new project in a folder that is empty or not there yet. `project` has no pixels yet.

        Raises:
            UserError: the folder is not empty or cannot be written, or the disk is full.
        """
        if folder.exists() and any(folder.iterdir()):
            raise UserError(f"The folder '{folder.name}' is not empty.", "Choose a new folder, or open the project.")
        document = cls._claimed(folder, room)
        try:
            document._journal.write((), 0, 0, (0, encode(project)))
            write_state(folder, project, 0)
            document._begin(project)
        except BaseException:  # whatever it is goes on to the caller; only the folder is let go
            document._let_go()
            raise
        return document

    @classmethod
    def open(cls, folder: Path, room: int = 512 << 20) -> Self:
        """The project in a folder, with all its undo history.

        Raises:
            UserError: no project, damaged, newer than the program, or open in another window.
        """
        if not folder.is_dir() or not is_project(folder):
            raise UserError(
                f"'{folder.name}' is not a project of Concept Studio.", "Choose a folder with a project.json."
            )
        saved = read_state(folder)  # a newer format is refused before anything is touched
        if saved is not None and not (folder / JOURNAL).exists() and any(tile_names(saved.tree)):
            raise UserError(f"The pictures of '{folder.name}' are missing: it has no {JOURNAL}.",
                            "Restore the folder from a copy.")  # fmt: skip
        document = cls._claimed(folder, room)
        document.saved_step = saved.step if saved is not None else 0
        try:
            fresh = document._journal.snapshot() is None
            if fresh and saved is not None:
                document._journal.write((), 0, 0, (0, saved.tree))
            was_running = document._journal.running(True)
            if was_running and not fresh:
                document.recovered = _recovery(folder.name)
            document._begin(document._up_to_date(document._tree(document._position)))
        except BaseException:  # whatever it is goes on to the caller; only the folder is let go
            document._let_go()
            raise
        return document

    @classmethod
    def _claimed(cls, folder: Path, room: int) -> Self:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"The folder '{folder}' cannot be made: {error.strerror}.", "Choose another.") from error
        claim = Claim(folder)
        if not claim.take():
            raise BusyError(f"'{folder.name}' is open in another window.",
                            "Go on there, close it, or open a copy of the project.")  # fmt: skip
        try:
            return cls(folder, claim, room)
        except BaseException:  # goes on to the caller; the claim must not stay
            claim.free()
            raise

    def _begin(self, project: Project) -> None:
        self.project = project
        self._remember(self._position, project)
        self._journal.running(True)
        self._thread.start()

    # Editing.

    def edit(
        self, text: str, change: Callable[[Project], Project], merge: str = "", beside: JSON = None
    ) -> frozenset[str]:
        """Change the document by one undoable step; gives the fields that differ (none: no step was made).

        Edits in a row with the same `merge` become one step until `settle` is called or the person pauses.
        """
        with self._lock:
            before, after = self.project, change(self.project)
            differs = changed(before, after)
            if not differs and beside is None:
                return differs
            now = time.monotonic()
            joins = bool(merge) and merge == self._merge and now - self._latest < PAUSE and not self._redo
            last = self._pending[-1] if self._pending else None
            if joins and last is not None and last.id == self._position and beside is None:
                last.after = after
            else:
                if not joins:
                    self._bundle = uuid.uuid4().hex[:12] if merge else ""
                self._pending.append(
                    _Pending(self._next, self._position, time.time(), text, before, after, beside, self._bundle)
                )
                self._position, self._next = self._next, self._next + 1
            self._merge = merge
            self._redo.clear()
            self.project = after
            self._remember(self._position, after)
            self._touch(now)
            return differs

    def settle(self) -> None:
        """The drag is over: the next edit is a step of its own."""
        with self._lock:
            self._merge = ""

    def undo(self) -> Move | None:
        """Take the last step back; None at the beginning."""
        with self._lock:
            before, text = self.project, self.undo_text
            besides: list[JSON] = []
            bundle: str | None = None
            while self._position:
                parent, _, own = self._outline(self._position)
                if bundle is not None and not (own and own == bundle):
                    break
                bundle = own
                step = self._position
                besides.append(self._beside(step))
                self.project, self._position = self._state(parent, step, backward=True), parent
                self._redo.append(step)
            if bundle is None:
                return None
            return self._moved(text, before, besides)

    def redo(self) -> Move | None:
        """Do again what was undone last; None when nothing was."""
        with self._lock:
            before, text = self.project, self.redo_text
            besides: list[JSON] = []
            bundle: str | None = None
            while self._redo:
                step = self._redo[-1]
                _, _, own = self._outline(step)
                if bundle is not None and not (own and own == bundle):
                    break
                bundle = own
                besides.append(self._beside(step))
                self.project, self._position = self._state(step, step, backward=False), step
                self._redo.pop()
            if bundle is None:
                return None
            return self._moved(text, before, besides)

    def since_saved(self) -> int:
        """How many steps lie between the last whole save and now; 0 where undo does not lead back to it."""
        with self._lock:
            step, count = self._position, 0
            while step and step != self.saved_step:
                step, count = self._outline(step)[0], count + 1
            return count if step == self.saved_step else 0

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when there is nothing."""
        with self._lock:
            return self._outline(self._position)[1] if self._position else ""

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty when there is nothing."""
        with self._lock:
            return self._outline(self._redo[-1])[1] if self._redo else ""

    @property
    def can_undo(self) -> bool:
        return self._position != 0

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    @property
    def position(self) -> int:
        """The number of the step the document stands at."""
        return self._position

    @property
    def last_step(self) -> int:
        """The highest number a step has so far; 0 before the first."""
        return self._next - 1

    @property
    def untouched(self) -> bool:
        """Whether no step was ever made: nothing would be lost with the folder."""
        return self._next == 1 and not self._dirty

    @property
    def unsaved(self) -> bool:
        """Whether something has not reached the journal yet."""
        return self._dirty or bool(self._flying)

    # Saving.

    def flush(self) -> None:
        """Write what is pending to the journal, now.

        Raises:
            UserError: the disk is full or the folder cannot be written; nothing is lost, and it is tried again.
        """
        with self._writing:
            with self._lock:
                self._flying, self._pending = self._pending, []
                head = (self._position, self._redo[0] if self._redo else self._position)
                self._dirty = False
            try:
                steps = [_as_step(p) for p in self._flying]
                self.tiles.keep({n for s in steps for n in tile_names(s.forward)})
                self._journal.write(steps, *head)
            except BaseException:  # goes on to the caller; the steps go back, so that nothing is lost
                with self._lock:
                    self._pending, self._flying = self._flying + self._pending, []
                    self._dirty = True
                    self._wake.notify_all()
                raise
            with self._lock:
                self._flying = []
                self._trim()
            self._checkpoint += max(1, len(steps))  # at least an undo
            self.tiles.sweep()

    def save(self) -> None:
        """Write everything, `project.json` too; what "Save" does and what makes a copy of the folder complete.

        Raises:
            UserError: the disk is full or the folder cannot be written; the old file is intact.
        """
        with self._writing:
            self.flush()
            with self._lock:
                if self._pending:  # an edit came in between: it is saved in its turn
                    position, project = self._pending[0].parent, self._pending[0].before
                else:
                    position, project = self._position, self.project
            self._journal.write((), *self._journal.head(), (position, encode(project)))
            write_state(self.folder, project, position)
            self._checkpoint = 0

    def close(self) -> None:
        """Save and let go of the folder.

        Raises:
            UserError: saving failed; the document stays open.
        """
        if self._stop:
            return
        self.save()
        self._journal.running(False)
        self._let_go()

    def save_copy(self, folder: Path) -> None:
        """A second project with the same history.

        Raises:
            UserError: the folder is not empty or the disk is full.
        """
        if folder.exists() and any(folder.iterdir()):
            raise UserError(f"The folder '{folder.name}' is not empty.", "Choose a new folder.")
        self.save()
        folder.mkdir(parents=True, exist_ok=True)
        self._journal.copy_to(folder / JOURNAL)
        other = Journal(folder / JOURNAL)
        other.running(False)
        other.close()
        write_state(folder, self.project, self._position)

    def forget_history(self) -> None:
        """Drop all undo steps and the pixels only they used."""
        self.save()
        with self._writing, self._lock:
            self._journal.forget(encode(self.project), FORMAT)
            self._states.clear()
            self._redo.clear()
            self._position, self._next, self._merge = 0, 1, ""
            self._remember(0, self.project)
            write_state(self.folder, self.project, 0)

    def abandon(self) -> None:
        """Let go of the folder without saving what has not reached the journal."""
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The saving thread.

    def _save_in_time(self) -> None:
        while True:
            with self._wake:
                while not self._stop and not self._due():
                    self._wake.wait(self._patience())
                if self._stop:
                    return
            try:
                if self._dirty:
                    self.flush()
                if self._checkpoint >= _CHECKPOINT or self._rests():
                    self.save()
            except Exception as error:  # noqa: BLE001  a fault of ours must not end autosaving; it is told, and tried again
                self._failing = True
                self.trouble(error if isinstance(error, UserError) else _fault(self.folder, error))
                with self._wake:
                    self._wake.wait_for(lambda: self._stop, RETRY)
            else:
                if self._failing:
                    self._failing = False
                    self.trouble(None)

    def _due(self) -> bool:
        now = time.monotonic()
        return (self._dirty and (now >= self._latest + QUIET or now >= self._first + LATEST)) or self._rests()

    def _rests(self) -> bool:
        return self._checkpoint > 0 and not self._dirty and time.monotonic() >= self._latest + IDLE

    def _patience(self) -> float | None:
        if self._dirty:
            return max(0.01, min(self._latest + QUIET, self._first + LATEST) - time.monotonic())
        return max(0.01, self._latest + IDLE - time.monotonic()) if self._checkpoint else None

    def _touch(self, now: float) -> None:
        if not self._dirty:
            self._first = now
        self._dirty, self._latest = True, now
        self._wake.notify_all()

    # States.

    def _tree(self, position: int) -> dict[str, Any]:
        """The state at a step, from the journal's snapshot along the steps between."""
        snapshot = self._journal.snapshot()
        at, tree = snapshot if snapshot is not None else (0, encode(Project()))
        up, down = self._journal.parents(at), self._journal.parents(position)
        shared = set(up) & set(down)
        for step in up:
            if step in shared:
                break
            apply(tree, self._journal.step(step).backward)
        for step in reversed([s for s in down if s not in shared]):
            apply(tree, self._journal.step(step).forward)
        return tree

    def _up_to_date(self, tree: dict[str, Any]) -> Project:
        """A journal of an older format keeps its state; its steps speak of the old form and stay in a copy beside it."""
        was = self._journal.state_format()
        if was == FORMAT:
            return decode(tree, self.tiles)
        tree = migrated(tree, was, self.folder.name)
        project = decode(tree, self.tiles)
        self._journal.copy_to(self.folder / f"journal.format-{was}.db")
        self._journal.forget(tree, FORMAT)
        self._position, self._next = 0, 1
        self._redo.clear()
        return project

    def _way(self, tip: int) -> list[int]:
        """The steps that redo would do, the next one last."""
        way: list[int] = []
        for step in self._journal.parents(tip):
            if step == self._position:
                return way
            way.append(step)
        return []

    def _state(self, wanted: int, step: int, backward: bool) -> Project:
        known = self._states.get(wanted)
        if known is None:
            record = self._journal.step(step)
            known = patched(self.project, record.backward if backward else record.forward, self.tiles)
        self._remember(wanted, known)
        return known

    def _remember(self, id: int, project: Project) -> None:
        self._states[id] = project
        self._states.move_to_end(id)
        self._trim()

    def _trim(self) -> None:
        """Forget old states; those that the journal does not have yet stay."""
        waiting = {id for p in self._flying + self._pending for id in (p.id, p.parent)}
        for old in list(self._states)[: max(0, len(self._states) - _STATES)]:
            if old not in waiting:
                del self._states[old]

    def _outline(self, id: int) -> tuple[int, str, str]:
        for p in self._flying + self._pending:
            if p.id == id:
                return p.parent, p.text, p.bundle
        return self._journal.outline(id)

    def _beside(self, id: int) -> JSON:
        for p in self._flying + self._pending:
            if p.id == id:
                return p.beside
        return self._journal.step(id).beside

    def _moved(self, text: str, before: Project, besides: list[JSON]) -> Move:
        self._merge = ""
        self._touch(time.monotonic())
        return Move(text, changed(before, self.project), tuple(b for b in besides if b is not None))

    def _let_go(self) -> None:
        with self._wake:
            self._stop = True
            self._wake.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self._journal.close()
        self._claim.free()


def _as_step(p: _Pending) -> Step:
    forward, backward = difference(p.before, p.after)
    return Step(p.id, p.parent, p.at, p.text, forward, backward, p.beside, p.bundle)


def _recovery(name: str) -> str:
    return f"The last session of '{name}' ended without closing. Your edits were recovered, also for undo."


def _fault(folder: Path, error: Exception) -> UserError:
    told = UserError(f"'{folder.name}' could not be saved: {type(error).__name__}: {error}.", "It is tried again.")
    told.__cause__ = error
    return told
