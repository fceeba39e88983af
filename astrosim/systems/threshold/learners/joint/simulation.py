"""A cell in which neurons and astrocytes learn: the arrays of both, over one set of weights.

A weight lies on the grid of the described system and belongs to both: a step of an astrocyte and a change by a neuron's
rule move the same number. Astrocytes keep it as float32 and neurons as float64, which loses nothing; within a trial it
goes from these to those and back.
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

OF_NEURONS = "neurons/"  # leads the names of their arrays in a saved state


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
        What neurons change. Between trials its weights equal those of `learning`, which count.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self.placed = in_plane(self.network)
        self.circuit = make_circuit(scenario, seed, self.placed)
        self.numbers = make_numbers(scenario)
        nobody = np.empty(0, np.int64)
        self.neural = make_state(scenario, self.placed)._replace(solved=nobody, spent=nobody)

    def hand_to_neurons(self) -> None:
        """Let neurons have the weights that astrocytes have left."""
        self.neural.weight[:] = self.learning.weight[: self.neural.weight.size]

    def hand_to_astrocytes(self) -> None:
        """Let astrocytes have the weights that neurons have left."""
        self.learning.weight[: self.neural.weight.size] = self.neural.weight

    def probe(self) -> np.ndarray:
        """Outputs of the frozen network: uint8, shape (pattern, bit); every pattern starts from the last firing."""
        self.hand_to_neurons()
        return answers_of(self.circuit, self.numbers, self.neural)

    def measure(self) -> dict[str, Any]:
        """Values of `EPISODE_VARIABLES` and `NEURON_VARIABLES` for the episode that was just advanced."""
        return super().measure() | values_of_neurons(self.circuit, self.numbers, self.neural)

    def wiring(self) -> Wiring:
        """See `ThresholdSimulation.wiring`; with a bias where firing persists or thresholds move."""
        wiring = super().wiring()
        if not (self.numbers.persists or self.numbers.homeostasis):
            return wiring
        reached = None if wiring.reached is None else np.ones_like(wiring.wired)  # over several trials, all of them
        return replace(wiring, reached=reached).biased()

    def _own(self) -> dict[str, np.ndarray]:
        """The arrays of the neurons, without weights, which are the astrocytes', too."""
        arrays = self.neural._asdict()
        return {OF_NEURONS + name: array for name, array in arrays.items() if name not in ("weight", "saved")}

    def state(self) -> dict[str, np.ndarray]:
        """A copy of all that changes."""
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
        self.hand_to_neurons()
