"""The parts that the window consists of beside its own frame, in the order in which they are made."""

from studio.parts.clickselect import ClickSelect
from studio.parts.compare import ComparePart
from studio.parts.estimates import Estimates
from studio.parts.history import HistoryPart
from studio.parts.measures import Measures
from studio.parts.parameters import Parameters
from studio.parts.part import Part
from studio.parts.queue import Queue
from studio.parts.regions import Regions
from studio.parts.settings import Preferring
from studio.parts.words import Words

PARTS: tuple[type[Part], ...] = (
    HistoryPart,
    ComparePart,
    Measures,
    Parameters,
    Regions,
    Words,
    ClickSelect,
    Estimates,
    Queue,
    Preferring,
)
