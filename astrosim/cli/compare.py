"""The command that compares runs: compare."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, output
from astrosim.cli.options import JsonOption, RunsArgument


@app.command()
def compare(
    directories: RunsArgument,
    *,
    measure: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Of summary.csv; by default the main result of such runs.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write a table to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare runs with the first one: differences over common seeds in every common condition, with intervals."""
    with guarded():
        from astrosim import summary
        from astrosim.store.files import storage_errors, write_atomically
        from astrosim.summary.comparing import compare_csv, compare_runs, compare_table

        found, chosen = compare_runs([summary.read(directory) for directory in directories], measure)
        if csv is not None:
            with storage_errors(csv):
                write_atomically(csv, compare_csv(found, chosen).encode())
        if as_json:
            rows = [one.row(chosen) for one in found]
            plain = [
                {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in r.items()} for r in rows
            ]
            typer.echo(json.dumps(plain, indent=1))
        else:
            output().print(compare_table(found, chosen))
            if csv is not None:
                output().print(str(csv), markup=False, soft_wrap=True)
