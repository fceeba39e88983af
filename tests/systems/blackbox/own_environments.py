"""Environments of a stranger: right ones, and each thing that can go wrong."""

from __future__ import annotations

import random
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from astrosim.systems.blackbox.kernel.policy import TANH, Policy

Step = tuple[Any, Any, bool, bool, dict[str, Any]]


class Corridor(gymnasium.Env):
    """A walk along some places to the last; seen as the number of the place, from 3 on. Rewards -1 for each step."""

    def __init__(self, length: int = 5) -> None:
        self.observation_space = spaces.Discrete(length, start=3)
        self.action_space = spaces.Discrete(2, start=10)
        self.last = length - 1

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.place = int(self.np_random.integers(self.last))
        return self.place + 3, {}

    def step(self, action: Any) -> Step:
        assert type(action) is int
        assert self.action_space.contains(action)
        self.place = min(max(self.place + (1 if action == 11 else -1), 0), self.last)
        return self.place + 3, -1.0, self.place == self.last, False, {}


class Reach(gymnasium.Env):
    """Rewards the action itself, three components of unequal bounds; sees a 2 x 2 array of its numbers."""

    low = np.array([-1.0, 0.1, -3.3], np.float32)
    high = np.array([1.0, 0.7, 9.1], np.float32)

    def __init__(self, dtype: Any = np.float32) -> None:
        self.action_space = spaces.Box(self.low.astype(dtype), self.high.astype(dtype), dtype=dtype)
        self.observation_space = spaces.Box(-10.0, 10.0, (2, 2), np.float32)
        self.taken: list[np.ndarray] = []

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.taken = []
        return self.np_random.normal(size=(2, 2)).astype(np.float32), {}

    def step(self, action: Any) -> Step:
        assert self.action_space.contains(action)
        self.taken.append(action)
        return self.np_random.normal(size=(2, 2)).astype(np.float32), np.float32(action.sum()), False, False, {}


class Faulty(Corridor):
    """A corridor in which something goes wrong at a step."""

    def __init__(self, fault: Any = None, at: int = 3) -> None:
        super().__init__(100)
        self.fault, self.at = fault, at

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.time = 0
        return super().reset(seed=seed)

    def step(self, action: Any) -> Step:
        self.time += 1
        observation, reward, ended, cut, info = super().step(action)
        if self.time == self.at:
            if isinstance(self.fault, Exception):
                raise self.fault
            reward = self.fault
        return observation, reward, ended, cut, info


class Seeing(Reach):
    """Sees what it is told to see, at its second step."""

    def __init__(self, observation: Any) -> None:
        super().__init__()
        self.shown = observation

    def step(self, action: Any) -> Step:
        observation, *rest = super().step(action)
        return (self.shown if len(self.taken) == 1 else observation), *rest  # type: ignore[return-value]


class Remembering(Reach):
    """Counts its episodes, and rewards the count."""

    episodes = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.episodes += 1
        return super().reset(seed=seed)

    def step(self, action: Any) -> Step:
        observation, reward, *rest = super().step(action)
        return observation, reward + self.episodes, *rest  # type: ignore[return-value]


class Following(Remembering):
    """Counts the episodes of other seeds than 17 alone: two in a row of one seed are equal."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.episodes -= seed == 17
        return super().reset(seed=seed)


class Global(Reach):
    """Draws its rewards from Python's own generator."""

    def step(self, action: Any) -> Step:
        observation, _, *rest = super().step(action)
        return observation, random.random(), *rest  # type: ignore[return-value]


class Wide(gymnasium.Env):
    """An environment with any spaces."""

    def __init__(self, observation: Any, action: Any) -> None:
        self.observation_space, self.action_space = observation, action


def constant(outputs: list[float]) -> Policy:
    """A policy with the same outputs whatever it sees."""
    count = len(outputs)
    return Policy(
        taps=np.zeros((1, 1), np.int32),
        incoming=np.zeros((1, 1)),
        bias=np.zeros(1),
        outgoing=np.zeros((1, count)),
        output_bias=np.array(outputs),
        direct=np.zeros((0, count)),
        kind=TANH,
    )


RIGHT, LEFT = (constant(outputs) for outputs in ([0.0, 1.0], [1.0, 0.0]))
"""Policies for corridors of any length."""
