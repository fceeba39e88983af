r"""What locality costs: steps, cells and time from m to n cells, as the paper states it and as it is.

Peterson, "What can astrocytes compute?", section Astrocyte complexity. Its text gives a layer penalty over the
neurons' one layer,

    l = \|m - n\| / 2 - 1 (same parity),  \|m - n + 1\| / 2 - 1 (mixed parity),  m - 2 (m = n),

a cell penalty, the sum of the widths of l layers, and a time T = t_a l. Read as *extra* layers, l is right for one
parity, and then the wave makes l + 1 steps and takes t_a (l + 1). Three columns stand side by side here:

- *paper*: the text, letter by letter (reach 3);
- *formula*: the same with l clamped at 0, l + 1 steps, and k - 1 for 2;
- *true*: the shortest chain of steps that has these widths, by breadth-first search. With mixed parity the only way
  leads through a single cell, because only the gather 2 -> 1 changes parity; from odd to even there is none.

Widths alone do not let every output hear every input; `mixing_steps` counts what that takes. Cells and steps are
counts; times are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache

import networkx as nx

from astrosim.systems.waves.mesh.steps import axis_width

STEP_TIME = 0.010  # s; Peterson, section Astrocyte complexity: 10 ms of reaction time with neurons
PAPER_REACH = 3  # cells; the paper's formulas hold for it alone


def paper_penalty(m: int, n: int) -> int:
    """Return layer penalty l as the paper prints it; can be negative.

    Parameters
    ----------
    m, n : int
        Input and output width, cells.
    """
    _check(m, n, PAPER_REACH)
    if m == n:
        return m - 2
    return (abs(m - n) if (m - n) % 2 == 0 else abs(m - n + 1)) // 2 - 1


def penalty(m: int, n: int, reach: int = PAPER_REACH) -> int | None:
    """Return the paper's l for any reach, at least 0; None for m = n > 1 and reach 2, whose slides hear one side alone.

    Parameters
    ----------
    m, n : int
        Input and output width, cells.
    reach : int
        k >= 2.
    """
    _check(m, n, reach)
    if m != n:
        step = reach - 1
        distance = abs(m - n) if (m - n) % step == 0 else abs(m - n + 1)
        return max(-(-distance // step) - 1, 0)
    left = (reach - 1) // 2
    if m == 1:
        return 0
    return max(-(-(m - 1) // left) - 1, 0) if left else None


def cells_between(m: int, n: int, layers: int, reach: int = PAPER_REACH) -> int:
    """Return cells of the first layers between m and n by the formula: sum of m +- (k - 1) i for i = 1 .. layers.

    Parameters
    ----------
    m, n : int
        Input and output width, cells; they give the direction.
    layers : int
        How many, l.
    reach : int
        k >= 2.
    """
    sign = (n > m) - (n < m)
    return layers * m + sign * (reach - 1) * layers * (layers + 1) // 2


def widths_by_search(m: int, n: int, reach: int = PAPER_REACH) -> tuple[int, ...] | None:
    """Return widths of the shortest chain of gathers and spreads from m to n cells; None if there is none.

    Parameters
    ----------
    m, n : int
        Input and output width, cells.
    reach : int
        k >= 2.
    """
    _check(m, n, reach)
    try:
        return tuple(nx.shortest_path(_steps_between_widths(max(m, n), reach), m, n))
    except nx.NetworkXNoPath:
        return None


@lru_cache(maxsize=32)
def _steps_between_widths(widest: int, reach: int) -> nx.DiGraph:
    """All gathers and spreads between widths up to the widest; a shortest way never needs more."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(1, widest + 1))
    for kind in ("gather", "spread"):
        ways = ((n, axis_width(kind, n, reach)) for n in range(1, widest + 1))
        graph.add_edges_from((n, after) for n, after in ways if n != after <= widest)
    return graph


