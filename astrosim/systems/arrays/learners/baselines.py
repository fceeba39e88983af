"""Learners without keep or revert, on the same network and batches: SPSA (Spall 1992) and backpropagation, with Adam.

A trial is an evaluation of the batch for them, too: SPSA takes a step every two trials (one network on each side), and
backpropagation every three (a gradient costs about three forward passes).
"""

from __future__ import annotations

import numpy as np

from astrosim.systems.arrays.kernel.arrays import Batch
from astrosim.systems.arrays.kernel.gradients import gradient
from astrosim.systems.arrays.kernel.loop import IMAGES, SYNAPSES, computed
from astrosim.systems.arrays.kernel.trials import evaluate, refresh
from astrosim.systems.arrays.kernel.workspace import fitted
from astrosim.systems.arrays.learners.keep_or_revert import PARAMETERS, State, make_params, make_workspace, mean_reward
from astrosim.systems.arrays.scenario.schema import COUNTED, ArrayScenario
from astrosim.systems.proposals.proposing import BOTH, propose_units

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma and Ba 2015, algorithm 1


class Stepping:
    """Learners that take a step of Adam every few trials."""

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        self.scenario, self.state, self.workspace = scenario, state, make_workspace(scenario)
        self.trials = COUNTED[scenario.learner.rule]

    def warm(self, batch: Batch) -> None:
        """Find a gradient, and forget it."""
        counts = self.state.counts.copy()
        self.workspace = fitted(self.workspace, batch)
        self.refresh(batch)
        self.gradient(batch, 0)
        self.state.counts[:] = counts

    def stay(self, batch: Batch, number: int) -> float:
        """Return all steps whose last trial falls on the batch."""
        state, stay = self.state, self.scenario.batches.stay
        self.workspace = fitted(self.workspace, batch)
        self.refresh(batch)
        for trial in range(number * stay, (number + 1) * stay):
            if (trial + 1) % self.trials == 0:
                self.ascend(self.gradient(batch, trial))
                self.refresh(batch)
        state.counts[IMAGES] += stay * batch.images
        return mean_reward(self.workspace.standing, batch)

    def refresh(self, batch: Batch) -> None:
        """Evaluate the batch from scratch."""
        refresh(self.state.net, batch, self.workspace.every, self.workspace.standing, self.workspace.scratch)

    def gradient(self, batch: Batch, trial: int) -> list[np.ndarray]:
        """Estimate the gradient of the mean reward on a batch.

        Returns
        -------
        list of ndarray of float32
            In the order of `PARAMETERS`: shape (unit, synapse), (unit,), (unit, class) and (class,).
        """
        raise NotImplementedError

    def ascend(self, slopes: list[np.ndarray]) -> None:
        """Take a step of Adam (Kingma and Ba 2015) uphill; bias corrections by plain products.

        Parameters
        ----------
        slopes : list of ndarray of float32
            In the order of `PARAMETERS`, each of the shape of its parameter.
        """
        moments = self.state.moments
        moments["steps"] += 1
        count = int(moments["steps"][0])
        corrections = 1.0 - BETA_1**count, 1.0 - BETA_2**count
        rate = np.float32(self.scenario.learner.rate * np.sqrt(corrections[1]) / corrections[0])
        for name, weights, slope in zip(PARAMETERS, self.state.parameters(), slopes, strict=True):
            first, second = moments[f"first_{name}"], moments[f"second_{name}"]
            first += np.float32(1 - BETA_1) * (slope - first)
            second += np.float32(1 - BETA_2) * (slope * slope - second)
            np.add(weights, rate * first / (np.sqrt(second) + np.float32(EPSILON)), out=weights)


class Backpropagation(Stepping):
    """The exact gradient."""

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        super().__init__(scenario, seed, state)
        self.slopes = [np.zeros_like(array) for array in state.parameters()]

    def gradient(self, batch: Batch, trial: int) -> list[np.ndarray]:
        """Return the exact gradient on the batch: by parameter as `Stepping.gradient`, float32, of its shape."""
        net = self.state.net
        gradient(net, batch, self.workspace.standing, self.workspace.scratch, *self.slopes)
        if net.l2:
            self.slopes[0] -= np.float32(net.l2) * net.incoming
            self.slopes[2] -= np.float32(net.l2) * net.outgoing
        self.state.counts[SYNAPSES] += self.trials * batch.images * self.scenario.synapses
        return self.slopes


class Spsa(Stepping):
    """Two networks on either side of the present one, a random step of all parameters apart."""

    def __init__(self, scenario: ArrayScenario, seed: int, state: State) -> None:
        super().__init__(scenario, seed, state)
        self.units = state.net.owned.reshape(-1)
        self.params = make_params(scenario, seed)._replace(fraction=1.0)

    def gradient(self, batch: Batch, trial: int) -> list[np.ndarray]:
        """Return the step, in units of each parameter's own scale, times the slope of the reward along it.

        In the order of `PARAMETERS`, each float32, of its parameter's shape.
        """
        proposal, sigma = self.workspace.proposal, np.float32(self.scenario.perturbation.sigma)
        self._propose(sigma, trial)
        self.state.counts[SYNAPSES] += self.trials * batch.images * computed(proposal)
        gains = []
        for _ in range(2):
            blocks = len(batch.labels)
            standing, scratch = self.workspace.standing, self.workspace.scratch
            gains.append(evaluate(self.state.net, batch, standing, proposal, scratch, 0, blocks))
            for array in (proposal.step, proposal.bias_step, proposal.out_step, proposal.output_bias_step):
                np.negative(array, out=array)
        slope = np.float32((gains[0] - gains[1]) / (2.0 * batch.images * float(sigma) ** 2))
        scales = [getattr(self.params, name) ** 2 for name in PARAMETERS]
        taken = (proposal.step[:, : self.scenario.incoming], proposal.bias_step, proposal.out_step)
        return [slope * one / scale for one, scale in zip((*taken, proposal.output_bias_step), scales, strict=True)]

    def _propose(self, sigma: np.float32, trial: int) -> None:
        proposal, normal = self.workspace.proposal, self.workspace.normal
        propose_units(proposal, self.units, BOTH, self.scenario.incoming, sigma, self.params, trial, normal)
