"""Somebody who does anything at all in the window, seeded: paints, layers, masks, regions, words, numbers, library, jobs.

Before and after each act a line goes to the log; so does every state that the document takes, whoever caused it.
"""

import hashlib
import json
import random
import struct
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, QTimer

from core.client.job import OPEN, Job, State
from core.contract.errors import UserError
from core.contract.fields import JSON
from studio import places
from studio.bench.log import Log, heavy_modules
from studio.canvas.intents import Boxed, Cropped, Selected
from studio.canvas.pixels import Pixels
from studio.canvas.view import Pointer
from studio.document import edits
from studio.document.project import LayerKind, Modifier, Placed, Word, new_id
from studio.document.tree import encode
from studio.library.library import Change, Library
from studio.workspace import store_picture

WORDS = ("cat", "castle", "snow", "fox", "mug", "boat", "tree", "lamp")
LIBRARY = "library.db"
"""Where the monkey keeps concepts when the window has no library of its own."""
_LAYERS = 12
_QUEUED = 4


def digest(value: JSON) -> str:
    """A value in a few letters; 1 and 1.0 are the same number, in memory and read back."""
    plain = json.loads(json.dumps(value), parse_int=float)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def job_digest(job: Job) -> str:
    """What was asked for."""
    return digest([job.method, job.params, job.model, job.seed])


def library_digests(library: Library) -> dict[str, str]:
    return {c.id: digest(json.loads(json.dumps(vars(c), default=vars))) for c in library.search()}


