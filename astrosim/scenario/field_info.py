"""The fields of a scenario as a flat list: kind, range, unit and source of each, in words."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic.fields import FieldInfo

from astrosim.contracts import registry
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.section import Section

KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text in quotes"}
LISTS = {
    "seeds": "a list of different whole numbers from 0, or a text 'first:count'",
    "task.patterns": 'a list of pairs of texts of 0 and 1, such as [["00", "1"], ["10", "0"]]',
    "task.module": 'the name of a Python file, such as "my_module.py"',
    "task.arguments": "a table, such as {n_samples = 500}",
    "task.threshold": 'a number, or "auto" or "none"',
    "territory.groups": "a list of lists of whole numbers from 0, such as [[0, 1], [2, 3]]",
    "schedule.stop_at": 'a number, or "none" or "threshold"',
    "task.test_file": 'the name of a CSV or NPZ file, such as "test.csv"',
    "task.validation_file": 'the name of a CSV or NPZ file, such as "validation.csv"',
    "task.columns": 'a list of names of columns, such as ["age", "income"]',
    "task.leave_out": 'a list of names of columns, such as ["id"]',
    "task.file": 'the name of a CSV file, such as "patterns.csv"',
    "agents.file": 'the name of a Python file, such as "my_module.py"',
    "network.positions": 'the name of a CSV file, such as "positions.csv"',
    "network.nodes": 'the name of a CSV file, such as "nodes.csv"',
    "network.grid": "two whole numbers, rows and columns, such as [4, 5]",
    "network.hidden": "a list of whole numbers from 1, such as [20]",
    "network.wiring": 'the name of a CSV or NPZ file, such as "wiring.csv"',
    "network.start": 'the name of an NPZ file, such as "start.npz"',
    "network.neurons": 'the name of a CSV file, such as "neurons.csv"',
    "network.astrocytes": 'the name of a CSV file, such as "astrocytes.csv"',
    "network.synapses": 'the name of a CSV file, such as "synapses.csv"',
    "network.tripartite": 'the name of a CSV file, such as "tripartite.csv"',
    "network.populations": "tables [[network.populations]] with name, model and size",
    "network.populations.parameters": "a table, such as {tau_m = 20.0, V_m = {uniform = [-70.0, -55.0]}}",
    "network.connections": "tables [[network.connections]] with pre, post, rule, weight and delay_ms",
    "network.connections.pre": 'a list of names of populations, such as ["excitatory"]',
    "network.connections.post": 'a list of names of populations, such as ["excitatory", "inhibitory"]',
    "network.connections.weight": "a number, or a table such as {uniform = [0.5, 1.5]}",
    "network.connections.delay_ms": "a number, or a table such as {uniform = [0.5, 1.5]}",
    "network.connections.parameters": "a table, such as {U = 0.5, tau_rec = 800.0}",
    "network.parameters": "a table, such as {tau_m = 20.0, tau_syn_ex = 5.0}",
    "calcium.parameters": "a table, such as {delta_IP3 = 0.005}",
    "input.spikes": 'the name of a CSV file, such as "spikes.csv"',
    "input.poisson": "tables [[input.poisson]] with target, rate_hz and weight",
    "input.poisson.target": 'a list of populations or nodes, such as ["excitatory", "a:0"]',
    "input.currents": "tables [[input.currents]] with target, time_ms and amplitude",
    "input.currents.target": 'a list of populations or neurons, such as ["excitatory", "0"]',
    "record.traces": "tables with variable, nodes and every_ms",
    "record.traces.nodes": 'a list of nodes or populations, such as ["0", "a:0"]',
    "coupling.edges": "a list of pairs of astrocytes, such as [[0, 1], [1, 2]]",
    "record.weights_at": "a list of whole numbers",
    "record.firing_trials": "a list of two whole numbers, the first trial and the one behind the last, or nothing: []",
    "interventions": "tables [[interventions]] with an action and a time",
    "interventions.when": "a table such as {accuracy_above = 0.6, episodes = 10}",
    "interventions.which": "a list of whole numbers from 0, such as [0, 3]; in simulations also names",
    "interventions.value": "a number, or a text in quotes",
    "interventions.patterns": 'a list of pairs of texts of 0 and 1, such as [["00", "1"], ["10", "0"]]',
    "sweep.file": 'the name of a CSV file, such as "settings.csv"',
    "sweep.points": "lists of numbers between 0 and 1",
    "sweep.axes": "lists of values or ranges, such as perturbation.sigma = [0.1, 0.2]",
    "conditions": "tables [conditions.NAME] that override fields",
    "reference": "tables [reference.CONDITION] of published figures",
}
NAME_WORDS = "1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first"


@dataclass(frozen=True)
class FieldFacts:
    """One field of a scenario.

    Attributes
    ----------
    path : str
        Dotted, as in a file: ``network.p_within``.
    kind : str
        What to write, in words.
    range : str
        The valid range or choices, in words; empty where anything of the kind goes.
    interval : str
        The same as a mathematician writes it.
    unit, source, meaning : str
    default : Any
    """

    path: str
    kind: str
    range: str
    interval: str
    unit: str
    source: str
    meaning: str
    default: Any

    @property
    def advice(self) -> str:
        """Remedy, as a sentence."""
        if self.kind == "one of":
            return f"Write {'one of ' if ',' in self.range else ''}{self.range}."
        if self.path == "name":
            return f"Write {NAME_WORDS}, in quotes."
        numeric = self.kind in (KINDS[int], KINDS[float]) and isinstance(self.default, int | float)
        example = f", such as {self.default:g}" if numeric else ""
        return f"Write {self.kind}{' ' + self.range if self.range else ''}{example}."


def limits(info: FieldInfo) -> dict[str, Any]:
    """Return the limits of a field by pydantic's names: ge, gt, le, lt, min_length, max_length."""
    found = {}
    for item in info.metadata:
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length"):
            if getattr(item, name, None) is not None:
                found[name] = getattr(item, name)
    return found


