"""Engine of the baselines: network, probes and records of the described system, and an update rule of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.errors import AstrosimError
from astrosim.core.rng import RIVAL
from astrosim.store.variables import KEPT, REVERTED, Decisions
from astrosim.systems.threshold.learners.baselines.baseline import Baseline
from astrosim.systems.threshold.learners.baselines.circuit import make_circuit, make_memory, make_numbers, make_room
from astrosim.systems.threshold.learners.baselines.forward import look, whole_reward
from astrosim.systems.threshold.learners.table import learner_of
from astrosim.systems.threshold.network.state import KEPT as KEPT_TRIALS
from astrosim.systems.threshold.network.state import NOT_SOLVED, TRIALS
from astrosim.systems.threshold.network.state import REVERTED as REVERTED_TRIALS
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import ThresholdSimulation

OWN = "rival/"  # prefix of the names of a baseline's memory in a state
NOBODY_FIRES = np.empty(0, bool)  # an update shows all patterns at once


def baseline_of(scenario: Scenario) -> Baseline:
    """Return the baseline that a resolved scenario names.

    Raises
    ------
    AstrosimError
        If its learner is not a baseline.
    """
    found = learner_of(scenario.learner)
    if not isinstance(found, Baseline):
        raise AstrosimError(f"learner: no baseline ({scenario.learner!r}).")
    return found


class BaselineEngine(ThresholdSimulation):
    """Engine of a baseline; see `astrosim.systems.threshold.engines.Engine`. A trial is one update.

    Parameters
    ----------
    scenario : Scenario
        Resolved; its learner is one of `astrosim.systems.threshold.learners.table.BASELINES`.
    seed : int

    Attributes
    ----------
    memory : Memory
        Arrays that the baseline keeps beside its weights, which are float64, without a grid.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self.learning = self.learning._replace(weight=self.network.initial_weight.astype(np.float64))
        self.circuit = make_circuit(self.kernel_network, self.params.keys[RIVAL])
        self.numbers = make_numbers(scenario)
        self.memory = make_memory(self.circuit, self.numbers)
        self.room = make_room(self.circuit, self.params.network.cycles)
        self._baseline = baseline_of(scenario)
        self._update = self._rule()
        self._cost = self._baseline.passes(scenario)
        taught = np.isin(self.network.post, self.network.outputs).sum()
        self._plastic = int(taught) if self._baseline.onto_outputs else self.network.post.size

    def _rule(self) -> Callable[..., int]:
        """Return the function that carries out one update of the weights and returns the decision."""
        update = self._baseline.update
        if update is None:
            raise AstrosimError(f"learner: no update of its own ({self.resolved_scenario.learner!r}).")
        return update

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out updates; see `Engine.advance`. Looks at the frozen network are no passes."""
        log, tracer = self._log(trials), self.tracer
        log.pattern[:] = 0
        totals, shown = np.zeros(2), np.zeros(2)
        if tracer is not None:
            tracer.begin(self.trial)
        for k in range(trials):
            trial, before = self.trial, self._reward() if tracer is not None else np.nan
            log.decision[k] = self._one_update(shown)
            totals += shown
            if tracer is not None:
                tracer.note(trial, before, self._reward(), self._plastic, NOBODY_FIRES)
        kept, reverted = int((log.decision == KEPT).sum()), int((log.decision == REVERTED).sum())
        self.learning.counter[KEPT_TRIALS] += kept
        self.learning.counter[REVERTED_TRIALS] += reverted
        if measure:
            sums = (*totals.tolist(), kept, reverted, float(self._plastic * trials))
            self._totals = dict(zip(self._totals, sums, strict=True))
        return log

    def _reward(self) -> float:
        """Return the mean reward of all patterns under the present weights; no passes are counted."""
        return float(whole_reward(self.circuit, self.numbers, self.room, self.learning.weight))

    def _one_update(self, shown: np.ndarray) -> int:
        """Carry out one update; write binary and soft reward of the new weights to `shown` (float64, shape (2,))."""
        state, own = self.learning, (self.circuit, self.numbers)
        decision = self._update(*own, self.memory, self.room, state.weight, self.trial)
        state.counter[TRIALS] += 1
        state.passes[0] += self._cost
        look(*own, self.room, state.weight, shown)
        if shown[0] == 1.0 and state.solved[0] == NOT_SOLVED:
            state.solved[:] = self.trial, state.passes[0]
        return int(decision)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change, each in its own shape."""
        return super().state() | copy_arrays(self.memory._asdict(), OWN)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()` of the same scenario and seed."""
        super().restore(state)
        restore_arrays(self.memory._asdict(), state, OWN)
