"""What a scenario means: its values with units and sources, what happens in order, and the work to come."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from astrosim.explain.tables import bytes_words, differing, seconds_words, value_at
from astrosim.explain.workload import FieldWorkload, WaveWorkload, Workload
from astrosim.scenario import Experiment, condition_names, resolve
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.images.show import explanation as images
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show import explanation as threshold
from astrosim.systems.threshold.show.explanation import moot, rule
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show import explanation as waves


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
    if isinstance(scenario, Scenario):
        parts = threshold.explanation(scenario, _resolved(scenario), file)
    elif isinstance(scenario, FieldScenario):
        parts = images.explanation(scenario, _resolved(scenario), file)
    elif isinstance(scenario, WaveScenario):
        parts = waves.explanation(scenario, _resolved(scenario), file)
    for part in parts:
        console.print(part)


def _resolved[S: Experiment](scenario: S) -> dict[str, S]:
    return {name: resolve(scenario, name) for name in condition_names(scenario)}


def work_table(work: Workload | WaveWorkload | FieldWorkload) -> Table:
    """The size of the work to come."""
    if isinstance(work, FieldWorkload):
        return images.work_table(work)
    return threshold.work_table(work) if isinstance(work, Workload) else waves.work_table(work)


__all__ = ["bytes_words", "differing", "explain", "moot", "rule", "seconds_words", "value_at", "work_table"]
