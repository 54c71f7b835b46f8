"""Numbers over steps: what a job said while it ran, or curves that it kept. One cursor reads all of them."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout

from studio.views.kept import Kept, Result
from studio.views.plot import Plot, Series
from studio.views.view import View


class CurvesView(View):
    """A plot with its values at the cursor in words. A click on a name in the legend hides that curve."""

    def __init__(self, kept: Kept, result: Result) -> None:
        """Raises UserError when the kept series are no numbers."""
        super().__init__(kept, result)
        self.plot = Plot(self.tr("Value"))
        label = kept.part("x_label")
        self.plot.setLabel("bottom", str(label) if label else self.tr("step"))
        self.told_ = QLabel()
        self.told_.setWordWrap(True)
        self.told_.setObjectName("hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.told_)
        column.addWidget(self.plot, 1)
        self.plot.cursor_moved.connect(self._read)
        self.show_series(_series(kept))

    def show_series(self, series: Series) -> None:
        self.plot.show_series(series)
        self._read(self.plot.at)

    def _read(self, x: float | None) -> None:
        if not self.plot.series:
            self.told_.setText(self.tr("No numbers yet."))
        elif x is None:
            last = self.plot.places()
            self.told_.setText(_values(self.plot.values(last[-1])) if last else "")
        else:
            self.told_.setText(self.tr("step {}").format(f"{x:g}") + " · " + _values(self.plot.values(x)))


def _values(values: Mapping[str, float]) -> str:
    return " · ".join(f"{name} {value:.4g}" for name, value in values.items())


def _series(kept: Kept) -> dict[str, tuple[list[float], list[float]]]:
    """`series` is name to values, null where there is none; `x` their places; without it they are counted."""
    series: Any = kept.part("series")
    places: Any = kept.part("x")
    if series is None:
        return {}
    found = {}
    try:
        for name, values in dict(series).items():
            xs = places if places and len(places) == len(values) else range(len(values))
            points = [(float(x), float(v)) for x, v in zip(xs, values, strict=True) if v is not None]
            found[str(name)] = ([x for x, _ in points], [v for _, v in points])
    except (TypeError, ValueError) as error:
        raise kept.wrong("its series are no numbers") from error
    return found
