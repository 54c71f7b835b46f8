"""Views of kept data in the window, fed by the real methods of the embedded model: few steps, made once for all tests."""

import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QDesktopServices, QDropEvent
from pytestqt.qtbot import QtBot

from core.client.fake import FakeEngine
from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.messages import Done, Log, Preview, Progress, Submit, ToStudio
from core.contract.method import Outcome, Role
from core.contract.params import from_json
from core.engine.generate import GenerateParams, generate
from core.engine.registry import method, methods
from core.engine.run import Run, Silence
from core.models.loading import load
from studio import places
from studio.app import build, open_document
from studio.document.project import LayerKind
from studio.history.entry import Entry
from studio.history.history import History
from studio.panels.data import DataPanel
from studio.parts.data import DataPart
from studio.parts.xray import XRay
from studio.settings import Settings
from studio.views.bars import BarsView, Sets, changes, read_strengths
from studio.views.curves import CurvesView
from studio.views.kept import Kept, Result, read
from studio.views.maps import word_maps
from studio.views.maps_view import MapsView
from studio.views.plain import TreeView
from studio.views.table import TableView, columns_of
from studio.views.timeline import TimelineView
from studio.window import Window

INFOS = tuple(m.info for m in methods())
PROMPT = "a cat and a castle on a blue background"
HOOKS = (
    "editing.attention_xray",
    'editing.t2i_zero:{"words": ["cat", "castle"], "show_owners": true}',
    'editing.a_star:{"words": ["cat", "castle"], "rate": 5}',
)
BLEND = ('editing.black_scholes:{"prompts": ["a red apple"], "rule": "alternating"}',)


class Hears(Silence):
    """What the window would hear of a job, to be played to it again."""

    def __init__(self) -> None:
        super().__init__()
        self.maps: dict[str, bytes] = {}

    def preview(self, picture: Image.Image, label: str = "") -> None:
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        self.maps[label] = buffer.getvalue()


class Made:
    """A store with outcomes of real jobs."""

    def __init__(self, home: Path) -> None:
        self.home, self.store, self.heard = home, AssetStore(home / "assets"), Hears()
        model = load("pocket")

        @contextmanager
        def lend(_ref: str) -> Iterator[Any]:
            yield model

        self.seen = generate(
            GenerateParams(prompt=PROMPT, steps=4, count=2, modifiers=HOOKS),
            Run(self.store, lend, "pocket", 1, self.heard),
        )
        self.blend = generate(
            GenerateParams(prompt="a cat", steps=4, modifiers=BLEND), Run(self.store, lend, "pocket", 1)
        )
        self.params: dict[str, Any] = {
            "picture": self.seen.images[0], "prompt": "a cat beside a castle", "source": ["cat"], "target": ["fox"],
            "strengths": [0, 1], "backbone": "ddim", "steps": 2, "count": 5, "concepts": ["dog", "sofa"],
        }  # fmt: skip
        task = method("editing.concept_lancet", Role.TASK)
        assert task.function is not None
        self.bars = task.function(from_json(task.params, self.params), Run(self.store, lend, "pocket", 1))

    def kept(self, outcome: Outcome, name: str) -> Kept:
        return read(self.store, name, outcome.data[name])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("made"))


