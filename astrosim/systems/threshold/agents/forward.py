"""Passes of a trial's patterns through the neurons, and their rewards: the agents' side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from astrosim.rules import race, reward, window
from astrosim.rules.consolidation import WHOLE
from astrosim.systems.threshold.agents.agents import Neuron
from astrosim.systems.threshold.agents.trial_state import Trial, nothing
from astrosim.systems.threshold.simulation import ThresholdSimulation


class ForwardPasses(ThresholdSimulation):
    """Simulation whose neurons are agents: forward passes and their rewards.

    Attributes
    ----------
    neurons : list of Neuron
    after_phase : callable
        Called with the name of each phase once it is carried out; it may read everything and must change nothing.
    """

    neurons: list[Neuron]
    _driven: np.ndarray
    _trial: Trial
    after_phase: Callable[[str], None] = staticmethod(nothing)

    @property
    def under_way(self) -> Trial:
        """Present trial: what its phases have handed on so far."""
        return self._trial

    def _clamped(self, pattern: int) -> np.ndarray:
        """Return the neurons that a pattern drives, and tonic ones: bool, shape (neuron,)."""
        fired = np.zeros(self.network.kind.size, bool)
        fired[self.kernel_network.inputs] = self.kernel_network.patterns[pattern]
        fired[self.kernel_network.tonic] = self.kernel_network.sound[self.kernel_network.tonic]
        return fired

    def _pass(self, pattern: int) -> tuple[np.ndarray, np.ndarray]:
        """Run one pass; returns firing (bool, shape (neuron,)) and outputs' summed inputs (float64, shape (bit,))."""
        driven = fired = self._clamped(pattern)
        own, activation = self.params.network, np.zeros(len(self.neurons))
        for _ in range(own.cycles):
            totals = [neuron.integrate(fired) for neuron in self.neurons]
            activation = np.array(totals if own.memoryless else self._voltages(activation, fired, totals))
            sent = [neuron.fires(a) for neuron, a in zip(self.neurons, activation, strict=True)]
            fired = np.where(self._driven, driven, sent)
        return fired, activation[self.kernel_network.outputs]

    def _voltages(self, before: np.ndarray, fired: np.ndarray, totals: list[float]) -> list[float]:
        """Voltages after a cycle, from those before it (float64, shape (neuron,)), who fired, and summed inputs."""
        cycle = zip(self.neurons, before.tolist(), fired.tolist(), totals, strict=True)
        return [neuron.voltage(old, spiked, total) for neuron, old, spiked, total in cycle]

    def _passes(self) -> tuple[np.ndarray, list[np.ndarray]]:
        """Pass all patterns of the trial; returns the last firing, and the outputs' summed inputs in each pass."""
        passes = [self._pass(pattern) for pattern in self._trial.window]
        return passes[-1][0], [outputs for _, outputs in passes]

    def _evaluate_one_by_one(self) -> None:
        """Evaluate the patterns one by one, count the passes, and stop once a race is lost."""
        trial, r, passes = self._trial, self.params.decision, self.learning.passes
        standing = self._rewards(trial.outputs_before, r.reward, r.gain)
        rewards, order = np.full(standing.size, reward.highest_reward(r.reward, r.cap)), np.arange(standing.size)
        passes[0] += window.passes_before(standing.size, len(self.kernel_network.patterns), r.consolidation == WHOLE)
        trial.outputs_after = list(trial.outputs_before)
        if r.race:
            race.by_standing(standing, order)
        for k in order:
            fired, trial.outputs_after[k] = self._pass(trial.window[k])
            trial.fired_after = fired if k == standing.size - 1 else trial.fired_after
            rewards[k] = self._reward(trial.outputs_after[k], trial.window[k], r.reward, r.gain)
            passes[0] += 1
            trial.best, before = float(reward.mean_reward(rewards)), reward.mean_reward(standing)
            trial.lost = r.race and race.is_lost(r.accept, trial.best, before, r.offset)
            if trial.lost:
                return

    def _reward(self, outputs: np.ndarray, pattern: int, rule: int, gain: float = 1.0) -> float:
        """Reward of one pattern under a rule."""
        targets, threshold = self.kernel_network.targets[pattern], self.params.network.threshold
        return reward.reward(rule, outputs, targets, threshold, gain, self.params.decision.cap)

    def window_reward(self, outputs: list[np.ndarray]) -> float:
        """Return the reward that a trial is decided by, from the outputs of its passes (float64, shape (bit,))."""
        return float(reward.mean_reward(self.rewards_of(outputs)))

    def rewards_of(self, outputs: list[np.ndarray]) -> np.ndarray:
        """Return the same of each pass, outputs float64 of shape (bit,): float64, shape (pattern of the trial,)."""
        return self._rewards(outputs, self.params.decision.reward, self.params.decision.gain)

    def _rewards(self, outputs: list[np.ndarray], rule: int, gain: float = 1.0) -> np.ndarray:
        """Rewards of the trial's patterns: float64, shape (pattern,)."""
        shown = zip(outputs, self._trial.window, strict=True)
        return np.array([self._reward(one, pattern, rule, gain) for one, pattern in shown])
