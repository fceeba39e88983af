"""Interventions in a simulation of a spiking network, for both engines (steps of the grid).

They write constants of nodes, exchange the list of gap junctions and say which neurons' spikes are lost. The state of
the network stays as it is, but for the held flux of gap junctions: it follows from the levels of IP3 that were taken
last, so that the fluxes of others do not change by a bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from astrosim.contracts.plan import ROOM, Plan, Times, nothing_stands, part_of
from astrosim.core.rng import uniforms
from astrosim.scenario.interventions import ACTIONS
from astrosim.systems.spiking.kernel import glia
from astrosim.systems.spiking.kernel import junctions as gap_junctions
from astrosim.systems.spiking.kernel.astrocytes import gchi, li_rinzel
from astrosim.systems.spiking.kernel.model import ARRIVED, GAP, LANES
from astrosim.systems.spiking.network import build
from astrosim.systems.spiking.scenario import targets
from astrosim.systems.spiking.scenario.interventions import Intervention

SpikingSimulation = Any  # the simulation imports its interventions
HELD = "junction_level"
"""Array of a checkpoint: IP3 (uM) from which the present fluxes of gap junctions follow."""
CURRENT = "I_e"
"""Parameter that the state holds, too: steps of current change it."""


class Interventions:
    """Interventions of one simulation: those to come, and those that have happened.

    Parameters
    ----------
    simulation : Simulation
        Before its first step.
    items : sequence of Intervention
    key : ndarray of uint32, shape (2,), optional
        Of the stream of interventions.

    Attributes
    ----------
    plan : Plan
        In steps.
    standing : Standing
    values : dict of str to dict of str to ndarray of float64, shape (node of the model,)
        Parameters by model, as they are now; empty where no intervention is planned.
    lost : ndarray of bool, shape (node,)
        Nodes that are lesioned, neurons first.
    """

    def __init__(
        self, simulation: SpikingSimulation, items: Sequence[Intervention] = (), key: np.ndarray | None = None
    ) -> None:
        self.network, self.items, self.key = simulation.network, tuple(items), key
        self._step = simulation.step
        self.plan = Plan([self._times(item) for item in self.items])
        self._begin()

    def _begin(self) -> None:
        network = self.network
        self.standing = nothing_stands(len(network.astrocytes), len(network.neurons), len(network.coupling.pairs))
        self.values = targets.values_of(network) if self.items else {}
        self.lost = np.zeros(len(network.neurons) + len(network.astrocytes), bool)

    def _times(self, item: Intervention) -> Times:
        every, until = (
            None if time is None else build.steps_in(time, self._step) for time in (item.every_ms, item.until_ms)
        )
        return Times(build.steps_in(item.at_ms or 0.0, self._step), every, until)

    @property
    def due(self) -> int:
        """Step before which any acts next; `NEVER` if none does."""
        return self.plan.due

    def act(self, simulation: SpikingSimulation) -> None:
        """Apply the interventions due before the next step, in order."""
        now = self.plan.take(simulation.done)
        touched = [self._take(number, simulation.done) for number in now]
        if now:
            self._apply(simulation, np.concatenate(touched))
        for number, nodes in zip(now, touched, strict=True):
            if self.items[number].parameter == CURRENT:
                self._write(simulation, nodes, "current")

    def add(self, item: Intervention) -> None:
        """Plan one more, that has not been due yet: it is as if the scenario had named it last."""
        self.items = (*self.items, item)
        self.values = self.values or targets.values_of(self.network)
        self.plan.add(self._times(item))

    def silence(self, simulation: SpikingSimulation, what: str, numbers: Iterable[int], silent: bool = True) -> None:
        """Silence or release some of the "astrocytes" or "neurons" by hand; no checkpoint holds this."""
        chosen = np.array(list(numbers), "i8")
        self.values = self.values or targets.values_of(self.network)
        self.standing.silent[what][chosen] = silent
        self._apply(simulation, chosen + (len(self.network.neurons) if what == "astrocytes" else 0))

    def _take(self, number: int, step: int) -> np.ndarray:
        """Take an intervention into account; return the nodes whose constants it may change: int64, shape (node,)."""
        item, chosen = self.items[number], self._chosen(number, step)
        if item.action == "set" and not item.dotted:
            for model, members in targets.models_of(self.network):
                own = self.values[model.name]
                if str(item.parameter) in own:
                    own[str(item.parameter)][np.isin(members, chosen)] = float(item.value or 0.0)
            return chosen
        self.standing.take(item, chosen)
        return chosen + len(self.network.neurons) if item.what == "astrocytes" else np.zeros(0, "i8")

    def _chosen(self, number: int, step: int) -> np.ndarray:
        """Return whom an intervention is done to, as `targets.candidates` numbers them: int64, shape (chosen,).

        Draws: stream `intervention`, index = number of the intervention * ROOM + number of the candidate.
        """
        item = self.items[number]
        found = np.zeros(0, "i8") if item.dotted else targets.candidates(item, self.network)
        if item.fraction is None or item.fraction == 1.0:
            return found
        draws = np.empty(found.size)
        uniforms(self.key, step, number * ROOM + found, draws)
        return part_of(found, draws, item.fraction)

    def _apply(self, simulation: SpikingSimulation, nodes: np.ndarray) -> None:
        """Let the network follow; `nodes`: those whose constants may change."""
        self._write(simulation, nodes, "constants", leaps=True)
        self._lay_out(simulation)
        if simulation.junctions.rule != gap_junctions.NONE:
            _pour(simulation)

    def _lay_out(self, simulation: SpikingSimulation) -> None:
        """Say whose spikes are lost, and exchange the gap junctions."""
        place = simulation.layout.place[: len(self.network.neurons)]
        simulation.places.sound[place] = self.standing.acting("neurons")
        coupling, lesioned = self.network.coupling, self.standing.lesioned["astrocytes"]
        self.lost = np.concatenate([self.standing.lesioned["neurons"], lesioned])
        left = ~(self.standing.cut | lesioned[coupling.pairs].any(axis=1))
        changed = {path.partition(".")[2]: value for path, value in self.standing.values.items()}
        own = replace(coupling, pairs=coupling.pairs[left], **changed)
        made = build.junctions_of(own, simulation.layout, len(self.network.neurons), simulation.step)
        simulation.junctions = made._replace(level=simulation.junctions.level)

    def _write(self, simulation: SpikingSimulation, nodes: np.ndarray, what: str, leaps: bool = False) -> None:
        """Write the constants, or the constant current, of nodes: int64, shape (node,).

        With `leaps` those that leap from arrival to arrival come here first.
        """
        for model, members in targets.models_of(self.network):
            chosen = np.flatnonzero(np.isin(members, nodes))
            if not len(chosen):
                continue
            rows = self._constants(simulation, model, members, chosen)
            lane = _lanes(simulation, model.name, members[chosen])
            if leaps and model is li_rinzel.LI_RINZEL:
                _leap(simulation, lane)
            tiles = simulation.tiles_of(model.name)
            for row, numbers in rows.items():
                if (row == model.current) == (what == "current"):
                    tiles[lane[0], row + lane[1]] = numbers

    def _constants(
        self, simulation: SpikingSimulation, model: Any, members: np.ndarray, chosen: np.ndarray
    ) -> Mapping[int, np.ndarray]:
        """Constants of some nodes of a model, by row: float64, shape (chosen,) each."""
        values = {name: own[chosen] for name, own in self.values[model.name].items()}
        astrocytes = members[chosen] - len(self.network.neurons)
        if model.silenced:
            silent = ~self.standing.acting("astrocytes")[astrocytes]
            values |= {name: np.where(silent, value, values[name]) for name, value in model.silenced.items()}
        found: Mapping[int, np.ndarray] = model.constants(values, simulation.step)
        return found

    def happened(self) -> dict[str, np.ndarray]:
        """Return the values of `EVENTS`: int64 and int8, shape (event,)."""
        log = self.plan.logged()
        codes = np.array([ACTIONS.index(item.action) for item in self.items], np.int8)
        return {"event_step": log[:, 0], "event_intervention": log[:, 1], "event_action": codes[log[:, 1]]}

    def state(self, simulation: SpikingSimulation) -> dict[str, np.ndarray]:
        """Return arrays of past and coming interventions, each of its own shape; empty if none are planned."""
        if not self.items:
            return {}
        return self.plan.state() | {HELD: simulation.junctions.level[self._astrocytes(simulation)]}

    def _astrocytes(self, simulation: SpikingSimulation) -> np.ndarray:
        """Places of all astrocytes, among astrocytes: int64, shape (astrocyte,)."""
        place: np.ndarray = simulation.layout.place[len(self.network.neurons) :]
        return place - simulation.layout.neurons

    def restore(self, simulation: SpikingSimulation, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()`, of arrays of the same shape: past interventions are applied again.

        Raises
        ------
        ValueError
            If the state is of other interventions.
        """
        if not self.items and "intervention_log" not in saved:
            return
        self.plan.restore(saved.get("intervention_log"), saved.get("intervention_next"))
        simulation.junctions.level[self._astrocytes(simulation)] = saved[HELD]
        self._begin()
        touched = [self._take(number, step) for step, number in self.plan.log]
        self._write(simulation, np.concatenate([np.zeros(0, "i8"), *touched]), "constants")
        self._lay_out(simulation)


