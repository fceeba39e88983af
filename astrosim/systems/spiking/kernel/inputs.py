"""What comes from outside: given spikes, Poisson trains, constant currents (ms, steps).

The times between the spikes of a Poisson train are exponential: -ln(u) / rate, u by (train, number of the spike) of the
stream. A spike at t has the stamp of the end of its step.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import minus_two_log
from astrosim.core.jit import kernel, phase
from astrosim.core.rng import block_words
from astrosim.systems.spiking.kernel.tiles import receive

NEVER = np.int64(2**62)
"""Stamp of no spike."""


@phase
def draw(inputs, train, drawn):
    """Draw four intervals of a train (ms), from its spike number `drawn` on. Writes: inputs.train_ahead."""
    ahead, half = inputs.train_ahead, 0.5 / inputs.train_rate[train]
    w0, w1, w2, w3 = block_words(inputs.key, train, drawn >> 2)
    ahead[train, 0], ahead[train, 1] = half * np.float64(minus_two_log(w0)), half * np.float64(minus_two_log(w1))
    ahead[train, 2], ahead[train, 3] = half * np.float64(minus_two_log(w2)), half * np.float64(minus_two_log(w3))


@phase
def stamp_of(inputs, train, time, step):
    """Return the stamp at which a spike of a train arrives; `NEVER` if the train does not last so long."""
    stamp = np.int64(np.ceil(time / step)) + inputs.train_delay[train]
    return stamp if time <= inputs.train_last[train] else NEVER


@phase
def send_train(inputs, train, arrivals, last, places):
    """Add the spikes of a train that arrive up to a stamp. Writes: arrivals, and of inputs all of the train."""
    stamp, time, drawn = inputs.train_stamp[train], inputs.train_next[train], inputs.train_drawn[train]
    target, weight = inputs.train_target[train], inputs.train_weight[train]
    while stamp <= last:
        receive(arrivals, stamp, target, weight, places.neurons)
        if drawn & 3 == 0:
            draw(inputs, train, drawn)
        time += inputs.train_ahead[train, drawn & 3]
        drawn += 1
        stamp = stamp_of(inputs, train, time, places.step)
    inputs.train_stamp[train], inputs.train_next[train], inputs.train_drawn[train] = stamp, time, drawn


@kernel
def feed(inputs, at, arrivals, last, places):
    """Add everything from outside that arrives up to a stamp. Draws: the stream of Poisson trains.

    Reads: inputs. Writes: at[0], arrivals, and of inputs train_stamp, train_next, train_drawn, train_ahead.
    """
    while at[0] < inputs.stamp.size and inputs.stamp[at[0]] <= last:
        receive(arrivals, inputs.stamp[at[0]], inputs.target[at[0]], inputs.weight[at[0]], places.neurons)
        at[0] += 1
    for train in range(inputs.train_target.size):
        if inputs.train_stamp[train] <= last:
            send_train(inputs, train, arrivals, last, places)


@kernel
def start_trains(inputs, step):
    """Draw the first spike of each Poisson train. Writes: inputs, as `feed` does."""
    for train in range(inputs.train_target.size):
        draw(inputs, train, 0)
        time = inputs.train_first[train] + inputs.train_ahead[train, 0]
        inputs.train_next[train], inputs.train_drawn[train] = time, 1
        inputs.train_stamp[train] = stamp_of(inputs, train, time, step)
