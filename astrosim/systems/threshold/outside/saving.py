"""Networks as the files that a scenario names, on disk or in memory (lengths in units)."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from astrosim.scenario.inputs import InputFile
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.scenario import contents, nodes

SIZES = ("inputs", "outputs", "modulatory", "regular")  # of a cluster, by kind
CELLS = 1000  # of the agents' grid along an edge; assumed: a million cells are built in a second


class Placed(Protocol):
    """A network as this module sees it: arrays of the shapes that `Network` states."""

    @property
    def position(self) -> np.ndarray:
        """Places, shape (neuron, 2), units."""

    @property
    def z(self) -> np.ndarray:
        """Heights, shape (neuron,), units."""

    @property
    def kind(self) -> np.ndarray:
        """Kinds, shape (neuron,)."""

    @property
    def cluster(self) -> np.ndarray:
        """Clusters, shape (neuron,)."""

    @property
    def pre(self) -> np.ndarray:
        """Presynaptic neurons, shape (synapse,)."""

    @property
    def post(self) -> np.ndarray:
        """Postsynaptic neurons, shape (synapse,)."""

    @property
    def initial_weight(self) -> np.ndarray:
        """Weights, shape (synapse,)."""

    @property
    def inputs(self) -> np.ndarray:
        """Neurons of the task's input bits, shape (bit,)."""

    @property
    def outputs(self) -> np.ndarray:
        """Neurons of the task's output bits, shape (bit,)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the neurons."""


def save(network: Placed, folder: Path, weights: np.ndarray, wiring: str) -> dict[str, int | float | str]:
    """Write the files of a network into a folder, and return the fields that name them; see `Network.save`.

    Parameters
    ----------
    network : Network
    folder : Path
    weights : ndarray of float32 or float64, shape (synapse,)
    wiring : str
        Name of the wiring's file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents.write_wiring(folder / wiring, network.pre, network.post, weights)
    sizes = None if network.names else sizes_alike(network)
    if sizes is None:
        fields: dict[str, int | float | str] = {"nodes": str(folder / "nodes.csv")}
        (folder / "nodes.csv").write_text(_nodes(network), encoding="utf-8", newline="")
    else:
        fields = {**sizes, "positions": str(folder / "positions.csv")}
        contents.write_positions(folder / "positions.csv", network.position, network.z)
    wide = {"cell_size": cell_size(network)} if cell_size(network) > 1.0 else {}
    return {**fields, **wide, "wiring": str(folder / wiring)}


def as_fields(network: Placed) -> dict[str, Any]:
    """Return the section `network` of a scenario that gives a network, its files kept in memory."""
    data = io.BytesIO()
    np.savez(data, pre=network.pre, post=network.post, weight=network.initial_weight)
    return {
        "nodes": InputFile.in_memory("nodes.csv", _nodes(network).encode()),
        "wiring": InputFile.in_memory("wiring.npz", data.getvalue()),
        "cell_size": cell_size(network),
    }


def cell_size(network: Placed) -> float:
    """Return an edge of the cells of the agents' grid that fits the extent of a network, units: 1, or a power of 10."""
    extent = float(np.ptp(network.position, axis=0).max(initial=0.0))
    return 10.0 ** max(0, math.ceil(math.log10(max(extent, 1.0) / CELLS)))


def _nodes(network: Placed) -> str:
    bits = np.full(network.kind.size, -1, np.int64)
    for chosen in (network.inputs, network.outputs):
        bits[chosen] = np.arange(chosen.size)
    kinds = [NEURON_KINDS[code] for code in network.kind]
    return nodes.written(network.names, kinds, network.cluster, network.position, network.z, bits)


def sizes_alike(network: Placed) -> dict[str, int] | None:
    """Return the number of clusters, and of neurons of each kind per cluster; None where clusters are not alike.

    Then, and where the task uses others than the first inputs and outputs of cluster 0, a file of neurons is needed.

    Parameters
    ----------
    network : Network
    """
    kind, cluster = network.kind, network.cluster
    clusters = int(cluster.max(initial=-1)) + 1
    sizes = np.array([(kind[cluster == 0] == code).sum() for code in range(len(SIZES))])
    row = np.repeat(np.arange(sizes.size), sizes)
    alike = clusters > 0 and np.array_equal(kind, np.tile(row, clusters))
    if not alike or not np.array_equal(cluster, np.repeat(np.arange(clusters), row.size)):
        return None
    for code, chosen in enumerate((network.inputs, network.outputs)):
        if not np.array_equal(chosen, np.flatnonzero(kind == code)[: chosen.size]):
            return None
    return {"clusters": clusters, **{name: int(size) for name, size in zip(SIZES, sizes, strict=True)}}
