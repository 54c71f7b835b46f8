"""Segment Anything: a mask from a click, with your own SAM weights or the small embedded one.

Kirillov et al., 2023, arXiv:2304.02643; run through the package segment-anything, whose predictor scales the long side
to the network's, pads, encodes once, and decodes in a moment for every click. One click is ambiguous, so three masks
(about a part, a whole, and between) are asked for and the one that agrees with the clicks and is rated best comes first;
more clicks, or a box, ask for a single mask. `rounds` feeds the low-resolution logits back together with all clicks.
The embedded SAM learned on drawn scenes of 128 pixels only; on a photograph a file of the person's own is far better.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from core.contract.errors import UserError
from core.contract.fields import Advanced, Help, PathText, Range
from core.contract.method import Kind, Outcome
from core.engine.home import home
from core.engine.registry import task
from core.engine.run import Run
from erasure.pixels.masks import shapes
from erasure.pixels.masks.prompts import ClickParams, Prompt, checked, numbers, refuse_empty
from erasure.pixels.masks.sam_cache import Embedding, EmbeddingCache, embedding_key
from erasure.pixels.masks.sam_weights import SamFile, SamLayout, find_weights
from erasure.pixels.masks.shapes import Bools, Floats

LARGEST_SIDE = 2048
"""Longer pictures are scaled down before the clicks are decoded: the masks have only a quarter of 1024 pixels anyway."""


class SamParams(ClickParams):
    weights: Annotated[
        PathText, Help("A SAM file (.safetensors) or a folder, or 'pocket'; empty: the models folder, then 'pocket'")
    ] = ""
    candidate: Annotated[int, Range(0, 3), Help("Which of the masks comes first; 0 takes the one that fits best")] = 0
    rounds: Annotated[int, Range(0, 5), Help("Passes that feed the logits back with all clicks"), Advanced()] = 0
    edge: Annotated[
        float, Range(-2, 2, 0.1), Help("Threshold of the logits: higher is tighter", source="sam-masks, mask_threshold")
    ] = 0.0
    rate_by: Annotated[
        Literal["predicted", "stability"],
        Help("What rates a mask: the overlap the network predicts, or how little it moves with the threshold"), Advanced(),
    ] = "predicted"  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """Answers of one decoding, n of them."""

    logits: Floats
    """(n, height, width) at the picture's size; the thing is where they are above the threshold."""
    scores: Floats
    """(n,), the overlap with the truth that the network predicts."""
    low: Floats
    """(n, side / 4, side / 4), what a next pass takes as its mask."""


@task("erasure.sam", "Segment Anything", Kind.MASK, paper="arXiv:2304.02643")
def sam(params: SamParams, run: Run) -> Outcome:
    picture = run.picture(params.picture)
    prompt = checked(picture.size, params.points, params.outside, params.box)
    weights = find_weights(params.weights, required=True)
    assert weights is not None
    model = load_sam(weights)
    run.check()
    masks, scores = segment(model, picture, prompt, params.edge, params.rounds, params.rate_by)
    if params.candidate > len(masks):
        raise UserError(f"There is no candidate {params.candidate}: several clicks or a box give one mask.",
                        "Set 'candidate' to 0.")  # fmt: skip
    order = (
        best_first(masks, scores, prompt) if params.candidate == 0 else _moved_first(params.candidate - 1, len(masks))
    )
    refuse_empty(masks[order[0]])
    origin = {"method": "erasure.sam", "picture": params.picture, "weights": weights.identity,
              "prompts": params.model_dump(mode="json")}  # fmt: skip
    shown = [i for i in order if masks[i].any()]
    refs = tuple(run.keep_mask(masks[i], **origin, score=float(scores[i])) for i in shown)
    figures = numbers(masks[order[0]], float(scores[order[0]]))
    for place, index in enumerate(shown[1:], 2):
        figures |= {f"score_{place}": float(scores[index]), f"area_{place}": float(masks[index].mean())}
    note = f"{weights.layout.name}: best of {len(refs)}, rated {figures['score']:.2f}"
    if weights.embedded:
        note += "; the embedded SAM, which knows drawn scenes only: for photographs give a SAM file"
    return Outcome(masks=refs, numbers=figures, note=note)


