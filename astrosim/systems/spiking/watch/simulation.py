"""A simulation of a spiking network in the live view, advanced between frames (steps, ms, mV, pA, uM).

Looking never changes a run: the kernel is advanced, and read; other records change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from astrosim.contracts.watched import ACTIONS, Action, Speed, Stride, Watched
from astrosim.core.errors import ScenarioError
from astrosim.plot.palette import PALETTE
from astrosim.scenario.by_hand import intervention_lines
from astrosim.systems.spiking.make import network_of, simulation_of
from astrosim.systems.spiking.models import NEURONS, own_name
from astrosim.systems.spiking.scenario.interventions import CHANGEABLE, Intervention
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.scenario.targets import problems
from astrosim.systems.spiking.simulation import Stretch
from astrosim.systems.spiking.watch.flights import SLOWEST_MS, Flights
from astrosim.systems.spiking.watch.pace import MS_PER_S, paces
from astrosim.systems.spiking.watch.panels import GLIA, MEMBRANE, Chosen, value_of
from astrosim.systems.spiking.watch.places import plane_of
from astrosim.systems.spiking.watch.trails import Trails

FEW = 1_500  # connections that are all drawn; of more, those of the chosen nodes; assumed: more are a grey cloud
ROWS = 200  # of the raster and of the map of calcium, at most; assumed: a pixel each
CHUNK = 64  # steps between two looks at whether anything was asked; some 10 ms of a network of 1,000
SEARCH_MS = 10_000.0  # after which the search for the next spike is given up
FIRST_PACE = 10.0  # ms of biological time per second: a spike is seen as it travels
FIRST_PACE_GLIA = 5_000.0  # where astrocytes are alone


NO_FLIGHTS = np.zeros((0, 2), np.int32), np.zeros(0, np.float32)
NEXT_SPIKE = Stride("spike", "Next spike", "go on until any neuron fires, 10 s at most")


class WatchedSimulation(Watched):
    """One replicate, advanced by its viewer on the kernel: both engines give the same bits.

    Parameters
    ----------
    scenario : SpikingScenario
        Resolved.
    seed : int

    Attributes
    ----------
    simulation : Simulation
    chosen : Chosen
        The neuron and the astrocyte whose traces run.
    """

    step_meaning: ClassVar = "one step of the grid"

    def __init__(self, scenario: SpikingScenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.network = network_of(scenario, seed)
        self.simulation = simulation_of(scenario, seed, self.network)
        self.simulation.compile()
        self.step_ms, self.neurons = scenario.schedule.step_ms, len(self.network.neurons)
        self.trails, self.chosen = Trails(self.step_ms), Chosen(self.network)
        self.raster = _spread(self.neurons)
        self.mapped = self.neurons + _spread(len(self.network.astrocytes)) if not self.neurons else np.zeros(0, "i8")
        self._fired = np.zeros(self.neurons, np.uint8)
        self._since = 0
        self._by_hand: list[Intervention] = []
        speeds, first = self.speeds(scenario)
        self.trails.window_ms = speeds[first].window_ms
        self._follow()

    @classmethod
    def speeds(cls, scenario: SpikingScenario) -> tuple[tuple[Speed, ...], int]:
        """Return the paces of biological time, and the place of the first one."""
        return paces(scenario.schedule.step_ms, FIRST_PACE if has_neurons(scenario) else FIRST_PACE_GLIA)

    @classmethod
    def strides(cls, scenario: SpikingScenario) -> tuple[Stride, ...]:
        """Return the stride to the next spike, where there are neurons."""
        return (NEXT_SPIKE,) if has_neurons(scenario) else ()

    @property
    def trial(self) -> int:
        """Steps done."""
        return self.simulation.done

    @property
    def end(self) -> int:
        """Steps of the scenario's schedule; a live replicate may go on past it."""
        return self.scenario.steps

    @property
    def now(self) -> float:
        """Biological time, ms."""
        return round(self.trial * self.step_ms, 6)

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Advance by steps; fewer if `until`, asked now and then, says so."""
        last = self.trial + count
        while self.trial < last:
            self._stretch(min(CHUNK if until is not None else count, last - self.trial))
            if until is not None and until():
                return

    def go_on(self, stride: str, count: int, until: Callable[[], bool] | None = None) -> None:
        """Go on to the next spike, or by steps; see `Watched.go_on`."""
        if stride != "spike":
            return super().go_on(stride, count, until)
        last = self.trial + int(SEARCH_MS / self.step_ms)
        self._fired[:] = 0
        while self.trial < last and not self._fired.any() and self.trial != self.last:
            self.advance(1)
            if until is not None and until():
                return
        return None

    def paced(self, speed: Speed) -> None:
        """Show a stretch of time that suits a speed."""
        self.trails.window_ms = max(speed.window_ms, self.step_ms)
        self._record()

    @property
    def actions(self) -> tuple[Action, ...]:
        """See `Watched.actions`."""
        there = {"neuron": self.neurons, "astrocyte": len(self.network.astrocytes)}
        return tuple(one for one in ACTIONS if there[one.agent])

    @property
    def at_once(self) -> tuple[str, ...]:
        """See `Watched.at_once`."""
        return CHANGEABLE if len(self.network.coupling.pairs) else ()

    def whom(self, fields: dict[str, Any]) -> dict[str, Any]:
        """See `Watched.whom`; nodes are named by their labels."""
        own = {name: value for name, value in fields.items() if name != "number"}
        return own | ({"which": [str(fields["number"])]} if "number" in fields else {})

    def intervene(self, action: str, **fields: Any) -> None:
        """See `Watched.intervene`.

        Raises
        ------
        ScenarioError
            If the scenario would refuse it.
        """
        made = Intervention.model_validate({"action": action, "at_ms": self.now, **fields})
        if wrong := list(problems((made,), self.network, self.step_ms)):
            raise ScenarioError(wrong)
        self.simulation.interventions.add(made)
        self._by_hand.append(made)

    def select(self, node: int) -> None:
        """Choose a neuron, or an astrocyte, whose traces run from now on."""
        self.chosen.select(node)
        self._follow()

    def _follow(self) -> None:
        """Take note of the connections that are drawn."""
        every = self.network.connections
        self.flights = Flights(every if len(every) <= FEW else self.chosen.connections, self.neurons)
        self._record()

    def _record(self) -> None:
        """Let the simulation record what is shown."""
        self.simulation.record(self.chosen.traces(self.trails.every, tuple(self.mapped.tolist())))

    def _stretch(self, steps: int) -> None:
        self._since = self.trial
        self.simulation.advance(steps, self._keep)

    def _keep(self, stretch: Stretch) -> None:
        self._fired[stretch.node] = 1
        self.trails.add(stretch, self.simulation.traces, self._since, self.trial)
        self._since = self.trial

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            neuron and astrocyte (float32, um), shape (node, 2); population (int32), low and high (float32, mV: ends of
            the shades of a membrane), shape (neuron,); pre and post (int32: numbers of nodes) and weight (float32),
            shape (connection,), or (0,) of many; junction (int32: numbers of nodes), shape (pair, 2).
        """
        plane, own = plane_of(self.network, self.scenario.network.connections), self.network.connections
        names, population = _populations(self.network.neurons.population, self.neurons)
        drawn = own.chosen(np.full(len(own), len(own) <= FEW))
        low, high = self._ends()
        arrays = {
            "neuron": plane.neurons.astype(np.float32),
            "astrocyte": plane.astrocytes.astype(np.float32),
            "population": population,
            "raster_node": self.raster.astype(np.int32),
            "low": low,
            "high": high,
            "pre": drawn.pre.astype(np.int32),
            "post": drawn.post.astype(np.int32),
            "weight": drawn.weight.astype(np.float32),
            "junction": (self.neurons + self.network.coupling.pairs).astype(np.int32),
        }
        return self._scene_facts(plane, names), arrays

    def _scene_facts(self, plane: Any, names: list[str]) -> dict[str, Any]:
        own = self.network
        return {
            "kind": "spiking",
            "radius": plane.radius,
            "territory": plane.territory,
            "placed": plane.placed,
            "names": plane.names,
            "populations": names,
            "labels": [str(label) for label in own.labels],
            "models": [str(model) for model in (*own.neurons.model, *own.astrocytes.model)],
            "connections": len(own.connections),
            "step_ms": self.step_ms,
            "slow_ms": SLOWEST_MS,
            "end": self.end,
            "raster": [int(self.raster.size), self.neurons],
            "mapped": [int(self.mapped.size), len(own.astrocytes)],
            "palette": PALETTE,
            "actions": [[one.name, one.words, one.agent] for one in self.actions],
        }

    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Membrane potentials between which neurons are shaded, rest and threshold: float32, shape (neuron,) each."""
        network, ends = self.network, np.array([[0.0], [1.0]]).repeat(self.neurons, axis=1)
        for number in range(self.neurons):
            for place, name in enumerate(("E_L", "V_th")):
                value = value_of(network, number, name)
                ends[place, number] = ends[place, number] if value is None else value
        return ends[0].astype(np.float32), ends[1].astype(np.float32)

    def look(self, chosen: int | None, every_weight: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the look of the present moment: facts, and arrays by name.

        Parameters
        ----------
        chosen, every_weight
            Of no concern here.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            fired (uint8: since the last look) and membrane (float32, mV), shape (neuron,); calcium (float32, uM), shape
            (astrocyte,); raster_row (int32) and raster_time (float32, ms from now), shape (spike,); mine (int32:
            numbers of nodes), shape (connection, 2), of the chosen nodes; flight and share as of `Flights`; marks
            (float32, ms from now), shape (spike,), of the chosen neuron; map (float32, uM), shape (sample, row); and
            those of `Chosen.panels`.
        """
        node, time = self.trails.spikes(self.now)
        row = np.full(self.neurons, -1, np.int32)
        row[self.raster] = np.arange(self.raster.size)
        shown = row[node] >= 0
        panels, arrays = self.chosen.panels(self.trails, self.now)
        mine, slow = self.chosen.connections, self.trails.window_ms <= SLOWEST_MS
        flight, share = self.flights.under_way(node, time, self.now) if slow else NO_FLIGHTS
        arrays |= {
            "fired": self._fired.copy(),
            "membrane": self.simulation.present(MEMBRANE)[: self.neurons].astype(np.float32),
            "calcium": self.simulation.present(GLIA)[self.neurons :].astype(np.float32),
            "raster_row": row[node[shown]],
            "raster_time": (time[shown] - self.now).astype(np.float32),
            "flight": flight,
            "share": share,
            "marks": (time[node == self.chosen.node["neuron"]] - self.now).astype(np.float32),
            "mine": np.stack([mine.pre, mine.post], axis=1).astype(np.int32),
            "map": self.trails.map_of(GLIA, self.mapped.tolist(), self.now).astype(np.float32),
        }
        self._fired[:] = 0
        return self._facts(len(node)) | {"panels": panels}, arrays

    def _facts(self, spikes: int) -> dict[str, Any]:
        """Facts of the present moment; `spikes`: those of the time that is shown."""
        shown = min(self.trails.window_ms, self.now)
        return {
            "trial": self.trial,
            "time_ms": self.now,
            "window_ms": self.trails.window_ms,
            "sample_ms": self.trails.every * self.step_ms,
            "rate_hz": spikes / self.neurons / shown * MS_PER_S if self.neurons and shown else None,
            "mean_calcium": self.simulation.mean_calcium(),
            "events": self.simulation.events,
            "lines": intervention_lines(self.scenario.interventions, self._by_hand, self.condition),
            "neuron": self.chosen.node["neuron"],
            "astrocyte": self.chosen.node["astrocyte"],
        }


def has_neurons(scenario: SpikingScenario) -> bool:
    """Return whether a scenario has neurons."""
    models = [own_name(one.model) for one in scenario.network.populations]
    return scenario.network.neurons is not None or any(model in NEURONS for model in models)


def _populations(given: np.ndarray, count: int) -> tuple[list[str], np.ndarray]:
    """Names of populations, and that of each neuron as their place: int32, shape (neuron,)."""
    own = given if len(given) else np.full(count, "", object)
    names = list(dict.fromkeys(str(one) for one in own))
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[str(one)] for one in own], np.int32)


def _spread(count: int) -> np.ndarray:
    """Some of a number of nodes, evenly spaced: int64, shape (row,)."""
    return np.unique(np.linspace(0, count - 1, min(count, ROWS)).round().astype("i8")) if count else np.zeros(0, "i8")
