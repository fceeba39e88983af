"""ARS, augmented random search (Mania, Guy, Recht 2018): the best directions, divided by the spread of their rewards.

Of all pairs centre +- sigma e those with the largest max(r+, r-) are used, `top` of them (paper: b / N): the centre
moves by rate / (b x s) x the sum of (r+ - r-) e, where s is the standard deviation of the 2 b rewards. This is the
paper's V1-t; where the scale of the parameters comes from the spread of the inputs, it is its V2-t with a spread that
is found before learning.
"""

from __future__ import annotations

import numpy as np

from astrosim.rules.ascent import add_slope
from astrosim.systems.blackbox.rivals.rival import Pairs


class Ars(Pairs):
    """ARS; see `Generations`."""

    def _initial(self) -> dict[str, np.ndarray]:
        return {"centre": np.zeros(self.start.size)}

    def _learn(self, rewards: np.ndarray) -> None:
        pairs, noise = rewards.reshape(-1, 2), self._noise()
        used = max(1, round(self.settings["top"] * len(pairs)))
        best = np.argsort(-pairs.max(axis=1), kind="stable")[:used]
        spread = pairs[best].std()
        if spread > 0.0:  # a flat reward moves nothing
            for pair in best:
                rise = self.settings["rate"] * (pairs[pair, 0] - pairs[pair, 1])
                add_slope(self.memory["centre"], noise[pair], rise, used * spread)
