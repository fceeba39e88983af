"""The same trials carried out by Mesa agents: the readable engine, bit for bit what the kernel does.

One Mesa time unit is one step of the grid. A window clears the network; driven neurons fire by scheduled events, a
spike schedules a volley, and a volley arrives before the neurons take the step at whose end it acts. Agents show every
window of a trial from its start: they know no marks and no race. Formulas are those of `rules` and `kernel`.
"""

from __future__ import annotations

import mesa
import numpy as np
from mesa.time import Priority

from astrosim.core.rng import uniform
from astrosim.rules import adaptation, exploration, perturbation, reward, scope, selection, sensing
from astrosim.systems.proposals.proposing import gaussians
from astrosim.systems.spiking.kernel import trial_arrays as arrays
from astrosim.systems.spiking.kernel import windows
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.model import EXCITATION, GAP, INHIBITION, LANES
from astrosim.systems.spiking.kernel.neurons import iaf_psc_exp
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import I_EX, I_IN
from astrosim.systems.spiking.learners.windows import WindowLearning

JUST_BEFORE = 0.5  # steps: arrivals come between two ticks of Mesa's clock


class Volley:
    """A spike under way to all targets of its neuron."""

    def __init__(self, sender: WindowNeuron) -> None:
        self.sender = sender

    def arrive(self) -> None:
        """Hand each target its current jump."""
        model = self.sender.model
        for synapse in self.sender.synapses:
            weight = float(model.weight[synapse])
            model.neurons[model.circuit.post[synapse]].receive(model.circuit.current * weight)


