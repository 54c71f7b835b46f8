"""Train the text-to-image model (U-Net and text encoder) on latents of a frozen autoencoder; resumable.

Two processes of one thread (see ``twins``), bfloat16 working weights where the CPU has it, float32 masters, compiled U-Net.  A file
``stop`` in the run folder starts the cool-down, a file ``save`` asks for a checkpoint; ``last.pt`` resumes.  Every few
minutes: checkpoint, contact sheet, averaged weights in ``<run>/model``.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import twins
from common import DATA, PUBLISHED, WORK, Log, Schedule, contact_sheet, mixed, to_bytes, to_model
from diffusers import AutoencoderKL, DDIMScheduler, DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

SHORT = 24
"""Token positions of most training steps; one in eight sees all 77, so that padding is known when sampling."""
PROMPTS = (
    "a cat", "a photo of a dog", "a red apple on a blue background", "a rocket in space", "a castle in the snow",
    "a purple elephant", "a cartoon of a panda in a forest", "a robot", "a pencil sketch of a lion", "a cat and a dog",
    "three bananas", "a penguin on the beach", "a pumpkin at night", "a fish under the sea", "a teddy bear and a car",
    "a crown to the left of a key",
)  # fmt: skip


class Both(nn.Module):
    """U-Net and text encoder as one module, so that one optimiser holds both."""

    def __init__(self, unet: UNet2DConditionModel, text: CLIPTextModel) -> None:
        super().__init__()
        self.unet, self.text = unet, text


def encode_pool(name: str, vae: AutoencoderKL) -> np.ndarray:
    """Latents of a pool, kept beside it: mode of the distribution times the scaling factor, half precision."""
    target = DATA / f"latents_{name}.npy"
    pictures = np.load(DATA / f"pool_{name}.npy", mmap_mode="r")
    if not target.exists():
        side = pictures.shape[1] // 8
        out = np.empty((len(pictures), vae.config.latent_channels, side, side), np.float16)
        for i in range(0, len(pictures), 64):
            with torch.no_grad(), mixed():
                z = vae.encode(to_model(pictures[i : i + 64])).latent_dist.mean
            out[i : i + 64] = (z.float() * vae.config.scaling_factor).numpy()
        np.save(target, out)
    return np.load(target, mmap_mode="r")


def loss_weights(snr: torch.Tensor, lift: float) -> torch.Tensor:
    """Min-SNR (gamma 5; Hang et al., 2023), lifted where noise prevails: what stands where gets decided there."""
    return snr.clamp(max=5) / snr * (1 + 0.3 / snr).clamp(max=lift)


def draw_times(count: int, noisy: float) -> torch.Tensor:
    """Times of a batch: uniform, but for a share ``noisy`` that comes from the upper half only."""
    upper = torch.rand(count) < noisy
    return torch.where(upper, torch.randint(500, 1000, (count,)), torch.randint(0, 1000, (count,)))


class Batches:
    """Latents, token ids and times at random, a tenth of the captions empty."""

    def __init__(self, args: argparse.Namespace, rank: int) -> None:
        tokenizer = CLIPTokenizer.from_pretrained(PUBLISHED / "tokenizer")
        self.latents = [np.load(DATA / f"latents_{n}.npy", mmap_mode="r") for n in args.pools]
        captions = [json.loads((DATA / f"pool_{n}.json").read_text("utf-8")) for n in args.pools]
        self.ids = [
            torch.tensor(tokenizer(c, padding="max_length", max_length=77, truncation=True).input_ids) for c in captions
        ]
        self.empty = torch.tensor(tokenizer("", padding="max_length", max_length=77).input_ids)
        self.count = args.batch // args.ranks
        self.rng = np.random.default_rng(time.time_ns() + rank)

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        latents, ids = [], []
        for _ in range(self.count):
            pool = int(self.rng.integers(len(self.latents)))
            i = int(self.rng.integers(len(self.latents[pool])))
            latents.append(self.latents[pool][i])
            ids.append(self.empty if self.rng.random() < 0.1 else self.ids[pool][i])
        z = torch.from_numpy(np.stack(latents)).float()
        return z.contiguous(memory_format=torch.channels_last), torch.stack(ids)


def start_model(args: argparse.Namespace) -> Both:
    """The weights to start from; grey layers of another latent width start anew."""
    unet = UNet2DConditionModel.from_pretrained(args.init / "unet", torch_dtype=torch.float32)
    unet.set_attn_processor(AttnProcessor())  # far faster on CPUs than the fused attention, whose backward is slow
    folder = args.init / "text_encoder"
    return Both(unet, CLIPTextModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager"))


@torch.no_grad()
def draw(
    model: Both, vae: AutoencoderKL, prompts: tuple[str, ...], guidance: float = 4.0, steps: int = 25
) -> np.ndarray:
    """Pictures for prompts, DDIM, seed 3."""
    tokenizer = CLIPTokenizer.from_pretrained(PUBLISHED / "tokenizer")
    text = model.text(
        torch.tensor(tokenizer([*prompts, ""], padding="max_length", max_length=77).input_ids)
    ).last_hidden_state
    towards, away = text[:-1], text[-1:].repeat(len(prompts), 1, 1)
    scheduler = DDIMScheduler.from_pretrained(PUBLISHED / "scheduler")
    scheduler.set_timesteps(steps)
    shape = (len(prompts), vae.config.latent_channels, 16, 16)
    z = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    for t in scheduler.timesteps:
        noise = model.unet(torch.cat([z, z]), t, torch.cat([away, towards])).sample
        low, high = noise.chunk(2)
        z = scheduler.step(low + guidance * (high - low), t, z).prev_sample
    return to_bytes(vae.decode(z / vae.config.scaling_factor).sample)


def report(run: Path, args: argparse.Namespace, memory: dict, log: Log, step: int) -> None:
    """Save the averaged weights as diffusers folders and draw a contact sheet."""
    model = start_model(args)
    twins.adopt(model, memory, "average")
    model.eval()
    model.unet.save_pretrained(run / "model" / "unet")
    model.text.save_pretrained(run / "model" / "text_encoder")
    vae = AutoencoderKL.from_pretrained(args.vae)
    with mixed():
        pictures = draw(model, vae, PROMPTS[: args.prompts], args.guidance, args.steps)
    contact_sheet(list(pictures), run / f"sheet_{step:06d}.png")
    log(f"step {step} saved")


def work(rank: int, args: argparse.Namespace, memory: dict, barrier, step: int) -> None:
    """One process of the training."""
    torch.set_num_threads(1)
    torch.manual_seed(time.time_ns() % 2**31 + rank)
    run, began, saved, seen = DATA / args.run, time.time(), time.time(), []
    log, schedule = Log(run / "log.txt"), Schedule(args.rate, args.warmup + step)
    model = start_model(args)
    twins.adopt(model, memory, rank=rank)
    optimizer = twins.Optimizer(memory, rank, barrier, args.rate, args.decay)
    optimizer.restore(step)
    noising = DDPMScheduler.from_pretrained(PUBLISHED / "scheduler")
    snr = noising.alphas_cumprod / (1 - noising.alphas_cumprod)
    weight = loss_weights(snr, args.lift)
    batches = Batches(args, rank)

    def plain(z: torch.Tensor, t: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        return model.unet(z, t, c, return_dict=False)[0]

    unet = torch.compile(plain, dynamic=False, disable=not args.compile)
    while not schedule.done:
        z0, ids = batches()
        long = step % 8 == 7
        noise, times = torch.randn_like(z0), draw_times(len(z0), args.noisy)
        z = noising.add_noise(z0, noise, times).to(WORK)
        text = model.text(ids[:, : 77 if long else SHORT]).last_hidden_state
        found = (plain if long else unet)(z, times, text).float()
        loss = (weight[times] * ((found - noise) ** 2).mean((1, 2, 3))).mean()
        loss.backward()
        optimizer.step(args.rate * schedule.factor(step), step)
        step += 1
        seen.append(loss.item())
        if rank == 0 and step % args.log_every == 0:
            speed, began = args.log_every * args.batch / (time.time() - began), time.time()
            log(f"step {step} loss {np.mean(seen):.4f} {speed:.0f} pictures/s")
            seen = []
        if rank == 0 and (time.time() - saved > args.every * 60 or (run / "save").exists()):
            (run / "save").unlink(missing_ok=True)
            twins.save(run / "last.pt", memory, step)
            report(run, args, memory, log, step)
            saved = began = time.time()
        late = time.time() - args.began > (args.minutes - args.cool) * 60
        twins.agree(memory, schedule, rank, late or (run / "stop").exists(), args.cool * 60)
        barrier.wait()
    if rank == 0:
        twins.save(run / "last.pt", memory, step)
        report(run, args, memory, log, step)


def train(args: argparse.Namespace) -> None:
    """Encode the pools, prepare the shared memory and start the processes."""
    run = DATA / args.run
    log = Log(run / "log.txt")
    vae = AutoencoderKL.from_pretrained(args.vae).eval()
    for name in args.pools:
        encode_pool(name, vae)
        log(f"latents of {name} ready")
    args.began = time.time()
    model = start_model(args)
    memory = twins.shared_memory(model, args.ranks)
    state = twins.restore(run / "last.pt", memory)
    log(f"start at {state['step']}, {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M weights")
    twins.launch(work, args, memory, args.ranks, state["step"])


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--init", type=Path, required=True, help="folder with unet/ and text_encoder/ to start from")
    parser.add_argument("--vae", type=Path, required=True, help="folder of the frozen autoencoder")
    parser.add_argument("--run", default="run_t2i", help="folder inside POCKET_DATA")
    parser.add_argument("--pools", nargs="+", default=["world_1", "world_2"])
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--cool", type=float, default=12, help="minutes of the cool-down at the end")
    parser.add_argument("--every", type=float, default=10, help="minutes between checkpoints")
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--decay", type=float, default=0.995, help="of the average, moved every 4 steps")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--noisy", type=float, default=0.0, help="share of a batch whose times are all above 500")
    parser.add_argument("--lift", type=float, default=6.0, help="highest factor of the weight where noise prevails")
    parser.add_argument("--steps", type=int, default=25, help="sampling steps of the contact sheet")
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--prompts", type=int, default=len(PROMPTS), help="prompts on the contact sheet")
    parser.add_argument("--log-every", type=int, default=100)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--ranks", type=int, default=2, help="processes of one thread")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
