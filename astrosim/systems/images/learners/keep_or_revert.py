"""What every learner on receptive fields shares: its state, and keep or revert on the kernel (sigma: dimensionless)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from astrosim.core.exact_functions import exp
from astrosim.core.rng import stream_key
from astrosim.rules.choices import chosen
from astrosim.systems.images.data import LARGEST, Images
from astrosim.systems.images.kernel.arrays import (
    Batch,
    Network,
    Proposal,
    Scratch,
    Standing,
    make_proposal,
    make_scratch,
    make_standing,
)
from astrosim.systems.images.kernel.loop import Rule, advance
from astrosim.systems.images.kernel.proposing import SCOPES, STREAMS, Steps
from astrosim.systems.images.kernel.rounds import ACCEPT, Team, advance_rounds, make_team
from astrosim.systems.images.kernel.trials import refresh
from astrosim.systems.images.network import incoming_scale, make_network, owned_units
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.images.scenario.sections import ASCENDING

PARAMETERS = ("incoming", "bias", "outgoing", "output_bias")
NORMAL_ROOM = 4  # numbers drawn beyond those that are asked for: a block of four words


@dataclass
class State:
    """All that changes in a cell between two batches; arrays are written in place.

    Attributes
    ----------
    net : Network
    sigma : ndarray of float64, shape (astrocyte,)
    tally : ndarray of int64, shape (2, astrocyte)
        Proposals tried and kept.
    counts : ndarray of int64, shape (2,)
        Images put through a changed network; images x synapses computed anew.
    mean : list of ndarray
        Running mean of the parameters, in the order of `PARAMETERS`; empty without one.
    moments : dict of str to ndarray
        Of Adam, for learners that use it.
    """

    net: Network
    sigma: np.ndarray
    tally: np.ndarray
    counts: np.ndarray
    mean: list[np.ndarray] = field(default_factory=list)
    moments: dict[str, np.ndarray] = field(default_factory=dict)

    def parameters(self) -> list[np.ndarray]:
        """The parameters' arrays, in the order of `PARAMETERS`."""
        return [getattr(self.net, name) for name in PARAMETERS]

    def judged(self) -> Network:
        """The network that is judged: with the running mean of the parameters if there is one."""
        if not self.mean:
            return self.net
        incoming, bias, outgoing, output_bias = self.mean
        return self.net._replace(incoming=incoming, bias=bias, outgoing=outgoing, output_bias=output_bias)

    def take_mean(self, rest: float) -> None:
        """Let the running mean follow: `rest` of it stays."""
        share = np.float32(1.0 - rest)
        for mean, now in zip(self.mean, self.parameters(), strict=False):
            np.add(mean, share * (now - mean), out=mean)

    def arrays(self) -> dict[str, np.ndarray]:
        """What a checkpoint holds."""
        own = {"sigma": self.sigma, "tally": self.tally, "counts": self.counts}
        own |= dict(zip(PARAMETERS, self.parameters(), strict=True))
        own |= {f"mean_{name}": array for name, array in zip(PARAMETERS, self.mean, strict=False)}
        return own | {f"moment_{name}": array for name, array in self.moments.items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from `arrays()`.

        Raises
        ------
        KeyError, ValueError
            If they are another cell's.
        """
        for name, array in self.arrays().items():
            array[...] = arrays[name]


def make_state(scenario: FieldScenario, seed: int, images: Images) -> State:
    """The state of a cell that has not begun."""
    net = make_network(scenario, seed, images.centre, LARGEST[scenario.task.data])
    actors = scenario.astrocytes if scenario.learner.rule == "astrocytes" else 1
    state = State(
        net=net,
        sigma=np.full(actors, scenario.perturbation.sigma),
        tally=np.zeros((2, actors), np.int64),
        counts=np.zeros(2, np.int64),
    )
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
    """Who carries out the trials of a cell."""

    state: State

    def warm(self, batch: Batch) -> None:
        """Compile or load what trials call; nothing that counts changes."""

    def stay(self, batch: Batch, number: int) -> float:
        """All trials on a batch, the `number`-th from 0; returns the mean reward on it at their end."""


def steps_of(scenario: FieldScenario) -> Steps:
    """Sizes of steps by sort of synapse."""
    rule = scenario.perturbation
    return Steps(
        incoming=incoming_scale(scenario),
        bias=np.float32(rule.bias),
        outgoing=np.float32(1.0 / np.sqrt(np.float64(scenario.network.units))),
        output_bias=np.float32(rule.output_bias),
        outward_share=float(rule.outward),
        fraction=float(rule.fraction),
    )


def rule_of(scenario: FieldScenario) -> Rule:
    """How proposals are made and judged."""
    perturbation = scenario.perturbation
    return Rule(
        scope=chosen("learner.rule", SCOPES, scenario.learner.rule),
        grow=float(exp(perturbation.grow)),
        shrink=float(exp(-perturbation.shrink)),
        race=float(scenario.decision.race),
    )


class Rooms:
    """Arrays that trials work in, made anew when the size of the batches changes."""

    def __init__(self, scenario: FieldScenario) -> None:
        self.scenario = scenario
        whole = scenario.learner.rule not in ("astrocytes", "random_mask")
        size = scenario.territory.units
        masked = size * (scenario.incoming + 1) if scenario.learner.rule == "random_mask" else 0
        together = size * scenario.decision.proposals
        self.slots = scenario.network.units if whole else max(together, min(masked, scenario.network.units))
        self.team: Team = make_team(scenario.astrocytes, scenario.decision.proposals)
        self.synapses = max(scenario.incoming, masked)
        self.proposal: Proposal = make_proposal(self.slots, self.synapses, scenario.classes)
        self.every = np.arange(scenario.incoming, dtype=np.int32)
        drawn = self.slots if whole else size
        draws = max(drawn * (scenario.incoming + 1 + scenario.classes), masked) + scenario.classes
        self.normal = np.zeros(draws + NORMAL_ROOM, np.float32)
        self._made = 0
        self.standing: Standing
        self.scratch: Scratch

    def fit(self, batch: Batch) -> None:
        """Make room for a batch."""
        blocks = len(batch.labels)
        if blocks != self._made:
            self._made = blocks
            self.standing = make_standing(self.scenario.network.units, self.scenario.classes, blocks)
            self.scratch = make_scratch(self.slots, self.synapses, self.scenario.classes, blocks)


def mean_reward(standing: Standing, batch: Batch) -> float:
    """Mean standing reward over a batch's images."""
    rewards = standing.rewards.reshape(-1)[: batch.images]
    return float(rewards.astype(np.float64).sum() / batch.images)


class KernelLearner:
    """Keep or revert on the kernel: astrocytes, a random mask, or the whole network."""

    def __init__(self, scenario: FieldScenario, seed: int, state: State) -> None:
        self.scenario, self.state, self.rooms = scenario, state, Rooms(scenario)
        self.steps, self.rule = steps_of(scenario), rule_of(scenario)
        self.keys = np.stack([stream_key(seed, stream) for stream in STREAMS])
        self.accept = chosen("decision.accept", ACCEPT, scenario.decision.accept)
        self.owned = owned_units(scenario)
        if scenario.learner.rule == "one_plus_one":
            self.owned = self.owned.reshape(1, -1)

    def warm(self, batch: Batch) -> None:
        """Carry out no trial."""
        self.present(batch)
        self.advance(batch, 0, 0, 0.0)

    def stay(self, batch: Batch, number: int) -> float:
        """All trials on a batch."""
        stay = self.scenario.batches.stay
        self.present(batch)
        self.advance(batch, number * stay, stay, float(self.scenario.caps[number]))
        return mean_reward(self.rooms.standing, batch)

    def present(self, batch: Batch) -> None:
        """A new batch: everything from scratch."""
        rooms = self.rooms
        rooms.fit(batch)
        refresh(self.state.net, batch, rooms.every, rooms.standing, rooms.scratch)

    def advance(self, batch: Batch, first: int, trials: int, cap: float) -> None:
        """Trials on the batch that was presented, from number `first` on; whole rounds; sigma stays below `cap`."""
        rooms, state, decision = self.rooms, self.state, self.scenario.decision
        if decision.proposals > 1:
            advance_rounds(
                state.net, batch, rooms.standing, rooms.proposal, rooms.scratch, self.owned, state.sigma, self.steps,
                self.rule, self.accept, self.keys, first, trials, cap, rooms.normal, state.tally,
                state.counts, rooms.team,
            )  # fmt: skip
            return
        advance(
            state.net, batch, rooms.standing, rooms.proposal, rooms.scratch, self.owned, state.sigma, self.steps,
            self.rule, self.keys, first, trials, cap, rooms.normal, state.tally, state.counts,
        )  # fmt: skip
