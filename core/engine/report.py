"""A self-contained HTML report: headings, sentences, pictures with captions, tables. No script, nothing from outside."""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from core.contract.assets import write_atomic

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1e1e20;background:#fafafa}
h1{font-size:1.6rem} h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #ddd;padding-bottom:.2rem}
.row{display:flex;flex-wrap:wrap;gap:10px;margin:.8rem 0} figure{margin:0;max-width:200px}
figure img{display:block;width:192px;height:auto;background:#eee;image-rendering:auto}
figcaption{font-size:.85rem;color:#444} table{border-collapse:collapse;margin:.6rem 0}
td,th{border-bottom:1px solid #ddd;padding:.25rem .8rem .25rem 0;text-align:left} 
 td.n{text-align:right;font-variant-numeric:tabular-nums}
.note{color:#555;font-size:.9rem}
"""


class Report:
    """Collects sections and writes one file."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._parts: list[str] = []

    def heading(self, text: str) -> None:
        self._parts.append(f"<h2>{html.escape(text)}</h2>")

    def text(self, text: str, note: bool = False) -> None:
        kind = ' class="note"' if note else ""
        self._parts.append(f"<p{kind}>{html.escape(text)}</p>")

    def pictures(self, rows: Sequence[tuple[Image.Image, str]]) -> None:
        """Pictures side by side, each with its caption."""
        figures = "".join(
            f'<figure><img alt="{html.escape(text, quote=True)}" src="{_data(picture)}">'
            f"<figcaption>{html.escape(text)}</figcaption></figure>"
            for picture, text in rows
        )
        self._parts.append(f'<div class="row">{figures}</div>')

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
        top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
        body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
        self._parts.append(f"<table><tr>{top}</tr>{body}</table>")

    def write(self, path: Path) -> None:
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(self.title)}</title><style>{_STYLE}</style><h1>{html.escape(self.title)}</h1>"
            + "".join(self._parts)
            + "</html>"
        )
        write_atomic(path, page.encode())


def _cell(cell: str | float) -> str:
    if isinstance(cell, str):
        return f"<td>{html.escape(cell)}</td>"
    return f'<td class="n">{cell:.4g}</td>'


def _data(picture: Image.Image) -> str:
    shown = picture.convert("RGB")
    if max(shown.size) < 192:  # small pictures are shown larger; enlarge smoothly here, not by the browser's guess
        scale = 384 / max(shown.size)
        shown = shown.resize((round(shown.width * scale), round(shown.height * scale)), Image.Resampling.BICUBIC)
    elif max(shown.size) > 480:
        shown.thumbnail((480, 480))
    buffer = io.BytesIO()
    shown.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
