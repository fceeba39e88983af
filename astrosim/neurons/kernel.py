"""The fused trial loop of neurons that learn by themselves. Murray 2026, experiments 001 to 018."""

from __future__ import annotations

from astrosim.jit import kernel, phase
from astrosim.neurons.state import FLIPPED, KEPT, REMEMBERED, REVERTED, TRIALS
from astrosim.records import IDLE
from astrosim.records import KEPT as STANDS
from astrosim.records import REVERTED as FALLS
from astrosim.rules import ambient, dampening, diffusion, flags, frustration, homeostasis, outcome, quadrants, weights


@phase
def copy(values, into):
    """Without a temporary array, which a kernel cannot have."""
    for k in range(values.size):
        into[k] = values[k]


@phase
def drive(circuit, state, pattern):
    """Clamp the inputs."""
    for bit in range(circuit.inputs.size):
        n = circuit.inputs[bit]
        state.output[n] = circuit.patterns[pattern, bit]
        state.fired[n] += state.output[n]
        state.passes[n] += 1


@phase
def propagate(circuit, state, summed):
    """One synchronous cycle: every neuron that is not driven follows its summed input."""
    summed[:] = 0.0
    for pre in range(circuit.kind.size):
        if state.output[pre]:
            for s in range(circuit.first[pre], circuit.first[pre + 1]):
                summed[circuit.post[s]] += state.weight[s]
    for n in range(circuit.kind.size):
        if not circuit.driven[n]:
            state.output[n] = summed[n] >= state.threshold[n]


@phase
def adapt(circuit, numbers, state):
    """Count who fires, and move thresholds."""
    for n in range(circuit.kind.size):
        if not circuit.driven[n]:
            state.fired[n] += state.output[n]
            state.passes[n] += 1
            if circuit.adapts[n]:
                rate = state.fired[n] / state.passes[n]
                state.threshold[n] = homeostasis.stepped(
                    state.threshold[n], rate, numbers.target, numbers.homeostasis_step
                )


@phase
def feel(circuit, state, field):
    """The ambient field at every neuron."""
    for n in range(circuit.kind.size):
        total = 0.0
        for k in range(circuit.near_start[n], circuit.near_start[n + 1]):
            if state.output[circuit.near[k]]:
                total += circuit.near_share[k]
        field[n] = total


@phase
def trace(circuit, numbers, state, field, eligibility):
    """Eligibility of every synapse, dampened."""
    for pre in range(circuit.kind.size):
        for s in range(circuit.first[pre], circuit.first[pre + 1]):
            post = circuit.post[s]
            e = quadrants.quadrant(
                state.output[pre] != 0, state.output[post] != 0, field[post],
                numbers.both, numbers.one, numbers.neither, numbers.level,
            )
            state.history[s] = dampening.history_after(state.history[s], e != 0.0, numbers.history_decay)
            if numbers.dampened:
                rate = state.fired[post] / state.passes[post]
                e *= dampening.familiarity(state.history[s], numbers.enough)
                if numbers.informed:
                    e *= dampening.information(rate)
                e *= ambient.surround(state.output[post] != 0, field[post], numbers.level)
            eligibility[s] = e


@phase
def flag(circuit, numbers, state, eligibility):
    for s in range(circuit.pre.size):
        e = eligibility[s]
        f = state.flag[s]
        if numbers.flag == flags.SIGNED:
            f = flags.signed(f, e, numbers.flag_gain, numbers.flag_decay)
        elif numbers.flag == flags.SIMPLE:
            f = flags.simple(f, e, numbers.flag_gain, numbers.flag_decay)
        elif numbers.flag == flags.CONSISTENT:
            if e != 0.0:
                state.streak[s] = flags.streak_after(state.streak[s], state.way[s], e)
            f = flags.consistent(f, e, state.way[s], state.streak[s], numbers.flag_gain, numbers.flag_decay, numbers.turned, numbers.need)
            if e != 0.0:
                state.way[s] = flags.sign(e)
        state.flag[s] = f


@kernel
def learn(circuit, numbers, state, summed, field, eligibility, patterns, decisions):
    trials = patterns.size
    npat = circuit.patterns.shape[0]
    bits = circuit.outputs.size
    for row in range(trials):
        t = state.counter[TRIALS]
        pattern = t % npat
        patterns[row] = pattern
        if not numbers.persists:
            state.output[:] = 0
        drive(circuit, state, pattern)
        for q in range(numbers.cycles):
            propagate(circuit, state, summed)
            if numbers.homeostasis and numbers.every_cycle:
                adapt(circuit, numbers, state)
        if numbers.homeostasis and not numbers.every_cycle:
            adapt(circuit, numbers, state)
        feel(circuit, state, field)
        trace(circuit, numbers, state, field, eligibility)
        if numbers.flag != flags.NONE:
            flag(circuit, numbers, state, eligibility)
        right = 0
        answer = 0
        for b in range(bits):
            o = state.output[circuit.outputs[b]]
            right += o == circuit.targets[pattern, b]
            answer = 2 * answer + o
        accuracy = right / bits
        reward = outcome.shaped(outcome.centred(accuracy), numbers.exponent, outcome.blend(t + 1, numbers.shaping_start, numbers.shaping_stop))
        verdict = IDLE
        if numbers.provisional and t > 0:
            back = weights.falls_back(accuracy, state.accuracy[(t - 1) % REMEMBERED])
            if back:
                copy(state.saved, state.weight)
                state.counter[REVERTED] += 1
                verdict = FALLS
            else:
                state.counter[KEPT] += 1
                verdict = STANDS
        decisions[row] = verdict
        state.accuracy[t % REMEMBERED] = accuracy
        state.answer[t % REMEMBERED] = answer
        radius = diffusion.annealed_radius(numbers.radius, numbers.last_radius, t, numbers.episodes)
        for m in range(circuit.source.size):
            if numbers.per_output:
                release = outcome.per_output(state.output[circuit.source[m]] != 0, circuit.targets[pattern, m] != 0)
            else:
                release = reward if diffusion.is_open(m, circuit.source.size, t, numbers.cycling) else 0.0
            if release != 0.0:
                for n in range(circuit.kind.size):
                    if circuit.distance[m, n] <= radius:
                        state.chemical[n] += diffusion.deposit(release, diffusion.reach(numbers.falloff, circuit.distance[m, n]))
        if numbers.provisional:
            copy(state.weight, state.saved)
        gate = numbers.flag != flags.NONE and t + 1 >= numbers.warm_up
        for s in range(circuit.pre.size):
            c = state.chemical[circuit.post[s]]
            e = flags.gated(state.flag[s], numbers.flag_threshold) if gate else eligibility[s]
            dw = weights.change(e, c, numbers.rate, numbers.most)
            state.weight[s] = weights.after(state.weight[s], numbers.weight_decay, dw, numbers.limit)
            if numbers.frustrated and dw != 0.0:
                state.pushes[s] = frustration.pushes_after(state.pushes[s], state.push[s], dw)
                state.push[s] = flags.sign(dw)
                state.mood[s] = frustration.mood_after(state.mood[s], c, numbers.frustration_decay)
                if frustration.flips(state.pushes[s], state.mood[s], numbers.frustration_need, numbers.frustration_bound):
                    state.weight[s] *= numbers.frustration_factor
                    state.flag[s] = 0.0
                    state.pushes[s] = 0
                    state.push[s] = 0.0
                    state.mood[s] = 0.0
                    state.flipped[s] = True
                    state.counter[FLIPPED] += 1
        for n in range(circuit.kind.size):
            state.chemical[n] *= numbers.chemical_decay
        state.counter[TRIALS] += 1
