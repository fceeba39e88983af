"""Where the live view draws nodes: at their places, or in an arrangement of its own if a scenario gives none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from astrosim.systems.spiking.network.description import Network, Nodes
from astrosim.systems.spiking.network.wiring import neighbours

PITCH = 1.0  # distance of nodes that are arranged in squares
GAP = 2.5  # between squares; assumed: seen as apart
FILLED = 0.42  # radius of an astrocyte, of the distance to the next
ROW = 3  # from a population's name to its nodes


class Plane(NamedTuple):
    """Nodes in the plane.

    Attributes
    ----------
    neurons, astrocytes : ndarray of float64, shape (node, 2)
        um, or distances of the arrangement.
    radius : float
        Of an astrocyte's disc: its territory, if there are such.
    territory : bool
        Whether the radius is that of territories.
    placed : bool
        Whether the scenario gives all places.
    names : list of (str, float, float)
        Of populations in an arrangement, and where they are written.
    """

    neurons: np.ndarray
    astrocytes: np.ndarray
    radius: float
    territory: bool
    placed: bool
    names: list[tuple[str, float, float]]


def plane_of(network: Network, wirings: Sequence[Any] = ()) -> Plane:
    """Return where nodes are drawn; `wirings`: the connections of a scenario, whose territories have a radius."""
    neurons, astrocytes = _given(network.neurons), _given(network.astrocytes)
    radii = [one.radius for one in wirings if one.astrocytes and one.third_rule == "territory"]
    if not (np.isnan(neurons).any() or np.isnan(astrocytes).any()):
        radius = float(radii[0]) if radii else FILLED * _distance(astrocytes)
        return Plane(neurons, astrocytes, radius, bool(radii), True, [])
    names: list[tuple[str, float, float]] = []
    neurons = _squares(network.neurons, 0.0, names)
    if _is_ring(network):
        return Plane(neurons, _ring(len(astrocytes), neurons), FILLED * PITCH, False, False, names)
    depth = -neurons[:, 1].min() + GAP + ROW * PITCH if len(neurons) else 0.0
    return Plane(neurons, _squares(network.astrocytes, -depth, names), FILLED * PITCH, False, False, names)


def _given(nodes: Nodes) -> np.ndarray:
    """Places of a scenario, nan where there is none: float64, shape (node, 2)."""
    if not len(nodes.x) or not len(nodes.y):
        return np.full((len(nodes), 2), np.nan)
    return np.stack([nodes.x, nodes.y], axis=1)


def _distance(places: np.ndarray) -> float:
    """About the distance of neighbours."""
    if len(places) < 2:
        return 2.0 * PITCH
    span = np.ptp(places, axis=0)
    return float(np.sqrt(max(span[0], span[1] / 4) * max(span[1], span[0] / 4) / len(places)))


def _squares(nodes: Nodes, top: float, names: list[tuple[str, float, float]]) -> np.ndarray:
    """Populations side by side around 0, each a square of rows, below a line: float64, shape (node, 2)."""
    places, left, first = np.zeros((len(nodes), 2)), 0.0, len(names)
    population = nodes.population if len(nodes.population) else np.full(len(nodes), "", object)
    for name in dict.fromkeys(population.tolist()):
        own = np.flatnonzero(population == name)
        side = int(np.ceil(np.sqrt(len(own))))
        column, row = np.arange(len(own)) % side, np.arange(len(own)) // side
        places[own] = np.stack([left + PITCH * column, top - PITCH * row], axis=1)
        names.append((str(name), left + PITCH * (side - 1) / 2, top + PITCH))
        left += PITCH * max(side - 1, 0) + GAP + 0.1 * side
    middle = np.ptp(places[:, 0]) / 2 if len(places) else 0.0
    names[first:] = [(name, x - middle, y) for name, x, y in names[first:]]
    return places - (middle, 0.0)


def _is_ring(network: Network) -> bool:
    """Whether gap junctions join the astrocytes to a ring."""
    count = len(network.astrocytes)
    if count < 3:
        return False
    ring = neighbours("ring", count, np.zeros(0), np.zeros(0), 0.0)
    return bool(np.array_equal(np.sort(network.coupling.pairs, axis=1), np.sort(ring, axis=1)))


def _ring(count: int, neurons: np.ndarray) -> np.ndarray:
    """A circle below the neurons, clockwise from its top: float64, shape (astrocyte, 2)."""
    radius = PITCH * count / (2 * np.pi)
    angle = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    middle = (0.0, neurons[:, 1].min() - radius - GAP - ROW * PITCH) if len(neurons) else (0.0, 0.0)
    return np.asarray(middle) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
