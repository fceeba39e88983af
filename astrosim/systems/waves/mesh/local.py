"""Networks of local layers: astrocyte waves as functions (dimensionless). Peterson, equations 4 to 8.

With reach k = 2 the paper's example reads 2 -> 3 -> 4 -> 3 -> 2 -> 1: a spread without sigma (equation 6), a spread
with it, a gather of these by c (equation 5), a gather with sigma, and the sum by c (equation 4). Here any chain of
steps has such a function, each layer with or without sigma. rho_x acts on the values that a layer hears; "set to 1"
in the paper means the identity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import correlate1d

from astrosim.systems.waves.mesh.chain import Chain, ChainError, parse
from astrosim.systems.waves.mesh.reach import check_local
from astrosim.systems.waves.mesh.twolayer import ACTIVATIONS, Activation, TwoLayer

Leak = Callable[[np.ndarray], np.ndarray]
"""rho_x: from values of shape (..., cell) to values of that shape."""

BORDERS = {"zero": "constant", "reflect": "reflect", "ring": "wrap"}  # scipy.ndimage's words


@dataclass(frozen=True, eq=False)
class LocalLayer:
    """One layer: v -> M v + b, and sigma on the cells that are active.

    Attributes
    ----------
    matrix : ndarray of float64, shape (output cell, input cell)
    bias : ndarray of float64, shape (output cell,)
    active : ndarray of bool, shape (output cell,)
        Cells that apply sigma; the others pass their sum on.
    """

    matrix: np.ndarray
    bias: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, eq=False)
class LocalNet:
    """A composition of layers that keeps to the taps of a chain. Equations 4 to 7 for any chain.

    Attributes
    ----------
    chain : Chain
    layers : tuple of LocalLayer
        One per step.
    sigma : Activation
    leak : callable, optional
        rho_x; the identity if left out.

    Raises
    ------
    ValueError
        If a layer's matrix has an entry out of reach, or another shape than its step.
    """

    chain: Chain
    layers: tuple[LocalLayer, ...]
    sigma: Activation = ACTIVATIONS["tanh"]
    leak: Leak | None = None

    def __post_init__(self) -> None:
        check_local([layer.matrix for layer in self.layers], self.chain)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values of the output cells; of one alone without an axis for it.

        Parameters
        ----------
        x : ndarray of float, shape (..., n)

        Returns
        -------
        ndarray of float64, shape (...) or (..., output cell)
        """
        values = np.asarray(x, dtype=float)
        for layer in self.layers:
            heard = values if self.leak is None else self.leak(values)
            sums = heard @ layer.matrix.T + layer.bias
            values = np.where(layer.active, self.sigma(sums), sums)
        return values[..., 0] if values.shape[-1] == 1 else values

    @property
    def depth(self) -> int:
        """Layers of connections, i.e. steps."""
        return len(self.layers)


def random_wave(
    chain: Chain,
    active: str,
    rng: np.random.Generator,
    sigma: Activation = ACTIVATIONS["tanh"],
    leak: Leak | None = None,
) -> LocalNet:
    """Return a member of P_r(sigma), equation 8: a chain with standard normal weights over the root of a cell's taps.

    Parameters
    ----------
    chain : Chain
    active : str
        One mark per step: ``x`` applies sigma, ``.`` is linear.
    rng : numpy.random.Generator
    sigma : Activation
    leak : callable, optional
        rho_x.

    Raises
    ------
    ChainError
        If there are not as many marks as steps.
    """
    if len(active) != len(chain.steps) or set(active) - set("x."):
        raise ChainError(
            f"{active!r} marks no chain of {len(chain.steps)} steps. Write x (sigma) or . (linear) for each."
        )
    layers = []
    for mark, step in zip(active, chain.steps, strict=True):
        heard = step.live.sum(axis=1, keepdims=True)
        matrix = rng.normal(size=step.mask.shape) * step.mask / np.sqrt(heard)
        cells = len(matrix)
        layers.append(LocalLayer(matrix, rng.normal(size=cells), np.full(cells, mark == "x")))
    return LocalNet(chain, tuple(layers), sigma, leak)


