"""Calcium-wave scenarios as runs: which cells train together, what is stored, how long it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.registry import missing_extra
from astrosim.runs.replicate import Cell, Control
from astrosim.store.layout import Layout
from astrosim.systems.waves.block import Block
from astrosim.systems.waves.learners.choose import batched_key, in_torch
from astrosim.systems.waves.records import VARIABLES
from astrosim.systems.waves.scenario.schema import WaveScenario

LARGEST_BATCH = 256  # replicates a job in torch; assumed: fits the memory of a GPU
CLASSES = 10


class WaveRunner:
    """Runs scenarios with kind = "wave"; see `astrosim.runs.runner.Runner`."""

    preload = ("astrosim.runs.worker", "astrosim.systems.waves.block")
    packages = ("torch", "scikit-learn")

    def blocks(
        self, resolved: Mapping[str, WaveScenario], cells: Sequence[Cell], workers: int
    ) -> list[tuple[Cell, ...]]:
        """Cells that share an autoencoder, or a batch in torch, together; all others alone; longest first."""
        devices = {resolved[cell.condition].device for cell in cells}
        if devices - {"cpu"}:
            from astrosim.core.device import warn_of_missing_gpu

            warn_of_missing_gpu(devices)
        together: dict[str, list[Cell]] = {}
        for cell in cells:
            together.setdefault(self._key(resolved[cell.condition], cell), []).append(cell)
        blocks = []
        for members in together.values():
            size = LARGEST_BATCH
            if in_torch(resolved[members[0].condition]) and resolved[members[0].condition].device == "cpu":
                size = max(1, -(-len(members) // workers))
            blocks += [tuple(members[n : n + size]) for n in range(0, len(members), size)]
        return sorted(blocks, key=lambda block: (-self._work(resolved, block), block[0].column, block[0].row))

    def _key(self, scenario: WaveScenario, cell: Cell) -> str:
        if in_torch(scenario):
            return batched_key(scenario, cell)
        if scenario.front.rule in ("vae", "covae"):
            return json.dumps([cell.seed, scenario.task.model_dump(), scenario.front.model_dump()])
        return f"{cell.condition} {cell.seed}"

    def _work(self, resolved: Mapping[str, WaveScenario], block: Sequence[Cell]) -> int:
        return sum(resolved[c.condition].updates * resolved[c.condition].live_weights for c in block)

    def units(self, scenario: WaveScenario) -> int:
        """Updates of a cell."""
        return scenario.updates

    def layout(self, scenario: WaveScenario, resolved: Mapping[str, WaveScenario], ask: Any) -> Layout:
        """Arrays of the store of the whole experiment."""
        every = list(resolved.values())
        epochs = max(one.schedule.epochs for one in every)
        classes = max(0 if one.task.data == "xor" else CLASSES for one in every)
        parameters = max(one.parameters if one.record.weights else 0 for one in every)
        return Layout(
            title=scenario.title or scenario.name,
            conditions=tuple(resolved),
            seeds=scenario.seeds,
            variables=VARIABLES,
            coordinates={
                "epoch": np.arange(1, epochs + 1, dtype="i4"),
                "class": np.arange(classes, dtype="i4"),
                "parameter": np.arange(parameters, dtype="i4"),
            },
            lengths={},
        )

    def run(
        self, directory: Path, cells: Sequence[Cell], resolved: Mapping[str, WaveScenario], control: Control
    ) -> list[dict[str, Any]]:
        """Train a block of cells and commit them; rows in their order."""
        try:
            return Block(directory, cells, resolved, control).run()
        except ModuleNotFoundError as error:  # packages of extras are imported when they are needed
            raise missing_extra(error, "This scenario needs") from error