@pytest.fixture
def window(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    shutil.copytree(made.store.root, places.assets(), dirs_exist_ok=True)

    def answer(job: Submit) -> Iterator[ToStudio]:
        outcome = made.bars if job.method == "editing.concept_lancet" else made.seen
        yield Done(job=job.job, outcome=outcome, seconds=1.0)

    settings = Settings()
    window = build(
        open_document(None, settings), settings, tmp_path / "s.json", FakeEngine(answer, methods=INFOS, automatic=True)
    )
    qtbot.addWidget(window)
    window.show()
    window.link.start()
    qtbot.waitUntil(lambda: bool(window.inspectors["create"].methods))
    yield window
    window.close()


def data(window: Window) -> DataPart:
    return next(p for p in window.parts if isinstance(p, DataPart))


def xray(window: Window) -> XRay:
    return next(p for p in window.parts if isinstance(p, XRay))


def drawn(window: Window, qtbot: QtBot) -> DataPart:
    window.prompt.edit.setPlainText(PROMPT)
    window.inspector.start()
    qtbot.waitUntil(lambda: data(window).panel.result is not None and bool(data(window).panel.views))
    return data(window)


# --- reading -----------------------------------------------------------------------------------------------------------


def test_every_kept_thing_of_the_methods_finds_its_view(made: Made, qtbot: QtBot) -> None:
    panel = DataPanel(made.store)
    qtbot.addWidget(panel)
    found = {}
    for outcome in (made.seen, made.blend, made.bars):
        panel.show_result(Result("1", "a result", params={"prompt": PROMPT}, outcome=outcome))
        found |= {view.kept.name: type(view) for view in panel.views}
        assert len(panel.views) == len(outcome.data)
    assert found["x-ray"] == found["x-ray 2"] == found["ownership"] == MapsView
    assert found["timeline"] == TimelineView
    assert found["concepts"] == BarsView
    assert TreeView not in found.values()


def test_a_result_that_lost_its_data_says_so(made: Made, qtbot: QtBot, tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    gone, odd = "a" * 64 + ".json", store.put(b"{", "json", {})
    wrong = store.put(b'{"kind": "timeline", "steps": [{"step": 0}]}', "json", {})
    free = store.put(b'{"anything": [1, {"deep": true}]}', "json", {})
    panel = DataPanel(store)
    qtbot.addWidget(panel)
    panel.show_result(Result("1", "", outcome=Outcome(data={"gone": gone, "odd": odd, "wrong": wrong, "free": free})))
    texts = [panel.tabs.widget(i).text() for i in range(3)]  # type: ignore[union-attr]
    assert "missing" in texts[0]
    assert "damaged" in texts[1]
    assert "lacks its shares" in texts[2]
    assert isinstance(panel.views[0], TreeView)
    branch = panel.views[0].tree.topLevelItem(0)
    assert branch is not None
    assert (branch.text(0), branch.childCount()) == ("anything", 2)


# --- bars --------------------------------------------------------------------------------------------------------------


def test_changes_fill_parameters_that_the_data_names() -> None:
    sets = Sets("source", "target", "action", "remove", "replace", "strengths")
    assert changes(sets, {"cat": ""}, [1.0]) == {
        "source": ["cat"],
        "target": [],
        "action": "remove",
        "strengths": [1.0],
    }
    both = changes(sets, {"cat": "fox", "sofa": " bed "}, [0.5, 1.0])
    assert (both["target"], both["action"]) == (["fox", "bed"], "replace")
    assert changes(Sets("erase"), {"cat": ""}, [2.0]) == {"erase": ["cat"]}
    with pytest.raises(UserError, match="Nothing was taken out"):
        changes(sets, {}, [1.0])
    with pytest.raises(UserError, match="sofa"):
        changes(sets, {"cat": "fox", "sofa": ""}, [1.0])
    assert read_strengths("0.5, 1 ;2") == [0.5, 1.0, 2.0]
    for wrong in ("", "a, b"):
        with pytest.raises(UserError, match="strengths"):
            read_strengths(wrong)


def test_a_bar_dragged_out_fills_the_methods_form_and_starts_the_strip(
    made: Made, window: Window, qtbot: QtBot
) -> None:
    window.link.submit("editing.concept_lancet", made.params)
    part = data(window)
    qtbot.waitUntil(lambda: any(isinstance(v, BarsView) for v in part.panel.views))
    view = next(v for v in part.panel.views if isinstance(v, BarsView))
    names = view.bars.names()
    assert {"cat", "dog", "sofa"} <= set(names)
    values = [abs(bar.value) for bar in view.bars.known]
    assert values == sorted(values, reverse=True)
    drag(view, "cat")
    assert view.out.exchanges() == {"cat": ""}
    assert "cat" not in view.bars.names()
    view.exchange("cat", "dog")
    view.form_button.click()
    assert len(window.link.queue.jobs()) == 1  # only the form
    shown = window.inspector.values()
    assert (shown["source"], shown["target"], shown["action"]) == (["cat"], ["dog"], "replace")
    assert shown["picture"] == made.params["picture"]
    view.several.setText("0.5, 2")
    view.strip_button.click()
    job = window.link.queue.jobs()[-1]
    assert len(window.link.queue.jobs()) == 2
    assert (job.params["strengths"], job.params["target"]) == ([0.5, 2.0], ["dog"])
    assert job.params["backbone"] == "ddim"  # what the result was made with stays


def drag(view: BarsView, name: str) -> None:
    """Let a bar go over the list of what goes out, as Qt does at the end of a drag."""
    mime = QMimeData()
    mime.setText(name)
    none = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, none)
    view.out.dropEvent(event)


def test_bars_by_keyboard_and_the_strip(made: Made, window: Window, qtbot: QtBot) -> None:
    window.link.submit("editing.concept_lancet", made.params)
    part = data(window)
    qtbot.waitUntil(lambda: any(isinstance(v, BarsView) for v in part.panel.views))
    view = next(v for v in part.panel.views if isinstance(v, BarsView))
    first = view.bars.names()[0]
    view.bars.setCurrentRow(0)
    qtbot.keyClick(view.bars, Qt.Key.Key_Delete)
    assert list(view.out.exchanges()) == [first]
    view.out.setCurrentRow(0)
    qtbot.keyClick(view.out, Qt.Key.Key_Delete)
    assert view.out.exchanges() == {}
    assert view.bars.names()[0] == first
    view.run_button.click()
    assert "Nothing was taken out" in window.message.text()
    assert [view.strip.item(i).text() for i in range(view.strip.count())] == ["0", "1"]
    view.strip.itemClicked.emit(view.strip.item(1))
    layer = window.workspace.project.active
    assert layer is not None
    assert layer.source == made.bars.images[1]
    assert view in part.panel.views  # the bars stay while one compares


# --- timeline and curves -----------------------------------------------------------------------------------------------


def test_the_timeline_says_who_drove(made: Made, qtbot: QtBot) -> None:
    view = TimelineView(made.kept(made.blend, "timeline"), Result("1", "", params={"prompt": "a cat"}))
    qtbot.addWidget(view)
    view.show()
    assert view.names == ["a cat", "a red apple"]
    assert [m.shares for m in view.pictures[0]] == [(1, 0), (0, 1), (1, 0), (0, 1)]
    assert "Step 1: driven by “a cat”" in view.said.text()
    qtbot.keyClick(view.strip, Qt.Key.Key_Right)
    assert "Step 2: driven by “a red apple”" in view.said.text()
    assert "a cat: 2 steps" in view.strip.accessibleDescription()


def priced(tmp_path: Path) -> Kept:
    steps = [{"step": i, "shares": [[1.0, 0.0]] if i % 2 else [[0.25, 0.75]], "scores": [[20.0 + i, 25.0 - i]],
              "prices": [[1.0 + i, 2.0]]} for i in range(5)]  # fmt: skip
    value: Any = {"kind": "timeline", "rule": "paper", "prompts": ["a", "b"], "steps": steps}
    store = AssetStore(tmp_path)
    return read(store, "timeline", store.put(json.dumps(value).encode(), "json", {}))


def test_both_price_curves_share_the_cursor(tmp_path: Path, qtbot: QtBot) -> None:
    QCursor.setPos(4000, 4000)  # the mouse itself would move the cursor
    view = TimelineView(priced(tmp_path), Result("1", ""))
    qtbot.addWidget(view)
    view.show()
    assert list(view.plots) == ["prices", "scores"]
    assert view.plots["prices"].values(3.0) == {"1. a": 3.0, "2. b": 2.0}
    qtbot.keyClick(view.plots["scores"], Qt.Key.Key_Right)
    assert (view.strip.at, view.plots["prices"].at, view.plots["scores"].at) == (2, 2.0, 2.0)
    assert "prices 2 / 2" in view.said.text()
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(view.strip.width() - 4, 10))
    assert view.plots["prices"].at == 5.0
    assert "25 % a + 75 % b" in view.said.text()