def range_words(bounds: dict[str, Any]) -> str:
    """Say in words what the limits of a number or text allow."""
    low = f"above {bounds['gt']:g}" if "gt" in bounds else f"from {bounds['ge']:g}" if "ge" in bounds else ""
    high = f"below {bounds['lt']:g}" if "lt" in bounds else f"to {_plain(bounds['le'])}" if "le" in bounds else ""
    if "max_length" in bounds:
        high = f"of at most {bounds['max_length']} entries"
    return ", ".join(part for part in (low, high) if part).replace(", to", " to", 1 if "ge" in bounds else 0)


def _plain(number: float) -> str:
    return f"{number:g}" if abs(number) >= 1e6 or isinstance(number, float) else str(number)


def interval(bounds: dict[str, Any]) -> str:
    """Return the limits of a number as an interval, such as ``(0, 1]``."""
    if not {"ge", "gt"} & set(bounds):
        return ""
    low = f"({bounds['gt']:g}" if "gt" in bounds else f"[{bounds['ge']:g}"
    if "lt" in bounds:
        return f"{low}, {bounds['lt']:g})"
    return f"{low}, {_plain(bounds['le']) if 'le' in bounds else 'inf'}{']' if 'le' in bounds else ')'}"


def choices(annotation: Any) -> tuple[Any, ...]:
    """Return the values of a Literal annotation, else nothing."""
    return typing.get_args(annotation) if typing.get_origin(annotation) is Literal else ()


def _needed(annotation: Any) -> Any:
    """The type of a field that may also be left out."""
    inner = [part for part in typing.get_args(annotation) if part is not types.NoneType]
    optional = isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union
    annotation = inner[0] if optional and len(inner) == 1 else annotation
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation


def _facts(path: str, info: FieldInfo) -> FieldFacts:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    annotation = _needed(info.annotation)
    known = registry.kinds() if path == "kind" else choices(annotation)
    if known:
        kind, words = "one of", ", ".join(f'"{c}"' if isinstance(c, str) else str(c) for c in known)
    elif path in LISTS:
        kind, words = LISTS[path], ""
    else:
        kind, words = KINDS[annotation], range_words(limits(info))
        words = words.replace("entries", "letters") if annotation is str else words
    default = info.get_default(call_default_factory=True)
    text = {key: str(extra.get(key, "")) for key in ("unit", "source")}
    within = words.replace('"', "") if known else interval(limits(info))
    return FieldFacts(path, kind, words, within, text["unit"], text["source"], info.description or "", default)


def is_section(annotation: Any) -> bool:
    """Return whether a field of this type is a table with fields of its own."""
    return (
        isinstance(annotation, type)
        and not isinstance(annotation, types.GenericAlias)
        and issubclass(annotation, Section)
    )


def walk(section: type[Section], prefix: str = "") -> Iterator[FieldFacts]:
    """Return all fields of a section in the order of the schema, sections after sections."""
    for name, info in section.model_fields.items():
        if is_section(info.annotation):
            yield from walk(typing.cast(type[Section], info.annotation), f"{prefix}{name}.")
        else:
            yield _facts(f"{prefix}{name}", info)


@cache
def fields_of(model: type[Experiment]) -> dict[str, FieldFacts]:
    """Return the fields of a kind of scenario by their dotted paths."""
    return {facts.path: facts for facts in walk(model)}


@cache
def sections_of(model: type[Experiment]) -> dict[str, type[Section]]:
    """Return the sections of a kind of scenario by name."""
    return {
        name: typing.cast(type[Section], info.annotation)
        for name, info in model.model_fields.items()
        if is_section(info.annotation)
    }


def figures_of(model: type[Experiment]) -> tuple[str, ...]:
    """Return the published figures that a kind of scenario can hold."""
    by_condition = typing.get_args(model.model_fields["reference"].annotation)[1]
    return choices(typing.get_args(by_condition)[0])


@cache
def entry_fields_of(model: type[Experiment]) -> dict[str, FieldFacts]:
    """Return the fields of entries of lists of tables, such as ``interventions.action``, by their dotted paths."""
    return {facts.path: facts for path, section in model.tables.items() for facts in walk(section, f"{path}.")}


def facts_at(path: Iterable[str | int], model: type[Experiment]) -> FieldFacts | None:
    """Return the facts of the field at a path, places in lists left out; None where there is none."""
    name = ".".join(part for part in path if isinstance(part, str))
    return fields_of(model).get(name) or entry_fields_of(model).get(name)


def table_at(path: Sequence[str | int], model: type[Experiment]) -> type[Section] | None:
    """Return the section that stands at a path; None where there is none."""
    if not path:
        return model
    name = ".".join(part for part in path if isinstance(part, str))
    if name in model.tables:
        return model.tables[name]
    return sections_of(model).get(str(path[0]))


def value_at(scenario: Experiment, path: str) -> Any:
    """Return the value of a field by its dotted path."""
    value: Any = scenario
    for part in path.split("."):
        value = getattr(value, part)
    return value
