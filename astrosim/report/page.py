"""The report of a run: one self-contained HTML file with tables, figures and what they can and cannot say."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, StrictUndefined

from astrosim import summary
from astrosim.contracts.registry import find_system
from astrosim.core.errors import StoreError
from astrosim.report import sweep, tables
from astrosim.runs.failures import listed, read_failures
from astrosim.runs.shard import shard_words
from astrosim.scenario import condition_names
from astrosim.scenario.words import counted
from astrosim.store.files import storage_errors, write_atomically
from astrosim.store.remote import local_copy
from astrosim.summary.sweep import few, few_words

REPORT = "report.html"


def write_report(directory: str | Path) -> Path:
    """Write `report.html` into a run directory.

    The same run gives the same report: all times come from the run's own provenance.

    Parameters
    ----------
    directory : str or Path
        Of a run with at least one finished replicate; of an address (URL) the local copy gets the report.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    StoreError
        If the directory is no run, is damaged, has no finished replicate or cannot be written to.
    """
    directory = local_copy(directory)
    found = summary.read(directory)
    if not found.rows:
        raise StoreError(
            f"{directory}: no replicate is finished yet. `astrosim run {directory} --resume` goes on with it."
        )
    system = find_system(found.scenario.family)
    swept, shown = sweep.content(found), few(found)
    content = system.part("report")(directory, shown)
    counts = len(found.rows), len(condition_names(found.scenario)) * len(found.scenario.seeds)
    if swept is not None:
        content["replicates"] = dict(zip(("done", "all"), counts, strict=True))
        content["pictures"] = [*swept["pictures"], *content["pictures"]]
        content["expected"] = [*content["expected"], *filter(None, [few_words(found, shown)])]
    content["sweep"] = swept
    content = {**content, "alarms": [*_failed(directory, found), *content["alarms"]]}
    template = _environment().get_template(system.part("report_template"))
    html = template.render(content, tables=Counter(), shard=shard_words(directory, *counts))
    path = directory / REPORT
    with storage_errors(directory):
        write_atomically(path, html.encode(errors="backslashreplace"))  # a folder's name need not be text
    return path


def _failed(directory: Path, found: summary.RunSummary[Any]) -> list[str]:
    """Say which replicates are missing because they failed."""
    present = {(row["condition"], row["seed"]) for row in found.rows}
    missing = [one for one in read_failures(directory) if (one.condition, one.seed) not in present]
    if not missing:
        return []
    return [
        f"{counted(len(missing), 'replicate')} failed and {'is' if len(missing) == 1 else 'are'} not in this report: "
        f"{listed(missing)}. `astrosim run {directory} --resume` tries again what failed."
    ]


class Counter:
    """Numbers of the tables of a report, in the order in which the template shows them."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Return the next number, from 1."""
        self._last += 1
        return self._last


def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("astrosim.report", ""), FunctionLoader(_template_of_system)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=tables.number, interval=tables.interval_text, p_value=tables.p_text)
    environment.filters.update(effect=tables.effect_text, few_seeds=tables.small_words)
    return environment


def _template_of_system(name: str) -> str | None:
    """Return the template ``module:file`` of a system; None for a name of another form."""
    module, _, file = name.partition(":")
    return files(module).joinpath(file).read_text(encoding="utf-8") if file else None
