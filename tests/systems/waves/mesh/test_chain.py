"""Chains: how they are written, their widths, weights and cells; and what is refused, with every width."""

from __future__ import annotations

import pytest

from astrosim.systems.waves.mesh import ChainError, check_output, parse

SIZES = {  # live weights; spec, sections 1 and 2, and the recipes past the paper
    ("gd gd gd gd gd", 20): 410,
    ("d*10 (gd)*5", 20): 990,
    ("s*5 d*15 g*10", 20): 2250,
    ("TUTU (hw)*4 PQPQP", (4, 5)): 2498,
    ("d*8 G", (4, 5)): 1118,
    ("sdddGGC", (4, 5)): 1494,
    ("ssddddggG", (4, 5)): 3394,
    ("sssddddgggG", (4, 5)): 5962,
    ("g9G5", (28, 28)): 30_140,
    ("g9d4G5", (28, 28)): 33_276,
    ("(PQ)9 P5", (28, 28)): 20_528,
}


@pytest.mark.parametrize(("text", "grid"), SIZES)
def test_live_weights(text, grid):
    chain = parse(text, grid)
    assert chain.live_weights == SIZES[text, grid]
    assert chain.widths[-1] == 10


def test_published_sizes():
    digits = parse("gd gd gd gd gd", 20, variant="published")
    assert (digits.live_weights, sum(digits.widths[1:])) == (420, 140)
    xor = parse("s d s d s d s d g g g g g", 2, variant="published")
    assert (xor.live_weights, len(xor.steps)) == (203, 13)
    assert xor.shapes() == "2-4-4-6-6-8-8-10-10-8-6-4-2-1"
    assert sum(a * b for a, b in zip(xor.widths, xor.widths[1:], strict=False)) == 538


@pytest.mark.parametrize(
    ("text", "cells", "wanted", "error"),
    [
        ("s d s d s d g s g s g g g", 2, 1, "ends at width 2, not 1: 2-4-4-6-6-8-8-6-8-6-8-6-4-2"),
        ("g s g s g s g s g s g", 20, 10, "ends at width 18, not 10: 20-18-20-18-20-18-20-18-20-18-20-18"),
    ],
    ids=["XOR", "digits"],
)
def test_the_papers_own_table_does_not_fit(text, cells, wanted, error):
    """Table 1 of the paper, as printed."""
    with pytest.raises(ChainError, match=error):
        check_output(parse(text, cells), wanted)


def test_a_chain_that_fits_passes():
    check_output(parse("gd gd gd gd gd", 20), 10)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("(gd)*5", "gd gd gd gd gd"),
        ("(gd)5", "gd gd gd gd gd"),
        ("d*3 g", "d d d g"),
        ("d3g", "d d d g"),
        ("((gd)*2 s)*2", "gd gd s gd gd s"),
        ("(g d)*2", "g d g d"),
    ],
)
def test_repetitions_are_words_of_their_own(short, long):
    one, other = parse(short, 20), parse(long, 20)
    assert one.words == other.words
    assert one.shapes() == other.shapes()


def test_words_and_their_ends():
    chain = parse("gd g ddd", 20)
    assert chain.words == (2, 1, 3)
    assert chain.word_ends == (1, 2, 5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gx", "'x' is no step"),
        ("g-d", "'-' is no step"),
        ("gd*5", "ambiguous .* Write \\(gd\\)\\*5"),
        ("(gd", "bracket \\( without its other half"),
        ("gd)", "bracket \\) without its other half"),
        ("*5", "repeats nothing"),
        ("", "no steps"),
        ("()", "no steps"),
        ("d*0", "no steps, or more than 10000"),
        ("d*99999999999", "no steps, or more than 10000"),
        ("(((d*99)*99)*99)*99", "no steps, or more than 10000"),
        ("dG", "'G' needs a grid of several rows"),
    ],
)
def test_what_is_no_chain_is_refused(text, words):
    with pytest.raises(ChainError, match=words):
        parse(text, 20)


def test_a_line_on_a_grid_of_one_row():
    assert parse("gd", (1, 20)).shapes() == parse("gd", 20).shapes() == "20-18-18"
