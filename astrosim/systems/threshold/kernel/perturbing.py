"""Trying a perturbation on the synapses that can be seen, and applying it to all of them."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import PART, PERTURBATION, UNIT, block_words, uniform
from astrosim.rules import perturbation
from astrosim.systems.threshold.kernel.eligibility import is_held, padded
from astrosim.systems.threshold.network.state import BLOCK


@phase
def try_outputs(system, rules, state, scratch, trial, pattern, by_neuron):
    """Outputs' summed inputs under the trial's perturbation; returns whether any of them moved.

    Reads: state.weight, scratch.before, scratch.mask (unless the scope goes by neurons). Writes: scratch.after.
    Draws: streams `perturbation` and, unless all take part, `part`; only for synapses that carry signal to an
    output.
    """
    moved, thinned = False, rules.fraction < 1.0
    for bit in range(system.outputs.size):
        scratch.after[bit] = scratch.before[bit]
    for source in range(system.inputs.size):
        if system.patterns[pattern, source]:
            all_held = by_neuron and is_held(system, rules, state, scratch, np.int64(system.inputs[source]))
            for d in range(system.direct_start[source], system.direct_start[source + 1]):
                s, bit = system.direct_synapse[d], system.direct_bit[d]
                if by_neuron:
                    chosen = all_held or is_held(system, rules, state, scratch, np.int64(system.outputs[bit]))
                else:
                    chosen = (scratch.mask[s // BLOCK] >> (s % BLOCK)) & 1 == 1
                if chosen and thinned:
                    chosen = perturbation.takes_part(uniform(system.keys[PART], trial, s), rules.fraction)
                if chosen:
                    old = state.weight[s]
                    new = perturbation.perturbed(
                        old, system.keys[PERTURBATION], trial, s, rules.scale, rules.spacing, rules.limit
                    )
                    scratch.after[bit] += np.float64(new) - np.float64(old)
                    moved = moved or new != old
    return moved


@phase
def thin(key, fraction, trial, block, mask, blocks, part_mask):
    """Write the masks of a scope with only those synapses that take part.

    Reads: block and mask, the first `blocks` places. Writes: part_mask. Draws: stream `part`, whose key is given.
    """
    for k in range(padded(blocks)):
        w0, w1, w2, w3 = block_words(key, trial, block[k])
        first = np.uint8(perturbation.takes_part(w0 * UNIT, fraction))
        second = np.uint8(perturbation.takes_part(w1 * UNIT, fraction))
        third = np.uint8(perturbation.takes_part(w2 * UNIT, fraction))
        fourth = np.uint8(perturbation.takes_part(w3 * UNIT, fraction))
        part_mask[k] = mask[k] & np.uint8(first + 2 * second + 4 * third + 8 * fourth)


@phase
def apply_steps(rules, weight, step, key, trial, scale, block, mask, blocks):
    """Perturb all synapses of a scope.

    Reads: block and mask, the first `blocks` places; scale (sigma in steps of the grid, float32). Writes: weight, step
    (float32, shape (4, blocks)). Draws: stream `perturbation`, whose key is given.
    """
    step0, step1, step2, step3 = step[0], step[1], step[2], step[3]
    nothing = np.float32(0.0)
    for k in range(padded(blocks)):
        w0, w1, w2, w3 = block_words(key, trial, block[k])
        g0, g1 = perturbation.gaussian_pair(w0, w1)
        g2, g3 = perturbation.gaussian_pair(w2, w3)
        m = mask[k]
        step0[k] = perturbation.step(g0, scale, rules.spacing) if m & 1 else nothing
        step1[k] = perturbation.step(g1, scale, rules.spacing) if m & 2 else nothing
        step2[k] = perturbation.step(g2, scale, rules.spacing) if m & 4 else nothing
        step3[k] = perturbation.step(g3, scale, rules.spacing) if m & 8 else nothing
    for k in range(blocks):
        s = block[k] * BLOCK
        weight[s] = perturbation.stepped(weight[s], step0[k], rules.limit)
        weight[s + 1] = perturbation.stepped(weight[s + 1], step1[k], rules.limit)
        weight[s + 2] = perturbation.stepped(weight[s + 2], step2[k], rules.limit)
        weight[s + 3] = perturbation.stepped(weight[s + 3], step3[k], rules.limit)
