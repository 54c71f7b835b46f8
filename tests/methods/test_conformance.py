"""One suite for every registered method, on tiny random models: what every method owes, whatever it does.

A new method is covered without a change here. Inputs are made from its declared fields (`sample_of`); where a method
needs other ones its module says so with `CONFORMANCE = {"field": value}`.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from typing import Any

import pytest
import torch

from core.contract.assets import AssetStore
from core.contract.errors import Cancelled, UserError
from core.contract.fields import Field
from core.contract.method import Kind, Provenance, Role
from core.contract.params import Params, describe, from_json, to_json
from core.engine.concepts import Concept
from core.engine.registry import Method, methods
from core.engine.run import Run, Silence
from core.hooks.hook import hooked
from core.sampling.guidance import Guidance
from core.sampling.sample import noise, sample
from core.sampling.solvers import Solver
from core.weights.patch import FullDelta, LowRank, WeightPatch
from tests.snapshot import changes, snapshot
from tests.tiny import tiny

PROMPT = "a cat and a dog"
ALL = methods()
TASKS = [m for m in ALL if m.info.role == Role.TASK]
MODIFIERS = [m for m in ALL if m.info.role == Role.MODIFIER]
FEW = 3
"""Steps and updates in this suite."""


def named(found: list[Method] | tuple[Method, ...]) -> Any:
    return pytest.mark.parametrize("method", found, ids=[f"{m.info.id}-{m.info.role}" for m in found])


def kinds(method: Method) -> list[str]:
    """Tiny models to try a method on: one plain, one with two text encoders, where it takes them."""
    return [k for k in ("sd1", "sdxl") if k in method.info.families] or [method.info.families[0]]


class Breaking(Silence):
    """A fault of ours at the n-th item of `track`."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def progress(self, label: str, done: int, total: int | None, seconds_left: float | None) -> None:
        super().progress(label, done, total, seconds_left)
        if self.items > self.at:
            raise RuntimeError("a fault on purpose")


class Stage:
    """A tiny model, a store, and parameters made for a method."""

    def __init__(self, folder: Any) -> None:
        self.folder = folder
        self.models: dict[str, Any] = {}
        self.count = 0

    def model(self, kind: str) -> Any:
        if kind not in self.models:
            self.models[kind] = tiny(kind)
            self.models[kind].encode_prompts(
                [PROMPT]
            )  # transformers hangs its own hooks on a text encoder at first use
        return self.models[kind]

    def run(self, kind: str, listener: Silence | None = None, seed: int = 0) -> Run:
        @contextmanager
        def lend(_ref: str) -> Iterator[Any]:
            yield self.model(kind)

        return Run(AssetStore(self.folder / "assets"), lend, f"tiny-{kind}", seed, listener or Silence())

    def params(self, method: Method, kind: str) -> Params:
        self.count += 1
        run, said = self.run(kind), vars(sys.modules[_module(method)]).get("CONFORMANCE", {})
        values: dict[str, Any] = {}
        for field in describe(method.params):
            if field.name in said:
                made = said[field.name]
                values[field.name] = made(run) if callable(made) else made
            elif (made := sample_of(field, method, run, self)) is not None:
                values[field.name] = made
        return from_json(method.params, values)


def _module(method: Method) -> str:
    return str((method.function or method.hook).__module__)


def sample_of(field: Field, method: Method, run: Run, stage: Stage) -> Any:
    """A value for a field by its editor; None leaves the default."""
    if field.editor == "int" and any(
        part in field.name for part in ("steps", "updates", "iterations", "rounds", "count")
    ):
        return int(min(max(FEW, field.low or 0), field.high or FEW))
    pointing = field.editor == "box"
    exported = method.info.kind == Kind.EXPORT and field.editor == "concept"
    if not (field.required or pointing or exported):
        return None
    size = 64
    if field.editor == "image":
        grid = torch.linspace(-1, 0, size)
        picture = torch.stack([grid[None].expand(size, -1), grid[:, None].expand(-1, size), grid[None] * grid[:, None]])
        picture[:, 12:40, 8:36] = torch.tensor([1.0, 0.8, -0.9])[:, None, None]  # a thing that stands out
        return run.keep_picture(picture[None])
    if field.editor == "mask":
        left, right = torch.zeros(size, size), torch.zeros(size, size)
        left[12:52, 6:28], right[12:52, 36:60] = 1, 1
        return [run.keep_mask(left), run.keep_mask(right)] if field.many else run.keep_mask(left)
    if field.editor in ("patch", "concept"):
        with run.model() as model:
            patch = small_patch(model, with_word=field.editor == "concept")
        made = run.keep_patch(patch) if field.editor == "patch" else Concept("thing", "<thing-1>", "cat", patch).keep(
            run.assets)  # fmt: skip
        return [made] if field.many else made
    if field.editor == "path":
        path = stage.folder / f"made-{stage.count}"
        if method.info.kind != Kind.EXPORT or "import" in method.info.id:
            path = path.with_suffix(".safetensors")
            with run.model() as model:
                WeightPatch(model.family.name, {"unet.conv_in.bias": FullDelta(torch.zeros(16))}).save(path)
        return str(path)
    plain = {"words": ["cat", "dog"], "text": PROMPT, "point": [10, 20], "box": [5, 9, 40, 44], "float": field.low,
             "int": field.low, "bool": True, "choice": (field.choices or (None,))[0]}  # fmt: skip
    value = plain.get(field.editor)
    return [value] if field.many and field.editor != "words" else value


