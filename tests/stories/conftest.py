"""One person a story, with a studio of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio import places
from tests.stories.person import Person


@pytest.fixture
def person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, request: pytest.FixtureRequest
) -> Iterator[Person]:
    """Named after the story: the number in the test file's name."""
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "home"))
    one = Person(qtbot, tmp_path, request.path.stem.split("_")[2])
    yield one
    one.closes_the_studio()
