"""The fast engine of neurons and astrocytes that learn together."""

from __future__ import annotations

from typing import Any

from astrosim.systems.threshold.kernel.coupling import waves_of
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.kernel.workspace import Log
from astrosim.systems.threshold.learners.joint.cell import TogetherCell
from astrosim.systems.threshold.learners.joint.kernel import Work, advance, make_work
from astrosim.systems.threshold.network.state import System
from astrosim.systems.threshold.scenario.schema import Scenario


class TogetherEngine(KernelEngine, TogetherCell):
    """See `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved, with ``learner = "both"``.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._work: tuple[System, Work] | None = None

    def _loop(self) -> Any:
        return advance

    def _room(self) -> Work:
        """Working memory for the present system."""
        if self._work is None or self._work[0] is not self.system:
            self._work = self.system, make_work(self.system, self.circuit, self.learning.weight.size)
        return self._work[1]

    def _stretch(self, log: Log, measure: bool) -> None:
        self._advance(
            self.system,
            self.rules,
            self.learning,
            self._scratch,
            waves_of(self.system, self.learning, self.rules.coupled),
            self.circuit,
            self.numbers,
            self.neural,
            self._room(),
            log,
            measure,
        )
