"""The chosen neuron and astrocyte of the live view: their connections and running traces (ms, mV, pA, uM)."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.plot.palette import PALETTE
from astrosim.systems.spiking.models import NEURONS, units
from astrosim.systems.spiking.network.description import Network, Nodes
from astrosim.systems.spiking.records import MEANINGS
from astrosim.systems.spiking.simulation import Trace, model_of
from astrosim.systems.spiking.watch.trails import Trails

MEMBRANE, CURRENT, GLIA, SENT = "V_m", "I_SIC", "Ca_astro", "SIC"
MOST_LINES = 2_000  # connections of the chosen nodes that are drawn
NEURON_PANELS = (("Membrane potential", (MEMBRANE,)), ("Slow inward current", (CURRENT,)))
ASTROCYTE_PANELS = (("Calcium and IP3", (GLIA, "IP3")), ("Slow inward current sent, per weight", (SENT,)))
"""Titles, and variables with one unit each, of the traces that run."""
COLOURS = {MEMBRANE: PALETTE[0], CURRENT: PALETTE[5], GLIA: PALETTE[2], "IP3": PALETTE[1], SENT: PALETTE[5]}
SHORT = {GLIA: "calcium", "IP3": "IP3", MEMBRANE: "", CURRENT: "", SENT: ""}
"""Names of curves where a panel has several."""
LEVELS = {MEMBRANE: (("V_th", "threshold"),), GLIA: (("SIC_th", "SIC begins"),)}
"""Parameters that are drawn as levels, with their words."""


def value_of(network: Network, node: int, name: str) -> float | None:
    """Return a parameter of a node; None if its model has none of that name."""
    first = len(network.neurons)
    nodes, place = (network.neurons, node) if node < first else (network.astrocytes, node - first)
    column = model_of(network, node).columns.get(name)
    if column is None:
        return None
    given = nodes.values.get(name)
    return float(column.default if given is None or np.isnan(given[place]) else given[place])


def _middle(nodes: Nodes, having: np.ndarray) -> int | None:
    """The middle one of the first population of which some have what is asked for; None where there are no nodes."""
    if not len(nodes):
        return None
    own = np.flatnonzero(having) if having.any() else np.arange(len(nodes))
    if len(nodes.population):
        own = own[nodes.population[own] == nodes.population[own[0]]]
    return int(own[len(own) // 2])


class Chosen:
    """The neuron and the astrocyte that were chosen: at first one in the middle of a population.

    Parameters
    ----------
    network : Network

    Attributes
    ----------
    node : dict of str to int or None
        Numbers, by "neuron" and "astrocyte".
    moving : dict of int to list of str
        By chosen node, its variables: without slow inward currents that none of its connections brings or takes.
    connections : Connections
        Of the chosen nodes.
    """

    def __init__(self, network: Network) -> None:
        self.network, neurons = network, len(network.neurons)
        having = [MEMBRANE in NEURONS[model].recordable for model in network.neurons.model]
        glia = _middle(network.astrocytes, np.ones(len(network.astrocytes), bool))
        self.node: dict[str, int | None] = {
            "neuron": _middle(network.neurons, np.array(having, bool)),
            "astrocyte": None if glia is None else neurons + glia,
        }
        self._follow()

    def select(self, node: int) -> None:
        """Choose a neuron or an astrocyte."""
        if 0 <= node < len(self.network.labels):
            self.node["neuron" if node < len(self.network.neurons) else "astrocyte"] = node
            self._follow()

    def _follow(self) -> None:
        """Find what belongs to the chosen nodes."""
        own, first = self.network.connections, len(self.network.neurons)
        nodes = [node for node in self.node.values() if node is not None]
        touched = np.flatnonzero(np.isin(own.pre, nodes) | np.isin(own.post, nodes))
        pre, post = own.pre[touched], own.post[touched]
        self.moving = {}
        for node in nodes:
            still = set() if ((pre >= first) & (post == node)).any() else {CURRENT}
            still |= set() if (pre == node).any() else {SENT}
            self.moving[node] = [name for name in model_of(self.network, node).recordable if name not in still]
        self.connections = own.chosen(touched[:MOST_LINES])

    def traces(self, every: int, mapped: tuple[int, ...]) -> list[Trace]:
        """Return what is to be recorded every few steps, calcium of the `mapped` nodes in one piece."""
        traces = [
            Trace(name, (node,), every)
            for node, names in self.moving.items()
            for name in names
            if not (name == GLIA and node in mapped)
        ]
        return [*traces, Trace(GLIA, mapped, every)] if mapped else traces

    def panels(self, trails: Trails, now: float) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
        """Return what runs up to a time (ms): a dictionary for each panel, and its arrays by name.

        Returns
        -------
        panels : list of dict
            title, unit, meaning; lines: name of an array, colour, name; levels: value, name; marks: name of an array or
            "".
        arrays : dict of str to ndarray of float32
            time_NAME (ms from now) and trace_NAME, shape (sample,); marks: spikes of the neuron, shape (spike,).
        """
        panels, arrays = [], {}
        for kind, wanted in (("neuron", NEURON_PANELS), ("astrocyte", ASTROCYTE_PANELS)):
            node = self.node[kind]
            if node is None:
                continue
            for title, variables in wanted:
                has = [name for name in variables if name in self.moving[node]]
                if has:
                    panels.append(self._panel(node, f"{title}, {kind} {self.network.labels[node]}", has))
                for name in has:
                    time, value = trails.curve(name, node, now)
                    arrays[f"time_{name}"] = (time - now).astype(np.float32)
                    arrays[f"trace_{name}"] = value.astype(np.float32)
        return panels, arrays

    def _panel(self, node: int, title: str, names: list[str]) -> dict[str, Any]:
        levels = [
            [value, text]
            for name in names
            for parameter, text in LEVELS.get(name, ())
            if (value := value_of(self.network, node, parameter)) is not None
        ]
        return {
            "title": title,
            "unit": units()[names[0]],
            "meaning": "; ".join(f"{name}: {MEANINGS[name]} ({units()[name]})" for name in names),
            "lines": [{"array": name, "colour": COLOURS[name], "name": SHORT[name]} for name in names],
            "levels": levels,
            "marks": "marks" if MEMBRANE in names else "",
        }
