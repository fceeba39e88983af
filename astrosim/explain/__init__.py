"""The meaning of a scenario: its values with units and sources, its steps in order, and the work to come."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from astrosim.contracts.registry import find_system
from astrosim.explain.sweep import sweep_table
from astrosim.explain.tables import differences_table
from astrosim.explain.values import Choice, check_section, values_json, values_table
from astrosim.explain.workload import workload
from astrosim.scenario import Experiment, condition_names, resolve

ALL = Choice()


def explain(scenario: Experiment, console: Console, *, file: str = "", choice: Choice = ALL) -> None:
    """Print the explanation of a scenario.

    Parameters
    ----------
    scenario : Experiment
    console : Console
        100 columns or more read best.
    file : str
        Where the scenario comes from.
    choice : Choice
        Fields to show; if it is a part of them, nothing but their values is printed.

    Raises
    ------
    ScenarioError
        If there is no such section.
    """
    check_section(type(scenario), choice.section)
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    values = values_table(resolved, choice, console.width)
    if choice.narrow:
        console.print(values)
        return
    heading, *others = find_system(scenario.family).part("explanation")(scenario, resolved, file)
    differences = sweep_table(scenario) if scenario.sweep.axes else differences_table(resolved)
    for part in (heading, values, differences, *others):
        console.print(part)


def as_dict(scenario: Experiment, *, file: str = "", choice: Choice = ALL) -> dict[str, Any]:
    """Return the values of a scenario and the size of its work, for JSON.

    Raises
    ------
    ScenarioError
        If there is no such section.
    """
    check_section(type(scenario), choice.section)
    names = condition_names(scenario)
    return {
        "name": scenario.name,
        "kind": scenario.kind,
        "file": file,
        "title": scenario.title,
        "source": scenario.source,
        "seeds": list(scenario.seeds),
        "conditions": list(names),
        "fields": values_json({name: resolve(scenario, name) for name in names}, choice),
        "work": workload(scenario).as_dict(),
    }
