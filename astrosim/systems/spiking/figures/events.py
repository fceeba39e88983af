"""Interventions as figures of spiking networks tell them (ms or trials); `astrosim.plot.marks` gathers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from xarray import Dataset

from astrosim.plot.marks import MS, SECOND


class Event(NamedTuple):
    """One intervention on a replicate.

    Attributes
    ----------
    condition : str
    seed : int
    at : float
        ms, s, or trials from 0.
    label : str
    seeds : int
        Finished seeds of the condition.
    """

    condition: str
    seed: int
    at: float
    label: str
    seeds: int

    def time(self, unit: str) -> float:
        """Return the time."""
        return self.at

    def when(self, unit: str) -> str:
        """Return the same in words."""
        return f"at {self.at:,g} {unit}" if unit in (MS, SECOND) else f"before {unit} {int(self.at):,}"


def read_events(dataset: Dataset, resolved: Mapping[str, Any], variable: str) -> tuple[Event, ...]:
    """Read the interventions of a run, in order of condition, seed and time.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    resolved : mapping of str to Experiment
        By condition; their interventions have the names.
    variable : str
        Variable that holds their times: event_step, of which figures tell the time in ms, or event_trial.
    """
    if variable not in dataset:
        return ()
    found = []
    for row, condition in enumerate(map(str, dataset["condition"].values)):
        items, seeds = resolved[condition].interventions, int(dataset["committed"].values[row].sum())
        own = dataset[[variable, "event_intervention"]].isel(condition=row).load()
        unit = resolved[condition].schedule.step_ms if variable == "event_step" else 1
        for column, seed in enumerate(map(int, dataset["seed"].values)):
            pairs = zip(own[variable].values[column], own["event_intervention"].values[column], strict=True)
            found += [
                Event(condition, seed, round(int(time) * unit, 6), items[int(number)].name, seeds)
                for time, number in pairs
                if time >= 0
            ]
    return tuple(found)
