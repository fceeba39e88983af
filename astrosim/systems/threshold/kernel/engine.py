"""The fast engine of the described system."""

from __future__ import annotations

from typing import Any

from astrosim.rules.scope import RANDOM
from astrosim.store.variables import Decisions
from astrosim.systems.threshold.kernel import single_pattern, windowed_trial
from astrosim.systems.threshold.kernel.coupling import waves_of
from astrosim.systems.threshold.kernel.response_cache import Deep, make_deep
from astrosim.systems.threshold.kernel.workspace import Log, make_scratch
from astrosim.systems.threshold.network.state import System
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import TOTALS, DescribedCell


class KernelEngine(DescribedCell):
    """The fast engine of the described system; see `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._scratch = make_scratch(self.system, self.rules.max_active, self.rules.scope == RANDOM)
        self._advance = self._loop()
        self._deep: tuple[System, int, Deep] | None = None
        if scenario.agents.astrocyte is not None and len(self.territories):
            self._take_own_formulas()

    def _loop(self) -> Any:
        """The compiled loop over trials."""
        return windowed_trial.advance if self.scenario_of_cell.deep else single_pattern.advance

    def _take_own_formulas(self) -> None:
        """Have the trial loop call the formulas of the scenario's own astrocytes; compiled when it first runs."""
        from astrosim.core.jit_substitution import specialised
        from astrosim.systems.threshold.custom import astrocyte_class, exchanged_formulas

        kind = astrocyte_class(self.scenario_of_cell)
        self._advance = specialised(self._loop(), exchanged_formulas(kind))
        self.exploration_rate_of = kind.exploration_rate_of

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; see `astrosim.systems.threshold.engines.Engine.advance`."""
        log = self._log(trials)
        self._scratch.total[:] = 0.0
        done = 0
        while done < trials:
            stop = min(trials, done + self._befall())
            rows = slice(done, stop)
            self._stretch(Log(log.pattern[rows], log.decision[rows], log.active[rows]), measure)
            done = stop
        if measure:
            self._totals = dict(zip(TOTALS, self._scratch.total.tolist(), strict=True))
        return log

    def _befall(self) -> int:
        """Let happen what befalls the cell before its present trial; returns the number of trials up to the next."""
        trial = self.trial
        if self.interventions.due(trial) == trial:
            self.interventions.act(self, trial)
        return self.interventions.due(trial + 1) - trial

    def _stretch(self, log: Log, measure: bool) -> None:
        """Carry out trials without interventions, one for each row of the log."""
        waves = waves_of(self.system, self.learning, self.rules.coupled)
        if self.scenario_of_cell.deep:
            deep = self._response_cache()
            self._advance(self.system, self.rules, self.learning, self._scratch, deep, waves, log, measure)
        else:
            self._advance(self.system, self.rules, self.learning, self._scratch, waves, log, measure)

    def _response_cache(self) -> Deep:
        """The responses to all patterns that windowed trials remember, for the present system."""
        system, window = self.system, self.rules.patterns_a_trial
        if self._deep is None or self._deep[0] is not system or self._deep[1] != window:
            self._deep = system, window, make_deep(system, self.rules.cycles, window)
        return self._deep[2]
