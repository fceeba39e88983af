"""Inputs and answers made of the columns of a source, by the rules of `[task]`; kept by what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.scenario.inputs import ComplaintError
from astrosim.scenario.words import counted, nearest
from astrosim.systems.arrays.tables import sources
from astrosim.systems.arrays.tables.raw import Column, Raw, as_text, digest

FEW = 20  # distinct values; more of them, with fractions, are numbers to be learned (own tasks, section 3)
KEPT = 4  # tables; assumed: those of a run's conditions
_tables: dict[str, Table] = {}


@dataclass(frozen=True)
class Table:
    """Rows to learn from and to be judged on.

    Attributes
    ----------
    inputs : ndarray of float64, shape (row, input)
        nan where a value is missing.
    names : tuple of str
        Of the inputs.
    labels : ndarray of int64, shape (row,)
        Class of each row; 0 where numbers are learned.
    targets : ndarray of float64, shape (row, output)
        Numbers to be learned; no column where classes are.
    outputs : tuple of str
        Names of the classes, or of the numbers.
    weights : ndarray of float64, shape (row,), or None
    groups : ndarray of int64, shape (row,), or None
    origins : ndarray of int8, shape (row,)
        See `raw.Raw`.
    sha256 : str
        Over all values that were read, with names, types and shapes.
    """

    inputs: np.ndarray
    names: tuple[str, ...]
    labels: np.ndarray
    targets: np.ndarray
    outputs: tuple[str, ...]
    weights: np.ndarray | None
    groups: np.ndarray | None
    origins: np.ndarray
    sha256: str

    @property
    def regression(self) -> bool:
        """Whether numbers are learned, not classes."""
        return self.targets.shape[1] > 0

    @property
    def repeats(self) -> bool:
        """Whether two rows have the same inputs."""
        return len({row.tobytes() for row in self.inputs}) < len(self.inputs)

    @property
    def constant(self) -> tuple[str, ...]:
        """Names of inputs that have one value only."""
        with np.errstate(invalid="ignore"):
            spans = np.nanmax(self.inputs, axis=0) - np.nanmin(self.inputs, axis=0)
        return tuple(name for name, span in zip(self.names, spans, strict=True) if not span > 0)


def table_of(task: Any, run_code: bool = False) -> Table | None:
    """Return the table of a `[task]`; None if the user's own code would have to run first.

    Parameters
    ----------
    task : ArrayTask
    run_code : bool
        Whether a function of the user's may be called.

    Raises
    ------
    ComplaintError
        Says what is wrong, and in which line where there are lines.
    """
    key = task.source_key
    if key not in _tables:
        if sources.is_module(task.data) and not run_code:
            return None
        made = make(task, sources.read(task))
        while len(_tables) >= KEPT:
            _tables.pop(next(iter(_tables)))
        _tables[key] = made
    return _tables[key]


def make(task: Any, raw: Raw) -> Table:
    """Return the table that the rules of a `[task]` make of columns.

    Raises
    ------
    ComplaintError
        Says what is wrong, and in which line where there are lines.
    """
    raw = _with_roles(task, raw)
    answers, weights, groups = _answers(task, raw), _weights(raw), raw.groups
    columns = _chosen(task, raw)
    inputs, names = _inputs(task, raw, columns)
    codes = None if groups is None else np.unique(as_text(groups.values), return_inverse=True)[1].astype(np.int64)
    read = [*columns, *raw.answers, *(column for column in (raw.weights, groups) if column is not None)]
    labels, targets, outputs = answers
    return Table(inputs, names, labels, targets, outputs, weights, codes, raw.origins, digest(read))


def _with_roles(task: Any, raw: Raw) -> Raw:
    """Columns that `[task]` takes for the answer, weights and groups, out of the inputs."""
    known = [column.name for column in raw.columns]
    if not raw.answers and not task.target:
        raise ComplaintError([f"task.target: which column is to be learned is not said. Write one of {_some(known)}."])
    wanted = {} if raw.answers and not task.target else {"target": task.target}
    wanted |= {role: getattr(task, role) for role in ("weights", "groups") if getattr(task, role)}
    found = {role: _find(name, raw.columns, role) for role, name in wanted.items()}
    taken = {column.name for column in found.values()}
    answers = (found["target"],) if "target" in found else raw.answers
    whole = raw.answers_whole
    if "target" in found and not found["target"].is_text:
        values = found["target"].values
        whole = bool((values[~np.isnan(values)] % 1 == 0).all())
    return Raw(
        columns=tuple(column for column in raw.columns if column.name not in taken),
        answers=answers,
        answers_whole=whole,
        names=raw.names,
        weights=found.get("weights", raw.weights),
        groups=found.get("groups", raw.groups),
        origins=raw.origins,
        places=raw.places,
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def _find(name: str, columns: Sequence[Column], field: str) -> Column:
    known = [column.name for column in columns]
    if name in known:
        return columns[known.index(name)]
    guess = nearest(name, known)
    right = f"Did you mean {guess}?" if guess else f"Write one of {_some(known)}."
    raise ComplaintError([f"task.{field}: no such column ({name}). {right}"])


def _chosen(task: Any, raw: Raw) -> list[Column]:
    """Columns that become inputs."""
    columns = list(raw.columns)
    if task.columns:
        columns = [_find(name, raw.columns, "columns") for name in task.columns]
    left_out = {_find(name, raw.columns, "leave_out").name for name in task.leave_out}
    columns = [column for column in columns if column.name not in left_out]
    if not columns:
        raise ComplaintError(["task.columns: no input is left (0 columns). Leave out fewer."])
    return columns


def _inputs(task: Any, raw: Raw, columns: Sequence[Column]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Columns as numbers, texts as one column of 0 and 1 for each of their values."""
    parts, names = [], []
    for column in columns:
        absent = np.flatnonzero(column.missing)
        if absent.size and task.missing == "error":
            where = raw.place(int(absent[0]))
            raise ComplaintError(
                [
                    f"task.missing: {_missing(absent.size, 'value')}, the first in {where} ({column.name}). Write "
                    'missing = "mean", or leave the column out.'
                ]
            )
        if not column.is_text:
            parts.append(column.values[:, None])
            names.append(column.name)
            continue
        if task.categories == "error":
            raise ComplaintError(
                [
                    f"task.categories: a column of texts ({column.name}: {str(column.values[0])[:40]!r}). Write "
                    'categories = "one_hot", or leave the column out.'
                ]
            )
        values = np.unique(column.values[column.values != ""])
        coded = (column.values[:, None] == values[None, :]).astype(np.float64)
        parts.append(np.where(column.missing[:, None], np.nan, coded))
        names += [f"{column.name}={value}" for value in values]
    return np.concatenate(parts, axis=1), tuple(names)


