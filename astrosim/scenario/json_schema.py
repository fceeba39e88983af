"""The JSON Schema (draft 7) of scenario files, from the fields themselves: editors check and complete by it."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from astrosim.contracts import registry
from astrosim.core.errors import ScenarioError
from astrosim.scenario.experiment import SHARED_FIELDS, Experiment
from astrosim.scenario.field_info import facts_at, is_section
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.load import DEFAULT_KIND
from astrosim.scenario.section import Section

DRAFT = "http://json-schema.org/draft-07/schema#"
FILE = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"file": {"type": "string"}, "sha256": {"type": "string"}},
            "required": ["file"],
            "additionalProperties": False,
        },
    ]
}
NUMBER = {"type": "number"}
AXIS = {
    "anyOf": [
        {"type": "array", "minItems": 1},
        {
            "type": "object",
            "properties": {"from": NUMBER, "to": NUMBER, "steps": {"type": "integer", "minimum": 2}}
            | {"scale": {"enum": ["linear", "log"]}},
            "required": ["from", "to"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"values": {"type": "array", "minItems": 1}, "files": {"type": "array"}},
            "required": ["values"],
            "additionalProperties": False,
        },
    ]
}
"""Values of a swept field: a list, a range, or a list of classes beside the files of their modules."""
SEEDS = {"type": "string", "pattern": "^[0-9]+:[0-9]+$"}
Schema = dict[str, Any]


def json_schema(kind: str = "") -> Schema:
    """Return the schema of scenario files.

    Parameters
    ----------
    kind : str
        Of one kind; empty: of all kinds, told apart by their `kind`.

    Raises
    ------
    ScenarioError
        If there is no such kind.
    """
    if kind and kind not in (*registry.kinds(), *registry.ALIASES):
        raise ScenarioError([f"--kind: kind: no such kind ({kind}). Write one of {', '.join(registry.kinds())}."])
    kinds = (registry.find_system(kind).kind,) if kind else registry.kinds()
    names = [name for one in kinds for name in (one, *dict.fromkeys(registry.find_system(one).variants.values()))]
    definitions = {name: _file(name) for name in names}
    return {
        "$schema": DRAFT,
        "title": "astrosim scenario",
        "definitions": definitions,
        "oneOf": [{"$ref": f"#/definitions/{name}"} for name in names],
    }


def _file(system: str) -> Schema:
    """Schema of the files that describe a system: its tables, and conditions that override them."""
    model: type[Experiment] = registry.find_system(system).scenario
    kind = registry.find_system(system).kind
    schema = _section(model, model, ())
    names = [kind, *(alias for alias, name in registry.ALIASES.items() if name == kind)]
    properties = schema["properties"]
    properties["kind"] = {**properties["kind"], "enum": names}
    properties["kind"].pop("const", None)
    own = {name: value for name, value in properties.items() if name not in SHARED_FIELDS}
    override = {"type": "object", "properties": own, "additionalProperties": False}
    properties["conditions"] = {"type": "object", "additionalProperties": override}
    properties["sweep"] = _sweep(properties["sweep"], own)
    return schema | ({} if kind == DEFAULT_KIND else {"required": ["kind"]})


def _sweep(own: Schema, fields: Mapping[str, Schema]) -> Schema:
    """Schema of [sweep]: its own fields, and an axis in place of every other field of a scenario."""
    drawn = {name: field for name, field in own["properties"].items() if name != "axes"}
    return {**own, "properties": {**{name: _axes(field) for name, field in fields.items()}, **drawn}}


def _axes(field: Schema) -> Schema:
    """Schema of the axis of a field, or of those of a section's fields."""
    inside = {name: _axes(one) for name, one in field.get("properties", {}).items()}
    if not inside:
        return AXIS if field.get("type") != "object" else {"anyOf": [AXIS, {"type": "object"}]}
    return {"type": "object", "properties": inside, "additionalProperties": False}


def _section(section: type[Section], model: type[Experiment], path: tuple[str, ...]) -> Schema:
    fields = section.model_fields
    schema = {
        "type": "object",
        "properties": {name: _field(info, model, (*path, name)) for name, info in fields.items()},
        "additionalProperties": False,
    }
    needed = [name for name, info in fields.items() if info.is_required()]
    return schema | ({"required": needed} if needed else {})


def _field(info: FieldInfo, model: type[Experiment], path: tuple[str, ...]) -> Schema:
    """Schema of a field: a section, a list of tables, or a value with its meaning and default."""
    name = ".".join(path)
    if is_section(info.annotation):
        return _section(typing.cast(type[Section], info.annotation), model, path)
    if name in model.tables:
        entry = _section(model.tables[name], model, path)
        several = tuple in [typing.get_origin(one) for one in (info.annotation, *typing.get_args(info.annotation))]
        return {"description": info.description} | ({"type": "array", "items": entry} if several else entry)
    if name in ("conditions", "sweep.axes"):
        return {"description": info.description}
    return _described(_value(info), info, model, path)


def _value(info: FieldInfo) -> Schema:
    """Schema of what may be written for a value: its type and its limits."""
    if InputFile in (info.annotation, *typing.get_args(info.annotation)):
        return dict(FILE)
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(kind).json_schema()


def _described(schema: Schema, info: FieldInfo, model: type[Experiment], path: tuple[str, ...]) -> Schema:
    facts = facts_at(path, model)
    if path == ("seeds",):
        schema = {"anyOf": [schema, SEEDS]}
    if facts is None:
        return schema
    unit = "" if facts.unit in ("", "1") else f" ({facts.unit})"
    source = f" Source: {facts.source}." if facts.source else ""
    schema = {**schema, "description": f"{facts.meaning}{unit}.{source}"}
    plain = isinstance(facts.default, bool | int | float | str) and not info.is_required()
    return schema | ({"default": facts.default} if plain else {})
