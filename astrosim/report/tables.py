"""Numbers, published figures and paired comparisons as the tables of a report show them. Fractions are 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from astrosim.statistics.inference import Comparison, Interval, least_p
from astrosim.summary.rows import UNKNOWN
from astrosim.summary.verdicts import standing

CONVENTION = 0.05  # 1; the level that readers look for
LEAST_EFFECT = 6  # seeds; from here on the test above can reach that level


def number(value: float | None, digits: int = 3) -> str:
    """Return a number as a table shows it; a dash for what does not exist."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def interval_text(interval: Interval, digits: int = 3) -> str:
    """Return a confidence interval as a table shows it."""
    if not math.isfinite(interval.low):
        return UNKNOWN
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def p_text(value: float) -> str:
    """Return a p-value as a table shows it."""
    if not math.isfinite(value):
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def small_words(comparisons: Sequence[Comparison]) -> str:
    """Return a sentence on comparisons of so few seeds that no p-value can be small; empty if there are none."""
    few = sorted({row.difference.n for row in comparisons if least_p(row.difference.n) > CONVENTION})
    if not few:
        return ""
    least = "; ".join(f"{least_p(n):g} for {n} seeds" for n in few)
    return (
        f"So few seeds cannot tell conditions apart at the usual {CONVENTION:g}: the least p of this test is {least}."
    )


def effect_text(comparison: Comparison) -> str:
    """Return d_z as a table shows it; a dash where so few seeds give no standard deviation to speak of."""
    return UNKNOWN if comparison.difference.n < LEAST_EFFECT else number(comparison.effect, 2)


@dataclass(frozen=True)
class PublishedRow:
    """A published figure beside the measured one."""

    condition: str
    figure: str
    published: str
    measured: str
    interval: str
    difference: str
    verdict: str
    good: bool


def verdict(measured: Interval, published: float, replayed: bool) -> tuple[str, bool]:
    """Compare a measured mean with a published figure, in words; say whether they agree.

    Parameters
    ----------
    measured : Interval
    published : float
        As printed: its digits say how exact it is.
    replayed : bool
        Whether the published system itself was run; of another system, equal means are a coincidence.
    """
    return standing(measured.mean, published, "the interval" if measured.holds(published) else "", replayed)
