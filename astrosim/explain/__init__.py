"""The meaning of a scenario: its values with units and sources, its steps in order, and the work to come."""

from __future__ import annotations

from rich.console import Console

from astrosim.contracts.registry import find_system
from astrosim.scenario import Experiment, condition_names, resolve


def explain(scenario: Experiment, console: Console, *, file: str = "") -> None:
    """Print the explanation of a scenario.

    Parameters
    ----------
    scenario : Experiment
    console : Console
        100 columns or more read best.
    file : str
        Where the scenario comes from.
    """
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    for part in find_system(scenario.kind).part("explanation")(scenario, resolved, file):
        console.print(part)
