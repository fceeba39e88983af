"""Astrocytes whose score outlives the trial: a leaky trace of what they sense (dimensionless)."""

from __future__ import annotations

from typing import ClassVar

from astrosim import Astrocyte

KEPT = 0.8  # of the trace from trial to trial; assumed: some five trials, half an episode


class Remembering(Astrocyte):
    """Senses as others do, and then acts by a leaky average of what it has sensed so far."""

    state_names: ClassVar[tuple[str, ...]] = ("trace",)
    trace = 0.0

    def sense(self) -> None:
        """Set the score to the leaky average."""
        super().sense()
        self.trace = KEPT * self.trace + (1.0 - KEPT) * self.score
        self.score = self.trace
