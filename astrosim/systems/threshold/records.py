"""Variables that a run of threshold networks stores, and the tables that an export makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from astrosim.store.coded import Coded
from astrosim.store.variables import IDLE, KEPT, NAN, REVERTED, Variable
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import wanted

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
        "mean number of eligible synapses per trial of the episode",
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

DECISIONS = ((KEPT, "kept"), (REVERTED, "reverted"), (IDLE, "nothing_decided"))
"""Codes of `decision`, in words."""
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

RECORDED = "recorded_trial"  # dimension: trials of which firing is kept
REWARD_VARIABLES = (
    Variable(
        "reward_before",
        ("trial",),
        "f8",
        NAN,
        "1",
        "reward of the current weights on the trial's patterns; of neurons that learn alone, accuracy",
    ),
    Variable(
        "reward_after",
        ("trial",),
        "f8",
        NAN,
        "1",
        "reward under the whole perturbation, of baselines after the update; nan if none was evaluated to the end",
    ),
    Variable("eligible", ("trial",), "i4", -1, "synapses", "eligible synapses of the trial"),
)
"""Beside the others where `record.trials` is on."""
FIRING_VARIABLES = (
    Coded(
        "firing",
        (RECORDED, "neuron"),
        "i1",
        -1,
        "1",
        "firing in the standing pass of the trial; -1: not run",
        ((0, "silent"), (1, "fired")),
    ),
)
"""Beside the others where `record.firing` is on."""

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

VARIABLES = (
    *EPISODE_VARIABLES,
    *TRIAL_VARIABLES,
    *REWARD_VARIABLES,
    *FIRING_VARIABLES,
    *WEIGHT_VARIABLES,
    *STATIC_VARIABLES,
    *EVENT_VARIABLES,
    *COUPLING_VARIABLES,
    *GAP_VARIABLES,
    *DEEP_VARIABLES,
    *SIGMA_VARIABLES,
    *NEURON_VARIABLES,
)
"""All of them, in the order of the store."""

BY_TRIAL = tuple(one.name for one in (*TRIAL_VARIABLES, *REWARD_VARIABLES, *FIRING_VARIABLES))
"""Names of those that hold a value per trial."""

TABLES: dict[tuple[str, ...], str] = {
    ("episode",): "episodes",
    ("episode", "pattern"): "patterns",
    ("episode", "astrocyte"): "astrocytes",
    ("episode", "neuron"): "neuron_states",
    ("episode", "astrocyte", "pattern"): "astrocyte_patterns",
    ("trial",): "trials",
    (RECORDED, "neuron"): "firing",
    ("weight_episode", "synapse"): "weights",
    ("neuron",): "neurons",
    ("synapse",): "synapses",
    ("astrocyte",): "territories",
    ("event",): "interventions",
    ("gap_junction",): "gap_junctions",
    ("pattern",): "tasks",
    (): "replicates",
}
"""Names of the tables of an export, by the dimensions of their rows."""


def variables_of(conditions: Sequence[Scenario]) -> tuple[Variable, ...]:
    """Return the variables that a run of these resolved scenarios stores, in the order of the store.

    The trial log is stored only if some condition keeps it, events only if some may happen, calcium only if some
    condition is coupled, and so on.
    """
    left_out: tuple[Variable, ...] = ()
    asked = [wanted(s) for s in conditions]
    if not any(own.decisions for own in asked):
        left_out += TRIAL_VARIABLES
    if not any(own.rewards for own in asked):
        left_out += REWARD_VARIABLES
    if not any(own.firing for own in asked):
        left_out += FIRING_VARIABLES
    if not any(s.most_events for s in conditions):
        left_out += EVENT_VARIABLES
    if not any(s.coupled for s in conditions):
        left_out += COUPLING_VARIABLES + GAP_VARIABLES
    if not any(s.counts_passes for s in conditions):
        left_out += DEEP_VARIABLES
    if not any(s.perturbation.adapt_sigma for s in conditions):
        left_out += SIGMA_VARIABLES
    if not any(s.neuronal for s in conditions):
        left_out += NEURON_VARIABLES
    coded = any(own.rewards for own in asked)
    return tuple(_coded(one) if coded else one for one in VARIABLES if one not in left_out)


def _coded(variable: Variable) -> Variable:
    """Return a variable whose codes the store is to explain, of runs that ask for more than decisions."""
    return Coded(**vars(variable), meanings=DECISIONS) if variable.name == "decision" else variable
