"""Replicates seen again: a scenario and a seed give every trial again, bit for bit (times in trials, from 0).

`Replay` walks a replicate of the described system on the quickest engine and shows single trials; `standing_after` says
whom interventions have silenced, without a trial being run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from astrosim.contracts.plan import NEVER, Standing
from astrosim.core.errors import AstrosimError
from astrosim.rules import scope
from astrosim.store.variables import NOBODY
from astrosim.systems.threshold.engines import make_quick_engine
from astrosim.systems.threshold.first_use import first_use
from astrosim.systems.threshold.learners.table import BASELINES
from astrosim.systems.threshold.network.eligibility import NONE, eligible
from astrosim.systems.threshold.network.state import ASTROCYTES, FIRED
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import ThresholdSimulation

if TYPE_CHECKING:
    from astrosim.systems.threshold.agents.model import AstroModel
    from astrosim.systems.threshold.kernel.engine import KernelEngine


class Frame(NamedTuple):
    """A replicate just after a trial.

    Attributes
    ----------
    trial : int
    pattern : int
    decision : int
        KEPT, REVERTED or IDLE.
    active : ndarray of int32, shape (active,)
        Astrocytes in score order.
    fired : ndarray of bool, shape (neuron,)
        In the pass that stands.
    eligible : ndarray of int32, shape (synapse,)
        What the trial could change, ascending; empty under scopes that know no place.
    threshold, exploration_rate : ndarray of float64, shape (astrocyte,)
        1 and 1/trial.
    calcium : ndarray of float64, shape (astrocyte,)
        1; zeros without gap junctions.
    cursor : ndarray of float64, shape (2,)
        Units; of no meaning but for the cursor.
    silent : dict of str to ndarray of bool
        "astrocytes" and "neurons" that interventions have silenced or lesioned.
    accuracy : float
        Fraction of matching bits of the frozen network on the present task.
    """

    trial: int
    pattern: int
    decision: int
    active: np.ndarray
    fired: np.ndarray
    eligible: np.ndarray
    threshold: np.ndarray
    exploration_rate: np.ndarray
    calcium: np.ndarray
    cursor: np.ndarray
    silent: dict[str, np.ndarray]
    accuracy: float


class Replay:
    """A replicate on its way through its trials once more.

    Parameters
    ----------
    scenario : Scenario
        Resolved, of the described system; the engine that it names is not asked: all give the same bits.
    seed : int

    Attributes
    ----------
    engine : KernelEngine or AstroModel
        The latter where astrocytes have code of their own, and until the kernel is compiled.
    seed : int

    Raises
    ------
    AstrosimError
        If the system is the published one, whose astrocytes and neurons are not kept trial by trial, or the learner is
        a baseline, whose updates show all patterns at once.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        if scenario.neuronal:
            raise AstrosimError(
                f'learner: trials of neurons that learn cannot be shown again ("{scenario.learner}"). '
                "Choose another condition; `astrosim plot` draws what the run has."
            )
        if scenario.learner in BASELINES:
            raise AstrosimError(
                f'learner: an update of "{scenario.learner}" shows all patterns at once, so there is no trial to show. '
                "Choose another condition; `astrosim plot` draws what the run has."
            )
        if scenario.system != "described":
            raise AstrosimError(
                f'system: single trials cannot be shown again ("{scenario.system}"). '
                'Choose a condition whose system is "described".'
            )
        self._first_use = first_use(scenario.model_copy(update={"engine": "kernel"}), seed)
        first = self._first_use.engine if self._first_use else make_quick_engine(scenario, seed)
        self.engine, self.seed = cast("KernelEngine | AstroModel", first), seed

    def show(self, trial: int) -> Frame:
        """Advance up to and through a trial, and show it.

        Parameters
        ----------
        trial : int
            Not before the engine's present trial.

        Raises
        ------
        ValueError
            If the trial is past.
        """
        if trial < self.engine.trial:
            raise ValueError(f"trial {trial} is past (now {self.engine.trial}). Begin a new Replay.")
        engine = self._advanced(trial - self.engine.trial)
        log = engine.advance(1)
        active = log.active[0][log.active[0] > NOBODY]
        fired = np.zeros(engine.network.kind.size, bool)
        fired[engine.learning.fired[: engine.learning.counter[FIRED]]] = True
        standing = engine.interventions.standing
        return Frame(
            trial=trial,
            pattern=int(log.pattern[0]),
            decision=int(log.decision[0]),
            active=active,
            fired=fired,
            eligible=self._eligible(active),
            threshold=engine.learning.threshold.copy(),
            exploration_rate=engine.exploration_rates(),
            calcium=engine.learning.calcium.copy() if engine.params.coupled else np.zeros(len(engine.territories)),
            cursor=engine.learning.cursor.copy(),
            silent={what: ~standing.acting(what) for what in ("astrocytes", "neurons")},
            accuracy=engine.accuracy(),
        )

    def _advanced(self, trials: int) -> KernelEngine | AstroModel:
        """Carry out trials; returns the engine that has done them."""
        if self._first_use is None:
            self.engine.advance(trials)
        else:
            self.engine = cast("KernelEngine | AstroModel", self._first_use.advance(trials))
        return self.engine

    def _eligible(self, active: np.ndarray) -> np.ndarray:
        """Synapses of the active territories, or around the cursor: int32, ascending."""
        engine, params = self.engine, self.engine.params
        if params.learner == ASTROCYTES and params.perturbation.scope != scope.TERRITORY:
            return NONE
        territories = [engine.territories.synapses[a] for a in active]
        return eligible(engine.kernel_network, params, engine.trial - 1, territories, engine.learning.cursor)


def standing_after(scenario: Scenario, seed: int, happened: Sequence[tuple[int, int]]) -> Standing:
    """Return the interventions that are still in force in a replicate.

    Parameters
    ----------
    scenario : Scenario
        Resolved, of the described system.
    seed : int
    happened : sequence of (int, int)
        Trial and number of each intervention that has acted, in order of time.
    """
    simulation = ThresholdSimulation(scenario, seed)
    items = len(scenario.interventions)
    state = {
        "intervention_log": np.array(happened, np.int64).reshape(len(happened), 2),
        "intervention_next": np.full(items, NEVER),
        "intervention_streak": np.zeros(items, np.int64),
    }
    simulation.interventions.restore(simulation, state)
    return simulation.interventions.standing
