"""The section of neurons, their places and their wiring. Murray 2026, section 3.1; lengths in units of its plane.

Tonic neurons, cycles, `driven` and `synapses` are this package's: networks past the report's ceiling.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from astrosim.core.errors import ScenarioError
from astrosim.rules.choices import NEURON_MODELS, meanings
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import Real, Section, complain, quantity
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.scenario import contents, nodes

SYNAPSE_LIMIT = 20_000_000  # assumed: two gigabytes of state, far above the 10^6 that are measured
NEURON_LIMIT = 2_000_000  # assumed: as above
GRID_LIMIT = 20_000_000  # cells; assumed: the agents' grid stays below a gigabyte
OF_NODES = ("clusters", "inputs", "outputs")
"""Fields that follow from a file of neurons."""


class Network(Section):
    """Neurons, their places and their wiring."""

    layout: Literal["lattice", "relay"] = quantity(
        "lattice",
        "lattice: clusters alike, in the plane; relay: in a row in space, inputs in the first, outputs in the second, "
        "modulatory neurons without synapses, synapses onto inputs, too",
        "",
        "001 to 018",
    )
    clusters: int = quantity(2, "number of clusters, on a square lattice", "clusters", "3.1", ge=1, le=100_000)
    inputs: int = quantity(5, "input neurons per cluster", "neurons", "3.1", ge=1, le=10_000)
    outputs: int = quantity(5, "output neurons per cluster", "neurons", "3.1", ge=1, le=10_000)
    modulatory: int = quantity(2, "modulatory neurons per cluster", "neurons", "3.1", ge=0, le=10_000)
    regular: int = quantity(18, "regular neurons per cluster", "neurons", "3.1", ge=0, le=10_000)
    further_regular: int = quantity(
        18,
        "in a relay: regular neurons of each cluster from the third on",
        "neurons",
        "014",
        ge=0,
        le=10_000,
        read_if=lambda s: s.network.layout == "relay" and s.network.clusters > 2,
    )
    spacing: Real = quantity(15.0, "distance between neighbouring cluster centres", "units", "3.1", gt=0, le=1e6)
    half_width: Real = quantity(
        5.0, "neurons lie within +- this of the centre, on x and y", "units", "program", gt=0, le=1e6
    )
    p_within: Real = quantity(0.6, "connection probability within a cluster", "1", "3.1", ge=0, le=1)
    p_between: Real = quantity(0.5, "connection probability between clusters", "1", "3.1", ge=0, le=1)
    initial_weight: Real = quantity(0.1, "initial weights are uniform in [-this, this)", "1", "program", ge=0, le=2)
    threshold: Real = quantity(0.5, "a neuron fires iff its voltage is strictly above", "1", "3.1", ge=0, le=100)
    model: Literal[*NEURON_MODELS] = quantity(  # type: ignore[valid-type]
        "threshold", f"voltage of a neuron; {meanings(NEURON_MODELS)}", ""
    )
    leak: Real = quantity(
        0.5,
        "part of its voltage that a neuron keeps from one cycle to the next",
        "1",
        ge=0,
        le=1,
        read_if=lambda s: "leak" in NEURON_MODELS[s.network.model].needs,
    )
    cycles: int = quantity(
        1, "synchronous steps of a pass; inputs stay driven, all other neurons start silent", "steps", ge=1, le=64
    )
    tonic: int = quantity(
        0, "neurons that always fire, with a synapse onto every neuron that is not driven", "neurons", ge=0, le=100
    )
    input_clusters: Literal["all", "task"] = quantity(
        "all", "whose input neurons are driven; task: cluster 0's, elsewhere they are regular neurons", ""
    )
    synapses: Literal["all", "task"] = quantity(
        "all", "task: only synapses from driven and tonic neurons, or onto the task's outputs", ""
    )
    cell_size: Real = quantity(1.0, "edge of a cell of the agents' 2-D grid", "units", gt=0, le=1e6)
    positions: InputFile | None = quantity(None, "file of positions (CSV neuron,x,y[,z]); none: drawn", "1")
    wiring: InputFile | None = quantity(None, "file of synapses (CSV or NPZ pre,post,weight); none: drawn", "1")
    nodes: InputFile | None = quantity(
        None, "file of neurons (CSV name,kind,cluster,x,y,z,bit) of the wiring, in place of positions and sizes", "1"
    )
    rewire: Real = quantity(
        0.0,
        "attempted swaps of ends per synapse of the wiring, by the seed; every neuron keeps its numbers of synapses",
        "1",
        ge=0,
        le=1000,
        read_if=lambda s: s.network.wiring is not None,
    )
    start: InputFile | None = quantity(
        None, "file of another run's weights to start from, as `astrosim run --from` writes it; none: as drawn", "1"
    )

    @model_validator(mode="before")
    @classmethod
    def _of_nodes(cls, data: Any) -> Any:
        """Take a network for its fields; the sizes of a file of neurons follow from it."""
        data = data.as_fields() if hasattr(data, "as_fields") else data
        if not isinstance(data, Mapping) or data.get("nodes") is None:
            return data
        with suppress(ValueError, ScenarioError):  # the field itself says what is wrong with the file
            sizes = _sizes(nodes.read_nodes(InputFile.of(data["nodes"])))
            free = {key: value for key, value in data.items() if key not in sizes}
            own = {key: data[key] for key in sizes if key in data and data[key] != _default(cls, key)}
            return {**free, **sizes, **own}
        return data

    @property
    def neurons_per_cluster(self) -> int:
        """Neurons of all kinds in one cluster."""
        return self.inputs + self.outputs + self.modulatory + self.regular

    @property
    def neurons(self) -> int:
        """Neurons of all kinds in all clusters, and the tonic ones."""
        if self.nodes is not None:
            return nodes.read_nodes(self.nodes).kind.size
        if self.layout == "relay":
            return sum(self.relay_sizes)
        return self.clusters * self.neurons_per_cluster + self.tonic

    @property
    def relay_sizes(self) -> tuple[int, ...]:
        """Neurons of each cluster of a relay."""
        ends = [self.inputs + self.regular, self.outputs + self.regular]
        further = [self.further_regular] * (self.clusters - 2)
        return tuple(self.modulatory + size for size in (ends + further)[: self.clusters])

    @property
    def indirect(self) -> bool:
        """Whether outputs depend on more than sums over the synapses from inputs."""
        tonic = self.tonic > 0 or bool(self.closed[1].any())
        return self.cycles > 1 or tonic or not NEURON_MODELS[self.model].memoryless

    @property
    def closed(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether neurons are driven from outside, and whether they fire always: bool, shape (neuron,), of files."""
        if self.nodes is None:
            places = np.arange(self.neurons if self.wiring is not None else 0)
            return places % self.neurons_per_cluster < self.inputs, np.zeros(places.size, bool)
        kind = nodes.read_nodes(self.nodes).kind
        return kind == NEURON_KINDS.index("input"), kind == NEURON_KINDS.index("tonic")

    @property
    def expected_synapses(self) -> float:
        """Mean number of synapses over seeds (none onto driven neurons, none onto itself), or those of the file."""
        if self.wiring is not None:
            return contents.synapse_count(self.wiring)
        if self.layout == "relay":
            wired = [size - self.modulatory for size in self.relay_sizes]
            within = sum(size * (size - 1) for size in wired)
            return within * self.p_within + (sum(wired) ** 2 - sum(size * size for size in wired)) * self.p_between
        sources = self.clusters * self.neurons_per_cluster
        driving = self.inputs * (self.clusters if self.input_clusters == "all" else 1)
        targets = sources - driving
        pairs = self.neurons_per_cluster * targets
        expected = (pairs - targets) * self.p_within + (sources * targets - pairs) * self.p_between
        if self.synapses == "task":
            chosen = driving * targets + (sources - driving) * self.outputs
            expected *= chosen / (sources * targets) if targets else 0.0
        return expected + self.tonic * targets

    @property
    def grid_cells(self) -> float:
        """Cells of the agents' 2-D grid."""
        if self.nodes is not None or self.positions is not None:
            width, height = self._extent()
            return (width / self.cell_size + 1.0) * (height / self.cell_size + 1.0)
        edge = math.isqrt(self.clusters - 1) * self.spacing + 2 * self.half_width
        columns = max(1.0, edge / self.cell_size)
        return columns * columns  # inf where the square does not fit a float; a power would raise

    def _extent(self) -> tuple[float, float]:
        """Width and height of the neurons' bounding box in the file, units."""
        if self.positions is not None:
            return contents.extent(self.positions)
        place = nodes.read_nodes(self.nodes).position[:, :2] if self.nodes else np.zeros((0, 2))
        place = place[~np.isnan(place).any(axis=1)]
        width, height = np.ptp(place, axis=0).tolist() if len(place) else (0.0, 0.0)
        return width, height

    @model_validator(mode="after")
    def _size(self) -> Network:
        problems = []
        if self.neurons > NEURON_LIMIT:
            problems.append(
                f"clusters: too many neurons ({self.neurons}). At most {NEURON_LIMIT} fit: lower network.clusters, "
                "network.regular, network.inputs, network.outputs or network.modulatory."
            )
        if self.wiring is not None and self.expected_synapses > SYNAPSE_LIMIT:
            problems.append(f"wiring: too many synapses ({self.expected_synapses:.0f}). At most {SYNAPSE_LIMIT} fit.")
        elif self.expected_synapses > SYNAPSE_LIMIT:
            problems.append(
                f"p_between: too many synapses (about {self.expected_synapses:.3g}). At most {SYNAPSE_LIMIT} fit: "
                "lower network.p_between, network.p_within, network.clusters, network.regular, network.inputs, "
                "network.outputs or network.modulatory."
            )
        if self.grid_cells > GRID_LIMIT:
            problems.append(
                f"cell_size: too many grid cells (about {self.grid_cells:.3g}). At most {GRID_LIMIT} fit: "
                "raise network.cell_size, or lower network.clusters, network.spacing or network.half_width."
            )
        if self.wiring is not None or self.positions is not None:
            own = (("tonic", 0), ("input_clusters", "all"), ("synapses", "all"))
            problems += [
                f"{name}: not with files of the network ({getattr(self, name)!r}). Remove it, or the files."
                for name, default in own
                if getattr(self, name) != default
            ]
        complain(problems + self._node_problems())
        return self

    def _node_problems(self) -> list[str]:
        """What does not fit a file of neurons, or has no wiring to act on."""
        if self.rewire > 0.0 and self.wiring is None:
            return [f"rewire: nothing to swap without network.wiring ({self.rewire:g}). Name a file, or remove it."]
        if self.nodes is None:
            return []
        problems = []
        if self.wiring is None:
            problems.append(f"nodes: not without network.wiring ({self.nodes.name!r}). Name a file of synapses.")
        if self.positions is not None:
            problems.append(f"positions: network.nodes has them ({self.positions.name!r}). Remove one of the files.")
        if self.layout != "lattice":
            problems.append(f'layout: not with network.nodes ("{self.layout}"). Remove it.')
        for key, size in _sizes(nodes.read_nodes(self.nodes)).items():
            if getattr(self, key) != size:
                problems.append(f"{key}: network.nodes has {size} ({getattr(self, key)}). Remove it.")
        return problems


def _default(section: type[Section], name: str) -> Any:
    """Return the default of a field."""
    return section.model_fields[name].default


def _sizes(told: nodes.Nodes) -> dict[str, int]:
    """Return the fields that follow from a file of neurons, at least 1: the file itself says what it lacks."""
    sizes = told.clusters, told.inputs.size, told.outputs.size
    return {key: max(size, 1) for key, size in zip(OF_NODES, sizes, strict=True)}
