"""The sections of neurons that learn by themselves, for `learner = "neurons"`: a mechanism a section.

Source of the defaults: Murray 2026, experiments 001 to 018; "spec" stands for the statement of their rules that this
package follows (section 1 of it: topology, order of a trial, base parameters). Until a scenario says so all is off but
plain learning: eligibility, one chemical that reaches all synapses alike, and weight decay.
"""

from __future__ import annotations

from typing import Literal

from astrosim.scenario.section import Real, Section, quantity


class Dynamics(Section):
    """Order of trials."""

    persists: bool = quantity(
        True, "neurons go on firing into the next trial; false: all but inputs start silent", "", "spec 1.4"
    )
    order: Literal["cyclic", "random"] = quantity("cyclic", "patterns one after the other, or drawn", "", "spec 1.3")


class Homeostasis(Section):
    """Thresholds follow firing rates."""

    rule: Literal["none", "step", "episode"] = quantity(
        "none",
        "none; step: a step up where a neuron's mean rate so far is above target, down where below; episode (published "
        "cursor alone): after an episode by step times the distance of its rate from target",
        "",
        "001, 020",
    )
    target: Real = quantity(
        0.2, "target rate", "1/trial", "spec 1.5", ge=0, le=1, read_if=lambda s: s.homeostasis.rule != "none"
    )
    step: Real = quantity(
        0.01, "size of a step", "1", "spec 1.5", ge=0, le=100, read_if=lambda s: s.homeostasis.rule != "none"
    )
    every_cycle: bool = quantity(
        False,
        "after every propagation cycle, not once per trial",
        "",
        "010b, 013",
        read_if=lambda s: s.homeostasis.rule != "none",
    )
    spare_outputs: bool = quantity(
        False, "outputs keep their thresholds", "", "018", read_if=lambda s: s.homeostasis.rule != "none"
    )


class Eligibility(Section):
    """Eligibility of a synapse, by which of its neurons fires; nothing of it outlives the trial."""

    both: Real = quantity(1.0, "both neurons fire", "1", "spec 1.5", ge=-10, le=10)
    one: Real = quantity(-0.5, "exactly one fires", "1", "spec 1.5", ge=-10, le=10)
    neither: Real = quantity(0.5, "neither fires, in an ambient field above level", "1", "spec 1.5", ge=-10, le=10)
    level: Real = quantity(0.3, "the ambient field counts as busy above this", "1/units", "spec 1.5", ge=0, le=1000)
    ambient_radius: Real = quantity(
        0.0, "the ambient field sums 1 / distance of what fires within this; published: 0 or 3", "units", "002", ge=0
    )


class Dampening(Section):
    """Eligibility is multiplied by what the synapse's use, its post neuron's rate and the surround are worth."""

    on: bool = quantity(False, "whether there is any", "", "002")
    information: bool = quantity(
        True, "with the factor 4 rate (1 - rate) of the post neuron", "", "002", read_if=lambda s: s.dampening.on
    )
    history_decay: Real = quantity(
        0.95, "of the running mean of use", "1/trial", "spec 1.5", ge=0, le=1, read_if=lambda s: s.dampening.on
    )
    enough: Real = quantity(
        0.1,
        "use from which on there is no dampening by use",
        "1",
        "spec 1.5",
        gt=0,
        le=1,
        read_if=lambda s: s.dampening.on,
    )


class Flags(Section):
    """A synapse learns only while its flag is up, and then by its flag in place of its eligibility."""

    rule: Literal["none", "signed", "simple", "consistent"] = quantity(
        "none", "how flags rise: with their sign, without it, or after a streak of one sign", "", "004, 011, 010"
    )
    gain: Real = quantity(
        0.3,
        "rise per trial; published: 0.15 under consistent",
        "1",
        "004",
        ge=0,
        le=1,
        read_if=lambda s: s.flags.rule != "none",
    )
    decay: Real = quantity(
        0.7,
        "what is left after a trial without eligibility; 0.9",
        "1",
        "004",
        ge=0,
        le=1,
        read_if=lambda s: s.flags.rule != "none",
    )
    threshold: Real = quantity(
        0.5, "a flag of this size is up", "1", "004", ge=0, le=1, read_if=lambda s: s.flags.rule != "none"
    )
    need: int = quantity(
        5,
        "under consistent: repetitions of a sign before the flag rises",
        "trials",
        "010",
        ge=0,
        read_if=lambda s: s.flags.rule != "none",
    )
    turned: Real = quantity(
        0.5,
        "under consistent: what is left where the sign turns",
        "1",
        "010",
        ge=0,
        le=1,
        read_if=lambda s: s.flags.rule != "none",
    )
    warm_up: int = quantity(
        0,
        "before this trial (from 1) all synapses learn by their eligibility",
        "trial",
        "009",
        ge=0,
        read_if=lambda s: s.flags.rule != "none",
    )


class Modulation(Section):
    """Release as reward."""

    source: Literal["modulatory", "outputs"] = quantity(
        "modulatory",
        "modulatory neurons release the reward of the trial; outputs: each releases its own, 1, -1 or 0",
        "",
        "002, 016",
    )
    exponent: int = quantity(1, "power of the reward's size", "1", "005", ge=1, le=9)
    shape_from: int = quantity(
        0,
        "the power sets in from this trial on ...",
        "trial",
        "006",
        ge=0,
        read_if=lambda s: s.modulation.exponent != 1,
    )
    shape_to: int = quantity(
        0, "... and is complete at this one", "trial", "006", ge=0, read_if=lambda s: s.modulation.exponent != 1
    )
    cycling: bool = quantity(False, "one modulatory neuron after the other, not all in every trial", "", "015")


class Chemical(Section):
    """Spread of the release to synapses: by the distance of their post neuron."""

    falloff: Literal["even", "inverse"] = quantity("even", "all alike, or 1 / distance", "", "002")
    radius: Real = quantity(1000.0, "nothing beyond", "units", "002", ge=0, le=1e9)
    last_radius: Real | None = quantity(None, "the radius shrinks or grows to this by the last trial", "units", "015")
    decay: Real = quantity(0.5, "what is left of it after a trial", "1", "spec 1.5", ge=0, le=1)


class Plasticity(Section):
    """Change of weights by eligibility (or flags) times chemical; they stay within `perturbation.limit`."""

    rate: Real = quantity(0.01, "learning rate", "1", "spec 1.5", ge=0, le=100)
    most: Real = quantity(0.1, "largest change per trial", "1", "spec 1.5", ge=0, le=100)
    decay: Real = quantity(0.005, "part of a weight that is lost per trial", "1/trial", "spec 1.5", ge=0, le=1)
    provisional: bool = quantity(False, "a change is taken back if the next trial is less accurate", "", "015")


class Frustration(Section):
    """A weight that is pushed one way for long while the chemical says no turns round."""

    on: bool = quantity(False, "whether any does", "", "011")
    need: int = quantity(
        30, "changes of one sign in a row", "trials", "011", ge=1, le=10**9, read_if=lambda s: s.frustration.on
    )
    bound: Real = quantity(
        -0.1,
        "running mean of the chemical below which it turns",
        "1",
        "011",
        ge=-1000,
        le=1000,
        read_if=lambda s: s.frustration.on,
    )
    decay: Real = quantity(
        0.95, "of that running mean", "1/trial", "011", ge=0, le=1, read_if=lambda s: s.frustration.on
    )
    factor: Real = quantity(
        -0.5, "what the weight is multiplied by", "1", "011", ge=-1, le=1, read_if=lambda s: s.frustration.on
    )
