"""Table of the interventions of a scenario's conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from astrosim.explain.tables import new_table
from astrosim.scenario.interventions import words


def interventions_table(resolved: Mapping[str, Any]) -> Table:
    """Return the interventions of each condition (resolved scenarios) as a table."""
    table = new_table("\nInterventions", ("condition", {"no_wrap": True}), ("when", {}), ("what", {}), ("label", {}))
    for name, scenario in resolved.items():
        for item in scenario.interventions:
            table.add_row(name, item.when_words, words(item), item.label or "-")
        if not scenario.interventions:
            table.add_row(name, "-", "nothing", "-")
    return table
