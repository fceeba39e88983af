"""The bundled scenarios, and what a name on the command line or in Python means."""

from __future__ import annotations

from pathlib import Path

from astrosim.core.errors import ScenarioError
from astrosim.scenario.words import nearest
from astrosim.store.files import RUN_FILE

SUFFIX = ".toml"


def is_run(path: Path) -> bool:
    """Return whether a path is a run directory."""
    return (path / RUN_FILE).is_file()


def folder() -> Path:
    """Return the folder of the bundled scenarios: beside the package in a source tree, inside it once installed."""
    package = Path(__file__).parents[1]
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def bundled() -> dict[str, Path]:
    """Return bundled scenarios by name, such as ``maturity`` or ``published/exp024``."""
    root = folder()
    files = sorted(root.rglob(f"[!.]*{SUFFIX}"), key=lambda file: (len(file.relative_to(root).parts), file))
    return {file.relative_to(root).with_suffix("").as_posix(): file for file in files}


def find(argument: str) -> Path:
    """Return the file that a SCENARIO argument means: a path, or the name of a bundled scenario, its folder left out if
    clear. A directory that is no run hides no bundled scenario of its name.

    Raises
    ------
    ScenarioError
        If it is neither; the nearest bundled name is suggested.
    """
    path = Path(argument)
    try:
        if path.is_file() or is_run(path):
            return path
        there = path.exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([f"{argument[:200]!r}: cannot be read ({reason}). Name a scenario file."]) from None
    known, name = bundled(), path.as_posix().removesuffix(SUFFIX)
    short = [file for key, file in known.items() if key.rpartition("/")[2] == name]
    if name in known or len(short) == 1:
        return known.get(name) or short[0]
    if there:
        return path
    guess = nearest(name, [*known, *(key.rpartition("/")[2] for key in known)])
    right = f"Did you mean {guess}?" if guess else "`astrosim list` shows the bundled ones."
    raise ScenarioError([f"{argument}: no such file or bundled scenario. {right}"])
