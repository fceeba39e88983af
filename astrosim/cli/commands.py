"""The command line: run, rerun, report, export, validate, ceiling."""

from __future__ import annotations

import json
import logging
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import astrosim
from astrosim.cli.console import BAD_INPUT, FAILED, errors, guarded, output, say, show_notices, take_any_text
from astrosim.cli.options import (
    BY_ENDING,
    AllowCodeOption,
    ConditionsOption,
    DataOption,
    DesignOption,
    EngineOption,
    ExecutorOption,
    FormatName,
    JsonOption,
    LogLevel,
    RunArgument,
    SamplesOption,
    ScenarioArgument,
    SeedsOption,
    SetOption,
    ShardOption,
    SweepOption,
    WorkersOption,
    WorkOption,
    complete_scenario,
)
from astrosim.cli.places import check_code, ending, free_directory, told_address, unit_of
from astrosim.cli.reading import read_scenario, scenario_file, sweep_texts
from astrosim.cli.usage import Commands
from astrosim.core.errors import ScenarioError

if TYPE_CHECKING:
    from astrosim.scenario import Experiment

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Simulate astrocytes that learn and neurons that compute.",
    epilog="First steps: astrosim list; astrosim explain quick; astrosim run quick",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"astrosim {astrosim.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    log_level: Annotated[LogLevel, typer.Option(help="How much to tell on standard error.")] = LogLevel.warning,
) -> None:
    """Take the options that come before a command."""
    from rich.logging import RichHandler

    take_any_text()
    show_notices()
    logger = logging.getLogger("astrosim")
    logger.setLevel(log_level.upper())
    logger.handlers = [RichHandler(console=errors(), show_time=False, show_path=False)]
    logger.propagate = False


def _command() -> str:
    return shlex.join(["astrosim", *sys.argv[1:]])


