"""The embedded CLIP through the studio's loader: it tells composed scenes of held-out seeds apart by their captions."""

import numpy as np
import pytest
import torch

from core.models.clip import EMBEDDED, load_clip
from core.models.loading import load
from resources.pocket import world

pytestmark = pytest.mark.skipif(not (EMBEDDED / "config.json").exists(), reason="not trained yet")


def test_it_prefers_the_right_caption():
    rng, scenes = np.random.default_rng(940_000), {}
    while len(scenes) < 64:
        scene = world.scene(rng)
        scenes.setdefault(scene.caption, scene)
    pixels = torch.from_numpy(np.stack([s.image for s in scenes.values()])).permute(0, 3, 1, 2).float() / 127.5 - 1
    scores = load_clip().scores(pixels, list(scenes))
    right = torch.arange(len(scenes))
    # By chance one of 64 comes first.
    assert float((scores.argmax(1) == right).float().mean()) > 0.5
    assert float((scores.argmax(0) == right).float().mean()) > 0.5


def test_its_text_tower_reads_as_the_generators():
    clip, encoder = load_clip(), load("pocket").text[0]
    assert clip.tokenizer.get_vocab() == encoder.vocabulary.tokenizer.get_vocab()
    ours, theirs = clip.network.config.text_config, encoder.encoder.config
    assert (ours.hidden_size, ours.num_hidden_layers, ours.max_position_embeddings) == (
        theirs.hidden_size, theirs.num_hidden_layers, theirs.max_position_embeddings,
    )  # fmt: skip
    assert clip.side == world.SIDE
