"""The same simulation carried out by Mesa agents: the readable engine, bit for bit what the kernel does.

One Mesa time unit is one step of the grid. A spike schedules a volley per delay on Mesa's event list; volleys arrive,
in the order of their spikes, before the nodes take the step at whose end they arrive. Formulas are those of `kernel`:
agents have none of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mesa
import numpy as np
from mesa.time import Priority

from astrosim.contracts.plan import NEVER
from astrosim.systems.spiking.interventions import Interventions
from astrosim.systems.spiking.kernel import junctions as gap_junctions
from astrosim.systems.spiking.kernel import single
from astrosim.systems.spiking.kernel.arrays import Arrivals
from astrosim.systems.spiking.kernel.astrocytes import gchi, li_rinzel
from astrosim.systems.spiking.kernel.astrocytes.li_rinzel import LI_RINZEL
from astrosim.systems.spiking.kernel.glia import couple
from astrosim.systems.spiking.kernel.inputs import feed
from astrosim.systems.spiking.kernel.model import (
    ARRIVED,
    EXCITATION,
    INHIBITION,
    LANES,
    OUTPUT,
    SIC,
    Model,
)
from astrosim.systems.spiking.network.description import Network
from astrosim.systems.spiking.simulation import Simulation, Stretch, model_of

BETWEEN = 0.5  # steps: interventions act between two ticks of Mesa's clock
SPIKES_A_STEP = 64  # of one neuron; assumed: the kernel's own limit is reached first


class Volley:
    """Spikes of one neuron that arrive together, after one delay.

    Attributes
    ----------
    stamp : int
        At which they arrive.
    target : ndarray of int32, shape (synapse,)
        Places.
    weight : list of float
    """

    def __init__(self, model: SpikingModel, stamp: int, target: np.ndarray, weight: list[float]) -> None:
        self.model, self.stamp, self.target, self.weight = model, stamp, target, weight

    def arrive(self) -> None:
        """Add the weights to what the targets receive."""
        self.add(self.model.simulation.arrivals)
        self.model.under_way.remove(self)

    def add(self, arrivals: Arrivals) -> None:
        """Add the weights to those to come."""
        for place, weight in zip(self.target, self.weight, strict=True):
            single.receive(arrivals, self.stamp, place, weight, self.model.simulation.places.neurons)


class SpikingAgent(mesa.Agent):
    """A node of the network: a lane of a tile of the simulation's arrays.

    Attributes
    ----------
    node : int
        Number, neurons first.
    label : str
        By which files name it.
    kind : Model
    place : int
    position : tuple of float
        x and y; nan without a place.
    """

    model: SpikingModel

    def __init__(self, model: SpikingModel, node: int) -> None:
        super().__init__(model)
        simulation = model.simulation
        network, first = simulation.network, len(simulation.network.neurons)
        nodes, number = (network.neurons, node) if node < first else (network.astrocytes, node - first)
        self.node, self.label = node, str(nodes.label[number])
        self.kind: Model = model_of(network, node)
        self.place = int(simulation.layout.place[node])
        self.position = tuple(float(axis[number]) if len(axis) else np.nan for axis in (nodes.x, nodes.y))
        tiles = simulation.tiles_of(self.kind.name)
        self.cell: np.ndarray = tiles[simulation.tile_of(node)]
        self.lane = self.place % LANES

    def value(self, variable: str) -> float:
        """Return a variable that can be recorded, in its unit; nan where the model has none of that name."""
        if variable not in self.kind.recordable or self.model.simulation.lost[self.node]:
            return np.nan
        one = self.kind.recordable[variable]
        value = self.cell[one.row + self.lane]
        return float(value if one.added < 0 else value + self.cell[one.added + self.lane])

    def _take(self, sign: int) -> float:
        """Take what arrives now, of a sign, out of the ring."""
        ring = self.model.simulation.arrivals.weight
        slot = self.model.stamp % len(ring)
        weight = ring[slot, sign, self.place]
        ring[slot, sign, self.place] = 0.0
        return float(weight)


class SpikingNeuron(SpikingAgent):
    """A neuron: it takes a step with what arrives, and sends its spikes."""

    def integrate(self) -> int:
        """Take a step; return the number of spikes at its end."""
        model, step = self.model, self.model.simulation.step
        self.cell[EXCITATION + self.lane], self.cell[INHIBITION + self.lane] = self._take(0), self._take(1)
        count = single.advance_neuron(
            self.kind.number, self.cell, self.lane, self.place - self.lane, step, model.own_spikes
        )
        if not model.simulation.places.sound[self.place]:
            count = 0
        ring = model.simulation.currents.ring
        if ring.shape[1]:
            slot = model.stamp % ring.shape[1]
            self.cell[SIC + self.lane] = ring[self.place, slot]
            ring[self.place, slot] = 0.0
        return int(count)

    def fire(self) -> None:
        """Send a spike: a volley per delay, in the order of synapses."""
        model, synapses = self.model, self.model.simulation.synapses
        every = np.arange(synapses.first[self.place], synapses.first[self.place + 1])
        weight = [single.released(synapse, model.stamp, model.simulation.step, synapses) for synapse in every]
        delays = synapses.delay[every]
        for delay in np.unique(delays):
            own = np.flatnonzero(delays == delay)
            target = synapses.target[every[own]]
            model.send(Volley(model, model.stamp + int(delay), target, [weight[n] for n in own]))
        model.simulation.spikes.count[1] += len(every)


class SpikingAstrocyte(SpikingAgent):
    """An astrocyte: calcium, and a slow inward current into its neurons.

    Attributes
    ----------
    leaps : bool
        Whether it goes from arrival to arrival, not from step to step.
    own : int
        Place among astrocytes.
    """

    def __init__(self, model: SpikingModel, node: int) -> None:
        super().__init__(model, node)
        simulation = model.simulation
        self.own = self.place - simulation.places.neurons
        self.leaps = self.kind is LI_RINZEL and bool(simulation.astrocytes.leaping[simulation.tile_of(node)])

    def integrate(self) -> None:
        """Take a step with what arrives at its end, or leap there."""
        arriving = self._take(0)
        if self.leaps:
            self._leap(arriving)
            return
        self.cell[ARRIVED + self.lane] = arriving
        simulation = self.model.simulation
        if self.kind is LI_RINZEL:
            li_rinzel.advance_one(self.cell, self.lane, simulation.step)
            if simulation.currents.ring.shape[1]:
                li_rinzel.slow_current_one(self.cell, self.lane)
        else:
            gchi.advance_one(self.cell, self.lane, simulation.step)
            if len(heard := simulation.synapses.heard):
                heard[self.model.stamp % len(heard), self.own] = self.cell[gchi.PRESYNAPTIC + self.lane]

    def _leap(self, arriving: float) -> None:
        simulation, stamp = self.model.simulation, self.model.stamp
        junctions = simulation.junctions
        coupled = junctions.rule != gap_junctions.NONE and stamp % junctions.every == 0
        if arriving or coupled or stamp % simulation.astrocytes.leap == 0:
            self.cell[li_rinzel.TO + self.lane], self.cell[ARRIVED + self.lane] = stamp, arriving
            li_rinzel.leap_one(self.cell, self.lane, simulation.step)

    def value(self, variable: str) -> float:
        """Return a variable that can be recorded, in its unit; of one that leaps, evaluated aside."""
        if not self.leaps or variable not in self.kind.recordable or self.model.simulation.lost[self.node]:
            return super().value(variable)
        row, simulation = self.kind.recordable[variable].row, self.model.simulation
        return float(li_rinzel.peeked(self.cell, self.lane, simulation.step, simulation.done, row))

    def release(self) -> None:
        """Add its slow inward current to what its neurons get, after their delays."""
        currents, output = self.model.simulation.currents, self.cell[OUTPUT + self.lane]
        if output == 0.0:
            return
        for c in range(currents.first[self.own], currents.first[self.own + 1]):
            slot = (self.model.stamp + currents.delay[c]) % currents.ring.shape[1]
            currents.ring[currents.target[c], slot] += currents.weight[c] * output


class SpikingModel(mesa.Model):
    """Neurons and astrocytes on Mesa's event list.

    Parameters
    ----------
    simulation : Simulation
        Whose arrays the agents view.

    Attributes
    ----------
    neurons, astrocytes : list
        Agents in the order of their places.
    under_way : list of Volley
        In the order in which they were sent.
    """

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(rng=0)
        self.simulation = simulation
        first, every = len(simulation.network.neurons), np.argsort(simulation.layout.place, kind="stable")
        self.neurons = [SpikingNeuron(self, int(node)) for node in every if node < first]
        self.astrocytes = [SpikingAstrocyte(self, int(node)) for node in every if node >= first]
        self.by_node = {agent.node: agent for agent in (*self.neurons, *self.astrocytes)}
        self.under_way: list[Volley] = []
        self.own_spikes = np.zeros(SPIKES_A_STEP, np.int32)
        self.begun = simulation.done  # steps before Mesa's clock began
        self.fired: list[tuple[int, int]] = []
        self._plan()

    @property
    def stamp(self) -> int:
        """Stamp of the end of the present step."""
        return self.simulation.done + 1

    def send(self, volley: Volley) -> None:
        """Schedule the arrival of a volley."""
        self.under_way.append(volley)
        self.schedule_event(volley.arrive, at=volley.stamp - self.begun, priority=Priority.HIGH)

    def _plan(self) -> None:
        """Schedule the next intervention: before the step that begins at its time."""
        due = self.simulation.interventions.due
        if due < NEVER:
            self.schedule_event(self.intervene, at=due - self.begun + BETWEEN)

    def intervene(self) -> None:
        """Apply the interventions that are due."""
        self.simulation.interventions.act(self.simulation)
        self._plan()

    def step(self) -> None:
        """Take one step of the grid; what arrives at its end has been added."""
        simulation, done = self.simulation, self.simulation.done
        inputs, at, junctions = simulation.inputs, simulation.clock.at, simulation.junctions
        if junctions.rule != gap_junctions.NONE and done % junctions.every == 0:
            couple(simulation.astrocytes, junctions)
        self._change_currents(done)
        feed(inputs, at, simulation.arrivals, self.stamp, simulation.places)
        firing = [(neuron, neuron.integrate()) for neuron in self.neurons]
        for astrocyte in self.astrocytes:
            astrocyte.integrate()
        for astrocyte in self.astrocytes if simulation.currents.ring.shape[1] else ():
            astrocyte.release()
        for neuron, count in firing:
            for _ in range(count):
                self.fired.append((neuron.node, self.stamp))
                neuron.fire()
        simulation.clock.step[0] += 1

    def _change_currents(self, done: int) -> None:
        inputs, at = self.simulation.inputs, self.simulation.clock.at
        while at[1] < len(inputs.current_stamp) and inputs.current_stamp[at[1]] <= done:
            agent = self.by_node[int(self.simulation.layout.node[inputs.current_target[at[1]]])]
            if agent.kind.current >= 0:
                agent.cell[agent.kind.current + agent.lane] = inputs.current_value[at[1]]
            at[1] += 1


class AgentSimulation:
    """A simulation whose steps agents take; offers what `Simulation` does.

    Parameters
    ----------
    simulation : Simulation
        Its arrays.
    """

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.model = SpikingModel(simulation)

    @property
    def network(self) -> Network:
        """The network."""
        return self.simulation.network

    @property
    def done(self) -> int:
        """Steps done."""
        return self.simulation.done

    @property
    def interventions(self) -> Interventions:
        """Those to come, and those that have happened."""
        return self.simulation.interventions

    @property
    def events(self) -> int:
        """Synaptic events delivered."""
        return self.simulation.events

    def compile(self) -> None:
        """See to it that the formulas are compiled: nothing is to be done before the first step."""

    def mean_calcium(self) -> float | None:
        """Return the mean calcium of all astrocytes now (uM); None without any."""
        return self.simulation.mean_calcium()

    def advance(self, steps: int, keep: Callable[[Stretch], Any]) -> None:
        """Advance by a number of steps; `keep` gets what is recorded."""
        self.model.fired.clear()
        traces = self.simulation.traces
        samples: list[list[list[float]]] = [[] for _ in traces]
        for _ in range(steps):
            self.model.run_for(1)
            for trace, own in zip(traces, samples, strict=True):
                if self.done % trace.every == 0:
                    own.append([self.model.by_node[node].value(trace.variable) for node in trace.nodes])
        fired = np.array(self.model.fired, np.int64).reshape(-1, 2)
        values = [
            np.array(own, float).reshape(-1, len(trace.nodes)) for own, trace in zip(samples, traces, strict=True)
        ]
        keep(Stretch(fired[:, 0].copy(), fired[:, 1].copy(), values))

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, as `Simulation.state` does; volleys under way lie in the ring, shape as there."""
        saved = self.simulation.state()
        arrivals = Arrivals(saved["arrivals"], self.simulation.arrivals.marks.copy())
        for volley in self.model.under_way:
            volley.add(arrivals)
        return saved

    def restore(self, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()` of arrays of the same shape; see `Simulation.restore`."""
        self.simulation.restore(saved)
        self.model = SpikingModel(self.simulation)
