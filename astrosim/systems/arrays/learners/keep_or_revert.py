"""What every learner on receptive fields shares: its state, and keep or revert on the kernel (sigma: dimensionless)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from astrosim.contracts.simulation import restore_arrays
from astrosim.core.exact_functions import exp
from astrosim.core.rng import stream_key
from astrosim.rules.choices import chosen
from astrosim.systems.arrays.data import LARGEST, Images
from astrosim.systems.arrays.kernel.arrays import Batch, Network
from astrosim.systems.arrays.kernel.loop import advance
from astrosim.systems.arrays.kernel.rounds import advance_rounds
from astrosim.systems.arrays.kernel.trials import refresh
from astrosim.systems.arrays.kernel.workspace import Workspace, fitted, make_scratch, make_standing
from astrosim.systems.arrays.network import incoming_scale, make_network
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.scenario.sections import ASCENDING
from astrosim.systems.proposals.proposing import SCOPES, STREAMS
from astrosim.systems.proposals.state import Params, TrialState, make_proposal, make_team
from astrosim.systems.proposals.teams import ACCEPT

PARAMETERS = ("incoming", "bias", "outgoing", "output_bias")
NORMAL_ROOM = 4  # numbers drawn beyond those that are asked for: a block of four words


class Layers(Protocol):
    """A network of one hidden layer, of any kind of units: the parameters of `PARAMETERS`, in a named tuple."""

    @property
    def incoming(self) -> np.ndarray:
        """Weights of shape (unit, synapse)."""

    @property
    def bias(self) -> np.ndarray:
        """Biases of shape (unit,)."""

    @property
    def outgoing(self) -> np.ndarray:
        """Weights of shape (unit, class)."""

    @property
    def output_bias(self) -> np.ndarray:
        """Biases of shape (class,)."""


@dataclass
class Learned[N: Layers]:
    """All that changes in a replicate between two batches; arrays are written in place.

    Attributes
    ----------
    net : Network, or another with the same parameters
    sigma : ndarray of float64, shape (astrocyte,)
    tally : ndarray of int64, shape (2, astrocyte)
        Proposals tried and kept.
    counts : ndarray of int64, shape (2,)
        Images put through a changed network; images x synapses recomputed.
    mean : list of ndarray
        Running mean of the parameters, in the order of `PARAMETERS`; empty without one.
    moments : dict of str to ndarray
        Of Adam, for learners that use it.
    best : list of ndarray
        Parameters at the record with the best validation reward, in the order of `PARAMETERS`; empty where the last
        ones are judged.
    best_reward : ndarray of float64, shape (1,)
        That reward; minus infinity before the first record.
    """

    net: N
    sigma: np.ndarray
    tally: np.ndarray
    counts: np.ndarray
    mean: list[np.ndarray] = field(default_factory=list)
    moments: dict[str, np.ndarray] = field(default_factory=dict)
    best: list[np.ndarray] = field(default_factory=list)
    best_reward: np.ndarray = field(default_factory=lambda: np.full(1, -np.inf))

    @property
    def of_trials(self) -> TrialState:
        """The arrays that trials change beside the network's parameters."""
        return TrialState(self.sigma, self.tally, self.counts)

    def parameters(self) -> list[np.ndarray]:
        """Return the parameters' own arrays in the order of `PARAMETERS`.

        float32, of shape (unit, synapse), (unit,), (unit, class) and (class,).
        """
        return [getattr(self.net, name) for name in PARAMETERS]

    def judged(self) -> N:
        """Return the network that is judged: with the running mean of the parameters if there is one."""
        return with_parameters(self.net, self.mean) if self.mean else self.net

    def chosen(self) -> N:
        """Return the network that is tested: the judged one, or that of the best record."""
        if not np.isfinite(self.best_reward[0]):
            return self.judged()
        return with_parameters(self.net, self.best)

    def note(self, reward: float) -> None:
        """Keep the judged network if none before had a better reward on the validation rows."""
        if self.best and reward > self.best_reward[0]:
            self.best_reward[0] = reward
            judged = self.judged()
            for best, name in zip(self.best, PARAMETERS, strict=True):
                best[...] = getattr(judged, name)

    def take_mean(self, rest: float) -> None:
        """Let the running mean follow: `rest` of it stays."""
        share = np.float32(1.0 - rest)
        for mean, now in zip(self.mean, self.parameters(), strict=False):
            np.add(mean, share * (now - mean), out=mean)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays of a checkpoint by name.

        ``sigma`` (float64, shape (astrocyte,)), ``tally`` (int64, (2, astrocyte)), ``counts`` (int64, (2,)), the
        parameters, and where there are any their means and moments, each float32 and of its parameter's shape, and
        ``moment_steps`` (int64, (1,)).
        """
        own = {"sigma": self.sigma, "tally": self.tally, "counts": self.counts}
        own |= dict(zip(PARAMETERS, self.parameters(), strict=True))
        own |= {f"mean_{name}": array for name, array in zip(PARAMETERS, self.mean, strict=False)}
        own |= {f"best_{name}": array for name, array in zip(PARAMETERS, self.best, strict=False)}
        own |= {"best_reward": self.best_reward} if self.best else {}
        return own | {f"moment_{name}": array for name, array in self.moments.items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()` of the same shapes.

        Parameters
        ----------
        arrays : mapping of str to ndarray
            Of the shape and type that `arrays` gives.

        Raises
        ------
        ValueError
            If they do not fit.
        """
        restore_arrays(self.arrays(), arrays)


class State(Learned[Network]):
    """All that changes in a replicate of this system."""


