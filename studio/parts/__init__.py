"""The parts that the window consists of beside its own frame, in the order in which they are made."""

from studio.parts.parameters import Parameters
from studio.parts.part import Part
from studio.parts.regions import Regions
from studio.parts.words import Words

PARTS: tuple[type[Part], ...] = (
    Parameters,
    Regions,
    Words,
)
