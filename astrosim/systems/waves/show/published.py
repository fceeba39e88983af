"""Published figures of wave networks beside the measured ones (fractions; losses as they are).

Source of the published lengths: the program of Peterson, "What can astrocytes compute?" (spec, section 3).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from astrosim.statistics.inference import CONFIDENCE, median_interval
from astrosim.summary.verdicts import standing
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.scenario.sections import SIZES

EPOCHS = {"mnist": 150, "fashion": 150, "xor": 3000}  # epochs that published figures were reached in; program
VAE_PASSES = 500  # passes of the published fixed VAE; program, recipe exp144
FIGURES = {
    "test_accuracy": "test accuracy, median",
    "test_loss": "test loss, median",
    "collapsed": "collapsed runs, share",
}
"""Published figure (and its column of summary.csv) -> its name."""


@dataclass(frozen=True)
class PublishedFigure:
    """A published figure of one condition beside the measured one.

    Attributes
    ----------
    condition : str
    figure : str
        Of `FIGURES`.
    published, measured : float
    low, high : float
        95 % interval of the measured median (order statistics) or share (Clopper and Pearson); nan if there is none.
    n : int
        Seeds.
    verdict : str
    good : bool
        Whether the two agree.
    shortfalls : tuple of str
        In what the run is shorter than the published one.
    """

    condition: str
    figure: str
    published: float
    measured: float
    low: float
    high: float
    n: int
    verdict: str
    good: bool
    shortfalls: tuple[str, ...]

    @property
    def difference(self) -> float:
        """Measured minus published."""
        return self.measured - self.published


def published_figures(rows: Sequence[Mapping[str, Any]], resolved: Mapping[str, WaveScenario]) -> list[PublishedFigure]:
    """Return all published figures of a scenario whose condition has finished seeds, in the order of the conditions.

    Parameters
    ----------
    rows : sequence of mapping
        Of summary.csv.
    resolved : mapping of str to WaveScenario
        By condition.
    """
    found = []
    for condition, scenario in resolved.items():
        own = [row for row in rows if row["condition"] == condition]
        for figure, value in scenario.reference.get(condition, {}).items() if own else ():
            values = np.array([row[figure] for row in own], dtype=float)
            found.append(_beside(condition, figure, value, values, scenario))
    return found


def _beside(
    condition: str, figure: str, published: float, values: np.ndarray, scenario: WaveScenario
) -> PublishedFigure:
    missing = shortfalls(scenario)
    measured, low, high, within = _share(values, published) if figure == "collapsed" else _median(values, published)
    replayed = scenario.network.variant == "published" and not missing
    verdict, good = standing(measured, published, within, replayed)
    return PublishedFigure(condition, figure, published, measured, low, high, len(values), verdict, good, missing)


def _median(values: np.ndarray, published: float) -> tuple[float, float, float, str]:
    found = median_interval(values)
    within = "the interval" if found.holds(published) else ""
    if found.n > 1 and math.isnan(found.low) and values.min() <= published <= values.max():
        within = f"the range of the {found.n} seeds"
    return found.median, found.low, found.high, within


def _share(values: np.ndarray, published: float) -> tuple[float, float, float, str]:
    interval = binomtest(int(values.sum()), len(values)).proportion_ci(CONFIDENCE)
    low, high = float(interval.low), float(interval.high)
    return float(values.mean()), low, high, "the interval" if low <= published <= high else ""


def shortfalls(scenario: WaveScenario) -> tuple[str, ...]:
    """Return in what a resolved scenario is shorter than the published runs on its data, in words."""
    data, schedule, front = scenario.task.data, scenario.schedule, scenario.front
    train, test = SIZES[data]
    found = []
    if schedule.epochs < EPOCHS.get(data, 0):
        found.append(f"{schedule.epochs:,} of {EPOCHS[data]:,} epochs")
    if scenario.training_images < train:
        found.append(f"{scenario.training_images:,} of {train:,} training images")
    if scenario.test_images < test:
        found.append(f"{scenario.test_images:,} of {test:,} test images")
    if front.rule == "vae" and front.epochs < VAE_PASSES:
        found.append(f"{front.epochs:,} of {VAE_PASSES} passes of the VAE")
    return tuple(found)
