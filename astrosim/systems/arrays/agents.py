"""The same trials carried out by Mesa agents: the readable engine, bit for bit what the kernel does.

Hidden units, outputs and astrocytes are agents that view rows of the arrays. `ArrayModel` walks the phases of a trial,
one Mesa time unit each: choose, perturb, evaluate, decide, adapt; where several propose side by side, a unit is a round
of trials. Formulas are those of `kernel`: agents have none of their own.
"""

from __future__ import annotations

import mesa
import numpy as np

from astrosim.rules.decision import keeps
from astrosim.systems.arrays.kernel.arrays import Batch
from astrosim.systems.arrays.kernel.loop import IMAGES, SYNAPSES, computed
from astrosim.systems.arrays.kernel.passes import (
    added,
    response_changes,
    responses,
    rewards_of,
    weighted,
)
from astrosim.systems.arrays.kernel.trials import penalty_change, refresh
from astrosim.systems.arrays.kernel.workspace import fitted
from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, State, mean_reward
from astrosim.systems.arrays.network import plane_of
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.proposals.deciding import KEPT, TRIED, next_sigma, race_blocks
from astrosim.systems.proposals.likelihood import BLOCK, folded, spread, valid_in
from astrosim.systems.proposals.proposing import propose
from astrosim.systems.proposals.teams import BEST, assemble, gather_team, stands_together


class HiddenUnit(mesa.Agent):
    """A unit over a receptive field.

    Attributes
    ----------
    index : int
    position : tuple of float
        Column and row of its field's centre, in pixels.
    """

    model: ArrayModel

    def __init__(self, model: ArrayModel, index: int, position: tuple[float, float]) -> None:
        super().__init__(model)
        self.index, self.position = index, position

    @property
    def taps(self) -> np.ndarray:
        """Pixels that it hears: int32, shape (synapse,)."""
        return self.model.net.taps[self.index]

    @property
    def outgoing(self) -> np.ndarray:
        """Weights to the outputs: float32, shape (class,)."""
        return self.model.net.outgoing[self.index]

    def imagine(self, slot: int, block: int) -> None:
        """Compute its sums over a block under the proposal."""
        model, proposal, scratch = self.model, self.model.workspace.proposal, self.model.workspace.scratch
        count = int(proposal.taps[slot])
        if count < 0:
            return
        pixel = self.taps[proposal.tap[slot, :count]]
        weight = proposal.step[slot, :count] * model.net.scale
        constant = proposal.bias_step[slot]
        for p, w in zip(pixel, weight, strict=True):
            constant = np.float32(constant - w * model.net.centre[p])
        weighted(model.batch.pixels, block, pixel, weight, count, constant, scratch.change)
        added(model.workspace.standing.sums[self.index, block], scratch.change, scratch.sums[slot, block])

    def tell(self, slot: int, block: int, logits: np.ndarray) -> None:
        """Send the outputs what the proposal changes, float32, shape (class, BLOCK)."""
        proposal, scratch, kind = self.model.workspace.proposal, self.model.workspace.scratch, self.model.net.kind
        sums = self.model.workspace.standing.sums[self.index, block]
        if proposal.taps[slot] < 0:
            responses(kind, sums, scratch.after)
        else:
            response_changes(kind, sums, scratch.sums[slot, block], scratch.after, scratch.before)
            spread(self.outgoing, scratch.before, logits)
        if proposal.outward[slot]:
            spread(proposal.out_step[slot], scratch.after, logits)

    def adopt(self, slot: int) -> None:
        """Make its part of the proposal the standing state."""
        proposal, net = self.model.workspace.proposal, self.model.net
        count = int(proposal.taps[slot])
        if count >= 0:
            self.model.workspace.standing.sums[self.index] = self.model.workspace.scratch.sums[slot]
            for k in range(count):
                net.incoming[self.index, proposal.tap[slot, k]] += proposal.step[slot, k]
            net.bias[self.index] += proposal.bias_step[slot]
        if proposal.outward[slot]:
            self.outgoing[:] += proposal.out_step[slot]


class ArrayAstrocyte(mesa.Agent):
    """Owner of a territory of hidden units, or of all of them.

    Attributes
    ----------
    index : int
    """

    model: ArrayModel

    def __init__(self, model: ArrayModel, index: int) -> None:
        super().__init__(model)
        self.index = index

    @property
    def sigma(self) -> float:
        """Its present sigma."""
        return float(self.model.state.sigma[self.index])

    def adapt(self, gained: bool, kept: bool) -> None:
        """Take note of a trial of its own: whether its proposal gained, and whether it stands."""
        self.model.state.sigma[self.index] = next_sigma(self.sigma, gained, self.model.params, self.model.cap)
        self.model.state.tally[TRIED, self.index] += 1
        self.model.state.tally[KEPT, self.index] += kept


