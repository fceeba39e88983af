"""Items of a task: seeds of episodes, or keys of an objective. Those to learn from, to choose by and to be tested by
share none: an item has 31 bits, two for its part, 29 of Philox.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.rng import word

TRAIN, BIRTH, VALIDATION, TEST = range(4)
"""Parts: batches of trials; first networks and the check of replays; choice between weights; test at the end."""
BITS = 29  # of an item that are drawn


def items(key: np.ndarray, part: int, batch: int, count: int) -> list[int]:
    """Return the items of a batch.

    Parameters
    ----------
    key : ndarray of uint32, shape (2,)
        Of the stream `blackbox_item`; drawn at (batch, place).
    part : int
        TRAIN, BIRTH, VALIDATION or TEST.
    batch, count : int
    """
    return [part << BITS | int(word(key, batch, place)) >> (32 - BITS) for place in range(count)]
