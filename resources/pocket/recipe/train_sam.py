"""Train the embedded SAM: the `segment-anything` classes, small, on scenes with exact masks; resumable, then published.

Prompts as in SAM (Kirillov et al., 2023, section 3 and appendix A): a click drawn from the mask or a loosened box first,
then clicks where the last answer was wrong, with its logits handed back.  A single click asks for three masks, of which
the best one learns; everything else asks for one.  Here the loss is cross-entropy and dice at the picture's size instead
of focal and dice at a quarter of it, there are three rounds instead of eleven, and a head that is only there while it
learns tells the foreground, so that the encoder learns on every pixel.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import torch
from common import DATA, PUBLISHED, Log, contact_sheet, load_checkpoint, mixed, save_checkpoint
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from erasure.pixels.masks.prompts import Prompt
from erasure.pixels.masks.sam import build, load_sam, segment
from erasure.pixels.masks.sam_cache import EmbeddingCache
from erasure.pixels.masks.sam_weights import LAYOUTS, find_weights
from resources.pocket import world

LAYOUT = next(layout for layout in LAYOUTS if layout.name == "pocket")
MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
HELD_OUT_SEED = 920_000
"""Scenes from this seed on are never drawn in training."""
PROMPTS = 2
"""Prompts a picture and step: the encoder is most of the work, and its answer serves them all."""
COUNTS = (1, 2, 2, 3)
"""Objects a scene: with one alone a click has nothing to choose."""
FORCED_BACKDROP = 0.08
"""How often the thing to be marked is the backdrop: whatever no object covers."""


class Taught(nn.Module):
    """A SAM and the head that is only there while it learns."""

    def __init__(self) -> None:
        super().__init__()
        self.sam = build(LAYOUT).to_empty(device="cpu").requires_grad_(True)
        self.sam.apply(_reset)
        nn.init.trunc_normal_(self.sam.image_encoder.pos_embed, std=0.02)
        pe = self.sam.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix
        pe.copy_(torch.randn(pe.shape))
        self.foreground = nn.Conv2d(LAYOUT.out, 16, 1)

    def encode(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Embeddings (n, out, 16, 16) and logits of the foreground (n, 64, 64) of pictures (n, 3, 128, 128), 0 to 255."""
        mean, deviation = (torch.tensor(v).view(3, 1, 1) for v in (MEAN, DEVIATION))
        seen = self.sam.image_encoder((pictures - mean) / deviation)
        return seen, F.pixel_shuffle(self.foreground(seen), 4)[:, 0]

    def decode(
        self, seen: torch.Tensor, clicks: tuple[torch.Tensor, torch.Tensor] | None, boxes: torch.Tensor | None,
        low: torch.Tensor | None,
    ) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
        """Four masks (n, 4, 64, 64) and their rated overlaps (n, 4) for one prompt a picture.

        The package's decoder takes many prompts of one picture; this takes one of each of many, with the same layers.
        """
        sparse, dense = self.sam.prompt_encoder(points=clicks, boxes=boxes, masks=low)
        decoder, place = self.sam.mask_decoder, self.sam.prompt_encoder.get_dense_pe()
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
        tokens = torch.cat([own.expand(len(seen), -1, -1), sparse], 1)
        told, field = decoder.transformer(seen + dense, place.expand(len(seen), -1, -1, -1), tokens)
        field = decoder.output_upscaling(field.transpose(1, 2).reshape(seen.shape))
        heads = decoder.output_hypernetworks_mlps
        keys = torch.stack([head(told[:, 1 + i]) for i, head in enumerate(heads)], 1)
        return torch.einsum("nkc,nchw->nkhw", keys, field).float(), decoder.iou_prediction_head(told[:, 0]).float()


def _reset(module: nn.Module) -> None:
    if callable(getattr(module, "reset_parameters", None)):
        module.reset_parameters()
    elif module.__class__.__name__ == "LayerNorm2d":
        nn.init.ones_(module.weight)
        nn.init.zeros_(module.bias)
    for name in ("rel_pos_h", "rel_pos_w"):
        if hasattr(module, name):
            nn.init.zeros_(getattr(module, name))


# ---------------------------------------------------------------- prompts


def chosen(scene: world.Scene, rng: np.random.Generator, count: int) -> list[np.ndarray]:
    """The masks that the prompts are about (128, 128): objects of which enough is to be seen, or the backdrop.

    Several of one picture differ where they can: only that teaches that the click, not the picture, says which one.
    """
    seen = [m for m in scene.masks if m.sum() >= 60] or list(scene.masks)
    order = rng.permutation(len(seen))
    objects = [seen[int(order[i % len(seen)])] for i in range(count)]
    return [~scene.masks.any(0) if rng.random() < FORCED_BACKDROP else mask for mask in objects]


