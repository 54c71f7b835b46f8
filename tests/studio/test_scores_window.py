"""Prove in the window: the table, its filters and order, the plot, the pictures behind a score, files."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.client.scores import FILE, ScoreRow, ScoreStore
from studio import places
from studio.panels.score_files import written
from studio.parts.scores import ScoresPart
from studio.window import Window
from tests.studio.test_history_window import draw, opened
from tests.studio.test_history_window import part as history_part


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    made_window = opened(tmp_path, qtbot)
    yield made_window
    made_window.close()


def part(window: Window) -> ScoresPart:
    return next(p for p in window.parts if isinstance(p, ScoresPart))


def row(score: str, what: str, value: float | None, n: int = 40, **more: object) -> ScoreRow:
    params = {"model": "pocket", **more.pop("params", {})}  # type: ignore[dict-item]
    ends = {} if value is None else {"low": value - 0.1, "high": value + 0.05}
    return ScoreRow("my set", "core.concept_fidelity", score, what, more.pop("judge", "CLIP pocket"), value,  # type: ignore[arg-type]
                    n if value is not None else 0, **ends, reason="no DINO folder" if value is None else "",
                    params=json.dumps(params), at=100.0 + len(what))  # fmt: skip


ROWS = [row("bleed", "cat", 0.5), row("bleed", "teapot", 0.25), row("DINO", "cat", None, judge="DINO"),
        row("bleed", "dog", 0.75)]  # fmt: skip


def stored(rows: list[ScoreRow]) -> None:
    with ScoreStore(places.home() / FILE) as store:
        store.add(rows)


def test_prove_shows_the_scores_in_place_of_the_canvas(window: Window) -> None:
    found = part(window)
    window.choose("prove")
    assert found.panel.isVisible()
    assert not window.view.isVisible()
    assert "Nothing was measured yet" in found.panel.empty.text()
    stored(ROWS)
    found.read()
    model = found.panel.model
    assert model.rowCount() == 4
    found.panel.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    assert [r.value for r in model.rows] == [0.25, 0.5, 0.75, None]
    found.panel.table.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    assert [r.value for r in model.rows] == [0.75, 0.5, 0.25, None]  # what is not measured is never the best
    assert model.index(3, 4).data() == "not measured"
    assert "no DINO folder" in model.index(3, 6).data()
    found.panel.filters["concept"].setCurrentIndex(found.panel.filters["concept"].findData("cat"))
    found.panel.search()
    assert {r.score for r in model.rows} == {"bleed", "DINO"}
    found.panel.filters["measured"].setCurrentIndex(1)
    found.panel.search()
    assert [r.score for r in model.rows] == ["bleed"]
    found.panel.words.setText("nothing")
    assert "No score fits" in found.panel.empty.text()
    window.choose("create")
    assert window.view.isVisible()
    assert not found.panel.isVisible()


def test_the_plot_draws_whiskers_of_the_chosen_score(window: Window) -> None:
    stored([*ROWS, row("bleed", "fox", None)])
    window.choose("prove")
    panel = part(window).panel
    chosen = next(i for i, r in enumerate(panel.model.rows) if r.score == "bleed")
    panel.table.selectRow(chosen)
    assert {r.what for r in panel.plot.shown} == {"cat", "teapot", "dog", "fox"}
    lines = [tuple(map(float, item.yData)) for item in panel.plot.listDataItems() if item.yData is not None]
    assert (0.4, 0.55) in lines  # the interval of the cat
    crosses = [item for item in panel.plot.listDataItems() if item.opts["symbol"] == "x"]
    assert len(crosses[0].xData) == 1


def test_a_score_leads_to_its_pictures(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    draw(window, qtbot, "a cat", 7)
    entry = history_part(window).history.search()[0]
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "1.png")
    (folder / "notes.txt").write_text("no picture")
    params = {"pictures": [entry.images[0], "f" * 64 + ".png"], "folder": str(folder), "job": entry.id}
    stored([row("bleed", "cat", 0.5, params=params)])
    window.choose("prove")
    panel = part(window).panel
    names = [Path(panel.pictures.item(i).data(Qt.ItemDataRole.UserRole)).name for i in range(panel.pictures.count())]
    assert names == [entry.images[0], "1.png", entry.images[1]]
    count = len(window.workspace.project.layers)
    panel.pictures.itemActivated.emit(panel.pictures.item(1))
    assert len(window.workspace.project.layers) == count + 1
    assert window.view.isVisible()


def test_files_hold_what_is_shown_and_overwrite_nothing(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(ROWS)
    window.choose("prove")
    found = part(window)
    found.panel.words.setText("bleed")
    target = tmp_path / "scores.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(tmp_path / "scores"), "CSV (*.csv)"))
    found.ask_and_export()
    read = list(csv.DictReader(io.StringIO(target.read_text())))
    assert {r["what"] for r in read} == {"cat", "dog", "teapot"}
    target.write_text("mine")
    monkeypatch.setattr(QMessageBox, "question", lambda *_a: QMessageBox.StandardButton.No)
    found.ask_and_export()
    assert target.read_text() == "mine"


def test_not_measured_is_never_a_number_in_a_file() -> None:
    odd = row("DINO", "<b>cat</b>", None)
    assert json.loads(written([odd], "JSON"))[0]["value"] is None
    assert next(csv.DictReader(io.StringIO(written([odd], "CSV").decode())))["value"] == ""
    page = written([odd, ROWS[0]], "HTML").decode()
    assert "not measured: no DINO folder" in page
    assert "<b>cat" not in page
    assert "0.4 to 0.55" in page
    assert "<svg" in page
