"""Racing: a perturbation is given up as soon as the patterns that are left could not save it. This package's.

The patterns of a trial are evaluated from the one whose standing reward is lowest, and may thus rise most, to the one
whose is highest. Those that are left count with the highest reward that there is. Rounded sums keep the order of what
they sum, so that a perturbation that is given up would have been reverted: the decisions are those without a race,
after fewer
passes.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules import decision


@kernel
def by_standing(standing, order):
    """Order the patterns, lowest standing reward first, ties by place; order: int64, filled."""
    for k in range(standing.size):
        place = k
        while place and standing[order[place - 1]] > standing[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k


@kernel
def is_lost(rule, best, before, offset):
    """Return whether even the best mean reward that is left to a perturbation would not keep it.

    Raises ValueError for a rule of acceptance under which nothing can be given up.
    """
    if rule == decision.STRICT:
        return not decision.keeps(best, before, offset)
    if rule == decision.DRIFT:
        return not (decision.keeps(best, before, offset) or best + offset == before)
    raise ValueError("decision.accept: a rule under which nothing can be given up")
