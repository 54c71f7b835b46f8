"""From prompts to tokens and features: awkward prompts, long ones, weights, placeholder words; and diffusers' own."""

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

from core.contract.errors import UserError
from core.models.words import read_weights
from tests.tiny import KINDS, tiny

AWKWARD = [
    "",
    "a cat",
    "A CAT!!  and, a (dog)",
    "cat cat cat",
    "it's the dog's house; isn't it?",
    "naïve café № 5",
    "a\tcat\n dog",
]


@pytest.fixture(scope="module")
def model():
    return tiny("sd1")


def text_at(cond, row, places):
    return [cond.tokens[row].word_of(p).lower() for p in places]


@pytest.mark.parametrize("kind", KINDS)
def test_plain_prompts_equal_diffusers(kind):
    model = tiny(kind)
    texts, tokenizers = [t.encoder for t in model.text], [t.vocabulary.tokenizer for t in model.text]
    for prompt in AWKWARD:
        cond = model.encode_prompts([prompt])
        if kind == "sdxl":
            pipe = StableDiffusionXLPipeline(model.vae, *texts, *tokenizers, model.unet, None, add_watermarker=False)
            # diffusers zeroes an empty *negative* prompt; we do it for every empty prompt, as SDXL was trained.
            features, empty, pooled, empty_pooled = pipe.encode_prompt(
                prompt or "x", negative_prompt=None, do_classifier_free_guidance=True)  # fmt: skip
            expected = (features, pooled) if prompt else (empty, empty_pooled)
            assert torch.allclose(cond.pooled, expected[1], atol=1e-5)
        else:
            pipe = StableDiffusionPipeline(model.vae, texts[0], tokenizers[0], model.unet, None, None, None,
                                           requires_safety_checker=False)  # fmt: skip
            expected = pipe.encode_prompt(prompt, "cpu", 1, False)
        assert (cond.features - expected[0]).abs().max() < 1e-5, prompt


def test_repeated_words_and_case(model):
    cond = model.encode_prompts(["A Cat, a cat and the CAT; a catalogue"])
    assert len(cond.tokens[0].occurrences("cat")) == 3
    each = [cond.positions(0, "cat", i) for i in range(3)]
    assert cond.positions(0, "cat") == tuple(p for group in each for p in group)
    assert len(set(cond.positions(0, "cat"))) == len(cond.positions(0, "cat"))
    for group in each:
        assert "".join(text_at(cond, 0, group)) == "cat"
    with pytest.raises(UserError, match="3 times"):
        cond.positions(0, "cat", 3)
    with pytest.raises(UserError, match="'horse' is not in the prompt"):
        cond.positions(0, "horse")
    with pytest.raises(UserError, match="empty"):
        cond.positions(0, "  ")


def test_phrases_and_punctuation(model):
    cond = model.encode_prompts(["the dog's red  house, red-house and (dog)"])
    assert "".join(text_at(cond, 0, cond.positions(0, "red house"))) == "redhouse"
    assert len(cond.tokens[0].occurrences("dog")) == 2
    assert cond.positions(0, "dog's")[: len(cond.positions(0, "dog", 0))] == cond.positions(0, "dog", 0)
    assert 0 not in cond.positions(0, "the")


@pytest.mark.parametrize("prompt", ["a <cat-1>", "a<cat-1>b", "<CAT-1>,<cat-1>", "(<cat-1>:1.5) here"])
def test_placeholder_words_of_two_vectors(prompt):
    model = tiny("sd1")
    vectors = torch.randn(2, 32, generator=torch.Generator().manual_seed(1))
    model.set_words({"<cat-1>": (vectors,)})
    cond = model.encode_prompts([prompt])
    first = model.text[0].vocabulary.first_added
    ids = [i for chunk in cond.tokens[0].ids for i in chunk]
    times = prompt.lower().count("<cat-1>")
    places = cond.positions(0, "<cat-1>")
    assert [ids[p] for p in places] == [first, first + 1] * times
    with_word = cond.features
    model.set_words({"<cat-1>": (-vectors,)})
    assert (model.encode_prompts([prompt]).features - with_word).abs().max() > 1e-3
    model.set_words({})
    assert first not in [i for chunk in model.text[0].vocabulary.tokenize(prompt).ids for i in chunk]


def test_a_placeholder_word_equals_the_row_it_copies(model):
    own = model.text[0].vectors_of("dog")
    try:
        model.set_words({"<twin>": (own,)})
        twin = model.encode_prompts(["a photo of <twin> here"]).features
    finally:
        model.set_words({})
    assert torch.allclose(twin, model.encode_prompts(["a photo of dog here"]).features, atol=1e-5)


def test_five_hundred_words(model):
    prompt = " ".join(f"word{i % 7} cat," if i % 5 == 0 else "dog" for i in range(500))
    cond = model.encode_prompts([prompt, "a cat"])
    tokens, length = cond.tokens[0], model.text[0].vocabulary.length
    chunks = len(tokens.ids)
    assert chunks > 5
    assert cond.features.shape == (2, chunks * length, 32)
    assert all(len(chunk) == length for chunk in tokens.ids)
    places = cond.positions(0, "cat")
    assert len(tokens.occurrences("cat")) == 100
    assert len(places) == len(set(places))
    assert max(places) > (chunks - 2) * length
    # Nothing is lost and nothing stands where start and end tokens stand.
    plain = model.text[0].vocabulary.tokenizer(prompt, add_special_tokens=False, verbose=False)["input_ids"]
    ids = [i for chunk in tokens.ids for i in chunk]
    assert [ids[p] for p in tokens.places] == plain
    assert all(p % length not in (0, length - 1) for p in tokens.places)
    assert len(tokens.ends) == chunks
    # Chunks are encoded one by one.
    with torch.no_grad():
        first, _ = model.text[0].features(torch.tensor(tokens.ids[:1]), "last")
    assert torch.allclose(cond.features[:1, :length], first, atol=1e-5)


def test_weights(model):
    assert read_weights("a (red cat:1.3) (here)").text == "a red cat (here)"
    assert read_weights("a (red cat:1.3)").spans == ((2, 9, 1.3),)
    assert read_weights(r"a \(cat:1.3\)").spans == ()
    plain, same, strong, none = (model.encode_prompts([p]) for p in ("a cat", "a (cat:1)", "a (cat:2)", "a (cat:0)"))
    empty = model.encode_prompts([""])
    assert torch.equal(plain.features, same.features)
    (place,) = plain.positions(0, "cat")
    assert strong.positions(0, "cat") == (place,)
    expected = empty.features[0, place] + 2 * (plain.features - empty.features)[0, place]
    assert torch.allclose(strong.features[0, place], expected, atol=1e-5)
    assert torch.allclose(none.features[0, place], empty.features[0, place], atol=1e-5)
    others = [i for i in range(77) if i != place]
    assert torch.allclose(strong.features[0, others], plain.features[0, others], atol=1e-5)
