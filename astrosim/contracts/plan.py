"""Interventions of a simulation: times at which they act, and the changes in force (trials or steps, whole numbers).

The arrays of a simulation stay as they are; all else that an intervention changes follows from the list of those that
have acted, so that a checkpoint holds no more than that list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astrosim.store.variables import NEURON_KINDS

NEVER = 2**62  # trial or step
ROOM = 2**22  # draws of one intervention: at least the number of cells


@dataclass(frozen=True)
class Times:
    """Times of one intervention.

    Attributes
    ----------
    first : int
        NEVER: not known yet.
    every : int or None
        Between two.
    until : int or None
        The last, at most.
    """

    first: int
    every: int | None = None
    until: int | None = None

    def following(self, now: int) -> int:
        """Return the time at which it acts again after it has acted now; NEVER if it does not."""
        if self.every is None:
            return NEVER
        following = now + self.every
        return NEVER if self.until is not None and following > self.until else following


class Plan:
    """Interventions by their numbers, in the order of the file.

    Attributes
    ----------
    next : list of int
        Time at which each acts next.
    log : list of (int, int)
        Time and number of those that have acted.
    """

    def __init__(self, times: Sequence[Times]) -> None:
        self.times = tuple(times)
        self.next = [one.first for one in self.times]
        self.log: list[tuple[int, int]] = []

    def add(self, times: Times) -> None:
        """Plan one more, after all others: it is as if it had been planned from the start."""
        self.times = (*self.times, times)
        self.next.append(times.first)

    @property
    def due(self) -> int:
        """Time at which any acts next; NEVER if none does."""
        return min(self.next, default=NEVER)

    def take(self, now: int) -> list[int]:
        """Note that those due now act; return their numbers, in order."""
        numbers = [number for number, at in enumerate(self.next) if at == now]
        for number in numbers:
            self.log.append((now, number))
            self.next[number] = self.times[number].following(now)
        return numbers

    def logged(self) -> np.ndarray:
        """Return time and number of those that have acted: int64, shape (event, 2)."""
        return np.array(self.log, np.int64).reshape(len(self.log), 2)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, int64, by name: shape (event, 2) and (intervention,)."""
        return {"intervention_log": self.logged(), "intervention_next": np.array(self.next, np.int64)}

    def restore(self, log: np.ndarray | None, following: np.ndarray | None) -> None:
        """Go on from the arrays of a `state()`, shape (event, 2) and (intervention,).

        Raises
        ------
        ValueError
            If they are of other interventions.
        """
        if log is None or following is None or len(following) != len(self.times):
            raise ValueError("the saved interventions do not fit this scenario")
        self.log = [(int(time), int(number)) for time, number in log]
        self.next = following.tolist()


def part_of(found: np.ndarray, draws: np.ndarray, fraction: float) -> np.ndarray:
    """Return a random part of some numbers, ascending.

    Parameters
    ----------
    found : ndarray of int64, shape (candidate,)
    draws : ndarray of float64, shape (candidate,)
        Uniform numbers: those with the least are chosen.
    fraction : float

    Returns
    -------
    ndarray of int64, shape (chosen,)
    """
    count = math.floor(fraction * found.size + 0.5)
    return np.sort(found[np.argsort(draws, kind="stable")[:count]])


def matching(item: Any, member: np.ndarray, cluster: np.ndarray, kind: np.ndarray | None = None) -> np.ndarray:
    """Return the candidates that an intervention on clusters names: int64, shape (chosen,), ascending.

    Parameters
    ----------
    item : Planned
        With `which`, `cluster` and perhaps `neuron_kind`.
    member : ndarray of int, shape (candidate, 1 or 2)
        Cells of each candidate: of a gap junction both ends.
    cluster : ndarray of int, shape (cell,)
    kind : ndarray of int, shape (cell,), optional
        Places among `NEURON_KINDS`.
    """
    wanted = np.ones(len(member), bool)
    if item.which is not None:
        wanted = np.isin(member, item.which).any(axis=1)
    if item.cluster is not None:
        wanted &= (cluster[member] == item.cluster).any(axis=1)
    if item.neuron_kind is not None and kind is not None:
        wanted &= (kind[member] == NEURON_KINDS.index(item.neuron_kind)).any(axis=1)
    return np.flatnonzero(wanted)


@dataclass
class Standing:
    """Changes in force: made by interventions, and not taken back.

    Attributes
    ----------
    silent, lesioned : dict of str to ndarray of bool
        By "astrocytes" and "neurons", of shape (astrocyte,) and (neuron,).
    cut : ndarray of bool, shape (gap junction,)
    frozen : bool
    values : dict of str to (float, int or str)
        By dotted path.
    patterns : tuple of (str, str)
    offset : float
        Of the reward, 1.
    """

    silent: dict[str, np.ndarray]
    lesioned: dict[str, np.ndarray]
    cut: np.ndarray
    patterns: tuple[tuple[str, str], ...] = ()
    frozen: bool = False
    values: dict[str, float | int | str] = field(default_factory=dict)
    offset: float = 0.0

    def acting(self, what: str) -> np.ndarray:
        """Return which astrocytes or neurons are neither silenced nor lesioned: bool, shape (astrocyte or neuron,)."""
        return ~(self.silent[what] | self.lesioned[what])

    def take(self, item: Any, chosen: np.ndarray) -> None:
        """Take one intervention into account.

        `chosen` holds the numbers of its astrocytes, neurons or gap junctions: int64, shape (chosen,).
        """
        verb, _, what = item.action.partition("_")
        if what == "gap_junctions":
            self.cut[chosen] = verb == "cut"
        elif what == "plasticity":
            self.frozen = verb == "freeze"
        elif verb == "lesion":
            self.lesioned[what][chosen] = True
        elif verb in ("silence", "release"):
            self.silent[what][chosen] = verb == "silence"
        elif item.action == "set":
            self.values[str(item.parameter)] = item.value
        elif item.action == "reward_offset":
            self.offset = float(item.offset or 0.0)
        elif item.patterns is not None:
            self.patterns = (self.patterns if item.action == "extend_task" else ()) + item.patterns


def nothing_stands(
    astrocytes: int, neurons: int, junctions: int, patterns: tuple[tuple[str, str], ...] = ()
) -> Standing:
    """Return no changes, of a simulation of these numbers of astrocytes, neurons and gap junctions."""
    sizes = {"astrocytes": astrocytes, "neurons": neurons}
    silent, lesioned = ({what: np.zeros(size, bool) for what, size in sizes.items()} for _ in range(2))
    return Standing(silent, lesioned, np.zeros(junctions, bool), patterns)
