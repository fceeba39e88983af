"""Equations 1 to 8 against sums written out, and theorem II.2 as a construction, both ways."""

import itertools

import numpy as np
import pytest
from tolerances import VECTORS, affine, assert_within, rounding

from astrosim.systems.waves.mesh import ChainError, parse
from astrosim.systems.waves.mesh.complexity import compare
from astrosim.systems.waves.mesh.equivalence import chain_text, cost, to_local
from astrosim.systems.waves.mesh.leak import leak_table, normalised_kernel
from astrosim.systems.waves.mesh.local import LocalLayer, LocalNet, collapse, convolution, paper_wave, random_wave
from astrosim.systems.waves.mesh.reach import locality
from astrosim.systems.waves.mesh.twolayer import (
    ACTIVATIONS,
    TwoLayer,
    approximates,
    box_grid,
    fit_two_layer,
    random_two_layer,
    sup_distance,
)

TANH = ACTIVATIONS["tanh"]


def rng(seed=5):
    return np.random.default_rng(seed)


def wave_bound(wave, x):
    """Largest difference of two computations of a wave without leak: rounding of each layer, carried on by the next.

    No slope of tanh is above 1, so what differs before it differs no more after it.
    """
    values, error = np.asarray(x, dtype=float), np.zeros(len(x))
    for layer in wave.layers:
        error = np.abs(layer.matrix) @ error + affine(layer.matrix, values, layer.bias)
        values = layer.matrix @ values + layer.bias
        applied = np.tanh(values)
        error = error + np.where(layer.active, rounding(0, VECTORS) * np.abs(applied), 0)
        values = np.where(layer.active, applied, values)
    return error


def bump(x):
    return np.exp(-2 * (x**2).sum(axis=-1)) + np.sin(2 * x[..., 0]) / 2


# Equations 1 to 3


def test_equation_1_term_by_term():
    net = random_two_layer(3, 4, rng())
    x = rng(1).normal(size=3)
    inner = [sum(net.inner[i, j] * x[j] for j in range(3)) + net.bias[i] for i in range(4)]
    first = affine(net.inner, x, net.bias) + rounding(0, VECTORS)  # tanh lies within 1, and so does its slope
    bound = np.abs(net.outer) @ (first + rounding(len(net.outer)))
    assert_within(net(x), sum(net.outer[i] * np.tanh(inner[i]) for i in range(4)), bound)
    assert net(np.stack([x, 2 * x])).shape == (2,)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_the_derivatives(name):
    x, h = np.array([-1.3, -0.4, 0.3, 0.9, 2.2]), 1e-6
    sigma = ACTIVATIONS[name]
    np.testing.assert_allclose(sigma.slope(x), (sigma(x + h) - sigma(x - h)) / (2 * h), atol=1e-9)


def test_the_grid_fills_the_box_and_the_sup_norm_is_the_largest_difference():
    x = box_grid([-1, 0], [1, 2], 5)
    assert x.shape == (25, 2)
    assert x.min(axis=0).tolist() == [-1, 0]
    assert x.max(axis=0).tolist() == [1, 2]
    first, second = (lambda x: x[:, 0] * 3), (lambda x: x[:, 1])
    assert sup_distance(first, second, x) == 5.0  # at (-1, 2)
    assert approximates(first, second, x, 5.01)
    assert not approximates(first, second, x, 5.0)


def test_more_units_come_closer_to_a_continuous_function_and_so_does_the_wave():
    x, between = box_grid([-1, -1], [1, 1], 31), box_grid([-1, -1], [1, 1], 44)
    distances = [sup_distance(fit_two_layer(bump, x, r, rng()), bump, between) for r in (4, 16, 64)]
    assert distances[0] > 2 * distances[1] > 50 * distances[2]
    wave = to_local(fit_two_layer(bump, x, 64, rng()))
    assert approximates(wave, bump, between, 0.01)


def test_nets_that_do_not_fit_together_are_errors():
    with pytest.raises(ValueError, match=r"outer \(2,\), inner \(3, 2\) and bias \(3,\) are no net"):
        TwoLayer(np.ones(2), np.ones((3, 2)), np.ones(3))
    with pytest.raises(ValueError, match="0 units of 2 inputs"):
        TwoLayer(np.ones(0), np.ones((0, 2)), np.ones(0))


# Equations 4 to 8


def test_equations_4_to_7_term_by_term():
    wave = paper_wave(2, 4, 2, rng())
    assert wave.chain.widths == (2, 3, 4, 3, 2, 1)
    assert [layer.active.all() for layer in wave.layers] == [False, True, False, True, False]
    (m, r, t, u, y), x = wave.layers, np.array([0.4, -1.1])
    of = lambda layer, i, heard: sum(layer.matrix[i, j] * heard[j] for j in range(len(heard))) + layer.bias[i]  # noqa: E731
    x_m = [of(m, 0, [x[0]]), of(m, 1, x), m.matrix[2, 1] * x[1] + m.bias[2]]
    x_r = [np.tanh(of(r, i, x_m)) for i in range(4)]
    assert (r.matrix != 0).tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]]
    x_t = [t.matrix[i, i] * x_r[i] + t.matrix[i, i + 1] * x_r[i + 1] + t.bias[i] for i in range(3)]
    x_u = [np.tanh(of(u, i, x_t)) for i in range(2)]
    assert_within(wave(x), of(y, 0, x_u), wave_bound(wave, x))


