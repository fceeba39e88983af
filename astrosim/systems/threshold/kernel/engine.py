"""The fast engine of the described system."""

from __future__ import annotations

from typing import Any

from astrosim.core.jit_linking import Called
from astrosim.rules.scope import RANDOM
from astrosim.store.variables import Decisions
from astrosim.systems.threshold.kernel import single_pattern, windowed_trial
from astrosim.systems.threshold.kernel.coupling import waves_of
from astrosim.systems.threshold.kernel.response_cache import ResponseCache, make_response_cache
from astrosim.systems.threshold.kernel.workspace import Log, make_workspace
from astrosim.systems.threshold.network.state import KernelNetwork
from astrosim.systems.threshold.network.trace import NOTHING, Trace
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import TOTALS, ThresholdSimulation


class KernelEngine(ThresholdSimulation):
    """The fast engine of the described system; see `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._workspace = make_workspace(
            self.kernel_network, self.params.population.max_active, self.params.perturbation.scope == RANDOM
        )
        self._advance = self._loop()
        self._cache: tuple[KernelNetwork, int, ResponseCache] | None = None
        if scenario.agents.astrocyte is not None and len(self.territories):
            self._take_own_formulas()

    def _loop(self) -> Any:
        """Return the compiled loop over trials."""
        return windowed_trial.advance if self.resolved_scenario.windowed else single_pattern.advance

    def _take_own_formulas(self) -> None:
        """Build the formulas of the scenario's own astrocytes into the trial loop; compiled when it first runs."""
        from astrosim.core.jit_substitution import specialised
        from astrosim.systems.threshold.custom import astrocyte_class, exchanged_formulas

        kind = astrocyte_class(self.resolved_scenario)
        self._advance = specialised(self._loop(), exchanged_formulas(kind))
        self.exploration_rate_of = kind.exploration_rate_of

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; see `astrosim.systems.threshold.engines.Engine.advance`."""
        log, tracer = self._log(trials), self.tracer
        self._workspace.total[:] = 0.0
        if tracer is not None:
            tracer.begin(self.trial)
        done = 0
        while done < trials:
            stop = min(trials, done + self._intervene())
            if tracer is not None:
                stop = min(stop, done + tracer.stretch(self.trial))
            rows = slice(done, stop)
            self._stretch(Log(log.pattern[rows], log.decision[rows], log.active[rows]), measure)
            done = stop
        if measure:
            self._totals = dict(zip(TOTALS, self._workspace.total.tolist(), strict=True))
        return log

    def _intervene(self) -> int:
        """Apply the interventions due before this trial. Returns the number of trials until the next one."""
        trial = self.trial
        if self.interventions.due(trial) == trial:
            self.interventions.act(self, trial)
        return self.interventions.due(trial + 1) - trial

    def _stretch(self, log: Log, measure: bool) -> None:
        """Carry out trials without interventions, one for each row of the log."""
        trial = self.trial
        trace = NOTHING if self.tracer is None else self.tracer.rows(trial, len(log.pattern))
        self._advance(*self._arguments(log, trace, measure))
        if self.tracer is not None:
            self.tracer.take(trial, trace)

    def _arguments(self, log: Log, trace: Trace, measure: bool) -> tuple[Any, ...]:
        """Return the arguments of the loop over trials."""
        waves = waves_of(self.kernel_network, self.learning, self.params.coupled)
        cached = (self._response_cache(),) if self.resolved_scenario.windowed else ()
        return (self.kernel_network, self.params, self.learning, self._workspace, *cached, waves, log, trace, measure)

    @property
    def compiled(self) -> bool:
        """Whether the loop over trials is compiled, or kept on disk."""
        loop = self._advance
        return not isinstance(loop, Called) or loop.is_kept(loop.types_of(self._present_arguments()))

    @property
    def in_work(self) -> bool:
        """Whether another process compiles the loop over trials."""
        return isinstance(self._advance, Called) and self._advance.is_in_work()

    def compile(self) -> None:
        """Compile the loop over trials, or load it."""
        if isinstance(self._advance, Called):
            self._advance.compile(self._advance.types_of(self._present_arguments()))

    def _present_arguments(self) -> tuple[Any, ...]:
        log = self._log(0)
        return self._arguments(Log(log.pattern, log.decision, log.active), NOTHING, measure=False)

    def _response_cache(self) -> ResponseCache:
        """Return the cached responses of the present network to all patterns, for windowed trials."""
        network, window = self.kernel_network, self.params.decision.window
        if self._cache is None or self._cache[0] is not network or self._cache[1] != window:
            self._cache = network, window, make_response_cache(network, self.params.network.cycles, window)
        return self._cache[2]
