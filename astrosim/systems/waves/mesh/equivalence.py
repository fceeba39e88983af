r"""Theorem II.2 as a construction: any two-layer net as a wave of local steps (reach 3; cells, steps, seconds).

Peterson states that every wave equals some two-layer net; that waves are dense needs the converse, which is built
here in the register style of Kidger & Lyons 2020 (deep narrow networks). n + 2 cells stand in a line,

    x_1 .. x_p, w, x_(p+1) .. x_n, A,

n registers of the input, a work cell w, and an accumulator A. In each step w changes places with its right neighbour
and adds that one's share of the unit's sum; at the right end it applies sigma. The step after adds c_i w to A, and
shifts all registers by one, which puts the next unit's w in front. So a unit takes n steps, one of them the first
spread, and gathers carry A to the output: the chain is ``s``, n r - 1 times ``d``, and ceil((n + 1) / 2) times ``g``.

`exact`: all cells but a unit's w at its last step pass their sum on; the wave equals F but for rounding.
`emulated`: every cell applies sigma. A cell that only carries v holds sigma(a + h v), which the next layer reads as
(sigma(a + h v) - sigma(a)) / (h sigma'(a)) = v + h v^2 sigma''(a) / (2 sigma'(a)) + O(h^2): an error of order h, and of
order h^2 where sigma''(a) = 0 (tanh at 0). Hence the theorem's 0 is an epsilon for a smooth sigma.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.systems.waves.mesh.chain import parse
from astrosim.systems.waves.mesh.complexity import STEP_TIME, compare
from astrosim.systems.waves.mesh.local import LocalLayer, LocalNet
from astrosim.systems.waves.mesh.twolayer import TwoLayer

MODES = ("exact", "emulated")


@dataclass(frozen=True, eq=False, kw_only=True)
class RegisterNet(LocalNet):
    """A wave built from a two-layer net.

    Attributes
    ----------
    source : TwoLayer
        What it was built from.
    mode : {"exact", "emulated"}
    h : float or None
        Scale of emulated transport.
    """

    source: TwoLayer
    mode: str
    h: float | None


@dataclass(frozen=True)
class Cost:
    """Cost of a two-layer net as neurons and as a wave.

    Attributes
    ----------
    neuron_depth, neuron_cells : int
        Layers of connections (2), and cells of inputs, units and output.
    depth, cells : int
        Steps of the wave, and cells of all its layers, inputs included.
    live_weights : int
        Entries of the wave's matrices that are not 0.
    neuron_time, time : float
        Travel times, s.
    shortest_depth : int or None
        Steps from n cells to one that widths alone ask for (`complexity.compare`).
    """

    neuron_depth: int
    neuron_cells: int
    depth: int
    cells: int
    live_weights: int
    neuron_time: float
    time: float
    shortest_depth: int | None


def to_local(network: TwoLayer, mode: str = "exact", h: float = 2.0**-16, centre: float = 0.0) -> RegisterNet:
    """Return a wave of local steps that equals a two-layer net.

    Parameters
    ----------
    network : TwoLayer
    mode : {"exact", "emulated"}
    h : float
        Scale of what transport cells hold (emulated). Where sigma(a) is not 0, rounding grows as 1 / h.
    centre : float
        Point a around which sigma is used as a line (emulated).

    Raises
    ------
    ValueError
        For another mode, h = 0, or a centre at which sigma is flat.
    """
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}. Give one of {', '.join(MODES)}.")
    sums = [layer for unit in range(network.units) for layer in _unit(network, unit)]
    layers = [*sums, *_readout(network)]
    chain = parse(chain_text(network.inputs, network.units), network.inputs)
    if mode == "emulated":
        layers = _emulated(layers, network, h, centre)
    scale = h if mode == "emulated" else None
    return RegisterNet(chain, tuple(layers), network.sigma, source=network, mode=mode, h=scale)


def chain_text(inputs: int, units: int) -> str:
    """Return steps of the wave for n inputs and r units."""
    slides = inputs * units - 1
    return f"s {f'd*{slides}' if slides else ''} g*{(inputs + 2) // 2}"


def cost(net: RegisterNet, step_time: float = STEP_TIME) -> Cost:
    """Return depth, cells and time of a wave beside the two-layer net it was built from.

    Parameters
    ----------
    net : RegisterNet
    step_time : float
        t_a, s.
    """
    return Cost(
        neuron_depth=2,
        neuron_cells=net.source.inputs + net.source.units + 1,
        depth=net.depth,
        cells=net.chain.cells,
        live_weights=sum(int(np.count_nonzero(layer.matrix)) for layer in net.layers),
        neuron_time=2 * step_time,
        time=net.depth * step_time,
        shortest_depth=compare(net.source.inputs, 1).true_steps,
    )


def _unit(network: TwoLayer, unit: int) -> list[LocalLayer]:
    """The n steps that compute one hidden unit."""
    n = network.inputs
    matrix = _start(network, unit) if unit else _first(network)
    layers = []
    for place in range(1, n + 1):  # of the work cell after the step
        if place > 1:
            matrix = np.eye(n + 2)
            matrix[place - 1, [place - 1, place]] = 0, 1
            matrix[place, [place - 1, place]] = 1, network.inner[unit, place - 1]
        active = np.zeros(n + 2, dtype=bool)
        active[place] = place == n
        bias = np.zeros(n + 2)
        bias[place] = network.bias[unit] if place == n else 0
        layers.append(LocalLayer(matrix, bias, active))
    return layers


def _first(network: TwoLayer) -> np.ndarray:
    """The spread from the inputs to x_1, w, x_2 .. x_n, A."""
    n = network.inputs
    matrix = np.zeros((n + 2, n))
    matrix[0, 0] = 1
    matrix[1, 0] = network.inner[0, 0]
    matrix[np.arange(2, n + 1), np.arange(1, n)] = 1
    return matrix


def _start(network: TwoLayer, unit: int) -> np.ndarray:
    """The step from x_1 .. x_n, w, A to x_1, w', x_2 .. x_n, A + c w of the unit before."""
    n = network.inputs
    matrix = np.zeros((n + 2, n + 2))
    matrix[0, 0] = 1
    matrix[1, 0] = network.inner[unit, 0]
    matrix[np.arange(2, n + 1), np.arange(1, n)] = 1
    matrix[n + 1, [n, n + 1]] = network.outer[unit - 1], 1
    return matrix