def small_patch(model: Any, with_word: bool) -> WeightPatch:
    """One low-rank change, and a word with a vector per text encoder."""
    draw = torch.Generator().manual_seed(4)
    path, layer = next(model.projections("cross", ("key",)))
    outputs, inputs = layer.weight.shape
    change = LowRank(torch.randn(2, inputs, generator=draw), torch.randn(outputs, 2, generator=draw), 2.0)
    word = tuple(torch.randn(1, encoder.width, generator=draw) for encoder in model.text)
    return WeightPatch(model.family.name, {path: change}, {"<thing-1>": word} if with_word else {})


def skip_without_weights(method: Method) -> None:
    if method.info.needs and "CONFORMANCE" not in vars(sys.modules[_module(method)]):
        pytest.skip(f"{method.info.id} needs {method.info.needs}")


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def perform(methods_: Method | tuple[Method, ...], stage: Stage, kind: str, params: tuple[Params, ...],
            listener: Silence | None = None, seed: int = 0) -> Any:  # fmt: skip
    """Run a task, or a generation of two pictures' worth of steps through modifiers; gives what must repeat."""
    chosen = methods_ if isinstance(methods_, tuple) else (methods_,)
    run = stage.run(kind, listener, seed)
    if chosen[0].function is not None:
        made = chosen[0].function(params[0], run)
        numbers = {k: v for k, v in made.numbers.items() if "second" not in k}
        return made.images, made.masks, made.concepts, made.patch, numbers
    with run.model() as model:
        hooks = [m.hook(p, run, model) for m, p in zip(chosen, params, strict=True)]  # type: ignore[misc]
        cond, negative = model.encode_prompts([PROMPT]), model.encode_prompts([""], ["negative"])
        start, generators = noise((1, 4, 8, 8), [seed])
        solver = Solver(model.schedule, "ddim", FEW, generators)
        with hooked(model, [Guidance(5.0, negative), *hooks]) as denoiser:
            return sample(denoiser, solver.start(start), cond, run.track(solver.steps, "Sampling"), solver)


def same(first: Any, second: Any) -> bool:
    return torch.equal(first, second) if isinstance(first, torch.Tensor) else first == second


# --- what it says of itself ------------------------------------------------------------------------------------------


@named(ALL)
def test_it_introduces_itself(method):
    info = method.info
    assert info.summary
    assert len(info.summary) <= 100, info.summary
    if info.provenance != Provenance.OURS:
        assert info.paper, "a paper's method names its paper"
    if info.paper:
        number = re.search(r"\d{4}\.\d{4,5}", info.paper)
        assert (number.group() if number else info.paper.split()[0]) in info.help, "the docstring names the paper"
    assert info.families
    assert all(field.help for field in info.params), [f.name for f in info.params if not f.help]


@named(ALL)
def test_parameters_survive_json_and_bad_ones_are_named(method, stage):
    params = stage.params(method, kinds(method)[0])
    data = to_json(params)
    assert from_json(method.params, data) == params
    with pytest.raises(UserError, match="nonsense"):
        from_json(method.params, {**data, "nonsense": 1})
    for field in describe(method.params):
        if field.required:
            with pytest.raises(UserError, match=field.name):
                from_json(method.params, {k: v for k, v in data.items() if k != field.name})
        for bad in bad_values(field):
            with pytest.raises(UserError, match=field.name):
                from_json(method.params, {**data, field.name: bad})


def bad_values(field: Field) -> list[Any]:
    if field.many:
        return [{"a": 1}]
    found: list[Any] = [{"a": {}}]
    if field.low is not None:
        found.append(field.low - 1)
    if field.high is not None:
        found.append(field.high + 1)
    if field.editor == "choice":
        found.append("no such choice")
    return found


# --- what it leaves behind -------------------------------------------------------------------------------------------


