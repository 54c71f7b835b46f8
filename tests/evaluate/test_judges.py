"""Judges out of folders: the right features, one sentence for everything that is wrong."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from core.contract.errors import UserError
from core.evaluate import judges
from core.evaluate.judges import Preparation, load_detector, load_judge
from tests.evaluate.judges_made import blip_folder, clip_folder, dino_folder, emptied, owl_folder


def pictures(count: int = 3, height: int = 40, width: int = 40) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    return [torch.rand(1, 3, height, width, generator=draw) * 2 - 1 for _ in range(count)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("judges")
    return {"clip": clip_folder(root / "clip"), "dino": dino_folder(root / "dinov2"), "vit": dino_folder(root / "vit", "vit"),
            "blip": blip_folder(root / "blip"), "owl": owl_folder(root / "owl")}  # fmt: skip


def test_clip_is_its_own_networks_cosine(folders):
    judge = load_judge("clip", str(folders["clip"]))
    found = judge.pictures(pictures())
    assert found.shape == (3, 24)
    assert torch.allclose(found.norm(dim=-1), torch.ones(3), atol=1e-5)
    words = judge.texts(["a cat", "a dog"])
    assert words.shape == (2, 24)
    assert not torch.allclose(words[0], words[1])
    assert judge.name.startswith("CLIP clip (")
    assert len(judge.name) == len("CLIP clip (12345678)")
    with pytest.raises(UserError, match="longer than CLIP reads"):
        judge.texts(["a cat " * 60])


def test_features_do_not_depend_on_neighbours(folders):
    judge = load_judge("dino", str(folders["dino"]))
    mixed = [*pictures(2), *pictures(2, 50, 30), *pictures(1)]
    together, alone = judge.pictures(mixed), torch.cat([judge.pictures([p]) for p in mixed])
    assert torch.allclose(together, alone, atol=1e-5)


def test_dino_reads_the_class_token(folders):
    from transformers import Dinov2Model, ViTModel

    for key, kind in (("dino", Dinov2Model), ("vit", ViTModel)):
        judge = load_judge("dino", str(folders[key]))
        network = kind.from_pretrained(folders[key]).eval()
        side = 42 if key == "dino" else 32
        pixels = Preparation.of(folders[key], network.config.image_size, "imagenet")(pictures(1)[0])
        assert pixels.shape[-2:] == (side, side)
        with torch.no_grad():
            tokens = network(pixel_values=pixels).last_hidden_state
        assert torch.allclose(
            judge.pictures(pictures(1))[0], torch.nn.functional.normalize(tokens[0, 0], dim=-1), atol=1e-5
        )
        pooled = load_judge("dino", str(folders[key]), "mean")
        assert "mean" in pooled.name
        assert torch.allclose(
            pooled.pictures(pictures(1))[0], torch.nn.functional.normalize(tokens[0].mean(0), dim=-1), atol=1e-5
        )
        with pytest.raises(UserError, match="cannot read words"):
            judge.texts(["a cat"])


def test_blip_is_the_retrieval_models_cosine_without_matching_head(folders):
    from transformers import AutoTokenizer, BlipForImageTextRetrieval

    judge = load_judge("blip", str(folders["blip"]))
    network = BlipForImageTextRetrieval.from_pretrained(folders["blip"]).eval()
    tokenizer = AutoTokenizer.from_pretrained(folders["blip"])
    pixels = Preparation.of(folders["blip"], 32, "clip", squash=True)(pictures(1, 40, 60)[0])
    assert pixels.shape[-2:] == (32, 32)
    with torch.no_grad():
        coded = tokenizer(["a photo of a cat"], return_tensors="pt")
        wanted = network(input_ids=coded["input_ids"], attention_mask=coded["attention_mask"], pixel_values=pixels,
                         use_itm_head=False)[0]  # fmt: skip
    found = judge.pictures(pictures(1, 40, 60))[0] @ judge.texts(["a photo of a cat"])[0]
    assert float(found) == pytest.approx(float(wanted), abs=1e-5)
    assert "BLIP-1 retrieval, no ITM head" in judge.name


def test_owl_finds_boxes_in_pixels(folders):
    detector = load_detector(str(folders["owl"]))
    picture = pictures(1, 60, 90)[0]
    found = detector.find(picture, ["a cat", "a dog"], 0.0)
    assert len(found) == 16
    assert {d.query for d in found} <= {0, 1}
    assert all(0 <= d.score <= 1 and d.box[0] <= d.box[2] and d.box[1] <= d.box[3] for d in found)
    strict = detector.find(picture, ["a cat", "a dog"], sorted(d.score for d in found)[8])
    assert len(strict) == 8
    from transformers import AutoTokenizer, OwlViTForObjectDetection, OwlViTImageProcessor

    # transformers' own reading of the network's answer, as a second opinion on scale and order.
    network = OwlViTForObjectDetection.from_pretrained(folders["owl"]).eval()
    coded = AutoTokenizer.from_pretrained(folders["owl"])(
        ["a cat", "a dog"], padding="max_length", max_length=16, return_tensors="pt"
    )
    with torch.no_grad():
        raw = network(input_ids=coded["input_ids"], attention_mask=coded["attention_mask"],
                      pixel_values=Preparation.of(folders["owl"], 32, "clip", squash=True)(picture))  # fmt: skip
    theirs = OwlViTImageProcessor().post_process_object_detection(
        raw, threshold=-1.0, target_sizes=torch.tensor([[60, 90]])
    )[0]
    assert torch.allclose(theirs["boxes"], torch.tensor([d.box for d in found]), atol=1e-3)
    assert torch.allclose(theirs["scores"], torch.tensor([d.score for d in found]), atol=1e-5)


def test_the_name_tells_the_weights(folders, tmp_path):
    other = clip_folder(tmp_path / "clip", seed=5)
    assert load_judge("clip", str(other)).name != load_judge("clip", str(folders["clip"])).name


def test_a_folder_that_holds_the_judge_will_do(folders, tmp_path):
    shutil.copytree(folders["clip"], tmp_path / "outer" / "clip")
    assert load_judge("clip", str(tmp_path / "outer")).name.startswith("CLIP clip")
    shutil.copytree(folders["dino"], tmp_path / "outer" / "dino")
    assert load_judge("dino", str(tmp_path / "outer")).family == "dino"
    with pytest.raises(UserError, match="holds no BLIP"):
        load_judge("blip", str(tmp_path / "outer"))


def test_without_a_folder_it_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(judges, "EMBEDDED", tmp_path / "none")
    with pytest.raises(UserError, match="pocket CLIP is not in"):
        load_judge("clip")
    with pytest.raises(UserError, match="No DINO folder was given"):
        load_judge("dino")
    with pytest.raises(UserError, match="There is no folder"):
        load_judge("blip", str(tmp_path / "gone"))


def test_another_family_is_named(folders):
    with pytest.raises(UserError, match="is a 'dinov2', not a CLIP"):
        load_judge("clip", str(folders["dino"]))
    with pytest.raises(UserError, match="is a 'clip', not a DINO"):
        load_judge("dino", str(folders["clip"]))
    with pytest.raises(UserError, match="is a 'blip', not an OWL-ViT"):
        load_detector(str(folders["blip"]))


def test_a_captioner_is_no_judge(tmp_path):
    with pytest.raises(UserError, match="BlipForConditionalGeneration; it has no common space"):
        load_judge("blip", str(blip_folder(tmp_path / "captions", retrieval=False)))


def test_a_classifier_is_no_dino(folders, tmp_path):
    shutil.copytree(folders["vit"], tmp_path / "vit")
    config = json.loads((tmp_path / "vit" / "config.json").read_text())
    (tmp_path / "vit" / "config.json").write_text(
        json.dumps({**config, "architectures": ["ViTForImageClassification"]})
    )
    with pytest.raises(UserError, match="ViTForImageClassification, not a DINO"):
        load_judge("dino", str(tmp_path / "vit"))


def test_wrong_weights_are_one_sentence(folders, tmp_path):
    lacking = emptied(folders["dino"], tmp_path / "lacking", "layer.1.")
    with pytest.raises(UserError, match=r"lacks .* of its weights"):
        load_judge("dino", str(lacking))
    with pytest.raises(UserError, match=r"lacks weights|lacks .* of its weights"):
        load_judge("clip", str(emptied(folders["clip"], tmp_path / "half", "vision_model.encoder.layers.1")))
    shutil.copytree(folders["dino"], tmp_path / "wide")
    config = json.loads((tmp_path / "wide" / "config.json").read_text())
    (tmp_path / "wide" / "config.json").write_text(json.dumps({**config, "hidden_size": 48}))
    with pytest.raises(UserError, match=r"DINO in .*wide"):
        load_judge("dino", str(tmp_path / "wide"))
    shutil.copytree(folders["dino"], tmp_path / "pickle")
    (tmp_path / "pickle" / "model.safetensors").rename(tmp_path / "pickle" / "pytorch_model.bin")
    with pytest.raises(UserError, match="only a pickle"):
        load_judge("dino", str(tmp_path / "pickle"))
    (tmp_path / "pickle" / "pytorch_model.bin").unlink()
    with pytest.raises(UserError, match="has no weights"):
        load_judge("dino", str(tmp_path / "pickle"))
    shutil.copytree(folders["dino"], tmp_path / "cut")
    (tmp_path / "cut" / "model.safetensors").write_bytes((folders["dino"] / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(UserError):
        load_judge("dino", str(tmp_path / "cut"))
    shutil.copytree(folders["blip"], tmp_path / "mute")
    for name in ("tokenizer.json", "vocab.txt"):
        (tmp_path / "mute" / name).unlink(missing_ok=True)
    with pytest.raises(UserError, match="has no tokenizer"):
        load_judge("blip", str(tmp_path / "mute"))