def with_parameters[N: Layers](net: N, parameters: list[np.ndarray]) -> N:
    """Return a network with other parameters, float32, in the order of `PARAMETERS` and of their shape."""
    incoming, bias, outgoing, output_bias = parameters
    parts = {"incoming": incoming, "bias": bias, "outgoing": outgoing, "output_bias": output_bias}
    return net._replace(**parts)  # type: ignore[attr-defined]  # networks are named tuples


def make_state(scenario: ArrayScenario, seed: int, images: Images) -> State:
    """Return the state of a replicate that has not begun."""
    net = make_network(scenario, seed, images.centre, LARGEST.get(scenario.task.data, 0))
    actors = scenario.astrocytes if scenario.learner.rule == "astrocytes" else 1
    state = State(
        net=net,
        sigma=np.full(actors, scenario.perturbation.sigma),
        tally=np.zeros((2, actors), np.int64),
        counts=np.zeros(2, np.int64),
    )
    if scenario.learner.judged == "best":
        state.best = [array.copy() for array in state.parameters()]
        state.best_reward = np.full(1, -np.inf)
    if scenario.learner.average:
        state.mean = [array.copy() for array in state.parameters()]
    if scenario.learner.rule in ASCENDING:
        for order in ("first", "second"):
            state.moments |= {
                f"{order}_{n}": np.zeros_like(a) for n, a in zip(PARAMETERS, state.parameters(), strict=True)
            }
        state.moments["steps"] = np.zeros(1, np.int64)
    return state


class Learner(Protocol):
    """Learner that carries out the trials of a replicate."""

    state: State

    def warm(self, batch: Batch) -> None:
        """Compile or load what trials call; nothing that counts changes."""

    def stay(self, batch: Batch, number: int) -> float:
        """Carry out all trials on a batch, the `number`-th from 0; returns the mean reward on it at their end."""


def make_params(scenario: ArrayScenario, seed: int) -> Params:
    """Return numbers of a scenario's rules, and the keys of the trials' streams."""
    rule = scenario.perturbation
    return Params(
        scope=chosen("learner.rule", SCOPES, scenario.learner.rule),
        incoming=incoming_scale(scenario),
        bias=np.float32(rule.bias),
        outgoing=np.float32(1.0 / np.sqrt(np.float64(scenario.network.units))),
        output_bias=np.float32(rule.output_bias),
        outward=float(rule.outward),
        fraction=float(rule.fraction),
        grow_factor=float(exp(rule.grow)),
        shrink_factor=float(exp(-rule.shrink)),
        accept=chosen("decision.accept", ACCEPT, scenario.decision.accept),
        race=float(scenario.decision.race),
        keys=np.stack([stream_key(seed, stream) for stream in STREAMS]),
    )


def make_workspace(scenario: ArrayScenario) -> Workspace:
    """Return working memory for a scenario's proposals; `fitted` gives it room for a batch."""
    whole = scenario.learner.rule not in ("astrocytes", "random_mask")
    size = scenario.territory.units
    masked = size * (scenario.incoming + 1) if scenario.learner.rule == "random_mask" else 0
    together = size * scenario.decision.proposals
    slots = scenario.network.units if whole else max(together, min(masked, scenario.network.units))
    synapses, classes = max(scenario.incoming, masked), scenario.outputs
    drawn = slots if whole else size
    draws = max(drawn * (scenario.incoming + 1 + classes), masked) + classes
    return Workspace(
        every=np.arange(scenario.incoming, dtype=np.int32),
        standing=make_standing(scenario.network.units, classes, 0),
        proposal=make_proposal(slots, synapses, classes),
        scratch=make_scratch(slots, synapses, classes, 0),
        normal=np.zeros(draws + NORMAL_ROOM, np.float32),
        team=make_team(scenario.astrocytes, scenario.decision.proposals),
    )


def mean_reward(standing: Any, batch: Any) -> float:
    """Return mean standing reward over a batch's images, of whatever units."""
    rewards = standing.rewards.reshape(-1)[: batch.images]
    return float(rewards.astype(np.float64).sum() / batch.images)


class KernelLearner:
    """Keep or revert on the kernel: astrocytes, a random mask, or the whole network."""

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        self.scenario, self.state = scenario, state
        self.params, self.workspace = make_params(scenario, seed), make_workspace(scenario)

    def warm(self, batch: Batch) -> None:
        """Carry out no trial."""
        self.present(batch)
        self.advance(batch, 0, 0, 0.0)

    def stay(self, batch: Batch, number: int) -> float:
        """Carry out all trials on a batch; returns the mean reward on it at their end."""
        return self.carry_on(batch, number, float(self.scenario.caps[number]))

    def carry_on(self, batch: Batch, number: int, cap: float) -> float:
        """Carry out all trials on a batch under a cap of sigma; returns the mean reward on it at their end."""
        stay = self.scenario.batches.stay
        self.present(batch)
        self.advance(batch, number * stay, stay, cap)
        return mean_reward(self.workspace.standing, batch)

    def present(self, batch: Batch) -> None:
        """Present a new batch: compute everything from scratch."""
        self.workspace = fitted(self.workspace, batch)
        refresh(self.state.net, batch, self.workspace.every, self.workspace.standing, self.workspace.scratch)

    def advance(self, batch: Batch, first: int, trials: int, cap: float) -> None:
        """Carry out trials on the batch that was presented, from number `first` on; whole rounds; sigma stays below
        `cap`."""
        carry_out = advance_rounds if self.scenario.decision.proposals > 1 else advance
        state = self.state
        carry_out(state.net, batch, self.params, state.of_trials, self.workspace, first, trials, cap)
