"""Reach of chains, against sets counted by hand and the spec's numbers; the locality checker names what breaks it."""

import numpy as np
import pytest

from astrosim.systems.waves.mesh import parse
from astrosim.systems.waves.mesh.reach import check_local, locality, reachability, unheard_inputs
from astrosim.systems.waves.mesh.steps import make_line_step


def product(chain):
    """The same by dense matrices."""
    total = np.eye(chain.widths[0], dtype=int)
    for step in chain.steps:
        total = np.minimum(step.mask.astype(int) @ total, 1)
    return total.astype(bool)


@pytest.mark.parametrize(
    ("text", "grid", "variant"),
    [
        ("sdgdsg", 7, "described"),
        ("gd gd gd gd gd", 20, "published"),
        ("sdGCG", (4, 5), "described"),
        ("TUThwPQ", (3, 4), "described"),
    ],
)
def test_reach_is_the_product_of_the_masks(text, grid, variant):
    chain = parse(text, grid, variant=variant)
    np.testing.assert_array_equal(reachability(chain), product(chain))


def test_spreads_from_2_to_12_leave_the_ends_with_one_input():
    seen = reachability(parse("sssss", 2))
    assert seen.shape == (12, 2)
    assert seen.sum(axis=1).tolist() == [1, *[2] * 10, 1]
    assert seen[0].tolist() == [True, False]
    assert seen[11].tolist() == [False, True]


def test_window_gathers_from_12_to_2_hear_eleven_each():
    seen = reachability(parse("g*5", 12))
    assert seen.sum(axis=1).tolist() == [11, 11]
    assert not seen[0, 11]
    assert not seen[1, 0]


def test_published_gathers_from_12_to_2_hear_the_first_ten_alone():
    chain = parse("g*5", 12, variant="published")
    assert unheard_inputs(chain).tolist() == [10, 11]
    assert np.flatnonzero(reachability(chain).any(axis=0)).tolist() == list(range(10))


def test_the_published_digits_chain_is_deaf_to_the_last_two_features():
    chain = parse("gd gd gd gd gd", 20, variant="published")
    seen = reachability(chain)
    assert seen.shape == (10, 20)
    assert seen[:, :18].all()
    assert unheard_inputs(chain).tolist() == [18, 19]
    assert unheard_inputs(parse("gd gd gd gd gd", 20)).tolist() == []


@pytest.mark.parametrize("m", range(3, 13))
def test_slides_mix_all_after_m_minus_1_steps_and_a_ring_after_half(m):
    for variant, steps in (("described", m - 1), ("published", m // 2)):
        assert reachability(parse("d" * steps, m, variant=variant)).all()
        if steps > 1:
            assert not reachability(parse("d" * (steps - 1), m, variant=variant)).all()


@pytest.mark.parametrize("letter", "sgd")
@pytest.mark.parametrize("reach", [2, 3, 5])
def test_one_entry_out_of_reach_is_found_and_named(letter, reach):
    step = make_line_step(letter, 8, reach)
    matrix = np.random.default_rng(1).normal(size=step.mask.shape) * step.mask
    assert locality(matrix, step)
    row, column = np.argwhere(~step.mask)[-1]
    matrix[row, column] = -0.25
    found = locality(matrix, step)
    assert (found.local, found.row, found.column, found.value, found.count) == (False, row, column, -0.25, 1)
    assert str(found) == f"output cell {row} hears input cell {column}, out of its reach, with -0.25"


def test_reach_as_a_distance_and_as_a_mask():
    matrix = np.diag(np.ones(4), 1) + np.eye(5)
    assert locality(matrix, 1)
    matrix[4, 2] = np.nan
    matrix[0, 3] = 2.0
    assert str(locality(matrix, 1)).endswith("hears input cell 3, out of its reach, with 2 (2 such entries)")
    assert locality(matrix, matrix != 0)
    assert not locality(matrix, np.eye(5, dtype=bool))


def test_a_matrix_of_another_shape_is_an_error():
    with pytest.raises(ValueError, match=r"shape \(3, 3\) is no layer of 5 inputs, 3 outputs"):
        locality(np.eye(3), make_line_step("g", 5))


def test_a_network_is_checked_step_by_step():
    chain = parse("sg", 4)
    matrices = [step.mask.astype(float) for step in chain.steps]
    check_local(matrices, chain)
    matrices[1][0, 5] = 1.0
    with pytest.raises(ValueError, match=r"step 1 \(g\): output cell 0 hears input cell 5, out of its reach, with 1"):
        check_local(matrices, chain)
    with pytest.raises(ValueError, match="1 matrices for 2 steps"):
        check_local(matrices[:1], chain)
