"""The arguments and options that the commands share, and the names that they take."""

from __future__ import annotations

import glob
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from astrosim.cli.places import all_at_hand, at_hand


class LogLevel(StrEnum):
    """Verbosity on standard error."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


class EngineName(StrEnum):
    """Engines by name."""

    kernel = "kernel"
    agents = "agents"
    published = "published"
    torch = "torch"


class SchedulerName(StrEnum):
    """Batch systems by name."""

    slurm = "slurm"
    pbs = "pbs"
    sge = "sge"
    lsf = "lsf"


class FormatName(StrEnum):
    """Formats of exports."""

    csv = "csv"
    netcdf = "netcdf"
    neo = "neo"


BY_ENDING = {".nc": FormatName.netcdf, ".nix": FormatName.neo}
"""Formats of exports by the ending of their file; else tables."""


class FigureFormat(StrEnum):
    """Formats of figures."""

    png = "png"
    svg = "svg"
    pdf = "pdf"


class DesignName(StrEnum):
    """Designs of sweeps."""

    grid = "grid"
    zip = "zip"
    list = "list"
    latin_hypercube = "latin_hypercube"
    sobol = "sobol"


class StreamsName(StrEnum):
    """Sources of draws, where published experiments run with other seeds."""

    described = "described"
    published = "published"


class ColourName(StrEnum):
    """Quantities that colour territories in animations."""

    calcium = "calcium"
    exploration = "exploration"
    threshold = "threshold"


def complete_scenario(incomplete: str) -> list[str]:
    """Return bundled names and scenario files of the present folder that begin with what was typed, for the shell."""
    from astrosim.scenario.bundled import SUFFIX, bundled

    files = sorted(path.as_posix() for path in Path().glob(f"{glob.escape(incomplete)}*{SUFFIX}"))
    return [name for name in (*bundled(), *files) if name.startswith(incomplete)]


ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, or a bundled name (see `astrosim list`).",
        autocompletion=complete_scenario,
    ),
]
StatusArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A run directory, or the address (URL) of one.")]
RunArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="A run directory, or the address (URL) of one.", callback=at_hand)
]
RunsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="DIR DIR...", help="Run directories or addresses, two or more.", callback=all_at_hand),
]
WorkOption = Annotated[
    Path | None,
    typer.Option("--work", metavar="DIR", help="Where a run at an address (URL) is computed; by default in the cache."),
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Override a field: schedule.episodes=100.")
]
SweepOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sweep", metavar="PATH=A,B|FROM:TO:STEPS", help="Run each of several values of a field; may be repeated."
    ),
]
DesignOption = Annotated[
    DesignName | None,
    typer.Option("--design", help="How swept fields go together; by default the file's, else every value with every."),
]
SamplesOption = Annotated[
    int | None, typer.Option("--samples", min=1, help="Points of a random design; of sobol a power of 2.")
]
SeedsOption = Annotated[str | None, typer.Option(metavar="1,2,3|FIRST:COUNT", help="Seeds in place of the file's.")]
ConditionsOption = Annotated[str | None, typer.Option(metavar="A,B", help="Only these conditions.")]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(
        help="Which engine computes: kernel, agents or published for astrocytes; kernel or torch for waves; "
        "kernel, agents or torch for fields."
    ),
]
AllowCodeOption = Annotated[bool, typer.Option("--allow-code", help="Execute the code that came with a run directory.")]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[=ADDRESS]",
        help="local, processes, dask, dask=tcp://HOST:PORT, dask-slurm, dask-pbs, dask-sge ...",
    ),
]
ShardOption = Annotated[
    str | None, typer.Option(metavar="K/N", help="Compute only the K-th of N shares; `astrosim merge` joins them.")
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; by default one per processor.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Where MNIST and Fashion-MNIST lie; else they are downloaded."),
]
