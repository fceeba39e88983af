"""Waves that are trained by their own astrocytes: perturb a territory, keep what lowers the loss, else revert.

Murray 2026, section 4, on the networks of Peterson. Every cell behind the inputs is an astrocyte. Its territory is
what leads to the cells of its layer within a Chebyshev distance (cells): their incoming taps and their biases or gains.
No gradient is taken: an update is a trial on a mini-batch, and costs one pass forward and a part of a second one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.ragged import Ragged
from astrosim.core.rng import stream_key
from astrosim.rules.perturbation import grid, grid_limit, on_grid, step_scale
from astrosim.systems.population import state as population
from astrosim.systems.waves.kernel.trials import KEPT, LANES, REVERTED, Mesh, Params, State, Workspace, learn
from astrosim.systems.waves.learners.learner import KernelNetwork, Stretch, Verdict, read_only
from astrosim.systems.waves.mesh.steps import Grid
from astrosim.systems.waves.program import BIAS, KIND, OUT_FIRST, OUT_STOP, PRODUCT, START, Program
from astrosim.systems.waves.scenario.schema import WaveScenario


def make_params(scenario: WaveScenario) -> Params:
    """Return the numbers of a scenario's rules as the kernel takes them."""
    own = scenario.astrocytes
    spacing = grid(own.limit)
    return Params(
        population=population.make_params(own.max_active, own.outcomes, own.exploration, own, scenario.adaptation),
        scale=np.float32(step_scale(own.sigma, spacing)),
        spacing=np.float32(spacing),
        limit=grid_limit(own.limit),
    )


def make_state(scenario: WaveScenario, astrocytes: int) -> State:
    """Return the state before the first trial."""
    own = scenario.astrocytes
    return State(np.zeros(3, np.int64), population.make_state(astrocytes, own.threshold, own.outcomes))


def neighbours(grid: Grid, radius: int) -> list[np.ndarray]:
    """Return cells of a layer within a Chebyshev distance of each of them.

    Parameters
    ----------
    grid : (int, int)
        Rows and columns; cells are numbered row by row.
    radius : int
        Cells; 0: each cell alone.

    Returns
    -------
    list of ndarray of int64, shape (neighbour,)
        One per cell, ascending; the cell itself is among its neighbours.
    """
    number = np.arange(grid[0] * grid[1]).reshape(grid)
    near = []
    for row, column in np.ndindex(grid):
        rows = slice(max(row - radius, 0), row + radius + 1)
        near.append(number[rows, max(column - radius, 0) : column + radius + 1].ravel())
    return near


def make_mesh(scenario: WaveScenario, program: Program, seed: int) -> Mesh:
    """Lay out the astrocytes of a network and their territories for the kernel."""
    layers = np.flatnonzero(program.ops[:, KIND] == PRODUCT)
    first: list[int] = []
    bias: list[int] = []
    op: list[int] = []
    member: list[np.ndarray] = []
    for number, step in zip(layers, scenario.chain().steps, strict=True):
        row = program.ops[number]
        cells = np.arange(row[OUT_STOP] - row[OUT_FIRST])
        member += [near + len(op) for near in neighbours(step.outputs, scenario.astrocytes.radius)]
        first += program.starts[row[START] + cells].tolist()
        bias += (program.weights + row[BIAS] + cells if row[BIAS] >= 0 else np.full(len(cells), -1)).tolist()
        op += [int(number)] * len(cells)
    territory = Ragged.of(member)
    first.append(program.weights)
    taps = np.diff(first)
    return Mesh(
        exploration_key=stream_key(seed, "wave_exploration"),
        perturbation_key=stream_key(seed, "wave_perturbation"),
        first=np.array(first, np.int64),
        bias=np.array(bias, np.int64),
        start=territory.start,
        member=territory.index,
        size=np.array([taps[cells].sum() for cells in member], np.int64),
        op=np.array(op, np.int64),
        acts=np.ones(len(op), np.bool_),
    )


def make_workspace(program: Program, max_active: int, astrocytes: int, images: int) -> Workspace:
    """Allocate the workspace of a trial."""
    return Workspace(
        population=population.make_workspace(astrocytes, max_active),
        arriving=np.zeros(program.rows, np.float32),
        traffic=np.zeros(astrocytes),
        chosen=np.zeros(program.parameters, np.int32),
        before=np.zeros(program.parameters, np.float32),
        held=np.zeros(astrocytes, np.bool_),
        lanes=np.zeros(LANES, np.float32),
        labels=np.zeros(images, np.float32),
    )


