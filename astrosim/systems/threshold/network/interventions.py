"""Interventions between trials. Both engines call this and continue with the `KernelNetwork` and `Params` it returns.

The arrays of learning stay as they are; all else that an intervention changes follows from the list of events, so that
a checkpoint holds no more than that list. Times in trials.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from astrosim.contracts.plan import NEVER, ROOM, Plan, Times, matching, nothing_stands, part_of
from astrosim.core.ragged import Ragged
from astrosim.core.rng import INTERVENTION, uniforms
from astrosim.scenario.interventions import ACTIONS, with_values
from astrosim.systems.threshold.network.params import Params, make_params
from astrosim.systems.threshold.network.state import NOBODY, bits, gap_lists
from astrosim.systems.threshold.scenario.interventions import Intervention

ThresholdSimulation = Any  # the simulation imports its interventions


class Interventions:
    """Interventions of one simulation: those to come, and those that have happened.

    Parameters
    ----------
    simulation : ThresholdSimulation
        In its state without interventions.
    """

    def __init__(self, simulation: ThresholdSimulation) -> None:
        self.scenario, self.network = simulation.resolved_scenario, simulation.network
        self.kernel_network, self.params = simulation.kernel_network, simulation.params
        self.junctions, self.cluster_of_astrocyte = simulation.gap_junctions, simulation.territories.cluster
        self.items = self.scenario.interventions
        self._length = self.scenario.schedule.trials_per_episode
        self._begin()

    def _begin(self) -> None:
        sizes = self.kernel_network.acts.size, self.kernel_network.sound.size, len(self.junctions)
        self.standing = nothing_stands(*sizes, self.scenario.task.patterns)
        self.plan = Plan([self._times(item) for item in self.items])
        self.streak = [0] * len(self.items)

    def _times(self, item: Intervention) -> Times:
        """Times in trials; those of a condition on the network are not known yet."""
        unit = 1 if item.at_trial is not None else self._length
        first = item.at_trial if item.at_trial is not None else item.at_episode
        every, until = (None if value is None else value * unit for value in (item.every, item.until))
        return Times(NEVER if first is None else first * unit, every, until)

    def _waiting(self, number: int) -> bool:
        """Return whether the condition of an intervention has not come true yet."""
        return self.items[number].when is not None and self.streak[number] >= 0

    def due(self, trial: int) -> int:
        """Return the first trial from `trial` on before which an intervention or a condition is due; NEVER if none."""
        if not self.items:
            return NEVER
        due = self.plan.due
        if any(self._waiting(number) for number in range(len(self.items))):
            due = min(due, max(self._length, -(-trial // self._length) * self._length))
        return due

    def act(self, simulation: ThresholdSimulation, trial: int) -> None:
        """Apply the interventions due before a trial; called once for every trial that `due` names."""
        if trial and trial % self._length == 0:
            self._look(simulation, trial)
        now = self.plan.take(trial)
        for number in now:
            self.standing.take(self.items[number], self._chosen(number, trial))
        if now:
            self._apply(simulation, [self.items[number].action for number in now])
            if self.standing.frozen:
                simulation.learning.score[:] = 0.0

    def add(self, item: Intervention) -> None:
        """Plan one more, that has not been due yet: it is as if the scenario had named it last."""
        self.items = (*self.items, item)
        self.plan.add(self._times(item))
        self.streak.append(0)

    def silence(self, simulation: ThresholdSimulation, what: str, number: int, silent: bool) -> None:
        """Silence or release one of the "astrocytes" or "neurons" by hand; no checkpoint holds this."""
        self.standing.silent[what][number] = silent
        self._apply(simulation, [f"silence_{what}"])

    def _look(self, simulation: ThresholdSimulation, trial: int) -> None:
        """Check whether conditions have come true with the episode that has just ended."""
        waiting = [number for number in range(len(self.items)) if self._waiting(number)]
        accuracy = simulation.accuracy() if waiting else 0.0
        for number in waiting:
            when = self.items[number].when
            assert when is not None
            self.streak[number] = self.streak[number] + 1 if accuracy > when.accuracy_above else 0
            if self.streak[number] >= when.episodes:
                self.streak[number], self.plan.next[number] = -1, trial

    def _chosen(self, number: int, trial: int) -> np.ndarray:
        """Return the astrocytes, neurons or gap junctions of an intervention: int64, shape (chosen,), ascending.

        Draws: stream `intervention`, index = number of the intervention * ROOM + number of the candidate.
        """
        item = self.items[number]
        cells = self._candidates(item.action.partition("_")[2])
        if cells is None:
            return np.empty(0, np.int64)
        found = matching(item, *cells, self.network.kind)
        if item.fraction is None or item.fraction == 1.0:
            return found
        draws = np.empty(found.size)
        uniforms(self.params.keys[INTERVENTION], trial, number * ROOM + found, draws)
        return part_of(found, draws, item.fraction)

    def _candidates(self, what: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the cells of each candidate, int, shape (candidate, 1 or 2), and the cluster of every cell."""
        if what == "neurons":
            return np.arange(self.network.cluster.size)[:, None], self.network.cluster
        if what == "astrocytes":
            return np.arange(self.cluster_of_astrocyte.size)[:, None], self.cluster_of_astrocyte
        return (self.junctions.edge, self.cluster_of_astrocyte) if what == "gap_junctions" else None

    def _apply(self, simulation: ThresholdSimulation, actions: Iterable[str]) -> None:
        """Exchange the parts of the network and of the numbers that these actions change."""
        about = {action.partition("_")[2] for action in actions}
        fields: dict[str, np.ndarray] = {}
        if "astrocytes" in about:
            fields |= self._astrocytes()
        if "neurons" in about:
            fields |= self._neurons()
        if about & {"neurons", "task"}:
            fields |= self._task()
        if "gap_junctions" in about:
            fields |= gap_lists(self.junctions, ~self.standing.cut)
        simulation.kernel_network = simulation.kernel_network._replace(**fields)
        if about & {"", "offset", "plasticity"}:
            simulation.params = self._params()

    def _params(self) -> Params:
        """Return the numbers with the set values, frozen plasticity and reward offset in force."""
        values = self.standing.values
        params = make_params(with_values(self.scenario, values), self.params.keys) if values else self.params
        learner = NOBODY if self.standing.frozen else params.learner
        decision = params.decision._replace(offset=params.decision.offset + self.standing.offset)
        return params._replace(learner=learner, decision=decision)

    def _astrocytes(self) -> dict[str, np.ndarray]:
        """Return the fields of the network that follow from the acting astrocytes."""
        acts = self.standing.acting("astrocytes")
        return {"acts": acts, "size": np.where(acts, self.kernel_network.size, 0)}

    def _neurons(self) -> dict[str, np.ndarray]:
        """Return the fields that follow from the neurons that can fire."""
        base, sound = self.kernel_network, self.standing.acting("neurons")
        heard = sound[base.outputs[base.direct_bit]]
        source = np.repeat(np.arange(base.inputs.size), np.diff(base.direct_start))
        direct = Ragged.group(source[heard], base.direct_synapse[heard], base.inputs.size)
        return {
            "sound": sound,
            "direct_start": direct.start,
            "direct_synapse": direct.index,
            "direct_bit": base.direct_bit[heard],
        }

    def _task(self) -> dict[str, np.ndarray]:
        """Return the fields that follow from the task, and from the inputs that it drives."""
        sound = self.standing.acting("neurons")[self.kernel_network.inputs]
        return {
            "patterns": bits([given for given, _ in self.standing.patterns]) * sound.astype(np.uint8),
            "targets": bits([wanted for _, wanted in self.standing.patterns]),
        }

    def happened(self) -> dict[str, np.ndarray]:
        """Return the values of `EVENT_VARIABLES`: int64 and int8, shape (event,)."""
        log = self.plan.logged()
        codes = np.array([ACTIONS.index(item.action) for item in self.items], np.int8)
        return {"event_trial": log[:, 0], "event_intervention": log[:, 1], "event_action": codes[log[:, 1]]}

    def state(self) -> dict[str, np.ndarray]:
        """Return the arrays of past and coming interventions; empty if none are planned.

        `intervention_log` has shape (event, 2), the others (intervention,); all are int64.
        """
        if not self.items:
            return {}
        return self.plan.state() | {"intervention_streak": np.array(self.streak, np.int64)}

    def restore(self, simulation: ThresholdSimulation, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()`: past interventions are applied again, but to no weight. Arrays keep their shape.

        Raises
        ------
        ValueError
            If the state is of other interventions.
        """
        saved = [state.get(f"intervention_{name}") for name in ("log", "next", "streak")]
        if not self.items and all(part is None for part in saved):
            return
        log, following, streak = saved
        if streak is None:
            raise ValueError("the saved interventions do not fit this scenario")
        self._begin()
        self.plan.restore(log, following)
        self.streak = streak.tolist()
        for trial, number in self.plan.log:
            self.standing.take(self.items[number], self._chosen(number, trial))
        self._apply(simulation, ACTIONS)
