"""One job from its message to its outcome: parameters checked, model lent, plan chosen, and a smaller plan on need."""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import ModelRef
from core.contract.messages import Submit
from core.contract.method import Kind, Outcome, Role
from core.contract.params import Params, describe, from_json
from core.engine.concepts import split_strength
from core.engine.estimates import Asked, PastRun, PastRuns, Peak, resident
from core.engine.inventory import moved_model
from core.engine.plan import Dtype, Estimate, Plan, Work, apply, choose, chosen_device, estimate, free_memory, smaller
from core.engine.probe import Known, Measurements, NotMeasured, machine
from core.engine.registry import Method, method
from core.engine.run import Listener, Run
from core.engine.worker import out_of_memory
from core.models.cache import ModelCache
from core.models.model import Model

FILES = ("image", "mask", "concept", "patch")
"""Editors whose values are asset names."""


class Stage:
    """Where jobs are performed: the store, the models and what was measured on this machine."""

    def __init__(
        self, assets: AssetStore, cache: ModelCache | None = None, capacity: int = 1, measurements: Path | None = None,
        device: str = "auto", precision: str = "auto", folders: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """
        Args:
            device: `cpu`, `cuda`, `mps`; one that is not here gives way to the fastest that is, and `notice` says so.
            precision: a dtype that generating is done in; trainings stay in float32.
            folders: looked through for models beside the program's own.
        """
        self.assets = assets
        self.device, self.notice = chosen_device(device)
        self.precision, self.folders = precision, tuple(folders)
        self.cache = cache or ModelCache(capacity)
        self.measurements = Measurements(measurements)
        self.runs = PastRuns(self.measurements.path.parent)
        self.aside = 0.0
        """Seconds that the present job spent on loading and probing."""
        self.native: dict[ModelRef, int] = {}
        """Pixels of a model's own size, of those that were loaded."""
        self._idle = resident()
        self.dtypes: dict[ModelRef, Dtype] = {}
        """What was found best for generating with a model."""

    def changeable(self, entry: Method, params: Params) -> bool:
        """Whether the dtype may be chosen for this job; a training's must not, nor one that the job itself names."""
        return entry.info.kind == Kind.GENERATE and getattr(params, "precision", "auto") == "auto"

    @contextmanager
    def lend(self, ref: ModelRef, plan: Plan) -> Iterator[Model]:
        """A model out of the cache; the time it takes to come is not the job's."""
        began = time.monotonic()
        with self.cache.lend(ref, plan.torch_dtype, plan.device) as model:
            self.aside += time.monotonic() - began
            self.native[ref] = model.size**2
            yield model

    def expected(
        self, entry: Method, params: Params, ref: ModelRef, measure: bool = True, race: bool = True,
        check: Callable[[Model, ModelRef], None] = lambda _model, _ref: None,
    ) -> tuple[Plan, Estimate] | None:  # fmt: skip
        """The plan for a job that says how much work it is, and what it will take by that plan.

        Args:
            measure: whether what was not measured yet may be; None is the result when it may not and is needed.
            race: whether float32 and bfloat16 may be raced against each other, which takes longest.
            check: told of the model before anything is measured.
        """
        ask: Callable[[Model], Work] = getattr(params, "work")  # noqa: B009 - not every Params has it
        measurements = self.measurements if measure else Known(self.measurements)
        plan, changeable = Plan(device=self.device), self.changeable(entry, params)
        if changeable and self.precision != "auto":
            plan, changeable = replace(plan, dtype=cast(Dtype, self.precision)), False
        if changeable and ref in self.dtypes:  # decided before: do not load fp32 again to find out
            plan = replace(plan, dtype=self.dtypes[ref])
        try:
            with self.lend(ref, plan) as model:
                check(model, ref)
                began = time.monotonic()
                changeable = changeable and (race or Known(measurements).has(model, "bf16"))
                plan = choose(ask(model), model, plan, measurements, changeable)
                self.aside += time.monotonic() - began
            if changeable:
                self.dtypes[ref] = plan.dtype
            with self.lend(ref, plan) as model:
                began = time.monotonic()
                found = estimate(ask(model), model, plan, measurements)
                self.aside += time.monotonic() - began
        except NotMeasured:
            return None
        return plan, found

    def free_memory(self) -> int:
        return free_memory(self.device)

    def models(self) -> tuple[str, ...]:
        """Models found without looking into them."""
        from core.engine.inventory import list_models

        return tuple(row["ref"] for row in list_models(self.folders) if not row["problem"])

    def perform(self, submit: Submit, listener: Listener) -> Outcome:
        """Run a task.

        Raises:
            UserError: unknown method, bad parameters, a missing file, a model the method does not work with.
            Cancelled: stopped at an item.
        """
        entry = method(submit.method, Role.TASK)
        params = from_json(entry.params, submit.params)
        check_files(params, self.assets)
        submit = submit.model_copy(update={"model": moved_model(submit.model)})
        self.aside, began = 0.0, time.monotonic()
        with Peak(self.device, self._idle) as peak:
            outcome = self._perform(submit, listener, entry, params)
        asked = Asked.by(params, self.native.get(submit.model, 0))
        seconds = max(0.0, time.monotonic() - began - self.aside)
        past = PastRun(asked.work, asked.pixels, asked.settings, seconds, self.aside, peak.bytes)
        self.runs.add(run_key(self, entry, submit.model), past)
        return outcome

    def _perform(self, submit: Submit, listener: Listener, entry: Method, params: Params) -> Outcome:
        plan, outcome = self._attempt(submit, listener, entry, params, None)
        if outcome is not None:
            return outcome
        less = smaller(plan)
        if less is None:
            raise MemoryError("out of memory, and there is no smaller plan")
        listener.log(f"Not enough memory for {plan.text()}; trying again with {less.text()}.", {})
        _, outcome = self._attempt(submit, listener, entry, params, less)
        if outcome is not None:
            return outcome
        raise MemoryError(f"out of memory twice, also with {less.text()}")

    def _attempt(
        self, submit: Submit, listener: Listener, entry: Method, params: Params, plan: Plan | None
    ) -> tuple[Plan, Outcome | None]:
        """The outcome, or None when memory ran out; the exception, which holds the tensors, is let go before returning."""
        lender = _Lender(self, submit.model, entry, params, listener, plan)
        run = Run(self.assets, lender.lend, submit.model, submit.seed, listener)
        assert entry.function is not None
        try:
            return lender.plan, entry.function(params, run)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            logging.getLogger(__name__).warning("out of memory with %s: %s", lender.plan.text(), error)
        self.cache.drop()
        gc.collect()
        return lender.plan, None


class _Lender:
    """Lends models to one job under its plan; the plan is chosen when the job's own model is first lent."""

    def __init__(
        self, stage: Stage, own: ModelRef, entry: Method, params: Params, listener: Listener, plan: Plan | None
    ) -> None:
        self._stage, self._own, self._entry, self._params, self._listener = stage, own, entry, params, listener
        self._chosen = plan
        self.plan = plan or Plan(device=stage.device)
        self._depth: dict[ModelRef, int] = {}

    @contextmanager
    def lend(self, ref: ModelRef) -> Iterator[Model]:
        if ref == self._own and self._chosen is None:
            self._choose()
        with self._stage.lend(ref, self.plan) as model:
            self._check_family(model, ref)
            if self._depth.get(ref):
                yield model  # the plan is applied already
                return
            self._depth[ref] = 1
            try:
                with apply(self.plan, model):
                    yield model
            finally:
                self._depth[ref] = 0

    def _choose(self) -> None:
        """Measure where the job says how much work it is; a job that does not say gets the plain plan."""
        ask = getattr(self._params, "work", None)
        if ask is None:
            self._chosen = self.plan
            return
        found = self._stage.expected(self._entry, self._params, self._own, check=self._check_family)
        assert found is not None
        self.plan, expected = found
        self._chosen = self.plan
        self._listener.log(
            f"Expected: {expected.text}; {self.plan.text()}.",
            {"expected_seconds": expected.seconds, "expected_bytes": float(expected.bytes)},
        )

    def _check_family(self, model: Model, ref: ModelRef) -> None:
        info = self._entry.info
        if ref == self._own and model.family.name not in info.families:
            raise UserError(f"'{info.title}' does not work with {model.family.title}.",
                            f"It works with: {', '.join(info.families)}.")  # fmt: skip


def run_key(stage: Stage, entry: Method, model: ModelRef) -> str:
    """What earlier runs are kept under: this machine, the method, the model."""
    return f"{machine(torch.device(stage.device))} {entry.info.id} {stage.precision} {model}"


def check_files(params: Params, assets: AssetStore) -> None:
    """Every picture, mask, concept and patch must be in the store already.

    Raises:
        UserError: one is not; the parameter is named.
    """
    for field in describe(type(params)):
        value: Any = getattr(params, field.name)
        if field.editor not in FILES or not value:
            continue
        values: Sequence[str] = value if field.many else (value,)
        for ref in values:
            name = ref if ref in assets else split_strength(ref)[0]
            if name not in assets:
                raise UserError(f"The parameter '{field.name}' names '{ref[:80]}', which is not a stored file.",
                                "Add the file to the project first.")  # fmt: skip
