"""What an update of a rival is, phase by phase, in words with its numbers."""

from __future__ import annotations

from astrosim.systems.threshold.scenario.baseline_section import KEEPING, TAUGHT, USED, Rival
from astrosim.systems.threshold.scenario.schema import Scenario

UNUSED = ("accept", "temperature", "margin", "consolidation", "rate", "race", "window")  # fields of `decision`
NONE = "nothing (no astrocytes)"
REFRESHED = {
    "one_plus_one": "sigma",
    "adaptive_monte_carlo": "sigma and mean step",
    "cma_es": "sigma, the variance of every weight, and paths",
    "reinforce": "expected rewards",
}


def moot_of_rival(scenario: Scenario) -> tuple[str, ...]:
    """Paths that mean nothing to the scenario's rival, beside those of astrocytes and the cursor."""
    unused = set(Rival.model_fields) - set(USED[scenario.learner])
    others = ("scope", "fraction", "sigma", "adapt_sigma")
    return (
        *sorted(f"rival.{name}" for name in unused),
        *(f"perturbation.{name}" for name in others),
        *(f"decision.{name}" for name in UNUSED),
        *(("decision.reward", "decision.gain", "decision.cap") if scenario.learner == "reinforce" else ()),
    )


def rival_rule(phase: str, scenario: Scenario, reward: str) -> str:
    """What a phase does under a rival; `reward`: how a pass is judged, in words."""
    from astrosim.systems.threshold.forward_passes import (
        passes_a_trial,  # loads numba, which no other explanation needs
    )

    learner, passes = scenario.learner, f"{passes_a_trial(scenario)} passes an update; "
    by_chance = "reward = fraction of the bits that came out right"
    remembered = "nothing (the standing reward is remembered)" if learner in KEEPING else "nothing"
    rules = {
        "evaluate before": reward if learner == "node_perturbation" else remembered,
        "perturb": _perturbed(scenario),
        "evaluate after": passes + (by_chance if learner == "reinforce" else reward),
        "decide": _decided(scenario),
        "adapt": f"{REFRESHED[learner]} of the rival" if learner in REFRESHED else NONE,
    }
    return rules.get(phase, NONE)


def _perturbed(scenario: Scenario) -> str:
    rival = scenario.rival
    return {
        "one_plus_one": f"all synapses; sigma {rival.sigma:g} at first",
        "adaptive_monte_carlo": f"all synapses; sigma {rival.sigma:g} at first, about the mean of kept steps",
        "evolution": f"all synapses, {rival.population} antithetic pairs; sigma {rival.sigma:g}",
        "cma_es": f"all synapses, {2 * rival.population} networks about the mean; sigma {rival.sigma:g} at first",
        "spsa": f"all synapses by +-c, both ways; c = {rival.sigma:g} / k^0.101",
        "node_perturbation": f"summed inputs, {rival.population} times a pattern; sigma {rival.sigma:g}",
        "reinforce": f"firing by chance, {rival.population} times a pattern: sigmoid of {rival.slope:g} x distance",
    }.get(scenario.learner, "nothing")


def _decided(scenario: Scenario) -> str:
    rival, limit = scenario.rival, f"clipped to +-{scenario.perturbation.limit:g}"
    if scenario.learner in KEEPING:
        return f"kept if after >= before; {limit}"
    if scenario.learner == "cma_es":
        return f"the better half's weighted mean stands; {limit}"
    if scenario.learner == "spsa":
        return f"up the estimate by a / ({rival.stability:g} + k)^0.602, a = {rival.learning_rate:g}; {limit}"
    whose = {"delta": "error of each output x what it was sent", "backpropagation": "surrogate gradient"}
    source = whose[scenario.learner] if scenario.learner in TAUGHT else "estimate"
    return f"up the {source}; {rival.optimiser}, learning rate {rival.learning_rate:g}; {limit}"
