"""Which patterns a trial presents: one, some or all. One: Murray 2026, section 4.4; more are this package's.

A window of K patterns integrates the reward over them before the decision. They are drawn afresh each trial, without
replacement (stream `pattern`, index = place in the window); a window of all patterns presents them in their order.
"""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel
from astrosim.rules import scope


@inlined
def window_size(window, patterns):
    """Return the number of patterns per trial; a window of 0 is one of all."""
    return patterns if window == 0 or window > patterns else window


@kernel
def draw_window(key, trial, chosen, deck, partner):
    """Draw the patterns of a trial into `chosen`.

    Parameters
    ----------
    key : ndarray of uint32, shape (2,)
    trial : int
    chosen : ndarray of int64, shape (window,)
        Filled.
    deck : ndarray of int32, shape (pattern,)
        The numbers of all patterns, ascending; given back as it was.
    partner : ndarray of uint32
        Room for `chosen.size` rounded up to a multiple of four.
    """
    if chosen.size == deck.size:
        for k in range(chosen.size):
            chosen[k] = k
        return
    scope.sample(key, trial, chosen.size, deck, partner)
    for k in range(chosen.size):
        chosen[k] = deck[k]
    scope.undo(chosen.size, deck, partner)


@inlined
def passes_before(shown, patterns, whole):
    """Return passes that a trial spends on what stands: none where all patterns are shown and whole steps are kept,
    since the rewards of the last trial that was kept are remembered."""
    return 0 if shown == patterns and whole else shown
