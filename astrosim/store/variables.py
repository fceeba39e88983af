"""What a run writes down: the variables of the trajectory store, with dimensions, types, units and long names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KEPT, REVERTED, IDLE = 1, 0, -1  # values of `decision`; IDLE: nothing was eligible, or nobody learns
NOBODY = -1  # value of `active` in an unused slot
NEURON_KINDS = ("input", "output", "modulatory", "regular", "tonic")  # values of `neuron_kind`
NO_CLUSTER = -1  # value of `neuron_cluster` of tonic neurons


@dataclass(frozen=True)
class Variable:
    """One array of the store; leading dimensions (condition, seed) are added by it."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    fill: float | int
    unit: str
    long_name: str


NAN = float("nan")

EPISODE_VARIABLES = (
    Variable(
        "mean_binary_reward", ("episode",), "f8", NAN, "1", "mean fraction of matching bits over the episode's trials"
    ),
    Variable(
        "mean_soft_reward",
        ("episode",),
        "f8",
        NAN,
        "1",
        "mean sigmoid reward of the standing pass over the episode's trials",
    ),
    Variable("accept_rate", ("episode",), "f8", NAN, "1", "kept / (kept + reverted) over the episode's trials"),
    Variable(
        "eligible_synapses",
        ("episode",),
        "f8",
        NAN,
        "synapses",
        "mean number of eligible synapses a trial of the episode",
    ),
    Variable("mean_abs_weight", ("episode",), "f8", NAN, "1", "mean |weight| over all synapses after the episode"),
    Variable("distinct_outputs", ("episode",), "i4", -1, "vectors", "distinct output vectors of the frozen probe"),
    Variable(
        "pattern_accuracy", ("episode", "pattern"), "f8", NAN, "1", "fraction of matching bits of the frozen probe"
    ),
    Variable("output", ("episode", "pattern", "bit"), "i1", -1, "1", "output vector of the frozen probe"),
    Variable("score", ("episode", "astrocyte"), "f8", NAN, "1", "activation score in the episode's last trial"),
    Variable("threshold", ("episode", "astrocyte"), "f8", NAN, "1", "activation threshold after the episode"),
    Variable("exploration_rate", ("episode", "astrocyte"), "f8", NAN, "1/trial", "exploration rate after the episode"),
    Variable("activations", ("episode", "astrocyte"), "i8", -1, "trials", "activations so far"),
    Variable(
        "successes", ("episode", "astrocyte"), "i8", -1, "trials", "activations whose perturbation was kept, so far"
    ),
    Variable("explorations", ("episode", "astrocyte"), "i8", -1, "trials", "activations by exploration, so far"),
    Variable(
        "activations_by_pattern",
        ("episode", "astrocyte", "pattern"),
        "i8",
        -1,
        "trials",
        "activations by pattern, so far",
    ),
)

TRIAL_VARIABLES = (
    Variable("trial_pattern", ("trial",), "u2", 65_535, "pattern", "pattern of the trial"),
    Variable(
        "decision", ("trial",), "i1", -2, "1", "1 kept, 0 reverted, -1 nothing eligible or nobody learns, -2 not run"
    ),
    Variable(
        "active",
        ("trial", "slot"),
        "i4",
        -2,
        "astrocyte",
        "active astrocytes in score order; -1: empty slot, -2: not run",
    ),
)

COUPLING_VARIABLES = (
    Variable("calcium", ("episode", "astrocyte"), "f8", NAN, "1", "calcium in the episode's last trial"),
    Variable(
        "recruitments",
        ("episode", "astrocyte"),
        "i8",
        -1,
        "trials",
        "activations by a score that calcium alone brought above threshold, so far",
    ),
)

