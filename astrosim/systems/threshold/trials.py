"""One cell of an astrocyte scenario, from its engine to committed arrays. Times in seconds of wall clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Engine
from astrosim.runs.checkpoint import Checkpoint, CheckpointError
from astrosim.runs.replicate import Cell, Control, Stopped
from astrosim.store.cells import CellWriter
from astrosim.store.files import damage, storage_errors
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.log import TrialLog
from astrosim.systems.threshold.scenario.schema import Scenario

WARM: set[str] = set()  # conditions whose code this process has compiled


@dataclass
class Progress:
    """What a cell has measured so far.

    Attributes
    ----------
    measured : dict of str to list of ndarray
        `EPISODE_VARIABLES`, one entry a recorded episode.
    weights : list of ndarray
    facts : dict
        mean_abs_weight_start (1) and wall_s (s, the trial loop alone).
    """

    measured: dict[str, list[np.ndarray]] = field(default_factory=dict)
    weights: list[np.ndarray] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)


def segments(scenario: Scenario) -> Iterator[tuple[int, bool, bool]]:
    """Stretches between two looks at the engine: (trial at its end, is it a measured episode, keep weights then)."""
    length = scenario.schedule.trials_per_episode
    measured, weighed = set(scenario.record_episodes), set(scenario.weight_episodes)
    for episode in sorted(measured | weighed):
        if episode in measured:
            yield episode * length, False, False
        yield (episode + 1) * length, episode in measured, episode in weighed


def mean_abs(weights: np.ndarray) -> float:
    """Mean |weight| in double precision; nan without synapses."""
    return float(np.mean(np.abs(weights), dtype="f8")) if len(weights) else float("nan")


def warm_up(scenario: Scenario, seed: int) -> None:
    """Compile what the cell will call, on an engine that is thrown away, so that `wall_s` holds no compilation."""
    kind = scenario.model_copy(update={"conditions": {}, "seeds": (0,)}).model_dump_json()
    if kind in WARM:
        return
    throw_away = make_engine(scenario, seed)
    length = scenario.schedule.trials_per_episode
    throw_away.advance(1)
    if length > 1:
        throw_away.advance(length - 1)
    throw_away.advance(length, measure=True)
    throw_away.measure()
    WARM.add(kind)


class CellRun:
    """A cell in motion.

    Parameters
    ----------
    directory : Path
        Run directory, its arrays created.
    cell : Cell
    scenario : Scenario
        Resolved for the cell's condition.
    control : Control
    """

    def __init__(self, directory: Path, cell: Cell, scenario: Scenario, control: Control) -> None:
        self.directory, self.cell, self.scenario, self.control = directory, cell, scenario, control
        self.checkpoint = Checkpoint(directory, cell, scenario)
        self._begin()
        self._resume()
        self._saved = time.monotonic()

    def _begin(self) -> None:
        self.engine: Engine = make_engine(self.scenario, self.cell.seed)
        self.progress = Progress(facts={"mean_abs_weight_start": mean_abs(self.engine.weights()), "wall_s": 0.0})
        self.writer = CellWriter(self.directory, self.cell.row, self.cell.column)
        self.log = TrialLog(self.writer, self.scenario.record.decisions)
        self._rate = 0.0

    def run(self) -> dict[str, Any]:
        """Compute the cell from where it stands, commit it, and return its summary row.

        Raises
        ------
        Stopped
            If `Control.stopped` said so; a checkpoint is left.
        """
        for stop, measured, weighed in segments(self.scenario):
            if stop <= self.engine.trial:
                continue
            if measured:
                self._advance(stop - self.engine.trial, measure=True)
                for name, values in self.engine.measure().items():
                    self.progress.measured.setdefault(name, []).append(np.asarray(values))
            else:
                self._advance_to(stop)
            if weighed:
                self.progress.weights.append(self.engine.weights())
            self._pause()
        return self._commit()

    def _advance(self, trials: int, measure: bool = False) -> None:
        start = time.perf_counter()
        decisions = self.engine.advance(trials, measure=measure)
        elapsed = time.perf_counter() - start
        self.progress.facts["wall_s"] += elapsed
        self._rate = trials / max(elapsed, 1e-9)
        self.log.append(decisions)
        self.control.report(self.engine.trial)

    def _advance_to(self, stop: int) -> None:
        while (left := stop - self.engine.trial) > 0:
            first = self.scenario.schedule.trials_per_episode
            longest = int(self._rate * self.control.stretch_seconds) if self._rate else first
            self._advance(min(left, max(longest, 1)))
            if self.engine.trial < stop:
                self._pause()

    def _pause(self) -> None:
        """Between stretches: stop if asked, save if it is time."""
        stopped = self.control.stopped()
        if stopped or time.monotonic() - self._saved >= self.control.checkpoint_seconds:
            self._save()
        if stopped:
            raise Stopped

    def _save(self) -> None:
        with storage_errors(self.directory):
            self.writer.sync()
            tail, log = self.log.state()
            arrays = {f"state/{name}": np.asarray(values) for name, values in self.engine.state().items()}
            arrays |= {f"log/{name}": values for name, values in tail.items()}
            arrays |= {f"measured/{name}": np.stack(values) for name, values in self.progress.measured.items()}
            arrays |= {f"weights/{number}": values for number, values in enumerate(self.progress.weights)}
            facts = {"trial": self.engine.trial, "log": log, "progress": self.progress.facts}
            self.checkpoint.save(arrays, facts)
        self._saved = time.monotonic()

    def _resume(self) -> None:
        """Go on from the checkpoint, if there is one of use."""
        try:
            if (found := self.checkpoint.load()) is not None:
                self._restore(*found)
        except CheckpointError as error:
            self._begin()
            self.control.warn(self.checkpoint.lost(error))
        self.control.report(self.engine.trial)

    def _restore(self, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
        path = self.checkpoint.path
        if problem := next(damage(self.directory, facts["log"]["files"]), None):
            raise CheckpointError(f"{path}: {problem}")
        parts: dict[str, dict[str, np.ndarray]] = {"state": {}, "log": {}, "measured": {}, "weights": {}}
        for name, values in arrays.items():
            part, _, key = name.partition("/")
            parts[part][key] = values
        try:
            self.engine.restore(parts["state"])
        except (KeyError, ValueError, IndexError) as error:  # written by another version
            raise CheckpointError(f"{path}: the engine cannot take it ({error!r})") from error
        if self.engine.trial != facts["trial"]:
            raise CheckpointError(f"{path}: trial {self.engine.trial} where {facts['trial']} was written")
        self.log.restore(parts["log"], facts["log"])
        self.progress.measured = {name: list(values) for name, values in parts["measured"].items()}
        self.progress.weights = [parts["weights"][str(number)] for number in range(len(parts["weights"]))]
        self.progress.facts = dict(facts["progress"])

    def _commit(self) -> dict[str, Any]:
        summary = self._summary()
        with storage_errors(self.directory):
            self.log.finish()
            for name, measured in self.progress.measured.items():
                self.writer.write_at(name, self.scenario.record_episodes, np.stack(measured))
            if self.progress.weights:
                self.writer.write_at("weight", self.scenario.weight_episodes, np.stack(self.progress.weights))
            for name, values in (self.engine.static() | self.engine.happened()).items():
                self.writer.write(name, values)
            row = self.writer.commit(self.cell.condition, self.cell.seed, summary)
        self.checkpoint.remove()
        return row

    def _summary(self) -> dict[str, Any]:
        from astrosim.systems.threshold import (
            diagnostics,  # its optimisers take long to load; the first trial need not wait for them
        )

        facts = self.progress.facts
        totals = {"kept": self.log.kept, "reverted": self.log.reverted, **facts}
        measured = {name: np.stack(values) for name, values in self.progress.measured.items()}
        static, wiring = self.engine.static(), self.engine.wiring()
        return diagnostics.summary_row(
            self.scenario, self.cell.seed, self.cell.condition, measured, static, wiring, totals
        )


def run_cell(directory: Path, cell: Cell, scenario: Scenario, control: Control) -> dict[str, Any]:
    """Compute one cell, or what is left of it, and commit it.

    Returns
    -------
    dict
        The cell's row of summary.csv.

    Raises
    ------
    Stopped
        If asked to; a checkpoint is left.
    StoreError
        If the directory cannot be written.
    """
    warm_up(scenario, cell.seed)
    return CellRun(directory, cell, scenario, control).run()
