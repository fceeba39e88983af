"""A trial in one sentence: who moved what, the two rewards that were compared, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from astrosim.scenario.words import counted

IDLE = "No astrocyte was active: nothing was tried."


def trial_sentence(
    names: Sequence[str], moved: int, before: float, after: float, outcome: str, at_best: bool = False
) -> str:
    """Return a trial in words: "A2, A5 and A6 moved 1,146 synapses; reward 0.480 -> 0.460: reverted".

    Parameters
    ----------
    names : sequence of str
        Who was active; without any, nothing was tried.
    moved : int
        Synapses.
    before, after : float
        Mean rewards that were compared.
    outcome : str
        kept, reverted, or another word.
    at_best : bool
        Whether `after` is only what the reward could still have become when the change was given up.
    """
    if not names:
        return IDLE
    best = "at best " if at_best else ""
    return f"{listed(names)} moved {counted(moved, 'synapse')}; reward {before:.3f} -> {best}{after:.3f}: {outcome}"


def listed(names: Sequence[str]) -> str:
    """Return names in a row: "A2, A5 and A6"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
