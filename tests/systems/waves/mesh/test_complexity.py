"""Costs of locality: the numbers of the spec (section 6.6), and closed forms against brute force."""

import itertools

import numpy as np
import pytest

from astrosim.systems.waves.mesh import complexity as cost
from astrosim.systems.waves.mesh.steps import axis_taps, make_line_step


def closed_form(m, n, reach):
    """Steps of the shortest chain, derived by hand: straight, else through a single cell, else not at all."""
    step = reach - 1
    if (m - n) % step == 0:
        return abs(m - n) // step
    return -(-(m - 1) // step) + (n - 1) // step if (n - 1) % step == 0 else None


@pytest.mark.parametrize(
    ("m", "n", "paper"),
    [
        (2, 12, 4),
        (12, 2, 4),
        (20, 10, 4),
        (10, 1, 4),
        (2, 1, 0),
        (2, 5, 0),
        (5, 2, 1),
        (5, 4, 0),
        (4, 5, -1),
        (1, 1, -1),
    ],
)
def test_the_papers_penalty_as_printed(m, n, paper):
    assert cost.paper_penalty(m, n) == paper
    assert cost.penalty(m, n) == max(paper, 0)
    assert cost.compare(m, n).clamped == (paper < 0)


@pytest.mark.parametrize("m", range(3, 13))
def test_equal_widths_cost_what_full_mixing_by_slides_costs(m):
    both = cost.compare(m, m)
    assert (both.paper_penalty, both.formula_steps, both.mixing_steps) == (m - 2, m - 1, m - 1)
    assert both.agrees
    assert both.true_steps == 0
    assert cost.mixing_steps(m, m, ring=True) == m // 2


@pytest.mark.parametrize(
    ("m", "n", "steps"),
    [(2, 12, 5), (12, 2, 5), (20, 10, 5), (3, 7, 2), (7, 1, 3), (784, 10, 387), (10, 1, 5), (2, 1, 1), (2, 5, 3)],
)
def test_true_steps(m, n, steps):
    widths = cost.widths_by_search(m, n)
    assert len(widths) - 1 == steps
    assert (widths[0], widths[-1]) == (m, n)


def test_from_odd_to_even_there_is_no_way():
    found = cost.compare(5, 2)
    assert (found.formula_steps, found.true_steps, found.true_cells, found.true_time) == (2, None, None, None)
    assert found.mixing_steps is None
    assert not found.agrees
    assert not cost.compare(2, 5).agrees
    assert cost.widths_by_search(2, 5) == (2, 1, 3, 5)


def test_the_papers_example_from_2_to_12():
    example = cost.compare(2, 12)
    assert example.true_widths == (2, 4, 6, 8, 10, 12)
    assert (example.formula_cells, example.true_cells, sum(example.true_widths), example.neuron_cells) == (
        28,
        28,
        42,
        14,
    )
    assert example.paper_time == pytest.approx(0.040)
    assert example.formula_time == example.true_time == pytest.approx(0.050)
    assert example.neuron_time == pytest.approx(0.010)
    assert example.agrees


def test_cells_between_grow_with_the_square():
    for m, n in itertools.product(range(1, 30), repeat=2):
        if m != n and (m - n) % 2 == 0:
            found = cost.compare(m, n)
            assert found.agrees
            assert found.formula_cells == found.true_cells
    layers = 4
    assert cost.cells_between(2, 12, layers) == layers * 2 + layers * (layers + 1)


@pytest.mark.parametrize("reach", [2, 3, 4, 5, 7])
def test_search_equals_the_closed_form(reach):
    for m, n in itertools.product(range(1, 25), repeat=2):
        widths = cost.widths_by_search(m, n, reach)
        assert (None if widths is None else len(widths) - 1) == closed_form(m, n, reach)
        if widths is not None and m != n and (m - n) % (reach - 1) == 0:
            assert cost.compare(m, n, reach).agrees


@pytest.mark.parametrize("reach", [2, 3, 5])
def test_widths_are_those_of_the_steps(reach):
    graph = cost._steps_between_widths(20, reach)
    for n in range(1, 21 - reach):
        wanted = {len(axis_taps(kind, n, reach)) for kind in ("spread", "gather")} - ({n} if n == 1 else set())
        assert set(graph.successors(n)) == wanted


def steps_until_all_is_heard(m, n, reach, most):
    """Breadth-first search over (width, reach) states."""
    seen, front = set(), {(m, np.eye(m, dtype=bool).tobytes())}
    for count in range(most + 1):
        if any(width == n and all(state) for width, state in front):
            return count
        seen |= front
        after = set()
        for width, state in front:
            reached = np.frombuffer(state, dtype=bool).reshape(width, m)
            for letter in "sgd":
                step = make_line_step(letter, width, reach)
                if len(step.taps) <= max(m, n) + reach:
                    after.add((len(step.taps), (step.mask @ reached).tobytes()))
        front = after - seen
    return None


@pytest.mark.parametrize("reach", [3, 5])
def test_mixing_steps_are_the_fewest(reach):
    for m, n in itertools.product(range(1, 7), repeat=2):
        wanted = cost.mixing_steps(m, n, reach)
        assert steps_until_all_is_heard(m, n, reach, 6 if wanted is None else wanted) == wanted


def test_reach_2_and_wider():
    assert cost.penalty(6, 6, 2) is None
    assert cost.compare(6, 6, 2).formula_time is None
    assert cost.penalty(9, 9, 5) == 3
    assert cost.compare(2, 10, 5).true_widths == (2, 6, 10)
    assert cost.compare(2, 10, 5).paper_penalty is None


def test_wrong_sizes_are_errors():
    with pytest.raises(ValueError, match=r"widths are 0 and 3\. Give 1 or more cells"):
        cost.paper_penalty(0, 3)
    with pytest.raises(ValueError, match=r"reach is 1\. Give 2 or more"):
        cost.compare(2, 3, reach=1)
    with pytest.raises(ValueError, match="reach is even"):
        cost.mixing_steps(4, 4, 4)
    with pytest.raises(ValueError, match="4 cells do not become 6"):
        cost.mixing_steps(4, 6, ring=True)


def test_table_side_by_side():
    rows = cost.table([(2, 12), (5, 2), (4, 4)])
    assert rows[0] | {"m": 2, "paper l": 4, "formula steps": 5, "true steps": 5, "steps to mix": 6} == rows[0]
    assert rows[1] | {"paper l": 1, "true steps": None, "formula right": False} == rows[1]
    lines = cost.markdown(rows).splitlines()
    assert lines[0].startswith("| m | n | paper l | paper T (s) | formula steps |")
    assert lines[2] == "| 2 | 12 | 4 | 0.04 | 5 | 28 | 0.05 | 5 | 28 | 0.05 | 6 | 14 | yes |"
    assert lines[3] == "| 5 | 2 | 1 | 0.01 | 2 | 3 | 0.02 | - | - | - | - | 7 | no |"
    assert cost.markdown([]) == ""
