"""Tidy CSV tables of a run, one a family of dimensions, and `units.json` with unit and meaning of every column.

A row is one observation: condition, seed and the places along the other dimensions come first. A cell is empty where
nothing was recorded; rows without any value (padding of the store, episodes that a condition does not record) are left
out. Reals have all their digits.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import xarray

from astrosim.export.derived import Exported
from astrosim.export.replicates import Replicates, committed, pieces, present
from astrosim.store.layout import FORMAT_VERSION, name_of
from astrosim.store.settings import parameters_of
from astrosim.store.variables import Variable

TableNames = Mapping[tuple[str, ...], str]
SPREAD = ("bit", "slot", "input_bit")  # dimensions that become columns: output_0, output_1 ...
IN_WORDS = "_in_words"  # ending of the column that says a code in words
TYPES = {"i": "Int64", "u": "Int64", "f": "Float64", "b": "boolean", "U": "string", "T": "string", "O": "string"}
"""Types that pandas knows, which hold whole numbers beside empty cells, by NumPy's kind."""
CALLED = {"weight_episode": "episode", "recorded_trial": "trial"}
ROWS = 2**17  # rows turned into text at once; assumed: a few ten megabytes


@dataclass(frozen=True)
class Column:
    """One column of a table: a variable, one place along its spread dimension, or a variable's codes in words."""

    name: str
    variable: str
    place: int | None
    fill: float | int
    words: Mapping[int, str] | None = None


@dataclass(frozen=True)
class TidyTable:
    """A table: which dimensions number its rows, and its columns."""

    name: str
    dims: tuple[str, ...]
    columns: tuple[Column, ...]


def tables(run: Exported, names: TableNames) -> list[TidyTable]:
    """Return the tables of a run; those without any value are left out.

    Parameters
    ----------
    run : Exported
    names : mapping of tuple of str to str
        Names of the system's tables by the dimensions of their rows.
    """
    columns: dict[tuple[str, ...], list[Column]] = {dims: [] for dims in names}
    for variable in present(run.dataset, run.variables):
        rows = tuple(d for d in variable.dims if d not in SPREAD)
        columns[rows] += _columns(run.dataset, variable, run.flags.get(variable.name))
    return [TidyTable(names[dims], dims, tuple(found)) for dims, found in columns.items() if found]


def _columns(dataset: xarray.Dataset, variable: Variable, words: Mapping[int, str] | None) -> list[Column]:
    if not variable.dims or variable.dims[-1] not in SPREAD:
        own = Column(variable.name, variable.name, None, variable.fill)
        return [own] if words is None else [own, replace(own, name=f"{variable.name}{IN_WORDS}", words=words)]
    places = range(dataset.sizes[variable.dims[-1]])
    return [Column(f"{variable.name}_{place}", variable.name, place, variable.fill) for place in places]


def write_tables(run: Exported, names: TableNames, folder: Path) -> None:
    """Write all tables of a run and `units.json` into a folder that is there."""
    dataset, found = run.dataset, tables(run, names)
    for table in found:
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*_index_names(dataset, table), *(column.name for column in table.columns)])
            for columns in _row_blocks(dataset, table):
                writer.writerows(zip(*columns, strict=False))
    text = json.dumps(_units(dataset, found), indent=1)
    (folder / "units.json").write_text(text + "\n", encoding="utf-8")


def _index_names(dataset: xarray.Dataset, table: TidyTable) -> list[str]:
    words = [name_of(d) for d in table.dims if name_of(d) in dataset.coords]
    places = [CALLED.get(dimension, dimension) for dimension in table.dims]
    return ["condition", "seed", *parameters_of(dataset), *places, *words]


def _row_blocks(dataset: xarray.Dataset, table: TidyTable) -> Iterator[list[Any]]:
    """Columns of values, block by block; those of condition, seed and swept parameters go on for ever."""
    seeds, along = dataset["seed"].values.tolist(), ["condition", *parameters_of(dataset)]
    settings = list(zip(*(dataset[name].values.tolist() for name in along), strict=True))
    replicates = Replicates(dataset)
    for row, column in committed(dataset):
        condition, *swept = settings[row]
        first = (condition, seeds[column], *swept)
        if not table.dims:
            values = [np.reshape(replicates.values(own.variable, row, column), 1) for own in table.columns]
            cells = [
                _texts(one, _missing(one, own.fill), own.words) for one, own in zip(values, table.columns, strict=True)
            ]
            yield [*([value] for value in first), *cells]
            continue
        length, *others = (dataset.sizes[dimension] for dimension in table.dims)
        for piece in pieces(length, table.dims[0], others):
            for block in _blocks(replicates, table, row, column, piece):
                yield [*map(repeat, first), *block]


