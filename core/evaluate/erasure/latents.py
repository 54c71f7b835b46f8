"""The inverted-latent attack and its controls: noise from which a model, erased or not, brings a picture back.

DDIM inversion (guidance 1, eta 0, the same condition both ways; empty by default) or the stronger fixed point of TINA
(arXiv:2603.17828, as public notes tell it). An accurate inversion with ANY competent model reproduces ANY picture, so
the controls decide what the attack's rate is worth.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contract.errors import UserError
from core.evaluate.erasure.subject import Settings, Side, finished, levelled
from core.models.conditioning import Conditioning
from core.models.schedule import Step
from core.sampling.inversion import ascend, invert_ddim, psnr
from core.sampling.sample import sample
from core.sampling.solvers import Solver

MIXES = (0.1, 0.2, 0.4, 0.8)
"""Shares of fresh noise in control (c); ours."""
TINA_STEPS = 25
TINA_RATE = 1e-3


@dataclass(frozen=True)
class Inverted:
    """What an inversion of pictures gave."""

    latents: Tensor
    """z_T, (n, channels, h, w), fp32."""
    prompt: str
    steps: int


def invert(side: Side, pictures: Tensor, steps: int, label: str, prompt: str = "", tina: int = 0) -> Inverted:
    """z_T of pictures (n, 3, h, w) in -1..1, by a side's whole pipeline.

    Args:
        tina: AdamW steps of the fixed point per time step; 25 in TINA, 0 for plain DDIM.

    Raises:
        UserError: the model computes in half precision, where inversion drifts.
    """
    model = side.model
    if model.unet.dtype != torch.float32:
        raise UserError("Inverting pictures needs float32; this model was lent in half precision.",
                        "Run it with precision float32.")  # fmt: skip
    solver = Solver(model.schedule, "ddim", steps)
    found = []
    for picture in side.run.track(list(torch.split(pictures, 1)), label):
        latent = model.encode_image(picture)
        with torch.no_grad():
            cond = model.encode_prompts([prompt], size=(picture.shape[-2], picture.shape[-1]))
        with side.denoiser() as denoiser:
            if tina:
                z = latent.float()
                for step in reversed(solver.steps):
                    side.run.check()
                    z = fixed_point(lambda s, x, c=cond: denoiser.predict(s, x, c), step, z, tina)  # type: ignore[misc]
            else:
                z = invert_ddim(denoiser, latent, cond, solver).start
        found.append(z.cpu())
    return Inverted(torch.cat(found), prompt, steps)


def fixed_point(predict: object, step: object, clean: Tensor, updates: int, rate: float = TINA_RATE) -> Tensor:
    """The z at `step.now` with C1 z' + C2 eps(z) = z for the z' at `step.next` (TINA).

    C1 = sqrt(abar_t / abar_t-1), C2 = sqrt(1 - abar_t) - sqrt(abar_t (1 - abar_t-1) / abar_t-1): what `ascend` computes.
    Begins at the DDIM estimate; AdamW on |C1 z' + C2 eps(z) - z|^2, the gradient through the network's input.
    """
    with torch.no_grad():
        begin = ascend(step, clean, predict(step, clean))  # type: ignore[arg-type,operator]
    z = begin.detach().clone().requires_grad_()
    optimiser = torch.optim.AdamW([z], lr=rate)
    best, least = begin, math.inf
    with torch.enable_grad():
        for _ in range(updates):
            loss = (ascend(step, clean, predict(step, z)) - z).square().sum()  # type: ignore[arg-type,operator]
            if float(loss.detach()) < least:
                best, least = z.detach().clone(), float(loss.detach())
            (z.grad,) = torch.autograd.grad(loss, z)
            optimiser.step()
    with torch.no_grad():
        last = float((ascend(step, clean, predict(step, z)) - z).square().sum())  # type: ignore[arg-type,operator]
    return z.detach() if last < least else best


def regenerate(
    side: Side, inverted: Inverted, settings: Settings, label: str, mix: float = 0.0, seed: int = 0
) -> Tensor:
    """Pictures from inverted latents: deterministic, guidance 1, the inversion's prompt. Of 256 levels.

    Args:
        mix: share r of fresh noise, z = sqrt(1 - r^2) z_T + r n (control c).
    """
    model = side.model
    solver = Solver(model.schedule, "ddim", inverted.steps)
    noise = torch.randn(inverted.latents.shape, generator=torch.Generator().manual_seed(seed))
    z = mixed(inverted.latents, noise, mix)
    found = []
    for rows in side.run.track(list(torch.split(z, settings.together)), label):
        with torch.no_grad():
            cond: Conditioning = model.encode_prompts([inverted.prompt], size=settings.size).pick([0] * len(rows))
        with side.denoiser() as denoiser:
            latents = sample(denoiser, rows.to(model.device), cond, _watched(side, solver), solver)
        found.append(finished(side, seed, model.decode(latents)))
    return levelled(torch.cat(found))


def _watched(side: Side, solver: Solver) -> Iterator[Step]:
    for step in solver.steps:
        side.run.check()
        yield step


def mixed(latents: Tensor, noise: Tensor, share: float) -> Tensor:
    """sqrt(1 - r^2) z + r n: unit variance stays unit variance."""
    return math.sqrt(1 - share * share) * latents + share * noise


def likelihood(latents: Tensor) -> tuple[list[float], list[float]]:
    """|z|^2 / dim and the log-likelihood per dimension under N(0, I), of every latent."""
    energy = latents.double().flatten(1).square().mean(1)
    return energy.tolist(), (-0.5 * (energy + math.log(2 * math.pi))).tolist()


def round_trip(side: Side, pictures: Tensor) -> tuple[Tensor, list[float]]:
    """Pictures through the autoencoder alone, and their PSNR in dB: the floor of any inversion."""
    back = [levelled(side.model.decode(side.model.encode_image(p))) for p in torch.split(pictures, 1)]
    return torch.cat(back), similarity(pictures, torch.cat(back))


def similarity(first: Tensor, second: Tensor) -> list[float]:
    """PSNR in dB, picture by picture; equal ones count as 99."""
    return [min(99.0, psnr(a, b)) for a, b in zip(first, second, strict=True)]


def spread(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
