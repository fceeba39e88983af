"""The sections of a scenario of rows of arrays, beside `[task]`: every number as a field with default, unit and source.

Source of the defaults: Murray 2026 ("Murray"), and trials past it ("measured": what learned best on validation images).
A trial is one evaluation of the present batch. Lengths are in pixels.
"""

from __future__ import annotations

from typing import Any, Literal

from astrosim.scenario.section import Real, Section, quantity

ASCENDING = ("spsa", "backpropagation")
"""Learners that follow a gradient, or an estimate of it, without keep or revert."""


def keeps_or_reverts(scenario: Any) -> bool:
    """Return whether the learner proposes, and keeps or reverts."""
    return scenario.learner.rule not in ASCENDING


def takes_a_side(scenario: Any) -> bool:
    """Return whether a proposal changes the incoming or the outgoing side of units; SPSA does as the one who draws
    says.
    """
    return scenario.learner.rule != "one_plus_one"


def owns_territories(scenario: Any) -> bool:
    """Return whether units belong to territories."""
    return scenario.learner.rule in ("astrocytes", "random_mask")


def perturbs(scenario: Any) -> bool:
    """Return whether anything is perturbed and judged by a reward."""
    return scenario.learner.rule != "backpropagation"


class ArrayNetwork(Section):
    """Inputs on the pixels' grid, hidden units over their fields, outputs beside."""

    units: int = quantity(256, "hidden units, H", "neurons", "measured", ge=1, le=100_000)
    features: int = quantity(
        0,
        "inputs that a unit hears, drawn at random; 0: all of up to 32, of more twice the root of their number",
        "inputs",
        "own tasks, section 9",
        ge=0,
        le=100_000,
        read_if=lambda s: s.network.connections == "features",
    )
    field: int = quantity(
        7,
        "side of a unit's square receptive field",
        "pixels",
        "measured",
        ge=1,
        le=28,
        read_if=lambda s: s.network.connections == "fields",
    )
    connections: Literal["fields", "dense", "features"] = quantity(
        "fields",
        "fields: each unit hears its own square of an image; features: inputs drawn at random (tables: the default); "
        "dense: all inputs",
        "",
        "measured",
    )
    activation: Literal["relu", "threshold"] = quantity("relu", "of the hidden units", "", "measured")
    input_scale: Real = quantity(
        0.35,
        "inputs are (pixel - mean) / this; columns of a table are scaled by their own deviation",
        "1",
        "measured",
        gt=0,
        le=100,
        read_if=lambda s: s.task.of_images,
    )


class Territory(Section):
    """Territory of an astrocyte."""

    units: int = quantity(1, "hidden units, neighbours in the plane", "neurons", "measured", ge=1, le=100_000)


class ArrayPerturbation(Section):
    """Perturbation of synapses; standard deviations are sigma times the scale of each sort of synapse."""

    sigma: Real = quantity(0.05, "of each astrocyte at the start", "1", "measured", gt=0, le=100)
    cap: Real = quantity(
        0.3, "sigma never exceeds this at the start of the run", "1", "measured", gt=0, le=100, read_if=keeps_or_reverts
    )
    last_cap: Real = quantity(
        0.0,
        "nor this at its end, in geometric steps between; 0: the cap stays",
        "1",
        "measured",
        ge=0,
        le=100,
        read_if=keeps_or_reverts,
    )
    grow: Real = quantity(
        0.05, "sigma times exp(this) after a kept proposal", "1", "measured", ge=0, le=10, read_if=keeps_or_reverts
    )
    shrink: Real = quantity(
        0.0125, "sigma times exp(-this) after a reverted one", "1", "measured", ge=0, le=10, read_if=keeps_or_reverts
    )
    outward: Real = quantity(
        0.5,
        "share of the trials on outgoing synapses; the others: incoming ones and bias",
        "1",
        "measured",
        ge=0,
        le=1,
        read_if=takes_a_side,
    )
    fraction: Real = quantity(
        1.0,
        "probability of each incoming synapse of the territory to be perturbed",
        "1",
        "measured",
        gt=0,
        le=1,
        read_if=lambda s: s.learner.rule != "random_mask",
    )
    bias: Real = quantity(0.1, "scale of the units' biases", "1", "measured", ge=0, le=100)
    output_bias: Real = quantity(0.02, "scale of the outputs' biases", "1", "measured", ge=0, le=100)


