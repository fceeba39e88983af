"""Files that a sweep names, relative to the scenario: its list, swept names of files, modules of swept classes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from astrosim.scenario.inputs import DATA_FILE, FileFields, ModuleFields, from_folder

FILE_FIELD = ("sweep", "file")
FolderOf = Callable[[tuple[str, ...]], Path]


def relative_sweep(
    data: Mapping[str, Any], folder_of: FolderOf, fields: FileFields, modules: ModuleFields
) -> dict[str, Any]:
    """Return a scenario's tables with the names of files in its sweep as paths from here.

    Parameters
    ----------
    data : mapping
        As read from TOML.
    folder_of : callable
        Takes the path of a field, returns the folder that its name is relative to.
    fields, modules : tuple
        `Experiment.file_fields` and `Experiment.module_fields`.
    """
    sweep = data.get("sweep")
    if not isinstance(sweep, dict):
        return dict(data)
    moved = {**sweep, "file": from_folder(folder_of(FILE_FIELD), sweep["file"])} if "file" in sweep else dict(sweep)
    for section, field in fields:
        folder = folder_of(("sweep", section, field))
        moved = _exchanged(moved, section, field, lambda values, folder=folder: _files(folder, values))  # type: ignore[misc]
    for section, field, _ in modules:
        folder = folder_of(("sweep", section, field))
        moved = _exchanged(moved, section, field, lambda values, folder=folder: _with_modules(folder, values))  # type: ignore[misc]
    return {**data, "sweep": moved}


def _exchanged(sweep: dict[str, Any], section: str, field: str, change: Callable[[Any], Any]) -> dict[str, Any]:
    table = sweep.get(section)
    if not isinstance(table, dict) or field not in table:
        return sweep
    return {**sweep, section: {**table, field: change(table[field])}}


def _files(folder: Path, axis: Any) -> Any:
    if isinstance(axis, dict) and isinstance(axis.get("values"), list):
        return {**axis, "values": _files(folder, axis["values"])}
    return [from_folder(folder, value) for value in axis] if isinstance(axis, list) else axis


def _with_modules(folder: Path, axis: Any) -> Any:
    """The axis with the file of each class's module, if any lies in the folder."""
    if isinstance(axis, dict) and "files" in axis:
        return {**axis, "files": [from_folder(folder, file) for file in axis["files"]]}
    if not isinstance(axis, list):
        return axis
    files = [_module(folder, value) for value in axis]
    return {"values": axis, "files": files} if any(files) else axis


def _module(folder: Path, value: Any) -> str:
    if not isinstance(value, str):
        return ""
    if re.search(DATA_FILE, value):
        return str(from_folder(folder, value))
    path = str(folder / f"{value.partition(':')[0]}.py")
    return path if os.path.isfile(path) else ""
