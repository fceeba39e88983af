"""Interventions in a simulation: an entry of ``interventions``; times in ms, on the grid.

An intervention acts before the step that begins at its time; what is recorded at that time is still without it.
Several of one time act in the order of the file.

- A silenced neuron: no spike leaves it; its membrane runs on. What is under way arrives.
- A silenced astrocyte: it senses nothing and acts on no neuron (arrivals bring it no IP3, it sends no slow inward
  current and releases no gliotransmitter); its calcium and its gap junctions run on.
- A lesioned neuron or astrocyte: silenced for good, and without gap junctions; it has no variables any more.
- A cut gap junction: no flux, from the time on, even within the step over which fluxes are held.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from astrosim.scenario.interventions import CHOICE, EVENT_LIMIT, Planned, parameter_problem
from astrosim.scenario.section import Real, as_tuple, quantity
from astrosim.systems.spiking.network.grid import ON_GRID
from astrosim.systems.spiking.scenario.plain import whole

Action = Literal[
    "lesion_astrocytes",
    "silence_astrocytes",
    "release_astrocytes",
    "lesion_neurons",
    "silence_neurons",
    "release_neurons",
    "set",
    "cut_gap_junctions",
    "restore_gap_junctions",
]
WHOM = tuple(name for name in CHOICE if name != "cluster")
CELLS = ("lesion", "silence", "release")
TAKES: dict[str, tuple[str, ...]] = {
    **{f"{verb}_{what}": WHOM for verb in CELLS for what in ("astrocytes", "neurons")},
    **dict.fromkeys(("cut_gap_junctions", "restore_gap_junctions"), WHOM),
    "set": (*WHOM, "parameter", "value"),
}
"""Fields that an action takes beside its time."""
CHANGEABLE = ("gap_junctions.strength", "gap_junctions.threshold", "gap_junctions.width")
"""Dotted parameters that `set` may change; without a dot it is a parameter of nodes."""
FIXED = {
    "gap_junctions": "gap junctions are laid out before the first step",
    "network": "the network is built before the first step; a parameter of nodes has no dot",
    "input": "trains and steps of current have times of their own",
    "schedule": "the length of a run is fixed",
    "record": "records never change a run",
}


def _labels(value: Any) -> Any:
    """Labels, names and numbers as texts."""
    return tuple(
        str(one) if isinstance(one, int) and not isinstance(one, bool) else one
        for one in (as_tuple(value) if isinstance(value, list | tuple) else (value,))
    )


class Intervention(Planned):
    """One intervention, once or repeated."""

    takes: ClassVar = TAKES
    own_fields: ClassVar = ("which", "fraction", "parameter", "value")
    times: ClassVar = ("at_ms",)
    again: ClassVar = ("every_ms", "until_ms")

    action: Action = quantity(..., "what is done", "")
    label: str = quantity("", "name of its marks in figures and tables; empty: the action's", "", max_length=60)
    at_ms: Real | None = quantity(None, "time of the step before which it acts: on the grid", "ms", ge=0)
    every_ms: Real | None = quantity(None, "acts again after this time: on the grid", "ms", gt=0)
    until_ms: Real | None = quantity(None, "last time at which it acts again", "ms", ge=0)
    which: Annotated[tuple[str, ...], BeforeValidator(_labels)] | None = quantity(
        None,
        "numbers or names of neurons, of astrocytes (also for gap junctions, at either end), or populations; none: all",
        "",
        max_length=100_000,
    )
    fraction: Real | None = quantity(None, "of those a random part, by the replicate's seed", "1", gt=0, le=1)
    parameter: str | None = quantity(
        None, "what `set` changes: a parameter of nodes by NEST's name, or gap_junctions.strength", ""
    )
    value: Real | None = quantity(None, "what `set` changes it to", "")

    def taken(self) -> tuple[str, ...]:
        """Return the fields that the action takes: a dotted parameter is nobody's."""
        return ("parameter", "value") if self.dotted else super().taken()

    @property
    def dotted(self) -> bool:
        """Whether it sets a parameter of no node."""
        return self.action == "set" and "." in (self.parameter or "")

    @property
    def what(self) -> str:
        """Cells that it is done to: neurons, astrocytes or gap_junctions; empty for `set`."""
        return self.action.partition("_")[2]

    @property
    def when_words(self) -> str:
        """The time at which it acts, in words."""
        text = f"at {self.at_ms:,g} ms"
        if self.every_ms is not None:
            text += f", then every {self.every_ms:,g} ms"
            text += f" until {self.until_ms:,g} ms" if self.until_ms is not None else ""
        return text

    def label_of(self, one: str) -> str:
        """Return the label of a node that the action names: numbers are those of astrocytes if it is about them."""
        return f"a:{one}" if one.isdigit() and self.what in ("astrocytes", "gap_junctions") else one


def most_events(item: Intervention, duration_ms: float) -> int:
    """Return the most times that an intervention may act in a run of this length."""
    if item.every_ms is None:
        return 1
    end = duration_ms if item.until_ms is None else min(item.until_ms, duration_ms)
    return max(1, int((end - (item.at_ms or 0.0)) / item.every_ms) + 1)


def problems(scenario: Any) -> Iterator[str]:
    """Return what is wrong with the interventions beside their nodes, one line per problem, led by the field."""
    events = scenario.most_events
    if events > EVENT_LIMIT:
        yield f"interventions: too many events ({events}). At most {EVENT_LIMIT} fit: raise every_ms."
    for place, item in enumerate(scenario.interventions):
        for text in _problems(scenario, item):
            yield f"interventions.{place}.{text}"


def time_problems(item: Intervention, step: float) -> Iterator[str]:
    """Return the times of an intervention that are not on the grid, led by the field; `step`: ms."""
    for name in ("at_ms", "every_ms"):
        time = getattr(item, name)
        if time is not None and (not whole(time, step) or (name == "every_ms" and time < step * (1 - ON_GRID))):
            yield f"{name}: not on the grid ({time:g}). Write a multiple of schedule.step_ms = {step:g}."


def _problems(scenario: Any, item: Intervention) -> Iterator[str]:
    duration = scenario.schedule.duration_ms
    yield from time_problems(item, scenario.schedule.step_ms)
    if item.at_ms is not None and item.at_ms >= duration:
        yield f"at_ms: not before the end of the run ({item.at_ms:g}). Write a time below {duration:g}."
    about = item.what == "gap_junctions" or (item.parameter or "").startswith("gap_junctions.")
    if about and scenario.gap_junctions.rule == "none":
        field, given = ("action", item.action) if item.what else ("parameter", item.parameter)
        yield f"{field}: there are no gap junctions ({given}). Write gap_junctions.rule, or remove it."
    elif item.dotted:
        problem = parameter_problem(scenario, str(item.parameter), item.value, CHANGEABLE, FIXED)
        if problem:
            yield problem
