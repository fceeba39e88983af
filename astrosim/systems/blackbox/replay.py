"""A stored replicate's network, its test episodes, and their replays, held against the returns that were stored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.scenario import resolve
from astrosim.store import open_replicates
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.network import KINDS, chosen_inputs, empty_policy, fill, wiring_of
from astrosim.systems.blackbox.players import make_player
from astrosim.systems.blackbox.protocol import Episode, Player, Trace
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario

NUMBERS = ("final_weight", "input_centre", "input_spread")


def median_place(values: np.ndarray) -> int:
    """Return the place of the median of values, shape (n,): of an even number the lower, of equal ones the first."""
    return int(np.argsort(values, kind="stable")[(len(values) - 1) // 2])


@dataclass(frozen=True)
class StoredTest:
    """Test episodes of a replicate, as they were stored.

    Attributes
    ----------
    condition : str
    seed : int
    returns : ndarray of float64, shape (episode,)
    items : ndarray of int64, shape (episode,)
        Seeds of the episodes.
    weights : ndarray of float64, shape (parameter,)
    centre, spread : ndarray of float64, shape (input,)
        Of the observations while it learned.
    """

    condition: str
    seed: int
    returns: np.ndarray
    items: np.ndarray
    weights: np.ndarray
    centre: np.ndarray
    spread: np.ndarray

    @classmethod
    def read(cls, directory: Path, condition: str, seed: int) -> StoredTest:
        """Read a finished replicate of a run.

        Raises
        ------
        AstrosimError
            If its weights were not kept.
        """
        with open_replicates(directory) as run:
            if "final_weight" not in run:
                raise AstrosimError(_unkept(directory, condition, seed))
            own = run[["test_return", "test_item", *NUMBERS]].sel(condition=condition, seed=seed).load()
        items = own["test_item"].values
        weights, centre, spread = (own[name].values[np.isfinite(own[name].values)] for name in NUMBERS)
        if not len(weights):
            raise AstrosimError(_unkept(directory, condition, seed))
        known = items >= 0
        return cls(condition, seed, own["test_return"].values[known], items[known], weights, centre, spread)

    @cached_property
    def median(self) -> int:
        """Number of the episode of median return."""
        return median_place(self.returns)

    def checked(self, episode: int | None) -> int:
        """Return the number of an episode that is asked for; the one of median return if none is.

        Raises
        ------
        AstrosimError
            If there is no such episode.
        """
        if episode is None:
            return self.median
        if not 0 <= episode < len(self.returns):
            raise AstrosimError(
                f"--episode: no such test episode ({episode}). Write 0 to {len(self.returns) - 1}; the one of median "
                f"return is {self.median}."
            )
        return episode


def _unkept(directory: Path, condition: str, seed: int) -> str:
    return (
        f"{directory}: weights of {condition}, seed {seed} were not kept. Run it with record.weights = true to play "
        "its episodes."
    )


def stored_policy(scenario: BlackboxScenario, seed: int, inputs: int, weights: np.ndarray) -> Policy:
    """Return the network of a resolved scenario and a seed, with stored weights, float64, shape (parameter,)."""
    network = scenario.network
    taps = chosen_inputs(network.units, network.features, inputs, seed)
    outputs = outputs_of(scenario, taps.shape[1], inputs, len(weights))
    wiring = wiring_of(taps, 1)
    policy = empty_policy(wiring, inputs, outputs, KINDS[network.response], network.direct)
    fill(policy, weights)
    return policy


def outputs_of(scenario: BlackboxScenario, heard: int, inputs: int, weights: int) -> int:
    """Return the number of outputs of a network, from its number of weights; units hear `heard` inputs each."""
    units = scenario.network.units
    return (weights - units * (heard + 1)) // (units + 1 + inputs * scenario.network.direct)


class Replay:
    """A replicate whose tested network plays again.

    Parameters
    ----------
    scenario : BlackboxScenario
        Of the run.
    tested : StoredTest
    player : Player, optional
        The task, already made.

    Raises
    ------
    AstrosimError
        If the task is a function: it has no episodes.
    """

    def __init__(self, scenario: BlackboxScenario, tested: StoredTest, player: Player | None = None) -> None:
        if not has_episodes(scenario):
            raise AstrosimError(
                f"{scenario.named}: a function has no episodes to show. `astrosim plot` draws such runs."
            )
        self.tested, self.scenario = tested, resolve(scenario, tested.condition)
        self.player: Player = player or make_player(self.scenario, tested.seed)
        self.policy = stored_policy(self.scenario, tested.seed, self.player.card.inputs, tested.weights)

    @property
    def exact(self) -> bool:
        """Whether equal seeds give equal episodes."""
        return bool(self.scenario.task.replay == "exact")

    def play(self, episode: int) -> Episode:
        """Return a test episode, played again.

        Raises
        ------
        StoreError
            If its return is not the stored one, bit for bit, though replays are exact.
        """
        played = self.player.play(self.policy, int(self.tested.items[episode]))
        stored = float(self.tested.returns[episode])
        if self.exact and played.reward != stored:
            raise StoreError(
                f"test episode {episode} of {self.tested.condition}, seed {self.tested.seed}: the replay returned "
                f"{played.reward!r}, the run {stored!r}. Use the versions and the machine that wrote it "
                "(provenance.json)."
            )
        return played

    def trace(self, episode: int) -> Trace:
        """Return the course of a test episode; see `play` for its check."""
        return self.player.trace(self.policy, int(self.tested.items[episode]))

    def close(self) -> None:
        """Release what is open."""
        self.player.close()


def has_episodes(scenario: BlackboxScenario) -> bool:
    """Return whether a task is played in episodes that have a course."""
    return scenario.family == "environment"
