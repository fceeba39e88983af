"""Learners of threshold networks: one file each, with its source, its engines, its cost and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astrosim.core.phases import PHASES, Phase

Scenario = Any  # the schema imports the table of learners

REPORT = "Murray 2026"


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Learner; its file names it `LEARNER`.

    Attributes
    ----------
    source : str
        Authors and year.
    engines : mapping of str to str
        ``module:Class`` by the `engine` of a scenario.
    phases : tuple of Phase
        Of a trial, in order.
    mover : {"astrocytes", "cursor", "nobody"}
        Agent that moves the weights by the rules of the network's own trial.
    needs_slope : bool
        Whether it follows the slope of the reward.
    needs_memoryless : bool
        Whether its rule holds only for neurons without memory from cycle to cycle.
    """

    source: str
    engines: Mapping[str, str]
    phases: tuple[Phase, ...] = PHASES
    mover: str = "nobody"
    needs_slope: bool = False
    needs_memoryless: bool = False

    def passes(self, scenario: Scenario) -> int:
        """Return the forward passes of a trial or update of a resolved scenario.

        The current weights are evaluated once and remembered if all patterns are shown; the very first evaluation is
        not counted, nor are evaluations of the frozen network for records. The way back of a gradient is no pass.
        """
        raise NotImplementedError

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase in words, with its numbers; `judged`: the words of a pass's reward."""
        raise NotImplementedError
