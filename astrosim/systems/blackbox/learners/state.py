"""State of a replicate: all that changes between two batches, and what learners count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from astrosim.contracts.simulation import restore_arrays
from astrosim.systems.blackbox.kernel.moments import Moments
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.network import WEIGHTS, fill, flat, weights_of
from astrosim.systems.blackbox.protocol import Episode

STEPS, EPISODES, TRIALS, KEPT_TRIALS, GIVEN_UP, BATCHES = range(6)  # places of `counts`
RECORDS = 2  # best batches whose weights are kept for the choice at the end; assumed: more cost more episodes
FLOOR = 1e-2  # of the spread of an input; own_tasks prototype
CONSTANT = 1e-6  # an input that deviates by less counts as constant


@dataclass
class State:
    """All that changes in a replicate; arrays are written in place.

    Attributes
    ----------
    policy : Policy
        The current weights.
    mean : ndarray of float64, shape (parameter,)
        Running mean of the weights.
    best : ndarray of float64, shape (RECORDS, parameter)
        Weights of the batches with the highest mean returns, the highest first.
    best_return : ndarray of float64, shape (RECORDS,)
        -inf where there is none.
    sigma : ndarray of float64, shape (astrocyte,)
    tally : ndarray of int64, shape (2, astrocyte)
        Trials in which the astrocyte acted, and those that were kept.
    counts : ndarray of int64, shape (6,)
    moments : Moments
        Sums over the observations of the current network.
    rival : dict of str to ndarray
        State of a learner that is not by keep or revert.
    """

    policy: Policy
    mean: np.ndarray
    best: np.ndarray
    best_return: np.ndarray
    sigma: np.ndarray
    tally: np.ndarray
    counts: np.ndarray
    moments: Moments
    rival: dict[str, np.ndarray] = field(default_factory=dict)

    def count(self, episode: Episode) -> None:
        """Count an episode."""
        self.counts[STEPS] += episode.steps
        self.counts[EPISODES] += 1

    def spread(self) -> tuple[np.ndarray, np.ndarray]:
        """Return centre and spread of the inputs seen so far: two arrays of float64, shape (input,)."""
        count = int(self.moments.count[0])
        if not count:
            return np.zeros_like(self.moments.total), np.ones_like(self.moments.total)
        centre = self.moments.total / count
        deviation = np.sqrt(np.maximum(self.moments.squares / count - centre * centre, 0.0))
        constant = deviation < CONSTANT
        return np.where(constant, 0.0, centre), np.where(constant, 1.0, np.maximum(deviation, FLOOR))

    def remember(self, value: float) -> None:
        """Keep the current weights if their batch was among the best."""
        place = int(np.searchsorted(-self.best_return, -value, side="right"))
        if place < RECORDS:
            self.best[place + 1 :] = self.best[place:-1].copy()
            self.best_return[place + 1 :] = self.best_return[place:-1].copy()
            self.best[place], self.best_return[place] = flat(self.policy), value

    def take_mean(self, rest: float) -> None:
        """Let the running mean follow the weights: `rest` of it stays."""
        self.mean += (1.0 - rest) * (flat(self.policy) - self.mean)

    def restart(self) -> None:
        """Restart the running mean at the current weights."""
        self.mean[:] = flat(self.policy)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays of a checkpoint by name, each of the shape that the class says, and weights."""
        own = dict(zip(WEIGHTS, weights_of(self.policy), strict=True))
        own |= {name: getattr(self, name) for name in ("mean", "best", "best_return", "sigma", "tally", "counts")}
        return own | {f"observed_{name}": array for name, array in self.moments._asdict().items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()`, each of the same shape.

        Raises
        ------
        ValueError
            If they do not fit.
        """
        restore_arrays(self.arrays(), arrays)

    def with_weights(self, vector: np.ndarray) -> Policy:
        """Return a policy of its own with other weights, float64, shape (parameter,)."""
        policy = self.policy._replace(**{name: np.zeros_like(getattr(self.policy, name)) for name in WEIGHTS})
        fill(policy, vector)
        return policy


def make_state(policy: Policy, inputs: int, actors: int, sigma: float) -> State:
    """Return the state of a replicate that has not begun."""
    size = sum(array.size for array in weights_of(policy))
    return State(
        policy=policy,
        mean=np.zeros(size),
        best=np.zeros((RECORDS, size)),
        best_return=np.full(RECORDS, -np.inf),
        sigma=np.full(actors, sigma),
        tally=np.zeros((2, actors), np.int64),
        counts=np.zeros(6, np.int64),
        moments=Moments(np.zeros(1, np.int64), np.zeros(inputs), np.zeros(inputs)),
    )
