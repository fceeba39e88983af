"""Tables from where `task.data` says: a delimited file, an NPZ archive, scikit-learn, or a function of the user's."""

from __future__ import annotations

import importlib
import inspect
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from astrosim.scenario.inputs import SHOWN, ComplaintError, InputFile, Located
from astrosim.scenario.section import short
from astrosim.scenario.words import nearest
from astrosim.systems.arrays.tables import delimited
from astrosim.systems.arrays.tables.raw import TEST, TRAIN, VALIDATION, Column, Raw, joined

IMAGES = ("digits", "mnist", "fashion")
MEMORY = "memory"
"""In place of a source: arrays that a Python caller holds."""
LIBRARY = "sklearn:"
DELIMITED = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
ARCHIVE = ".npz"
DATA = "task.data"
FETCHED = "fetch_"


def is_file(data: str) -> bool:
    """Return whether a source is the name of a file."""
    return data.lower().endswith((*DELIMITED, ARCHIVE))


def is_module(data: str) -> bool:
    """Return whether a source is a function of a module."""
    return ":" in data and not data.startswith(LIBRARY) and not is_file(data)


def source_problem(data: str) -> str:
    """Say why a text names no source; empty if it does."""
    if data in IMAGES or data == MEMORY or is_file(data) or is_module(data) or data.startswith(LIBRARY):
        return ""
    guess = nearest(data, IMAGES)
    meant = f'Did you mean "{guess}"? ' if guess else ""
    return (
        f'data: no source of rows ({short(data)}). {meant}Write "digits", "mnist", "fashion", a file such as '
        '"table.csv" or "x.npz", "sklearn:wine", or "my_module:function".'
    )


def runs_code(data: str, file: InputFile | None) -> str:
    """Say which code of the user's a source runs; empty if none."""
    if not is_module(data):
        return ""
    where = f"./{file.path.name}, sha256 {file.sha256[:SHOWN]}" if file else "installed"
    return f"runs code: {data} ({where})"


def read(task: Any) -> Raw:
    """Return the columns that a resolved `[task]` names, of all its files.

    Raises
    ------
    ComplaintError
        Says what is wrong, and in which line where there are lines.
    """
    parts = [_main(task)]
    for field, origin in (("test_file", TEST), ("validation_file", VALIDATION)):
        file = getattr(task, field)
        if file is not None:
            part = _of_file(file, f"task.{field}")
            origins = np.full(part.rows, origin, np.int8)
            parts.append(Raw(**{**vars(part), "origins": origins}))
    try:
        return joined(parts)
    except ValueError as error:
        field = "task.test_file" if task.test_file is not None else "task.validation_file"
        raise ComplaintError([f"{field}: {error}. Give all files the same header."]) from None


def _main(task: Any) -> Raw:
    if is_file(task.data):
        return _of_file(task.file, DATA)
    if task.data.startswith(LIBRARY):
        return _of_library(task.data.removeprefix(LIBRARY), task.arguments)
    return _of_function(task)


def _of_file(file: InputFile, field: str) -> Raw:
    return _of_archive(file, field) if file.name.lower().endswith(ARCHIVE) else delimited.read(file, field)


