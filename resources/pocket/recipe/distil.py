"""Distil the published text-to-image model into one that draws in one to four steps; resumable, then published.

Latent consistency distillation (Luo et al., 2023, arXiv:2310.04378) with a fixed guidance: the student's answer at a time
of a coarse grid is pulled to its own answer one step of the teacher's guided DDIM further down, on noised latents of the
pools.  Boundary scalings, grid and renoising are those of diffusers' `LCMScheduler`.  Departures: one guidance baked in
instead of an embedding of it, the target is the student itself without an average (what is published is one).
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from common import DATA, PUBLISHED, WORK, Log, contact_sheet, load_checkpoint, mixed, save_checkpoint, to_model
from diffusers import LCMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from judge import rows
from publish import WEIGHTS, publish_part
from torch import nn
from train_diffusion import PROMPTS, SHORT, Batches
from transformers import CLIPTextModel

from resources.pocket import world
from resources.pocket.fast import pipeline
from resources.pocket.judge import answers, load, right, wilson

HUBER = 1e-3
"""The offset of the pseudo-Huber loss, as in the paper's released training."""


def scheduler_of(grid: int) -> LCMScheduler:
    """The sampler of the student: the teacher's noise schedule, on a grid of so many times."""
    own = json.loads((PUBLISHED / "scheduler" / "scheduler_config.json").read_text("utf-8"))
    kept = {k: own[k] for k in ("beta_start", "beta_end", "beta_schedule", "num_train_timesteps", "prediction_type")}
    return LCMScheduler(**kept, clip_sample=False, set_alpha_to_one=False, original_inference_steps=grid)


