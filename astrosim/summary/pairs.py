"""Conditions of one run compared in pairs, over the seeds that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from astrosim.statistics.inference import Comparison, compare, corrected

ALL_PAIRS = 5  # conditions; beyond, each is compared with the first only


def pairs_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return all pairs of up to five conditions; of more, each with the first."""
    if len(names) > ALL_PAIRS:
        return [(name, names[0]) for name in names[1:]]
    return list(combinations(names, 2))


def compare_pairs(rows: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[str, str]], column: str) -> list[Comparison]:
    """Return paired comparisons over common seeds, Holm-corrected together; pairs with fewer than two are left out.

    Parameters
    ----------
    rows : sequence of mapping
        Of summary.csv.
    pairs : sequence of (str, str)
        First minus second.
    column : str
        What is compared.
    """
    by_condition: dict[str, dict[int, float]] = {}
    for row in rows:
        by_condition.setdefault(row["condition"], {})[row["seed"]] = row[column]
    found = []
    for first, second in pairs:
        common = sorted(by_condition[first].keys() & by_condition[second].keys())
        if len(common) >= 2:
            one, other = ([by_condition[name][seed] for seed in common] for name in (first, second))
            found.append(compare(one, other, (first, second)))
    return corrected(found)
