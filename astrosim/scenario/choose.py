"""Parts of a scenario chosen from outside: conditions, an engine; and what such choices leave as it was."""

from __future__ import annotations

from collections.abc import Sequence

from astrosim.errors import ScenarioError
from astrosim.scenario.base import Experiment
from astrosim.scenario.kinds import AnyScenario
from astrosim.scenario.load import condition_names, key_path, resolve, unknown_condition
from astrosim.scenario.problems import dotted, lookup
from astrosim.scenario.schema import Scenario

ENGINES = {"astrocyte": ("kernel", "agents", "published"), "wave": ("kernel", "torch")}
"""What the option `--engine` can name, by kind; the published system has one engine, which no field names."""


def select(scenario: AnyScenario, names: Sequence[str]) -> AnyScenario:
    """The scenario with some of its conditions only, in the order of the file.

    Raises
    ------
    ScenarioError
        If a name is no condition of the scenario.
    """
    known = condition_names(scenario)
    wrong = [f"--conditions: conditions: {unknown_condition(name, known)}" for name in names if name not in known]
    if wrong:
        raise ScenarioError(wrong)
    kept = {name: override for name, override in scenario.conditions.items() if name in names}
    reference = {name: figures for name, figures in scenario.reference.items() if name in names}
    return scenario.model_copy(update={"conditions": kept, "reference": reference})


def check_engine(scenario: AnyScenario, engine: str) -> None:
    """Refuse an engine that cannot run a scenario.

    Raises
    ------
    ScenarioError
        The published engine runs the published system and nothing else; each kind of scenario has engines of its own.
    """
    known = ENGINES[scenario.kind]
    if engine not in known:
        right = f"Write one of {', '.join(known)}, or leave it out."
        raise ScenarioError([f"--engine: engine: cannot run kind = {scenario.kind!r} ({engine}). {right}"])
    if not isinstance(scenario, Scenario):
        return
    wrong = []
    for name in condition_names(scenario):
        system = resolve(scenario, name).system
        if (engine == "published") != (system == "published"):
            right = "--set system=published chooses that system" if engine == "published" else "Leave it out"
            wrong.append(f"--engine: engine: cannot run system = {system!r} of condition {name} ({engine}). {right}.")
    if wrong:
        raise ScenarioError(wrong)


def shadowed(scenario: Experiment, overrides: Sequence[str]) -> list[str]:
    """Notes on overrides that some condition outdoes with a value of its own."""
    notes = []
    for text in overrides:
        path = key_path(text.partition(" ")[2].partition("=")[0] if text.startswith("--") else text.partition("=")[0])
        names = [name for name, own in scenario.conditions.items() if path and lookup(own, path) is not None]
        if path and names:
            field_name = dotted(path)
            notes.append(
                f"note: --set {field_name}: {', '.join(names)} keep their own value; "
                f"conditions.{names[0]}.{field_name} changes it."
            )
    return notes
