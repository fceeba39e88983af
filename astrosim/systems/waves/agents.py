"""A trained wave as a Mesa model: astrocytes that pass it on, step by step, as events on Mesa's event list.

One Mesa time unit is one step of the wave, from a cell to those that hear it; milliseconds are that times t_a. An
astrocyte that a wave reaches integrates what its taps bring, applies what follows in its network (non-linearity, leak,
noise) and emits. All of it is done by the kernel's own code on the cell's rows: outputs are the kernel's bit for bit.
Peterson, "What can astrocytes compute?": waves, equations 4 to 8; time, T_a = t_a l (Astrocyte complexity).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import mesa
import numpy as np
from mesa.discrete_space import FixedAgent, OrthogonalMooreGrid
from mesa.time import Priority, Schedule

from astrosim.core.errors import AstrosimError
from astrosim.systems.waves.kernel.cell import carry_out, prepare
from astrosim.systems.waves.kernel.loop import make_scratch
from astrosim.systems.waves.learners.learner import KernelNetwork
from astrosim.systems.waves.mesh.steps import Grid
from astrosim.systems.waves.program import (
    BIAS,
    CODE,
    IN_FIRST,
    KIND,
    OUT_FIRST,
    OUT_STOP,
    PRODUCT,
    SOFTMAX,
    START,
    Program,
)
from astrosim.systems.waves.space import Space, make_space
from astrosim.systems.waves.stored import stored_network

STEP_MS = 10.0  # ms; t_a, the paper's example of a reaction that takes 10 ms per step (Astrocyte complexity)


class Event(NamedTuple):
    """A cell that has emitted: Mesa time (steps), number of the cell, its calcium (dimensionless)."""

    time: float
    cell: int
    calcium: float


class WaveAstrocyte(FixedAgent):
    """A cell of the mesh. It holds no numbers of its own: calcium and weights are views on the network's arrays.

    Parameters
    ----------
    model : WaveModel
    index : int
        Number of the cell, layer by layer, inputs first.
    layer : int
        0 for inputs.
    place : (int, int)
        Row and column within the layer.
    row : int
        Row of the cell's final value in the network's values.

    Attributes
    ----------
    heard, listeners : list of WaveAstrocyte
        Cells before and behind it.
    span : slice
        Its own taps among the weights of the network.
    """

    model: WaveModel

    def __init__(self, model: WaveModel, index: int, layer: int, place: Grid, row: int) -> None:
        super().__init__(model)
        self.index, self.layer, self.place, self._row = index, layer, place, row
        self.listeners: list[WaveAstrocyte] = []
        self.heard: list[WaveAstrocyte] = []
        self._pieces: list[Program] = []
        self.span = slice(0, 0)
        self._bias = -1
        self._done = 0
        self._expects = False

    def connect(self, heard: list[WaveAstrocyte], pieces: list[Program], span: slice, bias: int) -> None:
        """Give a cell behind the inputs what it hears, what it computes, and which parameters are its own."""
        self.heard, self._pieces, self.span, self._bias = heard, pieces, span, bias
        for other in heard:
            other.listeners.append(self)

    @property
    def calcium(self) -> float:
        """Calcium that the astrocyte emits (dimensionless), of the last wave."""
        return self.model.values[self._row, 0].item()

    @calcium.setter
    def calcium(self, value: float) -> None:
        self.model.values[self._row, 0] = value

    @property
    def weights(self) -> np.ndarray:
        """Weights of the cell's taps, in the order of `heard`: a view, float32, shape (tap,)."""
        return self.model.parameters[self.span]

    @weights.setter
    def weights(self, values: np.ndarray) -> None:
        """Set the weights of the cell's taps: float32, shape (tap,)."""
        self.model.parameters[self.span] = values

    @property
    def bias(self) -> float:
        """Added to the sum, or the published gain; 0 if there is none."""
        return self.model.parameters[self._bias].item() if self._bias >= 0 else 0.0

    @property
    def reached(self) -> bool:
        """Whether the present wave has come by."""
        return bool(self.model.reached[self.index])

    def expect(self) -> None:
        """Expect a wave that arrives in one step, from any number of sides."""
        if not self._expects:
            self._expects = True
            self.model.schedule_event(self.receive, after=1)

    def receive(self) -> None:
        """Receive the wave: integrate."""
        self._expects, self._done = False, 0
        self.settle()

    def settle(self) -> None:
        """Carry out one operation; the others of the layer do theirs before the next one, which may need them."""
        carry_out(self._pieces[self._done], *self.model.engine)
        self._done += 1
        if self._done < len(self._pieces):
            self.model.schedule_event(self.settle, after=0)
        else:
            self.emit()

    def emit(self) -> None:
        """Pass the wave on to the cells that hear this one."""
        self.model.note(self)
        for listener in self.listeners:
            listener.expect()


