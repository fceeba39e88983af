"""Other people's parts, held against the contract: a system, a learner, or a class of astrocytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from astrosim.audit.conformance.bench import Bench
from astrosim.audit.conformance.checks import CHECKS, Finding, check_bench, check_system
from astrosim.contracts.registry import find_system, register
from astrosim.contracts.system import System
from astrosim.core.errors import AstrosimError
from astrosim.systems.threshold.agents.agents import Astrocyte
from astrosim.systems.threshold.custom.overrides import overrides_of
from astrosim.systems.threshold.learners.baselines.baseline import Baseline
from astrosim.systems.threshold.learners.table import BASELINES, GROUP

RUNNABLE = {"same_seed_same_bytes", "recording_changes_nothing", "resumed_is_uninterrupted", "engines_agree"}
RUNNABLE |= {"workers_do_not_matter", "the_report_is_complete"}
"""Checks of own astrocytes and learners: all that run replicates; the others do not depend on them."""


def check_extension(target: str, folder: Path) -> Iterator[Finding]:
    """Yield the outcome of each check of somebody's system, learner or astrocytes.

    Parameters
    ----------
    target : str
        ``module:Name``; the module lies in the present folder, or is installed.
    folder : Path
        Where the runs of the checks go; exists.

    Raises
    ------
    AstrosimError
        If there is no such object, or it is of no kind that can be checked.
    """
    part = find_part(target)
    if isinstance(part, System):
        register(part.name, target)
        return check_system(part, folder)
    if isinstance(part, type) and issubclass(part, Astrocyte):
        return _check_astrocytes(target, part, folder)
    if isinstance(part, Baseline):
        return _check_learner(target, folder)
    raise AstrosimError(
        f"{target}: neither a System, nor a Baseline, nor a subclass of astrosim.Astrocyte ({type(part).__name__}). "
        "Name one of them."
    )


def find_part(target: str) -> Any:
    """Return the object ``module:Name``, looked for in the present folder first.

    Raises
    ------
    AstrosimError
        If the text has another form, or there is no such module or object.
    """
    module, _, name = target.partition(":")
    if not module or not name:
        raise AstrosimError(f"{target}: not of the form module:Name. Write, for example, my_rules:CautiousAstrocyte.")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise AstrosimError(
            f"{target}: no such module ({error.name}). Put it into this folder, or install it."
        ) from None
    except AttributeError:
        raise AstrosimError(f"{target}: no such name in {module} ({name}). Define it there.") from None


def _check_learner(target: str, folder: Path) -> Iterator[Finding]:
    """Run the example of threshold networks with somebody's learner.

    Raises
    ------
    AstrosimError
        If no installed package names it.
    """
    names = [name for name, place in BASELINES.items() if place == target]
    if not names:
        raise AstrosimError(
            f'{target}: no installed package names this learner. Add the entry point `name = "{target}"` to '
            f'[project.entry-points."{GROUP}"] in your pyproject.toml, and install that.'
        )
    bench = Bench(find_system("astrocyte"), folder)
    conditions = {"own": {"learner": names[0], "decision": {"window": 0}}}
    bench.example = replace(bench.example, tables={**bench.example.tables, "conditions": conditions}, engines=())
    return check_bench(bench, [check for check in CHECKS if check.__name__ in RUNNABLE])


def _check_astrocytes(target: str, kind: type[Astrocyte], folder: Path) -> Iterator[Finding]:
    """Run the example of threshold networks with somebody's astrocytes."""
    system = find_system("astrocyte")
    bench = Bench(system, folder)
    in_python = bool(overrides_of(kind).python)
    conditions = {"own": {"agents": {"astrocyte": target}}}
    tables = {**bench.example.tables, "conditions": conditions, "engine": "agents" if in_python else "kernel"}
    bench.example = replace(bench.example, tables=tables, engines=() if in_python else ("agents",), other_engine={})
    return check_bench(bench, [check for check in CHECKS if check.__name__ in RUNNABLE])
