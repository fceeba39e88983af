"""Which astrocytes are active: score above threshold, exploration, at least one and at most three. Murray 2026, 4.2.

`uniform` is this package's: so many of those that are not silenced, drawn without replacement (stream `selection`,
index = position in the sample), whatever they sense.
"""

from __future__ import annotations

from astrosim.core.jit import inlined


@inlined
def above_threshold(score, threshold):
    """Whether an astrocyte is active by its score: strictly above its threshold."""
    return score > threshold


@inlined
def precedes(score_a, a, score_b, b):
    """Whether astrocyte a comes before b: higher score first, ties by number."""
    return score_a > score_b or (score_a == score_b and a < b)


SCORE, UNIFORM = 0, 1
SELECTION_RULES = {"score": SCORE, "uniform": UNIFORM}
