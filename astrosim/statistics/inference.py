"""How sure we are: intervals of means and medians, paired comparisons over common seeds, Holm's correction.

Efron 1987 (BCa bootstrap), Conover 1999 (order statistics), Holm 1979, Cohen 1988 (d_z), through scipy.stats.
One value per seed; units are those of the values.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binomtest, bootstrap, permutation_test, quantile_test

CONFIDENCE = 0.95  # 1; convention
RESAMPLES = 9999  # resamples; assumed: Monte-Carlo error of an interval's end about 2 % of its width
BAND_RESAMPLES = 1000  # resamples; assumed: enough for a band that is only looked at
RANDOM_SEED = 20260222  # seed of every resampling here, so that a report comes out the same twice


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval; `low` and `high` are nan for fewer than two values."""

    mean: float
    low: float
    high: float
    n: int

    def holds(self, value: float) -> bool:
        """Return whether the interval contains a value."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Median:
    """A median with its confidence interval; `low` and `high` are nan for fewer than six values."""

    median: float
    low: float
    high: float
    n: int

    def holds(self, value: float) -> bool:
        """Return whether the interval contains a value."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Comparison:
    """Two conditions on the same seeds; differences are first minus second.

    Attributes
    ----------
    first, second : str
    difference : Interval
        Mean difference with its bootstrap interval, n the number of common seeds.
    p_value : float
        Two-sided sign-flip permutation test of mean difference 0: exact up to 13 seeds, else 9,999 random flips.
    p_holm : float
        `p_value` corrected for all comparisons made together (Holm); equal to `p_value` for one alone.
    effect : float
        Cohen's d_z: mean difference over the standard deviation of the differences.
    wins, ties, losses : int
        Seeds on which the first is above, equal, below.
    """

    first: str
    second: str
    difference: Interval
    p_value: float
    p_holm: float
    effect: float
    wins: int
    ties: int
    losses: int


def mean_interval(values: Sequence[float] | np.ndarray, confidence: float = CONFIDENCE) -> Interval:
    """Return mean with its BCa bootstrap interval; values that are not finite are left out.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    confidence : float
        Between 0 and 1.
    """
    data = np.asarray(values, dtype=float)
    data = data[np.isfinite(data)]
    if not len(data):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    mean = float(data.mean())
    if len(data) == 1:
        return Interval(mean, float("nan"), float("nan"), 1)
    if _is_constant(data):
        return Interval(mean, mean, mean, len(data))
    low, high = _bootstrap(data, confidence, "BCa")
    if not np.isfinite(low + high):  # BCa's acceleration is undefined for some tiny samples
        low, high = _bootstrap(data, confidence, "percentile")
    return Interval(mean, low, high, len(data))


def _bootstrap(data: np.ndarray, confidence: float, method: str) -> tuple[float, float]:
    """Interval of the mean of data that vary."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = bootstrap(
            (data,),
            np.mean,
            vectorized=True,
            n_resamples=RESAMPLES,
            batch=max(1, 2_000_000 // len(data)),
            confidence_level=confidence,
            method=method,
            rng=np.random.default_rng(RANDOM_SEED),
        )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _is_constant(data: np.ndarray) -> bool:
    """Equal but for rounding: 0.7 summed from bits and 0.7 summed otherwise are one value."""
    return bool(np.ptp(data) <= 1e-12 * max(1.0, float(np.abs(data).max())))


def median_interval(values: Sequence[float] | np.ndarray, confidence: float = CONFIDENCE) -> Median:
    """Return median with its distribution-free interval, two of the values themselves; what is not finite is left out.

    It assumes no shape: it holds for runs that either learn or collapse, where a mean says little.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    confidence : float
        At least this much; between 0 and 1.
    """
    data = np.asarray(values, dtype=float)
    data = data[np.isfinite(data)]
    if not len(data):
        return Median(float("nan"), float("nan"), float("nan"), 0)
    found = quantile_test(data, p=0.5).confidence_interval(confidence)
    return Median(float(np.median(data)), float(found.low), float(found.high), len(data))


def share_interval(successes: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """Share of successes with its exact interval (Clopper and Pearson 1934).

    Parameters
    ----------
    successes, of : int
        At least one trial.
    confidence : float
        At least this much; between 0 and 1.
    """
    found = binomtest(successes, of).proportion_ci(confidence)
    return Interval(successes / of, float(found.low), float(found.high), of)


def mean_band(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean over seeds and its pointwise percentile-bootstrap band.

    Parameters
    ----------
    values : ndarray of float, shape (seed, point)
        Seeds with any value that is not finite at a point are left out of that point.
    confidence : float
        Of the band at each point; between 0 and 1.

    Returns
    -------
    mean, low, high : ndarray of float, shape (point,)
        All nan where no seed has a value; low = mean = high for one seed.
    """
    finite = np.isfinite(values)
    data = np.where(finite, values, 0.0)
    rng = np.random.default_rng(RANDOM_SEED)
    # One set of resampled seeds for all points, as weights, so that the band is smooth where the data are.
    weight = rng.multinomial(len(values), np.full(len(values), 1 / max(len(values), 1)), size=BAND_RESAMPLES)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = data.sum(axis=0) / finite.sum(axis=0)
        resampled = (weight @ data) / (weight @ finite.astype(float))
    lows, highs = _quantiles(resampled, confidence)
    return mean, np.where(np.isfinite(lows), lows, mean), np.where(np.isfinite(highs), highs, mean)


