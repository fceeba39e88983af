"""The bundled scenarios, and the template that `astrosim new` writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rich.table import Table

import astrosim
from astrosim.errors import ScenarioError
from astrosim.scenario.load import condition_names, load_scenario, resolve
from astrosim.scenario.problems import nearest
from astrosim.scenario.schema import NAME

SUFFIX = ".toml"

TEMPLATE = """# One line that says what this experiment asks.
#
# Paper     Who, when, what, section.
# Question  What varies, what is measured, and what would count as an answer.
#
# Every field that is left out has the value of Murray (2026); `astrosim explain {name}.toml` lists all of them with
# range, unit and source.

name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
system = "described"    # or "published": the report's program, replayed count by count
learner = "astrocytes"  # or "cursor", or "none"
seeds = "1000:10"       # first:count, or a list such as [42, 137]

[network]
clusters = 2            # clusters
regular = 18            # regular neurons a cluster, besides 5 input, 5 output and 2 modulatory ones
p_within = 0.6          # connection probability within a cluster
p_between = 0.5         # connection probability between clusters
# positions = "positions.csv"  # neuron,x,y: places from a file beside this one, in place of drawn ones
# wiring = "wiring.csv"        # pre,post,weight: synapses from a file; weights are rounded to the grid of 2^-22

[task]
# file = "patterns.csv" # input,target: patterns from a file, in place of this list
patterns = [            # input bits, target bits
    ["00000", "10101"],
    ["10000", "01010"],
    ["01000", "11001"],
    ["00100", "00110"],
    ["00010", "10011"],
    ["00001", "01100"],
    ["11000", "00101"],
    ["00110", "11010"],
]

[astrocytes]
per_cluster = 4         # astrocytes a cluster
radius = 3.0            # units, territory
max_active = 3          # astrocytes a trial

[sensing]
rule = "traffic"        # or "firing"

[exploration]
rule = "maturity"       # or "flat", or "none"

[perturbation]
scope = "territory"     # or "random", "single", "global"
sigma = 0.1             # standard deviation of the step

[schedule]
episodes = 500
trials_per_episode = 10

[record]
every = 25              # episodes

# Each condition overrides any of the fields above.
[conditions.learning]

[conditions.control]
learner = "none"        # initial weights, never trained

# Published figures to set beside the measured ones, if there are any.
# [reference.learning]
# accuracy = 0.68
"""


def folder() -> Path:
    """Where the bundled scenarios lie: beside the package in a source tree, inside it once installed."""
    package = Path(astrosim.__file__).parent
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def bundled() -> dict[str, Path]:
    """Bundled scenarios by name, such as ``maturity`` or ``published/exp024``."""
    root = folder()
    files = sorted(root.rglob(f"*{SUFFIX}"), key=lambda file: (len(file.relative_to(root).parts), file))
    return {file.relative_to(root).with_suffix("").as_posix(): file for file in files}


def find(argument: str) -> Path:
    """The file that a SCENARIO argument means: a path, or the name of a bundled scenario.

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
    guess = nearest(name, [*known, *(key.rpartition("/")[2] for key in known)])
    right = f"Did you mean {guess}?" if guess else "`astrosim list` shows the bundled ones."
    raise ScenarioError([f"{argument}: no such file or bundled scenario. {right}"])


def create(name: str, directory: Path) -> Path:
    """Write the template as ``NAME.toml``; an existing file is left alone.

    Raises
    ------
    ScenarioError
        If the name is not valid or the file exists.
    """
    stem = name.removesuffix(SUFFIX)
    if not re.fullmatch(NAME, stem):
        raise ScenarioError([f"{name}: not a valid name. Write letters, digits, dots, dashes and underscores."])
    path = directory / f"{stem}{SUFFIX}"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE.replace("{name}", stem))
    except FileExistsError:
        raise ScenarioError([f"{path}: exists already. Choose another name, or remove it."]) from None
    return path


def catalogue() -> list[dict[str, Any]]:
    """The bundled scenarios: name, title, cells, trials (over all cells)."""
    entries = []
    for name, path in bundled().items():
        scenario = load_scenario(path)
        resolved = [resolve(scenario, condition) for condition in condition_names(scenario)]
        seeds = len(scenario.seeds)
        trials = seeds * sum(r.schedule.trials for r in resolved)
        entries.append({"name": name, "title": scenario.title, "cells": seeds * len(resolved), "trials": trials})
    return entries


def catalogue_table(entries: list[dict[str, Any]]) -> Table:
    """The catalogue as a table for the console."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    for column, options in (("name", "left"), ("title", "left"), ("cells", "right"), ("trials", "right")):
        table.add_column(column, justify=options, no_wrap=column != "title")  # type: ignore[arg-type]
    for entry in entries:
        table.add_row(entry["name"], entry["title"], f"{entry['cells']:,}", f"{entry['trials']:,}")
    return table
