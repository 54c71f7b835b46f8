"""Story 2: three animals, always one missing. The X-ray shows which, A-STAR parts them, the better picture is kept."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.client.job import Job
from studio.parts.compare import ComparePart
from studio.parts.data import DataPart
from studio.parts.history import HistoryPart
from studio.views.maps_view import MapsView
from tests.stories.person import Person, difference

PROMPT, WORDS, SEED = "a cat, a pig and a lion", ("cat", "pig", "lion"), 3


def maps(person: Person, job: Job) -> dict[str, np.ndarray]:
    """What the X-ray of a job shows, as the window reads it: by word, the mean over all steps, each summing to 1."""
    data = person.window.findChild(DataPart)
    assert data.panel.result is not None
    assert data.panel.result.id == job.id
    view = data.panel.maps
    assert isinstance(view, MapsView)
    found = {m.word: m.values.mean(0) for m in view.maps}
    return {word: values / values.sum() for word, values in found.items()}


def overlap(found: dict[str, np.ndarray]) -> float:
    """The largest share that two words' maps have in common."""
    return max(float(np.minimum(found[a], found[b]).sum()) for a, b in combinations(WORDS, 2))


def draws_with_xray(person: Person) -> Job:
    """Each word is asked for in its own menu; the maps lie over the picture."""
    person.writes(person.window.prompt.edit, PROMPT)
    person.right_clicks_word("cat", "Show where", picture="1-word")
    for word in WORDS[1:]:
        person.right_clicks_word(word, "Show where")
    person.sets(steps=15)
    person.sets_seed(SEED)
    job = person.runs()
    assert person.window.heat.isVisible()
    person.window.view.set_heat(None)
    bare = person.screen()
    person.clicks(person.window.heat.mean)
    shown = person.screen()
    assert difference(shown, bare) > 0.05, "no heat lies over the picture"
    assert set(maps(person, job)) == set(WORDS)
    person.shows("2-xray")
    # One word alone looks otherwise than all three, and each otherwise than the next.
    words = person.window.findChild(DataPart).panel.maps.words
    alone = []
    for row in range(3):
        person.row_clicked(words, row)
        alone.append(person.screen())
    assert min(difference(a, b) for a, b in combinations([shown, *alone], 2)) > 0.003
    return job


@pytest.mark.slow
def test_three_animals_always_one_missing(person: Person) -> None:
    person.opens_the_studio()
    plain = draws_with_xray(person)
    before = maps(person, plain)
    for word in WORDS:
        person.right_clicks_word(word, "apart")
    person.shows("3-apart")
    apart = person.runs()
    after = maps(person, apart)
    one, other = (person.picture(job.outcome.images[0]) for job in (plain, apart))
    assert difference(one, other) > 0.01
    assert overlap(after) < overlap(before)
    person.shows("4-parted")
    panel, compare = person.window.findChild(HistoryPart).panel, person.window.findChild(ComparePart).compare
    panel.parentWidget().raise_()
    person.row_clicked(panel.view, 0)
    person.row_clicked(panel.view, 1, Qt.KeyboardModifier.ControlModifier)
    person.clicks(panel.buttons["compare"])
    assert compare.isVisible()
    person.shows("5-compare")
    # By keyboard: the line goes to the left, and the picture with all three is kept.
    split = compare.right.split
    for _ in range(5):
        QTest.keyClick(compare.right, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert compare.right.split == pytest.approx(split - 0.1, abs=0.01)
    compare.keep_button.setFocus()
    QTest.keyClick(compare.keep_button, Qt.Key.Key_Space)
    assert not compare.isVisible()
    assert np.array_equal(person.canvas(), other)
    assert person.window.workspace.project.layers[-1].source == apart.outcome.images[0]
    person.shows("6-kept")