def test_the_general_form_for_other_widths_and_reaches():
    assert paper_wave(3, 9, 3, rng()).chain.shapes() == "3-5-7-9-7-5-3-1"
    with pytest.raises(ChainError, match="steps of 2 cells do not lead from 2 to 7 and on to 1"):
        paper_wave(2, 7, 3, rng())
    with pytest.raises(ChainError, match=r"'x' marks no chain of 2 steps"):
        random_wave(parse("sg", 3), "x", rng())


@pytest.mark.parametrize(("border", "ends"), [("zero", (0.0, 0.0)), ("reflect", (1.0, 7.0)), ("ring", (7.0, 1.0))])
def test_leak_is_a_convolution_of_what_a_layer_hears(border, ends):
    kernel = np.array([0.5, 0.3, 0.2])
    values = np.array([1.0, 2.0, 4.0, 7.0])
    padded = np.array([ends[0], *values, ends[1]])
    wanted = [0.5 * padded[i] + 0.3 * padded[i + 1] + 0.2 * padded[i + 2] for i in range(4)]
    np.testing.assert_allclose(convolution(kernel, border)(values), wanted, atol=1e-15)


@pytest.mark.parametrize("border", ["zero", "reflect", "ring"])
def test_leak_of_equations_4_to_6_is_the_leak_of_the_trained_waves(border):
    heard, weights = leak_table((1, 9), 0.7, 3, border)
    values = rng(3).normal(size=9)
    parts = np.split(weights, np.cumsum([len(cells) for cells in heard])[:-1])
    wanted = [part @ values[cells] for cells, part in zip(heard, parts, strict=True)]
    np.testing.assert_allclose(convolution(normalised_kernel(0.7, 3), border)(values), wanted, atol=1e-6)


def test_a_wave_with_leak_is_the_wave_of_leaked_values():
    chain, kernel = parse("sdg", 3), np.array([0.1, 0.8, 0.1])
    leaky = random_wave(chain, "xx.", rng(), leak=convolution(kernel))
    plain = LocalNet(chain, leaky.layers)
    identity = LocalNet(chain, leaky.layers, leak=convolution(np.array([0.0, 1.0, 0.0])))
    x = rng(2).normal(size=(5, 3))
    np.testing.assert_array_equal(identity(x), plain(x))
    values = x
    for layer in leaky.layers:
        around = np.pad(values, ((0, 0), (1, 1)))
        heard = 0.1 * around[:, :-2] + 0.8 * values + 0.1 * around[:, 2:]
        values = heard @ layer.matrix.T + layer.bias
        values = np.tanh(values) if layer.active.all() else values
    np.testing.assert_allclose(leaky(x), values, atol=1e-14)
    assert np.abs(leaky(x) - plain(x)).max() > 0.01


def test_a_wave_with_an_entry_out_of_reach_is_an_error():
    chain = parse("d", 4)
    matrix = np.eye(4)
    matrix[0, 2] = 1e-300
    with pytest.raises(ValueError, match=r"step 0 \(d\): output cell 0 hears input cell 2"):
        LocalNet(chain, (LocalLayer(matrix, np.zeros(4), np.zeros(4, dtype=bool)),))


# Theorem II.2


