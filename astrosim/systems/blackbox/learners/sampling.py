"""Rivals on the same task: whole networks are sampled, each plays the items of a generation, their returns move them.

They begin at the same first network, scale their steps by the same spreads, and spend the same budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.blackbox.items import TRAIN, items
from astrosim.systems.blackbox.learners.keep_or_revert import step_sizes
from astrosim.systems.blackbox.learners.state import BATCHES, STEPS, TRIALS, State
from astrosim.systems.blackbox.network import fill, flat, step_scales
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.rivals.rival import Rival
from astrosim.systems.blackbox.rivals.table import SETTINGS, make_rival
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario

PREFIX = "rival_"
FIELDS = {"sigma": "spread"}
"""Names in a scenario of settings that are called otherwise there."""


class Sampling:
    """A rival that samples whole networks, a generation at a time.

    Parameters
    ----------
    scenario : BlackboxScenario
        Resolved.
    seed : int
    state : State
        Advanced in place.
    player : Player
    """

    def __init__(self, scenario: BlackboxScenario, seed: int, state: State, player: Player) -> None:
        self.scenario, self.seed, self.state, self.player = scenario, seed, state, player
        self.key = stream_key(seed, "blackbox_item")
        sizes = step_sizes(scenario, state.policy.taps.shape[1])
        self.start, self.scale = flat(state.policy), step_scales(state.policy, sizes, state.spread()[1])
        self.candidate = state.with_weights(state.mean)
        self.rival = self._begin()

    def _begin(self) -> Rival:
        """The rival at its start; parameters without a step of their own stay as they are."""
        rule = self.scenario.learner.rule
        given = {name: getattr(self.scenario.learner, FIELDS.get(name, name)) for name in SETTINGS[rule]}
        settings = {name: value for name, value in given.items() if value}
        self.moves = self.scale > 0.0
        return make_rival(rule, self.start[self.moves], self.scale[self.moves], self.seed, settings)

    def _whole(self, moving: np.ndarray) -> np.ndarray:
        whole = self.start.copy()
        whole[self.moves] = moving
        return whole

    def batch(self) -> tuple[float, float]:
        """Carry out a generation on fresh items; returns how the judged weights did before it: return, steps."""
        state, begin = self.state, int(self.state.counts[STEPS])
        chosen = items(self.key, TRAIN, int(state.counts[BATCHES]), self.scenario.decision.episodes)
        mean = self._mean_return(state.policy, chosen)
        length = (state.counts[STEPS] - begin) / len(chosen)
        state.remember(mean)
        asked = self.rival.ask()
        rewards = np.empty(len(asked))
        for place, moving in enumerate(asked):
            fill(self.candidate, self._whole(moving))
            rewards[place] = self._mean_return(self.candidate, chosen)
        self.rival.tell(rewards)
        fill(state.policy, self._whole(self.rival.mean))
        state.counts[TRIALS] += len(asked)
        state.counts[BATCHES] += 1
        return mean, float(length)

    def _mean_return(self, policy: Any, chosen: list[int]) -> float:
        total = 0.0
        for item in chosen:
            episode = self.player.play(policy, item)
            self.state.count(episode)
            total += episode.reward
        return total / len(chosen)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays of the rival by name: its start, its scale (float64, shape (parameter,)), its own state."""
        own = {"start": self.start, "scale": self.scale} | self.rival.state()
        return {PREFIX + name: array for name, array in own.items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()`, each of the same shape."""
        own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
        self.start, self.scale = own.pop("start"), own.pop("scale")
        self.rival = self._begin()
        self.rival.restore(own)
