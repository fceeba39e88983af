"""Lengths of a replicate's dimensions, from its network alone: nothing else is built for them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.learners.neurons.placement import place
from astrosim.systems.threshold.learners.table import BASELINES
from astrosim.systems.threshold.network.gap_junctions import build_gap_junctions
from astrosim.systems.threshold.network.territories import build_territories
from astrosim.systems.threshold.network.topology import build_network
from astrosim.systems.threshold.scenario.schema import Scenario

Sizes = tuple[Mapping[str, int], str]
"""Lengths by dimension, and NumPy's name of the type of the weights."""


def sizes(scenario: Scenario, seed: int) -> Sizes:
    """Return the lengths of a replicate's dimensions, as `Engine.sizes` does, and the type of its weights.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """
    if scenario.neuronal and scenario.learner != "both":
        return _neurons(scenario, seed)
    if scenario.system == "published":
        engine = make_engine(scenario, seed)
        return engine.sizes(), engine.weights().dtype.str
    network = build_network(scenario, seed)
    astrocytes = scenario.network.clusters * scenario.astrocytes.per_cluster if scenario.astrocytic else 0
    coupled = scenario.coupled and astrocytes
    lengths = {
        "neuron": network.kind.size,
        "synapse": network.post.size,
        "astrocyte": astrocytes,
        "pattern": scenario.most_patterns,
        "bit": network.outputs.size,
        "gap_junction": len(build_gap_junctions(scenario, build_territories(scenario, network))) if coupled else 0,
        "slot": scenario.astrocytes.max_active if astrocytes else 0,
    }
    return lengths, np.dtype("f8" if scenario.learner in BASELINES else "f4").str


def _neurons(scenario: Scenario, seed: int) -> Sizes:
    """Return the lengths of neurons that learn by themselves: no astrocytes, no slots."""
    placed = place(scenario, seed)
    lengths = {
        "neuron": placed.kind.size,
        "synapse": placed.post.size,
        "pattern": len(scenario.task.patterns),
        "bit": len(scenario.task.patterns[0][1]),
        "astrocyte": 0,
        "slot": 0,
        "gap_junction": 0,
    }
    return lengths, np.dtype("f4" if scenario.system == "described" else "f8").str
