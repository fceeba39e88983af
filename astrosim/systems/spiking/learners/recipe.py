"""Numbers of learning over spiking windows: those that a scenario resolves to (ms, Hz, pA, uM, units of the plane)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from astrosim.core.errors import AstrosimError
from astrosim.systems.population.sections import EIGHT_PATTERNS, Adaptation

NEURON = {"C_m": 250.0, "tau_m": 20.0, "tau_syn_ex": 5.0, "tau_syn_in": 5.0, "t_ref": 2.0}
"""Parameters of neurons beside the defaults: measured, `S1`."""


@dataclass(frozen=True)
class Clusters:
    """Neurons, their places and their wiring; Murray 2026, section 3.1.

    Attributes
    ----------
    clusters, inputs, outputs, modulatory, regular : int
        Clusters, and neurons of each by kind.
    tonic : int
        Neurons that fire in every window.
    input_clusters, synapses : str
        As of threshold networks.
    spacing, half_width : float
        Units of the plane.
    p_within, p_between : float
    initial_weight : float
        Weights at the start are uniform in [-this, this).
    weight_pa : int
        Current jump of a synapse of weight 1, pA; a whole number, so that sums of arrivals are exact in any order.
    delay_ms : float
    parameters : dict of str to float
        Of all neurons, by NEST's names; the others have their defaults.
    """

    clusters: int = 2
    inputs: int = 5
    outputs: int = 5
    modulatory: int = 2
    regular: int = 18
    tonic: int = 1
    input_clusters: str = "task"
    synapses: str = "all"
    spacing: float = 15.0
    half_width: float = 5.0
    p_within: float = 0.6
    p_between: float = 0.5
    initial_weight: float = 0.1
    weight_pa: int = 450
    delay_ms: float = 1.5
    parameters: dict[str, float] = field(default_factory=lambda: dict(NEURON))


@dataclass(frozen=True)
class Windows:
    """Task, and how patterns are shown and read.

    Attributes
    ----------
    patterns : tuple of (str, str)
        Input bits and target bits.
    step_ms, window_ms : float
    rate_hz : float
        Of the regular train of a bit that is on.
    phase_ms : float
        Of the first spike of input neuron i: this times i, modulo the period.
    threshold_pa : float
        A bit is read as 1 if the mean synaptic current of its output is above.
    """

    patterns: tuple[tuple[str, str], ...] = EIGHT_PATTERNS
    step_ms: float = 0.5
    window_ms: float = 20.0
    rate_hz: float = 200.0
    phase_ms: float = 0.3
    threshold_pa: float = 93.75


@dataclass(frozen=True)
class Astrocytes:
    """Astrocytes: who is active, and their calcium.

    Attributes
    ----------
    per_cluster : int
    radius : float
        Of a territory, units.
    activation : str
        random, calcium or strict.
    max_active : int
        Each trial.
    memory : int
        Remembered outcomes.
    threshold : float
        Of calcium at the start, uM.
    exploration : float
        Probability per trial of an astrocyte below its threshold to be active.
    sensing : str
        traffic: IP3 flows in with the mean |weight| x spikes of a territory's synapses; spikes: with the mean spikes.
    drive : float
        Factor on that.
    trial_ms : float
        Biological time of a trial; 0: that of its windows.
    leap_ms : float
        Longest step of calcium.
    parameters : dict of str to float
        Of `li_rinzel`, by NEST's names.
    coupling : str
        Gap junctions: none, linear or threshold_linear.
    reach : float
        Greatest distance of coupled astrocytes, units.
    strength, theta, width : float
        F (1/s or uM/s), I_Theta and omega_I (uM).
    """

    per_cluster: int = 4
    radius: float = 4.0
    activation: str = "random"
    max_active: int = 1
    memory: int = 20
    threshold: float = 0.19669
    exploration: float = 0.0
    sensing: str = "traffic"
    drive: float = 1.0
    trial_ms: float = 0.0
    leap_ms: float = 50.0
    parameters: dict[str, float] = field(default_factory=lambda: {"delta_IP3": 0.005})
    coupling: str = "none"
    reach: float = 8.0
    strength: float = 0.09
    theta: float = 0.3
    width: float = 0.05


@dataclass(frozen=True)
class Trials:
    """Perturbation, decision and number of trials.

    Attributes
    ----------
    sigma : float
        Standard deviation of a step.
    fraction : float
        Part of a territory's synapses.
    limit : float
        Largest size of a weight.
    reward : str
        Of `rules.choices.REWARDS`.
    gain : float
        1/pA.
    cap : float
        pA.
    window : int
        Patterns of a trial; 0: all.
    race : bool
        Whether a perturbation is given up once the patterns that are left cannot save it.
    most : int
        Trials.
    stops : bool
        Whether they end once all bits are right.
    margin : float
        Rise of the reward that is asked for.
    consolidation : str
        Of `rules.choices.CONSOLIDATION`: how much of a kept step stays.
    rate : float
        Of consolidation.
    """

    sigma: float = 0.5
    fraction: float = 0.1
    limit: float = 2.0
    reward: str = "log_sigmoid"
    gain: float = 5.0 / 187.5
    cap: float = 187.5
    window: int = 0
    race: bool = True
    most: int = 20_000
    stops: bool = True
    margin: float = 0.0
    consolidation: str = "whole"
    rate: float = 0.3


def thresholds() -> Adaptation:
    """Return the adaptation of calcium thresholds (uM) by default."""
    return Adaptation(floor=0.08, ceiling=0.9)


@dataclass(frozen=True)
class Recipe:
    """All numbers of a learning run.

    Attributes
    ----------
    network : Clusters
    windows : Windows
    astrocytes : Astrocytes
    adaptation : Adaptation
    trials : Trials
    """

    network: Clusters = field(default_factory=Clusters)
    windows: Windows = field(default_factory=Windows)
    astrocytes: Astrocytes = field(default_factory=Astrocytes)
    adaptation: Adaptation = field(default_factory=thresholds)
    trials: Trials = field(default_factory=Trials)


def condition(activation: str, **own: Any) -> Recipe:
    """Return the recipe of a condition by name: random, calcium or strict; `own`: further sections."""
    chosen = {
        "random": Astrocytes(),
        "calcium": Astrocytes(activation="calcium", max_active=2, exploration=0.05),
        "strict": Astrocytes(
            activation="strict", max_active=2, sensing="spikes", drive=0.5, parameters={"delta_IP3": 0.02}
        ),
    }
    return Recipe(**{"astrocytes": chosen[activation], **own})


def problems(recipe: Recipe) -> list[str]:
    """Return what is wrong with a recipe, field by field, with what would be right; empty if nothing is."""
    from astrosim.systems.spiking.models import ASTROCYTES, NEURONS  # loads numba, which listings do without

    own, windows, found = recipe.network, recipe.windows, []
    if own.weight_pa != int(own.weight_pa) or own.weight_pa <= 0:
        found.append(f"network.weight_pa: not a whole number above 0 ({own.weight_pa}). Sums are exact only with one")
    found += off_grid({"network.delay_ms": own.delay_ms, "task.window_ms": windows.window_ms}, windows.step_ms)
    for section, given, model in (
        ("network", own.parameters, NEURONS["iaf_psc_exp"]),
        ("calcium", recipe.astrocytes.parameters, ASTROCYTES["li_rinzel"]),
    ):
        found += parameter_problems(section, given, model)
    return found


def off_grid(times: Mapping[str, float], step: float) -> list[str]:
    """Return which times are no multiples of the step (ms), at least one, by field; empty if all are."""
    return [
        f"{name}: {value:g} is no multiple of the step, {step:g}. Write one"
        for name, value in times.items()
        if value < step or not near_whole(value / step)
    ]


def parameter_problems(section: str, given: Mapping[str, Any], model: Any) -> list[str]:
    """Return what is wrong with a section's parameters of a model; empty if nothing is."""
    found = []
    for name, value in given.items():
        if name not in model.columns:
            found.append(f"{section}.parameters: {model.name} has no {name}. Write one of {', '.join(model.columns)}")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            found.append(f"{section}.parameters.{name}: no number ({value!r}). Write one")
        elif problem := model.columns[name].problem(value):
            found.append(f"{section}.parameters.{name}: {problem}")
    return found


def check(recipe: Recipe) -> None:
    """Refuse a recipe with which no network learns.

    Raises
    ------
    AstrosimError
        With all that is wrong.
    """
    if found := problems(recipe):
        raise AstrosimError("\n".join(f"{one}." for one in found))


def near_whole(value: float) -> bool:
    """Return whether a ratio of two times is a whole number, but for rounding."""
    return abs(value - round(value)) < 1e-9 * max(1.0, abs(value))
