"""Scenarios of receptive fields as runs: a cell a job, what is stored, how much there is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.registry import missing_extra
from astrosim.runs.replicate import Cell, Control
from astrosim.store.layout import Layout
from astrosim.systems.images.cell import FieldCell
from astrosim.systems.images.records import VARIABLES
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.images.scenario.sections import CLASSES


class FieldRunner:
    """Runs scenarios with kind = "fields"; see `astrosim.runs.runner.Runner`."""

    preload = ("astrosim.runs.worker", "astrosim.systems.images.cell")
    packages = ("scikit-learn",)

    def blocks(
        self, resolved: Mapping[str, FieldScenario], cells: Sequence[Cell], workers: int
    ) -> list[tuple[Cell, ...]]:
        """Every cell alone; those with most to do first."""
        devices = {resolved[cell.condition].device for cell in cells}
        if devices - {"cpu"}:
            from astrosim.core.device import warn_of_missing_gpu

            warn_of_missing_gpu(devices)

        def work(cell: Cell) -> tuple[int, int, int]:
            one = resolved[cell.condition]
            width = one.territory.units if one.learner.rule == "astrocytes" else one.network.units
            return -one.evaluations * width, cell.column, cell.row

        return [(cell,) for cell in sorted(cells, key=work)]

    def units(self, scenario: FieldScenario) -> int:
        """Trials of a cell."""
        return scenario.schedule.trials

    def layout(self, scenario: FieldScenario, resolved: Mapping[str, FieldScenario], ask: Any) -> Layout:
        """Arrays of the store of the whole experiment."""
        every = list(resolved.values())
        records = sorted({(n + 1) * one.record.every for one in every for n in range(one.records)})
        parameters = max(one.parameters if one.record.weights else 0 for one in every)
        return Layout(
            title=scenario.title or scenario.name,
            conditions=tuple(resolved),
            seeds=scenario.seeds,
            variables=VARIABLES,
            coordinates={
                "record": np.array(records, dtype="i8"),
                "class": np.arange(CLASSES, dtype="i4"),
                "answer": np.arange(CLASSES, dtype="i4"),
                "astrocyte": np.arange(max(one.astrocytes for one in every), dtype="i4"),
                "parameter": np.arange(parameters, dtype="i4"),
            },
            lengths={},
        )

    def run(
        self, directory: Path, cells: Sequence[Cell], resolved: Mapping[str, FieldScenario], control: Control
    ) -> list[dict[str, Any]]:
        """Compute and commit a cell; its row."""
        (cell,) = cells
        try:
            return [FieldCell(directory, cell, resolved[cell.condition], control).run()]
        except ModuleNotFoundError as error:  # scikit-learn, pooch and torch are imported when they are needed
            raise missing_extra(error, "This scenario needs") from error
