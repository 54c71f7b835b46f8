"""The inspector: every task of every verb comes up with a form, runs, says what is missing, and keeps its values."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.contract.assets import AssetStore
from core.contract.method import Role
from core.engine.registry import methods
from studio.forms.context import FormContext
from studio.panels.methods import VERBS, Inspector
from studio.panels.modifiers import Modifier, ModifierStack

INFOS = tuple(m.info for m in methods())


@pytest.fixture
def context(tmp_path: Path) -> FormContext:
    return FormContext(AssetStore(tmp_path))


def test_every_task_has_a_place_in_a_workspace(context: FormContext, qtbot: QtBot) -> None:
    shown = set()
    for verb in VERBS:
        inspector = Inspector(verb, context, INFOS)
        qtbot.addWidget(inspector)
        for place in range(inspector.box.count()):
            inspector.box.setCurrentIndex(place)
            assert inspector.form is not None
            assert inspector.summary.text()
            shown.add(inspector.box.currentData())
    assert shown == {m.id for m in INFOS if m.role == Role.TASK}


def test_a_method_comes_up_before_the_engines_own_steps(context: FormContext, qtbot: QtBot) -> None:
    infos = [replace(m, title=f"zz {m.title}") if m.id == "editing.concept_lancet" else m for m in INFOS]
    inspector = Inspector("edit", context, infos)
    qtbot.addWidget(inspector)
    own = [id.startswith("core.") for id in inspector.methods]
    assert True in own
    assert own == sorted(own)
    assert inspector.info is not None
    assert inspector.info.id == "editing.concept_lancet", "whatever the title is in another language"


def test_another_method_leaves_nothing_of_the_one_before(context: FormContext, qtbot: QtBot) -> None:
    inspector = Inspector("learn", context, INFOS)
    qtbot.addWidget(inspector)
    inspector.show()
    before = inspector.form
    assert before is not None
    assert before.isVisible()
    inspector.box.setCurrentIndex(1)
    assert not before.isVisible()
    qtbot.waitUntil(lambda: inspector.form is not None and inspector.form.isVisible())


def test_run_says_what_is_missing_and_then_sends(context: FormContext, qtbot: QtBot) -> None:
    inspector = Inspector("erase", context, INFOS)
    qtbot.addWidget(inspector)
    assert inspector.show_method("erasure.rece", seed=7)
    assert inspector.form is not None
    with qtbot.assertNotEmitted(inspector.run):
        inspector.run_button.click()
    assert inspector.form.problems() == {"erase": "This is needed."}
    inspector.form.set_values({"erase": ["castle"]})
    with qtbot.waitSignal(inspector.run) as heard:
        inspector.run_button.click()
    id, values, seed = heard.args
    assert (id, values["erase"], seed) == ("erasure.rece", ["castle"], 7)


def test_a_restarted_engine_leaves_method_and_values_alone(context: FormContext, qtbot: QtBot) -> None:
    inspector = Inspector("erase", context, INFOS)
    qtbot.addWidget(inspector)
    inspector.show_method("erasure.uce", {"erase": ["castle"]})
    inspector.set_methods(INFOS)
    assert inspector.box.currentData() == "erasure.uce"
    assert inspector.values()["erase"] == ["castle"]


def test_the_stack_orders_switches_and_keeps_what_is_not_installed(context: FormContext, qtbot: QtBot) -> None:
    stack = ModifierStack(context, INFOS)
    qtbot.addWidget(stack)
    with qtbot.waitSignal(stack.edited):
        stack.add("editing.a_star")
    stack.add("editing.blended_repaint")
    stack.set_values([*stack.values(), Modifier("editing.unknown", {"a": 1})])
    assert [v.id for v in stack.values()] == ["editing.a_star", "editing.blended_repaint", "editing.unknown"]
    assert "editing.unknown" in stack.problems()
    stack.cards[1].buttons["earlier"].click()
    assert [c.info.id for c in stack.cards] == ["editing.blended_repaint", "editing.a_star"]
    stack.cards[1].form.set_values({"words": ["cat", "dog"]})
    stack.cards[0].switch.setChecked(False)
    sent = stack.specs()
    assert [s.partition(":")[0] for s in sent] == ["editing.a_star", "editing.unknown"]
    assert json.loads(sent[0].partition(":")[2])["words"] == ["cat", "dog"]
    stack.cards[0].buttons["remove"].click()
    assert [c.info.id for c in stack.cards] == ["editing.a_star"]


def test_the_stack_is_part_of_what_generate_sends(context: FormContext, qtbot: QtBot) -> None:
    inspector = Inspector("create", context, INFOS)
    qtbot.addWidget(inspector)
    assert inspector.show_method("core.generate", {"prompt": "a cat"})
    assert inspector.stack is not None
    inspector.stack.set_values([Modifier("editing.a_star", {"words": ["cat", "dog"]})])
    with qtbot.waitSignal(inspector.run) as heard:
        inspector.start()
    assert heard.args[1]["modifiers"][0].startswith("editing.a_star:")
