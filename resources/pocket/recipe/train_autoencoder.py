"""Train the autoencoder (AutoencoderKL, factor 8); resumable.

``--widen 2 2 1 1`` doubles channels of the given start without changing what it computes; ``--decoder-only`` keeps
every latent valid.  A file ``stop`` in the run folder starts the cool-down early.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import twins
from common import DATA, WORK, Log, Schedule, contact_sheet, to_bytes, to_model
from diffusers import AutoencoderKL


def start_model(args: argparse.Namespace) -> AutoencoderKL:
    """The weights to start from, perhaps widened."""
    model = AutoencoderKL.from_pretrained(args.init)
    return widened(model, args.widen) if args.widen else model


def widened(model: AutoencoderKL, factors: list[int]) -> AutoencoderKL:
    """A wider autoencoder that computes the same: channels are repeated, their readers divided."""
    old = list(model.config.block_out_channels)
    config = dict(model.config) | {"block_out_channels": [c * f for c, f in zip(old, factors, strict=True)]}
    new = AutoencoderKL.from_config(config)
    source = model.state_dict()
    for name, target in new.state_dict().items():
        value = source[name]
        for axis in range(min(value.ndim, 2)):
            k = target.shape[axis] // value.shape[axis]
            if k > 1:
                value = value.repeat_interleave(k, axis) / (k if axis == 1 else 1)
        noise = torch.randn_like(value) * value.std() * 0.01 if value.ndim == 4 else 0
        target.copy_(value + noise)
    return new


def differences(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Neighbour differences down and across."""
    return x[..., 1:, :] - x[..., :-1, :], x[..., 1:] - x[..., :-1]


