"""Keeping: where the replicates of a job store what they record, and how they stand. Each has files of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from astrosim.contracts.simulation import Arrays, Facts, Member, Outcome
from astrosim.runs.checkpoint import ENDS, Checkpoint
from astrosim.runs.replicate import Replicate
from astrosim.store.blocks import Cell
from astrosim.store.files import storage_errors
from astrosim.store.replicates import ReplicateWriter

Row = Mapping[str, Any]


@dataclass
class Entry:
    """One replicate of a job, in motion.

    Attributes
    ----------
    replicate : Replicate
    writer : ReplicateWriter
    member : Member
    """

    replicate: Replicate
    writer: ReplicateWriter
    member: Member


class Keeping(Protocol):
    """Files of a job's replicates."""

    def writer(self, replicate: Replicate) -> ReplicateWriter:
        """Return the writer of a replicate that begins, or begins again."""

    def checkpoint(self, replicate: Replicate) -> Path:
        """Return the file of its checkpoint."""

    def load(self, replicate: Replicate, writer: ReplicateWriter) -> tuple[dict[str, np.ndarray], Facts] | None:
        """Return state and facts of its checkpoint: arrays of any shape; None if there is none.

        Raises
        ------
        CheckpointError
            If it is of no use.
        """

    def save(self, entries: Sequence[Entry]) -> None:
        """Write checkpoints of all replicates that are begun and not finished."""

    def keep_end(self, replicate: Replicate, arrays: Arrays, facts: Facts) -> None:
        """Keep the state of a replicate's end, unless it is large: arrays of any shape, valid during the call alone."""

    def finish(self, entry: Entry, outcome: Outcome) -> None:
        """Take in the results of a replicate that is done."""

    def drop(self, replicate: Replicate) -> None:
        """Forget what a replicate that failed has written; its checkpoint stays."""

    def rows(self) -> dict[Cell, Row]:
        """Return the rows of summary.csv of all replicates that are finished."""

    def close(self) -> None:
        """Commit what is finished and not committed yet."""


class OwnFiles:
    """Files of its own for every replicate: it is committed as soon as it is finished. See `Keeping`.

    Parameters
    ----------
    directory : Path
        Run directory.
    resolved : mapping of str to Experiment
        By condition.
    """

    def __init__(self, directory: Path, resolved: Mapping[str, Any]) -> None:
        self.directory, self.resolved = directory, resolved
        self._rows: dict[Cell, Row] = {}

    def _checkpoint(self, replicate: Replicate, folder: str | None = None) -> Checkpoint:
        folders = () if folder is None else (folder,)
        return Checkpoint(self.directory, replicate, self.resolved[replicate.condition], *folders)

    def writer(self, replicate: Replicate) -> ReplicateWriter:
        """Return a new writer."""
        return ReplicateWriter(self.directory, replicate.row, replicate.column)

    def checkpoint(self, replicate: Replicate) -> Path:
        """Return the file of its checkpoint."""
        return self._checkpoint(replicate).path

    def load(self, replicate: Replicate, writer: ReplicateWriter) -> tuple[dict[str, np.ndarray], Facts] | None:
        """Return state, arrays of any shape, and facts of its checkpoint file; None if there is none."""
        return self._checkpoint(replicate).load()

    def save(self, entries: Sequence[Entry]) -> None:
        """Write a file for each."""
        for entry in entries:
            with storage_errors(self.directory):
                entry.writer.sync()  # what the facts name must be there after a crash
            self._checkpoint(entry.replicate).save(entry.member.state(), entry.member.facts())

    def keep_end(self, replicate: Replicate, arrays: Arrays, facts: Facts) -> None:
        """Write the end, arrays of any shape, into a file."""
        self._checkpoint(replicate, ENDS).save_end(arrays, facts)

    def finish(self, entry: Entry, outcome: Outcome) -> None:
        """Write and commit its results."""
        replicate = entry.replicate
        with storage_errors(self.directory):
            entry.writer.write_all(outcome.values, outcome.labels)
            self._rows[replicate.cell] = entry.writer.commit(replicate.condition, replicate.seed, outcome.row)
        self._checkpoint(replicate).remove()

    def drop(self, replicate: Replicate) -> None:
        """Do nothing: without a commit no reader sees its files."""

    def rows(self) -> dict[Cell, Row]:
        """Return the rows of those that are committed."""
        return self._rows

    def close(self) -> None:
        """Do nothing: all is committed."""
