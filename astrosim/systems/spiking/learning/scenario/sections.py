"""The sections of a scenario of learning over spiking windows: every number with default, unit and source.

Sources: sections of Murray 2026; "S1": measured, the recipe whose figures the scenario `eight_patterns` states.
"""

from __future__ import annotations

from typing import Any, Literal

from astrosim.rules.choices import CONSOLIDATION, REWARDS, meanings
from astrosim.scenario.section import Real, Section, quantity
from astrosim.systems.population.sections import EIGHT_PATTERNS, Adaptation, PatternTask
from astrosim.systems.spiking.learners.recipe import NEURON


def by_calcium(scenario: Any) -> bool:
    """Return whether astrocytes are selected by their calcium."""
    return bool(scenario.astrocytes.activation != "random")


def coupled(scenario: Any) -> bool:
    """Return whether there are gap junctions."""
    return bool(scenario.gap_junctions.rule != "none")


def limited(scenario: Any) -> bool:
    """Return whether the reward has a cap."""
    return "cap" in REWARDS[scenario.decision.reward].needs


def consolidates(scenario: Any) -> bool:
    """Return whether only a part of a kept step stays."""
    return bool(scenario.decision.consolidation != "whole")


class WindowNetwork(Section):
    """Neurons, their places and their wiring: those of threshold networks by the same seed."""

    clusters: int = quantity(2, "number of clusters, on a square lattice", "clusters", "3.1", ge=1, le=1000)
    inputs: int = quantity(5, "input neurons per cluster", "neurons", "3.1", ge=1, le=1000)
    outputs: int = quantity(5, "output neurons per cluster", "neurons", "3.1", ge=1, le=1000)
    modulatory: int = quantity(2, "modulatory neurons per cluster", "neurons", "3.1", ge=0, le=1000)
    regular: int = quantity(18, "regular neurons per cluster", "neurons", "3.1", ge=0, le=1000)
    tonic: int = quantity(1, "neurons that fire in every window, onto every neuron that is not driven", "neurons", ge=0)
    input_clusters: Literal["all", "task"] = quantity(
        "task", "whose input neurons are driven; task: cluster 0's, elsewhere they are regular neurons", ""
    )
    synapses: Literal["all", "task"] = quantity(
        "all", "task: only synapses from driven and tonic neurons, or onto the task's outputs", ""
    )
    spacing: Real = quantity(15.0, "distance between neighbouring cluster centres", "units", "3.1", gt=0, le=1e6)
    half_width: Real = quantity(
        5.0, "neurons lie within +- this of the centre, on x and y", "units", "program", gt=0, le=1e6
    )
    p_within: Real = quantity(0.6, "connection probability within a cluster", "1", "3.1", ge=0, le=1)
    p_between: Real = quantity(0.5, "connection probability between clusters", "1", "3.1", ge=0, le=1)
    initial_weight: Real = quantity(0.1, "initial weights are uniform in [-this, this)", "1", "program", ge=0, le=2)
    weight_pa: int = quantity(
        450,
        "current jump of a synapse of weight 1: whole, so that sums are exact in any order",
        "pA",
        "S1",
        ge=1,
        le=65535,
    )
    delay_ms: Real = quantity(1.5, "of every synapse: a multiple of the step", "ms", "S1", gt=0, le=100)
    parameters: dict[str, Any] = quantity(dict(NEURON), "of iaf_psc_exp, by NEST's names", "", "S1")


class WindowTask(PatternTask):
    """Which inputs should give which outputs, how patterns are shown and how outputs are read."""

    patterns: tuple[tuple[str, str], ...] = quantity(
        EIGHT_PATTERNS, "pairs [input bits, target bits]", "bits", "3.3", min_length=1, max_length=1000
    )
    step_ms: Real = quantity(0.5, "step of the grid", "ms", "S1", gt=0, le=20)
    window_ms: Real = quantity(20.0, "for which a pattern is shown, from rest", "ms", "S1", gt=0, le=10_000)
    rate_hz: Real = quantity(200.0, "of the regular train of a bit that is on", "Hz", "S1", gt=0, le=10_000)
    phase_ms: Real = quantity(
        0.3, "first spike of neuron i: i times this, modulo the period", "ms", "S1", ge=0, le=1000
    )
    threshold_pa: Real = quantity(93.75, "a bit is 1 if its output's mean synaptic current is above", "pA", "S1")


