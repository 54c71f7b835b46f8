"""Story 3: swap the cat for a lion, keep the room. The swap is pasted back inside the mask, and nothing else changes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget

from core.client.job import Job
from resources.pocket import world
from studio.parts.compare import ComparePart
from studio.parts.data import DataPart
from studio.parts.history import HistoryPart
from studio.views.bars import BarsView
from tests.stories.person import Person, difference


def room(path: Path) -> np.ndarray:
    """A drawn picture of a cat; gives its mask, to judge by."""
    scene = world.scene(np.random.default_rng(11), objects=("cat",), backdrop="blue")
    Image.fromarray(scene.image).save(path)
    return np.asarray(scene.masks[0], bool)


def swaps(person: Person) -> Job:
    """Concept Lancet, at three strengths; how well the picture is rebuilt is shown."""
    person.goes_to("edit")
    person.chooses_method("Concept Lancet")
    person.sets(prompt="a cat on a blue background", source="cat", target="lion", strengths="0.5, 1, 1.5", steps=15)
    person.shows("1-form")
    job = person.runs()
    assert job.outcome is not None
    assert job.outcome.numbers["psnr"] > 15, "the picture was not rebuilt"
    assert len(job.outcome.images) >= 3
    return job


@pytest.mark.slow
def test_swap_the_cat_keep_the_room(person: Person, tmp_path: Path) -> None:
    cat = room(tmp_path / "room.png")
    person.opens_the_studio()
    person.drops(tmp_path / "room.png")
    before = person.canvas()
    job = swaps(person)
    data = person.window.findChild(DataPart)
    bars = next(view for view in data.panel.views if isinstance(view, BarsView))
    person.presses("Ctrl+Shift+I")
    person.shows("2-strengths")
    # One of the strip goes onto the canvas.
    strip: QListWidget = bars.strip
    person.row_clicked(strip, strip.count() - 1)
    chosen = person.canvas()
    assert any(np.array_equal(chosen, person.picture(name)) for name in job.outcome.images)
    assert difference(before, chosen) > 0.01
    results = [layer for layer in person.window.workspace.project.layers if layer.result == job.id]
    assert [layer.source for layer in results] == [job.outcome.images[-1]], "the strip piles its pictures up"
    # A box around the cat says where; outside of it the room comes back.
    ys, xs = np.where(cat)
    QTest.keyClick(person.window.view, Qt.Key.Key_M)
    size = cat.shape[1], cat.shape[0]
    person.drags_on_canvas(
        (xs.min() / size[0], ys.min() / size[1]), ((xs.max() + 1) / size[0], (ys.max() + 1) / size[1])
    )
    pixels = person.window.workspace.project.selection.pixels
    assert pixels is not None
    inside = pixels.array() > 127
    assert inside[cat].mean() > 0.9
    person.takes_from_menu("Edit", "only inside the mask")
    changed = (person.canvas() != before).any(-1)
    assert not changed[~inside].any(), "the room changed"
    assert changed[inside].mean() > 0.2, "the cat did not change"
    person.presses("Ctrl+Shift+C")
    compare = person.window.findChild(ComparePart).compare
    assert compare.isVisible()
    assert compare.numbers.text().startswith("0 pixels changed outside"), compare.numbers.text()
    person.shows("3-pasted")
    QTest.keyClick(compare.right, Qt.Key.Key_Escape)
    person.names_file(tmp_path / "lion.png", lambda: person.presses("Ctrl+Shift+E"))
    assert (tmp_path / "lion.png").is_file()
    assert person.window.findChild(HistoryPart).panel.model.rows
