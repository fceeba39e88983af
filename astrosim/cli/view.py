"""The command `astrosim view`: a scenario or a stored run in the browser."""

from __future__ import annotations

import re
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
        str,
        typer.Argument(metavar="SCENARIO|DIR", help="A scenario file, a bundled name, or a run (directory or URL)."),
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
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Listen here; other machines need the token."),
    ] = "127.0.0.1",
    root_path: Annotated[
        str, typer.Option(metavar="PATH", help="Path that a proxy puts before the page's, as JupyterHub's does.")
    ] = "",
    token: Annotated[
        str,
        typer.Option(metavar="SECRET", envvar="ASTROSIM_VIEW_TOKEN", help="By default a new one, where one is needed."),
    ] = "",
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
        from astrosim.store.remote import is_address

        start = import_module(LAUNCH)
        place = scenario if is_address(scenario) else find(scenario)
        access = start.Access(host, _path(root_path), _secret(token))
        start.launch(place, seed, names, texts, port, browser, say, access)


def _path(text: str) -> str:
    """A path with a stroke before and none after it; empty for none."""
    if not re.fullmatch(r"[A-Za-z0-9/_.~@%+-]*", text):
        raise AstrosimError(f"--root-path: no path of an address ({text!r}). Write one such as /user/me/proxy/8765.")
    inner = text.strip("/")
    return f"/{inner}" if inner else ""


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ModuleNotFoundError, ValueError):  # its parent is not there
        return False


def _secret(text: str) -> str:
    """A token that an address and a cookie can hold as it is; empty for none."""
    if not re.fullmatch(r"([A-Za-z0-9_.~-]{16,})?", text):
        raise AstrosimError("--token: too short, or with other signs. Write at least 16 letters and digits.")
    return text