DEEP_VARIABLES = (
    Variable(
        "solved_trial", ("episode",), "i8", -1, "trials", "trials after which every bit was right for the first time"
    ),
    Variable(
        "solved_passes", ("episode",), "i8", -1, "passes", "passes after which every bit was right for the first time"
    ),
    Variable("passes", ("episode",), "i8", -1, "passes", "passes of one pattern through the network, so far"),
)
"""Beside the others where passes are counted (`Scenario.counts_passes`)."""

SIGMA_VARIABLES = (Variable("sigma", ("episode", "astrocyte"), "f8", NAN, "1", "sigma after the episode"),)

NEURON_VARIABLES = (
    Variable("training_accuracy", ("episode",), "f8", NAN, "1", "fraction of right bits over the last 100 trials"),
    Variable("training_outputs", ("episode",), "i4", -1, "vectors", "distinct output vectors of the last 100 trials"),
    Variable("mean_threshold", ("episode",), "f8", NAN, "1", "mean threshold of the neurons that are not driven"),
    Variable("flags_up", ("episode",), "f8", NAN, "1", "share of synapses whose flag is up"),
    Variable("flags_up_outputs", ("episode",), "f8", NAN, "1", "the same of the synapses onto the task's outputs"),
    Variable("flipped_synapses", ("episode",), "i4", -1, "synapses", "synapses that frustration has ever turned round"),
    Variable("neuron_threshold", ("episode", "neuron"), "f8", NAN, "1", "threshold of each neuron after the episode"),
    Variable("neuron_rate", ("episode", "neuron"), "f8", NAN, "1", "share of the trials so far in which it fired"),
)
"""Beside the others where neurons learn by themselves."""

GAP_VARIABLES = (
    Variable("gap_junction_from", ("gap_junction",), "i4", -1, "astrocyte", "astrocyte at one end, the lower number"),
    Variable("gap_junction_to", ("gap_junction",), "i4", -1, "astrocyte", "astrocyte at the other end"),
    Variable("gap_junction_delay", ("gap_junction",), "i8", -1, "trials", "how long a wave takes"),
)

WEIGHT_VARIABLES = (
    Variable("weight", ("weight_episode", "synapse"), "f8", NAN, "1", "synaptic weight after the episode"),
)

EVENT_VARIABLES = (
    Variable("event_trial", ("event",), "i8", -1, "trial", "trial, from 0, before which an intervention acted"),
    Variable("event_action", ("event",), "i1", -1, "1", "what it did: place among the actions of the scenario files"),
    Variable("event_intervention", ("event",), "i4", -1, "1", "which one of the condition's interventions, from 0"),
)

STATIC_VARIABLES = (
    Variable("neuron_x", ("neuron",), "f8", NAN, "units", "position, x"),
    Variable("neuron_y", ("neuron",), "f8", NAN, "units", "position, y"),
    Variable("neuron_z", ("neuron",), "f8", NAN, "units", "position, z (where there is one)"),
    Variable("neuron_kind", ("neuron",), "i1", -1, "1", "0 input, 1 output, 2 modulatory, 3 regular, 4 tonic"),
    Variable("neuron_cluster", ("neuron",), "i4", -1, "1", "cluster of the neuron; -1: tonic, of none"),
    Variable("pre", ("synapse",), "i4", -1, "neuron", "presynaptic neuron"),
    Variable("post", ("synapse",), "i4", -1, "neuron", "postsynaptic neuron"),
    Variable("astrocyte_x", ("astrocyte",), "f8", NAN, "units", "position, x"),
    Variable("astrocyte_y", ("astrocyte",), "f8", NAN, "units", "position, y"),
    Variable("astrocyte_cluster", ("astrocyte",), "i4", -1, "1", "cluster of the astrocyte"),
    Variable("territory_neurons", ("astrocyte",), "i4", -1, "neurons", "neurons in the territory"),
    Variable("territory_synapses", ("astrocyte",), "i4", -1, "synapses", "synapses in the territory"),
)

