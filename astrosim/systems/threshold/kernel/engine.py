"""The fast engine of the described system."""

from __future__ import annotations

from astrosim.rules.decision import STRICT
from astrosim.rules.reward import BINARY, SOFT
from astrosim.rules.scope import RANDOM
from astrosim.store.variables import Decisions
from astrosim.systems.threshold.kernel.loop import advance
from astrosim.systems.threshold.kernel.response_cache import Deep, make_deep
from astrosim.systems.threshold.kernel.workspace import make_scratch
from astrosim.systems.threshold.network.state import Rules, System
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import TOTALS, DescribedCell


def reports_own(rules: Rules) -> bool:
    """Whether reward and acceptance are those of the report."""
    return rules.reward in (SOFT, BINARY) and rules.reward_gain == 1.0 and rules.acceptance == STRICT


class KernelEngine(DescribedCell):
    """The fast engine of the described system; see `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    loop = staticmethod(advance)

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._scratch = make_scratch(self.system, self.rules.max_active, self.rules.scope == RANDOM)
        self._advance = self.loop
        self._deep: tuple[System, int, Deep] | None = None
        if scenario.agents.astrocyte is not None and len(self.territories):
            self._take_own_formulas()
        self._box = self.network.position.min(axis=0), self.network.position.max(axis=0)

    def _take_own_formulas(self) -> None:
        """Have the trial loop call the formulas of the scenario's own astrocytes; compiled when it first runs."""
        from astrosim.core.jit_substitution import specialised
        from astrosim.systems.threshold.custom import astrocyte_class, exchanged_formulas

        kind = astrocyte_class(self.scenario_of_cell)
        self._advance = specialised(self.loop, exchanged_formulas(kind))
        self.exploration_rate_of = kind.exploration_rate_of

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; see `astrosim.systems.threshold.engines.Engine.advance`."""
        log = self._log(trials)
        self._scratch.total[:] = 0.0
        done = 0
        while done < trials:
            stop = min(trials, done + self._befall())
            self._stretch(log, done, stop, measure)
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

    def _working_memory(self) -> Deep | None:
        """What trials that ask more than the report's work in; None for all others."""
        if not self.scenario_of_cell.deep:
            return None
        system, window = self.system, self.rules.patterns_a_trial
        if self._deep is None or self._deep[0] is not system or self._deep[1] != window:
            self._deep = system, window, make_deep(system, self.rules.cycles, window)
        return self._deep[2]

    def _stretch(self, log: Decisions, start: int, stop: int, measure: bool) -> None:
        """Carry out trials without interventions, into the rows start .. stop - 1 of the log."""
        self._advance(
            self.system,
            self.rules,
            self.learning,
            self._scratch,
            self.rules.coupled or None,
            True if self.rules.fraction < 1.0 and not self.scenario_of_cell.deep else None,
            None if reports_own(self.rules) or self.scenario_of_cell.deep else True,
            self._working_memory(),
            *self._box,
            measure,
            log.pattern[start:stop],
            log.decision[start:stop],
            log.active[start:stop],
        )
