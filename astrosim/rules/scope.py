"""Which synapses a trial may change. Murray 2026, sections 4.3 and 7.1, and the ablations of its central claim.

`territory`: all synapses of the active astrocytes' territories. `random`: as many synapses as those, anywhere, drawn
without replacement (partial Fisher-Yates; stream `scope`, index = position in the sample). `single`: one synapse,
uniform. `global`: all.
"""

from __future__ import annotations

from astrosim.jit import kernel
from astrosim.rng import below

TERRITORY, RANDOM, SINGLE, GLOBAL = range(4)
SCOPES = {"territory": TERRITORY, "random": RANDOM, "single": SINGLE, "global": GLOBAL}


@kernel
def sample(key, trial, count, deck):
    """Draw `count` synapses uniformly without replacement into the first places of `deck`.

    Reads: key, deck (any permutation of 0 .. size - 1 that `undo` restores). Writes: deck. Draws: stream `scope`.
    """
    for place in range(count):
        other = place + below(key, trial, place, deck.size - place)
        deck[place], deck[other] = deck[other], deck[place]


@kernel
def undo(key, trial, count, deck):
    """Put `deck` back as it was before `sample`."""
    for place in range(count - 1, -1, -1):
        other = place + below(key, trial, place, deck.size - place)
        deck[place], deck[other] = deck[other], deck[place]
