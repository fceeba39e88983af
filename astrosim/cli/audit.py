"""The command that checks the published experiments: audit."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, say
from astrosim.cli.options import JsonOption, SeedsOption, StreamsName, WorkersOption

if TYPE_CHECKING:
    from astrosim.audit.bands import Held
    from astrosim.audit.claims import Claim


@app.command()
def audit(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these, such as exp002.")] = None,
    *,
    streams: Annotated[
        StreamsName | None,
        typer.Option(help="Other draws: independent streams, or the program's generator; a table of bands then."),
    ] = None,
    seeds: SeedsOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the runs and the table go; what is there is kept. By default runs/audit or runs/bands.",
        ),
    ] = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the published scenarios and write one table: claim, published figure, measured figure, verdict.

    With --streams or --seeds: experiments 002 to 019 with other draws, and the bands in which they should end.
    """
    with guarded():
        from astrosim.audit import audit as claims
        from astrosim.audit import audit_bands, page
        from astrosim.audit.bands import SEEDS

        told, command = lambda name: say(f"audit: {name}"), shlex.join(["astrosim", *sys.argv[1:]])
        if streams is None and seeds is None:
            place = out or Path("runs/audit")
            _tell(claims(place, names or (), workers, told, command), place / page.TABLE, place / page.PAGE, as_json)
            return
        place, drawn = out or Path("runs/bands"), (streams or StreamsName.described).value
        found = audit_bands(place, names or (), drawn, seeds or SEEDS, workers, told, command)
        _tell(found, place / page.BANDS_TABLE, place / page.BANDS_PAGE, as_json)


def _tell(found: Sequence[Claim] | Sequence[Held], table: Path, page: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in found], indent=1))
        return
    for verdict, count in Counter(one.verdict for one in found).most_common():
        typer.echo(f"{count:4} {verdict}")
    typer.echo(f"Table: {table}\nPage: {page}")
