"""The judge of the embedded world: a small CNN that says which objects, tints, backdrop and style a picture shows.

Trained by ``recipe/judge.py`` on scenes of other seeds than the generator's; it never saw a generated picture, and the
generator never saw the judge. Knows the 64 classes of ``world.OBJECTS`` and nothing else.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from resources.pocket import world

WEIGHTS = Path(__file__).with_name("model.safetensors")
TINT_NAMES = (None, *world.TINTS)
STYLE_NAMES = (None, *world.STYLES)


class Judge(nn.Module):
    """Per cell: which object (or none) and which tint; per picture: backdrop and style."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 4), nn.GroupNorm(8, width), nn.SiLU()]
        for a, b, stride in ((1, 2, 2), (2, 4, 2), (4, 4, 1)):
            layers += [nn.Conv2d(width * a, width * b, 3, stride, 1), nn.GroupNorm(8, width * b), nn.SiLU()]
            layers += [nn.Conv2d(width * b, width * b, 3, 1, 1), nn.GroupNorm(8, width * b), nn.SiLU()]
        self.body, wide = nn.Sequential(*layers), width * 4
        self.mix = nn.Sequential(nn.Conv2d(wide * 2, wide, 3, 1, 1), nn.SiLU())
        self.objects = nn.Conv2d(wide, len(world.OBJECTS) + 1, 1)
        self.tints = nn.Conv2d(wide, len(TINT_NAMES), 1)
        self.backdrop = nn.Linear(wide * 2, len(world.BACKDROPS))
        self.style = nn.Linear(wide * 2, len(STYLE_NAMES))

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits of the four questions; fields are 8 x 8."""
        y = self.body(x)
        pooled = torch.cat([y.mean((2, 3)), y.amax((2, 3))], 1)
        local = self.mix(torch.cat([y, y.mean((2, 3), keepdim=True).expand_as(y)], 1))
        return {
            "objects": self.objects(local), "tints": self.tints(local),
            "backdrop": self.backdrop(pooled), "style": self.style(pooled),
        }  # fmt: skip


def targets(scenes: list[world.Scene]) -> dict[str, torch.Tensor]:
    """What the judge should answer; a cell belongs to an object that covers a third of it (-1: do not count)."""
    field = np.zeros((len(scenes), 8, 8), np.int64)
    tint = np.full((len(scenes), 8, 8), -1, np.int64)
    for i, scene in enumerate(scenes):
        for mask, thing in zip(scene.masks, scene.things, strict=True):
            part = mask.reshape(8, 16, 8, 16).mean((1, 3))
            field[i][part > 0.35] = world.OBJECTS.index(thing.name) + 1
            field[i][(part > 0.1) & (part <= 0.35) & (field[i] == 0)] = -1
            tint[i][part > 0.35] = TINT_NAMES.index(thing.tint)
    gray = [s.spec.style in world.COLORLESS_STYLES or s.spec.style == "sepia" for s in scenes]
    back = [-1 if g else world.BACKDROPS.index(s.backdrop) for g, s in zip(gray, scenes, strict=True)]
    return {
        "objects": torch.from_numpy(field), "tints": torch.from_numpy(tint), "backdrop": torch.tensor(back),
        "style": torch.tensor([STYLE_NAMES.index(s.spec.style) for s in scenes]),
    }  # fmt: skip


def load(path: Path = WEIGHTS) -> Judge:
    """The shipped judge, for evaluation, fp32.

    Raises:
        OSError: the weights are not there.
        RuntimeError: they are of another shape.
    """
    judge = Judge()
    judge.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    return judge.eval().requires_grad_(False)


@torch.no_grad()
def answers(judge: Judge, x: torch.Tensor) -> list[dict]:
    """For every picture: found objects with score, tint and centre, the backdrop, the style."""
    out = judge(x)
    field, tints = out["objects"].softmax(1), out["tints"].softmax(1)
    found = []
    for i in range(len(x)):
        score = field[i, 1:]
        mass = score.flatten(1).sum(1)
        names = {}
        for k in torch.nonzero((mass > 1.5) & (score.flatten(1).amax(1) > 0.5)).flatten().tolist():
            place = score[k] / score[k].sum()
            centre = (float((place.sum(0) * torch.arange(8)).sum()), float((place.sum(1) * torch.arange(8)).sum()))
            tint = TINT_NAMES[int((tints[i] * place).sum((1, 2)).argmax())]
            names[world.OBJECTS[k]] = {"mass": float(mass[k]), "tint": tint, "centre": centre}
        found.append({
            "objects": names, "backdrop": world.BACKDROPS[int(out["backdrop"][i].argmax())],
            "style": STYLE_NAMES[int(out["style"][i].argmax())],
        })  # fmt: skip
    return found


def right(spec: world.Spec, found: dict) -> dict[str, bool]:
    """Which parts of a specification the judge finds fulfilled."""
    names = found["objects"]
    present = all(n in names for n in spec.objects)
    out = {"objects": present, "style": found["style"] == spec.style}
    tinted = [(n, t) for n, t in zip(spec.objects, spec.tints, strict=True) if t]
    out["tints"] = present and all(names[n]["tint"] == t for n, t in tinted)
    if spec.backdrop:
        out["backdrop"] = found["backdrop"] == spec.backdrop
    if spec.relation in ("left of", "right of") and present:
        a, b = (names[n]["centre"][0] for n in spec.objects)
        out["relation"] = a < b if spec.relation == "left of" else a > b
    else:
        out["relation"] = False
    return out


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a rate."""
    if n == 0:
        return 0.0, 1.0
    p, d = hits / n, 1 + z * z / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    mid = (p + z * z / (2 * n)) / d
    return mid - half, mid + half
