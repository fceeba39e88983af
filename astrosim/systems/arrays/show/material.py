"""Material of the figures of a run on images or tables."""

from __future__ import annotations

from dataclasses import dataclass

from xarray import Dataset

from astrosim.systems.arrays.show.summary import ArraySummary


@dataclass(frozen=True)
class ArrayMaterial:
    """Material of the figures."""

    summary: ArraySummary
    dataset: Dataset

    @property
    def shown(self) -> list[str]:
        """Conditions in which astrocytes learn."""
        resolved = self.summary.resolved
        return [name for name in self.summary.conditions if resolved[name].learner.rule == "astrocytes"]
