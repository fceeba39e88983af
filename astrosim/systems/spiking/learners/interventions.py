"""Interventions between trials over windows, for both engines: they exchange what the learner derives from its recipe.

The arrays of learning stay as they are; all else follows from the list of those that have acted. Times in trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from astrosim.contracts.plan import NEVER, ROOM, Plan, Times, matching, nothing_stands, part_of
from astrosim.core.rng import stream_key, uniforms
from astrosim.scenario.interventions import ACTIONS, with_values

WindowLearning = Any  # the learner imports its interventions


class Interventions:
    """Interventions of one learner: those to come, and those that have happened.

    Parameters
    ----------
    learner : WindowLearning
        Before its first trial.
    scenario : WindowScenario, optional
        Resolved; without one, none are planned.

    Attributes
    ----------
    plan : Plan
    standing : Standing
    """

    def __init__(self, learner: WindowLearning, scenario: Any = None) -> None:
        self.scenario, self.items = scenario, () if scenario is None else scenario.interventions
        self.network, self.territories, self.pairs = learner.network, learner.territories, learner.pairs
        self.recipe, self.key = learner.recipe, stream_key(learner.seed, "intervention")
        self.plan = Plan([_times(item) for item in self.items])
        self._begin()

    def _begin(self) -> None:
        sizes = len(self.territories), self.network.kind.size, len(self.pairs)
        self.standing = nothing_stands(*sizes, self.recipe.windows.patterns)

    @property
    def due(self) -> int:
        """Trial before which any acts next; `NEVER` if none does."""
        return self.plan.due if self.items else NEVER

    @property
    def recipe_now(self) -> Any:
        """Recipe with the values and the patterns in force."""
        own = self.standing
        if not (own.values or own.patterns != self.recipe.windows.patterns):
            return self.recipe
        changed = with_values(self.scenario, own.values)
        return changed.model_copy(update={"task": changed.task.model_copy(update={"patterns": own.patterns})}).recipe

    @property
    def pairs_left(self) -> np.ndarray:
        """Pairs of coupled astrocytes: int64, shape (pair, 2)."""
        gone = self.standing.cut | self.standing.lesioned["astrocytes"][self.pairs].any(axis=1)
        left: np.ndarray = self.pairs[~gone]
        return left

    def add(self, item: Any, scenario: Any) -> None:
        """Plan one more, that has not been due yet: it is as if the scenario (which names it last) had named it."""
        self.scenario, self.items = scenario, (*self.items, item)
        self.plan.add(_times(item))

    def act(self, learner: WindowLearning) -> None:
        """Apply the interventions due before the next trial, in order."""
        trial = learner.done
        now = self.plan.take(trial)
        for number in now:
            self.standing.take(self.items[number], self._chosen(number, trial))
        if now:
            learner.follow()

    def _chosen(self, number: int, trial: int) -> np.ndarray:
        """Return the astrocytes, neurons or gap junctions of an intervention: int64, shape (chosen,), ascending.

        Draws: stream `intervention`, index = number of the intervention * ROOM + number of the candidate.
        """
        item = self.items[number]
        what, net = item.action.partition("_")[2], self.network
        if what == "neurons":
            found = matching(item, np.arange(net.kind.size)[:, None], net.cluster, net.kind)
        elif what == "astrocytes":
            found = matching(item, np.arange(len(self.territories))[:, None], self.territories.cluster)
        elif what == "gap_junctions":
            found = matching(item, self.pairs, self.territories.cluster)
        else:
            return np.empty(0, np.int64)
        if item.fraction is None or item.fraction == 1.0:
            return found
        draws = np.empty(found.size)
        uniforms(self.key, trial, number * ROOM + found, draws)
        return part_of(found, draws, item.fraction)

    def happened(self) -> dict[str, np.ndarray]:
        """Return the values of `EVENTS`: int64 and int8, shape (event,)."""
        log = self.plan.logged()
        codes = np.array([ACTIONS.index(item.action) for item in self.items], np.int8)
        return {"event_trial": log[:, 0], "event_intervention": log[:, 1], "event_action": codes[log[:, 1]]}

    def state(self) -> dict[str, np.ndarray]:
        """Return arrays of past and coming interventions, each of its own shape; empty if none are planned."""
        return self.plan.state() if self.items else {}

    def restore(self, learner: WindowLearning, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()`, of arrays of the same shape: past interventions are applied again, but to no weight.

        Neurons and astrocytes that are silent in the learner's masks stay so: they were silenced by hand.

        Raises
        ------
        ValueError
            If the state is of other interventions.
        """
        self._begin()
        if self.items or "intervention_log" in saved:
            self.plan.restore(saved.get("intervention_log"), saved.get("intervention_next"))
        for trial, number in self.plan.log:
            self.standing.take(self.items[number], self._chosen(number, trial))
        for what, mask in {"neurons": learner.sound, "astrocytes": learner.acts}.items():
            self.standing.silent[what] = ~mask & ~self.standing.lesioned[what]


def _times(item: Any) -> Times:
    """Times of an intervention, trials."""
    return Times(item.at_trial or 0, item.every, item.until)
