"""Which SAM a file holds, told by the names and shapes of its tensors, and where a person's SAM files are looked for."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from core.contract.assets import file_hash
from core.contract.errors import UserError
from core.engine.home import model_folder
from core.models.configs import RESOURCES
from core.models.headers import Header, read_header

NEEDS = (
    "A Segment Anything file (vit_h, vit_l or vit_b) as .safetensors, given as 'weights' or put into the models folder"
)
EMBEDDED = RESOURCES / "pocket" / "sam"
"""Where the embedded SAM lies: `pocket` stands for it, and it is taken where a SAM is asked for and the person has none.
It knows only the embedded world of drawn things, so whoever uses it says so."""
_PATCH = "image_encoder.patch_embed.proj.weight"
_FOREIGN = (
    ("image_encoder.layers.", "MobileSAM (TinyViT)"),
    ("mask_decoder.hf_token", "SAM-HQ"),
    ("mask_decoder.hf_mlp", "SAM-HQ"),
    ("vision_encoder.", "SAM in the transformers layout"),
    ("detector_model.", "SAM 3"),
    ("memory_attention.", "SAM 2"),
    ("image_encoder.trunk.", "SAM 2"),
)


@dataclass(frozen=True)
class SamLayout:
    """The sizes of a SAM network; `heads` follows from the relative positions, which have one head's width."""

    name: str
    side: int
    """Pixels of the square the network reads."""
    patch: int
    width: int
    heads: int
    window: int
    """Patches a side of local attention."""
    everywhere: tuple[int, ...]
    """Blocks that attend over the whole picture."""
    depth: int
    out: int
    """Channels of the embedding, the prompts and the decoder."""
    mask_channels: int
    decoder_depth: int
    decoder_mlp: int
    score_width: int

    @property
    def grid(self) -> int:
        return self.side // self.patch


def _full(name: str, width: int, depth: int, heads: int, everywhere: tuple[int, ...]) -> SamLayout:
    return SamLayout(name, 1024, 16, width, heads, 14, everywhere, depth, 256, 16, 2, 2048, 256)


LAYOUTS: tuple[SamLayout, ...] = (
    _full("vit_h", 1280, 32, 16, (7, 15, 23, 31)),
    _full("vit_l", 1024, 24, 16, (5, 11, 17, 23)),
    _full("vit_b", 768, 12, 12, (2, 5, 8, 11)),
    SamLayout("pocket", 128, 8, 128, 4, 8, (1, 3), 4, 128, 16, 2, 256, 64),
    SamLayout("tiny", 256, 16, 64, 2, 7, (1,), 2, 32, 8, 2, 64, 32),
)
"""The three sizes of the package's registry, the embedded one (128 pixels; resources/pocket/sam) and our own for tests:
256 pixels, 0.2 million parameters."""


@dataclass(frozen=True)
class SamFile:
    path: Path
    layout: SamLayout

    @property
    def embedded(self) -> bool:
        """Whether this is the small one of ours, which has never seen a photograph."""
        return self.layout.name == "pocket"

    @property
    def identity(self) -> str:
        """SHA-256 of the file, computed once as long as the file stays as it is."""
        facts = self.path.stat()
        return _identity(self.path, facts.st_size, facts.st_mtime_ns)


def find_weights(given: str, required: bool) -> SamFile | None:
    """The file given (`pocket`: the embedded one), or else the smallest SAM file in the models folder (the fastest).

    Where the person has none, the embedded one when `required`, and otherwise None: what can do without a SAM does
    better without one that knows no photographs.

    Raises:
        UserError: the file given is no SAM this program reads, or none was found though one is required.
    """
    if given:
        path = EMBEDDED if given == "pocket" else Path(given).expanduser()
        if not path.is_dir():
            return SamFile(path, layout_of(read_header(path), path.name))
        found = _in_folder(path)
        if not found:
            raise UserError(f"There is no SAM file (.safetensors) in '{path}'.", f"{NEEDS}.")
        return found[0]
    found = _in_folder(model_folder())
    if not found and required:
        found = _in_folder(EMBEDDED)
    if not found and required:
        raise UserError(f"No SAM weights were found in '{model_folder()}'.",
                        f"{NEEDS}; or use erasure.grabcut, which needs none.")  # fmt: skip
    return found[0] if found else None


def looks_like_sam(header: Header) -> bool:
    return _PATCH in header.shapes and header.has("prompt_encoder.") and header.has("mask_decoder.")


def layout_of(header: Header, name: str) -> SamLayout:
    """Which layout a file's tensors are.

    Raises:
        UserError: a relative of SAM that needs other code, no SAM at all, or one of unknown size.
    """
    for start, kind in _FOREIGN:
        if header.has(start):
            raise UserError(f"'{name}' is {kind}, which this program does not read.",
                            "Use a file of the original Segment Anything: vit_h, vit_l or vit_b.")  # fmt: skip
    if not looks_like_sam(header):
        raise UserError(f"'{name}' is not a Segment Anything model.", f"{NEEDS}.")
    sizes = _measured(header)
    for known in LAYOUTS:
        if replace(sizes, name=known.name) == known:
            return known
    raise UserError(f"'{name}' is a Segment Anything model of unknown size (width {sizes.width}, {sizes.depth} blocks).",
                    f"Known are {', '.join(layout.name for layout in LAYOUTS)}.")  # fmt: skip


def _measured(header: Header) -> SamLayout:
    """Sizes as the shapes say; 0 where a tensor is missing, which no known layout has."""

    def size(key: str, axis: int = 0) -> int:
        return (header.shape(key) + (0,) * 4)[axis]

    width, patch, grid = size(_PATCH), size(_PATCH, 2), size("image_encoder.pos_embed", 1)
    depth = _count(header, "image_encoder.blocks.")
    reach = [(size(f"image_encoder.blocks.{i}.attn.rel_pos_h") + 1) // 2 for i in range(depth)]
    head = size("image_encoder.blocks.0.attn.rel_pos_h", 1)
    local = [r for r in reach if r != grid]
    return SamLayout(
        "", grid * patch, patch, width, width // head if head else 0, local[0] if local else 0,
        tuple(i for i, r in enumerate(reach) if r == grid), depth, size("image_encoder.neck.0.weight"),
        size("prompt_encoder.mask_downscaling.3.weight"), _count(header, "mask_decoder.transformer.layers."),
        size("mask_decoder.transformer.layers.0.mlp.lin1.weight"), size("mask_decoder.iou_prediction_head.layers.0.weight"),
    )  # fmt: skip


def _count(header: Header, start: str) -> int:
    return len({key[len(start) :].split(".")[0] for key in header.shapes if key.startswith(start)})


def _in_folder(folder: Path) -> list[SamFile]:
    """SAM files of a folder and its folder `sam`, smallest first; other models there are none of our business."""
    found = []
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("sam/*.safetensors")]):
        try:
            header = read_header(path)
            if looks_like_sam(header):
                found.append(SamFile(path, layout_of(header, path.name)))
        except UserError:
            # A damaged or foreign file in the folder is reported when it is chosen, not when something else is looked for.
            continue
    return sorted(found, key=lambda f: f.path.stat().st_size)


@lru_cache(maxsize=16)
def _identity(path: Path, _size: int, _changed: int) -> str:
    return file_hash(path)