@pytest.mark.parametrize("inputs", range(1, 6))
@pytest.mark.parametrize("units", range(1, 9))
def test_every_two_layer_net_is_a_wave_of_local_steps(inputs, units):
    net = random_two_layer(inputs, units, rng(17 * inputs + units))
    wave = to_local(net)
    x = rng(3).normal(scale=2, size=(300, inputs))
    assert sup_distance(wave, net, x) <= 1e-10
    assert sup_distance(wave, lambda x: 0 * net(x), x) > 1e-2
    for layer in wave.layers[1:]:
        if len(layer.matrix) == layer.matrix.shape[1]:
            assert locality(layer.matrix, 1)
    assert all(locality(layer.matrix, step) for layer, step in zip(wave.layers, wave.chain.steps, strict=True))
    assert sum(layer.active.sum() for layer in wave.layers) == units


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (1, 4), (2, 3), (5, 8)])
def test_depth_and_cells_of_the_wave(inputs, units):
    wave = to_local(random_two_layer(inputs, units, rng()))
    tail = list(range(inputs, 0, -2)) + ([1] if inputs % 2 == 0 else [])
    found = cost(wave, step_time=0.5)
    assert found.depth == wave.depth == inputs * units + -(-(inputs + 1) // 2)
    assert found.cells == inputs + inputs * units * (inputs + 2) + sum(tail)
    assert (found.neuron_depth, found.neuron_cells) == (2, inputs + units + 1)
    assert (found.neuron_time, found.time) == (1.0, 0.5 * found.depth)
    assert found.shortest_depth == compare(inputs, 1).true_steps <= found.depth
    assert wave.chain.shapes() == parse(chain_text(inputs, units), inputs).shapes()
    assert max(wave.chain.widths) == inputs + 2


def errors_by_h(net, halvings, centre=0.0):
    x = rng(4).uniform(-1, 1, size=(200, net.inputs))
    return [sup_distance(to_local(net, "emulated", 2.0**-k, centre), net, x) for k in halvings]


def order(errors):
    """Slope of log error over log h for halvings of h."""
    return -np.polyfit(range(len(errors)), np.log2(errors), 1)[0]


@pytest.mark.parametrize(
    ("name", "centre", "wanted"), [("tanh", 0.0, 2), ("logistic", 0.0, 2), ("tanh", 0.5, 1), ("silu", 0.0, 1)]
)
@pytest.mark.parametrize(("inputs", "units"), [(2, 3), (4, 5)])
def test_emulated_transport_converges_at_the_right_order(name, centre, wanted, inputs, units):
    net = random_two_layer(inputs, units, rng(8), ACTIVATIONS[name])
    errors = errors_by_h(net, range(9, 15), centre)
    assert order(errors) == pytest.approx(wanted, abs=0.05)
    assert all(first > second for first, second in itertools.pairwise(errors))


def test_the_error_falls_until_rounding():
    x = rng(4).uniform(-1, 1, size=(200, 2))
    floor, nets = {}, {name: random_two_layer(2, 3, rng(8), ACTIVATIONS[name]) for name in ("tanh", "logistic")}
    for name, net in nets.items():
        floor[name] = [sup_distance(to_local(net, "emulated", 10.0**-k), net, x) for k in range(3, 11)]
    last = to_local(nets["tanh"], "emulated", 1e-10)
    assert floor["tanh"][-1] < max(wave_bound(last, one)[0] for one in x)  # sigma(0) = 0: nothing cancels
    assert min(floor["logistic"]) < 1e-9
    assert floor["logistic"][-1] > 100 * min(floor["logistic"])


def test_every_cell_of_an_emulated_wave_applies_sigma_but_the_output():
    net = random_two_layer(3, 2, rng())
    wave = to_local(net, "emulated", h=2.0**-10)
    assert [layer.active.all() for layer in wave.layers] == [True] * (wave.depth - 1) + [False]
    exact = to_local(net)
    for layer, other in zip(wave.layers, exact.layers, strict=True):
        np.testing.assert_array_equal(layer.matrix != 0, other.matrix != 0)
    assert (wave.mode, wave.h, exact.h) == ("emulated", 2.0**-10, None)


def test_an_affine_piece_emulates_exactly():
    net = random_two_layer(3, 3, rng(2), ACTIVATIONS["relu"])
    assert max(errors_by_h(net, range(5, 9), centre=0.5)) < 1e-12


def test_emulation_that_cannot_be_is_an_error():
    net = random_two_layer(2, 2, rng(), ACTIVATIONS["relu"])
    with pytest.raises(ValueError, match="sigma has slope 0 at -1"):
        to_local(net, "emulated", centre=-1.0)
    with pytest.raises(ValueError, match=r"mode is 'linear'. Give one of exact, emulated"):
        to_local(net, "linear")


@pytest.mark.parametrize(
    ("text", "active", "units"), [("ssdgggg", "..x....", 9), ("ddsggg", ".x....", 5), ("dsggg", "....x", 1)]
)
def test_a_wave_with_one_layer_of_sigma_collapses(text, active, units):
    wave = random_wave(parse(text, 4), active, rng(9))
    net = collapse(wave)
    x = rng(6).normal(size=(100, 4))
    assert isinstance(net, TwoLayer)
    assert sup_distance(net, wave, x) <= 1e-12
    assert net.units == units  # one more than cells with sigma where the layers after add a constant


def test_collapse_without_outer_bias_needs_no_extra_unit():
    wave = random_wave(parse("sg g", 3), "x..", rng())
    silent = [LocalLayer(layer.matrix, layer.bias * layer.active, layer.active) for layer in wave.layers]
    net = collapse(LocalNet(wave.chain, tuple(silent)))
    assert net.units == 5
    assert to_local(net).chain.widths[-1] == 1
    x = rng(7).normal(size=(50, 3))
    assert sup_distance(to_local(net), LocalNet(wave.chain, tuple(silent)), x) <= 1e-12


@pytest.mark.parametrize(
    ("wave", "says"),
    [
        (lambda: paper_wave(2, 4, 2, rng()), r"sigma acts in 2 layers \(\[1, 3\]\)"),
        (lambda: random_wave(parse("sg", 4), "x.", rng()), "4 output cells"),
        (lambda: random_wave(parse("sgg", 3), "x..", rng(), leak=convolution(np.ones(3))), "the wave leaks"),
        (lambda: to_local(random_two_layer(3, 1, rng())), "some cells of layer 2 pass their sum on without sigma"),
    ],
)
def test_what_equals_no_two_layer_net_does_not_collapse(wave, says):
    with pytest.raises(ValueError, match=says):
        collapse(wave())
