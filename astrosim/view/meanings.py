"""Meaning, unit and range of what the live view draws of threshold networks: from the fields of the scenario."""

from __future__ import annotations

from astrosim.rules.choices import SENSING
from astrosim.scenario.field_info import fields_of
from astrosim.systems.threshold.scenario.schema import Scenario

NEURONS = {
    "input": ("a pattern drives it", "network.inputs"),
    "output": ("it answers; its bit is compared with the target", "network.outputs"),
    "modulatory": ("where neurons learn, it releases the chemical", "network.modulatory"),
    "regular": ("it passes on what it receives", "network.regular"),
    "tonic": ("it always fires", "network.tonic"),
}
"""What neurons of each kind do, and the field of their number."""
RATES = {
    "none": "exploration.rule",
    "flat": "exploration.flat_rate",
    "maturity": "exploration.initial_rate",
}
"""Field that says how often an astrocyte explores, by the rule."""


def meanings(scenario: Scenario) -> dict[str, str]:
    """Return a text by name of what is drawn.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    """

    def told(*paths: str) -> str:
        return "; ".join(field_words(scenario, path) for path in paths)

    return {name: f"{what}; {told(path)}" for name, (what, path) in NEURONS.items()} | {
        "threshold": "the score above which an astrocyte acts; "
        + told("astrocytes.threshold", "adaptation.floor", "adaptation.ceiling"),
        "exploration": f"probability per trial of acting below the threshold; {told(RATES[scenario.exploration.rule])}",
        "score": f"{SENSING[scenario.sensing.rule].meaning}; from 0 on (1)",
        "calcium": f"sum of what has arrived over gap junctions, from 0 on (1); {told('coupling.decay_time')}",
        "chemical": f"released by reward at the synapses onto a neuron, of either sign (1); {told('chemical.decay')}",
        "weight": f"strength of a synapse, of either sign (1); {told('perturbation.limit', 'perturbation.sigma')}",
        "fired": f"filled: it fired in the pass that is shown; {told('network.threshold')}",
    }


def field_words(scenario: Scenario, path: str) -> str:
    """Return a field with its value, unit, meaning and range in words."""
    facts, section = fields_of(Scenario)[path], path.rpartition(".")[0]
    value = getattr(getattr(scenario, section), path.rpartition(".")[2])
    unit = "" if facts.unit in ("", "1") else f" {facts.unit}"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{path} = {shown}{unit} ({facts.meaning}; {facts.interval})"
