"""Which astrocytes are active: score above threshold, exploration, at least one and at most three. Murray 2026, 4.2.

`uniform` is this package's: a number of those that are not silenced, drawn without replacement (stream `selection`,
index = position in the sample), whatever they sense.
"""

from __future__ import annotations

from astrosim.core.jit import inlined
from astrosim.rules.choices import SELECTION, numbers

SELECTION_RULES = numbers(SELECTION)
SCORE, UNIFORM = SELECTION_RULES["score"], SELECTION_RULES["uniform"]


@inlined
def above_threshold(score, threshold):
    """Return whether an astrocyte is active by its score: strictly above its threshold."""
    return score > threshold


@inlined
def goes_by_score(rule):
    """Return whether astrocytes are selected by their scores, not drawn uniformly.

    Raises ValueError for an unknown rule.
    """
    if rule == SCORE:
        return True
    if rule == UNIFORM:
        return False
    raise ValueError("astrocytes.selection: a rule without a way to select")


@inlined
def precedes(score_a, a, score_b, b):
    """Return whether astrocyte a comes before b: higher score first, ties by number."""
    return score_a > score_b or (score_a == score_b and a < b)