class LearningMesh:
    """One network and the astrocytes that train it.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved; its rule is keep_revert.
    seed : int

    Attributes
    ----------
    network : KernelNetwork
        Its parameters lie on the grid of `astrosim.rules.perturbation`.
    mesh : Mesh
    params : Params
    learning : State
    """

    def __init__(self, scenario: WaveScenario, seed: int) -> None:
        self.network = KernelNetwork(scenario, seed)
        self.network.values[:] = on_grid(self.network.values, scenario.astrocytes.limit)
        self.mesh = make_mesh(scenario, self.network.program, seed)
        self.params = make_params(scenario)
        astrocytes, images = len(self.mesh.bias), self.network.scratch.values.shape[1]
        self.learning = make_state(scenario, astrocytes)
        self._workspace = make_workspace(self.network.program, scenario.astrocytes.max_active, astrocytes, images)

    @property
    def decided(self) -> tuple[int, int]:
        """Perturbations kept, and tried, since the beginning."""
        kept, reverted = self.learning.counter[[KEPT, REVERTED]].tolist()
        return kept, kept + reverted

    def learn(
        self, features: np.ndarray, labels: np.ndarray, order: np.ndarray, first: tuple[int, int], losses: np.ndarray
    ) -> None:
        """Carry out trials; see `astrosim.systems.waves.kernel.trials.learn`.

        Parameters
        ----------
        features : ndarray of float32, shape (image, feature)
        labels : ndarray, shape (image,)
            Class numbers, or targets of XOR.
        order : ndarray of int32, shape (image,)
        first : tuple of int
            (trials done before, batch of the pass to begin with).
        losses : ndarray of float64, shape (trial,)
            Takes the mean losses before perturbation.
        """
        network = self.network
        learn(
            network.program,
            network.replicate,
            self.mesh,
            self.params,
            self.learning,
            network.values,
            network.scratch,
            self._workspace,
            read_only(features),
            read_only(labels.astype(np.float32)),
            order,
            network.scenario.images_per_update,
            first,
            losses,
        )

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of all that changes.

        ``parameters`` (float32, shape (parameter,)), ``counter`` (int64, shape (3,)), and the fields of
        `astrosim.systems.population.state.State`.
        """
        return copy_arrays(self._arrays())

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()`: arrays of the same shape and type."""
        restore_arrays(self._arrays(), state)

    def _arrays(self) -> dict[str, np.ndarray]:
        """All that changes, by name."""
        own = self.learning
        return {"parameters": self.network.values, "counter": own.counter, **own.population._asdict()}


class KeepRevertLearner:
    """Replicates that learn by the rule of their own astrocytes, one after the other; see `Learner`.

    Parameters
    ----------
    scenarios : sequence of WaveScenario
        Resolved, one per replicate.
    seeds : sequence of int
    """

    def __init__(self, scenarios: Sequence[WaveScenario], seeds: Sequence[int]) -> None:
        self.replicates = [LearningMesh(scenario, seed) for scenario, seed in zip(scenarios, seeds, strict=True)]
        self._told = [replicate.decided for replicate in self.replicates]

    def advance(self, features: Sequence[np.ndarray], labels: np.ndarray, stretch: Stretch) -> np.ndarray:
        """Carry out one trial per batch; returns the mean loss of each before its perturbation.

        float64, shape (replicate, trial). See `Learner`.
        """
        losses = np.zeros((len(self.replicates), stretch.batches))
        first = (stretch.update, stretch.batch)
        for number, replicate in enumerate(self.replicates):
            replicate.learn(features[number], labels, stretch.orders[number], first, losses[number])
        return losses

    def decisions(self) -> list[tuple[int, int]]:
        """Return perturbations kept, and tried, since this was last asked or a state was restored; one pair a
        replicate.
        """
        before, self._told = self._told, [replicate.decided for replicate in self.replicates]
        return [(kept - old[0], tried - old[1]) for (kept, tried), old in zip(self._told, before, strict=True)]

    def evaluate(self, features: Sequence[np.ndarray], labels: np.ndarray, trial: int, keep: int = 0) -> list[Verdict]:
        """Judge every replicate: features of shape (image, feature) each; see `Learner.evaluate`."""
        networks = [replicate.network for replicate in self.replicates]
        return [network.judge(own, labels, trial, keep) for network, own in zip(networks, features, strict=True)]

    def parameters(self, replicate: int) -> np.ndarray:
        """Return a copy of a replicate's parameters: float32, shape (parameter,)."""
        return self.replicates[replicate].network.values.copy()

    def state(self, replicate: int) -> dict[str, np.ndarray]:
        """Return a copy of all that changes in a replicate, each array of the shape that `LearningMesh.state` names."""
        return self.replicates[replicate].state()

    def restore(self, replicate: int, state: dict[str, np.ndarray]) -> None:
        """Go on with a replicate from a `state()`: arrays of the same shape and type."""
        self.replicates[replicate].restore(state)
        self._told[replicate] = self.replicates[replicate].decided
