"""Modifiers stacked in one generation: each keeps its effect, the order counts where it should, and clashes are told first."""

import itertools
import json

import pytest
import torch

from core.contract.errors import UserError
from core.contract.method import Clash, Kind, MethodInfo, Provenance, Role, clashes
from core.engine.concepts import Concept
from core.engine.generate import GenerateParams, build_modifiers, generate
from core.engine.registry import method
from core.engine.run import Run
from core.models.model import Model
from core.weights.patch import LowRank, WeightPatch
from erasure.weights.uce import UceParams, uce

PROMPT = "a <thing-1> and a red apple"
WORDS = ["<thing-1>", "apple"]
ZERO = "editing.t2i_zero:" + json.dumps({"words": WORDS, "end": 1})
STAR = "editing.a_star:" + json.dumps({"words": WORDS, "tolerance": 0})
SWAP = "editing.concept_lancet:" + json.dumps(
    {"source": ["apple"], "target": ["lemon"], "coefficient": 0.7, "count": 4}
)
XRAY = "editing.attention_xray:" + json.dumps({"words": ["apple"]})


@pytest.fixture(scope="module")
def parts(pocket: Model, tmp_path_factory):
    """A store with a concept that has a word of its own and a weight change, and an eraser of the apple."""
    from contextlib import contextmanager

    from core.contract.assets import AssetStore

    @contextmanager
    def lend(_ref):
        yield pocket

    store = AssetStore(tmp_path_factory.mktemp("stack") / "assets")
    run, draw = Run(store, lend), torch.Generator().manual_seed(2)
    vectors, _ = pocket.encode_tokens("a cat", 1)
    table = pocket.text[0].encoder.get_input_embeddings().weight
    cat = pocket.text[0].vocabulary.tokenize("cat")
    word = table[cat.ids[0][1]].detach().clone()[None] + 0.01 * torch.randn(1, vectors.shape[-1], generator=draw)
    path, layer = next(pocket.projections("cross", ("key",)))
    change = LowRank(
        torch.randn(2, layer.weight.shape[1], generator=draw) / 10,
        torch.randn(layer.weight.shape[0], 2, generator=draw) / 10,
        2.0,
    )
    patch = WeightPatch(pocket.family.name, {path: change}, {"<thing-1>": (word,)})
    concept = Concept("thing", "<thing-1>", "cat", patch).keep(store)
    eraser = uce(UceParams(erase=("apple",), instead=("lemon",)), run).patch
    assert eraser is not None
    return lend, store, concept, eraser


def _made(
    parts, stack: tuple[str, ...], concept: float = 1.0, eraser: float = 1.0
) -> tuple[torch.Tensor, Run, dict[str, str]]:
    lend, store, word, patch = parts
    run = Run(store, lend)
    asked = GenerateParams(prompt=PROMPT, steps=4, precision="float32", concepts=(f"{word}:{concept}",),
                           patches=(f"{patch}:{eraser}",) if eraser else (), modifiers=stack)  # fmt: skip
    outcome = generate(asked, run)
    return run.pixels(outcome.images[0]), run, dict(outcome.data)


def _apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().mean())


def test_all_four_act_in_one_generation(parts):
    whole, run, data = _made(parts, (ZERO, STAR, SWAP))
    assert {"ownership", "words", "concepts"} <= set(data)
    curves = json.loads(run.assets.path(data["words"]).read_text())
    assert curves["x"] == [0, 1, 2, 3]
    assert all(len(curves["series"][name]) == 4 for name in ("overlap", "retention", "loss"))
    maps = json.loads(run.assets.path(data["ownership"]).read_text())
    assert maps["words"] == WORDS
    # Leaving one out changes the picture; so each of them did something beside the others.
    without = {
        "T2I-Zero": _made(parts, (STAR, SWAP))[0], "A-STAR": _made(parts, (ZERO, SWAP))[0],
        "Concept Lancet": _made(parts, (ZERO, STAR))[0], "concept": _made(parts, (ZERO, STAR, SWAP), concept=0)[0],
        "eraser": _made(parts, (ZERO, STAR, SWAP), eraser=0)[0],
    }  # fmt: skip
    assert {name: _apart(picture, whole) > 1e-3 for name, picture in without.items()} == dict.fromkeys(without, True)
    assert torch.equal(_made(parts, (ZERO, STAR, SWAP))[0], whole)


def test_the_order_counts_where_it_should(parts):
    """A-STAR measures what lies inside it, so it matters whether that is already corrected; an X-ray only looks."""
    pictures = {order: _made(parts, order)[0] for order in itertools.permutations((ZERO, STAR))}
    first, second = pictures.values()
    assert _apart(first, second) > 1e-5
    for place in range(3):
        stack = [ZERO, STAR]
        stack.insert(place, XRAY)
        seen, _, data = _made(parts, tuple(stack))
        assert torch.equal(seen, first)
        assert "x-ray" in data


def test_every_order_of_three_runs_and_restores(parts, pocket):
    before = {n: p.clone() for n, p in pocket.unet.named_parameters()}
    pictures = [_made(parts, order)[0] for order in itertools.permutations((ZERO, STAR, SWAP))]
    assert all(p.isfinite().all() for p in pictures)
    assert len({tuple(p.flatten()[:5000].tolist()) for p in pictures}) > 2
    assert all(torch.equal(before[n], p) for n, p in pocket.unet.named_parameters())


def test_a_clash_is_told_before_anything_runs(parts, pocket, monkeypatch):
    lend, store, _, _ = parts
    blend = "editing.black_scholes:" + json.dumps({"prompts": ["a dog"], "rule": "alternating"})
    star = "editing.a_star:" + json.dumps({"words": ["cat"]})
    calls = []
    monkeypatch.setattr(type(pocket), "predict", lambda *a, **k: calls.append(1))
    for stack, told in (((blend, star), "Inside Black-Scholes"), ((blend, blend), "Two Black-Scholes")):
        with pytest.raises(UserError, match=told):
            generate(GenerateParams(prompt="a cat", steps=2, precision="float32", modifiers=stack), Run(store, lend))
    assert not calls
    assert len(build_modifiers((star, blend), Run(store, lend), pocket)) == 2


def test_clashes_by_place():
    def info(id: str, *found: Clash) -> MethodInfo:
        return MethodInfo(id, id, Kind.EDIT, Role.MODIFIER, (), "", Provenance.OURS, "", "", (), clashes=found)

    plain, outer = info("b"), info("a", Clash("b", "before", "Not after b.", "Move it."))
    never, own = (
        info("c", Clash("b", "anywhere", "Never.", "Leave one out.")),
        info("d", Clash("d", "anywhere", "Once.", "One.")),
    )
    assert clashes([outer, plain]) == []
    assert [(i, j) for i, j, _ in clashes([plain, outer])] == [(1, 0)]
    assert [len(clashes(stack)) for stack in ([never, plain], [plain, never], [own, own], [own])] == [1, 1, 1, 0]
    assert method("editing.a_star", Role.MODIFIER).info.clashes[0].other == "editing.black_scholes"
