"""Who reads a section or a field of a scenario of threshold networks: conditions on a resolved scenario.

Each takes a scenario that may be unchecked, so that a wrong value is no error here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

from astrosim.systems.threshold.learners.table import BASELINES, learner_of

Scenario = Any  # the schema imports its readers

if TYPE_CHECKING:
    from astrosim.systems.threshold.learners.baselines.baseline import Baseline

OF_ASTROCYTES = ("astrocytes", "both")
OF_NEURONS = ("neurons", "both")


def astrocytes_learn(scenario: Scenario) -> bool:
    """Return whether astrocytes learn, alone or beside neurons."""
    return scenario.learner in OF_ASTROCYTES


def astrocytes_score(scenario: Scenario) -> bool:
    """Return whether astrocytes act by their scores."""
    return astrocytes_learn(scenario) and scenario.astrocytes.selection == "score"


def neurons_learn(scenario: Scenario) -> bool:
    """Return whether neurons learn by rules of their own, alone or beside astrocytes."""
    return scenario.learner in OF_NEURONS


def thresholds_follow(scenario: Scenario) -> bool:
    """Return whether thresholds of neurons may follow firing rates: neurons learn, or the published cursor has it
    so."""
    published = scenario.learner == "cursor" and scenario.system == "published"
    return neurons_learn(scenario) or (published and scenario.homeostasis.rule == "episode")


def cursor_learns(scenario: Scenario) -> bool:
    """Return whether the cursor learns."""
    return scenario.learner == "cursor"


def perturbs(scenario: Scenario) -> bool:
    """Return whether astrocytes or a cursor keep or revert perturbations."""
    return astrocytes_learn(scenario) or cursor_learns(scenario)


def baseline_learns(scenario: Scenario) -> bool:
    """Return whether a baseline learns."""
    return scenario.learner in BASELINES


def anyone_learns(scenario: Scenario) -> bool:
    """Return whether there is a learner at all."""
    return scenario.learner != "none"


def keeps_or_climbs(scenario: Scenario) -> bool:
    """Return whether the learner takes a reward for the whole network."""
    return perturbs(scenario) or baseline_learns(scenario)


def rewarded(scenario: Scenario) -> bool:
    """Return whether the chosen reward judges."""
    return perturbs(scenario) or (baseline_learns(scenario) and _baseline(scenario).rewarded)


def fields_of_baseline(scenario: Scenario) -> Collection[str]:
    """Return names of the fields of the section `rival` that the baseline reads."""
    return _baseline(scenario).reads


def _baseline(scenario: Scenario) -> Baseline:
    return cast("Baseline", learner_of(scenario.learner))


def sigma_adapts(scenario: Scenario) -> bool:
    """Return whether the sigma of every astrocyte follows its success."""
    return astrocytes_learn(scenario) and scenario.perturbation.adapt_sigma


def trials_count(scenario: Scenario) -> bool:
    """Return whether trials are carried out: without a learner, relays and the published program only count them."""
    counted_only = scenario.system == "published" or scenario.network.layout == "relay"
    return anyone_learns(scenario) or not counted_only


def trials_fire(scenario: Scenario) -> bool:
    """Return whether a trial has a standing pass of one pattern that is remembered.

    An update of a baseline shows all patterns; the early iterations of the published cursor remember no firing.
    """
    early = scenario.system == "published" and cursor_learns(scenario) and scenario.homeostasis.rule == "episode"
    return trials_count(scenario) and not (baseline_learns(scenario) or early)


def firing_is_kept(scenario: Scenario) -> bool:
    """Return whether the firing of neurons is kept, of all or some trials."""
    return trials_fire(scenario) and scenario.record.firing


def waves_spread(scenario: Scenario) -> bool:
    """Return whether astrocytes share gap junctions."""
    return scenario.coupling.graph != "none"


def waves_are_sent_on(scenario: Scenario) -> bool:
    """Return whether arrivals of calcium waves are sent on."""
    return waves_spread(scenario) and scenario.coupling.relay