WAVE_VARIABLES = (
    Variable("train_loss", ("epoch",), "f8", NAN, "1", "mean loss over the epoch's training batches"),
    Variable("test_loss", ("epoch",), "f8", NAN, "1", "mean loss over the test set after the epoch"),
    Variable("test_accuracy", ("epoch",), "f8", NAN, "1", "fraction of the test set classified right after the epoch"),
    Variable("validation_accuracy", ("epoch",), "f8", NAN, "1", "fraction of the validation set right after the epoch"),
    Variable(
        "predicted_share",
        ("epoch", "class"),
        "f8",
        NAN,
        "1",
        "share of the test set given to each class after it",
    ),
    Variable("accept_rate", ("epoch",), "f8", NAN, "1", "kept / (kept + reverted) over the epoch's perturbations"),
    Variable("weight", ("parameter",), "f4", NAN, "1", "weights and biases after the last epoch, step by step"),
)
"""What scenarios with kind = "wave" record; all others belong to kind = "astrocyte"."""

FIELD_VARIABLES = (
    Variable("batch_images", ("record",), "i8", -1, "images", "images of the batch before the record"),
    Variable("sample_evaluations", ("record",), "i8", -1, "images", "images put through a changed network, so far"),
    Variable("synapse_evaluations", ("record",), "i8", -1, "synapses", "images x synapses computed anew, so far"),
    Variable("accept_rate", ("record",), "f8", NAN, "1", "kept / tried over the trials since the last record"),
    Variable("mean_sigma", ("record",), "f8", NAN, "1", "mean sigma of the astrocytes"),
    Variable("train_reward", ("record",), "f8", NAN, "1", "mean reward on the batch before the record, at its end"),
    Variable("validation_reward", ("record",), "f8", NAN, "1", "mean reward on the validation images"),
    Variable("validation_accuracy", ("record",), "f8", NAN, "1", "fraction of the validation images that is right"),
    Variable("test_reward", ("record",), "f8", NAN, "1", "mean reward on the test images"),
    Variable("test_accuracy", ("record",), "f8", NAN, "1", "fraction of the test images that is right"),
    Variable("confusion", ("class", "answer"), "i8", -1, "images", "test images by class and answer, at the end"),
    Variable("territory_x", ("astrocyte",), "f8", NAN, "pixels", "position, column"),
    Variable("territory_y", ("astrocyte",), "f8", NAN, "pixels", "position, row"),
    Variable("astrocyte_tried", ("astrocyte",), "i8", -1, "trials", "proposals of the astrocyte"),
    Variable("astrocyte_kept", ("astrocyte",), "i8", -1, "trials", "proposals that were kept"),
    Variable("astrocyte_sigma", ("astrocyte",), "f8", NAN, "1", "sigma at the end"),
    Variable(
        "final_weight", ("parameter",), "f4", NAN, "1", "incoming, biases, outgoing, output biases; that are judged"
    ),
)
"""What scenarios with kind = "fields" record."""

LONG_NAMES = {
    "condition": "condition of the scenario",
    "seed": "seed of every random stream of the cell",
    "episode": "recorded episode, from 0",
    "weight_episode": "episode, from 0, after which weights were kept",
    "neuron": "neuron number",
    "synapse": "synapse number",
    "astrocyte": "astrocyte number",
    "pattern": "pattern number, from 0",
    "bit": "output bit, from 0",
    "epoch": "epoch, from 1",
    "class": "class of the data set, from 0",
    "parameter": "weight or bias number, from 0",
    "record": "trials done at a record",
    "answer": "class that the network names, from 0",
}
"""Meaning of the dimensions that carry a coordinate."""


@dataclass
class Decisions:
    """Log of a stretch of trials.

    Attributes
    ----------
    pattern : ndarray of uint16, shape (trial,)
    decision : ndarray of int8, shape (trial,)
        KEPT, REVERTED or IDLE.
    active : ndarray of int32, shape (trial, slot)
        Active astrocytes in score order, then NOBODY.
    """

    pattern: np.ndarray
    decision: np.ndarray
    active: np.ndarray