class Segmenter:
    """A SAM and the embeddings it has made. One lock: two jobs may not move the predictor's picture under each other."""

    def __init__(self, network: Any, identity: str, cache: EmbeddingCache) -> None:
        from segment_anything import SamPredictor

        self.predictor = SamPredictor(network)
        self.identity, self.cache = identity, cache
        self.lock = threading.RLock()
        self.encoded = 0
        """How often the slow part ran."""

    def look_at(self, rgb: NDArray[np.uint8]) -> None:
        """Make this picture (height, width, 3) the current one, from the cache where it can."""
        key = embedding_key(rgb, self.identity, "float32")
        found = self.cache.get(key, lambda: self._encode(rgb))
        self.predictor.features = found.features.to(self.predictor.device)
        # reset_image of the package forgets neither size, so all four are put back here.
        self.predictor.original_size, self.predictor.input_size = found.original_size, found.input_size
        self.predictor.is_image_set = True

    def decode(self, prompt: Prompt, several: bool, low: Floats | None = None) -> Cut:
        """Masks of the current picture for clicks in its pixels; `low` is one answer's (1, side / 4, side / 4)."""
        clicks = np.array([*prompt.points, *prompt.outside], np.float32).reshape(-1, 2)
        # 0 excludes; -1 would be the padding point, whose place the network ignores.
        labels = np.array([1] * len(prompt.points) + [0] * len(prompt.outside), np.int32)
        logits, scores, out = self.predictor.predict(
            point_coords=clicks if len(clicks) else None, point_labels=labels if len(clicks) else None,
            box=None if prompt.box is None else np.array(prompt.box, np.float32), mask_input=low,
            multimask_output=several, return_logits=True,
        )  # fmt: skip
        return Cut(logits, scores, out)

    def _encode(self, rgb: NDArray[np.uint8]) -> Embedding:
        self.encoded += 1
        self.predictor.set_image(rgb)
        features = self.predictor.features.detach().cpu()
        return Embedding(features, tuple(self.predictor.original_size), tuple(self.predictor.input_size))


def segment(
    model: Segmenter, picture: Image.Image, prompt: Prompt, edge: float = 0.0, rounds: int = 0, rate_by: str = "predicted",
    several: bool | None = None,
) -> tuple[list[Bools], Floats]:  # fmt: skip
    """Masks (height, width) at the picture's size and their ratings: three for one click alone, one otherwise, or as asked."""
    small = picture.convert("RGB")
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    asked = _seeded(_moved(prompt, small.size))
    if several is None:
        several = len(asked.points) == 1 and not asked.outside and asked.box is None
    with model.lock, torch.inference_mode():
        model.look_at(np.asarray(small))
        cut = model.decode(asked, several)
        for _ in range(rounds):
            best = best_first([logits > edge for logits in cut.logits], cut.scores, asked)[0]
            cut = model.decode(asked, False, cut.low[best : best + 1])
    scores = cut.scores if rate_by == "predicted" else stability(cut.low, edge)
    return [_enlarged(logits, picture.size, edge) for logits in cut.logits], scores


def stability(logits: Floats, edge: float = 0.0, offset: float = 1.0) -> Floats:
    """Pixels above `edge` + `offset` over pixels above `edge` - `offset`, (n,); 0 for an empty mask instead of 0 / 0."""
    high, low = (logits > edge + offset).sum((1, 2)), (logits > edge - offset).sum((1, 2))
    return np.where(low > 0, high / np.maximum(low, 1), 0).astype(np.float32)


# --- everything in a picture ----------------------------------------------------------------------------------------


def grid(points_per_side: int, size: tuple[int, int], batch: int = 16) -> list[NDArray[np.float32]]:
    """Clicks (up to `batch`, 2) on a regular grid over (width, height), the first half a cell from the corner."""
    at = (np.arange(points_per_side) + 0.5) / points_per_side
    x, y = np.meshgrid(at * size[0], at * size[1])
    clicks = np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)
    return [clicks[i : i + batch] for i in range(0, len(clicks), batch)]


def masks_at(
    model: Segmenter, rgb: NDArray[np.uint8], clicks: NDArray[np.float32], predicted: float, stable: float
) -> list[tuple[Bools, float]]:
    """Masks of single clicks that are rated above `predicted` and at least `stable`, with their predicted overlap."""
    with model.lock, torch.inference_mode():
        model.look_at(rgb)
        predictor = model.predictor
        moved = torch.as_tensor(predictor.transform.apply_coords(clicks, rgb.shape[:2]), device=predictor.device)
        ones = torch.ones(len(clicks), 1, dtype=torch.int, device=predictor.device)
        logits, scores, _ = predictor.predict_torch(moved[:, None], ones, multimask_output=True, return_logits=True)
    flat, rated = logits.flatten(0, 1).cpu().numpy(), scores.flatten().cpu().numpy()
    kept = (rated > predicted) & (stability(flat) >= stable)
    return [(flat[i] > 0, float(rated[i])) for i in np.flatnonzero(kept)]


def without_copies(found: list[tuple[Bools, float]], limit: float = 0.7) -> list[tuple[Bools, float]]:
    """Non-maximum suppression of the masks' boxes by rating, best first; masks of one pixel's width have no area."""
    from torchvision.ops import nms

    if not found:
        return []
    corners = [shapes.box_of(mask) for mask, _ in found]
    # Inclusive corners, as the package's generator counts.
    boxes = torch.tensor([(x0, y0, x1 - 1, y1 - 1) for x0, y0, x1, y1 in corners], dtype=torch.float32)
    return [found[i] for i in nms(boxes, torch.tensor([score for _, score in found]), limit).tolist()]


