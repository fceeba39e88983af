"""The bundled scenarios, and the file that `astrosim new` writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rich.table import Table

from astrosim.contracts import registry
from astrosim.core.errors import ScenarioError
from astrosim.scenario.experiment import NAME, Experiment, own_code_runs
from astrosim.scenario.load import condition_names, load_scenario, resolve
from astrosim.scenario.problems import nearest

SUFFIX = ".toml"


def folder() -> Path:
    """Return the folder of the bundled scenarios: beside the package in a source tree, inside it once installed."""
    package = Path(__file__).parents[1]
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def bundled() -> dict[str, Path]:
    """Return bundled scenarios by name, such as ``maturity`` or ``published/exp024``."""
    root = folder()
    files = sorted(root.rglob(f"[!.]*{SUFFIX}"), key=lambda file: (len(file.relative_to(root).parts), file))
    return {file.relative_to(root).with_suffix("").as_posix(): file for file in files}


def find(argument: str) -> Path:
    """Return the file that a SCENARIO argument means: a path, or the name of a bundled scenario, its folder left out if
    clear.

    Raises
    ------
    ScenarioError
        If it is neither; the nearest bundled name is suggested.
    """
    path = Path(argument)
    try:
        if path.exists():
            return path
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([f"{argument[:200]!r}: cannot be read ({reason}). Name a scenario file."]) from None
    known = bundled()
    name = path.as_posix().removesuffix(SUFFIX)
    if name in known:
        return known[name]
    short = [file for key, file in known.items() if key.rpartition("/")[2] == name]
    if len(short) == 1:
        return short[0]
    guess = nearest(name, [*known, *(key.rpartition("/")[2] for key in known)])
    right = f"Did you mean {guess}?" if guess else "`astrosim list` shows the bundled ones."
    raise ScenarioError([f"{argument}: no such file or bundled scenario. {right}"])


def create(name: str, directory: Path, kind: str = "astrocyte") -> Path:
    """Write the template of a kind as ``NAME.toml``; an existing file is left alone.

    Raises
    ------
    ScenarioError
        If the name is not valid, the kind is none, or the file exists.
    """
    stem = name.removesuffix(SUFFIX)
    if not re.fullmatch(NAME, stem):
        raise ScenarioError([f"{name}: not a valid name. Write letters, digits, dots, dashes and underscores."])
    if kind not in (*registry.kinds(), *registry.ALIASES):
        raise ScenarioError([f"--kind: kind: no such kind ({kind}). Write one of {', '.join(registry.kinds())}."])
    path = directory / f"{stem}{SUFFIX}"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(registry.find_system(kind).template.replace("{name}", stem))
    except FileExistsError:
        raise ScenarioError([f"{path}: exists already. Choose another name, or remove it."]) from None
    return path


def catalogue() -> list[dict[str, Any]]:
    """Return the bundled scenarios: name, kind, title, cells (replicates), and the work of all cells, by its unit."""
    before = own_code_runs.set(False)
    try:
        return [_entry(name, load_scenario(path)) for name, path in bundled().items()]
    finally:
        own_code_runs.reset(before)


def _entry(name: str, scenario: Experiment) -> dict[str, Any]:
    resolved = [resolve(scenario, condition) for condition in condition_names(scenario)]
    seeds = len(scenario.seeds)
    work = {"trials": None, "updates": None} | {
        registry.find_system(scenario.kind).unit: seeds * sum(r.work for r in resolved)
    }
    return {"name": name, "kind": scenario.kind, "title": scenario.title, "cells": seeds * len(resolved), **work}


def catalogue_table(entries: list[dict[str, Any]]) -> Table:
    """Return the catalogue as a table for the console."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    for column, options in (
        ("name", "left"),
        ("title", "left"),
        ("replicates", "right"),
        ("trials or\nupdates", "right"),
    ):
        table.add_column(column, justify=options, no_wrap=column != "title")  # type: ignore[arg-type]
    for entry in entries:
        work = entry["trials"] or entry["updates"]
        table.add_row(entry["name"], entry["title"], f"{entry['cells']:,}", f"{work:,}")
    return table
