"""What the job in the form will take, under Run: asked of the engine a moment after every change, also while a job runs."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer

from core.contract.messages import Answer, EstimateAnswer, EstimateQuestion
from studio import language
from studio.panels.methods import Inspector
from studio.panels.queue import duration
from studio.parts.part import Part

if TYPE_CHECKING:
    from studio.window import Window

DELAY = 120
"""Milliseconds without a change before the engine is asked."""
PATIENCE = 150
"""Milliseconds after which the window says that it waits for the answer."""


def tr(text: str) -> str:
    return QCoreApplication.translate("Estimates", text)


class Estimates(Part):
    """Asks for the form that is shown, and only for that one."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._asked = ""
        self._about: Inspector | None = None
        self._timer = self._single(DELAY, self.ask)
        self._slow = self._single(PATIENCE, self._waiting)
        for inspector in window.inspectors.values():
            inspector.edited.connect(self.later)
            inspector.chosen.connect(self.later)
        window.stack.currentChanged.connect(self.later)
        window.workspace.changed.connect(lambda names: self.later() if "recipe" in names else None)
        # What a job took is known when it has ended; and what the engine had no time for can be computed then.
        for signal in (window.link.ready, window.link.done, window.link.failed, window.link.stopped):
            signal.connect(self.later)
        window.link.answered.connect(self._take)

    def later(self, *_: object) -> None:
        """Something changed: ask when a person has stopped turning the dial."""
        self._timer.start()

    def ask(self) -> None:
        """Ask for the shown form. A form with a mistake has no estimate; what is only missing does not matter."""
        inspector, info, recipe = (
            self.window.inspector,
            self.window.inspector.info,
            self.window.workspace.project.recipe,
        )
        self._asked = ""
        if info is None or inspector.form is None or self.window.link.engine.ready is None:
            inspector.show_estimate("")
            return
        missing = {f.name for f in inspector.form.fields if f.required}
        if any(name not in missing for name in inspector.form.problems()):
            inspector.show_estimate("")
            return
        params = inspector.values()
        if "prompt" in inspector.outside.get(info.id, ()):
            params["prompt"] = recipe.prompt
        self._about = inspector
        self._slow.start()
        self._asked = self.window.link.ask(EstimateQuestion(method=info.id, params=params, model=recipe.model))

    def _take(self, answer: Answer) -> None:
        if answer.ask != self._asked or self._about is None:
            return  # of a form that looks different now
        self._slow.stop()
        if isinstance(answer.said, EstimateAnswer):
            self._about.show_estimate(in_words(answer.said), why(answer.said), tight(answer.said))
        else:
            self._about.show_estimate(answer.message)

    def _waiting(self) -> None:
        if self._about is not None and self._asked:
            self._about.show_estimate(tr("Estimating…"))

    def _single(self, wait: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait)
        timer.timeout.connect(call)
        return timer


def in_words(said: EstimateAnswer) -> str:
    """One line: time, memory, and where the figures come from."""
    if said.source == "unknown" or said.seconds is None:
        return " · ".join(filter(None, [tr("Time and memory are not known"), language.said(said.note)]))
    time = tr("less than 1 s") if said.seconds < 1 else tr("about {}").format(duration(said.seconds))
    if said.loading and said.loading >= 1:
        time += " " + tr("and {} to load the model").format(duration(said.loading))
    memory = memory_text(said.bytes) if said.bytes else ""
    if tight(said):
        memory = tr("{}, more than the {} that are free").format(memory, memory_text(said.free or 0))
    sources = {
        "measured": tr("measured before"), "scaled": tr("scaled from earlier runs"), "computed": tr("computed"),
    }  # fmt: skip
    return " · ".join(filter(None, [time, memory, sources[said.source], language.said(said.note)]))


def why(said: EstimateAnswer) -> str:
    """What the label means, for the tool tip."""
    texts = {
        "measured": tr("The same job ran on this machine; the middle of its last times."),
        "scaled": tr("Jobs of this method ran here with other numbers: taken further by steps, pictures and pixels."),
        "computed": tr("From the measured speed of the model on this machine; modifiers are not counted."),
        "unknown": tr("It becomes known when the method has run here once."),
    }
    return texts[said.source]


def tight(said: EstimateAnswer) -> bool:
    """Whether it needs more than is free."""
    return bool(said.bytes and said.free and said.source != "unknown" and said.bytes > said.free)


def memory_text(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**29 else f"{max(1, round(count / 2**20))} MB"
