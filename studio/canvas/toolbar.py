"""The column of tools, and the bar with the settings of the one in hand."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QPointF, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import look
from studio.canvas.brush import Brush
from studio.canvas.pixels import Pixels
from studio.canvas.statistics import facts, pixel
from studio.canvas.tools import (
    ArrangeTool,
    BoxTool,
    BrushTool,
    CanvasTool,
    ClickSelect,
    CropTool,
    LassoTool,
    PolygonTool,
    RegionTool,
)
from studio.canvas.view import CanvasView


@dataclass(frozen=True)
class ToolInfo:
    """What is known of a tool before it is in hand."""

    id: str
    icon: str
    title: str
    key: str
    help: str


def tr(text: str) -> str:
    return QCoreApplication.translate("Tools", text)


def tool_infos() -> tuple[ToolInfo, ...]:
    """Every tool in the order of the column, in the language in use. The command table takes keys and titles from here."""
    return (
        ToolInfo("brush", "brush", tr("Brush"), "B", tr("Paint on the layer. [ ] size, { } hardness")),
        ToolInfo("eraser", "eraser", tr("Eraser"), "E", tr("Take away from the layer")),
        ToolInfo("lasso", "lasso", tr("Lasso"), "L", tr("Drag around what is meant. Shift adds, Alt takes away")),
        ToolInfo("polygon", "polygon", tr("Polygon"), "P", tr("Click corner by corner, Enter closes")),
        ToolInfo("box", "box", tr("Box"), "M", tr("Select a box")),
        ToolInfo("click", "click", tr("Click-select"), "S", tr("Click on a thing; the right button takes parts away")),
        ToolInfo("region", "region", tr("Region"), "R", tr("Draw where a concept or a word shall be")),
        ToolInfo("arrange", "move", tr("Arrange"), "V", tr("Move, scale and rotate the layer")),
        ToolInfo("crop", "crop", tr("Crop"), "C", tr("Draw what shall remain, Enter crops")),
    )


class Tools:
    """One of each tool for a view."""

    def __init__(self, view: CanvasView) -> None:
        self.brush, self.eraser = BrushTool(view), BrushTool(view, erase=True)
        self.lasso, self.polygon, self.box = LassoTool(view), PolygonTool(view), BoxTool(view)
        self.click, self.region = ClickSelect(view), RegionTool(view)
        self.arrange, self.crop = ArrangeTool(view), CropTool(view)

    def __getitem__(self, id: str) -> CanvasTool:
        found = getattr(self, id)
        assert isinstance(found, CanvasTool)
        return found

    def all(self) -> dict[str, CanvasTool]:
        return {info.id: self[info.id] for info in tool_infos()}


class ToolColumn(QFrame):
    """One button a tool. `edited` passes on whatever any tool emits, `told` its sentences."""

    chosen = Signal(str)
    edited = Signal(object)
    told = Signal(str)

    def __init__(self, view: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAccessibleName(self.tr("Tools"))
        self.view, self.tools = view, Tools(view)
        self.buttons: dict[str, QToolButton] = {}
        self.current = ""
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.UNIT // 2, look.UNIT, look.UNIT // 2, look.UNIT)
        column.setSpacing(look.UNIT // 2)
        for info in tool_infos():
            button = QToolButton()
            look.put_icon(button, info.icon)
            button.setFixedSize(36, 36)
            button.setCheckable(True)
            button.setAccessibleName(info.title)
            button.setAccessibleDescription(info.help)
            button.setToolTip(f"{info.title} ({info.key})\n{info.help}")
            button.clicked.connect(lambda _on, id=info.id: self.choose(id))
            group.addButton(button)
            column.addWidget(button)
            self.buttons[info.id] = button
            self.tools[info.id].title = info.title
            self.tools[info.id].edited.connect(self.edited)
            self.tools[info.id].told.connect(self.told)
        column.addStretch(1)

    def choose(self, id: str) -> None:
        """Take a tool in hand."""
        self.current = id
        self.buttons[id].setChecked(True)
        self.view.set_tool(self.tools[id])
        self.view.setFocus()
        self.chosen.emit(id)


class BrushBar(QFrame):
    """Size, hardness, flow and pressure of the brush and of the eraser, each with its own."""

    def __init__(self, tools: Tools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.tool = tools.brush
        self.size_box = QSpinBox()
        self.size_box.setRange(1, 2000)
        self.size_box.setSuffix(self.tr(" px"))
        self.size_box.setAccessibleName(self.tr("Size of the brush"))
        self.hardness = self._percent(self.tr("Hardness of the brush"))
        self.flow = self._percent(self.tr("Flow of the brush"), least=1)
        self.opacity = self._percent(self.tr("Opacity of the stroke"), least=1)
        self.pressure = QCheckBox(self.tr("size"))
        self.pressure.setAccessibleName(self.tr("Pen pressure changes the size"))
        self.pressure_flow = QCheckBox(self.tr("flow"))
        self.pressure_flow.setAccessibleName(self.tr("Pen pressure changes the flow"))
        row = QHBoxLayout(self)
        row.setContentsMargins(look.UNIT, look.UNIT // 2, look.UNIT, look.UNIT // 2)
        row.setSpacing(look.UNIT)
        for text, widget in (
            (self.tr("Size"), self.size_box),
            (self.tr("Hardness"), self.hardness),
            (self.tr("Flow"), self.flow),
            (self.tr("Opacity"), self.opacity),
        ):
            label = QLabel(text)
            label.setObjectName("hint")
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
            row.addSpacing(look.UNIT)
        pen = QLabel(self.tr("Pen pressure"))
        pen.setObjectName("hint")
        pen.setBuddy(self.pressure)
        row.addWidget(pen)
        row.addWidget(self.pressure)
        row.addWidget(self.pressure_flow)
        row.addStretch(1)
        for signal in (self.size_box, self.hardness, self.flow, self.opacity):
            signal.valueChanged.connect(self._edited)
        for box in (self.pressure, self.pressure_flow):
            box.toggled.connect(self._edited)
        for tool in (tools.brush, tools.eraser):
            tool.brush_changed.connect(lambda _brush, tool=tool: self.show_tool(tool) if tool is self.tool else None)
        self.show_tool(tools.brush)

    def show_tool(self, tool: BrushTool) -> None:
        """Show this tool's settings, silently."""
        self.tool = tool
        brush = tool.brush
        shown = (
            (self.size_box, round(brush.size)),
            (self.hardness, round(100 * brush.hardness)),
            (self.flow, round(100 * brush.flow)),
            (self.opacity, round(100 * brush.opacity)),
        )
        for widget, value in shown:
            widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(False)
        for box, on in ((self.pressure, brush.pressure_size), (self.pressure_flow, brush.pressure_flow)):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)

    def value(self) -> Brush:
        return replace(
            self.tool.brush,
            size=float(self.size_box.value()),
            hardness=self.hardness.value() / 100,
            flow=self.flow.value() / 100,
            opacity=self.opacity.value() / 100,
            pressure_size=self.pressure.isChecked(),
            pressure_flow=self.pressure_flow.isChecked(),
        )

    def _edited(self) -> None:
        self.tool.set_brush(self.value())

    def _percent(self, name: str, least: int = 0) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(least, 100)
        slider.setFixedWidth(88)
        slider.setAccessibleName(name)
        slider.setToolTip(name)
        return slider


