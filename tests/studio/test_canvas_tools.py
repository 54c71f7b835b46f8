"""The canvas's tools: what they emit, that they change nothing themselves, and that the keyboard is enough."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from pytestqt.qtbot import QtBot

from studio.canvas.brush import Brush, Stroke, stamp
from studio.canvas.intents import Boxed, Clicked, Cropped, Painted, Picked, Rearranged, Selected
from studio.canvas.items import Item, Scene
from studio.canvas.pixels import Pixels
from studio.canvas.shapes import Join, box, coverage, joined, polygon
from studio.canvas.toolbar import ToolColumn, tool_infos
from studio.canvas.view import CanvasView, Pointer
from studio.document.project import LayerKind, Placed

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class Bench:
    """A canvas of 600 x 400 with a picture, a mask in hand, and everything that was emitted."""

    def __init__(self, qtbot: QtBot) -> None:
        self.view = CanvasView()
        self.view.edge.marching = False
        self.view.resize(800, 600)
        self.column = ToolColumn(self.view)
        for widget in (self.view, self.column):
            qtbot.addWidget(widget)
        self.found: list[object] = []
        self.told: list[str] = []
        self.column.edited.connect(self.found.append)
        self.column.told.connect(self.told.append)
        self.qtbot = qtbot
        picture = np.full((400, 600, 4), 255, np.uint8)
        self.picture = Item("picture", Pixels.of(picture), label="beach")
        self.mask = Item("mask", Pixels.empty(600, 400, 1), LayerKind.MASK, "fox", "#039c89")
        self.show("mask")
        self.view.show()

    def show(self, active: str, selection: Pixels | None = None) -> None:
        self.view.show_scene(Scene(600, 400, (self.picture, self.mask), active, selection))
        self.view.actual()

    def drag(
        self, *places: tuple[float, float], modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        tool = self.view.tool
        assert tool is not None
        left = Qt.MouseButton.LeftButton
        tool.press(Pointer(*places[0], modifiers=modifiers, button=left))
        for place in places[1:]:
            tool.drag(Pointer(*place, modifiers=modifiers, button=left))
        tool.release(Pointer(*places[-1], modifiers=modifiers, button=left))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, times: int = 1) -> None:
        for _ in range(times):
            self.qtbot.keyClick(self.view, key, modifiers)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_a_stamp_is_full_inside_and_soft_outside() -> None:
    share, left, top = stamp(20, 1.0, 50.0, 50.0)
    assert share[50 - top, 50 - left] == 1
    assert share[0, 0] == 0
    assert share.sum() == pytest.approx(np.pi * 100, rel=0.03)
    soft, *_ = stamp(20, 0.0, 50.0, 50.0)
    assert soft.sum() < 0.6 * share.sum()


def test_a_stroke_covers_its_path_without_gaps() -> None:
    stroke = Stroke(Pixels.empty(600, 400, 1), Brush(size=20, hardness=1))
    stroke.to(50, 200)
    stroke.to(550, 200)
    made = stroke.result().array()
    assert (made[200, 50:550] == 255).all()
    assert (made[185] == 0).all()
    assert set(stroke.changes()) == {(0, 0), (1, 0), (2, 0)}


def test_flow_builds_up_and_opacity_is_the_limit() -> None:
    blank = Pixels.empty(256, 256, 1)
    light = Stroke(blank, Brush(size=40, flow=0.2, hardness=1))
    light.to(100, 100)
    assert light.result().array()[100, 100] == 51
    for _ in range(30):
        light.to(120, 100)
        light.to(100, 100)
    assert light.result().array()[100, 110] > 240
    limited = Stroke(blank, Brush(size=40, opacity=0.5, hardness=1))
    for place in (100, 120, 100, 120):
        limited.to(place, 100)
    assert limited.result().array().max() == 128


def test_pressure_sizes_the_brush() -> None:
    def width(pressure: float, **settings: bool) -> int:
        stroke = Stroke(Pixels.empty(256, 256, 1), Brush(size=100, hardness=1, **settings))
        stroke.to(128, 128, pressure)
        return int((stroke.result().array()[128] > 128).sum())

    assert width(1.0) == pytest.approx(100, abs=2)
    assert width(0.5) == pytest.approx(50, abs=2)
    assert width(0.5, pressure_size=False) == pytest.approx(100, abs=2)


def test_colour_and_erasing_on_pictures() -> None:
    clear = Pixels.empty(256, 256, 4)
    painted = Stroke(clear, Brush(size=40, hardness=1, opacity=0.5, color="#ff8000"))
    painted.to(100, 100)
    assert painted.result().array()[100, 100].tolist() == [255, 128, 0, 128]
    wiped = Stroke(painted.result(), Brush(size=80, hardness=1), erase=True)
    wiped.to(100, 100)
    assert wiped.changes() == {(0, 0): None}


def test_a_stroke_stays_inside_the_selection() -> None:
    chosen = np.zeros((256, 256), np.uint8)
    chosen[:, :100] = 255
    stroke = Stroke(Pixels.empty(256, 256, 1), Brush(size=60, hardness=1), within=Pixels.of(chosen))
    stroke.to(100, 100)
    made = stroke.result().array()
    assert made[100, 90] == 255
    assert (made[:, 100:] == 0).all()


def test_painting_previews_and_emits_but_changes_nothing(bench: Bench) -> None:
    bench.column.choose("brush")
    tool = bench.column.tools.brush
    tool.press(Pointer(100, 100))
    tool.drag(Pointer(300, 100))
    assert tool.preview(bench.mask).pixels.array()[100, 200] == 255
    assert bench.view.overlays.items[0].pixels.array()[100, 200] == 255
    tool.release(Pointer(300, 100))
    (painted,) = bench.found
    assert isinstance(painted, Painted)
    assert painted.item == "mask"
    assert set(painted.tiles) == {(0, 0), (1, 0)}
    assert bench.mask.pixels.bounds() is None
    assert bench.view.overlays.items[0].pixels is bench.mask.pixels


def test_escape_gives_a_stroke_up(bench: Bench) -> None:
    bench.column.choose("brush")
    bench.column.tools.brush.press(Pointer(100, 100))
    bench.key(Qt.Key.Key_Escape)
    bench.column.tools.brush.release(Pointer(100, 100))
    assert not bench.found


def test_a_locked_or_missing_layer_says_why(bench: Bench) -> None:
    bench.column.choose("brush")
    bench.show("nobody")
    bench.drag((10, 10), (20, 20))
    bench.mask = Item("mask", bench.mask.pixels, LayerKind.MASK, "fox", locked=True)
    bench.show("mask")
    bench.drag((10, 10), (20, 20))
    assert not bench.found
    assert len(bench.told) == 2
    assert "fox" in bench.told[1]


def test_painting_by_mouse_and_by_keyboard(bench: Bench) -> None:
    bench.column.choose("brush")
    place = bench.view.point_to_widget(QPointF(300, 200)).toPoint()
    bench.qtbot.mousePress(bench.view, Qt.MouseButton.LeftButton, pos=place)
    bench.qtbot.mouseRelease(bench.view, Qt.MouseButton.LeftButton, pos=place + QPoint(1, 0))
    bench.key(Qt.Key.Key_Return)
    bench.key(Qt.Key.Key_Right, CONTROL | SHIFT, times=5)
    bench.key(Qt.Key.Key_Return)
    assert [type(i) for i in bench.found] == [Painted, Painted]
    size = bench.column.tools.brush.brush.size
    bench.key(Qt.Key.Key_BracketRight)
    assert bench.column.tools.brush.brush.size > size
    bench.key(Qt.Key.Key_BraceLeft, SHIFT)
    assert bench.column.tools.brush.brush.hardness == 0.7


def test_the_pen_paints_with_its_pressure(bench: Bench) -> None:
    bench.column.choose("brush")
    bench.column.tools.brush.set_brush(Brush(size=100, hardness=1))
    pen = QPointingDevice("pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
                          QInputDevice.Capability.Pressure | QInputDevice.Capability.Position, 1, 1)  # fmt: skip
    place = bench.view.point_to_widget(QPointF(300, 200))
    for kind, pressure in ((QEvent.Type.TabletPress, 0.4), (QEvent.Type.TabletRelease, 0.0)):
        event = QTabletEvent(kind, pen, place, place, pressure, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier,
                             Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton)  # fmt: skip
        bench.view.tabletEvent(event)
        assert event.isAccepted()
    (painted,) = bench.found
    cover = Pixels(600, 400, 1, {p: t for p, t in painted.tiles.items() if t is not None})
    assert cover.bounds()[2] == pytest.approx(40, abs=3)


def test_outlines_are_exact_on_whole_pixels() -> None:
    corners = [QPointF(10, 20), QPointF(300, 20), QPointF(300, 260), QPointF(10, 260)]
    made = coverage(polygon(corners), 600, 400).array()
    assert (made[20:260, 10:300] == 255).all()
    assert int((made > 0).sum()) == 240 * 290


def test_selections_join() -> None:
    def block(x: int) -> Pixels:
        array = np.zeros((100, 300), np.uint8)
        array[:, x : x + 100] = 255
        return Pixels.of(array)

    def columns(found: Pixels | None) -> int:
        return 0 if found is None else int(found.array()[0].sum() // 255)

    one, other = block(0), block(50)
    counts = {how: columns(joined(one, other, how)) for how in Join}
    assert counts == {Join.REPLACE: 100, Join.ADD: 150, Join.TAKE: 50, Join.BOTH: 50}
    assert joined(one, one, Join.TAKE) is None
    assert joined(None, one, Join.TAKE) is None


@pytest.mark.parametrize("by", ["lasso", "box", "polygon"])
def test_selecting_by_an_outline(bench: Bench, by: str) -> None:
    bench.column.choose(by)
    corners = ((100.0, 100.0), (200.0, 100.0), (200.0, 180.0), (100.0, 180.0))
    if by == "polygon":
        for corner in (*corners, corners[0]):
            bench.view.tool.press(Pointer(*corner))
    elif by == "lasso":
        bench.drag(*corners)
    else:
        bench.drag(corners[0], corners[2])
    (selected,) = bench.found
    assert isinstance(selected, Selected)
    assert selected.selection.bounds() == (100, 100, 100, 80)
    if by == "box":
        bench.show("mask", selected.selection)
        bench.drag((150, 100), (200, 180), modifiers=ALT)
        assert bench.found[-1].selection.bounds() == (100, 100, 50, 80)
        bench.drag((5, 5), (5, 5))
        assert bench.found[-1].selection is None


def test_polygon_and_box_by_keyboard(bench: Bench) -> None:
    bench.column.choose("polygon")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        bench.key(key, CONTROL | SHIFT, times=4)
        bench.key(Qt.Key.Key_Period)
    bench.key(Qt.Key.Key_Return)
    assert facts_of(bench.found[-1]) > 500
    bench.column.choose("box")
    bench.key(Qt.Key.Key_Return)
    bench.key(Qt.Key.Key_Right, CONTROL | SHIFT, times=3)
    bench.key(Qt.Key.Key_Down, CONTROL | SHIFT, times=2)
    bench.key(Qt.Key.Key_Return)
    assert bench.found[-1].selection.bounds()[2:] == (30, 20)


def facts_of(intent: object) -> int:
    assert isinstance(intent, Selected)
    return 0 if intent.selection is None else int((intent.selection.array() > 127).sum())


def test_a_region_is_a_box_inside_the_picture(bench: Bench) -> None:
    bench.column.choose("region")
    bench.drag((500, 300), (900, 900))
    assert bench.found == [Boxed((500, 300, 100, 100), bench.found[0].title)]
    bench.drag((10, 10), (11, 11))
    assert len(bench.found) == 1
    assert box(QPointF(0, 0), QPointF(30, -10), square=True).height() == 30


def test_click_select_asks_and_offers_three_candidates(bench: Bench) -> None:
    bench.column.choose("click")
    tool = bench.column.tools.click
    tool.press(Pointer(50, 50, button=Qt.MouseButton.RightButton))
    assert not bench.found
    assert bench.told
    tool.press(Pointer(100, 100))
    tool.press(Pointer(200, 100, button=Qt.MouseButton.RightButton))
    assert bench.found[-1] == Clicked(((100, 100, True), (200, 100, False)), bench.found[-1].title)
    masks = [Pixels.of(np.full((400, 600), v, np.uint8)) for v in (255, 200, 150)]
    tool.show_candidates(masks)
    assert tool.chosen == 0
    bench.key(Qt.Key.Key_3)
    assert tool.chosen == 2
    assert bench.view.finish()
    bench.view.grab()
    bench.key(Qt.Key.Key_Return)
    assert isinstance(bench.found[-1], Picked)
    assert bench.found[-1].mask is masks[2]
    assert bench.found[-1].index == 2
    assert not tool.points
    tool.show_candidates(masks)  # an answer that comes too late
    assert tool.chosen == -1


def test_click_select_by_keyboard(bench: Bench) -> None:
    bench.column.choose("click")
    bench.key(Qt.Key.Key_Right, CONTROL)
    bench.key(Qt.Key.Key_Period)
    bench.key(Qt.Key.Key_Right, CONTROL | SHIFT)
    bench.key(Qt.Key.Key_Period, ALT)
    assert [p[2] for p in bench.found[-1].points] == [True, False]
    bench.key(Qt.Key.Key_Backspace)
    assert len(bench.found[-1].points) == 1


def test_moving_scaling_and_turning(bench: Bench) -> None:
    bench.picture = Item("picture", Pixels.of(np.full((100, 200, 4), 255, np.uint8)), placed=Placed(300, 200))
    bench.show("picture")
    bench.column.choose("arrange")
    bench.drag((300, 200), (320.4, 190.2))
    assert bench.found[-1] == Rearranged("picture", Placed(300, 200), Placed(320, 190), bench.found[-1].title)
    bench.drag((400, 250), (500, 300))
    assert bench.found[-1].after.scale_x == pytest.approx(2)
    assert bench.found[-1].after.scale_y == pytest.approx(2)
    bench.drag((400, 250), (500, 250), modifiers=SHIFT)
    assert (bench.found[-1].after.scale_x, bench.found[-1].after.scale_y) == pytest.approx((2, 1))
    bench.drag((300, 130), (370, 200))
    assert bench.found[-1].after.turn == pytest.approx(90)
    assert bench.picture.placed == Placed(300, 200)


def test_arranging_by_keyboard_is_one_step(bench: Bench) -> None:
    bench.show("picture")
    bench.column.choose("arrange")
    bench.key(Qt.Key.Key_Right, CONTROL)
    bench.key(Qt.Key.Key_Period)
    first, second = bench.found
    assert first.after == Placed(301, 200)
    assert second.after.turn == 1
    assert first.merge == second.merge != ""


def test_cropping(bench: Bench) -> None:
    bench.column.choose("crop")
    bench.drag((50, 60), (350, 260))
    assert not bench.found
    bench.drag((350, 160), (400, 160))
    bench.key(Qt.Key.Key_Down, CONTROL | SHIFT)
    assert bench.view.finish()
    bench.view.grab()
    bench.key(Qt.Key.Key_Return)
    assert bench.found == [Cropped((50, 70, 350, 200), bench.found[0].title)]
    bench.drag((50, 60), (350, 260))
    bench.key(Qt.Key.Key_Escape)
    bench.key(Qt.Key.Key_Return)
    assert len(bench.found) == 1


def test_every_tool_draws_and_has_its_own_key(bench: Bench) -> None:
    infos = tool_infos()
    assert len({i.key for i in infos}) == len(infos)
    draw: Callable[[], object] = bench.view.grab
    for info in infos:
        bench.column.choose(info.id)
        tool = bench.column.tools[info.id]
        tool.hover(Pointer(100, 100))
        tool.press(Pointer(100, 100))
        tool.drag(Pointer(160, 150))
        draw()
        tool.cancel()
        draw()
        assert bench.column.buttons[info.id].isChecked()
