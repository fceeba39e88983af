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
from astrosim.systems.spiking.network import draws, populations
from astrosim.systems.spiking.network.description import Network
from astrosim.systems.spiking.network.files import read_trains
from astrosim.systems.spiking.network.populations import Populations
from astrosim.systems.spiking.scenario import contents
from astrosim.systems.spiking.scenario.plain import whole
from astrosim.systems.spiking.scenario.sections import Population, Wiring

DEFAULT_SEED = 0  # of the network that is checked; assumed: others differ in their draws alone
KEPT = 4
ONE_NEURON = (Population(name="neuron"),)
"""Network of a scenario that describes none."""


def populations_of(scenario: Any) -> tuple[Population, ...]:
    """Return the populations of a network that no files describe."""
    return scenario.network.populations or ONE_NEURON


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
    yield from read_trains(scenario.input.spikes, network, scenario.schedule.step_ms)[1]


def _population_problems(scenario: Any) -> Iterator[str]:
    seen: set[str] = set()
    for place, one in enumerate(populations_of(scenario)):
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
    known = {one.name: model_of(one) for one in populations_of(scenario)}
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
            if one.astrocytes and not whole(value, step):
                yield f"{field}.{name}: not on the grid ({value:g}). Write a multiple of schedule.step_ms = {step:g}."
        if isinstance(one.delay_ms, int | float) and not whole(float(one.delay_ms), step):
            right = f"Write a multiple of schedule.step_ms = {step:g}."
            yield f"{field}.delay_ms: not on the grid ({one.delay_ms:g}). {right}"


def _range_problems(scenario: Any, network: Network) -> Iterator[str]:
    """Parameters out of range, and those that do not fit each other."""
    for nodes, models in ((network.neurons, NEURONS), (network.astrocytes, ASTROCYTES)):
        for place, one in enumerate(populations_of(scenario)):
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
                    value, _, right = wrong.partition(". ")
                    yield f"network.populations.{place}.parameters: {name}: out of range ({value}). {right}."
            for text in list(model.remarks(values, scenario.schedule.step_ms).values())[:1]:
                yield f"network.populations.{place}.parameters: {text}."


def network_of(scenario: Any, seed: int) -> Network:
    """Return the network of a seed.

    Raises
    ------
    AstrosimError
        If a rule cannot connect what it is given; led by the field.
    """
    shape = (populations_of(scenario), scenario.network.connections, scenario.gap_junctions)
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
    key = stream_key(seed, "spiking_position")
    neurons, astrocytes = (
        [_made(one, place, key) for place, one in enumerate(populations) if own_name(one.model) in models]
        for models in (NEURONS, ASTROCYTES)
    )
    try:
        made = Populations(neurons, astrocytes, seed)
    except AstrosimError as error:
        raise AstrosimError(f"network.populations: {error}") from None
    for place, one in enumerate(wirings):
        try:
            _connect(made, one, step)
        except AstrosimError as error:
            raise AstrosimError(f"network.connections.{place}.rule: {str(error).removeprefix('rule: ')}") from None
    if junctions.rule != "none":
        own = {name: getattr(junctions, name) for name in ("strength", "threshold", "width")}
        made.couple(junctions.rule, junctions.neighbours, junctions.radius, every_ms=junctions.gap_step_ms, **own)
    return made.network()


def _made(one: Population, place: int, key: np.ndarray) -> populations.Population:
    """A population with its places, if it has any."""
    x, y = (
        (one.width * draws.uniforms(key, 2 * place + axis, one.size) for axis in (0, 1)) if one.width else (None, None)
    )
    return populations.Population(one.name, one.model, one.size, one.parameters, x, y)


def _connect(made: Populations, one: Wiring, step: float) -> None:
    """Add the connections of an entry: the synapses, then what their astrocytes receive and send."""
    joined = made.connect(
        one.pre,
        one.post,
        one.rule,
        p=one.p,
        number=one.number,
        autapses=one.autapses,
        weight=one.weight,
        delay=one.delay_ms,
        synapse=one.synapse,
        **one.parameters,
    )
    joined.delay[:] = np.maximum(1.0, np.rint(joined.delay / step)) * step
    ways: dict[str, Any] = {"weight_in": one.weight_in, "weight_out": one.weight_out}
    ways |= {"delay_in": one.delay_in_ms, "delay_out": one.delay_out_ms}
    if not one.astrocytes:
        return
    if one.third_rule == "territory":
        made.third_by_territory(joined, one.astrocytes, one.radius, **ways)
    else:
        pools: dict[str, Any] = {"p": one.third_p, "pool_size": one.pool_size, "pool_type": one.pool_type}
        made.third_by_pool(joined, one.post, one.astrocytes, **pools, **ways)
