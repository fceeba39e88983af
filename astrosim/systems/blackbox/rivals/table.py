"""Rivals by name, their settings with defaults and ranges, and how one is made. Nothing here is compiled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from astrosim.contracts.loading import find
from astrosim.core.errors import AstrosimError
from astrosim.rules.choices import chosen
from astrosim.statistics.tuning import settings_to_try

if TYPE_CHECKING:
    from astrosim.systems.blackbox.rivals.rival import Rival

HERE = "astrosim.systems.blackbox.rivals"


@dataclass(frozen=True)
class Setting:
    """A number that an algorithm reads.

    Attributes
    ----------
    default : float
    meaning : str
    source : str
        Of the default.
    low, high : float
        Values that are allowed, both ends included.
    tuning : tuple of float
        Range that tuning tries, by its logarithm.
    multiple : int
        Whole numbers that are multiples of it alone; 0: any number.
    """

    default: float
    meaning: str
    source: str
    low: float
    high: float
    tuning: tuple[float, float]
    multiple: int = 0

    def problem(self, value: float) -> str:
        """Return the remedy for a value that is not allowed; empty if it is."""
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            return "Write a number"
        if not (math.isfinite(value) and self.low <= value <= self.high):
            return f"Write a number from {self.low:g} to {self.high:g}"
        if self.multiple and value % self.multiple:
            return "Write a whole number" if self.multiple == 1 else f"Write a multiple of {self.multiple}"
        return ""


@dataclass(frozen=True)
class RivalRule:
    """An algorithm.

    Attributes
    ----------
    place : str
        ``module:name`` of its class.
    name, source : str
    settings : mapping of str to Setting
    fewest : int
        Parameters that it needs.
    """

    place: str
    name: str
    source: str
    settings: Mapping[str, Setting]
    fewest: int = 1

    def settings_to_try(self, count: int) -> list[dict[str, float]]:
        """Return as many settings for tuning, the defaults first; see `statistics.tuning`."""
        defaults = {name: float(setting.default) for name, setting in self.settings.items()}
        ranges = {name: setting.tuning for name, setting in self.settings.items()}
        return settings_to_try(defaults, ranges, count, {name: one.multiple for name, one in self.settings.items()})


POPULATION = Setting(16, "proposals per generation", "Hansen 2016: 4 + 3 ln n", 4, 100_000, (8, 64), 1)
PAIRED = Setting(
    32, "proposals per generation, half of them the opposite of the others", "assumed", 2, 1e5, (16, 64), 2
)
SIGMA = Setting(0.5, "standard deviation of proposals at the start, in scales", "assumed", 1e-9, 1e9, (0.1, 1.5))
WIDTH = replace(SIGMA, meaning="standard deviation of proposals, in scales", default=0.2, tuning=(0.05, 0.8))
RATE = Setting(0.05, "learning rate of the centre (Adam), in scales", "assumed", 1e-9, 1e9, (0.01, 0.3))
SIGMA_RATE = Setting(0.1, "learning rate of sigma, as a share of it", "Toklu et al. 2020", 0.0, 10.0, (0.03, 0.5))

COVARIANCE = {"population": POPULATION, "sigma": SIGMA}
RIVALS = {
    "cma_es": RivalRule(f"{HERE}.cma_es:CmaEs", "CMA-ES", "Hansen 2016", COVARIANCE, fewest=2),
    "sep_cma_es": RivalRule(
        f"{HERE}.sep_cma_es:SepCmaEs", "separable CMA-ES", "Ros & Hansen 2008", COVARIANCE, fewest=2
    ),
    "openai_es": RivalRule(
        f"{HERE}.openai_es:OpenaiEs",
        "OpenAI-ES",
        "Salimans et al. 2017",
        {"population": PAIRED, "sigma": WIDTH, "rate": RATE},
    ),
    "pgpe": RivalRule(
        f"{HERE}.pgpe:Pgpe",
        "PGPE",
        "Sehnke et al. 2010",
        {
            "population": PAIRED,
            "sigma": replace(SIGMA, default=0.3),
            "rate": replace(RATE, default=0.1),
            "sigma_rate": SIGMA_RATE,
        },
    ),
    "snes": RivalRule(
        f"{HERE}.snes:Snes",
        "SNES",
        "Schaul et al. 2011",
        {
            "population": replace(POPULATION, low=2),
            "sigma": SIGMA,
            "rate": Setting(
                1.0, "learning rate of the centre", "Wierstra et al. 2014, table 1", 1e-9, 10.0, (0.3, 2.0)
            ),
            "sigma_rate": Setting(
                1.0, "learning rate of sigma, in table 1's", "Wierstra et al. 2014, table 1", 0.0, 10.0, (0.3, 3.0)
            ),
        },
    ),
    "ars": RivalRule(
        f"{HERE}.ars:Ars",
        "ARS",
        "Mania et al. 2018",
        {
            "population": PAIRED,
            "sigma": WIDTH,
            "rate": Setting(0.1, "step of the centre along directions, in scales", "assumed", 1e-9, 1e9, (0.01, 0.5)),
            "top": Setting(
                0.5,
                "share of the pairs that is used, the best ones",
                "Mania et al. 2018: 1/4 to 1",
                1e-9,
                1.0,
                (0.2, 1.0),
            ),
        },
    ),
}
"""Algorithms by value of `learner.rule`."""
SETTINGS = {rule: rival.settings for rule, rival in RIVALS.items()}
"""Settings of every algorithm by name."""


def complete(rule: str, settings: Mapping[str, float]) -> dict[str, float]:
    """Return all settings of a rule: those given, and the defaults of all others.

    Raises
    ------
    AstrosimError
        If there is no such rule or setting, or a value is not allowed.
    """
    known = chosen("learner.rule", RIVALS, rule).settings
    for name, value in settings.items():
        if name not in known:
            raise AstrosimError(f"learner.{name}: no setting of {rule} ({value}). Write one of {', '.join(known)}.")
        if remedy := known[name].problem(value):
            raise AstrosimError(f"learner.{name}: not allowed for {rule} ({value}). {remedy}.")
    return {name: float(settings.get(name, setting.default)) for name, setting in known.items()}


def make_rival(rule: str, start: np.ndarray, scale: np.ndarray, seed: int, settings: Mapping[str, float]) -> Rival:
    """Return a rival at its start.

    Parameters
    ----------
    rule : str
        Of `RIVALS`.
    start, scale : ndarray of float64, shape (parameter,)
        Parameters at the start, and the step of each at sigma = 1.
    seed : int
        0 to 2^64 - 1.
    settings : mapping of str to float
        Of `SETTINGS`; defaults for those left out.

    Raises
    ------
    AstrosimError
        If the rule, a setting, the start or the scale is not allowed.
    """
    own = complete(rule, settings)
    start, scale = np.array(start, np.float64), np.array(scale, np.float64)
    fewest = RIVALS[rule].fewest
    if start.ndim != 1 or start.size < fewest:
        raise AstrosimError(
            f"learner.rule: {rule} wants {fewest} parameters or more (shape {start.shape}). Give it more, or write "
            "another rule."
        )
    if scale.shape != start.shape:
        raise AstrosimError(f"scale: one number per parameter (shape {scale.shape}). Give {start.size}.")
    if not np.isfinite(start).all():
        raise AstrosimError(f"start: {rule} wants finite numbers ({start[~np.isfinite(start)][0]}). Give finite ones.")
    if not (np.isfinite(scale) & (scale > 0.0)).all():
        bad = scale[~(np.isfinite(scale) & (scale > 0.0))][0]
        raise AstrosimError(f"scale: {rule} wants numbers above 0 ({bad}). Give finite numbers above 0.")
    return find(RIVALS[rule].place, f"learner.rule: {rule} needs")(rule, start, scale, seed, own)
