"""Scores of concepts: exact on features made by hand, in the right direction on pictures with known truth."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.contract.errors import UserError
from core.contract.params import from_json
from core.evaluate import concept_fidelity as fidelity
from core.evaluate import judges
from core.evaluate.concept_composition import (
    Boxed,
    ConceptCompositionParams,
    best_of_each,
    by_prompt,
    concept_composition,
    crop,
    instances,
    overlap,
)  # fmt: skip
from core.evaluate.concept_extraction import ConceptExtractionParams, concept_extraction, mapped, rank
from core.evaluate.concept_fidelity import ConceptFidelityParams, Region, bleed, bleed_scale, concept_fidelity
from core.evaluate.concept_pictures import ConceptSet, Photo, Shown, class_words, cut_out, spoken, squared
from resources.pocket import world
from tests.evaluate.judges_made import blip_folder, clip_folder, dino_folder, owl_folder
from tests.tiny import tiny


def unit(*values: float) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.tensor(values, dtype=torch.float32), dim=-1)


CAT = torch.stack([unit(1, 0, 0), unit(1, 0.2, 0)])
DOG = torch.stack([unit(0, 0, 1), unit(0, 0.2, 1)])
OWN = {"cat": CAT, "dog": DOG}
PAIR = ConceptSet(
    tuple(Shown(str(i), Path(str(i))) for i in range(4)), {"cat": (Photo(Path("a")),), "dog": (Photo(Path("b")),)}
)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_identity_counts_missing_concepts_and_ties_as_misses():
    found = [
        Region("0", "cat", CAT[0]),
        Region("1", "cat", DOG[0]),
        Region("2", "dog", None),
        Region("3", "dog", DOG[1]),
    ]
    score = fidelity.identity("i", found, OWN, "J")
    assert (score.value, score.n, score.judge) == (0.5, 4, "J")
    tie = {"cat": CAT[:1], "dog": CAT[:1]}
    assert fidelity.identity("i", [Region("0", "cat", CAT[0])], tie, "J").value == 0.0
    assert "only one concept" in fidelity.identity("i", found, {"cat": CAT}, "J").reason
    assert "no regions" in fidelity.identity("i", [], OWN, "J").reason


def test_bleed_is_zero_for_ones_own_photos_and_one_for_the_others():
    low, high = bleed_scale(CAT, DOG)
    assert low == pytest.approx(float((CAT @ DOG.T).mean()))
    assert high == pytest.approx(float(DOG[0] @ DOG[1]))
    own = np.mean([bleed(c, DOG, (low, high)) for c in CAT])
    assert own == pytest.approx(0.0, abs=1e-6)
    assert bleed(DOG[0], DOG, (low, high)) > 0.99
    between = bleed(unit(1, 0, 1), DOG, (low, high))
    assert 0.3 < between < 0.9
    found = [Region(str(i), "cat", unit(1, 0, i / 3)) for i in range(4)]
    whole_set, pair = fidelity.bleeding("bleed", found, OWN, PAIR, "J", 0.02)
    assert pair.what == "dog in cat"
    assert pair.value == whole_set.value == pytest.approx(np.mean([bleed(r.feature, DOG, (low, high)) for r in found]))


def test_bleed_is_not_measured_where_it_would_mean_nothing():
    found = [Region("0", "cat", CAT[0])]
    same = fidelity.bleeding("b", found, {"cat": CAT, "dog": CAT}, PAIR, "J", 0.02)
    assert [s.value for s in same] == [None, None]
    assert "cannot tell" in same[1].reason
    assert "no pair" in same[0].reason
    one = fidelity.bleeding("b", found, {"cat": CAT, "dog": DOG[:1]}, PAIR, "J", 0.02)
    assert "'dog' has one photo" in one[1].reason
    assert "only one concept" in fidelity.bleeding("b", found, {"cat": CAT}, PAIR, "J", 0.02)[0].reason
    gone = fidelity.bleeding("b", [Region("0", "cat", None)], OWN, PAIR, "J", 0.02)
    assert [s.value for s in gone] == [None, None]
    assert "missing in every picture" in gone[1].reason


def test_a_cut_out_is_square_and_filled():
    pixels = torch.linspace(-1, 1, 3 * 10 * 12).reshape(1, 3, 10, 12)
    inside = np.zeros((10, 12), bool)
    inside[2:8, 5:7] = True
    inside[3, 5] = False
    part = squared(pixels, inside, "white")
    assert part.shape == (1, 3, 6, 6)
    assert torch.equal(part[..., 0, 2:4], pixels[..., 2, 5:7])
    assert (part[..., :2] == 1).all()
    assert (part[..., 4:] == 1).all()
    assert (part[..., 1, 2] == 1).all()
    assert torch.equal(squared(pixels, inside, "keep")[..., 1, 2], pixels[..., 3, 5])


def test_learned_words_are_spoken_as_classes():
    classes = class_words(["<a>=cat", "<a-big> = big cat"])
    assert spoken("a photo of <a-big>  and <a>", classes) == "a photo of big cat and cat"
    with pytest.raises(UserError, match="No judge knows '<b>'"):
        spoken("a <b>", classes)
    with pytest.raises(UserError, match="does not say what"):
        class_words(["<a>"])


def test_boxes_of_one_word():
    boxes = [Boxed("cat", 0.5, (0, 0, 10, 10)), Boxed("cat", 0.9, (1, 0, 10, 10)), Boxed("cat", 0.4, (20, 0, 30, 10)),
             Boxed("dog", 0.2, (0, 0, 10, 10))]  # fmt: skip
    assert [(b.label, b.score) for b in best_of_each(boxes)] == [("cat", 0.9), ("dog", 0.2)]
    assert [(b.label, b.score) for b in instances(boxes, ["cat", "cat", "dog"])] == [
        ("cat", 0.9),
        ("cat", 0.4),
        ("dog", 0.2),
    ]
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (5, 5, 6, 6)) == 0.0


def test_crops_are_cut_at_the_edge_and_small_ones_padded():
    picture = torch.arange(3 * 40 * 50, dtype=torch.float32).reshape(1, 3, 40, 50)
    assert torch.equal(crop(picture, (-5, -5, 20.2, 30)), picture[..., :30, :21])
    assert crop(picture, (60, 0, 70, 10)) is None
    small = crop(picture, (10, 10, 14, 40))
    assert small.shape == (1, 3, 30, 16)
    assert torch.equal(small[..., 6:10], picture[..., 10:40, 10:14])
    assert crop(picture, (10, 10, 30, 30), 4).shape == (1, 3, 28, 28)


def test_by_prompt_is_a_mean_of_means():
    score = by_prompt("s", [0.1, 0.2, 0.3, 0.9, None], ["a", "a", "a", "b", "b"], "J", "none")
    assert score.value == pytest.approx((0.2 + 0.9) / 2)
    assert score.n == 4
    assert "1 of 5 without a value" in score.remark


def test_ranks_and_mapping():
    assert [rank(torch.tensor([0.9, 0.5, 0.7]), i) for i in range(3)] == [0, 2, 1]
    assert rank(torch.tensor([0.5, 0.5]), 0) == 1
    assert mapped(-1.0, "(cos+1)/2") == 0.0
    assert mapped(0.3, "cosine") == 0.3


# --- on pictures -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found_judges(tmp_path_factory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("judges")
    return {"clip": str(clip_folder(root / "clip")), "dino": str(dino_folder(root / "dino")),
            "blip": str(blip_folder(root / "blip")),            "owl": str(owl_folder(root / "owl"))}  # fmt: skip


def save(array: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def scenes(root: Path, swapped: bool = False, missing: bool = False, count: int = 6) -> Path:
    """Generated pictures of cat and dog with exact regions; photos of each: the same scenes, cut out by their masks.

    `swapped`: each thing's mask is called by the other's name. `missing`: the dog is marked as not there.
    """
    draw = np.random.default_rng(5)
    for i in range(count):
        made = world.scene(draw, objects=("pumpkin", "whale"), relation="left of", backdrop="white", rendering="3d")
        save(made.image, root / "pictures" / f"{i}.png")
        for j, name in enumerate(("pumpkin", "whale")):
            mask = made.masks[j].astype(np.uint8) * 255
            other = ("whale", "pumpkin")[j] if swapped else name
            save(mask * 0 if missing and other == "whale" else mask, root / "regions" / other / f"{i}.png")
            alone = world.scene(draw, objects=(name,), backdrop=("blue", "snow")[i % 2], rendering="3d")
            if i < 3:
                save(alone.image, root / "references" / name / f"{i}.png")
                save(alone.masks[0].astype(np.uint8) * 255, root / "reference-masks" / name / f"{i}.png")
    prompts = {str(i): f"a photo of a {('cat', 'dog')[i % 2]} in the snow" for i in range(count)}
    (root / "prompts.json").write_text(json.dumps(prompts))
    return root


def fidelity_of(make_run, **given):
    return concept_fidelity(from_json(ConceptFidelityParams, given), make_run(tiny("sd1")))


def test_right_regions_score_above_swapped_ones(make_run, tmp_path, found_judges):
    said = {"clip": found_judges["clip"], "dino": found_judges["dino"]}
    right = fidelity_of(make_run, folder=str(scenes(tmp_path / "right")), **said).numbers
    wrong = fidelity_of(make_run, folder=str(scenes(tmp_path / "wrong", swapped=True)), **said).numbers
    for judge, name in (("CLIP", "CLIP-I"), ("DINO", "DINO")):
        assert right[name] > wrong[name]
        assert right[f"identity accuracy by {judge}"] > 0.8 > 0.2 > wrong[f"identity accuracy by {judge}"]
        assert right[f"identity accuracy by {judge}.n"] == 12
        assert right[f"{name}/pumpkin.n"] == 6
    # A judge of random weights separates the things by colour and shape; where it does, bleeding follows.
    pairs = [k for k in right if k.startswith("bleed by") and k.endswith((" in pumpkin", " in whale"))]
    assert pairs
    for key in pairs:
        assert right[key] < 0.5 < wrong[key]


def test_prompt_scores_are_the_judges_cosines(make_run, tmp_path, found_judges):
    folder = scenes(tmp_path / "set")
    details = tmp_path / "details.json"
    outcome = fidelity_of(
        make_run, folder=str(folder), clip=found_judges["clip"], blip=found_judges["blip"], details=str(details)
    )
    rows = json.loads(details.read_text())["pictures"]
    for name, family in (("CLIP-T", "clip"), ("BLIP-T", "blip")):
        judge = judges.load_judge(family, found_judges[family])
        for i in range(6):
            wanted = judge.pictures([cut_out(folder / "pictures" / f"{i}.png", None)])[0] @ judge.texts(
                [f"a photo of a {('cat', 'dog')[i % 2]} in the snow"])[0]  # fmt: skip
            assert rows[str(i)][name] == pytest.approx(float(wanted), abs=1e-5)
        assert outcome.numbers[name] == pytest.approx(np.mean([rows[str(i)][name] for i in range(6)]))
        # Six pictures, but only two prompts: no interval, and the score says so.
        assert f"{name}.low" not in outcome.numbers
    assert "2 prompts: too few for an interval" in outcome.note
    assert "DINO: not measured: No DINO folder was given" in outcome.note


def test_a_missing_concept_is_no_zero_likeness_but_a_miss(make_run, tmp_path, found_judges):
    outcome = fidelity_of(make_run, folder=str(scenes(tmp_path / "set", missing=True)), clip=found_judges["clip"])
    assert outcome.numbers["identity accuracy by CLIP"] <= 0.5
    assert "CLIP-I/whale" not in outcome.numbers
    assert "CLIP-I/whale" in outcome.note
    assert "marked as missing in every picture" in outcome.note
    assert outcome.numbers["CLIP-I.n"] == 6


def test_without_judges_everything_is_not_measured(make_run, tmp_path, monkeypatch):
    monkeypatch.setattr(judges, "EMBEDDED", tmp_path / "none")
    outcome = fidelity_of(make_run, folder=str(scenes(tmp_path / "set", count=2)))
    assert outcome.numbers == {}
    assert outcome.note.count("not measured") == 10


def test_one_concept_is_compared_whole(make_run, tmp_path, found_judges):
    run = make_run(tiny("sd1"))
    draw = np.random.default_rng(1)
    photos = [run.assets.put_file(path) for path in _files(tmp_path, draw, 3)]
    pictures = [run.assets.put_file(path) for path in _files(tmp_path, draw, 2)]
    outcome = concept_fidelity(ConceptFidelityParams(
        pictures=tuple(pictures), references=tuple(photos), reference_of=("cat",), prompts=("a <c> in the snow",),
        classes=("<c>=cat",), clip=found_judges["clip"]), run)  # fmt: skip
    assert outcome.numbers["CLIP-I whole.n"] == 2
    assert "identity accuracy by CLIP: not measured" not in outcome.numbers
    assert "CLIP-I (" in outcome.note
    assert "no regions are marked" in outcome.note
    assert "2 pictures of 1 prompts, 1 concepts (cat)." in outcome.note


def _files(root: Path, draw: np.random.Generator, count: int) -> list[Path]:
    found = []
    for _ in range(count):
        path = root / f"{draw.integers(1 << 40)}.png"
        save(world.scene(draw, objects=("cat",)).image, path)
        found.append(path)
    return found


def test_bad_sets_are_told_in_one_sentence(make_run, tmp_path, found_judges):
    run = make_run(tiny("sd1"))
    one, two, three = (run.assets.put_file(p) for p in _files(tmp_path, np.random.default_rng(2), 3))
    ask = {"clip": found_judges["clip"]}
    for given, sentence in (
        ({}, "no pictures to score"),
        ({"pictures": [one, one]}, "same picture and would count twice"),
        ({"pictures": [one], "folder": "x"}, "Both a folder and a list"),
        ({"folder": str(tmp_path / "gone")}, "There is no folder"),
        ({"pictures": [one, two, three], "prompts": ["a", "b"]}, "2 prompts and 3 pictures"),
        ({"pictures": [one], "references": [two]}, "Whose photos"),
        ({"pictures": [one], "references": [two, two], "reference_of": ["cat"]}, "photos of 'cat' are the same"),
        ({"pictures": [one], "references": [two], "reference_of": ["cat"], "regions": [three], "region_of": ["2:cat"]},
         "names no picture"),
        ({"pictures": [one], "prompts": ["a <x>"]}, "No judge knows '<x>'"),
        ({"pictures": [one], "dino": found_judges["clip"]}, "is a 'clip', not a DINO"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=sentence):
            concept_fidelity(from_json(ConceptFidelityParams, {**ask, **given}), run)


def test_a_region_of_another_size_is_refused(make_run, tmp_path, found_judges):
    folder = scenes(tmp_path / "set", count=2)
    save(np.full((64, 64), 255, np.uint8), folder / "regions" / "whale" / "0.png")
    with pytest.raises(UserError, match="64 x 64"):
        fidelity_of(make_run, folder=str(folder), clip=found_judges["clip"])


# --- CP-CLIP and TI-CLIP ---------------------------------------------------------------------------------------------


def composed(make_run, folder: Path, **given):
    return concept_composition(
        from_json(ConceptCompositionParams, {"folder": str(folder), **given}), make_run(tiny("sd1"))
    )


def test_cp_clip_is_the_equation(make_run, tmp_path, found_judges):
    folder = scenes(tmp_path / "set", count=2)
    (folder / "found").mkdir()
    boxes = [{"label": "whale", "score": 0.4, "box": [70, 40, 120, 100]},
             {"label": "whale", "score": 0.9, "box": [60, 30, 120, 110]},
             {"label": "pumpkin", "score": 0.3, "box": [4, 30, 60, 100]}]  # fmt: skip
    (folder / "found" / "0.json").write_text(json.dumps(boxes))
    (folder / "found" / "1.json").write_text("[]")
    (folder / "backgrounds.json").write_text(json.dumps({"*": "in the snow"}))
    numbers = composed(make_run, folder, clip=found_judges["clip"]).numbers
    judge = judges.load_judge("clip", found_judges["clip"])
    photos = {c: judge.pictures([cut_out(folder / "references" / c / f"{i}.png", None) for i in range(2)])
              for c in ("pumpkin", "whale")}  # fmt: skip
    picture = cut_out(folder / "pictures" / "0.png", None)
    features = {b["label"]: judge.pictures([crop(picture, b["box"])])[0] for b in boxes[1:]}
    best = [max(float((photos[j] @ f).mean()) for j in photos) for f in features.values()]
    own = [float((photos[j] @ f).mean()) for j, f in features.items()]
    assert numbers["CP-CLIP"] == pytest.approx((sum(best) / 2 + 0) / 2, abs=1e-5)
    assert numbers["CP-CLIP matched"] == pytest.approx((sum(own) / 2 + 0) / 2, abs=1e-5)
    assert numbers["objects found"] == 0.5
    assert numbers["objects found.n"] == 4
    words = judge.texts(["in the snow"])[0]
    wanted = np.mean(
        [float(judge.pictures([cut_out(folder / "pictures" / f"{i}.png", None)])[0] @ words) for i in range(2)]
    )
    assert numbers["TI-CLIP"] == pytest.approx(wanted, abs=1e-5)


def test_two_of_a_kind_cap_the_papers_score_and_not_ours(make_run, tmp_path, found_judges):
    folder = scenes(tmp_path / "set", count=1)
    (folder / "found").mkdir()
    boxes = [
        {"label": "whale", "score": 0.9, "box": [60, 30, 120, 110]},
        {"label": "whale", "score": 0.8, "box": [0, 30, 50, 110]},
    ]
    (folder / "found" / "0.json").write_text(json.dumps(boxes))
    numbers = composed(make_run, folder, clip=found_judges["clip"], requested=["whale, whale"]).numbers
    assert numbers["CP-CLIP"] <= 0.5 < numbers["CP-CLIP instances"]
    assert numbers["objects found"] == 1.0


def test_owl_and_regions_find_too_and_nobody_is_said(make_run, tmp_path, found_judges):
    folder = scenes(tmp_path / "set", count=2)
    by_regions = composed(make_run, folder, clip=found_judges["clip"])
    assert by_regions.numbers["objects found"] == 1.0
    assert "TI-CLIP" not in by_regions.numbers
    assert "the background's words are not known" in by_regions.note
    by_owl = composed(make_run, folder, clip=found_judges["clip"], detector=found_judges["owl"])
    assert by_owl.numbers["CP-CLIP.n"] == 2
    for path in (folder / "regions").rglob("*.png"):
        path.unlink()
    for place in ("pumpkin", "whale"):
        (folder / "regions" / place).rmdir()
    nobody = composed(make_run, folder, clip=found_judges["clip"])
    assert "CP-CLIP" not in nobody.numbers
    assert "no OWL-ViT folder was given" in nobody.note
    with pytest.raises(UserError, match="no photos of it"):
        composed(make_run, folder, clip=found_judges["clip"], requested=["lion"])


# --- extraction ------------------------------------------------------------------------------------------------------


def extracted(root: Path, swapped: bool = False) -> Path:
    """Two photos with two things; the pictures of a concept are its own source (or the other's)."""
    draw = np.random.default_rng(9)
    for name, things in (("one", ("pumpkin", "whale")), ("two", ("frog", "heart"))):
        made = world.scene(draw, objects=things, relation="left of", backdrop="white", rendering="3d")
        save(made.image, root / name / "photo.png")
        save(made.image, root / name / "joint" / "0.png")
        for j, thing in enumerate(things):
            save(made.masks[j].astype(np.uint8) * 255, root / name / "masks" / f"{thing}.png")
            shown = made.masks[1 - j if swapped else j]
            for k in range(3):
                image = (made.image * shown[..., None]).astype(np.uint8)
                image[0, k] = 255  # not the same picture
                save(image, root / name / "single" / thing / f"{k}.png")
    return root


def test_extraction_follows_the_pictures(make_run, tmp_path, found_judges):
    def of(folder: Path, **more):
        asked = from_json(ConceptExtractionParams, {"folder": str(folder), "clip": found_judges["clip"], **more})
        return concept_extraction(asked, make_run(tiny("sd1")))

    right, wrong = of(extracted(tmp_path / "a")), of(extracted(tmp_path / "b", swapped=True))
    assert right.numbers["SIM_I by CLIP"] > 0.99
    assert right.numbers["SIM_C by CLIP"] == pytest.approx(1.0, abs=1e-5)
    assert right.numbers["ACC_1 by CLIP"] == 1.0
    assert right.numbers["ACC_1 by CLIP.n"] == 12
    assert wrong.numbers["ACC_1 by CLIP"] == 0.0
    assert wrong.numbers["SIM_I by CLIP"] < right.numbers["SIM_I by CLIP"]
    assert "DINO" in right.note
    assert "not measured" in right.note
    assert "The protocol asks for 8 pictures a concept; there are 3." in right.note
    moved = of(tmp_path / "a", mapped="(cos+1)/2")
    assert moved.numbers["SIM_I by CLIP"] == pytest.approx((right.numbers["SIM_I by CLIP"] + 1) / 2, abs=1e-6)


def test_extraction_says_what_a_set_lacks(make_run, tmp_path, found_judges):
    def of(folder: Path):
        return concept_extraction(
            ConceptExtractionParams(folder=str(folder), clip=found_judges["clip"]), make_run(tiny("sd1"))
        )

    with pytest.raises(UserError, match="There is no folder"):
        of(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no photos in"):
        of(tmp_path / "empty")
    folder = extracted(tmp_path / "a")
    (folder / "one" / "masks" / "whale.png").rename(folder / "one" / "masks" / "fish.png")
    with pytest.raises(UserError, match="The concept 'fish' of 'one' has a mask and no pictures"):
        of(folder)
    few = extracted(tmp_path / "few")
    import shutil

    shutil.rmtree(few / "two")
    outcome = of(few)
    assert "ACC_3 by CLIP" not in outcome.numbers
    assert "among 2 concepts the right one is always" in outcome.note
