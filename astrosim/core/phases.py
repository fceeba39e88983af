"""The phases of a trial, in order. Spec (Murray 2026, section 4), and DESIGN: engines walk this list."""

from __future__ import annotations

from typing import NamedTuple


class Phase(NamedTuple):
    """One step of a trial: its name, and a sentence that says what happens."""

    name: str
    sentence: str


PHASES = (
    Phase(
        "present",
        "draw the patterns, uniformly (the report: one); an episode's first trial resets the memory of who fired last",
    ),
    Phase("sense", "every astrocyte scores its territory, from the neurons that fired last"),
    Phase("activate", "astrocytes above threshold act, others may explore; the highest scores stay"),
    Phase("evaluate before", "a pass through the network on each pattern, and its reward"),
    Phase("perturb", "the eligible synapses take a Gaussian step each"),
    Phase("evaluate after", "the same with the changed weights"),
    Phase("decide", "keep the change if the reward rose, strictly; else restore every weight"),
    Phase("adapt", "active astrocytes remember the outcome; thresholds follow recent success"),
    Phase("record", "write down what the record plan names; this changes nothing"),
)

NEURON_PHASES = (
    Phase("present", "the next pattern is clamped to the inputs"),
    Phase("propagate", "neurons fire by their summed inputs, all at once; rates are counted, thresholds follow"),
    Phase("feel", "every neuron sums what fires around it"),
    Phase("trace", "every synapse's eligibility, by who fires, dampened"),
    Phase("flag", "flags follow eligibilities"),
    Phase("judge", "outputs are compared with targets; a provisional change may fall"),
    Phase("release", "the chemical is released, and spreads"),
    Phase("change", "weights follow eligibility or flag times chemical, and decay; the chemical decays"),
    Phase("record", "write down what the record plan names; this changes nothing"),
)
"""Where neurons learn by rules of their own: Murray 2026, experiments 001 to 018; spec, section 1.4."""

JOINT_PHASES = (
    *PHASES[: [phase.name for phase in PHASES].index("adapt")],
    Phase("count", "who fires in the pass that stands is counted; thresholds of neurons follow"),
    *NEURON_PHASES[[phase.name for phase in NEURON_PHASES].index("feel") : -1],
    *PHASES[-2:],
)
"""Where neurons and astrocytes learn together: astrocytes keep or revert, neurons learn from what then stands."""
