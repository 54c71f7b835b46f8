"""The document as one picture: visible picture layers over each other, masks and regions left out."""

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage, QPainter

from studio.canvas.items import scene_of
from studio.document.project import Project


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
