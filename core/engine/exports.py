"""`studio export`: one command over the export tasks."""

import argparse
from dataclasses import replace
from typing import Any

from core.contract.errors import UserError
from core.contract.method import Outcome
from core.engine.concepts import split_strength
from core.engine.run import Run
from core.export.checkpoint import CheckpointParams, export_checkpoint
from core.export.concept import ConceptParams, export_concept


def export(run: Run, kind: str, known: argparse.Namespace) -> Outcome:
    """Write a checkpoint (`diffusers`, `single-file`) or concepts (`lora`, `lora-kohya`, `embedding`, `delta`)."""
    common: dict[str, Any] = {
        "path": str(known.out), "overwrite": known.overwrite,
        "patches": [_patch(run, ref) for ref in known.patch], "concepts": [_concept(run, ref) for ref in known.concept],
    }  # fmt: skip
    if kind in ("diffusers", "single-file"):
        precision = "fp16" if known.half else "as loaded"
        return export_checkpoint(CheckpointParams(format=kind, precision=precision, **common), run)  # type: ignore[arg-type]
    if known.half:
        raise UserError("--half is for checkpoints only.", "Leave it out.")
    return export_concept(ConceptParams(format=kind, rank=known.rank or 0, **common), run)  # type: ignore[arg-type]


def _patch(run: Run, ref: str) -> str:
    name, strength = split_strength(ref)
    return name if strength == 1.0 else run.keep_patch(run.patch(name).scaled(strength), scaled=strength)


def _concept(run: Run, ref: str) -> str:
    name, strength = split_strength(ref)
    if strength == 1.0:
        return name
    concept = run.concept(name)
    return replace(concept, patch=concept.patch.scaled(strength)).keep(run.assets)
