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
        advance(
            self.system,
            self.rules,
            self.learning,
            self._scratch,
            *self._box,
            measure,
            log.pattern,
            log.decision,
            log.active,
        )
        if measure:
            self._totals = dict(zip(TOTALS, self._scratch.total.tolist(), strict=True))
        return log