class ZoomBar(QFrame):
    """Zoom out, the zoom, zoom in, fit, pixel for pixel; and what is under the pointer."""

    def __init__(self, view: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.view = view
        row = QHBoxLayout(self)
        row.setContentsMargins(look.UNIT, 2, look.UNIT, 2)
        row.setSpacing(look.UNIT // 2)
        self.where, self.percent = QLabel(), QLabel()
        for label in (self.where, self.percent):
            label.setObjectName("hint")
        self.percent.setMinimumWidth(52)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.percent.setAccessibleName(self.tr("Zoom"))
        row.addWidget(self.where)
        row.addStretch(1)
        row.addWidget(look.icon_button("zoom-out", self.tr("Zoom out (-)"), lambda: view.zoom_by(2**-0.5)))
        row.addWidget(self.percent)
        row.addWidget(look.icon_button("zoom-in", self.tr("Zoom in (+)"), lambda: view.zoom_by(2**0.5)))
        row.addWidget(look.icon_button("fit", self.tr("Show the whole picture (0)"), view.fit))
        row.addWidget(look.icon_button("actual", self.tr("Pixel for pixel (1)"), view.actual))
        self.facts = QLabel()
        self.facts.setObjectName("hint")
        self.facts.setAccessibleName(self.tr("Size of the mask, region or selection"))
        row.insertSpacing(1, 2 * look.UNIT)
        row.insertWidget(2, self.facts)
        self.changes = QLabel()
        self.changes.setObjectName("hint")
        self.changes.setAccessibleName(self.tr("What the result changed"))
        self.changes.hide()
        row.insertWidget(3, self.changes)
        view.moved.connect(lambda _viewport: self._tell())
        view.pointed.connect(self._pointed)
        self._tell()

    def _tell(self) -> None:
        self.percent.setText(f"{self.view.viewport.zoom * 100:.0f} %")

    def show_mask(self, mask: Pixels | None) -> None:
        """Count the active mask, region or selection."""
        self.facts.setText("" if mask is None else facts(mask).text)

    def show_changed(self, text: str, help: str = "", kept: bool = False) -> None:
        """How a result differs from the picture below it; `kept`: not outside of the mask."""
        self.changes.setObjectName("fine" if kept else "hint")
        self.changes.style().polish(self.changes)
        self.changes.setText(f"·  {text}" if text else "")
        self.changes.setToolTip(help)
        self.changes.setAccessibleDescription(help)
        self.changes.setVisible(bool(text))

    def _pointed(self, at: object) -> None:
        x, y = getattr(at, "x", -1), getattr(at, "y", -1)
        inside = 0 <= x < self.view.scene.width and 0 <= y < self.view.scene.height
        text = f"{int(x)}, {int(y)}" if inside else ""
        item = self.view.scene.item(self.view.scene.active)
        if inside and item is not None:
            own = item.inside(QPointF(x, y))
            text += "  ·  " + " ".join(map(str, pixel(item.pixels, int(own.x()), int(own.y()))))
        self.where.setText(text)

