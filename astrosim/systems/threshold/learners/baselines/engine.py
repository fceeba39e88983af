"""The engine of the rivals: the network, probes and records of the described system, and learners of their own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from astrosim.core.rng import RIVAL
from astrosim.store.variables import KEPT, REVERTED, Decisions
from astrosim.systems.threshold.forward_passes import passes_a_trial
from astrosim.systems.threshold.learners.baselines.circuit import make_circuit, make_memory, make_numbers, make_room
from astrosim.systems.threshold.learners.baselines.forward import look
from astrosim.systems.threshold.network.state import KEPT as KEPT_TRIALS
from astrosim.systems.threshold.network.state import NOT_SOLVED, TRIALS
from astrosim.systems.threshold.network.state import REVERTED as REVERTED_TRIALS
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import DescribedCell

OWN = "rival/"  # what a state's names begin with that a rival remembers


class RivalEngine(DescribedCell):
    """A rival in motion; see `astrosim.contracts.simulation.Engine`. A trial is one update.

    Parameters
    ----------
    scenario : Scenario
        Resolved; its learner is one of `astrosim.systems.threshold.scenario.baseline_section.RIVALS`.
    seed : int

    Attributes
    ----------
    memory : Memory
        What the rival keeps beside its weights (float64, on no grid).
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self.learning = self.learning._replace(weight=self.network.initial_weight.astype(np.float64))
        self.circuit = make_circuit(self.kernel_network, self.params.keys[RIVAL])
        self.numbers = make_numbers(scenario)
        self.memory = make_memory(self.circuit, self.numbers)
        self.room = make_room(self.circuit, self.params.network.cycles)
        self._update = self._rule()
        self._cost = passes_a_trial(scenario)
        taught = np.isin(self.network.post, self.network.outputs).sum()
        self._plastic = int(taught) if scenario.learner == "delta" else self.network.post.size

    def _rule(self) -> Callable[..., int]:
        """What carries out one update of the weights and tells what was decided."""
        update: Callable[..., int] = import_module(
            f"astrosim.systems.threshold.learners.baselines.{self.scenario_of_cell.learner}"
        ).update
        return update

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out updates; see `Engine.advance`. Looks at the frozen network are no passes."""
        log = self._log(trials)
        log.pattern[:] = 0
        totals, shown = np.zeros(2), np.zeros(2)
        for k in range(trials):
            log.decision[k] = self._one_update(shown)
            totals += shown
        kept, reverted = int((log.decision == KEPT).sum()), int((log.decision == REVERTED).sum())
        self.learning.counter[KEPT_TRIALS] += kept
        self.learning.counter[REVERTED_TRIALS] += reverted
        if measure:
            sums = (*totals.tolist(), kept, reverted, float(self._plastic * trials))
            self._totals = dict(zip(self._totals, sums, strict=True))
        return log

    def _one_update(self, shown: np.ndarray) -> int:
        """One update, and what the weights are then worth: binary and soft reward into `shown`."""
        state, own = self.learning, (self.circuit, self.numbers)
        decision = self._update(*own, self.memory, self.room, state.weight, self.trial)
        state.counter[TRIALS] += 1
        state.passes[0] += self._cost
        look(*own, self.room, state.weight, shown)
        if shown[0] == 1.0 and state.solved[0] == NOT_SOLVED:
            state.solved[:] = self.trial, state.passes[0]
        return int(decision)

    def state(self) -> dict[str, np.ndarray]:
        """A copy of all that changes."""
        return super().state() | {OWN + name: values.copy() for name, values in self.memory._asdict().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()` of the same scenario and seed."""
        super().restore(state)
        for name, values in self.memory._asdict().items():
            values[...] = state[OWN + name]
