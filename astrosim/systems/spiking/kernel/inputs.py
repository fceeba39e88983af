"""What comes from outside: given spikes, Poisson trains, constant currents (ms, steps).

The times between the spikes of a Poisson train are exponential: -ln(u) / rate, u by (number of the spike, train) of the
stream. A spike at t has the stamp of the end of its step.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import minus_two_log
from astrosim.core.jit import kernel, phase
from astrosim.core.rng import word
from astrosim.systems.spiking.kernel.tiles import receive


@phase
def interval(key, drawn, train, rate):
    """Return the time to the next spike of a train (ms)."""
    return 0.5 * np.float64(minus_two_log(word(key, drawn, train))) / rate


@kernel
def feed(inputs, at, arrivals, last, places):
    """Add everything from outside that arrives up to a stamp. Draws: the stream of Poisson trains.

    Reads: inputs. Writes: at[0], arrivals (slot, 2, place), inputs.train_next, inputs.train_drawn.
    """
    while at[0] < inputs.stamp.size and inputs.stamp[at[0]] <= last:
        receive(arrivals, inputs.stamp[at[0]], inputs.target[at[0]], inputs.weight[at[0]], places.neurons)
        at[0] += 1
    for train in range(inputs.train_target.size):
        delay = inputs.train_delay[train]
        while inputs.train_next[train] <= inputs.train_last[train]:
            stamp = np.int64(np.ceil(inputs.train_next[train] / places.step))
            if stamp + delay > last:
                break
            target, weight = inputs.train_target[train], inputs.train_weight[train]
            receive(arrivals, stamp + delay, target, weight, places.neurons)
            inputs.train_drawn[train] += 1
            inputs.train_next[train] += interval(inputs.key, inputs.train_drawn[train], train, inputs.train_rate[train])


@kernel
def start_trains(inputs):
    """Draw the first spike of each Poisson train. Writes: inputs.train_next, inputs.train_drawn."""
    for train in range(inputs.train_target.size):
        first = interval(inputs.key, 0, train, inputs.train_rate[train])
        inputs.train_next[train] = inputs.train_first[train] + first
        inputs.train_drawn[train] = 0
