"""The section of the baselines: learners beside the astrocytes, on the same network, task and reward."""

from __future__ import annotations

from typing import Literal

from astrosim.scenario.section import Real, Section, quantity


class Rival(Section):
    """The numbers of a rival; each looks at those that it has."""

    population: int = quantity(
        1,
        "evolution: antithetic pairs per update; cma_es: half of its networks; node_perturbation, reinforce: noisy "
        "passes per pattern",
        "1",
        ge=1,
        le=10**4,
    )
    sigma: Real = quantity(
        0.1, "step of a weight (one_plus_one, cma_es: at first; spsa: c), or noise of a summed input", "1", gt=0, le=16
    )
    learning_rate: Real = quantity(0.02, "step along the gradient (spsa: a)", "1", "Kingma & Ba 2015", gt=0, le=1000)
    optimiser: Literal["adam", "plain"] = quantity(
        "adam", "how evolution, local and taught rivals climb; plain: gradient x learning_rate", "", "Kingma & Ba 2015"
    )
    rise: Real = quantity(
        1.5,
        "one_plus_one: sigma x rise after a success, x rise^(-1/4) after a failure",
        "1",
        "Kern et al. 2004",
        gt=1,
        le=10,
    )
    momentum: Real = quantity(
        0.01,
        "adaptive_monte_carlo: how far the mean step moves to one that was kept",
        "1",
        "Whitelam et al. 2022",
        ge=0,
        le=1,
    )
    patience: int = quantity(
        50, "adaptive_monte_carlo: rejections in a row until sigma shrinks", "trials", "assumed", ge=1, le=10**9
    )
    shrink: Real = quantity(
        0.95,
        "adaptive_monte_carlo: factor of sigma then; the mean step is forgotten",
        "1",
        "Whitelam et al. 2022",
        gt=0,
        le=1,
    )
    stability: Real = quantity(
        100.0, "spsa: a / (stability + k)^0.602 in update k", "updates", "Spall 1998", ge=0, le=10**9
    )
    slope: Real = quantity(
        4.0,
        "steepness of sigmoid(slope (a - threshold)): chance to fire (reinforce), surrogate (backpropagation)",
        "1",
        gt=0,
        le=1000,
    )
    baseline: Real = quantity(
        0.05, "reinforce: how far a pattern's expected reward moves to each new one", "1", "Williams 1992", gt=0, le=1
    )
    graded: bool = quantity(False, "backpropagation: hidden neurons send the sigmoid itself while learning")
