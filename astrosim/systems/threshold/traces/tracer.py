"""Tracer: what the trials of an engine's latest advance leave, beside the log of decisions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.systems.threshold.network.trace import Trace, make_trace
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import Wanted, wanted

STRETCH_VALUES = 2**20  # values of firing that a kernel writes before they are packed; assumed: 1 MiB
HELD_BYTES = 2**24  # of an advance, at most, unless it is one episode; assumed


class Taken(NamedTuple):
    """Records of an advance.

    Attributes
    ----------
    trial : int
        The first trial.
    before, after : ndarray of float64, shape (trial,)
        Rewards; of no trial unless they are asked for.
    eligible : ndarray of int32, shape (trial,)
    firing_trial : ndarray of int64, shape (firing trial,)
    fired : ndarray of uint8, shape (firing trial, byte)
        A bit for each neuron, as `numpy.packbits` has them.
    """

    trial: int
    before: np.ndarray
    after: np.ndarray
    eligible: np.ndarray
    firing_trial: np.ndarray
    fired: np.ndarray


class Tracer:
    """Gathers the records of single trials, for one engine.

    Parameters
    ----------
    own : Wanted
    neurons : int
    """

    def __init__(self, own: Wanted, neurons: int) -> None:
        self.wanted, self.neurons = own, neurons
        self.begin(0)

    @property
    def longest(self) -> int:
        """Trials of an advance whose records are held in memory without harm."""
        row = self.wanted.rewards * 20 + (len(self.wanted.firing) > 0) * -(-self.neurons // 8)
        return max(1, HELD_BYTES // row)

    def begin(self, trial: int) -> None:
        """Start an advance with a trial; what was held of the one before is dropped."""
        self._first = trial
        self._rewards: list[tuple[np.ndarray, ...]] = [make_trace(0, 0, 0)[:3]]
        self._fired: list[np.ndarray] = []
        self._numbers: list[np.ndarray] = []

    def fires(self, trial: int) -> bool:
        """Return whether a trial lies within those of which firing is kept."""
        return self.wanted.firing.start <= trial < self.wanted.firing.stop

    def stretch(self, trial: int) -> int:
        """Return how many trials from one on a single `Trace` can serve."""
        firing = self.wanted.firing
        if self.fires(trial):
            return min(firing.stop - trial, max(1, STRETCH_VALUES // max(self.neurons, 1)))
        return firing.start - trial if firing and trial < firing.start else max(1, STRETCH_VALUES)

    def rows(self, trial: int, trials: int) -> Trace:
        """Return empty rows for a stretch of trials, no longer than `stretch` allows."""
        return make_trace(trials * self.wanted.rewards, trials * self.fires(trial), self.neurons)

    def take(self, trial: int, trace: Trace) -> None:
        """Take in the rows of a stretch, filled from its first trial on."""
        self._rewards.append(trace[:3])
        if len(trace.fired):
            numbers = np.arange(trial, trial + len(trace.fired))
            chosen = (numbers - self.wanted.firing.start) % self.wanted.firing.step == 0
            self._numbers.append(numbers[chosen])
            self._fired.append(np.packbits(trace.fired[chosen], axis=1))

    def note(self, trial: int, before: float, after: float, eligible: int, fired: np.ndarray) -> None:
        """Take in one trial: its rewards, the number of eligible synapses, and who fired (bool, shape (neuron,))."""
        trace = self.rows(trial, 1)
        if self.wanted.rewards:
            trace.before[0], trace.after[0], trace.eligible[0] = before, after, eligible
        if len(trace.fired):
            trace.fired[0] = fired
        self.take(trial, trace)

    def taken(self) -> Taken:
        """Return what the latest advance has left."""
        before, after, eligible = map(np.concatenate, zip(*self._rewards, strict=True))
        numbers = np.concatenate([np.empty(0, np.int64), *self._numbers])
        fired = np.concatenate([np.empty((0, -(-self.neurons // 8)), np.uint8), *self._fired])
        return Taken(self._first, before, after, eligible, numbers, fired)


def make_tracer(scenario: Scenario, neurons: int) -> Tracer | None:
    """Return the tracer of an engine of a resolved scenario; None if only decisions are asked for, or nothing."""
    own = wanted(scenario)
    return Tracer(own, neurons) if own.traced else None
