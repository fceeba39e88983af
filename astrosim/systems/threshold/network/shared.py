"""Networks of a run: built once for the replicates of a process that differ in learning alone. Sizes in bytes."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from typing import NamedTuple

import numpy as np

from astrosim.core.ragged import Ragged
from astrosim.systems.threshold.learners.table import learner_of
from astrosim.systems.threshold.network.gap_junctions import GapJunctions, build_gap_junctions
from astrosim.systems.threshold.network.state import ASTROCYTES, MOVERS, KernelNetwork, make_kernel_network
from astrosim.systems.threshold.network.territories import Territories, build_territories
from astrosim.systems.threshold.network.topology import Network, build_network
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.start import started

READ = frozenset({"network", "task", "astrocytes", "sensing", "coupling", "learner"})
"""Fields of a scenario by which its network is built; with `perturbation.limit`, on whose grid weights lie."""
MOST_BYTES = 2**26
"""Of the networks that a process keeps; assumed: less than it needs before it computes anything."""

Key = tuple[str, float, int]


class Built(NamedTuple):
    """Parts of a simulation that learning leaves as they are; nobody writes into their arrays."""

    network: Network
    territories: Territories
    gap_junctions: GapJunctions
    kernel_network: KernelNetwork


class Kept:
    """The networks that were used last, of any threads.

    Parameters
    ----------
    most : int
        Bytes, all together; a network that is larger is not kept.
    """

    def __init__(self, most: int) -> None:
        self.most, self.bytes = most, 0
        self._networks: OrderedDict[Key, Built] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key: Key) -> Built | None:
        """Return a network, if it is kept."""
        with self._turn:
            if (found := self._networks.get(key)) is not None:
                self._networks.move_to_end(key)
            return found

    def put(self, key: Key, network: Built) -> None:
        """Keep a network, and drop those that were used longest ago for it."""
        with self._turn:
            if key not in self._networks:
                self._networks[key] = network
                self.bytes += size(network)
            while self.bytes > self.most:
                self.bytes -= size(self._networks.popitem(last=False)[1])


SHARING: ContextVar[bool] = ContextVar("SHARING", default=False)
KEPT = Kept(MOST_BYTES)


@contextlib.contextmanager
def sharing() -> Iterator[None]:
    """Let simulations that are built inside share what only their learning does not change."""
    token = SHARING.set(True)
    try:
        yield
    finally:
        SHARING.reset(token)


def built(scenario: Scenario, seed: int) -> Built:
    """Build the network of a replicate, or return the one of another replicate that differs in learning alone.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """
    if not SHARING.get():
        return build(scenario, seed)
    key = scenario.model_dump_json(include=set(READ)), scenario.perturbation.limit, seed
    if (found := KEPT.get(key)) is None:
        found = build(scenario, seed)
        KEPT.put(key, found)
    return found


def build(scenario: Scenario, seed: int) -> Built:
    """Build the network of a replicate, whatever others have; see `built`."""
    network = started(build_network(scenario, seed), scenario, seed)
    moved = MOVERS[learner_of(scenario.learner).mover] == ASTROCYTES
    territories = build_territories(scenario, network) if moved else no_territories(network)
    junctions = build_gap_junctions(scenario, territories)
    return Built(network, territories, junctions, make_kernel_network(scenario, network, territories, junctions))


def size(one: Built) -> int:
    """Return bytes of a network, about: those of its kernel's arrays, and of the places and weights beside them."""
    return sum(array.nbytes for array in one.kernel_network) + 4 * one.network.initial_weight.nbytes


def no_territories(network: Network) -> Territories:
    """Return the territories of a network without astrocytes."""
    none = Ragged(np.zeros(1, np.int64), np.empty(0, np.int32))
    nowhere = Ragged(np.zeros(network.kind.size + 1, np.int64), np.empty(0, np.int32))
    return Territories(np.empty((0, 2)), np.empty(0, np.int32), none, none, nowhere)
