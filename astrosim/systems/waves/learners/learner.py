"""Replicates that learn by gradient on the kernel; what every kind of learner offers to a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.rng import stream_key
from astrosim.systems.waves.build import build_program, leak_weights, learning_rate
from astrosim.systems.waves.initial import initial_parameters
from astrosim.systems.waves.kernel import loop
from astrosim.systems.waves.program import LIKELIHOOD, Program
from astrosim.systems.waves.scenario.schema import WaveScenario

TEST_BATCH = 128  # images evaluated together; assumed: their values stay in the second-level cache
STREAMS = ("wave_values", "wave_links", "wave_values_test", "wave_links_test")


@dataclass(frozen=True)
class Verdict:
    """Judgement of a network on a set of images.

    Attributes
    ----------
    loss : float
        Mean over images.
    accuracy : float
        Share of images that are right, 1.
    counts : ndarray of int64, shape (class,)
        Images given to each class; empty where outputs are no classes.
    outputs : ndarray of float32, shape (image, output)
        Where they were asked for; else without rows.
    """

    loss: float
    accuracy: float
    counts: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True)
class Stretch:
    """Updates to carry out: `batches` of them from `batch` on, in a pass whose order is given for each replicate.

    Attributes
    ----------
    update : int
        Updates done before, over the whole run.
    batch : int
        Batch of the pass to begin with.
    batches : int
    orders : sequence of ndarray of int32, shape (image,)
        One per replicate.
    """

    update: int
    batch: int
    batches: int
    orders: Sequence[np.ndarray]


class Learner(Protocol):
    """Replicates of one network that learn in step."""

    def advance(self, features: Sequence[np.ndarray], labels: np.ndarray, stretch: Stretch) -> np.ndarray:
        """Carry out updates.

        Parameters
        ----------
        features : sequence of ndarray of float32, shape (image, feature)
            One per replicate.
        labels : ndarray, shape (image,)
            Class numbers (int64), or targets of XOR (float32).
        stretch : Stretch

        Returns
        -------
        ndarray of float64, shape (replicate, update)
            Mean loss of every batch.
        """

    def evaluate(self, features: Sequence[np.ndarray], labels: np.ndarray, trial: int, keep: int = 0) -> list[Verdict]:
        """Judge every replicate on a set of images.

        Parameters
        ----------
        features : sequence of ndarray of float32, shape (image, feature)
            One per replicate.
        labels : ndarray, shape (image,)
            Class numbers (int64), or targets of XOR (float32).
        trial : int
            Addresses draws.
        keep : int
            Images, from the first on, whose outputs are kept.

        Returns
        -------
        list of Verdict
        """

    def parameters(self, replicate: int) -> np.ndarray:
        """Return a copy of a replicate's parameters: float32, shape (parameter,)."""

    def state(self, replicate: int) -> dict[str, np.ndarray]:
        """Return a copy of all that changes in a replicate: arrays by name, each of a fixed shape and type."""

    def restore(self, replicate: int, state: dict[str, np.ndarray]) -> None:
        """Continue a replicate from a `state()`: arrays of the same shape and type."""


@runtime_checkable
class Deciding(Protocol):
    """Learner that keeps or reverts perturbations."""

    def decisions(self) -> list[tuple[int, int]]:
        """Return perturbations kept, and tried, since this was last asked: one pair per replicate."""


def replicate_of(scenario: WaveScenario, seed: int) -> loop.Replicate:
    """Return the numbers that a program leaves open, for one replicate."""
    return loop.Replicate(
        leaks=leak_weights(scenario),
        noise=np.float32(scenario.noise.sigma),
        lost=np.float32(scenario.loss.p),
        keys=np.stack([stream_key(seed, stream) for stream in STREAMS]),
    )


def evaluation_batch(scenario: WaveScenario) -> int:
    """Return images evaluated together: at least as many as an update has."""
    return max(scenario.images_per_update, min(TEST_BATCH, scenario.test_images))


def rates_of(scenario: WaveScenario, stretch: Stretch) -> np.ndarray:
    """Return learning rates of a stretch: float64, shape (update,)."""
    updates = range(stretch.update, stretch.update + stretch.batches)
    return np.array([learning_rate(scenario, update) for update in updates])


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a read-only, contiguous view, of any shape: the kernel is compiled for one kind of array."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


