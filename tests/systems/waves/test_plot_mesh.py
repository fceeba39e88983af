"""Drawings of the mesh: what is drawn are the chain's taps, cells and widths."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color

from astrosim.systems.waves.figures.mesh import KINDS, NAMES, QUIET, mesh_map, ways
from astrosim.systems.waves.mesh import parse
from astrosim.systems.waves.mesh.graph import weight_matrices
from astrosim.systems.waves.mesh.reach import reachability


def lines(figure):
    """Line collections of the map, with their segments."""
    return [c for c in figure.axes[0].collections if isinstance(c, LineCollection)]


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_tap_of_a_line_is_drawn_in_its_kinds_colour():
    chain = parse("sdg", 4)
    drawn = lines(mesh_map(chain))
    assert [len(c.get_segments()) for c in drawn] == [int(step.live.sum()) for step in chain.steps]
    for collection, kind in zip(drawn, ("spread", "slide", "gather"), strict=True):
        assert same_color(collection.get_colors()[0], KINDS[kind])
    np.testing.assert_allclose(drawn[0].get_segments()[0], [[0, 1.5], [1, 2.5]])


def test_widths_and_letters_are_written():
    assert words(mesh_map(parse("gdg", 5))) == ["5", "3", "3", "1", "g", "d", "g"]
    assert words(mesh_map(parse("sG", (4, 5)))) == ["4×5", "6×7", "4×7", "s", "G"]  # noqa: RUF001
    assert words(mesh_map(parse("d40", 5))) == ["5", "5"]
    (legend,) = mesh_map(parse("gdg", 5)).legends
    assert [text.get_text() for text in legend.get_texts()] == ["d   slide", "g   gather"]


def test_every_letter_has_a_name_and_a_colour():
    from astrosim.systems.waves.mesh.steps import LETTERS

    assert set(NAMES) == set(LETTERS)
    assert {name.split()[0] for name in NAMES.values()} == set(KINDS)


def test_a_trace_shows_what_an_output_hears():
    chain = parse("gd gd gd gd gd", 20, variant="published")
    share = ways(chain, 4)
    np.testing.assert_array_equal(share[0] > 0, reachability(chain)[4])
    assert [round(each.max(), 12) for each in share] == [1.0] * 11
    assert share[-1].tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    drawn = lines(mesh_map(chain, trace=4))
    quiet = [c for c in drawn if same_color(c.get_colors()[0], QUIET)]
    total = sum(len(c.get_segments()) for c in drawn)
    assert total == chain.live_weights
    assert sum(len(c.get_segments()) for c in quiet) == total - sum(
        int(step.live[heard > 0].sum()) for step, heard in zip(chain.steps, share[1:], strict=True)
    )


def test_ways_are_counts_of_paths():
    chain = parse("dd", 5)
    mask = chain.steps[0].mask.astype(int)
    paths = (mask @ mask)[2]
    np.testing.assert_allclose(ways(chain, 2)[0], paths / paths.max())
    assert [each.tolist() for each in ways(parse("g", 3), None)] == [[1, 1, 1], [1]]


def test_a_grid_shows_the_taps_of_one_cell_a_layer():
    chain = parse("sdG", (4, 5))
    drawn = lines(mesh_map(chain))
    assert [len(c.get_segments()) for c in drawn] == [9, 9, 9]
    heads = [np.unique([segment[1] for segment in c.get_segments()], axis=0) for c in drawn]
    assert [len(head) for head in heads] == [1, 1, 1]
    for head, later in zip(heads, drawn[1:], strict=False):
        assert any(np.allclose(head[0], segment[0]) for segment in later.get_segments())
    assert len(mesh_map(chain).axes[0].patches) == 4


def test_weights_colour_the_taps():
    chain = parse("dg", 4)
    flat = np.linspace(-1, 2, chain.live_weights)
    figure = mesh_map(chain, weight_matrices(chain, flat))
    (drawn,) = lines(figure)
    np.testing.assert_allclose(np.sort(drawn.get_array()), flat)
    assert (np.diff(np.abs(drawn.get_array())) >= 0).all()  # the strongest on top
    assert drawn.norm.vmin == -drawn.norm.vmax == -np.percentile(np.abs(flat), 98)
    assert figure.axes[1].get_ylabel() == "weight"


def test_settings_are_as_before_and_the_figure_fits_a_page():
    before = dict(mpl.rcParams)
    figure = mesh_map(parse("g*9 G*5", (28, 28)))
    assert dict(mpl.rcParams) == before
    width, height = figure.get_size_inches()
    assert width == 7.1
    assert 1.6 <= height <= 5.2


def test_a_trace_of_no_output_is_an_error():
    with pytest.raises(ValueError, match=r"there is no output cell 2. Give one from 0 to 1"):
        mesh_map(parse("g", 4), trace=2)
