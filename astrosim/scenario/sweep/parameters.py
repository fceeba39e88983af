"""Swept parameters of a run: labels, units and values along its conditions, as the store and the summary hold them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.scenario.conditions import crossed
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.field_info import fields_of
from astrosim.scenario.sweep.axis import text_of
from astrosim.scenario.sweep.names import labels_of
from astrosim.store import open_replicates
from astrosim.store.settings import BASE, Parameter, Settings, swept


def settings_of(scenario: Experiment) -> Settings:
    """Return the settings of a scenario's sweep, one for each condition of a run; none where nothing is swept."""
    sweep, known = scenario.sweep, crossed(scenario)
    if not sweep.axes:
        return Settings()
    fields, labels = fields_of(type(scenario)), labels_of(sweep.paths)
    parts = []
    for path in sweep.paths:
        facts = fields.get(path)
        unit, meaning = (facts.unit, facts.meaning) if facts is not None else ("", path)
        parts.append(
            Parameter(labels[path], path, labelled(one.setting.values[path] for one in known.values()), unit, meaning)
        )
    bases = np.array([one.base for one in known.values()], dtype=object)
    count = len(known) // len(sweep.settings)
    return Settings(sweep.design, bases, tuple(parts), (count, *sweep.shape))


def labelled(values: Iterable[Any]) -> np.ndarray:
    """Return values as labels, shape (value,): numbers as they are, all else as texts (object)."""
    listed = list(values)
    if all(type(value) is int for value in listed):
        return np.array(listed, dtype="i8")
    if all(type(value) in (int, float) for value in listed):
        return np.array(listed, dtype="f8")
    return np.array([_word(place, value, listed) for place, value in enumerate(listed)], dtype=object)


def _word(place: int, value: Any, listed: list[Any]) -> str:
    """A value in a text; of lists and tables, their number among the different ones."""
    if not isinstance(value, tuple | dict):
        return text_of(value)
    different = [one for number, one in enumerate(listed) if one not in listed[:number]]
    return str(different.index(value))


@dataclass(frozen=True)
class SweepColumns:
    """Columns that a sweep adds to a summary, behind condition and seed; none without a sweep.

    Attributes
    ----------
    values : mapping of str to mapping of str to value
        By condition of a run, by label.
    paths : mapping of str to str
        Dotted path of each label, which stands in its place where a row has such a column itself.
    """

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scenario: Experiment) -> SweepColumns:
        """Return the columns of a scenario's sweep."""
        found = settings_of(scenario)
        columns = {one.label: one.values.tolist() for one in found.parameters}
        paths = {one.label: one.path for one in found.parameters}
        return cls._along(tuple(crossed(scenario)), found.bases.tolist(), columns, paths)

    @classmethod
    def stored(cls, directory: Path) -> SweepColumns:
        """Return the columns of a run, from its store alone: no scenario is read, and no code is run."""
        dataset = open_replicates(directory, verify=False)
        names = swept(dataset).get("parameters", ())
        paths = {name: str(dataset[name].attrs["path"]) for name in names}
        labels = labels_of(tuple(paths.values()))
        columns = {labels[paths[name]]: dataset[name].values.tolist() for name in names}
        bases = dataset[BASE].values.tolist() if names else []
        return cls._along(dataset["condition"].values.tolist(), bases, columns, {v: k for k, v in labels.items()})

    @classmethod
    def _along(
        cls, names: Sequence[str], bases: Sequence[str], columns: Mapping[str, Sequence[Any]], paths: Mapping[str, str]
    ) -> SweepColumns:
        """Columns from values along the conditions; the scenario's own are told where there are several."""
        every = ({BASE: bases} if len(set(bases)) > 1 else {}) | dict(columns)
        rows = {
            name: {label: values[place] for label, values in every.items()}
            for place, name in enumerate(names if columns else ())
        }
        return cls(rows, paths)

    def beside(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row of a summary with the columns of its condition."""
        own = {self.named(label, row): value for label, value in self.values.get(row["condition"], {}).items()}
        return {name: row[name] for name in ("condition", "seed")} | own | dict(row)

    def named(self, label: str, row: Container[str]) -> str:
        """Return the name of a column beside those of a row."""
        return self.paths.get(label, label) if label in row else label

    def texts(self) -> tuple[str, ...]:
        """Return the columns of texts, under both their names."""
        return self._of_type(str)

    def counts(self) -> tuple[str, ...]:
        """Return the columns of whole numbers, under both their names."""
        return self._of_type(int)

    def _of_type(self, kind: type) -> tuple[str, ...]:
        first: Mapping[str, Any] = next(iter(self.values.values()), {})
        found = [label for label, value in first.items() if isinstance(value, kind)]
        return (*found, *(self.paths[label] for label in found if label in self.paths))
