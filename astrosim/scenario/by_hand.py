"""Interventions made by hand while a replicate runs: checked as those of a scenario file, and written as its lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from astrosim.core.errors import ScenarioError


def planned(scenario: Any, item: Any, problems: Callable[[Any], Iterable[str]]) -> Any:
    """Return a resolved scenario with one intervention more, at the end of its list.

    Parameters
    ----------
    scenario : Experiment
    item : Planned
    problems : callable
        Returns the problems of the interventions of a scenario, one line each.

    Raises
    ------
    ScenarioError
        If the scenario would refuse it.
    """
    changed = scenario.model_copy(update={"interventions": (*scenario.interventions, item)})
    if found := list(problems(changed)):
        raise ScenarioError(found)
    return changed


def intervention_lines(earlier: Sequence[Any], made: Sequence[Any], condition: str = "") -> str:
    """Return interventions as a scenario file writes them, to be put at its end.

    Parameters
    ----------
    earlier, made : sequence of Planned
        Those that the file has planned for the condition, and those by hand. Without the latter, there are no lines.
    condition : str
        Empty if the file has none. The tables of a condition stand in place of all that the file says of it elsewhere,
        so they hold the earlier ones, too.
    """
    if not made:
        return ""
    name = condition if re.fullmatch(r"[A-Za-z0-9_-]+", condition) else json.dumps(condition)
    table = f"[[conditions.{name}.interventions]]" if condition else "[[interventions]]"
    whole = (*earlier, *made) if condition else made
    remark = f"# in place of the interventions of {name} so far\n" if condition and earlier else ""
    return remark + "\n".join("\n".join([table, *_fields(item)]) + "\n" for item in whole)


def _fields(item: Any) -> list[str]:
    given = item.model_dump(exclude_defaults=True, mode="json")
    return [f"{name} = {_value(value)}" for name, value in given.items()]


def _value(value: Any) -> str:
    """A number, text, truth, list or table, as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_value(own)}" for name, own in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(own) for own in value) + "]"
    return json.dumps(value, ensure_ascii=False)
