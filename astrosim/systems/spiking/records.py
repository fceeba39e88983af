"""Variables that a simulation of a spiking network stores."""

from __future__ import annotations

from astrosim.scenario.interventions import ACTIONS
from astrosim.store.variables import NAN, Variable
from astrosim.systems.spiking.models import units

MEANINGS = {
    "V_m": "membrane potential",
    "I_syn_ex": "excitatory synaptic current",
    "I_syn_in": "inhibitory synaptic current",
    "I_SIC": "slow inward current",
    "w": "adaptation current",
    "g_ex": "excitatory conductance",
    "g_in": "inhibitory conductance",
    "Ca_astro": "cytosolic calcium",
    "IP3": "inositol 1,4,5-trisphosphate",
    "h_IP3R": "share of IP3 receptors that are not inhibited",
    "SIC": "slow inward current per unit of weight",
}
SPIKES = (
    Variable("spike_count", (), "i8", -1, "spikes", "spikes of all neurons"),
    Variable("spike_node", ("spike",), "i4", -1, "1", "neuron that fired, by its place in the file"),
    Variable("spike_step", ("spike",), "i8", -1, "steps", "step of the grid at whose end it fired"),
)


EVENTS = (
    Variable("event_step", ("event",), "i8", -1, "steps", "step, from 0, before which an intervention acted"),
    Variable("event_action", ("event",), "i1", -1, "1", "what it did: place among the actions of the scenario files"),
    Variable("event_intervention", ("event",), "i4", -1, "1", "which one of the condition's interventions, from 0"),
)
"""Beside the others where interventions are planned."""


def time_of(variable: str) -> str:
    """Return the dimension of a trace's samples."""
    return f"{variable}_time"


def node_of(variable: str) -> str:
    """Return the dimension of a trace's nodes."""
    return f"{variable}_node"


FLAGS = {"event_action": dict(enumerate(ACTIONS))}
"""Words by code."""
TRACES = {
    name: Variable(name, (time_of(name), node_of(name)), "f8", NAN, unit, MEANINGS.get(name, name))
    for name, unit in units().items()
}
"""Variables over time, by name; the coordinate of the samples is their time in ms."""
VARIABLES = (*SPIKES, *EVENTS, *TRACES.values())
TABLES: dict[tuple[str, ...], str] = {("spike",): "spikes", ("event",): "interventions", (): "replicates"} | {
    variable.dims: f"trace_{name}" for name, variable in TRACES.items()
}
"""Names of the tables of an export, by the dimensions of their rows."""