@named(ALL)
def test_success_leaves_no_trace_and_a_seed_repeats(method, stage):
    skip_without_weights(method)
    for kind in kinds(method):
        params = stage.params(method, kind)
        before = snapshot(stage.model(kind))
        first = perform(method, stage, kind, (params,), seed=3)
        assert changes(before, snapshot(stage.model(kind))) == []
        if isinstance(first, torch.Tensor):
            assert torch.isfinite(first).all()
        if method.info.kind != Kind.EXPORT:
            assert same(first, perform(method, stage, kind, (params,), seed=3)), f"not repeatable on {kind}"


@named(ALL)
def test_cancel_leaves_no_trace(method, stage):
    skip_without_weights(method)
    kind = kinds(method)[0]
    params = stage.params(method, kind)
    heard = Silence()
    perform(method, stage, kind, (params,))  # what is kept for the next time (prior pictures) is made here
    perform(method, stage, kind, (params if method.info.kind != Kind.EXPORT else stage.params(method, kind),), heard)
    before = snapshot(stage.model(kind))
    # First, second, middle and last item; every one would multiply the time of a training by its steps.
    for at in sorted({0, 1, heard.items // 2, max(0, heard.items - 2)}):
        if at >= heard.items:
            continue
        if method.info.kind == Kind.EXPORT:
            params = stage.params(method, kind)
        with pytest.raises(Cancelled):
            perform(method, stage, kind, (params,), Silence(stop_after=at))
        assert changes(before, snapshot(stage.model(kind))) == [], f"cancelled at item {at}"


@named(ALL)
def test_a_fault_leaves_no_trace(method, stage, monkeypatch):
    skip_without_weights(method)
    kind = kinds(method)[0]
    params, model = stage.params(method, kind), stage.model(kind)
    before, heard, calls = snapshot(model), Silence(), []
    real = type(model).predict
    perform(method, stage, kind, (params,))
    monkeypatch.setattr(type(model), "predict", lambda self, *a, **k: (calls.append(1), real(self, *a, **k))[1])
    perform(method, stage, kind, (params if method.info.kind != Kind.EXPORT else stage.params(method, kind),), heard)
    network_calls = len(calls)
    for at in sorted({0, heard.items // 2, max(0, heard.items - 1)} if heard.items else set()):
        if method.info.kind == Kind.EXPORT:
            params = stage.params(method, kind)
        with pytest.raises(RuntimeError, match="on purpose"):
            perform(method, stage, kind, (params,), Breaking(at))
        assert changes(before, snapshot(model)) == [], f"fault at item {at}"
    for at in sorted({0, network_calls // 2} if network_calls else set()):
        count = iter(range(network_calls + 1))

        def failing(self, *args, count=count, at=at, **options):
            if next(count) == at:
                raise RuntimeError("a network's fault on purpose")
            return real(self, *args, **options)

        monkeypatch.setattr(type(model), "predict", failing)
        with pytest.raises(RuntimeError, match="on purpose"):
            perform(method, stage, kind, (params,))
        assert changes(before, snapshot(model)) == [], f"fault in network call {at}"


@pytest.mark.parametrize("pair", [*permutations(MODIFIERS, 2)], ids=lambda p: "+".join(m.info.id for m in p))
def test_two_modifiers_stack_in_both_orders(pair, stage):
    for kind in [k for k in kinds(pair[0]) if k in kinds(pair[1])]:
        params = tuple(stage.params(m, kind) for m in pair)
        before = snapshot(stage.model(kind))
        assert torch.isfinite(perform(pair, stage, kind, params)).all()
        assert changes(before, snapshot(stage.model(kind))) == []


def test_the_snapshot_sees_traces():
    """The suite can fail: each kind of trace is found."""
    model = tiny("sd1")
    before = snapshot(model)
    assert changes(before, snapshot(model)) == []
    handle = model.unet.conv_in.register_forward_hook(lambda *_: None)
    assert changes(before, snapshot(model)) == ["unet.conv_in hooks"]
    handle.remove()
    bias = model.unet.conv_in.bias
    kept = bias.data
    bias.data = kept.clone()
    assert changes(before, snapshot(model)) == ["unet.conv_in.bias"]
    bias.data = kept
    model.set_words({"<a>": (torch.zeros(1, 32),)})
    assert set(changes(before, snapshot(model))) == {"words of encoder 0", "vocabulary of encoder 0"}
    model.set_words({})
    layer = model.unet.mid_block.attentions[0].transformer_blocks[0].attn2
    own = layer.processor
    layer.processor = type(own)()
    assert changes(before, snapshot(model)) == ["unet.mid_block.attentions.0.transformer_blocks.0.attn2.processor"]
    layer.processor = own
    assert changes(before, snapshot(model)) == []
