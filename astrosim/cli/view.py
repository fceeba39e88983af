"""The command `astrosim view`: a scenario or a stored run in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from astrosim.cli.commands import app, scenario_file
from astrosim.cli.console import guarded, say
from astrosim.cli.options import SetOption
from astrosim.errors import AstrosimError, ScenarioError

if TYPE_CHECKING:
    from astrosim.view.opening import Opening

NEEDED = ("solara", "solara.server", "anywidget", "uvicorn")
MISSING = "view: needs packages that are not installed ({}). Install them: pip install 'astrosim[view]'."


@app.command()
def view(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO|DIR", help="A scenario file, a bundled name, or a run directory.")
    ],
    *,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**53 - 1, help="Seed to begin with; by default the first.")
    ] = None,
    conditions: Annotated[
        str | None, typer.Option("--conditions", "--condition", metavar="A,B", help="Only these; begin with the first.")
    ] = None,
    set_: SetOption = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port of the page; 0 for any free one.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
) -> None:
    """Watch a scenario learn, or go through a stored run, in the browser."""
    with guarded():
        missing = [name for name in NEEDED if not _is_there(name)]
        if missing:
            raise AstrosimError(MISSING.format(", ".join(missing)))
        names = None if conditions is None else [name.strip() for name in conditions.split(",")]
        opening = _opening(scenario, seed, names, set_)

        from astrosim.view.server import serve

        serve(opening, port, browser, say)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is not there
        return False


def _opening(argument: str, seed: int | None, names: list[str] | None, overrides: list[str] | None) -> Opening:
    """What to show, and what to begin with."""
    from astrosim.view.opening import Opening
    from astrosim.view.sources import RunSource, ScenarioSource

    source: Any
    if Path(argument).is_dir():
        if overrides:
            raise ScenarioError([f"--set: {argument}: a stored run stays as it is ({overrides[0]}). Leave it out."])
        source = RunSource(argument)
        _check(argument, "--conditions", names or (), source.conditions)
    else:
        source = ScenarioSource(scenario_file(argument), overrides or (), names)
    condition = names[0] if names else source.conditions[0]
    seeds = source.seeds(condition)
    if source.stored and seed is not None:
        _check(argument, "--seed", (seed,), seeds)
    return Opening(source, condition, seeds[0] if seed is None else seed)


def _check(argument: str, flag: str, wanted: Any, there: Any) -> None:
    """Refuse what is not among the stored cells."""
    for name in wanted:
        if name not in there:
            listed = ", ".join(str(known) for known in there[:10])
            raise ScenarioError(
                [f"{flag}: {argument}: nothing stored under this name ({name}). Write one of {listed}."]
            )
