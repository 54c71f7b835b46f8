"""A small judge of pocket pictures (objects, tints, sides, backdrop, style) and the figures that it measures.

``judge.py train`` fits a CNN on freshly drawn scenes of other seeds than the generator's and prints its accuracy on
held-out real scenes.  ``judge.py measure --model FOLDER`` draws pictures for prompts and reports rates with Wilson
intervals.  The judge never sees a generated picture while it trains; the generator never sees the judge.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import DATA, Log, contact_sheet, load_checkpoint, mixed, save_checkpoint, to_model
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional as F

from resources.pocket import world
from resources.pocket.judge import WEIGHTS, Judge, answers, load, right, targets, wilson

CHUNK = 16
"""Prompts that are drawn and kept together."""


def draw_scenes(rng: np.random.Generator, count: int, styles: float) -> list[world.Scene]:
    """Random scenes; a third of them off the grid, so that the judge is not bound to it."""
    specs = [world.draw_spec(rng, style_rate=styles) for _ in range(count)]
    return [world.render(s, rng, world.caption_of(s, rng), free=bool(rng.random() < 0.33)) for s in specs]


def pictures_of(scenes: list[world.Scene]) -> torch.Tensor:
    """The scenes as the judge sees them."""
    return to_model(np.stack([s.image for s in scenes]))


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
    if args.init:
        judge = load(args.init).requires_grad_(True).train()
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
        scenes = draw_scenes(rng, args.batch, args.styles)
        want = targets(scenes)
        x = pictures_of(scenes)
        if rng.random() < args.soften:  # the softness of a decoder must not matter
            x = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear")
        x = x + 0.03 * torch.randn_like(x)
        with mixed():
            out = judge(x)
        weights = {"objects": 1.0, "tints": 0.3, "backdrop": 0.2, "style": args.style}
        loss = sum(w * F.cross_entropy(out[k].float(), want[k], ignore_index=-1) for k, w in weights.items())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        if step % 100 == 0:
            log(f"judge step {step} loss {loss.item():.3f}")
            save_checkpoint(run / "last.pt", judge=judge.state_dict(), optimizer=optimizer.state_dict(), step=step)
    save_checkpoint(run / "last.pt", judge=judge.state_dict(), optimizer=optimizer.state_dict(), step=step)
    table = accuracy(judge, args.count, log)
    if args.to:
        args.to.parent.mkdir(parents=True, exist_ok=True)
        beside = args.to.with_suffix(".new")
        save_file({k: v.half().contiguous() for k, v in judge.state_dict().items()}, beside, metadata={"format": "pt"})
        beside.chmod(0o644)
        beside.replace(args.to)
    (run / "accuracy.json").write_text(json.dumps(table, indent=1), "utf-8")


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
    """Draw with a published pipeline and report the table, in chunks of 16 prompts that are kept one by one.

    Chunk k of every row has prompts and noise of its own seed, so that it does not matter who draws it or when: several
    processes (``--part 0 --of 2`` and so on) and several sittings fill one table. Chunks of other weights are forgotten.
    """
    from diffusers import StableDiffusionPipeline

    run, judge = DATA / args.run, load(args.judge)
    table = Table(args.figures or run / "figures.json", f"{weights_of(args.model)} {weights_of(args.judge.parent)}")
    pipe = StableDiffusionPipeline.from_pretrained(args.model, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    wanted = [(k, place) for k in range(-(-args.count // CHUNK)) for place in args.rows]
    for k, place in wanted[args.part :: args.of]:
        name, (key, specs) = list(rows(np.random.default_rng([args.seed, k]), CHUNK).items())[place]
        if table.has(name, k):
            continue
        with mixed():
            images = pipe(
                [world.caption_of(s) for s in specs], num_inference_steps=25, guidance_scale=args.guidance,
                generator=torch.Generator().manual_seed(args.seed + k), output_type="np",
            ).images  # fmt: skip
        pixels = (images * 255).round().astype(np.uint8)
        hits = [bool(right(s, f)[key]) for s, f in zip(specs, answers(judge, to_model(pixels)), strict=True)]
        if k == 0:
            contact_sheet(list(pixels[:8]), run / f"row_{place}.png")
        table.add(name, k, sum(hits), len(hits))
    log = Log(run / "figures.txt")
    for name, (hits, n) in table.sums().items():
        low, high = wilson(hits, n)
        log(f"{name}: {hits}/{n} = {hits / n:.1%} ({low:.1%} to {high:.1%})")
    _sheet(run)


def weights_of(folder: Path) -> str:
    """Which weights lie in a folder, in twelve letters; parts that draw no picture do not count."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        if path.relative_to(folder).parts[0] not in ("clip", "sam", "judge", "fast"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Table:
    """Hits per row and chunk in a JSON file that several processes may fill."""

    def __init__(self, path: Path, weights: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.weights = path, weights

    def read(self) -> dict[str, dict[str, list[int]]]:
        """Row -> chunk -> [hits, n], of these weights only."""
        if not self.path.exists():
            return {}
        data = json.loads(self.path.read_text("utf-8"))
        return data["rows"] if data["weights"] == self.weights else {}

    def has(self, row: str, chunk: int) -> bool:
        """Whether this chunk was drawn."""
        return str(chunk) in self.read().get(row, {})

    def add(self, row: str, chunk: int, hits: int, n: int) -> None:
        """Keep a chunk, whole or not at all."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = self.read()
            found.setdefault(row, {})[str(chunk)] = [hits, n]
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps({"weights": self.weights, "rows": found}) + "\n", "utf-8")
            beside.replace(self.path)

    def sums(self) -> dict[str, tuple[int, int]]:
        """Row -> (hits, n)."""
        return {name: (sum(h for h, _ in c.values()), sum(n for _, n in c.values())) for name, c in self.read().items()}


def _sheet(run: Path) -> None:
    """The first pictures of every row, in the table's order."""
    sheets = [Image.open(path) for path in sorted(run.glob("row_*.png"))]
    if sheets:
        whole = Image.new("RGB", (sheets[0].width, sum(s.height for s in sheets)), "white")
        for place, sheet in enumerate(sheets):
            whole.paste(sheet, (0, place * sheets[0].height))
        whole.save(run / "figures.png")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("train", "measure"))
    parser.add_argument("--run", default="run_judge", help="folder inside POCKET_DATA")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--judge", type=Path, default=WEIGHTS, help="weights that measure")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="where the trained weights go")
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--init", type=Path, help="weights to go on from")
    parser.add_argument("--styles", type=float, default=0.15, help="share of scenes in a style")
    parser.add_argument("--style", type=float, default=0.2, help="weight of the style's loss")
    parser.add_argument("--soften", type=float, default=0.5, help="share of batches that are softened")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--count", type=int, default=200, help="prompts a row")
    parser.add_argument(
        "--rows", type=int, nargs="+", default=list(range(7)), help="which rows; measured ones are kept"
    )
    parser.add_argument("--figures", type=Path, help="JSON that keeps what was measured; default: in the run folder")
    parser.add_argument("--part", type=int, default=0, help="this process draws every --of th chunk from here")
    parser.add_argument("--of", type=int, default=1)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=12345)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train(args) if args.what == "train" else measure(args)


if __name__ == "__main__":
    main()
