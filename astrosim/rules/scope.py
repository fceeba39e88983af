"""Which synapses a trial may change. Murray 2026, sections 4.3 and 7.1, and the ablations of its central claim.

`territory`: all synapses of the active astrocytes' territories. `random`: as many synapses as those, anywhere, drawn
without replacement (partial Fisher-Yates; stream `scope`, index = position in the sample). `single`: one synapse,
uniform. `global`: all.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.core.rng import block_words, scaled
from astrosim.rules.choices import SCOPE, numbers

SCOPES = numbers(SCOPE)
TERRITORY, RANDOM, SINGLE, GLOBAL = (SCOPES[name] for name in ("territory", "random", "single", "global"))


@kernel
def sample(key, trial, count, deck, partner):
    """Draw `count` synapses uniformly without replacement into the first places of `deck`.

    Reads: key, deck (any permutation of 0 .. size - 1 that `undo` restores). Writes: deck, and partner (uint32, room
    for `count` rounded up to blocks of four): the place that each place was exchanged with. Draws: stream `scope`.
    """
    blocks = (count + 3) // 4
    for block in range(blocks):
        w0, w1, w2, w3 = block_words(key, trial, block)
        partner[4 * block] = w0
        partner[4 * block + 1] = w1
        partner[4 * block + 2] = w2
        partner[4 * block + 3] = w3
    for place in range(count):
        other = place + scaled(partner[place], deck.size - place)
        partner[place] = other
        deck[place], deck[other] = deck[other], deck[place]


@kernel
def undo(count, deck, partner):
    """Put `deck` back as it was before `sample`."""
    for place in range(count - 1, -1, -1):
        other = partner[place]
        deck[place], deck[other] = deck[other], deck[place]
