"""Simulation in which neurons and astrocytes learn: the arrays of both, over one array of weights.

A weight lies on the grid of the described system and belongs to both: a step of an astrocyte and a change by a neuron's
rule move the same number (float32; rules calculate in float64, and the grid makes storing exact).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.systems.threshold.learners.neurons.placement import in_plane
from astrosim.systems.threshold.learners.neurons.simulation import answers_of, values_of_neurons
from astrosim.systems.threshold.learners.neurons.state import make_circuit, make_numbers, make_state
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import ThresholdSimulation

OF_NEURONS = "neurons/"  # prefix of the names of their arrays in a saved state


class JointSimulation(ThresholdSimulation):
    """Network, territories and state of a resolved scenario with ``learner = "both"`` and a seed.

    Parameters
    ----------
    scenario : Scenario
    seed : int

    Attributes
    ----------
    placed : Placed
    circuit : Circuit
    numbers : Numbers
    neural : astrosim.systems.threshold.learners.neurons.state.State
        Arrays that neurons change. Its weights are a view on those of `learning`.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self.placed = in_plane(self.network)
        self.circuit = make_circuit(scenario, seed, self.placed)
        self.numbers = make_numbers(scenario)
        nobody = np.empty(0, np.int64)
        weight = self.learning.weight[: self.placed.post.size]
        self.neural = make_state(scenario, self.placed)._replace(weight=weight, solved=nobody, spent=nobody)

    def probe(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return the outputs of the frozen network: uint8, shape (pattern, bit); each starts from the last firing.

        Parameters
        ----------
        patterns : ndarray of uint8, shape (pattern, input bit), optional
            By default those of the task.
        """
        circuit = self.circuit if patterns is None else self.circuit._replace(patterns=patterns)
        return answers_of(circuit, self.numbers, self.neural)

    def measure(self) -> dict[str, Any]:
        """Return the values of `EPISODE_VARIABLES` and `NEURON_VARIABLES` for the episode that was just advanced."""
        return super().measure() | values_of_neurons(self.circuit, self.numbers, self.neural)

    def wiring(self) -> Wiring:
        """Return `ThresholdSimulation.wiring`, with a bias if firing persists or thresholds move."""
        wiring = super().wiring()
        if not (self.numbers.persists or self.numbers.homeostasis):
            return wiring
        reached = None if wiring.reached is None else np.ones_like(wiring.wired)  # over several trials, all of them
        return replace(wiring, reached=reached).biased()

    def _own(self) -> dict[str, np.ndarray]:
        """Return the arrays of the neurons, without weights, which astrocytes hold too."""
        arrays = self.neural._asdict()
        return {OF_NEURONS + name: array for name, array in arrays.items() if name not in ("weight", "saved")}

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change, each in its own shape."""
        return super().state() | copy_arrays(self._own())

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed.

        Raises
        ------
        ValueError
            If an array is missing or has another shape or type.
        """
        super().restore(state)
        restore_arrays(self._own(), state)