def _quantiles(resampled: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper quantiles over the first axis, nan left out."""
    tail = (1 - confidence) / 2
    quantile = np.nanquantile if np.isnan(resampled).any() else np.quantile
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # columns without any value stay nan
        low, high = quantile(resampled, [tail, 1 - tail], axis=0)
    return low, high


def compare(
    first: Sequence[float] | np.ndarray,
    second: Sequence[float] | np.ndarray,
    names: tuple[str, str] = ("first", "second"),
) -> Comparison:
    """Return paired comparison of two conditions.

    Parameters
    ----------
    first, second : array_like of float, shape (seed,)
        Values of the same seeds, in the same order; pairs with a value that is not finite are left out.
    names : tuple of str

    Raises
    ------
    ValueError
        If the two differ in length.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"{len(a)} values of {names[0]} for {len(b)} of {names[1]}; give the same seeds in both")
    # Accuracies are fractions of small integers; what is left below 1e-12 is rounding, not a win.
    difference = np.round((a - b)[np.isfinite(a) & np.isfinite(b)], 12)
    p_value = _sign_flip_p(difference)
    return Comparison(
        first=names[0],
        second=names[1],
        difference=mean_interval(difference),
        p_value=p_value,
        p_holm=p_value,
        effect=cohens_dz(difference),
        wins=int((difference > 0).sum()),
        ties=int((difference == 0).sum()),
        losses=int((difference < 0).sum()),
    )


def cohens_dz(difference: np.ndarray) -> float:
    """Return mean over standard deviation of paired differences, shape (n,); 0 if all are 0, infinite if all are
    alike."""
    if len(difference) < 2:
        return float("nan")
    mean = float(difference.mean())
    if _is_constant(difference):
        return 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    return mean / float(difference.std(ddof=1))


def least_p(n: int) -> float:
    """Return the least p-value that a two-sided sign-flip test of n pairs can give: all signs alike."""
    return min(1.0, 2.0 ** (1 - n))


def _sign_flip_p(difference: np.ndarray) -> float:
    """Two-sided p-value of mean 0 under random signs; nan for no pairs."""
    if not len(difference):
        return float("nan")
    if not difference.any():
        return 1.0
    result = permutation_test(
        (difference,),
        lambda x, axis: np.mean(x, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, 2_000_000 // len(difference)),
        rng=np.random.default_rng(RANDOM_SEED),
    )
    return float(result.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's step-down correction: p-values that keep the family-wise error rate; nan stay nan and do not
    count."""
    corrected = [float("nan")] * len(p_values)
    order = sorted((p, i) for i, p in enumerate(p_values) if np.isfinite(p))
    running = 0.0
    for rank, (p, i) in enumerate(order):
        running = max(running, min(1.0, (len(order) - rank) * p))
        corrected[i] = running
    return corrected


def corrected(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the same comparisons with `p_holm` filled in for all of them together."""
    p_values = holm([c.p_value for c in comparisons])
    return [replace(c, p_holm=p) for c, p in zip(comparisons, p_values, strict=True)]
