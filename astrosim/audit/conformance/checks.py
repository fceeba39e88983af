"""The checks of the contract: each takes a `Bench`, and raises `ContractError` with what is wrong."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray
from matplotlib import pyplot
from rich.console import Console

from astrosim.audit.conformance.bench import (
    SUMMARY,
    Bench,
    ContractError,
    contents,
    differing,
    failed_words,
    summary_rows,
)
from astrosim.contracts.system import OPTIONAL, System
from astrosim.core.errors import AstrosimError
from astrosim.explain import explain
from astrosim.explain.values import Choice
from astrosim.export import export_run
from astrosim.report import write_report
from astrosim.report.figure_of_run import show
from astrosim.runs.trained import load_trained
from astrosim.scenario import condition_names
from astrosim.scenario.field_info import fields_of
from astrosim.store import open_replicates

UNTOLD = (
    "version",
    "kind",
    "conditions",
    "sweep.axes",
    "sweep.points",
    "reference",
)  # fields that an explanation does not list


def same_seed_same_bytes(bench: Bench) -> None:
    """Check that the same scenario and seed give the same bytes."""
    _equal(bench.finished, bench.run("repeated"))


def workers_do_not_matter(bench: Bench) -> None:
    """Check that two worker processes give the bytes of one."""
    _equal(bench.finished, bench.run("shared", workers=2))


def resumed_is_uninterrupted(bench: Bench) -> None:
    """Check that a run that is interrupted and resumed ends in the bytes of one that is not."""
    _equal(bench.finished, bench.interrupted("resumed", 0.4))


def recording_changes_nothing(bench: Bench) -> None:
    """Check that another record plan leaves every row of the summary as it was, but for columns by records.

    Raises
    ------
    ContractError
        If a row differs.
    """
    other, left_out = bench.run("recorded", bench.example.recording), bench.example.by_records
    if summary_rows(bench.finished, left_out) != summary_rows(other, left_out):
        raise ContractError("summary.csv: differs under another record plan.")


def engines_agree(bench: Bench) -> None:
    """Check that engines that promise the same bits give them; the summary alone names the engine.

    Raises
    ------
    ContractError
        If an engine's store holds other bytes than the scenario's own.
    """
    for engine in bench.example.engines:
        names = bench.example.other_engine.get(engine, condition_names(bench.scenario()))
        conditions = {name: bench.example.tables["conditions"][name] for name in names}
        part = bench.of({**bench.example.tables, "conditions": conditions}, f"engine_{engine}")
        one, other = contents(part.finished), contents(part.run("other", {"engine": engine}))
        wrong = [name for name in differing(one, other) if name != SUMMARY]
        if wrong:
            raise ContractError(f"engine {engine}: other bytes than the scenario's own ({failed_words(wrong)}).")


def every_field_is_explained(bench: Bench) -> None:
    """Check that an explanation names every field of the schema.

    Raises
    ------
    ContractError
        If a field is not named.
    """
    stream = io.StringIO()
    explain(bench.scenario(), Console(file=stream, width=200), choice=Choice(everything=True))
    text = stream.getvalue()
    model = bench.system.scenario
    untold = {*UNTOLD, *model.tables}  # lists of tables have tables of their own
    missing = [path for path in fields_of(model) if path not in untold and not _told(path, text)]
    if missing:
        raise ContractError(f"explain: does not name {', '.join(missing[:5])}.")


def _told(path: str, text: str) -> bool:
    """Whether an explanation names a field, under its section or in full."""
    section, _, field = path.rpartition(".")
    return bool(re.search(rf"\b{re.escape(path)}\b", text)) or (
        bool(re.search(rf"\b{re.escape(field)}\b", text)) and (not section or section in text)
    )


def every_figure_is_drawn_and_captioned(bench: Bench) -> None:
    """Check that each kind of figure that a run has data for is drawn, with a title and a caption.

    Raises
    ------
    ContractError
        If a figure has no title or no caption.
    """
    shown = show(bench.finished)
    for name in shown.kinds:
        drawn = shown.draw(name)
        pyplot.close(drawn.figure)
        if not drawn.title or not drawn.caption:
            raise ContractError(f"plot {name}: no title or no caption.")


def exports_are_readable(bench: Bench) -> None:
    """Check that NetCDF gives every value back, and that there is a table per family of dimensions.

    Raises
    ------
    ContractError
        If NetCDF lacks a variable or has other values of it, or there is no table.
    """
    dataset = open_replicates(bench.finished)
    path = export_run(bench.finished, bench.folder / "run.nc", "netcdf")
    with xarray.open_dataset(path) as other:
        for name in dataset.data_vars:
            if name not in other:
                raise ContractError(f"export: NetCDF lacks {name}.")
            if not _same(dataset[name], other[name]):
                raise ContractError(f"export: NetCDF has other values of {name}.")
    folder = export_run(bench.finished, bench.folder / "csv", "csv")
    if not any(folder.glob("*.csv")):
        raise ContractError("export: no table.")


def _same(one: Any, other: Any) -> bool:
    left, right = one.values, other.values
    if 0 in left.shape:
        return True
    if left.dtype.kind == "f" or right.dtype.kind == "f":  # a fill value of a whole number comes back as nan
        known = np.isfinite(right.astype(float))
        return bool(np.array_equal(left[known].astype(float), right[known].astype(float)))
    return bool(np.array_equal(left, right))


def the_report_is_complete(bench: Bench) -> None:
    """Check that a report names every condition, shows a figure, and numbers its tables in order.

    Raises
    ------
    ContractError
        If a condition or every figure is missing, or tables are numbered in another way.
    """
    text = write_report(bench.finished).read_text(encoding="utf-8")
    missing = [name for name in condition_names(bench.scenario()) if name not in text]
    if missing:
        raise ContractError(f"report: does not name {', '.join(missing)}.")
    if "<img" not in text or "data:image" not in text:
        raise ContractError("report: shows no figure.")
    numbers = [int(number) for number in re.findall(r">Table (\d+)\.", text)]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ContractError(f"report: tables are numbered {', '.join(map(str, numbers))}.")


def what_is_missing_is_refused(bench: Bench) -> None:
    """Check that a part that the system lacks is refused in a sentence that names a remedy.

    Raises
    ------
    ContractError
        If a part is neither there nor refused in the system's own sentence.
    """
    for part in OPTIONAL:
        if bench.system.has(part):
            continue
        if part not in bench.system.lacks or len(bench.system.lacks[part].split(". ")) < 2:
            raise ContractError(f"{part}: neither a part nor a sentence with a remedy in `lacks`.")
        try:
            bench.system.part(part)
        except AstrosimError as error:
            if bench.system.lacks[part] not in str(error):
                raise ContractError(f"{part}: refused without its sentence.") from error


def what_was_learned_answers(bench: Bench) -> None:
    """Check that each condition's network can be loaded and asked, if the system offers that, and keeps to its answers.

    Raises
    ------
    ContractError
        If it has no weights, answers not once for each input, or answers otherwise when it is asked or loaded again.
    """
    if not bench.system.has("trained"):
        return
    scenario = bench.scenario()
    for condition in condition_names(scenario):
        first, again = (load_trained(bench.finished, condition, scenario.seeds[0]) for _ in range(2))
        if not first.weights.sizes:
            raise ContractError(f"trained: {condition} has no weights.")
        shown = np.vstack([np.zeros(first.inputs), np.ones(first.inputs)])
        answers = first(shown)
        if len(answers) != len(shown):
            raise ContractError(f"trained: {condition} answers {len(answers)} times to {len(shown)} inputs.")
        if not (np.array_equal(answers, first(shown)) and np.array_equal(answers, again(shown))):
            raise ContractError(f"trained: {condition} answers the same inputs in two ways.")


def _equal(one: Path, other: Path) -> None:
    names = differing(contents(one), contents(other))
    if names:
        raise ContractError(f"{other.name}: other bytes than {one.name} ({failed_words(names)}).")


CHECKS: tuple[Callable[[Bench], None], ...] = (
    same_seed_same_bytes,
    recording_changes_nothing,
    resumed_is_uninterrupted,
    engines_agree,
    workers_do_not_matter,
    every_field_is_explained,
    every_figure_is_drawn_and_captioned,
    exports_are_readable,
    the_report_is_complete,
    what_is_missing_is_refused,
    what_was_learned_answers,
)
"""All checks, in the order in which they run."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Attributes
    ----------
    check : str
        Its name.
    sentence : str
        What it demands.
    problem : str
        What is wrong; empty if nothing is.
    """

    check: str
    sentence: str
    problem: str


def check_system(system: System, folder: Path) -> Iterator[Finding]:
    """Yield the outcome of each check of a registered system, with its runs in a folder that exists."""
    return check_bench(Bench(system, folder), CHECKS)


def check_bench(bench: Bench, checks: Iterable[Callable[[Bench], None]]) -> Iterator[Finding]:
    """Yield the outcome of each of some checks."""
    for check in checks:
        problem = ""
        try:
            check(bench)
        except AstrosimError as error:
            problem = str(error)
        except Exception as error:  # somebody else's code, whose defects are what is looked for
            problem = f"{type(error).__name__}: {error}"
        yield Finding(check.__name__, (check.__doc__ or "").partition("\n")[0], problem)
