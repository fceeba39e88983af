"""A trial's perturbation: first of the synapses that carry signal to an output, then of the whole scope."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import PART, PERTURBATION, UNIT, block_words, uniform
from astrosim.rules import perturbation
from astrosim.systems.threshold.kernel.eligibility import is_held, padded
from astrosim.systems.threshold.network.state import BLOCK


@phase
def try_outputs(network, params, state, workspace, trial, pattern, by_neuron):
    """Compute the outputs' summed inputs under the trial's perturbation; returns whether any of them moved.

    Reads: state.weight, workspace.before, workspace.mask (unless the scope goes by neurons). Writes: workspace.after.
    Draws: streams `perturbation` and, unless all take part, `part`; only for synapses that carry signal to an
    output.
    """
    own = params.perturbation
    moved, thinned = False, own.fraction < 1.0
    for bit in range(network.outputs.size):
        workspace.after[bit] = workspace.before[bit]
    for source in range(network.inputs.size):
        if network.patterns[pattern, source]:
            all_held = by_neuron and is_held(network, params, state, workspace, np.int64(network.inputs[source]))
            for d in range(network.direct_start[source], network.direct_start[source + 1]):
                s, bit = network.direct_synapse[d], network.direct_bit[d]
                if by_neuron:
                    chosen = all_held or is_held(network, params, state, workspace, np.int64(network.outputs[bit]))
                else:
                    chosen = (workspace.mask[s // BLOCK] >> (s % BLOCK)) & 1 == 1
                if chosen and thinned:
                    chosen = perturbation.takes_part(uniform(params.keys[PART], trial, s), own.fraction)
                if chosen:
                    old = state.weight[s]
                    key = params.keys[PERTURBATION]
                    new = perturbation.perturbed(old, key, trial, s, own.scale, own.spacing, own.limit)
                    workspace.after[bit] += np.float64(new) - np.float64(old)
                    moved = moved or new != old
    return moved


@phase
def thin(params, trial, block, mask, blocks, part_mask):
    """Write the masks of a scope with only those synapses that take part.

    Reads: block and mask, the first `blocks` places. Writes: part_mask. Draws: stream `part`.
    """
    key, fraction = params.keys[PART], params.perturbation.fraction
    for k in range(padded(blocks)):
        w0, w1, w2, w3 = block_words(key, trial, block[k])
        first = np.uint8(perturbation.takes_part(w0 * UNIT, fraction))
        second = np.uint8(perturbation.takes_part(w1 * UNIT, fraction))
        third = np.uint8(perturbation.takes_part(w2 * UNIT, fraction))
        fourth = np.uint8(perturbation.takes_part(w3 * UNIT, fraction))
        part_mask[k] = mask[k] & np.uint8(first + 2 * second + 4 * third + 8 * fourth)


@phase
def apply_steps(params, weight, step, trial, scale, block, mask, blocks):
    """Perturb all synapses of a scope.

    Reads: block and mask, the first `blocks` places; scale (sigma in steps of the grid, float32). Writes: weight, step
    (float32, shape (4, blocks)). Draws: stream `perturbation`.
    """
    step0, step1, step2, step3 = step[0], step[1], step[2], step[3]
    nothing, spacing, limit = np.float32(0.0), params.perturbation.spacing, params.perturbation.limit
    key = params.keys[PERTURBATION]
    for k in range(padded(blocks)):
        w0, w1, w2, w3 = block_words(key, trial, block[k])
        g0, g1 = perturbation.gaussian_pair(w0, w1)
        g2, g3 = perturbation.gaussian_pair(w2, w3)
        m = mask[k]
        step0[k] = perturbation.step(g0, scale, spacing) if m & 1 else nothing
        step1[k] = perturbation.step(g1, scale, spacing) if m & 2 else nothing
        step2[k] = perturbation.step(g2, scale, spacing) if m & 4 else nothing
        step3[k] = perturbation.step(g3, scale, spacing) if m & 8 else nothing
    for k in range(blocks):
        s = block[k] * BLOCK
        weight[s] = perturbation.stepped(weight[s], step0[k], limit)
        weight[s + 1] = perturbation.stepped(weight[s + 1], step1[k], limit)
        weight[s + 2] = perturbation.stepped(weight[s + 2], step2[k], limit)
        weight[s + 3] = perturbation.stepped(weight[s + 3], step3[k], limit)
