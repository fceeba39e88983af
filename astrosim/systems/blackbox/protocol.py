"""What a task looks like to its learner: one number for each episode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from astrosim.systems.blackbox.kernel.moments import Moments
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.trained import TrainedPolicy


class Episode(NamedTuple):
    """Return of an episode, and its length."""

    reward: float
    steps: int


class Trace(NamedTuple):
    """Course of an episode.

    Attributes
    ----------
    observations : ndarray, shape (step, input)
    actions : ndarray, shape (step, component)
    rewards : ndarray, shape (step,)
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray


@dataclass
class TaskCard:
    """Facts of a task."""

    name: str
    inputs: int
    outputs: int
    answer: str
    low: np.ndarray
    high: np.ndarray
    max_steps: int
    threshold: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    twin: str = ""


Answer = Callable[[Policy, np.ndarray, np.ndarray, np.ndarray], None]
"""Computes the outputs of a policy for an observation, as `kernel.policy.respond` does: writes hidden and outputs."""


class Player(Protocol):
    """Task whose items are played, one whole episode each.

    Attributes
    ----------
    card : TaskCard
    answer : callable or None
        Computes outputs in place of the kernel: the agents, if they play.
    """

    card: TaskCard
    answer: Answer | None

    def play(self, policy: Policy, item: int, moments: Moments | None = None) -> Episode:
        """Return an episode from its seed."""

    def trace(self, policy: Policy, item: int) -> Trace:
        """Return the course of the same episode."""

    def frames(self, policy: Policy, item: int) -> Iterator[np.ndarray]:
        """Yield RGB frames, uint8, shape (row, column, 3)."""

    def weights(self, policy: Policy) -> np.ndarray:
        """Return the weights as one vector, float64, shape (parameter,)."""

    def trained(self, policy: Policy) -> TrainedPolicy:
        """Return a policy that can be asked outside the run."""

    def fresh(self) -> Player:
        """Return a player that shares nothing with this one."""

    def watch(self, policy: Policy, item: int) -> bool:
        """Play the same episode in a window of the task's own; returns whether there is one."""

    def close(self) -> None:
        """Release what is open."""
