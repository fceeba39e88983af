"""The size of a scenario's work before it is done (estimates, said to be so)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from astrosim.contracts.registry import find_system
from astrosim.explain.tables import sizes_table
from astrosim.scenario import Experiment

REPLICATE_OVERHEAD = 0.02  # s per replicate; assumed: wiring, ceiling, commit
FILE_OVERHEAD = 20_000  # bytes per replicate: metadata, commit record, summary; assumed: a few dozen small files


@dataclass(frozen=True)
class Workload:
    """Base of the work of all systems: a frozen dataclass of numbers, and how they are told.

    Each has `seconds`, an estimate of all replicates on one core at a nominal rate.
    """

    def as_dict(self) -> dict[str, Any]:
        """Return all numbers, for JSON, whose keys stay as scripts know them: a replicate is a cell."""
        own = {name.replace("replicate", "cell"): value for name, value in asdict(self).items()}
        return own | {"processor_hours": own["seconds"] / 3600}

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        raise NotImplementedError


def workload(scenario: Experiment) -> Workload:
    """Estimate the work of all conditions and seeds of a scenario.

    Parameters
    ----------
    scenario : Experiment
    """
    work: Workload = find_system(scenario.family).part("workload")(scenario)
    return work


def work_table(work: Workload) -> Table:
    """Return the size of the work to come as a table."""
    return sizes_table(work.rows())