def paper_wave(
    inputs: int, widest: int, reach: int, rng: np.random.Generator, sigma: Activation = ACTIVATIONS["tanh"]
) -> LocalNet:
    """Build the wave of equations 4 to 7 for any n, r and k: spreads up to r, sigma there, then gathers by c and by
    sigma in turn.

    Parameters
    ----------
    inputs : int
        n.
    widest : int
        r, a whole number of spreads from n.
    reach : int
        k >= 2.
    rng : numpy.random.Generator
    sigma : Activation

    Raises
    ------
    ChainError
        If spreads from n do not end at r, or gathers from there not at 1.
    """
    spreads, left = divmod(widest - inputs, reach - 1)
    gathers, over = divmod(widest - 1, reach - 1)
    if left or over or spreads < 1:
        raise ChainError(f"steps of {reach - 1} cells do not lead from {inputs} to {widest} and on to 1")
    falling = "".join(".x"[number % 2] for number in range(gathers - 1)) + "."
    return random_wave(
        parse("s" * spreads + "g" * gathers, inputs, reach), "." * (spreads - 1) + "x" + falling, rng, sigma
    )


def convolution(kernel: np.ndarray, border: str = "zero") -> Leak:
    """Return rho_x from a kernel over neighbouring cells.

    Parameters
    ----------
    kernel : ndarray of float, shape (2 q + 1,)
        Weight of the cells q to the left .. q to the right, e.g. `astrosim.systems.waves.mesh.leak.normalised_kernel`.
    border : {"zero", "reflect", "ring"}
        What is heard from beyond the first and the last cell.
    """
    return lambda values: correlate1d(values, kernel, axis=-1, mode=BORDERS[border])


def collapse(net: LocalNet) -> TwoLayer:
    """Return the two-layer network that equals a wave with one layer of sigma: theorem II.2 as it is stated, where it
    holds.

    Linear layers before and after are multiplied out. What they add to the output, which equation 1 has no place for,
    becomes one more unit without inputs.

    Parameters
    ----------
    net : LocalNet
        With one output cell, no leak, and sigma on all cells of exactly one layer.

    Raises
    ------
    ValueError
        If the net is of another kind: a composition of several layers of sigma equals no two-layer net in general.
    """
    at = _only_active_layer(net)
    inner, bias = _product(net.layers[: at + 1], net.chain.widths[0])
    outer, offset = _product(net.layers[at + 1 :], len(inner))
    if len(outer) != 1:
        raise ValueError(f"the wave has {len(outer)} output cells. Equation 1 has one.")
    if not offset[0]:
        return TwoLayer(outer[0], inner, bias, net.sigma)
    threshold = 1.0  # any that sigma does not map to 0
    unit = offset / net.sigma(np.array([threshold]))
    return TwoLayer(
        np.concatenate([outer[0], unit]),
        np.vstack([inner, np.zeros(inner.shape[1])]),
        np.append(bias, threshold),
        net.sigma,
    )


def _only_active_layer(net: LocalNet) -> int:
    """Number of the one layer that applies sigma."""
    with_sigma = [number for number, layer in enumerate(net.layers) if layer.active.any()]
    if net.leak is not None:
        raise ValueError("the wave leaks. Put the leak into its matrices first.")
    if len(with_sigma) != 1:
        raise ValueError(
            f"sigma acts in {len(with_sigma)} layers ({with_sigma}). Only a wave with one equals a two-layer net."
        )
    if not net.layers[with_sigma[0]].active.all():
        raise ValueError(
            f"some cells of layer {with_sigma[0]} pass their sum on without sigma. Equation 1 has no such path."
        )
    return with_sigma[0]


def _product(layers: tuple[LocalLayer, ...], cells: int) -> tuple[np.ndarray, np.ndarray]:
    """All layers as one matrix and one bias, sigma left out."""
    matrix, bias = np.eye(cells), np.zeros(cells)
    for layer in layers:
        matrix, bias = layer.matrix @ matrix, layer.matrix @ bias + layer.bias
    return matrix, bias
