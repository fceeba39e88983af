"""The tables of the audit, claims and bands, as HTML and CSV."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from astrosim.audit.bands import OUTCOMES, SEEDS, Held, chosen, held
from astrosim.audit.claims import VERDICTS, Claim, claims
from astrosim.audit.suite import Suite, published
from astrosim.store.files import storage_errors, write_atomically
from astrosim.summary.rows import UNKNOWN

PAGE, TABLE = "audit.html", "audit.csv"
BANDS_PAGE, BANDS_TABLE = "bands.html", "bands.csv"
HEAD = ("scenario", "claim", "published", "measured", "verdict", "reason")
DRAWN = {"described": "independent streams and weights on their grid", "published": "of the program's own generator"}
BANDS_HEAD = (
    *("scenario", "claim", "published", "low", "high", "measured", "interval_low", "interval_high", "seeds"),
    *("ten_low", "ten_high", "verdict", "reason"),
)


def audit(
    directory: Path,
    names: Sequence[str] = (),
    workers: int | None = None,
    told: Callable[[str], None] = lambda name: None,
    command: str = "",
) -> list[Claim]:
    """Run published scenarios, compare every claim, and write `audit.html` and `audit.csv`.

    Parameters
    ----------
    directory : Path
        Where the runs lie, or shall lie: what is there whole is not run again.
    names : sequence of str
        Scenarios such as ``exp002``; all published ones if left out. Claims about all need all.
    workers : int, optional
        Processes; by default one a processor.
    told : callable
        Takes the name of each scenario that is done.
    command : str
        What the user typed; kept in the runs' provenance.

    Returns
    -------
    list of Claim

    Raises
    ------
    ScenarioError
        If a name is none of a published scenario.
    StoreError
        If the directory cannot be used or written.
    """
    suite = Suite(directory, published(names))
    _carry_out(suite, workers, told, command)
    found = claims(suite)
    _write(directory, {TABLE: table(found), PAGE: page(suite, found)})
    return found


def audit_bands(
    directory: Path,
    names: Sequence[str] = (),
    streams: str = "described",
    seeds: str = SEEDS,
    workers: int | None = None,
    told: Callable[[str], None] = lambda name: None,
    command: str = "",
) -> list[Held]:
    """Run experiments 002 to 019 on other seeds, compare every band, and write `bands.html` and `bands.csv`.

    Parameters
    ----------
    directory, names
        As of `audit`.
    streams : str
        "described": independent streams, weights on their grid; "published": the program's generator.
    seeds : str
        ``FIRST:COUNT`` or ``1,2,3``.
    workers, told, command
        As of `audit`.

    Raises
    ------
    ScenarioError
        If a name is none of a published scenario, or the seeds are none.
    StoreError
        If the directory cannot be used or written, or holds runs of other seeds or streams.
    """
    suite = Suite(directory, chosen(names, streams, seeds))
    _carry_out(suite, workers, told, command)
    found = held(suite)
    _write(directory, {BANDS_TABLE: bands_table(found), BANDS_PAGE: bands_page(suite, found, streams)})
    return found


def _carry_out(suite: Suite, workers: int | None, told: Callable[[str], None], command: str) -> None:
    with storage_errors(suite.directory):
        suite.directory.mkdir(parents=True, exist_ok=True)
    suite.run(workers, told, command)


def _write(directory: Path, files: dict[str, str]) -> None:
    with storage_errors(directory):
        for name, text in files.items():
            write_atomically(directory / name, text.encode())


def shown(claim: Claim) -> tuple[str, str]:
    """Return published and measured figure in as many decimal places as were published, and one more of the
    measured."""
    return f"{claim.published:,.{claim.digits}f}", f"{claim.measured:,.{claim.digits + (claim.digits > 0)}f}"


def table(found: Sequence[Claim]) -> str:
    """Return the claims as CSV; figures in full."""
    rows = [(one.scenario, one.text, one.published, one.measured, one.verdict, one.reason) for one in found]
    return _csv(HEAD, rows)


def bands_table(found: Sequence[Held]) -> str:
    """Return the bands as CSV; figures in full."""
    return _csv(BANDS_HEAD, [["" if v is None else v for v in one.as_dict().values()] for one in found])


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([head, *rows])
    return text.getvalue()


def page(suite: Suite, found: Sequence[Claim]) -> str:
    """Return the claims as a page."""
    groups: dict[str, list[tuple[Claim, str, str]]] = {}
    for claim in found:
        groups.setdefault(claim.scenario, []).append((claim, *shown(claim)))
    counts = Counter(claim.verdict for claim in found)
    words = {"title": "Audit of the published experiments", "counts": [(v, counts[v]) for v in VERDICTS]}
    return _rendered("audit.html.j2", suite, words | {"groups": groups})


def bands_page(suite: Suite, found: Sequence[Held], streams: str) -> str:
    """Return the bands as a page."""
    groups: dict[str, list[tuple[Held | str, ...]]] = {}
    for one in found:
        groups.setdefault(one.band.scenario, []).append((one, *band_shown(one)))
    counts = Counter(one.verdict for one in found)
    seeds = max((len(scenario.seeds) for scenario in suite.chosen.values()), default=0)
    words = {"title": "Published experiments, other draws", "counts": [(v, counts[v]) for v in OUTCOMES]}
    return _rendered("bands.html.j2", suite, words | {"groups": groups, "seeds": seeds, "streams": DRAWN[streams]})


def band_shown(one: Held) -> tuple[str, ...]:
    """Return published figure, band, mean, its interval, and what ten seeds may give, as texts."""
    band, mean = one.band, one.measured
    limits = _span(band.low, band.high) if band.low != band.high else _figure(band.low)
    limits = f"below {_figure(band.high)}" if math.isinf(band.low) else limits
    return (
        _figure(band.replay),
        limits,
        _figure(mean.mean),
        _span(mean.low, mean.high),
        _span(one.ten_low, one.ten_high),
    )


def _span(low: float, high: float) -> str:
    return UNKNOWN if math.isnan(low) else f"{_figure(low)} to {_figure(high)}"


def _figure(value: float) -> str:
    return UNKNOWN if math.isnan(value) else f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"


def _rendered(template: str, suite: Suite, words: dict[str, object]) -> str:
    environment = Environment(
        loader=PackageLoader("astrosim.audit", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    titles = {name: summary.scenario.title for name, summary in suite.summaries.items()}
    return environment.get_template(template).render(words | {"titles": titles})
