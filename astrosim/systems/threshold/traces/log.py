"""Records of single trials of a replicate, handed to the store chunk by chunk."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from astrosim.store.replicates import ReplicateWriter
from astrosim.store.variables import Variable
from astrosim.systems.threshold.records import FIRING_VARIABLES, RECORDED, REWARD_VARIABLES
from astrosim.systems.threshold.scenario.trial_records import Wanted
from astrosim.systems.threshold.traces.tracer import Taken

Rows = Mapping[str, np.ndarray]


class Streamed:
    """Variables of one first dimension, of which chunks are written as trials go by; places left out read as not run.

    Parameters
    ----------
    writer : ReplicateWriter
    variables : tuple of Variable
    """

    def __init__(self, writer: ReplicateWriter, variables: tuple[Variable, ...]) -> None:
        self._writer, self._chunk, self._filled = writer, 0, 0
        self._arrays = {variable.name: writer.array(variable.name) for variable in variables}
        first = self._arrays[variables[0].name]
        self._room = first.chunks[2]
        self._chunks = math.ceil(first.shape[2] / self._room)
        self._buffers = {
            name: np.full((self._room, *array.shape[3:]), array.fill_value, dtype=array.dtype)
            for name, array in self._arrays.items()
        }

    def append(self, place: np.ndarray, values: Rows) -> None:
        """Add rows.

        Parameters
        ----------
        place : ndarray of int64, shape (row,)
            Along the first dimension, ascending; behind all that were added before.
        values : mapping of str to ndarray, shape (row, ...)
            By variable; other dimensions may be shorter than the store's.
        """
        done = 0
        while done < len(place):
            chunk = int(place[done]) // self._room
            while self._chunk < chunk:
                self._write()
            start = chunk * self._room
            stop = int(np.searchsorted(place, start + self._room))
            rows = place[done:stop] - start
            for name, own in values.items():
                self._buffers[name][(rows, *(slice(0, n) for n in own.shape[1:]))] = own[done:stop]
            self._filled = int(rows[-1]) + 1
            done = stop

    def _write(self) -> None:
        self._writer.write_trials(self._chunk, self.tail())
        for name, buffer in self._buffers.items():
            buffer[:] = self._arrays[name].fill_value
        self._chunk, self._filled = self._chunk + 1, 0

    def tail(self) -> dict[str, np.ndarray]:
        """Return the rows that are not written yet: by variable, shape (row, ...)."""
        return {name: buffer[: self._filled] for name, buffer in self._buffers.items()}

    def finish(self) -> None:
        """Write what is left, and what other replicates have but this one has not."""
        while self._chunk < self._chunks:
            self._write()

    @property
    def chunk(self) -> int:
        """Chunks that are written."""
        return self._chunk

    def restore(self, tail: Rows, chunk: int) -> None:
        """Go on from a `tail()`, behind the chunks that are written."""
        self._chunk = chunk
        for name, values in tail.items():
            self._filled = len(values)
            self._buffers[name][: self._filled] = values


class RecordLog:
    """Rewards and firing of single trials of a replicate.

    Parameters
    ----------
    writer : ReplicateWriter
    own : Wanted
    neurons : int
    """

    def __init__(self, writer: ReplicateWriter, own: Wanted, neurons: int) -> None:
        self._wanted, self._neurons = own, neurons
        self._parts: dict[str, Streamed] = {}
        if own.rewards:
            self._parts["rewards"] = Streamed(writer, REWARD_VARIABLES)
        if own.firing:
            self._parts["firing"] = Streamed(writer, FIRING_VARIABLES)
            self._labels = writer.encoder.labels(RECORDED)

    def append(self, taken: Taken) -> None:
        """Add the records of an advance."""
        if self._wanted.rewards:
            values = taken.before, taken.after, taken.eligible
            place = np.arange(taken.trial, taken.trial + len(taken.before))
            self._add("rewards", place, dict(zip((one.name for one in REWARD_VARIABLES), values, strict=True)))
        for part in _pieces(len(taken.firing_trial)):
            fired = np.unpackbits(taken.fired[part], axis=1, count=self._neurons)
            self._add_firing(taken.firing_trial[part], fired.astype(np.int8))

    def _add(self, part: str, place: np.ndarray, values: Rows) -> None:
        self._parts[part].append(place, values)

    def _add_firing(self, trial: np.ndarray, fired: np.ndarray) -> None:
        self._add("firing", np.searchsorted(self._labels, trial), {FIRING_VARIABLES[0].name: fired})

    def finish(self) -> None:
        """Write what is left."""
        for part in self._parts.values():
            part.finish()

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of the unwritten tails, by variable, shape (row, ...)."""
        return {name: values.copy() for part in self._parts.values() for name, values in part.tail().items()}

    def facts(self) -> dict[str, int]:
        """Return how many chunks are written of each part."""
        return {name: part.chunk for name, part in self._parts.items()}

    def restore(self, state: Rows, facts: Mapping[str, Any]) -> None:
        """Go on from a `state()` and `facts()`."""
        for name, part in self._parts.items():
            part.restore({key: state[key] for key in part.tail()}, facts[name])

    def take_up(self, stored: Callable[[str], np.ndarray | None], trials: int, firing: range) -> None:
        """Take in the records of a shorter run.

        Parameters
        ----------
        stored : callable
            Returns what that run stored of a variable, of the store's shape; None if nothing.
        trials : int
            Of that run.
        firing : range
            Trials of which it kept the firing.

        Raises
        ------
        ValueError
            If a record is missing.
        """
        if self._wanted.rewards:
            found = {one.name: stored(one.name) for one in REWARD_VARIABLES}
            if any(values is None for values in found.values()):
                raise ValueError("the shorter run has no rewards of its trials")
            self._add("rewards", np.arange(trials), {n: v[:trials] for n, v in found.items() if v is not None})
        if wanted := [trial for trial in self._wanted.firing if trial < trials]:
            fired = stored(FIRING_VARIABLES[0].name)
            own = np.empty((0, 0), np.int8) if fired is None else fired[fired[:, 0] >= 0, : self._neurons]
            if list(firing) != wanted or len(own) != len(wanted):
                raise ValueError("the shorter run has not the firing of the same trials")
            self._add_firing(np.array(wanted), own)


def _pieces(rows: int, length: int = 2**12) -> Iterator[slice]:
    return (slice(start, start + length) for start in range(0, rows, length))