class Monkey(QObject):
    """Acts from a timer of the window's own thread until `count` acts are done; then waits for the queue and closes."""

    def __init__(self, window: Any, log: Log, seed: int, count: int) -> None:
        super().__init__(window)
        self.window, self.log, self.random = window, log, random.Random(seed)
        self.workspace, self.link = window.workspace, window.link
        self.document = self.workspace.document
        self.count, self.done = count, 0
        self.library = self._library()
        self.workspace.changed.connect(lambda _names: self._state())
        self.workspace.trouble.connect(lambda text: log.write("trouble", text=text))
        self.link.trouble.connect(lambda text: log.write("trouble", text=text))
        self.link.failed.connect(lambda job, text: log.write("failed", id=job, text=text))
        self.link.done.connect(lambda job, _outcome, _seconds: log.write("finished", id=job))
        log.write(
            "open", state=self._digest(), position=self.document.position, recovered=self.document.recovered,
            folder=str(self.document.folder), library=library_digests(self.library), heavy=heavy_modules(),
            library_file=self.library.path.name, jobs={j.id: j.state for j in self.link.queue.jobs()},
        )  # fmt: skip
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        self._timer.start(50)

    def _library(self) -> Library:
        """The window's library when it has one; else one that follows the document as the window's would."""
        for part in self.window.parts:
            for value in vars(part).values():
                if isinstance(value, Library):
                    return value
        library = Library(places.home() / LIBRARY, self.workspace.assets)

        def follow(besides: tuple[JSON, ...], forward: bool) -> None:
            for beside in besides:
                library.put_back(beside, forward)

        self.workspace.moved.connect(follow)
        return library

    def _next(self) -> None:
        if self.done >= self.count:
            self._finish()
            return
        name, act = self.random.choices(*zip(*(((n, a), w) for n, (a, w) in self._acts().items()), strict=True))[0]
        self.log.write("begin", act=name)
        try:
            act()
        except UserError as error:
            self.log.write("refused", act=name, text=str(error))
        self.log.write("end", act=name, library=library_digests(self.library))
        self.done += 1
        self._timer.start(self.random.randrange(10, 110))

    def _acts(self) -> dict[str, tuple[Any, int]]:
        return {
            "paint": (self._paint, 26), "layers": (self._layers, 12), "picture": (self._picture, 5),
            "mask": (self._mask, 5), "region": (self._region, 6), "select": (self._select, 5), "crop": (self._crop, 1),
            "prompt": (self._prompt, 8), "recipe": (self._recipe, 8), "library": (self._library_act, 8),
            "submit": (self._submit, 4), "queue": (self._queue, 4), "save": (self._save, 1),
            "undo": (lambda: self.window.commands.run("edit.undo"), 12),
            "redo": (lambda: self.window.commands.run("edit.redo"), 6),
        }  # fmt: skip

    def _finish(self) -> None:
        """All acts are done: let the queue run dry, then close as a person does."""
        if self.link.queue.paused:
            self.link.resume()
        for job in self.link.queue.jobs(State.PAUSED):
            self.link.resume(job.id)
        if self.link.queue.jobs(*OPEN, State.RUNNING) and not getattr(self.link.engine, "failure", ""):
            self._timer.start(200)
            return
        self.log.write("dry", jobs={j.id: j.state for j in self.link.queue.jobs()})
        self.window.close()

    def _digest(self) -> str:
        return digest(encode(self.document.project))

    def _state(self) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.log.write("state", state=self._digest(), position=self.document.position, step=self.document.last_step)

    # --- acts -------------------------------------------------------------------------------------------------------

    def _paint(self) -> None:
        """A stroke with the real tool."""
        able = [x for x in self.workspace.project.layers if x.pixels is not None and not x.locked and x.visible]
        if not able:
            return self._picture()
        layer, size = self.random.choice(able), self.workspace.project.size
        self.workspace.edit("Choose", lambda p: edits.select_layers(p, [layer.id]))
        self.window.column.choose(self.random.choice(("brush", "brush", "eraser")))
        tool = self.window.view.tool
        x, y = self.random.randrange(size.width), self.random.randrange(size.height)
        tool.press(Pointer(x, y))
        for _ in range(self.random.randrange(1, 8)):
            x, y = x + self.random.randrange(-30, 31), y + self.random.randrange(-30, 31)
            tool.drag(Pointer(x, y, pressure=self.random.uniform(0.2, 1)))
        tool.release(Pointer(x, y))
        return None

    def _layers(self) -> None:
        layers = self.workspace.project.layers
        if not layers:
            return self._picture()
        layer = self.random.choice(layers)
        number = self.random.random()
        change = self.random.choice([
            lambda p: edits.remove_layers(p, [layer.id]),
            lambda p: edits.move_layer(p, layer.id, int(number * len(layers))),
            lambda p: edits.show_layer(p, layer.id, not layer.visible),
            lambda p: edits.lock_layer(p, layer.id, not layer.locked),
            lambda p: edits.set_opacity(p, layer.id, round(number, 2)),
            lambda p: edits.rename_layer(p, layer.id, f"Layer {number:.3f}"),
            lambda p: edits.duplicate_layer(p, layer.id, new_id(), "Copy"),
        ])  # fmt: skip
        if layer.locked:
            change = lambda p: edits.lock_layer(p, layer.id, False)
        elif layer.pixels is not None and number < 0.3:
            steps = [Placed(64 + 9 * n, 64 + 5 * n, 1 + number, turn=40 * number) for n in range(4)]
            for placed in steps:  # a drag: one step of undo
                self.workspace.edit("Arrange", lambda p, to=placed: edits.place_layer(p, layer.id, to), "drag")
            self.document.settle()
            return None
        self.workspace.edit("Layer", change)
        return None

    def _picture(self) -> None:
        if self._crowded():
            return
        shade = np.random.default_rng(self.random.randrange(10**6))
        picture = Image.fromarray(shade.integers(0, 255, (90, 110, 3), np.uint8), "RGB")
        name = store_picture(self.workspace.assets, picture, {"file": "photo.png"})
        self.workspace.add_picture(name, self.workspace.raster(name), "Photo", LayerKind.PICTURE)

    def _mask(self) -> None:
        if self._crowded():
            return
        shade = np.random.default_rng(self.random.randrange(10**6))
        picture = Image.fromarray((shade.random((128, 128)) > 0.5).astype(np.uint8) * 255, "L")
        name = store_picture(self.workspace.assets, picture, {"file": "mask.png"})
        self.workspace.add_mask(name, f"Mask {self.random.randrange(99)}")

    def _crowded(self) -> bool:
        """Instead of a thirteenth layer one goes, so that a long soak stays quick."""
        layers = self.workspace.project.layers
        if len(layers) < _LAYERS:
            return False
        self.workspace.edit("Remove", lambda p: edits.remove_layers(p, [self.random.choice(layers).id]))
        return True

    def _region(self) -> None:
        if not self._crowded():
            x, y, w, h = (self.random.randrange(1, 60) for _ in range(4))
            self.workspace.take(Boxed((x, y, w, h), "Region"))

    def _select(self) -> None:
        size = self.workspace.project.size
        covered = np.zeros((size.height, size.width), np.uint8)
        covered[: self.random.randrange(1, size.height + 1), self.random.randrange(size.width) :] = 255
        chosen = Pixels.of(covered) if self.random.random() < 0.7 else None
        self.workspace.take(Selected(chosen, "Select"))

    def _crop(self) -> None:
        size = self.workspace.project.size
        width, height = self.random.randrange(64, 257), self.random.randrange(64, 257)
        self.workspace.take(Cropped((self.random.randrange(size.width // 2), 0, width, height), "Crop"))

    def _prompt(self) -> None:
        text = "a " + " and a ".join(self.random.sample(WORDS, self.random.randrange(1, 4)))
        self.window.prompt.edit.setPlainText(text)
        if self.random.random() < 0.4:
            word = Word(new_id(), 2, 5, color=self.random.choice(["", "#ff8800"]))
            self.workspace.edit("Mark", lambda p: edits.mark_word(p, word))

    def _recipe(self) -> None:
        number = self.random.randrange(1, 1000)
        cards = self.workspace.project.recipe.modifiers
        changes = [
            lambda p: edits.set_seed(p, number),
            lambda p: edits.set_steps(p, number),
            lambda p: edits.set_guidance(p, number / 50),
            lambda p: edits.set_negative(p, f"not {number}"),
            lambda p: edits.set_extra(p, "eta", number / 1000),
            lambda p: edits.add_modifier(p, Modifier(new_id(), "editing.a_star", {"scale": number})),
        ]
        if cards:
            card = self.random.choice(cards).id
            changes += [
                lambda p: edits.remove_modifier(p, card),
                lambda p: edits.set_modifier(p, card, {"scale": number}),
                lambda p: edits.switch_modifier(p, card, bool(number % 2)),
            ]
        self.workspace.edit("Recipe", self.random.choice(changes))

    def _library_act(self) -> None:
        known = self.library.search()
        if len(known) < 2 or (len(known) < 9 and self.random.random() < 0.3):
            word = f"<{self.random.choice(WORDS)}-{self.random.randrange(1000)}>"
            ref = self.workspace.assets.put(concept_file(word), "safetensors", {"concept": word, "word": word})
            change = self.library.add(ref)
        else:
            concept, number = self.random.choice(known), self.random.randrange(100)
            changes: list[Callable[[], Change]] = [
                lambda: self.library.rename(concept.id, f"Thing {number}"),
                lambda: self.library.set_strength(concept.id, number / 100),
                lambda: self.library.set_tags(concept.id, [f"tag{number}", "all"]),
                lambda: self.library.set_notes(concept.id, f"note {number}"),
                lambda: self.library.remove(concept.id),
            ]
            change = self.random.choice(changes)()
        self.workspace.edit("Library", lambda p: p, beside=change.beside)

    def _submit(self) -> None:
        """A small picture; more than a few are not put in line, so that the end comes."""
        if len(self.link.queue.jobs(*OPEN)) >= _QUEUED:
            return
        params: dict[str, JSON] = {
            "prompt": self.workspace.project.recipe.prompt or "a cat",
            "steps": 3,
            "size": "128x128",
        }
        job = self.link.submit("core.generate", params, "pocket", self.random.randrange(1000))
        if job is not None:
            self.log.write("job", id=job.id, digest=job_digest(job))

    def _queue(self) -> None:
        waiting = self.link.queue.jobs(State.WAITING)
        held = self.link.queue.jobs(State.PAUSED)
        choice = self.random.random()
        if choice < 0.2 and waiting:
            job = self.random.choice(waiting).id
            self.log.write("cancel", id=job)
            self.link.cancel(job)
        elif choice < 0.5 and waiting:
            self.link.move(self.random.choice(waiting).id, None)
        elif choice < 0.7 and waiting:
            self.link.pause(self.random.choice(waiting).id)
        elif held:
            self.link.resume(self.random.choice(held).id)
        elif self.link.queue.paused:
            self.link.resume()

    def _save(self) -> None:
        self.window.commands.run("file.save")


def concept_file(word: str) -> bytes:
    """A concept file as the engine writes it, with one number for weights."""
    record = {"name": word.strip("<>"), "word": word, "category": "thing", "method": "personalization.break_a_scene"}
    meta = {"format": 1, "base": "pocket", "alphas": {}, "about": {"concept": record}}
    header = {
        "__metadata__": {"concept_studio": json.dumps(meta)},
        f"word/0/{word}": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]},
    }
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(4)
