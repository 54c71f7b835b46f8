"""P2P-Zero, Concept Lancet's backbone: the picture's cross-attention, kept by a gradient on the latent.

pix2pix-zero, Parmar et al., SIGGRAPH 2023, arXiv:2302.03027; with direct inversion as in Ju et al., arXiv:2310.01506. The
reference stores the maps of a whole reconstruction; here reconstruction and edit run side by side, so that one step's maps
suffice. The result is the same.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from core.hooks.attention import Attend, AttentionCall, Sites
from core.hooks.hook import Hook, Inner, Predict, gradient
from core.models.conditioning import Conditioning
from core.models.schedule import Step
from core.sampling.inversion import Inversion

ROUNDS, UPDATES, WEIGHT = 5, 5, 20.0


class NoiseRegularisation(Hook):
    """Noise predictions made more like white noise while inverting: no correlation with itself, unit variance."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        noise = inner(step, x, cond).detach()
        with torch.enable_grad():
            for _ in range(ROUNDS):
                for _ in range(UPDATES):
                    noise = _descended(noise, lambda n: auto_correlation(n, self.generator), WEIGHT / UPDATES)
                noise = _descended(noise, divergence, WEIGHT)
        return noise


def _descended(noise: Tensor, loss: "object", rate: float) -> Tensor:
    leaf = noise.detach().requires_grad_()
    return (leaf - rate * gradient(loss(leaf), leaf)).detach()  # type: ignore[operator]


def auto_correlation(noise: Tensor, generator: torch.Generator) -> Tensor:
    """Sum over channels and halved sizes (down to 8) of the squared mean products with the rolled noise."""
    total = noise.new_zeros(())
    level = noise
    while True:
        side = min(level.shape[-2:])
        for channel in range(level.shape[1]):
            one = level[:, channel]
            shift = int(torch.randint(1, max(2, side // 2), (1,), generator=generator))
            total = total + (one * one.roll(shift, -2)).mean() ** 2 + (one * one.roll(shift, -1)).mean() ** 2
        if side <= 8:
            return total
        level = functional.avg_pool2d(level, 2)


def divergence(noise: Tensor) -> Tensor:
    """var + mean^2 - 1 - log(var), over all elements."""
    variance = noise.var()
    return variance + noise.mean() ** 2 - 1 - torch.log(variance + 1e-7)


class CrossGuidance(Hook):
    """The edit beside its reconstruction: rows "prompt/source" and "prompt/edit".

    Each step moves the edit's latent, once for both guidance rows, so that its maps come nearer those of the source. The
    source caption is the negative prompt, so guidance leaves the source row what it is at scale 1.
    """

    def __init__(self, guidance: float, rate: float, inversion: Inversion | None = None) -> None:
        """
        Args:
            rate: of the gradient step, `xa_guidance`.
            inversion: direct inversion: what the source row misses it by is added to both rows.
        """
        self.guidance = guidance
        self.rate = rate
        self.inversion = inversion
        self.sites = Sites.of("cross") if rate else Sites.none()
        self._maps: list[Tensor] = []
        self._second: Tensor | None = None

    def attend(self, call: AttentionCall, inner: Attend) -> Tensor:
        rows = call.rows("prompt/lancet")
        if rows and not call.again:
            self._maps.append(call.probabilities(rows))
        return inner(call)

    def advance(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        pair = x[1:].repeat(2, 1, 1, 1)
        if self.rate:
            pair = self._moved(step, x[:1], pair, cond, inner)
        self._second = pair[1:]
        try:
            moved = inner(step, torch.cat([x[:1], pair[:1]]), cond)
        finally:
            self._second = None
        if self.inversion is None:
            return moved
        self.inversion.check(step)
        goal = self.inversion.latents[step.index + 1].to(moved)
        return torch.cat([goal, moved[1:] + (goal - moved[:1])])

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        if cond.count != 2 or (self.guidance == 1 and self._second is None):
            return inner(step, x, cond)
        second = x[1:] if self._second is None else self._second
        rows = cond.pick([0, 0, 1]).relabel("prompt/source", "negative/edit", "prompt/edit")
        source, away, towards = inner(step, torch.cat([x, second]), rows).chunk(3)
        return torch.cat([source, away + self.guidance * (towards - away)])

    def _moved(self, step: Step, source: Tensor, pair: Tensor, cond: Conditioning, inner: Inner) -> Tensor:
        both = cond.relabel("prompt/lancet")
        with torch.no_grad():
            wanted = self._seen(step, source, both.pick([0]), inner)
        with torch.enable_grad():
            leaf = pair.detach().requires_grad_()
            now = self._seen(step, leaf, both, inner)
            loss = torch.stack([((p - w) ** 2).sum((-2, -1)).mean() for p, w in zip(now, wanted, strict=True)]).sum()
            found = gradient(loss, leaf)
        return (leaf - self.rate * found).detach()

    def _seen(self, step: Step, x: Tensor, cond: Conditioning, inner: Inner) -> Sequence[Tensor]:
        self._maps = []
        try:
            inner.predict(step, x, cond)
            return self._maps
        finally:
            self._maps = []
