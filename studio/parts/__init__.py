"""The parts that the window consists of beside its own frame, in the order in which they are made."""

from studio.parts.part import Part

PARTS: tuple[type[Part], ...] = ()
