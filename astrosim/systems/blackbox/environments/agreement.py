"""Whether a compiled twin may stand for an environment: the known class, as it is, and equal bits on some episodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astrosim.systems.blackbox.environments.finding import library
from astrosim.systems.blackbox.environments.player import GymPlayer
from astrosim.systems.blackbox.environments.replay import parting
from astrosim.systems.blackbox.environments.trial_policies import trial_policy
from astrosim.systems.blackbox.environments.twin_player import TwinPlayer
from astrosim.systems.blackbox.environments.twins.table import KINDS, TWINS

EPISODES = 4  # played both ways before a twin is used; assumed: another formula shows within a few steps
_FOUND: dict[tuple[str, str, int], str] = {}
"""Where twins and environments part, by id, answer and limit: tried once per process."""


def twin_of(original: GymPlayer, arguments: Mapping[str, Any]) -> tuple[TwinPlayer | None, str]:
    """Return the twin of a player's environment, or None and why there is none.

    Parameters
    ----------
    original : GymPlayer
    arguments : mapping
        Keywords that the environment was made with.
    """
    name = original.card.name
    if name not in KINDS:
        return None, "no compiled twin"
    known = TWINS[KINDS[name]].ENTRY
    spec = library().spec(name)
    if arguments or spec.kwargs or spec.additional_wrappers or original.card.source["entry_point"] != known:
        return None, "the compiled twin is of the environment without arguments and wrappers"
    try:
        twin = TwinPlayer(original)
    except LookupError as error:
        return None, f"no compiled twin: {error}"
    case = (name, original.card.answer, original.card.max_steps)
    if case not in _FOUND:
        _FOUND[case] = _difference(original, twin)
    return (None, _FOUND[case]) if _FOUND[case] else (twin, "")


def _difference(original: GymPlayer, twin: TwinPlayer) -> str:
    """Where twin and environment part; empty if they do not."""
    for item in range(EPISODES):
        policy = trial_policy(original.card, item)
        if place := parting(original.trace(policy, item), twin.trace(policy, item)):
            return f"the compiled twin differs from this installation at {place} of seed {item}"
    return ""
