"""A trial in one sentence: who moved what, the two rewards that were compared, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from astrosim.scenario.words import counted

IDLE = "No astrocyte was active: nothing was tried."
MOST_NAMES = 6  # in a sentence; assumed: more cannot be taken in
LARGE = 100.0  # rewards from here on are told with one digit after the point
MOST_DIGITS = 9  # after the point, where fewer would make two rewards look alike


def trial_sentence(
    names: Sequence[str],
    moved: int,
    before: float,
    after: float,
    outcome: str,
    at_best: bool = False,
    measure: str = "reward",
) -> str:
    """Return a trial in words: "A2, A5 and A6 moved 1,146 synapses; reward 0.480 -> 0.460: reverted".

    Parameters
    ----------
    names : sequence of str
        Who was active; without any, nothing was tried.
    moved : int
        Synapses.
    before, after : float
        Mean rewards that were compared; nan if none were.
    outcome : str
        kept, reverted, or another word; empty where nothing is decided.
    at_best : bool
        Whether `after` is only what the reward could still have become when the change was given up.
    measure : str
        What is compared: reward, return, loss, or another word.
    """
    if not names:
        return IDLE
    who = listed(names)
    first, second = figures(before, after)
    compared = f"; {measure} {first} -> {'at best ' * at_best}{second}" if isfinite(after) else ""
    end = f": {outcome}" if outcome else ""
    return f"{who[0].upper()}{who[1:]} moved {counted(moved, 'synapse')}{compared}{end}"


def figures(before: float, after: float) -> tuple[str, str]:
    """Return two rewards in digits, as many as show that they differ: ("0.480", "0.460"), ("1,234.5", "unknown")."""
    digits = 3 if max(abs(one) for one in (before, after, 0.0) if isfinite(one)) < LARGE else 1
    while True:
        told = tuple(f"{one:,.{digits}f}" if isfinite(one) else "unknown" for one in (before, after))
        if before == after or told[0] != told[1] or digits == MOST_DIGITS:
            return told[0], told[1]
        digits += 1


def listed(names: Sequence[str]) -> str:
    """Return names in a row: "A2, A5 and A6"; of many the first ones, and how many others there are."""
    if len(names) > MOST_NAMES:
        first = names[: MOST_NAMES - 2]
        return f"{', '.join(first)} and {len(names) - len(first)} others"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
