"""Player of a compiled twin: the same episodes as Gymnasium's, bit for bit, at a fraction of the time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from astrosim.core.numpy_loops import loops
from astrosim.systems.blackbox.environments.player import NONE, GymPlayer
from astrosim.systems.blackbox.environments.twins.episode import Setting, Workspace, play, trace
from astrosim.systems.blackbox.environments.twins.table import KINDS, TWINS
from astrosim.systems.blackbox.kernel.actions import ANSWERS
from astrosim.systems.blackbox.kernel.moments import Moments
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.protocol import Answer, Episode, Trace
from astrosim.systems.blackbox.trained import TrainedPolicy

KEPT = 4096  # first states; assumed: more than the seeds of some batches and of the final test


@lru_cache(KEPT)
def first_state(kind: int, item: int) -> np.ndarray:
    """Return the state after ``reset(seed=item)``, shape (number,), read-only: drawn as Gymnasium draws it."""
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(item)))
    state: np.ndarray = TWINS[kind].first_state(generator)
    state.flags.writeable = False
    return state


class TwinPlayer:
    """Player of a compiled twin.

    Parameters
    ----------
    original : GymPlayer
        Of the same environment; it draws, and is closed with this one.

    Raises
    ------
    LookupError
        If this NumPy keeps its functions where they are not found.
    """

    def __init__(self, original: GymPlayer) -> None:
        card = original.card
        self._original, self._kind = original, KINDS[card.name]
        self.card = replace(card, twin=card.name, source={**card.source, "player": "compiled twin"})
        self._setting = Setting(self._kind, ANSWERS[card.answer], card.low, card.high, card.max_steps, loops())
        self._work: Workspace | None = None
        self.answer: Answer | None = None  # agents play through Gymnasium

    def play(self, policy: Policy, item: int, moments: Moments | None = None) -> Episode:
        """Return the episode that begins with a seed; its observations are gathered in `moments`.

        Raises
        ------
        FaultyNumberError
            If a weight is no number, and so is the reward, as Gymnasium's player says it.
        """
        first = first_state(self._kind, int(item))
        episode = Episode(*play(self._setting, policy, first, moments or NONE, self._workspace(policy)))
        return episode if math.isfinite(episode.reward) else self._original.play(policy, item)

    def trace(self, policy: Policy, item: int) -> Trace:
        """Return the course of the same episode."""
        limit, inputs = self.card.max_steps, self.card.inputs
        course = Trace(np.zeros((limit, inputs)), np.zeros((limit, 1)), np.zeros(limit))
        first = first_state(self._kind, int(item))
        steps = trace(self._setting, policy, first, NONE, self._workspace(policy), *course)
        return Trace(*(part[:steps] for part in course))

    def frames(self, policy: Policy, item: int) -> Iterator[np.ndarray]:
        """Yield RGB frames of the same episode, uint8, shape (row, column, 3), drawn by Gymnasium."""
        return self._original.frames(policy, item)

    def weights(self, policy: Policy) -> np.ndarray:
        """Return the weights as one vector, float64, shape (parameter,)."""
        return flat(policy)

    def trained(self, policy: Policy) -> TrainedPolicy:
        """Return a policy that Gymnasium's environment can be played with by others."""
        return self._original.trained(policy)

    def watch(self, policy: Policy, item: int) -> bool:
        """Play the same episode in the window of Gymnasium's environment; returns whether there is one."""
        return self._original.watch(policy, item)

    def fresh(self) -> TwinPlayer:
        """Return the player itself: a twin carries nothing from episode to episode."""
        return self

    def close(self) -> None:
        """Close Gymnasium's environment."""
        self._original.close()

    def _workspace(self, policy: Policy) -> Workspace:
        units = policy.bias.size
        if self._work is None or self._work.hidden.size != units:
            sizes = (TWINS[self._kind].STATE, self.card.inputs, units, self.card.outputs, 1)
            self._work = Workspace(*(np.zeros(size) for size in sizes))
        return self._work