def mixing_steps(m: int, n: int, reach: int = PAPER_REACH, ring: bool = False) -> int | None:
    r"""Return the fewest steps until all outputs hear all inputs, ceil((m + n - 2) / (k - 1)); None if unreachable.

    Counted from the middle of the line, a step carries a value (k - 1) / 2 cells at most, and from the first input to
    the last output lie (m + n - 2) / 2. For m = n and k = 3 that is m - 1, the paper's l + 1.

    Parameters
    ----------
    m, n : int
        Input and output width, cells.
    reach : int
        k, odd and >= 3: only then both sides of a cell are heard alike.
    ring : bool
        Slides over a ring of m = n cells: floor(m / 2) for k = 3.

    Raises
    ------
    ValueError
        For even k, or a ring with m != n.
    """
    _check(m, n, reach)
    if reach % 2 == 0:
        raise ValueError(f"reach is even ({reach}). Give an odd one, 3 or more.")
    if ring and m != n:
        raise ValueError(f"a ring keeps its width, {m} cells do not become {n}")
    if widths_by_search(m, n, reach) is None:
        return None
    distance = m - 1 if ring else m + n - 2
    return -(-distance // (reach - 1))


@dataclass(frozen=True)
class Complexity:
    """Costs from m to n cells; None where the paper, the formula or the search has no value.

    Attributes
    ----------
    m, n, reach : int
    neuron_cells : int
        m + n, in one layer.
    neuron_time : float
        One step, s.
    paper_penalty : int or None
        l as printed (reach 3).
    paper_time : float or None
        t_a l, s.
    formula_penalty, formula_steps, formula_cells : int or None
        l clamped at 0, l + 1, and the cells of l layers between.
    formula_time : float or None
        t_a (l + 1), s.
    true_steps, true_cells : int or None
        Of the shortest chain: its steps, and the cells between its ends.
    true_time : float or None
        t_a times its steps, s.
    true_widths : tuple of int or None
    mixing_steps : int or None
        Until every output hears every input (odd reach).
    clamped : bool
        The paper's l is negative here.
    agrees : bool
        The formula's steps are the true ones; for m = n, the mixing ones.
    """

    m: int
    n: int
    reach: int
    neuron_cells: int
    neuron_time: float
    paper_penalty: int | None
    paper_time: float | None
    formula_penalty: int | None
    formula_steps: int | None
    formula_cells: int | None
    formula_time: float | None
    true_steps: int | None
    true_cells: int | None
    true_time: float | None
    true_widths: tuple[int, ...] | None
    mixing_steps: int | None
    clamped: bool
    agrees: bool


def compare(m: int, n: int, reach: int = PAPER_REACH, step_time: float = STEP_TIME) -> Complexity:
    """Return paper, formula and breadth-first search side by side.

    Parameters
    ----------
    m, n : int
        Input and output width, cells.
    reach : int
        k >= 2.
    step_time : float
        Travel time of a step, t_a, s.
    """
    paper = paper_penalty(m, n) if reach == PAPER_REACH else None
    layers = penalty(m, n, reach)
    steps = None if layers is None else layers + 1
    widths = widths_by_search(m, n, reach)
    true = None if widths is None else len(widths) - 1
    mixing = mixing_steps(m, n, reach) if reach % 2 else None
    return Complexity(
        m=m,
        n=n,
        reach=reach,
        neuron_cells=m + n,
        neuron_time=step_time,
        paper_penalty=paper,
        paper_time=None if paper is None else step_time * paper,
        formula_penalty=layers,
        formula_steps=steps,
        formula_cells=None if layers is None else cells_between(m, n, layers, reach),
        formula_time=None if steps is None else step_time * steps,
        true_steps=true,
        true_cells=None if widths is None else sum(widths[1:-1]),
        true_time=None if true is None else step_time * true,
        true_widths=widths,
        mixing_steps=mixing,
        clamped=paper is not None and paper < 0,
        agrees=steps is not None and steps == (mixing if m == n else true),
    )


COLUMNS = {
    "m": "m",
    "n": "n",
    "paper_penalty": "paper l",
    "paper_time": "paper T (s)",
    "formula_steps": "formula steps",
    "formula_cells": "formula cells between",
    "formula_time": "formula T (s)",
    "true_steps": "true steps",
    "true_cells": "true cells between",
    "true_time": "true T (s)",
    "mixing_steps": "steps to mix",
    "neuron_cells": "neurons",
    "agrees": "formula right",
}
"""Columns of `table`: attribute of `Complexity`, heading."""


def table(pairs: Iterable[tuple[int, int]], reach: int = PAPER_REACH, step_time: float = STEP_TIME) -> list[dict]:
    """Return rows of paper, formula and truth for pairs (m, n), by the headings in `COLUMNS`.

    Parameters
    ----------
    pairs : iterable of (int, int)
        Input and output widths, cells.
    reach : int
        k >= 2.
    step_time : float
        Travel time of a step, t_a, s.
    """
    rows = (asdict(compare(m, n, reach, step_time)) for m, n in pairs)
    return [{heading: row[name] for name, heading in COLUMNS.items()} for row in rows]


def markdown(rows: list[dict]) -> str:
    """Return rows of `table` as a Markdown table; what does not exist is a dash."""
    lines = [list(rows[0]), ["---"] * len(rows[0])] if rows else []
    lines += [[_cell(value) for value in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check(m: int, n: int, reach: int) -> None:
    if min(m, n) < 1:
        raise ValueError(f"widths are {m} and {n}. Give 1 or more cells.")
    if reach < 2:
        raise ValueError(f"reach is {reach}. Give 2 or more: with less a wave never changes its width.")
