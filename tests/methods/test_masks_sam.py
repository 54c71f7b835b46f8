"""SAM through a small random model of the registry's layout: loading by content, clicks, rules, cached embeddings."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from core.contract.errors import UserError
from core.engine.registry import method
from core.models.headers import Header, read_header
from erasure.pixels.masks import sam, sam_weights, shapes
from erasure.pixels.masks.auto_masks import AutoMasksParams, auto_masks
from erasure.pixels.masks.prompts import Prompt, checked
from erasure.pixels.masks.sam import SamParams, load_sam, segment
from erasure.pixels.masks.sam_cache import Embedding, EmbeddingCache, embedding_key
from erasure.pixels.masks.sam_weights import LAYOUTS, find_weights, layout_of

TINY = LAYOUTS[-1]
POCKET = next(layout for layout in LAYOUTS if layout.name == "pocket")


def random_state(layout=TINY, seed=27):
    """True key names, random numbers; the seed is one whose three masks of a click are all partial."""
    generator = torch.Generator().manual_seed(seed)
    network = sam.build(layout)
    return {
        k: torch.randn(v.shape, generator=generator) * (0.2 if v.ndim > 1 else 0.1)
        for k, v in network.state_dict().items()
    }


@pytest.fixture(scope="module")
def weights_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "any_name.safetensors"
    save_file(random_state(), path)
    return path


@pytest.fixture
def model(weights_path, monkeypatch, tmp_path):
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path / "home"))
    sam._loaded.cache_clear()
    return load_sam(find_weights(str(weights_path), required=True))


def picture(size=(90, 60), seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_size_is_known_by_keys_and_shapes_alone(layout):
    header = Header({k: tuple(v.shape) for k, v in sam.build(layout).state_dict().items()})
    assert layout_of(header, "renamed.safetensors") == layout


@pytest.mark.parametrize("name", ["vit_b", "vit_l", "vit_h"])
def test_our_layouts_are_those_of_the_packages_registry(name):
    from segment_anything import sam_model_registry

    layout = next(known for known in LAYOUTS if known.name == name)
    with torch.device("meta"):
        theirs = sam_model_registry[name]()
    ours = sam.build(layout)
    assert {k: v.shape for k, v in ours.state_dict().items()} == {k: v.shape for k, v in theirs.state_dict().items()}
    blocks = zip(ours.image_encoder.blocks, theirs.image_encoder.blocks, strict=True)
    assert all((a.window_size, a.attn.num_heads) == (b.window_size, b.attn.num_heads) for a, b in blocks)
    assert ours.image_encoder.img_size == theirs.image_encoder.img_size
    assert ours.mask_decoder.num_multimask_outputs == theirs.mask_decoder.num_multimask_outputs
    assert ours.image_encoder.blocks[0].norm1.eps == theirs.image_encoder.blocks[0].norm1.eps


def test_relatives_and_strangers_are_refused_by_name(tmp_path):
    base = {k: tuple(v.shape) for k, v in sam.build(TINY).state_dict().items()}
    with pytest.raises(UserError, match="MobileSAM"):
        layout_of(Header({**base, "image_encoder.layers.0.x": (1,)}), "mobile.safetensors")
    with pytest.raises(UserError, match="SAM-HQ"):
        layout_of(Header({**base, "mask_decoder.hf_token.weight": (1, 256)}), "hq.safetensors")
    with pytest.raises(UserError, match="not a Segment Anything"):
        layout_of(Header({"a": (1,)}), "a.safetensors")
    other = sam.build(replace(TINY, width=32))
    with pytest.raises(UserError, match="unknown size"):
        layout_of(Header({k: tuple(v.shape) for k, v in other.state_dict().items()}), "odd.safetensors")
    pickle = tmp_path / "sam_vit_b_01ec64.pth"
    torch.save({"a": torch.zeros(1)}, pickle)
    with pytest.raises(UserError, match=r"pickle.*Convert it once"):
        find_weights(str(pickle), required=True)
    (tmp_path / "named.safetensors").write_bytes(pickle.read_bytes())
    with pytest.raises(UserError, match="pickle"):
        find_weights(str(tmp_path / "named.safetensors"), required=True)
    cut_off = tmp_path / "cut.safetensors"
    save_file(random_state(), cut_off)
    cut_off.write_bytes(cut_off.read_bytes()[:-100])
    with pytest.raises(UserError, match="cut off"):
        find_weights(str(cut_off), required=True)


def test_a_missing_tensor_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path / "home"))
    state = random_state()
    del state["prompt_encoder.no_mask_embed.weight"]
    save_file(state, tmp_path / "part.safetensors")
    with pytest.raises(UserError, match=r"whole Segment Anything.*no_mask_embed"):
        load_sam(find_weights(str(tmp_path / "part.safetensors"), required=True))


def test_without_weights_it_says_what_is_missing_and_the_folder_is_searched(make_run, monkeypatch, tmp_path):
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path))
    monkeypatch.setattr(sam_weights, "EMBEDDED", tmp_path / "nowhere")
    run = make_run(None)
    ref = run.keep_picture(picture())
    with pytest.raises(UserError, match=r"No SAM weights.*erasure\.grabcut"):
        sam.sam(SamParams(picture=ref, points=((5, 5),)), run)
    with pytest.raises(UserError, match="No SAM weights"):
        auto_masks(AutoMasksParams(picture=ref, by="sam"), run)
    assert find_weights("", required=False) is None
    (tmp_path / "models" / "sam").mkdir(parents=True)
    save_file({"a": torch.zeros(1)}, tmp_path / "models" / "unet.safetensors")
    (tmp_path / "models" / "broken.safetensors").write_bytes(b"nothing")
    save_file(random_state(), tmp_path / "models" / "sam" / "mine.safetensors")
    found = find_weights("", required=True)
    assert found.path.name == "mine.safetensors"
    assert found.layout.name == "tiny"


def test_the_embedded_one_stands_in_only_where_a_sam_is_asked_for_and_says_so(make_run, monkeypatch, tmp_path):
    monkeypatch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path))
    monkeypatch.setattr(sam_weights, "EMBEDDED", tmp_path / "embedded")
    (tmp_path / "embedded").mkdir()
    save_file(random_state(POCKET), tmp_path / "embedded" / "model.safetensors")
    assert find_weights("", required=False) is None  # looking for things goes on by colour and shape
    found = find_weights("", required=True)
    assert found == find_weights("pocket", required=True)
    assert found.embedded
    run = make_run(None)
    outcome = sam.sam(SamParams(picture=run.keep_picture(picture((60, 90))), points=((40, 20),)), run)
    assert outcome.masks
    assert "for photographs give a SAM file" in outcome.note
    (tmp_path / "models").mkdir()
    save_file(random_state(), tmp_path / "models" / "mine.safetensors")
    own = find_weights("", required=True)
    assert own.path.name == "mine.safetensors"
    assert not own.embedded


def test_it_predicts_what_the_packages_predictor_predicts(model, weights_path):
    from safetensors.torch import load_file
    from segment_anything import SamPredictor

    network = sam.build(TINY)
    sam._fill(network, load_file(weights_path), "x")
    theirs = SamPredictor(network)
    image = np.asarray(picture())
    theirs.set_image(image)
    expected, scores, low = theirs.predict(
        np.array([[40, 20], [5, 50]]), np.array([1, 0]), multimask_output=False, return_logits=True
    )
    model.look_at(image)
    cut = model.decode(checked((90, 60), ((40, 20),), ((5, 50),)), several=False)
    assert np.array_equal(cut.logits, expected)
    assert np.array_equal(cut.scores, scores)
    assert np.array_equal(cut.low, low)
    assert cut.low.shape == (1, 64, 64)


def test_the_rule_for_one_mask_or_three(model):
    size = (90, 60)
    count = lambda **given: len(segment(model, picture(), checked(size, **given))[0])
    assert count(points=((40, 20),)) == 3
    assert count(points=((40, 20), (50, 30))) == 1
    assert count(points=((40, 20),), outside=((1, 1),)) == 1
    assert count(box=(10, 10, 60, 50)) == 1
    assert count(points=((40, 20),), box=(10, 10, 60, 50)) == 1
    assert count(box=(40, 20, 41, 21)) == 3  # one pixel is a click
    one, _ = segment(model, picture(), checked(size, points=((40, 20),)))
    same, _ = segment(model, picture(), checked(size, box=(40, 20, 41, 21)))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    only_out, _ = segment(model, picture(), checked(size, outside=((40, 20),)))
    framed, _ = segment(model, picture(), Prompt(size, (), ((40, 20),), (0, 0, 90, 60)))
    assert (only_out[0] == framed[0]).all()


def test_rounds_feed_the_chosen_low_logits_back_with_all_clicks(model):
    prompt = checked((90, 60), points=((40, 20),))
    model.look_at(np.asarray(picture()))
    first = model.decode(prompt, several=True)
    best = sam.best_first([logits > 0 for logits in first.logits], first.scores, prompt)[0]
    second = model.decode(prompt, several=False, low=first.low[best : best + 1])
    masks, scores = segment(model, picture(), prompt, rounds=1)
    assert len(masks) == 1
    assert (masks[0] == (second.logits[0] > 0)).all()
    assert scores == second.scores
    assert not np.array_equal(second.logits, model.decode(prompt, several=False).logits)


def test_candidates_that_obey_the_clicks_come_before_better_rated_ones():
    inside, outside = np.zeros((5, 5), bool), np.ones((5, 5), bool)
    inside[1, 1] = True
    outside[0, 0] = False
    prompt = Prompt((5, 5), ((1, 1),), ((3, 3),))
    assert sam.best_first([outside, inside], np.array([0.9, 0.2]), prompt) == [1, 0]
    assert sam.best_first([inside, inside], np.array([0.2, 0.9]), prompt) == [1, 0]
    everything, nothing = np.ones((5, 5), bool), np.zeros((5, 5), bool)
    assert sam.best_first([everything, nothing, outside], np.array([0.9, 0.8, 0.1]), prompt)[0] == 2
    assert sam._moved_first(2, 3) == [2, 0, 1]


def test_stability_counts_pixels_and_is_zero_for_nothing():
    logits = np.array([[[2.0, 0.5], [-0.5, -3.0]], [[-9.0] * 2] * 2], np.float32)
    assert sam.stability(logits).tolist() == pytest.approx([1 / 3, 0])


def test_the_task_keeps_three_candidates_and_their_scores(model, weights_path, make_run):
    run = make_run(None)
    ref = run.keep_picture(picture((60, 90)))
    given = {"picture": ref, "points": ((40, 20),), "weights": str(weights_path)}
    outcome = sam.sam(SamParams(**given), run)
    assert 1 <= len(outcome.masks) <= 3
    kept = run.mask(outcome.masks[0], (60, 90))[0, 0].numpy() > 0.5
    assert outcome.numbers["area"] == pytest.approx(kept.mean())
    assert sam.sam(SamParams(**given), run).masks == outcome.masks
    assert sam._loaded.cache_info().hits >= 1
    with pytest.raises(UserError, match="no candidate 3"):
        sam.sam(SamParams(**{**given, "box": (3, 3, 50, 50)}, candidate=3), run)
    with pytest.raises(UserError, match="lies outside"):
        sam.sam(SamParams(**{**given, "points": ((60, 20),)}), run)
    assert "photographs" not in outcome.note
    assert not method("erasure.sam").info.needs  # the embedded one is always there


def test_large_pictures_are_decoded_smaller_and_answered_at_their_size(model, monkeypatch):
    monkeypatch.setattr(sam, "LARGEST_SIDE", 64)
    large = picture((128, 96))
    masks, _ = segment(model, large, checked(large.size, points=((100, 20),)))
    small = large.copy()
    small.thumbnail((64, 64), Image.Resampling.LANCZOS)
    model.look_at(np.asarray(small))
    logits = model.decode(checked(small.size, points=((50, 10),)), several=True).logits
    assert logits.shape == (3, 48, 64)
    for mask, small_logits in zip(masks, logits, strict=True):
        larger = torch.nn.functional.interpolate(
            torch.tensor(small_logits)[None, None], scale_factor=2, mode="bilinear"
        )
        assert mask.shape == (96, 128)
        assert (mask == (larger[0, 0].numpy() > 0)).mean() > 0.99


# --- embeddings ---------------------------------------------------------------------------------------------------


def test_a_cached_embedding_predicts_the_same_and_a_changed_picture_never_meets_it(model):
    image = np.asarray(picture())
    prompt = checked((90, 60), points=((40, 20),))
    model.look_at(image)
    first = model.decode(prompt, True)
    model.look_at(np.asarray(picture((50, 70), seed=1)))
    assert model.encoded == 2
    model.look_at(image)
    assert model.encoded == 2
    assert np.array_equal(model.decode(prompt, True).logits, first.logits)
    changed = image.copy()
    changed[0, 0, 0] ^= 1
    model.look_at(changed)
    assert model.encoded == 3


def test_embeddings_survive_the_process_on_disk_and_damage_is_made_good(model, weights_path):
    image, prompt = np.asarray(picture()), checked((90, 60), points=((40, 20),))
    model.look_at(image)
    first = model.decode(prompt, True)
    sam._loaded.cache_clear()
    again = load_sam(find_weights(str(weights_path), required=True))
    again.look_at(image)
    assert again.encoded == 0
    assert np.array_equal(again.decode(prompt, True).logits, first.logits)
    (kept,) = again.cache.folder.glob("*.safetensors")
    kept.write_bytes(kept.read_bytes()[:50])
    sam._loaded.cache_clear()
    third = load_sam(find_weights(str(weights_path), required=True))
    third.look_at(image)
    assert third.encoded == 1
    assert np.array_equal(third.decode(prompt, True).logits, first.logits)


def test_the_least_recently_used_embedding_goes_first(tmp_path):
    made = []

    def make(name):
        made.append(name)
        return Embedding(torch.full((1, 1, 10, 10), float(len(made))), (10, 10), (10, 10))

    cache = EmbeddingCache(memory=800)
    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get(name, lambda name=name: make(name))
    assert made == ["a", "b", "c", "b"]
    assert "a" in cache
    assert "b" in cache
    assert "c" not in cache
    disk = EmbeddingCache(memory=1, folder=tmp_path, disk=1500)
    for name in ("a", "b", "c"):
        disk.get(name, lambda name=name: make(name))
    assert [p.stem for p in sorted(tmp_path.glob("*"))] == ["b", "c"]


def test_keys_differ_by_pixels_shape_weights_and_type():
    image = np.zeros((4, 6, 3), np.uint8)
    keys = {
        embedding_key(image, "w", "float32"), embedding_key(image + 1, "w", "float32"),
        embedding_key(image.reshape(6, 4, 3), "w", "float32"), embedding_key(image, "v", "float32"),
        embedding_key(image, "w", "bfloat16"),
    }  # fmt: skip
    assert len(keys) == 5
    assert embedding_key(image.copy(), "w", "float32") in keys


# --- everything ---------------------------------------------------------------------------------------------------


def test_everything_agrees_with_the_packages_generator(model):
    from segment_anything import SamAutomaticMaskGenerator

    image = np.asarray(picture())
    model.look_at(image)
    clicks = sam.grid(3, (90, 60), batch=4)
    assert [len(batch) for batch in clicks] == [4, 4, 1]
    assert clicks[0][0].tolist() == [15, 10]
    everything = [pair for batch in clicks for pair in sam.masks_at(model, image, batch, -99, 0.0)]
    found = sam.without_copies([(m, s) for m, s in everything if m.any()])
    theirs = SamAutomaticMaskGenerator(
        model.predictor.model, points_per_side=3, pred_iou_thresh=-99, stability_score_thresh=-1.0, box_nms_thresh=0.7
    ).generate(image)
    ours = sorted((int(m.sum()), round(s, 4)) for m, s in found)
    assert ours == sorted((r["area"], round(r["predicted_iou"], 4)) for r in theirs if r["area"])


def test_filters_of_rating_and_stability_hold(model):
    image = np.asarray(picture())
    batch = sam.grid(2, (90, 60))[0]
    everything = sam.masks_at(model, image, batch, -99, 0.0)
    middle = float(np.median([score for _, score in everything]))
    assert all(score > middle for _, score in sam.masks_at(model, image, batch, middle, 0.0))
    assert 0 < len(sam.masks_at(model, image, batch, middle, 0.0)) < len(everything)
    assert not sam.masks_at(model, image, batch, -99, 1.01)


def test_auto_masks_uses_sam_where_it_is(model, weights_path, make_run):
    run = make_run(None)
    params = AutoMasksParams(
        picture=run.keep_picture(picture()), weights=str(weights_path), predicted_iou=0, stability=0, smallest=0, largest=1,
        points_per_side=3, count=3, apart=False,
    )  # fmt: skip
    everything = [p for b in sam.grid(3, (90, 60)) for p in sam.masks_at(model, np.asarray(picture()), b, 0, 0.0)]
    if not everything:
        pytest.fail("the random model rates nothing above 0: choose another seed")
    outcome = auto_masks(params, run)
    assert "SAM tiny" in outcome.note
    cut = [run.mask(r)[0, 0].numpy() > 0.5 for r in auto_masks(params.replaced(apart=True), run).masks]
    assert not any((a & b).any() for i, a in enumerate(cut) for b in cut[i + 1 :])
    assert outcome.numbers["score"] == pytest.approx(max(s for _, s in everything), abs=1e-6)


def test_the_package_is_imported_only_when_it_runs():
    tree = ast.parse(Path(sam.__file__).read_text())
    names = {a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in tree.body if isinstance(n, ast.ImportFrom)}
    assert not {name for name in names if name.split(".")[0] in ("segment_anything", "torchvision")}
    assert "segment_anything" in Path(sam.__file__).read_text()


def test_shapes_of_the_file_are_read_without_loading_it(weights_path):
    header = read_header(weights_path)
    assert layout_of(header, "x") == TINY
    assert shapes.overlap(np.ones((2, 2), bool), np.ones((2, 2), bool)) == 1
