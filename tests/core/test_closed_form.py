"""The algebra against explicit inverses, on small tensors in fp64."""

import pytest
import torch
from torch import Tensor

from core.weights.closed_form import Factor, Move, Normal, Pull, common_factor, gram, preimage, redirect

WIDTH = 12


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def inverted(weight: Tensor, pulls: list[Pull], ridge: float) -> Tensor:
    """A B^-1, row by row, with an explicit inverse."""
    a, b = ridge * weight, ridge * torch.eye(WIDTH, dtype=torch.float64)
    for pull in pulls:
        for feature, target in zip(pull.features, pull.to, strict=True):
            a = a + pull.weight * torch.outer(target, feature)
            b = b + pull.weight * torch.outer(feature, feature)
    return a @ torch.linalg.inv(b)


def test_redirect_equals_the_explicit_inverse() -> None:
    weight = draw(7, WIDTH)
    pulls = [
        Pull(draw(3, WIDTH, seed=1), draw(3, 7, seed=2), 1.3),
        Pull(draw(2, WIDTH, seed=3), draw(2, 7, seed=4), 0.4),
    ]
    torch.testing.assert_close(redirect(weight, pulls, 0.5), inverted(weight, pulls, 0.5), rtol=0, atol=1e-11)
    known = Normal([(p.features, p.weight) for p in pulls], 0.5, WIDTH)
    assert torch.equal(redirect(weight, pulls, 0.5, known), redirect(weight, pulls, 0.5))


def test_redirect_minimises_its_objective() -> None:
    weight, pulls = draw(7, WIDTH), [Pull(draw(3, WIDTH, seed=1), draw(3, 7, seed=2), 2.0)]
    found = redirect(weight, pulls, 0.5).requires_grad_()
    loss = 2.0 * (pulls[0].features @ found.T - pulls[0].to).square().sum() + 0.5 * (found - weight).square().sum()
    (slope,) = torch.autograd.grad(loss, found)
    assert slope.abs().max() < 1e-10


def test_one_factor_serves_every_projection() -> None:
    erased, target, kept = draw(3, WIDTH, seed=1), draw(3, WIDTH, seed=2), draw(4, WIDTH, seed=3)
    factor, _ = common_factor([Move(erased, target, 0.9)], [(kept, 0.2)], 0.5)
    assert factor.rank == 3
    for seed, out in ((4, 5), (5, 9)):
        weight = draw(out, WIDTH, seed=seed)
        exact = inverted(weight, [Pull(erased, target @ weight.T, 0.9), Pull(kept, kept @ weight.T, 0.2)], 0.5)
        torch.testing.assert_close(weight + factor.change(weight), exact, rtol=0, atol=1e-11)
        torch.testing.assert_close(weight @ factor.full(), exact, rtol=0, atol=1e-11)
        torch.testing.assert_close(factor.move(kept) @ weight.T, kept @ exact.T, rtol=0, atol=1e-11)


def test_thin_and_square_products_agree() -> None:
    weight = draw(5, WIDTH)
    for rank in (2, 10):  # below and above half the width
        factor = Factor(draw(rank, WIDTH, seed=1), draw(rank, WIDTH, seed=2))
        exact = weight @ (factor.full() - torch.eye(WIDTH, dtype=torch.float64))
        torch.testing.assert_close(factor.change(weight), exact, rtol=0, atol=1e-11)


def test_edits_one_after_the_other_multiply() -> None:
    first = Factor(draw(2, WIDTH, seed=1), draw(2, WIDTH, seed=2))
    second = Factor(draw(3, WIDTH, seed=3), draw(3, WIDTH, seed=4))
    both = first.then(second)
    assert both.rank == 5
    torch.testing.assert_close(both.full(), first.full() @ second.full(), rtol=0, atol=1e-10)


def test_order_of_moves_does_not_matter() -> None:
    one, other = (
        Move(draw(2, WIDTH, seed=1), draw(2, WIDTH, seed=2)),
        Move(draw(3, WIDTH, seed=3), draw(3, WIDTH, seed=4)),
    )
    there, back = (common_factor(list(m), [], 0.1)[0].full() for m in ((one, other), (other, one)))
    torch.testing.assert_close(there, back, rtol=0, atol=1e-11)


def test_weight_zero_is_the_identity() -> None:
    factor, _ = common_factor([Move(draw(3, WIDTH), draw(3, WIDTH, seed=1), 0.0)], [], 0.5)
    assert not factor.change(draw(4, WIDTH)).any()


def test_condition_number() -> None:
    rows = draw(30, WIDTH) * torch.linspace(0.2, 20, WIDTH, dtype=torch.float64)
    normal = Normal([(rows, 1.0)], 0.1, WIDTH)
    assert normal.condition == pytest.approx(float(torch.linalg.cond(normal.matrix)), rel=0.02)


def test_a_ridge_is_needed() -> None:
    with pytest.raises(ValueError, match="positive"):
        Normal([(draw(2, WIDTH), 1.0)], 0.0, WIDTH)


def test_gram_and_preimage() -> None:
    now, original = [draw(20, WIDTH, seed=1), draw(9, WIDTH, seed=2)], [draw(20, WIDTH, seed=3), draw(9, WIDTH, seed=4)]
    cross = now[0].T @ original[0] + now[1].T @ original[1]
    matrix = 0.1 * torch.eye(WIDTH, dtype=torch.float64) + now[0].T @ now[0] + now[1].T @ now[1]
    torch.testing.assert_close(gram(now, original), cross, rtol=0, atol=1e-11)
    torch.testing.assert_close(gram(now) + 0.1 * torch.eye(WIDTH), matrix, rtol=0, atol=1e-8)
    torch.testing.assert_close(preimage(matrix, cross), torch.linalg.inv(matrix) @ cross, rtol=0, atol=1e-10)


def test_preimage_undoes_an_edit() -> None:
    """With a vanishing ridge R is T^-1: the derived features bring everything back."""
    weight = draw(40, WIDTH)
    factor, _ = common_factor([Move(draw(2, WIDTH, seed=1), draw(2, WIDTH, seed=2))], [], 0.5)
    edited = weight @ factor.full()
    back = preimage(gram([edited]) + 1e-12 * torch.eye(WIDTH), gram([edited], [weight]))
    torch.testing.assert_close(back, torch.linalg.inv(factor.full()), rtol=0, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_weights_are_worked_on_in_fp32(dtype: torch.dtype) -> None:
    weight = draw(5, WIDTH).to(dtype)
    factor = Factor(draw(2, WIDTH, seed=1), draw(2, WIDTH, seed=2))
    assert factor.change(weight).dtype == torch.float32
    torch.testing.assert_close(factor.change(weight), factor.change(weight.double()).float(), rtol=1e-4, atol=1e-4)
