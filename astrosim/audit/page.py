"""The table of the audit as HTML and CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from astrosim.audit.claims import VERDICTS, Claim, claims
from astrosim.audit.suite import Suite, scenarios
from astrosim.errors import ScenarioError
from astrosim.scenario.problems import nearest
from astrosim.store.files import storage_errors, write_atomically

PAGE, TABLE = "audit.html", "audit.csv"
HEAD = ("scenario", "claim", "published", "measured", "verdict", "reason")


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
        Takes the name of each scenario as it begins.
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
    known = scenarios()
    wrong = [name for name in names if name not in known]
    if wrong:
        guess = nearest(wrong[0], list(known))
        right = f"Did you mean {guess}?" if guess else "`astrosim list` shows them."
        raise ScenarioError([f"{wrong[0]}: no published scenario. {right}"])
    with storage_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
    suite = Suite(directory, tuple(names) or tuple(known))
    suite.run(workers, told, command)
    found = claims(suite)
    with storage_errors(directory):
        write_atomically(directory / TABLE, table(found).encode())
        write_atomically(directory / PAGE, page(suite, found).encode())
    return found


def shown(claim: Claim) -> tuple[str, str]:
    """Published and measured figure in as many decimal places as were published, and one more of the measured."""
    return f"{claim.published:,.{claim.digits}f}", f"{claim.measured:,.{claim.digits + (claim.digits > 0)}f}"


def table(found: Sequence[Claim]) -> str:
    """The claims as CSV; figures in full."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for one in found:
        writer.writerow([one.scenario, one.text, repr(one.published), repr(one.measured), one.verdict, one.reason])
    return text.getvalue()


def page(suite: Suite, found: Sequence[Claim]) -> str:
    """The claims as a page."""
    environment = Environment(
        loader=PackageLoader("astrosim.audit", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    counts = Counter(claim.verdict for claim in found)
    groups: dict[str, list[tuple[Claim, str, str]]] = {}
    for claim in found:
        groups.setdefault(claim.scenario, []).append((claim, *shown(claim)))
    titles = {name: summary.scenario.title for name, summary in suite.summaries.items()}
    content = {"groups": groups, "titles": titles, "counts": [(verdict, counts[verdict]) for verdict in VERDICTS]}
    return environment.get_template("audit.html.j2").render(content)
