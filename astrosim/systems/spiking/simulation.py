"""A spiking network in motion on the compiled engine, without learning (steps of the grid, ms, mV, pA, nS, uM)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.errors import AstrosimError
from astrosim.systems.spiking.interventions import Interventions
from astrosim.systems.spiking.kernel import arrays, loop
from astrosim.systems.spiking.kernel.model import LANES, RECEIVED, SENSED, Model, Recordable
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS
from astrosim.systems.spiking.network import build
from astrosim.systems.spiking.network.description import Network, Poisson, Steps, Trains
from astrosim.systems.spiking.scenario.interventions import Intervention

KEPT_SPIKES = 2**20  # spikes that a stretch can hold; assumed: 12 MB


@dataclass(frozen=True)
class Trace:
    """A variable to be recorded.

    Attributes
    ----------
    variable : str
    nodes : tuple of int
        Node numbers, neurons first; the values of those without such a variable are nan.
    every : int
        Steps between two samples.
    """

    variable: str
    nodes: tuple[int, ...]
    every: int


@dataclass(frozen=True)
class Stretch:
    """Records of a stretch of steps.

    Attributes
    ----------
    node : ndarray of int64, shape (spike,)
        Neurons that fired, by stamp, then place.
    stamp : ndarray of int64, shape (spike,)
        Steps done when they fired: the end of the step.
    traces : list of ndarray of float64, shape (sample, node)
        Of each trace.
    """

    node: np.ndarray
    stamp: np.ndarray
    traces: list[np.ndarray]


class Simulation:
    """A spiking network and its inputs, advanced step by step.

    Parameters
    ----------
    network : Network
    step : float
        Length of a step, ms.
    key : ndarray of uint32, shape (2,)
        Of the stream of Poisson trains.
    trains, poisson, currents
        What comes from outside.
    traces : sequence of Trace
    leap : int
        Longest leap of astrocytes without targets, in steps; 0: every step.

    Attributes
    ----------
    layout : Layout
    done : int
        Steps done.
    interventions : Interventions
        They write constants of nodes and exchange `junctions`.
    """

    def __init__(
        self,
        network: Network,
        step: float,
        key: np.ndarray,
        trains: Trains | None = None,
        poisson: Poisson | None = None,
        currents: Steps | None = None,
        traces: Sequence[Trace] = (),
        leap: int = 0,
    ) -> None:
        own, first = network.connections, len(network.neurons)
        self.network, self.step, self.traces = network, step, tuple(traces)
        self.layout = layout = build.layout_of(network, leap)
        outward = own.pre >= first
        self.synapses = build.synapses_of(own.chosen(~outward), layout, step)
        self.currents = build.currents_of(network, own.chosen(outward), layout, step)
        self.junctions = build.junctions_of(network.coupling, layout, first, step)
        self.inputs = build.inputs_of(trains or Trains(), poisson or Poisson(), currents or Steps(), layout, step, key)
        self.neurons = build.neurons_of(network, step)
        self.astrocytes = build.astrocytes_of(network, step, leap)
        block = build.shortest_delay(self.synapses, self.currents, layout.neurons)
        self.places = arrays.Places(layout.lanes, layout.neurons, step, block, np.ones(layout.neurons, bool))
        self.arrivals = build.arrivals_of(self.synapses, self.inputs, layout, block)
        self.spikes = build.spikes_of(layout, block, KEPT_SPIKES)
        self.clock = arrays.Clock(np.zeros(1, "i8"), np.zeros(2, "i8"))
        self._probes = self._make_probes()
        self.intervene()

    def intervene(self, items: Sequence[Intervention] = (), key: np.ndarray | None = None) -> None:
        """Plan interventions, before the first step; `key`: uint32, shape (2,), of the stream of their draws."""
        self.interventions = Interventions(self, items, key)

    @property
    def lost(self) -> np.ndarray:
        """Nodes that are lesioned, whose variables are nan: bool, shape (node,)."""
        return self.interventions.lost

    @property
    def done(self) -> int:
        """Steps done."""
        return int(self.clock.step[0])

    @property
    def events(self) -> int:
        """Synaptic events delivered."""
        return int(self.spikes.count[1])

    def compile(self) -> None:
        """See to it that the loop is compiled: a stretch without steps."""
        self._run(self._with_room(self.done, self.done), self.done)

    def _run(self, probes: arrays.Probes, last: int) -> int:
        ended: int = loop.run(
            self.places, self.neurons, self.astrocytes, self.synapses, self.currents, self.junctions, self.inputs,
            self.arrivals, probes, self.spikes, self.clock, last,
        )  # fmt: skip
        return ended

    def record(self, traces: Sequence[Trace]) -> None:
        """Record other variables from now on; nothing else changes."""
        self.traces = tuple(traces)
        self._probes = self._make_probes()

    def present(self, variable: str) -> np.ndarray:
        """Return a variable of all nodes now: float64, shape (node,); nan where the model has none."""
        network = self.network
        model = np.concatenate([network.neurons.model, network.astrocytes.model])
        found = np.full(len(model), np.nan)
        for name, values in self._by_model(variable).items():
            found[model == name] = values
        return found

    def mean_calcium(self) -> float | None:
        """Return the mean calcium of all astrocytes now (uM), lesioned ones left out; None without any."""
        every = np.concatenate([np.zeros(0), *self._by_model("Ca_astro").values()])
        left = every[~np.isnan(every)]
        return float(np.mean(left)) if len(left) else None

    def _by_model(self, variable: str) -> dict[str, np.ndarray]:
        """A variable now, by model that has it: float64, shape (node of the model,); nan where lesioned."""
        model = np.concatenate([self.network.neurons.model, self.network.astrocytes.model])
        found = {}
        for name, tiles in self._tiles().items():
            own = find_model(name).recordable.get(variable)
            if own is not None and len(tiles):
                _, tile, lane = self._where(name)
                values = tiles[tile, own.row + lane] + (tiles[tile, own.added + lane] if own.added >= 0 else 0.0)
                found[name] = np.where(self.lost[model == name], np.nan, values)
        return found

    def advance(self, steps: int, keep: Callable[[Stretch], Any]) -> None:
        """Advance by a number of steps; `keep` gets what is recorded, in stretches.

        Raises
        ------
        AstrosimError
            If neurons fire so often that no buffer holds it.
        """
        last = self.done + steps
        while self.done < last:
            since = self.done
            self.interventions.act(self)
            end = min(last, self.interventions.due)
            probes = self._with_room(since, end)
            ended = self._run(probes, end)
            if ended == loop.TOO_MANY:
                raise AstrosimError(
                    f"network.neurons: more than {len(self.spikes.place)} spikes in {self.places.block} steps, after "
                    f"{since * self.step:g} ms. Give neurons a refractory period, t_ref, or weaken their input."
                )
            keep(self._kept(since, probes))

    def _kept(self, since: int, probes: arrays.Probes) -> Stretch:
        count, traces, first = int(self.spikes.count[0]), [], 0
        for trace in self.traces:
            room = self._samples(trace, since, self._planned)
            done = self._samples(trace, since, self.done)
            block = probes.values[first : first + room * len(trace.nodes)].reshape(room, len(trace.nodes))
            own = block[:done].copy()
            own[:, self.lost[list(trace.nodes)]] = np.nan
            traces.append(own)
            first += block.size
        node = self.layout.node[self.spikes.kept_place[:count]]
        return Stretch(node, self.spikes.kept_stamp[:count].copy(), traces)

    @staticmethod
    def _samples(trace: Trace, since: int, until: int) -> int:
        return until // trace.every - since // trace.every

    def _with_room(self, since: int, last: int) -> arrays.Probes:
        """Probes with room for the samples up to a step."""
        self._planned = last
        base, stride, first = [], [], 0
        for trace in self.traces:
            base.append(first + np.arange(len(trace.nodes)))
            stride.append(np.full(len(trace.nodes), len(trace.nodes)))
            first += self._samples(trace, since, last) * len(trace.nodes)
        if not self.traces:
            return self._probes
        order = self._probe_order
        return self._probes._replace(
            base=np.concatenate(base)[order], stride=np.concatenate(stride)[order], values=np.full(first, np.nan)
        )

    def _make_probes(self) -> arrays.Probes:
        tiles = len(self.layout.lanes)
        every = [(trace, node) for trace in self.traces for node in trace.nodes]
        having = [n for n, (trace, node) in enumerate(every) if self._has(trace.variable, node)]
        entries = [every[n] for n in having]
        place = np.array([self.layout.place[node] for _, node in entries], "i8")
        order = np.argsort(place // LANES, kind="stable")
        self._probe_order = np.array(having, "i8")[order]
        found = [self._recordable(trace.variable, node) for trace, node in entries]
        lane = place % LANES
        row = np.array([one.row for one in found], "i8") + lane
        added = np.array([one.added + lane[n] if one.added >= 0 else -1 for n, one in enumerate(found)], "i8")
        return arrays.Probes(
            np.searchsorted((place // LANES)[order], np.arange(tiles + 1)).astype("i8"),
            row.astype("i8")[order],
            added[order],
            np.array([trace.every for trace, _ in entries], "i8")[order],
            np.zeros(len(entries), "i8"),
            np.zeros(len(entries), "i8"),
            np.zeros(0),
        )

    def _has(self, variable: str, node: int) -> bool:
        return variable in model_of(self.network, node).recordable

    def _recordable(self, variable: str, node: int) -> Recordable:
        return model_of(self.network, node).recordable[variable]

    def _changing(self) -> dict[str, np.ndarray]:
        """All arrays that change but those of tiles, by name."""
        return {
            "arrivals": self.arrivals.weight,
            "ring": self.currents.ring,
            "plasticity": self.synapses.state,
            "last": self.synapses.last,
            "train_next": self.inputs.train_next,
            "train_stamp": self.inputs.train_stamp,
            "train_drawn": self.inputs.train_drawn,
            "train_ahead": self.inputs.train_ahead,
            "step": self.clock.step,
            "at": self.clock.at,
            "events": self.spikes.count[1:],
        }

    def _tiles(self) -> dict[str, np.ndarray]:
        neurons, astrocytes = self.neurons._asdict(), self.astrocytes._asdict()
        return {name: tiles for name, tiles in (neurons | astrocytes).items() if name in NEURONS or name in ASTROCYTES}

    def tiles_of(self, model: str) -> np.ndarray:
        """Return the tiles of a model: float64, shape (tile, line)."""
        return self._tiles()[model]

    def tile_of(self, node: int) -> int:
        """Return the number of a node's tile among those of its model."""
        return int(self.layout.place[node]) // LANES - self.first_tile(model_of(self.network, node).name)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, by name: arrays of the shape that the network gives; of nodes (row, node)."""
        nodes = {f"nodes_{name}": self._kept_rows(name, tiles) for name, tiles in self._tiles().items()}
        return copy_arrays(self._changing()) | nodes | self.interventions.state(self)

    def restore(self, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same network, each array of the same shape.

        Raises
        ------
        ValueError
            If an array is missing or does not fit.
        """
        for name, tiles in self._tiles().items():
            found, own = saved.get(f"nodes_{name}"), self._kept_rows(name, tiles)
            if found is None or found.shape != own.shape:
                raise ValueError(f"the saved array nodes_{name} does not fit this scenario and seed")
        restore_arrays(self._changing(), saved)
        for name, tiles in self._tiles().items():
            rows, tile, lane = self._where(name)
            tiles[tile, rows + lane] = saved[f"nodes_{name}"]
        build.mark(self.arrivals, self.layout)
        self.interventions.restore(self, saved)

    def _where(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows of a model that a checkpoint keeps, shape (row, 1); tile among those of the model, and lane, (node,)."""
        nodes, first = (
            (self.network.neurons, 0) if name in NEURONS else (self.network.astrocytes, len(self.network.neurons))
        )
        place = self.layout.place[first + np.flatnonzero(nodes.model == name)]
        return np.array(kept_rows(find_model(name)))[:, None], place // LANES - self.first_tile(name), place % LANES

    def first_tile(self, name: str) -> int:
        """Return the number of the first tile of a model among all."""
        counts = {other: len(tiles) for other, tiles in self._tiles().items()}
        return sum(counts[other] for other in list(counts)[: list(counts).index(name)])

    def _kept_rows(self, name: str, tiles: np.ndarray) -> np.ndarray:
        """Rows of the nodes of a model that a checkpoint keeps: float64, shape (row, node)."""
        rows, tile, lane = self._where(name)
        return np.asarray(tiles[tile, rows + lane])


def find_model(name: str) -> Model:
    """Return a model of neurons or astrocytes by its name."""
    return NEURONS[name] if name in NEURONS else ASTROCYTES[name]


def kept_rows(model: Model) -> tuple[int, ...]:
    """Return the rows of a tile that change and matter: what was received, the state, the constant current."""
    received = RECEIVED if model.name in NEURONS else SENSED
    return (*received, *model.state_rows, *model.kept, *((model.current,) if model.current >= 0 else ()))


def model_of(network: Network, node: int) -> Model:
    """Return the model of a node."""
    first = len(network.neurons)
    if node < first:
        return NEURONS[str(network.neurons.model[node])]
    return ASTROCYTES[str(network.astrocytes.model[node - first])]
