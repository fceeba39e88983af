"""What is timed: the conditions of the paper and of the ablations, and networks of growing size."""

from __future__ import annotations

from typing import Any

from astrosim.systems.threshold.scenario.schema import Scenario

SEED = 42
FIRING, TRAFFIC = {"sensing": {"rule": "firing"}}, {"sensing": {"rule": "traffic"}}
NEVER, FLAT, MATURITY = ({"exploration": {"rule": rule}} for rule in ("none", "flat", "maturity"))

CONDITIONS: dict[str, dict[str, Any]] = {
    "maturity": TRAFFIC | MATURITY,
    "epsilon": FIRING | FLAT,
    "baseline": FIRING | NEVER,
    "random": {"perturbation": {"scope": "random"}},
    "single": {"perturbation": {"scope": "single"}},
    "global": {"perturbation": {"scope": "global"}},
    "cursor": {"learner": "cursor"},
}
"""The described system; what is not said is its default: traffic sensing, maturity exploration."""

PUBLISHED: dict[str, dict[str, Any]] = {
    "maturity": FIRING | MATURITY,
    "epsilon": FIRING | FLAT,
    "baseline": FIRING | NEVER,
    "traffic": TRAFFIC | NEVER,
    "cursor": {"learner": "cursor"},
}
"""The conditions of the published tables."""

NEURONS = 30  # a cluster, of which 25 receive synapses
TARGETS = 25
DEGREE = 27.0  # synapses that leave a neuron, on average: the paper's network
WITHIN = 14.5  # of these within the cluster


def described(condition: str, engine: str = "kernel") -> Scenario:
    """A condition on the network of the paper's size."""
    return Scenario.model_validate({"engine": engine, **CONDITIONS[condition]})


def published(condition: str) -> Scenario:
    """A condition of the published system."""
    return Scenario.model_validate({"system": "published", **PUBLISHED[condition]})


def sized(condition: str, synapses: int) -> Scenario:
    """A condition on about that many synapses; neurons per cluster, territories, synapses per neuron stay the same."""
    clusters = max(2, round(synapses / (DEGREE * NEURONS)))
    p_between = (DEGREE - WITHIN) / (TARGETS * (clusters - 1))
    return Scenario.model_validate({"network": {"clusters": clusters, "p_between": p_between}, **CONDITIONS[condition]})
