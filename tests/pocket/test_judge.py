"""The shipped judge sees what composed scenes of held-out seeds show, and says no where nothing is."""

import numpy as np
import torch

from resources.pocket import world
from resources.pocket.judge import answers, load, right, wilson


def _pixels(scenes):
    stack = torch.from_numpy(np.stack([s.image for s in scenes])).permute(0, 3, 1, 2)
    return stack.float() / 127.5 - 1


def test_it_finds_what_is_there():
    rng = np.random.default_rng(91_000)
    judge, hits = load(), {"objects": 0, "backdrop": 0}
    scenes = [world.scene(rng) for _ in range(60)]
    for scene, found in zip(scenes, answers(judge, _pixels(scenes)), strict=True):
        hits["objects"] += right(scene.spec, found)["objects"]
        hits["backdrop"] += found["backdrop"] == scene.backdrop or scene.spec.style is not None
    assert hits["objects"] >= 51  # random scenes also have styles, in which objects are harder to tell
    assert hits["backdrop"] >= 57


def test_it_says_no_to_empty_backdrops_and_to_other_objects():
    judge, rng = load(), np.random.default_rng(3)
    empty = np.stack([world.backdrop(name, rng) for name in world.BACKDROPS])
    pixels = torch.from_numpy(empty).permute(0, 3, 1, 2).float() * 2 - 1
    assert sum(bool(a["objects"]) for a in answers(judge, pixels)) <= 2
    scene = world.scene(np.random.default_rng(5), objects=("castle",))
    found = answers(judge, _pixels([scene]))[0]["objects"]
    assert set(found) == {"castle"}


def test_sides_are_read_from_places():
    spec = world.Spec(("cat", "castle"), (None, None), relation="left of")
    found = {"objects": {n: {"mass": 2.0, "tint": None, "centre": (x, 4.0)} for n, x in (("cat", 1.0), ("castle", 6.0))},
             "backdrop": "", "style": None}  # fmt: skip
    assert right(spec, found)["relation"]
    assert not right(world.Spec(("cat", "castle"), (None, None), relation="right of"), found)["relation"]


def test_wilson_by_hand():
    low, high = wilson(8, 10)
    assert abs(low - 0.4902) < 1e-3
    assert abs(high - 0.9433) < 1e-3
    assert wilson(0, 0) == (0.0, 1.0)