class WaveModel(mesa.Model):
    """A wave network whose cells are agents on a 2-D Mesa grid, layers side by side.

    Parameters
    ----------
    network : KernelNetwork
        Trained or not; its parameters are shared, not copied.
    step_ms : float
        Travel time t_a of a step, ms.

    Attributes
    ----------
    grid : mesa.discrete_space.OrthogonalMooreGrid
        One cell per astrocyte; a line of cells stands upright.
    astrocytes : list of WaveAstrocyte
        Layer by layer, inputs first.
    layers : list of list of WaveAstrocyte
    parameters : ndarray of float32, shape (parameter,)
    values : ndarray of float32, shape (row, 1)
        See `astrosim.systems.waves.program`.
    reached : ndarray of bool, shape (cell,)
        Who has emitted in the present wave.
    log : list of Event
        The present wave, in the order of its events.
    datacollector : mesa.DataCollector
        Calcium of every agent, and the share that is reached, at every step of time.

    Raises
    ------
    AstrosimError
        If it is no network, or an MLP: neurons pass no wave.
    """

    def __init__(self, network: KernelNetwork, step_ms: float = STEP_MS) -> None:
        if not isinstance(network, KernelNetwork):
            what = f"no wave network ({type(network).__name__})"
            right = "WaveModel.from_run(directory, condition, seed) takes one that a run has trained."
            raise AstrosimError(f"network: {what}. {right}")
        super().__init__(rng=network.seed)
        if network.scenario.network.model != "wave":
            raise AstrosimError(
                'network.model: neurons pass no wave ("mlp"). Choose a condition whose model is "wave".'
            )
        self.network, self.step_ms = network, step_ms
        self.parameters = network.values
        self.scratch = make_scratch(network.program, 1)
        self.values = self.scratch.values
        self.engine = (network.replicate, self.parameters, self.scratch, 0)
        grids = network.scenario.chain().grids
        space = make_space(grids)
        self.grid = OrthogonalMooreGrid(space.shape, random=self.random, capacity=1)
        self.layers = self._make_layers(grids, space)
        self.astrocytes = [astrocyte for layer in self.layers for astrocyte in layer]
        self._connect()
        self.reached = np.zeros(len(self.astrocytes), bool)
        self.log: list[Event] = []
        self.presented = -math.inf
        self.datacollector = mesa.DataCollector(
            model_reporters={"reached": lambda model: float(model.reached.mean())},
            agent_reporters={"calcium": "calcium", "layer": "layer", "reached": "reached"},
        )
        self.schedule_recurring(self.collect, Schedule(interval=1, start=0), priority=Priority.LOW)

    @classmethod
    def from_run(cls, directory: str | Path, condition: str, seed: int, step_ms: float = STEP_MS) -> WaveModel:
        """Return the network that a run has trained, from the weights that it stored.

        Parameters
        ----------
        directory : str or Path
            Run directory of a wave scenario with ``record.weights = true``.
        condition : str
        seed : int
        step_ms : float
            Travel time t_a of a step, ms.

        Raises
        ------
        AstrosimError
            If there is no such network in the run, or its weights were not kept.
        """
        return cls(stored_network(directory, condition, seed), step_ms)

    @property
    def steps_of_wave(self) -> int:
        """Steps from inputs to outputs, l."""
        return len(self.layers) - 1

    @property
    def travel_ms(self) -> float:
        """Time that a wave takes from inputs to outputs, T_a = t_a l, ms."""
        return self.steps_of_wave * self.step_ms

    @property
    def elapsed_ms(self) -> float:
        """Time since the present wave set out, ms."""
        return (self.time - self.presented) * self.step_ms

    @property
    def arrived(self) -> bool:
        """Whether the outputs have emitted."""
        return all(astrocyte.reached for astrocyte in self.layers[-1])

    @property
    def outputs(self) -> np.ndarray:
        """Calcium of the last layer: float32, shape (output,)."""
        program = self.network.program
        return self.values[program.rows - program.outputs :, 0].copy()

    def present(self, features: np.ndarray, trial: int = 0) -> None:
        """Let a wave set out from the inputs, now.

        Parameters
        ----------
        features : ndarray of float, shape (input,)
        trial : int
            Addresses the draws of noise and loss, as in `KernelNetwork.judge`.

        Raises
        ------
        AstrosimError
            If the shape is wrong, or a wave is still on its way.
        """
        program = self.network.program
        if np.shape(features) != (program.inputs,):
            raise AstrosimError(
                f"features: shape {np.shape(features)}. This network has ({program.inputs},) inputs: give one image's."
            )
        if self.time < self.presented + self.steps_of_wave:
            raise AstrosimError(
                f"a wave is on its way (until time {self.presented + self.steps_of_wave:g}, now {self.time:g}). "
                "Run the model until then, and present the next one."
            )
        self.engine = (self.network.replicate, self.parameters, self.scratch, trial)
        prepare(program, *self.engine)
        self.presented = self.time
        self.reached[:], self.log = False, []
        self.values[: program.inputs, 0] = features
        for astrocyte in self.layers[0]:
            self.schedule_event(astrocyte.emit, after=0)

    def respond(self, features: np.ndarray, trial: int = 0) -> np.ndarray:
        """Present an input and wait for the wave: outputs, float32, shape (output,)."""
        self.present(features, trial)
        self.run_for(self.steps_of_wave)
        return self.outputs

    def note(self, astrocyte: WaveAstrocyte) -> None:
        """Log that a cell has emitted."""
        self.reached[astrocyte.index] = True
        self.log.append(Event(self.time, astrocyte.index, astrocyte.calcium))

    def collect(self) -> None:
        """Hand the present state to the data collector, after all that happens at this time."""
        self.datacollector.collect(self)

    def _make_layers(self, grids: tuple[Grid, ...], space: Space) -> list[list[WaveAstrocyte]]:
        program, layers, index = self.network.program, [], 0
        first_rows = [0, *(ops[-1][OUT_FIRST] for ops in _by_layer(program))]
        for number, (grid, first) in enumerate(zip(grids, first_rows, strict=True)):
            layer = []
            for j, place in enumerate(np.ndindex(grid)):
                astrocyte = WaveAstrocyte(self, index, number, place, int(first) + j)
                astrocyte.cell = self.grid[space.at(number, grid, place)]
                layer.append(astrocyte)
                index += 1
            layers.append(layer)
        return layers

    def _connect(self) -> None:
        program = self.network.program
        for number, ops in enumerate(_by_layer(program)):
            before, product = self.layers[number], ops[0]
            for j, astrocyte in enumerate(self.layers[number + 1]):
                start, stop = program.starts[product[START] + j : product[START] + j + 2].tolist()
                heard = [before[row - product[IN_FIRST]] for row in program.taps[start:stop]]
                bias = program.weights + int(product[BIAS]) + j if product[BIAS] >= 0 else -1
                astrocyte.connect(heard, _pieces(program, ops, j), slice(start, stop), bias)


def _by_layer(program: Program) -> list[np.ndarray]:
    """Operations of each layer behind the inputs, its product first."""
    starts = np.flatnonzero(program.ops[:, KIND] == PRODUCT)
    return np.split(program.ops, starts[1:])


def _pieces(program: Program, ops: np.ndarray, cell: int) -> list[Program]:
    """A cell's part of its layer's operations. A softmax needs the whole layer: its first cell stands in for it."""
    pieces = []
    for op in ops:
        own = op.copy()
        if op[CODE] != SOFTMAX:
            own[OUT_FIRST] += cell
            own[OUT_STOP] = own[OUT_FIRST] + 1
            own[IN_FIRST] += cell
            own[START] += cell if op[START] >= 0 else 0
            own[BIAS] += cell if op[BIAS] >= 0 else 0
        pieces.append(program._replace(ops=own[None] if op[CODE] != SOFTMAX or cell == 0 else program.ops[:0]))
    return pieces