def test_kept_curves_leave_gaps_where_there_is_no_value(qtbot: QtBot) -> None:
    value: Any = {"kind": "curves", "x": [0, 2, 5], "x_label": "step", "series": {"overlap": [0.5, None, 0.1]}}
    view = CurvesView(Kept("words", "curves", Path(), {}, value), Result("1", ""))
    qtbot.addWidget(view)
    assert view.plot.series == {"overlap": ([0.0, 5.0], [0.5, 0.1])}
    wrong: Any = {"series": {"overlap": ["much"]}}
    with pytest.raises(UserError, match="words"):
        CurvesView(Kept("words", "curves", Path(), {}, wrong), Result("1", ""))


# --- while a job runs --------------------------------------------------------------------------------------------------


def test_numbers_and_maps_of_a_running_job_are_seen_and_stay(made: Made, window: Window, qtbot: QtBot) -> None:
    """Overlap, retention, owners and words, as the real methods said them; the picture in the making stays its own."""
    labels = sorted(made.heard.maps)
    assert [label.partition(":")[0] for label in labels] == ["", "Owners", "Seen"]
    assert "cat red" in labels[1]
    assert {"overlap", "retention"} <= set().union(*made.heard.curves)
    store = window.workspace.assets

    def runs(job: Submit) -> Iterator[ToStudio]:
        for done, numbers in enumerate(made.heard.curves):
            yield Progress(job=job.job, label="Drawing", done=done + 1, total=9, seconds_left=1)
            yield Log(job=job.job, text="", numbers=numbers)
        for label, png in made.heard.maps.items():
            yield Preview(job=job.job, image=store.put(png, "png"), label=label)
        yield Done(job=job.job, outcome=made.seen, seconds=1.0)

    engine = window.link.engine
    assert isinstance(engine, FakeEngine)
    engine.script, engine._automatic = runs, False
    part = data(window)
    part.raise_dock()
    qtbot.waitUntil(part.panel.isVisible)
    window.link.submit("core.generate", {"prompt": PROMPT})
    while len(engine._jobs[0][1]) > 1:
        engine.step()
    qtbot.waitUntil(lambda: part.panel.tabs.currentWidget() is part.panel.live)
    live = part.panel.live
    qtbot.waitUntil(lambda: sorted(live.maps) == labels[1:])
    assert {"overlap", "retention"} <= live.curves.plot.series.keys()
    assert not live.maps[labels[1]][1].pixmap().isNull()
    engine.step()
    qtbot.waitUntil(lambda: part.panel.result is not None)
    course = next(v for v in part.panel.views if v.kept.name == "course")
    assert isinstance(course, CurvesView)
    assert {"overlap", "retention"} <= course.plot.series.keys()


