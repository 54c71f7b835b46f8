"""A small judge of pocket pictures (objects, tints, sides, backdrop, style) and the figures that it measures.

``judge.py train`` fits a CNN on freshly drawn scenes of other seeds than the generator's and prints its accuracy on
held-out real scenes.  ``judge.py measure --model FOLDER`` draws pictures for prompts and reports rates with Wilson
intervals.  The judge never sees a generated picture while it trains; the generator never sees the judge.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import DATA, Log, contact_sheet, load_checkpoint, save_checkpoint, to_model
from torch import nn
from torch.nn import functional as F

from resources.pocket import world

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


def draw_scenes(rng: np.random.Generator, count: int) -> list[world.Scene]:
    """Random scenes; a third of them off the grid, so that the judge is not bound to it."""
    return [world.scene(rng, free=bool(rng.random() < 0.33)) for _ in range(count)]


def pictures_of(scenes: list[world.Scene]) -> torch.Tensor:
    """The scenes as the judge sees them."""
    return to_model(np.stack([s.image for s in scenes]))


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


def rows(rng: np.random.Generator, n: int) -> dict[str, tuple[str, list[world.Spec]]]:
    """The rows of the table: name, which answer counts, the specifications."""

    def two() -> tuple[str, ...]:
        return tuple(str(s) for s in rng.choice(world.OBJECTS, 2, replace=False))

    def one() -> tuple[str]:
        return (str(rng.choice(world.OBJECTS)),)

    def tint() -> str:
        return str(rng.choice(world.TINTS))

    def spec(objects: tuple[str, ...], **given: Any) -> world.Spec:
        return world.Spec(objects, given.pop("tints", (None,) * len(objects)), **given)

    three = [tuple(str(s) for s in rng.choice(world.OBJECTS, 3, replace=False)) for _ in range(n)]
    return {
        "one object": ("objects", [spec(one()) for _ in range(n)]),
        "one object with tint": ("tints", [spec(one(), tints=(tint(),)) for _ in range(n)]),
        "two objects": ("objects", [spec(two(), relation="and") for _ in range(n)]),
        "left of / right of": (
            "relation",
            [spec(two(), relation=str(rng.choice(["left of", "right of"]))) for _ in range(n)],
        ),
        "three objects": ("objects", [spec(t) for t in three]),
        "backdrop": ("backdrop", [spec(one(), backdrop=str(rng.choice(world.BACKDROPS))) for _ in range(n)]),
        "style": ("style", [spec(one(), style=str(rng.choice(tuple(world.STYLES)))) for _ in range(n)]),
    }


def train(args: argparse.Namespace) -> None:
    """Fit the judge for some minutes; resumable."""
    run = DATA / args.run
    log, judge, step = Log(run / "log.txt"), Judge(), 0
    optimizer = torch.optim.AdamW(judge.parameters(), lr=args.rate, betas=(0.9, 0.99), fused=True)
    if state := load_checkpoint(run / "last.pt"):
        judge.load_state_dict(state["judge"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    judge = judge.to(memory_format=torch.channels_last)
    rng, began = np.random.default_rng(70_000 + step), time.time()
    while (part := (time.time() - began) / 60 / args.minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, (step + 1) / 50, 2.5 * (1 - part) + 0.01)
        scenes = draw_scenes(rng, args.batch)
        want = targets(scenes)
        x = pictures_of(scenes)
        if rng.random() < 0.5:  # the softness of a decoder must not matter
            x = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear")
        x = x + 0.03 * torch.randn_like(x)
        with torch.autocast("cpu", torch.bfloat16):
            out = judge(x)
        weights = {"objects": 1.0, "tints": 0.3, "backdrop": 0.2, "style": 0.2}
        loss = sum(w * F.cross_entropy(out[k].float(), want[k], ignore_index=-1) for k, w in weights.items())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        if step % 100 == 0:
            log(f"judge step {step} loss {loss.item():.3f}")
            save_checkpoint(run / "last.pt", judge=judge.state_dict(), optimizer=optimizer.state_dict(), step=step)
    save_checkpoint(run / "last.pt", judge=judge.state_dict(), optimizer=optimizer.state_dict(), step=step)
    accuracy(judge, args.count, log)


def accuracy(judge: Judge, n: int, log: Log) -> dict[str, dict]:
    """The judge's own accuracy: the same rows asked of real scenes of held-out seeds."""
    rng = np.random.default_rng(90_000)
    table = {}
    for name, (key, specs) in rows(rng, n).items():
        scenes = [world.render(s, rng) for s in specs]
        found = [a for i in range(0, n, 64) for a in answers(judge, pictures_of(scenes[i : i + 64]))]
        hits = sum(right(s, f)[key] for s, f in zip(specs, found, strict=True))
        table[name] = {"hits": hits, "n": n, "interval": wilson(hits, n)}
        log(f"judge on real scenes: {name}: {hits}/{n} = {hits / n:.1%}")
    return table


def measure(args: argparse.Namespace) -> None:
    """Draw with a published pipeline and report the table."""
    from diffusers import StableDiffusionPipeline

    run = DATA / args.run
    log, judge = Log(run / "figures.txt"), Judge()
    judge.load_state_dict(load_checkpoint(run / "last.pt")["judge"])
    pipe = StableDiffusionPipeline.from_pretrained(args.model, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    rng, table, shown = np.random.default_rng(args.seed), {}, []
    for name, (key, specs) in rows(rng, args.count).items():
        prompts, hits, generator = [world.caption_of(s) for s in specs], 0, torch.Generator().manual_seed(args.seed)
        for i in range(0, args.count, 16):
            with torch.autocast("cpu", torch.bfloat16):
                images = pipe(
                    prompts[i : i + 16], num_inference_steps=25, guidance_scale=args.guidance, generator=generator,
                    output_type="np",
                ).images  # fmt: skip
            pixels = (images * 255).round().astype(np.uint8)
            shown += list(pixels[:8]) if i == 0 else []
            found = answers(judge, to_model(pixels))
            hits += sum(right(s, f)[key] for s, f in zip(specs[i : i + 16], found, strict=True))
        low, high = wilson(hits, args.count)
        table[name] = {"hits": hits, "n": args.count, "interval": [low, high]}
        log(f"{name}: {hits}/{args.count} = {hits / args.count:.1%} ({low:.1%} to {high:.1%})")
    contact_sheet(shown, run / "figures.png")
    (run / "figures.json").write_text(json.dumps(table, indent=1), "utf-8")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("train", "measure"))
    parser.add_argument("--run", default="run_judge", help="folder inside POCKET_DATA")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--count", type=int, default=200, help="prompts a row")
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=12345)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train(args) if args.what == "train" else measure(args)


if __name__ == "__main__":
    main()
