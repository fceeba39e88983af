"""Gap junctions between astrocytes: an undirected graph over their places, with delay and attenuation of each edge.

Lengths in units, times in trials. Two astrocytes share at most one gap junction. Source: this package; see
`astrosim.rules.coupling`.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree

from astrosim.core.errors import AstrosimError
from astrosim.core.ragged import Ragged
from astrosim.rules import coupling
from astrosim.systems.threshold.network.territories import Territories
from astrosim.systems.threshold.scenario.schema import Scenario

EDGE_LIMIT = 2**22  # gap junctions; assumed: the number of draws that an intervention has
ROOM = 50_000_000  # arrivals under way; assumed: they take less than a gigabyte


@dataclass(frozen=True)
class GapJunctions:
    """Gap junctions of a simulation.

    Attributes
    ----------
    edge : ndarray of int32, shape (gap junction, 2)
        The astrocytes at its ends, the lower number first; sorted.
    distance : ndarray of float64, shape (gap junction,), units
    delay : ndarray of int64, shape (gap junction,), trials
    attenuation : ndarray of float64, shape (gap junction,)
        The part of an amplitude that reaches the other end.
    position : ndarray of float64, shape (astrocyte, 2), units
    """

    edge: np.ndarray
    distance: np.ndarray
    delay: np.ndarray
    attenuation: np.ndarray
    position: np.ndarray

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def slots(self) -> int:
        """Number of trials for which arrivals may be under way, with the present one; 0 without gap junctions."""
        return int(self.delay.max()) + 1 if len(self) else 0

    def neighbours(self, open_: np.ndarray | None = None) -> tuple[Ragged, np.ndarray]:
        """Return the neighbours of every astrocyte, ascending, and the gap junction that leads to each.

        Parameters
        ----------
        open_ : ndarray of bool, shape (gap junction,), optional
            False for a cut gap junction; all are open if left out.

        Returns
        -------
        Ragged, ndarray of int64, shape (neighbour,)
        """
        number = np.arange(len(self)) if open_ is None else np.flatnonzero(open_)
        one, other = self.edge[number].T
        source, target = np.concatenate([one, other]), np.concatenate([other, one])
        order = np.lexsort((target, source))
        return Ragged.group(source[order], target[order], len(self.position)), np.tile(number, 2)[order]

    def to_networkx(self) -> nx.Graph:
        """Return the graph; nodes carry x and y, edges distance (units), delay (trials) and attenuation."""
        graph = nx.Graph()
        graph.add_nodes_from((a, {"x": x, "y": y}) for a, (x, y) in enumerate(self.position.tolist()))
        facts = zip(self.distance.tolist(), self.delay.tolist(), self.attenuation.tolist(), strict=True)
        for (a, b), (distance, delay, left) in zip(self.edge.tolist(), facts, strict=True):
            graph.add_edge(a, b, distance=distance, delay=delay, attenuation=left)
        return graph


def build_gap_junctions(scenario: Scenario, territories: Territories) -> GapJunctions:
    """Build the gap junctions of a scenario's astrocytes.

    Raises
    ------
    AstrosimError
        If there are more of them, or more arrivals under way, than fit into memory.
    """
    chosen, position = scenario.coupling, territories.position
    edge = _edges(scenario, position)
    distance = np.sqrt(((position[edge[:, 0]] - position[edge[:, 1]]) ** 2).sum(axis=1))
    delay = np.array([coupling.delay(d, chosen.speed) for d in distance.tolist()], np.int64)
    left = np.array([coupling.attenuation(d, chosen.length) for d in distance.tolist()], np.float64)
    junctions = GapJunctions(edge, distance, delay, left, position)
    if junctions.slots * len(position) > ROOM:
        raise AstrosimError(
            f"coupling.speed: waves take up to {delay.max()} trials, which is too many to keep account of for "
            f"{len(position)} astrocytes ({chosen.speed}). Raise it."
        )
    return junctions


def _edges(scenario: Scenario, position: np.ndarray) -> np.ndarray:
    """Return the pairs of coupled astrocytes, sorted: int32, shape (gap junction, 2)."""
    chosen = scenario.coupling
    if not scenario.coupled or len(position) < 2:
        return np.empty((0, 2), np.int32)
    if chosen.graph == "edges":
        pairs = np.array(chosen.edges, np.int64).reshape(-1, 2)
    elif chosen.graph == "distance":
        pairs = _within(cKDTree(position), chosen.reach * (1.0 + coupling.ROUNDING))
    elif chosen.graph == "nearest":
        pairs = _nearest(cKDTree(position), chosen.neighbours)
    else:
        raise AstrosimError(f"coupling.graph: no gap junctions are known for it ({chosen.graph!r}).")
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int32)


def _within(tree: cKDTree, reach: float) -> np.ndarray:
    """Return all pairs within a distance (units): int, shape (pair, 2)."""
    _check_number((tree.count_neighbors(tree, reach) - tree.n) // 2, "coupling.reach")
    return tree.query_pairs(reach, output_type="ndarray")


def _nearest(tree: cKDTree, count: int) -> np.ndarray:
    """Return each astrocyte with its nearest ones, and with those as near as the last of them, but for rounding."""
    _check_number(tree.n * min(count, tree.n - 1), "coupling.neighbours")
    farthest = tree.query(tree.data, k=[min(count, tree.n - 1) + 1])[0][:, 0]
    lists = tree.query_ball_point(tree.data, farthest * (1.0 + coupling.ROUNDING))
    found = Ragged.of([np.array(near, np.int64) for near in lists])
    pairs = np.column_stack([np.repeat(np.arange(tree.n), found.sizes), found.index])
    return pairs[pairs[:, 0] != pairs[:, 1]]


def _check_number(number: int, field: str) -> None:
    if number > EDGE_LIMIT:
        raise AstrosimError(f"{field}: too many gap junctions (about {number}). At most {EDGE_LIMIT} fit: lower it.")
