"""Export concepts and patches for other programs: embedding, LoRA, or our own exact delta.

Words become textual-inversion files, one per word. Full weight changes go into a LoRA by singular values; the rank and
the relative error are reported, and `delta` keeps everything exactly for this program.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import Annotated, Any, Literal

from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import ConceptRef, Help, PatchRef, PathText, Range
from core.contract.method import Kind, Outcome, Provenance
from core.contract.params import Params
from core.engine.registry import task
from core.engine.run import Run
from core.export.checkpoint import gathered
from core.export.embedding import embedding_tensors, file_word
from core.export.lora import diffusers_lora, full_changes, kohya_lora, low_rank
from core.export.write import refuse_existing, write_tensors
from core.weights.patch import LowRank, WeightPatch

Format = Literal["lora", "lora-kohya", "lora-diff", "embedding", "embedding-a1111", "delta"]

_FORMATS = (
    "lora: diffusers and peft; lora-kohya: AUTOMATIC1111 and ComfyUI; lora-diff: the same with exact full changes; "
    "embedding: textual inversion; embedding-a1111: with the key emb_params; delta: this program's own, exact"
)
_RANK = "Rank for full changes in a LoRA; 0 keeps 99 % of the energy per layer"


class ConceptParams(Params):
    path: Annotated[PathText, Help("The .safetensors file to write; several words add their name to it")]
    format: Annotated[Format, Help(_FORMATS)] = "lora"
    patches: Annotated[tuple[PatchRef, ...], Help("Patches to export")] = ()
    concepts: Annotated[tuple[ConceptRef, ...], Help("Concepts to export")] = ()
    rank: Annotated[int, Range(0, 512), Help(_RANK)] = 0
    strength: Annotated[float, Range(-4, 4, 0.1), Help("How strongly all changes are written")] = 1.0
    overwrite: Annotated[bool, Help("Replace what is there")] = False


@task("core.export_concept", "Export concepts", Kind.EXPORT, provenance=Provenance.OURS)
def export_concept(params: ConceptParams, run: Run) -> Outcome:
    if not params.patches and not params.concepts:
        raise UserError("There is nothing to export.", "Name at least one patch or concept.")
    found = gathered(run, params.patches, params.concepts)
    patch = reduce(add, [patch.scaled(params.strength) if params.strength != 1 else patch for patch, _ in found])
    files, numbers, left_out = write_concept(
        patch, Path(params.path).expanduser(), params.format, rank=params.rank, overwrite=params.overwrite,
        about={"from": [*params.patches, *params.concepts]},
    )  # fmt: skip
    note = f"Wrote {files[0].name}"
    if left_out:
        note += f"; {len(left_out)} changes do not fit into this format, among them {left_out[0]}"
    return Outcome(files=tuple(map(str, files)), numbers=numbers, note=note)


def write_concept(
    patch: WeightPatch, path: Path, format: Format, *, rank: int = 0, overwrite: bool = False,
    about: Mapping[str, Any] | None = None,
) -> tuple[list[Path], dict[str, float], tuple[str, ...]]:  # fmt: skip
    """Write a patch for other programs.

    Returns:
        The files, numbers (rank and relative error of a LoRA) and the changes that the format cannot hold.

    Raises:
        UserError: nothing in it that the format holds, a target exists, or the disk is full.
    """
    if path.suffix != ".safetensors":
        path = path.with_name(path.name + ".safetensors")
    if format == "delta":
        refuse_existing([path], overwrite)
        patch.save(path, about)
        return [path], {}, ()
    files, numbers, left_out = _contents(patch, path, format, rank)
    refuse_existing([file for file, _, _ in files], overwrite)
    for file, tensors, metadata in files:
        write_tensors(file, tensors, metadata)
    return [file for file, _, _ in files], numbers, left_out


_Files = list[tuple[Path, dict[str, Tensor], dict[str, str]]]


def _contents(
    patch: WeightPatch, path: Path, format: Format, rank: int
) -> tuple[_Files, dict[str, float], tuple[str, ...]]:
    words_only = format.startswith("embedding")
    words = _word_files(patch.words, path, words_only, format == "embedding-a1111")
    if words_only:
        if not words:
            raise UserError("There are no words in it to export as embeddings.", "Export it as 'lora' or 'delta'.")
        return words, {}, tuple(patch.deltas)
    if format == "lora-diff":
        full, left_out = full_changes(patch)
        low = {k: d for k, d in patch.deltas.items() if isinstance(d, LowRank)}
        if not full and not low:
            raise UserError("There is no weight change in it.", "Export it as 'embedding'.")
        return [(path, *kohya_lora(low, patch.base, full)), *words], {"relative_error": 0.0}, left_out
    found = low_rank(patch, rank)
    made = diffusers_lora(found.layers, patch.base) if format == "lora" else kohya_lora(found.layers, patch.base)
    numbers = {"rank": float(found.rank), "relative_error": found.error, "layers": float(len(found.layers))}
    return [(path, *made), *words], numbers, found.left_out


def _word_files(words: Mapping[str, Sequence[Tensor]], path: Path, alone: bool, a1111: bool) -> _Files:
    one = alone and len(words) == 1
    out: _Files = []
    for word, vectors in words.items():
        file = path if one else path.with_name(f"{path.stem}.{file_word(word)}.safetensors")
        out.append((file, embedding_tensors(word, vectors, a1111), {"format": "pt"}))
    return out
