"""Flags: a synapse learns only after its eligibility has persisted (1). Murray 2026, experiments 004 to 015.

Three rules, as the published program had them in turn: `signed` (experiments 004 to 009 as published) keeps the sign of
the eligibility, `consistent` (010) and `simple` (from 011 on) do not. Behind a flag the size of the eligibility is
lost: the flag takes its place.
"""

from __future__ import annotations

from astrosim.core.jit import inlined

NONE, SIGNED, SIMPLE, CONSISTENT = range(4)
FLAGS = {"none": NONE, "signed": SIGNED, "simple": SIMPLE, "consistent": CONSISTENT}


@inlined
def sign(value):
    """Return the sign: -1, 0 or 1."""
    return (1.0 if value > 0.0 else 0.0) - (1.0 if value < 0.0 else 0.0)


@inlined
def signed(flag, eligibility, gain, decay):
    """Return the flag: it grows by `gain` along the eligibility, restarts where that turns, else decays."""
    if eligibility == 0.0:
        return flag * decay
    way = sign(eligibility)
    if flag == 0.0 or sign(flag) == way:
        return max(-1.0, min(1.0, flag + way * gain))
    return way * gain


@inlined
def simple(flag, eligibility, gain, decay):
    """Return the flag: it grows by `gain` with any eligibility, else decays."""
    return min(1.0, flag + gain) if eligibility != 0.0 else flag * decay


@inlined
def streak_after(streak, last, eligibility):
    """Number of repetitions of one sign, from the number before and the last sign (0: none yet)."""
    return streak + 1 if sign(eligibility) == last else 0


@inlined
def consistent(flag, eligibility, last, streak, gain, decay, turned, need):
    """Return the flag: it grows by `gain` once a sign has been repeated `need` times, shrinks where it turns, else
    decays.

    Parameters
    ----------
    flag, eligibility : float
    last : float
        Sign of the last eligibility but this; 0 if there was none.
    streak : int
        Repetitions, this one included.
    gain, decay : float
    turned : float
        What is left of a flag where the sign turns.
    need : int
    """
    if eligibility == 0.0:
        return flag * decay
    if sign(eligibility) != last:
        flag = flag * turned
    return min(1.0, flag + gain) if streak >= need else flag


@inlined
def gated(flag, threshold):
    """Return the stand-in for the eligibility: the flag where it is up, else nothing."""
    return flag if abs(flag) >= threshold else 0.0


@inlined
def is_shut(rule, trial, warm_up):
    """Return whether flags gate a trial (from 0): not without flags, and not before the warm-up's end (trials from
    1)."""
    return rule != NONE and trial + 1 >= warm_up
