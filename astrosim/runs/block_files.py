"""Files of a block of replicates: one commit, one set of chunks; until then a checkpoint keeps what is finished."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Arrays, Facts, Outcome
from astrosim.runs import checkpoint
from astrosim.runs.cells_file import ENDING, CellsFile
from astrosim.runs.checkpoint import CHECKPOINTS, END_LIMIT, CheckpointError
from astrosim.runs.keeping import Entry, Row
from astrosim.runs.kept import State, digest_of, ends_path, save_states, states_in_work
from astrosim.runs.replicate import Replicate
from astrosim.store.block_data import BlockData
from astrosim.store.blocks import Block, Cell
from astrosim.store.files import fsync_directory, storage_errors
from astrosim.store.read import rows_of
from astrosim.store.replicates import ReplicateWriter, plain, read_commit

COMPRESSION = 1  # of ends; assumed: twice as small for a millisecond, and more costs more than it saves


class BlockFiles:
    """Files of a block. See `astrosim.runs.keeping.Keeping`.

    What is committed already is kept where a replicate of the block had failed: it is committed again with the others,
    and lies in the file of what is finished before the old commit is removed.

    Parameters
    ----------
    directory : Path
        Run directory.
    block : Block
    resolved : mapping of str to Experiment
        By condition.
    warn : callable
        Takes a text that the user should see.
    """

    def __init__(self, directory: Path, block: Block, resolved: Mapping[str, Any], warn: Callable[[str], None]) -> None:
        self.directory, self.block, self.warn = directory, block, warn
        self.of = {name: digest_of(scenario) for name, scenario in resolved.items()}
        self.data = BlockData(directory, block)
        self._rows: dict[Cell, Row] = {}
        self._unsaved: list[Cell] = []
        self._path = directory / CHECKPOINTS / f"{block.name}.npz"
        with storage_errors(directory):
            self._finished = CellsFile(self._path.with_suffix(ENDING))
            self._ends = CellsFile(ends_path(directory, block), COMPRESSION)
            self._take_up_committed()
            self._take_up_finished()
            if not self._rows:
                self._ends.remove()  # of a block that is computed again
        self._states = self._take_up_states()

    def _take_up_committed(self) -> None:
        record = read_commit(self.block.commit_path(self.directory))
        self._committed = rows_of(record) if record is not None else {}
        self._rows |= self._committed
        if record is not None:
            self.data.read(list(self._committed), set(record["files"]))

    def _take_up_finished(self) -> None:
        """Take in the replicates that were finished when the block was interrupted."""
        for cell in self._finished.cells:
            if cell in self.block.cells and cell not in self._rows:
                try:
                    arrays, facts = self._finished.load(cell) or ({}, {})
                except CheckpointError as error:
                    self.warn(checkpoint.lost(Replicate(*cell, 0, 0), error))
                    continue
                if facts["of"] == self.of.get(cell[0]):
                    self.data.restore(cell, arrays)
                    self._rows[cell] = facts["row"]

    def _take_up_states(self) -> dict[Cell, State]:
        """Return the states of those that were in work, by condition and seed."""
        try:
            with storage_errors(self.directory):
                return states_in_work(self._path)
        except CheckpointError as error:
            self.warn(f"{error}. The replicates that were in work start again, and the results do not change.")
            return {}

    def checkpoint(self, replicate: Replicate) -> Path:
        """Return the file of the states of all that are in work."""
        return self._path

    def writer(self, replicate: Replicate) -> ReplicateWriter:
        """Return a writer into the block."""
        return self.data.writer(replicate.cell)

    def load(self, replicate: Replicate, writer: ReplicateWriter) -> tuple[dict[str, np.ndarray], Facts] | None:
        """Return state, arrays of any shape, and facts; what had been written into the block is written again.

        Raises
        ------
        CheckpointError
            If it belongs to another scenario.
        """
        state = self._states.pop(replicate.cell, None)
        if state is None:
            return None
        if state.of != self.of[replicate.condition]:
            raise CheckpointError(f"{self._path}: it belongs to another scenario")
        self.data.restore(replicate.cell, state.stored)
        return state.arrays, state.facts

    def save(self, entries: Sequence[Entry]) -> None:
        """Write what is finished and the states of all others, a file each."""
        states = {
            entry.replicate.cell: State(
                dict(entry.member.state()),
                self.data.values(entry.replicate.cell),
                entry.member.facts(),
                self.of[entry.replicate.condition],
            )
            for entry in entries
        }
        with storage_errors(self.directory):
            self._sync()
            save_states(self._path, states)

    def _sync(self) -> None:
        """Make ends durable, then what is finished: no replicate is finished without its end."""
        self._ends.sync()
        for cell in self._unsaved:
            self._keep(cell)
        self._unsaved = []
        self._finished.sync()

    def _keep(self, cell: Cell) -> None:
        """Write a replicate that is finished into the file of those."""
        self._finished.append(cell, self.data.values(cell), {"row": self._rows[cell], "of": self.of[cell[0]]})

    def keep_end(self, replicate: Replicate, arrays: Arrays, facts: Facts) -> None:
        """Write the end, arrays of any shape, behind those of the others."""
        if sum(np.asarray(array).nbytes for array in arrays.values()) <= END_LIMIT:
            own = {name: np.asarray(values) for name, values in arrays.items()}
            with storage_errors(self.directory):
                self._ends.path.parent.mkdir(exist_ok=True)
                self._ends.append(replicate.cell, own, {"facts": facts, "of": self.of[replicate.condition]})

    def finish(self, entry: Entry, outcome: Outcome) -> None:
        """Take in the results; the next `save` keeps them until the block is committed."""
        cell = entry.replicate.cell
        entry.writer.write_all(outcome.values, outcome.labels)
        self._rows[cell] = plain(outcome.row)
        self._unsaved.append(cell)

    def drop(self, replicate: Replicate) -> None:
        """Leave fill values in the block."""
        self.data.forget(replicate.cell)

    def rows(self) -> dict[Cell, Row]:
        """Return the rows of those that are finished."""
        return self._rows

    def close(self) -> None:
        """Commit the block, unless nothing was added to what is committed."""
        with storage_errors(self.directory):
            if self._rows.keys() - self._committed.keys():
                self._sync_all()
                self.data.commit(self._rows)
            self._ends.close()
            self._finished.remove()
            if self._rows.keys() >= set(self.block.cells):
                self._path.unlink(missing_ok=True)

    def _sync_all(self) -> None:
        """Before a commit is replaced, keep what it holds; without one only the ends must be durable."""
        path = self.block.commit_path(self.directory)
        if path.exists():
            for cell in self._committed:
                if cell not in self._finished:
                    self._keep(cell)
            self._sync()
            path.unlink()
            fsync_directory(path.parent)
        self._ends.sync()
