"""Variables that learning over spiking windows stores."""

from __future__ import annotations

from astrosim.scenario.interventions import ACTIONS
from astrosim.store.variables import NAN, NOBODY, Variable

RECORDED = (
    Variable("right_bits", ("record",), "i4", -1, "bits", "bits that are read as their targets, of all patterns"),
    Variable("reward", ("record",), "f8", NAN, "1", "mean reward of all patterns, as it stands"),
    Variable("calcium", ("record", "astrocyte"), "f8", NAN, "uM", "cytosolic calcium"),
    Variable("ip3", ("record", "astrocyte"), "f8", NAN, "uM", "inositol 1,4,5-trisphosphate"),
    Variable("h", ("record", "astrocyte"), "f8", NAN, "1", "share of IP3 receptors that are not inhibited"),
    Variable("threshold", ("record", "astrocyte"), "f8", NAN, "uM", "activation threshold of calcium"),
    Variable("activations", ("record", "astrocyte"), "i8", -1, "trials", "trials in which it was active so far"),
    Variable("successes", ("record", "astrocyte"), "i8", -1, "trials", "of these, those that were kept"),
    Variable("events", ("record", "astrocyte"), "i8", -1, "1", "upward crossings of the threshold so far"),
)
LOGGED = (
    Variable("shown_pattern", ("trial",), "i2", -1, "1", "first pattern of a trial"),
    Variable("decision", ("trial",), "i1", -2, "1", "1 kept, 0 reverted, -1 idle"),
    Variable("active", ("trial", "slot"), "i4", NOBODY, "1", "active astrocytes in score order, then -1"),
    Variable("explored", ("trial", "slot"), "i1", -1, "1", "whether they explored"),
    Variable("trial_reward", ("trial",), "f8", NAN, "1", "mean reward of a trial's patterns that stands after it"),
)
ENDING = (
    Variable("weight", ("synapse",), "f4", NAN, "1", "weights at the end"),
    Variable("pre", ("synapse",), "i4", -1, "1", "presynaptic neuron"),
    Variable("post", ("synapse",), "i4", -1, "1", "postsynaptic neuron"),
    Variable("readout", ("pattern", "bit"), "f8", NAN, "pA", "mean synaptic current of the outputs at the end"),
    Variable("spike_count", (), "i8", -1, "spikes", "spikes of all windows at the end"),
    Variable("spike_pattern", ("spike",), "i4", -1, "1", "pattern in whose window a neuron fired, at the end"),
    Variable("spike_node", ("spike",), "i4", -1, "1", "neuron that fired"),
    Variable("spike_step", ("spike",), "i4", -1, "steps", "step of the window at whose end it fired"),
)
EVENTS = (
    Variable("event_trial", ("event",), "i8", -1, "trial", "trial, from 0, before which an intervention acted"),
    Variable("event_action", ("event",), "i1", -1, "1", "what it did: place among the actions of the scenario files"),
    Variable("event_intervention", ("event",), "i4", -1, "1", "which one of the condition's interventions, from 0"),
)
"""Beside the others where interventions are planned."""
FLAGS = {"event_action": dict(enumerate(ACTIONS))}
"""Words by code."""
VARIABLES = (*RECORDED, *LOGGED, *ENDING, *EVENTS)
TABLES: dict[tuple[str, ...], str] = {
    ("record",): "records",
    ("record", "astrocyte"): "astrocytes",
    ("trial",): "trials",
    ("synapse",): "synapses",
    ("pattern",): "readouts",
    ("spike",): "window_spikes",
    ("event",): "interventions",
    (): "replicates",
}
"""Names of the tables of an export, by the dimensions of their rows."""
