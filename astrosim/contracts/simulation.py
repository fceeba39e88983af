"""What every engine offers to a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from astrosim.store.variables import Decisions


@dataclass(frozen=True)
class Wiring:
    """What bounds a network's accuracy: the direct synapses from task inputs to outputs, and who reaches whom.

    Attributes
    ----------
    wired : ndarray of bool, shape (input, output)
    patterns : ndarray of uint8, shape (pattern, input)
        Tonic neurons are inputs that are 1 in every pattern.
    targets : ndarray of uint8, shape (pattern, output)
    threshold : float
        An output fires iff its summed weight is strictly above.
    limit : float
        Weights lie in [-limit, limit].
    reached : ndarray of bool, shape (input, output), or None
        Whether an input reaches an output within several cycles; None for one cycle, where `wired` says all.
    """

    wired: np.ndarray
    patterns: np.ndarray
    targets: np.ndarray
    threshold: float
    limit: float
    reached: np.ndarray | None = None

    def biased(self) -> Wiring:
        """With a constant of its own for every output: a tonic input more, and a threshold of 0.

        That is what firing that persists, and thresholds that move, may give.
        """
        own = np.ones((1, self.targets.shape[1]), bool)
        patterns = np.hstack([self.patterns, np.ones((len(self.patterns), 1), np.uint8)])
        reached = None if self.reached is None else np.vstack([self.reached, own])
        return replace(self, wired=np.vstack([self.wired, own]), patterns=patterns, threshold=0.0, reached=reached)


class Engine(Protocol):
    """One cell (a resolved condition and a seed) in motion."""

    @property
    def trial(self) -> int:
        """Trials done so far."""

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; with `measure` (one whole episode), also gather what `measure()` reports: nothing else."""

    def measure(self) -> dict[str, Any]:
        """Values of `EPISODE_VARIABLES` for the episode that was just advanced with `measure`."""

    def probe(self) -> np.ndarray:
        """Outputs of the frozen network: uint8, shape (pattern, bit)."""

    def weights(self) -> np.ndarray:
        """A copy of the weights, shape (synapse,)."""

    def state(self) -> dict[str, np.ndarray]:
        """A copy of all that changes, enough to go on from: what a checkpoint holds."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed."""

    def static(self) -> dict[str, np.ndarray]:
        """Values of `STATIC_VARIABLES`; astrocyte arrays are empty where there are none."""

    def happened(self) -> dict[str, np.ndarray]:
        """Values of `EVENT_VARIABLES`: the interventions so far."""

    def sizes(self) -> dict[str, int]:
        """Lengths of the dimensions neuron, synapse, astrocyte, pattern, bit, slot."""

    def wiring(self) -> Wiring:
        """The direct input-to-output wiring, for the structural ceiling."""
