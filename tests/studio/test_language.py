"""Every text that a person reads can be translated, and is."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication

from core.engine.registry import methods
from studio import language
from studio.translations import update


@pytest.fixture
def speaking(qapp):
    yield lambda name: language.install(qapp, name)
    language.install(qapp, "en")


def test_a_marked_text_keeps_its_places_and_tags(speaking):
    speaking("pseudo")
    assert QCoreApplication.translate("x", "Save {} as <b>name</b>") == "[Šàvé {} àš <b>ñàmé</b>]"
    assert QCoreApplication.translate("x", "") == ""


def test_english_is_what_stands_in_the_code(speaking):
    speaking("pseudo")
    speaking("en")
    assert QCoreApplication.translate("x", "Save") == "Save"


def test_a_method_is_translated_but_for_its_names(speaking):
    speaking("pseudo")
    info = methods()[0].info
    told = language.localized(info)
    assert told.id == info.id
    assert told.title.startswith("[")
    assert [f.name for f in told.params] == [f.name for f in info.params]
    assert all(f.help.startswith("[") for f in told.params if f.help)


def texts(path: Path) -> dict[tuple[str, str], str]:
    """(context, source) -> translation; unfinished ones are empty."""
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            target = message.find("translation")
            text = "" if target is None else target.findtext("numerusform") or target.text  # the first of several forms
            done = target is not None and target.get("type") is None and text
            found[context.findtext("name"), message.findtext("source")] = text if done else ""
    return found


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    target = tmp_path_factory.mktemp("texts") / "all.ts"
    update.collect(target, update.declarations())
    return texts(target)


@pytest.mark.parametrize("name", update.TRANSLATED)
def test_every_text_is_translated(name, wanted):
    have = texts(language.FOLDER / f"studio_{name}.ts")
    lacking = [key for key in wanted if not have.get(key)]
    assert not lacking, f"{len(lacking)} texts lack a translation, run studio.translations.update: {lacking[:8]}"


@pytest.mark.parametrize("name", update.TRANSLATED)
def test_a_translation_keeps_places_for_values(name):
    def places(text: str) -> list[str]:
        return sorted(re.findall(r"\{[^{}]*\}|%n|</?\w+>", text))

    wrong = [s for (_, s), t in texts(language.FOLDER / f"studio_{name}.ts").items() if t and places(s) != places(t)]
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("name", update.TRANSLATED)
def test_the_loaded_file_is_the_linguist_file(name, tmp_path, qapp):
    fresh = tmp_path / "fresh.qm"
    update.compile(name, fresh)
    assert fresh.read_bytes() == (language.FOLDER / f"studio_{name}.qm").read_bytes(), "run studio.translations.update"


def test_the_window_speaks_german(speaking):
    assert speaking("de") == "de"
    assert QCoreApplication.translate("Window", "&Edit") == "&Bearbeiten"


def test_texts_of_a_bare_tr_are_translated_too(speaking):
    speaking("de")
    assert QCoreApplication.translate("Tools", "Brush") == "Pinsel"
    assert QCoreApplication.translate("ProjectsPart", "&New project") == "&Neues Projekt"


@pytest.mark.parametrize(("name", "cancel"), [("de", "Abbrechen"), ("zh_CN", "取消")])
def test_texts_that_are_not_ours_stay_what_qt_says(speaking, name, cancel):
    assert speaking(name) == name
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == cancel
    assert QCoreApplication.translate("x", "Nowhere marked {}") == "Nowhere marked {}"
