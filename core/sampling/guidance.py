"""Classifier-free guidance as a hook."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from core.hooks.hook import Hook, Predict
from core.models.conditioning import Conditioning
from core.models.model import Model
from core.models.schedule import Schedule, Step


class Guidance(Hook):
    """noise = negative + scale (prompt - negative), as one doubled batch: only that is bit-equal to the pipelines.

    Ho and Salimans, arXiv:2207.12598. Rescaling: Lin et al., arXiv:2305.08891, section 3.4. Interval: Kynkaanniemi et
    al., arXiv:2404.07724.
    """

    def __init__(self, scale: float, negative: Conditioning, rescale: float = 0.0,
                 interval: tuple[float, float] = (0.0, 1.0)) -> None:  # fmt: skip
        """
        Args:
            negative: one row labelled "negative", or one per picture.
            rescale: 0..1, how much of the prompt's own standard deviation is restored.
            interval: part of the steps, 0..1, in which guidance acts; elsewhere the prompt alone decides.
        """
        self.scale = scale
        self.negative = negative
        self.rescale = rescale
        self.interval = interval
        self.schedule: Schedule | None = None

    @contextmanager
    def attach(self, model: Model) -> Iterator[None]:
        self.schedule = model.schedule
        yield

    def predict(self, step: Step, x: Tensor, cond: Conditioning, inner: Predict) -> Tensor:
        if self.scale == 1.0 or not self._acts(step):
            return inner(step, x, cond)
        pictures = cond.count
        index = range(pictures) if self.negative.count == pictures else [0] * pictures
        both = Conditioning.join(self.negative.pick(list(index)), cond)
        away, towards = inner(step, torch.cat([x, x]), both).chunk(2)
        guided = away + self.scale * (towards - away)
        if not self.rescale:
            return guided
        # In what the network says: a velocity's deviation is not that of the noise made from it.
        said = [self.schedule.output_from(n, x, step.now) if self.schedule else n for n in (guided, towards)]
        mixed = rescaled(said[0], said[1], self.rescale)
        return self.schedule.noise_from(mixed, x, step.now) if self.schedule else mixed

    def _acts(self, step: Step) -> bool:
        done = step.index / step.count
        return self.interval[0] <= done < self.interval[1] or (self.interval[1] >= 1 and done >= self.interval[0])


def rescaled(guided: Tensor, towards: Tensor, amount: float) -> Tensor:
    """Guided noise with its standard deviation per picture brought back towards the prompt's own."""
    axes = list(range(1, guided.ndim))
    factor = towards.std(dim=axes, keepdim=True) / guided.std(dim=axes, keepdim=True)
    return amount * guided * factor + (1 - amount) * guided