@app.command()
def run(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|DIR",
            help="A scenario file, a bundled name, or with --resume a run.",
            autocompletion=complete_scenario,
        ),
    ],
    *,
    seeds: SeedsOption = None,
    conditions: ConditionsOption = None,
    engine: EngineOption = None,
    set_: SetOption = None,
    sweep: SweepOption = None,
    design: DesignOption = None,
    samples: SamplesOption = None,
    data: DataOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Run directory, or address (URL); by default runs/NAME.")
    ] = None,
    work: WorkOption = None,
    workers: WorkersOption = None,
    branch: Annotated[
        str | None,
        typer.Option("--from", metavar="DIR[:CONDITION[:SEED]]", help="Start from the weights of another run."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted run; with --set of its length, for longer.")
    ] = False,
    allow_code: AllowCodeOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell the size of the work.")] = False,
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
    executor: ExecutorOption = None,
    shard: ShardOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a scenario: every condition with every seed."""
    with guarded(allow_code):
        from astrosim.scenario.located import lines_named
        from astrosim.store.exchange import outer
        from astrosim.store.files import RUN_FILE
        from astrosim.store.remote import local_copy, working_copy

        chosen = None
        _check_data(data)
        swept = sweep_texts(sweep, design, samples)
        if _is_directory(scenario):
            place = told_address(scenario) or outer(Path(scenario))
            _refuse_changes(
                place,
                resume,
                bool(swept) or any(option is not None for option in (seeds, conditions, engine, out, branch)),
            )
            if dry_run or set_:
                chosen = read_scenario(str(outer(local_copy(scenario))), set_)
            file = Path(place) / RUN_FILE
            out = Path(scenario)
        elif resume and out is None:
            raise ScenarioError([f"{scenario}: no such run directory. Name the directory of a run to resume it."])
        else:
            chosen = read_scenario(scenario, set_, seeds, conditions, engine, swept)
            file = scenario_file(scenario)
        if dry_run and chosen is not None:
            _tell_work(chosen, as_json)
            return
        go = partial(_run, workers=workers, resume=resume, report=report, as_json=as_json, branch=branch, shard=shard)
        go = partial(go, executor=executor)
        with lines_named(file, [*(f"--set {text}" for text in set_ or ()), *swept]):
            if out is None and chosen is not None:
                with free_directory(Path("runs") / (chosen.name + ending(shard))) as own:
                    go(chosen, own, data)
            elif out is not None:
                with working_copy(out, resume, work) as directory:
                    go(chosen, outer(directory), data)
                tell_address(out, as_json)


def _is_directory(argument: str) -> bool:
    """Return whether an argument names a directory or an address, and no bundled scenario that it would hide."""
    from astrosim.scenario.bundled import find

    return bool(told_address(argument)) or (Path(argument).is_dir() and find(argument) == Path(argument))


def _check_data(data: Path | None) -> None:
    if data is not None and not data.is_dir():
        raise ScenarioError([f"--data: no such directory ({data}). Name an existing one, or leave it out."])


def _refuse_changes(directory: Path | str, resume: bool, changed: bool) -> None:
    if not resume:
        raise ScenarioError(
            [
                f"{directory}: a directory. `astrosim run {directory} --resume` goes on with its run, "
                f"`astrosim rerun {directory}` repeats it; else name a scenario file."
            ]
        )
    if changed:
        raise ScenarioError(
            [
                f"{directory}: a run goes on as it began. Leave out --out, --seeds, --conditions, "
                "--sweep and --engine; --set may raise its length."
            ]
        )


def _tell_work(scenario: Experiment, as_json: bool) -> None:
    from astrosim.explain.sweep import sweep_table
    from astrosim.explain.workload import work_table, workload

    work = workload(scenario)
    if as_json:
        typer.echo(json.dumps(work.as_dict(), indent=1))
    else:
        if scenario.sweep.axes:
            output().print(sweep_table(scenario))
        output().print(work_table(work))


def _run(
    scenario: Experiment | None,
    directory: Path,
    data: Path | None,
    *,
    workers: int | None,
    resume: bool,
    report: bool,
    as_json: bool,
    branch: str | None,
    shard: str | None,
    executor: str | None,
) -> None:
    from astrosim.runs import run_scenario
    from astrosim.runs.directory import SUMMARY
    from astrosim.runs.failures import told_later
    from astrosim.runs.progress import ProgressDisplay

    with (
        ProgressDisplay(errors(), directory.name or str(directory), unit_of(scenario, directory)) as progress,
        told_later() as failed,
    ):
        run_scenario(
            scenario,
            directory,
            workers=workers,
            resume=resume,
            data=data,
            progress=progress,
            command=_command(),
            branch=branch,
            shard=shard,
            executor=executor or "",
        )
    if (directory / SUMMARY).exists():
        page = write_report(directory) if report else None
        tell_results(directory, page, as_json)
    elif not failed:
        say(f"Nothing was to do: shard {shard} of this run has no replicates. Merge {directory} like the others.")
    for error in failed:
        raise error


def tell_address(place: Path, quiet: bool = False) -> str | Path:
    """Print the address of a run that lies at one; returns it, or the directory."""
    address = told_address(place)
    if address and not quiet:
        output().print(f"Stored at: {address}", soft_wrap=True, markup=False)
    return address or place


def write_report(directory: Path) -> Path:
    """Write the report of a run; returns its path."""
    from astrosim import report as reports

    return reports.write_report(directory)


def tell_results(directory: Path, page: Path | None, as_json: bool) -> None:
    """Print what a run found: tables and warnings, or JSON."""
    from astrosim import summary
    from astrosim.runs.shard import shard_words
    from astrosim.summary.sweep import best_words, few, few_words, results_of

    results = summary.read(directory)
    if as_json:
        typer.echo(json.dumps(results.as_dict(report=page), indent=1, allow_nan=False))
        return
    console = output()
    console.print(few(results).table())
    for alarm in results.alarms():
        console.print(alarm, markup=False)
    every = len(results.resolved) * len(results.scenario.seeds)
    if words := shard_words(directory, len(results.rows), every):
        console.print(words, markup=False)
    if results.scenario.sweep.axes:
        for text in filter(None, (few_words(results, few(results)), best_words(results_of(results)))):
            console.print(text, markup=False)
    console.print(f"Run directory: {directory}", soft_wrap=True, markup=False)
    if page is not None:
        console.print(f"Report: {page}", soft_wrap=True, markup=False)


@app.command()
def rerun(
    directory: RunArgument,
    workers: WorkersOption = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to compute; by default beside DIR.")] = None,
    allow_code: AllowCodeOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Repeat a run from its own directory, and say whether it is identical."""
    with guarded(allow_code):
        from astrosim.runs import rerun as repeat
        from astrosim.runs.progress import ProgressDisplay

        _check_data(data)
        check_code(directory, allow_code)
        with ProgressDisplay(errors(), f"rerun {directory.name}", unit_of(None, directory)) as progress:
            result = repeat(directory, workers, out=out, data=data, progress=progress, command=_command())
        if as_json:
            typer.echo(json.dumps({"identical": result.identical, "differences": list(result.differences)}, indent=1))
        else:
            typer.echo(f"{directory}: {'identical' if result.identical else 'NOT IDENTICAL'}")
            for difference in result.differences:
                typer.echo(f"  {difference}")
        if not result.identical:
            raise typer.Exit(FAILED)


@app.command()
def report(directory: RunArgument) -> None:
    """Write the report of a run again, and print its path."""
    with guarded():
        typer.echo(str(write_report(directory)))


@app.command()
def export(
    directory: RunArgument,
    format_: Annotated[
        FormatName | None,
        typer.Option("--format", help="Tables, or one file; by default as --out ends: .nc, .nix."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="What to make; by default in DIR: csv, trajectory.nc or neo.nix."),
    ] = None,
) -> None:
    """Write the trajectories of a run as CSV tables, NetCDF or, of spikes, for Neo; print the path."""
    with guarded():
        from astrosim.export import export_run

        if format_ is None:
            format_ = BY_ENDING.get(out.suffix if out is not None else "", FormatName.csv)
        typer.echo(str(export_run(directory, out, format_.value)))


@app.command()
def validate(
    scenario: ScenarioArgument,
    set_: SetOption = None,
    sweep: SweepOption = None,
    design: DesignOption = None,
    samples: SamplesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a scenario file and tell all that is wrong with it."""
    with guarded():
        from astrosim.scenario import condition_names
        from astrosim.scenario.words import counted, parts

        problems: list[dict[str, Any]] = []
        try:
            loaded = read_scenario(scenario, set_, swept=sweep_texts(sweep, design, samples))
        except ScenarioError as error:
            if not as_json:
                raise
            problems = [parts(problem) for problem in error.problems]
        if as_json:
            typer.echo(json.dumps({"valid": not problems, "problems": problems}, indent=1))
        else:
            replicates = len(condition_names(loaded)) * len(loaded.seeds)
            typer.echo(f"{scenario_file(scenario)}: valid, {counted(replicates, 'replicate')}")
        if problems:
            raise typer.Exit(BAD_INPUT)


@app.command()
def ceiling(
    scenario: ScenarioArgument,
    *,
    seeds: SeedsOption = None,
    conditions: ConditionsOption = None,
    engine: EngineOption = None,
    set_: SetOption = None,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds per network above 16 patterns.")] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """Compute the best accuracy that any weights could reach, for the wiring of every seed."""
    with guarded():
        from astrosim.contracts.registry import find_system

        loaded = read_scenario(scenario, set_, seeds, conditions, engine)
        system = find_system(loaded.family)
        if not system.has("ceiling"):
            raise ScenarioError([f"{scenario_file(scenario)}: {system.refusal('ceiling')}"])
        rows: list[dict[str, Any]] = system.part("ceiling")(loaded, time_limit)
        if as_json:
            typer.echo(json.dumps(rows, indent=1))
        else:
            output().print(system.part("ceiling_table")(rows))
