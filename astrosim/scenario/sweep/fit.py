"""A sweep held against the kind of scenario that it belongs to: its fields, its design, its conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from astrosim.scenario.experiment import SHARED_FIELDS, Experiment
from astrosim.scenario.field_info import KINDS, fields_of, sections_of
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import complain, short
from astrosim.scenario.sweep.axis import Axis
from astrosim.scenario.sweep.designs import draw_points, points_of
from astrosim.scenario.sweep.list_file import read_list
from astrosim.scenario.sweep.section import Sweep
from astrosim.scenario.words import nearest

MOST = 100_000  # settings; assumed: no report reads more


def fitted(model: type[Experiment], sweep: Sweep, conditions: Mapping[str, Any]) -> Sweep:
    """Return a sweep as a kind of scenario means it: whole numbers whole, names of files as files, points drawn.

    Parameters
    ----------
    model : Experiment type
    sweep : Sweep
    conditions : mapping of str to tables
        Of the scenario.

    Raises
    ------
    ComplaintError
        With all that is wrong, for the validator.
    """
    axes = dict(sweep.axes)
    if sweep.design == "list":
        complain([] if sweep.file is not None else ['file: none for design = "list". Write file = "settings.csv".'])
        assert sweep.file is not None
        axes = read_list(sweep.file, lambda path: path_problem(model, path))
    elif sweep.file is not None:
        complain([f'file: only design = "list" reads one ("{sweep.design}"). Write that design, or remove the file.'])
    if not axes:
        said = next((f"{name}: " for name in Sweep.model_fields if getattr(sweep, name) != getattr(Sweep(), name)), "")
        complain([] if sweep == Sweep() else [f"{said}no field is swept. Write one, such as {_example(model)}."])
        return sweep
    complain([f"{path}: {problem}" for path in axes if (problem := path_problem(model, path))])
    axes = {path: _of_field(model, path, axis) for path, axis in axes.items()}
    complain(list(_conflicts(axes, conditions)))
    return complete(sweep.having(axes=axes))


def complete(sweep: Sweep) -> Sweep:
    """Return a sweep whose axes and design fit each other, its points drawn.

    Raises
    ------
    ComplaintError
        With all that is wrong.
    """
    complain(list(_axis_problems(sweep)))
    complain(list(_size_problems(sweep)))
    if sweep.random and not sweep.points:
        return sweep.having(points=draw_points(sweep.design, len(sweep.axes), sweep.samples, sweep.seed))
    return sweep


def path_problem(model: type[Experiment], path: str) -> str:
    """Say why a field cannot be swept; empty if it can."""
    known = [name for name in fields_of(model) if name not in SHARED_FIELDS]
    if path in SHARED_FIELDS:
        return f"the same for all settings ({path}). Sweep another field."
    if path in known or field_of(model, path):
        return ""
    if path in sections_of(model):
        inside = ", ".join(list(sections_of(model)[path].model_fields)[:3])
        return f"a section, not a field ({path}). Write one of its fields: {inside} ..."
    last = path.rpartition(".")[2]
    same = [name for name in known if name.rpartition(".")[2] == last]
    guess = nearest(path, known) if not same else " or ".join(same[:3])
    right = f"Did you mean {guess}?" if guess else "`astrosim explain` shows all fields of a scenario."
    return f"no such field ({path}). {right}"


def field_of(model: type[Experiment], path: str) -> str:
    """Return the field that holds a path: itself, or a field that is a table, such as `network.parameters`; else
    empty."""
    known = fields_of(model)
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in known and name not in SHARED_FIELDS and not name.startswith("sweep."):
            return name if length == len(parts) or known[name].kind.startswith("a table") else ""
    return ""


def _example(model: type[Experiment]) -> str:
    number = next(path for path, facts in fields_of(model).items() if "." in path and facts.kind == KINDS[float])
    return f"{number} = [0.1, 0.2]"


def _of_field(model: type[Experiment], path: str, axis: Axis) -> Axis:
    """The axis with values as the field takes them."""
    facts = fields_of(model).get(path)
    changes: dict[str, Any] = {"whole": facts is not None and facts.kind == KINDS[int]}
    section, _, field = path.rpartition(".")
    if (section, field) in model.file_fields:
        changes["values"] = tuple(map(_as_file, axis.values))
    return axis.model_copy(update=changes)


def _as_file(value: Any) -> Any:
    try:
        return InputFile.of(value)
    except ValueError:  # validation of the setting tells why
        return value


def _axis_problems(sweep: Sweep) -> Iterator[str]:
    for path, axis in sweep.axes.items():
        if axis.bounded and not sweep.random:
            yield f'{path}: a range without steps in design = "{sweep.design}". Write steps = 5, or a list of values.'
        if axis.whole and (points := axis.points) and len(set(points)) < len(points):
            yield f"{path}: two steps are the same whole number ({short(points[0])}). Write fewer steps."
        if axis.whole and axis.bounded and math.floor(axis.high) < math.ceil(axis.low):
            yield f"{path}: no whole number between {axis.low:g} and {axis.high:g}. Widen the range."
        inner = [other for other in sweep.paths if other.startswith(f"{path}.")]
        if inner:
            yield f"{path}: swept as a whole, and in part ({inner[0]}). Sweep one of the two."
    if sweep.design == "zip":
        counts = {path: len(axis.points) for path, axis in sweep.axes.items()}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{path} {count}" for path, count in counts.items())
            yield f'design: "zip" needs lists of one length ({told}). Write one value of each for every setting.'


def _conflicts(axes: Iterable[str], conditions: Mapping[str, Any]) -> Iterator[str]:
    for path in axes:
        parts = path.split(".")
        for name, own in conditions.items():
            table: Any = own
            for part in parts:
                table = table.get(part) if isinstance(table, Mapping) else None
            if table is not None:
                yield f"{path}: condition {name} sets it as well ({short(table)}). Remove it there, or here."


def _size_problems(sweep: Sweep) -> Iterator[str]:
    number = len(sweep.axes)
    if not sweep.random:
        if sweep.samples:
            yield f"samples: only random designs take any ({sweep.samples}). Write another design, or remove them."
        count = math.prod(len(axis.points) for axis in sweep.axes.values()) if sweep.design == "grid" else 0
    else:
        count = points_of(sweep.design, number, sweep.samples)
        if not sweep.samples:
            yield f'samples: none for design = "{sweep.design}" (0). Write samples = 64.'
        elif sweep.design == "sobol" and sweep.samples & (sweep.samples - 1):
            power = 1 << (sweep.samples.bit_length() - 1)
            yield f"samples: not a power of 2 ({sweep.samples}). Write {power} or {2 * power}."
        wrong = any(len(point) != number for point in sweep.points)
        if wrong or len(sweep.points) not in (0, count):
            yield f"points: not those of this design ({len(sweep.points)} for {count} settings). Remove them."
    if count > MOST:
        yield f"more than {MOST:,} settings ({count:,}). Write fewer values."
