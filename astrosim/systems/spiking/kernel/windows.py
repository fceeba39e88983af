"""Windows: patterns of frozen spikes shown to a cleared network, and what changed synapses do to them (steps, pA).

A window of a pattern begins at rest. Driven neurons fire at fixed stamps and do nothing else; all others are
`iaf_psc_exp`. Between two neurons there is one weight for each sign: a matrix, a row of which is what a spike sends.
Weights lie on a grid (`rules.perturbation`) and a weight of 1 is a whole number of pA, so that sums of arrivals are
exact in any order: those of `kernel.loop`, to the bit.

What stands is kept as a course: the state at marks, the spikes, the readouts. A changed synapse changes nothing before
the first spike of its presynaptic neuron arrives: a window restarts at the mark before that, or stays as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.systems.spiking.kernel.model import EXCITATION, INHIBITION, LANES, REFRACTORY
from astrosim.systems.spiking.kernel.neurons import iaf_psc_exp
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import I_EX, I_IN, U

KEPT = (U, I_EX, I_IN, REFRACTORY)
"""Rows of a tile that a mark keeps."""
NEVER = 2**30
"""Stamp of a first spike that does not come."""


class Circuit(NamedTuple):
    """A network and its windows; nothing of it changes.

    Attributes
    ----------
    pre, post : ndarray of int32, shape (synapse,)
    outputs : ndarray of int32, shape (bit,)
    train_first : ndarray of int64, shape (pattern + 1,)
        First spike of driven neurons of each pattern.
    train_stamp, train_neuron : ndarray of int32, shape (spike,)
        By pattern, stamp and neuron.
    lanes : ndarray of int64, shape (tile,)
    steps, delay, every : int
        Steps of a window; of every synapse; between two marks.
    step : float
        ms.
    current : float
        Current jump of a synapse of weight 1, pA: a whole number.
    """

    pre: np.ndarray
    post: np.ndarray
    outputs: np.ndarray
    train_first: np.ndarray
    train_stamp: np.ndarray
    train_neuron: np.ndarray
    lanes: np.ndarray
    steps: int
    delay: int
    every: int
    step: float
    current: float


class Course(NamedTuple):
    """All windows, as they went.

    Attributes
    ----------
    mark : ndarray of float64, shape (pattern, mark, tile, 4, LANES)
        Rows `KEPT` of the tiles after every `every` steps, the first of them at the start.
    total : ndarray of float64, shape (pattern, mark, bit)
        Synaptic current of each output, summed up to each mark (pA x steps).
    before : ndarray of int64, shape (pattern, mark)
        Spikes up to each mark.
    stamp, neuron : ndarray of int32, shape (pattern, spike)
        Spikes of neurons that are not driven, by stamp, then neuron.
    spikes : ndarray of int64, shape (pattern,)
        Their number.
    first : ndarray of int32, shape (neuron, pattern)
        Stamp of each neuron's first spike, or NEVER.
    readout : ndarray of float64, shape (pattern, bit)
        Mean synaptic current at the steps' ends, pA.
    reward : ndarray of float64, shape (pattern,)
    """

    mark: np.ndarray
    total: np.ndarray
    before: np.ndarray
    stamp: np.ndarray
    neuron: np.ndarray
    spikes: np.ndarray
    first: np.ndarray
    readout: np.ndarray
    reward: np.ndarray


class Room(NamedTuple):
    """Arrays that a window works in.

    Attributes
    ----------
    cells : ndarray of float64, shape (tile, line)
        Tiles of neurons, with their constants.
    matrix : ndarray of float64, shape (neuron, 2 * place)
        Current jumps by presynaptic neuron: excitation of all places, then inhibition, pA.
    ring : ndarray of float64, shape (delay + 1, 2 * place)
        Arrivals by stamp.
    filled : ndarray of bool, shape (delay + 1,)
        Which of its rows hold any.
    fired : ndarray of int32, shape (place,)
        Spikes of a step.
    sum : ndarray of float64, shape (bit,)
    """

    cells: np.ndarray
    matrix: np.ndarray
    ring: np.ndarray
    filled: np.ndarray
    fired: np.ndarray
    sum: np.ndarray


@phase
def add_weight(matrix, circuit, synapse, weight, sign):
    """Add a synapse's weight to the matrix, or with sign -1 take it away. Writes: matrix."""
    place = circuit.post[synapse] + (0 if weight >= 0.0 else matrix.shape[1] // 2)
    matrix[circuit.pre[synapse], place] += sign * (circuit.current * np.float64(weight))


@kernel
def exchange(matrix, circuit, synapse, old, new):
    """Exchange the weight of a synapse in the matrix. Writes: matrix."""
    add_weight(matrix, circuit, synapse, old, -1.0)
    add_weight(matrix, circuit, synapse, new, 1.0)


@kernel
def fill(matrix, circuit, weight, driven):
    """Fill the matrix with all weights, shape (synapse,), but those onto driven neurons. Writes: matrix."""
    matrix[:] = 0.0
    for s in range(weight.size):
        if not driven[circuit.post[s]]:
            add_weight(matrix, circuit, s, weight[s], 1.0)


@kernel
def send(room, slot, neuron):
    """Add what a spike of a neuron sends to the arrivals in a slot. Writes: room.ring, filled."""
    jumps, arrivals = room.matrix[neuron], room.ring[slot]
    for n in range(arrivals.size):
        arrivals[n] += jumps[n]
    room.filled[slot] = True


@kernel
def take(cell, arrivals, place, inhibition):
    """Move the arrivals of a tile into its rows. Writes: cell, arrivals."""
    for n in range(LANES):
        cell[EXCITATION + n] = arrivals[place + n]
    for n in range(LANES):
        cell[INHIBITION + n] = arrivals[inhibition + place + n]


@kernel
def take_nothing(cell):
    """Clear the rows of a tile's arrivals. Writes: cell."""
    for n in range(LANES):
        cell[EXCITATION + n] = 0.0
    for n in range(LANES):
        cell[INHIBITION + n] = 0.0


@phase
def receive(room, stamp, quiet):
    """Move what arrives at a stamp into the tiles; `quiet`: their rows are clear; returns whether they are now.

    Writes: room.cells, ring, filled.
    """
    slot = stamp % room.filled.size
    if room.filled[slot]:
        arrivals = room.ring[slot]
        for t in range(room.cells.shape[0]):
            take(room.cells[t], arrivals, t * LANES, arrivals.size // 2)
        for n in range(arrivals.size):
            arrivals[n] = 0.0
        room.filled[slot] = False
        return False
    if not quiet:
        for t in range(room.cells.shape[0]):
            take_nothing(room.cells[t])
    return True


@kernel
def keep_rows(cell, mark):
    """Write the rows of a tile that change into a mark, shape (4, LANES)."""
    for row, own in enumerate(KEPT):
        for n in range(LANES):
            mark[row, n] = cell[own + n]


@kernel
def take_rows(cell, mark):
    """Write a mark, shape (4, LANES), into the rows of a tile that change."""
    for row, own in enumerate(KEPT):
        for n in range(LANES):
            cell[own + n] = mark[row, n]


@kernel
def copy_rows(given, own):
    """Write a mark, shape (4, LANES), over another."""
    for row in range(given.shape[0]):
        for n in range(LANES):
            own[row, n] = given[row, n]


@phase
def fire(circuit, room, course, pattern, stamp, count):
    """Advance all neurons by a step; send and note the spikes; return their number so far. Writes: room, course."""
    slot = (stamp + circuit.delay) % room.filled.size
    for t in range(room.cells.shape[0]):
        found = iaf_psc_exp.advance(room.cells[t], circuit.lanes[t], t * LANES, circuit.step, room.fired, 0)
        for k in range(found):
            neuron = room.fired[k]
            send(room, slot, neuron)
            course.stamp[pattern, count] = stamp
            course.neuron[pattern, count] = neuron
            count += 1
    return count


@phase
def send_driven(circuit, room, spike, last, stamp):
    """Send the spikes of driven neurons at a stamp; return the number of the first of a later one. Writes: room."""
    slot = (stamp + circuit.delay) % room.filled.size
    while spike < last and circuit.train_stamp[spike] == stamp:
        send(room, slot, circuit.train_neuron[spike])
        spike += 1
    return spike


@phase
def add_currents(circuit, room):
    """Add the synaptic currents of the outputs to their sums. Writes: room.sum."""
    for bit in range(circuit.outputs.size):
        n = circuit.outputs[bit]
        cell, lane = room.cells[n // LANES], n % LANES
        room.sum[bit] += cell[I_EX + lane] + cell[I_IN + lane]


@phase
def note_mark(circuit, room, course, pattern, number, count):
    """Keep the state after a step as a mark. Writes: course."""
    for t in range(room.cells.shape[0]):
        keep_rows(room.cells[t], course.mark[pattern, number, t])
    for bit in range(circuit.outputs.size):
        course.total[pattern, number, bit] = room.sum[bit]
    course.before[pattern, number] = count


@phase
def resume(circuit, standing, room, pattern, number):
    """Restart a window at a mark; return the first spike of driven neurons that is to come. Writes: room."""
    done = number * circuit.every
    for t in range(room.cells.shape[0]):
        take_rows(room.cells[t], standing.mark[pattern, number, t])
    for bit in range(circuit.outputs.size):
        room.sum[bit] = standing.total[pattern, number, bit]
    spike, last = circuit.train_first[pattern], circuit.train_first[pattern + 1]
    while spike < last and circuit.train_stamp[spike] <= done - circuit.delay:
        spike += 1
    free = standing.before[pattern, number]
    while free > 0 and standing.stamp[pattern, free - 1] > done - circuit.delay:
        free -= 1
    for stamp in range(max(done - circuit.delay, 0) + 1, done + 1):
        spike = send_driven(circuit, room, spike, last, stamp)
        while free < standing.before[pattern, number] and standing.stamp[pattern, free] == stamp:
            send(room, (stamp + circuit.delay) % room.filled.size, standing.neuron[pattern, free])
            free += 1
    return spike


@kernel
def show(circuit, standing, room, course, pattern, number):
    """Show a pattern from a mark of the standing window on. Writes: course, from the mark on; room."""
    spike, last = resume(circuit, standing, room, pattern, number), circuit.train_first[pattern + 1]
    count, quiet = standing.before[pattern, number], False
    for stamp in range(number * circuit.every + 1, circuit.steps + 1):
        quiet = receive(room, stamp, quiet)
        count = fire(circuit, room, course, pattern, stamp, count)
        spike = send_driven(circuit, room, spike, last, stamp)
        add_currents(circuit, room)
        if stamp % circuit.every == 0:
            note_mark(circuit, room, course, pattern, stamp // circuit.every, count)
    course.spikes[pattern] = count
    for bit in range(circuit.outputs.size):
        course.readout[pattern, bit] = room.sum[bit] / circuit.steps
    for slot in range(room.filled.size):
        room.filled[slot] = False
    room.ring[:] = 0.0


@kernel
def note_first(circuit, course, pattern):
    """Note the first spikes of all neurons in a window. Writes: course.first."""
    course.first[:, pattern] = NEVER
    for spike in range(course.spikes[pattern] - 1, -1, -1):
        course.first[course.neuron[pattern, spike], pattern] = course.stamp[pattern, spike]
    for spike in range(circuit.train_first[pattern + 1] - 1, circuit.train_first[pattern] - 1, -1):
        course.first[circuit.train_neuron[spike], pattern] = circuit.train_stamp[spike]


@kernel
def adopt(circuit, standing, tried, pattern, number):
    """Make a window that was shown from a mark on the standing one. Writes: standing."""
    begin = standing.before[pattern, number]
    for later in range(number + 1, standing.before.shape[1]):
        for t in range(standing.mark.shape[2]):
            copy_rows(tried.mark[pattern, later, t], standing.mark[pattern, later, t])
        standing.before[pattern, later] = tried.before[pattern, later]
        for bit in range(standing.total.shape[2]):
            standing.total[pattern, later, bit] = tried.total[pattern, later, bit]
    for spike in range(begin, tried.spikes[pattern]):
        standing.stamp[pattern, spike] = tried.stamp[pattern, spike]
        standing.neuron[pattern, spike] = tried.neuron[pattern, spike]
    standing.spikes[pattern] = tried.spikes[pattern]
    for bit in range(standing.readout.shape[1]):
        standing.readout[pattern, bit] = tried.readout[pattern, bit]
    standing.reward[pattern] = tried.reward[pattern]
    note_first(circuit, standing, pattern)


@kernel
def settle(circuit, standing, room, pattern):
    """Show a pattern from the start, as the standing window. Writes: standing, room."""
    show(circuit, standing, room, standing, pattern, 0)
    note_first(circuit, standing, pattern)


def make_course(patterns: int, neurons: int, tiles: int, circuit: Circuit) -> Course:
    """Return room for all windows."""
    marks, bits, spikes = circuit.steps // circuit.every + 1, circuit.outputs.size, circuit.steps * neurons
    return Course(
        np.zeros((patterns, marks, tiles, len(KEPT), LANES)),
        np.zeros((patterns, marks, bits)),
        np.zeros((patterns, marks), np.int64),
        np.zeros((patterns, spikes), np.int32),
        np.zeros((patterns, spikes), np.int32),
        np.zeros(patterns, np.int64),
        np.full((neurons, patterns), NEVER, np.int32),
        np.zeros((patterns, bits)),
        np.zeros(patterns),
    )


def make_room(cells: np.ndarray, neurons: int, circuit: Circuit) -> Room:
    """Return the arrays that windows work in, around tiles of shape (tile, line)."""
    places = len(cells) * LANES
    return Room(
        cells,
        np.zeros((neurons, 2 * places)),
        np.zeros((circuit.delay + 1, 2 * places)),
        np.zeros(circuit.delay + 1, np.bool_),
        np.zeros(places, np.int32),
        np.zeros(circuit.outputs.size),
    )
