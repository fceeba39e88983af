"""Surrogate series: what a series could have been without any coupling (same unit as the series).

- ``phase``: the same amplitude spectrum, random phases (Ebisuzaki 1997); mean and variance stay.
- ``shift``: the series turned around a circle by a random number of samples; all of its dynamics stay.
- ``season``: its mean cycle of a given period plus its residuals in random order (Sugihara et al. 2012, supplement).
- ``shuffle``: its values in random order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

SHORTEST_SHIFT = 0.05  # of the series; assumed: a copy shifted by less is hardly another series


def make_surrogates(
    series: Sequence[float] | np.ndarray, count: int, kind: str = "phase", *, seed: int = 0, period: int | None = None
) -> np.ndarray:
    """Draw surrogates.

    Parameters
    ----------
    series : array_like of float, shape (time,)
    count : int
    kind : {"phase", "shift", "season", "shuffle"}
    seed : int
    period : int, optional
        Samples a season, for ``season``.

    Returns
    -------
    ndarray of float64, shape (count, time)

    Raises
    ------
    ValueError
        For another kind, or a season without a period of 2 samples to half the series.
    """
    data = np.asarray(series, dtype=float)
    if kind not in KINDS:
        raise ValueError(f"no surrogates of kind {kind!r}. Give one of {', '.join(KINDS)}.")
    if kind == "season" and not 2 <= (period or 0) <= len(data) // 2:
        raise ValueError(f"period is {period}. Give 2 to {len(data) // 2} samples for seasonal surrogates.")
    rng = np.random.default_rng([seed, sorted(KINDS).index(kind)])
    return np.stack([KINDS[kind](data, rng, period or 0) for _ in range(count)])


def _phase(data: np.ndarray, rng: np.random.Generator, period: int) -> np.ndarray:
    spectrum = np.fft.rfft(data)
    turned = spectrum * np.exp(2j * np.pi * rng.random(len(spectrum)))
    turned[0] = spectrum[0]
    if len(data) % 2 == 0:  # the highest frequency is real; sqrt(2) cos keeps its power on average (Ebisuzaki)
        turned[-1] = np.sqrt(2) * np.abs(spectrum[-1]) * np.cos(2 * np.pi * rng.random())
    return np.fft.irfft(turned, len(data))


def _shift(data: np.ndarray, rng: np.random.Generator, period: int) -> np.ndarray:
    least = max(1, int(SHORTEST_SHIFT * len(data)))
    return np.roll(data, rng.integers(least, len(data) - least + 1))


def _season(data: np.ndarray, rng: np.random.Generator, period: int) -> np.ndarray:
    phase = np.arange(len(data)) % period
    cycle = (np.bincount(phase, data) / np.bincount(phase))[phase]
    return cycle + rng.permutation(data - cycle)


def _shuffle(data: np.ndarray, rng: np.random.Generator, period: int) -> np.ndarray:
    return rng.permutation(data)


KINDS: dict[str, Callable[[np.ndarray, np.random.Generator, int], np.ndarray]] = {
    "phase": _phase,
    "shift": _shift,
    "season": _season,
    "shuffle": _shuffle,
}
"""Surrogates by name."""