# --- loading --------------------------------------------------------------------------------------------------------


def load_sam(weights: SamFile) -> Segmenter:
    """The network of a file, kept until another one is asked for, with embeddings on the disk."""
    return _loaded(weights, weights.identity)


@lru_cache(maxsize=1)
def _loaded(weights: SamFile, identity: str) -> Segmenter:
    network = build(weights.layout)
    state = {name: tensor.float() for name, tensor in load_file(weights.path).items()}
    _fill(network, state, weights.path.name)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return Segmenter(network.to(device), identity, EmbeddingCache(folder=home() / "embeddings"))


def build(layout: SamLayout) -> Any:
    """An empty network of that layout, on the meta device: no memory, no random numbers drawn for nothing."""
    from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

    norm = partial(torch.nn.LayerNorm, eps=1e-6)
    with torch.device("meta"):
        encoder = ImageEncoderViT(
            img_size=layout.side, patch_size=layout.patch, embed_dim=layout.width, depth=layout.depth, num_heads=layout.heads,
            mlp_ratio=4, out_chans=layout.out, qkv_bias=True, norm_layer=norm, use_rel_pos=True, window_size=layout.window,
            global_attn_indexes=layout.everywhere,
        )  # fmt: skip
        prompts = PromptEncoder(
            layout.out, (layout.grid, layout.grid), (layout.side, layout.side), layout.mask_channels
        )
        turns = TwoWayTransformer(layout.decoder_depth, layout.out, 8, layout.decoder_mlp)
        decoder = MaskDecoder(
            transformer_dim=layout.out, transformer=turns, num_multimask_outputs=3, iou_head_depth=3,
            iou_head_hidden_dim=layout.score_width,
        )  # fmt: skip
        return Sam(encoder, prompts, decoder).eval().requires_grad_(False)


def _fill(network: Any, state: dict[str, Tensor], name: str) -> None:
    """Put the tensors of a file in place of the meta ones."""
    try:
        network.load_state_dict(state, strict=True, assign=True)
    except RuntimeError as error:
        raise UserError(f"'{name}' does not hold a whole Segment Anything model: {str(error).splitlines()[-1].strip()}",
                        "Convert or download it again.") from error  # fmt: skip
    network.requires_grad_(False)
    # The statistics of the training pictures are not in the files: mean and deviation of 0..255 values.
    network.pixel_mean = torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1)
    network.pixel_std = torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1)


# --- choosing -------------------------------------------------------------------------------------------------------


def best_first(masks: Iterable[Bools], scores: Floats, prompt: Prompt) -> list[int]:
    """Order of the candidates: those of something first, then by how many clicks each obeys, then by its rating."""

    def obeyed(mask: Bools) -> int:
        return sum(bool(mask[y, x]) for x, y in prompt.points) + sum(not mask[y, x] for x, y in prompt.outside)

    # A mask of nothing or of everything marks nothing, however well it is rated.
    rated = [
        (bool(mask.any() and not mask.all()), obeyed(mask), float(score))
        for mask, score in zip(masks, scores, strict=True)
    ]
    return sorted(range(len(rated)), key=lambda i: rated[i], reverse=True)


def _moved_first(index: int, count: int) -> list[int]:
    return [index, *(i for i in range(count) if i != index)]


def _seeded(prompt: Prompt) -> Prompt:
    """A box of one pixel is a click; clicks outside alone stand for everything but them."""
    width, height = prompt.size
    if prompt.box is not None and prompt.box[2] - prompt.box[0] == 1 == prompt.box[3] - prompt.box[1]:
        prompt = Prompt(prompt.size, (*prompt.points, prompt.box[:2]), prompt.outside)
    if prompt.points or prompt.box is not None:
        return prompt
    return Prompt(prompt.size, (), prompt.outside, (0, 0, width, height))


def _moved(prompt: Prompt, size: tuple[int, int]) -> Prompt:
    """The same clicks on a smaller copy of the picture."""
    if size == prompt.size:
        return prompt
    across, down = size[0] / prompt.size[0], size[1] / prompt.size[1]
    points, outside = (tuple((int(x * across), int(y * down)) for x, y in c) for c in (prompt.points, prompt.outside))
    box = prompt.box
    if box is not None:
        x0, y0 = int(box[0] * across), int(box[1] * down)
        box = x0, y0, max(x0 + 1, round(box[2] * across)), max(y0 + 1, round(box[3] * down))
    return Prompt(size, points, outside, box)


def _enlarged(logits: Floats, size: tuple[int, int], edge: float) -> Bools:
    if logits.shape == (size[1], size[0]):
        return logits > edge
    larger = Image.fromarray(logits.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(larger) > edge
