"""The commands for a run in shares: merge."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from astrosim.cli.commands import app, tell_results, write_report
from astrosim.cli.console import guarded, say
from astrosim.cli.options import JsonOption

if TYPE_CHECKING:
    from astrosim.runs.merge import Merged

NAMED = 5  # missing replicates that are named; assumed: more do not help


@app.command()
def merge(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Directories of shards, in any order.")],
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the whole run goes: new, or an earlier merge's.")],
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Put the shards of a run together; they stay as they are."""
    with guarded():
        from astrosim.runs.merge import merge_runs

        merged = merge_runs(directories, out, command=shlex.join(["astrosim", *sys.argv[1:]]))
        if len(merged.missing) < merged.replicates:
            tell_results(out, write_report(out) if report else None, as_json)
        for line in _missing(merged, out):
            say(line)


def _missing(merged: Merged, out: Path) -> list[str]:
    """What is not there, and how to get it."""
    from astrosim.scenario.words import counted

    if not merged.missing:
        return []
    cells = "; ".join(f"condition {condition}, seed {seed}" for condition, seed in merged.missing[:NAMED])
    more = "; ..." if len(merged.missing) > NAMED else ""
    shards = f" Shards that were not named: {', '.join(merged.absent)}." if merged.absent else ""
    return [
        f"{len(merged.missing)} of {counted(merged.replicates, 'replicate')} are missing ({cells}{more}).{shards} "
        f"Merge the missing shards into {out} as well, or compute them: `astrosim run {out} --resume`."
    ]
