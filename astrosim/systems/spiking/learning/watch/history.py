"""Curves of a replicate that learns, over its trials: reward, bits, calcium and thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

MOST = 800  # points; then every other one is left out


class History:
    """Points over trials.

    Attributes
    ----------
    trial : list of int
    reward, bits : list of float
        Mean reward as it stands after the trial; share of bits that are read as their targets.
    """

    def __init__(self) -> None:
        self.trial, self.reward, self.bits = list[int](), list[float](), list[float]()
        self._calcium: list[np.ndarray] = []
        self._threshold: list[np.ndarray] = []

    def add(self, trial: int, reward: float, bits: float, calcium: np.ndarray, threshold: np.ndarray) -> None:
        """Add a point; calcium and threshold: float64, uM, shape (astrocyte,)."""
        own: tuple[list[Any], ...] = (self.trial, self.reward, self.bits, self._calcium, self._threshold)
        for values, value in zip(own, (trial, reward, bits, calcium.copy(), threshold.copy()), strict=True):
            values.append(value)
            if len(values) > MOST:
                del values[::2]

    def curves(self, astrocyte: int | None) -> dict[str, np.ndarray]:
        """Return curves by name, those of an astrocyte among them: float32, shape (point,) each."""
        found: dict[str, list[Any]] = {"trial": self.trial, "reward": self.reward, "bits": self.bits}
        if astrocyte is not None:
            found["calcium"] = [float(one[astrocyte]) for one in self._calcium]
            found["threshold"] = [float(one[astrocyte]) for one in self._threshold]
        return {f"curve_{name}": np.array(values, np.float32) for name, values in found.items()}
