"""Draws of many numbers at once, counter-based: each by (trial, index) of its stream, whatever else is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.core.exact_functions import log_double
from astrosim.core.jit import compiled
from astrosim.core.rng import block_words, scaled
from astrosim.rules.perturbation import gaussian_pair

HALF = 0.5  # of a word: keeps logarithms finite
WORDS = 2.0**32
MOST = 2**32  # a word cannot choose among more
SPREAD = 8.0  # standard deviations of room; more are drawn in a second pass
RIGHT = "Write a number, a list with one for each, {uniform = [low, high]} or {normal = [mean, standard deviation]}."


@compiled
def words(key, trial, count):
    """Return the first words of a trial: uint32, shape (at least count, a multiple of 4,)."""
    out = np.empty((count + 3) // 4 * 4, np.uint32)
    for b in range(out.size // 4):
        out[4 * b], out[4 * b + 1], out[4 * b + 2], out[4 * b + 3] = block_words(key, trial, b)
    return out


@compiled
def uniforms(key, trial, count):
    """Return numbers uniform in (0, 1): float64, shape (count,)."""
    out, drawn = np.empty(count), words(key, trial, count)
    for n in range(count):
        out[n] = (np.float64(drawn[n]) + HALF) / WORDS
    return out


@compiled
def gaussians(key, trial, count):
    """Return standard normal numbers, of float32 as those of perturbations: float64, shape (count,)."""
    out, drawn = np.empty(count + 1), words(key, trial, count + 1)
    for n in range(0, count, 2):
        out[n], out[n + 1] = gaussian_pair(drawn[n], drawn[n + 1])
    return out[:count]


@compiled
def wholes(key, trial, count, limit):
    """Return whole numbers uniform in 0 .. limit - 1: int64, shape (count,); at most 2^32 different ones."""
    out, drawn = np.empty(count, np.int64), words(key, trial, count)
    for n in range(count):
        out[n] = scaled(drawn[n], limit)
    return out


@compiled
def skips(key, trial, candidates, p, room):
    """Return the numbers of chosen candidates, each with probability p, as many as there is room for: int64, shape
    (room,); and how many there are.

    Distances between them are drawn: floor(ln u / ln(1 - p)).
    """
    out, four = np.empty(room, np.int64), np.empty(4, np.uint32)
    scale, at, count = 1.0 / log_double(1.0 - p), np.int64(-1), np.int64(0)
    while True:
        if count & 3 == 0:
            four[0], four[1], four[2], four[3] = block_words(key, trial, count >> 2)
        distance = np.floor(log_double((np.float64(four[count & 3]) + HALF) / WORDS) * scale)
        if distance >= candidates - 1 - at:
            return out, count
        at += np.int64(distance) + 1
        if count < room:
            out[count] = at
        count += 1


def bernoulli(key: np.ndarray, trial: int, candidates: int, p: float) -> np.ndarray:
    """Return the numbers of chosen candidates, each with probability p, ascending: int64, shape (chosen,)."""
    if p >= 1.0:
        return np.arange(candidates, dtype="i8")
    if p <= 0.0 or not candidates:
        return np.zeros(0, "i8")
    room = int(candidates * p + SPREAD * np.sqrt(candidates * p)) + 1
    found, count = skips(key, trial, candidates, p, room)
    if count > room:
        found, count = skips(key, trial, candidates, p, count)
    return np.asarray(found[:count])


def values_of(spec: Any, count: int, key: np.ndarray, trial: int) -> np.ndarray:
    """Return a number for each node or synapse: float64, shape (count,).

    Parameters
    ----------
    spec : float, array of float, or mapping
        The same for all; one each; ``{"uniform": (low, high)}`` or ``{"normal": (mean, standard deviation)}``.
    count : int
    key : ndarray of uint32, shape (2,)
    trial : int

    Raises
    ------
    AstrosimError
        If it is none of these.
    """
    if isinstance(spec, Mapping):
        name, (first, second) = _distribution(spec)
        if name == "uniform":
            return np.asarray(first + (second - first) * uniforms(key, trial, count))
        return np.asarray(first + second * gaussians(key, trial, count))
    if isinstance(spec, np.ndarray) or (isinstance(spec, Sequence) and not isinstance(spec, str)):
        values = np.array(spec, float)
        if values.shape != (count,):
            raise AstrosimError(f"{values.size} numbers where {count} are needed. Write one for each, or one for all.")
        return values
    if isinstance(spec, bool) or not isinstance(spec, int | float | np.number):
        raise AstrosimError(f"not a number ({spec!r}). {RIGHT}")
    return np.full(count, float(spec))


def _distribution(spec: Mapping[str, Any]) -> tuple[str, tuple[float, float]]:
    """Name and numbers of a distribution."""
    if len(spec) != 1 or next(iter(spec)) not in ("uniform", "normal"):
        raise AstrosimError(f"no such distribution ({', '.join(map(str, spec))}). {RIGHT}")
    name, numbers = next(iter(spec.items()))
    if np.shape(numbers) != (2,):
        raise AstrosimError(f"{name}: not two numbers ({numbers!r}). {RIGHT}")
    first, second = float(numbers[0]), float(numbers[1])
    least = first if name == "uniform" else 0.0
    if not (np.isfinite([first, second]).all() and second >= least):
        raise AstrosimError(f"{name}: not a valid range ({first:g}, {second:g}). {RIGHT}")
    return name, (first, second)