def _readout(network: TwoLayer) -> list[LocalLayer]:
    """Gathers that add the last unit and carry the accumulator, the last cell of each layer, to the output."""
    layers = []
    cells, share = network.inputs + 2, network.outer[-1]
    while cells > 1:
        after = max(cells - 2, 1)
        matrix = np.zeros((after, cells))
        matrix[-1, -2:] = share, 1
        layers.append(LocalLayer(matrix, np.zeros(after), np.zeros(after, dtype=bool)))
        cells, share = after, 0.0
    return layers


def _emulated(layers: list[LocalLayer], network: TwoLayer, h: float, centre: float) -> list[LocalLayer]:
    """The same layers with sigma on every cell but the output."""
    at = np.array([centre])
    level, slope = float(network.sigma(at)[0]), float(network.sigma.slope(at)[0])
    if not h or not slope:
        raise ValueError(
            f"h is {h}, and sigma has slope {slope:g} at {centre:g}. Give an h and a centre where neither is 0."
        )
    carried = np.zeros(network.inputs, dtype=bool)  # cells of the layer before that hold sigma(a + h v) for v
    built = []
    for number, layer in enumerate(layers):
        matrix = np.where(carried, layer.matrix / (h * slope), layer.matrix)
        bias = layer.bias - matrix @ np.where(carried, level, 0.0)
        last = number == len(layers) - 1
        carried = ~layer.active & (not last)
        scale = np.where(carried, h, 1.0)
        shift = np.where(carried, centre, 0.0)
        active = np.full(len(scale), not last)
        built.append(LocalLayer(matrix * scale[:, None], bias * scale + shift, active))
    return built