class Consistency:
    """The algebra of the distillation for batches of times; every answer has the latents' shape (n, c, h, w)."""

    def __init__(self, scheduler: LCMScheduler) -> None:
        self.abar = scheduler.alphas_cumprod
        times, grid = scheduler.config.num_train_timesteps, scheduler.config.original_inference_steps
        self.gap = times // grid
        self.grid = torch.arange(1, grid + 1) * self.gap - 1
        pairs = [scheduler.get_scalings_for_boundary_condition_discrete(t) for t in range(times)]
        self.skip, self.out = (torch.tensor([float(p[i]) for p in pairs]) for i in (0, 1))

    def at(self, table: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """Values of a table at times, shaped to multiply latents."""
        return table[t].view(-1, 1, 1, 1)

    def clean(self, x: torch.Tensor, noise: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """The picture that a prediction of the noise means."""
        a = self.at(self.abar, t)
        return (x - (1 - a).sqrt() * noise) / a.sqrt()

    def answer(self, x: torch.Tensor, noise: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """The consistency function: at time 0 it is `x` itself."""
        return self.at(self.skip, t) * x + self.at(self.out, t) * self.clean(x, noise, t)

    def down(self, x: torch.Tensor, noise: torch.Tensor, t: torch.Tensor, to: torch.Tensor) -> torch.Tensor:
        """A DDIM step from one time to another."""
        a = self.at(self.abar, to)
        return a.sqrt() * self.clean(x, noise, t) + (1 - a).sqrt() * noise


def distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Pseudo-Huber, mean over everything."""
    return (((a - b) ** 2 + HUBER**2).sqrt() - HUBER).mean()


def network(folder: Path, dtype: torch.dtype) -> UNet2DConditionModel:
    """The published U-Net with plain attention (on CPUs faster than the fused one) and channels last."""
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=dtype)
    unet.set_attn_processor(AttnProcessor())
    return unet.to(memory_format=torch.channels_last)


def train(args: argparse.Namespace) -> None:
    """Fit for some minutes (over several sittings, if need be), publish and measure."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(930)
    run, scheduler = DATA / args.run, scheduler_of(args.grid)
    log, maths, step, spent = Log(run / "log.txt"), Consistency(scheduler), 0, 0.0
    teacher = network(args.model, WORK).eval().requires_grad_(False)
    text = CLIPTextModel.from_pretrained(args.model / "text_encoder", dtype=torch.float32).eval().requires_grad_(False)
    student, average = network(args.model, torch.float32), network(args.model, torch.float32).requires_grad_(False)
    optimizer = torch.optim.AdamW(student.parameters(), lr=args.rate, betas=(0.9, 0.99), weight_decay=0, fused=True)
    if state := load_checkpoint(run / "last.pt"):
        student.load_state_dict(state["student"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    batches, began, saved, seen = Batches(args, 0), time.time() - spent, time.time(), []
    while (part := (time.time() - began) / 60 / args.minutes) < 1 and not (run / "stop").exists():
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, (step + 1) / 30, 2 * (1 - part) + 0.01)
        loss = step_loss(student, teacher, text, batches, maths, args.guidance, 77 if step % 8 == 7 else SHORT)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            for mean, now in zip(average.parameters(), student.parameters(), strict=True):
                mean.lerp_(now, 1 - min(args.decay, step / (step + 10)))
        seen.append(loss.item())
        if step % args.log_every == 0:
            log(f"distil step {step} loss {np.mean(seen):.4f}")
            seen = []
        if time.time() - saved > args.every * 60:
            keep(run, student, average, optimizer, step, time.time() - began)
            saved = time.time()
    keep(run, student, average, optimizer, step, time.time() - began)
    publish(average, scheduler, args.to, run)
    measure(args, run, log)


def step_loss(
    student: UNet2DConditionModel, teacher: UNet2DConditionModel, text: CLIPTextModel, batches: Batches,
    maths: Consistency, guidance: float, length: int,
) -> torch.Tensor:  # fmt: skip
    """The loss of one batch."""
    z0, ids = batches()
    count = len(z0)
    high = maths.grid[torch.randint(len(maths.grid), (count,))]
    low = (high - maths.gap).clamp(min=0)
    noise, a = torch.randn_like(z0), maths.at(maths.abar, high)
    x = a.sqrt() * z0 + (1 - a).sqrt() * noise
    with torch.no_grad():
        empty = batches.empty.reshape(1, -1)
        told = text(torch.cat([ids, empty])[:, :length]).last_hidden_state
        towards, away = told[:-1], told[-1:].expand(count, -1, -1)
        both = teacher(torch.cat([x, x]).to(WORK), torch.cat([high, high]), torch.cat([away, towards]).to(WORK))
        without, given = both.sample.float().chunk(2)
        lower = maths.down(x, without + guidance * (given - without), high, low)
        with mixed():
            found = student(lower, low, towards).sample.float()
        target = maths.answer(lower, found, low)
    with mixed():
        found = student(x, high, towards).sample.float()
    return distance(maths.answer(x, found, high), target)


def keep(
    run: Path, student: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, step: int, spent: float
) -> None:
    """The checkpoint to go on from."""
    save_checkpoint(run / "last.pt", student=student.state_dict(), average=average.state_dict(),
                    optimizer=optimizer.state_dict(), step=step, spent=spent)  # fmt: skip


def publish(average: UNet2DConditionModel, scheduler: LCMScheduler, folder: Path, run: Path) -> None:
    """U-Net (half precision) and scheduler; tokenizer, text encoder and autoencoder are those of the folder above."""
    average.save_pretrained(run / "model" / "unet")
    publish_part(run / "model" / "unet", folder / "unet", WEIGHTS["unet"])
    scheduler.save_pretrained(folder / "scheduler")
    shutil.rmtree(run / "model")


def measure(args: argparse.Namespace, run: Path, log: Log) -> None:
    """The judge's rows at one, two and four steps, and a contact sheet with one line of prompts for each."""
    pipe, judge, table, shown = pipeline(args.to, args.model), load(), {}, []

    def draw(prompts: list[str], steps: int, generator: torch.Generator) -> np.ndarray:
        images = pipe(prompts, num_inference_steps=steps, guidance_scale=1.0, generator=generator, output_type="np")
        return (images.images * 255).round().astype(np.uint8)

    for steps in args.steps:
        rng = np.random.default_rng(12_345)
        for name, (key, specs) in rows(rng, args.count).items():
            prompts, hits, generator = [world.caption_of(s) for s in specs], 0, torch.Generator().manual_seed(12_345)
            for i in range(0, args.count, 16):
                found = answers(judge, to_model(draw(prompts[i : i + 16], steps, generator)))
                hits += sum(right(s, f)[key] for s, f in zip(specs[i : i + 16], found, strict=True))
            low, high = wilson(hits, args.count)
            table[f"{steps} steps: {name}"] = {"hits": hits, "n": args.count, "interval": [low, high]}
            log(f"{steps} steps: {name}: {hits}/{args.count} = {hits / args.count:.1%} ({low:.1%} to {high:.1%})")
        shown += list(draw(list(PROMPTS[: args.prompts]), steps, torch.Generator().manual_seed(3)))
    contact_sheet(shown, run / "sheet.png")
    (run / "figures.json").write_text(json.dumps(table, indent=1), "utf-8")


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=PUBLISHED, help="the teacher: a whole diffusers folder")
    parser.add_argument("--run", default="run_fast", help="folder inside POCKET_DATA")
    parser.add_argument("--to", type=Path, default=PUBLISHED / "fast")
    parser.add_argument("--pools", nargs="+", default=["world_1", "world_2"])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=3, help="minutes between checkpoints")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--decay", type=float, default=0.98, help="of the average")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--grid", type=int, default=10, help="times that the student learns")
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--steps", type=int, nargs="+", default=[1, 2, 4], help="numbers of steps to measure")
    parser.add_argument("--count", type=int, default=100, help="prompts a row")
    parser.add_argument("--prompts", type=int, default=16, help="prompts on the contact sheet")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log-every", type=int, default=25)
    args = parser.parse_args()
    args.ranks = 1
    train(args)


if __name__ == "__main__":
    main()
