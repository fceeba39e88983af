"""Conditions of a scenario, its sweep crossed in: their names, their overrides, and the scenario under one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from astrosim.core.errors import ScenarioError
from astrosim.scenario.experiment import WRITTEN, Experiment
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.merge import deep_merge, merge
from astrosim.scenario.sweep.names import names_of
from astrosim.scenario.sweep.section import Setting, Sweep, nested_tables
from astrosim.scenario.words import nearest

DEFAULT_CONDITION = "default"  # of files without conditions
NO_SETTING = Setting({}, ())
LISTED = 40  # conditions named in an error; assumed: more are no longer read


class Crossed(NamedTuple):
    """A condition as a run has it.

    Attributes
    ----------
    base : str
        Name of the scenario's own condition.
    setting : Setting
        Of the sweep; empty where nothing is swept.
    override : mapping of str to tables
        Of the condition, with the setting's values.
    """

    base: str
    setting: Setting
    override: Mapping[str, Any]


class _Same:
    """A few objects, equal to the same objects alone: what is worked out of them is kept for a while."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and all(a is b for a, b in zip(self.parts, other.parts, strict=True))


def crossed(scenario: Experiment) -> Mapping[str, Crossed]:
    """Return the conditions of a run by name, in order: those of the scenario, crossed with the settings of its sweep.

    Parameters
    ----------
    scenario : Experiment
    """
    if not scenario.sweep.axes:
        own = scenario.conditions or {DEFAULT_CONDITION: {}}
        return {name: Crossed(name, NO_SETTING, override) for name, override in own.items()}
    return _crossed(type(scenario), _Same(scenario.sweep, scenario.conditions))


@lru_cache(maxsize=4)
def _crossed(model: type[Experiment], parts: _Same) -> Mapping[str, Crossed]:
    sweep, conditions = parts.parts
    return cross(model, sweep, conditions)


def cross(model: type[Experiment], sweep: Sweep, conditions: Mapping[str, Any]) -> dict[str, Crossed]:
    """Return conditions crossed with the settings of a sweep, by name.

    Parameters
    ----------
    model : Experiment type
    sweep : Sweep
    conditions : mapping of str to tables
    """
    names = iter(names_of(sweep, tuple(conditions)))
    tables = [tables_of(model, sweep, setting) for setting in sweep.settings]
    return {
        next(names): Crossed(base, setting, deep_merge(own, table))
        for base, own in (conditions or {DEFAULT_CONDITION: {}}).items()
        for setting, table in zip(sweep.settings, tables, strict=True)
    }


def tables_of(model: type[Experiment], sweep: Sweep, setting: Setting) -> dict[str, Any]:
    """Return the override that a setting stands for: its values, and the files of modules that they name."""
    values: dict[str, Any] = dict(setting.values)
    for section, field, file in model.module_fields:
        axis, path = sweep.axes.get(f"{section}.{field}"), f"{section}.{field}"
        if axis is not None and axis.files:
            place = setting.places[sweep.paths.index(path)]
            beside: InputFile | None = axis.files[place or 0]
            values |= {} if beside is None else {f"{section}.{file}": beside}
    return nested_tables(values)


def overrides(scenario: Experiment) -> dict[str, Mapping[str, Any]]:
    """Return the override of each condition of a run by name; empty without conditions and sweep."""
    if not scenario.sweep.axes:
        return dict(scenario.conditions)
    return {name: one.override for name, one in crossed(scenario).items()}


def condition_names(scenario: Experiment) -> tuple[str, ...]:
    """Return the conditions in the order of the file, crossed with its sweep; ``("default",)`` where there are none.

    Parameters
    ----------
    scenario : Experiment
    """
    if scenario.sweep.axes:
        return tuple(crossed(scenario))
    return tuple(scenario.conditions) or (DEFAULT_CONDITION,)


def resolve[S: Experiment](scenario: S, condition: str) -> S:
    """Return the scenario under one condition: its overrides merged in, no conditions and no sweep left.

    Parameters
    ----------
    scenario : Experiment
    condition : str

    Raises
    ------
    ScenarioError
        If there is no such condition.
    """
    known = crossed(scenario)
    if condition not in known:
        raise ScenarioError([f"{scenario.name}: conditions: {unknown_condition(condition, tuple(known))}"])
    own = known[condition].override
    data = {**merge(type(scenario), tables_without_conditions(scenario), own), "conditions": {}}
    return type(scenario).model_validate(data, context={WRITTEN: own})


def tables_without_conditions(scenario: Experiment) -> dict[str, Any]:
    """Return the tables of a scenario, conditions and sweep left out."""
    return scenario.model_dump(exclude={"conditions", "sweep"})


def unknown_condition(condition: str, names: Sequence[str]) -> str:
    """Say that a condition does not exist, and which was meant."""
    guess = nearest(condition, names)
    more = " ..." if len(names) > LISTED else ""
    right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(names[:LISTED])}{more or '.'}"
    return f"no such condition ({condition}). {right}"
