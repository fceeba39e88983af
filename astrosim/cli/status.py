"""The command that tells how a run stands, while it runs and afterwards: status."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, output
from astrosim.cli.options import JsonOption, StatusArgument

if TYPE_CHECKING:
    from astrosim.runs.status import Status

WATCH_SECONDS = 2.0  # between looks; assumed: two signs of life
NAMED = 3  # jobs and workers that are named; assumed: --json tells all


@app.command()
def status(
    directory: StatusArgument,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again until the run ends.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell how a run stands, also while it runs; from any machine that sees its directory. Nothing is written."""
    with guarded():
        from astrosim.runs.status import read_status

        found = read_status(directory)
        if watch:
            found = _watched(directory, found, as_json)
        _tell(found, as_json)


def _tell(found: Status, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found.as_dict()))
    else:
        output().print("\n".join(lines(found)), markup=False, soft_wrap=True)


def _watched(directory: Path, found: Status, as_json: bool) -> Status:
    """Show a run until it ends: in place on a terminal; elsewhere, or as JSON, a line at every look."""
    from rich.live import Live
    from rich.text import Text

    from astrosim.runs.status import read_status

    console = output()
    live = Live(console=console, transient=True) if console.is_terminal and not as_json else None
    with live or contextlib.nullcontext():
        while found.state == "running":
            if live is not None:
                live.update(Text("\n".join(lines(found))))
            else:
                typer.echo(json.dumps(found.as_dict()) if as_json else lines(found)[0])
            time.sleep(WATCH_SECONDS)
            found = read_status(directory)
    return found


def lines(found: Status) -> list[str]:
    """Return a run's state in lines: the first says the most."""
    return list(_lines(found))


def _lines(found: Status) -> Iterator[str]:
    from astrosim.runs.status import STATES
    from astrosim.scenario.words import seconds_words

    share = f" (shard {found.shard})" if found.shard else ""
    percent = f"{100 * found.done // found.replicates} %, " if found.replicates else ""
    yield f"{found.directory}{share}: {found.state}, {percent}{found.done} of {found.replicates} replicates"
    yield f"  {STATES[found.state]}"
    yield f"  done {found.done}, failed {found.failed}, running {found.running}, waiting {found.waiting}"
    if found.rate is not None and found.seconds_left is not None:
        yield f"  {found.rate:,.0f} {found.unit}/s, {seconds_words(found.seconds_left)} left"
    if found.age_seconds is not None:
        clocks = "" if found.same_host else ", by the clocks of two machines"
        yield f"  last sign of life {_ago(found.age_seconds)}{clocks}"
    if found.process is not None:
        yield f"  process {found.process} on {found.host}; {found.executor or 'this machine'}, {found.workers} workers"
    if found.names:
        yield f"  workers: {_some(found.names)}"
    if found.working:
        yield f"  in work: {_some(found.working)}"
    if found.dashboard:
        yield f"  Dask's page: {found.dashboard}"
    if found.state not in ("running", "finished"):
        yield f"  go on with: astrosim run {found.directory} --resume"


def _ago(seconds: float) -> str:
    from astrosim.scenario.words import seconds_words

    if seconds < -1:
        return f"{seconds_words(-seconds)} ahead of this machine's clock"
    return f"{max(seconds, 0.0):.1f} s ago" if seconds < 60 else f"{seconds_words(seconds)} ago"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more