def _weights(raw: Raw) -> np.ndarray | None:
    if raw.weights is None:
        return None
    column = raw.weights
    wrong = np.ones(1, bool) if column.is_text else ~(column.values >= 0)
    if wrong.any() or not column.values.sum() > 0:
        row = int(np.flatnonzero(wrong)[0]) if wrong.any() else 0
        value = column.values[row]
        raise ComplaintError([f"task.weights: no weight from 0 ({raw.place(row)}: {value}). Write numbers from 0."])
    return column.values


def _missing(count: int, noun: str) -> str:
    return f"{counted(count, noun)} {'is' if count == 1 else 'are'} missing"


def _answers(task: Any, raw: Raw) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Labels, numbers to be learned, and their names."""
    for column in raw.answers:
        absent = np.flatnonzero(column.missing)
        if absent.size:
            where = raw.place(int(absent[0]))
            raise ComplaintError([f"task.target: {_missing(absent.size, 'answer')}, the first in {where}. Remove it."])
    if _regression(task, raw):
        texts = [column.name for column in raw.answers if column.is_text]
        if texts:
            raise ComplaintError([f'task.kind_of_target: texts are no numbers ({texts[0]}). Write "classes".'])
        targets = np.stack([column.values for column in raw.answers], axis=1)
        constant = [column.name for column in raw.answers if np.ptp(column.values) == 0]
        if constant:
            raise ComplaintError([f"task.target: the same number in every row ({constant[0]}). Name another column."])
        return np.zeros(raw.rows, np.int64), targets, tuple(column.name for column in raw.answers)
    if len(raw.answers) > 1:
        raise ComplaintError(['task.kind_of_target: several targets are no classes (y). Write "numbers".'])
    column = raw.answers[0]
    values, labels = np.unique(column.values, return_inverse=True)
    names = tuple(str(value) if column.is_text else f"{value:g}" for value in values)
    if not column.is_text and raw.names and np.array_equal(values, np.arange(len(raw.names))):
        names = raw.names
    if len(names) < 2:
        raise ComplaintError([f"task.target: one class only ({names[0]}). Name a column with two values or more."])
    return labels.astype(np.int64), np.zeros((raw.rows, 0)), names


def _regression(task: Any, raw: Raw) -> bool:
    """Whether numbers are to be learned; what is in doubt is refused."""
    if task.kind_of_target != "auto":
        return bool(task.kind_of_target == "numbers")
    if len(raw.answers) > 1:
        return True
    column = raw.answers[0]
    if column.is_text:
        return False
    distinct = len(np.unique(column.values))
    if raw.answers_whole and distinct <= FEW:
        return False
    if not raw.answers_whole and distinct > FEW:
        return True
    sort = "whole numbers" if raw.answers_whole else "numbers with fractions"
    raise ComplaintError(
        [
            f'task.kind_of_target: {column.name} has {distinct} distinct {sort}; are they classes or numbers ("auto")? '
            'Write "classes" or "numbers".'
        ]
    )
