"""The section [sweep] of a scenario: which fields vary, and by which design.

A design turns the axes into settings, each a value of every axis:

- grid: every value with every other, the last axis fastest;
- zip: the first values of all axes together, then the second ones ...;
- list: the rows of a CSV file, whose columns are the axes;
- latin_hypercube: `samples` points that are spread evenly along each axis (McKay et al. 1979; scipy.stats.qmc);
- sobol: `samples` * (axes + 2) points, arranged for Sobol indices of first and total order (Saltelli et al. 2010) on a
  scrambled Sobol sequence (scipy.stats.qmc).

The points that a random design has drawn are kept in the section: a run directory draws no second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ValidationError, model_validator

from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import Section, complain, quantity, short
from astrosim.scenario.sweep.axis import Axis, is_axis, read_axis
from astrosim.scenario.sweep.designs import RANDOM, Place, settings_of
from astrosim.scenario.words import nearest

SECTION = "sweep"
EXAMPLE_LINE = "perturbation.sigma = [0.1, 0.2]"
PLACES = "axes"  # key of the axes by dotted path, as a dump of the section has them


class Setting(NamedTuple):
    """One value of every axis.

    Attributes
    ----------
    values : dict of str to value
        By dotted path.
    places : tuple of int or None
        Of each value on its axis; None where it lies anywhere in a range.
    """

    values: dict[str, Any]
    places: tuple[int | None, ...]


def _points(value: Any) -> Any:
    rows = list | tuple
    whole = isinstance(value, rows) and all(isinstance(point, rows) for point in value)
    return tuple(map(tuple, value)) if whole else value


def _stored(raw: Any) -> Axis | str:
    """An axis as a dump of the section has it, or what is wrong with it."""
    try:
        return Axis(**raw) if isinstance(raw, Mapping) else read_axis(raw)
    except (ValidationError, TypeError):
        return f"no values ({short(raw)}). Write a list such as [0.1, 0.2]"


def _unknown(path: str, raw: Any) -> str:
    """Say that a key is none of the section's, where it comes close to one; empty otherwise."""
    guess = nearest(path, [name for name in Sweep.model_fields if name != PLACES])
    return f"{path}: unknown key ({short(raw)}). Did you mean {SECTION}.{guess}?" if guess else ""


class Sweep(Section):
    """Fields that vary over a run; the conditions of the scenario are crossed with them."""

    design: Literal["grid", "zip", "list", "latin_hypercube", "sobol"] = quantity(
        "grid", "grid: every value with every other; zip: side by side; list: a file; else drawn from ranges", ""
    )
    file: InputFile | None = quantity(None, "of a list: CSV whose columns are the swept fields")
    samples: int = quantity(
        0, "points of a random design; sobol: of its base, a power of 2", "settings", ge=0, le=2**20
    )
    seed: int = quantity(0, "of the points of a random design", "", ge=0, lt=2**53)
    points: Annotated[tuple[tuple[float, ...], ...], BeforeValidator(_points)] = quantity(
        (), "points that a random design has drawn, between 0 and 1; a run keeps them", "1"
    )
    axes: dict[str, Axis] = quantity({}, "swept fields, by dotted path", "")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """Axes from the tables in which a file writes them."""
        if not isinstance(data, Mapping):
            return data
        own = {name: value for name, value in data.items() if name in cls.model_fields and name != PLACES}
        nested = {name: value for name, value in data.items() if name not in cls.model_fields}
        dumped = data.get(PLACES, {})
        if not isinstance(dumped, Mapping):
            complain([f"{PLACES}: no table ({short(dumped)}). Write each field by its path: {EXAMPLE_LINE}."])
        written = {**dumped, **dict(leaves(nested))}
        found = {path: _stored(raw) if path in dumped else read_axis(raw) for path, raw in written.items()}
        wrong = {path: axis for path, axis in found.items() if isinstance(axis, str)}
        complain([_unknown(path, written[path]) or f"{path}: {text}" for path, text in wrong.items()])
        axes = {path: axis for path, axis in found.items() if isinstance(axis, Axis)}
        return own | {PLACES: axes}

    @property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths of the swept fields, in order; empty where nothing is swept."""
        return tuple(self.axes)

    @property
    def random(self) -> bool:
        """Whether the settings are drawn."""
        return self.design in RANDOM

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each axis of a grid; of other designs the number of settings."""
        whole = self.design == "grid"
        return tuple(len(axis.points) for axis in self.axes.values()) if whole else (len(self.settings),)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """All settings, in order; empty where nothing is swept."""
        found: Iterator[tuple[Place, ...]] = settings_of(self.design, list(self.axes.values()), self.points)
        return tuple(
            Setting({path: value for path, (value, _) in zip(self.paths, one, strict=True)}, tuple(p for _, p in one))
            for one in found
        )

    def having(self, **values: Any) -> Sweep:
        """Return the sweep with other values of some of its own fields."""
        other = self.model_copy(update=values)
        other.__dict__.pop("settings", None)  # of the former axes
        return other

    def moved(self, change: Callable[[InputFile], InputFile]) -> Sweep:
        """Return the sweep with every file that it names exchanged."""

        def other(value: Any) -> Any:
            return change(value) if isinstance(value, InputFile) else value

        axes = {
            path: axis.model_copy(
                update={"values": tuple(map(other, axis.values)), "files": tuple(map(other, axis.files))}
            )
            for path, axis in self.axes.items()
        }
        return self.having(axes=axes, file=other(self.file))

    def written(self) -> dict[str, Any]:
        """Return the section as a scenario file holds it."""
        own: dict[str, Any] = {"design": self.design}
        if self.file is not None:
            return own | {"file": self.file}  # which holds the axes
        if self.random:
            own |= {"samples": self.samples, "seed": self.seed, "points": self.points}
        return nested_tables({path: axis.written() for path, axis in self.axes.items()}, own)


def leaves(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return dotted paths and raw axes of the tables of a file."""
    for name, value in tables.items():
        if is_axis(value):
            yield f"{prefix}{name}", value
        else:
            yield from leaves(value, f"{prefix}{name}.")


def nested_tables(values: Mapping[str, Any], into: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return values by dotted path as tables within tables."""
    tables: dict[str, Any] = {} if into is None else into
    for path, value in values.items():
        *sections, field = path.split(".")
        table = tables
        for section in sections:
            table = table.setdefault(section, {})
        table[field] = value
    return tables
