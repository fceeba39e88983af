"""What the phases of a trial hand on to each other, and what is on its way to a later one: the agents' side."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

import numpy as np

from astrosim.systems.threshold.agents.agents import Astrocyte


@dataclass
class Trial:
    """State that the phases of one trial hand on; `compared`: the rewards before and after, the latter at best if the
    race was lost.
    """

    number: int
    window: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))
    active: list[Astrocyte] = field(default_factory=list)
    explored: list[bool] = field(default_factory=list)
    fired_before: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    fired_after: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    outputs_before: list[np.ndarray] = field(default_factory=list)
    outputs_after: list[np.ndarray] = field(default_factory=list)
    eligible: int = 0
    idle: bool = False
    lost: bool = False
    best: float = nan
    compared: tuple[float, float] = (nan, nan)
    steps: list[np.ndarray] = field(default_factory=list)
    kept: bool = False
    snapshot: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))

    @property
    def rewards(self) -> tuple[float, float]:
        """Rewards before and after, as they are recorded: nan where nothing was evaluated to the end."""
        before, after = self.compared
        return before, nan if self.idle or self.lost else after

    @property
    def pattern(self) -> int:
        """The pattern that is presented last: a report's trial has one only."""
        return int(self.window[-1])


def nothing(phase: str) -> None:
    """Do nothing after a phase."""


class Arrival:
    """A calcium wave on its way to an astrocyte: what Mesa's event list holds of it.

    Parameters
    ----------
    astrocyte : Astrocyte
    trial : int
        Before whose phases it arrives.
    """

    def __init__(self, astrocyte: Astrocyte, trial: int) -> None:
        self.astrocyte, self.trial = astrocyte, trial

    def land(self) -> None:
        """Deliver all waves that reach the astrocyte before this trial; Mesa's event."""
        self.astrocyte.model.arrivals.pop((self.trial, self.astrocyte.index))
        self.astrocyte.receive(self.trial)
