"""Questions that are no jobs: what a job would take, which masks fit a click, which models are there.

A method package answers a kind of question with a function of its own (`answers`); this room names none of them.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.messages import (
    Answer,
    Ask,
    EstimateAnswer,
    EstimateQuestion,
    MasksAnswer,
    ModelsAnswer,
    ModelsQuestion,
    Unknown,
)
from core.contract.method import Role
from core.contract.params import from_json
from core.engine.estimates import Asked, learned
from core.engine.inventory import moved_model, scan
from core.engine.performance import Stage, run_key
from core.engine.registry import Method, discover, method

Function = TypeVar("Function", bound=Callable[..., Any])
_FUNCTIONS: dict[type, Callable[[Any, AssetStore], MasksAnswer]] = {}


def answers(question: type) -> Callable[[Function], Function]:
    """Register `function(question, assets) -> answer` for a kind of question; it is asked on the main thread."""

    def register(function: Function) -> Function:
        _FUNCTIONS[question] = function
        return function

    return register


class Desk:
    """Answers with what the stage knows. `busy` tells whether a job runs."""

    def __init__(self, stage: Stage, busy: Callable[[], bool]) -> None:
        self.stage, self._busy = stage, busy
        self._given: tuple[str, ...] = ()

    def reply(self, question: Ask, between: bool) -> Answer | None:
        """The answer; None when only the main thread, between two jobs, can give it.

        Args:
            between: whether this is that moment. Otherwise models must not be touched.

        Raises:
            UserError: why it cannot be answered.
        """
        about = question.about
        if isinstance(about, EstimateQuestion):
            said = self._estimate(about, between)
            return None if said is None else Answer(ask=question.ask, said=said)
        if isinstance(about, ModelsQuestion):
            return Answer(ask=question.ask, said=ModelsAnswer(rows=scan((*self.stage.folders, *about.folders))))
        return Answer(ask=question.ask, said=self._masks(about)) if between else None

    def _masks(self, about: Any) -> MasksAnswer:
        """Masks are thrown away when the next ones are made: the window has read them by then."""
        discover()
        assets = self.stage.assets
        for name in self._given:
            if name in assets:
                assets.path(name).unlink(missing_ok=True)
        self._given = ()
        said = _FUNCTIONS[type(about)](about, assets)
        self._given = said.masks
        return said

    def _estimate(self, about: EstimateQuestion, between: bool) -> EstimateAnswer | None:
        stage, entry = self.stage, method(about.method, Role.TASK)
        model = moved_model(about.model)
        free = stage.free_memory()
        try:
            params = from_json(entry.params, about.params)
        except UserError as error:
            return EstimateAnswer(source="unknown", free=free, note=str(error))
        runs = stage.runs.of(run_key(stage, entry, model))
        found = learned(Asked.by(params, stage.native.get(model, 0)), runs)
        loading = None if model in stage.cache else max((r.loading for r in runs), default=0.0) or None
        if found is not None:
            return found.model_copy(update={"free": free, "loading": loading})
        if not hasattr(params, "work"):
            return EstimateAnswer(source="unknown", free=free, note=Unknown.NEVER_RUN)
        if model not in stage.cache and model != "pocket":
            return EstimateAnswer(source="unknown", free=free, note=Unknown.NOT_LOADED)
        if not between:
            waits = EstimateAnswer(source="unknown", free=free, note=Unknown.BUSY)
            return waits if self._busy() else None
        return self._computed(entry, params, model, free)

    def _computed(self, entry: Method, params: Any, model: str, free: int) -> EstimateAnswer:
        """From measured calls of the model. Only the embedded one is measured for this: any other could take minutes."""
        found = self.stage.expected(entry, params, model, measure=model == "pocket", race=False)
        if found is None:
            return EstimateAnswer(source="unknown", free=free, note=Unknown.NOT_MEASURED)
        plan, expected = found
        smaller = plan.text() if plan.tiled or plan.sliced or plan.offload else ""
        return EstimateAnswer(
            source="computed", seconds=expected.seconds, bytes=expected.bytes, free=free, note=smaller
        )  # fmt: skip
