"""The command that checks the published experiments: audit."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, say
from astrosim.cli.options import JsonOption, WorkersOption


@app.command()
def audit(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these, such as exp002.")] = None,
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the runs and the table go; what is there is kept.")
    ] = Path("runs/audit"),
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the published scenarios and write one table: claim, published figure, measured figure, verdict."""
    with guarded():
        from astrosim.audit import audit as carry_out
        from astrosim.audit.page import PAGE, TABLE

        found = carry_out(
            out, names or (), workers, lambda name: say(f"audit: {name}"), shlex.join(["astrosim", *sys.argv[1:]])
        )
        if as_json:
            typer.echo(json.dumps([asdict(claim) for claim in found], indent=1))
            return
        for verdict, count in Counter(claim.verdict for claim in found).most_common():
            typer.echo(f"{count:4} {verdict}")
        typer.echo(f"Table: {out / TABLE}\nPage: {out / PAGE}")
