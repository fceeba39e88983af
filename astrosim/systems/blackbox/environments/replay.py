"""The check that equal weights and seeds give equal episodes, on which caching, resuming and rerunning rest."""

from __future__ import annotations

from typing import Protocol

from astrosim.core.errors import RunError
from astrosim.systems.blackbox.environments.finding import FIELD
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.protocol import TaskCard, Trace

CAUSE = "Environment keeps state across reset or draws from a global generator"
INEXACT = 'set task.replay = "inexact" to go on without resume/rerun identity.'
FRESH = 'set task.replay = "fresh" to make a new one for each episode, or "inexact" to go on without rerun identity.'


class Replayed(Protocol):
    """Player whose episodes can be compared."""

    card: TaskCard

    def trace(self, policy: Policy, item: int) -> Trace:
        """Return the course of an episode."""

    def fresh(self) -> Replayed:
        """Return a player of an environment of its own."""

    def close(self) -> None:
        """Release what is open."""


def check_replay(player: Replayed, policy: Policy, item: int, between: int) -> int:
    """Check that an episode can be replayed: twice in one environment, another in between, and once in a new one.

    Parameters
    ----------
    player : Replayed
    policy : Policy
    item, between : int
        Seed of the episode, and of the one in between.

    Returns
    -------
    int
        Steps that were played.

    Raises
    ------
    RunError
        If a bit of an observation, an action or a reward differs.
    """
    first, other, again = (player.trace(policy, seed) for seed in (item, between, item))
    new = _in_new(player, policy, item)
    courses = [first, other, again, new]
    if parting(first, new):
        _complain(first, new, item, INEXACT)
    if parting(first, again):
        newest = _in_new(player, policy, item)
        _complain(first, again, item, INEXACT if parting(new, newest) else FRESH)
    return sum(course.rewards.size for course in courses)


def _in_new(player: Replayed, policy: Policy, item: int) -> Trace:
    """The episode in an environment of its own."""
    fresh = player.fresh()
    try:
        return fresh.trace(policy, item)
    finally:
        if fresh is not player:
            fresh.close()


def _complain(one: Trace, other: Trace, item: int, remedy: str) -> None:
    a, b = (f"{sum(course.rewards.tolist()):.6g}" for course in (one, other))
    what = f"returned {a} and {b}" if a != b else f"part at {parting(one, other)}, both returned {a}"
    raise RunError(f"{FIELD}: two replays of seed {item} {what}. {CAUSE}; {remedy}")


def parting(one: Trace, other: Trace) -> str:
    """Return the first step at which two episodes differ in a bit, as ``step 12``; empty if they are equal."""
    if all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True)):
        return ""
    shared = min(one.rewards.size, other.rewards.size)
    for step in range(shared):
        if any(a[step].tobytes() != b[step].tobytes() for a, b in zip(one, other, strict=True)):
            return f"step {step + 1}"
    return f"step {shared + 1}"
