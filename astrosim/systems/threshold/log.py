"""The decision log of a replicate, handed to the store chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from astrosim.store.replicates import ReplicateWriter
from astrosim.store.variables import KEPT, NOBODY, REVERTED, Decisions
from astrosim.systems.threshold.records import TRIAL_VARIABLES


class TrialLog:
    """Counts decisions and, if the scenario wants them, keeps them until a chunk is full.

    Parameters
    ----------
    writer : ReplicateWriter
    wanted : bool
        Keep the log; the counts are kept in any case.
    """

    def __init__(self, writer: ReplicateWriter, wanted: bool) -> None:
        self.kept = self.reverted = 0
        self._writer = writer
        length, self._chunks = writer.trial_chunk()
        self._room = length if wanted else 0
        self._chunk = self._filled = 0
        self._buffers = {}
        for variable in TRIAL_VARIABLES:
            if (array := writer.array(variable.name)) is not None:
                # An unused slot of a trial that was carried out is nobody, not "not run".
                fill = NOBODY if variable.name == "active" else variable.fill
                self._buffers[variable.name] = np.full((self._room, *array.shape[3:]), fill, dtype=array.dtype)

    def append(self, decisions: Decisions) -> None:
        """Add a stretch of trials."""
        self.kept += int(np.count_nonzero(decisions.decision == KEPT))
        self.reverted += int(np.count_nonzero(decisions.decision == REVERTED))
        done, length = 0, len(decisions.decision)
        while self._room and done < length:
            stop = min(length, done + self._room - self._filled)
            place = slice(self._filled, self._filled + stop - done)
            self._buffers["trial_pattern"][place] = decisions.pattern[done:stop]
            self._buffers["decision"][place] = decisions.decision[done:stop]
            if "active" in self._buffers:
                self._buffers["active"][place, : decisions.active.shape[1]] = decisions.active[done:stop]
            self._filled += stop - done
            done = stop
            if self._filled == self._room:
                self._write()

    def _write(self) -> None:
        self._writer.write_trials(self._chunk, self._tail())
        self._chunk += 1
        self._filled = 0

    def _tail(self) -> dict[str, np.ndarray]:
        return {name: buffer[: self._filled] for name, buffer in self._buffers.items()}

    def finish(self) -> None:
        """Write what is left, and what other replicates need but this one has not, as not run."""
        while self._chunk < self._chunks:
            self._write()

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of the unwritten tail: `TRIAL_VARIABLES` by name, shape (trial,), of "active" (trial, slot)."""
        return {name: tail.copy() for name, tail in self._tail().items()}

    def facts(self) -> dict[str, Any]:
        """Return the counts, and what is written already."""
        return {"kept": self.kept, "reverted": self.reverted, "chunk": self._chunk, "files": self._writer.entries}

    def take_up(self, stored: Callable[[str], np.ndarray | None], trials: int, counts: Mapping[str, int]) -> None:
        """Take in the log of a shorter run.

        Parameters
        ----------
        stored : callable
            Returns what that run stored of a variable: shape (trial,), of "active" (trial, slot); None if nothing.
        trials : int
            Of that run.
        counts : mapping of str to int
            Its `kept` and `reverted`.
        """
        decision, pattern = stored("decision"), stored("trial_pattern")
        if self._room and decision is not None and pattern is not None:
            active = stored("active")
            active = np.empty((trials, 0), np.int32) if active is None else active[:trials]
            self.append(Decisions(pattern[:trials], decision[:trials], active))
        self.kept, self.reverted = counts["kept"], counts["reverted"]

    def restore(self, tail: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, shape (trial,) or (trial, slot), and `facts()`."""
        self.kept, self.reverted, self._chunk = facts["kept"], facts["reverted"], facts["chunk"]
        self._writer.entries.update(facts["files"])
        for name, values in tail.items():
            self._filled = len(values)
            self._buffers[name][: self._filled] = values
