"""Trying a perturbation on the synapses that can be seen, and applying it to all of them."""

from __future__ import annotations

import numpy as np

from astrosim.jit import phase
from astrosim.kernel.eligibility import is_held, padded
from astrosim.rng import PERTURBATION, block_words
from astrosim.rules import perturbation
from astrosim.state import BLOCK


@phase
def try_outputs(system, rules, state, scratch, trial, pattern, by_neuron):
    """Outputs' summed inputs under the trial's perturbation; returns whether any of them moved.

    Reads: state.weight, scratch.before, scratch.mask (unless the scope goes by neurons). Writes: scratch.after.
    Draws: stream `perturbation`, only for synapses that carry signal to an output.
    """
    moved = False
    for bit in range(system.outputs.size):
        scratch.after[bit] = scratch.before[bit]
    for source in range(system.inputs.size):
        if system.patterns[pattern, source]:
            all_held = by_neuron and is_held(system, rules, state, scratch, system.inputs[source])
            for d in range(system.direct_start[source], system.direct_start[source + 1]):
                s, bit = system.direct_synapse[d], system.direct_bit[d]
                if by_neuron:
                    chosen = all_held or is_held(system, rules, state, scratch, system.outputs[bit])
                else:
                    chosen = (scratch.mask[s // BLOCK] >> (s % BLOCK)) & 1 == 1
                if chosen:
                    old = state.weight[s]
                    new = perturbation.perturbed(
                        old, system.keys[PERTURBATION], trial, s, rules.scale, rules.spacing, rules.limit
                    )
                    scratch.after[bit] += np.float64(new) - np.float64(old)
                    moved = moved or new != old
    return moved


@phase
def apply_steps(system, rules, state, scratch, trial, block, mask, blocks):
    """Perturb all synapses of a scope.

    Reads: block and mask, the first `blocks` places. Writes: state.weight, scratch.step. Draws: stream `perturbation`.
    """
    key, weight = system.keys[PERTURBATION], state.weight
    step0, step1, step2, step3 = scratch.step[0], scratch.step[1], scratch.step[2], scratch.step[3]
    nothing = np.float32(0.0)
    for k in range(padded(blocks)):
        w0, w1, w2, w3 = block_words(key, trial, block[k])
        g0, g1 = perturbation.gaussian_pair(w0, w1)
        g2, g3 = perturbation.gaussian_pair(w2, w3)
        m = mask[k]
        step0[k] = perturbation.step(g0, rules.scale, rules.spacing) if m & 1 else nothing
        step1[k] = perturbation.step(g1, rules.scale, rules.spacing) if m & 2 else nothing
        step2[k] = perturbation.step(g2, rules.scale, rules.spacing) if m & 4 else nothing
        step3[k] = perturbation.step(g3, rules.scale, rules.spacing) if m & 8 else nothing
    for k in range(blocks):
        s = block[k] * BLOCK
        weight[s] = perturbation.stepped(weight[s], step0[k], rules.limit)
        weight[s + 1] = perturbation.stepped(weight[s + 1], step1[k], rules.limit)
        weight[s + 2] = perturbation.stepped(weight[s + 2], step2[k], rules.limit)
        weight[s + 3] = perturbation.stepped(weight[s + 3], step3[k], rules.limit)
