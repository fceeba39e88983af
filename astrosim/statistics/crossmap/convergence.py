"""Cross maps by library length, and their tests (skills are correlations, 1). Sugihara et al. 2012."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astrosim.statistics.crossmap.simplex import correlation, embed, projection
from astrosim.statistics.crossmap.surrogates import make_surrogates

Series = Sequence[float] | np.ndarray
SAMPLES = 20  # libraries of each length; assumed: the error of a mean skill is then about a fifth of its spread
SURROGATES = 199  # assumed: smallest two-sided p .01
LENGTHS = 6  # library lengths where none are given; assumed


@dataclass(frozen=True, eq=False)
class CrossMap:
    """Skill of reading a target off a source's delay space.

    Attributes
    ----------
    dimension, lag, theiler : int
        E; tau, samples; exclusion window, samples.
    libraries : ndarray of int64, shape (length,)
        Library lengths L, delay vectors, ascending.
    skill : ndarray of float64, shape (length, sample)
        Pearson correlation by library; nan where the estimate does not vary.
    """

    dimension: int
    lag: int
    theiler: int
    libraries: np.ndarray
    skill: np.ndarray = field(repr=False)

    @property
    def mean(self) -> np.ndarray:
        """Mean skill of each library length: float64, shape (length,)."""
        return self.skill.mean(axis=1)

    @property
    def rise(self) -> float:
        """Mean skill of the longest libraries less that of the shortest."""
        return float(self.mean[-1] - self.mean[0])


@dataclass(frozen=True, eq=False)
class Convergence:
    """A cross map beside those of surrogates of its target, from the same libraries.

    Attributes
    ----------
    map : CrossMap
    null : str
        Kind of surrogate.
    surrogate_skill : ndarray of float64, shape (surrogate, length)
        Mean skill over libraries.
    p_skill : float
        Two-sided, by the surrogates: the skill of the longest libraries is like that of an unrelated target.
    p_rise : float
        Two-sided, by the surrogates: the rise from the shortest libraries to the longest is like that of an unrelated
        target. Libraries of one series are no independent samples, and give no test of it.

    Notes
    -----
    Size at a stated 5 % on pairs that are not coupled (logistic maps, logistic against white noise, autoregressive
    series of coefficient .9), simulated: .03 to .07 for either with phase surrogates, .01 to .05 for `converges`. With
    shift surrogates the same, but for `p_skill` on slow series: .06 to .11 on the autoregressive ones, whose ends do
    not meet; read it there as no test, and take phase surrogates.
    """

    map: CrossMap
    null: str
    surrogate_skill: np.ndarray = field(repr=False)
    p_skill: float
    p_rise: float

    def converges(self, alpha: float = 0.05) -> bool:
        """Return whether skill is above the surrogates' at a two-sided level, and has risen with the library at all.

        The rise is not asked to be above the surrogates': of series that share a cycle these rise as well.
        """
        skill = self.map.mean[-1]
        above = skill > max(float(np.median(self.surrogate_skill[:, -1])), 0.0) and self.map.rise > 0
        return above and self.p_skill <= alpha


@dataclass(frozen=True, eq=False)
class _Libraries:
    """Delay vectors of a source, and the target's values beside them."""

    points: np.ndarray
    target: np.ndarray
    lengths: np.ndarray
    theiler: int
    samples: int
    seed: int

    def skills(self, targets: np.ndarray) -> np.ndarray:
        """Skill for targets of shape (point, target): float64, shape (length, sample, target)."""
        rng = np.random.default_rng(self.seed)
        everything = len(self.points)
        skills = np.empty((len(self.lengths), self.samples, targets.shape[1]))
        for row, length in zip(skills, self.lengths, strict=True):
            if length == everything:
                row[:] = self._skill(np.arange(everything), targets)
                continue
            for sample in range(self.samples):
                row[sample] = self._skill(np.sort(rng.choice(everything, length, replace=False)), targets)
        return skills

    def _skill(self, library: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return correlation(projection(self.points, library, self.theiler) @ targets, targets)


def cross_map(
    source: Series,
    target: Series,
    dimension: int = 2,
    lag: int = 1,
    libraries: Sequence[int] | None = None,
    *,
    theiler: int = 0,
    samples: int = SAMPLES,
    seed: int = 0,
) -> CrossMap:
    """Estimate a target from the delay space of a source.

    Parameters
    ----------
    source, target : array_like of float, shape (time,)
        Skill speaks for an influence of the target on the source.
    dimension : int
        E, delays of the source.
    lag : int
        tau, samples.
    libraries : sequence of int, optional
        Lengths L, delay vectors; six from the shortest possible to all if left out.
    theiler : int
        Neighbours within this many samples of a time do not count; 0 leaves out that time alone.
    samples : int
        Random libraries of each length. Of all points there is one only, so that all its samples are alike.
    seed : int

    Raises
    ------
    ValueError
        If the series differ in length, hold values that are not finite, do not vary or are too short, or a library
        length is out of range.
    """
    built = _libraries(source, target, dimension, lag, libraries, theiler, samples, seed)
    return CrossMap(dimension, lag, theiler, built.lengths, built.skills(built.target[:, None])[..., 0])


def convergence(
    source: Series,
    target: Series,
    dimension: int = 2,
    lag: int = 1,
    libraries: Sequence[int] | None = None,
    *,
    theiler: int = 0,
    samples: int = SAMPLES,
    seed: int = 0,
    null: str = "phase",
    surrogates: int = SURROGATES,
    period: int | None = None,
) -> Convergence:
    """Compute a cross map; test its skill and its rise against surrogates of the target, both two-sided.

    Parameters
    ----------
    source, target, dimension, lag, libraries, theiler, samples, seed
        As of `cross_map`.
    null : {"phase", "shift", "season", "shuffle"}
        Kind of surrogate, see `make_surrogates`.
    surrogates : int
        How many; the smallest two-sided p is 2 / (surrogates + 1).
    period : int, optional
        Samples a season, for ``season``.

    Raises
    ------
    ValueError
        As `cross_map` and `make_surrogates`.
    """
    built = _libraries(source, target, dimension, lag, libraries, theiler, samples, seed)
    span = (dimension - 1) * lag
    others = make_surrogates(target, surrogates, null, seed=seed, period=period)[:, span:].T
    skills = built.skills(np.column_stack([built.target, others]))
    means = np.nan_to_num(skills.mean(axis=1))  # an estimate that does not vary has no skill
    rises = means[-1] - means[0]
    return Convergence(
        map=CrossMap(dimension, lag, theiler, built.lengths, skills[..., 0]),
        null=null,
        surrogate_skill=means[:, 1:].T,
        p_skill=two_sided(means[-1, 0], means[-1, 1:]),
        p_rise=two_sided(rises[0], rises[1:]),
    )


def both_ways(first: Series, second: Series, **options: Any) -> tuple[Convergence, Convergence]:
    """Return an influence of the second series on the first, and of the first on the second; options as of
    `convergence`.
    """
    return convergence(first, second, **options), convergence(second, first, **options)


def best_dimension(series: Series, largest: int = 8, lag: int = 1, theiler: int = 0) -> int:
    """Number of delays that predicts a series' own next value best (simplex projection, Sugihara & May 1990).

    Parameters
    ----------
    series : array_like of float, shape (time,)
    largest : int
        Dimensions 1 .. largest are tried; of those alike to 6 digits the smallest wins.
    lag : int
        tau, samples.
    theiler : int
        Exclusion window, samples.
    """
    data = np.asarray(series, dtype=float)
    skills = []
    for dimension in range(1, largest + 1):
        every = len(data) - 1 - (dimension - 1) * lag
        skills.append(cross_map(data[:-1], data[1:], dimension, lag, [every], theiler=theiler, samples=1).mean[0])
    return 1 + int(np.nanargmax(np.round(skills, 6)))


def two_sided(value: float, null: np.ndarray) -> float:
    """Return two-sided p-value of a value among draws of its null: twice the smaller tail, the value counted in.

    Parameters
    ----------
    value : float
    null : ndarray of float64, shape (draw,)
        Unit as of `value`.
    """
    tail = min(int((null >= value).sum()), int((null <= value).sum()))
    return min(1.0, 2 * (tail + 1) / (len(null) + 1))


def _libraries(
    source: Series,
    target: Series,
    dimension: int,
    lag: int,
    lengths: Sequence[int] | None,
    theiler: int,
    samples: int,
    seed: int,
) -> _Libraries:
    """Checked and embedded."""
    if min(dimension, lag, samples) < 1 or theiler < 0:
        raise ValueError("give a dimension, a lag and samples of 1 or more, and a window of 0 or more")
    first, second = _checked(source, "source"), _checked(target, "target")
    if len(first) != len(second):
        raise ValueError(f"{len(first)} values of the source for {len(second)} of the target. Give as many.")
    points = embed(first, dimension, lag)
    shortest = dimension + 2 + 2 * theiler  # E + 1 neighbours are left when a point's own window is taken out
    if len(points) < shortest:
        raise ValueError(
            f"{len(first)} values give {len(points)} delay vectors; {shortest} are the least. "
            "Give longer series, fewer delays or a shorter window."
        )
    if lengths is None:
        lengths = np.unique(np.geomspace(shortest, len(points), LENGTHS).round().astype(int)).tolist()
    chosen = np.unique(np.asarray(lengths, dtype=np.int64))
    if not len(chosen) or chosen[0] < shortest or chosen[-1] > len(points):
        raise ValueError(f"library lengths are {chosen.tolist()}. Give some from {shortest} to {len(points)}.")
    return _Libraries(points, second[(dimension - 1) * lag :], chosen, theiler, samples, seed)


def _checked(series: Series, role: str) -> np.ndarray:
    """As float64, shape (time,)."""
    data = np.asarray(series, dtype=float)
    if data.ndim != 1:
        raise ValueError(f"the {role} has shape {data.shape}. Give one series, shape (time,).")
    if not np.isfinite(data).all():
        at = int(np.flatnonzero(~np.isfinite(data))[0])
        raise ValueError(f"the {role} is {data[at]} at {at}. Leave out what is not finite.")
    if len(data) and np.ptp(data) == 0:
        raise ValueError(f"the {role} is {data[0]:g} throughout. A series that never changes cannot be mapped.")
    return data
