"""Structural ceiling: the best accuracy that any weights in range could reach for a wiring (fraction, 1).

One pass of one cycle is solved exactly. Of several cycles there are bounds: from below what the direct synapses alone
can do (all other weights at 0), or better weights that somebody has found; from above what patterns allow that look
alike to an output, because no input in which they differ reaches it. Of neurons with memory, the bound from below is
that of weights at 0, or of better weights that were found.

One cycle:

Each output bit is a linear threshold unit over its wired task inputs, so the bits are separate problems: choose which
patterns fire such that some weights in [-limit, limit] realise the choice. Solved as a mixed-integer linear program
(HiGHS through `scipy.optimize.milp`); specification, section 1, "A consequence worth knowing".
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array

from astrosim.contracts.registry import find_system
from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.experiment import Experiment
from astrosim.systems.threshold.doors import check_kind
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario

EXACT_PATTERNS = 16  # patterns; up to here no time limit applies; spec, section 8
SOLVER_TOLERANCE = 1e-7  # 1; HiGHS's default feasibility tolerance of a linear program
SAFE_MARGIN = 1e-4  # 1; assumed: far above what HiGHS's tolerances (1e-6 times the big-M, about 10) can blur
LARGEST_PROGRAM = 2_000_000  # matrix entries; assumed: beyond, HiGHS does not keep a time limit of seconds
CACHED_BITS = 4096  # problems; assumed: the 5-bit task has 160


@dataclass(frozen=True)
class Ceiling:
    """Structural ceiling.

    Attributes
    ----------
    accuracy : float
        Mean over bits of the best fraction of patterns right that was reached by weights.
    upper : float
        Upper bound; equal to `accuracy` where that is exact.
    exact : bool
    synapses : int
        Direct input-to-output synapses: the number that can matter.
    best_constant : float
        Accuracy of the best constant output vector.
    best_constant_output : str
        That vector; 0 where both values do equally well.
    per_bit : tuple of float
        `accuracy`, output bit by output bit.
    """

    accuracy: float
    upper: float
    exact: bool
    synapses: int
    best_constant: float
    best_constant_output: str
    per_bit: tuple[float, ...]

    @property
    def gap(self) -> float:
        """Upper bound minus accuracy reached; 0 where exact."""
        return self.upper - self.accuracy


@dataclass(frozen=True)
class _Bit:
    """One output bit: distinct inputs as it sees them, shape (group, input), and patterns a group by target."""

    inputs: np.ndarray
    ones: np.ndarray
    zeros: np.ndarray
    threshold: float
    limit: float

    def right(self, weights: np.ndarray) -> int:
        """Patterns right with these weights; fires iff the sum is strictly above the threshold."""
        return self.count(self.inputs @ weights > self.threshold)

    def count(self, fires: np.ndarray) -> int:
        """Patterns right if these groups fire."""
        return int(np.where(fires, self.ones, self.zeros).sum())

    @property
    def best_unconstrained(self) -> int:
        """Patterns right if every group could answer by majority: no weights do better."""
        return int(np.maximum(self.ones, self.zeros).sum())


def structural_ceiling(wiring: Wiring, time_limit: float = 10.0, found: float = 0.0) -> Ceiling:
    """Return best accuracy that weights within the limit can reach, output bit by output bit.

    Exact up to 16 patterns; above, the program stops after the time limit and `accuracy` is what weights were found
    for, `upper` the solver's bound.

    Parameters
    ----------
    wiring : Wiring
    time_limit : float
        Seconds for all bits together; used above 16 patterns only.
    found : float
        Accuracy of weights that are known: of several cycles, no ceiling lies below.
    """
    patterns, outputs = wiring.targets.shape
    limit = time_limit / max(outputs, 1) if patterns > EXACT_PATTERNS else float("inf")
    bounds = [_remembered_bounds(wiring, number, limit) for number in range(outputs)]
    lower, upper = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    ones = wiring.targets.sum(axis=0, dtype=int)
    accuracy, highest = lower / (patterns * outputs), upper / (patterns * outputs)
    if wiring.reached is not None:
        accuracy, highest = max(accuracy, found), _told_apart(wiring, wiring.reached) / (patterns * outputs)
    return Ceiling(
        accuracy=accuracy,
        upper=highest,
        exact=accuracy == highest,
        synapses=wiring.synapses,
        best_constant=float(np.maximum(ones, patterns - ones).sum()) / (patterns * outputs),
        best_constant_output="".join("1" if 2 * count > patterns else "0" for count in ones),
        per_bit=tuple(low / patterns for low, _ in bounds),
    )


def _remembered_bounds(wiring: Wiring, number: int, time_limit: float) -> tuple[int, int]:
    """Bounds of one output bit, remembered by what it is wired to; replicates share that more often than wirings."""
    if not wiring.memoryless:
        return _silent_bounds(_bit(wiring, number))
    arrays = wiring.patterns, wiring.wired[:, number], wiring.targets[:, number]
    key = (*(array.tobytes() for array in arrays), wiring.threshold, wiring.limit, time_limit)
    if key not in _known:
        _known[key] = _cached_bounds(_bit(wiring, number), time_limit)
        if len(_known) > CACHED_BITS:
            _known.popitem(last=False)
    return _known[key]


def _silent_bounds(bit: _Bit) -> tuple[int, int]:
    """Patterns right with all weights at 0, and if every group could answer by majority."""
    return bit.right(np.zeros(bit.inputs.shape[1])), bit.best_unconstrained


def _told_apart(wiring: Wiring, reached: np.ndarray) -> int:
    """Bits right if every output answered by majority each group of patterns that look alike to it."""
    return sum(_bit(replace(wiring, wired=reached), number).best_unconstrained for number in range(reached.shape[1]))


def ceiling(
    system: Scenario | Wiring | str | Path,
    *,
    condition: str | None = None,
    seed: int | None = None,
    time_limit: float = 10.0,
) -> Ceiling:
    """Return best accuracy that any weights could reach, for one replicate of a scenario or for a wiring.

    Parameters
    ----------
    system : Scenario, str, Path or Wiring
        Scenarios also by their file, or the name of a bundled one.
    condition : str, optional
        Of the scenario; its first one if left out.
    seed : int, optional
        Of the network; the scenario's first one if left out.
    time_limit : float
        Seconds; used above 16 patterns only.

    Raises
    ------
    ScenarioError
        If the scenario has no such condition, or is of a kind without a ceiling.
    """
    if isinstance(system, Wiring):
        return structural_ceiling(system, time_limit)
    named: Any = load_scenario(system) if isinstance(system, str | Path) else system
    if isinstance(named, Experiment) and not (known := find_system(named.family)).has("ceiling"):
        raise ScenarioError([known.refusal("ceiling")])
    scenario = check_kind(named, "ceiling")
    resolved = resolve(scenario, condition or condition_names(scenario)[0])
    return structural_ceiling(make_engine(resolved, scenario.seeds[0] if seed is None else seed).wiring(), time_limit)


def _bit(wiring: Wiring, number: int) -> _Bit:
    """The problem of one output bit: patterns that look alike to it are one group."""
    seen = wiring.patterns[:, wiring.wired[:, number]].astype(np.uint8)
    inputs, group = np.unique(seen, axis=0, return_inverse=True)
    target = wiring.targets[:, number].astype(bool)
    ones = np.bincount(group.ravel()[target], minlength=len(inputs))
    zeros = np.bincount(group.ravel()[~target], minlength=len(inputs))
    return _Bit(inputs.astype(float), ones, zeros, wiring.threshold, wiring.limit)


_cache: OrderedDict[tuple, tuple[int, int]] = OrderedDict()
_known: OrderedDict[tuple, tuple[int, int]] = OrderedDict()


def _cached_bounds(bit: _Bit, time_limit: float) -> tuple[int, int]:
    """`_bounds`, remembered: bits that are wired to other inputs may pose the same problem."""
    key = (
        bit.inputs.shape,
        np.packbits(bit.inputs.astype(bool)).tobytes(),
        bit.ones.tobytes(),
        bit.zeros.tobytes(),
        bit.threshold,
        bit.limit,
        time_limit,
    )
    if key not in _cache:
        _cache[key] = _bounds(bit, time_limit)
        if len(_cache) > CACHED_BITS:
            _cache.popitem(last=False)
    return _cache[key]


def _bounds(bit: _Bit, time_limit: float) -> tuple[int, int]:
    """Patterns right: the most that weights were found for, and an upper bound; equal where solved exactly."""
    end = time.monotonic() + time_limit
    lower = max(bit.right(np.full(bit.inputs.shape[1], value)) for value in (0.0, bit.limit, -bit.limit))
    upper = bit.best_unconstrained
    if lower == upper or bit.inputs.size + len(bit.inputs) > LARGEST_PROGRAM:
        return lower, upper
    proven = _proven_margin(bit)
    margin = proven if proven >= SAFE_MARGIN else 0.0
    excluded: list[np.ndarray] = []
    while lower < upper and time.monotonic() < end:
        weights, fires, bound = _best_choice(bit, margin, excluded, end - time.monotonic())
        upper = max(lower, min(upper, bound))
        if fires is None:
            break
        lower = max(lower, bit.right(weights))
        if lower < upper:
            lower = max(lower, bit.right(_widest_margin(bit, fires)))
        # Without a proven margin the best choice may need a sum exactly at the threshold; then try the next best.
        excluded.append(fires)
    return lower, upper


def _best_choice(
    bit: _Bit, margin: float, excluded: list[np.ndarray], time_limit: float
) -> tuple[np.ndarray, np.ndarray | None, int]:
    """Weights, the groups that fire with them (None if none were found in time), an upper bound on patterns right.

    Firing groups have sums of at least threshold + margin, silent ones of at most threshold - margin (for thresholds
    of 0 and below, at most threshold). Variables: one weight an input, then one 0/1 choice a group.
    """
    groups, width = bit.inputs.shape
    reach = bit.limit * bit.inputs.sum(axis=1)
    high, low = bit.threshold + margin, bit.threshold - _silent_margin(bit, margin)
    must = np.where(-reach > bit.threshold, 1.0, 0.0)
    may = np.where(reach >= high, 1.0, 0.0)
    may = np.where(reach <= bit.threshold, 0.0, np.maximum(may, must))
    gain = (bit.ones - bit.zeros).astype(float)
    constraints = [
        LinearConstraint(_with_choice(bit.inputs, -(high + reach)), -reach, np.inf),
        LinearConstraint(_with_choice(bit.inputs, -(reach - low)), -np.inf, low),
    ]
    if excluded:
        signs = np.where(np.array(excluded), -1.0, 1.0)
        ones = np.sum(excluded, axis=1)
        constraints.append(LinearConstraint(np.hstack([np.zeros((len(excluded), width)), signs]), 1.0 - ones, np.inf))
    result = milp(
        np.concatenate([np.zeros(width), -gain]),
        integrality=np.concatenate([np.zeros(width), np.ones(groups)]),
        bounds=Bounds(
            np.concatenate([np.full(width, -bit.limit), must]), np.concatenate([np.full(width, bit.limit), may])
        ),
        constraints=constraints,
        options={"mip_rel_gap": 0.0} | ({"time_limit": max(time_limit, 0.01)} if np.isfinite(time_limit) else {}),
    )
    if result.status == 2:  # infeasible: every choice is excluded
        return np.zeros(width), None, 0
    dual = result.mip_dual_bound
    known = dual is not None and np.isfinite(dual)
    bound = int(np.floor(bit.zeros.sum() - dual + 1e-6)) if known else bit.best_unconstrained
    if result.x is None:
        return np.zeros(width), None, bound
    return np.clip(result.x[:width], -bit.limit, bit.limit), result.x[width:] > 0.5, bound


def _with_choice(inputs: np.ndarray, coefficient: np.ndarray) -> coo_array:
    """Rows (inputs of the group, coefficient of its own choice), sparse."""
    groups, width = inputs.shape
    row, column = np.nonzero(inputs)
    own = np.arange(groups)
    return coo_array(
        (
            np.concatenate([inputs[row, column], coefficient]),
            (np.concatenate([row, own]), np.concatenate([column, width + own])),
        ),
        shape=(groups, width + groups),
    ).tocsc()


def _silent_margin(bit: _Bit, margin: float) -> float:
    """Margin below the threshold: weights shrink towards 0 to reach it, which helps above a threshold of 0 only."""
    return margin if bit.threshold > 0 else 0.0


def _widest_margin(bit: _Bit, fires: np.ndarray) -> np.ndarray:
    """Weights, shape (input,), that realise a choice with the widest margin; zeros if none do strictly."""
    width = bit.inputs.shape[1]
    silent_share = _silent_margin(bit, 1.0)
    above = np.hstack([-bit.inputs[fires], np.ones((fires.sum(), 1))])
    below = np.hstack([bit.inputs[~fires], np.full((int((~fires).sum()), 1), silent_share)])
    result = linprog(
        np.append(np.zeros(width), -1.0),
        A_ub=np.vstack([above, below]),
        b_ub=np.concatenate([np.full(len(above), -bit.threshold), np.full(len(below), bit.threshold)]),
        bounds=[(-bit.limit, bit.limit)] * width + [(0.0, 1.0)],
    )
    if result.x is None or result.x[-1] <= 2 * SOLVER_TOLERANCE:
        return np.zeros(width)
    return np.clip(result.x[:-1], -bit.limit, bit.limit)


def _proven_margin(bit: _Bit) -> float:
    """A margin that every strictly realisable choice can reach.

    The widest margin is a vertex of {x w - m >= t; x w + m <= t; |w| <= limit}: by Cramer's rule a quotient of
    determinants. Threshold and limit are whole multiples of a unit, so the numerator is at least that unit. The
    denominator is at most n times the largest determinant of a 0/1 matrix of order n - 1 (expansion along the column
    of m), for which Hadamard's bound is n^(n/2) / 2^(n-1).
    """
    n = min(bit.inputs.shape) + 1
    return float(_common_unit(bit.threshold, bit.limit)) / (n * n ** (n / 2) / 2.0 ** (n - 1))


def _common_unit(*values: float) -> Fraction:
    """Largest number of which all values are whole multiples; values are taken as they print."""
    fractions = [Fraction(repr(float(value))) for value in values if value]
    denominator = lcm(*(f.denominator for f in fractions))
    return Fraction(gcd(*(f.numerator * (denominator // f.denominator) for f in fractions)), denominator)
