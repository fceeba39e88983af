"""The page of dependencies: what is declared, for what, and under which licence, as the installed packages say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
OWN = "astrosim"
PURPOSE = {
    "": "Needed by astrosim itself",
    "tasks": "tables and scikit-learn's estimators",
    "wave": "calcium-wave networks with PyTorch, and data sets",
    "view": "the live view, and films",
    "reference": "simulators that tests and benchmarks hold astrosim against, and an object store",
    "peers": "learners that benchmarks run beside it",
    "sonata": "networks in SONATA files",
    "neo": "export to Neo and NIX",
    "control": "environments",
    "box2d": "LunarLander and BipedalWalker",
    "notebook": "notebooks",
    "sweep": "sensitivity indices",
    "cluster": "Dask and batch systems",
    "remote": "runs at addresses such as s3://bucket/run",
    "docs": "this documentation",
    "dev": "tests, style and types",
}
"""Use of each extra; the empty name stands for no extra."""
TOLD_ONCE = ("", "tasks", "control", "notebook")
"""Extras whose packages are not told again below others."""
KNOWN = {
    "brian2": "CECILL-2.1",
    "dask-jobqueue": "BSD-3-Clause",
    "distributed": "BSD-3-Clause",
    "evosax": "Apache-2.0",
    "gymnasium": "MIT",
    "hatchling": "MIT",
    "hypothesis": "MPL-2.0",
    "imageio-ffmpeg": "BSD-2-Clause",
    "ipyvuetify": "MIT",
    "anywidget": "MIT",
    "jax": "Apache-2.0",
    "jsonschema": "MIT",
    "jupyterlab": "BSD-3-Clause",
    "libsonata": "LGPL-3.0-or-later",
    "moto": "Apache-2.0",
    "mypy": "MIT",
    "neo": "BSD-3-Clause",
    "nest-simulator": "GPL-2.0-or-later",
    "nixio": "BSD-3-Clause",
    "optax": "Apache-2.0",
    "playwright": "Apache-2.0",
    "pooch": "BSD-3-Clause",
    "pytest": "MIT",
    "pytest-xdist": "MIT",
    "quantities": "BSD-3-Clause",
    "ruff": "MIT",
    "salib": "MIT",
    "s3fs": "BSD-3-Clause",
    "solara": "MIT",
    "torch": "BSD-3-Clause and others",
    "uvicorn": "BSD-3-Clause",
}
"""Licences of packages that the builder of the documentation may lack, or whose metadata are silent."""
FAMILIES = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
"""Short names of what older metadata say in words."""
NOTES = {"imageio-ffmpeg": "; it carries the program FFmpeg (GPL)"}
HEAD = """# Dependencies, licences, platforms

## Platforms

Linux and macOS, Python 3.12 or later; anything else is refused when a name of the package is first used, with a word
on what to do (on Windows: the Windows Subsystem for Linux). Tests run on Linux, x86-64. Which results repeat on another
kind of processor: [exactness](../explanation/exactness.md) and [limits](../explanation/limits.md).

## Licence

astrosim itself: MIT. Data that it brings: an invented table, and the wiring of C. elegans (Cook et al. 2019) as the C.
elegans Connectome Toolbox passes it on under the MIT License; `SOURCE.md` beside each file tells more. Everything below
is installed from the package index, not passed on. Licences are those that the packages state themselves; what they
ask for in turn is told as far as it was installed where this page was written.

`pip install 'astrosim[tasks,control]'` installs extras beside it, `'astrosim[all]'` all that users need (no
`reference`, `peers`, `docs` and `dev`). `environment.yml` in the repository makes a conda environment of the same
packages.

"""
COLUMNS = "| package | asked for | licence |\n|---|---|---|\n"


def project() -> dict:
    """Return the table `project` of pyproject.toml."""
    return tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]


def declared() -> dict[str, list[Requirement]]:
    """Return the declared requirements of others' packages by extra, `PURPOSE` in order; "" for none."""
    found = project()
    lines = {"": found["dependencies"], **found["optional-dependencies"]}
    every = {extra: [Requirement(line) for line in own] for extra, own in lines.items()}
    return {extra: [one for one in every[extra] if one.name != OWN] for extra in PURPOSE}


def licence_of(name: str) -> str:
    """Return the licence of a package in a word or two; empty if neither its metadata nor `KNOWN` say any."""
    known = KNOWN.get(canonicalize_name(name), "")
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return known
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    words = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    named = [FAMILIES.get(one, one) for one in words if one != "OSI Approved"]
    free = (told.get("License") or "").strip()
    if known or named:
        return known or ", ".join(named)
    return free if "\n" not in free and len(free) < 60 else free.splitlines()[0][:60]


def brought(requirements: Iterable[Requirement]) -> set[str]:
    """Return the names of requirements, and of what they ask for in turn, as far as it is installed here."""
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(one.name), extra) for one in requirements for extra in ("", *one.extras)]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += _asked_by(*one)
    return {name for name, _ in seen}


def _asked_by(name: str, extra: str) -> Iterator[tuple[str, str]]:
    """Packages, and extras of them, that a package asks for."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for one in map(Requirement, lines):
        if one.marker is None or one.marker.evaluate({"extra": extra}):
            yield from ((canonicalize_name(one.name), more) for more in ("", *one.extras))


def dependencies_page() -> str:
    """Return the page: platforms, licence, and a table for each extra."""
    parts, known = [HEAD], set()
    for extra, requirements in declared().items():
        title = f"`{extra}`: {PURPOSE[extra]}" if extra else PURPOSE[extra]
        parts.append(f"## {title}\n\n{_also(extra)}{COLUMNS}{''.join(map(_row, requirements))}\n")
        own = {canonicalize_name(one.name) for one in requirements}
        more = sorted(brought(requirements) - own - known)
        words = ", ".join(f"{name} ({_short(licence_of(name)) or 'not told'})" for name in more)
        parts.append(f"These ask for {words}.\n\n" if more else "")
        known |= own.union(more) if extra in TOLD_ONCE else set()
    return "".join(parts)


def _also(extra: str) -> str:
    """Return words on the extras that an extra takes in."""
    lines = project()["optional-dependencies"].get(extra, [])
    names = [f"`{one}`" for line in lines if (r := Requirement(line)).name == OWN for one in sorted(r.extras)]
    return f"With {', '.join(names)}.\n\n" if names else ""


def _row(requirement: Requirement) -> str:
    wanted = ", ".join(sorted(map(str, requirement.specifier), reverse=True)) or "any"
    name = requirement.name + (f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else "")
    return f"| {name} | {wanted} | {_short(licence_of(requirement.name))}{NOTES.get(requirement.name, '')} |\n"


def _short(licence: str) -> str:
    """Return a licence without the parts that a long expression repeats."""
    parts = re.split(r"\s+AND\s+", licence)
    return licence if len(parts) <= 3 else f"{', '.join(parts[:3])} and others"
