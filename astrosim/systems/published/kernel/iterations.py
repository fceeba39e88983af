"""Iterations 1 to 3 of experiment 020: a cursor in a network whose thresholds follow firing rates. Murray 2026, 6.1.

After every episode each neuron's threshold moves in proportion to how far its rate was off target; both passes of a
trial are counted. A neuron decides on the sum that is stored at its label, against its own threshold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.jit import compiled, inlined
from astrosim.core.mulberry import counter, draw
from astrosim.rules.choices import chosen
from astrosim.store.variables import IDLE, KEPT, REVERTED, Decisions
from astrosim.systems.published.engine import PublishedEngine
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel import fdlibm
from astrosim.systems.published.kernel.cursor import collect_flagged, flag_neurons, move
from astrosim.systems.published.kernel.pass_cache import sum_inputs
from astrosim.systems.published.kernel.perturbation import angle, radius
from astrosim.systems.published.kernel.state import Tally, note, trace
from astrosim.systems.threshold.network.trace import Trace
from astrosim.systems.threshold.scenario.schema import Scenario


class Iteration(NamedTuple):
    """The numbers in which iterations differ."""

    radius: float  # units
    sigma: float
    binary: bool  # whether the reward counts bits; else it is the mean sigmoid
    drift: bool  # whether a change that leaves the reward as it was is kept
    target: float  # rate, 1/pass
    step: float  # threshold a rate
    trials_per_episode: int


class Homeostasis(NamedTuple):
    """Thresholds, and what they follow."""

    threshold: np.ndarray  # float64 (neuron,), by index
    fired: np.ndarray  # int64 (neuron,): passes of the episode in which it fired
    passes: np.ndarray  # int64 (1,): passes of the episode


@inlined
def likelihood(total, target, threshold):
    """Return soft reward of one output: sigmoid of the signed distance from its threshold."""
    sign = 1.0 if target == 1 else -1.0
    return 1.0 / (1.0 + fdlibm.exp(-sign * (total - threshold)))


@inlined
def moved(threshold, rate, target, step):
    """Return a threshold after an episode."""
    return threshold + step * (rate - target)


@compiled
def observe(circuit, weight, own, pattern):
    """Carry out one pass: count the firing, and returns soft and binary reward. Writes own."""
    total = sum_inputs(circuit, weight, pattern)
    own.passes[0] += 1
    for k in range(c.NEURONS):
        if not circuit.is_input[k]:
            own.fired[k] += total[circuit.label[k]] > own.threshold[k]
    soft, right = 0.0, 0
    for o in range(c.OUTPUTS):
        k, target = c.INPUTS + o, circuit.targets[pattern, o]
        soft += likelihood(total[k], target, own.threshold[k])
        right += (total[circuit.label[k]] > own.threshold[k]) == (target == 1)
    return soft / c.OUTPUTS, right / c.OUTPUTS


@compiled
def settle(circuit, iteration, own):
    """Update thresholds after an episode; reset the counts."""
    for k in range(c.NEURONS):
        if not circuit.is_input[k]:
            rate = own.fired[k] / own.passes[0]
            own.threshold[k] = moved(own.threshold[k], rate, iteration.target, iteration.step)
    own.fired[:] = 0
    own.passes[0] = 0


@compiled
def roam(circuit, iteration, state, own, tally, traced, patterns, decisions):
    """Carry out one trial for each entry of `patterns`.

    Reads circuit, iteration. Writes state, own, tally, traced and the log. Draws the pattern, four for the move, then
    two for each eligible synapse.
    """
    low, high = np.empty(3), np.empty(3)
    for d in range(3):
        low[d], high[d] = circuit.position[:, d].min(), circuit.position[:, d].max()
    flag = np.zeros(c.NEURONS, dtype=np.bool_)
    collected = np.empty(len(circuit.pre) + 1, dtype=np.int16)
    place_of = np.empty(len(circuit.pre), dtype=np.int16)
    for t in range(len(patterns)):
        pattern = int(draw(state.generator) * c.PATTERNS)
        soft, binary = observe(circuit, state.weight, own, pattern)
        move(state.generator, state.cursor, low, high)
        n = 0
        if flag_neurons(circuit, state.cursor, flag, iteration.radius):
            n = collect_flagged(circuit, flag, collected, place_of)
        decisions[t] = IDLE
        standing, after = binary if iteration.binary else soft, np.nan
        if n > 0:
            before = state.weight.copy()
            for j in collected[:n]:
                draw(state.generator)
                length = radius(counter(state.generator[0]))
                draw(state.generator)
                size = iteration.sigma * (length * fdlibm.cos(angle(counter(state.generator[0]))))
                state.weight[j] = max(-c.LIMIT, min(c.LIMIT, state.weight[j] + size))
            now_soft, now_binary = observe(circuit, state.weight, own, pattern)
            after = now_binary if iteration.binary else now_soft
            kept = after > standing or (iteration.drift and after == standing)
            decisions[t] = KEPT if kept else REVERTED
            if kept:
                soft, binary = now_soft, now_binary
            else:
                state.weight[:] = before
        trace(traced, t, standing, after, n)
        state.last_pattern[0] = pattern
        state.trial[0] += 1
        note(tally, binary, soft, n)
        patterns[t] = pattern
        if state.trial[0] % iteration.trials_per_episode == 0:
            settle(circuit, iteration, own)


@compiled
def frozen(circuit, weight, threshold):
    """Return outputs of the frozen network for each pattern: uint8, shape (pattern, bit)."""
    out = np.empty((circuit.patterns.shape[0], c.OUTPUTS), dtype=np.uint8)
    for pattern in range(out.shape[0]):
        total = sum_inputs(circuit, weight, pattern)
        for o in range(c.OUTPUTS):
            out[pattern, o] = total[circuit.label[c.INPUTS + o]] > threshold[c.INPUTS + o]
    return out


class IterationEngine(PublishedEngine):
    """One replicate of an early iteration in motion: see `astrosim.systems.threshold.engines.Engine`.

    The ceiling is that of thresholds that stay at 0.5.

    Parameters
    ----------
    scenario : Scenario
        Resolved, with ``system = "published"``, ``learner = "cursor"`` and ``homeostasis.rule = "episode"``.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._iteration = Iteration(
            radius=scenario.cursor.radius,
            sigma=scenario.perturbation.sigma,
            binary=chosen("decision.reward", {"soft": False, "binary": True}, scenario.decision.reward),
            drift=chosen("decision.accept", {"strict": False, "drift": True}, scenario.decision.accept),
            target=scenario.homeostasis.target,
            step=scenario.homeostasis.step,
            trials_per_episode=scenario.schedule.trials_per_episode,
        )
        threshold = np.full(c.NEURONS, c.FIRING_THRESHOLD)
        self._own = Homeostasis(threshold, np.zeros(c.NEURONS, np.int64), np.zeros(1, np.int64))

    def _wander(self, log: Decisions, tally: Tally, traced: Trace) -> None:
        roam(self._circuit, self._iteration, self._state, self._own, tally, traced, log.pattern, log.decision)

    def probe(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return outputs of the frozen network: uint8, shape (pattern, bit).

        Parameters
        ----------
        patterns : ndarray of uint8, shape (pattern, input bit), optional
            By default those of the task.
        """
        circuit = self._circuit if patterns is None else self._circuit._replace(patterns=patterns)
        return frozen(circuit, self._state.weight, self._own.threshold)

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of all that changes, thresholds included.

        Beside the base's: ``own/threshold`` (float64, shape (neuron,)), ``own/fired`` (int64, shape (neuron,)) and
        ``own/passes`` (int64, shape (1,)).
        """
        return super().state() | copy_arrays(self._own._asdict(), "own/")

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed: arrays of the same shape and type."""
        super().restore(state)
        restore_arrays(self._own._asdict(), state, "own/")