class ArrayModel(mesa.Model):
    """A network of receptive fields as Mesa agents; one time unit is one trial, or a round of several side by side.

    Parameters
    ----------
    scenario : ArrayScenario
        Resolved; any learner by keep or revert.
    seed : int
    state : State
    """

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        super().__init__(rng=seed)
        tools = KernelLearner(scenario, seed, state)
        self.experiment, self.state, self.net = scenario, state, state.net
        self.params, self.workspace = tools.params, tools.workspace
        centres = plane_of(scenario, seed).units
        self.units = [HiddenUnit(self, h, (float(x), float(y))) for h, (x, y) in enumerate(centres)]
        self.astrocytes = [ArrayAstrocyte(self, a) for a in range(len(state.sigma))]
        self.trial, self.cap = 0, float(scenario.caps[0])
        self.batch: Batch

    def present(self, batch: Batch, number: int) -> None:
        """Present a new batch: compute everything from scratch."""
        self.batch, self.cap = batch, float(self.experiment.caps[number])
        self.trial = number * self.experiment.batches.stay
        self.workspace = fitted(self.workspace, batch)
        refresh(self.net, batch, self.workspace.every, self.workspace.standing, self.workspace.scratch)

    def step(self) -> None:
        """Carry out one trial, or a round of trials."""
        if self.experiment.decision.proposals > 1:
            self._round()
            return
        actor = self._perturb()
        gained = self._weigh(self.params.race)
        kept = keeps(gained, 0.0)
        if kept:
            self._keep()
        actor.adapt(kept, kept)
        self.trial += 1

    def _round(self) -> None:
        """All members of a team propose against the same network; then who stands is decided."""
        team, accept = self.workspace.team, self.params.accept
        gather_team(team, self.params, self.trial)
        size = len(team.gained)
        for place in range(size):
            self._assemble(place)
            team.gained[place] = self._weigh(self.params.race)
        winners = [place for place in range(size) if keeps(team.gained[place], 0.0)]
        stand: list[int] = []
        if len(winners) > 1 and accept != BEST:
            self._assemble(-1)
            stand = winners if stands_together(accept, self._weigh(1.0), team) else []
        if winners and not stand:
            stand = [max(winners, key=lambda place: (team.gained[place], -place))]
            self._assemble(stand[0])
            self._evaluate(1.0)
        if stand:
            self._keep()
        for place in range(size):
            self.astrocytes[team.deck[place]].adapt(place in winners, place in stand)
        self.trial += size

    def _assemble(self, only: int) -> None:
        """The proposal of one place of the team, or with -1 of all that gained."""
        assemble(self.net, self.params, self.state.of_trials, self.workspace, only, self.trial)

    def _perturb(self) -> ArrayAstrocyte:
        """Who acts, and what it proposes."""
        return self.astrocytes[propose(self.net, self.params, self.state.of_trials, self.workspace, self.trial)]

    def _changed(self) -> list[tuple[int, HiddenUnit]]:
        proposal = self.workspace.proposal
        return [(slot, self.units[proposal.unit[slot]]) for slot in range(int(proposal.slots[0]))]

    def _weigh(self, race: float) -> float:
        """Change of the summed reward by the proposal; what that costs is counted."""
        gained, images = self._evaluate(race)
        self.state.counts[IMAGES] += images
        self.state.counts[SYNAPSES] += images * computed(self.workspace.proposal)
        return gained

    def _evaluate(self, race: float) -> tuple[float, int]:
        """Change of the summed reward, and images that it took; a race may end it early."""
        blocks = len(self.batch.labels)
        early, gained, done = race_blocks(race, blocks), 0.0, 0
        for first, stop in ((0, early), (early, blocks)):
            if first and not keeps(gained, 0.0):
                break
            part = 0.0
            for block in range(first, stop):
                part += self._gain(block)
                done = block + 1
            gained += part
        return gained, min(done * BLOCK, self.batch.images)

    def _gain(self, block: int) -> float:
        """What the proposal gains on a block."""
        standing, scratch, batch = self.workspace.standing, self.workspace.scratch, self.batch
        for slot, unit in self._changed():
            unit.imagine(slot, block)
        scratch.logits[:] = standing.logits[block]
        self._tell(block, scratch.logits)
        rewards_of(
            self.net.reward, scratch.logits, batch, block, scratch.top, scratch.total, scratch.own, scratch.rewards
        )  # fmt: skip
        valid = valid_in(batch.images, block)
        gained = float(folded(scratch.rewards, standing.rewards, block, valid, scratch.top))
        return gained - float(penalty_change(self.net, self.workspace.proposal)) * valid

    def _tell(self, block: int, logits: np.ndarray) -> None:
        for slot, unit in self._changed():
            unit.tell(slot, block, logits)
        for c, step in enumerate(self.workspace.proposal.output_bias_step):
            if step != 0.0:
                logits[c] += step

    def _keep(self) -> None:
        """Let the proposal stand."""
        standing, proposal = self.workspace.standing, self.workspace.proposal
        for block in range(len(self.batch.labels)):
            self._tell(block, standing.logits[block])
        standing.rewards[:] = self.workspace.scratch.rewards
        for slot, unit in self._changed():
            unit.adopt(slot)
        self.net.output_bias[:] += proposal.output_bias_step


class AgentsLearner:
    """Keep or revert by agents."""

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        self.scenario, self.state = scenario, state
        self.model = ArrayModel(scenario, seed, state)

    def warm(self, batch: Batch) -> None:
        """Do nothing: agents need no compilation."""

    def stay(self, batch: Batch, number: int) -> float:
        """Carry out all trials on a batch; returns the mean reward on it at their end."""
        self.model.present(batch, number)
        self.model.run_for(self.scenario.batches.stay // self.scenario.decision.proposals)
        return mean_reward(self.model.workspace.standing, batch)


__all__ = ["AgentsLearner", "ArrayAstrocyte", "ArrayModel", "HiddenUnit"]