def _of_archive(file: InputFile, field: str) -> Raw:
    """Arrays X and y, maybe groups and weights; nothing is unpickled."""
    try:
        with np.load(io.BytesIO(file.content()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        objects = "allow_pickle" in str(error) and file.content()[:2] == b"PK"
        what = "holds Python objects" if objects else "not an NPZ archive"
        right = "Save plain numbers or texts: X.astype(float)." if objects else "Write it with numpy.savez."
        raise ComplaintError([Located(field, f"{file.name}: {what}. {right}")]) from None
    for name in ("X", "y"):
        if name not in arrays:
            held = ", ".join(arrays) or "nothing"
            raise ComplaintError([f'{field}: no array "{name}" in {file.name} (it holds {held}). Save X and y.'])
    return of_arrays(arrays["X"], arrays["y"], field, arrays.get("groups"), arrays.get("weights"))


def _of_library(name: str, arguments: Mapping[str, Any]) -> Raw:
    """What scikit-learn ships (load_...) or makes (make_...); nothing is fetched."""
    try:
        library = importlib.import_module("sklearn.datasets")
    except ModuleNotFoundError:
        raise ComplaintError([f'{DATA}: "sklearn:{name}" needs scikit-learn. pip install "astrosim[tasks]"']) from None
    if name.startswith(FETCHED):
        raise ComplaintError([f"{DATA}: fetches from the network (sklearn:{name}). Name an NPZ file of it."])
    function = getattr(library, name if name.startswith(("make_", "load_")) else f"load_{name}", None)
    if function is None:
        known = [one.removeprefix("load_") for one in dir(library) if one.startswith(("load_", "make_"))]
        guess = nearest(name, known)
        right = f"Did you mean sklearn:{guess}?" if guess else "Write one such as sklearn:wine."
        raise ComplaintError([f"{DATA}: scikit-learn has no such data set (sklearn:{name}). {right}"])
    takes, given = inspect.signature(function).parameters, dict(arguments)
    if "random_state" in takes:
        given.setdefault("random_state", 0)
    if "return_X_y" in takes:
        given.pop("return_X_y", None)
    try:
        found = function(**given)
    except (TypeError, ValueError) as error:
        raise ComplaintError([f"task.arguments: {function.__name__} refuses them ({error}). Write others."]) from None
    if isinstance(found, tuple):
        return of_arrays(found[0], found[1], DATA)
    if "data" not in found or "target" not in found:
        raise ComplaintError([f"{DATA}: no table with a target (sklearn:{name}). Write one such as sklearn:wine."])
    classes = tuple(str(one) for one in found.get("target_names", ())) if _counts(found["target"]) else ()
    return of_arrays(found["data"], found["target"], DATA, names=found.get("feature_names", ()), classes=classes)


def _counts(target: np.ndarray) -> bool:
    return np.asarray(target).dtype.kind in "iu"


def _of_function(task: Any) -> Raw:
    """What a function of the user's returns: X and y, maybe groups."""
    from astrosim.scenario.modules import module_of

    module, _, name = task.data.partition(":")
    function = getattr(module_of(module, task.file, DATA), name, None)
    if not callable(function):
        raise ComplaintError([f"{DATA}: no such function in {module} ({name!r}). Write one that returns X, y."])
    try:
        found = function(**task.arguments)
    except Exception as error:
        raise ComplaintError([f"{DATA}: {task.data} failed ({_words(error)}). Correct it."]) from error
    if not isinstance(found, tuple) or len(found) not in (2, 3):
        raise ComplaintError([f"{DATA}: {task.data} returned {type(found).__name__}. Return X, y or X, y, groups."])
    inputs, names = found[0], tuple(str(name) for name in getattr(found[0], "columns", ()))
    return of_arrays(np.asarray(inputs), np.asarray(found[1]), DATA, *found[2:], names=names)


def _words(error: Exception) -> str:
    """Type and text of an error, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]


def of_arrays(
    inputs: Any,
    answers: Any,
    field: str,
    groups: Any = None,
    weights: Any = None,
    *,
    names: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> Raw:
    """Return columns from arrays X (row, input), y (row,) or (row, output), groups (row,) and weights (row,).

    Raises
    ------
    ComplaintError
        If they hold Python objects or do not fit each other.
    """
    table = np.asarray(inputs)
    table = table.reshape(len(table), -1) if table.ndim > 2 else table
    target = np.asarray(answers)
    for name, array in (("X", table), ("y", target)):
        if array.dtype.kind not in "fiubU" or array.ndim not in (1, 2) or (name == "X" and array.ndim != 2):
            what = "object dtype" if array.dtype.kind == "O" else f"{array.dtype}, shape {array.shape}"
            raise ComplaintError([f"{field}: {name} is no table of numbers or texts ({what}). Give rows of floats."])
    for name, array in (("y", target), ("groups", groups), ("weights", weights)):
        if array is not None and len(array) != len(table):
            raise ComplaintError([f"{field}: {name} has {len(array)} rows, X {len(table)}. Give each row its own."])
    known = tuple(names) if len(names) == table.shape[1] else tuple(f"x{k}" for k in range(table.shape[1]))
    columns = target[:, None] if target.ndim == 1 else target
    labels = ("y",) if columns.shape[1] == 1 else tuple(f"y{k}" for k in range(columns.shape[1]))
    return Raw(
        columns=tuple(Column(name, _values(table[:, k], field)) for k, name in enumerate(known)),
        answers=tuple(Column(name, _values(columns[:, k], field)) for k, name in enumerate(labels)),
        answers_whole=target.dtype.kind in "iub",
        names=tuple(classes),
        weights=None if weights is None else Column("weights", np.asarray(weights, np.float64)),
        groups=None if groups is None else Column("groups", _values(np.asarray(groups), field)),
        origins=np.full(len(table), TRAIN, np.int8),
    )


def _values(column: np.ndarray, field: str) -> np.ndarray:
    """A column as numbers, or as texts."""
    if column.dtype.kind == "U":
        return column.copy()
    if column.dtype.kind not in "fiub":
        raise ComplaintError([f"{field}: object dtype ({column.dtype}). Give numbers or texts."])
    values = column.astype(np.float64)
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        raise ComplaintError([f"{field}: a value that is not finite (row {row + 1}). Write finite numbers."])
    return values
