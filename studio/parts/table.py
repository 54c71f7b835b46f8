"""The parts that the window consists of beside its own frame, in the order in which they are made."""

from studio.parts.clickselect import ClickSelect
from studio.parts.compare import ComparePart
from studio.parts.compare_numbers import CompareNumbers
from studio.parts.data import DataPart
from studio.parts.drops import Drops
from studio.parts.estimates import Estimates
from studio.parts.history import HistoryPart
from studio.parts.inside import Inside
from studio.parts.layers import LayersPart
from studio.parts.library import LibraryPart
from studio.parts.log import Log
from studio.parts.measures import Measures
from studio.parts.naming import Naming
from studio.parts.parameters import Parameters
from studio.parts.part import Part
from studio.parts.projects import Projects
from studio.parts.queue import Queue
from studio.parts.regions import Regions
from studio.parts.scores import ScoresPart
from studio.parts.settings import Preferring
from studio.parts.start import FirstRun
from studio.parts.words import Words
from studio.parts.xray import XRay

PARTS: tuple[type[Part], ...] = (
    HistoryPart,
    ComparePart,
    LibraryPart,
    ScoresPart,
    LayersPart,
    Measures,
    CompareNumbers,
    Inside,
    Parameters,
    Naming,
    Regions,
    Words,
    ClickSelect,
    Estimates,
    Queue,
    Preferring,
    DataPart,
    XRay,
    Projects,
    FirstRun,
    Drops,
    Log,
)
