"""The command `astrosim view`: a scenario or a stored run in the browser."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, say
from astrosim.cli.options import SetOption
from astrosim.core.errors import AstrosimError

NEEDED = ("solara", "solara.server", "anywidget", "uvicorn")
MISSING = "view: needs packages that are not installed ({}). Install them: pip install 'astrosim[view]'."
LAUNCH = "astrosim.view.launch"  # a leaf: nothing imports it, this command finds it by name


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
        texts = [f"--set {text}" for text in set_ or ()]
        from astrosim.scenario.bundled import find

        import_module(LAUNCH).launch(find(scenario), seed, names, texts, port, browser, say)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ModuleNotFoundError, ValueError):  # its parent is not there
        return False
