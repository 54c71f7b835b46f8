"""Story 1: two of my things on a beach. From one photograph to a picture that brings everything back when it is opened."""

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.document.project import LayerKind
from studio.example import PICTURES
from studio.panels.queue import QueuePanel
from studio.parts.compare import ComparePart
from studio.parts.history import HistoryPart
from studio.parts.library import LibraryPart
from tests.stories.person import Person, difference, rgb

PHOTO = PICTURES / "fig_bowl.jpg"
PROMPT = "a bowl and a fig on the beach"


def masks_of(person: Person) -> list:
    return [layer for layer in person.window.workspace.project.layers if layer.kind == LayerKind.MASK]


def finds_and_names(person: Person) -> None:
    """The photograph is dropped in Learn; a mask for each thing is proposed; each is named."""
    person.goes_to("learn")
    person.drops(PHOTO, picture="1-drop")
    person.waits_until(lambda: len(masks_of(person)) == 2, "two masks are proposed")
    bowl, fig = (layer.pixels.array() > 127 for layer in masks_of(person))
    assert not (bowl & fig).any()
    # By the notes beside the photograph: the bowl fills 42 % of it, the fig 7 %, at 450, 250.
    assert 0.3 < bowl.mean() < 0.5
    assert 0.04 < fig.mean() < 0.1
    assert fig[250, 450]
    assert bowl[350, 650]
    names = person.window.layers.list
    for place, name in enumerate(("bowl", "fig")):
        mask = masks_of(person)[place]
        row = next(i for i in range(names.count()) if names.item(i).data(Qt.ItemDataRole.UserRole) == mask.id)
        person.row_clicked(names, row)
        person.presses("F2", names)
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit), "F2 opens no line to write into"
        assert names.isAncestorOf(editor)
        QTest.keySequence(editor, "Ctrl+A")
        QTest.keyClicks(editor, name)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QApplication.processEvents()
    assert [layer.name for layer in masks_of(person)] == ["bowl", "fig"]
    person.shows("2-named")


def learns(person: Person) -> None:
    """Break-A-Scene, short; while it runs there are previews or curves to watch."""
    person.chooses_method("Break-A-Scene")
    person.sets(words_steps=30, all_steps=20, prior_count=2, attention_weight=0.05, samples=1, sample_steps=10)
    before = len(person.previews)
    job = person.runs(
        picture="3-learning", when=lambda: bool(person.curves) and max(map(len, person.curves.values())) > 3
    )
    assert len(person.previews) > before, "no preview was shown"
    assert len(job.params["masks"]) == 2
    assert job.params["classes"] == ["bowl", "fig"]
    assert job.outcome is not None
    numbers = job.outcome.numbers
    for word in ("<bowl-1>", "<fig-1>"):
        assert numbers[f"error_after {word}"] < numbers[f"error_before {word}"]
    library = person.window.findChild(LibraryPart)
    assert sorted(c.word for c in library.library.search()) == ["<bowl-1>", "<fig-1>"]
    person.shows("4-learned")


