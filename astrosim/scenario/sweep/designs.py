"""Designs of sweeps: from axes to settings; the points of random designs are drawn by scipy.stats.qmc."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from astrosim.scenario.sweep.axis import Axis

RANDOM = ("latin_hypercube", "sobol")
DECIMALS = 9  # of points; a scrambled Sobol sequence has 30 bits
Place = tuple[Any, int | None]
"""A value, and its place on its axis."""


def settings_of(design: str, axes: Sequence[Axis], points: Sequence[Sequence[float]]) -> Iterator[tuple[Place, ...]]:
    """Yield the settings of a design: of each axis the value and its place.

    Parameters
    ----------
    design : str
    axes : sequence of Axis
    points : sequence of sequence of float
        Of a random design: between 0 and 1, one per axis.
    """
    if not axes:
        return
    if design in RANDOM:
        for point in points:
            yield tuple(axis.at(share) for axis, share in zip(axes, point, strict=True))
        return
    placed = [[(value, place) for place, value in enumerate(axis.points)] for axis in axes]
    yield from product(*placed) if design == "grid" else zip(*placed, strict=True)


def points_of(design: str, axes: int, samples: int) -> int:
    """Return the number of settings of a random design with a number of axes."""
    return samples * (axes + 2) if design == "sobol" else samples


def draw_points(design: str, axes: int, samples: int, seed: int) -> tuple[tuple[float, ...], ...]:
    """Draw the points of a random design.

    Parameters
    ----------
    design : str
    axes, samples, seed : int

    Returns
    -------
    tuple of tuple of float
        Between 0 and 1, one per axis. sobol: of each base point A, then A with each coordinate in turn taken from B,
        then B (Saltelli et al. 2010, as SALib orders them).
    """
    from scipy.stats import qmc  # late: other designs do without

    if design == "latin_hypercube":
        return _rounded(qmc.LatinHypercube(axes, rng=seed).random(samples).tolist())
    both = qmc.Sobol(2 * axes, scramble=True, rng=seed).random(samples).tolist()
    found = []
    for row in both:
        first, second = row[:axes], row[axes:]
        crossed = [[*first[:place], second[place], *first[place + 1 :]] for place in range(axes)]
        found += [first, *crossed, second]
    return _rounded(found)


def _rounded(points: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(share, DECIMALS) for share in point) for point in points)
