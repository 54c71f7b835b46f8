"""A form made from the declaration of a method: no method has form code of its own."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget
from superqt import QCollapsible

from core.contract.fields import JSON, Field
from studio import look
from studio.forms.context import FROM_REGIONS, FormContext
from studio.forms.editors import Editor, FollowEditor, make_editor, title_of


def tr(text: str) -> str:
    return QCoreApplication.translate("Form", text)


class Form(QWidget):
    """Editors for fields; advanced ones are folded away, never hidden for good.

    `edited` comes with the field's name when a person changed something; `set_values` is silent.
    """

    edited = Signal(str)

    def __init__(self, fields: Sequence[Field], context: FormContext, skip: Sequence[str] = ()) -> None:
        super().__init__()
        self.fields = tuple(field for field in fields if field.name not in skip)
        self.editors: dict[str, Editor] = {}
        self._notes: dict[str, QLabel] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        plain = self._group([f for f in self.fields if not f.advanced], context)
        column.addWidget(plain)
        advanced = [f for f in self.fields if f.advanced]
        self.more: QCollapsible | None = None
        if advanced:
            # Icons of ours: superqt would draw letters in a size of points, which a font in pixels does not have.
            icons = look.icon("mdi6.chevron-down"), look.icon("mdi6.chevron-right")
            self.more = QCollapsible(tr("Advanced"), None, *icons)
            self.more.setAccessibleName(tr("Advanced"))
            self.more.addWidget(self._group(advanced, context))
            column.addWidget(self.more)
        column.addStretch(1)
        for editor in self.editors.values():
            if isinstance(editor, FollowEditor):
                editor.beside = self.editors[editor.field.per].value
        self.reset()

    def values(self) -> dict[str, JSON]:
        """Every field's value. Call `problems` first: a text that is no number raises here."""
        return {name: editor.value() for name, editor in self.editors.items()}

    def set_values(self, values: Mapping[str, JSON]) -> None:
        """Show these values; names the form does not know are left out."""
        for name, value in values.items():
            if name in self.editors:
                self.editors[name].set_value(value)
        self.check()

    def reset(self) -> None:
        """Back to the declared defaults; what can follow the regions on the canvas does."""
        follow: dict[str, JSON] = {n: [FROM_REGIONS] for n, e in self.editors.items() if isinstance(e, FollowEditor)}
        self.set_values({field.name: field.default for field in self.fields} | follow)

    def problems(self) -> dict[str, str]:
        """What is wrong, by field; empty when the form may be sent."""
        found = {name: editor.problem() for name, editor in self.editors.items()}
        for editor in self.editors.values():
            # Words that are not listed are those that have a region.
            if isinstance(editor, FollowEditor) and editor.following and editor.told().words:
                listed = self.editors[editor.field.per]
                if listed.value() in (None, "", []):
                    found.pop(editor.field.per, None)
        return {name: text for name, text in found.items() if text}

    def check(self, show_missing: bool = False) -> bool:
        """Show problems beside their fields; a value that is only missing is not held against an untouched form."""
        found = self.problems()
        for editor in self.editors.values():
            if isinstance(editor, FollowEditor):
                editor.retell()
        for name, note in self._notes.items():
            text = found.get(name, "")
            missing = self.editors[name].field.required and text == tr("This is needed.")
            note.setText("" if missing and not show_missing else text)
            note.setVisible(bool(note.text()))
        return not found

    def show_problem(self, name: str, text: str) -> None:
        """Put a sentence (of the engine) under a field and bring it into view."""
        if name not in self._notes:
            return
        self._notes[name].setText(text)
        self._notes[name].setVisible(True)
        if self.more is not None and self.editors[name].field.advanced:
            self.more.expand(animate=False)
        self.editors[name].setFocus()

    def _group(self, fields: Sequence[Field], context: FormContext) -> QWidget:
        group = QWidget()
        rows = QFormLayout(group)
        rows.setContentsMargins(0, 4, 0, 4)
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in fields:
            rows.addRow(*self._row(field, context))
        return group

    def _row(self, field: Field, context: FormContext) -> tuple[QLabel, QWidget]:
        editor = make_editor(field, context)
        editor.edited.connect(lambda name=field.name: self._edited(name))
        label = QLabel(title_of(field))
        label.setBuddy(editor)
        label.setToolTip(tooltip(field))
        editor.setToolTip(tooltip(field))
        note = QLabel()
        note.setObjectName("problem")
        note.setWordWrap(True)
        note.setVisible(False)
        self.editors[field.name], self._notes[field.name] = editor, note
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(editor)
        column.addWidget(note)
        return label, cell

    def _edited(self, name: str) -> None:
        self.check()
        self.edited.emit(name)


def tooltip(field: Field) -> str:
    """Help, the paper's symbol, limits, default and source: what a form shows on hover and the help page prints."""
    lines = [field.help]
    if field.symbol:
        lines.append(tr("Symbol in the paper: {}").format(field.symbol))
    if field.low is not None and field.high is not None:
        lines.append(tr("From {} to {}").format(f"{field.low:g}", f"{field.high:g}"))
    if not field.required and field.default not in (None, "", [], ()):
        lines.append(tr("Default: {}").format(field.default))
    if field.source:
        lines.append(tr("Source: {}").format(field.source))
    return "\n".join(line for line in lines if line)