class WindowAstrocytes(Section):
    """The population that learns."""

    per_cluster: int = quantity(
        4, "astrocytes per cluster, on a lattice over its bounding box", "astrocytes", "3.2", ge=1, le=1000
    )
    radius: Real = quantity(
        4.0, "territory: neurons of the same cluster within this 2-D distance", "units", "S1", gt=0, le=1e6
    )
    activation: Literal["random", "calcium", "strict"] = quantity(
        "random",
        "random: drawn; calcium: highest calcium over threshold, at least one; strict: only while above threshold",
        "",
    )
    max_active: int = quantity(1, "active astrocytes per trial, at most", "astrocytes", "4.2", ge=1, le=64)
    window: int = quantity(20, "remembered outcomes (kept or not)", "activations", "3.2", ge=1, le=255)
    threshold: Real = quantity(
        0.19669, "of calcium at the start", "uM", "Nadkarni and Jung 2003", gt=0, le=100, read_if=by_calcium
    )
    exploration: Real = quantity(
        0.0, "probability per trial that one below its threshold is active", "1/trial", "4.2", ge=0, le=1,
        read_if=by_calcium,
    )  # fmt: skip


class Calcium(Section):
    """Li-Rinzel calcium, and the IP3 that traffic brings."""

    sensing: Literal["traffic", "spikes"] = quantity(
        "traffic",
        "IP3 flows in with the mean over a territory's synapses of |weight| x spikes, or of spikes",
        "",
        "4.1",
    )
    drive: Real = quantity(1.0, "factor on that", "1", "S1", ge=0, le=1e6)
    trial_ms: Real = quantity(0.0, "biological time of a trial; 0: that of its windows", "ms", ge=0, le=1e7)
    leap_ms: Real = quantity(50.0, "longest step of the integrator", "ms", "measured", gt=0, le=100)
    parameters: dict[str, Any] = quantity({"delta_IP3": 0.005}, "of li_rinzel, by NEST's names", "", "S1")


class WindowJunctions(Section):
    """Gap junctions between astrocytes."""

    rule: Literal["none", "linear", "threshold_linear"] = quantity("none", "flux of IP3 of a junction", "")
    reach: Real = quantity(8.0, "greatest distance of coupled astrocytes", "units", ge=0, le=1e6, read_if=coupled)
    strength: Real = quantity(
        0.09,
        "F: 1/s (linear) or uM/s (threshold_linear)",
        "1/s",
        "Stimberg et al. 2018",
        ge=0,
        le=1000,
        read_if=coupled,
    )
    threshold: Real = quantity(0.3, "I_Theta", "uM", "Stimberg et al. 2018", ge=0, read_if=coupled)
    width: Real = quantity(0.05, "omega_I", "uM", "Stimberg et al. 2018", gt=0, read_if=coupled)


class CalciumAdaptation(Adaptation):
    """Adaptation of the thresholds of calcium by recent success."""

    step: Real = quantity(0.01, "size of a move", "uM", "4.6", ge=0, le=100)
    floor: Real = quantity(0.08, "lowest threshold", "uM", "S1", ge=0, le=100)
    ceiling: Real = quantity(0.9, "highest threshold", "uM", "S1", ge=0, le=100)


class WindowPerturbation(Section):
    """Random steps of weights."""

    sigma: Real = quantity(0.5, "standard deviation of a step", "1", "S1", gt=0, le=2)
    fraction: Real = quantity(
        0.1, "part of a territory's synapses, shared by the active astrocytes", "1", "S1", gt=0, le=1
    )
    limit: Real = quantity(2.0, "weights lie in [-this, this]", "1", "4.3", gt=0, le=1000)


class WindowDecision(Section):
    """Keep or revert, by the mean reward of the patterns of a trial."""

    reward: Literal[*REWARDS] = quantity("log_sigmoid", meanings(REWARDS), "", "S1")  # type: ignore[valid-type]
    gain: Real = quantity(5.0 / 187.5, "in the sigmoids", "1/pA", "S1", gt=0, le=1e6)
    cap: Real = quantity(187.5, "of a distance from the threshold", "pA", "", gt=0, le=1e9, read_if=limited)
    window: int = quantity(0, "patterns per trial; 0: all", "patterns", "S1", ge=0, le=1000)
    margin: Real = quantity(0.0, "rise of the reward that is asked for", "1", ge=0, le=1e6)
    consolidation: Literal[*CONSOLIDATION] = quantity("whole", meanings(CONSOLIDATION), "")  # type: ignore[valid-type]
    rate: Real = quantity(0.3, "of consolidation", "1", gt=0, le=1000, read_if=consolidates)
    race: bool = quantity(True, "a perturbation is given up once the patterns that are left cannot save it")


class WindowSchedule(Section):
    """Number of trials."""

    trials: int = quantity(20_000, "trials of a replicate, at most", "trials", "S1", ge=1, le=10**8)
    stop: bool = quantity(True, "a replicate ends once all bits of all patterns are right")


class WindowRecord(Section):
    """Records; they change nothing."""

    every: int = quantity(50, "bits, rewards and calcium every this many trials", "trials", ge=1, le=10**8)
    decisions: bool = quantity(True, "per trial: pattern, decision, active astrocytes, reward")