def losses(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss and the mean squared error."""
    mse = ((x - y) ** 2).mean()
    edges = sum((a - b).abs().mean() for a, b in zip(differences(x), differences(y), strict=True))
    return (x - y).abs().mean() + 6 * mse + 0.5 * edges, mse


@torch.no_grad()
def evaluate(model: AutoencoderKL, pictures: np.ndarray) -> tuple[float, torch.Tensor, torch.Tensor]:
    """PSNR over all pictures, the decoded first ones, the latents."""
    error, shown, latents = 0.0, [], []
    for i in range(0, len(pictures), 32):
        x = to_model(pictures[i : i + 32])
        z = model.encode(x).latent_dist.mean
        y = model.decode(z).sample.clamp(-1, 1)
        error += float(((x - y) ** 2).mean((1, 2, 3)).sum())
        latents.append(z)
        shown.append(y[:8])
    return -10 * math.log10(error / len(pictures) / 4), torch.cat(shown), torch.cat(latents)


class Batches:
    """Crops out of the pools."""

    def __init__(self, names: list[str], batch: int, crop: int) -> None:
        self.pools = [np.load(DATA / f"pool_{n}.npy", mmap_mode="r") for n in names]
        self.batch, self.crop, self.rng = batch, crop, np.random.default_rng(time.time_ns())

    def __call__(self) -> torch.Tensor:
        out = []
        for _ in range(self.batch):
            pool = self.pools[int(self.rng.integers(len(self.pools)))]
            y, x = self.rng.integers(0, (128 - self.crop) // 8 + 1, 2) * 8
            out.append(pool[int(self.rng.integers(len(pool))), y : y + self.crop, x : x + self.crop])
        return to_model(np.stack(out)).to(WORK)


def report(run: Path, args: argparse.Namespace, memory: dict, log: Log, step: int) -> None:
    """Measure the average on held-out scenes, save it as a diffusers folder and draw a sheet."""
    twin = start_model(args)
    freeze(twin, args)
    twins.adopt(twin, memory, "average")
    held = np.load(DATA / f"pool_{args.held}.npy", mmap_mode="r")[: args.eval_count]
    psnr, shown, z = evaluate(twin.eval(), held)
    if not args.decoder_only:
        twin.register_to_config(scaling_factor=float(1 / z.std()))
    twin.save_pretrained(run / "vae")
    originals = [held[i + j] for i in range(0, min(96, len(held)), 32) for j in range(8)]
    rows = []
    for i in range(0, min(24, len(originals)), 8):
        rows += originals[i : i + 8] + list(to_bytes(shown[i : i + 8]))
    contact_sheet(rows, run / f"sheet_{step:06d}.png")
    log(f"step {step} held-out psnr {psnr:.2f} dB, latent std {[round(float(s), 2) for s in z.std((0, 2, 3))]}")


def freeze(model: AutoencoderKL, args: argparse.Namespace) -> AutoencoderKL:
    """Keep the encoder as it is where only the decoder is to learn."""
    model.encoder.requires_grad_(not args.decoder_only)
    model.quant_conv.requires_grad_(not args.decoder_only)
    return model


def work(rank: int, args: argparse.Namespace, memory: dict, barrier, step: int) -> None:
    """One process of the training."""
    torch.set_num_threads(1)
    torch.manual_seed(time.time_ns() % 2**31 + rank)
    run, began, saved, seen = DATA / args.run, time.time(), time.time(), []
    log, schedule = Log(run / "log.txt"), Schedule(args.rate, 100 + step)
    model = freeze(AutoencoderKL.from_pretrained(run / "start"), args)
    twins.adopt(model, memory, rank=rank)
    optimizer = twins.Optimizer(memory, rank, barrier, args.rate, 0.995)
    optimizer.restore(step)
    batches = Batches(args.pools, args.batch // args.ranks, args.crop)
    encode = torch.compile(lambda x: model.quant_conv(model.encoder(x)), dynamic=False, disable=not args.compile)
    decode = torch.compile(lambda z: model.decoder(model.post_quant_conv(z)), dynamic=False, disable=not args.compile)
    while not schedule.done:
        x = batches()
        with torch.set_grad_enabled(not args.decoder_only):
            mean, logvar = encode(x).float().chunk(2, 1)
        z = mean + args.noise * torch.randn_like(mean)
        loss, mse = losses(x.float(), decode(z.to(WORK)).float())
        kl = 0.5 * (mean**2 + logvar.clamp(-30, 20).exp() - 1 - logvar).mean()
        (loss + args.kl * kl * (not args.decoder_only)).backward()
        optimizer.step(args.rate * schedule.factor(step), step)
        step += 1
        seen.append(mse.item())
        if rank == 0 and step % args.log_every == 0:
            speed, began = args.log_every * args.batch / (time.time() - began), time.time()
            log(f"step {step} psnr {-10 * math.log10(np.mean(seen) / 4):.2f} kl {kl.item():.2f} {speed:.0f} crops/s")
            seen = []
        if rank == 0 and time.time() - saved > args.every * 60:
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
    """Prepare the shared memory and start the processes."""
    run = DATA / args.run
    args.began = time.time()
    model = freeze(start_model(args), args)
    model.save_pretrained(run / "start")
    args.widen, args.init = None, run / "start"
    memory = twins.shared_memory(model, args.ranks)
    state = twins.restore(run / "last.pt", memory)
    Log(run / "log.txt")(f"start at {state['step']}, {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M weights")
    twins.launch(work, args, memory, args.ranks, state["step"])


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--init", type=Path, required=True, help="folder of the autoencoder to start from")
    parser.add_argument("--run", default="run_ae", help="folder inside POCKET_DATA")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--cool", type=float, default=8, help="minutes of the cool-down at the end")
    parser.add_argument("--every", type=float, default=5, help="minutes between checkpoints")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--noise", type=float, default=0.08)
    parser.add_argument("--kl", type=float, default=1e-4)
    parser.add_argument("--pools", nargs="+", default=["ae_world", "ae_world", "ae_free"])
    parser.add_argument("--held", default="held")
    parser.add_argument("--log-every", type=int, default=100)
    parser.add_argument("--eval-count", type=int, default=256)
    parser.add_argument("--widen", type=int, nargs=4)
    parser.add_argument("--decoder-only", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--ranks", type=int, default=2, help="processes of one thread")
    args = parser.parse_args()
    train(args)


if __name__ == "__main__":
    main()
