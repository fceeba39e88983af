"""The catalogue of the bundled scenarios, and the file that `astrosim new` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astrosim.contracts import registry
from astrosim.core.errors import ScenarioError
from astrosim.scenario.bundled import SUFFIX, bundled
from astrosim.scenario.conditions import crossed, resolve
from astrosim.scenario.experiment import NAME, Experiment, own_code_runs
from astrosim.scenario.load import load_scenario, read_text
from astrosim.scenario.merge import merge
from astrosim.scenario.words import nearest

FIRST_LOOKS = ("quick", "waves/offline_digits", "digits")
"""Bundled scenarios to begin with, one per kind."""
GROUPS = ("first looks", "papers", "questions", "tasks", "tuning")
"""Groups of the catalogue, in its order."""
PAPERS = (
    "published/",
    "waves/",
    "spiking/astrocyte_single",
    "spiking/brunel",
    "spiking/ring",
    "spiking/tripartite_pair",
)
"""Beginnings of the names of scenarios that repeat what a paper, or another simulator, reports."""
TASKS = ("task", "environment", "objective")
"""Systems whose scenarios learn a data set, an environment or an objective."""
ALLOWED = "allow_code = true       # its code is run, with your rights"
"""Line of a new file whose task is a module's."""
SCHEMA_LINE = "#:schema ./scenario.schema.json\n"
"""First line of a new file: editors check and complete it by what `astrosim schema` prints into that file."""


def create(
    name: str,
    directory: Path,
    kind: str = "astrocyte",
    source: Path | None = None,
    task: Mapping[str, str] | None = None,
    *,
    data: str = "",
) -> Path:
    """Write a scenario file ``NAME.toml``; an existing file is left alone.

    Parameters
    ----------
    name : str
    directory : Path
    kind : str
        Whose template is written.
    source : Path, optional
        Scenario file that is copied under the new name, in place of a template.
    task : mapping of str to str, optional
        Fields of the section [task], which say what is learned: those of the template are replaced.
    data : str
        Table of the user's own, whose sizes are filled in; empty: none.

    Raises
    ------
    ScenarioError
        If the name is not valid, the kind is none, the file exists, or the copy would be no scenario.
    """
    stem = name.removesuffix(SUFFIX)
    if not re.fullmatch(NAME, stem):
        raise ScenarioError([f"{name}: not a valid name. Write letters, digits, dots, dashes and underscores."])
    if kind not in (*registry.kinds(), *registry.ALIASES):
        raise ScenarioError([f"--kind: no such kind ({kind}). Write one of {', '.join(registry.kinds())}."])
    path = directory / f"{stem}{SUFFIX}"
    text = renamed(source, stem) if source is not None else _from_template(kind, stem, task or {})
    if data:
        text = registry.find_system(kind).part("table_template")(stem, data, directory)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text if text.startswith("#:schema") else SCHEMA_LINE + text)
    except FileExistsError:
        raise ScenarioError([f"{path}: exists already. Choose another name, or remove it."]) from None
    try:
        load_scenario(path)
    except ScenarioError:  # such as files that lie beside the source
        path.unlink()
        raise
    return path


def _from_template(kind: str, name: str, task: Mapping[str, str]) -> str:
    """Text of the template of a kind, or of its variant that has the task's fields; these take the place of its own."""
    text = registry.system_of(kind, {"task": task}).template.replace("{name}", name)
    for field, value in task.items():
        own = f"{field} = {json.dumps(value, ensure_ascii=False)}"
        text = re.sub(rf'^{field} = "[^"]*"', lambda _, own=own: own, text, count=1, flags=re.MULTILINE)  # type: ignore[misc]
        if ":" in value and not re.search(r"^allow_code\b", text, re.MULTILINE):
            line = f"{own}   # in {value.partition(':')[0]}.py, beside this file\n{ALLOWED}"
            text = re.sub(rf"^{re.escape(own)}.*$", lambda _, line=line: line, text, count=1, flags=re.MULTILINE)  # type: ignore[misc]
    return text


def renamed(source: Path, name: str) -> str:
    """Return the text of a scenario file under another name, comments and all."""
    load_scenario(source)
    text, line = read_text(source), f'name = "{name}"'
    found = re.compile(r"^name\s*=\s*(\"[^\"]*\"|'[^']*')", re.MULTILINE)
    return found.sub(line, text, count=1) if found.search(text) else f"{line}\n{text}"


def catalogue(times: bool = False, word: str = "") -> list[dict[str, Any]]:
    """Return the bundled scenarios by `GROUPS`: name, group, kind, title, cells (replicates), work of all cells by its
    unit.

    Parameters
    ----------
    times : bool
        Also `seconds` on one core, estimated; that loads all systems.
    word : str
        Only scenarios in whose name, title, kind, group or source it is found, capitals or not.

    Raises
    ------
    ScenarioError
        If there is none of this word; names the nearest.
    """
    before, known = own_code_runs.set(False), bundled()
    names = [*(name for name in FIRST_LOOKS if name in known), *(name for name in known if name not in FIRST_LOOKS)]
    try:
        scenarios = {name: load_scenario(known[name], checked=True) for name in names}
        found = [name for name in names if word.lower() in _words_of(name, scenarios[name])]
        if not found:
            raise ScenarioError([_no_such(word, scenarios)])
        entries = [_entry(name, scenarios[name], times) for name in found]
    finally:
        own_code_runs.reset(before)
    return sorted(entries, key=lambda entry: GROUPS.index(entry["group"]))


def group_of(name: str, scenario: Experiment) -> str:
    """Return the group of a bundled scenario."""
    if name in FIRST_LOOKS:
        return "first looks"
    if name.startswith("tuning/"):
        return "tuning"
    if name.startswith(PAPERS):
        return "papers"
    return "tasks" if scenario.family in TASKS else "questions"


def _words_of(name: str, scenario: Experiment) -> str:
    return " ".join((name, scenario.title, scenario.kind, group_of(name, scenario), scenario.source)).lower()


def _no_such(word: str, scenarios: Mapping[str, Experiment]) -> str:
    words = {part for name, one in scenarios.items() for part in re.findall(r"[a-z0-9]+", _words_of(name, one))}
    guess = nearest(word.lower(), sorted(words))
    right = f"Did you mean {guess}?" if guess else "`astrosim list` shows all."
    return f"{word}: no bundled scenario tells of it. {right}"


def _entry(name: str, scenario: Experiment, times: bool) -> dict[str, Any]:
    replicates = _work_by_condition(scenario)
    seeds = len(scenario.seeds)
    system = registry.find_system(scenario.family)
    work = {"trials": None, "updates": None, "steps": None} | {system.unit: seeds * sum(replicates)}
    facts = {"name": name, "kind": scenario.kind, "title": scenario.title, "first_look": name in FIRST_LOOKS}
    facts["group"] = group_of(name, scenario)
    time = {"seconds": system.part("workload")(scenario).seconds} if times else {}
    return {**facts, "cells": seeds * len(replicates), **work, **time}


def _work_by_condition(scenario: Experiment) -> list[int]:
    """Work of one replicate of each condition; conditions that agree in the sections it depends on share one look."""
    model, base, known = type(scenario), scenario.model_dump(), dict[str, int]()
    sections, amounts = model.work_sections or tuple(base), []
    for condition, one in crossed(scenario).items():
        tables = merge(model, base, one.override)
        key = repr([tables[section] for section in sections])
        if key not in known:
            known[key] = resolve(scenario, condition).work
        amounts.append(known[key])
    return amounts
