"""Astrocyte scenarios as a run sees them: one cell a job, and a store as large as its largest network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.runs.replicate import Cell, Control, make_cells
from astrosim.runs.runner import Ask
from astrosim.store.layout import Layout
from astrosim.store.variables import Variable
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.records import variables_of
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.trials import run_cell

NUMBERED = ("neuron", "synapse", "astrocyte", "pattern", "bit")  # dimensions labelled 0, 1, 2 ...
UNLABELLED = ("slot", "trial", "event", "gap_junction")
Sizes = tuple[Mapping[str, int], str]
"""`Engine.sizes()` of a cell, and NumPy's name of the type of its weights."""


class AstrocyteRunner:
    """The runner of scenarios with kind = "astrocyte"."""

    preload: tuple[str, ...] = ("astrosim.runs.worker", "astrosim.systems.threshold.kernel")
    packages: tuple[str, ...] = ()

    def blocks(self, resolved: Mapping[str, Scenario], cells: Sequence[Cell], workers: int) -> list[tuple[Cell, ...]]:
        """One cell a block. Longest first, so that no worker is left alone with a long cell; neighbours share a seed's
        network."""

        def order(cell: Cell) -> tuple[int, int, int]:
            return -self.units(resolved[cell.condition]), cell.column, cell.row

        return [(cell,) for cell in sorted(cells, key=order)]

    def units(self, scenario: Scenario) -> int:
        """Trials of a cell."""
        return scenario.schedule.trials

    def layout(self, scenario: Scenario, resolved: Mapping[str, Scenario], ask: Ask) -> Layout:
        """Arrays of the store. Wiring depends on network and seed, gap junctions on places and seed, all other
        dimensions on the condition alone."""
        cells = make_cells(tuple(resolved), scenario.seeds)
        wanted: dict[tuple[str, str, int], int] = {}
        for number, cell in enumerate(cells):
            own = resolved[cell.condition]
            places = [own.network, own.astrocytes, own.coupling] if own.coupled else [own.network]
            built = own.system + "".join(part.model_dump_json() for part in places)
            wanted.setdefault(("", built, cell.seed), number)
            if cell.column == 0:
                wanted["condition", cell.condition, 0] = number
        return make_layout(scenario, resolved, ask(sizes, [cells[number] for number in sorted(set(wanted.values()))]))

    def run(
        self, directory: Path, cells: Sequence[Cell], resolved: Mapping[str, Scenario], control: Control
    ) -> list[dict[str, Any]]:
        """Compute the cell of a block, and commit it."""
        (cell,) = cells
        return [run_cell(directory, cell, resolved[cell.condition], control)]


def sizes(scenario: Scenario, seed: int) -> Sizes:
    """Lengths of a cell's dimensions, and the type of its weights."""
    engine = make_engine(scenario, seed)
    return engine.sizes(), engine.weights().dtype.str


def make_layout(scenario: Scenario, resolved: Mapping[str, Scenario], cells: Iterable[Sizes]) -> Layout:
    """Shape of the store of an experiment.

    Parameters
    ----------
    scenario : Scenario
    resolved : mapping of str to Scenario
        By condition, in order.
    cells : iterable of (mapping of str to int, str)
        `sizes` of cells that together show the longest of each dimension.
    """
    longest = {"gap_junction": 0}
    types = set()
    for lengths, weight_type in cells:
        types.add(weight_type)
        for dimension, length in lengths.items():
            longest[dimension] = max(length, longest.get(dimension, 0))
    longest["event"] = max(s.most_events for s in resolved.values())
    longest["trial"] = max((s.schedule.trials for s in resolved.values() if s.record.decisions), default=0)
    coordinates = {
        "episode": union(s.record_episodes for s in resolved.values()),
        "weight_episode": union(s.weight_episodes for s in resolved.values()),
        **{dimension: np.arange(longest[dimension], dtype="i4") for dimension in NUMBERED},
    }
    every = tuple(resolved.values())
    return Layout(
        title=scenario.title or scenario.name,
        conditions=tuple(resolved),
        seeds=scenario.seeds,
        variables=_variables(longest, np.result_type(*types).str[1:], every),
        coordinates=coordinates,
        lengths={dimension: longest[dimension] for dimension in UNLABELLED},
    )


def _variables(longest: Mapping[str, int], weight_type: str, conditions: Sequence[Scenario]) -> tuple[Variable, ...]:
    """Variables of the store; weights as the simulation has them, astrocyte numbers in the smallest type."""
    types = {"weight": weight_type, "active": np.min_scalar_type(-max(longest["astrocyte"], 2)).str[1:]}
    variables = variables_of(conditions)
    return tuple(replace(variable, dtype=types.get(variable.name, variable.dtype)) for variable in variables)


def union(conditions: Iterable[Sequence[int]]) -> np.ndarray:
    """Ascending union of the episodes of several conditions, int64."""
    return np.array(sorted({episode for episodes in conditions for episode in episodes}), dtype="i8")
