"""The window's language: Qt's translators, and the declarations of methods in it.

Text of the window goes through `tr`; what methods declare (titles, help) comes in English from the engine and is translated
in one place, `localized`. `studio/translations` has a Linguist file for each language; `python -m studio.translations.update`
brings them up to date. The pseudo-locale marks every translated text, so that what is not marked cannot be translated.
"""

import re
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from core.contract.fields import Field
from core.contract.method import MethodInfo

FOLDER = Path(__file__).with_name("translations")
CONTEXT = "declarations"
"""Context of what methods declare."""
PSEUDO = "pseudo"
_ACCENTS = str.maketrans("AEIOUYaeiouycnsCNS", "ÀÉÎÕÜÝàéîõüýçñšÇÑŠ")
_KEPT = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&\w+;|%\w)")
"""Parts of a text that are not read: places for values, tags, entities."""


class Pseudo(QTranslator):
    """Marks every text that is translated: `[Šàvé {}]`."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        parts = _KEPT.split(text)
        return f"[{''.join(p if _KEPT.fullmatch(p) else p.translate(_ACCENTS) for p in parts)}]" if text else text

    def isEmpty(self) -> bool:
        return False


class Linguist(QTranslator):
    """Our file. lupdate knows the context of `self.tr("…")` alone; texts of a bare `tr("…")` stand in the context ""."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        ours = super().translate(context, text, disambiguation, n) or super().translate("", text, disambiguation, n)
        return ours or None  # "" would be a translation, and leave Qt's own texts (Cancel, Ctrl) empty


def install(app: QCoreApplication, wanted: str) -> str:
    """Let the program speak a language; gives the one that it speaks.

    Args:
        wanted: a name of `settings.LANGUAGES`, or "" for the system's language where there is one, else English.
    """
    for old in app.findChildren(QTranslator, "language"):
        QCoreApplication.removeTranslator(old)
        old.deleteLater()
    if wanted == PSEUDO:
        _put(app, Pseudo(app))
        return PSEUDO
    name = wanted or next((n for n in _spoken() if n == "en" or (FOLDER / f"studio_{n}.qm").exists()), "en")
    if name == "en":
        return name
    ours, qts = Linguist(app), QTranslator(app)
    if not ours.load(str(FOLDER / f"studio_{name}.qm")):
        return "en"
    if qts.load(f"qtbase_{name}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        _put(app, qts)  # buttons of Qt's own dialogs
    _put(app, ours)
    return name


def said(text: str) -> str:
    """A declared text in the window's language."""
    return QCoreApplication.translate(CONTEXT, text) if text else text


def localized(info: MethodInfo) -> MethodInfo:
    """A method whose words are in the window's language.

    Names, ids and choices stay what the engine calls them, and so does the long help with its equations and sources.
    """
    return replace(
        info,
        title=said(info.title),
        summary=said(info.summary),
        needs=said(info.needs),
        params=tuple(replace(field, help=said(field.help)) for field in info.params),
        clashes=tuple(replace(c, why=said(c.why), way_out=said(c.way_out)) for c in info.clashes),
    )


def label_of(field: Field) -> str:
    """What a form calls a field, in English: its name in words."""
    return field.name.replace("_", " ").capitalize()


def declared(info: MethodInfo) -> list[str]:
    """Every text of a method that a person reads."""
    texts = [info.title, info.summary, info.needs]
    for field in info.params:
        texts += [label_of(field), field.help, *field.choices]
    texts += [text for clash in info.clashes for text in (clash.why, clash.way_out)]
    return [text for text in dict.fromkeys(texts) if text]


def _spoken() -> list[str]:
    """Languages of the system, best first, as our files are called."""
    names: list[str] = []
    for tag in QLocale.system().uiLanguages():
        whole = tag.replace("-", "_")
        names += ["zh_CN" if whole.startswith("zh") else whole, whole.split("_")[0]]
    return names


def _put(app: QObject, translator: QTranslator) -> None:
    translator.setObjectName("language")
    QCoreApplication.installTranslator(translator)
