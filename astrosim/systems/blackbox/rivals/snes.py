"""SNES, separable natural evolution strategy (Schaul, Glasmachers, Schmidhuber 2011; Wierstra et al. 2014).

With the utilities u of proposals centre + sigma s: the centre moves by rate x sigma x sum of u s, and sigma is
multiplied by exp(sigma_rate (3 + ln n) / (10 sqrt n) x sum of u (s^2 - 1)), for n parameters (Wierstra et al. 2014,
table 1, where rate and sigma_rate are 1).
"""

from __future__ import annotations

import math

import numpy as np

from astrosim.rules.ascent import add_slope
from astrosim.systems.blackbox.rivals.rival import Generations
from astrosim.systems.blackbox.rivals.shaping import utilities


class Snes(Generations):
    """SNES; see `Generations`."""

    def _initial(self) -> dict[str, np.ndarray]:
        return {"centre": np.zeros(self.start.size), "sigma": np.full(self.start.size, self.settings["sigma"])}

    def _propose(self) -> np.ndarray:
        return self.memory["centre"] + self.memory["sigma"] * self._noise()

    def _learn(self, rewards: np.ndarray) -> None:
        own, n = self.memory, self.start.size
        along, wider = np.zeros((2, n))
        for step, utility in zip(self._noise(), utilities(rewards), strict=True):
            add_slope(along, step, utility, 1.0)
            add_slope(wider, step * step - 1.0, utility, 1.0)
        own["centre"] += self.settings["rate"] * own["sigma"] * along
        own["sigma"] *= np.exp(self.settings["sigma_rate"] * (3 + math.log(n)) / (10 * math.sqrt(n)) * wider)
