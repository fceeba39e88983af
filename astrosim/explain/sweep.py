"""The sweep of a scenario in words: each swept field with its values and unit, and how they go together."""

from __future__ import annotations

from rich.table import Table

from astrosim.explain.tables import new_table
from astrosim.scenario import Experiment
from astrosim.scenario.conditions import crossed
from astrosim.scenario.field_info import fields_of
from astrosim.scenario.sweep.axis import Axis, text_of
from astrosim.scenario.words import counted

FEW = 8  # values listed; assumed: more are told by their ends
DESIGNS = {
    "grid": "every value with every other",
    "zip": "side by side",
    "list": "as listed",
    "latin_hypercube": "a Latin hypercube",
    "sobol": "arranged for Sobol indices",
}


def unit_of(scenario: Experiment, path: str) -> str:
    """Return the unit of a swept field; empty for none."""
    facts = fields_of(type(scenario)).get(path)
    return "" if facts is None or facts.unit == "1" else facts.unit


def meaning_of(scenario: Experiment, path: str) -> str:
    """Return the meaning of a swept field; empty where only its table has one."""
    facts = fields_of(type(scenario)).get(path)
    return "" if facts is None else facts.meaning


def values_words(axis: Axis) -> str:
    """Return the values of an axis: all if they are few, else their number and the first and last."""
    if axis.bounded:
        return f"{axis.low:g} to {axis.high:g}{', logarithmic' if axis.log else ''}"
    points = axis.points
    if len(points) <= FEW:
        return ", ".join(map(text_of, points))
    return f"{len(points):,} from {text_of(points[0])} to {text_of(points[-1])}"


def settings_words(scenario: Experiment) -> str:
    """Return the number of settings, and how they come about."""
    sweep = scenario.sweep
    own = f"{counted(len(sweep.settings), 'setting')}, {DESIGNS[sweep.design]}"
    if len(crossed(scenario)) > len(sweep.settings):
        own += f", under each of {counted(len(scenario.conditions), 'condition')}"
    return own


def sweep_table(scenario: Experiment) -> Table:
    """Return the swept fields of a scenario as a table."""
    table = new_table(
        f"\nSweep: {settings_words(scenario)}",
        ("field", {"no_wrap": True}),
        ("values", {}),
        ("unit", {}),
        ("meaning", {}),
    )
    for path, axis in scenario.sweep.axes.items():
        table.add_row(path, values_words(axis), unit_of(scenario, path), meaning_of(scenario, path))
    return table
