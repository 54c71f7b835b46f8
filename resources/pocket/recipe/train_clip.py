"""Train the embedded CLIP: the published text encoder with a small vision tower; resumable.

Contrastive loss (Radford et al., 2021, arXiv:2103.00020) on scenes that are drawn as they are needed, so no picture comes
twice.  Because the scenes have exact masks, each patch of the vision tower also says which object it lies on, and the
picture's feature says backdrop and style: this teaches in minutes what captions alone teach in hours.  The extra heads
are thrown away.  Texts that stand twice in a batch are never each other's wrong answer.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from common import DATA, PUBLISHED, Log, load_checkpoint, mixed, save_checkpoint, to_model
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from transformers import CLIPConfig, CLIPModel, CLIPTextModel, CLIPTokenizer, CLIPVisionConfig

from resources.pocket import world
from resources.pocket.judge import STYLE_NAMES, targets

MEAN = (0.5, 0.5, 0.5)
"""Mean and deviation of the preprocessor: pictures go in as -1..1."""
WIDTH, LAYERS, HEADS, PATCH = 192, 6, 4, 16
HELD_OUT_SEED = 910_000
"""Scenes from this seed on are never drawn in training."""


class Taught(nn.Module):
    """A CLIP with the heads that are only there while it learns."""

    def __init__(self) -> None:
        super().__init__()
        text = CLIPTextModel.from_pretrained(PUBLISHED / "text_encoder", dtype=torch.float32)
        vision = CLIPVisionConfig(
            hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
            image_size=world.SIDE, patch_size=PATCH, projection_dim=text.config.projection_dim,
        )  # fmt: skip
        config = CLIPConfig(
            text_config=text.config.to_dict(), vision_config=vision.to_dict(), projection_dim=text.config.projection_dim
        )
        self.clip = CLIPModel(config)
        known = {k.removeprefix("text_model."): v for k, v in text.state_dict().items()}
        self.clip.text_model.load_state_dict(known)
        self.objects = nn.Linear(WIDTH, len(world.OBJECTS) + 1)
        self.backdrop = nn.Linear(WIDTH, len(world.BACKDROPS))
        self.style = nn.Linear(WIDTH, len(STYLE_NAMES))

    def forward(self, x: torch.Tensor, ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """Unit features of both towers, and what the extra heads say; the field of objects is 8 x 8."""
        seen = self.clip.vision_model(pixel_values=x)
        read = self.clip.text_model(input_ids=ids)
        patches = seen.last_hidden_state[:, 1:]
        side = world.SIDE // PATCH
        return {
            "picture": F.normalize(self.clip.visual_projection(seen.pooler_output).float(), dim=-1),
            "text": F.normalize(self.clip.text_projection(read.pooler_output).float(), dim=-1),
            "objects": self.objects(patches).float().transpose(1, 2).reshape(len(x), -1, side, side),
            "backdrop": self.backdrop(seen.pooler_output).float(),
            "style": self.style(seen.pooler_output).float(),
        }


def contrast(picture: torch.Tensor, text: torch.Tensor, scale: torch.Tensor, captions: list[str]) -> torch.Tensor:
    """Symmetric cross-entropy over a batch; equal captions are left out of each other's denominators."""
    logits = scale.exp().clamp(max=100) * picture @ text.T
    number = {c: i for i, c in enumerate(dict.fromkeys(captions))}
    group = torch.tensor([number[c] for c in captions])
    same = (group[:, None] == group[None]) & ~torch.eye(len(captions), dtype=torch.bool)
    logits = logits.masked_fill(same, -1e4)
    target = torch.arange(len(captions))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def train(args: argparse.Namespace) -> None:
    """Fit for some minutes (over several sittings, if need be) and publish."""
    torch.set_num_threads(args.threads)
    run = DATA / args.run
    log, model, step, spent = Log(run / "log.txt"), Taught(), 0, 0.0
    tokenizer = CLIPTokenizer.from_pretrained(PUBLISHED / "tokenizer")
    towers = [p for n, p in model.named_parameters() if n.startswith("clip.text_model")]
    rest = [p for n, p in model.named_parameters() if not n.startswith("clip.text_model")]
    optimizer = torch.optim.AdamW(
        [{"params": rest, "share": 1.0}, {"params": towers, "share": 0.2}], lr=args.rate, betas=(0.9, 0.98), fused=True
    )
    if state := load_checkpoint(run / "last.pt"):
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    rng, began, saved = np.random.default_rng(500_000 + step), time.time() - spent, time.time()
    while (part := (time.time() - began) / 60 / args.minutes) < 1 and not (run / "stop").exists():
        for group in optimizer.param_groups:
            group["lr"] = args.rate * group["share"] * min(1.0, (step + 1) / 60, 2 * (1 - part) + 0.01)
        scenes = [world.scene(rng, free=bool(rng.random() < 0.25)) for _ in range(args.batch)]
        captions = [s.caption for s in scenes]
        ids = tokenizer(captions, padding=True, return_tensors="pt").input_ids
        x, want = to_model(np.stack([s.image for s in scenes])), targets(scenes)
        if rng.random() < 0.4:  # the softness of a decoder must not matter
            x = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear")
        with mixed():
            out = model(x, ids)
        loss = contrast(out["picture"], out["text"], model.clip.logit_scale, captions)
        extra = {"objects": 1.0, "backdrop": 0.2, "style": 0.2}
        taught = sum(w * F.cross_entropy(out[k], want[k], ignore_index=-1) for k, w in extra.items())
        optimizer.zero_grad(set_to_none=True)
        (loss + taught).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % args.log_every == 0:
            log(f"clip step {step} contrast {loss.item():.3f} taught {float(taught):.3f}")
        if time.time() - saved > 120:
            keep(run, model, optimizer, step, time.time() - began)
            saved = time.time()
    keep(run, model, optimizer, step, time.time() - began)
    publish(model.clip, tokenizer, args.to)
    figures = retrieval(args.to, args.count)
    log(f"retrieval among {args.count}: {json.dumps(figures)}")
    for folder in (run, args.to):
        (folder / "figures.json").write_text(json.dumps(figures) + "\n", "utf-8")


