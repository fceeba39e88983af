"""A trial taken apart: moments after each of its phases (weights and rewards are 1).

The quick engine carries the trial out; a camera carries it out again, phase by phase, on an engine of its own. So
looking changes nothing, and what is seen is what was decided upon.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

NO_SYNAPSES = np.empty(0, np.int32)
NO_REWARDS = np.empty((2, 0), np.float32)


@dataclass(frozen=True)
class Moment:
    """A trial after one of its phases.

    Attributes
    ----------
    phase : str
    told : str
        What happened in the phase, in words.
    arrays : dict of str to ndarray
        Those of the look of that moment that differ from what they are after the trial, by name and of their shapes.
    active : tuple of int
        Active astrocytes, once they are known.
    compared : tuple of float
        The rewards that are compared, as far as they are known: none, before, or before and after.
    decision : int or None
        Once it is known.
    """

    phase: str
    told: str
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    active: tuple[int, ...] = ()
    compared: tuple[float, ...] = ()
    decision: int | None = None


@dataclass(frozen=True)
class Film:
    """One trial.

    Attributes
    ----------
    trial : int
        From 0.
    sentence : str
        The whole trial in words.
    compared : tuple of float
        The two rewards that were compared; empty if none were.
    decision : int or None
        KEPT, REVERTED or IDLE; None where nothing is decided.
    moments : tuple of Moment
    moved : ndarray of int32, shape (synapse,)
        Synapses whose weights were moved, whether they stay so or not.
    rewards : ndarray of float32, shape (2, pattern of the trial)
        Before and after, pattern by pattern; nan where they are not known.
    patterns : tuple of int
        Patterns of the trial.
    """

    trial: int
    sentence: str
    compared: tuple[float, ...] = ()
    decision: int | None = None
    moments: tuple[Moment, ...] = ()
    moved: np.ndarray = field(default_factory=lambda: NO_SYNAPSES)
    rewards: np.ndarray = field(default_factory=lambda: NO_REWARDS)
    patterns: tuple[int, ...] = ()


class Camera(Protocol):
    """Camera of one kind of learner."""

    def shoot(self, before: dict[str, np.ndarray], after: Any) -> Film:
        """Return the film of the trial that leads from a state on.

        Parameters
        ----------
        before : dict of str to ndarray
            A `state()` of the quick engine, arrays of any shape.
        after : Engine
            The quick engine, just after the trial.
        """