def _blocks(replicates: Replicates, table: TidyTable, row: int, column: int, piece: slice) -> Iterator[list[Any]]:
    dataset, variables = replicates.dataset, dict.fromkeys(c.variable for c in table.columns)
    values = {name: replicates.values(name, row, column, piece) for name in variables}
    shape = tuple(piece.stop - piece.start if d == table.dims[0] else dataset.sizes[d] for d in table.dims)
    flat = {name: array.reshape(-1, *array.shape[len(shape) :]) for name, array in values.items()}
    labels = [_labels(dataset, d, piece if d == table.dims[0] else slice(None)) for d in table.dims]
    words = [_words(dataset, d, row, piece if d == table.dims[0] else slice(None)) for d in table.dims]
    for start in range(0, int(np.prod(shape)), ROWS):
        part = slice(start, start + ROWS)
        cells = [flat[c.variable][part] if c.place is None else flat[c.variable][part, c.place] for c in table.columns]
        missing = [_missing(cell, c.fill) for cell, c in zip(cells, table.columns, strict=True)]
        kept = np.flatnonzero(~np.logical_and.reduce(missing))
        if len(kept):
            places = np.unravel_index(kept + start, shape)
            index = [label[place].tolist() for label, place in zip(labels, places, strict=True)]
            index += [word[place].tolist() for word, place in zip(words, places, strict=True) if word is not None]
            found = zip(cells, missing, table.columns, strict=True)
            yield index + [_texts(cell[kept], gone[kept], column.words) for cell, gone, column in found]


def _labels(dataset: xarray.Dataset, dimension: str, part: slice) -> np.ndarray:
    """Coordinate of a dimension; its numbers from 0 where it has none."""
    if dimension in dataset.coords:
        return dataset[dimension].values[part]
    return np.arange(dataset.sizes[dimension])[part]


def _words(dataset: xarray.Dataset, dimension: str, row: int, part: slice) -> np.ndarray | None:
    """Names along a dimension in a condition (by its row); None where it has none."""
    if name_of(dimension) not in dataset.coords:
        return None
    names = dataset[name_of(dimension)]
    return names.values[..., part] if names.ndim == 1 else names.values[row, part]


def _missing(values: np.ndarray, fill: float | int) -> np.ndarray:
    return np.isnan(values) if values.dtype.kind == "f" else values == fill


def _texts(values: np.ndarray, missing: np.ndarray, words: Mapping[int, str] | None) -> list[Any]:
    found = values.tolist() if words is None else [words.get(value, "") for value in values.tolist()]
    if not missing.any():
        return list(found)
    return ["" if gone else value for value, gone in zip(found, missing.tolist(), strict=True)]


def _units(dataset: xarray.Dataset, found: list[TidyTable]) -> dict[str, Any]:
    """Unit and meaning of every column."""
    about: dict[str, Any] = {}
    for table in found:
        index = {
            name: _about(dataset, dimension)
            for name, dimension in zip(_index_names(dataset, table), _index_sources(dataset, table), strict=True)
        }
        columns = {column.name: _about(dataset, column.variable, column.words) for column in table.columns}
        about[f"{table.name}.csv"] = index | columns
    return {"title": dataset.attrs.get("title", ""), "format_version": FORMAT_VERSION, "tables": about}


def _index_sources(dataset: xarray.Dataset, table: TidyTable) -> list[str]:
    """Dimension or coordinate of each column of the index."""
    words = [name_of(d) for d in table.dims if name_of(d) in dataset.coords]
    return ["condition", "seed", *parameters_of(dataset), *table.dims, *words]


def _about(dataset: xarray.Dataset, name: str, words: Mapping[int, str] | None = None) -> dict[str, Any]:
    if name not in dataset.variables:
        return {"units": "1", "long_name": f"{name} number, from 0", "type": TYPES["i"]}
    attrs, kind = dataset[name].attrs, "U" if words is not None else dataset[name].dtype.kind
    about = {"units": attrs["units"], "long_name": attrs["long_name"], "type": TYPES[kind]}
    if words is not None:
        about["long_name"] += ", in words"
    elif "flag_values" in attrs:
        about["flag_values"] = attrs["flag_values"].tolist()
        about["flag_meanings"] = attrs["flag_meanings"]
    return about
