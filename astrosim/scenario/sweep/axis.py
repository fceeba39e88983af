"""One axis of a sweep: the values that a field takes, as a list or as a range; read from a file's table, and written.

Values of a range are rounded to twelve digits, so that five steps from 0.1 to 0.5 hold 0.3 and not its neighbour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import PLAIN, Section, plain, real, short

RANGE = ("from", "to", "steps", "scale")
LIST = ("values", "files")
SCALES = ("linear", "log")
DIGITS = 12  # significant; assumed: far below what a field of a scenario means
EXAMPLE = "[0.1, 0.2], or { from = 0.1, to = 0.5, steps = 5 }"
MOST_VALUES = 100_000  # of one axis; assumed: no sweep is longer


class Axis(Section):
    """Values of one swept field.

    Attributes
    ----------
    values : tuple
        Of a list; empty for a range.
    files : tuple of InputFile or None
        Beside names of classes: the module's file of each; empty for none.
    low, high : float
        Ends of a range.
    steps : int
        Values of a range; 0: any value between its ends, for random designs.
    log : bool
        Whether the values of a range are evenly spaced in their logarithms.
    whole : bool
        Whether the field takes whole numbers alone.
    """

    values: tuple[Any, ...] = ()
    files: tuple[InputFile | None, ...] = ()
    low: float = 0.0
    high: float = 0.0
    steps: int = 0
    log: bool = False
    whole: bool = False

    @property
    def bounded(self) -> bool:
        """Whether the axis is a range without steps: only a random design can draw from it."""
        return not self.values and not self.steps

    @property
    def points(self) -> tuple[Any, ...]:
        """Values of the axis, in order; empty for a range without steps."""
        if self.values or not self.steps:
            return self.values
        shares = [place / (self.steps - 1) for place in range(self.steps)] if self.steps > 1 else [0.0]
        return tuple(self._number(share) for share in shares)

    def at(self, share: float) -> tuple[Any, int | None]:
        """Return the value at a point of the unit interval, and its place among the values; None without any."""
        if not self.bounded:
            place = min(int(share * len(self.points)), len(self.points) - 1)
            return self.points[place], place
        if self.whole and not self.log:  # each number as likely as any other
            low, high = math.ceil(self.low), math.floor(self.high)
            return low + min(int(share * (high - low + 1)), high - low), None
        return self._number(share), None

    def _number(self, share: float) -> float | int:
        value = self.low * (self.high / self.low) ** share if self.log else self.low + (self.high - self.low) * share
        rounded = float(f"{value:.{DIGITS}g}")
        return round(rounded) if self.whole else rounded

    def written(self) -> Any:
        """Return the axis as a scenario file holds it."""
        if self.files:
            return {"values": list(self.values), "files": [file or "" for file in self.files]}
        if self.values:
            return list(self.values)
        ends = {"from": self.low, "to": self.high}
        ends |= {"steps": self.steps} if self.steps else {}
        return ends | ({"scale": "log"} if self.log else {})


def is_axis(value: Any) -> bool:
    """Return whether a value stands for an axis, and not for a table of others."""
    return not isinstance(value, Mapping) or (bool({*RANGE, *LIST} & set(value)) and not _holds_tables(value))


def _holds_tables(table: Mapping[str, Any]) -> bool:
    """A section may have a field named like a key of a range."""
    return any(isinstance(value, Mapping) for value in table.values())


def read_axis(raw: Any) -> Axis | str:
    """Return the axis that a file's value describes, or what is wrong with it."""
    value = raw if isinstance(raw, Axis) else plain(raw)
    if isinstance(value, Axis):
        return value
    if isinstance(value, Mapping):
        return _listed(value) if set(value) & set(LIST) else _range(value)
    if not isinstance(value, list | tuple):
        return f"one value, where a sweep has several ({short(raw)}). Write {EXAMPLE}."
    return _listed({"values": value})


def _listed(table: Mapping[str, Any]) -> Axis | str:
    values, files = table.get("values"), table.get("files", ())
    if set(table) - set(LIST) or not isinstance(values, list | tuple):
        return f"neither a list nor a range ({short(dict(table))}). Write {EXAMPLE}."
    if not values:
        return f"no value ([]). Write {EXAMPLE}."
    if len(values) > MOST_VALUES:
        return f"more than {MOST_VALUES:,} values ({len(values):,}). Write fewer."
    twice = [value for place, value in enumerate(values) if value in values[:place]] if len(values) < 2000 else []
    if twice:
        return f"a value is listed twice ({short(twice[0])}). Name each value once."
    try:
        found = tuple(InputFile.of(file) if file else None for file in files)
    except ValueError as error:
        return str(error)
    return Axis(values=tuple(map(_frozen, values)), files=found)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _range(table: Mapping[str, Any]) -> Axis | str:
    ends = [real(table.get(name)) for name in ("from", "to")]
    steps, scale = table.get("steps", 0), table.get("scale", "linear")
    problem = _range_problem(table, ends, steps, scale)
    return problem or Axis(low=ends[0], high=ends[1], steps=steps, log=scale == "log")


def _range_problem(table: Mapping[str, Any], ends: list[Any], steps: Any, scale: Any) -> str:
    """What is wrong with a range; empty if nothing is."""
    if unknown := [key for key in table if key not in RANGE]:
        return f"unknown key of a range ({unknown[0]}). Write {', '.join(RANGE)}."
    if not all(type(end) is float and math.isfinite(end) for end in ends):
        return f"no range of numbers ({short(dict(table))}). Write {{ from = 0.1, to = 0.5, steps = 5 }}."
    if scale not in SCALES:
        return f'scale: not a valid choice ({short(scale)}). Write "linear" or "log".'
    if type(steps) is not int or ("steps" in table and not 2 <= steps <= MOST_VALUES):
        return f"steps: not a number of values ({short(steps)}). Write a whole number from 2 to {MOST_VALUES}."
    if not ends[0] < ends[1]:
        return f"from: not below to = {ends[1]:g} ({ends[0]:g}). Write the lower end first."
    return f"from: no logarithm ({ends[0]:g}). Write a number above 0." if scale == "log" and ends[0] <= 0 else ""


def text_of(value: Any) -> str:
    """Return a value in a few letters, for names and tables."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.6g}"
    if isinstance(value, InputFile):
        return f"{value.title}{value.path.suffix}"
    return value if type(value) in PLAIN else short(value)
