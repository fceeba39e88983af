"""Episodes of an environment, played through Gymnasium's methods: `reset` with a seed, and `step` to the end."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from numbers import Real
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError, RunError, ScenarioError
from astrosim.systems.blackbox.environments.drawing import WINDOW, drawable, has_screen, picture
from astrosim.systems.blackbox.environments.finding import FIELD, Maker
from astrosim.systems.blackbox.environments.spaces import actions_of, observations_of
from astrosim.systems.blackbox.kernel.actions import ANSWERS, act, choose
from astrosim.systems.blackbox.kernel.moments import Moments, gather
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.limits import Limit
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.protocol import Answer, Episode, TaskCard, Trace
from astrosim.systems.blackbox.trained import PlayedNetwork, TrainedPolicy

WORST = -math.inf  # return of an episode that counts as the worst: no other is below it
NONE = Moments(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
"""Moments that gather nothing."""
PACKAGES = ("gymnasium", "numpy", "Box2D", "mujoco", "ale_py", "jax")
"""Modules whose versions an episode may depend on."""
ON_NAN, ON_ERROR = ("stop", "worst"), ("stop", "revert")
REPLAY = ("exact", "fresh", "inexact")


class FaultyNumberError(RunError):
    """A reward or an observation that is no finite number: names seed, step, action and observation."""


class FailedEpisodeError(RunError):
    """An environment that raised an error, or broke its own account of itself: names seed and step."""


class GymPlayer:
    """Player of any environment.

    Parameters
    ----------
    maker : Maker
    max_steps : int
        Limit of an episode's steps; 0 for the environment's own.
    action : str
        "auto", "argmax", "tanh" or "clip".
    on_nan : str
        "stop" with an error where a number is not finite, or take the episode for the "worst".
    on_error : str
        "stop" where the environment raises an error, or let the trial "revert".
    replay : str
        "exact", "fresh" (a new environment for each episode, for those that keep state across reset) or "inexact".
    seconds : float
        Longest wall-clock time of an episode; 0: no limit.

    Raises
    ------
    ScenarioError
        If it cannot be played; each problem opens with its field.
    """

    def __init__(
        self,
        maker: Maker,
        max_steps: int = 0,
        action: str = "auto",
        on_nan: str = "stop",
        on_error: str = "stop",
        replay: str = "exact",
        seconds: float = 0.0,
    ) -> None:
        _check_choice("on_nan", on_nan, ON_NAN)
        _check_choice("on_error", on_error, ON_ERROR)
        _check_choice("replay", replay, REPLAY)
        self._maker, self._max_steps, self._choice = maker, max_steps, action
        self._on_nan, self._on_error, self._replay = on_nan, on_error, replay
        self._used, self._limit = False, Limit(seconds, FIELD, f"an episode of {maker.name}, seed")
        self._environment = maker()
        spec = getattr(self._environment, "spec", None)
        limit = max_steps or (spec.max_episode_steps if spec is not None else None)
        self._observations = observations_of(self._environment.observation_space, maker.name)
        self._actions = actions_of(self._environment.action_space, action, maker.name)
        if not limit:
            raise ScenarioError(
                [f"task.max_steps: {maker.name} has no limit of its own (0). Write the steps after which it ends."]
            )
        self.card = TaskCard(
            name=maker.name,
            inputs=self._observations.size,
            outputs=self._actions.outputs,
            answer=self._actions.answer,
            low=self._actions.low,
            high=self._actions.high,
            max_steps=int(limit),
            threshold=getattr(spec, "reward_threshold", None),
            versions=_versions(),
            source={"entry_point": maker.entry, "player": "Gymnasium"},
        )
        self._seen = np.zeros(self.card.inputs)
        self._outputs = np.zeros(self.card.outputs)
        self._action = np.zeros(self._actions.components)
        self._hidden = np.zeros(0)
        self.answer: Answer | None = None

    def play(self, policy: Policy, item: int, moments: Moments | None = None) -> Episode:
        """Return the episode that begins with a seed; its observations are gathered in `moments`.

        Raises
        ------
        FaultyNumberError
            If a reward or an observation is not finite, under ``on_nan = "stop"``.
        FailedEpisodeError
            If the environment raises an error, under ``on_error = "stop"``.
        TooLongError
            If it takes longer than it may.
        """
        with self._limit.on(item):
            return self._play(policy, item, moments)

    def _play(self, policy: Policy, item: int, moments: Moments | None) -> Episode:
        total, steps = 0.0, 0
        try:
            for reward in self._steps(self._ready(), policy, item, moments or NONE):
                total += reward
                steps += 1
        except FaultyNumberError:
            if self._on_nan == "stop":
                raise
            return Episode(WORST, steps + 1)
        except FailedEpisodeError:
            if self._on_error == "stop":
                raise
            self._renew()
            return Episode(WORST, steps + 1)
        return Episode(total, steps)

    def trace(self, policy: Policy, item: int) -> Trace:
        """Return the course of the same episode."""
        observations, actions, rewards = [], [], []
        with self._limit.on(item):
            for reward in self._steps(self._ready(), policy, item, NONE):
                observations.append(self._seen.copy())
                actions.append(self._action.copy())
                rewards.append(reward)
        return Trace(np.array(observations), np.array(actions), np.array(rewards))

    def frames(self, policy: Policy, item: int) -> Iterator[np.ndarray]:
        """Yield RGB frames of the same episode, uint8, shape (row, column, 3); none if it cannot be drawn."""
        drawn = drawable(self._maker, self._environment)
        if drawn is None:
            return
        try:
            for _ in self._steps(drawn, policy, item, NONE):
                frame = picture(drawn)
                if frame is None:
                    return
                yield frame
        finally:
            _closed(drawn)

    def watch(self, policy: Policy, item: int) -> bool:
        """Play the same episode in the environment's own window; returns whether there is one."""
        drawn = drawable(self._maker, self._environment, WINDOW) if has_screen() else None
        if drawn is None:
            return False
        try:
            for _ in self._steps(drawn, policy, item, NONE):
                pass
        except FailedEpisodeError:  # without pygame, or a window that was closed
            return False
        finally:
            _closed(drawn)
        return True

    def fresh(self) -> GymPlayer:
        """Return a player of an environment of its own."""
        choices = self._max_steps, self._choice, self._on_nan, self._on_error, self._replay, self._limit.seconds
        return GymPlayer(self._maker, *choices)

    def close(self) -> None:
        """Close the environment."""
        _closed(self._environment)

    def _ready(self) -> Any:
        """The environment, new if each episode is to have its own."""
        if self._used and self._replay == "fresh":
            self._renew()
        self._used = True
        return self._environment

    def _renew(self) -> None:
        """Go on with a new environment; the one that failed may not even close."""
        _closed(self._environment)
        self._environment = self._maker()

    def _steps(self, environment: Any, policy: Policy, item: int, moments: Moments) -> Iterator[float]:
        """Rewards of an episode, step by step."""
        if self._hidden.size != policy.bias.size:
            self._hidden = np.zeros(policy.bias.size)
        card, actions, answer, step = self.card, self._actions, ANSWERS[self.card.answer], 0
        try:
            observation = _begun(environment, item)
            for step in range(1, card.max_steps + 1):
                self._observations.write(observation, self._seen)
                if not self._act(policy, answer, moments):
                    raise self._faulty("observation", self._seen.tolist(), item, step - 1)
                given = actions.convert(self._action)
                if card.low.size:
                    self._action[:] = np.ravel(given)  # as the environment receives it
                observation, reward, ended, cut = _moved(environment.step(given))
                self._limit.check()
                yield self._number(reward, item, step)
                if ended or cut:
                    return
        except AstrosimError:
            raise
        except Exception as error:
            words = " ".join(str(error).split())[:200]
            raise FailedEpisodeError(
                f"{FIELD}: {card.name} failed at step {step} of seed {item} ({type(error).__name__}: {words}). "
                'Correct it, or set task.on_error = "revert".'
            ) from error

    def _act(self, policy: Policy, answer: int, moments: Moments) -> bool:
        """Answer what is seen, by the kernel or by agents; False if it is not finite."""
        card = self.card
        if self.answer is None:
            room = self._hidden, self._outputs, self._action
            return bool(act(policy, answer, card.low, card.high, self._seen, moments, *room))
        if not np.isfinite(self._seen).all():
            return False
        if moments.count.size:
            gather(moments, self._seen)
        self.answer(policy, self._seen, self._hidden, self._outputs)
        choose(answer, card.low, card.high, self._outputs, self._action)
        return True

    def weights(self, policy: Policy) -> np.ndarray:
        """Return the weights as one vector, float64, shape (parameter,)."""
        return flat(policy)

    def trained(self, policy: Policy) -> TrainedPolicy:
        """Return a policy that this environment can be played with by others."""
        card, actions = self.card, self._actions
        places = (actions.first, self._observations.values, actions.shape, actions.whole)
        return TrainedPolicy(PlayedNetwork(policy), card.answer, card.low, card.high, *places)

    def _number(self, reward: Any, item: int, step: int) -> float:
        """A reward as a float."""
        if isinstance(reward, float) and math.isfinite(reward):
            return float(reward)
        plain = reward.item() if isinstance(reward, np.generic | np.ndarray) and reward.ndim == 0 else reward
        if not isinstance(plain, Real) or not math.isfinite(plain):
            raise self._faulty("reward", reward, item, step)
        return float(plain)

    def _faulty(self, what: str, value: Any, item: int, step: int) -> FaultyNumberError:
        action = ", ".join(f"{x:.6g}" for x in self._action)
        seen = ", ".join(f"{x:.6g}" for x in self._seen[:8]) + (", ..." if self._seen.size > 8 else "")
        return FaultyNumberError(
            f"{FIELD}: {what} of {self.card.name} is not a finite number at step {step} of seed {item} "
            f'({_cut(value)}; action [{action}], observation [{seen}]). Correct it, or set task.on_nan = "worst".'
        )


def _cut(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ScenarioError([f"task.{field}: not a valid choice ({value!r}). Write one of {', '.join(choices)}."])


def _closed(environment: Any) -> None:
    """Close an environment, if it can be closed: no result depends on it."""
    with suppress(Exception):
        environment.close()


def _begun(environment: Any, item: int) -> Any:
    """First observation of the episode of a seed."""
    environment.action_space.seed(int(item))
    begun = environment.reset(seed=int(item))  # Gymnasium takes Python's integers alone
    if not (isinstance(begun, tuple) and len(begun) == 2):
        raise TypeError("reset returned no pair of observation and info")
    return begun[0]


def _moved(result: Any) -> tuple[Any, Any, Any, Any]:
    """Observation, reward, terminated, truncated."""
    if not (isinstance(result, tuple) and len(result) == 5):
        raise TypeError("step returned no tuple of observation, reward, terminated, truncated, info")
    return result[:4]


def _versions() -> dict[str, str]:
    """Versions of the packages in use that an episode may depend on."""
    found = {}
    for package in PACKAGES:
        if package in sys.modules:
            with suppress(PackageNotFoundError):
                found[package] = version(package)
    return found
