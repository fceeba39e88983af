"""Coefficients of Dormand and Prince's method of order 5 with an error estimate of order 4 (slopes of any unit).

Dormand and Prince 1980 (10.1016/0771-050X(80)90013-3), table 2. The slopes of a variable at the stages lie in rows of a
tile, one after the other: stages are loops of their own over its lanes, as each waits for the stage before it.
"""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.systems.spiking.kernel.model import LANES

AT = (0.2, 0.3, 0.8, 8.0 / 9.0, 1.0)
"""Times of the stages from the second to the sixth, in steps; the seventh is at that of the sixth."""
STAGES = 7


@phase
def slope_at(stage, first, n, cell):
    """Return the slope of a lane at a stage (from 0), by the first row of the variable's slopes."""
    return cell[first + stage * LANES + n]


@phase
def mean_slope(stage, first, n, cell):
    """Return the mean slope of a lane from the start to a stage, 1 to 6: the last is that of the step, by order 5.

    Raises ValueError: no such stage. `stage` is a constant of the caller, or its loop is not vectorised.
    """
    one, two = slope_at(0, first, n, cell), slope_at(1, first, n, cell)
    if stage == 1:
        return 0.2 * one
    if stage == 2:
        return 3 / 40 * one + 9 / 40 * two
    three, four = slope_at(2, first, n, cell), slope_at(3, first, n, cell)
    if stage == 3:
        return (44 / 45 * one - 56 / 15 * two) + 32 / 9 * three
    if stage == 4:
        return (19372 / 6561 * one - 25360 / 2187 * two) + (64448 / 6561 * three - 212 / 729 * four)
    five = slope_at(4, first, n, cell)
    if stage == 5:
        early = 9017 / 3168 * one - 355 / 33 * two
        return early + (46732 / 5247 * three + 49 / 176 * four) - 5103 / 18656 * five
    if stage == 6:
        early = 35 / 384 * one + 500 / 1113 * three
        return early + (125 / 192 * four - 2187 / 6784 * five) + 11 / 84 * slope_at(5, first, n, cell)
    raise ValueError("no such stage of Dormand and Prince's method")


@phase
def off(first, n, cell):
    """Return the difference between the mean slopes of a step by order 5 and 4."""
    early = 71 / 57600 * slope_at(0, first, n, cell) - 71 / 16695 * slope_at(2, first, n, cell)
    middle = 71 / 1920 * slope_at(3, first, n, cell) - 17253 / 339200 * slope_at(4, first, n, cell)
    return early + middle + (22 / 525 * slope_at(5, first, n, cell) - 0.025 * slope_at(6, first, n, cell))
