"""Checks of what a scenario itself says, without its files and models: they load no compiler (ms)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from astrosim.systems.spiking.network.grid import ON_GRID

FILES = ("neurons", "astrocytes", "synapses", "tripartite")
"""Fields of the section ``network`` that name files."""


def whole(time: float, step: float) -> bool:
    """Return whether a time is a whole number of steps."""
    return abs(time / step - round(time / step)) <= ON_GRID * max(1.0, time / step * ON_GRID)


def plain_problems(scenario: Any) -> Iterator[str]:
    """Return what is wrong with numbers that are written in the scenario itself."""
    schedule, step = scenario.schedule, scenario.schedule.step_ms
    if not whole(schedule.duration_ms, step):
        given = f"({schedule.duration_ms:g})"
        yield f"schedule.duration_ms: not a multiple of schedule.step_ms = {step:g} {given}. Write one."
    seen: set[str] = set()
    for place, trace in enumerate(scenario.record.traces):
        field = f"record.traces.{place}"
        if not whole(trace.every_ms, step) or trace.every_ms < step * (1 - ON_GRID):
            yield f"{field}.every_ms: not a multiple of schedule.step_ms = {step:g} ({trace.every_ms:g}). Write one."
        if trace.variable in seen:
            yield f"{field}.variable: listed twice ({trace.variable}). Name all its nodes in one entry."
        seen.add(trace.variable)
    for place, train in enumerate(scenario.input.poisson):
        if not whole(train.delay_ms, step):
            yield f"input.poisson.{place}.delay_ms: not on the grid ({train.delay_ms:g}). Write a multiple of {step:g}."
    for place, change in enumerate(scenario.input.currents):
        if not whole(change.time_ms, step):
            yield f"input.currents.{place}.time_ms: not on the grid ({change.time_ms:g}). Write a multiple of {step:g}."
    if scenario.gap_junctions.rule != "none" and not whole(scenario.gap_junctions.gap_step_ms, step):
        yield (
            f"gap_junctions.gap_step_ms: not on the grid ({scenario.gap_junctions.gap_step_ms:g}). "
            f"Write a multiple of {step:g}."
        )
    if scenario.network.populations and named_files(scenario):
        yield "network.populations: beside files. Write the network in one way."
    yield from shared_problems(scenario)


def shared_problems(scenario: Any) -> Iterator[str]:
    """Return what conditions change though the store has one grid of times and one list of nodes."""
    for name, override in scenario.conditions.items():
        if "record" in override:
            yield f"conditions.{name}.record: the same for all conditions. Set record outside the conditions."
        if "step_ms" in (override.get("schedule") or {}):
            yield f"conditions.{name}.schedule.step_ms: the same for all conditions. Set it outside the conditions."
    for path in scenario.sweep.paths:
        if path == "schedule.step_ms" or path.startswith("record."):
            yield f"sweep.{path}: the same for all settings. Set it outside the sweep."


def named_files(scenario: Any) -> bool:
    """Return whether files describe the network."""
    return any(getattr(scenario.network, name) is not None for name in FILES)
