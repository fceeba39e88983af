"""Networks of populations: made from the tables of a scenario by the draws of a seed (ms, um)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.core.rng import stream_key
from astrosim.systems.spiking.kernel.model import Model
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS, PLASTICITY, SYNAPSES, own_name
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
from astrosim.systems.spiking.scenario import contents
from astrosim.systems.spiking.scenario.sections import Population, Wiring

DEFAULT_SEED = 0  # of the network that is checked; assumed: others differ in their draws alone
KEPT = 4


def model_of(population: Population) -> Model | None:
    """Return the model of a population; None if there is none of that name."""
    name = own_name(population.model)
    return NEURONS.get(name) or ASTROCYTES.get(name)


def problems(scenario: Any) -> Iterator[Any]:
    """Return what is wrong with populations, connections, inputs and records."""
    found = [*_population_problems(scenario), *_wiring_problems(scenario)]
    yield from found
    if found:
        return
    try:
        network = network_of(scenario, DEFAULT_SEED)
    except AstrosimError as error:
        yield str(error)
        return
    yield from _range_problems(scenario, network)
    yield from contents.node_problems(scenario, network)


def _population_problems(scenario: Any) -> Iterator[str]:
    seen: set[str] = set()
    for place, one in enumerate(scenario.network.populations):
        field, model = f"network.populations.{place}", model_of(one)
        if one.name in seen:
            yield f"{field}.name: listed twice ({one.name}). Give each population a name of its own."
        seen.add(one.name)
        if model is None:
            yield f"{field}.model: no such model ({one.model!r}). Write one of {', '.join([*NEURONS, *ASTROCYTES])}."
            continue
        for name in one.parameters:
            if name not in model.columns:
                yield f"{field}.parameters: {model.name} has no {name}. It has {', '.join(model.columns)}."


def _wiring_problems(scenario: Any) -> Iterator[str]:
    known = {one.name: model_of(one) for one in scenario.network.populations}
    step = scenario.schedule.step_ms
    for place, one in enumerate(scenario.network.connections):
        field = f"network.connections.{place}"
        for end in ("pre", "post"):
            for name in getattr(one, end):
                if name not in known:
                    yield f"{field}.{end}: no such population ({name!r}). Write some of {', '.join(known)}."
        if one.astrocytes and one.astrocytes not in known:
            yield f"{field}.astrocytes: no such population ({one.astrocytes!r}). Write one of {', '.join(known)}."
        glia = [name for name in (*one.pre, *one.post) if known.get(name) in ASTROCYTES.values()]
        both = set(one.pre) & set(glia) and set(one.post) & set(glia)
        if both:
            yield f"{field}.post: astrocytes onto astrocytes ({', '.join(one.post)}). Couple them by [gap_junctions]."
        if own_name(one.synapse) not in SYNAPSES:
            yield f"{field}.synapse: no such model ({one.synapse!r}). Write one of {', '.join(SYNAPSES)}."
        for name in one.parameters:
            if name not in PLASTICITY:
                yield f"{field}.parameters: synapses have no {name}. They have {', '.join(PLASTICITY)}."
        for name in ("delay_in_ms", "delay_out_ms"):
            value = getattr(one, name)
            if one.astrocytes and not contents.whole(value, step):
                yield f"{field}.{name}: not on the grid ({value:g}). Write a multiple of schedule.step_ms = {step:g}."
        if isinstance(one.delay_ms, int | float) and not contents.whole(float(one.delay_ms), step):
            right = f"Write a multiple of schedule.step_ms = {step:g}."
            yield f"{field}.delay_ms: not on the grid ({one.delay_ms:g}). {right}"


def _range_problems(scenario: Any, network: Network) -> Iterator[str]:
    """Parameters out of range, and those that do not fit each other."""
    for nodes, models in ((network.neurons, NEURONS), (network.astrocytes, ASTROCYTES)):
        for place, one in enumerate(scenario.network.populations):
            model = model_of(one)
            if model is None or model.name not in models:
                continue
            own = nodes.population == one.name
            values = model.defaults(int(own.sum()))
            for name in one.parameters:
                given = nodes.values[name][own]
                values[name] = given
                wrong = next((text for text in map(model.columns[name].problem, given[:1000].tolist()) if text), "")
                if wrong:
                    yield f"network.populations.{place}.parameters: {name}: out of range ({wrong}."
            for text in list(model.remarks(values, scenario.schedule.step_ms).values())[:1]:
                yield f"network.populations.{place}.parameters: {text}."


def network_of(scenario: Any, seed: int) -> Network:
    """Return the network of a seed.

    Raises
    ------
    AstrosimError
        If a rule cannot connect what it is given; led by the field.
    """
    shape = (scenario.network.populations, scenario.network.connections, scenario.gap_junctions)
    return _network(Shape(shape), scenario.schedule.step_ms, seed)


class Shape:
    """Tables of a network, compared by what they hold."""

    def __init__(self, tables: tuple[Any, ...]) -> None:
        self.tables, self.text = tables, repr(tables)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and other.text == self.text


@lru_cache(KEPT)
def _network(shape: Shape, step: float, seed: int) -> Network:
    populations, wirings, junctions = shape.tables
    neurons = _nodes([one for one in populations if own_name(one.model) in NEURONS], "", seed)
    astrocytes = _nodes([one for one in populations if own_name(one.model) in ASTROCYTES], ASTROCYTE, seed)
    plain = Network(neurons, astrocytes, joined([]))
    parts = [part for place, one in enumerate(wirings) for part in _connected(one, place, plain, step, seed)]
    coupling = Coupling()
    if junctions.rule != "none":
        pairs = wiring.neighbours(junctions.neighbours, len(astrocytes), astrocytes.x, astrocytes.y, junctions.radius)
        coupling = Coupling(
            junctions.rule, pairs, junctions.strength, junctions.threshold, junctions.width, junctions.gap_step_ms
        )
    return Network(neurons, astrocytes, joined(parts), coupling)


def _nodes(populations: list[Population], prefix: str, seed: int) -> Nodes:
    """Nodes of populations, one after the other."""
    sizes = [one.size for one in populations]
    total, starts = sum(sizes), np.cumsum([0, *sizes])
    names = dict.fromkeys(name for one in populations for name in one.parameters)
    values = {name: np.full(total, np.nan) for name in names}
    x, y = np.full(total, np.nan), np.full(total, np.nan)
    for place, (one, first) in enumerate(zip(populations, starts, strict=False)):
        own = slice(int(first), int(first) + one.size)
        for number, name in enumerate(sorted(one.parameters)):
            key = stream_key(seed, "spiking_start" if not prefix else "spiking_astrocyte")
            try:
                values[name][own] = wiring.values_of(one.parameters[name], one.size, key, place * 1000 + number)
            except AstrosimError as error:
                raise AstrosimError(f"network.populations: {one.name}: {name}: {error}") from None
        if one.width > 0.0:
            key = stream_key(seed, "spiking_position")
            trial = 2 * place + (1_000_000 if prefix else 0)
            x[own] = one.width * wiring.uniforms(key, trial, one.size)
            y[own] = one.width * wiring.uniforms(key, trial + 1, one.size)
    return Nodes(
        np.array([f"{prefix}{n}" for n in range(total)], object),
        np.array([own_name(one.model) for one in populations for _ in range(one.size)], object),
        values,
        np.full(total, "", object),
        np.array([one.name for one in populations for _ in range(one.size)], object),
        x,
        y,
    )


def _connected(one: Wiring, place: int, network: Network, step: float, seed: int) -> list[Connections]:
    """Connections of one entry: the synapses, then what their astrocytes receive and send."""
    pre = np.concatenate([network.numbers[name] for name in one.pre])
    post = np.concatenate([network.numbers[name] for name in one.post])
    field, key = f"network.connections.{place}", stream_key(seed, "spiking_wiring")
    try:
        sources, targets = wiring.pairs_of(one.rule, pre, post, one.p, one.number, one.autapses, key, place)
        count, draws = len(sources), stream_key(seed, "spiking_weight")
        weight = wiring.values_of(one.weight, count, draws, 2 * place)
        delay = np.maximum(1.0, np.rint(wiring.values_of(one.delay_ms, count, draws, 2 * place + 1) / step)) * step
        made = [
            connections(
                sources,
                targets,
                weight,
                delay,
                np.full(count, SYNAPSES[own_name(one.synapse)], "i4"),
                {name: np.full(count, value) for name, value in one.parameters.items()},
            )
        ]
        return made + (_third(one, place, network, made[0], key) if one.astrocytes else [])
    except AstrosimError as error:
        raise AstrosimError(f"{field}.{error}") from None


def _third(one: Wiring, place: int, network: Network, made: Connections, key: np.ndarray) -> list[Connections]:
    """Both parts of the tripartite synapses of an entry: onto the astrocyte, and from it."""
    glia = network.numbers[one.astrocytes]
    if one.third_rule == "territory":
        x, y = (
            np.concatenate([getattr(nodes, axis) for nodes in (network.neurons, network.astrocytes)]) for axis in "xy"
        )
        ends = np.concatenate([made.pre, made.post, glia])
        if not np.isfinite(x[ends]).all():
            raise AstrosimError("third_rule: territory needs places. Write width of each population.")
        synapses, third, share = wiring.territories(made.pre, made.post, x, y, glia, one.radius)
        inward = one.weight_in * share
    else:
        targets = np.concatenate([network.numbers[name] for name in one.post])
        synapses, third = wiring.bernoulli_with_pool(
            made.post, targets, glia, one.third_p, one.pool_size, one.pool_type, key, place
        )
        inward = np.full(len(synapses), one.weight_in)
    count = len(synapses)
    own = {name: values[synapses] for name, values in made.plasticity.items()}
    return [
        connections(made.pre[synapses], third, inward, np.full(count, one.delay_in_ms), made.model[synapses], own),
        connections(third, made.post[synapses], np.full(count, one.weight_out), np.full(count, one.delay_out_ms)),
    ]
