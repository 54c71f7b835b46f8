"""Facts per model family, in one place.

Sources: the public configurations of the base models; text read-out as the models' authors trained it (SD 2.x folders
ship 23 text layers, so their last layer is the penultimate one of OpenCLIP; SDXL reads `hidden_states[-2]` of both).
"""

from dataclasses import dataclass
from typing import Literal

TextRead = Literal["last", "penultimate"]


@dataclass(frozen=True)
class Family:
    """What does not stand in a model's own configuration files."""

    name: str
    title: str
    size: int
    """Side in pixels at which the model was trained; a checkpoint's own `sample_size` wins where it says another."""
    encoders: int
    text_read: TextRead
    guidance: float
    """Default guidance scale."""
    pooled: bool = False
    """Takes pooled text features and the six size numbers (SDXL)."""


POCKET = Family("pocket", "Pocket (embedded)", 128, 1, "last", 5.0)
SD1 = Family("sd1", "Stable Diffusion 1.x", 512, 1, "last", 7.5)
SD2 = Family("sd2", "Stable Diffusion 2.x", 512, 1, "last", 7.5)
SDXL = Family("sdxl", "Stable Diffusion XL", 1024, 2, "penultimate", 5.0, pooled=True)

FAMILIES: dict[str, Family] = {f.name: f for f in (POCKET, SD1, SD2, SDXL)}
ALL: tuple[str, ...] = tuple(FAMILIES)
