"""Waves that are trained by their own astrocytes: perturb a territory, keep what lowers the loss, else revert.

Murray 2026, section 4, on the networks of Peterson. Every cell behind the inputs is an astrocyte. Its territory is
what leads to the cells of its layer within a Chebyshev distance (cells): their incoming taps and their biases or gains.
No gradient is taken: an update is a trial on a mini-batch, and costs one pass forward and a part of a second one.
The astrocytes remember as many outcomes as those of the astrocyte system do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from astrosim.core.rng import STREAMS, stream_key
from astrosim.rules.perturbation import on_grid
from astrosim.systems.threshold.network.params import Params, make_params
from astrosim.systems.threshold.network.state import BLOCK, KEPT, REVERTED
from astrosim.systems.threshold.network.territories import Ragged
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.kernel.trials import LANES, Desk, Mesh, Population, learn
from astrosim.systems.waves.learners.learner import KernelNetwork, Stretch, Verdict, read_only
from astrosim.systems.waves.mesh.steps import Grid
from astrosim.systems.waves.program import BIAS, KIND, OUT_FIRST, OUT_STOP, PRODUCT, START, Program
from astrosim.systems.waves.scenario.schema import WaveScenario


def astrocytes_of(scenario: WaveScenario) -> Scenario:
    """The astrocyte system whose rules the cells of a wave follow."""
    own = scenario.astrocytes
    return Scenario.model_validate(
        {
            "astrocytes": {"max_active": own.max_active, "threshold": own.threshold},
            "exploration": {
                "rule": own.exploration,
                "flat_rate": own.flat_rate,
                "initial_rate": own.initial_rate,
                "maturity": own.maturity,
            },
            "perturbation": {"sigma": own.sigma, "limit": own.limit},
            "adaptation": scenario.adaptation.model_dump(),
        }
    )


def neighbours(grid: Grid, radius: int) -> list[np.ndarray]:
    """Cells of a layer within a Chebyshev distance of each of them, ascending.

    Parameters
    ----------
    grid : (int, int)
        Rows and columns; cells are numbered row by row.
    radius : int
        Cells; 0: each cell alone.
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
        keys=np.stack([stream_key(seed, f"wave_{stream}") for stream in STREAMS]),
        first=np.array(first, np.int64),
        bias=np.array(bias, np.int64),
        start=territory.start,
        member=territory.index,
        size=np.array([taps[cells].sum() for cells in member], np.int64),
        op=np.array(op, np.int64),
        acts=np.ones(len(op), np.bool_),
    )


def make_population(astrocytes: int, system: Scenario) -> Population:
    """Astrocytes before the first trial."""
    return Population(
        counter=np.zeros(4, np.int64),
        score=np.zeros(astrocytes),
        threshold=np.full(astrocytes, system.astrocytes.threshold),
        outcome=np.zeros((astrocytes, system.astrocytes.window), np.uint8),
        outcomes=np.zeros(astrocytes, np.int64),
        recent=np.zeros(astrocytes, np.int64),
        activations=np.zeros(astrocytes, np.int64),
        successes=np.zeros(astrocytes, np.int64),
        explorations=np.zeros(astrocytes, np.int64),
        by_pattern=np.zeros((astrocytes, 1), np.int64),
    )


def make_desk(program: Program, rules: Params, astrocytes: int, images: int) -> Desk:
    """Working memory of a trial."""
    groups = -(-astrocytes // BLOCK)
    return Desk(
        active=np.zeros(rules.population.max_active, np.int64),
        explored=np.zeros(rules.population.max_active, np.bool_),
        touched=np.zeros(astrocytes, np.int64),
        word=np.zeros(groups * BLOCK, np.uint32),
        word_trial=np.full(groups, -1, np.int64),
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
    rules : Params
    population : Population
    """

    def __init__(self, scenario: WaveScenario, seed: int) -> None:
        system = astrocytes_of(scenario)
        self.network = KernelNetwork(scenario, seed)
        self.network.values[:] = on_grid(self.network.values, scenario.astrocytes.limit)
        self.mesh = make_mesh(scenario, self.network.program, seed)
        self.rules = make_params(system, self.mesh.keys)
        self.population = make_population(len(self.mesh.bias), system)
        images = self.network.scratch.values.shape[1]
        self._desk = make_desk(self.network.program, self.rules, len(self.mesh.bias), images)

    @property
    def decided(self) -> tuple[int, int]:
        """Perturbations kept, and tried, since the beginning."""
        kept, reverted = self.population.counter[[KEPT, REVERTED]].tolist()
        return kept, kept + reverted

    def learn(
        self, features: np.ndarray, labels: np.ndarray, order: np.ndarray, first: tuple[int, int], losses: np.ndarray
    ) -> None:
        """Carry out trials; see `astrosim.systems.waves.kernel.trials.learn`."""
        network = self.network
        learn(
            network.program,
            network.replicate,
            self.mesh,
            self.rules,
            self.population,
            network.values,
            network.scratch,
            self._desk,
            read_only(features),
            read_only(labels.astype(np.float32)),
            order,
            network.scenario.images_per_update,
            first,
            losses,
        )

    def state(self) -> dict[str, np.ndarray]:
        """A copy of all that changes."""
        population = {name: values.copy() for name, values in self.population._asdict().items()}
        return {"parameters": self.network.values.copy(), **population}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()`."""
        self.network.values[:] = state["parameters"]
        for name, values in self.population._asdict().items():
            values[:] = state[name]


class KeepRevertLearner:
    """Replicates that learn by the rule of their own astrocytes, one after the other; see `Learner`.

    Parameters
    ----------
    scenarios : sequence of WaveScenario
        Resolved, one a replicate.
    seeds : sequence of int
    """

    def __init__(self, scenarios: Sequence[WaveScenario], seeds: Sequence[int]) -> None:
        self.replicates = [LearningMesh(scenario, seed) for scenario, seed in zip(scenarios, seeds, strict=True)]
        self._told = [replicate.decided for replicate in self.replicates]

    def advance(self, features: Sequence[np.ndarray], labels: np.ndarray, stretch: Stretch) -> np.ndarray:
        """Carry out a trial a batch; returns the mean loss of each before its perturbation. See `Learner`."""
        losses = np.zeros((len(self.replicates), stretch.batches))
        first = (stretch.update, stretch.batch)
        for number, replicate in enumerate(self.replicates):
            replicate.learn(features[number], labels, stretch.orders[number], first, losses[number])
        return losses

    def decisions(self) -> list[tuple[int, int]]:
        """Perturbations kept, and tried, since this was last asked or a state was restored; one pair a replicate."""
        before, self._told = self._told, [replicate.decided for replicate in self.replicates]
        return [(kept - old[0], tried - old[1]) for (kept, tried), old in zip(self._told, before, strict=True)]

    def evaluate(self, features: Sequence[np.ndarray], labels: np.ndarray, trial: int, keep: int = 0) -> list[Verdict]:
        """See `Learner`."""
        networks = [replicate.network for replicate in self.replicates]
        return [network.judge(own, labels, trial, keep) for network, own in zip(networks, features, strict=True)]

    def parameters(self, replicate: int) -> np.ndarray:
        """See `Learner`."""
        return self.replicates[replicate].network.values.copy()

    def state(self, replicate: int) -> dict[str, np.ndarray]:
        """See `Learner`."""
        return self.replicates[replicate].state()

    def restore(self, replicate: int, state: dict[str, np.ndarray]) -> None:
        """See `Learner`."""
        self.replicates[replicate].restore(state)
        self._told[replicate] = self.replicates[replicate].decided
