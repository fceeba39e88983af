"""Which sections act under which learner: what somebody writes and nobody looks at is an error, not silently ignored.

A section that conditions share may act in some of them only. A condition answers for what it writes itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from astrosim.systems.threshold.scenario.neuron_sections import SECTIONS as OF_NEURONS

if TYPE_CHECKING:
    from astrosim.systems.threshold.scenario.schema import Scenario

OF_ASTROCYTES = ("astrocytes", "agents", "sensing", "exploration", "adaptation")


def idle_sections(learner: str, system: str, homeostasis: str) -> dict[str, tuple[str, str]]:
    """Sections that nobody looks at: by name, who has them, and the learner under which they would act.

    Parameters
    ----------
    learner, system : str
        Of a resolved scenario.
    homeostasis : str
        Its `homeostasis.rule`: the published cursor knows one.
    """
    if learner == "neurons":
        return dict.fromkeys(OF_ASTROCYTES, ("astrocytes", "both"))
    if learner in ("both", "none"):
        return {}
    sections = dict.fromkeys(OF_NEURONS, ("neurons", "both" if learner == "astrocytes" else "neurons"))
    if (learner, system, homeostasis) == ("cursor", "published", "episode"):
        del sections["homeostasis"]
    return sections


def problems(scenario: Scenario, written: Mapping[str, Any] | None) -> list[str]:
    """What stands there and does nothing, a line a section: its first field that is not at its default.

    Parameters
    ----------
    scenario : Scenario
    written : mapping, optional
        If only these tables are looked at: all others stand in a scenario that has been looked at.
    """
    learners: list[tuple[str, str, str]] = [(scenario.learner, scenario.system, scenario.homeostasis.rule)]
    if written is None and scenario.conditions:
        learners = [_under(scenario, own) for own in scenario.conditions.values()]
    idle = [idle_sections(*learner) for learner in learners]
    return [
        f'{name}.{field}: only {owner} have it (learner = "{learners[0][0]}"). Write learner = "{remedy}", or remove '
        "the section."
        for name, (owner, remedy) in idle[0].items()
        if all(name in sections for sections in idle)
        for field in _changed(scenario, name, written)[:1]
    ]


def _under(scenario: Scenario, own: Mapping[str, Any]) -> tuple[str, str, str]:
    """Learner, system and homeostasis under a condition's overrides."""
    rule = own.get("homeostasis", {})
    return (
        own.get("learner", scenario.learner),
        own.get("system", scenario.system),
        rule.get("rule", scenario.homeostasis.rule) if isinstance(rule, Mapping) else scenario.homeostasis.rule,
    )


def _changed(scenario: Scenario, name: str, written: Mapping[str, Any] | None) -> list[str]:
    """Fields of a section that are not at their defaults: all, or those that are written."""
    section = getattr(scenario, name)
    defaults = type(section)()
    own = type(section).model_fields if written is None else written.get(name)
    return [key for key in own if getattr(section, key) != getattr(defaults, key)] if isinstance(own, Mapping) else []


def idle_defaults(scenario: Scenario) -> dict[str, Any]:
    """Return the defaults of the sections that none of a scenario's conditions reads, by section."""
    idle = [idle_sections(*_under(scenario, own)) for own in scenario.conditions.values()]
    gone = [name for name in (idle[0] if idle else {}) if all(name in sections for sections in idle)]
    return {name: type(getattr(scenario, name))() for name in gone}