class ArrayDecision(Section):
    """The scalar by which a proposal is kept or reverted."""

    reward: Literal["log_likelihood", "squared_error"] = quantity(
        "log_likelihood",
        "mean over the batch: log softmax of the right class; minus the squared error. Numbers to be learned: minus "
        "half the squared error of the scaled target",
        "",
        "measured",
        read_if=lambda s: not s.regression,
    )
    l2: Real = quantity(
        0.0, "penalty: less half of this times the sum of the squared weights", "1", "own tasks, section 9", ge=0, le=10
    )
    race: Real = quantity(
        1.0,
        "a proposal that has gained nothing on this share of the batch is reverted at once; 1: never",
        "1",
        "measured",
        gt=0,
        le=1,
        read_if=keeps_or_reverts,
    )
    proposals: int = quantity(
        1,
        "astrocytes that propose side by side, each judged alone against the same network; as many trials",
        "proposals",
        "measured",
        ge=1,
        le=100_000,
    )
    accept: Literal["joint", "each", "best"] = quantity(
        "joint",
        "of several: joint: all that gained, if they gain more together than the best of them alone, else the best; "
        "each: all that gained; best: the best",
        "",
        "measured",
        read_if=lambda s: s.learner.rule == "astrocytes" and s.decision.proposals > 1,
    )


class Batches(Section):
    """The images, or rows, that proposals are judged on: one batch for `stay` trials, before and after each change."""

    first: int = quantity(500, "images of the first batch", "images", "measured", ge=1, le=10**6)
    last: int = quantity(20_000, "images of the last; geometric growth between", "images", "measured", ge=1, le=10**6)
    growth: Real = quantity(0.85, "share of the run over which batches grow", "1", "measured", gt=0, le=1)
    stay: int = quantity(1000, "trials that a batch stays, from its refresh on", "trials", "measured", ge=1, le=10**7)
    shift: int = quantity(
        0,
        "images are shifted by up to this along each axis, afresh in each batch",
        "pixels",
        ge=0,
        le=4,
        read_if=lambda s: s.task.of_images,
    )


class ArrayLearner(Section):
    """Learner. All share network, batches and count of evaluations."""

    rule: Literal["astrocytes", "random_mask", "one_plus_one", "spsa", "backpropagation"] = quantity(
        "astrocytes",
        "astrocytes; random_mask: as many synapses anywhere; (1+1)-ES; SPSA with Adam; backpropagation with Adam",
        "",
        "Murray 4",
    )
    rate: Real = quantity(
        0.002,
        "learning rate of SPSA and backpropagation (Adam)",
        "1",
        "measured",
        gt=0,
        le=10,
        read_if=lambda s: s.learner.rule in ASCENDING,
    )
    average: Real = quantity(
        0.0, "running mean of the weights: what stays of it at each new batch; 0: none", "1", "measured", ge=0, lt=1
    )
    judged: Literal["last", "best"] = quantity(
        "last",
        "the network that is tested: the last one; best: that of the record with the best validation reward (tables: "
        "the default)",
        "",
        "own tasks, section 12",
    )


class ArraySchedule(Section):
    """Length of a run."""

    trials: int = quantity(60_000, "evaluations of a batch", "trials", "measured", ge=1, le=10**10)


class ArrayRecord(Section):
    """Record plan. Nothing here changes a run."""

    every: int = quantity(5_000, "trials between two records, whole batches", "trials", ge=1, le=10**10)
    weights: bool = quantity(True, "keep the final parameters")
    baselines: int = quantity(
        1,
        "settings that each baseline of scikit-learn tries beside the run, the library's own first; 0: no baselines",
        "settings",
        ge=0,
        le=1_000,
        read_if=lambda s: not s.task.of_images,
    )