class WindowNeuron(mesa.Agent):
    """A neuron: it takes a step with what arrives, and sends its spikes.

    Attributes
    ----------
    index : int
    driven : bool
        Whether it fires by the pattern alone.
    synapses : ndarray of int64, shape (synapse,)
        Those that leave it.
    """

    model: WindowModel

    def __init__(self, model: WindowModel, index: int) -> None:
        super().__init__(model)
        tools = model.tools
        self.index, self.driven = index, bool(tools.network.driven[index])
        self.synapses = np.arange(*tools.network.first[index : index + 2])
        self.position = tuple(tools.network.position[index].tolist())
        self._fired = np.zeros(1, np.int32)

    @property
    def cell(self) -> np.ndarray:
        """Tile that holds it: float64, shape (line,)."""
        return self.model.cells[self.index // LANES]

    @property
    def current(self) -> float:
        """Synaptic current, pA."""
        lane = self.index % LANES
        return float(self.cell[I_EX + lane] + self.cell[I_IN + lane])

    def receive(self, jump: float) -> None:
        """Add a current jump (pA) to what arrives at the end of this step; driven neurons take none."""
        if not self.driven:
            self.cell[(EXCITATION if jump >= 0.0 else INHIBITION) + self.index % LANES] += jump

    def integrate(self) -> None:
        """Take a step, and fire at the threshold."""
        lane = self.index % LANES
        if iaf_psc_exp.advance_one(self.cell, lane, 0, self.model.circuit.step, self._fired, 0):
            self.fire()
        self.cell[EXCITATION + lane] = self.cell[INHIBITION + lane] = 0.0

    def fire(self) -> None:
        """Send a volley, and let it be noted."""
        self.model.note_spike(self)
        self.model.send(Volley(self))


class WindowAstrocyte(mesa.Agent):
    """A learner with a territory: it senses, is active by its calcium or by chance, perturbs and adapts."""

    model: WindowModel

    def __init__(self, model: WindowModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.position = tuple(model.tools.territories.position[index].tolist())
        self.synapses = model.tools.territories.synapses[index].copy()

    @property
    def calcium(self) -> float:
        """Calcium, uM."""
        return float(self._cell[li_rinzel.CALCIUM + self.index % LANES])

    @property
    def threshold(self) -> float:
        """Present threshold of calcium, uM."""
        return float(self.model.own.astrocytes.threshold[self.index])

    @property
    def silenced(self) -> bool:
        """Whether it neither senses nor acts nor adapts."""
        return not self.model.tools.acts[self.index]

    @property
    def score(self) -> float:
        """Calcium over threshold; 0 while silenced."""
        return 0.0 if self.silenced else self.calcium / self.threshold

    @property
    def _cell(self) -> np.ndarray:
        return self.model.own.cells[self.index // LANES]

    def is_above_threshold(self) -> bool:
        """Return whether calcium alone makes it active."""
        return selection.above_threshold(self.score, arrays.RELATIVE)

    def explores(self, trial: int) -> bool:
        """Return whether it is active spontaneously in this trial."""
        p, state = self.model.params.population, self.model.own.astrocytes
        rate = exploration.exploration_rate(
            p.exploration, state.activations[self.index], p.flat_rate, p.initial_rate, p.maturity
        )
        key = self.model.params.keys[arrays.EXPLORATION]
        return bool(exploration.explores(uniform(key, trial, self.index), rate))

    def sense(self, spikes: np.ndarray) -> float:
        """Return the inflow of IP3 (uM/ms) by spikes of each neuron, int64, shape (neuron,)."""
        model, total = self.model, 0.0
        for s in self.synapses:
            weight = model.weight[s]
            size = sensing.traffic(weight) if model.params.sensing == arrays.TRAFFIC else 1.0
            total += size * int(spikes[model.circuit.pre[s]])
        return 0.0 if self.silenced else model.params.drive * sensing.score(total, len(self.synapses))

    def flow(self, inflow: float) -> None:
        """Add an inflow of IP3 (uM/ms) to that through gap junctions."""
        self._cell[GAP + self.index % LANES] += inflow

    def live(self) -> None:
        """Let calcium take a leap."""
        li_rinzel.advance_one(self._cell, self.index % LANES, self.model.params.leap)

    def sample(self, number: int, active: int) -> dict[int, np.float32]:
        """Return synapses that it perturbs and their steps, as one of some active; `number`: trial of its draws."""
        p = self.model.params
        size = min(len(self.synapses), max(1, int(np.rint(p.fraction * len(self.synapses) / active))))
        partner, normal = np.zeros(size + 4, np.uint32), np.zeros(size + 4)
        deck = self.synapses.copy()
        scope.sample(p.keys[arrays.PART], number, size, deck, partner)
        gaussians(p.keys[arrays.STEP], number, size, normal)
        steps = [perturbation.step(np.float32(one), p.scale, p.spacing) for one in normal[:size]]
        return dict(zip(deck[:size].tolist(), steps, strict=True))

    def remember(self, kept: bool, explored: bool) -> None:
        """Note the outcome of a trial in which it was active."""
        state, a = self.model.own.astrocytes, self.index
        state.outcomes[a], state.recent[a] = adaptation.remember(
            state.outcome[a], state.outcomes[a], state.recent[a], np.uint8(kept)
        )
        state.activations[a] += 1
        state.successes[a] += kept
        state.explorations[a] += explored

    def adapt(self) -> None:
        """Move the threshold by recent success; not before the first outcome, nor while silenced."""
        p, state, a = self.model.params.population, self.model.own.astrocytes, self.index
        if state.outcomes[a] and not self.silenced:
            rate = adaptation.success_rate(state.recent[a], state.outcomes[a], p.window)
            state.threshold[a] = adaptation.adapted(
                state.threshold[a], rate, p.adaptation_step, p.upper_success, p.lower_success, p.floor, p.ceiling
            )


class WindowModel(mesa.Model):
    """Network and astrocytes of a recipe as Mesa agents; one time unit is a step of the grid.

    Parameters
    ----------
    tools : WindowLearning
        Its arrays are those that agents view and change.
    """

    def __init__(self, tools: WindowLearning) -> None:
        super().__init__(rng=tools.seed)
        self.tools, self.own = tools, tools.learning
        self.weight = self.own.weight
        self.cells = tools.workspace.room.cells
        self.neurons = [WindowNeuron(self, n) for n in range(tools.network.kind.size)]
        self.astrocytes = [WindowAstrocyte(self, a) for a in range(len(tools.territories))]
        self.spikes: list[tuple[int, int]] = []
        self._sum = np.zeros(self.circuit.outputs.size)
        self._origin = 0.0
        self._under_way: list[tuple[Volley, mesa.time.Event]] = []

    @property
    def params(self) -> arrays.Params:
        """The numbers of the rules as they are now: interventions exchange them."""
        return self.tools.params

    @property
    def circuit(self) -> arrays.Circuit:
        """The circuit as it is now: interventions exchange it."""
        return self.tools.system.circuit

    @property
    def stamp(self) -> int:
        """Steps of the present window that are done, or are being taken."""
        return int(self.time - self._origin)

    def step(self) -> None:
        """Let all neurons take a step; Mesa's tick."""
        for neuron in self.neurons:
            neuron.integrate()
        for bit, n in enumerate(self.circuit.outputs):
            self._sum[bit] += self.neurons[n].current

    def intervene(self) -> None:
        """Apply the interventions that are due before the present trial."""
        self.tools.interventions.act(self.tools)

    def note_spike(self, neuron: WindowNeuron) -> None:
        """Note a spike of a neuron that is not driven."""
        if not neuron.driven:
            self.spikes.append((self.stamp, neuron.index))

    def send(self, volley: Volley) -> None:
        """Schedule the arrival of a volley."""
        at = self._origin + self.stamp + self.circuit.delay - JUST_BEFORE
        self._under_way.append((volley, self.schedule_event(volley.arrive, at=at, priority=Priority.HIGH)))

    def show(self, pattern: int) -> np.ndarray:
        """Show a pattern to the cleared network; returns the readouts: float64, shape (bit,), pA."""
        own = self.circuit
        for t, mark in enumerate(self.tools.workspace.standing.mark[pattern, 0]):
            for row, place in enumerate(windows.KEPT):
                self.cells[t, place : place + LANES] = mark[row]
            self.cells[t, EXCITATION : EXCITATION + LANES] = self.cells[t, INHIBITION : INHIBITION + LANES] = 0.0
        self._origin, self.spikes = self.time, []
        self._sum[:] = 0.0
        for spike in range(own.train_first[pattern], own.train_first[pattern + 1]):
            fire = self.neurons[own.train_neuron[spike]].fire
            self.schedule_event(fire, at=self._origin + int(own.train_stamp[spike]), priority=Priority.HIGH)
        self.run_for(own.steps)
        for _, event in self._under_way:
            event.cancel()
        self._under_way.clear()
        return self._sum / own.steps

    def rewarded(self, pattern: int, readout: np.ndarray) -> float:
        """Return the reward of readouts, float64, shape (bit,), in a pattern's window."""
        p, targets = self.params, self.tools.system.targets[pattern]
        return float(reward.reward(p.reward, readout, targets, p.threshold, p.gain, p.cap))
