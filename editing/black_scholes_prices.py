"""Prices of options on CLIP scores: the arithmetic of Black-Scholes blending.

Kothandaraman et al., 2024, arXiv:2405.13685. Spot price S: a CLIP score, 0..100; strike K: a score that is good enough;
time to expiry tau: steps left; rate r: 1 / steps; volatility sigma: root of the schedule's variance between adjacent times.
All in fp64.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

LEAST_VOLATILITY = 1e-3
_TINY = 1e-12


def normal(x: float) -> float:
    """Cumulative standard normal distribution, exact far into the lower tail."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def call_price(spot: float, strike: float, rate: float, volatility: float, left: float) -> float:
    """S N(d1) - K exp(-r tau) N(d2): what the right to buy at K is worth; the intrinsic value where nothing moves."""
    now = strike * math.exp(-rate * left)
    spread = volatility * math.sqrt(left)
    if spread < _TINY or spot <= 0:
        return max(spot - now, 0.0)
    first = (math.log(spot / strike) + (rate + volatility**2 / 2) * left) / spread
    return max(spot * normal(first) - now * normal(first - spread), 0.0)


def put_price(spot: float, strike: float, rate: float, volatility: float, left: float) -> float:
    """K exp(-r tau) N(-d2) - S N(-d1): the shortfall's price."""
    now = strike * math.exp(-rate * left)
    spread = volatility * math.sqrt(left)
    if spread < _TINY or spot <= 0:
        return max(now - spot, 0.0)
    first = (math.log(spot / strike) + (rate + volatility**2 / 2) * left) / spread
    return max(now * normal(spread - first) - spot * normal(-first), 0.0)


def reference_score(spot: float, rate: float, volatility: float, left: int) -> float:
    """The public code's score, strike 100 and the density's exponential in place of N, in its mix of fp32 and fp64.

    In exact arithmetic it is 0 for every input: S exp(-d1^2 / 2) = K exp(-r tau) exp(-d2^2 / 2). What is left is rounding.
    """
    s, sigma = np.float32(spot), np.float32(volatility)
    time = np.float32(left)
    first = (np.log(s / np.float32(100)) + (np.float32(rate) + sigma**2 / np.float32(2)) * time) / (
        sigma * np.float32(left**0.5)
    )
    second = first - sigma * np.float32(left**0.5)
    with np.errstate(under="ignore"):
        bought = np.exp(np.float32(-0.5) * first * first) * s
        owed = (np.exp(np.float32(-0.5) * second * second) * np.float32(100)) * np.exp(np.float64(-1 * left * rate))
    return float(bought - owed)


def schedule_volatility(alphas: Tensor, time: int) -> float:
    """Root of the variance between the training times time + 1 and time: 0.109 at 990, 0.021 at 0 for Stable Diffusion."""
    before, now = float(alphas[min(time + 1, len(alphas) - 1)]), float(alphas[time])
    return math.sqrt(abs((1 - now) / (1 - before) * (1 - before / now)))


def history_volatility(scores: Sequence[float], default: float) -> float:
    """Standard deviation of the increments of ln S, at least 1e-3; the default while there are fewer than two."""
    logs = [math.log(max(s, _TINY)) for s in scores]
    steps = [b - a for a, b in itertools.pairwise(logs)]
    if len(steps) < 2:
        return default
    return max(LEAST_VOLATILITY, float(torch.tensor(steps, dtype=torch.float64).std()))


def cheapest(prices: Sequence[float], scores: Sequence[float], last: int) -> int:
    """The prompt that is worth least; ties: the lower score, then another prompt than last time (inferred)."""
    least = min(prices)
    tied = [i for i, price in enumerate(prices) if price == least]
    low = min(scores[i] for i in tied)
    tied = [i for i in tied if scores[i] == low]
    return next((i for i in tied if i != last), tied[0])


def last_least(values: Sequence[float]) -> int:
    """The smallest value; ties go to the later prompt, as in the public code."""
    least = min(values)
    return max(i for i, value in enumerate(values) if value == least)


def softmin(prices: Sequence[float], temperature: float) -> list[float]:
    """softmax(-prices / temperature)"""
    found = torch.softmax(-torch.tensor(prices, dtype=torch.float64) / temperature, 0)
    return [float(v) for v in found]
