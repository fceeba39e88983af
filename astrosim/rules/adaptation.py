"""Adaptation of activation thresholds to recent success (dimensionless). Murray 2026, section 4.6."""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel


@kernel
def remember(outcome, outcomes, recent, kept):
    """Put an outcome (0 or 1) into an astrocyte's window.

    Reads / Writes: outcome (uint8 ring, shape (window,)). Returns the new numbers of outcomes so far and of successes
    within the window.
    """
    place = outcomes % outcome.size
    if outcomes >= outcome.size:
        recent -= outcome[place]
    outcome[place] = kept
    return outcomes + 1, recent + kept


@inlined
def success_rate(recent, outcomes, window):
    """Return fraction of kept perturbations among the remembered ones (there is at least one)."""
    return recent / min(outcomes, window)


@inlined
def is_due(trials_done, interval):
    """Return whether thresholds move after this many trials (counted from 1)."""
    return trials_done % interval == 0


@inlined
def adapted(threshold, rate, step, upper, lower, floor, ceiling):
    """Return threshold after one adaptation: lower after frequent success, higher after rare success."""
    if rate > upper:
        return max(threshold - step, floor)
    if rate < lower:
        return min(threshold + step, ceiling)
    return threshold
