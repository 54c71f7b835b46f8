"""What the bench of editing measures, one unit at a time: prompts, scenes and pairs drawn from fixed seeds.

Every unit runs the jobs a person would run, through the same stage (plan, precision, store), and gives plain rows.
Prompts that settings are chosen on come from other seeds than those that are tested, and no pair of objects is in both.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import JSON
from core.contract.messages import Submit
from core.contract.method import Outcome
from core.engine.performance import Stage
from core.engine.run import Silence
from core.models.clip import load_clip
from core.models.pictures import png, read_picture, to_tensor

Row = dict[str, Any]

SEEDS = 2
"""Pictures of a prompt."""
STEPS = 10
EDIT_STEPS = 6
TWO, THREE, GENERATED, DRAWN, PAIRS, TUNING = 100, 100, 100, 50, 20, 8
"""Units of the full tables: 200 prompts, 150 scenes, 20 pairs, and the prompts that settings are chosen on."""
TUNED = 3
"""Objects of a tuning prompt: with two, most settings succeed alike."""
_TEST, _TUNE = 20_261_124, 77_001
WEIGHTS = (0.75, 1.25, 2.0)
"""Weights of the baseline; the solved ones are multiplied so that their mean on the tuning captions is the same."""
RULES = (
    "paper",
    "clip_min",
    "linear",
    "alternating",
    "step_wise",
    "vanilla",
    "vanilla_reversed",
    "reference_code",
    "extended",
)
CANDIDATES: dict[str, tuple[dict[str, JSON], ...]] = {
    "t2i_zero": ({}, {"alpha": 0.0}, {"end": 1.0}),
    "a_star": ({}, {"rate": 10.0}, {"rate": 40.0}),
    "attend_and_excite": ({}, {"timing": "share"}),
}
"""Settings that are tried on the tuning prompts; the first are the defaults."""
SOLVERS: tuple[dict[str, JSON], ...] = ({}, {"alpha": 0.001}, {"centre": True}, {"alpha": 0.001, "centre": True})
"""Ways to solve for a coefficient, tried on the tuning captions."""


@dataclass
class Lab:
    """A stage on a folder of its own, the shipped judge, and what was chosen."""

    folder: Path
    chosen: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def stage(self) -> Stage:
        return Stage(AssetStore(self.folder / "assets"), measurements=self.folder / "measurements")

    @cached_property
    def judge(self) -> Any:
        from resources.pocket import judge

        return judge.load()

    def job(self, method: str, seed: int = 0, **params: JSON) -> Outcome:
        return self.stage.perform(Submit(job="bench", method=method, params=params, seed=seed), Silence())

    def pixels(self, refs: Sequence[str]) -> Tensor:
        return torch.cat([to_tensor(read_picture(self.stage.assets.path(ref))) for ref in refs])

    def seen(self, pixels: Tensor) -> list[set[str]]:
        """The objects that the judge finds in each picture."""
        from resources.pocket.judge import answers

        return [set(found["objects"]) for found in answers(self.judge, pixels)]

    def keep(self, image: Any) -> str:
        return self.stage.assets.put(png(Image.fromarray(image)), "png", {})


def _objects(
    count: int, each: int, seed: int, barred: AbstractSet[frozenset[str]] = frozenset()
) -> list[tuple[str, ...]]:
    """Different sets of objects, none of which holds a pair that is barred."""
    from resources.pocket import world

    rng = np.random.default_rng(seed)
    found: list[tuple[str, ...]] = []
    seen: set[frozenset[str]] = set()
    while len(found) < count:
        names = tuple(str(n) for n in rng.choice(world.OBJECTS, each, replace=False))
        pairs = {frozenset(p) for p in itertools.combinations(names, 2)}
        if frozenset(names) not in seen and not pairs & barred:
            seen.add(frozenset(names))
            found.append(names)
    return found


def objects_of(each: int) -> list[tuple[str, ...]]:
    return _objects(TWO if each == 2 else THREE, each, _TEST + each)


def tuning() -> list[tuple[str, ...]]:
    pairs = {frozenset(p) for each in (2, 3) for names in objects_of(each) for p in itertools.combinations(names, 2)}
    return _objects(TUNING, TUNED, _TUNE, pairs)


def caption(names: Sequence[str], backdrop: str | None = None) -> str:
    from resources.pocket import world

    return world.caption_of(world.Spec(objects=tuple(names), tints=(None,) * len(names), backdrop=backdrop))


# --- several objects ------------------------------------------------------------------------------------------------


def _modifier(name: str, words: Sequence[str], more: Mapping[str, JSON]) -> list[JSON]:
    if name == "plain":
        return []
    id = {"t2i_zero": "editing.t2i_zero"}.get(name, "editing.a_star")
    mode = {"mode": name} if id == "editing.a_star" else {}
    return [f"{id}:{json.dumps({'words': [*words], **mode, **more})}"]


def _shown(lab: Lab, name: str, words: Sequence[str], seed: int, more: Mapping[str, JSON]) -> list[int]:
    """How many of the objects are in each picture."""
    made = lab.job("core.generate", seed, prompt=caption(words), steps=STEPS, count=SEEDS, batch=SEEDS,
                   modifiers=_modifier(name, words, more))  # fmt: skip
    return [len(set(words) & found) for found in lab.seen(lab.pixels(made.images))]


def words_unit(lab: Lab, each: int, number: int) -> list[Row]:
    names, seed = objects_of(each)[number], 1000 * each + SEEDS * number
    return [
        {"method": method, "found": _shown(lab, method, names, seed, lab.chosen.get(method, {})), "of": each}
        for method in ("plain", "t2i_zero", "attend_and_excite", "a_star")
    ]


def tune_unit(lab: Lab, number: int) -> list[Row]:
    """Every candidate on one tuning prompt, and every way to solve for a coefficient on one tuning caption."""
    names, seed = tuning()[number], 900_000 + SEEDS * number
    rows: list[Row] = [
        {"method": method, "candidate": i, "found": _shown(lab, method, names, seed, more)}
        for method, candidates in CANDIDATES.items()
        for i, more in enumerate(candidates)
    ]
    return rows + _solver_rows(lab, number)


def _solver_rows(lab: Lab, number: int) -> list[Row]:
    """Solved coefficients beside the best one: that which brings v nearest to the features of the edited caption."""
    from core.engine.run import Run
    from editing.concept_lancet_live import LiveLancetParams
    from editing.concept_lancet_plan import Plan

    # One and two objects: the more a caption says, the less of a concept there is in it.
    source, target, others, where = _exchange(np.random.default_rng(_TUNE + number), number)
    text = caption([source, *others], where)
    rows: list[Row] = []
    with lab.stage.cache.lend("pocket", torch.float32) as model, torch.no_grad():
        run = Run(lab.stage.assets, lambda _ref: lab.stage.cache.lend("pocket"), "pocket")
        own, wanted = model.encode_prompts([text]), model.encode_prompts([caption([target, *others], where)])
        for i, more in enumerate(SOLVERS):
            plan = Plan.of(LiveLancetParams(source=(source,), target=(target,), **more), run, model, own)  # type: ignore[arg-type]
            moved = (plan.atoms.features[plan.count] - plan.atoms.features[0]).double().flatten()
            goal = (wanted.features - own.features)[0].double().flatten().cpu()
            best = float(moved @ goal / (moved @ moved))
            rows.append({"method": "solver", "candidate": i, "weight": plan.weights[0], "best": best,
                         "direction": float(functional.cosine_similarity(moved, goal, dim=0)),
                         "seconds": plan.seconds})  # fmt: skip
    return rows


# --- one object for another -----------------------------------------------------------------------------------------


def _exchange(rng: np.random.Generator, number: int) -> tuple[str, str, list[str], str]:
    """(source, target, what else is there, backdrop); in every other scene one more object, which must stay."""
    from resources.pocket import world

    source, target, other = (str(n) for n in rng.choice(world.OBJECTS, 3, replace=False))
    return source, target, [other] if number % 2 else [], str(rng.choice(world.BACKDROPS))


def lancet_unit(lab: Lab, number: int) -> list[Row]:
    """One scene, the target put in with solved and with fixed weights. Scenes from `GENERATED` on are drawn ones."""
    from resources.pocket import world

    rng = np.random.default_rng(_TEST + 10_000 + number)
    source, target, others, where = _exchange(rng, number)
    names = [source, *others]
    text = caption(names, where)
    if number < GENERATED:
        ref = _generated(lab, text, set(names), 50_000 + 2 * number)
        if not ref:
            return [{"method": "none", "why": f"no picture of '{text}' shows what it says"}]
        inside = _by_judge(lab, lab.pixels([ref]), source)
    else:
        made = world.scene(rng, objects=names, backdrop=where)
        ref, inside = lab.keep(made.image), torch.from_numpy(made.masks[0])
    asked: dict[str, JSON] = {"picture": ref, "prompt": text, "source": [source], "target": [target], "backbone": "infedit",
             "steps": EDIT_STEPS}  # fmt: skip
    outside, before = ~_grown(inside), lab.pixels([ref])
    rows: list[Row] = []
    for kind in ("solved", "fixed"):
        made_, weights = _edits(lab, number, kind, source, asked)
        if made_ is None:
            return [{"method": "none", "why": f"'{source}' has no positive coefficient in '{text}'"}]
        pictures = lab.pixels(made_.images)
        for i, found in enumerate(lab.seen(pictures)):
            error = ((pictures[i] - before[0]) ** 2).mean(0)[outside].mean()
            rows.append({"method": kind, "level": i, "weight": weights[i], "target": target in found,
                         "source": source in found, "others": set(others) <= found, "objects": len(names),
                         "psnr": float(10 * torch.log10(4 / error.clamp(min=1e-9)))})  # fmt: skip
    return rows


def _edits(lab: Lab, number: int, kind: str, source: str, asked: dict[str, JSON]) -> tuple[Outcome | None, list[float]]:
    """The pictures at every level, and the weights they were made with."""
    if kind == "fixed":
        return lab.job("editing.concept_lancet", number, **asked, strengths=[*WEIGHTS], coefficient=1.0), list(WEIGHTS)
    strengths = [min(5.0, w * lab.chosen.get("scale", 1.0)) for w in WEIGHTS]
    settings = dict(lab.chosen.get("solver", {}))
    for more in (settings, {**settings, "alpha": 0.0001}):  # the way out that the program names
        try:
            made = lab.job("editing.concept_lancet", number, **asked, strengths=[*strengths], **more)
        except UserError:
            continue
        return made, [made.numbers[f"w_{source}"] * s for s in strengths]
    return None, []


def _generated(lab: Lab, text: str, names: set[str], seed: int) -> str:
    """A generated picture in which the judge sees all objects; empty when neither of two does."""
    made = lab.job("core.generate", seed, prompt=text, steps=STEPS, count=2, batch=2)
    seen = lab.seen(lab.pixels(made.images))
    return next((ref for ref, found in zip(made.images, seen, strict=True) if names <= found), "")


def _by_judge(lab: Lab, pixels: Tensor, name: str) -> Tensor:
    """Where the judge sees an object, (128, 128); its cells are 16 pixels wide."""
    from resources.pocket import world

    with torch.no_grad():
        field_: Tensor = lab.judge(pixels)["objects"].softmax(1)[0, 1 + world.OBJECTS.index(name)]
    return (field_ > 0.1).repeat_interleave(16, 0).repeat_interleave(16, 1)


def _grown(mask: Tensor, by: int = 8) -> Tensor:
    return functional.max_pool2d(mask.float()[None, None], 2 * by + 1, 1, by)[0, 0] > 0


# --- two prompts in one picture ---------------------------------------------------------------------------------------


def blend_unit(lab: Lab, number: int) -> list[Row]:
    names = _objects(PAIRS, 2, _TEST + 5)[number]
    prompts: list[JSON] = [caption([n]) for n in names]
    made = lab.job("editing.black_scholes", 70_000 + number, prompts=prompts, rules=[*RULES], steps=STEPS)
    pixels = lab.pixels(made.images)
    scores, seen = load_clip("").scores(pixels, [str(p) for p in prompts]).tolist(), lab.seen(pixels)
    order = ("first alone", "second alone", *RULES)
    return [{"method": m, "scores": s, "both": set(names) <= f} for m, s, f in zip(order, scores, seen, strict=True)]


TABLES: dict[str, tuple[int, Callable[[Lab, int], list[Row]]]] = {
    "tuning": (TUNING, tune_unit),
    "two objects": (TWO, lambda lab, number: words_unit(lab, 2, number)),
    "three objects": (THREE, lambda lab, number: words_unit(lab, 3, number)),
    "exchange": (GENERATED + DRAWN, lancet_unit),
    "blend": (PAIRS, blend_unit),
}


def numbers_of(table: str, count: int | None) -> list[int]:
    """Which units of a table run: all, or the first few (of scenes: generated and drawn in turn)."""
    most = TABLES[table][0]
    if count is None or count >= most:
        return list(range(most))
    if table != "exchange":
        return list(range(count))
    return [i // 2 if i % 2 == 0 else GENERATED + i // 2 for i in range(count)]
