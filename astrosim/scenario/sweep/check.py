"""Every setting of a sweep validated, and what is wrong told once: at the value that is at fault, with its line."""

from __future__ import annotations

import re
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
from astrosim.scenario.sweep.list_file import lines_of
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
        place, on_axis = _place(sweep, cell, problem)
        text = problem.text if on_axis or problem.inside else f"{dotted(problem.path)}: {problem.text}"
        ranged = on_axis and not _exact(place)  # of a range, each setting has another value
        key = (place, "" if ranged else text)
        if key in groups:
            groups[key][1].append(name)
        elif len(groups) < MOST:
            inside = problem.inside
            if sweep.file is not None:
                text, inside = f"{_cell_of(sweep, cell, place)}: {text}", True
            groups[key] = (Problem(place, text, inside), [name])
    return [_told(problem, names, sweep) for problem, names in groups.values()]


def _exact(place: Path) -> bool:
    return isinstance(place[-1], int)


def _place(sweep: Sweep, cell: Crossed, problem: Problem) -> tuple[Path, bool]:
    """Path of the value that is at fault, as the sweep holds it, and whether the problem is with the value itself."""
    for path in sweep.paths:
        parts = tuple(path.split("."))
        if problem.path[: len(parts)] == parts:
            return _value_of(sweep, cell, path), True
    named = re.findall(r"[a-z_]+(?:\.[a-z_]+)+", problem.text)
    return next((_value_of(sweep, cell, path) for path in sweep.paths if path in named), (SECTION,)), False


def _value_of(sweep: Sweep, cell: Crossed, path: str) -> Path:
    place = cell.setting.places[sweep.paths.index(path)]
    listed = place is not None and bool(sweep.axes[path].values)
    parts = (SECTION, *path.split("."))
    return (*parts, place) if listed and place is not None else parts


def _cell_of(sweep: Sweep, cell: Crossed, place: Path) -> str:
    """Place in the file of a list."""
    assert sweep.file is not None
    row = next((one for one in cell.setting.places if one is not None), 0)
    column = ".".join(part for part in place[1:] if isinstance(part, str))
    return f"{sweep.file.name}:{lines_of(sweep.file)[row + 1]}" + (f": {column}" if column else "")


def _told(problem: Problem, names: Sequence[str], sweep: Sweep) -> Problem:
    if sweep.file is not None:
        return Problem((SECTION, "file"), problem.text, True)
    if _exact(problem.path):
        return problem
    others = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return Problem(problem.path, f"{problem.text} It is so in setting {names[0]}{others}.", problem.inside)
