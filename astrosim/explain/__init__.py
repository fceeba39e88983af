"""What a scenario means: its values with units and sources, what happens in order, and the work to come."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from astrosim.explain import astrocytes, fields, waves
from astrosim.explain.astrocytes import moot, rule
from astrosim.explain.tables import bytes_words, differing, seconds_words, value_at
from astrosim.scenario import AnyScenario, FieldScenario, Scenario, condition_names, resolve
from astrosim.scenario.base import Experiment
from astrosim.workload import FieldWorkload, WaveWorkload, Workload


def explain(scenario: AnyScenario, console: Console, *, file: str = "") -> None:
    """Print the explanation of a scenario.

    Parameters
    ----------
    scenario : AnyScenario
    console : Console
        100 columns or more read best.
    file : str
        Where the scenario comes from.
    """
    if isinstance(scenario, Scenario):
        parts = astrocytes.explanation(scenario, _resolved(scenario), file)
    elif isinstance(scenario, FieldScenario):
        parts = fields.explanation(scenario, _resolved(scenario), file)
    else:
        parts = waves.explanation(scenario, _resolved(scenario), file)
    for part in parts:
        console.print(part)


def _resolved[S: Experiment](scenario: S) -> dict[str, S]:
    return {name: resolve(scenario, name) for name in condition_names(scenario)}


def work_table(work: Workload | WaveWorkload | FieldWorkload) -> Table:
    """The size of the work to come."""
    if isinstance(work, FieldWorkload):
        return fields.work_table(work)
    return astrocytes.work_table(work) if isinstance(work, Workload) else waves.work_table(work)


__all__ = ["bytes_words", "differing", "explain", "moot", "rule", "seconds_words", "value_at", "work_table"]
