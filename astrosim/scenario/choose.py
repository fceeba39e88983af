"""Parts of a scenario chosen from outside: conditions, an engine; and what such choices leave as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from astrosim.core.errors import ScenarioError
from astrosim.scenario.conditions import condition_names, overrides, resolve, unknown_condition
from astrosim.scenario.experiment import WRITTEN, Experiment
from astrosim.scenario.field_info import fields_of, sections_of
from astrosim.scenario.load import key_path
from astrosim.scenario.merge import merge
from astrosim.scenario.problems import attempt, dotted, lookup
from astrosim.scenario.relevance import named_in_full, never_short, owned, reads_section
from astrosim.scenario.sweep.check import setting_problems
from astrosim.scenario.sweep.fit import field_of
from astrosim.scenario.sweep.section import Sweep, nested_tables
from astrosim.scenario.words import nearest


def select[S: Experiment](scenario: S, names: Sequence[str]) -> S:
    """Return the scenario with some of its conditions only, in the order of the file.

    Of settings of a sweep, each becomes a condition of its own.

    Raises
    ------
    ScenarioError
        If a name is no condition of the scenario.
    """
    known = condition_names(scenario)
    wrong = [f"conditions: {unknown_condition(name, known)}" for name in names if name not in known]
    if wrong:
        raise ScenarioError(wrong)
    kept = {name: override for name, override in overrides(scenario).items() if name in names}
    reference = {name: figures for name, figures in dict(scenario)["reference"].items() if name in names}
    chosen = scenario.model_copy(update={"conditions": kept, "sweep": Sweep(), "reference": reference})
    return chosen.trimmed()


def check_engine(scenario: Experiment, engine: str) -> None:
    """Refuse an engine that cannot run a scenario.

    Raises
    ------
    ScenarioError
        The published engine runs the published system and nothing else; each kind of scenario has engines of its own.
    """
    known = scenario.engine_names()
    if engine not in known:
        right = f"Write one of {', '.join(known)}, or leave it out."
        raise ScenarioError([f"--engine: cannot run kind = {scenario.kind!r} ({engine}). {right}"])
    problems = [resolve(scenario, name).engine_problem(engine, name) for name in condition_names(scenario)]
    if any(problems):
        raise ScenarioError([f"--engine: {problem}" for problem in problems if problem])


def changed[S: Experiment](scenario: S, values: Mapping[str, Any]) -> S:
    """Return the scenario with other values of some fields.

    Parameters
    ----------
    scenario : Experiment
    values : mapping of str to value
        By field: its dotted path, the path with ``__`` for the dots, or its last part if no other field has that.

    Raises
    ------
    ScenarioError
        If a name is no field, or stands for several, or a value is wrong.
    """
    tables: dict[str, Any] = {}
    for name, path in _found_paths(scenario, values).items():
        *sections, field = path.split(".")
        table = tables.setdefault(sections[0], {}) if sections else tables
        table[field] = values[name]
    data = merge(type(scenario), scenario.model_dump(), tables)
    return type(scenario).model_validate(data, context={WRITTEN: tables})


def swept[S: Experiment](scenario: S, values: Mapping[str, Any], **design: Any) -> S:
    """Return the scenario with a sweep in place of its own.

    Parameters
    ----------
    scenario : Experiment
    values : mapping of str to list, array or mapping
        By field, as `changed` takes them: its values, or a range with `from`, `to` and `steps`.
    design : keyword arguments
        Other fields of [sweep].

    Raises
    ------
    ScenarioError
        If a name is no field, or a setting is no valid scenario.
    """
    inside = {name for name in values if field_of(type(scenario), name) not in ("", name)}
    paths = {name: name for name in inside} | _found_paths(scenario, [name for name in values if name not in inside])
    tables = nested_tables({paths[name]: axis for name, axis in values.items()}, dict(design))
    model, data = type(scenario), scenario.model_dump(exclude={"sweep"}) | {"sweep": tables}
    made, problems = attempt(model, data)
    problems += setting_problems(model, data, problems)
    if problems or made is None:
        raise ScenarioError([p.text if p.inside else f"{dotted(p.path)}: {p.text}" for p in problems])
    return made


def _found_paths(scenario: Experiment, names: Iterable[str]) -> dict[str, str]:
    """The field that each name stands for; raises ScenarioError with all names that stand for none, or for several."""
    found = {name: _paths_of(name, scenario) for name in names}
    wrong = [_no_path(name, paths, type(scenario)) for name, paths in found.items() if len(paths) != 1]
    if wrong:
        raise ScenarioError(wrong)
    return {name: path for name, (path,) in found.items()}


def _paths_of(name: str, scenario: Experiment) -> list[str]:
    """The fields that a name stands for: those with short names, and all of that name that a user may mean as well."""
    path, model = name.replace("__", "."), type(scenario)
    if path in fields_of(model):
        return [path]
    short = [p for p in _short(model) if p.rpartition(".")[2] == path]
    apart = set(named_in_full(model)).difference(never_short(model))
    others = [s for s in named_in_full(model) if s in apart and (owned(model, s) or reads_section(scenario, s))]
    return short and short + [f"{s}.{path}" for s in others if f"{s}.{path}" in fields_of(model)]


def _short(model: type[Experiment]) -> list[str]:
    """The fields that their last parts may stand for."""
    return [path for path in fields_of(model) if path.partition(".")[0] not in named_in_full(model)]


def _no_path(name: str, paths: Sequence[str], model: type[Experiment]) -> str:
    """Say that a name stands for no field, or for several."""
    if name in sections_of(model):
        inside = ", ".join(list(sections_of(model)[name].model_fields)[:3])
        return f"{name}: a section, not a field. Write one of its fields as {name}__FIELD: {inside} ..."
    if paths:
        return f"{name}: several fields have this name ({', '.join(paths)}). Write one of them in full."
    known = {path.rpartition(".")[2]: path for path in _short(model)}
    guess = nearest(name.replace("__", "."), [*known.values(), *known])
    right = (
        f"Did you mean {known.get(guess, guess)}?" if guess else "`astrosim explain` shows all fields of a scenario."
    )
    return f"{name}: no such field ({name}). {right}"


def shadowed(scenario: Experiment, overrides: Sequence[str]) -> list[str]:
    """Return notes on overrides that some condition outdoes with a value of its own."""
    notes = []
    for text in overrides:
        path = key_path(text.partition(" ")[2].partition("=")[0] if text.startswith("--") else text.partition("=")[0])
        names = [name for name, own in scenario.conditions.items() if path and lookup(own, path) is not None]
        if path and names:
            field_name = dotted(path)
            notes.append(
                f"note: --set {field_name}: {', '.join(names)} keep their own value; "
                f"conditions.{names[0]}.{field_name} changes it."
            )
    return notes
