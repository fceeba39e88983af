"""Networks put together from populations, in a few lines of Python (ms; draws of a seed).

network = Populations([Population("E", "aeif_cond_alpha", 800, {"V_m": {"uniform": (-70.0, -55.0)}})],
                      [Population("A", "li_rinzel", 100)], seed=1)
network.connect("E", "E", "pairwise_bernoulli", p=0.1, weight=1.0, delay=2.0)
simulation = Simulation(network.network(), step=0.1, ...)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.core.rng import stream_key
from astrosim.systems.spiking.kernel.model import Model
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS, SYNAPSES, own_name
from astrosim.systems.spiking.network import wiring
from astrosim.systems.spiking.network.description import (
    ASTROCYTE,
    Connections,
    Coupling,
    Network,
    Nodes,
    connections,
    joined,
)

COLUMNS = 1000  # draws of a population: more than a model has parameters


@dataclass(frozen=True)
class Population:
    """Nodes of one model.

    Attributes
    ----------
    name, model : str
    size : int
    values : mapping
        Parameters and initial values by name; see `draws.values_of`.
    x, y : ndarray of float64, shape (node,), optional
    """

    name: str
    model: str
    size: int
    values: Mapping[str, Any] = field(default_factory=dict)
    x: np.ndarray | None = None
    y: np.ndarray | None = None


class Populations:
    """Populations of neurons and of astrocytes, and the connections made among them so far.

    Parameters
    ----------
    neurons, astrocytes : sequence of Population
    seed : int

    Raises
    ------
    AstrosimError
        If a model, a parameter or a distribution does not exist.
    """

    def __init__(self, neurons: Sequence[Population], astrocytes: Sequence[Population] = (), seed: int = 1) -> None:
        self.seed, self.key = seed, stream_key(seed, "spiking_wiring")
        self.neurons = _nodes(neurons, NEURONS, "", stream_key(seed, "spiking_start"))
        self.astrocytes = _nodes(astrocytes, ASTROCYTES, ASTROCYTE, stream_key(seed, "spiking_astrocyte"))
        self.parts: list[Connections] = []
        self.coupling, self.entries, first = Coupling(), 0, 0
        self.numbers: dict[str, np.ndarray] = {}
        for one in (*neurons, *astrocytes):
            self.numbers[one.name] = first + np.arange(one.size)
            first += one.size

    def numbers_of(self, *names: str) -> np.ndarray:
        """Return the node numbers of populations: int64, shape (node,).

        Raises
        ------
        AstrosimError
            If there is no such population.
        """
        if missing := [name for name in names if name not in self.numbers]:
            raise AstrosimError(f"no such population ({missing[0]!r}). Write one of {', '.join(self.numbers)}.")
        return np.concatenate([self.numbers[name] for name in names])

    def connect(
        self,
        pre: str | Sequence[str],
        post: str | Sequence[str],
        rule: str = "all_to_all",
        *,
        p: float = 1.0,
        number: int = 0,
        autapses: bool = True,
        weight: Any = 1.0,
        delay: Any = 1.0,
        synapse: str = "static",
        **plasticity: float,
    ) -> Connections:
        """Join populations, and return the connections; see `wiring.pairs_of` and `draws.values_of`.

        Raises
        ------
        AstrosimError
            If a rule, a synapse or a distribution does not exist, or cannot join such populations.
        """
        source, target = (self.numbers_of(*([one] if isinstance(one, str) else one)) for one in (pre, post))
        source, target = wiring.pairs_of(rule, source, target, p, number, autapses, self.key, self.entries)
        return self.join(source, target, weight, delay, synapse, **plasticity)

    def join(
        self, pre: np.ndarray, post: np.ndarray, weight: Any, delay: Any, synapse: str = "static", **plasticity: float
    ) -> Connections:
        """Join given pairs of nodes, and return the connections.

        Parameters
        ----------
        pre, post : ndarray of int64, shape (connection,)
        weight, delay
            See `draws.values_of`.
        synapse : str
        **plasticity : float

        Raises
        ------
        AstrosimError
            If a synapse or a distribution does not exist.
        """
        if own_name(synapse) not in SYNAPSES:
            raise AstrosimError(f"no such synapse ({synapse!r}). Write one of {', '.join(SYNAPSES)}.")
        key, count = stream_key(self.seed, "spiking_weight"), len(pre)
        made = connections(
            pre,
            post,
            wiring.values_of(weight, count, key, 2 * self.entries),
            wiring.values_of(delay, count, key, 2 * self.entries + 1),
            np.full(count, SYNAPSES[own_name(synapse)], "i4"),
            {name: np.full(count, value) for name, value in plasticity.items()},
        )
        self.parts.append(made)
        self.entries += 1
        return made

    def third_by_pool(
        self, made: Connections, targets: Sequence[str], astrocytes: str, *,
        p: float, pool_size: int, pool_type: str = "random",
        weight_in: float = 1.0, weight_out: float = 1.0, delay_in: float = 1.0, delay_out: float = 1.0,
    ) -> None:  # fmt: skip
        """Give synapses an astrocyte of their target's pool each, with probability p; see `wiring`.

        Raises
        ------
        AstrosimError
            If such pools cannot be made.
        """
        post, glia = self.numbers_of(*targets), self.numbers_of(astrocytes)
        entry = self.entries - 1
        chosen, third = wiring.bernoulli_with_pool(made.post, post, glia, p, pool_size, pool_type, self.key, entry)
        self._third(made, chosen, third, np.full(len(chosen), weight_in), weight_out, delay_in, delay_out)

    def third_by_territory(
        self, made: Connections, astrocytes: str, radius: float, *,
        weight_in: float = 1.0, weight_out: float = 0.0, delay_in: float = 1.0, delay_out: float = 1.0,
    ) -> None:  # fmt: skip
        """Let the synapses of each territory drive its astrocyte by their mean; see `wiring.territories`.

        Raises
        ------
        AstrosimError
            If a node has no place.
        """
        glia = self.numbers_of(astrocytes)
        x, y = (np.concatenate([getattr(one, axis) for one in (self.neurons, self.astrocytes)]) for axis in "xy")
        if not np.isfinite(x[np.concatenate([made.pre, made.post, glia])]).all():
            raise AstrosimError("territories need places. Give x and y to each population.")
        chosen, third, share = wiring.territories(made.pre, made.post, x, y, glia, radius)
        self._third(made, chosen, third, weight_in * share, weight_out, delay_in, delay_out)

    def _third(
        self, made: Connections, chosen: np.ndarray, third: np.ndarray, inward: np.ndarray,
        outward: float, delay_in: float, delay_out: float,
    ) -> None:  # fmt: skip
        """Both parts of tripartite synapses: onto the astrocyte, and from it where its weight is not 0."""
        count, own = len(chosen), {name: values[chosen] for name, values in made.plasticity.items()}
        self.parts.append(
            connections(made.pre[chosen], third, inward, np.full(count, delay_in), made.model[chosen], own)
        )
        if outward:
            self.parts.append(connections(third, made.post[chosen], np.full(count, outward), np.full(count, delay_out)))

    def couple(self, rule: str, neighbours: str = "ring", radius: float = 0.0, **junctions: float) -> None:
        """Join all astrocytes by gap junctions; see `wiring.neighbours` and `Coupling`.

        Raises
        ------
        AstrosimError
            If there is no such rule of neighbours.
        """
        own = self.astrocytes
        self.coupling = Coupling(rule, wiring.neighbours(neighbours, len(own), own.x, own.y, radius), **junctions)

    def network(self) -> Network:
        """Return the network."""
        return Network(self.neurons, self.astrocytes, joined(self.parts), self.coupling)


def _nodes(populations: Sequence[Population], models: Mapping[str, Model], prefix: str, key: np.ndarray) -> Nodes:
    """Nodes of populations, one after the other."""
    total, first = sum(one.size for one in populations), 0
    values = {name: np.full(total, np.nan) for one in populations for name in one.values}
    x, y = np.full(total, np.nan), np.full(total, np.nan)
    for place, one in enumerate(populations):
        model, own = models.get(own_name(one.model)), slice(first, first + one.size)
        if model is None:
            raise AstrosimError(f"{one.name}: no such model ({one.model!r}). Write one of {', '.join(models)}.")
        if unknown := [name for name in one.values if name not in model.columns]:
            raise AstrosimError(f"{one.name}: {model.name} has no {unknown[0]}. It has {', '.join(model.columns)}.")
        for number, name in enumerate(model.columns):
            if name in one.values:
                values[name][own] = wiring.values_of(one.values[name], one.size, key, place * COLUMNS + number)
        if one.x is not None and one.y is not None:
            x[own], y[own] = one.x, one.y
        first += one.size
    return Nodes(
        np.array([f"{prefix}{n}" for n in range(total)], object),
        np.array([own_name(one.model) for one in populations for _ in range(one.size)], object),
        values,
        np.full(total, "", object),
        np.array([one.name for one in populations for _ in range(one.size)], object),
        x,
        y,
    )
