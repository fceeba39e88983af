"""Keep or revert of whole networks: common random numbers, a race over episodes, fresh items in each batch.

A batch is a set of items; the current network plays it once, then each trial plays it with a proposal. Episodes are
played in the order of their items. After part of them a proposal that is behind is given up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from astrosim.core.exact_functions import exp
from astrosim.core.rng import stream_key
from astrosim.rules.choices import chosen
from astrosim.rules.decision import ACCEPTANCE, stands
from astrosim.systems.blackbox.items import TRAIN, items
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.kernel.trials import (
    Wiring,
    Workspace,
    adapt,
    copy_weights,
    make_workspace,
    propose_weights,
)
from astrosim.systems.blackbox.learners.state import BATCHES, GIVEN_UP, KEPT_TRIALS, STEPS, TRIALS, State
from astrosim.systems.blackbox.network import outgoing_scale
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.proposals.deciding import race_blocks
from astrosim.systems.proposals.proposing import SCOPES, STREAMS
from astrosim.systems.proposals.state import Params, TrialState

NO_KEY = np.zeros(2, np.uint32)


class Learner(Protocol):
    """Learner that carries out the trials of a replicate, batch by batch."""

    def batch(self) -> tuple[float, float]:
        """Carry out the next batch; returns how the weights did before it, on its items: mean return, mean steps."""

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what it keeps beside the state, by name, of any shape."""

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()`, each of the same shape."""


@dataclass(frozen=True)
class Standing:
    """Returns of the current network on a batch, item by item."""

    items: list[int]
    returns: list[float]

    @property
    def total(self) -> float:
        """Sum of the returns, in order."""
        return sum(self.returns)


def step_sizes(scenario: BlackboxScenario, heard: int) -> tuple[float, float, float, float]:
    """Return sizes of steps at sigma = 1: incoming weights (in spreads), biases, outgoing weights, output biases."""
    network = scenario.network
    if not scenario.has_network:
        return 1.0, 0.0, 0.0, 0.0
    return (
        float(1.0 / np.sqrt(heard)),
        network.bias,
        outgoing_scale(network.output, network.units),
        network.output * scenario.perturbation.output_bias,
    )


def make_params(scenario: BlackboxScenario, seed: int, heard: int) -> Params:
    """Return numbers of a scenario's rules, and the keys of the trials' streams."""
    rule = scenario.perturbation
    incoming, bias, outgoing, output_bias = step_sizes(scenario, heard)
    return Params(
        scope=chosen("learner.rule", SCOPES, scenario.learner.rule),
        incoming=np.float32(incoming),
        bias=np.float32(bias),
        outgoing=np.float32(outgoing),
        output_bias=np.float32(output_bias),
        outward=float(rule.outward if scenario.has_network else 0.0),
        fraction=float(rule.fraction),
        grow_factor=float(exp(rule.grow)),
        shrink_factor=float(exp(-rule.shrink)),
        accept=chosen("decision.accept", ACCEPTANCE, scenario.decision.accept),
        race=float(scenario.decision.race),
        keys=np.stack([stream_key(seed, stream) for stream in STREAMS]),
    )


class KeepOrRevert:
    """Astrocytes that propose together in a trial as one proposal, a random mask, or the whole network.

    Parameters
    ----------
    scenario : BlackboxScenario
        Resolved.
    seed : int
    state : State
        Advanced in place.
    wiring : Wiring
    player : Player
    """

    def __init__(self, scenario: BlackboxScenario, seed: int, state: State, wiring: Wiring, player: Player) -> None:
        self.scenario, self.state, self.wiring, self.player = scenario, state, wiring, player
        self.params = make_params(scenario, seed, wiring.taps.shape[1])
        self.key = stream_key(seed, "blackbox_item")
        whole = scenario.learner.rule == "one_plus_one"
        self.together = 1 if whole else min(scenario.perturbation.together, scenario.actors)
        self.workspace: Workspace = make_workspace(
            wiring,
            state.policy.outgoing.shape[1],
            len(state.policy.direct),
            self.together,
            len(state.sigma),
            scenario.territory.units * self.together if scenario.learner.rule == "random_mask" else 0,
        )
        self.candidate: Policy = state.with_weights(state.mean)
        self.of_trials = TrialState(state.sigma, state.tally, state.counts)

    def batch(self) -> tuple[float, float]:
        """Carry out the trials on fresh items; returns how the weights did before them: mean return, mean steps."""
        state, begin = self.state, int(self.state.counts[STEPS])
        standing = self.play_standing(
            items(self.key, TRAIN, int(state.counts[BATCHES]), self.scenario.decision.episodes)
        )
        mean, length = standing.total / len(standing.items), (state.counts[STEPS] - begin) / len(standing.items)
        state.remember(mean)
        state.take_mean(self.scenario.learner.average)
        centre, spread = state.spread()
        self.carry_out(standing, centre, spread)
        state.counts[BATCHES] += 1
        return mean, float(length)

    def carry_out(self, standing: Standing, centre: np.ndarray, spread: np.ndarray) -> None:
        """Carry out the trials of a batch; centre and spread have shape (input,)."""
        for _ in range(self.scenario.decision.stay):
            standing = self.trial(standing, centre, spread)

    def play_standing(self, chosen_items: list[int]) -> Standing:
        """Play a batch with the current network; its observations are gathered."""
        returns = []
        for item in chosen_items:
            episode = self.player.play(self.state.policy, item, self.state.moments)
            self.state.count(episode)
            returns.append(episode.reward)
        return Standing(chosen_items, returns)

    def propose(self, first: int, centre: np.ndarray, spread: np.ndarray) -> None:
        """Make the candidate of the trial with numbers from `first` on; centre and spread have shape (input,)."""
        propose_weights(
            self.wiring, self.params, self.of_trials, self.workspace, self.state.policy, self.candidate, centre, spread,
            first,
        )  # fmt: skip

    def trial(self, standing: Standing, centre: np.ndarray, spread: np.ndarray) -> Standing:
        """Carry out a trial, return what stands after it; centre and spread have shape (input,)."""
        state, number = self.state, int(self.state.counts[TRIALS])
        if self.scenario.task.replay == "inexact":
            standing = self.play_standing(standing.items)  # a return of the past would be chance, kept for ever
        self.propose(number * self.together, centre, spread)
        returns = self.play_candidate(standing)
        whole = len(returns) == len(standing.items)
        kept = whole and bool(stands(self.params.accept, sum(returns), standing.total, 0.0, 1.0, NO_KEY, number))
        state.counts[TRIALS] += 1
        state.counts[KEPT_TRIALS] += kept
        state.counts[GIVEN_UP] += not whole
        self.adopt(kept)
        return Standing(standing.items, returns) if kept else standing

    def adopt(self, kept: bool) -> None:
        """Let the candidate stand if it was kept; sigma follows."""
        if kept:
            copy_weights(self.candidate, self.state.policy)
        adapt(self.params, self.of_trials, self.workspace, self.scenario.perturbation.cap, kept)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return nothing, of any shape: the state holds all that changes."""
        return {}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Do nothing, whatever the shape: the state holds all that changes."""

    def play_candidate(self, standing: Standing) -> list[float]:
        """Play the batch with the candidate; given up after part of it if behind: fewer returns than items."""
        early, returns, total, reference = race_blocks(self.params.race, len(standing.items)), [], 0.0, 0.0
        for place, item in enumerate(standing.items):
            episode = self.player.play(self.candidate, item)
            self.state.count(episode)
            returns.append(episode.reward)
            total, reference = total + episode.reward, reference + standing.returns[place]
            if place + 1 == early < len(standing.items) and total < reference:
                break
        return returns
