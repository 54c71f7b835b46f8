"""One job from its message to its outcome: parameters checked, model lent, plan chosen, and a smaller plan on need."""

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import ModelRef
from core.contract.messages import Submit
from core.contract.method import Kind, Outcome, Role
from core.contract.params import Params, describe, from_json
from core.engine.concepts import split_strength
from core.engine.plan import Dtype, Plan, accelerator, apply, choose, estimate, free_memory, smaller
from core.engine.probe import Measurements
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
        self, assets: AssetStore, cache: ModelCache | None = None, capacity: int = 1, measurements: Path | None = None
    ) -> None:
        self.assets = assets
        self.device = accelerator()
        self.cache = cache or ModelCache(capacity)
        self.measurements = Measurements(measurements)
        self.dtypes: dict[ModelRef, Dtype] = {}
        """What was found best for generating with a model."""

    def free_memory(self) -> int:
        return free_memory(self.device)

    def models(self) -> tuple[str, ...]:
        """Models found without looking into them."""
        from core.engine.inventory import list_models

        return tuple(row["ref"] for row in list_models() if not row["problem"])

    def perform(self, submit: Submit, listener: Listener) -> Outcome:
        """Run a task.

        Raises:
            UserError: unknown method, bad parameters, a missing file, a model the method does not work with.
            Cancelled: stopped at an item.
        """
        entry = method(submit.method, Role.TASK)
        params = from_json(entry.params, submit.params)
        check_files(params, self.assets)
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
        with self._stage.cache.lend(ref, self.plan.torch_dtype, self.plan.device) as model:
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
        stage = self._stage
        changeable = self._entry.info.kind == Kind.GENERATE and getattr(self._params, "precision", "auto") == "auto"
        if changeable and self._own in stage.dtypes:  # decided before: do not load fp32 again to find out
            self.plan = replace(self.plan, dtype=stage.dtypes[self._own])
        with stage.cache.lend(self._own, self.plan.torch_dtype, self.plan.device) as model:
            self._check_family(model, self._own)
            self.plan = self._chosen = choose(ask(model), model, self.plan, stage.measurements, changeable)
        if changeable:
            stage.dtypes[self._own] = self.plan.dtype
        with stage.cache.lend(self._own, self.plan.torch_dtype, self.plan.device) as model:
            expected = estimate(ask(model), model, self.plan, stage.measurements)
        self._listener.log(
            f"Expected: {expected.text}; {self.plan.text()}.",
            {"expected_seconds": expected.seconds, "expected_bytes": float(expected.bytes)},
        )

    def _check_family(self, model: Model, ref: ModelRef) -> None:
        info = self._entry.info
        if ref == self._own and model.family.name not in info.families:
            raise UserError(f"'{info.title}' does not work with {model.family.title}.",
                            f"It works with: {', '.join(info.families)}.")  # fmt: skip


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
