"""Fields that the scenario sections of all systems with astrocytes share. Source of the defaults: Murray 2026."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol

from pydantic import field_validator, model_validator

from astrosim.scenario.section import Condition, Real, Section, complain, quantity


class Turn(NamedTuple):
    """The system's word for the step in which astrocytes act once."""

    words: str  # with its preposition, "per trial"
    rate: str  # unit of a probability, "1/trial"
    paper: str  # precedes a section of Murray 2026 in sources; empty where all sources are of that paper


class Rates(Protocol):
    """A section that holds the rates of exploration."""

    @property
    def flat_rate(self) -> float:
        """Probability per trial under `flat`."""

    @property
    def initial_rate(self) -> float:
        """Probability per trial of a fresh astrocyte under `maturity`."""

    @property
    def maturity(self) -> float:
        """Activations after which the rate has halved."""


def columns_of(places: int) -> int:
    """Return the columns of the square lattice that a number of clusters, or astrocytes, stand on."""
    return math.isqrt(places - 1) + 1


def first_threshold(turn: Turn, signal: str = "", read_if: Condition | None = None) -> Any:
    """Return the field of a section: the activation threshold at the start; `signal` says of what, where the
    section's name does not."""
    meaning = f"activation threshold at the start{signal}"
    return quantity(0.5, meaning, "1", f"{turn.paper}3.2", ge=0, le=100, read_if=read_if)


def remembered_outcomes(turn: Turn, read_if: Condition | None = None) -> Any:
    """Return the field of a section: length of an astrocyte's memory of outcomes."""
    meaning = "remembered outcomes (kept or not)"
    return quantity(20, meaning, "activations", f"{turn.paper}3.2", ge=1, le=255, read_if=read_if)


def most_active(turn: Turn) -> Any:
    """Return the field of a section: number of astrocytes that act at once."""
    return quantity(3, f"active astrocytes {turn.words}, at most", "astrocytes", f"{turn.paper}4.2", ge=1, le=64)


def flat_rate(turn: Turn) -> Any:
    """Return the field of a section: rate of exploration under `flat`."""
    return quantity(0.01, f"probability {turn.words} under `flat`", turn.rate, f"{turn.paper}table 2", ge=0, le=1)


def initial_rate(turn: Turn) -> Any:
    """Return the field of a section: rate of exploration under `maturity`, before the first activation."""
    meaning = f"probability {turn.words} of a fresh astrocyte under `maturity`"
    return quantity(0.30, meaning, turn.rate, f"{turn.paper}4.2", ge=0, le=1)


def maturity(turn: Turn) -> Any:
    """Return the field of a section: activations that halve the rate of exploration."""
    meaning = "activations after which the rate has halved"
    return quantity(2000.0, meaning, "activations", f"{turn.paper}4.2", gt=0, le=1e12)


EIGHT_PATTERNS = (
    ("00000", "10101"),
    ("10000", "01010"),
    ("01000", "11001"),
    ("00100", "00110"),
    ("00010", "10011"),
    ("00001", "01100"),
    ("11000", "00101"),
    ("00110", "11010"),
)  # report, table 5; program
"""Input and target bits of the report's task."""
MOST_PROBLEMS = 10  # of patterns, that are told at once


def as_pairs(value: Any) -> Any:
    """Return pairs of texts as tuples, whatever a file gives them as."""
    if isinstance(value, (list, tuple)):
        return tuple(tuple(v) if isinstance(v, (list, tuple)) else v for v in value)
    return value


def pattern_problems(value: tuple[tuple[str, str], ...]) -> list[str]:
    """Return what is wrong with pairs of input and target bits."""
    problems = []
    for number, pair in enumerate(value, start=1):
        for side, what in enumerate(("input", "target")):
            bits, first = pair[side], value[0][side]
            if not bits or set(bits) - {"0", "1"}:
                problems.append(f"the {what} of pattern {number} is not made of bits ({bits!r}). Write 0 and 1 only.")
            elif len(bits) != len(first):
                problems.append(
                    f"the {what} of pattern {number} has another length than that of pattern 1 ({bits!r}). "
                    f"Write {len(first)} bits."
                )
    return problems[:MOST_PROBLEMS]


class PatternTask(Section):
    """Base of a task with the field `patterns`: pairs of input and target bits, of one length each."""

    @field_validator("patterns", mode="before", check_fields=False)
    @classmethod
    def _tuples(cls, value: Any) -> Any:
        return as_pairs(value)

    @field_validator("patterns", check_fields=False)
    @classmethod
    def _bits(cls, value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        complain(pattern_problems(value))
        return value


class Adaptation(Section):
    """Threshold adaptation by recent success."""

    interval: int = quantity(50, "thresholds move every this many trials", "trials", "4.6", ge=1, le=10**9)
    step: Real = quantity(0.01, "size of a move", "1", "4.6", ge=0, le=100)
    upper_success: Real = quantity(0.15, "success rate above which the threshold falls", "1", "4.6", ge=0, le=1)
    lower_success: Real = quantity(0.05, "success rate below which the threshold rises", "1", "4.6", ge=0, le=1)
    floor: Real = quantity(0.1, "lowest threshold", "1", "4.6", ge=0, le=100)
    ceiling: Real = quantity(0.9, "highest threshold", "1", "4.6", ge=0, le=100)

    @model_validator(mode="after")
    def _order(self) -> Adaptation:
        problems = []
        if self.floor > self.ceiling:
            problems.append(f"floor: above adaptation.ceiling = {self.ceiling} ({self.floor}). Exchange the two.")
        if self.lower_success > self.upper_success:
            problems.append(
                f"lower_success: above adaptation.upper_success = {self.upper_success} ({self.lower_success}). "
                "Exchange the two."
            )
        complain(problems)
        return self
