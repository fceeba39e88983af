"""Checks of a spiking network's files, populations, inputs and records, against each other (ms)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from astrosim.scenario.inputs import InputFile, Located
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS
from astrosim.systems.spiking.network.description import Network, Trains
from astrosim.systems.spiking.network.files import ON_GRID, idle_astrocytes, read_network, read_trains

KEPT = 4  # networks kept; assumed: those of a scenario's conditions
MOST_NAMED = 5
FILES = ("neurons", "astrocytes", "synapses", "tripartite")


def whole(time: float, step: float) -> bool:
    """Return whether a time is a whole number of steps."""
    return abs(time / step - round(time / step)) <= ON_GRID * max(1.0, time / step * ON_GRID)


def plain_problems(scenario: Any) -> Iterator[str]:
    """Return what is wrong with numbers that are written in the scenario itself."""
    schedule, step = scenario.schedule, scenario.schedule.step_ms
    if not whole(schedule.duration_ms, step):
        given = f"({schedule.duration_ms:g})"
        yield f"schedule.duration_ms: not a multiple of schedule.step_ms = {step:g} {given}. Write one."
    seen: set[str] = set()
    for place, trace in enumerate(scenario.record.traces):
        field = f"record.traces.{place}"
        if not whole(trace.every_ms, step) or trace.every_ms < step * (1 - ON_GRID):
            yield f"{field}.every_ms: not a multiple of schedule.step_ms = {step:g} ({trace.every_ms:g}). Write one."
        if trace.variable in seen:
            yield f"{field}.variable: listed twice ({trace.variable}). Name all its nodes in one entry."
        seen.add(trace.variable)
    for place, train in enumerate(scenario.input.poisson):
        if not whole(train.delay_ms, step):
            yield f"input.poisson.{place}.delay_ms: not on the grid ({train.delay_ms:g}). Write a multiple of {step:g}."
    for place, change in enumerate(scenario.input.currents):
        if not whole(change.time_ms, step):
            yield f"input.currents.{place}.time_ms: not on the grid ({change.time_ms:g}). Write a multiple of {step:g}."
    if scenario.gap_junctions.rule != "none" and not whole(scenario.gap_junctions.gap_step_ms, step):
        yield (
            f"gap_junctions.gap_step_ms: not on the grid ({scenario.gap_junctions.gap_step_ms:g}). "
            f"Write a multiple of {step:g}."
        )
    if scenario.network.populations and named_files(scenario):
        yield "network.populations: beside files. Write the network in one way."


def named_files(scenario: Any) -> bool:
    """Return whether files describe the network."""
    return any(getattr(scenario.network, name) is not None for name in FILES)


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


def _model(network: Network, node: int) -> Any:
    first = len(network.neurons)
    if node < first:
        return NEURONS.get(str(network.neurons.model[node]))
    return ASTROCYTES.get(str(network.astrocytes.model[node - first]))
