"""The fast engine of the described system."""

from __future__ import annotations

from astrosim.described import TOTALS, DescribedCell
from astrosim.kernel.loop import advance
from astrosim.kernel.scratch import make_scratch
from astrosim.records import Decisions
from astrosim.rules.scope import RANDOM
from astrosim.scenario.schema import Scenario


class KernelEngine(DescribedCell):
    """The fast engine of the described system; see `astrosim.engine.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._scratch = make_scratch(self.system, self.rules.max_active, self.rules.scope == RANDOM)
        self._box = self.network.position.min(axis=0), self.network.position.max(axis=0)

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; see `astrosim.engine.Engine.advance`."""
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

    def _stretch(self, log: Decisions, start: int, stop: int, measure: bool) -> None:
        """Carry out trials without interventions, into the rows start .. stop - 1 of the log."""
        advance(
            self.system,
            self.rules,
            self.learning,
            self._scratch,
            self.rules.coupled or None,
            *self._box,
            measure,
            log.pattern[start:stop],
            log.decision[start:stop],
            log.active[start:stop],
        )
