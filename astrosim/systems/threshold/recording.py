"""Recording of a replicate: an engine, and what the record plan has gathered of it. Times in seconds of wall clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Alone, Outcome
from astrosim.runs.replicate import Replicate
from astrosim.store.files import damage, storage_errors
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.threshold.engines import Engine, make_engine
from astrosim.systems.threshold.first_use import FirstUse, first_use
from astrosim.systems.threshold.log import TrialLog
from astrosim.systems.threshold.network.shared import sharing
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import wanted
from astrosim.systems.threshold.traces.log import RecordLog

PARTS = ("state", "log", "records", "measured", "weights")
"""What the names of a checkpoint's arrays begin with."""
STORED = ("log/", "records/")

WARM: set[str] = set()  # conditions whose code this process has compiled
READY: dict[int, Scenario] = {}  # the same, by the identity of their scenarios: replicates of a job share them
MOST_READY = 256  # assumed: conditions of a job


def segments(scenario: Scenario) -> Iterator[tuple[int, bool, bool]]:
    """Return stretches between two looks at the engine: (trial at its end, is it a measured episode, keep weights
    then).
    """
    length = scenario.schedule.trials_per_episode
    measured, weighed = set(scenario.record_episodes), set(scenario.weight_episodes)
    for episode in sorted(measured | weighed):
        if episode in measured:
            yield episode * length, False, False
        yield (episode + 1) * length, episode in measured, episode in weighed


def mean_abs(weights: np.ndarray) -> float:
    """Return the mean |weight| in double precision (weights of shape (synapse,)); nan without synapses."""
    return float(np.mean(np.abs(weights), dtype="f8")) if len(weights) else float("nan")


def _common(short: Scenario, old: Sequence[int], new: Sequence[int]) -> list[int]:
    """Return the places, among the records of a shorter run, of those that a longer run keeps as well."""
    wanted = [episode for episode in new if episode < short.schedule.episodes]
    if missing := sorted(set(wanted) - set(old)):
        raise ValueError(f"the shorter run has no record of episode {missing[0]}")
    return [old.index(episode) for episode in wanted]


def warm_up(scenario: Scenario, seed: int) -> None:
    """Compile what a replicate will call, on an engine that is thrown away: `wall_s` shall hold no compilation."""
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


def begin(scenario: Scenario, seed: int) -> FirstUse | None:
    """Return how a replicate begins whose kernel is not compiled; None once it is, and has run in this process."""
    if READY.get(id(scenario)) is scenario:
        return None
    found = first_use(scenario, seed)
    if found is None:
        warm_up(scenario, seed)
        if len(READY) >= MOST_READY:
            READY.clear()
        READY[id(scenario)] = scenario
    return found