def test_nothing_is_read_while_nobody_looks(made: Made, window: Window, qtbot: QtBot) -> None:
    part = data(window)
    part.dock.hide()
    label = next(label for label in made.heard.maps if label)
    name = window.workspace.assets.put(made.heard.maps[label], "png")
    window.link.mapped.emit("1", label, name)
    assert part.maps == {}
    assert not part._draw.isActive()


# --- maps over the canvas ----------------------------------------------------------------------------------------------


def test_the_maps_of_a_drawn_picture_lie_over_it(made: Made, window: Window, qtbot: QtBot) -> None:
    drawn(window, qtbot)
    assert window.heat.isVisible()
    heat = window.view.heat
    assert heat is not None
    assert [m.word for m in heat.maps][:2] == ["a", "cat"]
    before = heat.image()
    assert len({m.color for m in heat.maps}) == len(heat.maps)
    window.heat.words["cat"].click()
    assert window.view.heat is not None
    assert window.view.heat.hidden == {"cat"}
    assert window.view.heat.image() != before
    listed = xray(window).list
    assert listed is not None
    assert listed.hidden == {"cat"}
    window.heat.steps.setValue(0)
    assert window.view.heat.step == 0


def test_a_place_tells_its_words(made: Made, window: Window, qtbot: QtBot) -> None:
    """The strongest cell of a word ranks it before where it is weakest; by mouse over the canvas and by brush."""
    part = drawn(window, qtbot)
    listed, heat = xray(window).list, window.view.heat
    assert listed is not None
    assert heat is not None
    cat = next(m for m in heat.maps if m.word == "cat")
    side = window.workspace.project.size.width / cat.values.shape[2]
    now = cat.values[heat.step]
    shares = {}
    window.heat.probe.click()
    assert window.view.tool is xray(window).probe
    for name, place in (("most", now.argmax()), ("least", now.argmin())):
        y, x = np.unravel_index(int(place), now.shape)
        at = window.view.point_to_widget(QPointF((x + 0.5) * side, (y + 0.5) * side)).toPoint()
        qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=at)
        row = next(r for r in listed._rows() if r.text(0) == "cat")
        shares[name] = float(row.text(1))
    assert shares["most"] == pytest.approx(float(now.max()), rel=0.02)
    assert shares["least"] == pytest.approx(float(now.min()), rel=0.02, abs=1e-4)
    values = [float(row.text(1)) for row in listed._rows()]
    assert values == sorted(values, reverse=True)
    assert "At this place" in listed.place.text()
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=window.view.rect().center())
    qtbot.mouseMove(window.view, window.view.rect().center() + QPoint(60, 0))
    window.heat.probe.click()
    assert window.view.tool is window.column.tools[window.column.current]
    assert part.panel.maps is listed