def composes(person: Person) -> None:
    """A new picture with both words, first without and then with a region for each."""
    person.goes_to("create")
    edit = person.window.prompt.edit
    person.writes(edit, PROMPT)
    person.right_clicks_word("bowl", "learned concept", "<bowl-1>")
    person.right_clicks_word("fig", "learned concept", "<fig-1>")
    assert person.window.workspace.project.recipe.prompt == "a <bowl-1> and a <fig-1> on the beach"
    person.sets(steps=12)
    person.sets_seed(3)
    first = person.runs()
    assert sorted(first.params["concepts"]) == sorted(
        c.chosen for c in person.window.findChild(LibraryPart).library.search()
    )
    assert person.canvas().std() > 10, "an empty picture"
    person.shows("5-first")
    QTest.keyClick(person.window.view, Qt.Key.Key_R)
    person.drags_on_canvas((0.05, 0.3), (0.48, 0.95))
    person.drags_on_canvas((0.52, 0.3), (0.95, 0.95))
    regions = [layer for layer in person.window.workspace.project.layers if layer.kind == LayerKind.REGION]
    assert [layer.region.phrase for layer in regions] == ["<bowl-1>", "<fig-1>"]
    for word in ("<bowl-1>", "<fig-1>"):
        person.right_clicks_word(word, "apart")
    person.shows("6-regions")
    second = person.runs()
    card = json.loads(second.params["modifiers"][0].partition(":")[2])
    assert card["words"] == ["<bowl-1>", "<fig-1>"]
    left, right = (person.picture(name)[..., 0] > 127 for name in card["masks"])
    assert left[:, : left.shape[1] // 2].mean() > 0.4
    assert right[:, right.shape[1] // 2 :].mean() > 0.4
    assert not (left & right).any()
    assert difference(person.picture(first.outcome.images[0]), person.picture(second.outcome.images[0])) > 0.005


def compares(person: Person) -> None:
    """Both results under the slider; the better one is kept."""
    panel, part = person.window.findChild(HistoryPart).panel, person.window.findChild(ComparePart)
    person.window.findChild(HistoryPart).panel.parentWidget().raise_()
    person.row_clicked(panel.view, 0)
    person.row_clicked(panel.view, 1, Qt.KeyboardModifier.ControlModifier)
    person.clicks(panel.buttons["compare"])
    view = part.compare.right
    assert view.isVisible()
    view.finish(10)
    whole = view.rect()
    line, y = round(view.line()), whole.center().y()
    middle = rgb(view.grab().toImage())
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(line, y))
    for step in range(1, 5):
        QTest.mouseMove(view, QPoint(line + 20 * step, y))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(line + 80, y))
    assert view.split > 0.55
    view.finish(10)
    changed = np.abs(rgb(view.grab().toImage()).astype(int) - middle).max(-1) > 12
    assert changed[:, line + 4 : line + 60].mean() > 0.01, "the slider uncovers nothing"
    assert changed[:, : line - 40].mean() < 0.02, "the slider changed what it did not pass"
    person.shows("7-compare")
    count = len(person.window.workspace.project.layers)
    person.clicks(part.compare.keep_button)
    assert len(person.window.workspace.project.layers) == count + 1


def exports_and_reopens(person: Person, path: Path, by_key: bool = False) -> None:
    """The PNG is written, and in a new project it brings back prompt, concepts, card and seed; run again gives it anew."""
    workspace = person.window.workspace
    kept, recipe = workspace.project.layers[-1].source, workspace.project.recipe
    shown = person.canvas()
    person.names_file(
        path, lambda: person.presses("Ctrl+Shift+E") if by_key else person.takes_from_menu("File", "Export the picture")
    )
    assert path.is_file()
    made = person.window.link.queue.get(workspace.project.layers[-1].result)
    person.starts_a_new_project()
    person.drops(path)
    assert np.array_equal(person.canvas(), shown)
    again = person.window.workspace.project.recipe
    assert again.prompt == recipe.prompt
    assert [w.concept for w in again.words] == [w.concept for w in recipe.words]
    inspector = person.window.inspectors["create"]
    assert inspector.isVisible()
    assert inspector.seed.value() == made.seed
    assert [m.id for m in inspector.stack.values()] == ["editing.a_star"]
    person.shows("8-reopened")
    job = person.runs()
    assert np.array_equal(person.picture(job.outcome.images[0]), person.picture(kept)), (
        "the recipe gives another picture"
    )


@pytest.mark.slow
def test_two_of_my_things_on_a_beach(person: Person, tmp_path: Path) -> None:
    person.opens_the_studio()
    person.shows("0-start")
    finds_and_names(person)
    learns(person)
    person.starts_a_new_project()
    composes(person)
    compares(person)
    exports_and_reopens(person, tmp_path / "beach.png")
    assert isinstance(person.window.queue, QueuePanel)
