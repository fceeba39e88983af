"""Two-layer neural networks and what it means that they approximate (dimensionless). Peterson, equations 1 to 3.

Equation 2, M_r(sigma), is the set of all `TwoLayer` with r hidden units and one sigma. No single r is dense in the
continuous functions: theorem II.1 (Leshno et al. 1993, Pinkus 1999) is about the union over all r.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lstsq
from scipy.special import expit

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Activation:
    """An elementwise non-linearity sigma and its derivative.

    Attributes
    ----------
    name : str
    value, slope : callable
        Of an array, elementwise.
    """

    name: str
    value: Function
    slope: Function

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Sigma of every element."""
        return self.value(x)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        Activation("logistic", expit, lambda x: expit(x) * expit(-x)),
        Activation("silu", lambda x: x * expit(x), lambda x: expit(x) * (1 + x * expit(-x))),
        Activation("relu", lambda x: np.maximum(x, 0), lambda x: (np.asarray(x) > 0).astype(float)),
        Activation("sin", np.sin, np.cos),
    )
}
"""By name. `relu` has an affine piece: its emulated transport is exact around a > 0."""


@dataclass(frozen=True, eq=False)
class TwoLayer:
    """F(x) = sum_i c_i sigma(sum_j w_ij x_j + b_i). Equation 1.

    Attributes
    ----------
    outer : ndarray of float64, shape (r,)
        c.
    inner : ndarray of float64, shape (r, n)
        w.
    bias : ndarray of float64, shape (r,)
        b.
    sigma : Activation

    Raises
    ------
    ValueError
        If the three do not belong together, or there are no units or no inputs.
    """

    outer: np.ndarray
    inner: np.ndarray
    bias: np.ndarray
    sigma: Activation = ACTIVATIONS["tanh"]

    def __post_init__(self) -> None:
        units = np.shape(self.outer)
        if np.shape(self.bias) != units or np.ndim(self.inner) != 2 or np.shape(self.inner)[:1] != units:
            raise ValueError(
                f"outer {units}, inner {np.shape(self.inner)} and bias {np.shape(self.bias)} are no net. "
                "Give shapes (r,), (r, n) and (r,)."
            )
        if not np.size(self.inner):
            raise ValueError(f"{self.units} units of {self.inputs} inputs are no net. Give 1 or more of both.")

    @property
    def inputs(self) -> int:
        """Width n of the input."""
        return np.shape(self.inner)[1]

    @property
    def units(self) -> int:
        """Hidden units r."""
        return len(self.outer)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values of F.

        Parameters
        ----------
        x : ndarray of float, shape (..., n)

        Returns
        -------
        ndarray of float64, shape (...)
        """
        return self.sigma(np.asarray(x, dtype=float) @ np.transpose(self.inner) + self.bias) @ self.outer


def random_two_layer(
    inputs: int, units: int, rng: np.random.Generator, sigma: Activation = ACTIVATIONS["tanh"]
) -> TwoLayer:
    """Return a member of M_r(sigma), equation 2, with standard normal parameters; inner weights are scaled by
    n^(-1/2)."""
    inner = rng.normal(size=(units, inputs)) / np.sqrt(inputs)
    return TwoLayer(rng.normal(size=units), inner, rng.normal(size=units), sigma)


def box_grid(low: Sequence[float], high: Sequence[float], points: int) -> np.ndarray:
    """Return a regular grid over a box, the compact set K.

    Parameters
    ----------
    low, high : sequence of float, length n
        The box's corners.
    points : int
        Points along each axis, ends included.

    Returns
    -------
    ndarray of float64, shape (points^n, n)
    """
    axes = [np.linspace(a, b, points) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def sup_distance(first: Function, second: Function, x: np.ndarray) -> float:
    """Return greatest \\|F - f\\| on points of K, the left side of equation 3: a lower bound of the maximum over all of
    K.

    Parameters
    ----------
    first, second : callable
        Of an array of shape (point, n), to shape (point,).
    x : ndarray of float, shape (point, n)
    """
    return float(np.max(np.abs(first(x) - second(x))))


def approximates(first: Function, second: Function, x: np.ndarray, epsilon: float) -> bool:
    """Test equation 3 on points of K, shape (point, n): whether max \\|F - f\\| < epsilon; see `sup_distance`."""
    return sup_distance(first, second, x) < epsilon


def fit_two_layer(
    target: Function,
    x: np.ndarray,
    units: int,
    rng: np.random.Generator,
    sigma: Activation = ACTIVATIONS["tanh"],
    scale: float = 2.0,
) -> TwoLayer:
    """Return a member of M_r(sigma) near a target: random inner weights, outer weights by least squares over points of
    K.

    Parameters
    ----------
    target : callable
        Of an array of shape (point, n), to shape (point,).
    x : ndarray of float, shape (point, n)
    units : int
        r.
    rng : numpy.random.Generator
    sigma : Activation
    scale : float
        Standard deviation of the inner weights and thresholds, assumed: turns once or twice over a box of side 2.
    """
    inner = rng.normal(scale=scale, size=(units, x.shape[1]))
    bias = rng.normal(scale=scale, size=units)
    outer = lstsq(sigma(x @ inner.T + bias), target(x))[0]
    return TwoLayer(outer, inner, bias, sigma)
