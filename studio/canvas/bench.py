"""How quick the canvas is: numbers for `BENCHMARKS.md`, taken on an idle machine.

Offscreen the widget is drawn by the same code into the same kind of memory as on a screen; what a compositor adds is not in it.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from studio.canvas.brush import Brush
from studio.canvas.items import Scene, scene_of
from studio.canvas.tools import BrushTool
from studio.canvas.view import CanvasView, Pointer, Viewport
from studio.document.project import Layer, LayerKind, Project, Selection, Size
from studio.document.tiles import TILE, Place, Raster, Tile, TileStore


def example(side: int = 8192, layers: int = 20, seed: int = 0) -> tuple[Project, TileStore]:
    """A picture with layers over all of it: an opaque one, half clear ones of one pattern each, four masks on top."""
    store, random = TileStore(), np.random.default_rng(seed)
    made = []
    columns = -(-side // TILE)
    for index in range(layers):
        kind = LayerKind.MASK if index >= max(1, layers - 4) else LayerKind.PICTURE
        shape = (TILE, TILE) if kind == LayerKind.MASK else (TILE, TILE, 4)
        patterns: list[Tile] = []
        for _ in range(8):
            array = random.integers(0, 256, shape, np.uint8)
            if kind == LayerKind.PICTURE and index == 0:
                array[..., 3] = 255
            tile = store.tile(array)
            assert tile is not None
            patterns.append(tile)
        tiles: dict[Place, Tile] = {
            (x, y): patterns[(x * 3 + y * 5) % 8] for x in range(columns) for y in range(columns)
        }
        raster = Raster(side, side, 1 if kind == LayerKind.MASK else 4, tiles)
        made.append(Layer(f"layer{index}", kind, f"layer {index}", raster, opacity=1.0 if index == 0 else 0.6,
                          color="#039c89" if kind == LayerKind.MASK else ""))  # fmt: skip
    project = Project("bench", Size(side, side), tuple(made), selection=Selection((made[-1].id,)))
    return project, store


def frames(view: CanvasView, places: Sequence[Viewport]) -> list[float]:
    """Seconds of each frame while the view goes through these places."""
    target = QImage(view.device(), QImage.Format.Format_RGB32)
    target.setDevicePixelRatio(view.ratio)
    taken = []
    for place in places:
        started = perf_counter()
        view.look_at(place)
        painter = QPainter(target)
        view.draw_document(painter, view.rect())
        painter.end()
        taken.append(perf_counter() - started)
    return taken


def settle(view: CanvasView, seconds: float = 120.0) -> float:
    """Draw until every tile in sight is there; gives back how long that took."""
    started = perf_counter()
    view.finish(seconds)
    return perf_counter() - started


def pan_and_zoom(side: int = 8192, layers: int = 20, width: int = 1920, height: int = 1080,
                 count: int = 120) -> dict[str, float]:  # fmt: skip
    """Milliseconds a frame: panning at 1:1 and at a quarter, and zooming, first over tiles that were never seen, then again."""
    project, store = example(side, layers)
    view = CanvasView()
    view.resize(width, height)
    started = perf_counter()
    view.show_scene(scene_of(project))
    found = {"scene_ms": 1000 * (perf_counter() - started)}
    view.look_at(Viewport(side / 2, side / 2, 1.0))
    found["first_sight_ms"] = 1000 * settle(view)
    way = [Viewport(side / 2 + 6 * i, side / 2 + 4 * i, 1.0) for i in range(count)]
    found |= _summary("pan_new", frames(view, way))
    _see_all(view, way)
    found |= _summary("pan", frames(view, way))
    quarter = [replace(v, zoom=0.25) for v in way]
    _see_all(view, quarter)
    found |= _summary("pan_quarter", frames(view, quarter))
    zoom = [Viewport(side / 2, side / 2, 0.1 * 40 ** (i / count)) for i in range(count)]
    found |= _summary("zoom_new", frames(view, zoom))
    _see_all(view, zoom[:: max(1, count // 16)])
    found |= _summary("zoom", frames(view, zoom))
    found["document_mb"] = store.in_memory / 2**20
    view.deleteLater()
    return found


def brush_latency(side: int = 8192, layers: int = 20, size: float = 200.0, count: int = 120) -> dict[str, float]:
    """Milliseconds from a movement of the pen to the finished frame, painting a mask under twenty layers at 1:1."""
    project, _store = example(side, layers)
    view = CanvasView()
    view.resize(1920, 1080)
    view.show_scene(scene_of(project))
    view.look_at(Viewport(side / 2, side / 2, 1.0))
    settle(view)
    tool = BrushTool(view, erase=True)
    view.set_tool(tool)
    tool.set_brush(Brush(size=size, flow=0.7))
    tool.press(Pointer(side / 2 - 600, side / 2))
    target = QImage(view.device(), QImage.Format.Format_RGB32)
    taken = []
    for step in range(count):
        started = perf_counter()
        tool.drag(Pointer(side / 2 - 600 + 10 * step, side / 2 + 200 * float(np.sin(step / 8))))
        ring = view.point_to_widget(QPointF(side / 2 - 600 + 10 * step, side / 2))
        area = view.rect().intersected(view.rect().__class__(int(ring.x() - size * 2), 0, int(size * 4), view.height()))
        painter = QPainter(target)
        view._moving = False
        view.draw_document(painter, area)
        painter.end()
        taken.append(perf_counter() - started)
    tool.release(Pointer(side / 2, side / 2))
    view.deleteLater()
    return _summary("brush", taken)


def stroke_undo(side: int = 8192, length: int = 4096) -> dict[str, float]:
    """Milliseconds to show the document before and after a stroke of 4k pixels: what undo and redo cost the canvas."""
    project, store = example(side, 20)
    view = CanvasView()
    view.resize(1920, 1080)
    before = scene_of(project)
    view.show_scene(before)
    view.fit()
    settle(view)
    tool = BrushTool(view, erase=True)
    tool.set_brush(Brush(size=200))
    intents: list[object] = []
    tool.edited.connect(intents.append)
    view.set_tool(tool)
    tool.press(Pointer((side - length) / 2, side / 2))
    for step in range(1, 65):
        tool.drag(Pointer((side - length) / 2 + length * step / 64, side / 2))
    tool.release(Pointer((side + length) / 2, side / 2))
    layer = project.layers[-1]
    assert layer.pixels is not None
    tiles = {p: None if t is None else store.tile(t) for p, t in getattr(intents[0], "tiles").items()}  # noqa: B009
    painted = replace(layer, pixels=layer.pixels.replaced(tiles))
    after = replace(project, layers=(*project.layers[:-1], painted))
    scenes = {"redo": after, "undo": project}
    found: dict[str, float] = {"tiles": float(len(tiles))}
    shown: Scene = before
    for name, wanted in scenes.items():
        started = perf_counter()
        shown = scene_of(wanted, shown)
        view.show_scene(shown)
        settle(view)
        found[f"{name}_ms"] = 1000 * (perf_counter() - started)
    view.deleteLater()
    return found


def run(report: Callable[[str, dict[str, float]], None] | None = None) -> dict[str, dict[str, float]]:
    """All of it; makes an application when there is none."""
    app = QApplication.instance() or QApplication([])
    parts: dict[str, Callable[[], dict[str, float]]] = {
        "pan and zoom, 8192 x 8192, 20 layers, 1920 x 1080": pan_and_zoom,
        "brush of 200 px, 8192 x 8192, 20 layers": brush_latency,
        "undo of a 4096 px stroke, 8192 x 8192, 20 layers": stroke_undo,
    }
    found = {}
    for name, part in parts.items():
        found[name] = part()
        if report is not None:
            report(name, found[name])
        app.processEvents()
    return found


def _see_all(view: CanvasView, places: Sequence[Viewport]) -> None:
    for place in places:
        view.look_at(place)
        settle(view)


def _summary(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and worst, in milliseconds."""
    ordered = sorted(1000 * s for s in seconds)
    return {
        f"{name}_median_ms": statistics.median(ordered),
        f"{name}_p95_ms": ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))],
        f"{name}_worst_ms": ordered[-1],
    }
