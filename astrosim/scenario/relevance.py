"""Which fields a resolved scenario reads: sections and fields of its schema say so themselves.

One walk over the schema answers for explanations, reports and checks; see `astrosim.scenario.section.quantity` and
`table`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from astrosim.scenario.experiment import Experiment
from astrosim.scenario.field_info import sections_of


def unread(scenario: Experiment) -> frozenset[str]:
    """Return the dotted paths of all fields that a resolved scenario does not read."""
    sections = sections_of(type(scenario))
    found = {name for name, info in type(scenario).model_fields.items() if name not in sections}
    own = {name for name in found if not _is_read(type(scenario).model_fields[name], scenario)}
    return frozenset(own).union(*(_unread_in(scenario, name) for name in sections))


def reads(scenario: Experiment, path: str) -> bool:
    """Return whether a resolved scenario reads a field, by its dotted path."""
    section, _, name = path.rpartition(".")
    if not section:
        return _is_read(type(scenario).model_fields[name], scenario)
    if not reads_section(scenario, section):
        return False
    chosen = _facts(type(scenario).model_fields[section]).get("fields")
    info = sections_of(type(scenario))[section].model_fields[name]
    return (chosen is None or name in chosen(scenario)) and _is_read(info, scenario)


def _unread_in(scenario: Experiment, section: str) -> set[str]:
    """Paths of a section's fields that are not read."""
    paths = {f"{section}.{name}" for name in sections_of(type(scenario))[section].model_fields}
    return {path for path in paths if not reads(scenario, path)}


def reads_section(scenario: Experiment, section: str) -> bool:
    """Return whether a resolved scenario reads any field of a section."""
    return _is_read(type(scenario).model_fields[section], scenario)


def owned_by(model: type[Experiment], owner: str) -> tuple[str, ...]:
    """Return the sections that one owner alone has, in the order of the schema."""
    return tuple(name for name in sections_of(model) if _facts(model.model_fields[name]).get("owner") == owner)


def owned(model: type[Experiment], section: str) -> bool:
    """Return whether one owner alone has a section."""
    return bool(_facts(model.model_fields[section]).get("owner"))


@cache
def named_in_full(model: type[Experiment]) -> tuple[str, ...]:
    """Return the sections whose fields have no short names."""
    return tuple(name for name in sections_of(model) if _facts(model.model_fields[name]).get("in_full"))


@cache
def never_short(model: type[Experiment]) -> tuple[str, ...]:
    """Return the sections whose fields are not even meant by a short name of another field."""
    return tuple(name for name in sections_of(model) if _facts(model.model_fields[name]).get("in_full") == "always")


def _facts(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _is_read(info: FieldInfo, scenario: Experiment) -> bool:
    read_if = _facts(info).get("read_if")
    return read_if is None or bool(read_if(scenario))