def _lanes(simulation: SpikingSimulation, model: str, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tile of nodes, among those of their model, and lane: int64, shape (node,) each."""
    place = simulation.layout.place[nodes]
    return place // LANES - simulation.first_tile(model), place % LANES


def _leap(simulation: SpikingSimulation, lane: tuple[np.ndarray, np.ndarray]) -> None:
    """Let astrocytes of given tiles and lanes that leap come to the present step, at which nothing arrives."""
    tiles, leaping = simulation.tiles_of(li_rinzel.LI_RINZEL.name), simulation.astrocytes.leaping
    for tile, n in zip(*(own.tolist() for own in lane), strict=True):
        if leaping[tile]:
            cell = tiles[tile]
            cell[li_rinzel.TO + n], cell[ARRIVED + n] = simulation.done, 0.0
            li_rinzel.leap_one(cell, n, simulation.step)


def _pour(simulation: SpikingSimulation) -> None:
    """Let the held fluxes of gap junctions follow; astrocytes that leap come here first where theirs changes."""
    tiles = [simulation.tiles_of(model.name) for model in (li_rinzel.LI_RINZEL, gchi.GCHI)]
    before = [own[:, GAP : GAP + LANES].copy() for own in tiles]
    glia.flow(simulation.astrocytes, simulation.junctions)
    after = [own[:, GAP : GAP + LANES].copy() for own in tiles]
    for own, old in zip(tiles, before, strict=True):
        own[:, GAP : GAP + LANES] = old
    _leap(simulation, np.nonzero(before[0] != after[0]))
    for own, new in zip(tiles, after, strict=True):
        own[:, GAP : GAP + LANES] = new
