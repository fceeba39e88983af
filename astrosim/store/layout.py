"""The arrays of a trajectory store: dimensions over all cells, types, and their creation up front."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from astrosim.records import EPISODE_VARIABLES, STATIC_VARIABLES, TRIAL_VARIABLES, WEIGHT_VARIABLES, Variable
from astrosim.scenario.schema import Scenario
from astrosim.store.files import file_entry, fsync_directories, write_durably

TRAJECTORY = "trajectory.zarr"
FORMAT_VERSION = 1
TRIAL_CHUNK = 2**20  # trials; assumed: a few megabytes, so that a long log never stays in memory whole
CELL_DIMENSIONS = ("condition", "seed")
NUMBERED_DIMENSIONS = ("neuron", "synapse", "astrocyte", "pattern", "bit")  # they carry 0, 1, 2 ... as coordinate
LONG_NAMES = {
    "condition": "condition of the scenario",
    "seed": "seed of every random stream of the cell",
    "episode": "recorded episode, from 0",
    "weight_episode": "episode, from 0, after which weights were kept",
    "neuron": "neuron number",
    "synapse": "synapse number",
    "astrocyte": "astrocyte number",
    "pattern": "pattern number, from 0",
    "bit": "output bit, from 0",
}


@dataclass(frozen=True)
class Layout:
    """Shape of a store.

    Attributes
    ----------
    title : str
    conditions : tuple of str
    seeds : tuple of int
    episodes, weight_episodes : tuple of int
        Union over the conditions, ascending; a cell fills those that it records.
    sizes : dict of str to int
        Longest of each dimension over all cells: neuron, synapse, astrocyte, pattern, bit, slot, trial.
    weight_type : str
        NumPy name of the weights' type.
    """

    title: str
    conditions: tuple[str, ...]
    seeds: tuple[int, ...]
    episodes: tuple[int, ...]
    weight_episodes: tuple[int, ...]
    sizes: dict[str, int]
    weight_type: str

    def length(self, dimension: str) -> int:
        """Length of a dimension of the store."""
        own = {"condition": self.conditions, "seed": self.seeds, "episode": self.episodes}
        own["weight_episode"] = self.weight_episodes
        return len(own[dimension]) if dimension in own else self.sizes[dimension]

    def variables(self) -> tuple[Variable, ...]:
        """Variables that the store holds; the trial log only if some condition keeps it."""
        trials = TRIAL_VARIABLES if self.sizes["trial"] else ()
        return EPISODE_VARIABLES + trials + WEIGHT_VARIABLES + STATIC_VARIABLES

    def dtype(self, variable: Variable) -> str:
        """Type on disk: the engine's for weights, the smallest that holds the astrocyte numbers for `active`."""
        if variable.name == "weight":
            return self.weight_type
        if variable.name == "active":
            return np.min_scalar_type(-max(self.sizes["astrocyte"], 2)).str[1:]
        return variable.dtype


def union(conditions: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Ascending union of the episodes of several conditions."""
    return tuple(sorted({episode for episodes in conditions for episode in episodes}))


def make_layout(
    scenario: Scenario, resolved: Mapping[str, Scenario], cells: Iterable[tuple[Mapping[str, int], str]]
) -> Layout:
    """Shape of the store of an experiment.

    Parameters
    ----------
    scenario : Scenario
    resolved : mapping of str to Scenario
        By condition, in order.
    cells : iterable of (mapping of str to int, str)
        `Engine.sizes()`, and NumPy's name of the type of `Engine.weights()`, of cells that together show the longest
        of each dimension.
    """
    longest: dict[str, int] = {}
    types = set()
    for sizes, weight_type in cells:
        types.add(weight_type)
        for dimension, length in sizes.items():
            longest[dimension] = max(length, longest.get(dimension, 0))
    longest["trial"] = max((s.schedule.trials for s in resolved.values() if s.record.decisions), default=0)
    return Layout(
        title=scenario.title or scenario.name,
        conditions=tuple(resolved),
        seeds=scenario.seeds,
        episodes=union(s.record_episodes for s in resolved.values()),
        weight_episodes=union(s.weight_episodes for s in resolved.values()),
        sizes=longest,
        weight_type=np.result_type(*types).str[1:],
    )


def create(layout: Layout, root: Path) -> dict[str, dict[str, Any]]:
    """Create all arrays and write the coordinates, durably.

    Returns
    -------
    dict of str to dict
        Size and checksum of every file, by its path relative to `root`'s parent.
    """
    partial = root.with_name(root.name + ".tmp")
    shutil.rmtree(partial, ignore_errors=True)
    group = zarr.open_group(partial, mode="w", zarr_format=3)
    group.attrs.update({"title": layout.title, "format_version": FORMAT_VERSION})
    for variable in layout.variables():
        _create_variable(group, layout, variable)
    for dimension in ("condition", "seed", "episode", "weight_episode", *NUMBERED_DIMENSIONS):
        _create_coordinate(group, layout, dimension)
    files = [path for path in sorted(partial.rglob("*")) if path.is_file()]
    entries = {}
    for path in files:
        data = path.read_bytes()
        write_durably(path, data)
        entries[f"{root.name}/{path.relative_to(partial).as_posix()}"] = file_entry(data)
    fsync_directories([path.parent for path in files])
    partial.replace(root)
    fsync_directories([root.parent])
    return entries


def _create_variable(group: Any, layout: Layout, variable: Variable) -> None:
    dims = CELL_DIMENSIONS + variable.dims
    shape = tuple(layout.length(d) for d in dims)
    chunks = tuple(min(n, TRIAL_CHUNK) if d == "trial" else n for d, n in zip(variable.dims, shape[2:], strict=True))
    group.create_array(
        variable.name,
        shape=shape,
        chunks=(1, 1, *(max(n, 1) for n in chunks)),
        dtype=layout.dtype(variable),
        fill_value=variable.fill,
        dimension_names=dims,
        # One flat directory an array: fewer names to make durable at a commit.
        chunk_key_encoding={"name": "default", "separator": "."},
        attributes={"units": variable.unit, "long_name": variable.long_name},
    )


def _create_coordinate(group: Any, layout: Layout, dimension: str) -> None:
    values: Any = {
        "condition": np.array(layout.conditions, dtype=object),
        "seed": np.array(layout.seeds, dtype="i8"),
        "episode": np.array(layout.episodes, dtype="i8"),
        "weight_episode": np.array(layout.weight_episodes, dtype="i8"),
    }.get(dimension)
    if values is None:
        values = np.arange(layout.length(dimension), dtype="i4")
    if not len(values):
        return
    array = group.create_array(
        dimension,
        shape=values.shape,
        chunks=values.shape,
        dtype=str if dimension == "condition" else values.dtype,
        dimension_names=(dimension,),
        attributes={"units": "1", "long_name": LONG_NAMES[dimension]},
        config={"write_empty_chunks": True},
    )
    array[:] = values
