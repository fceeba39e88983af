"""Where a field is read: found by asking a scenario with one value after the other of the fields that it looks at.

Nothing here knows a rule. A tracked scenario notes which of its fields `astrosim.scenario.relevance` looks at, so that
a sentence of the reference cannot differ from what explanations, reports and checks say.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from astrosim.scenario.experiment import Experiment
from astrosim.scenario.field_info import choices, fields_of, is_section, sections_of
from astrosim.scenario.relevance import reads
from astrosim.scenario.section import Section

TEXTS: dict[str, tuple[Any, ...]] = {
    "task.data": ("digits", "mnist", "prices.csv", "sklearn:wine", "mine:rows"),
    "territory.groups": ((), ((0, 1), (2, 3))),
}
"""Values to try of fields whose values are no choice of a few."""
WORDS = {
    ("prices.csv", "sklearn:wine", "mine:rows"): "a table",
    ("digits", "mnist"): "a set of images",
    ("sklearn:wine", "mine:rows"): "a function's",
    ("mine:rows",): "a module's",
    ((),): "empty",
    (((0, 1), (2, 3)),): "not empty",
}
GIVEN = "given"
"""Stands for any value of a field that may be left out."""
Box = dict[str, tuple[Any, ...]]
"""Values by field; something is read where each field has one of its values."""


@cache
def tracked(section: type[Section]) -> type[Section]:
    """Return a class like a section's that notes in `seen` which fields of its objects are looked at."""

    def look(self: Any, name: str) -> Any:
        fields = object.__getattribute__(self, "__pydantic_fields__")
        if name in fields and not is_section(fields[name].annotation):
            notes = object.__getattribute__(self, "__dict__")
            notes["seen"].add(f"{notes['prefix']}{name}")
        return object.__getattribute__(self, name)

    return typing.cast(type[Section], type(section.__name__, (section,), {"__getattribute__": look}))


class Readers:
    """Conditions under which the fields of a kind of scenario are read.

    Parameters
    ----------
    base : Experiment
        A scenario of the kind, all at its defaults.
    """

    def __init__(self, base: Experiment) -> None:
        self.base = base
        self.model = type(base)
        self.seen: set[str] = set()
        self.own = {name: getattr(base, name) for name in self.model.model_fields}
        self.own |= {name: self._section(name, {}) for name in sections_of(self.model)}

    def ask(self, path: str, values: Mapping[str, Any]) -> tuple[bool, set[str]]:
        """Return whether a field is read where some have other values, and which fields decide it."""
        scenario = self._scenario(values)
        self.seen.clear()
        return reads(scenario, path), set(self.seen)

    def _scenario(self, values: Mapping[str, Any]) -> Any:
        """An unchecked scenario that notes the fields that are looked at."""
        changed: dict[str, dict[str, Any]] = {}
        for path, value in values.items():
            section, _, name = path.rpartition(".")
            changed.setdefault(section, {})[name] = value
        top = changed.pop("", {})
        sections = {section: self._section(section, found) for section, found in changed.items()}
        return _noting(self.model, self.own | top | sections, self.seen, "")

    def _section(self, section: str, values: Mapping[str, Any]) -> Any:
        own = getattr(self.base, section)
        inner = {field: getattr(own, field) for field in type(own).model_fields} | dict(values)
        return _noting(type(own), inner, self.seen, f"{section}.")

    def conditions(self, path: str) -> list[Box]:
        """Return the boxes of values under which a field is read; an empty box: always."""
        deciding = self._deciding(path)
        every = [dict(zip(deciding, one, strict=True)) for one in itertools.product(*deciding.values())]
        read = {_key(one) for one in every if self.ask(path, one)[0]}
        boxes = list(_boxes(deciding, read))
        return [{name: found for name, found in box.items() if len(found) < len(deciding[name])} for box in boxes]

    def _deciding(self, path: str) -> Box:
        """Fields that decide whether a field is read, each with the values to try."""
        deciding: Box = {}
        while True:
            seen: set[str] = set()
            for one in itertools.product(*deciding.values()):
                seen |= self.ask(path, dict(zip(deciding, one, strict=True)))[1]
            new = sorted(seen - set(deciding))
            if not new:
                return deciding
            deciding |= {name: self._values(name) for name in new}

    def _values(self, path: str) -> tuple[Any, ...]:
        """Values to try of a field."""
        facts = fields_of(self.model)[path]
        known = _choices_of(self.model, path)
        if path in TEXTS or known:
            return TEXTS.get(path, known)
        if isinstance(facts.default, bool):
            return (False, True)
        if isinstance(facts.default, int | float):
            near = (0, 1, 2, 3, facts.default, facts.default + 1)
            return tuple(sorted({type(facts.default)(number) for number in near}))
        return (None, GIVEN) if facts.default is None else (facts.default,)


def _noting(section: type[Section], values: Mapping[str, Any], seen: set[str], prefix: str) -> Any:
    made = tracked(section).model_construct(**values)
    object.__getattribute__(made, "__dict__").update(seen=seen, prefix=prefix)
    return made


def _key(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values.values())


def _boxes(deciding: Box, read: set[tuple[Any, ...]]) -> Iterator[Box]:
    """Cover all assignments under which something is read by boxes, each as large as it can be."""
    left = sorted(read, key=repr)
    while left:
        box = {name: (value,) for name, value in zip(deciding, left[0], strict=True)}
        for name, tried in deciding.items():
            sides = {value: set(itertools.product(*(box | {name: (value,)}).values())) for value in tried}
            box[name] = tuple(value for value, side in sides.items() if side <= read and side & set(left))
        yield box
        inside = set(itertools.product(*box.values()))
        left = [one for one in left if one not in inside]


def _choices_of(model: type[Experiment], path: str) -> tuple[Any, ...]:
    section, _, name = path.rpartition(".")
    fields = sections_of(model)[section].model_fields if section else model.model_fields
    return choices(fields[name].annotation)


@dataclass(frozen=True)
class Teller:
    """Conditions in words.

    Attributes
    ----------
    readers : Readers
    """

    readers: Readers

    def box(self, box: Box) -> str:
        """Return the conditions of a box, all of which hold."""
        first = sorted(box, key=lambda name: ("." in name, name.endswith(("graph", "rule", "on")) is False))
        return ", and ".join(f"`{name}` {self._values(name, box[name])}" for name in first)

    def _values(self, name: str, found: tuple[Any, ...]) -> str:
        tried = self.readers._values(name)
        others = [value for value in tried if value not in found]
        if found in WORDS:
            return f"is {WORDS[found]}"
        if GIVEN in tried:
            return "is given" if found == (GIVEN,) else "is not given"
        if all(isinstance(value, bool) for value in tried):
            return f"is {str(found[0]).lower()}"
        if all(isinstance(value, int | float) for value in tried):
            return self._numbers(found, others)
        if len(others) < len(found):
            return f"is not {_listed(others)}"
        return f"is {_listed(found)}"

    @staticmethod
    def _numbers(found: tuple[Any, ...], others: list[Any]) -> str:
        if max(others) < min(found):
            return f"is above {max(others):g}"
        return f"is not {_listed(others)}" if len(others) == 1 else f"is {_listed(found)}"


def _listed(values: typing.Iterable[Any]) -> str:
    return " or ".join(f"`{value}`" if value != "" else "empty" for value in values)
