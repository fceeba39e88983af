"""Direct wiring from task inputs to outputs, which bounds a network's accuracy (weights: dimensionless)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Wiring:
    """Direct synapses from task inputs to outputs, and the outputs that each input reaches.

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
        Whether an input reaches an output within several cycles; None for one cycle, where `wired` suffices.
    memoryless : bool
        Whether a neuron fires by the inputs of a cycle alone, as a direct synapse of a known weight makes it.
    constant : bool
        Whether the last input is no neuron: see `biased`.
    """

    wired: np.ndarray
    patterns: np.ndarray
    targets: np.ndarray
    threshold: float
    limit: float
    reached: np.ndarray | None = None
    memoryless: bool = True
    constant: bool = False

    @property
    def synapses(self) -> int:
        """Direct synapses; the constant of a biased wiring is none."""
        return int(self.wired.sum()) - self.constant * self.targets.shape[1]

    def biased(self) -> Wiring:
        """Return the wiring with a constant for every output: one more tonic input, and a threshold of 0.

        Firing that persists and thresholds that move may have this effect.
        """
        own = np.ones((1, self.targets.shape[1]), bool)
        patterns = np.hstack([self.patterns, np.ones((len(self.patterns), 1), np.uint8)])
        reached = None if self.reached is None else np.vstack([self.reached, own])
        wired = np.vstack([self.wired, own])
        return replace(self, wired=wired, patterns=patterns, threshold=0.0, reached=reached, constant=True)
