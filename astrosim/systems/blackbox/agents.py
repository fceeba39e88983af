"""The readable engine: hidden units and astrocytes as Mesa agents; one time unit is a trial.

Units compute the network's answer themselves, in the kernel's order of sums, and episodes are played through the
environment itself, never a twin: the bits of a run on the kernel without twins.
"""

from __future__ import annotations

import mesa
import numpy as np

from astrosim.systems.blackbox.kernel.policy import TANH, Policy, tanh
from astrosim.systems.blackbox.kernel.trials import Wiring, add_direct, copy_weights, size_steps
from astrosim.systems.blackbox.learners.keep_or_revert import KeepOrRevert, Standing
from astrosim.systems.blackbox.learners.state import State
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.proposals.deciding import KEPT, TRIED
from astrosim.systems.proposals.proposing import add_territory, clear
from astrosim.systems.proposals.teams import gather_team


class PolicyUnit(mesa.Agent):
    """A hidden unit of the network that plays.

    Attributes
    ----------
    index : int
    """

    model: PolicyModel

    def __init__(self, model: PolicyModel, index: int) -> None:
        super().__init__(model)
        self.index = index

    @property
    def taps(self) -> np.ndarray:
        """Inputs that it hears: int32, shape (synapse,)."""
        return self.model.learner.wiring.taps[self.index]

    def respond(self, policy: Policy, observation: np.ndarray) -> float:
        """Return its response to an observation, float64, shape (input,)."""
        total = float(policy.bias[self.index])
        for weight, source in zip(policy.incoming[self.index].tolist(), self.taps.tolist(), strict=True):
            total += weight * float(observation[source])
        return float(tanh(total)) if policy.kind == TANH else max(total, 0.0)

    def try_steps(self, slot: int) -> None:
        """Add what a proposal changes of it to the candidate's weights."""
        proposal, candidate = self.model.learner.workspace.proposal, self.model.learner.candidate
        for k in range(int(proposal.taps[slot])):
            candidate.incoming[self.index, proposal.tap[slot, k]] += proposal.step[slot, k]
        if proposal.taps[slot] >= 0:
            candidate.bias[self.index] += proposal.bias_step[slot]
        if proposal.outward[slot]:
            candidate.outgoing[self.index] += proposal.out_step[slot]


class PolicyAstrocyte(mesa.Agent):
    """Owner of a territory of hidden units, or of the direct path.

    Attributes
    ----------
    index : int
    """

    model: PolicyModel

    def __init__(self, model: PolicyModel, index: int) -> None:
        super().__init__(model)
        self.index = index

    @property
    def sigma(self) -> float:
        """Its present sigma."""
        return float(self.model.learner.state.sigma[self.index])

    @property
    def success_rate(self) -> float:
        """Share of the trials in which it proposed that were kept; nan before the first."""
        tally = self.model.learner.state.tally
        return float(tally[KEPT, self.index] / tally[TRIED, self.index]) if tally[TRIED, self.index] else float("nan")

    @property
    def units(self) -> list[PolicyUnit]:
        """Units of its territory; none for the owner of the direct path."""
        owned = self.model.learner.wiring.owned
        return [self.model.units[unit] for unit in owned[self.index]] if self.index < len(owned) else []

    def perturb(self, number: int) -> None:
        """Propose changes of its territory, beside those of others; `number` counts proposals."""
        learner = self.model.learner
        if self.units:
            add_territory(learner.wiring, learner.params, learner.of_trials, learner.workspace, self.index, number)
        else:
            add_direct(learner.wiring, learner.params, learner.of_trials, learner.workspace, self.index, number)


class PolicyModel(mesa.Model):
    """A policy network as Mesa agents; one time unit is one trial.

    Parameters
    ----------
    learner : AgentsLearner
    seed : int
    """

    def __init__(self, learner: AgentsLearner, seed: int) -> None:
        super().__init__(rng=seed)
        self.learner = learner
        self.units = [PolicyUnit(self, index) for index in range(len(learner.wiring.taps))]
        self.astrocytes = [PolicyAstrocyte(self, index) for index in range(len(learner.state.sigma))]
        self.standing = Standing([], [])
        self.centre, self.spread = learner.state.spread()

    def present(self, standing: Standing, centre: np.ndarray, spread: np.ndarray) -> None:
        """Present a new batch, as the current network played it; centre and spread have shape (input,)."""
        self.standing, self.centre, self.spread = standing, centre, spread

    def step(self) -> None:
        """Carry out one trial."""
        self.standing = self.learner.trial(self.standing, self.centre, self.spread)

    def answer(self, policy: Policy, observation: np.ndarray, hidden: np.ndarray, outputs: np.ndarray) -> None:
        """Compute the outputs for an observation, shape (input,), by the units. Writes: hidden, outputs."""
        outputs[:] = policy.output_bias
        for unit in self.units:
            hidden[unit.index] = unit.respond(policy, observation)
            for k in range(len(outputs)):
                outputs[k] += hidden[unit.index] * policy.outgoing[unit.index, k]
        for i in range(len(policy.direct)):
            for k in range(len(outputs)):
                outputs[k] += observation[i] * policy.direct[i, k]


class AgentsLearner(KeepOrRevert):
    """Keep or revert by agents; see `KeepOrRevert`."""

    def __init__(self, scenario: BlackboxScenario, seed: int, state: State, wiring: Wiring, player: Player) -> None:
        super().__init__(scenario, seed, state, wiring, player)
        self.model = PolicyModel(self, seed)
        player.answer = self.model.answer

    def carry_out(self, standing: Standing, centre: np.ndarray, spread: np.ndarray) -> None:
        """Carry out the trials of a batch, on Mesa's clock; centre and spread have shape (input,)."""
        self.model.present(standing, centre, spread)
        self.model.run_for(self.scenario.decision.stay)

    def propose(self, first: int, centre: np.ndarray, spread: np.ndarray) -> None:
        """Let astrocytes propose, and their units try it; centre and spread have shape (input,)."""
        self.workspace.direct[0] = False
        clear(self.workspace.proposal)
        gather_team(self.workspace.team, self.params, first)
        for place in range(self.together):
            self.model.astrocytes[self.workspace.team.deck[place]].perturb(first + place)
        size_steps(self.wiring, self.workspace, centre, spread)
        copy_weights(self.state.policy, self.candidate)
        proposal = self.workspace.proposal
        for slot in range(int(proposal.slots[0])):
            self.model.units[proposal.unit[slot]].try_steps(slot)
        self.candidate.output_bias[:] += proposal.output_bias_step
        if self.workspace.direct[0]:
            self.candidate.direct[:] += self.workspace.direct_step


__all__ = ["AgentsLearner", "PolicyAstrocyte", "PolicyModel", "PolicyUnit"]
