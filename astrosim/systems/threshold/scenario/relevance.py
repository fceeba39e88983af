"""Which sections act under which learner: what somebody writes and nobody looks at is an error, not silently ignored.

A section that conditions share may act in some of them only. A condition answers for what it writes itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astrosim.scenario.conditions import overrides
from astrosim.scenario.relevance import owned_by, reads_section

Scenario = Any  # the schema imports its checks


def idle_sections(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Return sections that only another learner reads: by name, who has them, and the learner under which they would
    act.

    Without a learner, and where both learn, there are none.

    Parameters
    ----------
    scenario : Scenario
        Resolved, or a condition as `_under` gives it.
    """
    if scenario.learner in ("both", "none"):
        return {}
    owner = "astrocytes" if scenario.learner == "neurons" else "neurons"
    remedy = "both" if scenario.learner in ("astrocytes", "neurons") else "neurons"
    idle = [name for name in owned_by(type(scenario), owner) if not reads_section(scenario, name)]
    return dict.fromkeys(idle, (owner, remedy))


def problems(scenario: Scenario, written: Mapping[str, Any] | None) -> list[str]:
    """Return the sections that nothing reads, one line each: the first field that is not at its default.

    Parameters
    ----------
    scenario : Scenario
    written : mapping, optional
        If only these tables are looked at: all others stand in a scenario that has been looked at.
    """
    resolved = [scenario]
    if written is None and (own := overrides(scenario)):
        resolved = [_under(scenario, one) for one in own.values()]
    idle = [idle_sections(one) for one in resolved]
    return [
        f'{name}.{field}: only {owner} have it (learner = "{resolved[0].learner}"). Write learner = "{remedy}", or '
        "remove the section."
        for name, (owner, remedy) in idle[0].items()
        if all(name in sections for sections in idle)
        for field in _changed(scenario, name, written)[:1]
    ]


def _under(scenario: Scenario, own: Mapping[str, Any]) -> Scenario:
    """A condition, unchecked: the scenario with the condition's learner, system and homeostasis."""
    rule = own.get("homeostasis", {})
    changed = {"rule": rule["rule"]} if isinstance(rule, Mapping) and "rule" in rule else {}
    values = {name: own[name] for name in ("learner", "system") if name in own}
    return scenario.model_copy(update={**values, "homeostasis": scenario.homeostasis.model_copy(update=changed)})


def _changed(scenario: Scenario, name: str, written: Mapping[str, Any] | None) -> list[str]:
    """Fields of a section that are not at their defaults: all, or those that are written."""
    section = getattr(scenario, name)
    defaults = type(section)()
    own = type(section).model_fields if written is None else written.get(name)
    return [key for key in own if getattr(section, key) != getattr(defaults, key)] if isinstance(own, Mapping) else []


def idle_defaults(scenario: Scenario) -> dict[str, Any]:
    """Return the defaults of the sections that none of a scenario's conditions reads, by section."""
    idle = [idle_sections(_under(scenario, own)) for own in overrides(scenario).values()]
    gone = [name for name in (idle[0] if idle else {}) if all(name in sections for sections in idle)]
    return {name: type(getattr(scenario, name))() for name in gone}
