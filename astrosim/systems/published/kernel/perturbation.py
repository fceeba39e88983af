"""Perturb, evaluate, keep or revert. Spec of the program, section 4, steps 6 to 9, and section 5.

The reward after depends only on the synapses from the pattern's active inputs to the outputs. Their steps are drawn
first, by random access to the generator; the others only if the trial is kept. What comes out is what drawing all of
them in order would give.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from astrosim.core.jit import compiled, inlined
from astrosim.core.mulberry import count_one_by_one, counter, jump, run, uniform
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel import fdlibm
from astrosim.systems.published.kernel.pass_cache import likelihood

TINY = 1e-12  # keeps the logarithm finite; program
DRAWS = 2  # draws per synapse: Box-Muller, cosine branch; program


class Scratch(NamedTuple):
    """Room to work in; what lies in it means nothing between trials.

    Attributes
    ----------
    counters : ndarray of uint32, shape (2 * synapse,)
    gauss : ndarray of float64, shape (synapse,)
    """

    counters: np.ndarray
    gauss: np.ndarray


def new_scratch(synapses: int) -> Scratch:
    """Return room for a number of synapses."""
    return Scratch(np.empty(DRAWS * synapses, dtype=np.uint32), np.empty(synapses))


@inlined
def radius(count):
    """Return length of a Box-Muller pair, from the counter of its first draw."""
    return math.sqrt(-2.0 * fdlibm.log(uniform(count) + TINY))


@inlined
def angle(count):
    """Return direction of a Box-Muller pair, radians, from the counter of its second draw."""
    return 2.0 * math.pi * uniform(count)


@inlined
def stepped(weight, gauss):
    """Return a weight after its step, within the limits."""
    return max(-c.LIMIT, min(c.LIMIT, weight + c.SIGMA * gauss))


@inlined
def gauss_at(place, low, stride, counters):
    """Return standard Gaussian of the synapse that was collected at `place`; its draws come from `counters`, if any."""
    if len(counters) > 0:
        return radius(counters[DRAWS * place]) * fdlibm.cos(angle(counters[DRAWS * place + 1]))
    count = np.uint32(low + np.uint32(np.uint32(DRAWS * place) * stride))
    return radius(count) * fdlibm.cos(angle(np.uint32(count + stride)))


@compiled
def fill_regular(low, stride, gauss):
    """Write the Gaussians of all collected synapses, in order, for evenly spaced counters; vectorises.

    Returns whether any of them needs `fdlibm.cos_near`, which this loop leaves out: then they are not right.
    """
    special = False
    for k in range(len(gauss)):
        count = np.uint32(low + np.uint32(np.uint32(DRAWS * k) * stride))
        turn = angle(np.uint32(count + stride))
        special |= fdlibm.near_quarter_turn(turn)
        gauss[k] = radius(count) * fdlibm.cos_away(turn)
    return special


@compiled
def fill_gauss(low, stride, counters, gauss):
    """Write the Gaussians of all collected synapses, in order."""
    if len(counters) > 0 or fill_regular(low, stride, gauss):
        for k in range(len(gauss)):
            gauss[k] = gauss_at(k, low, stride, counters)


@compiled
def soft_after(circuit, weight, pattern, place, low, stride, counters):
    """Return soft reward of the perturbed network; `place` (input, output) says where its direct synapses were
    collected.
    """
    soft = 0.0
    for o in range(c.OUTPUTS):
        total = 0.0
        for i in range(c.INPUTS):
            synapse = circuit.direct[i, o]
            if circuit.patterns[pattern, i] and synapse >= 0:
                w = weight[synapse]
                if place[i, o] >= 0:
                    w = stepped(w, gauss_at(place[i, o], low, stride, counters))
                total += w
        soft += likelihood(total, circuit.targets[pattern, o])
    return soft / c.OUTPUTS


@compiled
def attempt(circuit, state, pattern, soft_before, collected, place, scratch):
    """Perturb the collected synapses and keep the new weights if the soft reward rose, strictly.

    Reads circuit, state.generator, state.weight. Writes state.weight (kept trials), state.generator, scratch.
    Draws two a collected synapse, in the order collected. Returns whether the trial is kept, and the soft reward after;
    nan if nothing was collected.
    """
    draws = DRAWS * len(collected)
    if draws == 0:
        return False, np.nan
    generator = state.generator[0]
    first, step, regular = run(generator, draws)
    counters = scratch.counters[: 0 if regular else draws]
    count_one_by_one(generator, len(counters), counters)
    low, stride = counter(first), counter(step)
    state.generator[0] = jump(generator, draws)
    weight = state.weight
    after = soft_after(circuit, weight, pattern, place, low, stride, counters)
    if not after > soft_before:
        return False, after
    gauss = scratch.gauss[: len(collected)]
    fill_gauss(low, stride, counters, gauss)
    for k in range(len(collected)):
        weight[collected[k]] = stepped(weight[collected[k]], gauss[k])
    return True, after