class KernelNetwork:
    """One network on the kernel: parameters, working memory, and passes forward.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved.
    seed : int

    Attributes
    ----------
    program : Program
    values : ndarray of float32, shape (parameter,)
        The parameters themselves.
    """

    def __init__(self, scenario: WaveScenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.program: Program = build_program(scenario)
        self.replicate = replicate_of(scenario, seed)
        self.values = initial_parameters(scenario, seed)
        self.scratch = loop.make_scratch(self.program, evaluation_batch(scenario))

    def judge(self, features: np.ndarray, labels: np.ndarray, trial: int = 0, keep: int = 0) -> Verdict:
        """Pass images through: features of shape (image, feature), labels (image,); see `Learner.evaluate`."""
        classes = self.program.outputs if self.program.loss == LIKELIHOOD else 0
        counts = np.zeros(classes, np.int64)
        outputs = np.zeros((min(keep, len(features)), self.program.outputs), np.float32)
        every = np.arange(len(features), dtype=np.int32)
        batch = self.scratch.values.shape[1]
        loss, right = loop.evaluate(
            self.program,
            self.replicate,
            self.values,
            self.scratch,
            read_only(features),
            read_only(labels.astype(np.float32)),
            every,
            batch,
            trial,
            counts,
            outputs,
        )
        return Verdict(loss / len(features), right / len(features), counts, outputs)


class KernelLearner:
    """Gradient descent on the kernel, one replicate after the other.

    Parameters
    ----------
    scenarios : sequence of WaveScenario
        Resolved, one per replicate.
    seeds : sequence of int
    """

    def __init__(self, scenarios: Sequence[WaveScenario], seeds: Sequence[int]) -> None:
        self.networks = [KernelNetwork(scenario, seed) for scenario, seed in zip(scenarios, seeds, strict=True)]
        self.moments = [
            loop.Moments(np.zeros_like(network.values), np.zeros_like(network.values)) for network in self.networks
        ]
        self._compile()

    def _compile(self) -> None:
        """Let the kernel be compiled now, by no update at all: nobody's time shall hold it."""
        features = np.zeros((0, self.networks[0].program.inputs), np.float32)
        nothing = np.zeros(0, np.int32)
        self.advance([features] * len(self.networks), features[:, 0], Stretch(0, 0, 0, [nothing] * len(self.networks)))

    def advance(self, features: Sequence[np.ndarray], labels: np.ndarray, stretch: Stretch) -> np.ndarray:
        """Carry out updates; returns mean losses, float64, shape (replicate, update); see `Learner`."""
        losses = np.zeros((len(self.networks), stretch.batches))
        for number, network in enumerate(self.networks):
            loop.train(
                network.program,
                network.replicate,
                network.values,
                self.moments[number],
                network.scratch,
                read_only(features[number]),
                read_only(labels.astype(np.float32)),
                stretch.orders[number],
                network.scenario.images_per_update,
                rates_of(network.scenario, stretch),
                (stretch.update, stretch.batch),
                losses[number],
            )
        return losses

    def evaluate(self, features: Sequence[np.ndarray], labels: np.ndarray, trial: int, keep: int = 0) -> list[Verdict]:
        """Judge every replicate: features of shape (image, feature) each; see `Learner.evaluate`."""
        return [network.judge(own, labels, trial, keep) for network, own in zip(self.networks, features, strict=True)]

    def parameters(self, replicate: int) -> np.ndarray:
        """Return a copy of a replicate's parameters: float32, shape (parameter,)."""
        return self.networks[replicate].values.copy()

    def _arrays(self, replicate: int) -> dict[str, np.ndarray]:
        """Return what changes in a replicate: float32, shape (parameter,)."""
        moments = self.moments[replicate]
        return {"parameters": self.networks[replicate].values, "first": moments.first, "second": moments.second}

    def state(self, replicate: int) -> dict[str, np.ndarray]:
        """Return copies of a replicate's parameters and the moments of Adam: float32, shape (parameter,) each."""
        return copy_arrays(self._arrays(replicate))

    def restore(self, replicate: int, state: dict[str, np.ndarray]) -> None:
        """Continue a replicate from a `state()`: float32, shape (parameter,) each."""
        restore_arrays(self._arrays(replicate), state)
