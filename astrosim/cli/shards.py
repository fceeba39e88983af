"""The commands for a run in shards: merge, batch."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from astrosim.cli.commands import app, tell_address, tell_results, write_report
from astrosim.cli.console import guarded, say
from astrosim.cli.options import JsonOption, ScenarioArgument, SchedulerName
from astrosim.cli.reading import read_scenario
from astrosim.core.errors import ScenarioError

if TYPE_CHECKING:
    from astrosim.runs.merge import Merged

NAMED = 5  # missing replicates that are named; assumed: more do not help


@app.command()
def merge(
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Directories of shards, or addresses (URLs), in any order.")
    ],
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the whole run goes: new, or an earlier merge's.")],
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Put the shards of a run together; they stay as they are."""
    with guarded():
        from astrosim.runs.merge import merge_runs
        from astrosim.store.remote import working_copy

        with working_copy(out, resume=None) as target:
            merged = merge_runs(directories, target, command=shlex.join(["astrosim", *sys.argv[1:]]))
            if len(merged.missing) < merged.replicates:
                tell_results(target, write_report(target) if report else None, as_json)
        place = tell_address(out, as_json)
        for line in _missing(merged, place):
            say(line)


def _missing(merged: Merged, out: Path | str) -> list[str]:
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


@app.command()
def batch(
    scenario: ScenarioArgument,
    options: Annotated[
        list[str] | None, typer.Argument(metavar="[-- OPTIONS]", help="Options of `astrosim run` for every task.")
    ] = None,
    *,
    shards: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="Tasks of the array job.")],
    scheduler: Annotated[SchedulerName, typer.Option(help="The batch system.")],
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where the merged run goes; an address, or by default runs/NAME.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of each task.")] = 1,
    memory: Annotated[str, typer.Option(metavar="SIZE", help="Memory of each task.")] = "4G",
    limit: Annotated[str, typer.Option("--time", metavar="H:MM:SS", help="Longest time of each task.")] = "04:00:00",
    script: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The script to write; by default NAME.SCHEDULER.sh.")
    ] = None,
) -> None:
    """Write a job script that computes a scenario in shards, and the line that merges them."""
    with guarded():
        from astrosim.runs.batch import ArrayJob

        name = read_scenario(scenario).name
        _check_words(memory, limit, out)
        place = script or Path(f"{name}.{scheduler.value}.sh")
        job = ArrayJob(
            scheduler=scheduler.value,
            name=name,
            scenario=scenario,
            options=options or (),
            shards=shards,
            workers=workers,
            out=out or Path("runs") / name,
            memory=memory,
            time=limit,
        )
        try:
            with open(place, "x", encoding="utf-8") as file:
                file.write(job.script(str(place)))
        except FileExistsError:
            raise ScenarioError([f"--script: {place} exists. Name another file, or remove it."]) from None
        place.chmod(0o755)
        typer.echo(f"Script: {place}")
        typer.echo(f"Afterwards: {job.merge_line}")


def _check_words(memory: str, limit: str, out: str | None) -> None:
    """Refuse what no batch system takes, what would end a line of the script, and what it should not show."""
    from astrosim.store.remote import is_address, without_secrets

    if out is not None and is_address(out) and (shown := without_secrets(out)) != out:
        raise ScenarioError([f"--out: the script would show the password or token of this address. Write {shown}."])
    if re.fullmatch(r"\d+(\.\d+)?[KMGTkmgt]?[Bb]?", memory, re.ASCII) is None:
        raise ScenarioError([f"--memory: not a size ({memory}). Write a number with its unit, such as 4G."])
    if re.fullmatch(r"\d{1,4}:[0-5]\d:[0-5]\d", limit, re.ASCII) is None:
        raise ScenarioError([f"--time: not a duration ({limit}). Write hours:minutes:seconds, such as 04:00:00."])