def keep(run: Path, model: Taught, optimizer: torch.optim.Optimizer, step: int, spent: float) -> None:
    """The checkpoint to go on from."""
    save_checkpoint(run / "last.pt", model=model.state_dict(), optimizer=optimizer.state_dict(), step=step, spent=spent)


def publish(clip: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """A folder as transformers reads it: half precision, tokenizer and preprocessor beside the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    clip.config.text_config._name_or_path = ""  # else the trainer's own folder would travel with the model
    clip.config.save_pretrained(folder)
    state = {k: v.detach().half().contiguous() for k, v in clip.state_dict().items() if "position_ids" not in k}
    save_file(state, folder / ".new", metadata={"format": "pt"})
    (folder / ".new").chmod(0o644)
    (folder / ".new").replace(folder / "model.safetensors")
    for path in (PUBLISHED / "tokenizer").iterdir():
        shutil.copyfile(path, folder / path.name)
    side = world.SIDE
    (folder / "preprocessor_config.json").write_text(
        json.dumps({
            "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": side},
            "do_center_crop": True, "crop_size": {"height": side, "width": side}, "do_rescale": True,
            "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": MEAN, "image_std": MEAN, "resample": 3,
        }, indent=1) + "\n",
        "utf-8",
    )  # fmt: skip


@torch.no_grad()
def retrieval(folder: Path, count: int) -> dict[str, float]:
    """Held-out scenes with captions that all differ: how often the right text (picture) comes first among `count`."""
    clip, tokenizer = CLIPModel.from_pretrained(folder).float().eval(), CLIPTokenizer.from_pretrained(folder)
    rng, scenes = np.random.default_rng(HELD_OUT_SEED), {}
    while len(scenes) < count:
        scene = world.scene(rng)
        scenes.setdefault(scene.caption, scene)
    ids = tokenizer(list(scenes), padding=True, return_tensors="pt").input_ids
    x = to_model(np.stack([s.image for s in scenes.values()]))
    picture = F.normalize(clip.visual_projection(clip.vision_model(pixel_values=x).pooler_output), dim=-1)
    text = F.normalize(clip.text_projection(clip.text_model(input_ids=ids).pooler_output), dim=-1)
    found, right = picture @ text.T, torch.arange(count)
    rank = (found > found.diagonal()[:, None]).sum(1)
    return {
        "n": count, "text_top1": float((rank == 0).float().mean()), "text_top5": float((rank < 5).float().mean()),
        "picture_top1": float((found.argmax(0) == right).float().mean()),
    }  # fmt: skip


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default="run_clip", help="folder inside POCKET_DATA")
    parser.add_argument("--to", type=Path, default=PUBLISHED / "clip")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--count", type=int, default=256, help="scenes of the retrieval test")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log-every", type=int, default=50)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
