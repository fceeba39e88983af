"""Keep or revert in torch: all proposals of a round are evaluated in one batch, on a GPU where there is one.

Draws and decisions are the kernel's. Sums run in the order of torch's products, so a gain differs from the kernel's by
rounding, and a decision where the gain is no larger than that. Dimensionless, float32; gains are summed in float64.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from astrosim.core.device import place
from astrosim.rules.decision import keeps
from astrosim.systems.arrays.kernel.arrays import LIKELIHOOD, RELU, SQUARES, Batch
from astrosim.systems.arrays.kernel.loop import IMAGES, SYNAPSES
from astrosim.systems.arrays.kernel.passes import check_kind
from astrosim.systems.arrays.kernel.rounds import lay_out, make_proposals
from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, State
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.proposals.proposing import actor_of
from astrosim.systems.proposals.teams import BEST, adapt_team, best_of, gather_team, stands_together

NUMBERS = {"cpu": 2**21, "cuda": 2**27}  # logits of a chunk of proposals; assumed: a few caches, and half a gigabyte


class TorchLearner:
    """Rounds of proposals, each round in one batch.

    Parameters
    ----------
    scenario : ArrayScenario
        Resolved, with ``learner.rule = "astrocytes"``.
    seed : int
    state : State
        Its arrays hold the parameters between two batches of images.
    """

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        tools = KernelLearner(scenario, seed, state)
        self.scenario, self.state, self.device = scenario, state, place(scenario.device)
        self.params, self.workspace, self.team = tools.params, tools.workspace, tools.workspace.team
        size, members = scenario.decision.proposals, scenario.territory.units
        self.proposals = make_proposals(size, members, scenario.incoming, scenario.outputs)
        self.taps = torch.from_numpy(state.net.taps.astype(np.int64)).to(self.device)

    def warm(self, batch: Batch) -> None:
        """Compile what draws, and load torch's products."""
        before = [array.copy() for array in self.state.arrays().values()]
        self.present(batch)
        self.advance(batch, 0, len(self.team.gained), 0.0)
        for array, saved in zip(self.state.arrays().values(), before, strict=True):
            array[...] = saved

    def stay(self, batch: Batch, number: int) -> float:
        """Carry out all trials on a batch, the `number`-th from 0; returns the mean reward on it at their end."""
        stay, cap = self.scenario.batches.stay, float(self.scenario.caps[number])
        self.present(batch)
        self.advance(batch, number * stay, stay, cap)
        return float(self.rewards.sum(dtype=torch.float64)) / batch.images

    def advance(self, batch: Batch, first: int, trials: int, cap: float) -> None:
        """Carry out trials on the batch that was presented, from number `first` on; whole rounds; sigma stays below
        `cap`."""
        for trial in range(first, first + trials, len(self.team.gained)):
            self._round(trial, cap)

    def _on_device(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)

    def present(self, batch: Batch) -> None:
        """Present a new batch: compute everything from scratch."""
        net, units = self.state.net, self.scenario.network.units
        pixels = batch.pixels.transpose(1, 0, 2).reshape(self.scenario.inputs, -1)[:, : batch.images]
        inputs = self._on_device(pixels).float() - self._on_device(net.centre)[:, None]
        self.inputs = inputs * float(net.scale)  # (pixel, image)
        self.labels = self._on_device(batch.labels.reshape(-1)[: batch.images].astype(np.int64))
        self.outgoing = self._on_device(net.outgoing.copy())
        incoming = self._dense(torch.arange(units, device=self.device), self._on_device(net.incoming))
        self.sums = incoming @ self.inputs + self._on_device(net.bias)[:, None]  # (unit, image)
        self.logits = self.outgoing.T @ self._response(self.sums) + self._on_device(net.output_bias)[:, None]
        self.rewards = self._rewards(self.logits[None])[0]

    def _dense(self, units: Tensor, synapses: Tensor) -> Tensor:
        """Synapses of units, shape (unit, synapse), as weights on all pixels, shape (unit, pixel)."""
        whole = torch.zeros(len(units), self.scenario.inputs, device=self.device)
        return whole.scatter_(1, self.taps[units], synapses)

    def _response(self, sums: Tensor) -> Tensor:
        check_kind(self.state.net.kind)
        return sums.clamp(min=0.0) if self.state.net.kind == RELU else (sums > 0).float()

    def _rewards(self, logits: Tensor) -> Tensor:
        """Rewards of every image: logits (proposal, class, image) to (proposal, image)."""
        labels = self.labels.expand(len(logits), 1, -1)
        if self.state.net.reward == LIKELIHOOD:
            return torch.log_softmax(logits, 1).gather(1, labels)[:, 0]
        if self.state.net.reward != SQUARES:
            raise ValueError("decision.reward: a reward without a formula")
        return -((logits - torch.zeros_like(logits).scatter_(1, labels, 1.0)) ** 2).sum(1)

    def _round(self, trial: int, cap: float) -> None:
        """All members propose against the same network; then who stands is decided."""
        team, state, images = self.team, self.state, len(self.labels)
        if len(team.gained) > 1:
            gather_team(team, self.params, trial)
        else:
            team.deck[0] = actor_of(self.params, trial, len(team.deck))
        lay_out(state.net, self.params, state.of_trials, self.workspace, self.proposals, trial)
        every = np.arange(len(team.gained))
        chunk = max(1, NUMBERS[self.device.type] // (images * self.scenario.outputs))
        for first in range(0, len(every), chunk):
            part = every[first : first + chunk]
            team.gained[part] = self._gains(self.logits + self._changes(part))
        self._count(images, int(self.proposals.computed.sum()), len(every))
        winners = np.flatnonzero([keeps(gained, 0.0) for gained in team.gained])
        kept, stand = -2, winners[:0]
        if len(winners) > 1 and self.params.accept != BEST:
            gained = float(self._gains((self.logits + self._sum_of_changes(winners, chunk))[None])[0])
            self._count(images, int(self.proposals.computed[winners].sum()), 1)
            if stands_together(self.params.accept, gained, team):
                kept, stand = -1, winners
        if len(winners) and not len(stand):
            kept = int(best_of(team.gained))
            stand = np.array([kept])
        if len(stand):
            self._keep(stand, chunk)
        adapt_team(self.params, state.of_trials, team, cap, kept)

    def _count(self, images: int, synapses: int, evaluations: int) -> None:
        self.state.counts[IMAGES] += images * evaluations
        self.state.counts[SYNAPSES] += images * synapses

    def _gains(self, logits: Tensor) -> np.ndarray:
        """Change of the summed reward, of logits (proposal, class, image): float64, shape (proposal,)."""
        return (self._rewards(logits) - self.rewards).sum(1, dtype=torch.float64).cpu().numpy()

    def _new_sums(self, places: np.ndarray) -> tuple[Tensor, Tensor]:
        """Units whose incoming side changes by the proposals at some places, and their sums, shape (unit, image)."""
        units = self._on_device(self.proposals.unit[places].reshape(-1))
        steps = self._on_device(self.proposals.step[places].reshape(len(units), -1))
        biases = self._on_device(self.proposals.bias_step[places].reshape(-1))
        return units, self.sums[units] + (self._dense(units, steps) @ self.inputs + biases[:, None])

    def _changes(self, places: np.ndarray) -> Tensor:
        """What the proposals at some places change of the logits: shape (place, class, image)."""
        proposals, images, members = self.proposals, len(self.labels), self.proposals.unit.shape[1]
        inward = proposals.inward[places]
        changes = torch.zeros(len(places), self.scenario.outputs, images, device=self.device)
        if inward.any():
            units, sums = self._new_sums(places[inward])
            moved = self._response(sums) - self._response(self.sums[units])
            weights = self.outgoing[units].view(-1, members, self.scenario.outputs)
            changes[self._on_device(inward)] = weights.transpose(1, 2) @ moved.view(-1, members, images)
        if not inward.all():
            outward = places[~inward]
            units = self._on_device(proposals.unit[outward])
            weights = self._on_device(proposals.out_step[outward])
            sent = weights.transpose(1, 2) @ self._response(self.sums[units])
            changes[self._on_device(~inward)] = sent + self._on_device(proposals.output_bias_step[outward])[:, :, None]
        return changes

    def _sum_of_changes(self, places: np.ndarray, chunk: int) -> Tensor:
        """What several proposals change together: their territories share no unit, so it is the sum."""
        parts = [self._changes(places[first : first + chunk]).sum(0) for first in range(0, len(places), chunk)]
        return torch.stack(parts).sum(0)

    def _keep(self, places: np.ndarray, chunk: int) -> None:
        """Let the proposals at some places stand."""
        proposals, net = self.proposals, self.state.net
        self.logits = self.logits + self._sum_of_changes(places, chunk)
        self.rewards = self._rewards(self.logits[None])[0]
        inward = places[proposals.inward[places]]
        if len(inward):
            units, sums = self._new_sums(inward)
            self.sums[units] = sums
        units = proposals.unit[places].reshape(-1)
        net.incoming[units] += proposals.step[places].reshape(len(units), -1)
        net.bias[units] += proposals.bias_step[places].reshape(-1)
        net.outgoing[units] += proposals.out_step[places].reshape(len(units), -1)
        net.output_bias[:] += proposals.output_bias_step[places].sum(0)
        self.outgoing[self._on_device(units)] = self._on_device(net.outgoing[units])
