"""Recording of a replicate that learns: its trials, its records, its end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Alone, Outcome
from astrosim.runs.replicate import Replicate
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.learning.records import LOGGED, RECORDED
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario
from astrosim.systems.spiking.recording import Pieces

WARM: set[str] = set()
"""Engines that this process has compiled."""


def make_learning(scenario: WindowScenario, seed: int) -> WindowLearning:
    """Return the learner of a resolved scenario on the engine that it names, before its first trial."""
    if scenario.engine == "agents":
        from astrosim.systems.spiking.learners.agents_engine import AgentsLearning

        return AgentsLearning(scenario.recipe, seed, scenario=scenario)
    return WindowLearning(scenario.recipe, seed, scenario=scenario)


def warm_up(scenario: WindowScenario, seed: int) -> None:
    """Compile what trials call, on a learner that is thrown away: `wall_s` shall hold no compilation."""
    if scenario.engine not in WARM:
        throw_away = make_learning(scenario, seed)
        throw_away.advance(2)
        throw_away.outcome()
        WARM.add(scenario.engine)


class Recording(Alone):
    """A replicate in motion; see `astrosim.contracts.simulation`.

    Parameters
    ----------
    replicate : Replicate
    scenario : WindowScenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
    data : Path or None
        Where data sets lie: of no concern here.
    """

    def __init__(
        self, replicate: Replicate, scenario: WindowScenario, writer: ReplicateWriter, data: Path | None = None
    ) -> None:
        warm_up(scenario, replicate.seed)
        self.replicate, self.scenario, self.writer = replicate, scenario, writer
        self.learner = make_learning(scenario, replicate.seed)
        self.records: dict[str, list[np.ndarray]] = {one.name: [] for one in RECORDED}
        self.seconds, self.explored = 0.0, 0
        self.log: Pieces | None = None
        if scenario.record.decisions:
            slots = scenario.astrocytes.max_active
            shapes = [(0, slots) if "slot" in one.dims else (0,) for one in LOGGED]
            empty = tuple(np.zeros(shape, one.dtype) for shape, one in zip(shapes, LOGGED, strict=True))
            array = writer.array("decision")
            self.log = Pieces(tuple(one.name for one in LOGGED), 1 if array is None else int(array.chunks[2]), empty)

    @property
    def done(self) -> int:
        """Trials done; all of them, once all bits are right and that ends the replicate."""
        return self.scenario.schedule.trials if self.finished else self.learner.done

    @property
    def finished(self) -> bool:
        """Whether no trial is left."""
        return bool(self.learner.finished)

    @property
    def first_stretch(self) -> int:
        """Trials between two records."""
        return min(self.scenario.record.every, self.scenario.schedule.trials)

    def advance(self, units: int) -> float:
        """Carry out trials, up to the next record at most."""
        every = self.scenario.record.every
        begin = time.perf_counter()
        log = self.learner.advance(min(units, every - self.learner.done % every))
        taken = time.perf_counter() - begin
        self.seconds += taken
        self.explored += int(log.explored.sum())
        if self.log is not None:
            values = (log.pattern, log.decision, log.active, log.explored.astype("i1"), log.reward)
            self.log.add(values, self.writer)
        if self.learner.done % every == 0 and len(self.records["reward"]) < self.learner.done // every:
            self._record()
        return taken

    def _record(self) -> None:
        found = self.learner.outcome()
        found["reward"] = found["reward"].mean()
        for name, values in self.records.items():
            values.append(np.asarray(found[name]))

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, by name, each of its own shape; what is recorded, too."""
        own = {f"learner/{name}": values for name, values in self.learner.state().items()}
        own |= {f"record/{name}": np.array(values) for name, values in self.records.items() if values}
        rest = self.log.rest if self.log is not None else ()
        return own | {f"rest/{place}": values for place, values in enumerate(rest)}

    def facts(self) -> dict[str, Any]:
        """Return counts, and what is written."""
        chunk = 0 if self.log is None else self.log.chunk
        return {"seconds": self.seconds, "explored": self.explored, "chunk": chunk, "entries": self.writer.entries}

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, whose arrays have the same shape, and `facts()`.

        See `astrosim.contracts.simulation.Member.restore`.
        """
        parts: dict[str, dict[str, np.ndarray]] = {"learner": {}, "record": {}, "rest": {}}
        for name, values in state.items():
            part, _, key = name.partition("/")
            parts[part][key] = values
        self.learner.restore(parts["learner"])
        self.records = {name: list(parts["record"].get(name, ())) for name in self.records}
        if self.log is not None:
            self.log.rest = tuple(parts["rest"][str(place)] for place in range(len(self.log.rest)))
            self.log.chunk = facts["chunk"]
        self.seconds, self.explored = facts["seconds"], facts["explored"]
        self.writer.entries.update(facts["entries"])

    def outcome(self) -> Outcome:
        """Write what is left, and return records, the end and the summary."""
        if self.log is not None:
            self.log.end(self.writer)
        found, network = self.learner.outcome(), self.learner.network
        spikes = [self.learner.spikes(pattern) for pattern in range(len(found["readout"]))]
        values = {name: np.stack(own) for name, own in self.records.items() if own}
        values |= {name: found[name] for name in ("weight", "readout")} | {"pre": network.pre, "post": network.post}
        stamps = np.concatenate(spikes)
        values["spike_pattern"] = np.repeat(np.arange(len(spikes)), [len(own) for own in spikes]).astype("i4")
        values["spike_count"] = np.array(len(stamps))
        values |= {"spike_step": stamps[:, 0].astype("i4"), "spike_node": stamps[:, 1].astype("i4")}
        values |= self.learner.interventions.happened()
        return Outcome(values, self._row(found))

    def _row(self, found: Mapping[str, Any]) -> dict[str, Any]:
        bits = found["readout"].size
        active = int(found["activations"].sum())
        tried = found["kept"] + found["reverted"]
        return {
            "condition": self.replicate.condition,
            "seed": self.replicate.seed,
            "engine": self.scenario.engine,
            "neurons": self.learner.network.kind.size,
            "synapses": self.learner.network.post.size,
            "astrocytes": len(self.learner.territories),
            "trials": found["trials"],
            "kept": found["kept"],
            "reverted": found["reverted"],
            "idle": found["idle"],
            "mean_accuracy": found["right_bits"] / bits,
            "accept_rate": found["kept"] / tried if tried else "",
            "explored": self.explored / active if active else "",
            "reward": float(found["reward"].mean()),
            "solved_trial": "" if self.learner.solved is None else self.learner.solved,
            "biological_s": found["biological_s"],
            "wall_s": self.seconds,
        }
