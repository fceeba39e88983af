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
def draw(inputs, train):
    """Draw the next four intervals of a train (ms). Writes: inputs.train_ahead."""
    ahead, half = inputs.train_ahead, 0.5 / inputs.train_rate[train]
    w0, w1, w2, w3 = block_words(inputs.key, train, inputs.train_drawn[train] >> 2)
    ahead[train, 0], ahead[train, 1] = half * np.float64(minus_two_log(w0)), half * np.float64(minus_two_log(w1))
    ahead[train, 2], ahead[train, 3] = half * np.float64(minus_two_log(w2)), half * np.float64(minus_two_log(w3))


@phase
def next_spike(inputs, train, step):
    """Draw the next spike of a train. Writes: inputs.train_next, train_stamp, train_drawn, train_ahead."""
    lane = inputs.train_drawn[train] & 3
    if lane == 0:
        draw(inputs, train)
    time = inputs.train_next[train] + inputs.train_ahead[train, lane]
    inputs.train_drawn[train] += 1
    inputs.train_next[train] = time
    lasts = time <= inputs.train_last[train]
    inputs.train_stamp[train] = np.int64(np.ceil(time / step)) + inputs.train_delay[train] if lasts else NEVER


@kernel
def feed(inputs, at, arrivals, last, places):
    """Add everything from outside that arrives up to a stamp. Draws: the stream of Poisson trains.

    Reads: inputs. Writes: at[0], arrivals, and of inputs as `next_spike`.
    """
    while at[0] < inputs.stamp.size and inputs.stamp[at[0]] <= last:
        receive(arrivals, inputs.stamp[at[0]], inputs.target[at[0]], inputs.weight[at[0]], places.neurons)
        at[0] += 1
    for train in range(inputs.train_target.size):
        while inputs.train_stamp[train] <= last:
            target, weight = inputs.train_target[train], inputs.train_weight[train]
            receive(arrivals, inputs.train_stamp[train], target, weight, places.neurons)
            next_spike(inputs, train, places.step)


@kernel
def start_trains(inputs, step):
    """Draw the first spike of each Poisson train. Writes: as `next_spike`."""
    for train in range(inputs.train_target.size):
        inputs.train_next[train] = inputs.train_first[train]
        next_spike(inputs, train, step)
