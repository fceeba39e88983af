"""Checks of a spiking network's files, populations, inputs and records, against each other (ms)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from astrosim.scenario.inputs import InputFile, Located
from astrosim.systems.spiking.kernel.model import Model
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS
from astrosim.systems.spiking.network.description import Network, Trains
from astrosim.systems.spiking.network.files import idle_astrocytes, read_network, read_trains
from astrosim.systems.spiking.scenario import targets
from astrosim.systems.spiking.scenario.plain import FILES

KEPT = 4  # networks kept; assumed: those of a scenario's conditions
MOST_NAMED = 5


@lru_cache(KEPT)
def files_network(files: tuple[InputFile | None, ...], step: float) -> tuple[Network, tuple[Located, ...]]:
    """Return the network of four files, and what is wrong with them."""
    network, problems = read_network(dict(zip(FILES, files, strict=True)), step)
    return network, tuple(problems)


def names_of(scenario: Any) -> tuple[InputFile | None, ...]:
    """Return the files of the network."""
    return tuple(getattr(scenario.network, name) for name in FILES)


def file_problems(scenario: Any) -> list[str | Located]:
    """Return what is wrong with the files, and with nodes that records and inputs name."""
    files, step = names_of(scenario), scenario.schedule.step_ms
    network, problems = files_network(files, step)
    trains, found = read_trains(scenario.input.spikes, network, step)
    return [*problems, *found, *_idle_problems(network, trains), *node_problems(scenario, network)]


def _idle_problems(network: Network, trains: Trains) -> Iterator[str]:
    """Astrocytes without connection beside others that have one: most likely a mistake."""
    first = len(network.neurons)
    idle = idle_astrocytes(network)
    given = {str(network.labels[node]) for node in np.unique(trains.target) if node >= first}
    idle = [label for label in idle if label not in given]
    if idle and len(idle) < len(network.astrocytes):
        more = f" and {len(idle) - MOST_NAMED} more" if len(idle) > MOST_NAMED else ""
        yield (
            f"network.astrocytes: without synapses ({', '.join(idle[:MOST_NAMED])}{more}). "
            "Connect each astrocyte, or leave it out."
        )


def node_problems(scenario: Any, network: Network) -> Iterator[str]:
    """Return what is wrong with nodes that records and inputs name."""
    numbers = network.numbers
    for place, trace in enumerate(scenario.record.traces):
        field = f"record.traces.{place}"
        for label in trace.nodes:
            if label not in numbers:
                yield f"{field}.nodes: no such node ({label!r}). Write a number or a name of a neuron, or 'a:NUMBER'."
        models = [_model(network, int(numbers[label][0])) for label in trace.nodes if label in numbers]
        known = {model.name: model for model in models if model is not None}
        if known and not any(trace.variable in model.recordable for model in known.values()):
            has = "; ".join(f"{name} has {', '.join(model.recordable) or 'none'}" for name, model in known.items())
            yield f"{field}.variable: none of its nodes has it ({trace.variable}). {has}."
    for section in ("poisson", "currents"):
        for place, entry in enumerate(getattr(scenario.input, section)):
            for label in entry.target:
                if label not in numbers:
                    yield f"input.{section}.{place}.target: no such node ({label!r}). Name nodes or populations."
    yield from targets.problems(scenario.interventions, network, scenario.schedule.step_ms)


def _model(network: Network, node: int) -> Model | None:
    first = len(network.neurons)
    if node < first:
        return NEURONS.get(str(network.neurons.model[node]))
    return ASTROCYTES.get(str(network.astrocytes.model[node - first]))
