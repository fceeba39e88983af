"""The report of a run: one self-contained HTML file with tables, figures and what they can and cannot say."""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from astrosim import summary
from astrosim.core.errors import StoreError
from astrosim.report import tables
from astrosim.store.files import storage_errors, write_atomically
from astrosim.systems.images.show import report as image_report
from astrosim.systems.images.show.summary import FieldSummary
from astrosim.systems.threshold.show import report as threshold_report
from astrosim.systems.waves.show import report as wave_report
from astrosim.systems.waves.show.summary import WaveSummary

REPORT = "report.html"


def write_report(directory: Path) -> Path:
    """Write `report.html` into a run directory.

    The same run gives the same report: all times come from the run's own provenance.

    Parameters
    ----------
    directory : Path
        Of a run with at least one finished cell.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    StoreError
        If the directory is no run, is damaged, has no finished cell or cannot be written to.
    """
    directory = Path(directory)
    found = summary.read(directory)
    if not found.rows:
        raise StoreError(f"{directory}: no cell is finished yet. `astrosim run {directory} --resume` goes on with it.")
    if isinstance(found, WaveSummary):
        template, content = wave_report.TEMPLATE, wave_report.content(directory, found)
    elif isinstance(found, FieldSummary):
        template, content = image_report.TEMPLATE, image_report.content(directory, found)
    else:
        template, content = threshold_report.TEMPLATE, threshold_report.content(directory, found)
    html = _environment().get_template(template).render(content)
    path = directory / REPORT
    with storage_errors(directory):
        write_atomically(path, html.encode())
    return path


def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("astrosim.report", ""), PackageLoader("astrosim.systems", "")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=tables.number, interval=tables.interval_text, p_value=tables.p_text)
    return environment
