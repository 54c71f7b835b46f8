"""Forms are made from declarations: every registered method gets one that holds its defaults and says what is wrong."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from core.contract.assets import AssetStore
from core.contract.errors import UserError
from core.contract.fields import Field
from core.contract.params import from_json
from core.engine.registry import Method, methods
from studio.forms.context import FormContext
from studio.forms.form import Form, tooltip


@pytest.fixture
def context(tmp_path: Path) -> FormContext:
    return FormContext(AssetStore(tmp_path), ("pocket", "other"))


def plain(values: object) -> object:
    """Tuples as lists, as JSON has them."""
    if isinstance(values, list | tuple):
        return [plain(v) for v in values]
    return values


@pytest.mark.parametrize("method", methods(), ids=lambda m: f"{m.info.id}-{m.info.role}")
def test_every_method_has_a_form_that_holds_its_defaults(method: Method, context: FormContext, qtbot: QtBot) -> None:
    form = Form(method.info.params, context)
    qtbot.addWidget(form)
    values = form.values()
    assert set(values) == {field.name for field in method.info.params}
    for field in method.info.params:
        if not field.required and field.default is not None:
            assert values[field.name] == pytest.approx(plain(field.default)), field.name  # type: ignore[comparison-overlap]
    needed = {field.name for field in method.info.params if field.required}
    assert set(form.problems()) <= needed
    assert set(form.problems()) == {n for n in needed if values[n] in (None, "", [])}
    if not needed:
        from_json(method.params, values)  # the engine's own check agrees
    for editor in form.editors.values():
        inner: QWidget | None = editor.focusProxy()
        assert inner is not None
        assert inner.accessibleName()


def field(editor: str, **more: object) -> Field:
    base: dict[str, object] = {"name": "thing", "editor": editor, "many": False, "required": False, "default": None}
    return Field(**(base | more))  # type: ignore[arg-type]


def test_values_come_back_as_set_and_setting_is_silent(context: FormContext, qtbot: QtBot) -> None:
    cases: list[tuple[Field, object]] = [
        (field("int", default=3, low=1, high=9), 7),
        (field("float", default=0.5, low=0.0, high=1.0), 0.25),
        (field("float", default=1e-5), 5e-6),
        (field("float", optional=True), None),
        (field("float", optional=True), 2.5),
        (field("bool", default=False), True),
        (field("choice", default="a", choices=("a", "b")), "b"),
        (field("text", default=""), "some, text"),
        (field("words", default=[]), ["red cat", "dog"]),
        (field("numbers", many=True, default=[]), [0.5, 1.0]),
        (field("int", many=True, default=[]), [1, 2]),
        (field("point", many=True, default=[]), [[4, 5], [6, 7]]),
        (field("box"), [1, 2, 30, 40]),
        (field("model", default="pocket"), "/some/folder"),
        (field("modifier", many=True, default=[]), ['editing.a_star:{"words": ["cat"]}']),
    ]
    for one, value in cases:
        form = Form([one], context)
        qtbot.addWidget(form)
        with qtbot.assertNotEmitted(form.edited):
            form.set_values({"thing": value})  # type: ignore[dict-item]
        assert form.values() == {"thing": value}, one.editor
        assert form.problems() == {}


def test_a_person_editing_is_heard_and_problems_stand_beside_the_field(context: FormContext, qtbot: QtBot) -> None:
    form = Form([field("box", required=True), field("text", default="", advanced=True)], context)
    qtbot.addWidget(form)
    editor = form.editors["thing"]
    form = Form([field("box", required=True)], context)
    qtbot.addWidget(form)
    editor = form.editors["thing"]
    with qtbot.waitSignal(form.edited) as heard:
        editor.box.setText("1, 2")  # type: ignore[attr-defined]
    assert heard.args == ["thing"]
    assert "10, 20, 200, 220" in form.problems()["thing"]
    editor.box.setText("1, 2, 3, 4")  # type: ignore[attr-defined]
    assert form.check()


def test_files_are_taken_into_the_store(context: FormContext, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"picture")
    form = Form([field("image", required=True)], context)
    qtbot.addWidget(form)
    editor = form.editors["thing"]
    editor.take([str(tmp_path / "cat.png")])  # type: ignore[attr-defined]
    assert str(form.values()["thing"]) in context.assets
    assert editor.label.text() == "cat.png"  # type: ignore[attr-defined]
    with pytest.raises(UserError):
        editor.take([str(tmp_path / "none.png")])  # type: ignore[attr-defined]


def test_the_tooltip_tells_symbol_limits_default_and_source() -> None:
    text = tooltip(field("float", default=0.5, low=0, high=1, help="How strong.", symbol="λ", source="eq. 4"))
    assert text.splitlines() == [
        "How strong.",
        "Symbol in the paper: λ",
        "From 0 to 1",
        "Default: 0.5",
        "Source: eq. 4",
    ]


def test_what_is_typed_counts_while_the_keyboard_is_still_in_the_box(context: FormContext, qtbot: QtBot) -> None:
    """Ctrl+Enter runs with the number that is seen, not with the one before it."""
    form = Form((field("int", low=1, high=100, default=25),), context)
    qtbot.addWidget(form)
    editor = next(iter(form.editors.values()))
    box = editor.focusProxy()
    assert isinstance(box, QSpinBox)
    box.lineEdit().setText("15")
    assert editor.value() == 15
