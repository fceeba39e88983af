"""Recording of a simulation: its spikes and traces go to the store in pieces, as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Alone, Outcome
from astrosim.runs.replicate import Replicate
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.spiking.engines import make_simulation
from astrosim.systems.spiking.make import network_of, traces_of
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.simulation import Stretch

FIRST_STRETCH = 1000  # steps; assumed: a fraction of a second
MS_PER_S = 1000.0


class Pieces:
    """Values of some variables that come bit by bit, and are written whenever a chunk of the store is full.

    Parameters
    ----------
    names : tuple of str
        Variables of one first dimension.
    length : int
        Entries of a chunk.
    empty : tuple of ndarray
        Values without any entry, of the right type and shape (0, ...).
    """

    def __init__(self, names: tuple[str, ...], length: int, empty: tuple[np.ndarray, ...]) -> None:
        self.names, self.length, self.rest, self.chunk = names, length, empty, 0

    def add(self, values: tuple[np.ndarray, ...], writer: ReplicateWriter) -> None:
        """Add values, shape (entry, ...) each; write the chunks that are full."""
        self.rest = tuple(np.concatenate([old, new]) for old, new in zip(self.rest, values, strict=True))
        while len(self.rest[0]) >= self.length:
            self._write(self.length, writer)

    def end(self, writer: ReplicateWriter) -> None:
        """Write what is left."""
        if len(self.rest[0]) or not self.chunk:
            self._write(self.length, writer)

    def _write(self, count: int, writer: ReplicateWriter) -> None:
        parts = {name: own[:count] for name, own in zip(self.names, self.rest, strict=True)}
        writer.write_trials(self.chunk, parts)
        self.rest = tuple(own[count:].copy() for own in self.rest)
        self.chunk += 1


class Recording(Alone):
    """A replicate of a simulation in motion; see `astrosim.contracts.simulation`.

    Parameters
    ----------
    replicate : Replicate
    scenario : SpikingScenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
    data : Path or None
        Where data sets lie: of no concern here.
    """

    def __init__(
        self, replicate: Replicate, scenario: SpikingScenario, writer: ReplicateWriter, data: Path | None = None
    ) -> None:
        self.replicate, self.scenario, self.writer = replicate, scenario, writer
        network = network_of(scenario, replicate.seed)
        self.simulation = make_simulation(scenario, replicate.seed, network)
        self.simulation.compile()
        self.neurons, self.count, self.seconds = len(network.neurons), 0, 0.0
        self.pieces: list[Pieces] = []
        if scenario.record.spikes:
            empty = (np.zeros(0, "i4"), np.zeros(0, "i8"))
            self.pieces.append(Pieces(("spike_node", "spike_step"), self._length("spike_node"), empty))
        self.traces = traces_of(scenario.record.traces, network, scenario.schedule.step_ms)
        for trace in self.traces:
            empty_trace = (np.zeros((0, len(trace.nodes))),)
            self.pieces.append(Pieces((trace.variable,), self._length(trace.variable), empty_trace))
        self.calcium: list[float] = []

    def _length(self, name: str) -> int:
        array = self.writer.array(name)
        return 1 if array is None else int(array.chunks[2])

    @property
    def done(self) -> int:
        """Steps done."""
        return int(self.simulation.done)

    @property
    def finished(self) -> bool:
        """Whether the last step is done."""
        return self.done >= self.scenario.steps

    @property
    def first_stretch(self) -> int:
        """Steps of a first stretch."""
        return FIRST_STRETCH

    def advance(self, units: int) -> float:
        """Simulate some steps, and write what is full."""
        begin = time.perf_counter()
        self.simulation.advance(min(units, self.scenario.steps - self.done), self._keep)
        taken = time.perf_counter() - begin
        self.seconds += taken
        return taken

    def _keep(self, stretch: Stretch) -> None:
        self.count += len(stretch.node)
        parts: list[tuple[np.ndarray, ...]] = []
        if self.scenario.record.spikes:
            parts.append((stretch.node.astype("i4"), stretch.stamp))
        parts += [(values,) for values in stretch.traces]
        for pieces, values in zip(self.pieces, parts, strict=True):
            pieces.add(values, self.writer)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, by name, each of its own shape; what is recorded and not yet written, too."""
        own = dict(self.simulation.state())
        for number, pieces in enumerate(self.pieces):
            own |= {f"rest_{number}_{place}": values for place, values in enumerate(pieces.rest)}
        return own

    def facts(self) -> dict[str, Any]:
        """Return counts, and what is written."""
        return {
            "count": self.count,
            "seconds": self.seconds,
            "chunks": [pieces.chunk for pieces in self.pieces],
            "entries": self.writer.entries,
        }

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, whose arrays have the same shape, and `facts()`.

        See `astrosim.contracts.simulation.Member.restore`.
        """
        self.simulation.restore(state)
        for number, (pieces, chunk) in enumerate(zip(self.pieces, facts["chunks"], strict=True)):
            pieces.rest = tuple(state[f"rest_{number}_{place}"] for place in range(len(pieces.rest)))
            pieces.chunk = chunk
        self.count, self.seconds = facts["count"], facts["seconds"]
        self.writer.entries.update(facts["entries"])

    def end(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return the state of the simulation, whose arrays keep their shape, and counts."""
        return self.simulation.state(), {"count": self.count, "seconds": self.seconds}

    def prolong(
        self,
        state: Mapping[str, np.ndarray],
        facts: Mapping[str, Any],
        short: SpikingScenario,
        stored: Callable[..., np.ndarray | None],
    ) -> None:
        """Go on from the `end()` of a shorter run, whose arrays keep their shape; what it stored is written again.

        Raises
        ------
        KeyError
            If it stored other variables.
        """
        self.simulation.restore(state)
        self.count, self.seconds = facts["count"], facts["seconds"]
        lengths = [self.count] * self.scenario.record.spikes + [short.steps // trace.every for trace in self.traces]
        for pieces, length in zip(self.pieces, lengths, strict=True):
            found = [stored(name, length) for name in pieces.names]
            if any(one is None for one in found):
                raise KeyError(pieces.names[0])
            pieces.add(
                tuple(np.asarray(one, own.dtype) for one, own in zip(found, pieces.rest, strict=True)), self.writer
            )

    def outcome(self) -> Outcome:
        """Write what is left, and return the counts."""
        for pieces in self.pieces:
            pieces.end(self.writer)
        events = self.simulation.interventions.happened()
        return Outcome({"spike_count": np.array(self.count), **events}, self._row())

    def _row(self) -> dict[str, Any]:
        seconds = self.scenario.schedule.duration_ms / MS_PER_S
        calcium = self.simulation.mean_calcium()
        return {
            "condition": self.replicate.condition,
            "seed": self.replicate.seed,
            "neurons": self.neurons,
            "astrocytes": len(self.simulation.network.astrocytes),
            "synapses": len(self.simulation.network.connections),
            "biological_s": seconds,
            "spikes": self.count,
            "rate_hz": self.count / seconds / self.neurons if self.neurons else "",
            "events": self.simulation.events,
            "mean_calcium": "" if calcium is None else calcium,
            "wall_s": self.seconds,
        }
