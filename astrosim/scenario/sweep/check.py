"""Every setting of a sweep validated, and what is wrong told once: at the value that is at fault, with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from astrosim.scenario.conditions import Crossed, cross
from astrosim.scenario.experiment import SHARED_FIELDS, Experiment
from astrosim.scenario.inputs import ComplaintError
from astrosim.scenario.locate import Path
from astrosim.scenario.merge import merge
from astrosim.scenario.problems import Problem, attempt, dotted
from astrosim.scenario.section import validated
from astrosim.scenario.sweep.fit import fitted
from astrosim.scenario.sweep.section import Sweep

SECTION = "sweep"
MOST = 200  # different problems looked at; assumed: more are never read
OTHERS = ("conditions", "reference", SECTION)


def setting_problems(model: type[Experiment], data: Mapping[str, Any], known: Sequence[Problem]) -> list[Problem]:
    """Return the problems that the settings of a sweep add to those of the base.

    Parameters
    ----------
    model : Experiment type
    data : mapping
        Tables of a file.
    known : sequence of Problem
        Of the base; where the sweep itself is among them, its settings are not looked at.
    """
    raw, conditions = data.get(SECTION), data.get("conditions") or {}
    own = {
        name: {key: value for key, value in override.items() if key not in SHARED_FIELDS}
        for name, override in (conditions.items() if isinstance(conditions, dict) else ())
        if isinstance(override, dict)
    }
    if not isinstance(raw, dict) or any(problem.path[:1] == (SECTION,) for problem in known):
        return []
    try:
        sweep = fitted(model, validated(Sweep, raw), own)
    except (ComplaintError, ValueError):  # a problem of the base, told there
        return []
    base = {key: value for key, value in data.items() if key not in OTHERS}
    return _grouped(sweep, _found(model, base, cross(model, sweep, own), set(known)))


def _found(
    model: type[Experiment], base: Mapping[str, Any], cells: Mapping[str, Crossed], known: set[Problem]
) -> Iterator[tuple[str, Crossed, Problem]]:
    for name, cell in cells.items():
        _, problems = attempt(model, merge(model, base, cell.override), cell.override)
        yield from ((name, cell, problem) for problem in problems if problem not in known)


def _grouped(sweep: Sweep, found: Iterator[tuple[str, Crossed, Problem]]) -> list[Problem]:
    """Problems that are alike, each once: what is wrong, and in which settings."""
    groups: dict[tuple[Path, str], tuple[Problem, list[str]]] = {}
    for name, cell, problem in found:
        place = _place(sweep, cell, problem.path)
        text = problem.text if place or problem.inside else f"{dotted(problem.path)}: {problem.text}"
        exact = place and isinstance(place[-1], int)
        key = (place, "" if place and not exact else text)
        if key in groups:
            groups[key][1].append(name)
        elif len(groups) < MOST:
            groups[key] = (Problem(place or (SECTION,), text, problem.inside), [name])
    return [_told(problem, names) for problem, names in groups.values()]


def _place(sweep: Sweep, cell: Crossed, path: Path) -> Path:
    """Path of the axis that a problem is about, and of the value on it; empty if it is about no axis."""
    for number, name in enumerate(sweep.paths):
        parts = tuple(name.split("."))
        if path[: len(parts)] == parts:
            place = cell.setting.places[number]
            if sweep.file is not None:
                return (SECTION, "file")
            listed = place is not None and sweep.axes[name].values
            return (SECTION, *parts, place) if listed and place is not None else (SECTION, *parts)
    return ()


def _told(problem: Problem, names: Sequence[str]) -> Problem:
    if problem.path[1:] and isinstance(problem.path[-1], int):
        return problem
    others = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return Problem(problem.path, f"{problem.text} It is so in setting {names[0]}{others}.", problem.inside)
