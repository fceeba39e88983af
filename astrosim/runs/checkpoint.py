"""Checkpoints of a replicate: arrays and a JSON text in one npz file, never pickle, written atomically."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.store.blocks import replicate_name
from astrosim.store.files import storage_errors, write_atomically

if TYPE_CHECKING:
    from astrosim.scenario import Experiment

CHECKPOINTS = "checkpoints"
ENDS = "ends"  # folder of the states in which replicates ended: a longer run goes on from them
END_LIMIT = 32_000_000  # bytes of arrays; assumed: of larger networks a longer run computes the beginning again
FORMAT_VERSION = 1
MISFITS = (KeyError, ValueError, TypeError, IndexError)
"""Errors of a checkpoint that another version wrote."""


class CheckpointError(Exception):
    """A checkpoint that cannot be used; its text says why."""


class Checkpoint:
    """The checkpoint of one replicate, good for this replicate and this scenario only.

    Parameters
    ----------
    directory : Path
        Run directory.
    replicate : Replicate
    scenario : Experiment
        Resolved for its condition.
    folder : str
        Of the run directory: `CHECKPOINTS`, or `ENDS`.
    """

    def __init__(self, directory: Path, replicate: Replicate, scenario: Experiment, folder: str = CHECKPOINTS) -> None:
        self.directory, self.replicate = directory, replicate
        self.path = directory / folder / f"{replicate_name(replicate.condition, replicate.seed)}.npz"
        self.of = identity(replicate, scenario)

    def save(self, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Write it, in place of an older one.

        Parameters
        ----------
        arrays : mapping of str to ndarray
            Numbers and truth values, of any shape.
        facts : mapping
            What JSON can hold.

        Raises
        ------
        StoreError
            If the directory cannot be written; the older one stays.
        """
        with storage_errors(self.directory):
            save(self.path, arrays, {**facts, "of": self.of})

    def load(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Read it: its arrays by name, each of the shape that was saved, and its facts; None if there is none.

        Raises
        ------
        CheckpointError
            If it is damaged, truncated, of another format, replicate or scenario.
        """
        with storage_errors(self.directory):
            found = load(self.path)
        if found is not None and found[1].get("of") != self.of:
            raise CheckpointError(f"{self.path}: it belongs to another replicate or scenario")
        return found

    def save_end(self, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Keep the state of the replicate's end, unless it is large: arrays of any shape, as in `save`."""
        if sum(np.asarray(array).nbytes for array in arrays.values()) <= END_LIMIT:
            with storage_errors(self.directory):
                self.path.parent.mkdir(exist_ok=True)
            self.save(arrays, facts)

    def remove(self) -> None:
        """Remove it, once its replicate is committed."""
        with storage_errors(self.directory):
            self.path.unlink(missing_ok=True)


def lost(replicate: Replicate, error: CheckpointError) -> str:
    """Tell the user that a checkpoint is of no use: it costs its replicate's time, and nothing else."""
    return (
        f"{error}. Condition {replicate.condition}, seed {replicate.seed} starts again; "
        "committed replicates are kept, and the results do not change."
    )


@contextlib.contextmanager
def fitting(path: Path) -> Iterator[None]:
    """Turn the errors of a checkpoint that another version wrote into a `CheckpointError`."""
    try:
        yield
    except MISFITS as error:
        text = str(error) if type(error) is ValueError else repr(error)
        raise CheckpointError(f"{path}: cannot be taken up ({text})") from error


def identity(replicate: Replicate, scenario: Experiment) -> dict[str, Any]:
    """Return what a checkpoint belongs to: condition, seed, and all of the scenario that a replicate depends on."""
    return {"condition": replicate.condition, "seed": replicate.seed, "scenario": scenario_text(scenario)}


def scenario_text(scenario: Experiment) -> str:
    """Return all of a resolved scenario that a replicate depends on beside its condition's name and its seed."""
    tables = scenario.model_dump(mode="json", exclude={"conditions", "sweep", "reference", "seeds"})
    if (network := tables.get("network", {})).get("start", "") is None:
        del network["start"]  # checkpoints from before there were branches stay good
    return json.dumps(tables)


def _seal(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Write a checkpoint file.

    Parameters
    ----------
    path : Path
    arrays : mapping of str to ndarray
        Of any shape; any dtype but object.
    facts : mapping
        Values that JSON can hold.
    """
    facts = {**facts, "format_version": FORMAT_VERSION}
    text = json.dumps({"facts": facts, "sha256": _seal(arrays, facts)})
    buffer = io.BytesIO()
    write = np.savez_compressed if path.parent.name == ENDS else np.savez
    write(buffer, **{"checkpoint.json": np.frombuffer(text.encode(), dtype="u1"), **arrays})  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())


def load(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """Read a checkpoint file: arrays by name, each of the shape that was saved, and facts; None if there is none.

    Raises
    ------
    CheckpointError
        If it is damaged, truncated, or of another format.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        head = json.loads(arrays.pop("checkpoint.json").tobytes())
        facts, expected = head["facts"], head["sha256"]
    except Exception as error:  # a damaged zip fails in many ways, all of them mean the same
        raise CheckpointError(f"{path}: damaged after {len(data)} bytes ({error})") from error
    if _seal(arrays, facts) != expected:
        raise CheckpointError(f"{path}: its checksum is not the one that was written")
    if facts.get("format_version") != FORMAT_VERSION:
        raise CheckpointError(f"{path}: format {facts.get('format_version')} where {FORMAT_VERSION} is known")
    return arrays, facts
