"""Random numbers of wave networks: a generator for every use, named by seed, stream and counters.

Nothing is carried over from one draw to the next, so that a replicate draws the same whichever others it trains with
and wherever it was stopped.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.rng import stream_key


def generator(seed: int, stream: str, *counters: int) -> np.random.Generator:
    """Return a generator of its own for a seed, a named stream and counters such as epoch and batch.

    Parameters
    ----------
    seed : int
        0 to 2^64 - 1.
    stream : str
    *counters : int
        Each 0 or more.

    Returns
    -------
    numpy.random.Generator
        Philox4x64-10 (Salmon et al. 2011), keyed from `astrosim.core.rng.stream_key`.
    """
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([*stream_key(seed, stream), *counters])))
