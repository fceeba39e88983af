"""The arrays of a spiking network in motion (steps of the grid, mV, pA, nS, uM).

Nodes have places: neurons first, model by model, then astrocytes, each model in tiles of its own. The place of a node
is LANES * tile + lane over all tiles. A spike of step k, which covers (k h, (k + 1) h], bears the stamp k + 1; with a
delay of d steps it arrives at stamp k + 1 + d.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

IAF_PSC_EXP, IAF_PSC_ALPHA, AEIF_COND_ALPHA, PARROT_NEURON = range(4)
LI_RINZEL, GCHI = range(2)
STATIC, TSODYKS, TSODYKS2, GLIOTRANSMISSION = range(4)


class Neurons(NamedTuple):
    """Tiles of each neuron model: float64, shape (tile, line) each."""

    iaf_psc_exp: np.ndarray
    iaf_psc_alpha: np.ndarray
    aeif_cond_alpha: np.ndarray
    parrot_neuron: np.ndarray


class Astrocytes(NamedTuple):
    """Tiles of each astrocyte model.

    Attributes
    ----------
    li_rinzel, gchi : ndarray of float64, shape (tile, line)
    leaping : ndarray of bool, shape (tile of li_rinzel,)
        Whether the astrocytes of a tile leap from arrival to arrival.
    leap : int
        Longest leap in steps; 0: none leaps.
    leaps : ndarray of int64, shape (lane,)
        Workspace: number of leaps of a tile's astrocytes in a block.
    to, arriving : ndarray of float64, shape (leap, lane)
        Workspace: stamp of each leap, weights that arrive there.
    """

    li_rinzel: np.ndarray
    gchi: np.ndarray
    leaping: np.ndarray
    leap: int
    leaps: np.ndarray
    to: np.ndarray
    arriving: np.ndarray


class Places(NamedTuple):
    """Places of nodes.

    Attributes
    ----------
    lanes : ndarray of int64, shape (tile,)
        Nodes of each tile of all models.
    neurons : int
        Places of neurons; those of astrocytes follow.
    step : float
        Length of a step, ms.
    block : int
        Steps that nodes advance without hearing of each other: the shortest delay.
    sound : ndarray of bool, shape (place of a neuron,)
        False where no spike leaves a neuron.
    """

    lanes: np.ndarray
    neurons: int
    step: float
    block: int
    sound: np.ndarray


class Synapses(NamedTuple):
    """Synapses by presynaptic neuron.

    Attributes
    ----------
    first : ndarray of int64, shape (place of a neuron + 1,)
        First synapse of each.
    target : ndarray of int32, shape (synapse,)
        Place of a neuron or an astrocyte.
    weight : ndarray of float64, shape (synapse,)
    delay : ndarray of int32, shape (synapse,)
        Steps.
    plastic : ndarray of int32, shape (synapse,)
        Row of short-term plasticity; -1: static.
    model : ndarray of int32, shape (row,)
    parameters : ndarray of float64, shape (row, 4)
        U, tau_rec, tau_fac, tau_psc (ms); or U_0, Omega_f, Omega_d (1/s), alpha.
    state : ndarray of float64, shape (row, 4)
        x, y, z, u.
    last : ndarray of int64, shape (row,)
        Stamp of the last presynaptic spike; -1: none yet.
    astrocyte : ndarray of int32, shape (row,)
        Place, among astrocytes, of that whose gliotransmitter acts on a synapse; -1: none.
    heard : ndarray of float64, shape (slot, place of an astrocyte)
        Share of presynaptic receptors that each astrocyte has bound, by stamp; no slots where no synapse listens.
    """

    first: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    delay: np.ndarray
    plastic: np.ndarray
    model: np.ndarray
    parameters: np.ndarray
    state: np.ndarray
    last: np.ndarray
    astrocyte: np.ndarray
    heard: np.ndarray


class Arrivals(NamedTuple):
    """Weights to come.

    Attributes
    ----------
    weight : ndarray of float64, shape (slot, 2, place)
        By stamp, stamp s in slot s modulo their number, a power of 2; of neurons by sign.
    marks : ndarray of uint64, shape (tile of astrocytes, slot)
        Workspace: a bit for each lane at which anything may arrive; cleared by astrocytes that leap.
    """

    weight: np.ndarray
    marks: np.ndarray


class Currents(NamedTuple):
    """Slow inward currents by astrocyte.

    Attributes
    ----------
    first : ndarray of int64, shape (place of an astrocyte + 1,)
    target : ndarray of int32, shape (connection,)
        Place of a neuron.
    weight : ndarray of float64, shape (connection,)
    delay : ndarray of int32, shape (connection,)
        Steps.
    ring : ndarray of float64, shape (place of a neuron, slot)
        Current (pA) at each stamp to come; stamp s lies in slot s % slots.
    output : ndarray of float64, shape (step, place of an astrocyte)
        What astrocytes send in the steps of a block, per unit of weight (pA).
    """

    first: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    delay: np.ndarray
    ring: np.ndarray
    output: np.ndarray


class Junctions(NamedTuple):
    """Gap junctions between astrocytes, each in both directions.

    Attributes
    ----------
    first : ndarray of int64, shape (place of an astrocyte + 1,)
    other : ndarray of int32, shape (junction,)
    rule : int
        Of `kernel.junctions`.
    strength, threshold, width : float
        F (1/ms or uM/ms), I_Theta and omega_I (uM).
    every : int
        Steps over which a flux is held constant.
    level : ndarray of float64, shape (place of an astrocyte,)
        Workspace: IP3 (uM).
    """

    first: np.ndarray
    other: np.ndarray
    rule: int
    strength: float
    threshold: float
    width: float
    every: int
    level: np.ndarray


class Inputs(NamedTuple):
    """Inputs from outside.

    Attributes
    ----------
    stamp : ndarray of int64, shape (spike,)
        Arrival of each given spike, ascending.
    target : ndarray of int32, shape (spike,)
    weight : ndarray of float64, shape (spike,)
    train_target : ndarray of int32, shape (train,)
        Of Poisson trains.
    train_weight, train_rate : ndarray of float64, shape (train,)
        Rate in 1/ms.
    train_first, train_last : ndarray of float64, shape (train,)
        Time from which, and up to which, a train lasts (ms).
    train_delay : ndarray of int64, shape (train,)
        Steps.
    train_next : ndarray of float64, shape (train,)
        Time of its next spike (ms).
    train_stamp : ndarray of int64, shape (train,)
        Stamp at which it arrives; `NEVER` at the end of the train.
    train_drawn : ndarray of int64, shape (train,)
        Spikes drawn.
    train_ahead : ndarray of float64, shape (train, 4)
        Intervals before the spikes that are drawn together (ms).
    key : ndarray of uint32, shape (2,)
        Of the stream of Poisson trains.
    current_stamp : ndarray of int64, shape (change,)
        Stamp from which a constant current holds, ascending.
    current_target : ndarray of int32, shape (change,)
    current_value : ndarray of float64, shape (change,)
        pA.
    """

    stamp: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    train_target: np.ndarray
    train_weight: np.ndarray
    train_rate: np.ndarray
    train_first: np.ndarray
    train_last: np.ndarray
    train_delay: np.ndarray
    train_next: np.ndarray
    train_stamp: np.ndarray
    train_drawn: np.ndarray
    train_ahead: np.ndarray
    key: np.ndarray
    current_stamp: np.ndarray
    current_target: np.ndarray
    current_value: np.ndarray


class Probes(NamedTuple):
    """Variables to be recorded: one probe per variable and node, by place.

    Attributes
    ----------
    first : ndarray of int64, shape (tile + 1,)
        First probe of each tile of all models.
    row, added : ndarray of int64, shape (probe,)
        Place in the line of the tile of the value, and of what is added to it; -1: nothing.
    every : ndarray of int64, shape (probe,)
        Steps between two samples.
    base, stride : ndarray of int64, shape (probe,)
        Sample i of a stretch lies at base + i * stride of `values`.
    values : ndarray of float64, shape (value,)
    """

    first: np.ndarray
    row: np.ndarray
    added: np.ndarray
    every: np.ndarray
    base: np.ndarray
    stride: np.ndarray
    values: np.ndarray


class Spikes(NamedTuple):
    """Spikes of a block, and those of a stretch.

    Attributes
    ----------
    place : ndarray of int32, shape (capacity,)
        Neurons that fired in the block, tile by tile.
    stamp : ndarray of int64, shape (capacity,)
    ordered : ndarray of int32, shape (capacity,)
        The same by stamp, then place.
    at : ndarray of int64, shape (block + 1,)
        First of `ordered` of each step.
    kept_place : ndarray of int32, shape (kept,)
    kept_stamp : ndarray of int64, shape (kept,)
        Spikes of the stretch.
    count : ndarray of int64, shape (2,)
        Spikes kept in the stretch; synaptic events of the run.
    """

    place: np.ndarray
    stamp: np.ndarray
    ordered: np.ndarray
    at: np.ndarray
    kept_place: np.ndarray
    kept_stamp: np.ndarray
    count: np.ndarray  # type: ignore[assignment]


class Clock(NamedTuple):
    """Progress of a run.

    Attributes
    ----------
    step : ndarray of int64, shape (1,)
        Steps done.
    at : ndarray of int64, shape (2,)
        Given spikes, and changes of currents, that are done.
    """

    step: np.ndarray
    at: np.ndarray
