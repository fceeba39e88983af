"""Phases of a trial in words, with what happened in them (rewards, scores and thresholds are 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from astrosim.explain.sentence import figures, listed, trial_sentence
from astrosim.scenario.words import counted
from astrosim.store.variables import KEPT

FEW = 3  # thresholds that are told one by one
NO_REACH = "No synapse was within reach of the cursor: nothing was tried."
OUTCOMES = {1: "kept", 0: "reverted", -1: "nothing was tried"}


def names_of(active: Sequence[int], explored: Sequence[bool] = ()) -> list[str]:
    """Return the names of astrocytes, with a word on those that are active by exploration alone."""
    own = [*explored, *[False] * (len(active) - len(explored))]
    return [f"A{a}{' (exploring)' * alone}" for a, alone in zip(active, own, strict=True)]


def presented(window: Sequence[int], patterns: np.ndarray, targets: np.ndarray) -> str:
    """Return the patterns of a trial in words; patterns and targets have shape (pattern, bit)."""
    if len(window) != 1:
        return f"{counted(len(window), 'pattern')} of {len(patterns)}"
    number = window[0]
    given, wanted = ("".join(map(str, bits[number].tolist())) for bits in (patterns, targets))
    return f"pattern {number + 1} of {len(patterns)}: {given}, wanted {wanted}"


def sensed(score: np.ndarray) -> str:
    """Return the scores in words: shape (astrocyte,)."""
    if not score.size or not np.isfinite(score).any():
        return "nobody senses"
    best = int(np.nanargmax(score))
    return f"scores {np.nanmin(score):.3f} to {np.nanmax(score):.3f}, the highest is that of A{best}"


def chosen(names: Sequence[str]) -> str:
    """Return who is active, in words."""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} active" if names else "nobody is active"


def evaluated(compared: Sequence[float], at_best: bool = False) -> str:
    """Return the rewards that are known, in words."""
    if not compared:
        return "nothing to compare"
    first, second = figures(compared[0], compared[-1])
    return f"reward {first}" if len(compared) == 1 else f"reward {first} before, {'at best ' * at_best}{second} after"


def stepped(count: int) -> str:
    """Return the number of synapses that take a step, in words."""
    return f"{counted(count, 'synapse')} {'takes' if count == 1 else 'take'} a random step" if count else "no step"


def adapted(before: np.ndarray, after: np.ndarray) -> str:
    """Return the thresholds that moved, in words: shape (astrocyte,)."""
    moved = np.flatnonzero(before != after).tolist()
    if not moved:
        return "no threshold moves"
    if len(moved) > FEW:
        return f"{len(moved)} thresholds move"
    return "thresholds: " + ", ".join(f"A{a} {before[a]:.3f} -> {after[a]:.3f}" for a in moved)


def decided(
    names: Sequence[str],
    moved: int,
    compared: Sequence[float],
    decision: int,
    part: bool = False,
    at_best: bool = False,
) -> str:
    """Return a trial in one sentence; `part`: whether only a part of a kept step stays."""
    before, after = compared if len(compared) == 2 else (np.nan, np.nan)
    outcome = "kept in part" if part and decision == KEPT else OUTCOMES[decision]
    return trial_sentence(names, moved, before, after, outcome, at_best)


def released(chemical: np.ndarray) -> str:
    """Return the amount of the chemical in words: shape (neuron,)."""
    reached = int((chemical != 0.0).sum())
    return f"the chemical reaches {counted(reached, 'neuron')}, {chemical.min():.3f} to {chemical.max():.3f}"


def felt(field: np.ndarray) -> str:
    """Return the ambient field in words: shape (neuron,)."""
    return f"the field of firing neighbours is {field.min():.3f} to {field.max():.3f}"


def flagged(flag: np.ndarray) -> str:
    """Return the flags in words: shape (synapse,)."""
    up = int((flag != 0.0).sum())
    return f"{counted(up, 'synapse')} {'carries' if up == 1 else 'carry'} a flag"


def traced(eligibility: np.ndarray) -> str:
    """Return the eligibilities in words: shape (synapse,)."""
    up, down = int((eligibility > 0.0).sum()), int((eligibility < 0.0).sum())
    return f"{up:,} synapses are eligible to grow, {down:,} to shrink"


def right(fired: np.ndarray, circuit: Any, pattern: int) -> str:
    """Return the number of right bits of an answer in words; `fired` has shape (neuron,)."""
    wanted = circuit.targets[pattern]
    return f"{int((fired[circuit.outputs] == wanted).sum())} of {counted(wanted.size, 'bit')} right"
