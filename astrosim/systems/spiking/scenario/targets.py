"""Whom interventions are done to: their nodes and gap junctions in a network, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

import numpy as np

from astrosim.scenario.section import short
from astrosim.systems.spiking.kernel.model import Model
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS
from astrosim.systems.spiking.network.build import parameters
from astrosim.systems.spiking.network.description import Network, Nodes
from astrosim.systems.spiking.scenario.interventions import Intervention


def named(item: Intervention, network: Network) -> np.ndarray:
    """Return the nodes that an intervention names, all if it names none: int64, shape (node,), ascending."""
    if item.which is None:
        return np.arange(len(network.neurons) + len(network.astrocytes))
    return np.unique(np.concatenate([network.numbers[item.label_of(one)] for one in item.which]))


def candidates(item: Intervention, network: Network) -> np.ndarray:
    """Return whom an intervention may be done to, int64, shape (candidate,), ascending.

    Numbers of neurons, of astrocytes (from 0), of gap junctions (those with a named astrocyte at either end), or, of
    `set`, of all nodes that have the parameter.
    """
    first, nodes = len(network.neurons), named(item, network)
    if item.what == "neurons":
        return nodes[nodes < first]
    if item.what == "astrocytes":
        return nodes[nodes >= first] - first
    if item.what == "gap_junctions":
        return np.flatnonzero(np.isin(network.coupling.pairs, nodes - first).any(axis=1))
    having = [members for model, members in models_of(network) if _changes(model, str(item.parameter))]
    return nodes[np.isin(nodes, np.concatenate([np.zeros(0, "i8"), *having]))]


def models_of(network: Network) -> Iterator[tuple[Model, np.ndarray]]:
    """Return each model of a network with its node numbers: int64, shape (node,), ascending."""
    for first, nodes, models in parts_of(network):
        for model in models.values():
            members = np.flatnonzero(nodes.model == model.name)
            if len(members):
                yield model, first + members


def parts_of(network: Network) -> tuple[tuple[int, Nodes, dict[str, Model]], ...]:
    """Return neurons and astrocytes: number of the first, the nodes, and models by name."""
    return (0, network.neurons, NEURONS), (len(network.neurons), network.astrocytes, ASTROCYTES)


def values_of(network: Network) -> dict[str, dict[str, np.ndarray]]:
    """Return parameters and initial values by model: float64, shape (node of the model,) each."""
    return {
        model.name: parameters(nodes, model, np.flatnonzero(nodes.model == model.name))
        for _, nodes, models in parts_of(network)
        for model in models.values()
    }


def _changes(model: Model, parameter: str) -> bool:
    """Whether a parameter of a model can change in a run."""
    return any(one.name == parameter for one in model.parameters) and parameter not in model.fixed


def problems(items: Sequence[Intervention], network: Network, step: float) -> Iterator[str]:
    """Return what is wrong with the nodes and parameters of interventions, led by the field; `step`: ms."""
    sound = []
    for place, item in enumerate(items):
        found = [*_node_problems(item, network)]
        found += [] if found or item.action != "set" or item.dotted else _parameter_problems(item, network)
        yield from (f"interventions.{place}.{text}" for text in found)
        if item.action == "set" and not item.dotted and not found:
            sound.append((place, item))
    yield from _remarks(sound, network, step)


def _node_problems(item: Intervention, network: Network) -> Iterator[str]:
    first, whom = len(network.neurons), "astrocyte" if item.what in ("astrocytes", "gap_junctions") else "neuron"
    for one in item.which or ():
        nodes = network.numbers.get(item.label_of(one))
        if nodes is None:
            end = len(network.astrocytes) if whom == "astrocyte" else first
            other = "" if item.what else ", 'a:NUMBER' of an astrocyte"
            right = f"Write numbers from 0 to {end - 1}{other}, names or populations." if end else f"It has no {whom}s."
            yield f"which: no such {whom if item.what else 'node'} ({one!r}). {right}"
        elif item.what and not ((nodes >= first) if whom == "astrocyte" else (nodes < first)).all():
            yield f"which: no {whom} ({one!r}). Write {whom}s for {item.action}."


def _parameter_problems(item: Intervention, network: Network) -> Iterator[str]:
    name, nodes = str(item.parameter), named(item, network)
    models = [model for model, members in models_of(network) if np.isin(nodes, members).any()]
    having = [model for model in models if _changes(model, name)]
    if not having:
        own = [model for model in models if name in model.columns]
        known = sorted({one.name for model in models for one in model.parameters if one.name not in model.fixed})
        guess = "".join(difflib.get_close_matches(name, known, n=1))
        why = "the state is kept relative to it" if own and name in own[0].fixed else "it is an initial value"
        what = f"not to be changed in a run: {why}" if own else "none of its nodes has it"
        right = f"Did you mean {guess}?" if guess and not own else f"Write one of {', '.join(known)}."
        yield f"parameter: {what} ({short(name)}). {right}"
        return
    value = float(item.value or 0.0)
    text = next((text for model in having if (text := model.columns[name].problem(value))), "")
    if text:
        wrong, _, right = text.partition(". ")
        yield f"value: not for {name} ({wrong}). {right}."


def _remarks(sets: Sequence[tuple[int, Intervention]], network: Network, step: float) -> Iterator[str]:
    """Parameters that do not fit each other once they are set, in order of time; a part is taken for all."""
    values, members = values_of(network), {model.name: (model, own) for model, own in models_of(network)}
    for place, item in sorted(sets, key=lambda one: one[1].at_ms or 0.0):
        chosen = candidates(item, network)
        for name, (model, own) in members.items():
            if not _changes(model, str(item.parameter)):
                continue
            which = np.isin(own, chosen)
            values[name][str(item.parameter)][which] = float(item.value or 0.0)
            for text in list(model.remarks({key: one[which] for key, one in values[name].items()}, step).values())[:1]:
                yield f"interventions.{place}.value: {text}."