def click_in(area: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """A pixel (x, y) of an area, any with the same chance."""
    at = np.flatnonzero(area)
    y, x = divmod(int(at[int(rng.integers(len(at)))]), area.shape[1])
    return float(x), float(y)


def next_click(truth: np.ndarray, answer: np.ndarray, rng: np.random.Generator) -> tuple[float, float, int]:
    """Where the answer is wrong: inside what it missed (label 1) or inside what it took too much (0)."""
    wrong = truth != answer
    if not wrong.any():
        return *click_in(truth, rng), 1
    x, y = click_in(wrong, rng)
    return x, y, int(truth[int(y), int(x)])


def box_round(mask: np.ndarray, rng: np.random.Generator | None = None) -> tuple[float, float, float, float]:
    """Corners of a mask's box; with `rng` each moved by a normal of a tenth of the side (at most 10 pixels)."""
    ys, xs = np.nonzero(mask)
    box = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], np.float64)
    if rng is not None:
        sides = np.array([box[2] - box[0], box[3] - box[1]] * 2)
        box += np.clip(rng.normal(size=4) * 0.1 * sides, -10, 10)
    left, top, right, bottom = np.clip(box, 0, world.SIDE)
    return float(left), float(top), float(max(right, left + 1)), float(max(bottom, top + 1))


# ---------------------------------------------------------------- training


