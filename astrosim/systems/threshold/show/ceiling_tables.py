"""Structural ceilings of a scenario, and their table for the console. Accuracies are fractions."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

import numpy as np
from rich.table import Table

from astrosim.scenario import condition_names, resolve
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import mean

FOLDED = ("output", "per bit")
"""Columns that take several lines on a narrow console; numbers are never cut."""


def ceilings(scenario: Scenario, time_limit: float = 10.0) -> list[dict[str, Any]]:
    """Return the structural ceiling of every condition and seed.

    Parameters
    ----------
    scenario : Scenario
    time_limit : float
        Seconds per network above 16 patterns.

    Returns
    -------
    list of dict
        condition, seed, ceiling, upper, exact, gap, synapses, best_constant, best_constant_output, per_bit.
    """
    from astrosim.systems.threshold.ceilings import Ceiling, structural_ceiling
    from astrosim.systems.threshold.engines import make_engine

    known: dict[bytes, Ceiling] = {}
    rows = []
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        for seed in scenario.seeds:
            wiring = make_engine(resolved, seed).wiring()
            same = pickle.dumps(astuple(wiring))
            if same not in known:
                known[same] = structural_ceiling(wiring, time_limit)
            rows.append({"condition": condition, "seed": seed, **_ceiling_row(known[same])})
    return rows


def _ceiling_row(found: Any) -> dict[str, Any]:
    return {
        "ceiling": found.accuracy,
        "upper": found.upper,
        "exact": found.exact,
        "gap": found.upper - found.accuracy,
        "synapses": found.synapses,
        "best_constant": found.best_constant,
        "best_constant_output": found.best_constant_output,
        "per_bit": list(found.per_bit),
    }


def ceilings_table(rows: list[dict[str, Any]]) -> Table:
    """Return ceilings as a table; conditions with the same wiring share their lines."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    table.add_column("condition")
    blocks = [(name, block, [_ceiling_cells([row]) for row in block]) for name, block in _blocks(rows)]
    for place, name in enumerate(("ceiling", "bound", "synapses", "best constant", "output", "per bit")):
        if not place:
            table.add_column("seed", justify="right", no_wrap=True)
        width = max((len(cells[place]) for _, _, lines in blocks for cells in lines), default=1)
        whole = None if name in FOLDED else width
        table.add_column(name, justify="right", overflow="fold", min_width=whole)
    for name, block, lines in blocks:
        for number, cells in enumerate(lines):
            table.add_row(name if number == 0 else "", str(block[number]["seed"]), *cells)
        if len(block) > 1:
            table.add_row("", "mean", *_ceiling_cells(block), style="bold", end_section=True)
    return table


def _blocks(rows: list[dict[str, Any]]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Rows by condition; conditions whose rows are equal are told together."""
    by_condition: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_condition.setdefault(row["condition"], []).append(row)
    together: dict[str, tuple[list[str], list[dict[str, Any]]]] = {}
    for condition, block in by_condition.items():
        key = repr([{name: value for name, value in row.items() if name != "condition"} for row in block])
        together.setdefault(key, ([], block))[0].append(condition)
    return [(", ".join(names), block) for names, block in together.values()]


def _ceiling_cells(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The cells of a row, or of the mean of several."""
    exact = all(row["exact"] for row in rows)
    gap = mean(np.array([row["gap"] for row in rows]))
    per_bit = np.mean([row["per_bit"] for row in rows], axis=0)
    shown = " ".join(f"{value:.3f}".removeprefix("0") for value in per_bit[:8]) + (" ..." if len(per_bit) > 8 else "")
    lowest, highest = (f"{mean(np.array([row[name] for row in rows])):.4f}" for name in ("ceiling", "upper"))
    return (
        lowest if exact else f"{lowest} to {highest}",
        "exact" if exact else f"gap <= {gap:.4f}",
        f"{mean(np.array([row['synapses'] for row in rows])):.{0 if len(rows) == 1 else 1}f}",
        f"{mean(np.array([row['best_constant'] for row in rows])):.4f}",
        rows[0]["best_constant_output"][:16] if len(rows) == 1 else "",
        shown,
    )
