"""The fields of a scenario and their values: as a table for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from astrosim.core.errors import ScenarioError
from astrosim.explain.tables import TABLES, VARIES, new_table, shown
from astrosim.scenario import Experiment
from astrosim.scenario.field_info import FieldFacts, fields_of, sections_of, value_at
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.problems import nearest
from astrosim.scenario.relevance import unread

WIDE = 100  # columns from which there is room for the sources
NARROW_VALUE, WIDE_VALUE = 16, 23  # columns of a value


@dataclass(frozen=True)
class Choice:
    """Selection of the fields that an explanation shows.

    Attributes
    ----------
    section : str
        A section, or the dotted path of a field; empty: all.
    everything : bool
        Also the fields that no condition reads.
    changed : bool
        Only the fields that some condition has at another value than the default.
    """

    section: str = ""
    everything: bool = False
    changed: bool = False

    @property
    def narrow(self) -> bool:
        """Whether a part of the fields was asked for."""
        return bool(self.section) or self.changed

    def wants(self, path: str) -> bool:
        """Return whether a field lies in the section that was asked for."""
        return not self.section or path == self.section or path.startswith(f"{self.section}.")


@dataclass(frozen=True)
class Row:
    """A field and its values.

    Attributes
    ----------
    facts : FieldFacts
    values : mapping of str to value
        By condition.
    acts : bool
        Whether some condition reads it.
    """

    facts: FieldFacts
    values: Mapping[str, Any]
    acts: bool

    @property
    def changed(self) -> bool:
        """Whether some condition has another value than the default."""
        return any(value != self.facts.default for value in self.values.values())

    @property
    def varies(self) -> bool:
        """Whether conditions have different values."""
        first, *others = self.values.values()
        return any(other != first for other in others)

    @property
    def first(self) -> Any:
        """Value in the first condition."""
        return next(iter(self.values.values()))

    def as_dict(self) -> dict[str, Any]:
        """Return the field for JSON."""
        values = {name: plain(value) for name, value in self.values.items()}
        facts = self.facts
        return {
            "path": facts.path,
            "value": None if self.varies else plain(self.first),
            "by_condition": values if self.varies else {},
            "default": plain(facts.default),
            "changed": self.changed,
            "acts": self.acts,
            "kind": facts.kind,
            "range": facts.range,
            "unit": facts.unit,
            "source": facts.source,
            "meaning": facts.meaning,
        }


def plain(value: Any) -> Any:
    """Return a field's value as JSON holds it."""
    return json.loads(json.dumps(value, default=lambda one: one.path.name if isinstance(one, InputFile) else str(one)))


def check_section(model: type[Experiment], section: str) -> None:
    """Refuse a section that a kind of scenario does not have.

    Raises
    ------
    ScenarioError
        Names the nearest one.
    """
    sections = sections_of(model)
    known = [path for path in fields_of(model) if path not in TABLES]
    if section and section not in sections and section not in known:
        guess = nearest(section, [*sections, *known])
        right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(sections)}."
        raise ScenarioError([f"SECTION: no such section or field ({section}). {right}"])


def rows_of(resolved: Mapping[str, Experiment]) -> Iterator[Row]:
    """Yield all fields with their values, in the order of the schema."""
    idle = frozenset.intersection(*(unread(scenario) for scenario in resolved.values()))
    for path, facts in fields_of(type(next(iter(resolved.values())))).items():
        if path not in TABLES:
            values = {name: value_at(scenario, path) for name, scenario in resolved.items()}
            yield Row(facts, values, path not in idle)


def chosen_rows(resolved: Mapping[str, Experiment], choice: Choice) -> tuple[list[Row], int]:
    """Return the fields to show, and the number of those left out because no condition reads them."""
    wanted = [row for row in rows_of(resolved) if choice.wants(row.facts.path) and (row.changed or not choice.changed)]
    rows = [row for row in wanted if row.acts or choice.everything]
    return rows, len(wanted) - len(rows)


def values_table(resolved: Mapping[str, Experiment], choice: Choice, width: int) -> RenderableType:
    """Return fields with value and unit, range, source and meaning; ``*`` marks what is not the default.

    Parameters
    ----------
    resolved : mapping
        Scenarios by condition.
    choice : Choice
    width : int
        Columns of the console; sources are left out where there is no room for them.
    """
    rows, idle = chosen_rows(resolved, choice)
    sources, table, section = width >= WIDE, _empty_table(width), ""
    for row in rows:
        head, _, name = row.facts.path.rpartition(".")
        if head != section:
            table.add_row(Text(f"[{head}]", style="bold"))
            section = head
        table.add_row(f"  {name}" if head else name, *_cells(row, sources))
    return Group(table, *_left_out(idle))


def _empty_table(width: int) -> Table:
    value = WIDE_VALUE if width >= WIDE else NARROW_VALUE
    columns: list[tuple[str, dict[str, Any]]] = [
        ("field", {"overflow": "fold"}),
        ("value", {"max_width": value, "overflow": "fold"}),
        ("range", {"max_width": 13, "overflow": "fold"}),
        *([("source", {"overflow": "fold"})] if width >= WIDE else []),
        ("meaning", {"overflow": "fold", "ratio": 1}),
    ]
    table = new_table("Values (* not the default)", *columns)
    table.expand = True
    return table


def _left_out(idle: int) -> list[Text]:
    if not idle:
        return []
    fields = "1 field that nothing here reads is" if idle == 1 else f"{idle} fields that nothing here reads are"
    return [Text(f"{fields} left out; --all shows all.")]


def _cells(row: Row, sources: bool) -> tuple[RenderableType, ...]:
    """Value, range, source and meaning; the words that one may write stand below the meaning, where there is room."""
    facts = row.facts
    value = VARIES if row.varies else shown(row.first)
    unit = "" if row.varies or facts.unit == "1" or isinstance(row.first, tuple) else facts.unit
    mark = "*" if row.changed and not row.varies else ""
    one_of = facts.kind == "one of"
    meaning = f"{facts.meaning}\n= {facts.interval}" if one_of else facts.meaning
    source = "assumed" if facts.source.startswith("assumed") else facts.source
    cells = (" ".join(part for part in (value, unit, mark) if part), "" if one_of else facts.interval)
    return (*map(Text, cells), *([Text(source)] if sources else []), Text(meaning))


def values_json(resolved: Mapping[str, Experiment], choice: Choice) -> list[dict[str, Any]]:
    """Return the fields to show for JSON."""
    return [row.as_dict() for row in chosen_rows(resolved, choice)[0]]
