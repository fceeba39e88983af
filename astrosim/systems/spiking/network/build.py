"""The arrays of a spiking network, made from its description (steps of the grid; see `kernel.arrays`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.systems.spiking.kernel import arrays
from astrosim.systems.spiking.kernel.astrocytes.gchi import GCHI
from astrosim.systems.spiking.kernel.astrocytes.li_rinzel import LI_RINZEL
from astrosim.systems.spiking.kernel.inputs import start_trains
from astrosim.systems.spiking.kernel.junctions import RULES
from astrosim.systems.spiking.kernel.model import LANES, Model
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS, SYNAPSE_PARAMETERS
from astrosim.systems.spiking.network.description import Connections, Coupling, Network, Nodes, Poisson, Steps, Trains

LONGEST_BLOCK = 64  # steps; assumed: longer ones gain nothing, and their spikes take memory
LONGEST_ALONE = 240  # steps, of astrocytes without neurons; measured: with short delays their arrivals fit 256 slots
MS_PER_S = 1000.0
SPARE = 4096  # spikes of a block beyond one per neuron and step


@dataclass(frozen=True)
class Layout:
    """Places of the nodes of a network.

    Attributes
    ----------
    place : ndarray of int64, shape (node,)
        Of each node, neurons first.
    node : ndarray of int64, shape (place,)
        Of each place; -1: none.
    neurons : int
        Places of neurons.
    lanes : ndarray of int64, shape (tile,)
    """

    place: np.ndarray
    node: np.ndarray
    neurons: int
    lanes: np.ndarray


def members(nodes: Nodes, model: Model) -> np.ndarray:
    """Return the nodes of a model: int64, shape (member,)."""
    return np.flatnonzero(nodes.model == model.name)


def check_names(nodes: Nodes, models: Mapping[str, Model]) -> None:
    """Check that each parameter is one of some model.

    Raises
    ------
    AstrosimError
        If one is not.
    """
    known = {name for model in models.values() for name in model.columns}
    if unknown := [name for name in nodes.values if name not in known]:
        raise AstrosimError(f"no such parameter ({unknown[0]}). Write one of {', '.join(sorted(known))}.")


def parameters(nodes: Nodes, model: Model, chosen: np.ndarray) -> dict[str, np.ndarray]:
    """Return parameters and initial values of the nodes of a model: float64, shape (member,) each."""
    values = model.defaults(len(chosen))
    for name, own in values.items():
        if name in nodes.values:
            given = nodes.values[name][chosen]
            own[...] = np.where(np.isnan(given), own, given)
    return values


def leaping_of(network: Network, leap: int) -> np.ndarray:
    """Return which astrocytes leap: bool, shape (astrocyte,): those without a slow inward current, if any."""
    sending = np.zeros(len(network.neurons) + len(network.astrocytes), bool)
    sending[network.connections.pre] = True
    return (network.astrocytes.model == LI_RINZEL.name) & ~sending[len(network.neurons) :] & (leap > 0)


def groups(nodes: Nodes, model: Model, leaping: np.ndarray) -> list[np.ndarray]:
    """Return the nodes of a model in groups that share no tile, those that leap last: int64, shape (member,) each."""
    chosen = members(nodes, model)
    return [chosen[~leaping[chosen]], chosen[leaping[chosen]]]


def tiles_of(nodes: Nodes, models: Mapping[str, Model], step: float, leaping: np.ndarray) -> dict[str, np.ndarray]:
    """Return tiles by model: float64, shape (tile, line) each."""
    made = {}
    check_names(nodes, models)
    for name, model in models.items():
        own = [model.tiles(len(one), parameters(nodes, model, one), step) for one in groups(nodes, model, leaping)]
        made[name] = np.concatenate(own)
    return made


def layout_of(network: Network, leap: int = 0) -> Layout:
    """Return the places of all nodes; `leap`: longest leap of astrocytes, in steps."""
    place = np.zeros(len(network.neurons) + len(network.astrocytes), "i8")
    lanes: list[int] = []
    neurons = _placed(network.neurons, NEURONS, place, lanes, np.zeros(len(network.neurons), bool))
    leaping = leaping_of(network, leap)
    _placed(network.astrocytes, ASTROCYTES, place[len(network.neurons) :], lanes, leaping)
    node = np.full(LANES * len(lanes), -1, "i8")
    node[place] = np.arange(len(place))
    return Layout(place, node, neurons, np.array(lanes, "i8"))


def _placed(nodes: Nodes, models: Mapping[str, Model], place: np.ndarray, lanes: list[int], leaping: np.ndarray) -> int:
    """Give each node a place, model by model; return the places of all tiles so far."""
    for model in models.values():
        for chosen in groups(nodes, model, leaping):
            place[chosen] = LANES * len(lanes) + np.arange(len(chosen))
            lanes += [min(LANES, len(chosen) - begin) for begin in range(0, len(chosen), LANES)]
    return LANES * len(lanes)


def steps_of(times: np.ndarray, step: float) -> np.ndarray:
    """Return times in ms as whole steps: int64, of the same shape."""
    return np.rint(np.asarray(times) / step).astype("i8")


def steps_in(time: float, step: float) -> int:
    """Return a time in ms as whole steps."""
    return round(time / step)


def _by_source(pre: np.ndarray, sources: int) -> tuple[np.ndarray, np.ndarray]:
    """Order of connections by source, and first connection of each source and one more."""
    order = np.argsort(pre, kind="stable")
    return order, np.searchsorted(pre[order], np.arange(sources + 1)).astype("i8")


def synapses_of(own: Connections, layout: Layout, step: float) -> arrays.Synapses:
    """Return the synapses of neurons, by presynaptic place."""
    order, first = _by_source(layout.place[own.pre], layout.neurons)
    model = own.model[order]
    changing = np.flatnonzero(model > 0)
    plastic = np.full(len(order), -1, "i4")
    plastic[changing] = np.arange(len(changing))
    values = _plasticity(own, order[changing])
    state = np.zeros((len(changing), 4))
    state[:, 0] = 1.0
    two = model[changing] == arrays.TSODYKS2
    state[two, 3] = values[two, 0]
    astrocyte = own.modulated_by[order[changing]]
    heard = astrocyte >= 0
    return arrays.Synapses(
        first,
        layout.place[own.post[order]].astype("i4"),
        own.weight[order],
        steps_of(own.delay[order], step).astype("i4"),
        plastic,
        model[changing].astype("i4"),
        values,
        state,
        np.full(len(changing), -1, "i8"),
        np.where(heard, layout.place[astrocyte] - layout.neurons, -1).astype("i4"),
        np.zeros((LONGEST_BLOCK + 1 if heard.any() else 0, len(layout.node) - layout.neurons)),
    )


def _plasticity(own: Connections, chosen: np.ndarray) -> np.ndarray:
    """Parameters of some connections, as their models order them: float64, shape (connection, 4)."""
    values, model = np.zeros((len(chosen), 4)), own.model[chosen]
    for number, parameters in SYNAPSE_PARAMETERS.items():
        rows = np.flatnonzero(model == number)
        for column, one in enumerate(parameters):
            given = own.plasticity[one.name][chosen[rows]] if one.name in own.plasticity else np.nan
            values[rows, column] = np.where(np.isnan(given), one.default, given)
    return values


def currents_of(network: Network, own: Connections, layout: Layout, step: float) -> arrays.Currents:
    """Return the slow inward currents, by astrocyte; several of one pair and delay are one with their summed weight.

    Raises
    ------
    AstrosimError
        If an astrocyte's model has none.
    """
    silent = np.flatnonzero(network.astrocytes.model[own.pre - len(network.neurons)] != LI_RINZEL.name)
    if len(silent):
        label = network.labels[own.pre[silent[0]]]
        raise AstrosimError(
            f"network.synapses: astrocyte {label} of {GCHI.name} has no slow inward current: it acts on "
            "neurons by gliotransmission. Write model li_rinzel, or a synapse of model gliotransmission."
        )
    places = len(layout.node) - layout.neurons
    pre, post, delay = layout.place[own.pre] - layout.neurons, layout.place[own.post], steps_of(own.delay, step)
    keys, which = np.unique(np.stack([pre, post, delay], axis=1), axis=0, return_inverse=True)
    weight = np.zeros(len(keys))
    np.add.at(weight, which.reshape(-1), own.weight)
    _, first = _by_source(keys[:, 0], places)
    slots = 0 if not len(keys) else int(keys[:, 2].max()) + LONGEST_BLOCK + 2
    ring = np.zeros((layout.neurons, slots))
    output = np.zeros((LONGEST_BLOCK if slots else 0, places))
    return arrays.Currents(first, keys[:, 1].astype("i4"), weight, keys[:, 2].astype("i4"), ring, output)


def junctions_of(coupling: Coupling, layout: Layout, neurons: int, step: float) -> arrays.Junctions:
    """Return the gap junctions, each in both directions."""
    places = len(layout.node) - layout.neurons
    pairs = layout.place[neurons + np.concatenate([coupling.pairs, coupling.pairs[:, ::-1]])] - layout.neurons
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    first = np.searchsorted(pairs[order, 0], np.arange(places + 1)).astype("i8")
    return arrays.Junctions(
        first,
        pairs[order, 1].astype("i4"),
        RULES[coupling.rule],
        coupling.strength / MS_PER_S,
        coupling.threshold,
        coupling.width,
        max(1, steps_in(coupling.every_ms, step)),
        np.zeros(places),
    )


def inputs_of(
    trains: Trains, poisson: Poisson, currents: Steps, layout: Layout, step: float, key: np.ndarray
) -> arrays.Inputs:
    """Return what comes from outside; key: uint32, shape (2,), of the stream of Poisson trains."""
    stamp = steps_of(trains.time, step) + steps_of(trains.delay, step)
    order = np.argsort(stamp, kind="stable")
    changes = np.argsort(currents.time, kind="stable")
    inputs = arrays.Inputs(
        stamp[order],
        layout.place[trains.target[order]].astype("i4"),
        trains.weight[order],
        layout.place[poisson.target].astype("i4"),
        poisson.weight.copy(),
        poisson.rate / MS_PER_S,
        poisson.first.copy(),
        poisson.last.copy(),
        steps_of(poisson.delay, step),
        np.zeros(len(poisson.target)),
        np.zeros(len(poisson.target), "i8"),
        np.zeros(len(poisson.target), "i8"),
        np.zeros((len(poisson.target), 4)),
        key,
        steps_of(currents.time[changes], step),
        layout.place[currents.target[changes]].astype("i4"),
        currents.value[changes],
    )
    start_trains(inputs, step)
    return inputs


def shortest_delay(synapses: arrays.Synapses, currents: arrays.Currents, neurons: int) -> int:
    """Return the steps that nodes can advance without hearing of each other."""
    delays = [int(one.min()) for one in (synapses.delay, currents.delay) if len(one)]
    return max(1, min([LONGEST_BLOCK if neurons else LONGEST_ALONE, *delays]))


def arrivals_of(synapses: arrays.Synapses, inputs: arrays.Inputs, layout: Layout, block: int) -> arrays.Arrivals:
    """Return room for what arrives."""
    longest = max((int(one.max()) for one in (synapses.delay, inputs.train_delay) if len(one)), default=1)
    slots = 1 << (longest + block + 1).bit_length()
    marks = np.zeros((len(layout.lanes) - layout.neurons // LANES, slots), "u8")
    return arrays.Arrivals(np.zeros((slots, 2, len(layout.node))), marks)


def mark(arrivals: arrays.Arrivals, layout: Layout) -> None:
    """Set the marks of what arrives at astrocytes. Writes: arrivals.marks."""
    there = arrivals.weight[:, 0, layout.neurons :].reshape(len(arrivals.weight), -1, LANES) != 0.0
    arrivals.marks[...] = (there * (np.uint64(1) << np.arange(LANES, dtype="u8"))).sum(axis=2, dtype="u8").T


def spikes_of(layout: Layout, block: int, kept: int) -> arrays.Spikes:
    """Return room for the spikes of a block and of a stretch."""
    capacity = layout.neurons * block + SPARE
    return arrays.Spikes(
        np.zeros(capacity, "i4"),
        np.zeros(capacity, "i8"),
        np.zeros(capacity, "i4"),
        np.zeros(block + 1, "i8"),
        np.zeros(max(kept, capacity), "i4"),
        np.zeros(max(kept, capacity), "i8"),
        np.zeros(2, "i8"),
    )


def neurons_of(network: Network, step: float) -> arrays.Neurons:
    """Return tiles of neurons."""
    none = np.zeros(len(network.neurons), bool)
    return arrays.Neurons(**tiles_of(network.neurons, NEURONS, step, none))


def astrocytes_of(network: Network, step: float, leap: int) -> arrays.Astrocytes:
    """Return tiles of astrocytes."""
    leaping = leaping_of(network, leap)
    tiles: dict[str, Any] = tiles_of(network.astrocytes, ASTROCYTES, step, leaping)
    own = np.zeros(len(tiles[LI_RINZEL.name]), bool)
    own[len(own) - -(-int(leaping.sum()) // LANES) :] = True
    most = (LONGEST_ALONE, LANES)
    return arrays.Astrocytes(
        **tiles, leaping=own, leap=leap, leaps=np.zeros(LANES, "i8"), to=np.zeros(most), arriving=np.zeros(most)
    )
