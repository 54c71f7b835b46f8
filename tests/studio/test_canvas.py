"""The canvas: tiles and mip levels, layers over each other, zoom and pan, what is seen."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QSpinBox
from pytestqt.qtbot import QtBot

from studio import look
from studio.canvas import bench
from studio.canvas.brush import Brush
from studio.canvas.compare import CompareView, Mode
from studio.canvas.edge import on_screen
from studio.canvas.heat import Heat, HeatBar, WordMap
from studio.canvas.items import Item, Scene, scene_of
from studio.canvas.pixels import Pixels, as_image, from_image, halved
from studio.canvas.statistics import changed, facts, pixel
from studio.canvas.toolbar import BrushBar, ToolColumn, Tools, ZoomBar
from studio.canvas.view import LEAST, MOST, CanvasView, Viewport
from studio.document.project import Layer, LayerKind, Placed, Project, Region, Selection, Size
from studio.document.tiles import TILE, TileStore


def picture(width: int, height: int, color: tuple[int, int, int] = (200, 100, 50)) -> np.ndarray:
    array = np.zeros((height, width, 4), np.uint8)
    array[..., :3], array[..., 3] = color, 255
    return array


def seen(view: CanvasView, x: int, y: int) -> tuple[int, int, int]:
    """The colour on the screen at a pixel of the document."""
    assert view.finish()
    place = view.point_to_widget(QPointF(x + 0.5, y + 0.5))
    color = view.grab().toImage().pixelColor(int(place.x()), int(place.y()))
    return color.red(), color.green(), color.blue()


@pytest.fixture
def view(qtbot: QtBot) -> CanvasView:
    made = CanvasView()
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.edge.marching = False
    return made


def test_pixels_come_back_as_they_were() -> None:
    random = np.random.default_rng(0).integers(0, 256, (300, 530, 4), np.uint8)
    pixels = Pixels.of(random)
    assert np.array_equal(pixels.array(), random)
    assert np.array_equal(pixels.read(-5, 250, 20, 20)[:, 5:], random[250:270, :15])
    assert (pixels.read(525, 0, 20, 1)[:, 5:] == 0).all()
    assert np.array_equal(from_image(as_image(pixels.tile((0, 0)))), pixels.tile((0, 0))) is False  # premultiplied
    opaque = Pixels.of(picture(256, 256)).tile((0, 0))
    assert np.array_equal(from_image(as_image(opaque)), opaque)


def test_mip_levels_are_means_and_shared() -> None:
    mask = np.zeros((1024, 1024), np.uint8)
    mask[:512, :512] = 200
    mask[0, 0] = 0
    before = Pixels.of(mask)
    assert before.depth == 2
    assert before.tile((0, 0), 1)[0, 0] == 150
    assert before.tile((1, 1), 1) is None
    corner = before.tile((0, 0), 1)
    after = before.replaced({(3, 3): np.full((TILE, TILE), 255, np.uint8)})
    assert after.tile((0, 0), 1) is corner
    assert after.tile((1, 1), 1)[-1, -1] == 255
    assert before.tile((1, 1), 1) is None


def test_clear_pixels_leave_no_dark_fringe() -> None:
    tile = np.zeros((TILE, TILE, 4), np.uint8)
    tile[:, ::2] = (250, 120, 30, 255)
    small = halved(tile)
    assert np.abs(small[4, 4].astype(int) - (125, 60, 15, 128)).max() <= 1  # premultiplied


def test_rasters_of_the_document_are_shown_without_copies() -> None:
    store = TileStore()
    raster = store.raster(picture(600, 300))
    pixels = Pixels.over(raster)
    assert pixels.tile((0, 0)) is raster.tiles[0, 0].array()
    painted = store.painted(raster, 0, 0, picture(10, 10, (1, 2, 3)))
    again = Pixels.over(painted, pixels)
    assert again.held((1, 0)) is pixels.held((1, 0))
    assert again.tile((0, 0))[0, 0, 0] == 1


def test_layers_lie_over_each_other(view: CanvasView) -> None:
    top = picture(400, 300, (0, 0, 255))
    top[:, 200:, 3] = 0
    items = (
        Item("a", Pixels.of(picture(400, 300, (255, 0, 0)))),
        Item("b", Pixels.of(top), opacity=0.5),
    )
    view.show_scene(Scene(400, 300, items))
    red, _green, blue = seen(view, 100, 100)
    assert abs(red - 128) <= 2
    assert abs(blue - 128) <= 2
    assert seen(view, 300, 100) == (255, 0, 0)
    view.show_scene(Scene(400, 300, items[:1]))
    assert seen(view, 100, 100) == (255, 0, 0)


def test_an_opaque_layer_hides_what_is_below(view: CanvasView) -> None:
    items = tuple(Item(str(i), Pixels.of(picture(512, 512, (i * 10, 0, 0)))) for i in range(20))
    view.show_scene(Scene(512, 512, items))
    view.actual()
    assert seen(view, 300, 300) == (190, 0, 0)
    assert len(view.pictures._sources) == 4  # four tiles of the topmost layer


def test_placed_layers(view: CanvasView) -> None:
    turned = Item("t", Pixels.of(picture(100, 50, (0, 255, 0))), placed=Placed(200, 150, 2, 2, 90))
    view.show_scene(Scene(400, 300, (Item("a", Pixels.of(picture(400, 300, (0, 0, 0)))), turned)))
    view.actual()
    assert turned.outline == QRectF(150, 50, 100, 200)
    assert seen(view, 155, 60) == (0, 255, 0)
    assert seen(view, 145, 150) == (0, 0, 0)
    assert seen(view, 200, 45) == (0, 0, 0)


def test_masks_take_the_concepts_colour(view: CanvasView) -> None:
    mask = np.zeros((300, 400), np.uint8)
    mask[:, :200] = 255
    item = Item("m", Pixels.of(mask), LayerKind.MASK, "fox", "#039c89")
    view.show_scene(Scene(400, 300, (Item("a", Pixels.of(picture(400, 300, (255, 255, 255)))), item)))
    wanted = [round((255 + c) / 2) for c in QColor("#039c89").getRgb()[:3]]
    assert np.abs(np.array(seen(view, 100, 200)) - wanted).max() <= 2
    assert seen(view, 300, 200) == (255, 255, 255)
    view.overlays_visible = False
    assert seen(view, 100, 200) == (255, 255, 255)


def test_the_edge_is_where_the_mask_ends(view: CanvasView) -> None:
    mask = np.zeros((300, 400), np.uint8)
    mask[100:200, 150:250] = 255
    item = Item("m", Pixels.of(mask), LayerKind.MASK, "", "#039c89")
    view.show_scene(Scene(400, 300, (item,), active="m"))
    view.actual()
    inside, corner = on_screen(item, view)
    start = view.origin()
    ys, xs = np.nonzero(inside)
    assert (xs.min() + corner.x() - start.x(), ys.min() + corner.y() - start.y()) == (150, 100)
    assert inside.sum() == 100 * 100
    assert view.finish()
    view.grab()
    assert len(view.edge._lines) == 1
    first = view.edge._lines[0]._pixels.copy()
    view.edge._lines[0].march(4)
    assert not np.array_equal(first, view.edge._lines[0]._pixels)


def test_zoom_keeps_the_place_under_the_pointer(view: CanvasView) -> None:
    view.show_scene(Scene(4000, 3000, (Item("a", Pixels.of(picture(64, 64))),)))
    at = QPointF(200, 120)
    before = view.to_document(at)
    view.zoom_by(1.7, at)
    gap = view.to_document(at) - before
    assert abs(gap.x()) + abs(gap.y()) <= 2 / view.viewport.zoom
    for _ in range(60):
        view.zoom_by(2)
    assert view.viewport.zoom == MOST
    for _ in range(60):
        view.zoom_by(0.5)
    assert view.viewport.zoom == LEAST
    view.fit()
    assert view.to_widget(QRectF(0, 0, 4000, 3000)).width() <= view.width()


def test_keys_pan_zoom_and_fit(view: CanvasView, qtbot: QtBot) -> None:
    view.show_scene(Scene(1000, 1000, (Item("a", Pixels.of(picture(1000, 1000))),)))
    view.show()
    start = view.viewport
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.viewport.zoom > start.zoom
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.viewport.x > start.x
    qtbot.keyClick(view, Qt.Key.Key_1)
    assert view.viewport.zoom == 1
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.viewport == start


def test_space_and_the_mouse_pan(view: CanvasView, qtbot: QtBot) -> None:
    view.show_scene(Scene(1000, 1000, (Item("a", Pixels.of(picture(1000, 1000))),)))
    view.show()
    start = view.viewport
    qtbot.mousePress(view, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(60, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.MiddleButton, pos=QPoint(60, 100))
    assert view.viewport.x == pytest.approx(start.x + 40 / start.zoom)


def test_a_frame_that_is_not_ready_does_not_wait(view: CanvasView) -> None:
    project, _store = bench.example(2048, 20)
    view.show_scene(scene_of(project))
    view._moving = True
    target = QImage(640, 480, QImage.Format.Format_RGB32)
    painter = QPainter(target)
    late = view.draw_pictures(painter, view.pictures, view.rect())
    painter.end()
    assert late
    assert view.finish(60)


def test_the_document_as_a_scene_keeps_what_did_not_change() -> None:
    store = TileStore()
    box = Region("my teapot", box=(10, 20, 110, 220))
    layers = (
        Layer("a", LayerKind.PICTURE, "beach", store.raster(picture(512, 512))),
        Layer("m", LayerKind.MASK, "fox", store.raster(np.full((512, 512), 255, np.uint8)), color="#039c89"),
        Layer("r", LayerKind.REGION, "region", region=box),
    )
    project = Project(size=Size(512, 512), layers=layers, selection=Selection(("m",)))
    scene = scene_of(project)
    assert [i.label for i in scene.items] == ["beach", "fox", "my teapot"]
    assert scene.item("r").pixels.bounds() == (10, 20, 100, 200)
    assert scene.item("r").color == look.color_of("my teapot")
    again = scene_of(Project(size=Size(512, 512), layers=layers, selection=Selection(("a",))), scene)
    assert all(one is other for one, other in zip(scene.items, again.items, strict=True))
    assert again.active == "a"


def test_numbers() -> None:
    before = picture(300, 300)
    after = before.copy()
    after[10:20, 10:20, 0] += 1
    after[200, 200] = 0
    mask = np.zeros((300, 300), np.uint8)
    mask[5:30, 5:30] = 255
    found = changed(Pixels.of(before), Pixels.of(after), Pixels.of(mask))
    assert (found.inside, found.outside, found.largest) == (100, 1, 255)
    assert "1 outside" in found.text
    after[200, 200] = before[200, 200]
    assert changed(Pixels.of(before), Pixels.of(after), Pixels.of(mask)).outside == 0
    assert facts(Pixels.of(mask)).box == (5, 5, 25, 25)
    assert facts(Pixels.of(mask)).area == 625
    assert pixel(Pixels.of(before), 3, 3) == (200, 100, 50, 255)
    with pytest.raises(ValueError, match="different size"):
        changed(Pixels.of(before), Pixels.of(picture(10, 10)))


def test_heat_is_lit_where_the_word_is_seen(view: CanvasView, qtbot: QtBot) -> None:
    values = np.zeros((5, 16, 16), np.float32)
    values[:, 4:8, 4:8] = np.arange(1, 6)[:, None, None]
    heat = Heat((WordMap("fox", "#039c89", values),), step=4, opacity=1)
    image = heat.image()
    assert image.pixelColor(5, 5).alpha() > 150
    assert image.pixelColor(5, 5).green() > 100
    assert image.pixelColor(12, 12).getRgb()[:3] == (0, 0, 0)
    bar = HeatBar()
    qtbot.addWidget(bar)
    bar.changed.connect(view.set_heat)
    bar.show_maps(heat.maps)
    assert view.heat.step == 4
    bar.steps.setValue(1)
    assert view.heat.step == 1
    assert "2" in bar.where.text()
    bar.show_maps(())
    assert view.heat is None
    with pytest.raises(ValueError, match="fox"):
        WordMap("fox", "#039c89", np.zeros((4, 4)))


def test_comparing(qtbot: QtBot) -> None:
    compare = CompareView()
    qtbot.addWidget(compare)
    compare.resize(640, 480)
    compare.show()
    compare.show_pictures(Pixels.of(picture(256, 256, (255, 0, 0))), Pixels.of(picture(256, 256, (0, 0, 255))))
    assert "65536" in compare.numbers.text()
    right = compare.right
    assert seen(right, 60, 200) == (255, 0, 0)
    assert seen(right, 200, 200) == (0, 0, 255)
    compare.line.setValue(10)
    assert seen(right, 60, 200) == (0, 0, 255)
    compare.buttons[Mode.HOVER].click()
    assert seen(right, 60, 200) == (0, 0, 255)
    with qtbot.waitExposed(compare):
        compare.show()
    qtbot.keyPress(right, Qt.Key.Key_X)
    assert seen(right, 60, 200) == (255, 0, 0)
    qtbot.keyRelease(right, Qt.Key.Key_X)
    assert seen(right, 60, 200) == (0, 0, 255)
    compare.buttons[Mode.SIDE].click()
    right.look_at(Viewport(100, 90, 2.0))
    assert compare.left.viewport == right.viewport
    compare.left.look_at(Viewport(10, 20, 3.0))
    assert compare.left.viewport == right.viewport
    assert seen(compare.left, 10, 10) == (255, 0, 0)


def test_every_control_has_a_name(view: CanvasView, qtbot: QtBot, qapp: QApplication) -> None:
    column, bar, zoom = ToolColumn(view), BrushBar(Tools(view)), ZoomBar(view)
    compare, heat = CompareView(), HeatBar()
    for widget in (column, bar, zoom, compare, heat):
        qtbot.addWidget(widget)
        for kind in (QAbstractButton, QAbstractSlider, QSpinBox, CanvasView):
            for control in widget.findChildren(kind):
                assert control.accessibleName() or getattr(control, "text", str)(), (widget, control)
                assert control.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(control, QAbstractSlider), control
    view.show_scene(Scene(10, 20, (Item("a", Pixels.of(picture(10, 20)), label="beach"),)))
    assert "10" in view.accessibleDescription()
    assert "beach" in view.accessibleDescription()


def test_the_bar_sets_the_brush(view: CanvasView, qtbot: QtBot) -> None:
    tools = Tools(view)
    bar = BrushBar(tools)
    qtbot.addWidget(bar)
    bar.size_box.setValue(120)
    bar.hardness.setValue(25)
    assert (tools.brush.brush.size, tools.brush.brush.hardness) == (120, 0.25)
    assert tools.eraser.brush == Brush()
    tools.brush.set_brush(Brush(size=7))
    assert bar.size_box.value() == 7


def test_the_bench_gives_numbers(qapp: QApplication) -> None:
    found = bench.pan_and_zoom(side=1024, layers=4, width=320, height=200, count=6)
    assert found["pan_median_ms"] > 0
    assert bench.brush_latency(side=1024, layers=4, count=5)["brush_worst_ms"] > 0
    assert bench.stroke_undo(side=2048, length=1024)["tiles"] >= 4


def test_nothing_leaks_from_repaints(view: CanvasView) -> None:
    """PySide6 6.12 on Python 3.11 loses a reference of None with every repaint; the pin must hold."""
    import sys

    view.show_scene(Scene(64, 64, (Item("a", Pixels.of(picture(64, 64))),)))
    view.grab()
    start = sys.getrefcount(None)
    for _ in range(200):
        view.grab()
    assert abs(sys.getrefcount(None) - start) < 100
