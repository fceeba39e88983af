"""States that a run keeps of its replicates: their ends, or their last checkpoints, whatever file holds them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.runs import checkpoint
from astrosim.runs.cells_file import ENDING, CellsFile, Kept
from astrosim.runs.checkpoint import CHECKPOINTS, ENDS, Checkpoint, CheckpointError, scenario_text
from astrosim.runs.replicate import Replicate, label
from astrosim.store.blocks import Block, Cell, replicate_name
from astrosim.store.files import sha256, storage_errors
from astrosim.store.read import block_of

if TYPE_CHECKING:
    from astrosim.scenario import Experiment


def ends_path(directory: Path, block: Block) -> Path:
    """Return the file of the ends of a block's replicates."""
    return directory / ENDS / f"{block.name}{ENDING}"


def digest_of(scenario: Experiment) -> str:
    """Return the checksum of all of a resolved scenario that a replicate depends on."""
    return sha256(scenario_text(scenario).encode())


class Ends:
    """Ends of the replicates of a run.

    Parameters
    ----------
    directory : Path
        Run directory.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, replicate: Replicate) -> Path:
        """Return the file that holds the end of a replicate, if it was kept."""
        block = block_of(self.directory, replicate.cell)
        if block is None or block.alone:
            return self.directory / ENDS / f"{replicate_name(*replicate.cell)}.npz"
        return ends_path(self.directory, block)

    def __contains__(self, replicate: Replicate) -> bool:
        path = self.path(replicate)
        if not path.exists() or path.suffix != ENDING:
            return path.exists()
        return replicate.cell in _cells_file(path)

    def load(self, replicate: Replicate, scenario: Experiment) -> Kept | None:
        """Return the end of a replicate: arrays, each of the shape that was saved, and facts; None if none was kept.

        Parameters
        ----------
        replicate : Replicate
        scenario : Experiment
            Resolved for its condition.

        Raises
        ------
        CheckpointError
            If it is damaged, or of another scenario.
        """
        path = self.path(replicate)
        if path.suffix != ENDING:
            return Checkpoint(self.directory, replicate, scenario, ENDS).load()
        with storage_errors(self.directory):
            found = _cells_file(path).load(replicate.cell)
        if found is None:
            return None
        arrays, facts = found
        if facts["of"] != digest_of(scenario):
            raise CheckpointError(f"{path}: the end of {label([replicate])} belongs to another scenario")
        return arrays, facts["facts"]


@dataclass(frozen=True)
class State:
    """State of a replicate in work, as the checkpoint of its block holds it.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Of the simulation.
    stored : dict of str to ndarray
        What it has written into the block, by variable, of the store's shape without (condition, seed).
    facts : mapping
    of : str
        `digest_of` its scenario.
    """

    arrays: dict[str, np.ndarray]
    stored: dict[str, np.ndarray]
    facts: Mapping[str, Any]
    of: str


def save_states(path: Path, states: Mapping[Cell, State]) -> None:
    """Write the states of the replicates of a block that are in work, in place of older ones."""
    arrays: dict[str, np.ndarray] = {}
    listing = []
    for number, ((condition, seed), state) in enumerate(states.items()):
        for part, own in (("arrays", state.arrays), ("stored", state.stored)):
            arrays |= {f"{number}/{part}/{name}": np.asarray(values) for name, values in own.items()}
        listing.append({"condition": condition, "seed": seed, "of": state.of, "facts": state.facts})
    checkpoint.save(path, arrays, {"replicates": listing})


def states_in_work(path: Path) -> dict[Cell, State]:
    """Return what `save_states` wrote; empty if there is no such file.

    Raises
    ------
    CheckpointError
        If it is damaged.
    """
    arrays, facts = checkpoint.load(path) or ({}, {})
    parts: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for name, values in arrays.items():
        number, part, key = name.split("/", 2)
        parts.setdefault((number, part), {})[key] = values
    return {
        (one["condition"], one["seed"]): State(
            parts.get((str(number), "arrays"), {}), parts.get((str(number), "stored"), {}), one["facts"], one["of"]
        )
        for number, one in enumerate(facts.get("replicates", ()))
    }


def _cells_file(path: Path) -> CellsFile:
    try:
        state = path.stat()
    except FileNotFoundError:
        return CellsFile(path)
    return _indexed(path, state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _indexed(path: Path, size: int, changed: int) -> CellsFile:
    return CellsFile(path)


def kept(directory: Path, condition: str, seed: int, scenario: Experiment) -> tuple[dict[str, np.ndarray], bool] | None:
    """Return what was kept of a replicate, by condition and seed: None if there is nothing.

    Parameters
    ----------
    directory : Path
        Run directory.
    condition : str
    seed : int
    scenario : Experiment
        Resolved for the condition.

    Returns
    -------
    dict of str to ndarray
        The arrays of its end, or else of its last checkpoint, each of the shape that was saved.
    bool
        Whether it had ended.

    Raises
    ------
    CheckpointError
        See `Checkpoint.load`.
    """
    replicate = Replicate(condition, seed, 0, 0)  # what was kept goes by the names alone
    found = Ends(directory).load(replicate, scenario)
    if found is not None:
        return found[0], True
    block = block_of(directory, replicate.cell)
    if block is None or block.alone:
        found = Checkpoint(directory, replicate, scenario).load()
    else:
        path = directory / CHECKPOINTS / f"{block.name}.npz"
        with storage_errors(directory):
            state = states_in_work(path).get(replicate.cell)
        if state is not None and state.of != digest_of(scenario):
            raise CheckpointError(f"{path}: it belongs to another scenario")
        found = None if state is None else (state.arrays, dict(state.facts))
    return None if found is None else (found[0], False)