class Recording(Alone):
    """A replicate of threshold networks in motion; see `astrosim.contracts.simulation`.

    Parameters
    ----------
    replicate : Replicate
    scenario : Scenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
    data : Path or None
        Threshold networks need no data sets.

    Attributes
    ----------
    engine : Engine
    measured : dict of str to list of ndarray
        Values of `Engine.measure`, an entry per recorded episode.
    weights : list of ndarray
    totals : dict
        mean_abs_weight_start (1) and wall_s (s, the trial loop alone).
    """

    def __init__(
        self, replicate: Replicate, scenario: Scenario, writer: ReplicateWriter, data: Path | None = None
    ) -> None:
        self.first_use = begin(scenario, replicate.seed)
        self.replicate, self.scenario, self.writer = replicate, scenario, writer
        with sharing():
            self.engine: Engine = self.first_use.engine if self.first_use else make_engine(scenario, replicate.seed)
        self.measured: dict[str, list[np.ndarray]] = {}
        self.weights: list[np.ndarray] = []
        self.totals = {"mean_abs_weight_start": mean_abs(self.engine.weights()), "wall_s": 0.0}
        own = wanted(scenario)
        self.log = TrialLog(writer, own.decisions)
        self.records = RecordLog(writer, own, self.engine.sizes()["neuron"]) if own.traced else None
        self._segments = segments(scenario)
        self._segment: tuple[int, bool, bool] | None = next(self._segments)

    @property
    def done(self) -> int:
        """Trials done."""
        return self.engine.trial

    @property
    def first_stretch(self) -> int:
        """One episode."""
        return self.scenario.schedule.trials_per_episode

    @property
    def finished(self) -> bool:
        """Whether all segments are done."""
        return self._present() is None

    def _present(self) -> tuple[int, bool, bool] | None:
        """Return the segment that the engine is in."""
        while self._segment is not None and self._segment[0] <= self.engine.trial:
            self._segment = next(self._segments, None)
        return self._segment

    def advance(self, units: int) -> float:
        """Carry out trials up to the end of the segment at most; a measured episode in one piece."""
        segment = self._present()
        assert segment is not None
        stop, measured, weighed = segment
        left = stop - self.engine.trial
        if self.engine.tracer is not None:
            units = min(units, self.engine.tracer.longest)
        elapsed = self._advance(left if measured else min(units, left), measured)
        if measured:
            for name, values in self.engine.measure().items():
                self.measured.setdefault(name, []).append(np.asarray(values))
        if weighed and self.engine.trial == stop:
            self.weights.append(self.engine.weights())
        return elapsed

    def _advance(self, trials: int, measure: bool) -> float:
        if self.first_use is not None:
            self.engine = self.first_use.next_engine()
        start = time.perf_counter()
        decisions = self.engine.advance(trials, measure=measure)
        elapsed = time.perf_counter() - start
        self.totals["wall_s"] += elapsed
        if self.first_use is not None:
            self.first_use.note(trials)
        with storage_errors(self.writer.directory):
            self.log.append(decisions)
            if self.records is not None and self.engine.tracer is not None:
                self.records.append(self.engine.tracer.taken())
        return elapsed

    def state(self) -> dict[str, np.ndarray]:
        """Return the engine's arrays, the log's tail and all that was recorded: by name, arrays of any shape."""
        arrays = {f"state/{name}": np.asarray(values) for name, values in self.engine.state().items()}
        arrays |= {f"log/{name}": values for name, values in self.log.state().items()}
        if self.records is not None:
            arrays |= {f"records/{name}": values for name, values in self.records.state().items()}
        arrays |= {f"measured/{name}": np.stack(values) for name, values in self.measured.items()}
        return arrays | {f"weights/{number}": values for number, values in enumerate(self.weights)}

    def facts(self) -> dict[str, Any]:
        """Return the trial, the totals, and what the log has written already."""
        records = {} if self.records is None else {"records": self.records.facts()}
        return {"trial": self.engine.trial, "log": self.log.facts(), "progress": self.totals, **records}

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()` and `facts()`; see `astrosim.contracts.simulation.Member.restore`.

        Parameters
        ----------
        state : mapping of str to ndarray
            By name, arrays of any shape.
        facts : mapping

        Raises
        ------
        ValueError
            If files of the log are missing or damaged, or arrays and facts are those of different trials.
        """
        if problem := next(damage(self.writer.directory, facts["log"]["files"]), None):
            raise ValueError(problem)
        parts = self._restore(state, facts)
        self.log.restore(parts["log"], facts["log"])
        if self.records is not None:
            self.records.restore(parts["records"], facts["records"])

    def _restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> dict[str, dict[str, np.ndarray]]:
        """Take up all but the log; returns the arrays by their parts."""
        parts: dict[str, dict[str, np.ndarray]] = {part: {} for part in PARTS}
        for name, values in state.items():
            part, _, key = name.partition("/")
            parts[part][key] = values
        self.engine.restore(parts["state"])
        if self.engine.trial != facts["trial"]:
            raise ValueError(f"trial {self.engine.trial} where {facts['trial']} was written")
        self.measured = {name: list(values) for name, values in parts["measured"].items()}
        self.weights = [parts["weights"][str(number)] for number in range(len(parts["weights"]))]
        self.totals = dict(facts["progress"])
        return parts

    def end(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return a `state()` without what is stored trial by trial, whose arrays keep their shape; and `facts()`."""
        arrays = {name: values for name, values in self.state().items() if not name.startswith(STORED)}
        facts = self.facts()
        return arrays, {**facts, "log": {"kept": self.log.kept, "reverted": self.log.reverted}}

    def prolong(
        self,
        state: Mapping[str, np.ndarray],
        facts: Mapping[str, Any],
        short: Scenario,
        stored: Callable[[str], np.ndarray | None],
    ) -> None:
        """Go on from the `end()` of a shorter run, whose arrays keep their shape: without records not in this plan.

        Raises
        ------
        ValueError
            If the shorter run lacks a record that this one keeps.
        """
        rows = _common(short, short.record_episodes, self.scenario.record_episodes)
        weights = _common(short, short.weight_episodes, self.scenario.weight_episodes)
        self._restore(state, facts)
        self.measured = {name: [values[row] for row in rows] for name, values in self.measured.items()}
        self.weights = [self.weights[row] for row in weights]
        self.log.take_up(stored, self.engine.trial, facts["log"])
        if self.records is not None:
            self.records.take_up(stored, self.engine.trial, wanted(short).firing)

    def outcome(self) -> Outcome:
        """Return all that was recorded, and the summary; the rest of the log is written."""
        values = {name: np.stack(measured) for name, measured in self.measured.items()}
        static = self.engine.static()
        row = self._row(values, static)
        with storage_errors(self.writer.directory):
            self.log.finish()
            if self.records is not None:
                self.records.finish()
        labels = dict.fromkeys(values, self.scenario.record_episodes)
        if self.weights:
            values["weight"] = np.stack(self.weights)
            labels["weight"] = self.scenario.weight_episodes
        return Outcome(values | static | self.engine.happened(), row, labels)

    def _row(self, measured: Mapping[str, np.ndarray], static: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Return the row of the summary, of what was measured, shape (episode, ...), and the network's arrays."""
        from astrosim.systems.threshold import (
            diagnostics,  # its optimisers take long to load; the first trial need not wait for them
        )

        totals = {"kept": self.log.kept, "reverted": self.log.reverted, **self.totals}
        condition, seed = self.replicate.condition, self.replicate.seed
        wiring = self.engine.wiring()
        return diagnostics.summary_row(self.scenario, seed, condition, measured, static, wiring, totals)
