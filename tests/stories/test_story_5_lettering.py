"""Story 5: lettering off scans, as far as it goes: marked by hand, repainted, flipped, exported; originals untouched.

Finding letters and erasing them without a prompt are methods of their own that are not here yet; see the page.
"""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.document.project import LayerKind
from studio.example import PICTURES
from studio.parts.compare import ComparePart
from tests.stories.person import Person

BOX = (0.06, 0.72, 0.94, 0.97)
"""Where the lettering stands on every scan, in shares."""


def scans(folder: Path) -> list[Path]:
    """Two pictures of 128 x 128 with a line of letters across the foot."""
    folder.mkdir()
    paths = []
    for name, words in (("coffee", "COFFEE 1962"), ("rocket", "LAUNCH DAY")):
        with Image.open(PICTURES / f"{name}.jpg") as photo:
            side = min(photo.size)
            scan = photo.convert("RGB").crop((0, 0, side, side)).resize((128, 128))
        ImageDraw.Draw(scan).text((14, 102), words, fill=(255, 250, 230), font_size=16)
        scan.save(folder / f"{name}.png")
        paths.append(folder / f"{name}.png")
    return paths


def takes_lettering_off(person: Person, scan: Path, out: Path, by_key: bool, first: bool) -> None:
    before = hashlib.sha256(scan.read_bytes()).hexdigest()
    person.drops(scan)
    original = person.canvas()
    QTest.keyClick(person.window.view, Qt.Key.Key_M)
    person.drags_on_canvas(BOX[:2], BOX[2:])
    selection = person.window.workspace.project.selection.pixels
    assert selection is not None
    inside = selection.array() > 127
    assert inside[110, 60]
    assert 0.15 < inside.mean() < 0.3
    if first:
        person.shows("1-marked")
    person.writes(person.window.prompt.edit, "a plain background")
    person.sets(steps=12)
    person.takes_from_canvas("init")
    person.takes_from_canvas("mask")
    person.sets(strength=0.9)
    person.runs(by_key=by_key)
    result = person.canvas()
    changed = (result != original).any(-1)
    assert not changed[~inside].any(), "a pixel outside the mask changed"
    assert changed[inside].mean() > 0.5
    part = person.window.findChild(ComparePart)
    if by_key:
        person.presses("Ctrl+Shift+C")
    else:
        person.takes_from_menu("View", "Compare before and after")
    assert part.compare.isVisible()
    assert part.compare.numbers.text().startswith("0 pixels changed outside"), part.compare.numbers.text()
    if first:
        person.shows("2-compare")
    QTest.keyClick(part.compare.right, Qt.Key.Key_Escape)
    assert not part.compare.isVisible()
    target = out / scan.name
    by_menu = lambda: person.takes_from_menu("File", "Export the picture")
    person.names_file(target, (lambda: person.presses("Ctrl+Shift+E")) if by_key else by_menu)
    with Image.open(target) as written:
        assert np.array_equal(np.asarray(written.convert("RGB")), result)
    assert hashlib.sha256(scan.read_bytes()).hexdigest() == before, "the original was touched"


@pytest.mark.slow
def test_lettering_off_scans(person: Person, tmp_path: Path) -> None:
    given, out = scans(tmp_path / "scans"), tmp_path / "clean"
    out.mkdir()
    person.opens_the_studio()
    for place, scan in enumerate(given):
        if place:
            person.starts_a_new_project()
        takes_lettering_off(person, scan, out, by_key=bool(place), first=not place)
    assert sorted(p.name for p in out.iterdir()) == ["coffee.png", "rocket.png"]
    assert any(layer.kind == LayerKind.RESULT for layer in person.window.workspace.project.layers)
    person.shows("3-second")
