"""OpenAI-ES (Salimans, Ho, Chen, Sidor, Sutskever 2017): pairs of opposite steps, centred ranks, Adam.

Estimate: mean over pairs of (u+ - u-) e / (2 sigma), with the centred ranks u of all rewards. Weight decay and virtual
batch normalisation are left out.
"""

from __future__ import annotations

import numpy as np

from astrosim.rules.ascent import add_slope, climb
from astrosim.systems.blackbox.rivals.rival import Pairs
from astrosim.systems.blackbox.rivals.shaping import centred_ranks


class OpenaiEs(Pairs):
    """OpenAI-ES; see `Generations`."""

    def _initial(self) -> dict[str, np.ndarray]:
        return {name: np.zeros(self.start.size) for name in ("centre", "moment", "square")}

    def _learn(self, rewards: np.ndarray) -> None:
        own, noise = self.memory, self._noise()
        gradient, width = np.zeros(self.start.size), self.settings["sigma"] * self.population
        for step, (up, down) in zip(noise, centred_ranks(rewards).reshape(-1, 2), strict=True):
            add_slope(gradient, step, up - down, width)
        climb(own["centre"], own["moment"], own["square"], gradient, self.settings["rate"], self.generation)
