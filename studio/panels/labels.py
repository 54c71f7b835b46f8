"""The small honest labels that are the same everywhere: inferred, reconstructed, needs weights."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel

from core.contract.method import MethodInfo, Provenance


def provenance_label(info: MethodInfo) -> QLabel | None:
    """What a person must know before trusting a method; None for one that is known from paper and code."""
    text = provenance_text(info)
    if not text:
        return None
    label = QLabel(text)
    label.setObjectName("provenance")
    label.setWordWrap(True)
    label.setToolTip(QCoreApplication.translate("Labels", "How far this method is known: {}").format(info.provenance))
    return label


def provenance_text(info: MethodInfo) -> str:
    """The label's words."""
    words = {
        Provenance.INFERRED: QCoreApplication.translate("Labels", "partly inferred"),
        Provenance.RECONSTRUCTED: QCoreApplication.translate("Labels", "reconstructed"),
    }
    parts = [words.get(info.provenance, "")]
    if info.needs:
        parts.append(QCoreApplication.translate("Labels", "needs {}").format(info.needs))
    return " · ".join(part for part in parts if part)