def losses(logits: torch.Tensor, rated: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of every mask (n, k) and of every rating (n, k); logits (n, k, 128, 128), truth (n, 128, 128) of 0 and 1."""
    goal = truth[:, None].expand_as(logits)
    share = logits.sigmoid()
    cross = F.binary_cross_entropy_with_logits(logits, goal, reduction="none").mean((2, 3))
    dice = 1 - (2 * (share * goal).sum((2, 3)) + 1) / ((share + goal).sum((2, 3)) + 1)
    cut = logits.detach() > 0
    overlap = (cut & (goal > 0.5)).sum((2, 3)) / (cut | (goal > 0.5)).sum((2, 3)).clamp(min=1)
    return 4 * cross + dice, (rated - overlap) ** 2


def step_loss(model: Taught, scenes: list[world.Scene], rounds: int, rng: np.random.Generator) -> torch.Tensor:
    """One batch: prompts, answers, corrections."""
    goals = [g for s in scenes for g in chosen(s, rng, PROMPTS)]
    truth = torch.from_numpy(np.stack(goals)).float()
    pictures = torch.from_numpy(np.stack([s.image for s in scenes])).permute(0, 3, 1, 2).float()
    if rng.random() < 0.3:  # what a decoder softened must be cut as well
        pictures = F.interpolate(F.avg_pool2d(pictures, 2), scale_factor=2, mode="bilinear")
    ground = torch.from_numpy(np.stack([s.masks.any(0) for s in scenes])).float()
    with mixed():
        seen, guess = model.encode(pictures)
    total = F.binary_cross_entropy_with_logits(guess.float(), F.avg_pool2d(ground[:, None], 2)[:, 0])
    seen = seen.repeat_interleave(PROMPTS, 0)
    boxed, low = rng.random() < 0.5, None
    boxes = torch.tensor([box_round(g, rng) for g in goals]) if boxed else None
    clicks: list[list[tuple[float, float, int]]] = [[] if boxed else [(*click_in(g, rng), 1)] for g in goals]
    for turn in range(rounds):
        told = None
        if clicks[0]:
            at = torch.tensor(clicks)
            told = at[..., :2].float(), at[..., 2].long()
        with mixed():
            small, rated = model.decode(seen, told, boxes, low)
        several = told is not None and at.shape[1] == 1 and not boxed
        small, rated = (small[:, 1:], rated[:, 1:]) if several else (small[:, :1], rated[:, :1])
        large = F.interpolate(small, (world.SIDE, world.SIDE), mode="bilinear", align_corners=False)
        each, rating = losses(large, rated, truth)
        best = each.argmin(1, keepdim=True)
        # The best of three learns; a little of the others too, so that none of them dies.
        total = total + each.gather(1, best).mean() + 0.05 * each.mean() + rating.mean()
        if turn + 1 < rounds:
            pick = best[:, 0, None, None, None]
            answer = (large.detach().gather(1, pick.expand(-1, 1, *large.shape[2:])) > 0)[:, 0].numpy()
            low = small.detach().gather(1, pick.expand(-1, 1, *small.shape[2:]))
            for mine, goal, got in zip(clicks, goals, answer, strict=True):
                mine.append(next_click(goal, got, rng))
    return total / rounds


def train(args: argparse.Namespace) -> None:
    """Fit for some minutes (over several sittings, if need be), publish and measure."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(920)
    run = DATA / args.run
    log, model, step, spent = Log(run / "log.txt"), Taught(), 0, 0.0
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    if state := load_checkpoint(run / "last.pt"):
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    rng, began, saved, seen = np.random.default_rng(600_000 + step), time.time() - spent, time.time(), []
    while (part := (time.time() - began) / 60 / args.minutes) < 1 and not (run / "stop").exists():
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, (step + 1) / 60, 2 * (1 - part) + 0.01)
        specs = [world.draw_spec(rng, counts=COUNTS) for _ in range(args.batch)]
        scenes = [world.render(spec, rng, free=bool(rng.random() < 0.5)) for spec in specs]
        # Most steps end after the first answer: that is the one which most people see.
        loss = step_loss(model, scenes, int(rng.choice([1, 1, 2, 3])), rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        seen.append(loss.item())
        if step % args.log_every == 0:
            log(f"sam step {step} loss {np.mean(seen):.3f}")
            seen = []
        if time.time() - saved > args.every * 60:
            keep(run, model, optimizer, step, time.time() - began)
            saved = time.time()
    keep(run, model, optimizer, step, time.time() - began)
    publish(model.sam, args.to)
    measure(args.to, args.count, run, log)


def keep(run: Path, model: Taught, optimizer: torch.optim.Optimizer, step: int, spent: float) -> None:
    """The checkpoint to go on from."""
    save_checkpoint(run / "last.pt", model=model.state_dict(), optimizer=optimizer.state_dict(), step=step, spent=spent)


def publish(sam: nn.Module, folder: Path) -> None:
    """Half-precision weights under the package's names, written beside and then renamed, and what sizes they have."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.detach().half().contiguous() for k, v in sam.state_dict().items()}
    if not all(torch.isfinite(v).all() for v in state.values()):
        raise SystemExit("The weights are not finite; nothing was published.")
    save_file(state, folder / ".new", metadata={"format": "pt"})
    (folder / ".new").chmod(0o644)
    (folder / ".new").replace(folder / "model.safetensors")
    # For readers only: the studio tells the sizes by the shapes of the tensors.
    about = {"package": "segment-anything", "mean": MEAN, "deviation": DEVIATION} | dataclasses.asdict(LAYOUT)
    (folder / "config.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")


# ---------------------------------------------------------------- measuring


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two masks."""
    return float((a & b).sum() / max((a | b).sum(), 1))


def interval(values: list[float], draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap percentile interval of a mean: overlaps crowd near 1, so a normal one would reach beyond it."""
    found = np.asarray(values)
    means = np.random.default_rng(0).choice(found, (draws, len(found))).mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def measure(folder: Path, count: int, run: Path, log: Log) -> None:
    """Mean overlap on held-out scenes through the studio's own predictor: the best rated mask of each prompt."""
    model, table, shown = load_sam(find_weights(str(folder), required=True)), {}, []
    model.cache = EmbeddingCache(folder=run / "embeddings")  # not among a person's own
    for name, pool in (("known classes", world.OBJECTS), ("classes held out", world.HELD_OUT_OBJECTS)):
        rng = np.random.default_rng(HELD_OUT_SEED)
        found: dict[str, list[float]] = {"one click, middle": [], "one click, anywhere": [], "one box": []}
        for _ in range(count):
            scene = world.render(world.draw_spec(rng, pool=pool), rng)
            picture = Image.fromarray(scene.image)
            mask = scene.masks[int(rng.integers(len(scene.masks)))]
            x, y = click_in(mask, rng)
            box = tuple(int(v) for v in box_round(mask))
            prompts = {
                "one click, middle": Prompt(picture.size, (middle(mask),)),
                "one click, anywhere": Prompt(picture.size, ((int(x), int(y)),)),
                "one box": Prompt(picture.size, (), (), box),
            }
            for kind, prompt in prompts.items():
                masks, scores = segment(model, picture, prompt)
                best = masks[int(np.argmax(scores))]
                found[kind].append(overlap(best, mask))
                if len(shown) < 48:
                    shown.append(np.where(best[..., None], scene.image, scene.image // 4))
        for kind, values in found.items():
            mean, (low, high) = float(np.mean(values)), interval(values)
            table[f"{name}: {kind}"] = {"n": len(values), "iou": mean, "interval": [low, high]}
            log(f"{name}: {kind}: IoU {mean:.3f} (95 %: {low:.3f} to {high:.3f}, {len(values)} scenes)")
    contact_sheet(shown, run / "sheet.png", columns=6)
    (folder / "figures.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def middle(mask: np.ndarray) -> tuple[int, int]:
    """The pixel (x, y) of a mask that is farthest from its edge."""
    from scipy.ndimage import distance_transform_edt

    far = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    y, x = divmod(int(far.argmax()), mask.shape[1])
    return x, y


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default="run_sam", help="folder inside POCKET_DATA")
    parser.add_argument("--to", type=Path, default=PUBLISHED / "sam")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=2, help="minutes between checkpoints")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=12, help="pictures a step")
    parser.add_argument("--count", type=int, default=200, help="held-out scenes a row")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log-every", type=int, default=50)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
