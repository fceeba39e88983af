"""The command that holds other people's parts against the contract: check-extension."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import FAILED, guarded
from astrosim.cli.options import JsonOption


@app.command("check-extension")
def check_extension(
    target: Annotated[
        str, typer.Argument(metavar="MODULE:NAME", help="A System, a learner, or a subclass of Astrocyte, of your own.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Check that your system, learner or astrocytes keep the contract: same bits, recording, resume, report."""
    with guarded():
        from astrosim.audit.conformance import check_extension as check

        failed = False
        with tempfile.TemporaryDirectory(prefix="astrosim-check-") as folder:
            outcomes = []
            for finding in check(target, Path(folder)):
                failed |= bool(finding.problem)
                outcomes.append({"check": finding.check, "kept": not finding.problem, "problem": finding.problem})
                if not as_json:
                    typer.echo(
                        f"{'FAILED' if finding.problem else 'kept  '} {finding.sentence} {finding.problem}".rstrip()
                    )
        if as_json:
            typer.echo(json.dumps(outcomes, indent=1))
        if failed:
            raise typer.Exit(FAILED)
