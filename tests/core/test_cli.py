"""The command line: the fixed names, JSON on standard output, exit codes, one sentence for bad input."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.engine.cli import main
from core.export.png import read_recipe


@pytest.fixture(autouse=True, scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One home for the whole file: the machine is measured once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONCEPT_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(a) for a in arguments])
    found = capsys.readouterr()
    return code, found.out, found.err


def test_methods_as_json_have_the_fixed_form(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "methods", "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert code == 0
    assert {"core.generate", "personalization.break_a_scene", "erasure.uce", "erasure.rece", "editing.a_star",
            "editing.blended_repaint", "erasure.grabcut", "erasure.sam"} <= set(rows)  # fmt: skip
    assert {"id", "title", "kind", "role", "families", "paper", "provenance", "params"} <= set(rows["erasure.rece"])
    names = {id: {p["name"] for p in row["params"]} for id, row in rows.items()}
    assert {"picture", "masks", "words", "classes"} <= names["personalization.break_a_scene"]
    assert {"erase", "instead", "keep"} <= names["erasure.uce"] & names["erasure.rece"]
    assert {"picture", "points", "outside", "box"} <= names["erasure.grabcut"] & names["erasure.sam"]
    assert "words" in names["editing.a_star"]


def test_generate_writes_pictures_that_recall_their_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, text, _ = said(
        capsys, "generate", "--prompt", "a cat", "--steps", 2, "--seed", 7, "--count", 2, "--out", out, "--json"
    )
    result = json.loads(text)
    assert code == 0
    assert [Path(p).name for p in result["images"]] == ["image-1.png", "image-2.png"]
    assert {"images", "masks", "concepts", "patch", "numbers", "seconds", "note"} <= set(result)
    recipe = read_recipe(out / "image-2.png")
    assert recipe is not None
    assert (recipe["prompt"], recipe["seed"], recipe["steps"]) == ("a cat", 8, 2)
    with Image.open(out / "image-2.png") as picture:
        assert "Seed: 8" in picture.text["parameters"]  # type: ignore[attr-defined]


def test_the_same_command_gives_the_same_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert said(capsys, "generate", "--prompt", "a cat", "--steps", 2, "--out", tmp_path / name)[0] == 0
    assert (tmp_path / "a" / "image-1.png").read_bytes() == (tmp_path / "b" / "image-1.png").read_bytes()


def test_erase_export_and_generate_with_the_patch(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "erased"
    code, text, err = said(capsys, "run", "erasure.uce", "--erase", "castle", "--keep", "house", "--out", out, "--json")
    assert code == 0, err
    patch = json.loads(text)["patch"]
    plain, changed = tmp_path / "plain", tmp_path / "changed"
    for folder, more in ((plain, ()), (changed, ("--patch", f"{patch}:1.0"))):
        assert said(capsys, "generate", "--prompt", "a castle", "--steps", 2, "--out", folder, *more)[0] == 0
    assert (plain / "image-1.png").read_bytes() != (changed / "image-1.png").read_bytes()
    target = tmp_path / "file.safetensors"
    code, text, err = said(capsys, "export", "--patch", patch, "--as", "single-file", "--out", target, "--json")
    assert code == 0, err
    assert target.exists()
    again = tmp_path / "again"
    assert said(capsys, "generate", "--model", target, "--prompt", "a castle", "--steps", 2, "--out", again)[0] == 0


def test_parameters_from_a_file_and_flags_over_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "params.json"
    file.write_text(json.dumps({"prompt": "a dog", "steps": 5}))
    code, _, _ = said(capsys, "run", "core.generate", "--params", file, "--steps", 1, "--out", tmp_path / "o", "--json")
    assert code == 0
    record = json.loads((tmp_path / "o" / "result.json").read_text())
    assert (record["params"]["prompt"], record["params"]["steps"]) == ("a dog", 1)


VAE = Path(__file__).parents[2] / "resources/pocket/vae/diffusion_pytorch_model.safetensors"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate"], "prompt"),
        (["generate", "--prompt", "a", "--steps", "999"], "steps"),
        (["generate", "--prompt", "a", "--stepz", "9"], "--stepz"),
        (["generate", "--prompt", "a", "--steps", "one"], "steps"),
        (["generate", "--prompt", "a", "--init", "nowhere.png"], "nowhere.png"),
        (["generate", "--prompt", "a", "--patch", "nowhere.safetensors:0.5"], "nowhere.safetensors"),
        (["generate", "--prompt", "a", "--model", "nowhere"], "nowhere"),
        (["generate", "--prompt", "a", "--concept", str(VAE)], "holds only an autoencoder"),
        (["run", "erasure.nothing"], "erasure.nothing"),
        (["run", "editing.a_star"], "task"),
        (["run", "erasure.rece"], "erase"),
        (["run", "erasure.rece", "--params", "nowhere.json"], "nowhere.json"),
        (["export", "--as", "lora", "--out", "x.safetensors"], "nothing to export"),
        (["brew"], "brew"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], words: str
) -> None:
    more = ["--out", str(tmp_path / "o")] if arguments[0] in ("generate", "run") else []
    code, out, err = said(capsys, *arguments, *more)
    assert code == 2
    assert words in err
    assert out == ""
    assert len(err.strip().splitlines()) == 1


def test_a_fault_of_ours_is_exit_code_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[object]:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("core.engine.inventory.list_models", broken)
    code, _, err = said(capsys, "models")
    assert code == 1
    assert "fault" in err


def test_lists_and_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(said(capsys, "models", "--json")[1])[0]["ref"] == "pocket"
    assert json.loads(said(capsys, "concepts", "--json")[1]) == []
    rows = json.loads(said(capsys, "doctor", "--json")[1])
    assert all(row["ok"] for row in rows if row["needed"])


def test_a_picture_recalls_its_settings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, again, other = tmp_path / "first", tmp_path / "again", tmp_path / "other"
    made = [
        "generate",
        "--prompt",
        "a dog",
        "--steps",
        2,
        "--seed",
        9,
        "--guidance",
        3,
        "--size",
        "128x96",
        "--out",
        first,
    ]
    assert said(capsys, *made)[0] == 0
    assert said(capsys, "generate", "--like", first / "image-1.png", "--out", again)[0] == 0
    with Image.open(first / "image-1.png") as a, Image.open(again / "image-1.png") as b:
        assert a.size == b.size == (128, 96)
        assert a.tobytes() == b.tobytes()
    assert said(capsys, "generate", "--like", first / "image-1.png", "--prompt", "a cat", "--out", other)[0] == 0
    assert json.loads((other / "result.json").read_text())["params"]["guidance"] == 3


def test_a_lora_of_another_program_is_taken_as_a_patch(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    erased = tmp_path / "erased"
    assert said(capsys, "run", "erasure.uce", "--erase", "castle", "--out", erased)[0] == 0
    lora = tmp_path / "lora.safetensors"
    code, _, err = said(capsys, "export", "--patch", erased / "patch.safetensors", "--as", "lora", "--out", lora)
    assert code == 0, err
    code, _, err = said(
        capsys, "generate", "--prompt", "a castle", "--steps", 2, "--patch", lora, "--out", tmp_path / "o"
    )
    assert code == 0, err
