"""Tap tables of the steps: the tables of the published program, and the definitions of the paper, for n = 1 to 24."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astrosim.systems.waves.mesh.steps import LETTERS, make_line_step, make_step

TABLES = {  # rows = outputs, columns = inputs; spec, section 1
    ("d", 2): "11 11",
    ("d", 3): "111 111 111",
    ("d", 4): "1101 1110 0111 1011",
    ("d", 5): "11001 11100 01110 00111 10011",
    ("d", 6): "110001 111000 011100 001110 000111 100011",
    ("g", 2): "10",
    ("g", 3): "100",
    ("g", 4): "1100 1100",
    ("g", 5): "11100 11100 11100",
    ("g", 6): "110100 111000 011100 101100",
    ("s", 2): "10 11 11 01",
    ("s", 3): "100 110 111 011 001",
    ("s", 4): "1000 1100 1110 0111 0011 0001",
    ("s", 5): "10000 11000 11100 01110 00111 00011 00001",
}


def text(mask: np.ndarray) -> str:
    return " ".join("".join(str(int(entry)) for entry in row) for row in mask)


@pytest.mark.parametrize(("letter", "cells"), TABLES)
def test_published_masks_are_those_of_the_program(letter, cells):
    assert text(make_line_step(letter, cells, variant="published").mask) == TABLES[letter, cells]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 24])
def test_published_sets_follow_their_definition(n):
    slide, gather, spread = (make_line_step(letter, n, variant="published").mask for letter in "dgs")
    outputs = max(n - 2, 1)
    assert gather.shape == (outputs, n)
    for j in range(n):
        assert set(np.flatnonzero(slide[j])) == {(j - 1) % n, j, (j + 1) % n}
    for j in range(outputs):
        assert set(np.flatnonzero(gather[j])) == {(j - 1) % outputs, j, (j + 1) % outputs}
    for j in range(n + 2):
        assert set(np.flatnonzero(spread[j])) == {j - 2, j - 1, j} & set(range(n))


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 24), reach=st.integers(1, 7))
@example(n=1, reach=1)
@example(n=1, reach=2)
@example(n=1, reach=7)  # wider than the layer
@example(n=2, reach=3)
@example(n=3, reach=3)
@example(n=3, reach=4)
@example(n=4, reach=3)
@example(n=6, reach=7)
@example(n=7, reach=7)
@example(n=8, reach=7)
@example(n=24, reach=2)
@example(n=24, reach=5)
def test_described_windows(n, reach):
    """Slide n to n, spread n to n + k - 1, gather n to max(n - k + 1, 1); windows of k within the layer."""
    slide, gather, spread = (make_line_step(letter, n, reach).mask for letter in "dgs")
    assert slide.shape == (n, n)
    assert spread.shape == (n + reach - 1, n)
    assert gather.shape == (max(n - reach + 1, 1), n)
    left = (reach - 1) // 2
    for mask, first in ((slide, -left), (gather, 0), (spread, 1 - reach)):
        for j, row in enumerate(mask):
            assert set(np.flatnonzero(row)) == set(range(j + first, j + first + reach)) & set(range(n))


EXPONENTS = {  # spec, section 1; 0 where there is no tap
    ("d", 4): [[3, 2, 1], [3, 2, 1], [3, 2, 1], [3, 2, 1]],
    ("g", 4): [[2, 1], [2, 1]],
    ("s", 3): [[1, 0, 0], [2, 1, 0], [3, 2, 1], [2, 1, 0], [1, 0, 0]],
}


@pytest.mark.parametrize(("letter", "cells"), EXPONENTS)
def test_published_exponents(letter, cells):
    assert make_line_step(letter, cells, variant="published").exponents.tolist() == EXPONENTS[letter, cells]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 24])
def test_an_exponent_counts_the_taps_from_its_own_on(n):
    """The program multiplied the whole sum by the gain after each input: replayed input by input."""
    for letter in "dgs":
        step = make_line_step(letter, n, variant="published")
        for cell, taps in enumerate(step.taps):
            counted = {int(i): 0 for i in taps if i >= 0}
            for i in sorted(counted):
                for done in counted:
                    counted[done] += done <= i
            live = [int(e) for e, i in zip(step.exponents[cell], taps, strict=True) if i >= 0]
            assert live == [counted[int(i)] for i in taps if i >= 0]


def test_letters_of_a_grid():
    """Shapes, and the number of taps of an inner cell."""
    shapes = {letter: make_step(letter, (6, 7)).outputs for letter in LETTERS}
    assert shapes == {
        "d": (6, 7), "s": (8, 9), "g": (4, 5), "G": (4, 7), "C": (6, 5), "h": (6, 7), "w": (6, 7),
        "T": (8, 7), "U": (6, 9), "P": (4, 7), "Q": (6, 5),
    }  # fmt: skip
    taps = {letter: make_step(letter, (6, 7)).taps.shape[1] for letter in LETTERS}
    assert taps == {letter: 3 if letter in "hwTUPQ" else 9 for letter in LETTERS}


def test_a_grid_step_is_the_product_of_its_axes():
    """A 3x3 gather hears exactly the 3x3 window that begins at its place."""
    step = make_step("g", (5, 6))
    for cell, taps in enumerate(step.taps):
        row, column = divmod(cell, 4)
        wanted = [(row + a) * 6 + column + b for a in range(3) for b in range(3)]
        assert taps.tolist() == wanted


def test_the_published_program_knew_one_reach():
    with pytest.raises(ValueError, match="have reach 3, not 5"):
        make_line_step("d", 9, 5, "published")
