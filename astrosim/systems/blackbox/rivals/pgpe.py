"""PGPE (Sehnke, Osendorfer, Rückstiess, Graves, Peters, Schmidhuber 2010): policy gradients with parameter exploration.

Symmetric sampling, one sigma per parameter. A pair at centre +- sigma e moves the centre along (u+ - u-) / 2 x sigma e,
and sigma along (u+ + u-) / 2 x sigma (e^2 - 1), both the mean over pairs. As is usual now,
the rewards are replaced by centred ranks u, whose mean is the baseline, 0; the centre moves by Adam; and no sigma
changes by more than a fifth at once (Toklu, Liskowski, Srivastava 2020).
"""

from __future__ import annotations

import numpy as np

from astrosim.rules.ascent import add_slope, climb
from astrosim.systems.blackbox.rivals.rival import Pairs
from astrosim.systems.blackbox.rivals.shaping import centred_ranks

LARGEST = 0.2  # change of sigma, as a share of it; Toklu et al. 2020


class Pgpe(Pairs):
    """PGPE; see `Generations`."""

    def _initial(self) -> dict[str, np.ndarray]:
        sigma = np.full(self.start.size, self.settings["sigma"])
        return {name: np.zeros(self.start.size) for name in ("centre", "moment", "square")} | {"sigma": sigma}

    def _width(self) -> np.ndarray:
        return self.memory["sigma"]

    def _learn(self, rewards: np.ndarray) -> None:
        own, noise = self.memory, self._noise()
        gradient, wider = np.zeros((2, self.start.size))
        for step, (up, down) in zip(noise, centred_ranks(rewards).reshape(-1, 2), strict=True):
            add_slope(gradient, own["sigma"] * step, up - down, float(self.population))
            add_slope(wider, step * step - 1.0, up + down, float(self.population))
        climb(own["centre"], own["moment"], own["square"], gradient, self.settings["rate"], self.generation)
        own["sigma"] *= 1.0 + np.clip(self.settings["sigma_rate"] * wider, -LARGEST, LARGEST)
