"""Simulations: what a system sets in motion for a run, how it goes on, and how its state is saved and taken up.

A replicate is a resolved condition and a seed. Work is counted in the units of the system (trials, updates).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

Arrays = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """Results of a replicate that is done.

    Attributes
    ----------
    values : mapping of str to ndarray
        By variable of the store, dimensions without (condition, seed); shorter ones are padded with fill values, those
        that the store has no array for are left out.
    row : mapping
        The replicate's row of summary.csv.
    labels : mapping of str to sequence of int
        By variable, the labels of its first dimension that this replicate has, where others have others.
    """

    values: Arrays
    row: Mapping[str, Any]
    labels: Mapping[str, Sequence[int]] = field(default_factory=dict)


class Member(Protocol):
    """One replicate of a simulation: how far it is, its state and its results."""

    @property
    def done(self) -> int:
        """Units of work done."""

    def state(self) -> Arrays:
        """Return all arrays that change: with `facts`, what a checkpoint holds."""

    def facts(self) -> Facts:
        """Return what a checkpoint holds beside the arrays: values that JSON knows."""

    def restore(self, state: Arrays, facts: Facts) -> None:
        """Go on from a `state()` and `facts()` of the same scenario and seed; only just after construction.

        Raises
        ------
        KeyError, ValueError, TypeError, IndexError
            If they do not fit.
        """

    def outcome(self) -> Outcome:
        """Return the results, once all work is done."""


class Lasting(Member, Protocol):
    """A member whose end can be kept, so that a longer run goes on from it."""

    def end(self) -> tuple[Arrays, Facts]:
        """Return what a longer run goes on from: arrays of any shape, and what JSON knows; once all work is done."""

    def prolong(self, state: Arrays, facts: Facts, short: Any, stored: Callable[..., np.ndarray | None]) -> None:
        """Go on from the `end()` of a shorter run, whose arrays keep their shape; only just after construction.

        Parameters
        ----------
        state, facts
            What `end` returned.
        short : Experiment
            The shorter run's resolved scenario.
        stored : callable
            Returns what the shorter run stored of a variable of this replicate; None if it has none. A second argument
            says how many entries are read along its first dimension.

        Raises
        ------
        KeyError, ValueError, TypeError, IndexError
            If they do not fit; the replicate then begins at its start.
        """


class Simulation(Protocol):
    """Replicates in motion: one alone, or several in lock-step."""

    @property
    def members(self) -> Sequence[Member]:
        """Return its replicates."""

    @property
    def turn(self) -> int:
        """Return how far it is on the clock of those that it shares a job with: the least far goes on."""

    @property
    def finished(self) -> bool:
        """Return whether all work is done."""

    @property
    def first_stretch(self) -> int:
        """Return the units of a first stretch, from which the duration of a unit is learned."""

    def advance(self, units: int) -> float:
        """Carry out a stretch of work: about so much, cut or extended to where it can stop.

        No result depends on where stretches are cut.

        Returns
        -------
        float
            Seconds that the loop alone took: no compilation, no test, no storage.
        """


class Alone:
    """A simulation of one replicate, which is its only member."""

    @property
    def done(self) -> int:
        """Return the units of work done."""
        raise NotImplementedError

    @property
    def members(self) -> tuple[Any, ...]:
        """Return the simulation itself."""
        return (self,)

    @property
    def turn(self) -> int:
        """Return the units of work done."""
        return self.done


def copy_arrays(own: Arrays, prefix: str = "") -> dict[str, np.ndarray]:
    """Return copies of arrays of any shape, by name behind a prefix."""
    return {prefix + name: array.copy() for name, array in own.items()}


def restore_arrays(own: Arrays, saved: Mapping[str, Any], prefix: str = "") -> None:
    """Write saved arrays into those of a simulation, in place.

    Parameters
    ----------
    own : mapping of str to ndarray
        Arrays that `copy_arrays` was given when they were saved.
    saved : mapping of str to ndarray
        May hold more.
    prefix : str
        What the names in `saved` begin with.

    Raises
    ------
    ValueError
        If an array is missing or has another shape or type; nothing is written then.
    """
    for name, array in own.items():
        found = saved.get(prefix + name)
        if found is None or found.shape != array.shape or found.dtype != array.dtype:
            raise ValueError(f"the saved array {prefix + name!r} does not fit this scenario and seed")
    for name, array in own.items():
        array[...] = saved[prefix + name]
