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