def test_a_word_becomes_a_mask_a_region_and_files(
    made: Made, window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(window, qtbot)
    listed = xray(window).list
    assert listed is not None
    row = next(r for r in listed._rows() if r.text(0) == "cat")
    listed.words.setCurrentItem(row)
    assert window.view.heat is not None
    assert window.view.heat.only == "cat"
    listed.buttons["mask"].click()
    layer = window.workspace.project.active
    assert layer is not None
    assert (layer.kind, layer.name) == (LayerKind.MASK, "cat")
    inside = layer.pixels.array() if layer.pixels is not None else np.zeros(1)
    assert 0 < (inside > 127).mean() < 0.9
    assert np.array_equal(inside > 127, xray(window).mask("cat") > 127)
    listed.threshold.setValue(0.9)
    assert (xray(window).mask("cat") > 127).sum() < (inside > 127).sum()
    listed.buttons["region"].click()
    region = next(x for x in window.workspace.project.layers if x.kind == LayerKind.REGION)
    assert region.region is not None
    assert region.region.phrase == "cat"
    where = np.argwhere(xray(window).mask("cat") > 127)
    assert region.region.box == (where[:, 1].min(), where[:, 0].min(), where[:, 1].max() + 1, where[:, 0].max() + 1)
    for action in ("export_mask", "export_picture"):
        path = tmp_path / f"{action}.png"
        monkeypatch.setattr("studio.parts.xray.QFileDialog.getSaveFileName", lambda *_a, p=path: (str(p), ""))
        listed.buttons[action].click()
    mask = np.asarray(Image.open(tmp_path / "export_mask.png"))
    assert set(np.unique(mask)) == {0, 255}
    assert np.array_equal(mask, xray(window).mask("cat"))
    picture = Image.open(tmp_path / "export_picture.png")
    assert picture.size == window.workspace.flattened().size
    assert np.asarray(picture).tobytes() != np.asarray(window.workspace.flattened().convert("RGB")).tobytes()


def test_words_of_the_prompt_light_up_and_become_masks(made: Made, window: Window, qtbot: QtBot) -> None:
    window.prompt.acted.emit("seen", "cat")
    assert "X-ray" in window.message.text()
    drawn(window, qtbot)
    window.prompt.pointed.emit("castle")
    assert window.view.heat is not None
    assert window.view.heat.only == "castle"
    window.prompt.pointed.emit("")
    assert window.view.heat is not None
    assert window.view.heat.only == ""
    window.prompt.acted.emit("seen", "castle")
    layer = window.workspace.project.active
    assert layer is not None
    assert (layer.kind, layer.name) == (LayerKind.MASK, "castle")


def test_the_second_picture_brings_its_own_maps_also_from_the_history(made: Made, window: Window, qtbot: QtBot) -> None:
    part = drawn(window, qtbot)
    first = part.panel.maps
    assert first is not None
    id = part._shown[0]
    window.link.clear()  # from now on only the history knows the result
    pixels = window.workspace.raster(made.seen.images[1])
    window.workspace.add_picture(made.seen.images[1], pixels, "second", LayerKind.RESULT, id)
    second = part.panel.maps
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    assert window.view.heat is not None
    expected = word_maps(made.kept(made.seen, "x-ray 2"))[1].values
    assert np.array_equal(window.view.heat.maps[1].values, expected)


def test_a_history_of_the_older_form_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with_data = History(path)
    with_data.add([Entry("1", "core.generate", data={"x-ray": "a.png"}, files=("/r.html",))])
    assert (with_data.get("1").data, with_data.get("1").files) == ({"x-ray": "a.png"}, ("/r.html",))
    with_data.close()
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE entries DROP COLUMN data")
    connection.execute("ALTER TABLE entries DROP COLUMN files")
    connection.execute("PRAGMA user_version=1")
    connection.commit()
    connection.close()
    old = History(path)
    assert (old.get("1").method, old.get("1").data, old.get("1").files) == ("core.generate", {}, ())
    old.add([Entry("2", "core.generate", data={"x": "b.json"})])
    assert old.get("2").data == {"x": "b.json"}
    old.close()


# --- tables and reports ------------------------------------------------------------------------------------------------

SCORES = [
    {
        "score": "CLIP-T",
        "what": "cat",
        "value": 0.31,
        "n": 12,
        "low": 0.28,
        "high": 0.34,
        "judge": "clip",
        "reason": "",
    },
    {"score": "DINO", "what": "", "value": None, "n": 0, "reason": "no DINO folder was given"},
    {"score": "identity", "what": "cat", "value": 0.05, "n": 12},
]


def test_scores_are_a_table_that_sorts_numbers(tmp_path: Path, qtbot: QtBot) -> None:
    store = AssetStore(tmp_path)
    name = store.put(json.dumps(SCORES).encode(), "json", {"data": "scores"})  # as score tasks keep them
    kept = read(store, "scores", name)
    assert kept.kind == "table"
    view = TableView(kept, Result("1", ""))
    qtbot.addWidget(view)
    assert columns_of(SCORES) == ["score", "what", "value", "n", "low", "high", "judge", "reason"]
    view.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [view.table.item(r, 0).text() for r in range(3)] == ["identity", "CLIP-T", "DINO"]
    assert "no DINO folder was given" in view.table.text()


def test_a_report_opens_in_the_browser(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "report of a cat.html"
    page.write_text("<h1>report</h1>")
    scores = window.workspace.assets.put(json.dumps(SCORES).encode(), "json", {"kind": "table"})
    outcome = Outcome(files=(str(page),), numbers={"CLIP-T": 0.31}, data={"scores": scores}, note="12 pictures")

    def scored(job: Submit) -> Iterator[ToStudio]:
        yield Done(job=job.job, outcome=outcome, seconds=1.0)

    assert isinstance(window.link.engine, FakeEngine)
    window.link.engine.script = scored
    window.link.submit("evaluate.erasure_report", {})
    part = data(window)
    qtbot.waitUntil(lambda: part.panel.result is not None)
    assert isinstance(part.panel.view, TableView)
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    window.commands.run("data.report")
    assert opened == [str(page)]
    page.unlink()
    window.commands.run("data.report")
    assert "not there any more" in window.message.text()
    assert len(opened) == 1
