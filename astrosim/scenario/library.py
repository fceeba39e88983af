"""The catalogue of the bundled scenarios, and the file that `astrosim new` writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rich.table import Table

from astrosim.contracts import registry
from astrosim.core.errors import ScenarioError
from astrosim.scenario.bundled import SUFFIX, bundled, find, folder
from astrosim.scenario.experiment import NAME, Experiment, own_code_runs
from astrosim.scenario.load import condition_names, load_scenario, resolve

__all__ = ["bundled", "catalogue", "catalogue_table", "create", "find", "folder"]


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
        raise ScenarioError([f"--kind: no such kind ({kind}). Write one of {', '.join(registry.kinds())}."])
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
