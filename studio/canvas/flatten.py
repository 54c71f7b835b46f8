"""The document as one picture (visible picture layers over each other), and a mask or region as coverage of the document."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from core.contract.fields import Box
from studio.canvas.items import matrix, scene_of
from studio.document.project import Layer, Project, Size
from studio.document.tiles import Bytes


def flatten(project: Project) -> Image.Image:
    """RGBA in the document's size; clear where no layer is."""
    width, height = project.size.width, project.size.height
    paper = QImage(width, height, QImage.Format.Format_RGBA8888_Premultiplied)
    paper.fill(0)
    painter = QPainter(paper)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for item in scene_of(project).items:
        if item.overlay or not item.visible:
            continue
        array = np.ascontiguousarray(item.pixels.array())
        picture = QImage(array.data, array.shape[1], array.shape[0], 4 * array.shape[1], QImage.Format.Format_RGBA8888)
        painter.setOpacity(item.opacity)
        painter.setTransform(item.matrix)
        painter.drawImage(0, 0, picture)
    painter.end()
    plain = paper.convertToFormat(QImage.Format.Format_RGBA8888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(height, plain.bytesPerLine())[:, : 4 * width]
    return Image.fromarray(lines.reshape(height, width, 4).copy(), "RGBA")


def cover(layer: Layer, document: Size, size: Size | None = None) -> Bytes:
    """(height, width) what a mask or region covers of the document, 0 to 255, where it lies now.

    Args:
        size: of the answer, when a coarser one suffices; None: the document's own.
    """
    width, height = (size or document).width, (size or document).height
    if layer.region is not None and layer.region.box is not None:
        return _boxed(layer.region.box, document, width, height)
    if layer.pixels is None:
        return np.zeros((height, width), np.uint8)
    own = layer.pixels.array()
    held = np.ascontiguousarray(own if own.ndim == 2 else own[..., 3])
    if layer.placed is not None or held.shape != (document.height, document.width):
        paper = QImage(document.width, document.height, QImage.Format.Format_Grayscale8)
        paper.fill(0)
        painter = QPainter(paper)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if layer.placed is not None:
            painter.setTransform(matrix(layer.placed, held.shape[1], held.shape[0]))
        painter.drawImage(0, 0, _grey(held))
        painter.end()
        held = _read(paper)
    if held.shape == (height, width):
        return held
    way = Qt.TransformationMode.SmoothTransformation  # averages over all pixels where it makes smaller
    return _read(_grey(held).scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, way))


def _grey(array: Bytes) -> QImage:
    return QImage(array.data, array.shape[1], array.shape[0], array.shape[1], QImage.Format.Format_Grayscale8)


def _read(picture: QImage) -> Bytes:
    plain = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return lines[:, : plain.width()].copy()


def _boxed(box: Box, document: Size, width: int, height: int) -> Bytes:
    """The share of each pixel that a box covers: exact at every size."""

    def along(low: int, high: int, whole: int, count: int) -> NDArray[np.float64]:
        edges = np.arange(count + 1) * whole / count
        share = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
        return np.clip(share * count / whole, 0, 1)

    x0, y0, x1, y1 = box
    across, down = along(x0, x1, document.width, width), along(y0, y1, document.height, height)
    return np.round(255 * down[:, None] * across[None, :]).astype(np.uint8)
